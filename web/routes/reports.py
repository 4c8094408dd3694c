"""Reports: the shelf, one report on its sheets, and the same report as a file."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime
from starlette.responses import HTMLResponse, Response

from web.deps import Me, Reading, Seen
from web.reports.files import Kind
from web.templating import show
from web.views import report_shelf, reports

router = APIRouter()
Known = Annotated[AwareDatetime | None, Query()]
Edition = Annotated[int, Query(ge=0, le=10_000)]


@router.get("/reports")
def reports_page(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    fund: str = "",
    quarter: str = "",
    page_no: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    """Show which reports the reader may open, by fund and quarter."""
    with_demo = request.state.site.show_demo
    view = report_shelf.shelf(
        work, me, page, fund=fund, quarter=quarter, number=page_no, with_demo=with_demo
    )
    return show(request, view)


@router.get("/reports/{fund_code}/{quarter}/{partner_code}")
def report_page(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    fund_code: str,
    quarter: str,
    partner_code: str,
    known_at: Known = None,
    edition: Edition = 0,
) -> HTMLResponse:
    """Show one partner's report: the draft, the issued one, or live as the books were known."""
    which = reports.Which(fund_code, quarter, partner_code, known_at, edition)
    return show(request, reports.report(work, me, page, which))


@router.get("/reports/{fund_code}/{quarter}/{partner_code}/{kind}")
def report_file(
    work: Reading,
    me: Me,
    page: Seen,
    fund_code: str,
    quarter: str,
    partner_code: str,
    kind: Kind,
    known_at: Known = None,
    edition: Edition = 0,
) -> Response:
    """Send one partner's report as PDF, XLSX, JSON or HTML."""
    which = reports.Which(fund_code, quarter, partner_code, known_at, edition)
    found = reports.file(work, me, page, which, kind)
    return Response(found.content, media_type=found.media_type, headers=found.headers)
