"""Take-over books: one fund while another administrator's lines are being booked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from portfolio import take_over_accounts as opened
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, say
from portfolio.kernel.errors import Fen as Yuan
from portfolio.take_over_accounts import Accounts
from portfolio.take_over_sheet import Entry, Fault


@dataclass(slots=True)
class Books:
    """One fund while it is taken over: its accounts, what is wanted, what is there already."""

    work: Work
    actor: Actor
    accounts: Accounts
    entries: list[Entry]
    faults: list[Fault] = field(default_factory=list)
    booked: set[int] = field(default_factory=set)  # lines of the file
    transactions: int = 0
    out_of_holdings_fen: int = 0

    @property
    def fund_id(self) -> str:
        """The fund's id."""
        return self.accounts.fund.id

    def of(self, entry: Entry) -> str:
        """Return the partner that a line speaks of."""
        return self.accounts.partner_ids[entry.investor]

    def own(self) -> list[Entry]:
        """Return the lines of single accounts, in the order of their days."""
        named = [entry for entry in self.entries if entry.investor in self.accounts.partner_ids]
        return sorted(named, key=lambda entry: (entry.on, entry.row, entry.at))


@dataclass(frozen=True, slots=True)
class Moved:
    """Which rows had moved an account before the day of a line."""

    books: Books
    first: Mapping[tuple[str, int], date]

    def __call__(self, entry: Entry) -> set[int]:
        """Return the rows that had moved the account of a line before its day."""
        partner_id = self.books.of(entry)
        return {row for (of, row), on in self.first.items() if of == partner_id and on < entry.on}


def moved_rows(books: Books) -> Moved:
    """Return what moved each account, in the books and in the file, with its first day."""
    first: dict[tuple[str, int], date] = {}

    def note(partner_id: str, row: int, on: date) -> None:
        first[partner_id, row] = min(on, first.get((partner_id, row), on))

    for partner_id, row, on in opened.first_days(books.work, books.fund_id):
        note(partner_id, row, on)
    for entry in books.own():
        if entry.fen:
            note(books.of(entry), entry.row, entry.on)
    return Moved(books, first)


# ---- what is refused
def refused(entry: Entry, error: DomainError) -> Fault:
    """Return the fault of a line that the books refused."""
    return Fault(
        at=entry.at,
        row=entry.row,
        problem=say("Row {row}: {problem}", row=entry.row, problem=error.problem),
        remedy=error.remedy,
    )


def differs(entry: Entry, known_fen: int) -> Fault:
    """Return the fault of a line that an earlier file gave with another amount."""
    return Fault(
        at=entry.at,
        row=entry.row,
        problem=say(
            "Row {row} of {investor} on {on} was taken over as {known}; the file says {given}.",
            row=entry.row,
            investor=entry.investor,
            on=entry.on,
            known=Yuan(known_fen),
            given=Yuan(entry.fen),
        ),
        remedy=say("Book the difference as an entry of its own, or correct the file."),
    )
