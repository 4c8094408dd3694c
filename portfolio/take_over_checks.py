"""Take-over checks: what a file says twice must agree, and the books must stay whole.

A subtotal or a balance in the file is compared with the statement's own arithmetic, read from what
was just booked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from portfolio import book_checks, capital
from portfolio import take_over_accounts as opened
from portfolio import take_over_rules as rules
from portfolio.accounts import SCHEDULE_B_ROWS, Line, with_subtotals
from portfolio.book_parts import Finding
from portfolio.capital import NOTHING, State
from portfolio.kernel.errors import Fen as Yuan
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from portfolio.take_over_books import Books, moved_rows
from portfolio.take_over_sheet import TOTAL, Entry, Fault, untied

DAY = timedelta(days=1)


# ---- what must tie
def ties(books: Books) -> None:
    """Compare every subtotal and every balance with the statement's own arithmetic."""
    before, sight = moved_rows(books), _Sight(books)
    everybody = set(books.accounts.partner_ids.values())
    given = {(entry.row, entry.on) for entry in books.own()}
    for entry in books.entries:
        if entry.investor == TOTAL:
            if entry.row in rules.CHECKED_ROWS and (entry.row, entry.on) not in given:
                _tie(books, entry, sight.candidates(entry, everybody))
            continue
        is_check = entry.row in rules.CHECKED_ROWS or (
            entry.row in rules.OPENED_BY and not rules.opens(entry.row, before(entry))
        )
        if is_check:
            _tie(books, entry, sight.candidates(entry, {books.of(entry)}))


def _tie(books: Books, entry: Entry, found: list[int]) -> None:
    if entry.fen not in found:
        books.faults.append(untied(entry, found[0]))


# Balances at the end of a day that the sheet carries to the beginning of the next period.
ENDS = {12: 95, 78: 81, 96: 103, 109: 114}


@dataclass(slots=True)
class _Sight:
    """The statement of any day, each state read once."""

    books: Books
    states: dict[date, dict[str, State]] = field(default_factory=dict)

    def candidates(self, entry: Entry, partners: set[str]) -> list[int]:
        """Return what a row may say on a day: of the day, the quarter, the year or since inception.

        A beginning balance is that of the day's beginning or of its end.
        """
        end = self._state(entry.on, partners)
        starts = opened.starts_of(entry.on)
        columns = [self._column(end, self._state(start - DAY, partners)) for start in starts]
        columns.append(self._column(end, NOTHING))
        if entry.row in ENDS:
            return [columns[0][entry.row], columns[0][ENDS[entry.row]]]
        return [column[entry.row] for column in columns]

    def _column(self, end: State, start: State) -> dict[int, int]:
        during = {row: fen - start.memo.get(row, 0) for row, fen in end.memo.items()}
        return capital.column(end, start) | with_subtotals(SCHEDULE_B_ROWS, during)

    def _state(self, on: date, partners: set[str]) -> State:
        if on not in self.states:
            moment = Moment(as_of=on)
            self.states[on] = capital.states(self.books.work, moment, self.books.fund_id)
        return capital.added(one for of, one in self.states[on].items() if of in partners)


def invariants(books: Books) -> None:
    """Refuse what would break the books: `lianji check` stays green after every take-over."""
    for check in book_checks.check(books.work, fund_id=books.fund_id):
        books.faults += [_broken(books, finding) for finding in check.findings]


def _broken(books: Books, finding: Finding) -> Fault:
    """Return a finding of the books, at the last contribution of the account it speaks of."""
    paid = [
        entry
        for entry in books.own()
        if entry.row == Line.CONTRIBUTIONS
        and books.accounts.codes[books.of(entry)] == finding.subject
        and (finding.on is None or entry.on <= finding.on)
    ]
    at, row = (paid[-1].at, paid[-1].row) if paid else (0, 0)
    return Fault(
        at=at,
        row=row,
        problem=say("Row {row}: {problem}", row=row, problem=finding.what) if row else finding.what,
        remedy=say("Give the commitment on row 108; row 110 says what counts against it."),
    )


# ---- what is worth a word, and no fault
def remarks(books: Books) -> Iterator[Message]:
    """Yield what an accountant should look at; it stops nothing."""
    states = capital.states(books.work, Moment(as_of=date.max), books.fund_id)
    code = books.accounts.fund.code
    for partner_id, state in states.items():
        left = capital.unapplied(state.by_line, state.memo)
        if left < 0:
            yield say(
                "{fund} {investor}: offsets of {over} were applied that nobody recognised.",
                fund=code,
                investor=books.accounts.codes[partner_id],
                over=Yuan(-left),
            )
    whole = capital.added(states.values())
    carry_fen = sum(whole.by_line.get(line, 0) for line in (Line.CARRY_ACCRUED, Line.CARRY_EARNED))
    if carry_fen:
        yield say(
            "{fund}: carry of {fen} left the investors or reached the general partner one-sided.",
            fund=code,
            fen=Yuan(carry_fen),
        )
    if books.out_of_holdings_fen:
        yield say(
            "{fund}: {fen} of cash came out of holdings that the sheet does not show.",
            fund=code,
            fen=Yuan(books.out_of_holdings_fen),
        )
