"""项目: the lists, one project with its tabs, the questions before an act, and evidence files."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from dealflow import dossier
from dealflow.board import Column
from portfolio.kernel.actors import Duty
from web.deps import Me, Reading, Seen
from web.templating import View, show
from web.uploads import handed_out
from web.views import deal, deal_asks, deals, deals_bar
from web.views.deals_bar import Asked

router = APIRouter()
BUILDERS: dict[str, Callable[..., View]] = {
    "board": deals.board_view,
    "table": deals.table_view,
    "calendar": deals.calendar_view,
}


@router.get("/deals")
def deals_page(
    request: Request, work: Reading, me: Me, page: Seen, asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """Show the projects as a board, a table or a calendar of what is due."""
    with_demo: bool = request.state.site.show_demo
    may_edit = me.may(Duty.EDIT_DEALS) and not page.is_past
    bar = deals_bar.bar_of(work, asked, page, with_demo=with_demo, may_edit=may_edit)
    return show(request, BUILDERS[asked.view](work, bar, page, with_demo=with_demo))


@router.get("/deals/column/{column}")
def deals_column(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    column: Column,
    asked: Annotated[Asked, Query()],
) -> HTMLResponse:
    """Answer with the next cards of a column."""
    may_edit = me.may(Duty.EDIT_DEALS) and not page.is_past
    with_demo = request.state.site.show_demo
    view = deals.more_cards(work, asked, column, page, with_demo=with_demo, may_edit=may_edit)
    return show(request, view)


@router.get("/deals/new")
def new_deal(request: Request, work: Reading, page: Seen) -> HTMLResponse:
    """Show the form for a firm and a deal."""
    with_demo = request.state.site.show_demo
    return show(request, deal_asks.new_deal(work, page.reader, page.today, with_demo=with_demo))


@router.get("/deals/{project_id}")
def deal_page(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    project_id: UUID,
    tab: str = "",
    edit: str = "",
    only: str = "",
) -> HTMLResponse:
    """Show one project; `edit` opens the form of a condition, `only=open` hides what is done."""
    view = deal.deal_page(
        work,
        me,
        page,
        str(project_id),
        tab=tab,
        edit=edit,
        only_open=only == "open",
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


@router.get("/deals/{project_id}/move")
def ask_move(
    request: Request, work: Reading, page: Seen, project_id: UUID, to: str = ""
) -> HTMLResponse:
    """Ask to which stage a project moves, on which day and by which evidence."""
    return show(request, deal_asks.move_ask(work, page, str(project_id), to=to))


@router.get("/deals/{project_id}/tranches/{tranche_id}/payment")
def ask_payment(
    request: Request, work: Reading, me: Me, page: Seen, project_id: UUID, tranche_id: UUID
) -> HTMLResponse:
    """Ask before a tranche is paid."""
    view = deal_asks.pay_ask(work, me, page, str(project_id), str(tranche_id), reverses=False)
    return show(request, view)


@router.get("/deals/{project_id}/tranches/{tranche_id}/reversal")
def ask_reversal(
    request: Request, work: Reading, me: Me, page: Seen, project_id: UUID, tranche_id: UUID
) -> HTMLResponse:
    """Ask before a payment is reversed."""
    view = deal_asks.pay_ask(work, me, page, str(project_id), str(tranche_id), reverses=True)
    return show(request, view)


@router.get("/deals/{project_id}/conditions/{condition_id}/waiver")
def ask_waiver(
    request: Request, work: Reading, me: Me, page: Seen, project_id: UUID, condition_id: UUID
) -> HTMLResponse:
    """Ask before a condition is waived."""
    view = deal_asks.waive_ask(work, me, page, str(project_id), str(condition_id))
    return show(request, view)


@router.get("/evidence/{file_id}")
def evidence_file(request: Request, work: Reading, file_id: UUID) -> Response:
    """Hand out a piece of evidence as an attachment."""
    return handed_out(request, dossier.evidence_file(work, str(file_id)))
