"""逐季收益: every fund and account at every quarter end, as a page and as a sheet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from portfolio import returns_grid
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from portfolio.returns_grid import Cell, Grid, GridRow
from valuation.figures import Undefined
from web.charts import heat_level
from web.exports import Cell as SheetCell
from web.exports import Table
from web.formats import Reader
from web.templating import Page
from web.views.holdings import named

Measure = Literal["irr", "tvpi", "dpi"]
NAMES: Mapping[Measure, Message] = {
    "irr": say("Net IRR"),
    "tvpi": say("TVPI"),
    "dpi": say("DPI"),
}
# where the deepest colour begins: 20 % a year, 2x, 1x
TOPS: Mapping[Measure, tuple[float, float]] = {
    "irr": (0.0, 0.2),
    "tvpi": (1.0, 1.0),
    "dpi": (0.0, 1.0),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """One cell as it is shown."""

    text: str
    why: str  # it cannot be known
    heat: str
    is_period: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One series."""

    name: str
    href: str
    is_fund: bool
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuartersPage:
    """The page of the grid: the newest quarter first, since that is what is looked for."""

    template: ClassVar[str] = "funds/quarters.html"
    measure: Measure
    quarters: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    has_demo: bool


# ---- reads
def quarters_page(
    work: Work, actor: Actor, page: Page, *, measure: Measure, with_demo: bool
) -> QuartersPage:
    """Return one measure of all series."""
    grid = _grid(work, actor, page, with_demo=with_demo)
    return QuartersPage(
        measure=measure,
        quarters=tuple(str(quarter) for quarter in reversed(grid.quarters)),
        rows=tuple(_row(page, row, measure) for row in grid.rows),
        has_demo=grid.has_demo,
    )


def table(work: Work, actor: Actor, page: Page, *, with_demo: bool) -> Table:
    """Return the grid as a sheet: a row for each series, quarter; what is undefined in words."""
    grid = _grid(work, actor, page, with_demo=with_demo)
    reader = page.reader
    heads = (
        *(say("Fund"), say("Partner"), say("Quarter end"), say("Net IRR"), say("Basis")),
        *(say("TVPI"), say("DPI")),
    )
    rows = [
        (
            *(named(reader, row.fund.name, row.fund.name_en), _partner(reader, row), end),
            *(_written(reader, cell.rate, reader.ratio), reader.say(_basis(cell))),
            _written(reader, cell.tvpi, reader.multiple),
            _written(reader, cell.dpi, reader.multiple),
        )
        for row in grid.rows
        for end, cell in zip(grid.ends, row.cells, strict=True)
    ]
    made: tuple[tuple[SheetCell, ...], ...] = tuple(rows)
    return Table(
        title=reader.say(say("Returns by quarter")),
        headings=tuple(reader.say(head) for head in heads),
        rows=made,
    )


def _grid(work: Work, actor: Actor, page: Page, *, with_demo: bool) -> Grid:
    return returns_grid.returns_grid(work, actor, Moment(as_of=page.as_of, with_demo=with_demo))


def _row(page: Page, row: GridRow, measure: Measure) -> HeatRow:
    reader = page.reader
    past = f"?as_of={page.as_of.isoformat()}" if page.is_past else ""
    name = named(reader, row.fund.name, row.fund.name_en)
    return HeatRow(
        name=_partner(reader, row) if row.partner else name,
        href="" if row.partner else f"/funds/{row.fund.code}{past}",
        is_fund=row.partner is None,
        cells=tuple(_cell(reader, cell, measure) for cell in reversed(row.cells)),
    )


def _partner(reader: Reader, row: GridRow) -> str:
    return named(reader, row.partner.name, row.partner.name_en) if row.partner else ""


def _cell(reader: Reader, cell: Cell, measure: Measure) -> HeatCell:
    value = {"irr": cell.rate, "tvpi": cell.tvpi, "dpi": cell.dpi}[measure]
    write = reader.ratio if measure == "irr" else reader.multiple
    if isinstance(value, Undefined):
        return HeatCell(text="", why=reader.why(value), heat="nil", is_period=False)
    floor, top = TOPS[measure]
    return HeatCell(
        text=write(value).removesuffix("%" if measure == "irr" else "x"),
        why="",
        heat=heat_level(value - floor, top),
        is_period=measure == "irr" and cell.is_period,
    )


def _written(reader: Reader, value: float | Undefined, write: Callable[[float], str]) -> str:
    return f"— {reader.why(value)}" if isinstance(value, Undefined) else write(value)


def _basis(cell: Cell) -> Message:
    return say("of the period") if cell.is_period else say("a year")
