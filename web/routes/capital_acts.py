"""Acts on what partners pay: a later closing is equalised, a default declared and remedied."""
# ruff: noqa: FAST003 - `code` is read by the dependencies Fund and Booked

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from portfolio import defaults, equalisation
from portfolio.equalisation import Equalisation
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError, say
from web.deps import InWork, Me, Reading, Seen, done
from web.routes.fund_acts import Booked, CorrectableForm, Day, tab_of
from web.routes.fund_book_acts import ReversalForm
from web.routes.funds import Fund
from web.templating import show
from web.views import build_ups, partner_forms
from web.views.funds import Opened

router = APIRouter()


# ---- forms
class PaidForm(CorrectableForm):
    """The day on which somebody paid."""

    paid_on: date


class DefaultForm(ReversalForm):
    """From which day a partner is in default, and why."""

    declared_on: date


# ---- later closings
@router.get("/funds/{code}/closings/{closed_on}/equalisation")
def equalisation_form(request: Request, page: Seen, fund: Fund, closed_on: date) -> HTMLResponse:
    """Ask when the partners of a later closing paid."""
    return show(request, partner_forms.equalisation(page.reader, page, fund, closed_on))


@router.get("/funds/{code}/closings/{closed_on}/equalisation/preview")
def equalisation_preview(
    request: Request, work: Reading, page: Seen, fund: Fund, closed_on: date, paid_on: Day = None
) -> HTMLResponse:
    """Show what a later closing would move."""
    paid = paid_on or page.today
    return show(request, build_ups.closing(work, page.reader, fund, closed_on, paid))


@router.post("/funds/{code}/closings/{closed_on}/equalisation")
def equalise_closing(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    closed_on: date,
    form: Annotated[PaidForm, Form()],
) -> Response:
    """Book the equalisation of a later closing."""
    equalisation.equalise(
        work,
        me,
        fund_id=fund.fund.id,
        closed_on=closed_on,
        paid_on=form.paid_on,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "partners"), say("The closing is equalised."))


@router.get("/funds/{code}/equalisations/{row_id}/reversal")
def equalisation_reversal_form(
    request: Request, work: Reading, page: Seen, fund: Fund, row_id: UUID
) -> HTMLResponse:
    """Ask why an equalisation is undone."""
    row = _closing_of(work, fund, row_id)
    title = say("Reverse the equalisation of {day}", day=row.closed_on)
    path = f"equalisations/{row.id}/reversal"
    return show(request, partner_forms.undoing(page.reader, fund, title, path))


@router.post("/funds/{code}/equalisations/{row_id}/reversal")
def reverse_equalisation(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    row_id: UUID,
    form: Annotated[ReversalForm, Form()],
) -> Response:
    """Undo an equalisation with its interest."""
    row = _closing_of(work, fund, row_id)
    equalisation.reverse(work, me, row.id, reason=form.reason, correction_reason=form.correction)
    return done(request, work, tab_of(fund, "partners"), say("The equalisation is reversed."))


def _closing_of(work: Work, fund: Opened, row_id: UUID) -> Equalisation:
    row = work.session.get(Equalisation, str(row_id))
    if row is None or row.fund_id != fund.fund.id:
        raise NotFoundError
    return row


# ---- defaults
@router.get("/funds/{code}/call-lines/{line_id}/default")
def default_form(
    request: Request, work: Reading, page: Seen, fund: Fund, line_id: UUID
) -> HTMLResponse:
    """Ask from which day a partner is in default."""
    return show(request, partner_forms.default(work, page.reader, page, fund, str(line_id)))


@router.get("/funds/{code}/call-lines/{line_id}/default/preview")
def default_preview(
    request: Request, work: Reading, page: Seen, fund: Fund, line_id: UUID, declared_on: Day = None
) -> HTMLResponse:
    """Show what the terms take from the account."""
    line = partner_forms.line_of(work, fund, str(line_id))
    on = declared_on or page.today
    return show(request, build_ups.default(work, page.reader, fund, line, on))


@router.post("/funds/{code}/call-lines/{line_id}/default")
def declare_default(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    line_id: UUID,
    form: Annotated[DefaultForm, Form()],
) -> Response:
    """Declare a default."""
    line = partner_forms.line_of(work, fund, str(line_id))
    defaults.declare(
        work,
        me,
        line.id,
        declared_on=form.declared_on,
        reason=form.reason,
        correction_reason=form.correction,
    )
    return done(request, work, tab_of(fund, "partners"), say("The default is declared."))


@router.get("/funds/{code}/call-lines/{line_id}/remedy")
def remedy_form(
    request: Request, work: Reading, page: Seen, fund: Fund, line_id: UUID
) -> HTMLResponse:
    """Ask when a defaulter paid."""
    return show(request, partner_forms.remedy(work, page.reader, page, fund, str(line_id)))


@router.post("/funds/{code}/call-lines/{line_id}/remedy")
def remedy_default(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    line_id: UUID,
    form: Annotated[PaidForm, Form()],
) -> Response:
    """Book what a defaulter paid, with its interest."""
    line = partner_forms.line_of(work, fund, str(line_id))
    defaults.remedy(work, me, line.id, paid_on=form.paid_on, correction_reason=form.correction)
    return done(request, work, tab_of(fund, "partners"), say("The remedy is booked."))


@router.get("/funds/{code}/call-lines/{line_id}/withdrawal")
def withdrawal_form(
    request: Request, work: Reading, page: Seen, fund: Fund, line_id: UUID
) -> HTMLResponse:
    """Ask why the last step of a default is taken back."""
    line = partner_forms.line_of(work, fund, str(line_id))
    path = f"call-lines/{line.id}/withdrawal"
    view = partner_forms.undoing(page.reader, fund, say("Take back a default"), path)
    return show(request, view)


@router.post("/funds/{code}/call-lines/{line_id}/withdrawal")
def withdraw_default(
    request: Request,
    work: InWork,
    me: Me,
    fund: Booked,
    line_id: UUID,
    form: Annotated[ReversalForm, Form()],
) -> Response:
    """Take back the last step of a default."""
    line = partner_forms.line_of(work, fund, str(line_id))
    defaults.withdraw(work, me, line.id, reason=form.reason, correction_reason=form.correction)
    return done(request, work, tab_of(fund, "partners"), say("The step is taken back."))
