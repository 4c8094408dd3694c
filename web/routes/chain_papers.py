"""The paper of a chain for its task force's meeting: two sheets, and a workbook with all of it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dealflow import chain_brief, chains
from web import exports
from web.deps import Me, Reading, Seen
from web.reports import chain_paper, chain_workbook
from web.reports.chain_day import ChainDay

router = APIRouter()


@router.get("/chains/{slug}/paper.pdf")
def chain_paper_pdf(request: Request, work: Reading, me: Me, page: Seen, slug: str) -> Response:
    """Hand out the two sheets."""
    day = _day(request, work, me, page, slug)
    return exports.download(_name(day, "pdf"), chain_paper.pdf_of(day), "application/pdf")


@router.get("/chains/{slug}/paper.xlsx")
def chain_paper_xlsx(request: Request, work: Reading, me: Me, page: Seen, slug: str) -> Response:
    """Hand out the workbook."""
    day = _day(request, work, me, page, slug)
    return exports.download(_name(day, "xlsx"), chain_workbook.xlsx_of(day), exports.XLSX_TYPE)


def _day(request: Request, work: Reading, me: Me, page: Seen, slug: str) -> ChainDay:
    brief = chain_brief.brief(
        work,
        me,
        page.as_of,
        chains.by_slug(work, slug),
        with_demo=request.state.site.show_demo,
    )
    return ChainDay(brief=brief, reader=page.reader, district=page.site.district)


def _name(day: ChainDay, kind: str) -> str:
    return f"{day.name}-{day.brief.as_of}.{kind}"
