"""Acts on a fund: partners, receipts, new investments.

Each posts to one command; the form that asks for it is at the same address, or in funds.py.
"""
# ruff: noqa: FAST003 - `code` is read by the dependencies Fund and Booked

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BeforeValidator, Field
from starlette.responses import HTMLResponse, Response

from portfolio import (
    commitments,
    funds,
    investments,
    organisations,
    receipts,
)
from portfolio.commitments import PartnerKind
from portfolio.funds import FundKind
from portfolio.kernel.errors import say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of, fen_or_none
from web.routes.funds import Fund
from web.templating import show
from web.views import fund_forms
from web.views.funds import Opened, open_fund

router = APIRouter()
NoneIfEmpty = BeforeValidator(lambda text: text or None)
Day = Annotated[date | None, NoneIfEmpty]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,19}$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]


# ---- forms
class CorrectableForm(WriteForm):
    """An act that books; in a closed quarter it is a correction with its reason."""

    correction_reason: str = Field("", max_length=300)

    @property
    def correction(self) -> str | None:
        """Return the reason, None where none was given."""
        return self.correction_reason or None


class FundForm(WriteForm):
    """A new fund."""

    code: Code
    name: Name
    name_en: str = ""
    kind: FundKind
    size: str = ""
    size_unit: MoneyUnit = "yi"
    announced_on: date
    inception_on: date
    investment_period_ends_on: Day = None
    ends_on: Day = None
    sponsors: str = Field("", max_length=200)
    focus: str = Field("", max_length=200)


class PartnerForm(WriteForm):
    """A new partner with its first commitment."""

    investor_fund_id: Annotated[UUID | None, NoneIfEmpty] = None
    name: Name
    code: Code
    kind: PartnerKind
    committed: str
    committed_unit: MoneyUnit
    effective_date: date


class ReceiptForm(CorrectableForm):
    """Money that arrived for one line of a call."""

    amount: str
    amount_unit: MoneyUnit
    received_on: date


class AllReceiptsForm(CorrectableForm):
    """All that is outstanding of a call arrived."""

    received_on: date


class InvestmentForm(WriteForm):
    """A holding in a firm."""

    firm: Name
    code: Code
    instrument: str = Field("", max_length=120)
    decided_on: date


def booked_fund(request: Request, work: InWork, me: Me, code: str) -> Opened:
    """Return the fund that a form acts on, in the unit of work that books it."""
    today = request.state.page.today
    return open_fund(work, me, code, as_of=today, known_at=None, with_demo=True)


Booked = Annotated[Opened, Depends(booked_fund)]


def tab_of(fund: Opened, tab: str) -> str:
    """Return the address of a tab of a fund."""
    return f"/funds/{fund.fund.code}?tab={tab}"


# ---- funds, partners, investments
@router.post("/funds")
def create_fund(
    request: Request, work: InWork, me: Me, form: Annotated[FundForm, Form()]
) -> Response:
    """Record a fund."""
    row = funds.create(
        work,
        me,
        funds.Fund(
            code=form.code,
            name=form.name,
            name_en=form.name_en,
            kind=form.kind.value,
            registered_size_fen=fen_or_none(form.size, form.size_unit),
            announced_on=form.announced_on,
            inception_on=form.inception_on,
            investment_period_ends_on=form.investment_period_ends_on,
            ends_on=form.ends_on,
            sponsors=form.sponsors,
            focus=form.focus,
        ),
    )
    return done(request, work, f"/funds/{row.code}", say("The fund is recorded."))


@router.post("/funds/{code}/partners")
def admit_partner(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[PartnerForm, Form()]
) -> Response:
    """Admit a partner; a fund of ours gets its holding in its own books at once."""
    above = str(form.investor_fund_id) if form.investor_fund_id else None
    firm = None if above else organisations.find_or_create(work, me, name=form.name).id
    row = commitments.admit(
        work,
        me,
        fund_id=fund.fund.id,
        code=form.code,
        name=form.name,
        kind=form.kind,
        committed_fen=fen_of(form.committed, form.committed_unit),
        effective_date=form.effective_date,
        organisation_id=firm,
        investor_fund_id=funds.get(work, me, above).id if above else None,
    )
    if above:
        investments.hold_fund(work, me, row.id)
    return done(request, work, f"/funds/{fund.fund.code}", say("The partner is admitted."))


@router.post("/funds/{code}/investments")
def create_investment(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[InvestmentForm, Form()]
) -> Response:
    """Record a holding in a firm."""
    firm = organisations.find_or_create(work, me, name=form.firm)
    row = investments.create(
        work,
        me,
        fund_id=fund.fund.id,
        code=form.code,
        name=firm.name,
        organisation_id=firm.id,
        instrument=form.instrument,
        decided_on=form.decided_on,
    )
    return done(request, work, f"/investments/{row.id}", say("The investment is recorded."))


# ---- calls and receipts
@router.get("/funds/{code}/call-lines/{line_id}/receipt")
def receipt_form(
    request: Request, work: Reading, page: Seen, fund: Fund, line_id: UUID
) -> HTMLResponse:
    """Ask what arrived for one line of a call."""
    return show(request, fund_forms.receipt(work, page.reader, page, fund, str(line_id)))


@router.post("/funds/{code}/call-lines/{line_id}/receipt")
def receive_line(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    line_id: UUID,
    form: Annotated[ReceiptForm, Form()],
) -> Response:
    """Book what arrived for one line of a call."""
    line, _ = fund_forms.line_of(work, fund, str(line_id))
    receipts.receive(
        work,
        me,
        line.id,
        received_on=form.received_on,
        amount_fen=fen_of(form.amount, form.amount_unit),
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "calls"), say("The receipt is booked."))


@router.get("/funds/{code}/calls/{call_id}/receipts")
def all_receipts_form(
    request: Request, work: Reading, page: Seen, fund: Fund, call_id: UUID
) -> HTMLResponse:
    """Ask on which day all that is outstanding of a call arrived."""
    return show(request, fund_forms.all_receipts(work, page.reader, page, fund, str(call_id)))


@router.post("/funds/{code}/calls/{call_id}/receipts")
def receive_call(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    call_id: UUID,
    form: Annotated[AllReceiptsForm, Form()],
) -> Response:
    """Book all that is outstanding of a call as arrived on one day."""
    made = fund_forms.call_of(work, fund, str(call_id))
    rows = receipts.receive_all(
        work, me, made.id, received_on=form.received_on, correction_reason=form.correction
    )
    said = say("{count} receipts are booked.", count=len(rows))
    return done(request, work, tab_of(fund, "calls"), said)
