"""Tranches: an investment is agreed once and paid in steps, and a step may have to wait.

A hold says why a tranche may not be paid yet. The floor above places and releases holds (landing
conditions); this floor only respects them, so no import points upward.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from portfolio import investments, ledger
from portfolio.accounts import AccountCode
from portfolio.investments import InvestmentKind
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.postings import Posting

TAG = "portfolio:tranche:pay"


# ---- facts
class TrancheStatus(StrEnum):
    """How a tranche stands."""

    PLANNED = "planned"
    HELD = "held"
    PAID = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranchePosition:
    """One tranche at the close of `as_of`."""

    tranche_id: str
    investment_id: str
    no: int
    agreed_fen: int
    due_on: date
    paid_fen: int  # read from the ledger, so a reversal shows by itself
    paid_on: date | None
    transaction_id: str | None
    holds: tuple[str, ...]  # open reasons not to pay, in the words of the agreement
    as_of: date
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TranchePayment:
    """One payment that stands: it was not reversed as of the moment asked for."""

    tranche_id: str
    investment_id: str
    on: date
    amount_fen: int
    transaction_id: str
    is_demo: bool


# ---- rules
def status(tranche: TranchePosition) -> TrancheStatus:
    """Derive the status. It is stored nowhere, so it cannot disagree with the ledger."""
    if tranche.paid_fen == tranche.agreed_fen:
        return TrancheStatus.PAID
    return TrancheStatus.HELD if tranche.holds else TrancheStatus.PLANNED


# ---- rows
class Tranche(Row, table=True):
    """What was agreed to be paid, and by when."""

    __tablename__ = "tranche"
    __table_args__ = strict(
        sa.UniqueConstraint("investment_id", "no"),
        sa.CheckConstraint("agreed_fen > 0", name="agreed_fen_positive"),
        sa.CheckConstraint("no > 0", name="no_positive"),
    )

    investment_id: str = Field(foreign_key="investment.id", sa_type=Id, index=True)
    no: int
    agreed_fen: int = Field(sa_type=Fen)
    due_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class TrancheHold(Row, table=True):
    """A reason not to pay, in force until it is released."""

    __tablename__ = "tranche_hold"
    __table_args__ = strict(sa.CheckConstraint("reason <> ''", name="reason_given"))

    tranche_id: str = Field(foreign_key="tranche.id", sa_type=Id, index=True)
    reason: str
    placed_on: date
    placed_at: datetime = Field(sa_type=Instant)
    placed_by: str = Field(sa_type=Id)
    is_demo: bool = False


class TrancheHoldRelease(Row, table=True):
    """The end of one hold."""

    __tablename__ = "tranche_hold_release"
    __table_args__ = strict(
        sa.UniqueConstraint("hold_id"),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
    )

    hold_id: str = Field(foreign_key="tranche_hold.id", sa_type=Id)
    reason: str
    released_on: date
    released_at: datetime = Field(sa_type=Instant)
    released_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def plan(
    work: Work, actor: Actor, *, investment_id: str, agreed_fen: int, due_on: date, is_demo: bool
) -> Tranche:
    """Add the next tranche of an investment in a firm."""
    actor.must(Duty.EDIT_FUNDS)
    investment = investments.get(work, investment_id)
    if investment.kind == InvestmentKind.FUND:
        raise DomainError(
            "A holding in a fund is not paid in tranches.",
            "Record a capital call in the fund below; the payment is booked in both books.",
        )
    if agreed_fen <= 0:
        raise DomainError(
            "A tranche must be above zero.", "Enter the amount of the investment agreement."
        )
    newest = sa.func.coalesce(sa.func.max(col(Tranche.no)), 0)
    tranche = work.add(
        Tranche(
            investment_id=investment_id,
            no=work.scalar(sa.select(newest).where(col(Tranche.investment_id) == investment_id))
            + 1,
            agreed_fen=agreed_fen,
            due_on=due_on,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"no": tranche.no, "agreed_fen": agreed_fen, "due_on": due_on}
    audit.write(work, actor, "tranche:plan", "tranche", tranche.id, after=after)
    return tranche


def hold(work: Work, actor: Actor, tranche_id: str, reason: str, *, on: date | None = None) -> str:
    """Hold a tranche back and return the hold's id; refused once the tranche is paid."""
    actor.must(Duty.EDIT_DEALS)
    tranche = get(work, tranche_id)
    if status(position(work, tranche_id)) is TrancheStatus.PAID:
        raise DomainError(
            "Tranche {no} is paid already; there is nothing to hold back.",
            "Reverse the payment first if it should not have been made.",
            no=tranche.no,
        )
    row = work.add(
        TrancheHold(
            tranche_id=tranche_id,
            reason=_given(reason),
            placed_on=on or work.today(),
            placed_at=work.recorded_at,
            placed_by=actor.id,
            is_demo=tranche.is_demo,
        )
    )
    audit.write(work, actor, "tranche:hold", "tranche", tranche_id, after={"reason": row.reason})
    return row.id


def release(work: Work, actor: Actor, hold_id: str, reason: str, *, on: date | None = None) -> None:
    """Lift one hold, saying why; others on the same tranche stay."""
    actor.must(Duty.WAIVE_CONDITIONS)
    held = work.session.get(TrancheHold, hold_id)
    if held is None:
        raise NotFoundError
    if work.scalar(
        sa.select(col(TrancheHoldRelease.id)).where(col(TrancheHoldRelease.hold_id) == hold_id)
    ):
        raise DomainError(
            "This hold was released already.", "Nothing is left to do; reload the page."
        )
    work.add(
        TrancheHoldRelease(
            hold_id=hold_id,
            reason=_given(reason),
            released_on=on or work.today(),
            released_at=work.recorded_at,
            released_by=actor.id,
            is_demo=held.is_demo,
        )
    )
    after = {"hold_id": hold_id, "held_because": held.reason, "released_because": reason}
    audit.write(work, actor, "tranche:release", "tranche", held.tranche_id, after=after)


def _given(reason: str) -> str:
    if not reason.strip():
        raise DomainError(
            "A hold, and its release, needs a reason.",
            "Name the condition that is not met, or what met it, or who waived it.",
        )
    return reason.strip()


def pay(
    work: Work,
    actor: Actor,
    tranche_id: str,
    *,
    effective_date: date,
    correction_reason: str | None = None,
) -> TranchePosition:
    """Pay the whole tranche. On any refusal the unit of work keeps nothing."""
    actor.must(Duty.PAY_TRANCHES)
    tranche = get(work, tranche_id)
    investment = investments.get(work, tranche.investment_id)
    now = position(work, tranche_id)  # paid is paid, whatever day it was booked for
    match status(now):
        case TrancheStatus.PAID:
            raise DomainError(
                "Tranche {no} of {name} was paid on {on} already.",
                "Reverse that payment first if it was wrong; otherwise nothing is left to do.",
                no=tranche.no,
                name=investment.name,
                on=now.paid_on,
            )
        case TrancheStatus.HELD:
            raise DomainError(
                "Tranche {no} of {name} is held: {reasons}",
                "Have the evidence verified or the condition waived, then pay again.",
                no=tranche.no,
                name=investment.name,
                reasons=" · ".join(now.holds),
            )
    holding = Posting(
        account=AccountCode.INVESTMENTS_COST,
        amount_fen=tranche.agreed_fen,
        investment_id=investment.id,
        purpose="investment",
    )
    ledger.post(
        work,
        actor,
        fund_id=investment.fund_id,
        tag=TAG,
        subject_id=tranche_id,
        effective_date=effective_date,
        postings=[
            holding,
            replace(holding, account=AccountCode.CASH, amount_fen=-tranche.agreed_fen),
        ],
        memo=f"{investment.name} · {tranche.no}",
        correction_reason=correction_reason,
        is_demo=tranche.is_demo,
    )
    return position(work, tranche_id)


def reverse_payment(
    work: Work,
    actor: Actor,
    tranche_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> TranchePosition:
    """Undo the payment that stands; the tranche is open again, held or not as its holds say."""
    actor.must(Duty.PAY_TRANCHES)
    tranche = get(work, tranche_id)
    now = position(work, tranche_id)
    if now.transaction_id is None:
        raise DomainError(
            "Tranche {no} is not paid, so there is no payment to reverse.",
            "Reload the page; somebody may have reversed it.",
            no=tranche.no,
        )
    ledger.reverse(
        work, actor, now.transaction_id, reason=reason, correction_reason=correction_reason
    )
    return position(work, tranche_id)


# ---- reads
def get(work: Work, tranche_id: str) -> Tranche:
    """Return the tranche or answer like one that is not there."""
    tranche = work.session.get(Tranche, tranche_id)
    if tranche is None:
        raise NotFoundError
    return tranche


def position(work: Work, tranche_id: str, moment: Moment | None = None) -> TranchePosition:
    """Return one tranche; without a moment as the books stand now, future dates included."""
    tranche = get(work, tranche_id)
    return _positions(work, moment or Moment(as_of=date.max), [tranche])[0]


def positions(
    work: Work, moment: Moment, investment_ids: Sequence[str], *, with_demo: bool = True
) -> list[TranchePosition]:
    """Return the tranches of these investments, by investment and number."""
    asked = col(Tranche.investment_id).in_(investment_ids) & (
        sa.true() if with_demo and moment.with_demo else col(Tranche.is_demo).is_(False)
    )
    statement = (
        sa.select(Tranche).where(asked).order_by(col(Tranche.investment_id), col(Tranche.no))
    )
    return _positions(work, moment, list(work.session.execute(statement).scalars()))


def _positions(work: Work, moment: Moment, rows: Sequence[Tranche]) -> list[TranchePosition]:
    paid = {p.tranche_id: p for p in payment_rows(work, moment, [r.investment_id for r in rows])}
    reasons: dict[str, list[str]] = {}
    for tranche_id, _, reason in open_holds(work, [row.id for row in rows], as_of=moment.as_of):
        reasons.setdefault(tranche_id, []).append(reason)
    return [
        TranchePosition(
            tranche_id=row.id,
            investment_id=row.investment_id,
            no=row.no,
            agreed_fen=row.agreed_fen,
            due_on=row.due_on,
            paid_fen=payment.amount_fen if payment else 0,
            paid_on=payment.on if payment else None,
            transaction_id=payment.transaction_id if payment else None,
            holds=tuple(reasons.get(row.id, ())),
            as_of=moment.as_of,
            is_demo=row.is_demo,
        )
        for row, payment in ((row, paid.get(row.id)) for row in rows)
    ]


def open_holds(
    work: Work, tranche_ids: Sequence[str], *, as_of: date = date.max
) -> list[tuple[str, str, str]]:
    """Return (tranche, hold, reason) of each hold in force at the close of `as_of`, in order."""
    lifted = (col(TrancheHoldRelease.hold_id) == col(TrancheHold.id)) & (
        col(TrancheHoldRelease.released_on) <= as_of
    )
    found = work.rows(
        sa.select(col(TrancheHold.tranche_id), col(TrancheHold.id), col(TrancheHold.reason))
        .outerjoin(TrancheHoldRelease, lifted)
        .where(
            col(TrancheHold.tranche_id).in_(tranche_ids),
            col(TrancheHold.placed_on) <= as_of,
            col(TrancheHoldRelease.id).is_(None),
        )
        .order_by(col(TrancheHold.id))
    )
    return [(tranche_id, hold_id, reason) for tranche_id, hold_id, reason in found]


def payment_rows(
    work: Work, moment: Moment, investment_ids: Sequence[str], *, with_demo: bool = True
) -> list[TranchePayment]:
    """Return every payment that stands at the moment, by day; reversed ones are left out."""
    undone = aliased(LedgerTransaction)
    reversal = (col(undone.supersedes) == col(LedgerTransaction.id)) & (
        col(undone.effective_date) <= moment.as_of
    )
    if moment.known_seq is not None:
        reversal &= col(undone.seq) <= moment.known_seq
    statement = (
        ledger.entries(
            col(LedgerTransaction.subject_id).label("tranche_id"),
            col(LedgerPosting.investment_id),
            col(LedgerTransaction.effective_date).label("on"),
            col(LedgerPosting.amount_fen),
            col(LedgerTransaction.id).label("transaction_id"),
            col(LedgerTransaction.is_demo),
        )
        .outerjoin(undone, reversal)
        .where(
            col(LedgerTransaction.tag) == TAG,
            col(LedgerPosting.account) == AccountCode.INVESTMENTS_COST.value,
            col(LedgerPosting.investment_id).in_(investment_ids),
            moment.holds(),
            col(undone.id).is_(None),
        )
        .order_by(col(LedgerTransaction.effective_date), col(LedgerTransaction.seq))
    )
    if not with_demo:
        statement = statement.where(col(LedgerTransaction.is_demo).is_(False))
    return [TranchePayment(**row) for row in work.session.execute(statement).mappings()]
