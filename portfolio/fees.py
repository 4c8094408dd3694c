"""Fees: what the manager gives back of its fee, and what it owes the partners for other income.

A waiver, a rebate or an applied offset reduces what the fund was charged. Offsets are recognised
when the manager earns from portfolio companies (its part by the agreement), and applied against
fees or expenses later; what is recognised and not applied is rolled forward, and no partner's
balance ever falls below nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from portfolio import capital, commitments, expenses, funds, ledger, memo_rows
from portfolio.accounts import OFFSET_LINES, OFFSET_ROWS, AccountCode, Line
from portfolio.commitments import Share
from portfolio.expenses import REDUCTIONS
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work, new_id
from portfolio.kernel.errors import DomainError, Message, say
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.postings import Posting, to_partners
from valuation.money import split_fen
from valuation.periods import Quarter

RECOGNISE = "portfolio:fee:recognise"
# What the manager received from portfolio companies, by the offset it gives rise to.
RECEIVED_ROW = {
    **{row: row + 55 for row in range(64, 72)},
    72: 127,
    73: 127,
    74: 127,
    75: 128,
}
OTHER_ROWS = (31, 57)
OTHER_LIMIT = Fraction(5, 100)  # of a fund's expenses; above it the sheet demands a footnote


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class OtherFlag:
    """An 'Other' line that is too large to stand without a footnote."""

    row: int
    amount_fen: int
    of_fen: int  # rows 32 and 59: all expenses of the fund, without the management fee

    @property
    def share(self) -> float:
        """The part of all expenses: 0.08 is 8 %."""
        return self.amount_fen / self.of_fen

    @property
    def what(self) -> Message:
        """The finding in words."""
        return say(
            "Row {row} “Other” is {amount} of {whole} of expenses, above 5 %: a footnote is due.",
            row=self.row,
            amount=Yuan(self.amount_fen),
            whole=Yuan(self.of_fen),
        )


# ---- rules
def other_flags(rows: Mapping[int, int]) -> list[OtherFlag]:
    """Return the 'Other' lines above 5 % of a fund's expenses in one column of its statement.

    rows    {row: fen}, costs negative; rows 31, 57, 32 and 59 are read
    source  ILPA Reporting Template v2.0 guidance, REPORTING.md §2.1 "Rules"
    """
    of_fen = -(rows.get(32, 0) + rows.get(59, 0))
    return [
        OtherFlag(row=row, amount_fen=-rows.get(row, 0), of_fen=of_fen)
        for row in OTHER_ROWS
        if -rows.get(row, 0) > OTHER_LIMIT * of_fen >= 0
    ]


# ---- commands
def reduce(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    line: Line,
    amount_fen: int,
    effective_date: date,
    expense_id: str | None = None,
    memo: str = "",
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> LedgerTransaction:
    """Book a waiver, a rebate or an applied offset.

    line        22, 23, 24, 33 or 60 of the sheet
    expense_id  a fee or cost that is still owed: it is owed less; without one the money arrived
    errors      another line; nothing; more than is owed; an offset beyond what was recognised
    """
    actor.must(Duty.EDIT_FUNDS)
    expenses.refuse_other_line(line, tuple(sorted(REDUCTIONS)))
    expenses.refuse_nothing(amount_fen)
    fund = funds.get(work, actor, fund_id)
    against = AccountCode.CASH
    if expense_id is not None:
        _refuse_beyond_owed(work, fund_id, expense_id, amount_fen)
        against = AccountCode.PAYABLES
    by = _shares(work, fund_id, line, amount_fen, effective_date)
    return ledger.post(
        work,
        actor,
        fund_id=fund_id,
        tag=expenses.REDUCE,
        subject_id=expense_id or new_id(),
        effective_date=effective_date,
        postings=[
            Posting(account=against, amount_fen=amount_fen),
            *to_partners(amount_fen, line, by),
        ],
        memo=memo,
        correction_reason=correction_reason,
        is_demo=is_demo or fund.is_demo,
    )


def _refuse_beyond_owed(work: Work, fund_id: str, expense_id: str, amount_fen: int) -> None:
    owed = expenses.get(work, expense_id)
    if owed.fund_id != fund_id or amount_fen > owed.owed_fen:
        raise DomainError(
            "{amount} was entered; {owed} of this expense is still owed.",
            "Enter at most that; what was paid already comes back as money that arrived.",
            amount=Yuan(amount_fen),
            owed=Yuan(owed.owed_fen if owed.fund_id == fund_id else 0),
        )


def _shares(work: Work, fund_id: str, line: Line, amount_fen: int, on: date) -> list[Share]:
    """Return the weights: commitments, or for an offset what is unapplied of each partner."""
    if line not in OFFSET_LINES:
        by = commitments.shares(work, fund_id, on=on)
        if not by:
            raise DomainError(
                "Nobody has committed to this fund by {on}.",
                "Admit its partners first, or date the entry later.",
                on=on,
            )
        return by
    free = free_offsets(work, fund_id, on=on)
    if amount_fen > sum(free.values()):
        raise DomainError(
            "Offsets of {amount} cannot be applied; {free} is recognised and not applied.",
            "Recognise the offset first, or apply no more than that.",
            amount=Yuan(amount_fen),
            free=Yuan(sum(free.values())),
        )
    return [Share(partner_id=one, committed_fen=fen) for one, fen in free.items() if fen]


def recognise(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    row: int,
    received_fen: int,
    offset_share: Fraction,
    effective_date: date,
    memo: str = "",
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> None:
    """Recognise what the manager received from portfolio companies, and the investors' offset.

    row           64-75 of the sheet; the receipt itself stands on the row of schedule B
    offset_share  what the agreement gives the investors of it: 1 is all
    errors        another row; nothing; a share beyond all; no investors
    """
    actor.must(Duty.EDIT_FUNDS)
    if row not in OFFSET_ROWS:
        raise DomainError(
            "Row {row} is no category of offsets.", "Choose one of the rows 64 to 75.", row=row
        )
    expenses.refuse_nothing(received_fen)
    if not 0 < offset_share <= 1:
        raise DomainError(
            "The investors' part of an offset is above nothing and at most all.",
            "Enter the percentage of the partnership agreement.",
        )
    fund, by = funds.get(work, actor, fund_id), _investors(work, fund_id, effective_date)
    offset_fen = split_fen(received_fen, [offset_share, 1 - offset_share])[0]
    for at, fen in ((row, offset_fen), (RECEIVED_ROW[row], received_fen)):
        parts = split_fen(fen, [one.committed_fen for one in by])
        memo_rows.record(
            work,
            actor,
            fund_id,
            row=at,
            parts=[(one.partner_id, part) for one, part in zip(by, parts, strict=True)],
            effective_date=effective_date,
            memo=memo or f"{float(offset_share):.0%}",
            source=RECOGNISE,
            correction_reason=correction_reason,
            is_demo=is_demo or fund.is_demo,
        )


def _investors(work: Work, fund_id: str, on: date) -> list[Share]:
    general = set(commitments.general_partners(work, fund_id))
    by = [one for one in commitments.shares(work, fund_id, on=on) if one.partner_id not in general]
    if not by:
        raise DomainError(
            "No investor has committed to this fund by {on}.",
            "Admit its investors first, or date the entry later.",
            on=on,
        )
    return by


def undo(
    work: Work,
    actor: Actor,
    transaction_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> None:
    """Undo a waiver, a rebate or an applied offset that was booked in error."""
    actor.must(Duty.EDIT_FUNDS)
    ledger.reverse(work, actor, transaction_id, reason=reason, correction_reason=correction_reason)


def undo_recognition(
    work: Work, actor: Actor, memo_id: str, *, reason: str, correction_reason: str | None = None
) -> None:
    """Undo a recognised offset; refused where it was applied meanwhile."""
    row = work.session.get(memo_rows.MemoRow, memo_id)
    memo_rows.reverse(work, actor, memo_id, reason=reason, correction_reason=correction_reason)
    if row is None:
        return
    fund_id = commitments.partner(work, row.partner_id).fund_id
    for state in capital.states(work, Moment(as_of=date.max), fund_id).values():
        if capital.unapplied(state.by_line, state.memo) < 0:
            raise DomainError(
                "This offset was applied already.", "Reverse the entry that applied it first."
            )


# ---- reads
def free_offsets(work: Work, fund_id: str, *, on: date) -> dict[str, int]:
    """Return {partner: fen} of offsets that may be applied on a day: unapplied then and now."""
    then, now = (capital.states(work, Moment(as_of=day), fund_id) for day in (on, date.max))
    return {
        partner_id: max(
            0,
            min(
                capital.unapplied(state.by_line, state.memo),
                capital.unapplied(now[partner_id].by_line, now[partner_id].memo),
            ),
        )
        for partner_id, state in then.items()
    }


def footnotes_due(work: Work, fund_id: str, quarter: Quarter) -> list[OtherFlag]:
    """Return the 'Other' lines of a fund's year to the quarter's end that need a footnote."""
    lines = capital.statement(work, fund_id=fund_id, partner_id=None, quarter=quarter)
    return other_flags({line.row: line.ytd_fen for line in lines})
