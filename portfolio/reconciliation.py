"""Reconciliation: the cash of the books against the balance of the bank, row by row.

Pure of stored results: what the statements say and what the ledger holds are read for the moment
asked about, so a quarter's reconciliation can be shown again as it was known.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from portfolio import bank, bank_booking, ledger
from portfolio.accounts import AccountCode
from portfolio.bank import BankStatement, Line
from portfolio.bank_matching import Entry
from portfolio.book_parts import Finding
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Fen as Yuan
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.ledger import Moment
from valuation.figures import Reason, Undefined


# ---- facts
class Side(StrEnum):
    """Where a row stands that the other side does not have."""

    BANK = "bank"
    BOOKS = "books"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that one side has and the other has not."""

    side: Side
    on: date
    amount_fen: int
    what: str
    subject_id: str  # of the line or of the entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A fund's cash on both sides at the close of `as_of`.

    ledger − statement = opening difference + Σ rows only in the books − Σ rows only at the bank.
    """

    as_of: date
    ledger_fen: int
    statement_fen: int | Undefined
    begins_on: date | None  # first day of the statements; before it nothing is compared
    closes_on: date | None  # last day they speak of
    opening_fen: int  # books less bank before the first line
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]

    @property
    def is_reconciled(self) -> bool:
        """Say whether both sides agree and nothing is open."""
        return not self.findings


# ---- reads
def reconcile(work: Work, moment: Moment, fund_id: str) -> Reconciliation:
    """Return both sides and every row that only one of them has.

    source  the check "bank reconciled" of a quarter close; findings are what keeps it from green
    """
    fund = work.session.get(Fund, fund_id)
    if fund is None:
        raise NotFoundError
    ledger_fen = ledger.balance_fen(work, moment, AccountCode.CASH, fund_id=fund_id)
    found = bank.lines(work, moment, fund_id)
    closes_on = _closes_on(work, fund_id)
    if not found:
        nothing = Undefined(Reason.NOT_YET, "no bank statement was taken in for this fund")
        what = say("No bank statement was taken in up to {on}.", on=moment.as_of)
        moved = ledger_fen or bank_booking.entries(work, moment, fund_id)
        finding = Finding(fund=fund.code, on=moment.as_of, subject=fund.code, what=what)
        return Reconciliation(
            as_of=moment.as_of,
            ledger_fen=ledger_fen,
            statement_fen=nothing,
            begins_on=None,
            closes_on=closes_on,
            opening_fen=0,
            differences=(),
            findings=(finding,) if moved else (),
        )
    begins_on = found[0].booked_on
    opening_fen = _opening(work, moment, fund_id, found)
    entries = [one for one in bank_booking.entries(work, moment, fund_id) if one.on >= begins_on]
    differences = _differences(found, entries)
    statement_fen = _balance(found)
    return Reconciliation(
        as_of=moment.as_of,
        ledger_fen=ledger_fen,
        statement_fen=statement_fen,
        begins_on=begins_on,
        closes_on=closes_on,
        opening_fen=opening_fen,
        differences=differences,
        findings=tuple(
            _findings(fund, moment, ledger_fen, statement_fen, closes_on, opening_fen, differences)
        ),
    )


def _closes_on(work: Work, fund_id: str) -> date | None:
    last: date | None = work.scalar(
        sa.select(sa.func.max(col(BankStatement.closes_on))).where(
            col(BankStatement.fund_id) == fund_id
        )
    )
    return last


def _balance(found: list[Line]) -> int | Undefined:
    """Return the newest balance printed; lines after it that print none are added."""
    since = 0
    for line in reversed(found):
        if line.balance_fen is not None:
            return line.balance_fen + since
        since += line.amount_fen
    return Undefined(Reason.NOT_YET, "no line of the statements prints a balance")


def _opening(work: Work, moment: Moment, fund_id: str, found: list[Line]) -> int:
    first = found[0]
    if first.balance_fen is None:
        return 0
    before = Moment(
        as_of=first.booked_on - timedelta(days=1),
        known_seq=moment.known_seq,
        with_demo=moment.with_demo,
    )
    books_fen = ledger.balance_fen(work, before, AccountCode.CASH, fund_id=fund_id)
    return books_fen - (first.balance_fen - first.amount_fen)


def _differences(found: list[Line], entries: list[Entry]) -> tuple[Difference, ...]:
    rows = [
        Difference(
            side=Side.BANK,
            on=line.booked_on,
            amount_fen=line.open_fen,
            what=" · ".join(part for part in (line.counterparty, line.memo) if part),
            subject_id=line.id,
        )
        for line in found
        if line.open_fen
    ]
    rows += [
        Difference(
            side=Side.BOOKS,
            on=entry.on,
            amount_fen=entry.open_fen,
            what=f"#{entry.seq}{' · ' * bool(entry.memo)}{entry.memo}",
            subject_id=entry.transaction_id,
        )
        for entry in entries
    ]
    return tuple(sorted(rows, key=lambda row: (row.on, row.side)))


def _findings(
    fund: Fund,
    moment: Moment,
    ledger_fen: int,
    statement_fen: int | Undefined,
    closes_on: date | None,
    opening_fen: int,
    differences: tuple[Difference, ...],
) -> list[Finding]:
    def finding(subject: str, on: date, what: Message) -> Finding:
        return Finding(fund=fund.code, on=on, subject=subject, what=what)

    rows: list[Finding] = []
    if closes_on is None or closes_on < moment.as_of:
        what = say("The bank statements reach to {closes} only.", closes=closes_on or moment.as_of)
        rows.append(finding(fund.code, moment.as_of, what))
    if isinstance(statement_fen, Undefined):
        what = say("The bank statements print no balance.")
        rows.append(finding(fund.code, moment.as_of, what))
    elif statement_fen != ledger_fen:
        what = say(
            "The books have {books} in the bank; the statement says {bank}.",
            books=Yuan(ledger_fen),
            bank=Yuan(statement_fen),
        )
        rows.append(finding(fund.code, moment.as_of, what))
    if opening_fen:
        what = say(
            "The first statement opens with {difference} less than the books had.",
            difference=Yuan(opening_fen),
        )
        rows.append(finding(fund.code, moment.as_of, what))
    for row in differences:
        sentence = (
            say(
                "{amount} at the bank is in no entry: {what}.",
                amount=Yuan(row.amount_fen),
                what=row.what,
            )
            if row.side is Side.BANK
            else say(
                "{amount} in the books is on no statement: {what}.",
                amount=Yuan(row.amount_fen),
                what=row.what,
            )
        )
        rows.append(finding(row.subject_id, row.on, sentence))
    return rows
