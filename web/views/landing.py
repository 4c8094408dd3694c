"""Landing: of what was signed, what landed, who delivers; count above, amount below."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from markupsafe import Markup

from dealflow import chain_figures, chains, counted, definitions, measures, series, targets, units
from dealflow.chain_figures import ChainFigures
from dealflow.counted import Facts
from dealflow.first_definitions import Definition
from dealflow.measures import Breakdown, Scorecard
from dealflow.series import Basis, FunnelStep, Step
from dealflow.targets import Scope
from portfolio.figures import Figure, Unit
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from valuation.periods import year_start
from web import charts
from web.formats import SCALE, Reader
from web.views.definitions import BASES
from web.views.tips import MANY, Tip, tip_of, write
from web.views.words import system_colour

STEPS: dict[Step, tuple[Message, str]] = {
    Step.IN_TALKS: (say("In talks"), "--stage-1"),
    Step.SIGNED: (say("Contract signed"), "--stage-3"),
    Step.WITH_MONEY: (say("Money arrived"), "--stage-4"),
    Step.STARTED: (say("Started"), "--stage-5"),
    Step.IN_PRODUCTION: (say("In production"), "--stage-6"),
}
# What the table by system and chain has columns for.
SPLIT = (
    "projects_signed",
    "contract_amount",
    "money_in_place",
    "capital_conversion",
    "projects_started",
)


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
    href: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One rate with both its parts and the basis it stands on."""

    code: str
    title: str
    value: str
    numerator: str
    denominator: str
    basis: str
    definition: str
    version: int
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """All that landing.html may use."""

    template: ClassVar[str] = "landing.html"
    tab: str
    since: date
    basis: str
    funnel: Markup
    steps: tuple[tuple[str, FunnelStep], ...]
    figures: dict[str, Figure]
    tips: dict[str, Tip]
    rows: tuple[SystemRow, ...]
    chains: tuple[ChainFigures, ...]
    rates: tuple[RateRow, ...]
    units_total: int
    has_demo: bool


def build(
    work: Work, reader: Reader, as_of: date, *, since: date | None, basis: Basis, with_demo: bool
) -> Landing:
    """Read and arrange the page; the period is the year to date unless another start is chosen."""
    since = since if since and since <= as_of else year_start(as_of)
    facts = counted.load(work, since, as_of, with_demo=with_demo)
    means = definitions.in_force(work, as_of)
    card = measures.score(work, facts)
    figures = {figure.code: figure for figure in card.figures}
    steps = series.funnel_of(work, facts, basis, with_demo=with_demo)
    tips = {code: tip_of(reader, f, since=since, as_of=as_of) for code, f in figures.items()}
    has_demo = any(row.is_demo for figure in card.figures for row in figure.rows)
    return Landing(
        tab="funnel",
        since=since,
        basis=basis.value,
        funnel=draw_funnel(reader, steps, is_demo=has_demo),
        steps=name_steps(reader, steps),
        figures=figures,
        tips=tips,
        rows=system_rows(work, reader, facts, card, means, with_demo=with_demo),
        chains=tuple(chain_figures.chain_figures(work, as_of, with_demo=with_demo)),
        rates=rate_rows(reader, card, means, tips),
        units_total=units.organisation(work, with_demo=with_demo).responsible_units,
        has_demo=has_demo,
    )


# ---- parts that the one screen of the half month shows too
def name_steps(reader: Reader, steps: list[FunnelStep]) -> tuple[tuple[str, FunnelStep], ...]:
    """Return the steps with their names, for the table below the funnel."""
    return tuple((reader.say(STEPS[step.step][0]), step) for step in steps)


def rate_rows(
    reader: Reader, card: Scorecard, means: Mapping[str, Definition], tips: Mapping[str, Tip]
) -> tuple[RateRow, ...]:
    """Return every rate with what stands above and below its line."""
    return tuple(
        _rate_row(reader, figure, means[figure.code], tips[figure.code])
        for figure in card.figures
        if figure.unit in {Unit.RATIO, Unit.MULTIPLE}
    )


def system_rows(
    work: Work,
    reader: Reader,
    facts: Facts,
    card: Scorecard,
    means: Mapping[str, Definition],
    *,
    with_demo: bool,
) -> tuple[SystemRow, ...]:
    """Return the industry systems, and below each its chains with what they have in it."""
    own = {
        one.subject_id: one.project_ids
        for one in targets.subjects(work, Scope.CHAIN, with_demo=with_demo)
    }
    split = {code: means[code] for code in SPLIT if code in means}
    known = chains.listed(work, with_demo=with_demo)
    rows: list[SystemRow] = []
    for part in card.by_system:
        if part.system_code is None:
            continue
        address = f"/deals?view=table&system={part.system_code}"
        rows.append(_system_row(reader, part, address, is_chain=False))
        in_system = facts.of(part.system_code)
        for chain in known:
            if chain.system_code != part.system_code:
                continue
            ids = own.get(chain.id, frozenset())
            below = Breakdown(
                system_code=part.system_code,
                name=chain.name,
                name_en=chain.name_en,
                figures=measures.figures_of(
                    in_system.where(lambda row, ids=ids: row.project_id in ids),  # type: ignore[misc]  # a default binds the loop's value
                    split,
                ),
            )
            rows.append(_system_row(reader, below, f"/chains/{chain.slug}", is_chain=True))
    return tuple(rows)


def _rate_row(reader: Reader, figure: Figure, means: Definition, tip: Tip) -> RateRow:
    part = Unit.FEN if abs(figure.denominator or 0) > MANY else Unit.COUNT
    return RateRow(
        code=figure.code,
        title=tip.title,
        value=write(reader, figure.value, figure.unit),
        numerator=write(reader, figure.numerator, part),
        denominator=write(reader, figure.denominator, part),
        basis=reader.say(BASES[means.basis]),
        definition=reader.say(figure.definition),
        version=figure.version,
        href=tip.rows_href,
    )


def _system_row(reader: Reader, part: Breakdown, href: str, *, is_chain: bool) -> SystemRow:
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
        is_chain=is_chain,
        signed=signed,
        contract_fen=contract,
        in_place_fen=in_place,
        conversion=by_code["capital_conversion"],
        started=started,
        href=href,
        is_demo=any(row.is_demo for figure in part.figures for row in figure.rows),
    )


def draw_funnel(reader: Reader, steps: list[FunnelStep], *, is_demo: bool) -> Markup:
    """Draw the funnel, wide and narrow."""
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
