"""The books of a fund for other programs: a Beancount file, and the journal as a table.

The Beancount file is plain text that `bean-check` proves once more.

Signs are the same on both sides (debit positive), so no amount is changed. What the partners'
capital took under a row of the ILPA sheet stands under the root it belongs to: flows and carry
under Equity, fees under Expenses, income and gains under Income, each with the partner. So the
five roots of Beancount hold what our seven accounts do, and every balance can be tied.

The same books give the same bytes: nothing here asks for the clock, and lines are in an order of
their own. Source of the syntax: Beancount language, docs/beancount_language_syntax, version 3.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from portfolio.accounts import CARRY_LINES, FLOW_LINES, INCOME_LINES, AccountCode, Line
from portfolio.journal import JournalEntry, JournalLine, quarter_ends
from web.exports import Table, yuan

CURRENCY = "CNY"
PLAIN: dict[AccountCode, str] = {
    AccountCode.CASH: "Assets:Cash",
    AccountCode.INVESTMENTS_COST: "Assets:Investments:Cost",
    AccountCode.INVESTMENTS_UNREALISED: "Assets:Investments:Unrealised",
    AccountCode.RECEIVABLES: "Assets:Receivables",
    AccountCode.PAYABLES: "Liabilities:Payables",
    AccountCode.SUBSCRIPTION_LINE: "Liabilities:SubscriptionLine",
    AccountCode.PARTNERS_CAPITAL: "Equity:Partners",
}
BY_HOLDING = (AccountCode.INVESTMENTS_COST, AccountCode.INVESTMENTS_UNREALISED)
NO_HOLDING = "Unnamed"  # a leaf like the others: an assertion on a parent counts its children
EQUITY_LINES = (Line.OPENING_NAV, *FLOW_LINES, *CARRY_LINES, Line.CARRY_SETTLED)
INCOME = (*INCOME_LINES, Line.REALISED_GAIN, Line.UNREALISED_GAIN)


# ---- facts
@dataclass(frozen=True, slots=True)
class _Balance:
    """What an account held at the close of a day."""

    account: str
    on: date
    fen: int


# ---- rules
def part_of_name(code: str) -> str:
    """Return a code as part of an account name: a capital or digit, then letters, digits, -."""
    plain = re.sub(r"[^0-9A-Za-z-]", "-", code)
    return plain if re.match(r"[0-9A-Z]", plain) else f"N{plain}"


def text_of(text: str) -> str:
    """Return a string literal on one line."""
    return '"' + " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'


def root_of(line: Line) -> str:
    """Return the root under which a row of the ILPA sheet stands."""
    if line in EQUITY_LINES:
        return "Equity"
    return "Income" if line in INCOME else "Expenses"


class Names:
    """The account of each line. Codes that look alike once simplified are told apart by number."""

    def __init__(self, entries: Iterable[JournalEntry]) -> None:
        codes: dict[str, set[str]] = {"partner": set(), "holding": set()}
        for entry in entries:
            for line in entry.lines:
                codes["partner"].add(line.partner_code)
                codes["holding"].add(line.holding_code)
        self._parts = {
            kind: {"": NO_HOLDING} | _told_apart(sorted(found - {""}))
            for kind, found in codes.items()
        }

    def of(self, line: JournalLine) -> str:
        """Return the account's full name."""
        if line.line is None:
            if line.account not in BY_HOLDING:
                return PLAIN[line.account]
            return f"{PLAIN[line.account]}:{self._parts['holding'][line.holding_code]}"
        words = "".join(word.capitalize() for word in line.line.name.split("_"))
        row = f"{line.line.value}-{words}"
        return f"{root_of(line.line)}:{row}:{self._parts['partner'][line.partner_code]}"


def _told_apart(codes: Sequence[str]) -> dict[str, str]:
    taken = {NO_HOLDING}
    found = {}
    for code in codes:
        name = wanted = part_of_name(code)
        number = 2
        while name in taken:
            name, number = f"{wanted}-{number}", number + 1
        taken.add(name)
        found[code] = name
    return found


def balances(entries: Sequence[JournalEntry], names: Names) -> list[_Balance]:
    """Return every account's balance at each quarter end from its first movement on."""
    moved: dict[str, dict[date, int]] = {}
    for entry in entries:
        for line in entry.lines:
            days = moved.setdefault(names.of(line), {})
            days[entry.effective_date] = days.get(entry.effective_date, 0) + line.amount_fen
    ends = quarter_ends(entry.effective_date for entry in entries)
    return [
        _Balance(account, end, sum(fen for on, fen in moved[account].items() if on <= end))
        for account in sorted(moved)
        for end in ends
        if min(moved[account]) <= end
    ]


# ---- the file
def document(title: str, entries: Sequence[JournalEntry]) -> str:
    """Return the file: accounts opened, entries by date, a balance at each quarter end."""
    names = Names(entries)
    parts = [
        f"option {text_of('title')} {text_of(title)}",
        f'option "operating_currency" "{CURRENCY}"',
        "",
        *_opened(entries, names),
        "",
        *(text for entry in entries for text in (*_entry(entry, names), "")),
        *_asserted(balances(entries, names)),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _opened(entries: Sequence[JournalEntry], names: Names) -> Iterator[str]:
    first: dict[str, tuple[date, JournalLine]] = {}
    for entry in entries:
        for line in entry.lines:
            first.setdefault(names.of(line), (entry.effective_date, line))
    for account in sorted(first):
        on, line = first[account]
        yield f"{on} open {account} {CURRENCY}"
        yield f"  ledger-account: {text_of(line.account.value)}"
        for key, code, name in (
            ("partner", line.partner_code, line.partner_name),
            ("holding", line.holding_code, line.holding_name),
        ):
            if code:
                yield f"  {key}-code: {text_of(code)}"
                yield f"  {key}-name: {text_of(name)}"


def _entry(entry: JournalEntry, names: Names) -> Iterator[str]:
    yield f"{entry.effective_date} * {text_of(entry.tag)} {text_of(entry.memo)}"
    recorded = entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    yield f"  seq: {entry.seq}"
    yield f"  recorded-at: {text_of(recorded)}"
    for key, seq in (("undoes-seq", entry.undoes_seq), ("follows-seq", entry.follows_seq)):
        if seq is not None:
            yield f"  {key}: {seq}"
    if entry.correction_reason:
        yield f"  correction-reason: {text_of(entry.correction_reason)}"
    if entry.is_demo:
        yield "  demo: TRUE"
    for line in entry.lines:
        yield f"  {names.of(line)}  {yuan(line.amount_fen)} {CURRENCY}"
        if line.line is not None:
            yield f"    reporting-line: {line.line.value}"
        if line.purpose:
            yield f"    purpose: {text_of(line.purpose)}"


def _asserted(found: Iterable[_Balance]) -> Iterator[str]:
    # Beancount asserts the balance at the beginning of a day, and would let a fen pass untold.
    for one in sorted(found, key=lambda one: (one.on, one.account)):
        after = one.on + timedelta(days=1)
        yield f"{after} balance {one.account}  {yuan(one.fen)} ~ 0.00 {CURRENCY}"


# ---- the journal as a table
JOURNAL_HEADS = (
    "seq",
    "effective_date",
    "recorded_at",
    "tag",
    "memo",
    "account",
    "partner_code",
    "reporting_line",
    "holding_code",
    "purpose",
    "debit_yuan",
    "credit_yuan",
    "undoes_seq",
    "follows_seq",
    "correction_reason",
    "is_demo",
)


def journal_table(title: str, entries: Iterable[JournalEntry]) -> Table:
    """Return a row a posting for an ERP: headings stay English, since a program reads them."""
    return Table(
        title=title,
        headings=JOURNAL_HEADS,
        rows=tuple(
            (
                entry.seq,
                entry.effective_date,
                entry.recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
                entry.tag,
                entry.memo,
                line.account.value,
                line.partner_code,
                int(line.line) if line.line else None,
                line.holding_code,
                line.purpose,
                yuan(line.amount_fen if line.amount_fen > 0 else None),
                yuan(-line.amount_fen if line.amount_fen < 0 else None),
                entry.undoes_seq,
                entry.follows_seq,
                entry.correction_reason,
                int(entry.is_demo),
            )
            for entry in entries
            for line in entry.lines
        ),
    )
