"""Landing: of what was signed, what landed, who delivers; count above, amount below."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from markupsafe import Markup

from dealflow import chain_figures, measures, series, units
from dealflow.chain_figures import ChainFigures
from dealflow.measures import Breakdown
from dealflow.series import Basis, Cohort, FunnelStep, Step
from portfolio.figures import Figure
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from valuation.periods import Quarter, year_start
from web import charts
from web.formats import SCALE, Reader
from web.views.tips import Tip, tip_of
from web.views.words import system_colour

MONTHS_SHOWN, QUARTERS_SHOWN = 12, 8
STEPS: dict[Step, tuple[Message, str]] = {
    Step.IN_TALKS: (say("In talks"), "--stage-1"),
    Step.SIGNED: (say("Contract signed"), "--stage-3"),
    Step.WITH_MONEY: (say("Money arrived"), "--stage-4"),
    Step.STARTED: (say("Started"), "--stage-5"),
    Step.IN_PRODUCTION: (say("In production"), "--stage-6"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemRow:
    """One industry system, or one of its chains below it."""

    name: str
    colour: str
    is_chain: bool
    signed: int
    contract_fen: int
    in_place_fen: int
    conversion: float | Undefined | None
    started: int | None
    fund_fen: int | None
    href: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRow:
    """One quarter of signing; a share is None while its youngest project is too young."""

    quarter: str
    projects: int
    contract_fen: int
    shares: tuple[tuple[float, str] | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """All that landing.html may use."""

    template: ClassVar[str] = "landing.html"
    since: date
    basis: str
    funnel: Markup
    steps: tuple[tuple[str, FunnelStep], ...]
    figures: dict[str, Figure]
    tips: dict[str, Tip]
    rows: tuple[SystemRow, ...]
    chains: tuple[ChainFigures, ...]
    cohorts: tuple[CohortRow, ...]
    months: int
    units_total: int
    has_demo: bool


def build(
    work: Work, reader: Reader, as_of: date, *, since: date | None, basis: Basis, with_demo: bool
) -> Landing:
    """Read and arrange the page; the period is the year to date unless another start is chosen."""
    since = since if since and since <= as_of else year_start(as_of)
    card = measures.scorecard(work, since, as_of, with_demo=with_demo)
    figures = {figure.code: figure for figure in card.figures}
    steps = series.funnel(work, since, as_of, basis, with_demo=with_demo)
    first = Quarter.containing(as_of).moved(1 - QUARTERS_SHOWN)
    has_demo = any(row.is_demo for figure in card.figures for row in figure.rows)
    return Landing(
        since=since,
        basis=basis.value,
        funnel=_funnel(reader, steps, is_demo=has_demo),
        steps=tuple((reader.say(STEPS[step.step][0]), step) for step in steps),
        figures=figures,
        tips={code: tip_of(reader, f, since=since, as_of=as_of) for code, f in figures.items()},
        rows=tuple(_system_row(reader, part) for part in card.by_system if part.system_code),
        chains=tuple(chain_figures.chain_figures(work, as_of, with_demo=with_demo)),
        cohorts=tuple(
            _cohort_row(cohort)
            for cohort in series.cohorts(work, first, as_of, with_demo=with_demo)
        ),
        months=MONTHS_SHOWN,
        units_total=units.organisation(work, with_demo=with_demo).responsible_units,
        has_demo=has_demo,
    )


def _system_row(reader: Reader, part: Breakdown) -> SystemRow:
    by_code = {figure.code: figure.value for figure in part.figures}
    signed, contract = by_code["projects_signed"], by_code["contract_amount"]
    in_place, started = by_code["money_in_place"], by_code["projects_started"]
    assert isinstance(signed, int)
    assert isinstance(contract, int)
    assert isinstance(in_place, int)
    assert isinstance(started, int)
    return SystemRow(
        name=part.name if reader.lang == "zh" or not part.name_en else part.name_en,
        colour=system_colour(part.system_code),
        is_chain=False,
        signed=signed,
        contract_fen=contract,
        in_place_fen=in_place,
        conversion=by_code["capital_conversion"],
        started=started,
        fund_fen=None,
        href=f"/deals?view=table&system={part.system_code}",
        is_demo=any(row.is_demo for figure in part.figures for row in figure.rows),
    )


def _funnel(reader: Reader, steps: list[FunnelStep], *, is_demo: bool) -> Markup:
    scale = SCALE[reader.lang, reader.unit][0]
    stock = next((step for step in steps if step.is_stock), None)
    stages = [
        charts.FunnelStage(
            name=reader.say(STEPS[step.step][0]),
            colour=STEPS[step.step][1],
            count=step.projects,
            amount=step.amount_fen / scale,
            is_count_demo=is_demo and step.step in {Step.WITH_MONEY, Step.IN_PRODUCTION},
            is_amount_demo=is_demo and step.step in {Step.STARTED, Step.IN_PRODUCTION},
        )
        for step in steps
        if not step.is_stock
    ]
    pool = (
        charts.Pool(
            name=reader.say("In talks"), count=stock.projects, amount=stock.amount_fen / scale
        )
        if stock
        else None
    )
    return charts.responsive(
        charts.mirror_funnel,
        stages,
        pool=pool,
        label=reader.say("Conversion funnel: number of projects above, amount below"),
        count=lambda value: reader.count(int(value)),
        amount=lambda value: reader.number(value, 0 if value >= LARGE else 1),
        ratio=reader.ratio,
        count_unit="个" if reader.lang == "zh" else "",
        amount_unit=reader.unit_name(),
    )


LARGE = 100
HOTTEST = 0.5  # half of what was signed in place within a year is as good as cohorts get


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
    )
