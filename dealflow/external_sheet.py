"""A sheet of other districts' figures: read whole with every finding, booked whole or not at all.

The workbook itself is the document that each row names, kept by its hash. A figure that is recorded
with the same numbers is left alone, so the same file twice adds nothing; other numbers are a
correction and need their reason.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from dealflow import definitions, external_figures, workbooks
from dealflow.cells import (
    Finding,
    Place,
    UnclearError,
    amount_fen,
    day,
    is_empty,
    of_cell,
    of_sheet,
    text,
    yes,
)
from dealflow.drafts import Plan
from dealflow.external_figures import Entry, External
from dealflow.first_definitions import Definition
from dealflow.headed import headed
from dealflow.workbooks import Cell
from portfolio.figures import Unit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message, say

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "district": ("区县", "地区", "district"),
    "code": ("指标代码", "指标", "code"),
    "period_from": ("期初", "期间起", "from"),
    "period_to": ("期末", "期间止", "to"),
    "numerator": ("数值或分子", "数值", "分子", "numerator"),
    "denominator": ("分母", "denominator"),
    "target": ("年度目标", "目标", "target"),
    "document": ("来源文件", "来源", "document"),
    "place": ("页码或位置", "位置", "place"),
    "reason": ("更正理由", "reason"),
    "is_demo": ("数据性质", "是否示例"),
}
REQUIRED = ("district", "code", "period_from", "period_to", "numerator", "document")
NAME_THEM = say("Head the columns 区县, 指标代码, 期初, 期末, 数值或分子 and 来源文件 at least.")


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One row of the sheet and what it would become."""

    row: int  # as Excel counts
    plan: Plan
    entry: Entry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalSheet:
    """The preview of a sheet."""

    rows: tuple[Draft, ...]
    findings: tuple[Finding, ...]

    def count(self, plan: Plan) -> int:
        """Return how many rows have that plan."""
        return sum(row.plan is plan for row in self.rows)


@dataclass(slots=True)
class _Reading:
    """What a sheet is held against, and what was found so far."""

    means: Mapping[str, Definition]
    known: Mapping[tuple[str, str, date, date], External]
    today: date
    findings: list[Finding] = field(default_factory=list)
    seen: dict[tuple[str, str, date, date], int] = field(default_factory=dict)

    def note(self, row: int, at: Place, problem: Message, remedy: Message) -> None:
        self.findings.append(of_cell(row, at, problem, remedy))


# ---- rules
def number(cell: Cell, means: Definition | None) -> int:
    """Return a value in the unit of its measure: fen with the unit written out, or a whole number.

    A numerator or denominator of a rate is whatever its definition counts: with 元 it is money.
    """
    plain = text(cell).replace(",", "")
    if (means is not None and means.unit is Unit.FEN) or plain.endswith("元"):
        return 0 if re.fullmatch(r"0(\.0+)?[亿万]?元?", plain) else amount_fen(cell, None)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        value = Decimal("NaN")
    if isinstance(cell, date | bool) or not value.is_finite() or value != int(value):
        raise UnclearError(
            say("This is not a whole number."), say("Write digits only, without a unit.")
        )
    return int(value)


def draft(
    grid: workbooks.Grid,
    means: Mapping[str, Definition],
    known: Mapping[tuple[str, str, date, date], External],
    today: date,
) -> ExternalSheet:
    """Read every row below the headings; no finding hides the next."""
    reading = _Reading(means, known, today)
    below = headed(grid, HEADINGS, REQUIRED)
    for name in below.missing:
        no_column = say("No column says {heading}.", heading=HEADINGS[name][0])
        reading.findings.append(of_sheet(no_column, NAME_THEM))
    rows = [_row(reading, one.number, one.cells) for one in below.rows]
    if below.is_found and not rows:
        reading.findings.append(
            of_sheet(
                say("There is no row below the headings."),
                say("Choose the sheet that holds the figures."),
            )
        )
    found = sorted(reading.findings, key=lambda one: (one.row, one.column))
    return ExternalSheet(rows=tuple(rows), findings=tuple(found))


def _row(reading: _Reading, row: int, at: Mapping[str, Place]) -> Draft:
    before = len(reading.findings)
    means = reading.means.get(text(at["code"][2]) if "code" in at else "")
    read: Mapping[str, Callable[[Cell], Any]] = {
        "period_from": lambda cell: day(cell, latest=reading.today),
        "period_to": lambda cell: day(cell, latest=reading.today),
        "is_demo": yes,
        **dict.fromkeys(("numerator", "denominator", "target"), lambda cell: number(cell, means)),
    }
    values: dict[str, Any] = {}
    for name, place in at.items():
        if not is_empty(place[2]):
            try:
                values[name] = read.get(name, text)(place[2])
            except UnclearError as unclear:
                reading.note(row, place, unclear.problem, unclear.remedy)
        elif name in REQUIRED:
            reading.note(row, place, say("The cell is empty."), say("Every figure needs it."))
    if len(reading.findings) > before or not set(REQUIRED) <= set(at):
        return Draft(row=row, plan=Plan.REFUSED, entry=None)
    whole = {"denominator": None, "target": None, "place": f"第{row}行"} | values
    return _judged(reading, row, at, Entry(**whole), means)


def _judged(
    reading: _Reading,
    row: int,
    at: Mapping[str, Place],
    entry: Entry,
    means: Definition | None,
) -> Draft:
    """Hold a row that could be read against the rules and against what is recorded."""
    key = (entry.district, entry.code, entry.period_from, entry.period_to)
    try:
        external_figures.refuse_odd(entry, means)
    except DomainError as refused:
        reading.note(row, at["code"], refused.problem, refused.remedy)
        return Draft(row=row, plan=Plan.REFUSED, entry=None)
    if key in reading.seen:
        reading.note(
            row,
            at["district"],
            say("Row {row} has the same figure.", row=reading.seen[key]),
            say("Keep one of the two rows."),
        )
        return Draft(row=row, plan=Plan.REFUSED, entry=None)
    reading.seen[key] = row
    last = reading.known.get(key)
    if last is None:
        return Draft(row=row, plan=Plan.ADD, entry=entry)
    same = ("numerator", "denominator", "target", "document")
    if all(getattr(last.entry, name) == getattr(entry, name) for name in same):
        return Draft(row=row, plan=Plan.KNOWN, entry=entry)
    if not entry.reason:
        reading.note(
            row,
            at["numerator"],
            say("Another figure is recorded for this district, measure and period."),
            say("Write the reason of the correction into 更正理由; the earlier version stays."),
        )
        return Draft(row=row, plan=Plan.REFUSED, entry=None)
    return Draft(row=row, plan=Plan.ADD, entry=entry)


# ---- reads
def preview(work: Work, content: bytes) -> ExternalSheet:
    """Return what a file would book; nothing is written."""
    today = work.today()
    known = {
        (at.district, at.code, at.period_from, at.period_to): one
        for one in external_figures.every(work, today)
        if one.is_newest and (at := one.entry)
    }
    return draft(workbooks.read(content), definitions.in_force(work, today), known, today)


# ---- commands
def confirm(work: Work, actor: Actor, content: bytes, *, file_id: str) -> int:
    """Book every new or corrected figure of a file, or nothing; return how many.

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
        if row.plan is Plan.ADD and row.entry is not None:
            external_figures.record(work, actor, row.entry, file_id=file_id)
    return read.count(Plan.ADD)
