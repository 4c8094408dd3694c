"""Figures: any measure opened to its definition and its rows, as page, popover or file."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse, Response

from web import exports
from web.deps import Me, Reading, Seen
from web.templating import show
from web.views import figures
from web.views.figures import Asked

router = APIRouter()


def _none(text: str | None) -> str | None:
    return text or None


def asked_for(
    request: Request,
    code: str,
    page: Seen,
    since: Annotated[date | None, BeforeValidator(_none)] = None,
    system: str = "",
    unit_id: str = "",
    chain_id: str = "",
    fund: str = "",
    known_at: Annotated[datetime | None, BeforeValidator(_none)] = None,
) -> Asked:
    """Read which figure the address names; a moment without a zone is UTC."""
    if known_at is not None and known_at.tzinfo is None:
        known_at = known_at.replace(tzinfo=UTC)
    return Asked(
        code=code,
        as_of=page.as_of,
        since=since,
        system=system,
        unit_id=unit_id,
        chain_id=chain_id,
        fund=fund,
        known_at=known_at,
        with_demo=request.state.site.show_demo,
    )


@router.get("/figures/{code}")
def figure_page(
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    asked: Annotated[Asked, Depends(asked_for)],
    first: int = 1,
) -> HTMLResponse:
    """Show a figure with its rows."""
    found = figures.find(work, me, asked)
    return show(request, figures.page(work, me, page.reader, asked, found, first=first))


@router.get("/figures/{code}/tip")
def figure_tip(
    request: Request, work: Reading, me: Me, page: Seen, asked: Annotated[Asked, Depends(asked_for)]
) -> HTMLResponse:
    """Show what the info button opens."""
    words = figures.tip(page.reader, asked, figures.find(work, me, asked))
    return show(request, figures.TipFragment(definition=words))


@router.get("/figures/{code}/rows.{form}")
def figure_rows(
    work: Reading,
    me: Me,
    page: Seen,
    asked: Annotated[Asked, Depends(asked_for)],
    form: Literal["csv", "xlsx"],
) -> Response:
    """Hand out all rows as a file."""
    table = figures.table(page.reader, asked, figures.find(work, me, asked))
    name = f"{table.title}-{asked.fund or asked.system or asked.code}-{asked.as_of}.{form}"
    if form == "csv":
        return exports.download(name, exports.as_csv(table), exports.CSV_TYPE)
    return exports.download(name, exports.as_xlsx(table), exports.XLSX_TYPE)
