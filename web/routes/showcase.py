"""招商推介: public pages without a login. While the switch is off they answer like nothing."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dealflow import enquiries, showcase
from dealflow.enquiries import Question
from portfolio.kernel.errors import NotFoundError
from web import deps
from web.deps import Reading, Seen, address
from web.reports import brochure
from web.templating import show
from web.views import showcase as views

FRESH = "public, max-age=60"  # a switch that is turned off acts within a minute


def must_be_on(request: Request) -> None:
    """Answer like a page that is not there, unless the administrator opened the showcase."""
    if not request.state.site.showcase:
        raise NotFoundError


router = APIRouter(dependencies=[Depends(must_be_on)])


def _fresh(request: Request, answer: Response) -> Response:
    # What a person who is logged in gets carries his token, and no cache may keep it.
    if request.state.login is None and "set-cookie" not in answer.headers:
        answer.headers["Cache-Control"] = FRESH
    return answer


@router.get("/showcase")
def showcase_page(request: Request, work: Reading, page: Seen) -> Response:
    """Show chains, parks and funds."""
    with_demo = request.state.site.show_demo
    return _fresh(request, show(request, views.front(work, page, with_demo=with_demo)))


@router.get("/showcase/chains/{slug}")
def showcase_chain(request: Request, work: Reading, page: Seen, slug: str) -> Response:
    """Show one chain."""
    with_demo = request.state.site.show_demo
    return _fresh(request, show(request, views.chain(work, page, slug, with_demo=with_demo)))


@router.get("/showcase/chains/{slug}/brochure.pdf")
def showcase_chain_brochure(request: Request, work: Reading, page: Seen, slug: str) -> Response:
    """Hand out the brochure of a chain."""
    site = request.state.site
    view = views.chain(work, page, slug, with_demo=site.show_demo)
    content = brochure.of_chain(page.reader, view, as_of=page.today, district=site.district)
    return _fresh(request, _pdf(content, view.chain.name))


@router.get("/showcase/parks/{name}")
def showcase_park(request: Request, work: Reading, page: Seen, name: str) -> Response:
    """Show one park."""
    with_demo = request.state.site.show_demo
    return _fresh(request, show(request, views.park(work, page, name, with_demo=with_demo)))


@router.get("/showcase/parks/{name}/brochure.pdf")
def showcase_park_brochure(request: Request, work: Reading, page: Seen, name: str) -> Response:
    """Hand out the brochure of a park."""
    site = request.state.site
    view = views.park(work, page, name, with_demo=site.show_demo)
    content = brochure.of_park(page.reader, view, as_of=page.today, district=site.district)
    return _fresh(request, _pdf(content, view.park))


def _pdf(content: bytes, name: str) -> Response:
    disposition = f"inline; filename*=UTF-8''{quote(name, safe='')}.pdf"
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": disposition}
    )


# ---- enquiries
class EnquiryForm(BaseModel):
    """What a stranger sends. `website` is filled by robots only: people do not see it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    csrf_token: str = ""
    firm: str = Field(min_length=1, max_length=120)
    person: str = Field(default="", max_length=60)
    contact: str = Field(min_length=1, max_length=120)
    chain: str = Field(default="", max_length=60)
    message: str = Field(default="", max_length=1000)
    website: str = ""


@router.get("/showcase/enquiry")
def enquiry_page(
    request: Request, work: Reading, chain: str = "", arrived: bool = False
) -> HTMLResponse:
    """Show the form."""
    with_demo = request.state.site.show_demo
    return show(request, views.enquiry(work, chosen=chain, arrived=arrived, with_demo=with_demo))


@router.post("/showcase/enquiry")
def send_enquiry(request: Request, form: Annotated[EnquiryForm, Form()]) -> Response:
    """Make a lead of an enquiry; a robot is told the same and nothing is written."""
    if not form.website:
        site, ip = request.state.site, address(request)
        database = deps.database_of(request)
        with database.writing(request_id=request.state.request_id, ip=ip) as work:
            work.business_date = site.today
            known = showcase.chains(work, with_demo=site.show_demo)
            question = Question(
                firm=form.firm,
                person=form.person,
                contact=form.contact,
                message=form.message,
                chain_id=next((one.chain_id for one in known if one.slug == form.chain), None),
            )
            enquiries.ask(work, question, ip=ip)
    return RedirectResponse("/showcase/enquiry?arrived=true", status_code=303)
