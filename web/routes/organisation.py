"""组织: units with people and quotas; the three lists of stalled projects and their limits."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from dealflow import stall_limits
from portfolio.kernel.errors import say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm, whole
from web.templating import show
from web.views import organisation, stalled

router = APIRouter()


@router.get("/organisation")
def organisation_page(request: Request, work: Reading, page: Seen, by: str = "") -> HTMLResponse:
    """Show how the district is organised for attraction."""
    with_demo = request.state.site.show_demo
    return show(request, organisation.build(work, page, by=by, with_demo=with_demo))


@router.get("/stalled")
def stalled_page(request: Request, work: Reading, me: Me, page: Seen) -> HTMLResponse:
    """Show the three lists of stalled projects."""
    with_demo = request.state.site.show_demo
    return show(request, stalled.build(work, me, page, with_demo=with_demo))


class LimitsForm(WriteForm):
    """A version of the limits, in whole days."""

    valid_from: date
    not_started: str = ""
    not_building: str = ""
    not_finished: str = ""
    idle: str = ""
    source: str = ""


@router.post("/stalled/limits")
def add_stall_limits(
    request: Request, work: InWork, me: Me, form: Annotated[LimitsForm, Form()]
) -> Response:
    """Add the limits that count from a day on."""
    row = stall_limits.add_version(
        work,
        me,
        valid_from=form.valid_from,
        not_started_days=whole(form.not_started),
        not_building_days=whole(form.not_building),
        not_finished_days=whole(form.not_finished),
        idle_days=whole(form.idle),
        source=form.source,
    )
    said = say("The limits have the version {version} now.", version=row.version)
    return done(request, work, "/stalled#h-limits", said)
