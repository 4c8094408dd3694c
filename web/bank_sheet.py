"""Bank sheets: what the columns of a bank's own export say, line by line, oldest first.

A line names one day and one amount, in or out. What does not is a finding with its cell; a sheet
with findings is not booked. The running balance proves that no line is missing or read twice.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from dealflow import cells
from dealflow.cells import Finding, UnclearError
from dealflow.workbooks import Cell, Grid, Number
from portfolio.bank import StatementRow
from portfolio.kernel.errors import Fen as Yuan
from portfolio.kernel.errors import Message, say
from valuation.money import NotMoneyError, Unit, parse

T = TypeVar("T")
HEAD_WITHIN = 30  # rows a bank puts above its headings: name of the account, period, currency
TOTALS = re.compile(r"合计|小计|总计|承前|期初|期末|total", re.IGNORECASE)
TIMED = re.compile(r"(.*\d日?)[ T]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?")
BRACKETS = re.compile(r"[（(\[【].*?[）)\]】]|[\s*:：]+")
OTHER_CURRENCY = re.compile(r"美元|港[币元]|欧元|日元|英镑|USD|HKD|EUR|JPY|GBP", re.IGNORECASE)


# ---- facts
class BankField(StrEnum):
    """What a column may say."""

    ON = "on"
    IN = "in"
    OUT = "out"
    AMOUNT = "amount"  # in above zero, out below, or told apart by the side
    SIDE = "side"
    COUNTERPARTY = "counterparty"
    ACCOUNT = "account"
    MEMO = "memo"
    BALANCE = "balance"
    CURRENCY = "currency"


F = BankField
WORDS: Mapping[BankField, tuple[str, ...]] = {
    F.ON: ("交易日期", "记账日期", "入账日期", "交易时间", "日期", "起息日", "date"),
    F.IN: ("收入", "收入金额", "贷方", "贷方金额", "贷方发生额", "存入", "转入金额", "credit"),
    F.OUT: ("支出", "支出金额", "借方", "借方金额", "借方发生额", "支取", "转出金额", "debit"),
    F.AMOUNT: ("交易金额", "发生额", "金额", "amount"),
    F.SIDE: ("借贷标志", "借贷", "收支", "收支标志", "借贷方向"),
    F.COUNTERPARTY: (
        *("对方户名", "对方名称", "对方单位", "对方账户名称", "对方单位名称", "对手方户名"),
        "counterparty",
    ),
    F.ACCOUNT: ("对方账号", "对方账户", "对方帐号", "对手方账号", "account"),
    F.MEMO: ("摘要", "用途", "附言", "备注", "交易摘要", "memo"),
    F.BALANCE: ("余额", "账户余额", "交易后余额", "当前余额", "balance"),
    F.CURRENCY: ("币种", "货币", "currency"),
}
BY_WORD = {word: field for field, words in WORDS.items() for word in words}
SIDES = {"贷": 1, "收": 1, "收入": 1, "c": 1, "借": -1, "支": -1, "支出": -1, "d": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its heading, and what it is taken for."""

    number: int  # the first is 1
    heading: str
    field: BankField | None
    is_chosen: bool  # by a person, not by the heading


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSheet:
    """What a file says."""

    columns: tuple[Column, ...]
    rows: tuple[StatementRow, ...]  # oldest first, numbered so
    findings: tuple[Finding, ...]


# ---- rules
def read(grid: Grid, chosen: Mapping[int, str] | None = None) -> BankSheet:
    """Return the lines of a sheet and what is wrong with its cells.

    chosen  {column: field, or "" to ignore it} where a person said what a column means
    """
    head = _head_row(grid.rows)
    columns = _columns(grid.rows[head] if head is not None else (), chosen or {})
    fields = {column.field: column for column in columns if column.field}
    if missing := _missing(fields):
        finding = Finding(
            row=0, column=0, heading="", read="", problem=missing[0], remedy=missing[1]
        )
        return BankSheet(columns=columns, rows=(), findings=(finding,))
    assert head is not None, "without headings something is missing"
    reader = _Rows(fields)
    found = [reader.row(number, row) for number, row in enumerate(grid.rows[head + 1 :], head + 2)]
    rows = [row for row in found if row is not None]
    findings = list(reader.findings)
    if not findings:
        rows, gap = _in_order(rows, fields.get(F.BALANCE))
        findings += gap
    numbered = [replace(row, number=place) for place, row in enumerate(rows, start=1)]
    return BankSheet(columns=columns, rows=tuple(numbered), findings=tuple(findings))


def _head_row(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Return the row that names the day and an amount."""
    for number, row in enumerate(rows[:HEAD_WITHIN]):
        named = {_field(cell) for cell in row}
        if F.ON in named and named & {F.IN, F.OUT, F.AMOUNT}:
            return number
    return None


def _field(cell: Cell) -> BankField | None:
    return BY_WORD.get(BRACKETS.sub("", cells.text(cell)).casefold())


def _columns(row: Sequence[Cell], chosen: Mapping[int, str]) -> tuple[Column, ...]:
    taken: set[BankField] = set()
    columns = []
    for number, cell in enumerate(row, start=1):
        field = BankField(chosen[number]) if chosen.get(number) else None
        if number not in chosen:
            field = _field(cell)
            field = None if field in taken else field  # the first of two counts
        if field:
            taken.add(field)
        columns.append(
            Column(number=number, heading=cells.text(cell), field=field, is_chosen=number in chosen)
        )
    return tuple(columns)


def _missing(fields: Mapping[BankField, Column]) -> tuple[Message, Message] | None:
    if F.ON not in fields:
        return (
            say("No column says the day."),
            say("Headings are needed: 交易日期, and 收入 and 支出, or 交易金额."),
        )
    if not {F.IN, F.OUT} <= fields.keys() and F.AMOUNT not in fields:
        return (
            say("No column says what came in and what went out."),
            say("Choose the columns of 收入（贷方） and 支出（借方）, or the one of 交易金额."),
        )
    return None


class _Rows:
    """Reads row after row and keeps what is wrong with their cells."""

    def __init__(self, fields: Mapping[BankField, Column]) -> None:
        self.fields = fields
        self.findings: list[Finding] = []

    def row(self, number: int, row: Sequence[Cell]) -> StatementRow | None:
        """Return the line of a row; None for a total, an empty row, or one with a finding."""
        if all(cells.is_empty(cell) for cell in row):
            return None
        on = self._cell(row, F.ON)
        first = next(cell for cell in row if not cells.is_empty(cell))
        if TOTALS.search(cells.text(on) or cells.text(first)):
            return None
        before = len(self.findings)
        booked_on = self._read(number, row, F.ON, _day)
        amount_fen = self._amount(number, row)
        balance = self._maybe(number, row, F.BALANCE, _signed)
        self._maybe(number, row, F.CURRENCY, _yuan_only)
        if len(self.findings) > before or booked_on is None or not amount_fen:
            return None
        return StatementRow(
            number=number,
            booked_on=booked_on,
            amount_fen=amount_fen,
            counterparty=cells.text(self._cell(row, F.COUNTERPARTY)),
            account=cells.text(self._cell(row, F.ACCOUNT)).replace(" ", ""),
            memo=cells.text(self._cell(row, F.MEMO)),
            balance_fen=balance,
        )

    def _cell(self, row: Sequence[Cell], field: BankField) -> Cell:
        column = self.fields.get(field)
        return row[column.number - 1] if column and column.number <= len(row) else ""

    def _read(
        self, number: int, row: Sequence[Cell], field: BankField, read: Callable[[Cell], T]
    ) -> T | None:
        """Read one cell; what is wrong with it is kept."""
        cell = self._cell(row, field)
        try:
            return read(cell)
        except UnclearError as unclear:
            self._find(number, field, cell, unclear.problem, unclear.remedy)
            return None

    def _maybe(
        self, number: int, row: Sequence[Cell], field: BankField, read: Callable[[Cell], T]
    ) -> T | None:
        """Read one cell that may be empty."""
        if cells.is_empty(self._cell(row, field)):
            return None
        return self._read(number, row, field, read)

    def _find(
        self, number: int, field: BankField, cell: Cell, problem: Message, remedy: Message
    ) -> None:
        column = self.fields[field]
        self.findings.append(
            Finding(
                row=number,
                column=column.number,
                heading=column.heading,
                read=cells.shown(cell),
                problem=problem,
                remedy=remedy,
            )
        )

    def _amount(self, number: int, row: Sequence[Cell]) -> int:
        """Return what came in (above zero) or went out (below)."""
        if F.AMOUNT in self.fields and not {F.IN, F.OUT} <= self.fields.keys():
            fen = self._read(number, row, F.AMOUNT, _signed)
            side = cells.text(self._cell(row, F.SIDE)).casefold()
            if fen and F.SIDE in self.fields:
                if side not in SIDES:
                    self._find(
                        number,
                        F.SIDE,
                        self._cell(row, F.SIDE),
                        say("This says neither in nor out."),
                        say("Write 收 or 支, or 贷 or 借."),
                    )
                    return 0
                fen = abs(fen) * SIDES[side]
            field = F.AMOUNT
        else:
            before = len(self.findings)
            came = self._maybe(number, row, F.IN, _signed) or 0
            went = self._maybe(number, row, F.OUT, _signed) or 0
            if len(self.findings) > before:
                return 0
            if came and went:
                self._find(
                    number,
                    F.IN,
                    self._cell(row, F.IN),
                    say("One line says both what came in and what went out."),
                    say("Split it into two lines, as the bank booked them."),
                )
                return 0
            fen, field = came - went, F.IN
        if fen == 0:
            self._find(
                number,
                field,
                self._cell(row, field),
                say("The line moves no money."),
                say("Delete the row, or enter its amount."),
            )
        return int(fen or 0)


def _day(cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    timed = TIMED.fullmatch(cells.text(cell)) if isinstance(cell, str) else None
    return cells.day(timed.group(1) if timed else cell, latest=date.max)


def _signed(cell: Cell) -> int:
    """Return the amount of a cell in fen, of either sign; a bank writes yuan."""
    if isinstance(cell, date | bool):
        raise UnclearError(
            say("This is a date or a yes, not an amount."), say("Enter the amount as a number.")
        )
    plain = format(Decimal(cell.text), "f") if isinstance(cell, Number) else cells.text(cell)
    try:
        return parse(plain.lstrip("¥￥+ "), Unit.YUAN)
    except NotMoneyError as wrong:
        raise UnclearError(
            Message(wrong.problem, wrong.values), Message(wrong.remedy, wrong.values)
        ) from wrong


def _yuan_only(cell: Cell) -> bool:
    if OTHER_CURRENCY.search(cells.text(cell)):
        raise UnclearError(
            say("The line is not in yuan."),
            say("Only accounts in CNY are kept here; leave the others out."),
        )
    return True


def _in_order(
    rows: list[StatementRow], balance: Column | None
) -> tuple[list[StatementRow], list[Finding]]:
    """Return the lines oldest first, and the line at which the printed balance breaks."""
    days = [row.booked_on for row in rows]
    newest_first = days != sorted(days) and days == sorted(days, reverse=True)
    forward, backward = rows, rows[::-1]
    if newest_first:
        forward, backward = backward, forward
    gap = _gap(forward)
    if gap is not None and len(set(days)) == 1 and _gap(backward) is None:
        return backward, []
    if gap is None or balance is None:
        return forward, []
    row, expected = gap
    return forward, [
        Finding(
            row=row.number,
            column=balance.number,
            heading=balance.heading,
            read=str(Yuan(row.balance_fen or 0)),
            problem=say("The balance does not follow: {expected} was expected.", expected=expected),
            remedy=say("A line is missing, doubled or changed; export the list again."),
        )
    ]


def _gap(rows: Sequence[StatementRow]) -> tuple[StatementRow, Yuan] | None:
    known = [row for row in rows if row.balance_fen is not None]
    if len(known) != len(rows):
        return None  # a bank that prints no balance on each line proves nothing
    running: int | None = None
    for row in rows:
        if running is not None and running + row.amount_fen != row.balance_fen:
            return row, Yuan(running + row.amount_fen)
        running = row.balance_fen
    return None
