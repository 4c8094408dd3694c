"""Locks: a closed quarter of a fund, and which dates the books still take."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError

EARLIEST = date(1990, 1, 1)


# ---- rows
class PeriodLock(Row, table=True):
    """A closed quarter of a fund: what is dated in it from now on is a correction."""

    __tablename__ = "period_lock"
    __table_args__ = strict(sa.UniqueConstraint("fund_id", "ends_on"))

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id)
    ends_on: date
    known_seq: int = Field(sa_type=sa.BigInteger)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)


# ---- refusals
def refuse_odd_date(
    work: Work, fund_id: str, effective_date: date, correction_reason: str | None
) -> None:
    """Refuse a date before the books can begin, or in a locked quarter without a reason."""
    if effective_date < EARLIEST:
        raise DomainError(
            "{on} is before any fund of this district.", "Check the year.", on=effective_date
        )
    locked = work.scalar(
        sa.select(sa.func.max(col(PeriodLock.ends_on))).where(col(PeriodLock.fund_id) == fund_id)
    )
    if locked is not None and effective_date <= locked and not correction_reason:
        raise DomainError(
            "The books are closed to {locked}; {on} lies before.",
            "Date it after {locked}, or record it as a correction with its reason.",
            locked=locked,
            on=effective_date,
        )


# ---- reads
def is_locked(work: Work, fund_id: str, on: date) -> bool:
    """Tell whether a day of a fund lies in a closed quarter."""
    last = work.scalar(
        sa.select(sa.func.max(col(PeriodLock.ends_on))).where(col(PeriodLock.fund_id) == fund_id)
    )
    return last is not None and on <= last
