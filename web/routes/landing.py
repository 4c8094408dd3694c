"""落地: of what was signed, what landed."""

from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from dealflow.series import Basis
from web.deps import Reading, Seen
from web.templating import show
from web.views import landing

router = APIRouter()


@router.get("/landing")
def landing_page(
    request: Request,
    work: Reading,
    page: Seen,
    since: date | None = None,
    basis: Basis = Basis.PERIOD,
) -> HTMLResponse:
    """Show funnel, systems, chains and cohorts of a period."""
    view = landing.build(
        work,
        page.reader,
        page.as_of,
        since=since,
        basis=basis,
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)
