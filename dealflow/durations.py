"""Durations: how long projects take from stage to stage, and have stood where they are.

A project that has not moved on yet counts for as long as it was watched (valuation/survival.py);
one that left the road is watched until it left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

import sqlalchemy as sa
from sqlmodel import col

from dealflow.projects import Project, stage_at
from dealflow.stages import AT_REST, OFF_RAMPS, Milestone, Stage, first_days
from portfolio.kernel.db import Work
from valuation.survival import Curve, kaplan_meier

DAYS_A_MONTH = 365.25 / 12
STEPS = (
    (Stage.IN_TALKS, Stage.FORMAL),
    (Stage.FRAMEWORK, Stage.FORMAL),
    (Stage.FORMAL, Stage.REGISTERED),
    (Stage.FORMAL, Stage.SITE),
    (Stage.FORMAL, Stage.STARTED),
    (Stage.STARTED, Stage.PRODUCTION),
    (Stage.PRODUCTION, Stage.CAPACITY),
)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The way from one stage to another: who went it, who is on it, and how long it takes."""

    begins: Stage
    ends: Stage
    watched: int  # projects that reached the first stage
    arrived: int  # of them, those that reached the second
    curve: Curve  # in months


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The projects that stand in a stage, and for how many days."""

    stage: Stage
    projects: int
    median_days: float
    longest_days: int
    longest_project_id: str
    longest_name: str


# ---- rules
def step_of(
    begins: Stage, ends: Stage, reached: Mapping[str, Mapping[Stage, date]], as_of: date
) -> Step:
    """Watch every project from one stage to another, until it left the road or until the day."""
    months, arrived = [], []
    for days in reached.values():
        start = days.get(begins)
        if start is None:
            continue
        later = [on for stage, on in days.items() if stage is ends or _implies(stage, ends)]
        end = min(later, default=None)
        left = min((days[stage] for stage in OFF_RAMPS if stage in days), default=as_of)
        seen_until = end if end is not None else max(min(left, as_of), start)
        months.append(max((seen_until - start).days, 0) / DAYS_A_MONTH)
        arrived.append(end is not None)
    return Step(
        begins=begins,
        ends=ends,
        watched=len(months),
        arrived=sum(arrived),
        curve=kaplan_meier(months, arrived),
    )


def _implies(stage: Stage, ends: Stage) -> bool:
    """Say whether a later stage proves the one asked for; registration and site may be skipped."""
    if ends in {Stage.REGISTERED, Stage.SITE} or stage in OFF_RAMPS:
        return False
    return stage.rank > ends.rank


# ---- reads
def steps(work: Work, as_of: date, *, with_demo: bool = True) -> list[Step]:
    """Return how long each step takes, from all histories up to a day."""
    among = None if with_demo else col(Milestone.is_demo).is_(False)
    reached = first_days(work, as_of, among=among)
    found = [step_of(begins, ends, reached, as_of) for begins, ends in STEPS]
    return [step for step in found if step.watched]


def waiting(work: Work, as_of: date, *, with_demo: bool = True) -> list[Waiting]:
    """Return how long projects have stood in the stage they are in; those at rest are left out."""
    since = (
        sa.select(sa.func.max(col(Milestone.on)))
        .where(col(Milestone.project_id) == col(Project.id), col(Milestone.on) <= as_of)
        .correlate(Project)
        .scalar_subquery()
    )
    statement = sa.select(col(Project.id), col(Project.name), stage_at(as_of), since).where(
        col(Project.first_heard_on) <= as_of
    )
    if not with_demo:
        statement = statement.where(col(Project.is_demo).is_(False))
    standing: dict[Stage, list[tuple[int, str, str]]] = {}
    for project_id, name, stage, on in work.rows(statement):
        if stage and Stage(stage) not in AT_REST:
            day = date.fromisoformat(on) if isinstance(on, str) else on
            standing.setdefault(Stage(stage), []).append(((as_of - day).days, project_id, name))
    found = []
    for stage in Stage:
        if stage in standing:
            days, project_id, name = max(standing[stage])
            found.append(
                Waiting(
                    stage=stage,
                    projects=len(standing[stage]),
                    median_days=median(one for one, _, _ in standing[stage]),
                    longest_days=days,
                    longest_project_id=project_id,
                    longest_name=name,
                )
            )
    return found
