"""线索: the list, one lead, its way from unit to unit, and the events at which firms were met."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from dealflow import duplicates, leads, outreach
from dealflow.leads import SourceKind
from dealflow.outreach import EventKind
from portfolio.kernel.errors import DomainError, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.templating import show
from web.views import leads as view

router = APIRouter()


@router.get("/leads")
def leads_page(
    request: Request, work: Reading, me: Me, page: Seen, source: str = "", waiting: bool = False
) -> HTMLResponse:
    """Show the leads."""
    with_demo = request.state.site.show_demo
    return show(
        request,
        view.listed(work, me, page, source=source, waiting=waiting, with_demo=with_demo),
    )


@router.get("/leads/{lead_id}")
def lead_page(request: Request, work: Reading, me: Me, page: Seen, lead_id: UUID) -> HTMLResponse:
    """Show one lead with its way."""
    with_demo = request.state.site.show_demo
    return show(request, view.lead(work, me, page, str(lead_id), with_demo=with_demo))


class LeadForm(WriteForm):
    """What somebody heard, and whether he looked at the firms that seem to be the same."""

    title: str
    firm_name: str = ""
    credit_code: str = ""
    source_kind: SourceKind
    source: str = ""
    unit: UUID
    received_on: date
    is_another: bool = False


@router.post("/leads")
def receive_lead(
    request: Request, work: InWork, me: Me, form: Annotated[LeadForm, Form()]
) -> Response:
    """Record a lead; a firm that is known already has to be looked at first."""
    same = duplicates.twins(work, firm_name=form.firm_name, credit_code=form.credit_code)
    if same and not form.is_another:
        raise DomainError(
            "{firm} seems to be known already: {code} {title}.",
            "Open that record, or tick that it is another firm.",
            firm=form.firm_name or form.credit_code,
            code=same[0].code,
            title=same[0].title,
        )
    lead = leads.receive(
        work,
        me,
        code=leads.next_code(work, form.received_on.year),
        title=form.title,
        unit_id=str(form.unit),
        received_on=form.received_on,
        firm_name=form.firm_name,
        credit_code=form.credit_code,
        source=form.source,
        source_kind=form.source_kind,
    )
    said = say("The lead was recorded as {code}.", code=lead.code)
    return done(request, work, f"/leads/{lead.id}", said)


class HandoverForm(WriteForm):
    """To whom, and by when to be accepted."""

    to_unit: UUID
    accept_by: date


@router.post("/leads/{lead_id}/handover")
def hand_over_lead(
    request: Request, work: InWork, me: Me, lead_id: UUID, form: Annotated[HandoverForm, Form()]
) -> Response:
    """Hand a lead to another unit."""
    leads.hand_over(
        work,
        me,
        str(lead_id),
        to_unit_id=str(form.to_unit),
        on=work.today(),
        accept_by=form.accept_by,
    )
    return done(request, work, f"/leads/{lead_id}", say("The lead was handed over."))


class AcceptForm(WriteForm):
    """Since when the unit holds it."""

    on: date


@router.post("/leads/{lead_id}/acceptance")
def accept_lead(
    request: Request, work: InWork, me: Me, lead_id: UUID, form: Annotated[AcceptForm, Form()]
) -> Response:
    """Accept a lead that was handed over."""
    leads.accept(work, me, str(lead_id), on=form.on)
    return done(request, work, f"/leads/{lead_id}", say("The lead was accepted."))


class EventForm(WriteForm):
    """An event and the firms met, one a line."""

    name: str
    kind: EventKind
    on: date
    city: str = ""
    firms: str = ""


@router.post("/leads/events")
def hold_event(
    request: Request, work: InWork, me: Me, form: Annotated[EventForm, Form()]
) -> Response:
    """Record an event."""
    outreach.hold(
        work,
        me,
        on=form.on,
        name=form.name,
        kind=form.kind,
        city=form.city,
        firms=tuple(form.firms.splitlines()),
    )
    return done(request, work, "/leads", say("The event was recorded."))
