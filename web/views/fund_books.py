"""A fund's books, tab by tab: calls and receipts, distributions, fees and income."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from portfolio import calls, distributions, expenses, funds, ledger
from portfolio.accounts import AccountCode
from portfolio.calls import CallLine, CallPosition, CapitalCall, Receipt
from portfolio.commitments import Partner
from portfolio.distributions import DistributionPosition, Purpose
from portfolio.expenses import Expense
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import LedgerPosting, LedgerTransaction
from web.formats import Reader
from web.templating import Page
from web.views.fund_fees import FeesPart, fees_part
from web.views.fund_words import (
    CALL_TYPES,
    PAID_PURPOSES,
    line_name,
)
from web.views.funds import Head, Opened, Tab, head_of
from web.views.holdings import named


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """Money that arrived for a call, reversed or not."""

    call_line_id: str
    partner: str
    received_on: date
    amount_fen: int
    transaction_id: str
    seq: int
    is_reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call; of an LP's page the amounts are those of its own line."""

    call: CallPosition
    parts: tuple[tuple[Message, int], ...]  # by type, of the lines shown
    amount_fen: int
    word: Message
    kind: str
    receipts: tuple[ReceiptRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsPage:
    """The tab of calls and receipts."""

    template: ClassVar[str] = "funds/calls.html"
    head: Head
    tab: Tab
    rows: tuple[CallRow, ...]
    total_fen: int
    received_fen: int
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidRow:
    """One distribution that stands, by purpose and by partner."""

    paid: DistributionPosition
    amount_fen: int
    again_fen: int  # of it recallable
    by_purpose: tuple[tuple[Message, int], ...]
    by_partner: tuple[tuple[str, str, int], ...]  # code, name, fen


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidPage:
    """The tab of distributions."""

    template: ClassVar[str] = "funds/distributions.html"
    head: Head
    tab: Tab
    rows: tuple[PaidRow, ...]
    total_fen: int
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """One fee or cost, or one income."""

    name: Message
    row: int
    on: date
    amount_fen: int
    owed_fen: int
    memo: str
    expense_id: str
    transaction_id: str
    is_income: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsPage:
    """The tab of fees, costs and income."""

    template: ClassVar[str] = "funds/expenses.html"
    head: Head
    tab: Tab
    rows: tuple[CostRow, ...]
    cost_fen: int
    owed_fen: int
    income_fen: int
    fees: FeesPart
    has_demo: bool


# ---- calls
def calls_page(work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened) -> CallsPage:
    """Return the calls, newest first, with what arrived."""
    made = calls.calls(work, opened.moment, opened.fund.id, actor)
    receipts = _receipts(work, reader, actor, opened)
    rows = [_call_row(call, page.as_of, receipts.get(call.id, ()), opened) for call in made]
    return CallsPage(
        head=head_of(reader, actor, page, opened),
        tab="calls",
        rows=tuple(reversed(rows)),
        total_fen=sum(row.amount_fen for row in rows),
        received_fen=sum(row.call.received_fen for row in rows),
        has_demo=any(row.call.is_demo for row in rows),
    )


def _call_row(
    call: CallPosition, as_of: date, receipts: Sequence[ReceiptRow], opened: Opened
) -> CallRow:
    if not call.outstanding_fen:
        word, kind = say("Fully received"), "ok"
    elif call.is_overdue(as_of):
        word, kind = say("Overdue"), "risk"
    else:
        word, kind = say("Outstanding"), "prog"
    own_fen = sum(line.amount_fen for line in call.lines)
    return CallRow(
        call=call,
        parts=tuple((CALL_TYPES[purpose], fen) for purpose, fen in call.parts.items()),
        amount_fen=call.total_fen if opened.own is None else own_fen,
        word=word,
        kind=kind,
        receipts=tuple(receipts),
    )


def _receipts(
    work: Work, reader: Reader, actor: Actor, opened: Opened
) -> dict[str, list[ReceiptRow]]:
    """Return {call: its receipts} by day, those reversed since included."""
    undone = aliased(LedgerTransaction)
    found: dict[str, list[ReceiptRow]] = {}
    for receipt, call_id, seq, partner, undone_id in work.rows(
        sa.select(
            Receipt, col(CallLine.call_id), col(LedgerTransaction.seq), Partner, col(undone.id)
        )
        .join(CallLine, col(CallLine.id) == col(Receipt.call_line_id))
        .join(CapitalCall, col(CapitalCall.id) == col(CallLine.call_id))
        .join(Partner, col(Partner.id) == col(CallLine.partner_id))
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(Receipt.transaction_id))
        .outerjoin(undone, col(undone.supersedes) == col(LedgerTransaction.id))
        .where(
            col(CapitalCall.fund_id) == opened.fund.id,
            col(Partner.id).in_(funds.visible_partners(actor, opened.fund.id)),
            opened.moment.holds(),
        )
        .order_by(col(Receipt.received_on), col(LedgerTransaction.seq))
    ):
        found.setdefault(call_id, []).append(
            ReceiptRow(
                call_line_id=receipt.call_line_id,
                partner=named(reader, partner.name, partner.name_en),
                received_on=receipt.received_on,
                amount_fen=receipt.amount_fen,
                transaction_id=receipt.transaction_id,
                seq=seq,
                is_reversed=undone_id is not None,
            )
        )
    return found


# ---- distributions
def paid_page(work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened) -> PaidPage:
    """Return the distributions that stand, newest first."""
    rows = [
        _paid_row(reader, paid)
        for paid in distributions.distributions(work, opened.moment, opened.fund.id, actor)
    ]
    return PaidPage(
        head=head_of(reader, actor, page, opened),
        tab="distributions",
        rows=tuple(reversed(rows)),
        total_fen=sum(row.amount_fen for row in rows),
        has_demo=any(row.paid.is_demo for row in rows),
    )


def _paid_row(reader: Reader, paid: DistributionPosition) -> PaidRow:
    """Add up the parts that the reader may see: for an LP those are its own."""
    purposes: dict[Purpose, int] = {}
    partners: dict[tuple[str, str], int] = {}
    for part in paid.parts:
        purposes[part.purpose] = purposes.get(part.purpose, 0) + part.amount_fen
        partner = part.code, named(reader, part.name, part.name_en)
        partners[partner] = partners.get(partner, 0) + part.amount_fen
    return PaidRow(
        paid=paid,
        amount_fen=sum(purposes.values()),
        by_purpose=tuple((PAID_PURPOSES[purpose], fen) for purpose, fen in purposes.items()),
        again_fen=sum(part.amount_fen for part in paid.parts if part.is_recallable),
        by_partner=tuple((code, name, fen) for (code, name), fen in partners.items()),
    )


# ---- fees, costs, income
def costs_page(work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened) -> CostsPage:
    """Return what the fund was charged and what it earned besides its holdings, newest first."""
    booked = expenses.expenses(work, opened.moment, opened.fund.id)
    entries = _entry_ids(work, [expense.id for expense in booked])
    costs = [_cost_row(expense, entries.get(expense.id, "")) for expense in booked]
    earned, reduced = (_incomes(work, opened, tag) for tag in (expenses.EARN, expenses.REDUCE))
    rows = sorted([*costs, *earned, *reduced], key=lambda row: row.on, reverse=True)
    return CostsPage(
        head=head_of(reader, actor, page, opened),
        tab="expenses",
        rows=tuple(rows),
        cost_fen=sum(row.amount_fen for row in costs) - sum(row.amount_fen for row in reduced),
        owed_fen=sum(row.owed_fen for row in costs),
        income_fen=sum(row.amount_fen for row in earned),
        fees=fees_part(work, reader, actor, opened),
        has_demo=any(row.is_demo for row in rows),
    )


def _entry_ids(work: Work, expense_ids: Sequence[str]) -> dict[str, str]:
    """Return {expense: the entry that booked it}."""
    rows = work.rows(
        sa.select(col(LedgerTransaction.subject_id), col(LedgerTransaction.id)).where(
            col(LedgerTransaction.subject_id).in_(expense_ids),
            col(LedgerTransaction.tag) == expenses.BOOK,
            col(LedgerTransaction.cause_id).is_(None),
        )
    )
    return dict(rows)


def _cost_row(expense: Expense, transaction_id: str) -> CostRow:
    return CostRow(
        name=line_name(expense.line),
        row=int(expense.line),
        on=expense.booked_on,
        amount_fen=expense.amount_fen,
        owed_fen=expense.owed_fen,
        memo=expense.memo,
        expense_id=expense.id,
        transaction_id=transaction_id,
        is_income=False,
        is_demo=expense.is_demo,
    )


def _incomes(work: Work, opened: Opened, tag: str) -> list[CostRow]:
    undone = sa.select(col(LedgerTransaction.supersedes)).where(
        col(LedgerTransaction.supersedes).is_not(None), opened.moment.holds()
    )
    keys = (
        *(col(LedgerTransaction.id), col(LedgerTransaction.effective_date)),
        *(col(LedgerTransaction.memo), col(LedgerTransaction.is_demo), col(LedgerPosting.line)),
    )
    rows = work.rows(
        ledger.entries(*keys, -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerTransaction.fund_id) == opened.fund.id,
            col(LedgerTransaction.tag) == tag,
            col(LedgerTransaction.cause_id).is_(None),
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            col(LedgerTransaction.id).not_in(undone),
            opened.moment.holds(),
        )
        .group_by(*keys)
    )
    return [
        CostRow(
            name=line_name(line),
            row=line,
            on=on,
            amount_fen=int(fen),
            owed_fen=0,
            memo=memo,
            expense_id="",
            transaction_id=transaction_id,
            is_income=True,
            is_demo=is_demo,
        )
        for transaction_id, on, memo, is_demo, line, fen in rows
    ]
