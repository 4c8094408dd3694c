"""Cohorts: what became of the projects signed in a quarter, and how long each step takes."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import durations, series
from dealflow.durations import Step, Waiting
from dealflow.series import Cohort
from dealflow.stages import Stage
from portfolio.kernel.db import Work
from valuation.figures import Undefined
from valuation.periods import Quarter
from web import charts
from web.formats import DASH, Reader
from web.views.words import STAGES

MONTHS_SHOWN, QUARTERS_SHOWN = 12, 8
HOTTEST = 0.5  # half of what was signed in place within a year is as good as cohorts get
AFTER_MONTHS = (3, 6, 12, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRow:
    """One quarter of signing; a share is None while its youngest project is too young."""

    quarter: str
    projects: int
    contract_fen: int
    shares: tuple[tuple[float, str] | None, ...]
    reached: tuple[tuple[int, float], ...]  # per later stage: projects, share of the cohort


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step of the road, with the share that went it within so many months."""

    title: str
    watched: int
    arrived: int
    median: str
    within: tuple[tuple[float, str] | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """How long projects have stood in a stage."""

    title: str
    at: Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohorts:
    """All that landing/cohort.html may use."""

    template: ClassVar[str] = "landing/cohort.html"
    tab: str
    cohorts: tuple[CohortRow, ...]
    months: int
    stages: tuple[str, ...]
    steps: tuple[StepRow, ...]
    after_months: tuple[int, ...]
    waiting: tuple[WaitingRow, ...]
    has_demo: bool


def build(work: Work, reader: Reader, as_of: date, *, with_demo: bool) -> Cohorts:
    """Read and arrange the page."""
    return Cohorts(
        tab="cohort",
        cohorts=cohort_rows(work, as_of, QUARTERS_SHOWN, with_demo=with_demo),
        months=MONTHS_SHOWN,
        stages=tuple(reader.say(STAGES[stage]) for stage in series.LATER),
        steps=tuple(
            _step_row(reader, step) for step in durations.steps(work, as_of, with_demo=with_demo)
        ),
        after_months=AFTER_MONTHS,
        waiting=tuple(
            WaitingRow(title=reader.say(STAGES[at.stage]), at=at)
            for at in durations.waiting(work, as_of, with_demo=with_demo)
        ),
        has_demo=with_demo,
    )


def cohort_rows(
    work: Work, as_of: date, quarters: int, *, with_demo: bool
) -> tuple[CohortRow, ...]:
    """Return the cohorts of the last quarters, the one of the day among them."""
    first = Quarter.containing(as_of).moved(1 - quarters)
    return tuple(
        _cohort_row(cohort) for cohort in series.cohorts(work, first, as_of, with_demo=with_demo)
    )


def _cohort_row(cohort: Cohort) -> CohortRow:
    by_age = {cell.age_months: cell.share for cell in cohort.cells}
    return CohortRow(
        quarter=str(cohort.quarter),
        projects=cohort.projects,
        contract_fen=cohort.contract_fen,
        shares=tuple(
            (by_age[age], charts.heat_level(by_age[age], HOTTEST)) if age in by_age else None
            for age in range(1, MONTHS_SHOWN + 1)
        ),
        reached=tuple((one.projects, one.projects / cohort.projects) for one in cohort.reached),
    )


def _step_row(reader: Reader, step: Step) -> StepRow:
    middle = step.curve.median
    longest = max(step.curve.times, default=0.0)
    return StepRow(
        title=f"{_stage(reader, step.begins)} → {_stage(reader, step.ends)}",
        watched=step.watched,
        arrived=step.arrived,
        median=DASH if isinstance(middle, Undefined) else reader.number(middle, 1),
        within=tuple(
            (share, charts.heat_level(share, 1.0)) if months <= longest or step.arrived else None
            for months in AFTER_MONTHS
            for share in (1.0 - step.curve.at(months),)
        ),
    )


def _stage(reader: Reader, stage: Stage) -> str:
    return reader.say(STAGES[stage])
