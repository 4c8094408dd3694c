"""Outcomes: what came of what was signed. Stages reached, fund papers, leverage, promises.

Read with a fixed number of queries, as counted.py reads the rows of a period.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col

from dealflow import conditions, landed, landings
from dealflow.agreements import Agreement, AgreementKind
from dealflow.conditions import Condition, ConditionPosition
from dealflow.counted_rows import NAMES, Counted, Keep, kept, money_counted
from dealflow.leverage import Leverage
from dealflow.leverage import read as read_leverage
from dealflow.observed import LATEST
from dealflow.projects import Project
from dealflow.stages import Milestone, Stage, counts
from dealflow.terms import Metric
from portfolio.figures import FigureRow
from portfolio.kernel.db import Work

BUILT = (Stage.STARTED, Stage.PRODUCTION, Stage.CAPACITY)
Names = dict[str, tuple[str, str | None]]


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Framework(Counted):
    """A framework agreement of a fund, and how far it came by the close of the day."""

    has_formal: bool
    has_money: bool  # the fund has paid something
    has_landed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What had come of it by `as_of`, whenever it was signed; one row per project and stage."""

    started: tuple[Counted, ...]  # construction, or a further stage
    broke_ground: tuple[Counted, ...]  # construction itself
    producing: tuple[Counted, ...]  # production, or at capacity
    at_capacity: tuple[Counted, ...]
    cohort_money: tuple[Counted, ...]  # of the projects signed in the period, on whatever day
    frameworks: tuple[Framework, ...]
    promised: tuple[Counted, ...]  # fixed-asset investment due by as_of, by condition
    invested: tuple[Counted, ...]  # what is verified of it
    leverage: Leverage

    def where(self, keep: Keep) -> "Outcomes":
        """Return the rows of a part of the district."""
        own = {
            one.name: kept(getattr(self, one.name), keep)
            for one in fields(self)
            if one.name != "leverage"
        }
        return Outcomes(**own, leverage=self.leverage.where(keep))


# ---- reads
def read(
    work: Work,
    as_of: date,
    *,
    signed: Sequence[str],
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> Outcomes:
    """Read what had come by a day; `signed` are the projects of the period."""
    by_stage = _first_days(work, as_of, known_at=known_at, with_demo=with_demo)
    money = landings.money_in_place(
        work, date.min, as_of, project_ids=signed, known_at=known_at, with_demo=with_demo
    )
    papers = _frameworks(work, as_of, known_at=known_at, with_demo=with_demo)
    paid = landings.fund_money(work, as_of, known_at=known_at, with_demo=with_demo)
    promises = _promises(work, as_of, known_at=known_at, with_demo=with_demo)
    ids = {
        *signed,
        *(row.project_id for row in paid),
        *(at.project_id for at in promises),
        *(paper.project_id for paper in papers),
    }
    named = {one[0]: (one[1], one[2]) for one in work.rows(NAMES.where(col(Project.id).in_(ids)))}
    return Outcomes(
        started=_furthest(by_stage, BUILT),
        broke_ground=tuple(by_stage[Stage.STARTED].values()),
        producing=_furthest(by_stage, BUILT[1:]),
        at_capacity=tuple(by_stage[Stage.CAPACITY].values()),
        cohort_money=tuple(money_counted(row, *named[row.project_id]) for row in money),
        frameworks=_came_of(work, as_of, papers, named, {row.project_id for row in paid}, known_at),
        promised=tuple(_promise(at, named, at.terms.threshold) for at in promises),
        invested=tuple(_promise(at, named, at.verified or 0) for at in promises),
        leverage=read_leverage(
            work,
            as_of,
            tuple(money_counted(row, *named[row.project_id]) for row in paid),
            known_at=known_at,
            with_demo=with_demo,
        ),
    )


def _first_days(
    work: Work, as_of: date, *, known_at: datetime | None, with_demo: bool
) -> dict[Stage, dict[str, Counted]]:
    """Return {stage: {project: its first day there}} of the stages of building."""
    first = sa.func.min(col(Milestone.on))
    statement = (
        NAMES.add_columns(col(Milestone.stage), first)
        .join(Milestone, col(Milestone.project_id) == col(Project.id))
        .where(
            col(Milestone.stage).in_([stage.value for stage in BUILT]),
            col(Milestone.on) <= as_of,
            *counts(known_at),
        )
        .group_by(*NAMES.selected_columns, col(Milestone.stage))
        .order_by(first, col(Project.id))
    )
    if not with_demo:
        statement = statement.where(col(Project.is_demo).is_(False))
    found: dict[Stage, dict[str, Counted]] = {stage: {} for stage in BUILT}
    for project_id, name, system_code, demo, stage, on in work.rows(statement):
        found[Stage(stage)][project_id] = Counted(
            project_id=project_id,
            system_code=system_code,
            on=on,
            amount_fen=0,
            row=FigureRow(label=name, kind="project", subject_id=project_id, on=on, is_demo=demo),
        )
    return found


def _furthest(
    by_stage: dict[Stage, dict[str, Counted]], any_of: Sequence[Stage]
) -> tuple[Counted, ...]:
    found: dict[str, Counted] = {}
    for stage in any_of:
        for project_id, row in by_stage[stage].items():
            found.setdefault(project_id, row)
    return tuple(found.values())


def _frameworks(
    work: Work, as_of: date, *, known_at: datetime | None, with_demo: bool
) -> list[Agreement]:
    statement = (
        sa.select(Agreement)
        .where(
            col(Agreement.kind) == AgreementKind.FRAMEWORK.value,
            col(Agreement.fund_id).is_not(None),
            col(Agreement.signed_on) <= as_of,
        )
        .order_by(col(Agreement.signed_on), col(Agreement.code))
    )
    if known_at is not None:
        statement = statement.where(col(Agreement.recorded_at) <= known_at)
    if not with_demo:
        statement = statement.where(col(Agreement.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())


def _came_of(
    work: Work,
    as_of: date,
    papers: Sequence[Agreement],
    named: Names,
    paid: set[str],
    known_at: datetime | None,
) -> tuple[Framework, ...]:
    ids = [paper.project_id for paper in papers]
    formal = sa.select(col(Agreement.project_id)).where(
        col(Agreement.project_id).in_(ids),
        col(Agreement.kind) == AgreementKind.FORMAL.value,
        col(Agreement.signed_on) <= as_of,
    )
    if known_at is not None:
        formal = formal.where(col(Agreement.recorded_at) <= known_at)
    contracted = {project_id for (project_id,) in work.rows(formal)}
    verdicts = landed.landings_of(work, as_of, ids, known_at=known_at)
    return tuple(
        Framework(
            project_id=paper.project_id,
            system_code=named[paper.project_id][1],
            on=paper.signed_on,
            amount_fen=paper.amount_fen or 0,
            row=FigureRow(
                label=f"{paper.code} {named[paper.project_id][0]}",
                kind="framework",
                subject_id=paper.id,
                on=paper.signed_on,
                amount_fen=paper.amount_fen,
                is_demo=paper.is_demo,
            ),
            has_formal=paper.project_id in contracted,
            has_money=paper.project_id in paid,
            has_landed=verdicts[paper.project_id].landed,
        )
        for paper in papers
    )


def _promises(
    work: Work, as_of: date, *, known_at: datetime | None, with_demo: bool
) -> list[ConditionPosition]:
    found = conditions.positions(
        work,
        as_of,
        col(Condition.metric) == Metric.FIXED_ASSET_INVESTMENT.value,
        col(Condition.due_on) <= as_of,
        with_demo=with_demo,
        known_at=known_at or LATEST,
    )
    return [at for at in found if at.waived_on is None]


def _promise(at: ConditionPosition, named: Names, amount_fen: int) -> Counted:
    name, system_code = named[at.project_id]
    return Counted(
        project_id=at.project_id,
        system_code=system_code,
        on=at.terms.due_on,
        amount_fen=amount_fen,
        row=FigureRow(
            label=f"{at.agreement_code} C{at.no} {name}",
            kind="condition",
            subject_id=at.condition_id,
            on=at.terms.due_on,
            amount_fen=amount_fen,
            is_demo=at.is_demo,
        ),
    )
