"""Papers to take along: a chain for its task force's meeting, a firm's profile for a visit."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dealflow import chain_brief, chains, policy_sets
from web import exports
from web.deps import Me, Reading, Seen
from web.reports import chain_paper, chain_workbook
from web.reports import profile_paper as profile_papers
from web.reports.chain_day import ChainDay
from web.views import profile

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


@router.get("/deals/{project_id}/profile.pdf")
def profile_paper(
    request: Request, work: Reading, me: Me, page: Seen, project_id: UUID
) -> Response:
    """Hand out what a firm seeks beside what the district has.

    The paper may be left with the firm, so of the policies in force it has the public ones.
    """
    with_demo = request.state.site.show_demo
    view = profile.build(work, me, page, str(project_id), with_demo=with_demo)
    in_force = (
        policy_sets.holding(work, page.as_of, view.chain.id, with_demo=with_demo)
        if view.chain
        else ()
    )
    content = profile_papers.pdf_of(
        view,
        page.reader,
        policies=[one for one in in_force if one.is_public],
        as_of=page.as_of,
        district=page.site.district,
    )
    return exports.download(f"{view.firm.name}-{page.as_of}.pdf", content, "application/pdf")


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
