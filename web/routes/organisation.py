"""组织: units with people and quotas; and the three lists of stalled projects."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from web.deps import Reading, Seen
from web.templating import show
from web.views import organisation

router = APIRouter()


@router.get("/organisation")
def organisation_page(request: Request, work: Reading, page: Seen, by: str = "") -> HTMLResponse:
    """Show how the district is organised for attraction."""
    with_demo = request.state.site.show_demo
    return show(request, organisation.build(work, page, by=by, with_demo=with_demo))


@router.get("/stalled")
def stalled_page(request: Request, work: Reading, page: Seen) -> HTMLResponse:
    """Show the three lists of stalled projects."""
    with_demo = request.state.site.show_demo
    return show(request, organisation.stalled_page(work, page, with_demo=with_demo))
