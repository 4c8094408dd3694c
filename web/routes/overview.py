"""总览: the first page of staff."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from portfolio.kernel.actors import Duty
from web.deps import Me, Reading, Seen
from web.menu import home_of
from web.templating import show
from web.views import overview

router = APIRouter()
MODES = ("all", "is_overdue", "to_verify")


@router.get("/")
def home(request: Request, work: Reading, me: Me, page: Seen, tasks: str = "all") -> Response:
    """Show the overview; a person without it starts at the first place of his menu."""
    if not me.may(Duty.READ_DEALFLOW):
        return RedirectResponse(home_of(me), status_code=303)
    mode = tasks if tasks in MODES else "all"
    view = overview.build(
        work, page.reader, page.as_of, with_demo=request.state.site.show_demo, mode=mode
    )
    answer: HTMLResponse = show(request, view)
    return answer
