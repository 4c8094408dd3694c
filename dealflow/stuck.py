"""Stuck: what does not move at the close of a day, since when, and who has it in hand.

Three things hold a project up: a blocker that stands, a landing condition that is overdue, a start
that is overdue. Beside each stands the open action item of its project: where there is none,
nobody has been asked, and that is the first thing a meeting must change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from dealflow import blockers, conditions
from dealflow.blockers import ActionLine, BlockerKind
from dealflow.freezing import start_due
from dealflow.projects import Project, stage_at
from dealflow.stages import Milestone, Stage
from dealflow.terms import State
from dealflow.units import Unit
from portfolio.kernel.db import Work

WAITING = (Stage.FORMAL, Stage.REGISTERED, Stage.SITE)  # signed, and not started


# ---- facts
class Why(StrEnum):
    """What holds a project up."""

    BLOCKER = "blocker"
    CONDITION = "condition"
    START = "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckLine:
    """One thing that holds a project up; `in_hand` is None where nobody was asked to act."""

    why: Why
    project_id: str
    project_name: str
    unit_name: str  # the responsible unit, "" where there is none
    blocker: BlockerKind | None
    text: str
    since: date  # the day it was raised, or the day on which it was due
    days: int
    in_hand: ActionLine | None
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """All that is stuck at the close of a day, and all that was asked of somebody."""

    as_of: date
    lines: tuple[StuckLine, ...]  # nobody asked first, then the longest
    actions: tuple[ActionLine, ...]  # open, by deadline

    def count(self, why: Why) -> int:
        """How many lines have this cause."""
        return sum(line.why is why for line in self.lines)

    @property
    def without_hand(self) -> int:
        """How many lines nobody was asked to clear."""
        return sum(line.in_hand is None for line in self.lines)

    @property
    def late(self) -> int:
        """How many action items are open beyond their day."""
        return sum(item.is_overdue(self.as_of) for item in self.actions)

    @property
    def units(self) -> int:
        """How many units have something to do."""
        return len({item.unit_name for item in self.actions})


# ---- rules
def urgent_first(lines: Sequence[StuckLine]) -> tuple[StuckLine, ...]:
    """Order by what a meeting must settle: first what nobody has in hand, then by age."""
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                line.in_hand is not None,
                line.since,
                line.project_name,
                line.text,
            ),
        )
    )


# ---- reads
@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    name: str
    unit_name: str
    stage: Stage
    is_told: bool
    is_demo: bool


def stuck(work: Work, as_of: date, *, with_demo: bool = True) -> Stuck:
    """Return what is stuck with a fixed number of queries.

    A real project whose events are demonstration rows is never late: its silence is no fact.
    """
    actions = blockers.actions(work, as_of, with_demo=with_demo)
    hands: dict[str, ActionLine] = {}
    for item in actions:  # by deadline, so the first is the next to come
        if item.project_id:
            hands.setdefault(item.project_id, item)
    named = _named(work, as_of, with_demo=with_demo)

    def line(
        why: Why,
        project_id: str,
        text: str,
        since: date,
        *,
        kind: BlockerKind | None = None,
        is_demo: bool = False,
    ) -> StuckLine:
        project = named[project_id]
        return StuckLine(
            why=why,
            project_id=project_id,
            project_name=project.name,
            unit_name=project.unit_name,
            blocker=kind,
            text=text,
            since=since,
            days=(as_of - since).days,
            in_hand=hands.get(project_id),
            is_demo=is_demo or project.is_demo,
        )

    found = [
        line(Why.BLOCKER, one.project_id, one.text, one.raised_on, kind=one.kind)
        for one in blockers.blockers(work, as_of, with_demo=with_demo)
        if one.project_id in named
    ]
    found += [
        line(
            Why.CONDITION,
            at.project_id,
            f"C{at.no} {at.name}",
            at.terms.due_on,
            is_demo=at.is_demo,
        )
        for at in conditions.positions(work, as_of, with_demo=with_demo)
        if at.state is State.OVERDUE and at.project_id in named
    ]
    found += [
        line(Why.START, project_id, "", due)
        for project_id, due in start_due(work, as_of).items()
        if due < as_of
        and (project := named.get(project_id)) is not None
        and project.stage in WAITING
        and not project.is_told
    ]
    return Stuck(as_of=as_of, lines=urgent_first(found), actions=tuple(actions))


def _named(work: Work, as_of: date, *, with_demo: bool) -> dict[str, _Named]:
    told = sa.select(col(Milestone.id)).where(
        col(Milestone.project_id) == col(Project.id), col(Milestone.is_demo).is_(True)
    )
    statement = (
        sa.select(
            col(Project.id),
            col(Project.name),
            col(Unit.name),
            stage_at(as_of),
            col(Project.is_demo).is_(False) & told.exists(),
            col(Project.is_demo),
        )
        .outerjoin(Unit, col(Unit.id) == col(Project.unit_id))
        .where(col(Project.first_heard_on) <= as_of)
    )
    if not with_demo:
        statement = statement.where(col(Project.is_demo).is_(False))
    return {
        project_id: _Named(
            name=name,
            unit_name=unit_name or "",
            stage=Stage(stage or Stage.LEAD),
            is_told=bool(is_told),
            is_demo=is_demo,
        )
        for project_id, name, unit_name, stage, is_told, is_demo in work.rows(statement)
    }
