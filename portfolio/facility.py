"""Facility: a subscription line, drawn ahead of calls and repaid from them.

A draw brings cash and a liability, a repayment takes both away, so neither moves the NAV; interest
and fees do, under rows 47 and 46 of the ILPA sheet. There is no table of movements: they are the
ledger's transactions that name the facility, each posting with the type that the ILPA Performance
Template gives it (REPORTING.md §2.3). The commands that move them are in facility_acts.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import expenses, ledger
from portfolio.accounts import AccountCode
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, strict
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment

DRAW, REPAY = "portfolio:facility:draw", "portfolio:facility:repay"
DAY_BASES = (360, 365)
PER_MILLION = 1_000_000
Changes = list[tuple[date, "Use", int, bool]]  # (day, use, owed more or less, is a draw)


# ---- facts
class Use(StrEnum):
    """What a draw is for, and so what its repayment gives back."""

    INVESTMENTS = "investments"
    WORKING_CAPITAL = "working_capital"
    FEES = "fees"

    @property
    def drawn(self) -> str:
        """The purpose of a draw's posting."""
        return f"facility:draw:{self}"

    @property
    def repaid(self) -> str:
        """The purpose of a repayment's posting."""
        return f"facility:repay:{self}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityPosition:
    """A facility at the close of a day."""

    id: str
    name: str
    lender: str
    limit_fen: int
    rate_ppm: int
    day_basis: int
    opened_on: date
    matures_on: date
    drawn_fen: int
    repaid_fen: int
    by_use: Mapping[Use, int]  # outstanding
    interest_from: date  # first day for which no interest is booked
    is_demo: bool

    @property
    def outstanding_fen(self) -> int:
        """What is owed to the lender."""
        return self.drawn_fen - self.repaid_fen

    @property
    def room_fen(self) -> int:
        """What may still be drawn."""
        return self.limit_fen - self.outstanding_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A draw (positive) or repayment (negative), reversed or not."""

    transaction_id: str
    seq: int
    on: date
    use: Use
    amount_fen: int
    is_reversed: bool


# ---- rules
def interest_fen(
    balance: Mapping[date, int], *, since: date, until: date, rate_ppm: int, day_basis: int
) -> int:
    """Return simple interest in whole fen, the exact amount rounded half up once.

    balance    {day: change of what is outstanding at its close, fen}
    since      the first day that counts, by what is outstanding at its close
    until      the first day that counts no more
    rate_ppm   yearly rate in millionths: 3.85 % is 38,500
    day_basis  days of the year: 360 or 365
    """
    days = sorted({since, until, *(on for on in balance if since < on < until)})
    running = sum(fen for on, fen in balance.items() if on <= since)
    total = 0
    for on, following in pairwise(days):
        total += running * (following - on).days
        running += balance.get(following, 0)
    exact = Fraction(total * rate_ppm, PER_MILLION * day_basis)
    return int(exact + Fraction(1, 2))


# ---- rows
class Facility(Row, table=True):
    """A line of credit secured on what the partners have not paid yet."""

    __tablename__ = "facility"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "name"),
        sa.CheckConstraint("limit_fen > 0", name="limit_positive"),
        sa.CheckConstraint("rate_ppm >= 0", name="rate_not_negative"),
        sa.CheckConstraint("day_basis IN (360, 365)", name="day_basis_known"),
        sa.CheckConstraint("matures_on > opened_on", name="matures_later"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    name: str
    lender: str
    limit_fen: int = Field(sa_type=Fen)
    rate_ppm: int
    day_basis: int
    opened_on: date
    matures_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class FacilityInterest(Row, table=True):
    """Which days an interest expense is for; it counts while the expense stands."""

    __tablename__ = "facility_interest"
    __table_args__ = strict(sa.CheckConstraint("until > since", name="some_days"))

    facility_id: str = Field(foreign_key="facility.id", sa_type=Id, index=True)
    since: date
    until: date
    expense_id: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- reads
def get(work: Work, facility_id: str) -> Facility:
    """Return the facility or answer like one that is not there."""
    row = work.session.get(Facility, facility_id)
    if row is None:
        raise NotFoundError
    return row


def positions(work: Work, moment: Moment, fund_id: str) -> list[FacilityPosition]:
    """Return the fund's facilities opened by the moment's day, oldest first."""
    rows = work.session.execute(
        sa.select(Facility)
        .where(col(Facility.fund_id) == fund_id, col(Facility.opened_on) <= moment.as_of)
        .order_by(col(Facility.opened_on), col(Facility.id))
    ).scalars()
    return [_position(work, moment, row) for row in rows if moment.with_demo or not row.is_demo]


def _position(work: Work, moment: Moment, row: Facility) -> FacilityPosition:
    moved = changes(work, row, moment)
    return FacilityPosition(
        id=row.id,
        name=row.name,
        lender=row.lender,
        limit_fen=row.limit_fen,
        rate_ppm=row.rate_ppm,
        day_basis=row.day_basis,
        opened_on=row.opened_on,
        matures_on=row.matures_on,
        drawn_fen=sum(fen for _, _, fen, is_draw in moved if is_draw),
        repaid_fen=-sum(fen for _, _, fen, is_draw in moved if not is_draw),
        by_use=by_use(moved, moment.as_of),
        interest_from=interest_from(work, row),
        is_demo=row.is_demo,
    )


def movements(work: Work, moment: Moment, facility_id: str) -> list[Movement]:
    """Return the draws and repayments by day, one row for each use."""
    undone = {
        one
        for (one,) in work.rows(
            sa.select(col(LedgerTransaction.supersedes)).where(
                col(LedgerTransaction.supersedes).is_not(None),
                col(LedgerTransaction.subject_id) == facility_id,
                moment.holds(),
            )
        )
    }
    rows = work.rows(
        ledger.entries(
            col(LedgerTransaction.id),
            col(LedgerTransaction.seq),
            col(LedgerTransaction.effective_date),
            col(LedgerPosting.purpose),
            col(LedgerPosting.amount_fen),
        )
        .where(
            col(LedgerTransaction.subject_id) == facility_id,
            col(LedgerPosting.account) == AccountCode.SUBSCRIPTION_LINE.value,
            col(LedgerTransaction.supersedes).is_(None),
            moment.holds(),
        )
        .order_by(col(LedgerTransaction.effective_date), col(LedgerTransaction.seq))
    )
    return [
        Movement(
            transaction_id=transaction_id,
            seq=seq,
            on=on,
            use=Use(purpose.rpartition(":")[2]),
            amount_fen=-int(fen),
            is_reversed=transaction_id in undone,
        )
        for transaction_id, seq, on, purpose, fen in rows
    ]


def interest_from(work: Work, row: Facility) -> date:
    """Return the first day for which no interest is booked; a reversed entry books none."""
    last = row.opened_on
    standing = {one.id for one in expenses.expenses(work, Moment(as_of=date.max), row.fund_id)}
    for booked in work.session.execute(
        sa.select(FacilityInterest).where(col(FacilityInterest.facility_id) == row.id)
    ).scalars():
        if booked.expense_id in standing:
            last = max(last, booked.until)
    return last


def owed_interest_fen(work: Work, row: Facility, *, until: date) -> int:
    """Return the interest of the days not yet booked, up to and without `until`."""
    balance: dict[date, int] = {}
    for on, _, fen, _ in changes(work, row):
        balance[on] = balance.get(on, 0) + fen
    return interest_fen(
        balance,
        since=interest_from(work, row),
        until=until,
        rate_ppm=row.rate_ppm,
        day_basis=row.day_basis,
    )


def changes(work: Work, row: Facility, moment: Moment | None = None) -> Changes:
    """Return every change of what is outstanding, in any order."""
    statement = ledger.entries(
        col(LedgerTransaction.effective_date),
        col(LedgerPosting.purpose),
        -col(LedgerPosting.amount_fen),
    ).where(
        col(LedgerTransaction.subject_id) == row.id,
        col(LedgerPosting.account) == AccountCode.SUBSCRIPTION_LINE.value,
    )
    if moment is not None:
        statement = statement.where(moment.holds())
    return [
        (on, Use(purpose.rpartition(":")[2]), int(fen), purpose.startswith("facility:draw:"))
        for on, purpose, fen in work.rows(statement)
    ]


def by_use(moved: Changes, on: date) -> dict[Use, int]:
    """Return what is outstanding of each use at the close of a day."""
    found = {use: sum(fen for day, of, fen, _ in moved if of is use and day <= on) for use in Use}
    return {use: fen for use, fen in found.items() if fen > 0}


def _running(moved: Changes, since: date) -> list[int]:
    days = sorted({since, *(on for on, _, _, _ in moved if on > since)})
    return [sum(fen for on, _, fen, _ in moved if on <= day) for day in days]


def least(moved: Changes, *, since: date) -> int:
    """Return the least that is outstanding at the close of `since` or of any day after it."""
    return min(_running(moved, since))


def most(moved: Changes, *, since: date) -> int:
    """Return the most that is outstanding at the close of `since` or of any day after it."""
    return max(_running(moved, since))
