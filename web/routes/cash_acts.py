"""Acts on a fund's cash: calls by type, distributions, excess, the account and the credit line."""
# ruff: noqa: FAST003 - `code` is read by the dependencies Fund and Booked

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, Response

from portfolio import bank, calls, distributions, excess, facility_acts, workdays
from portfolio.call_types import Purpose as CallPurpose
from portfolio.facility import PER_MILLION, Use
from portfolio.kernel.errors import DomainError, Fen, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of, fen_or_none
from web.routes.fund_acts import Booked, CorrectableForm, Day, NoneIfEmpty, tab_of
from web.routes.funds import Fund
from web.templating import show
from web.views import cash_forms, fund_forms, fund_splits

router = APIRouter()
Type = Annotated[CallPurpose | None, NoneIfEmpty]
Act = Literal["draws", "repayments", "interest"]


# ---- forms
class CallForm(WriteForm):
    """A capital call of up to three types."""

    total: str
    total_unit: MoneyUnit
    purpose: CallPurpose
    total2: str = ""
    total2_unit: MoneyUnit = "wan"
    purpose2: Type = None
    total3: str = ""
    total3_unit: MoneyUnit = "wan"
    purpose3: Type = None
    called_on: date
    due_on: date
    short_notice: str = Field("", max_length=200)

    def parts(self) -> dict[CallPurpose, int]:
        """Return {type: fen}."""
        first = (self.purpose, fen_of(self.total, self.total_unit))
        second = (self.purpose2, fen_or_none(self.total2, self.total2_unit))
        third = (self.purpose3, fen_or_none(self.total3, self.total3_unit))
        return cash_forms.call_parts([first, second, third])


class PaidParts(BaseModel):
    """What a distribution is made of; an empty part is not paid."""

    model_config = ConfigDict(str_strip_whitespace=True)

    capital: str = ""
    capital_unit: MoneyUnit = "wan"
    gain: str = ""
    gain_unit: MoneyUnit = "wan"
    income: str = ""
    income_unit: MoneyUnit = "wan"
    fees: str = ""
    fees_unit: MoneyUnit = "wan"
    again_capital: str = ""
    again_capital_unit: MoneyUnit = "wan"
    again_gain: str = ""
    again_gain_unit: MoneyUnit = "wan"
    again_income: str = ""
    again_income_unit: MoneyUnit = "wan"
    again_fees: str = ""
    again_fees_unit: MoneyUnit = "wan"

    def amounts(self) -> dict[str, int | None]:
        """Return {field: fen}."""
        return {
            name: fen_or_none(getattr(self, name), getattr(self, f"{name}_unit"))
            for name in cash_forms.PAID_FIELDS
        }


class DistributionForm(CorrectableForm, PaidParts):
    """A distribution."""

    paid_on: date


class PreviewedParts(PaidParts):
    """The same fields in an address, with the day of the payment."""

    paid_on: Day = None
    lang: str = ""
    unit: str = ""


class ExcessForm(CorrectableForm):
    """What goes back of a call."""

    investments: str = ""
    investments_unit: MoneyUnit = "wan"
    fees: str = ""
    fees_unit: MoneyUnit = "wan"
    fees_outside: str = ""
    fees_outside_unit: MoneyUnit = "wan"
    paid_on: date


class AccountForm(WriteForm):
    """A bank account of the fund."""

    holder: str = Field(max_length=120)
    bank: str = Field(max_length=120)
    number: str = Field(max_length=40)
    clearing_code: str = Field("", max_length=20)
    effective_date: date


class FacilityForm(WriteForm):
    """A credit line."""

    name: str = Field(max_length=60)
    lender: str = Field(max_length=120)
    limit: str
    limit_unit: MoneyUnit
    rate: str = Field(max_length=8)
    day_basis: Literal["360", "365"]
    opened_on: date
    matures_on: date


class MoveForm(CorrectableForm):
    """A draw or a repayment."""

    amount: str
    amount_unit: MoneyUnit
    use: Use = Use.INVESTMENTS
    on: date


class InterestForm(CorrectableForm):
    """Interest of the days not yet booked."""

    until: date
    paid_on: Day = None


# ---- calls
@router.get("/funds/{code}/calls/preview")
def call_preview(
    request: Request,
    work: Reading,
    page: Seen,
    fund: Fund,
    total: str = "",
    total_unit: MoneyUnit = "wan",
    purpose: Type = None,
    total2: str = "",
    total2_unit: MoneyUnit = "wan",
    purpose2: Type = None,
    total3: str = "",
    total3_unit: MoneyUnit = "wan",
    purpose3: Type = None,
    called_on: Day = None,
) -> HTMLResponse:
    """Show how a call would be split; a row without a type is not counted yet."""
    entered = (
        (purpose or CallPurpose.INVESTMENTS, fen_or_none(total.strip(), total_unit)),
        (purpose2, fen_or_none(total2.strip(), total2_unit)),
        (purpose3, fen_or_none(total3.strip(), total3_unit)),
    )
    whole = [(kind, fen) for kind, fen in entered if kind is not None and fen is not None]
    parts = cash_forms.call_parts([*whole])
    view = fund_splits.call_split(work, page.reader, fund, parts, called_on or page.today)
    return show(request, view)


@router.post("/funds/{code}/calls")
def make_call(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[CallForm, Form()]
) -> Response:
    """Make a capital call; less than ten workdays needs the agreement that allows it."""
    parts = form.parts()
    if not form.short_notice:
        workdays.refuse_short_notice(work, called_on=form.called_on, due_on=form.due_on)
    row = calls.call(
        work,
        me,
        fund_id=fund.fund.id,
        called_on=form.called_on,
        due_on=form.due_on,
        parts=parts,
        short_notice=form.short_notice,
    )
    said = say("Call {number} over {total} is made.", number=row.number, total=Fen(row.total_fen))
    return done(request, work, tab_of(fund, "calls"), said)


@router.get("/funds/{code}/calls/{call_id}/excess")
def excess_form(
    request: Request, work: Reading, page: Seen, fund: Fund, call_id: UUID
) -> HTMLResponse:
    """Ask what goes back of a call."""
    return show(request, cash_forms.return_excess(work, page.reader, page, fund, str(call_id)))


@router.post("/funds/{code}/calls/{call_id}/excess")
def return_excess(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    call_id: UUID,
    form: Annotated[ExcessForm, Form()],
) -> Response:
    """Book what goes back of a call."""
    made = fund_forms.call_of(work, fund, str(call_id))
    parts = cash_forms.excess_parts(
        {
            name: fen_or_none(getattr(form, name), getattr(form, f"{name}_unit"))
            for name in cash_forms.EXCESS_FIELDS
        }
    )
    excess.give_back(
        work, me, made.id, paid_on=form.paid_on, parts=parts, correction_reason=form.correction
    )
    return done(request, work, tab_of(fund, "calls"), say("The return is booked."))


# ---- distributions
@router.get("/funds/{code}/distributions/preview")
def distribution_preview(
    request: Request,
    work: Reading,
    page: Seen,
    fund: Fund,
    asked: Annotated[PreviewedParts, Query()],
) -> HTMLResponse:
    """Show how a distribution would be split."""
    permanent, again = cash_forms.paid_parts(asked.amounts())
    view = fund_splits.paid_split(
        work, page.reader, fund, permanent, again, asked.paid_on or page.today
    )
    return show(request, view)


@router.post("/funds/{code}/distributions")
def pay_distribution(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[DistributionForm, Form()]
) -> Response:
    """Book a distribution."""
    permanent, again = cash_forms.paid_parts(form.amounts())
    row = distributions.distribute(
        work,
        me,
        fund_id=fund.fund.id,
        paid_on=form.paid_on,
        parts=permanent,
        recallable_parts=again,
        correction_reason=form.correction,
    )
    said = say(
        "Distribution {number} over {total} is booked.",
        number=row.number,
        total=Fen(row.total_fen),
    )
    return done(request, work, tab_of(fund, "distributions"), said)


# ---- the bank account and the credit line
@router.post("/funds/{code}/bank-accounts")
def record_account(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[AccountForm, Form()]
) -> Response:
    """Record the account that notices name."""
    bank.open_account(
        work,
        me,
        fund_id=fund.fund.id,
        holder=form.holder,
        bank=form.bank,
        number=form.number,
        clearing_code=form.clearing_code,
        effective_date=form.effective_date,
    )
    return done(request, work, tab_of(fund, "bank"), say("The account is recorded."))


@router.post("/funds/{code}/facilities")
def open_facility(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[FacilityForm, Form()]
) -> Response:
    """Record a credit line."""
    facility_acts.open_(
        work,
        me,
        fund_id=fund.fund.id,
        name=form.name,
        lender=form.lender,
        limit_fen=fen_of(form.limit, form.limit_unit),
        rate_ppm=_ppm(form.rate),
        day_basis=int(form.day_basis),
        opened_on=form.opened_on,
        matures_on=form.matures_on,
    )
    return done(request, work, tab_of(fund, "credit"), say("The credit line is recorded."))


def _ppm(text: str) -> int:
    """Read a rate in per cent; return millionths."""
    try:
        millionths = Decimal(text.rstrip("%％ ")) * PER_MILLION / 100
        whole = int(millionths)
    except (InvalidOperation, OverflowError, ValueError):
        whole, millionths = -1, Decimal(0)
    if whole != millionths or not 0 <= whole <= PER_MILLION:
        raise DomainError(
            "“{text}” is not a yearly rate.",
            "Write it in per cent with at most four decimals, such as 3.85.",
            text=text,
        )
    return whole


@router.get("/funds/{code}/facilities/{facility_id}/{act}")
def facility_form(
    request: Request, work: Reading, page: Seen, fund: Fund, facility_id: UUID, act: Act
) -> HTMLResponse:
    """Ask for a draw, a repayment or interest."""
    view = cash_forms.move_facility(work, page.reader, page, fund, str(facility_id), act)
    return show(request, view)


@router.post("/funds/{code}/facilities/{facility_id}/draws")
def draw_facility(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    facility_id: UUID,
    form: Annotated[MoveForm, Form()],
) -> Response:
    """Book a draw."""
    row = cash_forms.facility_of(work, fund, str(facility_id))
    facility_acts.draw(
        work,
        me,
        row.id,
        on=form.on,
        amount_fen=fen_of(form.amount, form.amount_unit),
        use=form.use,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "credit"), say("The draw is booked."))


@router.post("/funds/{code}/facilities/{facility_id}/repayments")
def repay_facility(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    facility_id: UUID,
    form: Annotated[MoveForm, Form()],
) -> Response:
    """Book a repayment."""
    row = cash_forms.facility_of(work, fund, str(facility_id))
    facility_acts.repay(
        work,
        me,
        row.id,
        on=form.on,
        amount_fen=fen_of(form.amount, form.amount_unit),
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "credit"), say("The repayment is booked."))


@router.post("/funds/{code}/facilities/{facility_id}/interest")
def accrue_interest(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    facility_id: UUID,
    form: Annotated[InterestForm, Form()],
) -> Response:
    """Book the interest of the days not yet booked."""
    row = cash_forms.facility_of(work, fund, str(facility_id))
    booked = facility_acts.accrue(
        work,
        me,
        row.id,
        until=form.until,
        paid_on=form.paid_on,
        correction_reason=form.correction,
    )
    said = say("Interest of {amount} is booked.", amount=Fen(booked.amount_fen))
    return done(request, work, tab_of(fund, "credit"), said)
