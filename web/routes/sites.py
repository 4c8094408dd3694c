"""载体: the inventory of sites, one site, what projects ask of one, and the acts on them."""

from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse, Response

from dealflow import projects, site_list, site_needs, site_sheet, site_takings, sites
from dealflow.sites import Offer, PriceBasis, SiteKind, Utility
from portfolio.kernel.errors import NotFoundError, say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import MoneyUnit, WriteForm, fen_or_none, whole
from web.templating import show
from web.uploads import SheetForm, sheet_kept, sheet_of
from web.views import profile, site_forms
from web.views import sites as views

router = APIRouter()
Day = Annotated[date | None, BeforeValidator(lambda text: text or None)]
Kind = Annotated[SiteKind | None, BeforeValidator(lambda text: text or None)]


@router.get("/sites")
def sites_page(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    kind: str = "",
    park: str = "",
    standing: str = "",
    area: str = "",
) -> HTMLResponse:
    """Show the inventory."""
    view = views.listed(
        work,
        me,
        page,
        kind=kind,
        park=park,
        standing=standing,
        area=area,
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


@router.get("/sites/new")
def new_site_form(request: Request, page: Seen) -> HTMLResponse:
    """Ask for a new site."""
    return show(request, site_forms.site_form(page.reader, None, today=page.today))


# ---- forms
class WithUtilities(WriteForm):
    """The ticks for what is laid on; a name is that of a Utility."""

    gas: str = ""
    steam: str = ""
    sewage: str = ""
    dual_supply: str = ""
    fibre: str = ""
    floor_load_kg_m2: str = ""
    power_kva: str = ""
    park: str = ""

    def shared(self) -> dict[str, Any]:
        """Return the facts that a site and a need have in common."""
        return {
            "park": self.park,
            "floor_load_kg_m2": whole(self.floor_load_kg_m2) if self.floor_load_kg_m2 else None,
            "power_kva": whole(self.power_kva) if self.power_kva else None,
            "utilities": sites.written(one for one in Utility if getattr(self, one.value)),
        }


class SiteForm(WithUtilities):
    """What a site is."""

    name: str
    name_en: str = ""
    kind: SiteKind
    area_m2: str
    price: str = ""
    price_unit: MoneyUnit = "yuan"
    price_basis: PriceBasis
    free_from: Day = None
    is_public: str = ""
    note: str = ""

    def facts(self) -> dict[str, Any]:
        """Return the facts as the command takes them."""
        return {
            **self.shared(),
            "name_en": self.name_en,
            "price_fen": fen_or_none(self.price, self.price_unit),
            "price_basis": self.price_basis.value,
            "free_from": self.free_from,
            "is_public": bool(self.is_public),
            "note": self.note,
        }


class NewSiteForm(SiteForm):
    """A site and since when it is listed."""

    code: str
    listed_on: date


@router.post("/sites/new")
def list_site(
    request: Request, work: InWork, me: Me, form: Annotated[NewSiteForm, Form()]
) -> Response:
    """List a site."""
    site = sites.add(
        work,
        me,
        code=form.code,
        name=form.name,
        kind=form.kind,
        area_m2=whole(form.area_m2),
        listed_on=form.listed_on,
        **form.facts(),
    )
    return done(request, work, f"/sites/{site.id}", say("{name} was listed.", name=site.name))


# ---- import
@router.get("/sites/import")
def site_import_page(request: Request) -> HTMLResponse:
    """Show where a sheet of sites is uploaded."""
    return show(request, views.SiteImport())


@router.post("/sites/import")
def upload_sites(
    request: Request, work: InWork, me: Me, form: Annotated[SheetForm, Form()]
) -> Response:
    """Keep a sheet and go to its preview."""
    file = sheet_kept(request, work, me, form.sheet, partial(site_sheet.preview, work))
    said = say("Nothing is booked yet: look at the preview.")
    return done(request, work, f"/sites/import/{file.id}", said)


@router.get("/sites/import/{file_id}")
def site_import_preview(
    request: Request, work: Reading, me: Me, page: Seen, file_id: UUID
) -> HTMLResponse:
    """Show what a sheet would list, with all its findings."""
    file, content = sheet_of(request, work, me, file_id)
    read = site_sheet.preview(work, content)
    return show(request, views.import_preview(page.reader, file, read))


@router.post("/sites/import/{file_id}")
def confirm_sites(
    request: Request, work: InWork, me: Me, file_id: UUID, form: Annotated[WriteForm, Form()]
) -> Response:
    """List every new site of the sheet, or nothing."""
    del form
    _, content = sheet_of(request, work, me, file_id)
    added = site_sheet.confirm(work, me, content)
    return done(request, work, "/sites", say("{n} sites were listed.", n=added))


@router.get("/sites/{site_id}")
def site_detail(request: Request, work: Reading, me: Me, page: Seen, site_id: UUID) -> HTMLResponse:
    """Show one site."""
    with_demo = request.state.site.show_demo
    return show(request, views.site_page(work, me, page, str(site_id), with_demo=with_demo))


@router.get("/sites/{site_id}/edit")
def site_form(request: Request, work: Reading, page: Seen, site_id: UUID) -> HTMLResponse:
    """Ask for what a site is."""
    row = sites.get(work, str(site_id))
    return show(request, site_forms.site_form(page.reader, row, today=page.today))


@router.post("/sites/{site_id}/edit")
def change_project_site(
    request: Request, work: InWork, me: Me, site_id: UUID, form: Annotated[SiteForm, Form()]
) -> Response:
    """Change a site from the version that was seen."""
    facts = {
        **form.facts(),
        "name": form.name,
        "kind": form.kind.value,
        "area_m2": whole(form.area_m2),
    }
    sites.change(work, me, str(site_id), version=form.version, facts=facts)
    return done(request, work, f"/sites/{site_id}", say("The site was changed."))


@router.get("/sites/{site_id}/offer")
def site_offer_form(request: Request, work: Reading, page: Seen, site_id: UUID) -> HTMLResponse:
    """Ask whether a site is offered."""
    row = sites.get(work, str(site_id))
    now = Offer(sites.offers(work, row.id)[-1].offer)
    return show(request, site_forms.offer_form(row, now, today=page.today))


class OfferForm(WriteForm):
    """Offered or not, since when and why."""

    to: Offer
    on: date
    note: str = ""


@router.post("/sites/{site_id}/offer")
def offer_site(
    request: Request, work: InWork, me: Me, site_id: UUID, form: Annotated[OfferForm, Form()]
) -> Response:
    """Record whether a site is offered."""
    sites.offer(work, me, str(site_id), to=form.to, on=form.on, note=form.note)
    return done(request, work, f"/sites/{site_id}", say("The offer was recorded."))


# ---- takings
class TakeForm(WriteForm):
    """The milestone that secured the site."""

    milestone: UUID


@router.post("/sites/{site_id}/takings")
def take_site(
    request: Request, work: InWork, me: Me, site_id: UUID, form: Annotated[TakeForm, Form()]
) -> Response:
    """Name the site that a milestone secured."""
    site_takings.take(work, me, site_id=str(site_id), milestone_id=str(form.milestone))
    return done(request, work, f"/sites/{site_id}", say("The site is taken."))


@router.get("/sites/{site_id}/takings/{taking_id}/release")
def site_release_form(
    request: Request, work: Reading, page: Seen, site_id: UUID, taking_id: UUID
) -> HTMLResponse:
    """Ask since when a site is given back."""
    for spell in site_list.spells(work, page.today, str(site_id)):
        if spell.held.taking_id == str(taking_id):
            row = sites.get(work, str(site_id))
            view = site_forms.release_form(row, spell.held, spell.project, today=page.today)
            return show(request, view)
    raise NotFoundError


class ReleaseForm(WriteForm):
    """Since when and why."""

    on: date
    reason: str


@router.post("/sites/{site_id}/takings/{taking_id}/release")
def release_site(
    request: Request,
    work: InWork,
    me: Me,
    site_id: UUID,
    taking_id: UUID,
    form: Annotated[ReleaseForm, Form()],
) -> Response:
    """Give a site back."""
    site_takings.release(work, me, str(taking_id), on=form.on, reason=form.reason)
    return done(request, work, f"/sites/{site_id}", say("The site was given back."))


@router.get("/deals/{project_id}/profile")
def profile_page(
    request: Request, work: Reading, me: Me, page: Seen, project_id: UUID
) -> HTMLResponse:
    """Show what a firm seeks beside what the district has."""
    with_demo = request.state.site.show_demo
    return show(request, profile.build(work, me, page, str(project_id), with_demo=with_demo))


# ---- needs
@router.get("/deals/{project_id}/site-need")
def site_need_form(request: Request, work: Reading, project_id: UUID) -> HTMLResponse:
    """Ask what a project needs."""
    project = projects.get(work, str(project_id))
    need = site_needs.of_project(work, project.id)
    return show(request, site_forms.need_form(project.id, project.name, need))


class NeedForm(WithUtilities):
    """What a project asks of its site."""

    kind: Kind = None
    area_m2: str = ""
    needed_by: Day = None


@router.post("/deals/{project_id}/site-need")
def state_site_need(
    request: Request, work: InWork, me: Me, project_id: UUID, form: Annotated[NeedForm, Form()]
) -> Response:
    """Record what a project asks of its site."""
    facts = {
        **form.shared(),
        "kind": form.kind.value if form.kind else None,
        "area_m2": whole(form.area_m2) if form.area_m2 else None,
        "needed_by": form.needed_by,
    }
    site_needs.state(work, me, str(project_id), version=form.version, facts=facts)
    return done(request, work, f"/deals/{project_id}?tab=site", say("The need was recorded."))
