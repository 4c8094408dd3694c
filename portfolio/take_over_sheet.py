"""Take-over sheet: another administrator's capital accounts, one amount a line.

A CSV file with the columns fund, investor, row, effective_date and amount_yuan. An investor is a
code or a name, `GP` the fund's general partner, `TOTAL` the whole fund; the row is a number of the
ILPA Reporting Template v2.0, signed as on its sheet. Here the file is only read; what it means is
decided in take_over.py.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from portfolio.accounts import CAPITAL_ROWS, COMMITMENT_ROWS, SCHEDULE_B_ROWS
from portfolio.kernel.errors import DomainError, Message, say
from portfolio.kernel.errors import Fen as Yuan
from portfolio.locks import EARLIEST
from valuation.money import NotMoneyError, parse

TOTAL, GP = "TOTAL", "GP"
COLUMNS = {
    "fund": ("fund", "基金", "基金代码"),
    "investor": ("investor", "出资人", "合伙人"),
    "row": ("row", "行", "行号"),
    "effective_date": ("effective_date", "生效日期", "日期"),
    "amount_yuan": ("amount_yuan", "金额（元）", "金额(元)", "金额"),
}
SHEET_ROWS = {row.row: row for row in (*CAPITAL_ROWS, *COMMITMENT_ROWS, *SCHEDULE_B_ROWS)}
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
MOST_BYTES = 20_000_000


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the file: an amount of one row of one account on one day."""

    at: int  # line of the file; the heading is line 1
    fund: str
    investor: str
    row: int
    on: date
    fen: int

    @property
    def key(self) -> tuple[str, str, int, date]:
        """What may stand in the file once."""
        return self.fund, self.investor, self.row, self.on


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What cannot be taken over, and what to do about it."""

    at: int  # line of the file; 0 where it is the whole file
    row: int  # of the ILPA sheet; 0 where it is none
    problem: Message
    remedy: Message

    def __str__(self) -> str:
        place = f"line {self.at}: " if self.at else ""
        return f"{place}{self.problem} {self.remedy}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The lines of a file, and what is wrong with those that cannot be read."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


# ---- rules
def read(content: bytes) -> Sheet:
    """Read the file; every line that cannot be read becomes a fault, and none is guessed.

    errors  no CSV text, too large, or a heading without one of the five columns
    """
    if len(content) > MOST_BYTES:
        raise DomainError(
            "The file has more than {most} MB.",
            "Split it by fund; each part is taken over by itself.",
            most=MOST_BYTES // 1_000_000,
        )
    lines = list(csv.reader(io.StringIO(_text(content), newline="")))
    places = _places(lines[0] if lines else [])
    entries, faults = list[Entry](), list[Fault]()
    seen: dict[tuple[str, str, int, date], int] = {}
    for at, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        found = _entry(at, {name: _cell(cells, place) for name, place in places.items()})
        if isinstance(found, Fault):
            faults.append(found)
        elif (first := seen.setdefault(found.key, at)) != at:
            faults.append(_twice(found, first))
        else:
            entries.append(found)
    return Sheet(entries=tuple(entries), faults=tuple(faults))


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError(
        "The file is no text in UTF-8 or GB 18030.", "Save it as CSV (UTF-8) and try again."
    )


def _places(heading: list[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in heading]
    places = {
        column: next(i for i, name in enumerate(names) if name in known)
        for column, known in COLUMNS.items()
        if any(name in known for name in names)
    }
    if missing := [column for column in COLUMNS if column not in places]:
        raise DomainError(
            "The first line has no column {missing}.",
            "Name the columns {columns}; a sample is on the import page.",
            missing=", ".join(missing),
            columns=", ".join(COLUMNS),
        )
    return places


def _cell(cells: list[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _entry(at: int, cells: dict[str, str]) -> Entry | Fault:
    row = int(cells["row"]) if cells["row"].isascii() and cells["row"].isdigit() else 0

    def fault(problem: Message, remedy: Message) -> Fault:
        return Fault(at=at, row=row if row in SHEET_ROWS else 0, problem=problem, remedy=remedy)

    if row not in SHEET_ROWS:
        return fault(
            say("“{read}” is no row of the ILPA sheet.", read=cells["row"][:20]),
            say("Use the row numbers 12-104, 108-114 and 119-131 of the template v2.0."),
        )
    if missing := [name for name in ("fund", "investor") if not cells[name]]:
        return fault(
            say("Row {row} names no {missing}.", row=row, missing=missing[0]),
            say("Write the code of the fund, and the investor's code or name, TOTAL or GP."),
        )
    on = _day(cells["effective_date"])
    if on is None or on < EARLIEST:
        return fault(
            say(
                "“{read}” of row {row} is no date of a fund.",
                read=cells["effective_date"][:20],
                row=row,
            ),
            say("Write it as 2026-03-31."),
        )
    try:
        fen = _fen(cells["amount_yuan"])
    except NotMoneyError as error:
        problem = Message(error.problem, error.values)
        return fault(
            say("Row {row}: {problem}", row=row, problem=problem),
            Message(error.remedy, error.values),
        )
    investor = cells["investor"]
    word = investor.upper() if investor.upper() in {TOTAL, GP} else investor
    return Entry(at=at, fund=cells["fund"], investor=word, row=row, on=on, fen=fen)


def _twice(found: Entry, first: int) -> Fault:
    return Fault(
        at=found.at,
        row=found.row,
        problem=say(
            "Row {row} of {investor} on {on} stands in line {first} already.",
            row=found.row,
            investor=found.investor,
            on=found.on,
            first=first,
        ),
        remedy=say("Add the two amounts up and leave one line."),
    )


def _day(text: str) -> date | None:
    for pattern in DATES:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a calendar day
        except ValueError:
            continue
    return None


def _fen(text: str) -> int:
    """Read yuan; an accountant's brackets are a minus sign."""
    plain = text.strip().replace("（", "(").replace("）", ")")
    if plain.startswith("(") and plain.endswith(")"):
        return -parse(plain[1:-1])
    return parse(plain)


def sample() -> bytes:
    """Return a small file that can be taken over as it is: two investors and a general partner."""
    return ("\ufeff" + "".join(",".join(line) + "\r\n" for line in _sample_lines())).encode()


def _sample_lines() -> Iterator[tuple[str, ...]]:
    yield tuple(COLUMNS)
    parts: tuple[tuple[int, str, tuple[int, int, int]], ...] = (
        (108, "2025-01-15", (60_000_000, 30_000_000, 10_000_000)),
        (13, "2025-02-20", (30_000_000, 15_000_000, 5_000_000)),
        (21, "2025-12-31", (-600_000, -300_000, 0)),
        (41, "2025-12-31", (-60_000, -30_000, -10_000)),
        (68, "2025-12-31", (90_000, 45_000, 0)),
        (24, "2025-12-31", (60_000, 30_000, 0)),
        (87, "2026-03-31", (12_000, 6_000, 2_000)),
        (92, "2026-03-31", (1_920_000, 960_000, 1_120_000)),
        (98, "2026-03-31", (-480_000, -240_000, 720_000)),
        (14, "2026-03-31", (-1_200_000, -600_000, -200_000)),
        (111, "2026-03-31", (600_000, 300_000, 100_000)),
        (93, "2026-03-31", (3_000_000, 1_500_000, 500_000)),
        (95, "2026-03-31", (33_132_000, 16_566_000, 6_412_000)),
    )
    for row, on, amounts in parts:
        for investor, yuan in zip(("LP1", "LP2", GP, TOTAL), (*amounts, sum(amounts)), strict=True):
            yield ("SAMPLE", investor, str(row), on, str(yuan))


def name_of(row: int) -> Message:
    """Return the name of a row of the sheet."""
    return Message(SHEET_ROWS[row].name)


def untied(entry: Entry, found_fen: int) -> Fault:
    """Return the fault of an amount that does not tie to what the lines add up to."""
    return Fault(
        at=entry.at,
        row=entry.row,
        problem=say(
            "Row {row} ({name}) of {investor} on {on} is {given}; the lines give {found}.",
            row=entry.row,
            name=name_of(entry.row),
            investor=entry.investor,
            on=entry.on,
            given=Yuan(entry.fen),
            found=Yuan(found_fen),
        ),
        remedy=say("Correct the amount, or give the lines that are missing from its sum."),
    )
