"""Acts of partners: increases, releases, transfers, waivers, and the fee by the terms."""
# ruff: noqa: FAST003 - `code` is read by the dependencies Fund and Booked

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from portfolio import commitment_changes, commitments, management_fees, organisations, transfers
from portfolio.commitments import Commitment, Partner, PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Fen, NotFoundError, say
from portfolio.transfers import PartnerTransfer
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_of, fen_or_none, fraction
from web.routes.fund_acts import Booked, CorrectableForm, Day, NoneIfEmpty, tab_of
from web.routes.fund_book_acts import ReversalForm
from web.routes.funds import Fund
from web.templating import show
from web.views import build_ups, fund_close, partner_forms
from web.views.build_ups import BuildUp
from web.views.funds import Opened

router = APIRouter()
Act = Literal["increase", "release"]


# ---- forms
class ChangeForm(WriteForm):
    """An increase or a release."""

    partner_id: UUID
    amount: str
    amount_unit: MoneyUnit
    effective_date: date
    memo: str = Field("", max_length=200)


class WaiverForm(WriteForm):
    """The part of the fee that a partner does not bear."""

    partner_id: UUID
    share: str
    valid_from: date
    reason: str = Field("", max_length=200)


class TransferForm(CorrectableForm):
    """An interest that changes hands."""

    giver_id: UUID
    taker_id: Annotated[UUID | None, NoneIfEmpty] = None
    new_name: str = Field("", max_length=120)
    new_code: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9-]{0,19})?$")] = ""
    committed: str
    committed_unit: MoneyUnit
    effective_date: date
    price: str = ""
    price_unit: MoneyUnit = "wan"
    memo: str = Field("", max_length=200)


class AccrualForm(CorrectableForm):
    """The quarter whose fee is booked."""

    quarter: str
    booked_on: Day = None


# ---- increases, releases, waivers
@router.get("/funds/{code}/commitments/{act}")
def commitment_form(
    request: Request, work: Reading, page: Seen, fund: Fund, act: Act
) -> HTMLResponse:
    """Ask for an increase or a release."""
    return show(request, partner_forms.change(work, page.reader, page, fund, act))


@router.post("/funds/{code}/commitments/{act}")
def change_commitment(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    act: Act,
    form: Annotated[ChangeForm, Form()],
) -> Response:
    """Record an increase or a release."""
    partner = partner_forms.partner_of(work, fund, str(form.partner_id))
    command = commitment_changes.increase if act == "increase" else commitment_changes.release
    row = command(
        work,
        me,
        partner.id,
        amount_fen=fen_of(form.amount, form.amount_unit),
        effective_date=form.effective_date,
        memo=form.memo,
    )
    said = say(
        "The commitment of {partner} changes by {amount}.",
        partner=partner.name,
        amount=Fen(row.amount_fen),
    )
    return done(request, work, tab_of(fund, "partners"), said)


@router.get("/funds/{code}/commitment-changes/{change_id}/undoing")
def undo_change_form(
    request: Request, work: Reading, page: Seen, fund: Fund, change_id: UUID
) -> HTMLResponse:
    """Ask why a change of a commitment is undone."""
    row = _change_of(work, fund, change_id)
    path = f"commitment-changes/{row.id}/undoing"
    view = partner_forms.undoing(page.reader, fund, say("Undo a change of a commitment"), path)
    return show(request, view)


@router.post("/funds/{code}/commitment-changes/{change_id}/undoing")
def undo_change(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    change_id: UUID,
    form: Annotated[ReversalForm, Form()],
) -> Response:
    """Undo an increase or a release."""
    row = _change_of(work, fund, change_id)
    commitment_changes.undo(work, me, row.id, reason=form.reason)
    return done(request, work, tab_of(fund, "partners"), say("The change is undone."))


def _change_of(work: Work, fund: Opened, change_id: UUID) -> Commitment:
    row = work.session.get(Commitment, str(change_id))
    if row is None:
        raise NotFoundError
    partner_forms.partner_of(work, fund, row.partner_id)
    return row


@router.get("/funds/{code}/fees/waiver")
def waiver_form(request: Request, work: Reading, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask which part of the fee a partner does not bear."""
    return show(request, partner_forms.waiver(work, page.reader, page, fund))


@router.post("/funds/{code}/fees/waiver")
def waive_fee(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[WaiverForm, Form()]
) -> Response:
    """Record which part of the fee a partner does not bear."""
    partner = partner_forms.partner_of(work, fund, str(form.partner_id))
    management_fees.waive(
        work,
        me,
        partner.id,
        share=fraction(form.share),
        valid_from=form.valid_from,
        reason=form.reason,
    )
    return done(request, work, tab_of(fund, "partners"), say("The waiver is recorded."))


# ---- the fee of a quarter
@router.get("/funds/{code}/fees/accrual")
def accrual_form(request: Request, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask of which quarter the fee is booked."""
    return show(request, partner_forms.accrual(page.reader, page, fund))


@router.get("/funds/{code}/fees/accrual/preview")
def accrual_preview(
    request: Request, work: Reading, page: Seen, fund: Fund, quarter: str = ""
) -> HTMLResponse:
    """Show how the fee of a quarter is made up."""
    asked = fund_close.quarter_of(quarter)
    return show(request, build_ups.fee(work, page.reader, fund, asked))


@router.post("/funds/{code}/fees/accrual")
def accrue_fee(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[AccrualForm, Form()]
) -> Response:
    """Book what is missing of a quarter's fee."""
    quarter = fund_close.quarter_of(form.quarter)
    before = management_fees.preview(work, fund.fund.id, quarter)
    management_fees.accrue(
        work,
        me,
        fund_id=fund.fund.id,
        quarter=quarter,
        booked_on=form.booked_on,
        correction_reason=form.correction,
    )
    missing = before.total("due_fen") - before.total("due_waiver_fen")
    said = say("{amount} of the fee of {quarter} is booked.", amount=Fen(missing), quarter=quarter)
    return done(request, work, tab_of(fund, "expenses"), said)


# ---- transfers
@router.get("/funds/{code}/transfers/transfer")
def transfer_form(request: Request, work: Reading, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask what goes from whom to whom."""
    return show(request, partner_forms.transfer(work, page.reader, page, fund))


@router.get("/funds/{code}/transfers/transfer/preview")
def transfer_preview(
    request: Request,
    work: Reading,
    page: Seen,
    fund: Fund,
    giver_id: str = "",
    taker_id: str = "",
    committed: str = "",
    committed_unit: MoneyUnit = "wan",
    effective_date: Day = None,
) -> HTMLResponse:
    """Show what would change hands."""
    try:
        committed_fen = fen_or_none(committed.strip(), committed_unit)
    except DomainError as error:
        return show(request, build_ups.refusal(error))
    if committed_fen is None or not giver_id:
        return show(request, BuildUp(caption=build_ups.CHOOSE))
    view = build_ups.transfer(
        work,
        page.reader,
        fund,
        giver_id=partner_forms.partner_of(work, fund, giver_id).id,
        taker_id=partner_forms.partner_of(work, fund, taker_id).id if taker_id else None,
        committed_fen=committed_fen,
        effective_date=effective_date or page.today,
    )
    return show(request, view)


@router.post("/funds/{code}/transfers/transfer")
def transfer_interest(
    request: Request, work: InWork, me: Me, fund: Booked, form: Annotated[TransferForm, Form()]
) -> Response:
    """Book a transfer between two partners."""
    transfers.transfer(
        work,
        me,
        giver_id=partner_forms.partner_of(work, fund, str(form.giver_id)).id,
        taker_id=_taker(work, me, fund, form).id,
        committed_fen=fen_of(form.committed, form.committed_unit),
        effective_date=form.effective_date,
        price_fen=fen_or_none(form.price, form.price_unit),
        memo=form.memo,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "partners"), say("The transfer is booked."))


def _taker(work: Work, me: Actor, fund: Opened, form: TransferForm) -> Partner:
    """Return the partner who takes over; a new one is admitted with nothing promised itself."""
    if form.taker_id is not None:
        return partner_forms.partner_of(work, fund, str(form.taker_id))
    if not form.new_name or not form.new_code:
        raise DomainError(
            "Nobody is named who takes the interest over.",
            "Choose a partner, or enter name and code of a new one.",
        )
    firm = organisations.find_or_create(work, me, name=form.new_name)
    return commitments.admit(
        work,
        me,
        fund_id=fund.fund.id,
        code=form.new_code,
        name=form.new_name,
        kind=PartnerKind.LP,
        committed_fen=0,
        effective_date=form.effective_date,
        organisation_id=firm.id,
        by_transfer=True,
    )


@router.get("/funds/{code}/transfers/{row_id}/reversal")
def transfer_reversal_form(
    request: Request, work: Reading, page: Seen, fund: Fund, row_id: UUID
) -> HTMLResponse:
    """Ask why a transfer is undone."""
    row = _transfer_of(work, fund, row_id)
    path = f"transfers/{row.id}/reversal"
    view = partner_forms.undoing(page.reader, fund, say("Reverse a transfer"), path)
    return show(request, view)


@router.post("/funds/{code}/transfers/{row_id}/reversal")
def reverse_transfer(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    row_id: UUID,
    form: Annotated[ReversalForm, Form()],
) -> Response:
    """Undo a transfer in every book."""
    row = _transfer_of(work, fund, row_id)
    transfers.reverse(work, me, row.id, reason=form.reason, correction_reason=form.correction)
    return done(request, work, tab_of(fund, "partners"), say("The transfer is reversed."))


def _transfer_of(work: Work, fund: Opened, row_id: UUID) -> PartnerTransfer:
    row = work.session.get(PartnerTransfer, str(row_id))
    if row is None or row.fund_id != fund.fund.id:
        raise NotFoundError
    return row
