"""协议: the list, one agreement, and the form for a new one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from portfolio.kernel.actors import Duty
from web.deps import Me, Reading, Seen
from web.templating import show
from web.views import agreement, agreements
from web.views.agreements import Asked

router = APIRouter()


@router.get("/agreements")
def agreements_page(
    request: Request, work: Reading, me: Me, page: Seen, asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """Show the agreements as a table, or beside the kinds of their conditions."""
    view = agreements.page_of(
        work,
        asked,
        page,
        with_demo=request.state.site.show_demo,
        may_edit=me.may(Duty.EDIT_DEALS) and not page.is_past,
    )
    return show(request, view)


@router.get("/agreements/new")
def new_agreement(
    request: Request, work: Reading, me: Me, page: Seen, deal: UUID | None = None
) -> HTMLResponse:
    """Show the form for a signed paper."""
    view = agreement.new_agreement(
        work,
        me,
        page.reader,
        str(deal) if deal else None,
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


@router.get("/agreements/{agreement_id}")
def agreement_page(
    request: Request, work: Reading, me: Me, page: Seen, agreement_id: UUID
) -> HTMLResponse:
    """Show one agreement."""
    return show(request, agreement.agreement_page(work, me, page, str(agreement_id)))
