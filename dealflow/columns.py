"""Columns: which column of a foreign sheet says what, and in which unit.

Headings are matched whole, by the words offices use; a column that matches nothing is shown as
ignored and can be assigned by hand. Nothing is inferred from the cells below.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dealflow.cells import Finding, letters, of_cell, of_sheet, text
from dealflow.workbooks import Cell, Grid
from portfolio.kernel.errors import say
from valuation.money import Unit


# ---- facts
class SheetField(StrEnum):
    """What a column can say of a project."""

    CODE = "code"
    NAME = "name"
    FIRM = "firm"
    CREDIT_CODE = "credit_code"
    UNIT = "unit"
    SYSTEM = "system"
    CHAIN = "chain"
    PARK = "park"
    SOURCE = "source"
    NEEDS_SITE = "needs_site"
    PLANNED = "planned"
    FIRST_HEARD_ON = "first_heard_on"
    IN_TALKS_ON = "in_talks_on"
    FRAMEWORK_ON = "framework_on"
    FORMAL_ON = "formal_on"
    CONTRACT = "contract"
    START_DUE_ON = "start_due_on"
    REGISTERED_ON = "registered_on"
    SITE_ON = "site_on"
    STARTED_ON = "started_on"
    PRODUCTION_ON = "production_on"
    ARRIVED = "arrived"
    ARRIVED_ON = "arrived_on"
    IS_DEMO = "is_demo"


F = SheetField
MONEY_FIELDS = (F.PLANNED, F.CONTRACT, F.ARRIVED)
YES_NO_FIELDS = (F.NEEDS_SITE, F.IS_DEMO)
REQUIRED = (F.NAME, F.FIRM)
SYNONYMS: Mapping[SheetField, tuple[str, ...]] = {
    F.CODE: ("项目编号", "项目编码", "项目代码", "编号", "code"),
    F.NAME: ("项目名称", "项目", "name", "project"),
    F.FIRM: ("企业名称", "投资方", "投资企业", "投资主体", "签约企业", "公司名称", "firm"),
    F.CREDIT_CODE: ("统一社会信用代码", "社会信用代码", "信用代码", "creditcode"),
    F.UNIT: ("责任单位", "牵头单位", "招商单位", "unit"),
    F.SYSTEM: ("产业体系", "产业类别", "所属产业", "system"),
    F.CHAIN: ("产业链", "所属产业链", "chain"),
    F.PARK: ("落地园区", "园区", "落户园区", "选址", "park"),
    F.SOURCE: ("线索来源", "项目来源", "来源", "source"),
    F.NEEDS_SITE: ("是否用地", "是否需要用地", "需要用地", "needssite"),
    F.PLANNED: ("总投资", "计划总投资", "预计总投资", "总投资额", "投资总额", "plannedinvestment"),
    F.FIRST_HEARD_ON: ("首次接洽日期", "首次接洽时间", "线索日期", "接洽日期", "firstheardon"),
    F.IN_TALKS_ON: ("在谈日期", "洽谈日期", "进入在谈日期", "intalkson"),
    F.FRAMEWORK_ON: ("框架协议日期", "框架签约日期", "框架协议签订日期", "frameworkon"),
    F.FORMAL_ON: ("正式签约日期", "签约日期", "签约时间", "合同签订日期", "formalon"),
    F.CONTRACT: ("合同额", "正式合同额", "合同金额", "签约金额", "合同投资额", "contractamount"),
    F.START_DUE_ON: ("约定开工日期", "计划开工日期", "应开工日期", "startdueon"),
    F.REGISTERED_ON: ("注册日期", "工商注册日期", "注册时间", "registeredon"),
    F.SITE_ON: ("拿地日期", "供地日期", "租赁日期", "拿地租赁日期", "siteon"),
    F.STARTED_ON: ("开工日期", "开工时间", "实际开工日期", "startedon"),
    F.PRODUCTION_ON: ("投产日期", "投产时间", "productionon"),
    F.ARRIVED: ("到位资金", "资金到位", "资金到位额", "到资额", "到位金额", "moneyinplace"),
    F.ARRIVED_ON: ("到位日期", "资金到位日期", "到资日期", "moneyinplaceon"),
    F.IS_DEMO: ("示例", "是否示例", "数据性质", "demo"),
}
FIELD_OF = {word: field for field, words in SYNONYMS.items() for word in words}
UNIT_OF = {"亿元": Unit.YI, "亿": Unit.YI, "万元": Unit.WAN, "万": Unit.WAN, "元": Unit.YUAN}
HEADING_UNIT = re.compile(r"^(.+?)[(\[/,:]*(?:单位:?)?[(]?(亿元|万元|亿|万|元)[)\]]?$")
SHEET_UNIT = re.compile(r"单位:?(?:人民币)?(亿元|万元|元)")
HEADING_ROWS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column with what it says, None if it is ignored."""

    column: int  # the first is 1
    heading: str
    field: SheetField | None
    unit: Unit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a sheet is read."""

    heading_row: int  # as Excel counts; 0 if no row was recognised
    columns: tuple[Column, ...]
    findings: tuple[Finding, ...]

    def of(self, field: SheetField) -> Column | None:
        """Return the column that says a field."""
        return next((column for column in self.columns if column.field is field), None)


# ---- rules
def understand(heading: str) -> tuple[SheetField | None, Unit | None]:
    """Return what a heading says and the unit that it declares."""
    plain = "".join(unicodedata.normalize("NFKC", heading).split()).lower().rstrip("*")
    if plain in FIELD_OF:
        return FIELD_OF[plain], None
    found = HEADING_UNIT.fullmatch(plain)
    if found and found[1] in FIELD_OF:
        return FIELD_OF[found[1]], UNIT_OF[found[2]]
    return None, None


def propose(
    grid: Grid,
    *,
    chosen: Mapping[int, SheetField | None] | None = None,
    units: Mapping[SheetField, Unit] | None = None,
) -> Reading:
    """Return how the sheet is read: by its headings, and by what a person chose instead.

    chosen  {column: field}, over the headings
    units   {money field: unit}, over the headings
    """
    heads = grid.rows[:HEADING_ROWS]
    known = [sum(understand(text(cell))[0] is not None for cell in row) for row in heads]
    if not known or max(known) < len(REQUIRED):
        return Reading(heading_row=0, columns=(), findings=(NO_HEADINGS,))
    at = known.index(max(known))
    declared = _sheet_unit(heads[:at])
    columns = [
        _column(number, text(cell), declared, chosen or {}, units or {})
        for number, cell in enumerate(heads[at], start=1)
    ]
    return Reading(
        heading_row=at + 1, columns=tuple(columns), findings=tuple(_findings(columns, at + 1))
    )


def _sheet_unit(above: Sequence[Sequence[Cell]]) -> Unit | None:
    """Return the unit that stands above the headings for the whole sheet, as in 单位：万元."""
    for row in above:
        for cell in row:
            if found := SHEET_UNIT.search(text(cell).replace(" ", "")):
                return UNIT_OF[found[1]]
    return None


def _column(
    number: int,
    heading: str,
    declared: Unit | None,
    chosen: Mapping[int, SheetField | None],
    units: Mapping[SheetField, Unit],
) -> Column:
    field, unit = understand(heading)
    column = Column(column=number, heading=heading, field=chosen.get(number, field))
    if column.field in MONEY_FIELDS and column.field is not None:
        return replace(column, unit=units.get(column.field, unit or declared))
    return column


NO_HEADINGS = of_sheet(
    say("No row of headings was recognised in the first ten rows."),
    say("Head the columns as in the sample workbook, at least 项目名称 and 企业名称."),
)


def _findings(columns: Sequence[Column], heading_row: int) -> list[Finding]:
    findings = [
        replace(
            NO_HEADINGS,
            row=heading_row,
            problem=say("No column says {heading}.", heading=SYNONYMS[field][0]),
            remedy=say("Add the column, or choose which of the ignored columns says it."),
        )
        for field in REQUIRED
        if not any(column.field is field for column in columns)
    ]
    first: dict[SheetField, Column] = {}
    for column in columns:
        if column.field is None:
            continue
        if column.field in first:
            findings.append(
                of_cell(
                    heading_row,
                    (column.column, column.heading, column.heading),
                    say(
                        "Column {other} says the same as this one.",
                        other=letters(first[column.field].column),
                    ),
                    say("Choose one of the two and ignore the other."),
                )
            )
        first.setdefault(column.field, column)
    return findings
