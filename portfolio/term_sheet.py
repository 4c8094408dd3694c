"""Term sheet: what a fund's partnership agreement says, as facts and rules without a database.

A version counts from its `valid_from` on and replaces, from that day on, every older version.
The rows and the reads are in terms.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from portfolio import currency
from portfolio.kernel.errors import DomainError
from valuation.periods import DayCount
from valuation.waterfall import CarryTerms


# ---- facts
class FeeBasis(StrEnum):
    """What the management fee is a rate of."""

    COMMITTED = "committed"
    PAID_IN = "paid_in"
    INVESTED_COST = "invested_cost"
    NAV = "nav"


class Compounding(StrEnum):
    """How the preferred return grows."""

    ANNUAL = "annual"
    SIMPLE = "simple"


class CatchUpBasis(StrEnum):
    """What the general partner catches up on."""

    TOTAL_PROFIT = "total_profit"
    PREFERRED_RETURN = "preferred_return"


class Model(StrEnum):
    """Whether carry is reckoned over the whole fund or deal by deal."""

    EUROPEAN = "european"
    AMERICAN = "american"


class Recycling(StrEnum):
    """What may be invested again."""

    NONE = "none"
    CAPITAL = "capital"
    CAPITAL_AND_GAINS = "capital_and_gains"


class FundClass(StrEnum):
    """产业投资类 or 创业投资类: the two classes of 国办发〔2025〕1号."""

    INDUSTRIAL = "industrial"
    VENTURE = "venture"


class FundLevel(StrEnum):
    """The level of government that set the fund up."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    DISTRICT = "district"


NESTING_LIMIT = 3  # levels of funds below a fund whose terms name no limit of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the agreement says. Rates are fractions a year (0.02), shares are fractions.

    The later fee counts from the day after the commitment period; any other step is a version.
    """

    commitment_period_ends_on: date | None = None
    term_ends_on: date | None = None
    fee_basis: FeeBasis = FeeBasis.COMMITTED
    fee_rate: float = 0.02
    later_fee_basis: FeeBasis = FeeBasis.INVESTED_COST
    later_fee_rate: float = 0.02
    fee_day_count: DayCount = DayCount.ACT_365F
    preferred_return: float = 0.08
    compounding: Compounding = Compounding.ANNUAL
    carried_interest: float = 0.2
    catch_up: float = 1.0  # the general partner's part of that tier; 0 is no catch-up
    catch_up_basis: CatchUpBasis = CatchUpBasis.TOTAL_PROFIT
    model: Model = Model.EUROPEAN
    gp_commitment_share: float = 0.01  # of all commitments, at least
    recycling: Recycling = Recycling.NONE
    recycling_limit: float = 0.0  # of commitments, at most
    organisation_cap_fen: int | None = None  # costs of setting up, at most
    expense_cap_rate: float | None = None  # partnership expenses a year, of commitments
    equalisation_rate: float = 0.0  # a partner of a later closing pays it, simple
    default_rate: float = 0.0  # on what is overdue, simple
    default_grace_days: int = 0  # after the due date, before a default may be declared
    default_dilution: float = 0.0  # of a defaulter's account, forfeited to the others
    fund_class: FundClass | None = None
    level: FundLevel | None = None
    legal_basis_on: date | None = None  # date of the rule the fund was set up under
    nesting_limit: int | None = None  # levels of funds below; None: the general limit
    reinvestment_multiple: float | None = None  # 返投 over the contribution; None: none is asked
    currency: str = currency.CNY


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a fund's terms."""

    id: str
    version: int
    valid_from: date
    reason: str
    recorded_at: datetime
    recorded_by: str
    is_demo: bool
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePeriod:
    """A stretch of days, both included, over which the fee has one basis and one rate."""

    start: date
    end: date
    basis: FeeBasis
    rate: float
    day_count: DayCount
    version: int


# ---- rules
FRACTIONS = (
    "fee_rate",
    "later_fee_rate",
    "preferred_return",
    "carried_interest",
    "catch_up",
    "gp_commitment_share",
    "recycling_limit",
    "expense_cap_rate",
    "equalisation_rate",
    "default_rate",
    "default_dilution",
)


def carry_of(terms: Terms) -> CarryTerms:
    """Return what the waterfall needs of the terms."""
    compounding: Literal["annual", "simple"] = terms.compounding.value
    basis: Literal["total_profit", "preferred_return"] = terms.catch_up_basis.value
    model: Literal["european", "american"] = terms.model.value
    return CarryTerms(
        preferred_return=terms.preferred_return,
        compounding=compounding,
        carried_interest=terms.carried_interest,
        catch_up=terms.catch_up,
        catch_up_basis=basis,
        model=model,
    )


def refuse_odd(terms: Terms) -> None:
    """Refuse terms that contradict themselves or no agreement could mean."""
    currency.refuse_other(terms.currency)
    for name in FRACTIONS:
        rate = getattr(terms, name)
        if rate is not None and not 0 <= rate <= 1:
            raise DomainError(
                "{rate} is no share or yearly rate: it must lie from 0 to 100 %.",
                "Write 2 % as 2%, or as 0.02.",
                rate=f"{rate:g}",
            )
    try:
        carry_of(terms)
    except ValueError:
        raise DomainError(
            "With these rates the catch-up would never end, or nothing is left for the investors.",
            "Take a catch-up above the carried interest, or 0 for none.",
        ) from None
    ends = terms.commitment_period_ends_on, terms.term_ends_on
    if ends[0] and ends[1] and ends[0] > ends[1]:
        raise DomainError(
            "The commitment period ends on {period}, after the term on {term}.",
            "Check the two dates against the agreement.",
            period=ends[0],
            term=ends[1],
        )
    counts = (terms.default_grace_days, terms.nesting_limit or 0, terms.organisation_cap_fen or 0)
    if min(counts) < 0 or (terms.reinvestment_multiple or 0) < 0:
        raise DomainError(
            "A number of days, of levels, a cap or a multiple is below zero.",
            "Leave it empty where the agreement says nothing.",
        )


def standing(versions: Sequence[Version], on: date) -> Version | None:
    """Return the newest version that counts on a day."""
    counting = [one for one in versions if one.valid_from <= on]
    return max(counting, key=lambda one: one.version, default=None)


def fee_periods(versions: Sequence[Version], start: date, end: date) -> Iterator[FeePeriod]:
    """Yield the stretches of [start, end] with one basis and rate; days without terms are left out.

    They change where a version begins and on the day after the commitment period.
    """
    starts = {start, *(one.valid_from for one in versions)}
    for one in versions:
        if one.terms.commitment_period_ends_on:
            starts.add(one.terms.commitment_period_ends_on + timedelta(days=1))
    inside = sorted(on for on in starts if start <= on <= end)
    for first, following in zip(inside, [*inside[1:], end + timedelta(days=1)], strict=True):
        version = standing(versions, first)
        if version is None:
            continue
        terms = version.terms
        is_later = (
            terms.commitment_period_ends_on is not None and first > terms.commitment_period_ends_on
        )
        yield FeePeriod(
            start=first,
            end=following - timedelta(days=1),
            basis=terms.later_fee_basis if is_later else terms.fee_basis,
            rate=terms.later_fee_rate if is_later else terms.fee_rate,
            day_count=terms.fee_day_count,
            version=version.version,
        )


def changes(before: Terms | None, after: Terms) -> dict[str, tuple[object, object]]:
    """Return {field: (old, new)} of what a version changes."""
    found = {}
    for field in fields(Terms):
        old, new = getattr(before, field.name, None), getattr(after, field.name)
        if before is None or old != new:
            found[field.name] = (old, new)
    return found
