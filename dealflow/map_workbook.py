"""The workbook of a chain's map, written: an export of what is recorded, or the empty template.

It has the sheets and headings that an import reads, so an export that comes back changes nothing.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from dealflow import map_import
from dealflow.chain_firms import Role, SegmentFirm
from dealflow.map_sheet import COLUMNS, CRITICALITIES, FIRMS, LINKS, POSITIONS, ROLES, SEGMENTS
from dealflow.supply import SupplyLink
from portfolio.kernel.db import Work

MADE_AT = datetime(2023, 1, 1)  # noqa: DTZ001 - Excel knows no zone
WIDE, NARROW = 24, 13
WIDE_ONES = frozenset({"name", "firm", "supplier", "customer", "wanted_note", "note", "what"})
LAST_ROW = 4_999  # as far as a list of choices reaches
CHOICES: Mapping[str, Sequence[str]] = {
    "position": tuple(word for word in POSITIONS if not word.isascii()),
    "criticality": tuple(word for word in CRITICALITIES if not word.isascii()),
    "role": tuple(word for word in ROLES if not word.isascii()),
    "is_demo": ("示例", "真实"),
}
EXPLAINED = (
    "填写说明",
    "一、本工作簿三张表合为一条产业链的完整图谱：表中没有的行视为撤下。表名与表头请勿改动。",
    "二、节点以编号识别：编号不变，名称、子系统、位置均可改；位置填上游、中游、下游或后市场。",
    "三、关键程度填一般、重要或关键；重要及以上且无企业落地的节点为缺口。",
    "四、企业角色填目标、在谈、已签约或已落地；项目已在节点中的企业由项目阶段自动体现，不必填写。",
    "五、供应关系由供应商指向客户，占比为供应商满足客户该项需求的百分数（1 至 100）。",
    "六、起始日期可空，空即自导入当日起；已登记供应关系的起始日期不因导入而改。",
    "七、数据性质填示例或真实，只对新增的行起作用。",
)
Rows = Mapping[str, Iterable[Mapping[str, Any]]]


# ---- reads
def rows(work: Work, chain_id: str) -> Rows:
    """Return what is recorded of a chain today, by sheet."""
    books = map_import.recorded(work, chain_id)
    shown = sorted(
        (s for s in books.segments.values() if books.is_on_map(s.code)),
        key=lambda segment: (segment.order, segment.id),
    )
    places = {segment.code: n for n, segment in enumerate(shown)}
    roles = [
        (key, entry)
        for key, entry in books.entries.items()
        if entry.role is not Role.LEFT and key[0] in places
    ]
    roles.sort(key=lambda one: (places[one[0][0]], -one[1].role.rank, books.names[one[0][1]]))
    demo_firms = _demo(work, SegmentFirm, [entry.id for _, entry in roles])
    supplies = books.of_chain()
    demo_links = _demo(work, SupplyLink, [one.id for one in supplies.values()])
    return {
        SEGMENTS: [
            {column.name: getattr(segment, column.name) for column in COLUMNS[SEGMENTS]}
            for segment in shown
        ],
        FIRMS: [
            {
                "code": code,
                "firm": books.names[firm],
                "role": entry.role,
                "on": entry.on,
                "note": entry.note,
                "is_demo": entry.id in demo_firms,
            }
            for (code, firm), entry in sorted(
                roles,
                key=lambda one: (places[one[0][0]], -one[1].role.rank, books.names[one[0][1]]),
            )
        ],
        LINKS: [
            {
                "supplier": books.names[supplier],
                "customer": books.names[customer],
                "weight": one.weight,
                "what": one.what,
                "since_on": one.since_on,
                "is_demo": one.id in demo_links,
            }
            for (supplier, customer), one in sorted(
                supplies.items(), key=lambda item: [books.names[firm] for firm in item[0]]
            )
        ],
    }


def _demo(work: Work, table: type[SegmentFirm | SupplyLink], ids: list[str]) -> set[str]:
    marked = sa.select(col(table.id)).where(col(table.id).in_(ids), col(table.is_demo).is_(True))
    return {row_id for (row_id,) in work.rows(marked)}


def template() -> bytes:
    """Return the workbook with its headings, its lists of choices and no row."""
    return workbook("产业链图谱（模板）", {})


def export(work: Work, chain_id: str, name: str) -> bytes:
    """Return the workbook of what is recorded today."""
    return workbook(f"{name} · 产业链图谱", rows(work, chain_id))


def workbook(title: str, found: Rows) -> bytes:
    """Write the three sheets and how they are filled in; the same rows give the same bytes."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": title, "created": MADE_AT})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for name, columns in COLUMNS.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 2)
            for place, column in enumerate(columns):
                star = " *" if column.is_needed else ""
                sheet.write_string(0, place, column.words[0] + star, bold)
                sheet.set_column(place, place, WIDE if column.name in WIDE_ONES else NARROW)
                if words := CHOICES.get(column.name):
                    allowed = {"validate": "list", "source": list(words)}
                    sheet.data_validation(1, place, LAST_ROW, place, allowed)
            for number, row in enumerate(found.get(name, ()), start=1):
                for place, column in enumerate(columns):
                    value = _written(column.name, row[column.name])
                    if isinstance(value, date):
                        sheet.write_datetime(number, place, value, days)
                    elif isinstance(value, int):
                        sheet.write_number(number, place, value)
                    elif value:
                        sheet.write_string(number, place, value)
        notes = book.add_worksheet("填写说明")
        notes.set_column(0, 0, 110)
        for number, line in enumerate(EXPLAINED):
            notes.write_string(number, 0, line, wrap if number else bold)
    return file.getvalue()


def _written(name: str, value: Any) -> Any:
    """Return a value in the word that an import reads."""
    match name:
        case "is_demo":
            return "示例" if value else "真实"
        case "position":
            return _word(POSITIONS, value)
        case "criticality":
            return _word(CRITICALITIES, value)
        case "role":
            return _word(ROLES, value)
    return value


def _word(words: Mapping[str, Any], value: Any) -> str:
    return next(word for word, one in words.items() if one == value)
