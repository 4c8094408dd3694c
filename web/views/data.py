"""数据: the import of a foreign project sheet, step by step, and what was imported before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from dealflow import dossier, sheets
from dealflow.cells import Finding, letters
from dealflow.columns import MONEY_FIELDS, REQUIRED, Column, SheetField
from dealflow.drafts import NAMED_FIELDS, Draft, DraftRow, Known, Plan
from dealflow.sheets import BatchState, Booked, ImportBatch
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.kernel.files import Store
from valuation.money import Unit
from web.exports import Table
from web.formats import Reader
from web.templating import Page
from web.views.parts import Part, part_of

F = SheetField
Choice = tuple[str, str]
FINDINGS_A_PAGE, ROWS_A_PAGE = 100, 50
FIELDS: Mapping[SheetField, Message] = {
    F.CODE: say("Project code"),
    F.NAME: say("Project name"),
    F.FIRM: say("Firm"),
    F.CREDIT_CODE: say("Credit code"),
    F.UNIT: say("Responsible unit"),
    F.SYSTEM: say("Industry system"),
    F.CHAIN: say("Chain"),
    F.PARK: say("Park"),
    F.SOURCE: say("Source of the lead"),
    F.NEEDS_SITE: say("Needs a site"),
    F.PLANNED: say("Planned investment"),
    F.FIRST_HEARD_ON: say("First heard of"),
    F.IN_TALKS_ON: say("In talks since"),
    F.FRAMEWORK_ON: say("Framework agreement signed"),
    F.FORMAL_ON: say("Formal contract signed"),
    F.CONTRACT: say("Contract amount"),
    F.START_DUE_ON: say("Start due"),
    F.REGISTERED_ON: say("Registered on"),
    F.SITE_ON: say("Site secured on"),
    F.STARTED_ON: say("Construction started"),
    F.PRODUCTION_ON: say("In production since"),
    F.ARRIVED: say("Money in place"),
    F.ARRIVED_ON: say("Money arrived on"),
    F.IS_DEMO: say("Demo mark"),
}
PLANS: Mapping[Plan, tuple[Message, str]] = {
    Plan.ADD: (say("New"), "prog"),
    Plan.KNOWN: (say("Recorded already"), "todo"),
    Plan.REFUSED: (say("Refused"), "risk"),
}
FINDING_HEADS = (
    say("Row"),
    say("Column"),
    say("Cell"),
    say("Heading"),
    say("Read"),
    say("Problem"),
    say("Remedy"),
)
UNIT_NAMES: Mapping[str, Unit] = {"yi": Unit.YI, "wan": Unit.WAN, "yuan": Unit.YUAN}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLine:
    """A file that was uploaded once."""

    batch: ImportBatch
    recorder: str
    confirmer: str
    booked: Booked | None  # None until it is confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPage:
    """Upload a sheet; what was uploaded before."""

    template: ClassVar[str] = "data/import.html"
    batches: tuple[BatchLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """One column of the sheet: how it was understood and what it may be told to be."""

    column: Column
    letter: str
    field: str  # "" if it is ignored
    unit: str  # "", yi, wan or yuan
    is_money: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of the sheet as it would be booked."""

    row: DraftRow
    plan: Message
    plan_kind: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPage:
    """The preview of one sheet, or what it has booked."""

    template: ClassVar[str] = "data/batch.html"
    line: BatchLine
    may_confirm: bool
    sheet: str
    sheets: tuple[Choice, ...]
    heading_row: int
    columns: tuple[ColumnView, ...]
    fields: tuple[Choice, ...]
    units: tuple[Choice, ...]
    missing: tuple[Message, ...]  # required fields that no column says
    ignored: int
    new: int
    known: int
    refused: int
    skipped: tuple[int, ...]
    findings: tuple[Finding, ...]
    findings_part: Part
    headings: tuple[Message, ...]
    rows: tuple[RowView, ...]
    rows_part: Part


# ---- rules
def in_order(draft: Draft) -> tuple[Finding, ...]:
    """Return the findings as the sheet is read: row by row, from left to right."""
    return tuple(sorted(draft.findings, key=lambda one: (one.row, one.column)))


def findings_table(reader: Reader, draft: Draft, name: str) -> Table:
    """Return every finding as a file: place, what was read, what is wrong, what to do."""
    return Table(
        title=name,
        headings=tuple(reader.say(word) for word in FINDING_HEADS),
        rows=tuple(
            (
                one.row or None,
                letters(one.column),
                one.place,
                one.heading,
                one.read,
                reader.say(one.problem),
                reader.say(one.remedy),
            )
            for one in in_order(draft)
        ),
    )


def _written(reader: Reader, field: SheetField, value: Any, names: Mapping[str, str]) -> str:
    match value:
        case None:
            return "—"
        case bool():
            return reader.say(say("yes") if value else say("no"))
        case int() if field in MONEY_FIELDS:
            return reader.exact(value)
        case date():
            return value.isoformat()
        case _:
            return names.get(str(value), str(value)) if field in NAMED_FIELDS else str(value)


# ---- builders
def import_page(work: Work) -> ImportPage:
    """Read the batches, newest first."""
    return ImportPage(batches=_lines(work, sheets.listed(work)))


def _lines(work: Work, batches: Sequence[ImportBatch]) -> tuple[BatchLine, ...]:
    people = {batch.recorded_by for batch in batches}
    people |= {batch.confirmed_by for batch in batches if batch.confirmed_by}
    names = dossier.names(work, people)
    return tuple(
        BatchLine(
            batch=batch,
            recorder=names.get(batch.recorded_by, ""),
            confirmer=names.get(batch.confirmed_by or "", ""),
            booked=Booked(**json.loads(batch.booked))
            if batch.state == BatchState.CONFIRMED
            else None,
        )
        for batch in batches
    )


def batch_page(
    work: Work, store: Store, page: Page, batch_id: str, *, finding: int, row: int
) -> BatchPage:
    """Build the preview of a batch; `finding` and `row` say which parts of them."""
    reader = page.reader
    draft = sheets.draft(work, store, batch_id)
    line = _lines(work, [sheets.get(work, batch_id)])[0]
    findings = part_of(page, "finding", finding, len(draft.findings), FINDINGS_A_PAGE)
    rows = part_of(page, "row", row, len(draft.rows), ROWS_A_PAGE)
    shown = [column for column in draft.reading.columns if column.field]
    return BatchPage(
        line=line,
        may_confirm=not draft.findings and line.booked is None and bool(draft.rows),
        sheet=draft.sheet,
        sheets=tuple((name, name) for name in draft.sheets),
        heading_row=draft.reading.heading_row,
        columns=tuple(_column(column) for column in draft.reading.columns),
        fields=tuple((field.value, reader.say(word)) for field, word in FIELDS.items()),
        units=tuple((name, unit.label) for name, unit in UNIT_NAMES.items()),
        missing=tuple(FIELDS[field] for field in REQUIRED if draft.reading.of(field) is None),
        ignored=sum(column.field is None for column in draft.reading.columns),
        new=draft.count(Plan.ADD),
        known=draft.count(Plan.KNOWN),
        refused=draft.count(Plan.REFUSED),
        skipped=draft.skipped,
        findings=findings.of(in_order(draft)),
        findings_part=findings,
        headings=tuple(FIELDS[column.field] for column in shown if column.field),
        rows=_rows(reader, draft, shown, rows, sheets.known(work)),
        rows_part=rows,
    )


def _column(column: Column) -> ColumnView:
    units = {unit: name for name, unit in UNIT_NAMES.items()}
    return ColumnView(
        column=column,
        letter=letters(column.column),
        field=column.field.value if column.field else "",
        unit=units[column.unit] if column.unit else "",
        is_money=column.field in MONEY_FIELDS,
    )


def _rows(
    reader: Reader, draft: Draft, shown: Sequence[Column], part: Part, known: Known
) -> tuple[RowView, ...]:
    read = {(one.row, one.column): one.read for one in draft.findings}
    # a draft keeps the id that a name stands for; a person reads the name
    names = {
        subject: name for field in NAMED_FIELDS for name, subject in known.names[field].items()
    }
    found = []
    for row in part.of(draft.rows):
        word, kind = PLANS[row.plan]
        cells = tuple(
            read[row.row, column.column]
            if (row.row, column.column) in read
            else _written(reader, column.field, row.values.get(column.field), names)
            for column in shown
            if column.field
        )
        found.append(RowView(row=row, plan=word, plan_kind=kind, cells=cells))
    return tuple(found)
