"""A sheet of sites: read whole with every finding, then listed whole or not at all.

It is read by the machinery of the project sheet (workbooks.py, cells.py). A site is known by its
code: one that is recorded stays as it is, so the same file twice adds nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from dealflow import sites, workbooks
from dealflow.cells import (
    Finding,
    Place,
    UnclearError,
    amount_fen,
    day,
    is_empty,
    of_cell,
    of_sheet,
    one_of,
    text,
    whole_number,
    yes,
)
from dealflow.drafts import Plan, key
from dealflow.headed import headed
from dealflow.sites import PriceBasis, ProjectSite, SiteKind, Utility
from dealflow.workbooks import Cell
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message, say
from valuation.money import Unit

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("载体编号", "编号", "code"),
    "name": ("载体名称", "名称", "name"),
    "kind": ("载体类型", "类型", "kind"),
    "park": ("园区", "所在园区", "park"),
    "area_m2": ("面积（m²）", "面积", "建筑面积", "面积（平方米）", "area"),
    "floor_load_kg_m2": ("楼面荷载（kg/m²）", "楼面荷载", "荷载", "floorload"),
    "power_kva": ("供电容量（kVA）", "供电容量", "power"),
    "price_fen": ("价格（元）", "价格", "租金", "price"),
    "price_basis": ("计价方式", "pricebasis"),
    "utilities": ("配套", "utilities"),
    "free_from": ("可交付日期", "交付日期", "freefrom"),
    "note": ("备注", "note"),
    "is_demo": ("数据性质", "是否示例"),
}
REQUIRED = ("code", "name", "kind", "area_m2")
KINDS: Mapping[str, SiteKind] = {
    "地块": SiteKind.PARCEL,
    "土地": SiteKind.PARCEL,
    "厂房": SiteKind.FACTORY,
    "标准厂房": SiteKind.FACTORY,
    "写字楼": SiteKind.OFFICE,
    "办公": SiteKind.OFFICE,
    "洁净车间": SiteKind.CLEAN_ROOM,
    "洁净室": SiteKind.CLEAN_ROOM,
    "洁净厂房": SiteKind.CLEAN_ROOM,
    **{one.value: one for one in SiteKind},
}
BASES: Mapping[str, PriceBasis] = {
    "元/m2·月": PriceBasis.RENT_M2_MONTH,
    "元/平方米·月": PriceBasis.RENT_M2_MONTH,
    "元/m2": PriceBasis.SALE_M2,
    "元/平方米": PriceBasis.SALE_M2,
    "元/亩": PriceBasis.SALE_MU,
    **{one.value: one for one in PriceBasis},
}
UTILITIES: Mapping[str, Utility] = {
    "天然气": Utility.GAS,
    "蒸汽": Utility.STEAM,
    "工业排污": Utility.SEWAGE,
    "双回路供电": Utility.DUAL_SUPPLY,
    "光纤": Utility.FIBRE,
    **{one.value: one for one in Utility},
}
BETWEEN = "、,;，；/"


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDraft:
    """One row of the sheet and what it would become."""

    row: int  # as Excel counts
    plan: Plan
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSheet:
    """The preview of a sheet of sites."""

    sheet: str
    rows: tuple[SiteDraft, ...]
    findings: tuple[Finding, ...]

    def count(self, plan: Plan) -> int:
        """Return how many rows have that plan."""
        return sum(row.plan is plan for row in self.rows)


@dataclass(slots=True)
class _RowInHand:
    row: int
    cells: Mapping[str, Place]  # {field: (column, heading, cell)}
    values: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def wrong(self, name: str, problem: Message, remedy: Message) -> None:
        self.findings.append(of_cell(self.row, self.cells[name], problem, remedy))


# ---- rules
def _utilities(cell: Cell) -> str:
    words = text(cell)
    for sign in BETWEEN:
        words = words.replace(sign, " ")
    return sites.written(one_of(UTILITIES)(word) for word in words.split())


READ: Mapping[str, Callable[[Cell], Any]] = {
    "code": text,
    "name": text,
    "kind": one_of({word: kind.value for word, kind in KINDS.items()}),
    "park": text,
    "area_m2": whole_number,
    "floor_load_kg_m2": whole_number,
    "power_kva": whole_number,
    "price_fen": lambda cell: amount_fen(cell, Unit.YUAN),
    "price_basis": one_of({word: basis.value for word, basis in BASES.items()}),
    "utilities": _utilities,
    "free_from": lambda cell: day(cell, latest=date.max),
    "note": text,
    "is_demo": yes,
}


def draft(grid: workbooks.Grid, known: Mapping[str, str]) -> SiteSheet:
    """Read every row below the headings; no finding hides the next.

    known  {code: name} of the sites that are recorded
    """
    below = headed(grid, HEADINGS, REQUIRED)
    if not below.is_found:
        return SiteSheet(sheet=grid.sheet, rows=(), findings=(of_sheet(NO_HEADINGS, NAME_THEM),))
    findings = [
        of_sheet(say("No column says {heading}.", heading=HEADINGS[name][0]), NAME_THEM)
        for name in below.missing
    ]
    rows: list[SiteDraft] = []
    seen: dict[str, int] = {}
    for one in below.rows:
        in_hand = _RowInHand(one.number, one.cells)
        rows.append(_row(in_hand, known, seen, is_whole=not below.missing))
        findings += in_hand.findings
    if not rows:
        findings.append(
            of_sheet(
                say("There is no row below the headings."),
                say("Choose the sheet that holds the sites."),
            )
        )
    return SiteSheet(
        sheet=grid.sheet,
        rows=tuple(rows),
        findings=tuple(sorted(findings, key=lambda one: (one.row, one.column))),
    )


NO_HEADINGS = say("No row of headings was recognised in the first ten rows.")
NAME_THEM = say("Head the columns 载体编号, 载体名称, 载体类型 and 面积 at least.")


def _row(
    at: _RowInHand, known: Mapping[str, str], seen: dict[str, int], *, is_whole: bool
) -> SiteDraft:
    for name, (_, _, cell) in at.cells.items():
        if not is_empty(cell):
            try:
                at.values[name] = READ[name](cell)
            except UnclearError as unclear:
                at.wrong(name, unclear.problem, unclear.remedy)
        elif name in REQUIRED:
            at.wrong(name, say("The cell is empty."), say("Every site needs it."))
    code = at.values.get("code", "")
    if code in seen:
        at.wrong(
            "code",
            say("Row {row} has the same site.", row=seen[code]),
            say("Keep one of the two rows, or give them different codes."),
        )
    elif code in known and key(known[code]) != key(at.values.get("name", "")):
        at.wrong(
            "code",
            say("The code belongs to the recorded site {name}.", name=known[code]),
            say("Correct the code, or the name if it is the same site."),
        )
    if code:
        seen.setdefault(code, at.row)
    plan = Plan.KNOWN if code in known else Plan.ADD
    return SiteDraft(
        row=at.row, plan=Plan.REFUSED if at.findings or not is_whole else plan, values=at.values
    )


# ---- reads
def preview(work: Work, content: bytes) -> SiteSheet:
    """Return what a file would list; nothing is written."""
    recorded = work.rows(sa.select(col(ProjectSite.code), col(ProjectSite.name)))
    return draft(workbooks.read(content), dict(recorded))


# ---- commands
def confirm(work: Work, actor: Actor, content: bytes) -> int:
    """List every new site of a file, or nothing; return how many.

    errors  the sheet has a finding
    """
    actor.must(Duty.IMPORT_SHEETS)
    read = preview(work, content)
    if read.findings:
        raise DomainError(
            "The sheet has {count} findings; nothing was booked.",
            "Correct the cells that the preview names and upload the sheet again.",
            count=len(read.findings),
        )
    for row in read.rows:
        if row.plan is Plan.ADD:
            facts = dict(row.values)
            facts["kind"] = SiteKind(facts["kind"])
            sites.add(work, actor, listed_on=work.today(), **facts)
    return read.count(Plan.ADD)
