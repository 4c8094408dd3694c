"""Exits: what a holding in a firm brings back, by sale or as income.

A holding in a fund has no exits of its own: its distributions are booked there and followed here.
"""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import commitments, investments, ledger
from portfolio.accounts import INCOME_LINES, AccountCode, Line
from portfolio.investments import Investment, InvestmentKind
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.postings import Posting, to_partners
from valuation.money import split_fen

EXIT_TAG = "portfolio:investment:realise"
INCOME_TAG = "portfolio:investment:income"


# ---- commands
def realise(
    work: Work,
    actor: Actor,
    investment_id: str,
    *,
    on: date,
    proceeds_fen: int,
    cost_fen: int,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Sell all or part of a holding: its cost goes, its gain so far turns from hoped to earned.

    cost_fen  the cost of the part that was sold; 0 for a late payment on an exit
    """
    actor.must(Duty.EDIT_FUNDS)
    holding = _firm(work, investment_id)
    if proceeds_fen < 0 or cost_fen < 0 or not (proceeds_fen or cost_fen):
        raise DomainError(
            "An exit has proceeds, or a cost that is given up, and neither is below zero.",
            "Enter what was received and what the sold part had cost.",
        )
    carried = investments.carried_fen(work, Moment(as_of=on), [investment_id]).get(
        investment_id, (0, 0)
    )
    last = investments.carried_fen(work, Moment(as_of=date.max), [investment_id]).get(
        investment_id, (0, 0)
    )
    left_fen = min(carried[0], last[0])
    if cost_fen > left_fen:
        raise DomainError(
            "This exit gives up {asked} of cost; {left} is left on {on}.",
            "Lower the cost of the sold part, or check the date.",
            asked=Yuan(cost_fen),
            left=Yuan(left_fen),
            on=on,
        )
    _refuse_revalued_later(work, holding, on)
    sold_unrealised_fen = (
        split_fen(carried[1], [cost_fen, carried[0] - cost_fen])[0] if cost_fen else 0
    )
    by = commitments.shares(work, holding.fund_id, on=on)
    in_holding = [
        Posting(account=account, amount_fen=-amount_fen, investment_id=investment_id)
        for account, amount_fen in (
            (AccountCode.INVESTMENTS_COST, cost_fen),
            (AccountCode.INVESTMENTS_UNREALISED, sold_unrealised_fen),
        )
    ]
    return ledger.post(
        work,
        actor,
        fund_id=holding.fund_id,
        tag=EXIT_TAG,
        subject_id=investment_id,
        effective_date=on,
        postings=[
            Posting(
                account=AccountCode.CASH,
                amount_fen=proceeds_fen,
                investment_id=investment_id,
                purpose="proceeds",
            ),
            *in_holding,
            *to_partners(proceeds_fen - cost_fen, Line.REALISED_GAIN, by),
            *to_partners(-sold_unrealised_fen, Line.UNREALISED_GAIN, by),
        ],
        memo=holding.name,
        correction_reason=correction_reason,
        is_demo=holding.is_demo,
    )


def receive_income(
    work: Work,
    actor: Actor,
    investment_id: str,
    *,
    on: date,
    amount_fen: int,
    line: Line = Line.DIVIDEND_INCOME,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Book a dividend, interest or other income that a firm paid."""
    actor.must(Duty.EDIT_FUNDS)
    holding = _firm(work, investment_id)
    if line not in INCOME_LINES:
        raise ValueError(f"line {line} is no income")
    if amount_fen <= 0:
        raise DomainError("Income must be above zero.", "Enter what the bank statement shows.")
    return ledger.post(
        work,
        actor,
        fund_id=holding.fund_id,
        tag=INCOME_TAG,
        subject_id=investment_id,
        effective_date=on,
        postings=[
            Posting(
                account=AccountCode.CASH,
                amount_fen=amount_fen,
                investment_id=investment_id,
                purpose="income",
            ),
            *to_partners(amount_fen, line, commitments.shares(work, holding.fund_id, on=on)),
        ],
        memo=holding.name,
        correction_reason=correction_reason,
        is_demo=holding.is_demo,
    )


def reverse_receipt(
    work: Work,
    actor: Actor,
    transaction_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Undo an exit or an income that should not have been booked."""
    actor.must(Duty.EDIT_FUNDS)
    booked = work.session.get(LedgerTransaction, transaction_id)
    if booked is None or booked.tag not in {EXIT_TAG, INCOME_TAG}:
        raise NotFoundError
    if booked.tag == EXIT_TAG:
        holding = work.session.get_one(Investment, booked.subject_id)
        _refuse_revalued_later(work, holding, booked.effective_date)
    return ledger.reverse(
        work, actor, transaction_id, reason=reason, correction_reason=correction_reason
    )


def _firm(work: Work, investment_id: str) -> Investment:
    holding = investments.get(work, investment_id)
    if holding.kind == InvestmentKind.FUND:
        raise DomainError(
            "{name} is a fund: what it pays back is booked as a distribution there.",
            "Record the distribution in the books of that fund; these books follow.",
            name=holding.name,
        )
    return holding


def _refuse_revalued_later(work: Work, holding: Investment, on: date) -> None:
    """Refuse to move what a later mark or exit has already counted."""
    later = work.rows(
        ledger.entries(col(LedgerTransaction.effective_date))
        .where(
            col(LedgerPosting.investment_id) == holding.id,
            col(LedgerPosting.account) == AccountCode.INVESTMENTS_UNREALISED.value,
            col(LedgerTransaction.effective_date) > on,
        )
        .group_by(col(LedgerTransaction.effective_date))
        .having(sa.func.sum(col(LedgerPosting.amount_fen)) != 0)
        .order_by(col(LedgerTransaction.effective_date))
        .limit(1)
    )
    if later:
        raise DomainError(
            "The value of {name} was moved on {later}, counting what was held then.",
            "Withdraw the marks and reverse the exits after {on}, book this, then mark again.",
            name=holding.name,
            later=later[0][0],
            on=on,
        )
