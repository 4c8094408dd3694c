"""Forecasts: what a year will bring, said before it is over, kept and scored afterwards.

A simulation draws from the district's own histories (outlook.py); a promise is what somebody said
the year would bring at least. Both are kept as they were made.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import counted, landings, measures, outlook, stages
from dealflow.counted_rows import projects_of
from dealflow.outlook import Band, History, Project
from dealflow.stages import OFF_RAMPS, Stage
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError
from valuation.periods import months_between, year_start

SEED, PATHS = 20231031, 4_000
PATHS_BACK = 800  # a past year is tried many times over, and needs its band only
FORECAST = ("contract_amount", "money_in_place", "projects_started")


# ---- facts
class ForecastKind(StrEnum):
    """Who says it."""

    SIMULATION = "simulation"
    PROMISE = "promise"


class Verdict(StrEnum):
    """What became of a forecast."""

    OPEN = "open"
    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"
    KEPT = "kept"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A forecast beside what came; `actual` is None while the year is open."""

    forecast_id: str
    code: str
    year: int
    made_for: date
    kind: ForecastKind
    low: int
    mid: int | None
    high: int | None
    actual: int | None
    verdict: Verdict
    source: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """One past day from which the year was forecast as it could have been then."""

    made_for: date
    code: str
    band: Band
    actual: int

    @property
    def is_within(self) -> bool:
        """Say whether the year came to lie in the band."""
        return self.band.low <= self.actual <= self.band.high


# ---- rows
class Forecast(Row, table=True):
    """What a year was expected to bring, in fen or as a count; a promise has no upper end."""

    __tablename__ = "forecast"
    __table_args__ = strict(
        sa.CheckConstraint("high IS NULL OR high >= low", name="band_runs_up"),
        sa.CheckConstraint("(kind = 'promise') = (high IS NULL)", name="promise_is_open_above"),
        sa.Index("ix_forecast_year_code", "year", "code"),
    )

    code: str
    year: int
    made_for: date
    kind: str = Field(sa_type=one_of(*ForecastKind))
    low: int = Field(sa_type=sa.BigInteger)
    mid: int | None = Field(default=None, sa_type=sa.BigInteger)
    high: int | None = Field(default=None, sa_type=sa.BigInteger)
    seed: int = 0
    paths: int = 0
    source: str = ""
    recorded_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


# ---- rules
def verdict_of(kind: ForecastKind, low: int, high: int | None, actual: int | None) -> Verdict:
    """Score a forecast against what came."""
    if actual is None:
        return Verdict.OPEN
    if kind is ForecastKind.PROMISE:
        return Verdict.KEPT if actual >= low else Verdict.MISSED
    if actual < low:
        return Verdict.BELOW
    return Verdict.ABOVE if high is not None and actual > high else Verdict.WITHIN


# ---- commands
def promise(
    work: Work,
    actor: Actor,
    *,
    code: str,
    year: int,
    made_for: date,
    at_least: int,
    source: str,
    is_demo: bool = False,
) -> Forecast:
    """Keep what somebody said a year would bring at least."""
    actor.must(Duty.EDIT_DEALS)
    _refuse_late(year, made_for)
    if code not in FORECAST:
        raise DomainError(
            "{code} is not forecast.", "Use one of: {known}.", code=code, known=", ".join(FORECAST)
        )
    if not source.strip() or at_least <= 0:
        raise DomainError(
            "A promise is more than nothing and names where it was said.",
            "Enter the amount or count, and the document or report.",
        )
    row = Forecast(
        code=code,
        year=year,
        made_for=made_for,
        kind=ForecastKind.PROMISE.value,
        low=at_least,
        source=source,
        recorded_by=actor.id,
        recorded_at=work.recorded_at,
        is_demo=is_demo,
    )
    return _keep(work, actor, row)


def keep(work: Work, actor: Actor, *, made_for: date) -> list[Forecast]:
    """Keep the simulated bands of a day, to be scored once the year is over."""
    actor.must(Duty.EDIT_DEALS)
    _refuse_late(made_for.year, made_for)
    known = sa.select(col(Forecast.id)).where(
        col(Forecast.made_for) == made_for, col(Forecast.kind) == ForecastKind.SIMULATION.value
    )
    if work.scalar(known.limit(1)):
        raise DomainError(
            "The forecast of {day} is kept already.",
            "It is scored once its year is over; keep another one on a later day.",
            day=made_for,
        )
    return [
        _keep(
            work,
            actor,
            Forecast(
                code=code,
                year=made_for.year,
                made_for=made_for,
                kind=ForecastKind.SIMULATION.value,
                low=band.low,
                mid=band.mid,
                high=band.high,
                seed=SEED,
                paths=PATHS,
                recorded_by=actor.id,
                recorded_at=work.recorded_at,
                is_demo=is_demo,
            ),
        )
        for code, (band, is_demo) in _bands(work, made_for).items()
    ]


def _refuse_late(year: int, made_for: date) -> None:
    if made_for >= date(year, 12, 31):
        raise DomainError(
            "On {made_for} the year {year} is over.",
            "A forecast is made before its year ends.",
            made_for=made_for,
            year=str(year),
        )


def _keep(work: Work, actor: Actor, row: Forecast) -> Forecast:
    work.add(row)
    after = {"code": row.code, "year": row.year, "low": row.low, "high": row.high}
    audit.write(work, actor, "forecast:keep", "forecast", row.id, after=after)
    return row


# ---- reads
def bands(work: Work, as_of: date, *, with_demo: bool = True) -> dict[str, Band]:
    """Return {measure: what its year will bring} as simulated from a day."""
    return {code: band for code, (band, _) in _bands(work, as_of, with_demo=with_demo).items()}


def _bands(work: Work, as_of: date, *, with_demo: bool = True) -> dict[str, tuple[Band, bool]]:
    history, is_demo = history_of(work, as_of, with_demo=with_demo)
    found = outlook.simulate(history, seed=SEED, paths=PATHS)
    return {code: (found[code], is_demo) for code in FORECAST}


def history_of(work: Work, as_of: date, *, with_demo: bool = True) -> tuple[History, bool]:
    """Return what the district has lived through by a day, by project and month."""
    contracts = counted.contracts(work, date.min, as_of, with_demo=with_demo)
    money = landings.money_in_place(work, date.min, as_of, with_demo=with_demo)
    days = stages.first_days(work, as_of)
    started = {one: first.get(Stage.STARTED) for one, first in days.items()}
    amount: dict[str, int] = {}
    for row in contracts:
        amount[row.project_id] = amount.get(row.project_id, 0) + row.amount_fen
    arrivals: dict[str, list[tuple[date, int]]] = {}
    for paid in money:
        arrivals.setdefault(paid.project_id, []).append((paid.on, paid.amount_fen))
    projects = tuple(
        Project(
            signed_on=row.on,
            contract_fen=amount[row.project_id],
            started_on=started.get(row.project_id),
            arrivals=tuple(arrivals.get(row.project_id, ())),
            left_on=_left_on(days.get(row.project_id, {})),
        )
        for row in projects_of(contracts)
    )
    history = History(as_of=as_of, projects=projects)
    return history, any(row.row.is_demo for row in contracts)


def _left_on(reached: dict[Stage, date]) -> date | None:
    """Return when a project was given up, None where it went on afterwards."""
    off = max((on for stage, on in reached.items() if stage in OFF_RAMPS), default=None)
    on_road = (on for stage, on in reached.items() if stage not in OFF_RAMPS)
    return off if off is not None and off >= max(on_road, default=off) else None


def kept(work: Work, as_of: date, *, with_demo: bool = True) -> list[Scored]:
    """Return the forecasts made by a day, newest first, scored where their year is over."""
    statement = (
        sa.select(Forecast)
        .where(col(Forecast.made_for) <= as_of)
        .order_by(col(Forecast.year).desc(), col(Forecast.made_for).desc(), col(Forecast.code))
    )
    if not with_demo:
        statement = statement.where(col(Forecast.is_demo).is_(False))
    rows = list(work.session.execute(statement).scalars())
    over = {row.year for row in rows if date(row.year, 12, 31) <= as_of}
    came = {year: _actuals(work, year, with_demo=with_demo) for year in over}
    return [
        Scored(
            forecast_id=row.id,
            code=row.code,
            year=row.year,
            made_for=row.made_for,
            kind=ForecastKind(row.kind),
            low=row.low,
            mid=row.mid,
            high=row.high,
            actual=(actual := came[row.year][row.code][0] if row.year in came else None),
            verdict=verdict_of(ForecastKind(row.kind), row.low, row.high, actual),
            source=row.source,
            # a published promise that is scored by demonstration rows has no real verdict
            is_demo=row.is_demo or (row.year in came and came[row.year][row.code][1]),
        )
        for row in rows
    ]


def _actuals(work: Work, year: int, *, with_demo: bool) -> dict[str, tuple[int, bool]]:
    """Return {measure: what the year brought, and whether demonstration rows are in it}."""
    end = date(year, 12, 31)
    figures = measures.measures(work, year_start(end), end, with_demo=with_demo)
    return {
        figure.code: (figure.value, any(row.is_demo for row in figure.rows))
        for figure in figures
        if figure.code in FORECAST and isinstance(figure.value, int)
    }


def back_test(work: Work, as_of: date, *, years: int = 2, with_demo: bool = True) -> list[BackTest]:
    """Forecast past years from the middle of each of their quarters, and lay what came beside it.

    The histories are cut at the day: nothing that happened later is known to the simulation.
    """
    whole, _ = history_of(work, as_of, with_demo=with_demo)
    if not whole.projects:
        return []
    first = min(project.signed_on for project in whole.projects)
    found = []
    for year in range(as_of.year - years, as_of.year):
        came = outlook.actuals(whole, year)
        for month in (3, 6, 9):
            made_for = date(year, month, 30)
            if months_between(first, made_for) < outlook.LEAST_MONTHS:
                continue
            bands_ = outlook.simulate(whole.cut(made_for), seed=SEED, paths=PATHS_BACK)
            found += [
                BackTest(made_for=made_for, code=code, band=bands_[code], actual=came[code])
                for code in FORECAST
            ]
    return found


def coverage(tests: list[BackTest]) -> float | None:
    """Return the share of past forecasts whose band held, None without any."""
    return float(np.mean([test.is_within for test in tests])) if tests else None
