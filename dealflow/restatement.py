"""Restated: what is known of a sealed half month now and was not when it was sealed.

The sealed text stays as it is. Its days are read again and set beside it, with the difference and
with the entries that were recorded after the seal about days before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from dealflow import dispatch, freezing, frozen
from dealflow.agreements import Agreement
from dealflow.amendments import Amendment, Fact
from dealflow.dispatch import Sealed
from dealflow.frozen import Aspect, Change, Shift
from dealflow.landings import Arrival
from dealflow.projects import Project
from dealflow.stages import OFF_RAMPS, Milestone
from portfolio.kernel.db import Work

A_DAY = timedelta(days=1)
DATED = (
    *(Aspect.STAGE, Aspect.CONTRACT, Aspect.PLANNED, Aspect.MONEY),
    *(Aspect.UNIT, Aspect.START_DUE),
)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class LateEntry:
    """Something recorded after the seal about a day before it: a correction of a closed half."""

    kind: str  # milestone, arrival, agreement or amendment
    project_id: str
    project_name: str
    on: date
    amount_fen: int | None
    what: str
    recorded_at: datetime
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A sealed half month beside what its days look like now."""

    measures: tuple[Shift, ...]  # those that differ
    projects: tuple[Change, ...]
    entries: tuple[LateEntry, ...]

    def __bool__(self) -> bool:
        return bool(self.measures or self.projects or self.entries)


# ---- reads
def restated(work: Work, snapshot: Sealed) -> Restated:
    """Return what is known of a sealed half month now and was not when it was sealed."""
    was = dispatch.content(work, snapshot.as_of)
    entries = late_entries(work, snapshot)
    now = freezing.freeze(work, snapshot.as_of, since=snapshot.as_of - A_DAY)
    known = {project.project_id for project in was.projects}
    # A project that had left the road before the half month is in neither.
    changes = [
        change
        for change in frozen.compare(was, now)
        if change.aspect in DATED and (change.project_id in known or change.was is None)
    ]
    gone = {change.project_id for change in changes if change.now is None}
    left = gone & {p.project_id for p in was.projects if p.stage in OFF_RAMPS}
    return Restated(
        measures=tuple(
            shift for shift in frozen.shifts(was, now).values() if shift.was != shift.now
        ),
        projects=tuple(change for change in changes if change.project_id not in left),
        entries=tuple(entries),
    )


def late_entries(work: Work, snapshot: Sealed) -> Sequence[LateEntry]:
    """Return what was recorded after a seal about the days before it, by the day of recording."""
    found: list[LateEntry] = []
    for row, amount, what, on, kind in (
        (Milestone, sa.null(), col(Milestone.stage), col(Milestone.on), "milestone"),
        (Arrival, col(Arrival.amount_fen), col(Arrival.kind), col(Arrival.on), "arrival"),
        (
            Agreement,
            col(Agreement.amount_fen),
            col(Agreement.kind),
            col(Agreement.signed_on),
            "agreement",
        ),
    ):
        statement = (
            sa.select(
                col(row.project_id),
                col(Project.name),
                on,
                amount,
                what,
                col(row.recorded_at),
                col(row.is_demo),
            )
            .join(Project, col(Project.id) == col(row.project_id))
            .where(on <= snapshot.as_of, col(row.recorded_at) > snapshot.sealed_at)
        )
        found += [
            LateEntry(
                kind=kind,
                project_id=project_id,
                project_name=name,
                on=day,
                amount_fen=amount_fen,
                what=word,
                recorded_at=recorded_at,
                is_demo=is_demo,
            )
            for project_id, name, day, amount_fen, word, recorded_at, is_demo in work.rows(
                statement
            )
        ]
    found += _amended(work, snapshot)
    return sorted(found, key=lambda entry: (entry.recorded_at, entry.project_id))


def _amended(work: Work, snapshot: Sealed) -> list[LateEntry]:
    statement = (
        sa.select(Amendment, col(Project.name))
        .join(Project, col(Project.id) == col(Amendment.project_id))
        .where(
            col(Amendment.effective_on) <= snapshot.as_of,
            col(Amendment.recorded_at) > snapshot.sealed_at,
        )
    )
    return [
        LateEntry(
            kind="amendment",
            project_id=row.project_id,
            project_name=name,
            on=row.effective_on,
            amount_fen=int(row.now) if row.fact in {Fact.PLANNED, Fact.AMOUNT} else None,
            what=row.fact,
            recorded_at=row.recorded_at,
            is_demo=row.is_demo,
        )
        for row, name in work.rows(statement)
    ]
