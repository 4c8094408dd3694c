"""产业链: the map of a chain, a segment with who could fill it, and the acts on both."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.datastructures import URL
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dealflow import chain_firms, chains, firm_aliases, map_acts
from dealflow.chain_firms import Role
from dealflow.chains import Criticality
from portfolio.kernel.actors import Duty
from portfolio.kernel.errors import say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.templating import show
from web.views import chain_forms, segment
from web.views import chains as views

router = APIRouter()
Colour = Literal["coverage", "contract", "in_place"]


@router.get("/chains")
def chains_page(request: Request, work: Reading) -> Response:
    """Send the reader to the first chain."""
    listed = chains.listed(work, with_demo=request.state.site.show_demo)
    if not listed:
        return show(request, views.NoChains())
    address = URL(f"/chains/{listed[0].slug}").replace(query=request.url.query)
    return RedirectResponse(str(address), status_code=303)


@router.get("/chains/{slug}")
def chain_page(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    slug: str,
    colour: Colour = "coverage",
    part: int = 1,
) -> HTMLResponse:
    """Show one chain: its map, its gaps, its firms."""
    view = views.build(
        work,
        page.reader,
        page.as_of,
        chains.by_slug(work, slug),
        colour=colour,
        part=part,
        may_edit=me.may(Duty.EDIT_DEALS) and not page.is_past,
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


@router.get("/chains/{slug}/segments/{segment_id}")
def segment_page(
    request: Request, work: Reading, me: Me, page: Seen, slug: str, segment_id: UUID
) -> HTMLResponse:
    """Show one segment, in the drawer or as a page."""
    view = segment.build(
        work,
        page.reader,
        me,
        page.as_of,
        chains.by_slug(work, slug),
        str(segment_id),
        may_edit=me.may(Duty.EDIT_DEALS) and not page.is_past,
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


# ---- acts
@router.get("/chains/{slug}/segments/{segment_id}/edit")
def segment_form(
    request: Request, work: Reading, page: Seen, slug: str, segment_id: UUID
) -> HTMLResponse:
    """Ask for what the map says of a segment."""
    row = map_acts.segment_of(work, slug, str(segment_id))
    return show(request, chain_forms.segment_form(page.reader, slug, row, today=page.today))


class SegmentForm(WriteForm):
    """What the office says of a segment."""

    name: str
    subsystem: str = ""
    position: chains.Position
    criticality: int
    wanted_firms: int
    wanted_note: str = ""
    on: date
    reason: str


@router.post("/chains/{slug}/segments/{segment_id}/edit")
def change_segment(
    request: Request,
    work: InWork,
    me: Me,
    slug: str,
    segment_id: UUID,
    form: Annotated[SegmentForm, Form()],
) -> Response:
    """Change a segment from the version that was seen."""
    row = map_acts.segment_of(work, slug, str(segment_id))
    chains.change_segment(
        work,
        me,
        row.id,
        version=form.version,
        facts={
            "name": form.name,
            "subsystem": form.subsystem,
            "position": form.position.value,
            "criticality": Criticality(form.criticality).value,
            "wanted_firms": form.wanted_firms,
            "wanted_note": form.wanted_note,
        },
        on=form.on,
        reason=form.reason,
    )
    return done(request, work, f"/chains/{slug}", say("The segment was changed."))


@router.get("/chains/{slug}/segments/{segment_id}/firm")
def segment_firm_form(
    request: Request, work: Reading, page: Seen, slug: str, segment_id: UUID
) -> HTMLResponse:
    """Ask which firm stands in a segment, and how firmly."""
    row = map_acts.segment_of(work, slug, str(segment_id))
    return show(request, chain_forms.firm_form(page.reader, slug, row, today=page.today))


class FirmForm(WriteForm):
    """A firm in a segment."""

    firm: str
    role: Role
    on: date
    note: str = ""


@router.post("/chains/{slug}/segments/{segment_id}/firm")
def enter_firm(
    request: Request,
    work: InWork,
    me: Me,
    slug: str,
    segment_id: UUID,
    form: Annotated[FirmForm, Form()],
) -> Response:
    """Record a firm's role in a segment."""
    row = map_acts.segment_of(work, slug, str(segment_id))
    firm = firm_aliases.find_or_create(work, me, text=form.firm, is_demo=row.is_demo)
    chain_firms.enter(
        work,
        me,
        segment_id=row.id,
        organisation_id=firm.id,
        role=form.role,
        on=form.on,
        note=form.note,
        is_demo=row.is_demo,
    )
    said = say("{firm} was recorded in {segment}.", firm=firm.name, segment=row.name)
    return done(request, work, f"/chains/{slug}", said)
