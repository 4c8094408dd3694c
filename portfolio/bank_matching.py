"""Bank matching: which call a receipt pays, which entry of the books a line is, and what is asked.

Nothing is guessed. A line is settled by itself where exactly one entry or one outstanding part of
a call fits it by amount, day and payer; where several fit, or only the amount does, a person
chooses; what fits nothing is listed with the reason.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from portfolio.bank import StatementRow
from portfolio.kernel.errors import Fen as Yuan
from portfolio.kernel.errors import Message, say

NEAR = timedelta(days=5)  # a bank may book a payment some days after our order
PUNCTUATION = re.compile(r"[\s()·,.，。、\-]+")
Payers = Mapping[str, tuple[frozenset[str], frozenset[str]]]  # {partner: (names, accounts)}


# ---- facts
class Outcome(StrEnum):
    """What happens to a line."""

    KNOWN = "known"  # it came with an earlier statement
    ENTRY = "entry"  # it is in the books already
    RECEIPT = "receipt"  # it pays a part of a call and will be booked
    ASKED = "asked"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What a partner still owes of a call."""

    call_line_id: str
    partner_id: str
    partner: str
    call: int
    called_on: date
    outstanding_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the books that moved cash and that no line explains yet."""

    transaction_id: str
    seq: int
    on: date
    open_fen: int
    tag: str
    memo: str
    parts: tuple[tuple[str, int], ...] = ()  # (partner's name, cash) where it pays each of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to settle a line; `key` names it in a form."""

    key: str
    due: Due | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is proposed for a line."""

    row: StatementRow
    outcome: Outcome
    choices: tuple[Choice, ...] = ()
    why: Message | None = None

    def chosen(self, key: str) -> Choice | None:
        """Return what a person or, where there is nothing to ask, the rule has settled on."""
        if self.outcome in {Outcome.ENTRY, Outcome.RECEIPT}:
            return self.choices[0]
        return next((choice for choice in self.choices if choice.key == key), None)


# ---- rules
def plain(name: str) -> str:
    """Return a name as it is compared: full-width forms as plain ones, no spaces and brackets."""
    return PUNCTUATION.sub("", unicodedata.normalize("NFKC", name)).casefold()


def payers_of(row: StatementRow, payers: Payers) -> set[str]:
    """Return the partners that the line names, by account or by name."""
    name, account = plain(row.counterparty), row.account.replace(" ", "")
    by_account = {
        partner
        for partner, (_, accounts) in payers.items()
        if account and account in {one.replace(" ", "") for one in accounts}
    }
    return by_account or {
        partner
        for partner, (names, _) in payers.items()
        if name and name in {plain(one) for one in names}
    }


def propose(
    rows: Sequence[StatementRow],
    *,
    dues: Sequence[Due],
    entries: Sequence[Entry],
    payers: Payers,
    known: Sequence[bool] = (),
) -> list[Proposal]:
    """Return one proposal a line, in the order of the lines; each entry and due is used up once.

    known  for each line, whether an earlier statement brought it
    """
    left_entries = {entry.transaction_id: entry for entry in entries}
    left_dues = {due.call_line_id: due for due in dues}
    found = []
    for place, row in enumerate(rows):
        if known and known[place]:
            found.append(Proposal(row=row, outcome=Outcome.KNOWN))
            continue
        proposal = _of_entry(row, list(left_entries.values()))
        if proposal is None and row.amount_fen > 0:
            proposal = _of_due(row, list(left_dues.values()), payers)
        if proposal is None:
            proposal = Proposal(
                row=row,
                outcome=Outcome.OPEN,
                why=say("No payment of this amount is booked within five days."),
            )
        if proposal.outcome in {Outcome.ENTRY, Outcome.RECEIPT}:
            _use(proposal.choices[0], row, left_entries, left_dues)
        found.append(proposal)
    return found


def _of_entry(row: StatementRow, entries: Sequence[Entry]) -> Proposal | None:
    """Look for the line among what is booked: first on its day, then within some days of it."""
    fits = [entry for entry in entries if _fits(row, entry)]
    same_day = [entry for entry in fits if entry.on == row.booked_on]
    named = [entry for entry in same_day if _names(row, entry)]
    exact = named if len(named) == 1 else same_day
    if len(exact) == 1:
        return Proposal(row=row, outcome=Outcome.ENTRY, choices=(_entry(exact[0]),))
    if exact:
        why = say("{count} entries of this day have this amount.", count=len(exact))
        return Proposal(row=row, outcome=Outcome.ASKED, choices=tuple(map(_entry, exact)), why=why)
    near = [entry for entry in fits if abs(entry.on - row.booked_on) <= NEAR]
    if near:
        why = say("An entry of this amount is booked for another day.")
        return Proposal(row=row, outcome=Outcome.ASKED, choices=tuple(map(_entry, near)), why=why)
    return None


def _fits(row: StatementRow, entry: Entry) -> bool:
    return row.amount_fen == entry.open_fen or any(
        row.amount_fen == fen and plain(name) == plain(row.counterparty)
        for name, fen in entry.parts
    )


def _names(row: StatementRow, entry: Entry) -> bool:
    return any(plain(name) == plain(row.counterparty) for name, _ in entry.parts)


def _of_due(row: StatementRow, dues: Sequence[Due], payers: Payers) -> Proposal:
    """Look for the part of a call that the line pays."""
    partners = payers_of(row, payers)
    asked = [due for due in dues if due.called_on <= row.booked_on]
    theirs = [due for due in asked if due.partner_id in partners]
    exact = [due for due in theirs if due.outstanding_fen == row.amount_fen]
    larger = [due for due in theirs if due.outstanding_fen > row.amount_fen]
    same = [due for due in asked if due.outstanding_fen == row.amount_fen]
    if len(exact) == 1:
        return Proposal(row=row, outcome=Outcome.RECEIPT, choices=(_due(exact[0]),))
    choices: Sequence[Due] = ()
    if exact:
        choices, why = exact, say("The payer owes this amount of {count} calls.", count=len(exact))
    elif larger:
        choices, why = larger, say("The payer owes more than this: it may be a part.")
    elif theirs:
        owed = Yuan(sum(due.outstanding_fen for due in theirs))
        why = say("The payer owes {owed}, less than what arrived.", owed=owed)
    elif partners:
        why = say("Nothing is outstanding from this payer.")
    elif same:
        choices, why = same, say("The amount is outstanding, but the payer is not known.")
    else:
        why = say("Nobody owes this amount, and the payer is not known.")
    outcome = Outcome.ASKED if choices else Outcome.OPEN
    return Proposal(row=row, outcome=outcome, choices=tuple(map(_due, choices)), why=why)


def _entry(entry: Entry) -> Choice:
    return Choice(key=f"entry:{entry.transaction_id}", entry=entry)


def _due(due: Due) -> Choice:
    return Choice(key=f"due:{due.call_line_id}", due=due)


def _use(
    choice: Choice, row: StatementRow, entries: dict[str, Entry], dues: dict[str, Due]
) -> None:
    if choice.entry is not None:
        entry = entries.pop(choice.entry.transaction_id)
        parts = tuple(part for part in entry.parts if part[1] != row.amount_fen)
        if entry.open_fen != row.amount_fen:
            left = replace(entry, open_fen=entry.open_fen - row.amount_fen, parts=parts)
            entries[entry.transaction_id] = left
    if choice.due is not None:
        due = dues.pop(choice.due.call_line_id)
        if due.outstanding_fen > row.amount_fen:
            left_fen = due.outstanding_fen - row.amount_fen
            dues[due.call_line_id] = replace(due, outstanding_fen=left_fen)
