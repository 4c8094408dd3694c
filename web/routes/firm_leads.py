"""企业: a candidate becomes a lead; a firm is named a leader of a chain, and its term ends."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse, Response

from dealflow import candidate_leads, chains, units
from dealflow.chains import Segment
from dealflow.leads import SourceKind
from portfolio import organisations
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.routes.firm_acts import EndForm
from web.templating import show
from web.views import firm_forms as forms
from web.views.pursue import LiveLead

router = APIRouter()
Uid = Annotated[UUID | None, BeforeValidator(lambda text: text or None)]


# ---- a lead
@router.get("/firms/{firm_id}/lead")
def pursue_form(
    request: Request,
    work: Reading,
    page: Seen,
    firm_id: UUID,
    chain: str,
    segment: Uid = None,
    by: Uid = None,
) -> HTMLResponse:
    """Ask which unit takes a candidate up; a live lead is shown instead."""
    firm = organisations.get(work, str(firm_id))
    on_chain = chains.by_slug(work, chain)
    if lead := candidate_leads.live_lead(work, firm.id):
        return show(request, LiveLead(firm=firm, lead=lead, back=f"/chains/{chain}"))
    view = forms.pursue(
        page.reader,
        firm,
        on_chain,
        _segment(work, on_chain.id, segment),
        units.listed(work, with_demo=request.state.site.show_demo),
        source=organisations.get(work, str(by)).name if by else "",
        today=page.today,
    )
    return show(request, view)


def _segment(work: Work, chain_id: str, segment_id: UUID | None) -> Segment | None:
    if segment_id is None:
        return None
    row = work.session.get(Segment, str(segment_id))
    if row is None or row.chain_id != chain_id:
        raise NotFoundError
    return row


class PursueForm(WriteForm):
    """To whom, by when to be accepted, and how we came to the firm."""

    to_unit: UUID
    accept_by: date
    source_kind: SourceKind
    source: str = ""


@router.post("/firms/{firm_id}/lead")
def pursue_candidate(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    form: Annotated[PursueForm, Form()],
    chain: str,
    segment: Uid = None,
) -> Response:
    """Make the lead and hand it over."""
    lead = candidate_leads.pursue(
        work,
        me,
        organisation_id=str(firm_id),
        chain_id=chains.by_slug(work, chain).id,
        segment_id=str(segment) if segment else None,
        to_unit_id=str(form.to_unit),
        accept_by=form.accept_by,
        source_kind=form.source_kind,
        source=form.source,
    )
    said = say("The lead {code} was made and handed over.", code=lead.code)
    return done(request, work, f"/leads/{lead.id}", said)


# ---- leaders
@router.get("/firms/{firm_id}/leadership")
def leadership_form(request: Request, work: Reading, page: Seen, firm_id: UUID) -> HTMLResponse:
    """Ask which chain a firm leads."""
    firm = organisations.get(work, str(firm_id))
    listed = chains.listed(work, with_demo=request.state.site.show_demo)
    return show(request, forms.leadership(page.reader, firm, listed, page.today))


class LeadershipForm(WriteForm):
    """Which chain, since when."""

    chain: str
    on: date


@router.post("/firms/{firm_id}/leadership")
def name_leader(
    request: Request, work: InWork, me: Me, firm_id: UUID, form: Annotated[LeadershipForm, Form()]
) -> Response:
    """Name a firm a leader of a chain."""
    chain = chains.by_slug(work, form.chain)
    chains.name_leader(
        work, me, chain.id, organisation_id=str(firm_id), since_on=form.on, is_demo=chain.is_demo
    )
    said = say("The firm leads {chain}.", chain=chain.name)
    return done(request, work, f"/firms/{firm_id}", said)


@router.get("/firms/{firm_id}/leadership/{slug}/end")
def leadership_end_form(
    request: Request, work: Reading, page: Seen, firm_id: UUID, slug: str
) -> HTMLResponse:
    """Ask since when a term is over."""
    firm = organisations.get(work, str(firm_id))
    chain = chains.by_slug(work, slug)
    return show(request, forms.leadership_end(page.reader, firm, chain, page.today))


@router.post("/firms/{firm_id}/leadership/{slug}/end")
def end_leadership(
    request: Request,
    work: InWork,
    me: Me,
    firm_id: UUID,
    slug: str,
    form: Annotated[EndForm, Form()],
) -> Response:
    """End a leader's term."""
    chain = chains.by_slug(work, slug)
    chains.end_leader(work, me, chain.id, organisation_id=str(firm_id), on=form.on)
    return done(request, work, f"/firms/{firm_id}", say("The term was ended."))
