"""Take-over: a fund's books continued from another administrator's statements, line by line.

Everything is booked in one unit of work and then checked with the statement's own arithmetic;
whatever does not tie is named, and nothing is kept.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import ledger, memo_rows, take_over_checks
from portfolio import take_over_accounts as opened
from portfolio import take_over_rules as rules
from portfolio.accounts import ESCROW_ROW, AccountCode, Line
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message
from portfolio.ledger import LedgerPosting, LedgerTransaction
from portfolio.postings import Posting
from portfolio.take_over_accounts import TAG
from portfolio.take_over_books import Books, differs, moved_rows, refused
from portfolio.take_over_sheet import TOTAL, Entry, Fault, Sheet, read, untied

Key = tuple[str, int, date]  # partner, row, day


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """What a file brought into the books of its funds."""

    funds: tuple[str, ...]  # codes
    new_funds: tuple[str, ...]
    new_investors: tuple[str, ...]  # fund and code
    lines: int
    booked: int  # lines that moved the books; the others were there already, checks or nothing
    transactions: int
    out_of_holdings_fen: int  # cash that only disposals can explain
    remarks: tuple[Message, ...]


class RefusedLinesError(DomainError):
    """The file was refused as a whole; `faults` names every line with its row."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.at, fault.row)))
        super().__init__(
            "{count} findings; nothing was taken over.",
            "Correct them in the file and import it again.",
            count=len(self.faults),
        )


# ---- commands
def take_over(work: Work, actor: Actor, content: bytes) -> TakenOver:
    """Book a file of capital lines, whole or not at all; the same file twice books nothing twice.

    A fund and its investors are opened where the file is the first to name them.
    errors  RefusedLinesError with every fault; the caller's unit of work must then keep nothing
    """
    actor.must(Duty.EDIT_FUNDS)
    sheet = read(content)
    if sheet.faults:
        raise RefusedLinesError([*sheet.faults, *_totals_untied(sheet)])
    if not sheet.entries:
        raise DomainError("The file has no lines.", "Give one amount a line below the heading.")
    by_fund: dict[str, list[Entry]] = defaultdict(list)
    for entry in sheet.entries:
        by_fund[entry.fund].append(entry)
    faults, made = _totals_untied(sheet), list[Books]()
    for code, entries in by_fund.items():
        accounts, wrong = opened.find_or_open(work, actor, code, entries)
        faults += wrong
        if accounts is not None and not wrong:
            made.append(_fund(Books(work, actor, accounts, entries)))
            faults += made[-1].faults
    if faults:
        raise RefusedLinesError(faults)
    result = _result(sheet, made)
    after = {"funds": result.funds, "lines": result.lines, "booked": result.booked}
    audit.write(work, actor, "take_over:book", "fund", made[0].fund_id, after=after)
    return result


def _result(sheet: Sheet, made: list[Books]) -> TakenOver:
    return TakenOver(
        funds=tuple(books.accounts.fund.code for books in made),
        new_funds=tuple(b.accounts.fund.code for b in made if b.accounts.is_new),
        new_investors=tuple(
            f"{books.accounts.fund.code} {code}"
            for books in made
            for code in books.accounts.new_investors
        ),
        lines=len(sheet.entries),
        booked=sum(len(books.booked | books.accounts.booked) for books in made),
        transactions=sum(books.transactions for books in made),
        out_of_holdings_fen=sum(books.out_of_holdings_fen for books in made),
        remarks=tuple(remark for books in made for remark in take_over_checks.remarks(books)),
    )


def _fund(books: Books) -> Books:
    """Book one fund: commitments, then money that comes in, then what goes out, then memos."""
    books.faults += opened.commit(books.work, books.actor, books.accounts, books.own())
    _ledger(books)
    _memos(books)
    if not books.faults:
        take_over_checks.ties(books)
        take_over_checks.invariants(books)
    return books


def _totals_untied(sheet: Sheet) -> list[Fault]:
    """Return every TOTAL that is not the sum of the investors and the general partner."""
    sums: dict[tuple[str, int, date], int] = defaultdict(int)
    for entry in sheet.entries:
        if entry.investor != TOTAL:
            sums[entry.fund, entry.row, entry.on] += entry.fen
    return [
        untied(entry, sums.get((entry.fund, entry.row, entry.on), 0))
        for entry in sheet.entries
        if entry.investor == TOTAL
        and ((entry.fund, entry.row, entry.on) in sums or entry.row not in rules.CHECKED_ROWS)
        and entry.fen != sums.get((entry.fund, entry.row, entry.on), 0)
    ]


# ---- the ledger
def _ledger(books: Books) -> None:
    wanted: dict[tuple[date, int], list[Entry]] = defaultdict(list)
    there, before = _taken_over(books), moved_rows(books)
    for entry in books.own():
        if entry.row not in rules.LEDGER_ROWS or not entry.fen:
            continue
        if entry.row in rules.OPENED_BY and not rules.opens(entry.row, before(entry)):
            continue  # a check
        known = there.get((books.of(entry), entry.row, entry.on))
        if known is None:
            wanted[entry.on, entry.row].append(entry)
        elif known != entry.fen:
            books.faults.append(differs(entry, known))
    parts = {
        key: {books.of(entry): entry.fen for entry in entries} for key, entries in wanted.items()
    }
    days = _cash_days(books)
    for (on, row), by in parts.items():
        days[on] += rules.cash_fen(row, by)
    if parts:
        for on, fen in rules.out_of_holdings(days).items():
            _from_holdings(books, on, fen)
    # Money in before money out: no day may be overdrawn while the lines are being written.
    for (on, row), by in sorted(
        parts.items(), key=lambda one: (rules.cash_fen(one[0][1], one[1]) < 0, one[0])
    ):
        _post(books, wanted[on, row], f"{TAG}:{row}", on, rules.postings(row, by))


def _post(books: Books, entries: list[Entry], tag: str, on: date, lines: list[Posting]) -> None:
    try:
        ledger.post(
            books.work,
            books.actor,
            fund_id=books.fund_id,
            tag=tag,
            subject_id=books.fund_id,
            effective_date=on,
            postings=lines,
            is_demo=books.accounts.fund.is_demo,
        )
    except DomainError as error:
        books.faults += [refused(entry, error) for entry in entries]
        return
    books.transactions += 1
    books.booked.update(entry.at for entry in entries)


def _from_holdings(books: Books, on: date, fen: int) -> None:
    lines = [
        Posting(account=AccountCode.CASH, amount_fen=fen),
        Posting(account=AccountCode.INVESTMENTS_COST, amount_fen=-fen),
    ]
    _post(books, [], f"{TAG}:holdings", on, lines)
    books.out_of_holdings_fen += fen


def _taken_over(books: Books) -> dict[Key, int]:
    """Return what earlier files booked and nobody reversed, signed as on the sheet."""
    tag, line = col(LedgerTransaction.tag), col(LedgerPosting.line)
    of_reversals = sa.func.replace(tag, ":reverse", "")
    statement = (
        ledger.entries(
            col(LedgerPosting.partner_id),
            line,
            col(LedgerTransaction.effective_date),
            -sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .where(
            col(LedgerPosting.fund_id) == books.fund_id,
            of_reversals == sa.literal(f"{TAG}:").concat(sa.cast(line, sa.String)),
        )
        .group_by(col(LedgerPosting.partner_id), line, col(LedgerTransaction.effective_date))
    )
    return {
        (partner_id, row, on): int(fen)
        for partner_id, row, on, fen in books.work.rows(statement)
        if fen
    }


def _cash_days(books: Books) -> dict[date, int]:
    statement = (
        ledger.entries(
            col(LedgerTransaction.effective_date), sa.func.sum(col(LedgerPosting.amount_fen))
        )
        .where(
            col(LedgerPosting.fund_id) == books.fund_id,
            col(LedgerPosting.account) == AccountCode.CASH.value,
        )
        .group_by(col(LedgerTransaction.effective_date))
    )
    return defaultdict(int, {on: int(fen) for on, fen in books.work.rows(statement)})


# ---- memo rows
def _memos(books: Books) -> None:
    there = opened.memos_there(books.work, books.fund_id)
    wanted = _wanted_memos(books)
    together: dict[tuple[int, date], list[tuple[Entry, int]]] = defaultdict(list)
    for (partner_id, row, on), (entry, fen) in wanted.items():
        known = there.get((partner_id, row, on))
        if known is None and fen:
            together[row, on].append((entry, fen))
        elif known not in {None, fen}:
            books.faults.append(differs(entry, known or 0))
    for (row, on), lines in sorted(together.items(), key=lambda one: one[0]):
        try:
            memo_rows.record(
                books.work,
                books.actor,
                books.fund_id,
                row=row,
                parts=[(books.of(entry), fen) for entry, fen in lines],
                effective_date=on,
                source=TAG,
                is_demo=books.accounts.fund.is_demo,
            )
        except DomainError as error:
            books.faults += [refused(entry, error) for entry, _ in lines]
        else:
            books.booked.update(entry.at for entry, _ in lines)


def _wanted_memos(books: Books) -> dict[Key, tuple[Entry, int]]:
    """Return what each memo row changes by; a balance becomes its difference to the one before."""
    wanted: dict[Key, tuple[Entry, int]] = {}
    before = moved_rows(books)
    with_paid_row = {books.of(entry) for entry in books.own() if entry.row == rules.PAID_ROW}
    escrow: dict[str, int] = {}

    def want(entry: Entry, row: int, fen: int) -> None:
        key = (books.of(entry), row, entry.on)
        wanted[key] = (entry, fen + wanted.get(key, (entry, 0))[1])

    for entry in books.own():
        partner_id = books.of(entry)
        if entry.row in rules.MEMO_ROWS or (
            entry.row == rules.ADJUSTED_ROW and entry.at not in books.accounts.increases
        ):
            want(entry, entry.row, entry.fen)
        elif entry.row == ESCROW_ROW:
            held = escrow.get(partner_id)
            if held is None:
                held = opened.escrow_before(books.work, books.fund_id, partner_id, entry.on)
            want(entry, entry.row, entry.fen - held)
            escrow[partner_id] = entry.fen
        elif entry.row == rules.OPENING_OFFSETS and rules.opens(entry.row, before(entry)):
            want(entry, entry.row, entry.fen)
        elif entry.row == rules.BEGIN_ROW and rules.opens(entry.row, before(entry)):
            promised = opened.opening_unfunded(books.work, partner_id, entry.on)
            want(entry, entry.row, entry.fen - promised)
        # Row 110 as given: what it says instead of the contributions of row 13.
        if entry.row == Line.CONTRIBUTIONS and partner_id in with_paid_row:
            want(entry, rules.PAID_ROW, entry.fen)
    return wanted
