"""投资: the list, one holding, and the acts on it."""
# ruff: noqa: FAST003 - `investment_id` is read by the dependencies Held and Booked

from collections.abc import Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from dealflow import gates
from portfolio import exits, marks, tranches
from portfolio.investments import Investment
from portfolio.kernel.errors import NotFoundError, say
from portfolio.marks import Method
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of
from web.reentry import must_be_fresh
from web.routes.fund_acts import CorrectableForm
from web.routes.fund_book_acts import ReversalForm
from web.templating import show
from web.views import investment_forms, investment_list, investments
from web.views.act_forms import ActForm

router = APIRouter()


# ---- forms
class TrancheForm(WriteForm):
    """The next tranche."""

    amount: str
    amount_unit: MoneyUnit
    due_on: date


class TranchePaymentForm(CorrectableForm):
    """The day a tranche is paid."""

    effective_date: date


class ApprovalForm(CorrectableForm):
    """A second person's word, and that it is he."""

    my_password: str = ""


class MarkForm(WriteForm):
    """An opinion of what the holding is worth."""

    as_of: date
    value: str
    value_unit: MoneyUnit
    method: Method
    inputs: str = Field("", max_length=2000)
    calibration: str = Field("", max_length=1000)


class ExitForm(CorrectableForm):
    """What an exit brought and what of the cost it took."""

    on: date
    proceeds: str
    proceeds_unit: MoneyUnit
    cost: str
    cost_unit: MoneyUnit


class HoldingIncomeForm(CorrectableForm):
    """What a firm paid."""

    on: date
    amount: str
    amount_unit: MoneyUnit


def inputs_of(text: str) -> dict[str, str]:
    """Read one input a line, `name = value` or `name: value`; a line without a sign is a note."""
    found: dict[str, str] = {}
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        sign = next((sign for sign in ("=", "＝", "：", ":") if sign in line), None)
        name, _, value = line.partition(sign) if sign else (str(number), "", line)
        found[name.strip()] = value.strip()
    return found


def held(work: Reading, me: Me, investment_id: UUID) -> Investment:
    """Return the holding of the address, or answer as if it were not there."""
    return investments.opened(work, me, str(investment_id))[0]


def booked_holding(work: InWork, me: Me, investment_id: UUID) -> Investment:
    """Return the holding that a form acts on, in the unit of work that books it."""
    return investments.opened(work, me, str(investment_id))[0]


Held = Annotated[Investment, Depends(held)]
Booked = Annotated[Investment, Depends(booked_holding)]


def _home(row: Investment) -> str:
    return f"/investments/{row.id}"


# ---- pages
@router.get("/investments")
def investments_page(
    request: Request, work: Reading, me: Me, page: Seen, fund: str = ""
) -> HTMLResponse:
    """Show all holdings."""
    with_demo = request.state.site.show_demo
    view = investment_list.listed(work, page.reader, me, page, fund=fund, with_demo=with_demo)
    return show(request, view)


@router.get("/investments/{investment_id}")
def investment_page(
    request: Request, work: Reading, me: Me, page: Seen, investment_id: UUID
) -> HTMLResponse:
    """Show one holding."""
    with_demo = request.state.site.show_demo
    view = investments.investment_page(
        work, page.reader, me, page, str(investment_id), with_demo=with_demo
    )
    return show(request, view)


# ---- forms that begin an act
ASKS: dict[str, Callable[..., ActForm]] = {
    "tranches": investment_forms.new_tranche,
    "exits": investment_forms.new_exit,
    "incomes": investment_forms.new_income,
}


@router.get("/investments/{investment_id}/{act}/new")
def investment_act_form(request: Request, page: Seen, row: Held, act: str) -> HTMLResponse:
    """Ask for what a new tranche, mark, exit or income needs."""
    ask = ASKS.get(act)
    if ask is None:
        raise NotFoundError
    return show(request, ask(page.reader, page, row))


# ---- tranches
@router.post("/investments/{investment_id}/tranches")
def plan_investment_tranche(
    request: Request, work: InWork, me: Me, row: Booked, form: Annotated[TrancheForm, Form()]
) -> Response:
    """Plan the next tranche."""
    planned = tranches.plan(
        work,
        me,
        investment_id=row.id,
        agreed_fen=fen_of(form.amount, form.amount_unit),
        due_on=form.due_on,
        is_demo=row.is_demo,
    )
    return done(request, work, _home(row), say("Tranche {no} is planned.", no=planned.no))


@router.get("/investments/{investment_id}/tranches/{tranche_id}/payment")
def tranche_payment_form(
    request: Request, work: Reading, page: Seen, row: Held, tranche_id: UUID
) -> HTMLResponse:
    """Ask before a tranche is paid."""
    return show(
        request, investment_forms.pay_tranche(work, page.reader, page, row, str(tranche_id))
    )


@router.post("/investments/{investment_id}/tranches/{tranche_id}/payment")
def pay_investment_tranche(
    request: Request,
    work: InWork,
    me: Me,
    row: Booked,
    tranche_id: UUID,
    form: Annotated[TranchePaymentForm, Form()],
) -> Response:
    """Pay a tranche; its landing conditions have their say."""
    at = investment_forms.tranche_of(work, row, str(tranche_id))
    paid = gates.pay(
        work,
        me,
        at.tranche_id,
        effective_date=form.effective_date,
        correction_reason=form.correction,
    )
    return done(request, work, _home(row), say("Tranche {no} is paid.", no=paid.no))


# ---- marks
@router.post("/investments/{investment_id}/marks")
def prepare_mark(
    request: Request, work: InWork, me: Me, row: Booked, form: Annotated[MarkForm, Form()]
) -> Response:
    """Put an opinion forward."""
    marks.prepare(
        work,
        me,
        investment_id=row.id,
        as_of=form.as_of,
        fair_value_fen=fen_of(form.value, form.value_unit),
        method=form.method,
        inputs=inputs_of(form.inputs),
        calibration=form.calibration,
    )
    said = say("The valuation waits for a second person.")
    return done(request, work, _home(row), said)


@router.get("/investments/{investment_id}/marks/{mark_id}/approval")
def mark_approval_form(
    request: Request, work: Reading, page: Seen, row: Held, mark_id: UUID
) -> HTMLResponse:
    """Ask before a mark moves the books."""
    return show(request, investment_forms.approve_mark(work, page.reader, row, str(mark_id)))


@router.post("/investments/{investment_id}/marks/{mark_id}/approval")
def approve_mark(
    request: Request,
    work: InWork,
    me: Me,
    row: Booked,
    mark_id: UUID,
    form: Annotated[ApprovalForm, Form()],
) -> Response:
    """Let a colleague's opinion count."""
    must_be_fresh(request, work, form.my_password)
    mark = investment_forms.mark_of(work, row, str(mark_id))
    marks.approve(work, me, mark.mark_id, correction_reason=form.correction)
    return done(request, work, _home(row), say("The valuation is approved and booked."))


@router.get("/investments/{investment_id}/marks/{mark_id}/withdrawal")
def mark_withdrawal_form(
    request: Request, work: Reading, page: Seen, row: Held, mark_id: UUID
) -> HTMLResponse:
    """Ask before an approved mark is withdrawn."""
    return show(request, investment_forms.withdraw_mark(work, page.reader, row, str(mark_id)))


@router.post("/investments/{investment_id}/marks/{mark_id}/withdrawal")
def withdraw_mark(
    request: Request,
    work: InWork,
    me: Me,
    row: Booked,
    mark_id: UUID,
    form: Annotated[ReversalForm, Form()],
) -> Response:
    """Take an approved mark back."""
    mark = investment_forms.mark_of(work, row, str(mark_id))
    marks.withdraw(work, me, mark.mark_id, reason=form.reason, correction_reason=form.correction)
    return done(request, work, _home(row), say("The valuation is withdrawn."))


# ---- exits and income
@router.post("/investments/{investment_id}/exits")
def book_exit(
    request: Request, work: InWork, me: Me, row: Booked, form: Annotated[ExitForm, Form()]
) -> Response:
    """Book an exit."""
    exits.realise(
        work,
        me,
        row.id,
        on=form.on,
        proceeds_fen=fen_of(form.proceeds, form.proceeds_unit),
        cost_fen=fen_of(form.cost, form.cost_unit),
        correction_reason=form.correction,
    )
    return done(request, work, _home(row), say("The exit is booked."))


@router.post("/investments/{investment_id}/incomes")
def book_holding_income(
    request: Request, work: InWork, me: Me, row: Booked, form: Annotated[HoldingIncomeForm, Form()]
) -> Response:
    """Book what a firm paid."""
    exits.receive_income(
        work,
        me,
        row.id,
        on=form.on,
        amount_fen=fen_of(form.amount, form.amount_unit),
        correction_reason=form.correction,
    )
    return done(request, work, _home(row), say("The income is booked."))
