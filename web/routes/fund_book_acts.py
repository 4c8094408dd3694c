"""Acts on a fund's books: fees and costs, income, closing a quarter, undoing an entry."""
# ruff: noqa: FAST003 - `code` is read by the dependencies Fund and Booked

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from dealflow import quarter_close
from portfolio import expenses
from portfolio.accounts import Line
from portfolio.kernel.errors import say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of
from web.routes.fund_acts import Booked, CorrectableForm, Day, tab_of
from web.routes.funds import Fund
from web.templating import show
from web.views import fund_close, fund_forms, reversals

router = APIRouter()


# ---- forms
class ExpenseForm(CorrectableForm):
    """A fee or cost, paid already or still owed."""

    line: Line
    amount: str
    amount_unit: MoneyUnit
    effective_date: date
    paid_on: Day = None
    memo: str = Field("", max_length=200)


class PaymentForm(CorrectableForm):
    """What was paid of an expense."""

    amount: str
    amount_unit: MoneyUnit
    paid_on: date


class IncomeForm(CorrectableForm):
    """Income that belongs to no holding."""

    line: Line
    amount: str
    amount_unit: MoneyUnit
    effective_date: date
    memo: str = Field("", max_length=200)


class ReversalForm(CorrectableForm):
    """Why an entry is undone."""

    reason: str = Field("", max_length=300)


# ---- fees, costs, income
@router.post("/funds/{code}/expenses")
def book_expense(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[ExpenseForm, Form()]
) -> Response:
    """Book a fee or cost, and its payment where it is paid already."""
    expenses.book(
        work,
        me,
        fund_id=fund.fund.id,
        line=form.line,
        amount_fen=fen_of(form.amount, form.amount_unit),
        effective_date=form.effective_date,
        paid_on=form.paid_on,
        memo=form.memo,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "expenses"), say("The fee or cost is booked."))


@router.get("/funds/{code}/expenses/{expense_id}/payment")
def expense_payment_form(
    request: Request, work: Reading, page: Seen, fund: Fund, expense_id: UUID
) -> HTMLResponse:
    """Ask what was paid of an expense."""
    return show(request, fund_forms.payment(work, page.reader, page, fund, str(expense_id)))


@router.post("/funds/{code}/expenses/{expense_id}/payment")
def pay_expense(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    expense_id: UUID,
    form: Annotated[PaymentForm, Form()],
) -> Response:
    """Book what was paid of an expense."""
    owed = fund_forms.expense_of(work, fund, str(expense_id))
    expenses.pay(
        work,
        me,
        owed.id,
        paid_on=form.paid_on,
        amount_fen=fen_of(form.amount, form.amount_unit),
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "expenses"), say("The payment is booked."))


@router.post("/funds/{code}/incomes")
def book_income(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[IncomeForm, Form()]
) -> Response:
    """Book income that belongs to no holding."""
    expenses.income(
        work,
        me,
        fund_id=fund.fund.id,
        line=form.line,
        amount_fen=fen_of(form.amount, form.amount_unit),
        effective_date=form.effective_date,
        memo=form.memo,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "expenses"), say("The income is booked."))


# ---- closing and reversal
@router.get("/funds/{code}/quarters/{quarter}/closing")
def close_form(
    request: Request, work: Reading, page: Seen, fund: Fund, quarter: str
) -> HTMLResponse:
    """Restate what closing a quarter means."""
    view = fund_close.form(work, page.reader, fund, fund_close.quarter_of(quarter))
    return show(request, view)


@router.post("/funds/{code}/quarters/{quarter}/closing")
def close_quarter(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    quarter: str,
    form: Annotated[WriteForm, Form()],  # noqa: ARG001 - refuses unknown fields
) -> Response:
    """Close a quarter of a fund."""
    quarter_close.close(work, me, fund.fund.id, fund_close.quarter_of(quarter))
    said = say("{quarter} is closed.", quarter=quarter)
    return done(request, work, tab_of(fund, "closing"), said)


@router.get("/funds/{code}/entries/{transaction_id}/reversal")
def reversal_form(
    request: Request, work: Reading, page: Seen, fund: Fund, transaction_id: UUID
) -> HTMLResponse:
    """Restate an entry before it is undone."""
    return show(request, fund_forms.reversal(work, page.reader, fund, str(transaction_id)))


@router.post("/funds/{code}/entries/{transaction_id}/reversal")
def reverse_entry(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    transaction_id: UUID,
    form: Annotated[ReversalForm, Form()],
) -> Response:
    """Undo an entry by the command of the noun it belongs to."""
    entry = fund_forms.entry_of(work, fund, str(transaction_id))
    reversals.undo(work, me, entry, reason=form.reason, correction_reason=form.correction)
    said = say("Entry {seq} is reversed.", seq=str(entry.seq))
    return done(request, work, tab_of(fund, "ledger"), said)
