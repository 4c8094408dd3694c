"""Template flows: the rows of the performance template, read from the ledger by transaction type.

Dates follow the template's rules: a call counts on its due date, a distribution, draw or
repayment on the day it was paid, an adjustment at the end of the period.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from portfolio import expenses, ledger
from portfolio.accounts import ALLOCATED_LINES, FEE_LINES, AccountCode, Line
from portfolio.calls import CallLine, CapitalCall, Receipt
from portfolio.carry_flows import PAID as CARRY_PAID
from portfolio.commitments import Partner, PartnerKind
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.performance_template import (
    KINDS,
    Method,
    Template,
    TypedFlow,
    grossed_up,
    template,
)

FACILITY_LINES = (Line.FACILITY_FEES, Line.FACILITY_INTEREST)
FALLBACK = {Line.CONTRIBUTIONS: "call:investments", Line.DISTRIBUTIONS: "distribution:gain"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """What the partners gave up to the general partner and it was not paid yet, in fen."""

    allocated_fen: int
    in_accounts_fen: int  # what of it lies in the accounts of general partners


# ---- reads
def templates(work: Work, moment: Moment, fund_id: str) -> dict[Method, Template]:
    """Return both methods for a fund, recallable distributions counted gross."""
    granular, end = list(_booked(work, moment, fund_id)), list(_at_end(work, moment, fund_id))
    both = {"facility:outstanding", "nav"}
    gross = [
        TypedFlow(
            kind=KINDS[Method.GROSS_UP][name],
            on=row.on,
            amount_fen=row.amount_fen,
            transaction_id=row.transaction_id,
        )
        for row in (*granular, *(row for row in end if row.kind.code in both))
        if (name := grossed_up(row.kind.code)) is not None
    ]
    gross += _borne(work, moment, fund_id)
    return {
        Method.GRANULAR: template(Method.GRANULAR, [*granular, *end], moment.as_of),
        Method.GROSS_UP: template(Method.GROSS_UP, gross, moment.as_of),
    }


def _booked(work: Work, moment: Moment, fund_id: str) -> Iterator[TypedFlow]:
    """Yield what moved between partners, lender and fund, by type and day."""
    due_on = sa.func.coalesce(col(CapitalCall.due_on), col(LedgerTransaction.effective_date))
    counted_on = sa.case((due_on <= moment.as_of, due_on), else_=LedgerTransaction.effective_date)
    keys = (
        counted_on.label("on"),
        col(LedgerPosting.account),
        col(LedgerPosting.line),
        col(LedgerPosting.purpose),
        col(LedgerTransaction.id),
    )
    rows = work.rows(
        ledger.entries(*keys, sa.func.sum(col(LedgerPosting.amount_fen)))
        .outerjoin(Receipt, col(Receipt.id) == col(LedgerTransaction.subject_id))
        .outerjoin(CallLine, col(CallLine.id) == col(Receipt.call_line_id))
        .outerjoin(CapitalCall, col(CapitalCall.id) == col(CallLine.call_id))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            moment.holds(),
            sa.or_(
                col(LedgerPosting.account) == AccountCode.SUBSCRIPTION_LINE.value,
                col(LedgerPosting.line).in_((int(Line.CONTRIBUTIONS), int(Line.DISTRIBUTIONS))),
            ),
        )
        .group_by(*keys)
    )
    kinds = KINDS[Method.GRANULAR]
    for on, account, line, purpose, transaction_id, fen in rows:
        if account == AccountCode.SUBSCRIPTION_LINE:
            # a draw is a credit: the template shows it above zero, and so a repayment's debit
            sign = -1 if purpose.startswith("facility:draw:") else 1
            kind = kinds[purpose]
        elif purpose.startswith(CARRY_PAID):
            sign, kind = 1, kinds["carry:paid"]
        else:
            sign = -1 if line == Line.CONTRIBUTIONS and "returned" not in purpose else 1
            kind = kinds.get(purpose) or kinds[FALLBACK[Line(line)]]
        yield TypedFlow(kind=kind, on=on, amount_fen=sign * int(fen), transaction_id=transaction_id)


def _at_end(work: Work, moment: Moment, fund_id: str) -> Iterator[TypedFlow]:
    """Yield the adjustments and the value at the end of the period."""
    balances = ledger.balances(work, moment, fund_id=fund_id)
    carry = carried(work, moment, fund_id)
    owed = {True: 0, False: 0}  # {of the line: fen}
    for expense in expenses.expenses(work, moment, fund_id):
        owed[expense.line in FACILITY_LINES] += expense.owed_fen
    amounts = {
        "end:carry": carry.allocated_fen,
        "end:fees": owed[False],
        "end:facility_costs": owed[True],
        "facility:outstanding": -balances[AccountCode.SUBSCRIPTION_LINE],
        "nav": -balances[AccountCode.PARTNERS_CAPITAL] - carry.in_accounts_fen,
    }
    for code, fen in amounts.items():
        yield TypedFlow(kind=KINDS[Method.GRANULAR][code], on=moment.as_of, amount_fen=fen)


def _borne(work: Work, moment: Moment, fund_id: str) -> list[TypedFlow]:
    """Return the fees, line's costs and carry that are added back, on the day they were borne."""
    kinds = KINDS[Method.GROSS_UP]
    lines = {
        **dict.fromkeys((*FEE_LINES, Line.PLACEMENT_FEES), kinds["fees"]),
        **dict.fromkeys(FACILITY_LINES, kinds["facility:costs"]),
        **dict.fromkeys(ALLOCATED_LINES, kinds["carry"]),
    }
    keys = (
        col(LedgerTransaction.effective_date),
        col(LedgerPosting.line),
        col(LedgerTransaction.id),
    )
    rows = work.rows(
        ledger.entries(*keys, sa.func.sum(col(LedgerPosting.amount_fen)))
        .join(Partner, col(Partner.id) == col(LedgerPosting.partner_id))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line).in_([int(line) for line in lines]),
            # carry is what the others gave up, not what the general partner was given
            sa.or_(
                col(LedgerPosting.line).not_in([int(line) for line in ALLOCATED_LINES]),
                col(Partner.kind) != PartnerKind.GP.value,
            ),
            moment.holds(),
        )
        .group_by(*keys)
    )
    return [
        TypedFlow(kind=lines[Line(line)], on=on, amount_fen=int(fen), transaction_id=transaction_id)
        for on, line, transaction_id, fen in rows
    ]


def carried(work: Work, moment: Moment, fund_id: str) -> Carry:
    """Return what is allocated as carry and not paid, and what of it lies with general partners."""
    given = with_gp = paid = 0
    is_paid = col(LedgerPosting.purpose).startswith(CARRY_PAID)
    keys = (col(Partner.kind), is_paid)
    for kind, has_left, fen in work.rows(
        ledger.entries(*keys, sa.func.sum(col(LedgerPosting.amount_fen)))
        .join(Partner, col(Partner.id) == col(LedgerPosting.partner_id))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line).in_([int(line) for line in ALLOCATED_LINES]) | is_paid,
            moment.holds(),
        )
        .group_by(*keys)
    ):
        if has_left:
            paid += int(fen)
        elif kind == PartnerKind.GP:
            with_gp -= int(fen)
        else:
            given += int(fen)
    return Carry(allocated_fen=given - paid, in_accounts_fen=with_gp - paid)
