"""赛马榜: publishing the board of a quarter. The board itself is a part of the landing page."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from dealflow import race_boards
from portfolio.kernel.errors import NotFoundError, say
from valuation.periods import Quarter
from web.deps import InWork, Me, done
from web.forms import WriteForm

router = APIRouter()


@router.post("/race/{code}/{quarter}")
def publish_board(
    request: Request,
    work: InWork,
    me: Me,
    code: str,
    quarter: str,
    form: Annotated[WriteForm, Form()],
) -> Response:
    """Publish the board of a quarter that is over."""
    del form
    try:
        asked = Quarter.parse(quarter)
    except ValueError:
        raise NotFoundError from None
    race_boards.publish(work, me, code, asked)
    said = say("The board of {quarter} is published.", quarter=asked)
    return done(request, work, f"/landing?tab=race&board={code}&as_of={asked.end}", said)
