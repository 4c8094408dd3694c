"""日历: all due dates, the digest of the day, and the feed that a calendar program may read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from dealflow import due_dates
from portfolio.kernel.errors import say
from web import calendar_feed
from web.deps import InWork, Me, Reading, Seen, business_day, done
from web.forms import WriteForm
from web.templating import show
from web.views import calendar as view

router = APIRouter()


@router.get("/calendar")
def calendar_page(
    request: Request, work: Reading, me: Me, page: Seen, kind: str = ""
) -> HTMLResponse:
    """Show what is owed around today."""
    with_demo = request.state.site.show_demo
    return show(request, view.build(work, me, page, kind=kind, with_demo=with_demo))


@router.get("/calendar/digest")
def digest_page(request: Request, work: Reading, me: Me, page: Seen) -> HTMLResponse:
    """Show what today brings."""
    with_demo = request.state.site.show_demo
    return show(request, view.digest(work, me, page.today, with_demo=with_demo))


@router.post("/calendar/feeds")
def open_feed(
    request: Request, work: InWork, me: Me, form: Annotated[WriteForm, Form()]
) -> Response:
    """Make a feed; its address is shown once, and never written to the run that remembers."""
    del form
    token = due_dates.open_feed(work, me)
    done(request, work, "/calendar")
    address = f"{request.url.scheme}://{request.url.netloc}/calendar/feed/{token}.ics"
    return show(request, view.FeedMade(address=address))


@router.post("/calendar/feeds/{feed_id}/revoke")
def revoke_feed(
    request: Request, work: InWork, me: Me, feed_id: UUID, form: Annotated[WriteForm, Form()]
) -> Response:
    """Withdraw a feed."""
    del form
    due_dates.revoke_feed(work, me, str(feed_id))
    return done(request, work, "/calendar", say("The feed is withdrawn; its address is dead."))


@router.get("/calendar/feed/{token}.ics")
def calendar_feed_file(request: Request, work: Reading, page: Seen, token: str) -> Response:
    """Hand out the feed to whoever has its address; a withdrawn one is not there."""
    reader = due_dates.reader_of(work, token)
    site, today = request.state.site, business_day(request.state.site)
    owed = view.owed_around(work, reader, today, ahead=view.AHEAD_DAYS, with_demo=site.show_demo)
    content = calendar_feed.as_ics(
        owed,
        page.reader,
        name=f"{site.brand} {site.district}",
        host=request.url.hostname or "localhost",
        at=work.recorded_at,
    )
    return Response(
        content, media_type=calendar_feed.ICS_TYPE, headers={"Cache-Control": "no-store"}
    )
