"""A fund's key figures with their definitions, and its J-curve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup
from sqlmodel import col

from portfolio import ledger, performance, returns
from portfolio.accounts import AccountCode, Line
from portfolio.figures import Figure, Source, Unit
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.performance import FundPerformance, NetPerformance, QuarterPoint
from valuation.figures import Undefined
from valuation.irr import CashFlow, xirr
from web import charts
from web.formats import SCALE, Reader, nil
from web.views.figures import FUND_TITLES, Asked
from web.views.holdings import rate
from web.views.tips import Tip, provenance, tip_of

FLOWS_SHOWN = 14  # a tip is read at a glance; the page behind it lists every flow
YI_FEN = 10_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure as its tile shows it; `feet` are at most two facts below it."""

    id: str
    title: str
    value: str
    unit: str
    tip: Tip
    mark: str
    feet: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The J-curve, drawn and as rows."""

    drawn: Markup
    points: tuple[QuarterPoint, ...]
    is_gross: bool
    turns: tuple[Figure, ...]  # trough and break-even


# ---- tips
def flows_text(reader: Reader, flows: Sequence[CashFlow], closing: tuple[date, int]) -> str:
    """List the flows of a rate and its closing value, in the reader's unit."""
    shown = [f"{flow.on.isoformat()} {reader.money(int(flow.amount), sign=True)}" for flow in flows]
    if len(shown) > FLOWS_SHOWN:
        shown = [*shown[: FLOWS_SHOWN // 2], "…", *shown[-FLOWS_SHOWN // 2 :]]
    on, value_fen = closing
    last = reader.say(say("value on {on} {value}", on=on, value=reader.money(value_fen, sign=True)))
    return " · ".join([*shown, last])


def figure_tip(reader: Reader, fund: Fund, figure: Figure, asked: Asked, inputs: str = "") -> Tip:
    """Return what the info button of a fund's figure says."""
    made = tip_of(reader, figure, since=fund.inception_on, as_of=asked.as_of)
    return replace(
        made,
        title=reader.say(FUND_TITLES[figure.code]),
        inputs=inputs or made.inputs,
        rows_href=replace(asked, code=figure.code).href(),
    )


# ---- tiles
@dataclass(frozen=True, slots=True, kw_only=True)
class _Tiles:
    """What every tile of one page needs."""

    reader: Reader
    fund: Fund
    figures: Mapping[str, Figure]
    asked: Asked

    def make(
        self,
        code: str,
        *feet: str,
        value: float | Undefined | None = None,
        inputs: str = "",
        title: Message | None = None,
    ) -> Tile:
        figure = self.figures[code]
        shown = figure.value if value is None else value
        text, unit = self.written(shown, figure.unit)
        return Tile(
            id=code.replace("_", "-"),
            title=self.reader.say(title or FUND_TITLES[code]),
            value=text,
            unit=unit,
            tip=figure_tip(self.reader, self.fund, figure, self.asked, inputs),
            mark=provenance(figure, None).value,
            feet=feet,
        )

    def written(self, value: float | Undefined, unit: Unit) -> tuple[str, str]:
        if isinstance(value, Undefined):
            return nil(self.reader.why(value)), ""
        if unit is Unit.FEN:
            return self.reader.money(int(value)), self.reader.unit_name()
        if unit is Unit.MULTIPLE:
            return self.reader.multiple(value).removesuffix("x"), "x"
        return self.reader.ratio(value).removesuffix("%"), "%"

    def short(self, code: str) -> str:
        return "".join(self.written(self.figures[code].value, self.figures[code].unit)[:1])

    def foot(self, name: Message, code: str) -> str:
        value = self.figures[code]
        text, unit = self.written(value.value, value.unit)
        suffix = unit if value.unit is not Unit.FEN else ""
        return Markup('{} <b class="num">{}{}</b>').format(self.reader.say(name), text, suffix)


def tiles_of(
    reader: Reader,
    fund: Fund,
    found: Sequence[Figure],
    of: NetPerformance,
    points: Sequence[QuarterPoint],
    asked: Asked,
    *,
    rated: Sequence[QuarterPoint],
    calls_made: int,
) -> tuple[Tile, ...]:
    """Return the tiles: of the fund, or of one partner's account where it is an LP who reads.

    rated  the quarters net of carry, on which the rate rests
    """
    kit = _Tiles(
        reader=reader,
        fund=fund,
        figures={figure.code: figure for figure in found},
        asked=asked,
    )
    net_flows = flows_text(reader, of.net_flows, (of.as_of, of.net_nav_fen))
    shown = rate(of.net_irr, of.first_flow_on, of.as_of)
    nav_before = points[-2].nav_fen if len(points) > 1 else 0
    nav_feet: tuple[str, ...] = ()
    if nav_before > 0:
        change = reader.growth(of.nav_fen / nav_before - 1)
        nav_feet = (reader.say(say("on the quarter")), change)
    rate_feet = [*([kit.foot(say("gross"), "gross_irr")] if "gross_irr" in kit.figures else [])]
    if not shown.is_period and (moved := _rate_change(of, rated)) is not None:
        rate_feet.append(reader.shift(moved))
    paid = reader.say(say("{count} calls", count=calls_made)) if calls_made else ""
    first: Tile = kit.make("committed", kit.foot(say("Paid in"), "pic"))
    if isinstance(of, FundPerformance):
        first = _size(reader, fund, kit, first)
    return (
        first,
        kit.make("paid_in", paid, kit.foot(say("unfunded"), "unfunded")),
        *(
            (
                kit.make(
                    "cost",
                    reader.say(say("{count} holdings", count=len(of.holdings))),
                    kit.foot(say("fees"), "fees"),
                ),
            )
            if isinstance(of, FundPerformance)
            else ()
        ),
        kit.make("nav", *nav_feet),
        kit.make(
            "net_irr",
            *rate_feet,
            value=shown.value,
            inputs=net_flows,
            title=say("Net return of the period") if shown.is_period else None,
        ),
        kit.make("tvpi", kit.foot(say("RVPI"), "rvpi")),
        kit.make("dpi", kit.foot(say("distributed"), "distributed")),
    )


def _size(reader: Reader, fund: Fund, kit: _Tiles, committed: Tile) -> Tile:
    """Return the registered size where it is known: it was published, and calls cannot move it."""
    if fund.registered_size_fen is None:
        return committed
    title = reader.say(say("Registered size"))
    mark = Source.DEMO.value if fund.is_demo else Source.PUBLISHED.value
    return replace(
        committed,
        id="size",
        title=title,
        value=reader.published(
            fund.registered_size_fen, 1 if fund.registered_size_fen % YI_FEN else 0
        ),
        mark=mark,
        tip=Tip(
            title=title,
            formula=reader.say(say("As the fund was announced; what is committed is counted.")),
            inputs=reader.say(
                say("committed so far {amount}", amount=kit.written(*_fen(kit, "committed"))[0])
            ),
            provenance=mark,
            rows_href=replace(kit.asked, code="committed").href(),
        ),
    )


def _fen(kit: _Tiles, code: str) -> tuple[float | Undefined, Unit]:
    return kit.figures[code].value, kit.figures[code].unit


def _rate_change(of: NetPerformance, points: Sequence[QuarterPoint]) -> float | None:
    """Return the change of the net IRR on the quarter before, in points."""
    if len(points) < 2 or isinstance(of.net_irr, Undefined):  # noqa: PLR2004 - two quarters
        return None
    last = points[-2]
    flows = [flow for flow in of.net_flows if flow.on <= last.quarter.end]
    before = xirr([*flows, CashFlow(last.quarter.end, last.nav_fen)]) if flows else None
    return of.net_irr - before if isinstance(before, float) else None


# ---- the J-curve
def gross_points(
    work: Work, moment: Moment, fund_id: str, of: FundPerformance
) -> list[QuarterPoint]:
    """Return the investments' side of the curve: paid in, brought back, fair value.

    Each day's change of carrying value that no cash explains stands as unrealised gain, so that
    the rule of the net curve adds up the fair value of this one.
    """
    booked: list[tuple[date, int, int]] = []
    for on, fen in work.rows(
        ledger.entries(col(LedgerTransaction.effective_date), col(LedgerPosting.amount_fen)).where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account).in_(
                (AccountCode.INVESTMENTS_COST.value, AccountCode.INVESTMENTS_UNREALISED.value)
            ),
            moment.holds(),
        )
    ):
        booked.append((on, int(Line.UNREALISED_GAIN), int(fen)))
    for moved in of.movements:
        line = Line.CONTRIBUTIONS if moved.is_payment else Line.DISTRIBUTIONS
        booked.append((moved.on, int(line), -moved.amount_fen))
        booked.append((moved.on, int(Line.UNREALISED_GAIN), moved.amount_fen))
    return performance.curve(booked, moment.as_of)


def draw(reader: Reader, points: Sequence[QuarterPoint], *, is_gross: bool) -> Curve:
    """Draw the curve in the reader's unit."""
    scale = SCALE[reader.lang, reader.unit][0]

    def scaled(name: str) -> list[float]:
        return [getattr(point, name) / scale for point in points]

    names = []
    for i, point in enumerate(points):
        quarter = point.quarter
        opens_year = i == 0 or quarter.number == 1
        names.append(
            f"{quarter.year % 100:02d}Q{quarter.number}" if opens_year else f"Q{quarter.number}"
        )
    label = (
        say("Payments into investments, proceeds, net cash and fair value by quarter")
        if is_gross
        else say("Contributions, distributions, net cash and net asset value by quarter")
    )
    drawn = Markup()
    if points:
        drawn = charts.responsive(
            charts.jcurve,
            names,
            called=scaled("called_fen"),
            distributed=scaled("distributed_fen"),
            cumulative=scaled("cumulative_net_fen"),
            nav=scaled("nav_fen"),
            label=reader.say(label),
            number=lambda value: reader.number(value, SCALE[reader.lang, reader.unit][1]),
        )
    as_of = points[-1].quarter.end if points else date.max
    turns = returns.turning_points(points, as_of, Source.COMPUTED) if points else []
    return Curve(drawn=drawn, points=tuple(points), is_gross=is_gross, turns=tuple(turns))
