"""Take-over rules: which side of the books each row of the sheet stands against.

What the fund's money did stands against cash, a gain on holdings against the holdings; carry is
moved inside an account, since rows 92 and 93 of the sheet are net of it already. Where an account
begins, its first opening balance is booked; a later one, and every subtotal, is a check.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from portfolio.accounts import (
    ESCROW_ROW,
    FEE_LINES,
    FLOW_LINES,
    INCOME_LINES,
    OFFSET_LINES,
    OFFSET_ROWS,
    RECEIVED_ROWS,
    AccountCode,
    Line,
)
from portfolio.postings import Posting
from portfolio.take_over_sheet import SHEET_ROWS

COMMITMENT_ROW, BEGIN_ROW, PAID_ROW, RELEASED_ROW, ADJUSTED_ROW = 108, 109, 110, 112, 113
OPENING_OFFSETS = 78
# Two lines of one account that move against each other: the account is worth what it was.
WITHIN_ACCOUNT = {
    Line.CARRY_ACCRUED: Line.UNREALISED_GAIN,
    Line.CARRY_EARNED: Line.REALISED_GAIN,
    Line.OPENING_CARRY: Line.CARRY_SETTLED,
    Line.CARRY_PAID: Line.CARRY_SETTLED,
    Line.CLAWBACK_RETURNED: Line.CARRY_SETTLED,
}
AGAINST = {
    **dict.fromkeys((*FLOW_LINES, *FEE_LINES, *INCOME_LINES), AccountCode.CASH),
    # The sheet does not say what the money was invested in: until the holdings are recorded, what
    # was taken over and what was gained on disposals stands at cost, without a name.
    Line.OPENING_NAV: AccountCode.INVESTMENTS_COST,
    Line.REALISED_GAIN: AccountCode.INVESTMENTS_COST,
    Line.UNREALISED_GAIN: AccountCode.INVESTMENTS_UNREALISED,
}
LEDGER_ROWS = frozenset(int(line) for line in (*AGAINST, *WITHIN_ACCOUNT))
MEMO_ROWS = frozenset((*OFFSET_ROWS, *RECEIVED_ROWS, PAID_ROW, 111))
# What an opening balance sums up: where one of these came before it, it is a check.
OPENED_BY = {
    12: LEDGER_ROWS,
    OPENING_OFFSETS: frozenset(
        (OPENING_OFFSETS, *OFFSET_ROWS, *(int(line) for line in OFFSET_LINES))
    ),
    96: frozenset((96, 97, 98, 101, 102)),
    BEGIN_ROW: frozenset((BEGIN_ROW, 13, PAID_ROW, 111, RELEASED_ROW, ADJUSTED_ROW)),
}
CHECKED_ROWS = frozenset(
    row for row, one in SHEET_ROWS.items() if one.parts and row not in LEDGER_ROWS
)


def postings(row: int, parts: Mapping[str, int]) -> list[Posting]:
    """Return the balanced lines of one row on one day.

    parts  {partner: fen}, signed as on the sheet, none of them nothing
    """
    line = Line(row)
    booked = [_on_capital(partner, line, fen) for partner, fen in parts.items()]
    if line in WITHIN_ACCOUNT:
        other = WITHIN_ACCOUNT[line]
        return booked + [_on_capital(partner, other, -fen) for partner, fen in parts.items()]
    total_fen = sum(parts.values())
    against = Posting(account=AGAINST[line], amount_fen=total_fen)
    return [against, *booked] if total_fen else booked


def _on_capital(partner_id: str, line: Line, fen: int) -> Posting:
    return Posting(
        account=AccountCode.PARTNERS_CAPITAL, amount_fen=-fen, partner_id=partner_id, line=line
    )


def cash_fen(row: int, parts: Mapping[str, int]) -> int:
    """Return what a row brings into the bank, negative where it takes money out."""
    return sum(parts.values()) if AGAINST.get(Line(row)) is AccountCode.CASH else 0


def out_of_holdings(days: Mapping[date, int]) -> dict[date, int]:
    """Return {day: fen} of the cash that only disposals can explain, so that none is overdrawn.

    days  {day: fen} that cash moves, of the books and of the file

    The sheet shows a distribution but not the sale that paid for it. What the lines cannot explain
    came out of holdings at cost, on the day it was needed.
    """
    found: dict[date, int] = {}
    balance = 0
    for on in sorted(days):
        balance += days[on]
        if balance < 0:
            found[on], balance = -balance, 0
    return found


def opens(row: int, before: Iterable[int]) -> bool:
    """Say whether a given balance opens the account: nothing that it sums up came before it.

    before  the rows that moved on earlier days, in the books or in the file
    """
    return OPENED_BY[row].isdisjoint(before)


assert ESCROW_ROW not in LEDGER_ROWS | MEMO_ROWS, "escrow is given as a balance"
