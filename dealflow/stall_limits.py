"""Stall limits: after how many days a project counts as stalled; dated data, versions only added.

The names of the lists are published (GUIDANCE_FUNDS.md §3.4), their days are not: the first
version is the house's own, and the office adds what its rules say.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError

MOST_DAYS = 3_650


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """One version: a project is stalled on the day after these many days."""

    version: int
    valid_from: date
    not_started_days: int  # past the agreed day of the start
    not_building_days: int  # after the start, without any money
    not_finished_days: int  # after the start, without production
    idle_days: int  # without any event: "stalled" in the dispatch, idle on the board
    source: str = ""
    is_demo: bool = False


FIRST = Limits(
    version=1,
    valid_from=date.min,
    not_started_days=0,
    not_building_days=90,
    not_finished_days=540,
    idle_days=30,
)


# ---- rules
def in_force(every: list[Limits], on: date) -> Limits:
    """Return the version of a day."""
    return max((one for one in every if one.valid_from <= on), key=lambda one: one.version)


# ---- rows
class StallLimits(Row, table=True):
    """One version that the office added."""

    __tablename__ = "stall_limits"
    __table_args__ = strict(
        sa.UniqueConstraint("version"),
        sa.CheckConstraint("version > 1", name="version_positive"),
        sa.CheckConstraint("source <> ''", name="cited"),
        *(
            sa.CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative")
            for name in (
                "not_started_days",
                "not_building_days",
                "not_finished_days",
                "idle_days",
            )
        ),
    )

    version: int
    valid_from: date
    not_started_days: int
    not_building_days: int
    not_finished_days: int
    idle_days: int
    source: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def add_version(
    work: Work,
    actor: Actor,
    *,
    valid_from: date,
    not_started_days: int,
    not_building_days: int,
    not_finished_days: int,
    idle_days: int,
    source: str,
    is_demo: bool = False,
) -> StallLimits:
    """Add the limits that count from a day on; what was before keeps the limits of its day."""
    actor.must(Duty.SEAL_HALF_MONTHS)
    last = every(work)[-1]
    if valid_from <= last.valid_from:
        raise DomainError(
            "Version {version} of the limits is in force since {since}.",
            "Give the new one a later day.",
            version=last.version,
            since=last.valid_from,
        )
    days = (not_started_days, not_building_days, not_finished_days, idle_days)
    if min(days) < 0 or max(days) > MOST_DAYS or idle_days == 0:
        raise DomainError(
            "A limit is a number of days from 0 to {most}, and 1 at least without any event.",
            "Enter whole days.",
            most=MOST_DAYS,
        )
    if not source.strip():
        raise DomainError(
            "The limits do not say where they come from.", "Name the rule or the decision."
        )
    row = work.add(
        StallLimits(
            version=last.version + 1,
            valid_from=valid_from,
            not_started_days=not_started_days,
            not_building_days=not_building_days,
            not_finished_days=not_finished_days,
            idle_days=idle_days,
            source=source.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"version": row.version, "valid_from": str(valid_from), "days": list(days)}
    audit.write(work, actor, "stall_limits:add", "stall_limits", row.id, after=after)
    return row


# ---- reads
def every(work: Work) -> list[Limits]:
    """Return all versions, oldest first; the first one is built in."""
    rows = work.session.execute(sa.select(StallLimits).order_by(col(StallLimits.version))).scalars()
    return [
        FIRST,
        *(
            Limits(
                version=row.version,
                valid_from=row.valid_from,
                not_started_days=row.not_started_days,
                not_building_days=row.not_building_days,
                not_finished_days=row.not_finished_days,
                idle_days=row.idle_days,
                source=row.source,
                is_demo=row.is_demo,
            )
            for row in rows
        ),
    ]


def of_day(work: Work, on: date) -> Limits:
    """Return the limits in force on a day."""
    return in_force(every(work), on)
