"""收益: what the partners earned over set horizons, and against a market index."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from portfolio import indices, returns
from portfolio.figures import Figure, Unit
from portfolio.indices import IndexSeries, NoLevel
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.returns import Day, FundReturns
from valuation.figures import Undefined
from web.formats import Reader, nil
from web.templating import Page
from web.views import fund_forecast, fund_tiles
from web.views.fund_forecast import ForecastCard
from web.views.funds import Head, Opened, Tab, head_of
from web.views.holdings import named
from web.views.tips import Tip

TITLES: Mapping[str, Message] = {
    "irr_1y": say("1 year"),
    "irr_3y": say("3 years"),
    "irr_5y": say("5 years"),
    "irr_10y": say("10 years"),
    "irr_itd": say("Since inception"),
    "trough": say("Trough"),
    "break_even": say("Break-even"),
    "ks_pme": say("KS-PME"),
    "long_nickels": say("Long–Nickels"),
    "pme_plus": say("PME+"),
    "mpme": say("mPME"),
    "direct_alpha": say("Direct alpha"),
    "direct_alpha_log": say("Direct alpha, continuous"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure as its table shows it."""

    code: str
    title: str
    value: str
    why: str  # it cannot be known; "" where it is
    is_period: bool  # the return of a period under a year, not a yearly rate
    on: date | None  # of a turning point: its quarter end
    definition: str
    tip: Tip
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An index that may be chosen."""

    code: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsPage:
    """The tab of returns."""

    template: ClassVar[str] = "funds/_tab_returns.html"
    head: Head
    tab: Tab
    horizons: tuple[Line, ...]
    turns: tuple[Line, ...]
    pme: tuple[Line, ...]
    days: tuple[Day, ...]
    forecast: ForecastCard
    choices: tuple[Choice, ...]
    index_name: str
    index_source: str
    index_is_demo: bool
    gap_on: date | None  # the first day without a level of the index
    mark: str
    has_demo: bool


# ---- reads
def returns_page(
    work: Work,
    reader: Reader,
    actor: Actor,
    page: Page,
    opened: Opened,
    *,
    index: str,
    asked: fund_forecast.Asked,
) -> ReturnsPage:
    """Return the tab; the first index stands until one is chosen, an unknown one is not there."""
    series = indices.listed(work, with_demo=opened.moment.with_demo)
    chosen = _chosen(series, index)
    found = returns.fund_returns(work, opened.moment, opened.fund.id, chosen)
    has_demo = any(one.source == "demo" for one in found.horizons)
    first = found.pme[0].value if found.pme else None
    return ReturnsPage(
        head=head_of(reader, actor, page, opened),
        tab="returns",
        horizons=_lines(reader, opened, found.horizons, found),
        turns=_lines(reader, opened, found.curve, found),
        pme=_lines(reader, opened, found.pme, found),
        days=found.days,
        forecast=fund_forecast.card(work, reader, opened, asked),
        choices=tuple(
            Choice(
                code=one.code, name=named(reader, one.name, one.name_en), is_chosen=one is chosen
            )
            for one in series
        ),
        index_name=named(reader, chosen.name, chosen.name_en) if chosen else "",
        index_source=chosen.source if chosen else "",
        index_is_demo=bool(chosen and chosen.is_demo),
        gap_on=first.on if isinstance(first, NoLevel) else None,
        mark="demo" if has_demo else "computed",
        has_demo=has_demo or opened.fund.is_demo,
    )


def _chosen(series: list[IndexSeries], code: str) -> IndexSeries | None:
    if not code:
        return series[0] if series else None
    for one in series:
        if one.code == code:
            return one
    raise NotFoundError


def _lines(
    reader: Reader, opened: Opened, figures: tuple[Figure, ...], found: FundReturns
) -> tuple[Line, ...]:
    return tuple(_line(reader, opened, figure, found) for figure in figures)


def _line(reader: Reader, opened: Opened, figure: Figure, found: FundReturns) -> Line:
    text = _written(reader, figure)
    definition = reader.say(figure.definition)
    title = reader.say(TITLES[figure.code])
    tip = Tip(
        title=title,
        formula=definition,
        inputs=_inputs(reader, figure),
        basis=_basis(found, figure),
        source=reader.say(say("Computed from {count} rows", count=len(figure.rows))),
        provenance=figure.source.value,
        rows_href=replace(opened.asked, code="net_irr").href(),
    )
    return Line(
        code=figure.code,
        title=title,
        value=text,
        why=reader.why(figure.value) if isinstance(figure.value, Undefined) else "",
        is_period=figure.unit is Unit.PERIOD,
        on=figure.rows[0].on if figure.unit is Unit.FEN and figure.rows else None,
        definition=definition,
        tip=tip,
        mark=figure.source.value,
    )


def _written(reader: Reader, figure: Figure) -> str:
    match figure.value, figure.unit:
        case Undefined() as missing, _:
            return nil(reader.why(missing))
        case value, Unit.FEN:
            return reader.money(int(value))
        case value, Unit.MULTIPLE:
            return reader.multiple(value)
        case value, _:
            return reader.ratio(value)


def _inputs(reader: Reader, figure: Figure) -> str:
    """List the first and the last rows: date and amount, in the reader's unit."""
    shown = [
        f"{row.on.isoformat() if row.on else ''} {reader.money(row.amount_fen or 0, sign=True)}"
        for row in figure.rows
    ]
    if len(shown) > fund_tiles.FLOWS_SHOWN:
        half = fund_tiles.FLOWS_SHOWN // 2
        shown = [*shown[:half], "…", *shown[-half:]]
    return " · ".join(shown)


def _basis(found: FundReturns, figure: Figure) -> str:
    first = figure.rows[0].on if figure.rows else found.began_on
    span = f"{first.isoformat()} – {found.as_of.isoformat()}" if first else found.as_of.isoformat()
    return f"{span} · v{figure.version}"
