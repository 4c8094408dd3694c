"""Chain plans (一案): the goals of each version of a chain's plan, and how far each has come.

A goal counts what came from the plan's first day to its own day, both included: what comes after
its day no longer helps it. Nothing of the progress is stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import chain_documents, chain_map, landed, targets
from dealflow.chain_documents import ChainDocument, Document, Version
from dealflow.chain_firms import Role
from dealflow.chains import Segment
from dealflow.projects import Project
from dealflow.targets import Scope
from portfolio.figures import Figure, FigureRow, Unit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError, say
from portfolio.organisations import Organisation
from valuation.figures import Reason, Undefined


# ---- facts
class GoalKind(StrEnum):
    """What a plan asks for."""

    FIRMS = "firms"  # that landed from the plan's first day on
    CONTRACT = "contract_amount"
    IN_PLACE = "money_in_place"
    SEGMENT = "segment"  # to be filled by a landed firm


MONEY = frozenset({GoalKind.CONTRACT, GoalKind.IN_PLACE})
MEANS = {
    GoalKind.FIRMS: say("Firms of the chain that landed from the plan's first day on"),
    GoalKind.SEGMENT: say("Whether a firm has landed in the segment"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A goal as it is handed in: so much by a day; one segment where it names one."""

    kind: GoalKind
    at_least: int  # fen, or a count
    due_on: date
    segment_id: str | None = None


class Pace(StrEnum):
    """How a goal stands beside the time that is gone."""

    MET = "met"
    ON_PACE = "on_pace"
    BEHIND = "behind"
    MISSED = "missed"  # its day is over
    NOT_BEGUN = "not_begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal with what has come of it."""

    goal_id: str
    kind: GoalKind
    at_least: int
    due_on: date
    segment_id: str | None
    segment_name: str
    segment_name_en: str
    figure: Figure  # the actual, with the rows it is made of
    since: date  # the days the actual counts
    counted_to: date
    elapsed: float  # share of its time that is gone
    is_over: bool
    is_demo: bool

    @property
    def actual(self) -> int:
        """What has come so far, in fen or as a count."""
        return int(self.figure.value) if not isinstance(self.figure.value, Undefined) else 0

    @property
    def share(self) -> float | Undefined:
        """The part that is done; undefined before the plan's first day."""
        if isinstance(self.figure.value, Undefined):
            return self.figure.value
        return self.figure.value / self.at_least

    @property
    def pace(self) -> Pace:
        """Say how it stands."""
        return pace(self.share, self.elapsed, is_over=self.is_over)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A version with its goals."""

    version: Version
    goals: tuple[Goal, ...]


# ---- rules
def elapsed(since: date, due_on: date, as_of: date) -> float:
    """Return the share of the days from the first to the last, both included, that is gone."""
    whole = (due_on - since).days + 1
    return min(max(((as_of - since).days + 1) / whole, 0.0), 1.0)


def pace(share: float | Undefined, gone: float, *, is_over: bool) -> Pace:
    """Compare the share done with the share of the time."""
    if isinstance(share, Undefined):
        return Pace.NOT_BEGUN
    if share >= 1:
        return Pace.MET
    if is_over:
        return Pace.MISSED
    return Pace.ON_PACE if share >= gone else Pace.BEHIND


# ---- rows
class PlanGoal(Row, table=True):
    """A goal of one version of a plan."""

    __tablename__ = "plan_goal"
    __table_args__ = strict(
        sa.UniqueConstraint("document_id", "kind", "segment_id", "due_on"),
        sa.CheckConstraint("at_least > 0", name="at_least_positive"),
        sa.CheckConstraint("(kind = 'segment') = (segment_id IS NOT NULL)", name="segment_named"),
    )

    document_id: str = Field(foreign_key="chain_document.id", sa_type=Id)
    kind: str = Field(sa_type=one_of(*GoalKind))
    at_least: int = Field(sa_type=sa.BigInteger)
    due_on: date
    segment_id: str | None = Field(default=None, foreign_key="segment.id", sa_type=Id)
    is_demo: bool = False


# ---- commands
def hand_in(
    work: Work,
    actor: Actor,
    *,
    chain_id: str,
    title: str,
    valid_from: date,
    file_id: str | None,
    goals: Sequence[Asked],
    title_en: str = "",
    is_demo: bool = False,
) -> ChainDocument:
    """Record the next version of a chain's plan with its goals.

    errors  no goal; a goal of nothing, dated before the plan, or named twice; what
            chain_documents.hand_in refuses
    """
    actor.must(Duty.EDIT_DEALS)
    _refuse_odd_goals(work, chain_id, valid_from, goals)
    document = chain_documents.hand_in(
        work,
        actor,
        chain_id=chain_id,
        kind=Document.PLAN,
        title=title,
        title_en=title_en,
        valid_from=valid_from,
        file_id=file_id,
        is_demo=is_demo,
    )
    for one in goals:
        work.add(
            PlanGoal(
                document_id=document.id,
                kind=one.kind.value,
                at_least=one.at_least,
                due_on=one.due_on,
                segment_id=one.segment_id,
                is_demo=is_demo,
            )
        )
    return document


def _refuse_odd_goals(work: Work, chain_id: str, valid_from: date, goals: Sequence[Asked]) -> None:
    if not goals:
        raise DomainError("The plan names no goal.", "Enter one number with its day at least.")
    seen = set()
    for one in goals:
        if one.at_least <= 0:
            raise DomainError("A goal is more than nothing.", "Enter what the plan asks for.")
        if one.due_on < valid_from:
            raise DomainError(
                "A goal is due on {due}, before the plan begins on {on}.",
                "Check both days against the paper.",
                due=one.due_on,
                on=valid_from,
            )
        key = (one.kind, one.segment_id, one.due_on)
        if key in seen:
            raise DomainError(
                "The same goal stands twice for {on}.", "Leave one of them out.", on=one.due_on
            )
        seen.add(key)
        if one.segment_id is not None:
            segment = work.session.get(Segment, one.segment_id)
            if segment is None or segment.chain_id != chain_id:
                raise NotFoundError


# ---- reads
def plan(work: Work, as_of: date, version: Version, *, with_demo: bool = True) -> Plan:
    """Return one version with how far each of its goals had come on a day."""
    rows = work.rows(
        sa.select(PlanGoal, col(Segment.name), col(Segment.name_en))
        .outerjoin(Segment, col(Segment.id) == col(PlanGoal.segment_id))
        .where(col(PlanGoal.document_id) == version.document_id)
        .order_by(col(PlanGoal.due_on), col(PlanGoal.id))
    )
    since = version.valid_from
    ends = {min(as_of, one.due_on) for one, *_ in rows if since <= as_of}
    kinds = {GoalKind(one.kind) for one, *_ in rows}
    figures = {
        end: _figures(work, since, end, version.chain_id, kinds, with_demo=with_demo)
        for end in ends
    }
    return Plan(
        version=version,
        goals=tuple(
            Goal(
                goal_id=one.id,
                kind=GoalKind(one.kind),
                at_least=one.at_least,
                due_on=one.due_on,
                segment_id=one.segment_id,
                segment_name=name or "",
                segment_name_en=name_en or "",
                figure=_figure(figures.get(end, {}), one),
                since=since,
                counted_to=end,
                elapsed=elapsed(since, one.due_on, as_of),
                is_over=as_of > one.due_on,
                is_demo=one.is_demo,
            )
            for one, name, name_en in rows
            for end in (min(as_of, one.due_on),)
        ),
    )


def in_force(work: Work, as_of: date, chain_id: str, *, with_demo: bool = True) -> Plan | None:
    """Return the plan that holds on a day with its goals; None before the first one."""
    version = chain_documents.in_force(work, as_of, chain_id, Document.PLAN, with_demo=with_demo)
    return plan(work, as_of, version, with_demo=with_demo) if version else None


def _figure(figures: dict[str, Figure], goal: PlanGoal) -> Figure:
    found = figures.get(goal.segment_id or goal.kind)
    if found is not None:
        return found
    kind = GoalKind(goal.kind)
    why = "the plan has not begun" if not figures else "the segment is not on the map"
    return Figure(
        code=kind.value,
        value=Undefined(Reason.NOT_YET, why),
        unit=Unit.FEN if kind in MONEY else Unit.COUNT,
        definition=MEANS.get(kind, MEANS[GoalKind.FIRMS]),
    )


def _figures(
    work: Work,
    since: date,
    as_of: date,
    chain_id: str,
    kinds: Iterable[GoalKind],
    *,
    with_demo: bool,
) -> dict[str, Figure]:
    """Return {kind, or segment: figure} of a chain between two days."""
    found: dict[str, Figure] = {}
    wanted = set(kinds)
    if wanted & MONEY:
        part = next(
            one for one in targets.subjects(work, Scope.CHAIN) if one.subject_id == chain_id
        )
        for figure in targets.part_figures(work, since, as_of, part, with_demo=with_demo):
            found[figure.code] = figure
    if GoalKind.FIRMS in wanted:
        found[GoalKind.FIRMS.value] = _landed(work, since, as_of, chain_id, with_demo=with_demo)
    if GoalKind.SEGMENT in wanted:
        for node in chain_map.chain_map(work, as_of, chain_id, with_demo=with_demo).nodes:
            found[node.segment_id] = _covered(node)
    return found


def _landed(work: Work, since: date, as_of: date, chain_id: str, *, with_demo: bool) -> Figure:
    """Count the firms none of whose projects had landed before; a firm counts once."""
    statement = (
        sa.select(
            col(Project.id),
            col(Project.organisation_id),
            col(Project.is_demo),
            col(Organisation.name),
        )
        .join(Organisation, col(Organisation.id) == col(Project.organisation_id))
        .where(col(Project.chain_id) == chain_id, col(Project.first_heard_on) <= as_of)
        .order_by(col(Project.code))
    )
    if not with_demo:
        statement = statement.where(col(Project.is_demo).is_(False))
    rows = work.rows(statement)
    verdicts = landed.landings_of(work, as_of, [row.id for row in rows])
    first: dict[str, FigureRow] = {}
    for project_id, organisation_id, is_demo, name in rows:
        on = verdicts[project_id].since
        if not verdicts[project_id].landed or on is None:
            continue
        before = first.get(organisation_id)
        if before is None or before.on is None or on < before.on:
            first[organisation_id] = FigureRow(
                label=name, kind="project", subject_id=project_id, on=on, is_demo=is_demo
            )
    new = sorted(
        (row for row in first.values() if row.on and row.on >= since),
        key=lambda row: (row.on or since, row.label),
    )
    return Figure(
        code=GoalKind.FIRMS.value,
        value=len(new),
        unit=Unit.COUNT,
        definition=MEANS[GoalKind.FIRMS],
        rows=tuple(new),
    )


def _covered(node: chain_map.Node) -> Figure:
    there = [firm for firm in node.firms if firm.role is Role.LANDED]
    return Figure(
        code=GoalKind.SEGMENT.value,
        value=int(bool(there)),
        unit=Unit.COUNT,
        definition=MEANS[GoalKind.SEGMENT],
        rows=tuple(
            FigureRow(
                label=firm.name,
                kind="project" if firm.project_ids else "organisation",
                subject_id=firm.project_ids[0] if firm.project_ids else firm.organisation_id,
                is_demo=firm.is_demo,
            )
            for firm in there
        ),
    )
