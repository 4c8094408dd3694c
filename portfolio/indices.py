"""Market indices: imported closing levels against which the partners' returns are held.

A level is added once and never changed. What is missing is said to be missing: no level is
interpolated or carried further than ten days.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, new_id, strict
from portfolio.kernel.errors import DomainError, NotFoundError, say
from valuation.figures import Reason, Undefined

SCALE = 10_000  # a level keeps four digits after the point, exactly
STALE_AFTER = timedelta(days=10)  # Spring Festival 2020 closed the exchanges that long
WHOLE = say("Correct the list and record it again: nothing of it was kept.")
NAMED = 3  # days that a refusal lists before it only counts


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The level that stands for a day: the last one on or before it."""

    on: date  # the day it was quoted
    level: float  # > 0


@dataclass(frozen=True, slots=True)
class NoLevel(Undefined):
    """Why a series cannot be held against the given days: the first day without a level."""

    on: date = date.min


# ---- rules
def scaled(level: Decimal) -> int | None:
    """Return the level × 10,000, or None if it is not above zero or has more than four digits."""
    shifted = level * SCALE
    return int(shifted) if level.is_finite() and level > 0 and shifted == int(shifted) else None


def standing(quoted: list[tuple[date, int]], days: Iterable[date]) -> dict[date, Level] | NoLevel:
    """Return the level for each day, or the first day for which there is none.

    quoted  (on, level × 10,000), ascending
    """
    at = [on for on, _ in quoted]
    found: dict[date, Level] = {}
    for day in sorted(set(days)):
        i = bisect_right(at, day) - 1
        if i < 0 or day - at[i] > STALE_AFTER:
            last = f"the last before it is of {at[i]}" if i >= 0 else "the series begins later"
            return NoLevel(Reason.NO_INDEX_LEVEL, f"no index level for {day}: {last}", on=day)
        found[day] = Level(on=at[i], level=quoted[i][1] / SCALE)
    return found


# ---- rows
class IndexSeries(Row, table=True):
    """An index; it should be the total-return variant, with dividends reinvested."""

    __tablename__ = "index_series"
    __table_args__ = strict(
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("code <> '' AND name <> ''", name="named"),
    )

    code: str
    name: str
    name_en: str = ""
    source: str = ""
    is_demo: bool = False


class IndexLevel(Row, table=True):
    """The closing level of one day. Append-only."""

    __tablename__ = "index_level"
    __table_args__ = strict(
        sa.UniqueConstraint("series_id", "on"),
        sa.CheckConstraint("level > 0", name="level_positive"),
    )

    series_id: str = Field(foreign_key="index_series.id", sa_type=Id)
    on: date
    level: int = Field(sa_type=sa.BigInteger)  # × 10,000
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def create(
    work: Work,
    actor: Actor,
    *,
    code: str,
    name: str,
    name_en: str = "",
    source: str = "",
    is_demo: bool = False,
) -> IndexSeries:
    """Record a series without levels."""
    actor.must(Duty.EDIT_FUNDS)
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise DomainError("The index has no code or no name.", "Enter both.")
    if work.scalar(sa.select(col(IndexSeries.id)).where(col(IndexSeries.code) == code)):
        raise DomainError(
            "There is an index with the code {code} already.", "Choose another code.", code=code
        )
    row = work.add(
        IndexSeries(code=code, name=name, name_en=name_en, source=source, is_demo=is_demo)
    )
    audit.write(work, actor, "index:create", "index_series", row.id, after={"code": code})
    return row


def record(work: Work, actor: Actor, series_id: str, levels: Iterable[tuple[date, Decimal]]) -> int:
    """Add closing levels and return how many; one bad row keeps all of them out."""
    actor.must(Duty.EDIT_FUNDS)
    series = work.session.get(IndexSeries, series_id)
    if series is None:
        raise NotFoundError
    given = sorted(levels)
    if bad := [f"{on} {level}" for on, level in given if scaled(level) is None]:
        raise DomainError(
            "The index level is not above zero, or has more than four decimals: {days}.",
            WHOLE,
            days=_first(bad),
        )
    today = work.today()
    if early := [str(on) for on, _ in given if on > today]:
        raise DomainError("The index level is of a day to come: {days}.", WHOLE, days=_first(early))
    known = {on for on, _ in _quoted(work, series_id)}
    twice = {on for (on, _), (after, _) in pairwise(given) if on == after}
    if twice := twice | {on for on, _ in given if on in known}:
        raise DomainError(
            "There is a level for this day already: {days}.",
            WHOLE,
            days=_first([str(on) for on in sorted(twice)]),
        )
    rows = [
        {
            "id": new_id(),
            "series_id": series_id,
            "on": on,
            "level": scaled(level),
            "recorded_at": work.recorded_at,
            "recorded_by": actor.id,
            "is_demo": series.is_demo,
        }
        for on, level in given
    ]
    if rows:
        work.session.execute(sa.insert(IndexLevel), rows)
        span: Mapping[str, object] = {
            "levels": len(rows),
            "first": given[0][0].isoformat(),
            "last": given[-1][0].isoformat(),
        }
        audit.write(work, actor, "index:record", "index_series", series_id, after=span)
    return len(rows)


def _first(bad: list[str]) -> str:
    return ", ".join(bad[:NAMED]) + (f" … ({len(bad)})" if len(bad) > NAMED else "")


# ---- reads
def listed(work: Work, *, with_demo: bool = True) -> list[IndexSeries]:
    """Return all series by code."""
    statement = sa.select(IndexSeries).order_by(col(IndexSeries.code))
    if not with_demo:
        statement = statement.where(col(IndexSeries.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())


def levels_on(
    work: Work, series: IndexSeries, dates: Iterable[date]
) -> dict[date, Level] | NoLevel:
    """Return the level for each date, at most ten days old, or the date that has none."""
    days = set(dates)
    if not days:
        return {}
    window = (min(days) - STALE_AFTER, max(days))
    return standing(_quoted(work, series.id, window), days)


def _quoted(
    work: Work, series_id: str, window: tuple[date, date] | None = None
) -> list[tuple[date, int]]:
    statement = (
        sa.select(col(IndexLevel.on), col(IndexLevel.level))
        .where(col(IndexLevel.series_id) == series_id)
        .order_by(col(IndexLevel.on))
    )
    if window is not None:
        statement = statement.where(col(IndexLevel.on).between(*window))
    return [(on, int(level)) for on, level in work.rows(statement)]
