"""图谱: a chain's map as a workbook, its versions, and the acts that draw it anew."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse, Response

from dealflow import chains, map_acts, map_import, map_sheet, map_versions, map_workbook
from dealflow.chains import Criticality
from portfolio.kernel.errors import say
from web import exports
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.templating import show
from web.uploads import SheetForm, sheet_kept, sheet_of
from web.views import chain_forms
from web.views import map_import as import_views
from web.views import map_versions as version_views

router = APIRouter()
Number = Annotated[int | None, BeforeValidator(lambda text: text or None)]


# ---- workbook
@router.get("/chains/{slug}/map.xlsx")
def export_map(work: Reading, slug: str) -> Response:
    """Hand out the map as a workbook that an import takes back."""
    chain = chains.by_slug(work, slug)
    content = map_workbook.export(work, chain.id, chain.name)
    return exports.download(f"{chain.name}-图谱.xlsx", content, exports.XLSX_TYPE)


@router.get("/chains/{slug}/map-template.xlsx")
def map_template(work: Reading, slug: str) -> Response:
    """Hand out the workbook without a row."""
    chains.by_slug(work, slug)
    return exports.download("产业链图谱-模板.xlsx", map_workbook.template(), exports.XLSX_TYPE)


@router.get("/chains/{slug}/import")
def map_import_page(request: Request, work: Reading, page: Seen, slug: str) -> HTMLResponse:
    """Show where a map is uploaded."""
    return show(request, import_views.upload(page.reader, chains.by_slug(work, slug)))


@router.post("/chains/{slug}/import")
def upload_map(
    request: Request, work: InWork, me: Me, slug: str, form: Annotated[SheetForm, Form()]
) -> Response:
    """Keep a workbook and go to its preview."""
    chain = chains.by_slug(work, slug)
    file = sheet_kept(request, work, me, form.sheet, map_sheet.read)
    said = say("Nothing is booked yet: look at the preview.")
    return done(request, work, f"/chains/{chain.slug}/import/{file.id}", said)


@router.get("/chains/{slug}/import/{file_id}")
def map_preview(
    request: Request, work: Reading, me: Me, page: Seen, slug: str, file_id: UUID
) -> HTMLResponse:
    """Show what a workbook would change, or all that is wrong with it."""
    file, content = sheet_of(request, work, me, file_id)
    chain = chains.by_slug(work, slug)
    return show(request, import_views.preview(work, page.reader, chain, file, content))


class ConfirmMapForm(WriteForm):
    """Which dry run is confirmed, and why the map changes."""

    fingerprint: str
    reason: str


@router.post("/chains/{slug}/import/{file_id}")
def confirm_map(
    request: Request,
    work: InWork,
    me: Me,
    slug: str,
    file_id: UUID,
    form: Annotated[ConfirmMapForm, Form()],
) -> Response:
    """Make the map what the workbook says, or change nothing."""
    chain = chains.by_slug(work, slug)
    _, content = sheet_of(request, work, me, file_id)
    taken = map_import.confirm(
        work, me, chain.id, content, reason=form.reason, fingerprint=form.fingerprint
    )
    said = say("{n} changes made a new version of the map.", n=len(taken.changes))
    return done(request, work, f"/chains/{chain.slug}/versions", said)


# ---- versions
@router.get("/chains/{slug}/versions")
def map_versions_page(
    request: Request,
    work: Reading,
    page: Seen,
    slug: str,
    before: Number = None,
    after: Number = None,
) -> HTMLResponse:
    """Show the versions of a map, two of them compared."""
    chain = chains.by_slug(work, slug)
    in_force = map_versions.in_force(work, page.as_of, chain.id)
    view = version_views.listed(
        work, page.reader, chain, in_force=in_force, before=before, after=after
    )
    return show(request, view)


@router.get("/chains/{slug}/versions/{number}")
def map_version_page(
    request: Request, work: Reading, page: Seen, slug: str, number: int
) -> HTMLResponse:
    """Show the map as a version drew it."""
    chain = chains.by_slug(work, slug)
    in_force = map_versions.in_force(work, page.as_of, chain.id)
    return show(request, version_views.one(work, page.reader, chain, number, in_force=in_force))


# ---- acts
@router.get("/chains/{slug}/segments/new")
def new_segment_form(request: Request, work: Reading, page: Seen, slug: str) -> HTMLResponse:
    """Ask for a new segment."""
    chain = chains.by_slug(work, slug)
    return show(request, chain_forms.new_segment_form(page.reader, chain, today=page.today))


class NewSegmentForm(WriteForm):
    """A segment, from when it stands on the map, and why."""

    code: str = ""
    name: str
    subsystem: str = ""
    position: chains.Position
    criticality: Criticality
    wanted_firms: int
    wanted_note: str = ""
    on: date
    reason: str


@router.post("/chains/{slug}/segments/new")
def draw_segment(
    request: Request, work: InWork, me: Me, slug: str, form: Annotated[NewSegmentForm, Form()]
) -> Response:
    """Draw a segment into the map, in a new version."""
    chain = chains.by_slug(work, slug)
    chains.add_segment(
        work,
        me,
        chain.id,
        code=form.code,
        name=form.name,
        subsystem=form.subsystem,
        position=form.position,
        criticality=form.criticality,
        wanted_firms=form.wanted_firms,
        wanted_note=form.wanted_note,
        order=map_acts.last_order(work, chain.id) + 1,
        on=form.on,
        reason=form.reason,
        is_demo=chain.is_demo,
    )
    said = say("{segment} stands on the map.", segment=form.name)
    return done(request, work, f"/chains/{slug}", said)


@router.get("/chains/{slug}/segments/{segment_id}/retire")
def retire_segment_form(
    request: Request, work: Reading, page: Seen, slug: str, segment_id: UUID
) -> HTMLResponse:
    """Ask from when and why a segment leaves the map."""
    row = map_acts.segment_of(work, slug, str(segment_id))
    return show(request, chain_forms.retire_form(page.reader, slug, row, today=page.today))


class RetireForm(WriteForm):
    """From when and why."""

    on: date
    reason: str


@router.post("/chains/{slug}/segments/{segment_id}/retire")
def retire_segment(
    request: Request,
    work: InWork,
    me: Me,
    slug: str,
    segment_id: UUID,
    form: Annotated[RetireForm, Form()],
) -> Response:
    """Take a segment off the map, in a new version."""
    row = map_acts.segment_of(work, slug, str(segment_id))
    map_acts.take_off(work, me, row.id, version=form.version, on=form.on, reason=form.reason)
    said = say("{segment} has left the map.", segment=row.name)
    return done(request, work, f"/chains/{slug}", said)
