"""Terms: what a landing condition can ask for, and how a value is held against it.

One scheme for every value: an int in the metric's smallest unit, fen for money and thousandths
for all else (8,000 m² is 8_000_000, "yes" is 1_000), so no value is ever rounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from portfolio.kernel.errors import Fen as Yuan
from portfolio.kernel.errors import Message, say

THOUSANDTHS = 1_000
AT_RISK_DAYS, DUE_SOON_DAYS = 60, 30


# ---- facts
class Metric(StrEnum):
    """What can be promised (DOMAIN.md §4)."""

    REGISTERED_HERE = "registered_here"
    HEADQUARTERS_HERE = "headquarters_here"
    REGISTERED_CAPITAL_PAID = "registered_capital_paid"
    FIXED_ASSET_INVESTMENT = "fixed_asset_investment"
    MONEY_IN_PLACE = "money_in_place"
    FLOOR_AREA = "floor_area"
    LAND = "land"
    PRODUCTION_LINE = "production_line"
    CAPACITY = "capacity"
    ANNUAL_OUTPUT = "annual_output"
    ANNUAL_TAX = "annual_tax"
    LOCAL_PURCHASES = "local_purchases"
    HEADCOUNT = "headcount"
    RD_HEADCOUNT = "rd_headcount"
    RD_SPENDING = "rd_spending"
    PATENTS = "patents"


M = Metric
YES_NO = frozenset({M.REGISTERED_HERE, M.HEADQUARTERS_HERE})
MONEY = frozenset(
    {
        M.REGISTERED_CAPITAL_PAID,
        M.FIXED_ASSET_INVESTMENT,
        M.MONEY_IN_PLACE,
        M.ANNUAL_OUTPUT,
        M.ANNUAL_TAX,
        M.LOCAL_PURCHASES,
        M.RD_SPENDING,
    }
)
UNITS: Mapping[Metric, Message] = {
    M.FLOOR_AREA: say("m²"),
    M.LAND: say("mu"),
    M.PRODUCTION_LINE: say("lines"),
    M.CAPACITY: say("units a year"),
    M.HEADCOUNT: say("people"),
    M.RD_HEADCOUNT: say("people"),
    M.PATENTS: say("patents"),
}


class Operator(StrEnum):
    """How the value is held against the threshold."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EXACTLY = "exactly"

    @property
    def sign(self) -> str:
        """As it stands before the threshold."""
        return {"at_least": "≥", "at_most": "≤", "exactly": "="}[self.value]


class Consequence(StrEnum):
    """What hangs on the condition."""

    GATES_TRANCHE = "gates_tranche"
    BUY_BACK = "buy_back"
    CLAW_BACK = "claw_back"
    LAND_RECOVERY = "land_recovery"
    STEP_DOWN = "step_down"
    POLICY_PAYMENT = "policy_payment"
    NONE = "none"


class Status(StrEnum):
    """How the condition stands (DOMAIN.md §4)."""

    PENDING = "pending"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    MET = "met"
    MET_LATE = "met_late"
    MISSED = "missed"
    WAIVED = "waived"


class State(StrEnum):
    """What a page shows, and so what is to be done next (DESIGN.md §3)."""

    NOT_DUE = "not_due"  # 未到期
    IN_PROGRESS = "in_progress"  # 进行中
    TO_VERIFY = "to_verify"  # 待核验
    DUE_SOON = "due_soon"  # 临期
    OVERDUE = "overdue"  # 逾期
    VERIFIED = "verified"  # 已核验
    WAIVED = "waived"  # 豁免


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A condition as it was signed."""

    operator: Operator
    threshold: int  # smallest unit of the metric
    signed_on: date
    due_on: date
    cure_days: int = 0
    period_from: date | None = None  # of an output "in the year": the day the year begins

    @property
    def begins_on(self) -> date:
        """Return the day from which something can be seen of it."""
        return max(self.signed_on, self.period_from or self.signed_on)


# ---- rules
def satisfied(terms: Terms, value: int) -> bool:
    """Say whether a value keeps the promise."""
    match terms.operator:
        case Operator.AT_LEAST:
            return value >= terms.threshold
        case Operator.AT_MOST:
            return value <= terms.threshold
        case Operator.EXACTLY:
            return value == terms.threshold


def met_on(terms: Terms, accepted: Sequence[tuple[date, int]]) -> date | None:
    """Return the day the promise was kept, None if it was not.

    accepted  (observed_on, value) in the order of the days
    rule      what counts is the last value on or before the due date: a workforce that melts away
              before then does not keep the promise, one that shrinks later did keep it. After the
              due date the first value that is enough counts, and is late.
    """
    run: date | None = None
    for on, value in accepted:
        if on < terms.begins_on:
            continue
        if on > terms.due_on and run is not None:
            break
        run = (run or on) if satisfied(terms, value) else None
    return run


def progress(terms: Terms, value: int | None) -> float:
    """Return how much of the promise a value is, 0 to 1; exactly 1 only if it is kept."""
    if value is None:
        return 0.0
    if satisfied(terms, value):
        return 1.0
    parts = (value, terms.threshold)
    if terms.operator is Operator.AT_MOST:
        parts = (terms.threshold, value)
    if terms.operator is Operator.EXACTLY or parts[0] <= 0 or parts[1] <= 0:
        return 0.0
    return min(float(Fraction(*parts)), 0.999)


def status(
    terms: Terms, *, met: date | None, waived: date | None, verified: int | None, as_of: date
) -> Status:
    """Derive the status.

    The straight line runs from signing, or from the first day of the period, to the due date. It is
    held against a verified value only: before anything is verified the condition is pending, until
    sixty days before it is due.
    """
    if met is not None:
        return Status.MET if met <= terms.due_on else Status.MET_LATE
    if waived is not None:
        return Status.WAIVED
    if as_of > terms.due_on + timedelta(days=terms.cure_days):
        return Status.MISSED
    if as_of >= terms.due_on - timedelta(days=AT_RISK_DAYS):
        return Status.AT_RISK
    if verified is None:
        return Status.PENDING
    term = max((terms.due_on - terms.begins_on).days, 1)
    is_behind = progress(terms, verified) < (as_of - terms.begins_on).days / term
    return Status.AT_RISK if is_behind else Status.ON_TRACK


def state(
    status_: Status, terms: Terms, *, has_reported: bool, is_begun: bool, as_of: date
) -> State:
    """Derive what a page shows; overdue wins over all that is merely in hand."""
    if status_ in {Status.MET, Status.MET_LATE}:
        return State.VERIFIED
    if status_ is Status.WAIVED:
        return State.WAIVED
    if as_of > terms.due_on:
        return State.OVERDUE
    if has_reported:
        return State.TO_VERIFY
    if as_of >= terms.due_on - timedelta(days=DUE_SOON_DAYS):
        return State.DUE_SOON
    return State.IN_PROGRESS if is_begun else State.NOT_DUE


def quantity(metric: Metric, value: int, unit: str = "") -> Yuan | Message:
    """Return a value as a sentence can say it: money, yes or no, or a number with its unit."""
    if metric in MONEY:
        return Yuan(value)
    if metric in YES_NO:
        return say("yes") if value else say("no")
    whole, part = divmod(abs(value), THOUSANDTHS)
    number = f"{'−' * (value < 0)}{whole:,}" + f".{part:03d}".rstrip("0").rstrip(".") * bool(part)
    return say("{number} {unit}", number=number, unit=unit or UNITS[metric])
