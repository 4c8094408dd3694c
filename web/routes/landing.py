"""落地: of what was signed, what landed, what moved, who leads, and where the year will end."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from dealflow.frozen import ChangeKind
from dealflow.series import Basis
from web.deps import Me, Reading, Seen
from web.templating import View, show
from web.views import cohorts, dispatch, half_month, landing, outlook, race

router = APIRouter()


class Tab(StrEnum):
    """The parts of the page: one screen for the half month, and the pages that go deeper."""

    SCREEN = "screen"
    FUNNEL = "funnel"
    COHORT = "cohort"
    DIFF = "diff"
    RACE = "race"
    OUTLOOK = "outlook"


@router.get("/landing")
def landing_page(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    tab: Tab = Tab.SCREEN,
    since: date | None = None,
    basis: Basis = Basis.PERIOD,
    base: date | None = None,
    to: date | None = None,
    kind: ChangeKind | None = None,
    board: str = "",
    scope: str = "",
    project: UUID | None = None,
) -> HTMLResponse:
    """Show one part of the landing page."""
    with_demo = request.state.site.show_demo
    view: View
    match tab:
        case Tab.SCREEN:
            view = half_month.build(
                work,
                me,
                page,
                since=since,
                basis=basis,
                kind=kind,
                board=board,
                with_demo=with_demo,
            )
        case Tab.FUNNEL:
            view = landing.build(
                work, page.reader, page.as_of, since=since, basis=basis, with_demo=with_demo
            )
        case Tab.COHORT:
            view = cohorts.build(work, page.reader, page.as_of, with_demo=with_demo)
        case Tab.DIFF:
            view = dispatch.build(
                work,
                me,
                page,
                base=base,
                to=to,
                kind=kind,
                project=str(project) if project else "",
                with_demo=with_demo,
            )
        case Tab.RACE:
            view = race.build(work, me, page, board=board, with_demo=with_demo)
        case Tab.OUTLOOK:
            view = outlook.build(work, me, page, scope=scope, with_demo=with_demo)
    return show(request, view)
