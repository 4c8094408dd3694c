"""银行: the fund's account, its statements, what is open, and whether books and bank agree."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import workbooks
from dealflow.cells import Finding, letters
from dealflow.workbooks import Grid
from portfolio import bank, bank_booking, reconciliation
from portfolio.bank import BankAccount, BankStatement, StatementState
from portfolio.bank_matching import Choice, Outcome, Proposal
from portfolio.kernel import files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.kernel.files import Store
from portfolio.reconciliation import Reconciliation, Side
from valuation.figures import Undefined
from web import bank_sheet
from web.bank_sheet import BankField, BankSheet, Column
from web.formats import Reader
from web.templating import Page
from web.views.fund_words import entry_name
from web.views.funds import Head, Opened, Tab, head_of

F = BankField
FIELDS: Mapping[BankField, Message] = {
    F.ON: say("Day"),
    F.IN: say("Money in"),
    F.OUT: say("Money out"),
    F.AMOUNT: say("Amount, in or out"),
    F.SIDE: say("In or out"),
    F.COUNTERPARTY: say("Counterparty"),
    F.ACCOUNT: say("Its account"),
    F.MEMO: say("Note"),
    F.BALANCE: say("Balance"),
    F.CURRENCY: say("Currency"),
}
OUTCOMES: Mapping[Outcome, tuple[Message, str]] = {
    Outcome.KNOWN: (say("Taken in already"), "todo"),
    Outcome.ENTRY: (say("In the books"), "ok"),
    Outcome.RECEIPT: (say("Pays a call"), "prog"),
    Outcome.ASKED: (say("To be chosen"), "warn"),
    Outcome.OPEN: (say("Not matched"), "risk"),
}
SIDES: Mapping[Side, Message] = {
    Side.BANK: say("Only at the bank"),
    Side.BOOKS: say("Only in the books"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to settle a line, as a select shows it."""

    key: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line with what is proposed for it."""

    key: str  # names its select: the number in a preview, the id once taken in
    proposal: Proposal
    word: Message
    kind: str
    settled: str  # what it is settled with, where nothing is asked
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankPage:
    """The tab."""

    template: ClassVar[str] = "funds/bank.html"
    head: Head
    tab: Tab
    may_book: bool
    account: BankAccount | None
    statements: tuple[BankStatement, ...]
    found: Reconciliation
    statement_fen: int | None
    sides: Mapping[Side, Message]
    open_lines: tuple[LineView, ...]
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """One statement: a preview until it is confirmed."""

    template: ClassVar[str] = "funds/statement.html"
    head: Head
    tab: Tab
    statement: BankStatement
    is_confirmed: bool
    columns: tuple[Column, ...]
    fields: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    lines: tuple[LineView, ...]
    counts: tuple[tuple[Message, int], ...]
    closes_on: date | None
    has_demo: bool

    @staticmethod
    def letter(number: int) -> str:
        """Return the letters of a column as Excel names it."""
        return letters(number)


# ---- reads
def bank_page(work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened) -> BankPage:
    """Return the tab at the page's day."""
    found = reconciliation.reconcile(work, opened.moment, opened.fund.id)
    head = head_of(reader, actor, page, opened)
    open_ = bank_booking.open_lines(work, opened.fund.id) if head.may_edit else {}
    statements = bank.statements(work, opened.fund.id)
    balance = found.statement_fen
    return BankPage(
        head=head,
        tab="bank",
        may_book=head.may_edit and actor.may(Duty.CALL_CAPITAL),
        account=bank.account(work, opened.fund.id, on=page.as_of),
        statements=tuple(statements),
        found=found,
        statement_fen=None if isinstance(balance, Undefined) else balance,
        sides=SIDES,
        open_lines=tuple(_line(reader, key, proposal) for key, proposal in open_.items()),
        has_demo=any(one.is_demo for one in statements),
    )


def statement_page(
    work: Work, store: Store, reader: Reader, actor: Actor, page: Page, opened: Opened, which: str
) -> StatementPage:
    """Return the preview of a statement, or its lines once they are taken in."""
    row = bank.statement(work, opened.fund.id, which)
    read = sheet_of(work, store, row)
    proposals = bank_booking.preview(work, opened.fund.id, read.rows)
    lines = tuple(_line(reader, str(one.row.number), one) for one in proposals)
    counts = tuple(
        (word, sum(one.proposal.outcome is outcome for one in lines))
        for outcome, (word, _) in OUTCOMES.items()
    )
    return StatementPage(
        head=head_of(reader, actor, page, opened),
        tab="bank",
        statement=row,
        is_confirmed=row.state == StatementState.CONFIRMED,
        columns=read.columns,
        fields=tuple((field.value, reader.say(word)) for field, word in FIELDS.items()),
        findings=read.findings,
        lines=lines,
        counts=counts,
        closes_on=row.closes_on or max((one.booked_on for one in read.rows), default=None),
        has_demo=row.is_demo,
    )


def sheet_of(work: Work, store: Store, row: BankStatement) -> BankSheet:
    """Return what the file of a statement says, with the columns as they were chosen."""
    chosen = {int(number): field for number, field in json.loads(row.columns).items()}
    return bank_sheet.read(grid_of(work, store, row), chosen)


def grid_of(work: Work, store: Store, row: BankStatement) -> Grid:
    """Return the cells of a statement's file, read by the limited process."""
    return workbooks.read(store.read(files.get(work, row.file_id)))


def _line(reader: Reader, key: str, proposal: Proposal) -> LineView:
    word, kind = OUTCOMES[proposal.outcome]
    chosen = proposal.chosen("")
    return LineView(
        key=key,
        proposal=proposal,
        word=word,
        kind=kind,
        settled=_text(reader, chosen) if chosen else "",
        options=tuple(
            Option(key=choice.key, text=_text(reader, choice)) for choice in proposal.choices
        )
        if proposal.outcome is Outcome.ASKED
        else (),
    )


def _text(reader: Reader, choice: Choice) -> str:
    if choice.due is not None:
        return reader.say(
            say(
                "Call {number}, {partner}: {owed} outstanding",
                number=choice.due.call,
                partner=choice.due.partner,
                owed=reader.amount(choice.due.outstanding_fen, "yuan", 2),
            )
        )
    assert choice.entry is not None, "a choice names a due or an entry"
    entry = choice.entry
    return f"#{entry.seq} {entry.on.isoformat()} {reader.say(entry_name(entry.tag))} {entry.memo}"
