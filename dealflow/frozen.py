"""Frozen: a half month as it stood when it was sealed, and what two of them say beside each other.

A half month is one canonical text (audit.canonical), so its sha256 can be worked out again from
the row alone. Nothing here reads a database.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from dealflow.blockers import BlockerKind
from dealflow.board import Column, column_of
from dealflow.stages import AT_REST, OFF_RAMPS, Stage
from portfolio.kernel import audit
from valuation.periods import HalfMonth

HALVES_A_MONTH = 2
FIRST_IDLE_DAYS = 30  # of half months that were sealed before the limit was written into them


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenProject:
    """One project at the close of the half month."""

    project_id: str
    code: str
    name: str
    unit: str
    system_code: str
    chain: str
    stage: Stage
    planned_fen: int | None
    contract_fen: int | None
    in_place_fen: int
    start_due_on: date | None
    last_event_on: date
    note: str  # said when it reached its stage
    is_told: bool  # a real project whose events are demonstration rows: never called idle
    is_demo: bool
    reasons: Mapping[str, str] = field(default_factory=dict)  # why an aspect was amended last

    @property
    def column(self) -> Column:
        """Where it stands on the board."""
        return column_of(self.stage, self.in_place_fen)

    def is_idle(self, as_of: date, limit_days: int) -> bool:
        """Say whether nothing has happened for longer than the limit."""
        idle = (as_of - self.last_event_on).days > limit_days
        return idle and self.stage not in AT_REST and not self.is_told


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenCondition:
    """One landing condition at the close of the half month."""

    condition_id: str
    project_id: str
    no: int
    name: str
    due_on: date
    status: str
    verified: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenMeasure:
    """One measure of the year to date; no value where it could not be known."""

    code: str
    version: int
    unit: str
    value: float | None
    numerator: float | None
    denominator: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenBlocker:
    """One blocker that stood at the close of the half month, and whose project it held up."""

    blocker_id: str
    project_id: str
    project_name: str
    unit: str
    kind: BlockerKind
    text: str
    raised_on: date
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenAction:
    """One action item that was open at the close of the half month: who, what, by when."""

    action_id: str
    project_id: str | None
    project_name: str
    text: str
    unit: str
    owner: str
    raised_on: date
    due_on: date
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenHalf:
    """All that was live at the close of a half month.

    Blockers and action items are None in a half month that was sealed before they were kept.
    """

    as_of: date
    measures: tuple[FrozenMeasure, ...]
    projects: tuple[FrozenProject, ...]
    conditions: tuple[FrozenCondition, ...]
    blockers: tuple[FrozenBlocker, ...] | None = None
    actions: tuple[FrozenAction, ...] | None = None
    idle_days: int  # the limit of its day, so that a later one changes nothing that was sealed

    @property
    def stalled(self) -> int:
        """How many projects had no event for longer than the limit."""
        return sum(one.is_idle(self.as_of, self.idle_days) for one in self.projects)


class ChangeKind(StrEnum):
    """What happened to a project between two half months."""

    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    SLIPPED = "slipped"
    WITHDRAWN = "withdrawn"
    STALLED = "stalled"


class Aspect(StrEnum):
    """What of a project a change speaks of."""

    STAGE = "stage"
    CONTRACT = "contract"
    PLANNED = "planned"
    MONEY = "money"
    UNIT = "unit"
    START_DUE = "start_due"
    CONDITION = "condition"
    LAST_EVENT = "last_event"


Item = TypeVar("Item")
Seen = Column | Stage | int | date | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the comparison."""

    kind: ChangeKind
    aspect: Aspect
    project_id: str
    code: str
    name: str
    unit: str
    was: Seen
    now: Seen
    reason: str
    arrived_fen: int  # between the two half months
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One measure in two half months."""

    code: str
    unit: str
    was: float | None
    now: float | None

    @property
    def difference(self) -> float | None:
        """How far it moved, None where one of the two cannot be known."""
        return None if self.was is None or self.now is None else self.now - self.was


# ---- rules
def number_of(half: HalfMonth) -> int:
    """Return the number of a half month in its year, as in S20: 1 to 24."""
    return HALVES_A_MONTH * (half.month - 1) + half.half


def label(as_of: date) -> str:
    """Return S20 for the half month that ends on 31 October."""
    return f"S{number_of(HalfMonth.containing(as_of))}"


def text_of(half: FrozenHalf) -> str:
    """Write a half month one way only."""
    return audit.canonical(asdict(half))


def sha256_of(text: str) -> str:
    """Return the fingerprint of a written half month."""
    return hashlib.sha256(text.encode()).hexdigest()


def read(text: str) -> FrozenHalf:
    """Read a half month as it was written."""
    told = json.loads(text)
    return FrozenHalf(
        as_of=date.fromisoformat(told["as_of"]),
        measures=tuple(FrozenMeasure(**one) for one in told["measures"]),
        projects=tuple(_project(one) for one in told["projects"]),
        conditions=tuple(
            FrozenCondition(**one | {"due_on": date.fromisoformat(one["due_on"])})
            for one in told["conditions"]
        ),
        blockers=_kept(told.get("blockers"), _blocker),
        actions=_kept(told.get("actions"), _action),
        idle_days=told.get("idle_days", FIRST_IDLE_DAYS),
    )


def _kept(
    told: Sequence[Mapping[str, Any]] | None, item: Callable[[Mapping[str, Any]], Item]
) -> tuple[Item, ...] | None:
    return None if told is None else tuple(item(one) for one in told)


def _blocker(told: Mapping[str, Any]) -> FrozenBlocker:
    raised = date.fromisoformat(told["raised_on"])
    return FrozenBlocker(**{**told, "kind": BlockerKind(told["kind"]), "raised_on": raised})


def _action(told: Mapping[str, Any]) -> FrozenAction:
    days = {key: date.fromisoformat(told[key]) for key in ("raised_on", "due_on")}
    return FrozenAction(**{**told, **days})


def _project(told: Mapping[str, Any]) -> FrozenProject:
    due = told["start_due_on"]
    return FrozenProject(
        **{
            **told,
            "stage": Stage(told["stage"]),
            "start_due_on": date.fromisoformat(due) if due else None,
            "last_event_on": date.fromisoformat(told["last_event_on"]),
        }
    )


def compare(before: FrozenHalf, after: FrozenHalf) -> tuple[Change, ...]:
    """Return what happened between two half months, by kind and project."""
    was = {project.project_id: project for project in before.projects}
    now = {project.project_id: project for project in after.projects}
    found: list[Change] = []
    for project in after.projects:
        if project.project_id not in was:
            if project.stage not in OFF_RAMPS:
                found.append(_change(project, ChangeKind.NEW, Aspect.STAGE, None, project.column))
            continue
        found += _between(was[project.project_id], project, before, after)
    found += [
        _change(gone, ChangeKind.WITHDRAWN, Aspect.STAGE, gone.column, None)
        for project_id, gone in was.items()
        if project_id not in now and gone.stage not in OFF_RAMPS
    ]
    found += _overdue(before, after, now)
    order = list(ChangeKind)
    return tuple(sorted(found, key=lambda change: (order.index(change.kind), change.code)))


def _between(
    was: FrozenProject, now: FrozenProject, before: FrozenHalf, after: FrozenHalf
) -> Iterator[Change]:
    if now.stage in OFF_RAMPS:
        if was.stage not in OFF_RAMPS:
            yield _change(now, ChangeKind.WITHDRAWN, Aspect.STAGE, was.column, now.stage)
        return
    if was.column is not now.column:
        arrived = now.in_place_fen - was.in_place_fen
        yield _change(
            now, ChangeKind.MOVED, Aspect.STAGE, was.column, now.column, arrived_fen=arrived
        )
    for aspect, old, new in (
        (Aspect.CONTRACT, was.contract_fen, now.contract_fen),
        (Aspect.PLANNED, was.planned_fen, now.planned_fen),
        (Aspect.UNIT, was.unit, now.unit),
    ):
        if old != new and old is not None:
            yield _change(now, ChangeKind.CHANGED, aspect, old, new)
    if was.in_place_fen != now.in_place_fen and was.column is now.column:
        yield _change(
            now, ChangeKind.CHANGED, Aspect.MONEY, was.in_place_fen, now.in_place_fen, reason=""
        )
    yield from _slipped(was, now, before.as_of, after.as_of)
    if now.is_idle(after.as_of, after.idle_days) and not was.is_idle(
        before.as_of, before.idle_days
    ):
        limit = str(after.idle_days)
        yield _change(
            now, ChangeKind.STALLED, Aspect.LAST_EVENT, None, now.last_event_on, reason=limit
        )


def _slipped(was: FrozenProject, now: FrozenProject, before: date, after: date) -> Iterator[Change]:
    if was.start_due_on and now.start_due_on and now.start_due_on > was.start_due_on:
        yield _change(now, ChangeKind.SLIPPED, Aspect.START_DUE, was.start_due_on, now.start_due_on)
    elif was.contract_fen is not None and was.start_due_on != now.start_due_on:
        yield _change(now, ChangeKind.CHANGED, Aspect.START_DUE, was.start_due_on, now.start_due_on)
    elif (
        now.start_due_on
        and before <= now.start_due_on < after
        and now.stage.rank < Stage.STARTED.rank
    ):
        yield _change(now, ChangeKind.SLIPPED, Aspect.START_DUE, now.start_due_on, None, reason="")


def _overdue(
    before: FrozenHalf, after: FrozenHalf, projects: Mapping[str, FrozenProject]
) -> Iterator[Change]:
    """Yield the conditions that came to be missed."""
    stood = {one.condition_id: one.status for one in before.conditions}
    for one in after.conditions:
        was = stood.get(one.condition_id)
        if one.status == "missed" and was not in {None, "missed"} and one.project_id in projects:
            yield _change(
                projects[one.project_id],
                ChangeKind.SLIPPED,
                Aspect.CONDITION,
                one.due_on,
                None,
                reason=f"C{one.no} {one.name}",
            )


def _change(
    project: FrozenProject,
    kind: ChangeKind,
    aspect: Aspect,
    was: Seen,
    now: Seen,
    *,
    reason: str | None = None,
    arrived_fen: int = 0,
) -> Change:
    return Change(
        kind=kind,
        aspect=aspect,
        project_id=project.project_id,
        code=project.code,
        name=project.name,
        unit=project.unit,
        was=was,
        now=now,
        reason=project.reasons.get(aspect.value, project.note) if reason is None else reason,
        arrived_fen=arrived_fen,
        is_demo=project.is_demo or project.is_told,
    )


def shifts(before: FrozenHalf, after: FrozenHalf) -> dict[str, Shift]:
    """Return {measure: its value in both half months}."""
    was = {one.code: one.value for one in before.measures}
    return {
        one.code: Shift(code=one.code, unit=one.unit, was=was.get(one.code), now=one.value)
        for one in after.measures
    }
