"""Drafts: what a sheet would book, row by row, with every finding at once and nothing written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from dealflow.cells import (
    Finding,
    UnclearError,
    amount_fen,
    day,
    is_empty,
    letters,
    of_cell,
    of_sheet,
    shown,
    text,
    yes,
)
from dealflow.columns import MONEY_FIELDS, YES_NO_FIELDS, Column, Reading, SheetField
from dealflow.stages import Stage
from dealflow.workbooks import Cell, Grid
from portfolio.kernel.errors import DomainError, Message, say
from portfolio.organisations import check_credit_code

F = SheetField
STAGE_OF = {
    F.FIRST_HEARD_ON: Stage.LEAD,
    F.IN_TALKS_ON: Stage.IN_TALKS,
    F.FRAMEWORK_ON: Stage.FRAMEWORK,
    F.FORMAL_ON: Stage.FORMAL,
    F.REGISTERED_ON: Stage.REGISTERED,
    F.SITE_ON: Stage.SITE,
    F.STARTED_ON: Stage.STARTED,
    F.PRODUCTION_ON: Stage.PRODUCTION,
}
DATE_FIELDS = (*STAGE_OF, F.START_DUE_ON, F.ARRIVED_ON)
NAMED_FIELDS = (F.UNIT, F.SYSTEM, F.CHAIN)
TOTALS = ("合计", "总计", "小计", "total")
# Either both cells are filled or neither: an amount without its day cannot be booked.
PAIRS = ((F.CONTRACT, F.FORMAL_ON), (F.ARRIVED, F.ARRIVED_ON))


# ---- facts
class Plan(StrEnum):
    """What would happen to a row."""

    ADD = "add"
    KNOWN = "known"  # recorded already: nothing is written for it
    REFUSED = "refused"  # it has findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the books hold already, by the words a sheet uses."""

    names: Mapping[SheetField, Mapping[str, str]]  # {field: {key of the name: id or code}}
    projects: Mapping[str, tuple[str, str]]  # {code: (name, firm)}
    today: date

    def code_of(self, name: str, firm: str) -> str | None:
        """Return the code of the project of that name and firm."""
        wanted = (key(name), key(firm))
        same = (
            code for code, pair in self.projects.items() if (key(pair[0]), key(pair[1])) == wanted
        )
        return next(same, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """One row of the sheet and what it would become."""

    row: int  # as Excel counts
    plan: Plan
    code: str
    values: Mapping[SheetField, Any]  # fen, date, bool, text, or the id that a name stands for

    @property
    def stages(self) -> tuple[tuple[date, Stage], ...]:
        """The milestones of the row in the order of their days."""
        found = [
            (self.values[name], stage)
            for name, stage in STAGE_OF.items()
            if stage is not Stage.LEAD and name in self.values
        ]
        return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].rank)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The preview of a sheet."""

    sheet: str
    sheets: tuple[str, ...]
    reading: Reading
    rows: tuple[DraftRow, ...]
    skipped: tuple[int, ...]  # rows of totals
    findings: tuple[Finding, ...]

    def count(self, plan: Plan) -> int:
        """Return how many rows have that plan."""
        return sum(row.plan is plan for row in self.rows)


@dataclass(slots=True)
class _RowInHand:
    row: int
    cells: Mapping[SheetField, tuple[Column, Cell]]
    values: dict[SheetField, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def wrong(self, name: SheetField, problem: Message, remedy: Message) -> None:
        column, cell = self.cells[name]
        place = (column.column, column.heading, cell)
        self.findings.append(of_cell(self.row, place, problem, remedy))


# ---- rules
def key(name: str) -> str:
    """Return a name as it is compared: without quotes and white space."""
    return "".join(sign for sign in text(name) if not sign.isspace() and sign not in "\"'“”‘’「」")


def derived_code(name: str, firm: str) -> str:
    """Return a code for a project whose sheet gives none; the same project gets the same one."""
    digest = hashlib.sha256("\n".join((key(name), key(firm))).encode())
    return f"P-{digest.hexdigest()[:8].upper()}"


def draft(grid: Grid, reading: Reading, known: Known) -> Draft:
    """Read every row below the headings; no row stops another, no finding hides the next."""
    columns = {column.field: column for column in reversed(reading.columns) if column.field}
    rows: list[DraftRow] = []
    findings = list(reading.findings)
    skipped: list[int] = []
    seen: dict[str, int] = {}
    below = grid.rows[reading.heading_row :] if reading.heading_row else ()
    for number, cells in enumerate(below, start=reading.heading_row + 1):
        words = [text(cell) for cell in cells if not is_empty(cell)]
        if not words:
            continue
        if words[0].replace(" ", "").lower().startswith(TOTALS):
            skipped.append(number)
            continue
        in_hand = _RowInHand(
            number,
            {
                name: (column, cells[column.column - 1] if column.column <= len(cells) else "")
                for name, column in columns.items()
            },
        )
        row = _row(in_hand, known, seen)
        rows.append(row)
        findings += in_hand.findings
    if reading.heading_row and not rows:
        findings.append(
            of_sheet(
                say("There is no row below the headings."),
                say("Choose the sheet that holds the projects."),
            )
        )
    if reading.findings:
        rows = [replace(row, plan=Plan.REFUSED) for row in rows]
    return Draft(
        sheet=grid.sheet,
        sheets=grid.sheets,
        reading=reading,
        rows=tuple(rows),
        skipped=tuple(skipped),
        findings=tuple(findings),
    )


def _row(at: _RowInHand, known: Known, seen: dict[str, int]) -> DraftRow:
    for name, (column, cell) in at.cells.items():
        if not is_empty(cell):
            try:
                at.values[name] = _value(name, column, cell, known)
            except UnclearError as unclear:
                at.wrong(name, unclear.problem, unclear.remedy)
            except DomainError as refusal:
                at.wrong(name, refusal.problem, refusal.remedy)
    for name in (F.NAME, F.FIRM):
        if name in at.cells and is_empty(at.cells[name][1]):
            at.wrong(
                name, say("The cell is empty."), say("Every project names itself and its firm.")
            )
    _check_pairs(at)
    _check_order(at)
    title, firm = at.values.get(F.NAME, ""), at.values.get(F.FIRM, "")
    code = at.values.get(F.CODE) or known.code_of(title, firm) or derived_code(title, firm)
    _check_code(at, code, known, seen)
    seen.setdefault(code, at.row)
    plan = Plan.KNOWN if code in known.projects else Plan.ADD
    return DraftRow(
        row=at.row, plan=Plan.REFUSED if at.findings else plan, code=code, values=at.values
    )


def _value(name: SheetField, column: Column, cell: Cell, known: Known) -> Any:
    if name in MONEY_FIELDS:
        return amount_fen(cell, column.unit)
    if name in DATE_FIELDS:
        return day(cell, latest=date.max if name is F.START_DUE_ON else known.today)
    if name in YES_NO_FIELDS:
        return yes(cell)
    if name is F.CREDIT_CODE:
        return check_credit_code(text(cell))
    if name in NAMED_FIELDS:
        found = known.names[name].get(key(text(cell)))
        if found is None:
            raise UnclearError(
                say("“{name}” is not recorded here.", name=text(cell)),
                say("Correct the name, record it first, or leave the cell empty."),
            )
        return found
    # a name keeps its full-width brackets; it is only compared without them (key)
    return text(cell) if name is F.CODE else " ".join(shown(cell).split())


def _check_pairs(at: _RowInHand) -> None:
    for amount, on in PAIRS:
        filled = [n for n in (amount, on) if n in at.cells and not is_empty(at.cells[n][1])]
        if len(filled) == 1:
            other = at.cells.get(on if filled[0] is amount else amount)
            at.wrong(
                filled[0],
                say("An amount and its day belong together, and one of them is missing."),
                say("Fill in column {column} too.", column=letters(other[0].column))
                if other
                else say("Add a column for the other one."),
            )
    if F.START_DUE_ON in at.values and not {F.FORMAL_ON, F.FRAMEWORK_ON} & at.values.keys():
        at.wrong(
            F.START_DUE_ON,
            say("A start is due by an agreement, and none is dated in this row."),
            say("Enter the day of signing, or leave the due date empty."),
        )


def _check_order(at: _RowInHand) -> None:
    dated = [name for name in STAGE_OF if name in at.values]
    signed = next((name for name in (F.FORMAL_ON, F.FRAMEWORK_ON) if name in at.values), None)
    orders = list(pairwise(dated))
    if signed and F.START_DUE_ON in at.values:
        orders.append((signed, F.START_DUE_ON))
    for earlier, later in orders:
        if at.values[later] < at.values[earlier]:
            at.wrong(
                later,
                say(
                    "{later} is before {earlier} in column {column}, which comes first.",
                    later=at.values[later],
                    earlier=at.values[earlier],
                    column=letters(at.cells[earlier][0].column),
                ),
                say("Check both dates against the papers."),
            )


def _check_code(at: _RowInHand, code: str, known: Known, seen: Mapping[str, int]) -> None:
    blamed = F.CODE if F.CODE in at.cells else F.NAME
    if blamed not in at.cells or F.NAME not in at.values or F.FIRM not in at.values:
        return
    if code in seen:
        at.wrong(
            blamed,
            say("Row {row} has the same project.", row=seen[code]),
            say("Keep one of the two rows, or give them different codes."),
        )
    elif code in known.projects and key(known.projects[code][0]) != key(at.values[F.NAME]):
        at.wrong(
            blamed,
            say("The code belongs to the recorded project {name}.", name=known.projects[code][0]),
            say("Correct the code, or the name if it is the same project."),
        )
