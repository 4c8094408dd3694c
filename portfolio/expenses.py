"""Expenses: what a fund owes and earns besides its holdings, borne by its partners at once.

A fee or a cost is allocated to the partners on the day it is incurred, under one line of the ILPA
sheet, against payables; paying it later moves cash and no partner's account. An expense has no
table: it is the transactions that carry its id.
"""

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import commitments, funds, ledger
from portfolio.accounts import INCOME_LINES, AccountCode, Line
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work, new_id
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.postings import Posting, to_partners

BOOK, PAY, EARN = "portfolio:expense:book", "portfolio:expense:pay", "portfolio:income:book"
REDUCE = "portfolio:expense:reduce"  # a waiver, a rebate, an applied offset: fees.py


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """A fee or cost that stands, and how much of it is paid by the moment asked about."""

    id: str
    fund_id: str
    line: Line
    booked_on: date
    amount_fen: int
    owed_fen: int
    memo: str
    is_demo: bool

    @property
    def paid_fen(self) -> int:
        """What has left the bank for it."""
        return self.amount_fen - self.owed_fen


# ---- rules
REDUCTIONS = frozenset(
    {
        Line.MANAGEMENT_FEE_REBATE,
        Line.MANAGEMENT_FEE_WAIVERS,
        Line.MANAGEMENT_FEE_OFFSETS,
        Line.INTERNAL_OFFSETS,
        Line.EXPENSE_OFFSETS,
    }
)
COST_LINES = (
    Line.SYNDICATION_COSTS,
    Line.PLACEMENT_FEES,
    *(
        line
        for line in Line
        if Line.MANAGEMENT_FEES <= line <= Line.OTHER_EXPENSES and line not in REDUCTIONS
    ),
)


def refuse_other_line(line: Line, allowed: tuple[Line, ...]) -> None:
    """Refuse a reporting line that is not of the kind the command books."""
    if line not in allowed:
        raise DomainError(
            "Row {row} of the reporting template is not one that this entry may use.",
            "Choose one of the rows {rows}.",
            row=int(line),
            rows=", ".join(str(int(other)) for other in allowed),
        )


def refuse_nothing(amount_fen: int) -> None:
    """Refuse an amount of nothing or less: what was wrong is reversed, not booked negative."""
    if amount_fen <= 0:
        raise DomainError(
            "The amount must be more than nothing.",
            "Enter the amount of the invoice; reverse an entry that was wrong.",
        )


# ---- commands
def book(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    line: Line,
    amount_fen: int,
    effective_date: date,
    paid_on: date | None = None,
    memo: str = "",
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> Expense:
    """Allocate a fee or cost to the partners by commitment; with `paid_on`, pay it as well.

    line    15, 16, 21, 27–31 or 36–57 of the sheet
    errors  another line; nothing; nobody committed; paid before it was incurred, or beyond cash
    """
    actor.must(Duty.EDIT_FUNDS)
    refuse_other_line(line, COST_LINES)
    refuse_nothing(amount_fen)
    fund, expense_id = funds.get(work, actor, fund_id), new_id()
    ledger.post(
        work,
        actor,
        fund_id=fund_id,
        tag=BOOK,
        subject_id=expense_id,
        effective_date=effective_date,
        postings=_allocated(
            work, fund_id, -amount_fen, line, AccountCode.PAYABLES, on=effective_date
        ),
        memo=memo,
        correction_reason=correction_reason,
        is_demo=is_demo or fund.is_demo,
    )
    if paid_on is not None:
        return pay(work, actor, expense_id, paid_on=paid_on, correction_reason=correction_reason)
    return get(work, expense_id)


def pay(
    work: Work,
    actor: Actor,
    expense_id: str,
    *,
    paid_on: date,
    amount_fen: int | None = None,
    correction_reason: str | None = None,
) -> Expense:
    """Pay what is owed for an expense, or a part of it.

    errors  nothing or more than is owed; before it was incurred; more than the fund's cash
    """
    actor.must(Duty.EDIT_FUNDS)
    expense = get(work, expense_id)
    amount_fen = expense.owed_fen if amount_fen is None else amount_fen
    if not 0 < amount_fen <= expense.owed_fen:
        raise DomainError(
            "{amount} was entered; {owed} of this expense is still owed.",
            "Enter what was paid; book anything above it as an expense of its own.",
            amount=Yuan(amount_fen),
            owed=Yuan(expense.owed_fen),
        )
    if paid_on < expense.booked_on:
        raise DomainError(
            "The payment is dated {paid}, before the expense of {booked}.",
            "Date the expense on the day it was incurred, or check the bank statement.",
            paid=paid_on,
            booked=expense.booked_on,
        )
    ledger.post(
        work,
        actor,
        fund_id=expense.fund_id,
        tag=PAY,
        subject_id=expense_id,
        effective_date=paid_on,
        postings=[
            Posting(account=AccountCode.PAYABLES, amount_fen=amount_fen),
            Posting(account=AccountCode.CASH, amount_fen=-amount_fen),
        ],
        memo=expense.memo,
        correction_reason=correction_reason,
        is_demo=expense.is_demo,
    )
    return get(work, expense_id)


def income(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    line: Line,
    amount_fen: int,
    effective_date: date,
    memo: str = "",
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> LedgerTransaction:
    """Book interest, a dividend or other income that arrived, to the partners by commitment.

    line    87–89 of the sheet; income of one holding is booked in investments.py
    errors  another line; nothing; nobody committed
    """
    actor.must(Duty.EDIT_FUNDS)
    refuse_other_line(line, INCOME_LINES)
    refuse_nothing(amount_fen)
    fund = funds.get(work, actor, fund_id)
    return ledger.post(
        work,
        actor,
        fund_id=fund_id,
        tag=EARN,
        subject_id=new_id(),
        effective_date=effective_date,
        postings=_allocated(work, fund_id, amount_fen, line, AccountCode.CASH, on=effective_date),
        memo=memo,
        correction_reason=correction_reason,
        is_demo=is_demo or fund.is_demo,
    )


def reverse(
    work: Work,
    actor: Actor,
    subject_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> None:
    """Undo an expense with its payments, or an income, that was booked in error.

    subject_id  the expense's id, or the `subject_id` of the income's transaction
    """
    actor.must(Duty.EDIT_FUNDS)
    standing = _standing(work, subject_id)
    if not standing:
        raise DomainError(
            "There is no such entry, or it was reversed already.",
            "Nothing is left to do; reload the page.",
        )
    for booked in standing:
        ledger.reverse(work, actor, booked.id, reason=reason, correction_reason=correction_reason)


def _allocated(
    work: Work, fund_id: str, gain_fen: int, line: Line, against: AccountCode, *, on: date
) -> list[Posting]:
    """Return the postings that bring the partners a gain, or a cost where it is negative."""
    by = commitments.shares(work, fund_id, on=on)
    if not by:
        raise DomainError(
            "Nobody has committed to this fund by {on}.",
            "Admit its partners first, or date the entry later.",
            on=on,
        )
    return [Posting(account=against, amount_fen=gain_fen), *to_partners(gain_fen, line, by)]


def _standing(work: Work, subject_id: str) -> list[LedgerTransaction]:
    """Return what was booked under an id and not reversed, newest first, echoes left out."""
    undone = sa.select(col(LedgerTransaction.supersedes)).where(
        col(LedgerTransaction.supersedes).is_not(None)
    )
    statement = (
        sa.select(LedgerTransaction)
        .where(
            col(LedgerTransaction.subject_id) == subject_id,
            col(LedgerTransaction.tag).in_((BOOK, PAY, EARN, REDUCE)),
            col(LedgerTransaction.cause_id).is_(None),
            col(LedgerTransaction.id).not_in(undone),
        )
        .order_by(col(LedgerTransaction.seq).desc())
    )
    return list(work.session.execute(statement).scalars())


# ---- reads
def get(work: Work, expense_id: str) -> Expense:
    """Return an expense that stands, or answer like one that is not there."""
    found = _expenses(work, Moment(as_of=date.max), col(LedgerTransaction.subject_id) == expense_id)
    if not found:
        raise NotFoundError
    return found[0]


def expenses(work: Work, moment: Moment, fund_id: str, *, with_demo: bool = True) -> list[Expense]:
    """Return the fund's fees and costs that stood at the moment, oldest first."""
    moment = replace(moment, with_demo=moment.with_demo and with_demo)
    return _expenses(work, moment, col(LedgerTransaction.fund_id) == fund_id)


def _expenses(work: Work, moment: Moment, asked: sa.ColumnElement[bool]) -> list[Expense]:
    undone = sa.select(col(LedgerTransaction.supersedes)).where(
        col(LedgerTransaction.supersedes).is_not(None), moment.holds()
    )
    header = (
        col(LedgerTransaction.subject_id),
        col(LedgerTransaction.fund_id),
        col(LedgerTransaction.effective_date),
        col(LedgerTransaction.memo),
        col(LedgerTransaction.is_demo),
    )
    booked = work.rows(
        ledger.entries(*header, sa.func.max(col(LedgerPosting.line)), sa.func.sum(_on_payables()))
        .where(
            asked,
            moment.holds(),
            col(LedgerTransaction.tag) == BOOK,
            col(LedgerTransaction.cause_id).is_(None),  # not the echo in a fund above
            col(LedgerTransaction.id).not_in(undone),
        )
        .group_by(col(LedgerTransaction.id), *header)
        .order_by(col(LedgerTransaction.effective_date), col(LedgerTransaction.subject_id))
    )
    owed = dict(
        work.rows(
            ledger.entries(col(LedgerTransaction.subject_id), sa.func.sum(_on_payables()))
            .where(
                col(LedgerTransaction.subject_id).in_([row[0] for row in booked]), moment.holds()
            )
            .group_by(col(LedgerTransaction.subject_id))
        )
    )
    return [
        Expense(
            id=expense_id,
            fund_id=fund_id,
            line=Line(line),
            booked_on=on,
            amount_fen=int(fen),
            owed_fen=int(owed[expense_id]),
            memo=memo,
            is_demo=is_demo,
        )
        for expense_id, fund_id, on, memo, is_demo, line, fen in booked
    ]


def _on_payables() -> sa.ColumnElement[int]:
    """Return what a posting adds to what the fund owes; an echo above touches no payables."""
    payable = col(LedgerPosting.account) == AccountCode.PAYABLES.value
    return sa.case((payable, -col(LedgerPosting.amount_fen)), else_=0)
