"""Cells: what one cell of a sheet says, or one sentence why nobody can tell.

A cell names one exact amount, date or word. What does not is never guessed: it becomes a finding
that says what was read, what is wrong and what to do.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from dealflow.workbooks import Cell, Number
from portfolio.kernel.errors import Message, say
from valuation.money import NotMoneyError, Unit, parse

W = TypeVar("W")
EMPTY_SIGNS = frozenset({"", "-", "--", "—", "——", "–", "/", "\\", "无"})
YEAR_FIRST = re.compile(
    r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月)(\d{1,2})日?"
)
EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
YES, NO = (
    frozenset({"是", "有", "y", "yes", "√", "示例"}),
    frozenset({"否", "n", "no", "×", "真实"}),
)
FIRST_YEAR, LAST_YEAR = 1990, 2100
EXCEL_EPOCH = date(1899, 12, 30)
Place = tuple[int, str, Cell]  # column from 1, heading, what stands there


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with one cell, or with the sheet where row and column are 0."""

    row: int  # as Excel counts: the first is 1
    column: int
    heading: str
    read: str
    problem: Message
    remedy: Message

    @property
    def place(self) -> str:
        """The cell as Excel names it, such as F17; empty for the whole sheet."""
        return f"{letters(self.column)}{self.row}" if self.row and self.column else ""


def of_cell(row: int, place: Place, problem: Message, remedy: Message) -> Finding:
    """Return what is wrong with one cell."""
    column, heading, cell = place
    return Finding(
        row=row,
        column=column,
        heading=heading,
        read=shown(cell),
        problem=problem,
        remedy=remedy,
    )


def of_sheet(problem: Message, remedy: Message) -> Finding:
    """Return what is wrong with a sheet as a whole."""
    return of_cell(0, (0, "", ""), problem, remedy)


class UnclearError(Exception):
    """The cell says nothing that can be booked."""

    def __init__(self, problem: Message, remedy: Message) -> None:
        super().__init__(str(problem))
        self.problem, self.remedy = problem, remedy


# ---- rules
def letters(column: int) -> str:
    """Return the letters of a column: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, place = divmod(column - 1, 26)
        name = chr(ord("A") + place) + name
    return name


def shown(cell: Cell) -> str:
    """Return a cell as a person reads it."""
    match cell:
        case Number(text):
            return text
        case datetime() | date():
            return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
        case _:
            return str(cell)


def text(cell: Cell) -> str:
    """Return what is written: full-width forms as plain ones, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", shown(cell)).split())


def is_empty(cell: Cell) -> bool:
    """Say whether the cell is blank or holds one of the signs people put for nothing."""
    return text(cell) in EMPTY_SIGNS


def one_of(words: Mapping[str, W]) -> Callable[[Cell], W]:
    """Return what reads a cell as one of several words."""

    def read(cell: Cell) -> W:
        found = words.get(text(cell).replace(" ", "").lower())
        if found is None:
            known = "、".join(word for word in words if not word.isascii())
            raise UnclearError(
                say("“{word}” is none of the words known here.", word=text(cell)),
                say("Write one of: {words}.", words=known),
            )
        return found

    return read


def amount_fen(cell: Cell, unit: Unit | None) -> int:
    """Return the amount of a cell in fen, above zero.

    unit  that the heading declares for bare numbers; None where it declares none
    """
    if isinstance(cell, date | bool):
        raise UnclearError(
            say("This is a date or a yes, not an amount."), say("Enter the amount as a number.")
        )
    plain = text(cell)
    if isinstance(cell, Number):
        plain = format(Decimal(cell.text), "f")
    if unit is None and re.fullmatch(r"[-+]?[\d,.]+", plain):
        raise UnclearError(
            say("The amount has no unit, and neither has the heading."),
            say(
                "Write the unit into the heading, such as （亿元） or （万元）, or choose it above."
            ),
        )
    try:
        fen = parse(plain, unit or Unit.YUAN)
    except NotMoneyError as wrong:
        raise UnclearError(
            Message(wrong.problem, wrong.values), Message(wrong.remedy, wrong.values)
        ) from wrong
    if fen <= 0:
        raise UnclearError(
            say("The amount is not above zero."),
            say("Leave the cell empty if there is none; enter a correction in the product."),
        )
    return fen


def whole_number(cell: Cell) -> int:
    """Return the whole number above zero that a cell says."""
    plain = text(cell).replace(",", "")
    if isinstance(cell, date | bool) or not re.fullmatch(r"\d{1,9}(\.0+)?", plain):
        raise UnclearError(
            say("This is not a whole number."), say("Write digits only, without a unit.")
        )
    found = int(Decimal(plain))
    if found == 0:
        raise UnclearError(
            say("The number is not above zero."), say("Leave the cell empty if it is not known.")
        )
    return found


def day(cell: Cell, *, latest: date) -> date:
    """Return the one day that a cell names, not after `latest`."""
    found = _day(cell)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise UnclearError(say("The year {year} cannot be meant.", year=found.year), ASK_DATE)
    if found > latest:
        raise UnclearError(
            say("{on} has not come yet.", on=found),
            say("Leave it empty until it has happened, or correct the year."),
        )
    return found


ASK_DATE = say("Write the whole date with the year first, such as 2023-10-25.")


def _day(cell: Cell) -> date:
    match cell:
        case datetime():
            raise UnclearError(say("This is a date with a time of day."), ASK_DATE)
        case date():
            return cell
        case bool():
            raise UnclearError(say("This is a yes or no, not a date."), ASK_DATE)
    plain = text(cell).replace(" ", "")
    found = YEAR_FIRST.fullmatch(plain) or EIGHT_DIGITS.fullmatch(plain)
    if found:
        parts = [int(part) for part in found.groups() if part]
        try:
            return date(*parts)
        except ValueError:
            raise UnclearError(say("There is no such day in the calendar."), ASK_DATE) from None
    if isinstance(cell, Number):
        try:
            would_be = EXCEL_EPOCH + timedelta(days=int(Decimal(cell.text)))
        except OverflowError:
            raise UnclearError(say("This is a number, not a date."), ASK_DATE) from None
        raise UnclearError(
            say("This is a number; as a date Excel would show {day}.", day=would_be),
            say("If that day is meant, format the cell as a date; else enter the date."),
        )
    if re.search(r"\d", plain):
        raise UnclearError(say("This does not name one day for certain."), ASK_DATE)
    raise UnclearError(say("This is no date."), ASK_DATE)


def yes(cell: Cell) -> bool:
    """Return whether a cell says yes."""
    if isinstance(cell, bool):
        return cell
    low = text(cell).lower()
    if low in YES or low in NO:
        return low in YES
    raise UnclearError(say("This is neither yes nor no."), say("Write 是 or 否."))
