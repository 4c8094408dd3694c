"""Acts on a fund's fees beyond the invoice: waivers, rebates, offsets, carried interest."""
# ruff: noqa: FAST003 - `code` is read by the dependencies Fund and Booked

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from portfolio import carry, fees
from portfolio.accounts import Line
from portfolio.kernel.errors import Message, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, fen_of, thousandths
from web.routes.fund_acts import Booked, CorrectableForm, tab_of
from web.routes.funds import Fund
from web.templating import show
from web.views import fund_fees

router = APIRouter()
Act = Literal["payment", "escrow", "release", "return"]
SAID: dict[str, Message] = {
    "payment": say("The carry is paid."),
    "escrow": say("The carry is held in escrow."),
    "release": say("The carry is released from escrow."),
    "return": say("The carry is taken back."),
}


# ---- forms
class ReductionForm(CorrectableForm):
    """A waiver, a rebate or an applied offset."""

    line: Line
    expense_id: str = Field("", max_length=36)
    amount: str
    amount_unit: MoneyUnit
    effective_date: date
    memo: str = Field("", max_length=200)


class OffsetForm(CorrectableForm):
    """What the manager received, and the investors' part of it."""

    row: int
    received: str
    received_unit: MoneyUnit
    percent: str
    effective_date: date
    memo: str = Field("", max_length=200)


class UndoForm(CorrectableForm):
    """Why a recognition is undone."""

    reason: str = Field("", max_length=300)


class AccrualForm(CorrectableForm):
    """The day whose carry is accrued."""

    effective_date: date


class CarryForm(CorrectableForm):
    """An amount of carry and its day."""

    amount: str
    amount_unit: MoneyUnit
    effective_date: date


# ---- waivers, rebates, offsets
@router.get("/funds/{code}/reductions/new")
def reduction_form(request: Request, work: Reading, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask for a waiver, a rebate or an applied offset."""
    return show(request, fund_fees.new_reduction(work, page.reader, page, fund))


@router.post("/funds/{code}/reductions")
def book_reduction(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[ReductionForm, Form()]
) -> Response:
    """Book a waiver, a rebate or an applied offset."""
    fees.reduce(
        work,
        me,
        fund_id=fund.fund.id,
        line=form.line,
        amount_fen=fen_of(form.amount, form.amount_unit),
        effective_date=form.effective_date,
        expense_id=form.expense_id or None,
        memo=form.memo,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "expenses"), say("The reduction is booked."))


@router.post("/funds/{code}/offsets")
def recognise_offset(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[OffsetForm, Form()]
) -> Response:
    """Recognise what the manager received, and the investors' offset."""
    fees.recognise(
        work,
        me,
        fund_id=fund.fund.id,
        row=form.row,
        received_fen=fen_of(form.received, form.received_unit),
        offset_share=Fraction(thousandths(form.percent), 100_000),
        effective_date=form.effective_date,
        memo=form.memo,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "expenses"), say("The offset is recognised."))


@router.get("/funds/{code}/offsets/{memo_id}/reversal")
def offset_reversal_form(
    request: Request, work: Reading, page: Seen, fund: Fund, memo_id: UUID
) -> HTMLResponse:
    """Restate a recognition before it is undone."""
    return show(request, fund_fees.offset_reversal(work, page.reader, fund, str(memo_id)))


@router.post("/funds/{code}/offsets/{memo_id}/reversal")
def undo_offset(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    memo_id: UUID,
    form: Annotated[UndoForm, Form()],
) -> Response:
    """Undo a recognition booked in error."""
    one = fund_fees.offset_of(work, fund, str(memo_id))
    fees.undo_recognition(
        work, me, one.memo_id, reason=form.reason, correction_reason=form.correction
    )
    return done(request, work, tab_of(fund, "expenses"), say("The recognition is undone."))


# ---- carry
@router.get("/funds/{code}/carry-accruals/new")
def carry_accrual_form(request: Request, work: Reading, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask for the day whose carry is accrued."""
    return show(request, fund_fees.accrual(work, page.reader, page, fund))


@router.post("/funds/{code}/carry-accruals")
def accrue_carry(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[AccrualForm, Form()]
) -> Response:
    """Bring the carry of every account to what the waterfall says."""
    carry.accrue(work, me, fund.fund.id, form.effective_date, correction_reason=form.correction)
    return done(request, work, tab_of(fund, "expenses"), say("The carry is accrued."))


@router.get("/funds/{code}/carry/{act}/new")
def carry_act_form(
    request: Request, work: Reading, page: Seen, fund: Fund, act: Act
) -> HTMLResponse:
    """Ask for a payment, an escrow, a release or a return of carry."""
    return show(request, fund_fees.carry_act(work, page.reader, page, fund, act))


@router.post("/funds/{code}/carry/{act}")
def settle_carry(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    act: Act,
    form: Annotated[CarryForm, Form()],
) -> Response:
    """Pay carry, hold or release it, or take it back."""
    amount_fen = fen_of(form.amount, form.amount_unit)
    on, correction = form.effective_date, form.correction
    match act:
        case "payment":
            carry.pay(
                work,
                me,
                fund.fund.id,
                amount_fen=amount_fen,
                paid_on=on,
                correction_reason=correction,
            )
        case "return":
            carry.give_back(
                work,
                me,
                fund.fund.id,
                amount_fen=amount_fen,
                received_on=on,
                correction_reason=correction,
            )
        case "escrow" | "release":
            carry.hold(
                work,
                me,
                fund.fund.id,
                amount_fen=amount_fen if act == "escrow" else -amount_fen,
                on=on,
                correction_reason=correction,
            )
    return done(request, work, tab_of(fund, "expenses"), SAID[act])
