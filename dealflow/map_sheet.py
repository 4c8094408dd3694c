"""The workbook of a chain's map: three sheets, read whole, every finding at once.

A segment is known by its code, a firm by its name. A sheet that is missing is a finding, for an
absent row means that it is no longer so.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dealflow import workbooks
from dealflow.cells import (
    Finding,
    Place,
    UnclearError,
    day,
    is_empty,
    of_cell,
    of_sheet,
    one_of,
    shown,
    text,
    yes,
)
from dealflow.chain_firms import Role
from dealflow.chains import Criticality, Position
from dealflow.headed import headed
from dealflow.workbooks import Cell
from portfolio.kernel.errors import Message, say

WHOLE = 100
SEGMENTS, FIRMS, LINKS = "节点", "企业角色", "供应关系"
POSITIONS: Mapping[str, Position] = {
    "上游": Position.UPSTREAM,
    "中游": Position.MIDSTREAM,
    "下游": Position.DOWNSTREAM,
    "后市场": Position.AFTERMARKET,
    **{one.value: one for one in Position},
}
CRITICALITIES: Mapping[str, Criticality] = {
    "一般": Criticality.ORDINARY,
    "重要": Criticality.IMPORTANT,
    "关键": Criticality.CRITICAL,
    **{str(one.value): one for one in Criticality},
}
ROLES: Mapping[str, Role] = {
    "已落地": Role.LANDED,
    "已签约": Role.CONTRACTED,
    "在谈": Role.IN_TALKS,
    "目标": Role.TARGET,
    **{one.value: one for one in Role if one is not Role.LEFT},
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a sheet: the words that may head it (ours first) and how a cell is read."""

    name: str
    words: tuple[str, ...]
    read: Callable[[Cell], Any]
    is_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFinding:
    """What is wrong in one cell, with the sheet it stands in."""

    sheet: str
    finding: Finding


@dataclass(slots=True, kw_only=True)
class Line:
    """A row in hand: what its cells say, and where each stands."""

    sheet: str
    row: int
    cells: Mapping[str, Place]  # {name: (column, heading, cell)}
    values: dict[str, Any] = field(default_factory=dict)
    findings: list[MapFinding] = field(default_factory=list)

    def wrong(self, name: str, problem: Message, remedy: Message) -> None:
        """Note what is wrong with a cell."""
        place = self.cells.get(name, (1, "", ""))
        found = of_cell(self.row, place, problem, remedy)
        self.findings.append(MapFinding(sheet=self.sheet, finding=found))


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSheets:
    """The three sheets as they were read."""

    lines: Mapping[str, tuple[Line, ...]]
    findings: tuple[MapFinding, ...]  # of whole sheets; those of cells are with their lines


# ---- rules
def _count(cell: Cell) -> int:
    plain = text(cell).replace(",", "")
    if isinstance(cell, date | bool) or not re.fullmatch(r"\d{1,6}(\.0+)?", plain):
        raise UnclearError(
            say("This is not a whole number."), say("Write digits only, without a unit.")
        )
    return int(Decimal(plain))


def _hundredths(cell: Cell) -> int:
    plain = text(cell).removesuffix("%").strip()
    if not re.fullmatch(r"\d{1,3}(\.0+)?", plain) or not 1 <= int(Decimal(plain)) <= WHOLE:
        raise UnclearError(
            say("This is not a whole number from 1 to 100."),
            say("Write the share of the customer's need that the supplier covers, such as 40."),
        )
    return int(Decimal(plain))


def words(cell: Cell) -> str:
    """Return what is written as it is written, for a name is nobody's to respell."""
    return " ".join(shown(cell).split())


def _day(cell: Cell) -> date:
    return day(cell, latest=date.max)


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    SEGMENTS: (
        Column(name="code", words=("节点编号", "环节编号", "code"), read=words, is_needed=True),
        Column(name="name", words=("节点名称", "环节名称", "name"), read=words, is_needed=True),
        Column(name="name_en", words=("英文名称", "nameen"), read=words),
        Column(name="subsystem", words=("子系统", "subsystem"), read=words),
        Column(name="subsystem_en", words=("子系统英文", "subsystemen"), read=words),
        Column(
            name="position",
            words=("位置", "上下游", "position"),
            read=one_of(POSITIONS),
            is_needed=True,
        ),
        Column(
            name="criticality",
            words=("关键程度", "criticality"),
            read=one_of(CRITICALITIES),
            is_needed=True,
        ),
        Column(
            name="wanted_firms",
            words=("目标企业数", "目标数", "wanted"),
            read=_count,
            is_needed=True,
        ),
        Column(name="wanted_note", words=("目标说明", "wantednote"), read=words),
        Column(name="order", words=("顺序", "order"), read=_count),
        Column(name="is_demo", words=("数据性质", "是否示例"), read=yes),
    ),
    FIRMS: (
        Column(name="code", words=("节点编号", "环节编号", "code"), read=words, is_needed=True),
        Column(name="firm", words=("企业名称", "企业", "firm"), read=words, is_needed=True),
        Column(name="role", words=("角色", "role"), read=one_of(ROLES), is_needed=True),
        Column(name="on", words=("起始日期", "since"), read=_day),
        Column(name="note", words=("备注", "note"), read=words),
        Column(name="is_demo", words=("数据性质", "是否示例"), read=yes),
    ),
    LINKS: (
        Column(name="supplier", words=("供应商", "supplier"), read=words, is_needed=True),
        Column(name="customer", words=("客户", "customer"), read=words, is_needed=True),
        Column(
            name="weight",
            words=("占客户需求（%）", "占比（%）", "weight"),
            read=_hundredths,
            is_needed=True,
        ),
        Column(name="what", words=("供应内容", "what"), read=words),
        Column(name="since_on", words=("起始日期", "since"), read=_day),
        Column(name="is_demo", words=("数据性质", "是否示例"), read=yes),
    ),
}


def of_map(sheet: str, problem: Message, remedy: Message) -> MapFinding:
    """Return a finding that speaks of a whole sheet."""
    return MapFinding(sheet=sheet, finding=of_sheet(problem, remedy))


TAKE_TEMPLATE = say("Take the template or an export, and keep its sheets and headings.")


def read(content: bytes) -> MapSheets:
    """Read the three sheets; what no program can open is refused."""
    first = workbooks.read(content)
    lines: dict[str, tuple[Line, ...]] = {}
    findings: list[MapFinding] = []
    for sheet in COLUMNS:
        if sheet not in first.sheets:
            problem = say("The workbook has no sheet {sheet}.", sheet=sheet)
            findings.append(of_map(sheet, problem, TAKE_TEMPLATE))
            continue
        grid = first if first.sheet == sheet else workbooks.read(content, sheet=sheet)
        lines[sheet], wrong = _lines(sheet, grid)
        findings += wrong
    return MapSheets(lines=lines, findings=tuple(findings))


def _lines(sheet: str, grid: workbooks.Grid) -> tuple[tuple[Line, ...], list[MapFinding]]:
    columns = COLUMNS[sheet]
    words_of = {column.name: column.words for column in columns}
    below = headed(grid, words_of, [column.name for column in columns if column.is_needed])
    if not below.is_found:
        nothing = say("No row of headings was recognised in the first ten rows.")
        return (), [of_map(sheet, nothing, TAKE_TEMPLATE)]
    missing = [
        of_map(sheet, say("No column says {heading}.", heading=words_of[name][0]), TAKE_TEMPLATE)
        for name in below.missing
    ]
    lines = [
        _line(Line(sheet=sheet, row=one.number, cells=one.cells), columns) for one in below.rows
    ]
    return tuple(lines), missing


def _line(line: Line, columns: tuple[Column, ...]) -> Line:
    for column in columns:
        if column.name not in line.cells:
            continue
        cell = line.cells[column.name][2]
        if not is_empty(cell):
            try:
                line.values[column.name] = column.read(cell)
            except UnclearError as unclear:
                line.wrong(column.name, unclear.problem, unclear.remedy)
        elif column.is_needed:
            line.wrong(column.name, say("The cell is empty."), say("Every row needs it."))
    return line
