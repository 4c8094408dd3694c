"""Terms: the versions of a fund's partnership agreement, which are never edited.

A version counts from its `valid_from` on and replaces, from that day on, every older version. So a
figure of any day, as known at any number of the books, uses the version that stood there then.
Facts and rules are those of term_sheet.py.
"""

from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError
from portfolio.term_sheet import (
    FRACTIONS,
    CatchUpBasis,
    Compounding,
    FeeBasis,
    FeePeriod,
    FundClass,
    FundLevel,
    Model,
    Recycling,
    Terms,
    Version,
    carry_of,
    changes,
    fee_periods,
    refuse_odd,
    standing,
)
from valuation.periods import DayCount
from valuation.waterfall import CarryTerms

# ---- rows
LATER_BASIS = one_of(*FeeBasis)
LATER_BASIS.name = "later_fee_basis_known"  # a table takes a constraint's name once


class FundTerms(Row, table=True):
    """One version, as it was recorded."""

    __tablename__ = "fund_terms"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "version"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("reason <> ''", name="reasoned"),
        sa.CheckConstraint("currency = 'CNY'", name="in_yuan"),
        sa.CheckConstraint("commitment_period_ends_on <= term_ends_on", name="period_within_term"),
        *(
            sa.CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{name}_is_a_fraction")
            for name in FRACTIONS
        ),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    version: int
    valid_from: date
    reason: str
    commitment_period_ends_on: date | None
    term_ends_on: date | None
    fee_basis: str = Field(sa_type=one_of(*FeeBasis))
    fee_rate: float
    later_fee_basis: str = Field(sa_type=LATER_BASIS)
    later_fee_rate: float
    fee_day_count: str = Field(sa_type=one_of(*DayCount))
    preferred_return: float
    compounding: str = Field(sa_type=one_of(*Compounding))
    carried_interest: float
    catch_up: float
    catch_up_basis: str = Field(sa_type=one_of(*CatchUpBasis))
    model: str = Field(sa_type=one_of(*Model))
    gp_commitment_share: float
    recycling: str = Field(sa_type=one_of(*Recycling))
    recycling_limit: float
    organisation_cap_fen: int | None = Field(sa_type=Fen)
    expense_cap_rate: float | None
    equalisation_rate: float
    default_rate: float
    default_grace_days: int
    default_dilution: float
    fund_class: str | None = Field(sa_type=one_of(*FundClass))
    level: str | None = Field(sa_type=one_of(*FundLevel))
    legal_basis_on: date | None
    nesting_limit: int | None
    reinvestment_multiple: float | None
    currency: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


WORDS = {
    "fee_basis": FeeBasis,
    "later_fee_basis": FeeBasis,
    "fee_day_count": DayCount,
    "compounding": Compounding,
    "catch_up_basis": CatchUpBasis,
    "model": Model,
    "recycling": Recycling,
    "fund_class": FundClass,
    "level": FundLevel,
}


# ---- facts
class Knowing(Protocol):
    """What a moment of the books says of a row; the ledger, whose it is, lies above this file."""

    def knew(self, recorded_at: Any) -> sa.ColumnElement[bool]:
        """Return the condition that a row without a number of its own was known."""


# ---- commands
def agree(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    terms: Terms,
    valid_from: date,
    reason: str,
    is_demo: bool = False,
) -> Version:
    """Record a version of a fund's terms; the older ones stay as they were.

    errors  no reason; nothing changes; terms that contradict themselves; another currency
    """
    actor.must(Duty.EDIT_FUNDS)
    refuse_odd(terms)
    if not reason.strip():
        raise DomainError(
            "A version of the terms needs its reason.", "Name the agreement or the resolution."
        )
    before = versions(work, fund_id)
    old = standing(before, valid_from)
    if old is not None and old.terms == terms:
        raise DomainError(
            "These are the terms that stand on {on} already.",
            "Change what the new agreement says, or leave it.",
            on=valid_from,
        )
    row = work.add(
        FundTerms(
            fund_id=fund_id,
            version=len(before) + 1,
            valid_from=valid_from,
            reason=reason.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
            **asdict(terms),
        )
    )
    after = {"version": row.version, "valid_from": valid_from, "reason": row.reason}
    changed = {name: pair[1] for name, pair in changes(old.terms if old else None, terms).items()}
    audit.write(work, actor, "terms:agree", "terms", row.id, after=after | changed)
    return _version(row)


# ---- reads
def versions(work: Work, fund_id: str, *, known: Knowing | None = None) -> list[Version]:
    """Return every version that was known at a moment, oldest first."""
    statement = (
        sa.select(FundTerms)
        .where(col(FundTerms.fund_id) == fund_id)
        .order_by(col(FundTerms.version))
    )
    if known is not None:
        statement = statement.where(known.knew(col(FundTerms.recorded_at)))
    return [_version(row) for row in work.session.execute(statement).scalars()]


def _version(row: FundTerms) -> Version:
    found = {field.name: getattr(row, field.name) for field in fields(Terms)}
    for name, words in WORDS.items():
        if found[name] is not None:
            found[name] = words(found[name])
    return Version(
        id=row.id,
        version=row.version,
        valid_from=row.valid_from,
        reason=row.reason,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        is_demo=row.is_demo,
        terms=Terms(**found),
    )


def find(work: Work, fund_id: str, on: date, *, known: Knowing | None = None) -> Terms | None:
    """Return the terms of a day as known at a moment; None where none were agreed."""
    version = standing(versions(work, fund_id, known=known), on)
    return version.terms if version else None


def get(work: Work, fund_id: str, on: date, *, known: Knowing | None = None) -> Terms:
    """Return the terms of a day; refused where none were agreed."""
    found = find(work, fund_id, on, known=known)
    if found is None:
        raise DomainError(
            "This fund has no terms in force on {on}.",
            "Record the terms of its partnership agreement first.",
            on=on,
        )
    return found


def carry_terms(work: Work, fund_id: str, on: date, *, known: Knowing | None = None) -> CarryTerms:
    """Return what the waterfall needs of the terms of a day; refused where none were agreed."""
    return carry_of(get(work, fund_id, on, known=known))


def fee_terms(
    work: Work, fund_id: str, start: date, end: date, *, known: Knowing | None = None
) -> list[FeePeriod]:
    """Return the stretches of [start, end], both days included, with one fee basis and rate."""
    return list(fee_periods(versions(work, fund_id, known=known), start, end))
