"""产业链: other looks at a chain than its map: its money, and the map as a graph."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from dealflow import chains
from dealflow.chain_money import NOWHERE
from portfolio.kernel.errors import NotFoundError
from web.deps import Me, Reading, Seen
from web.templating import show
from web.views import chain_graph, chain_money

router = APIRouter()


@router.get("/chains/{slug}/money")
def chain_money_page(
    request: Request, work: Reading, me: Me, page: Seen, slug: str, segment: str = ""
) -> HTMLResponse:
    """Show what the funds and others brought to each segment; `segment=none` is outside them."""
    view = chain_money.build(
        work,
        page.reader,
        me,
        page.as_of,
        chains.by_slug(work, slug),
        _asked(segment),
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


@router.get("/chains/{slug}/graph")
def chain_graph_page(
    request: Request, work: Reading, page: Seen, slug: str, around: str = ""
) -> HTMLResponse:
    """Show the map as a graph with the supply to its leaders, or around one firm."""
    view = chain_graph.build(
        work,
        page.reader,
        page.as_of,
        chains.by_slug(work, slug),
        _asked(around),
        with_demo=request.state.site.show_demo,
    )
    return show(request, view)


def _asked(text: str) -> str | None:
    """Read whose rows are asked for: an id, `none` for what has none, nothing for all."""
    if text in {"", "none"}:
        return NOWHERE if text else None
    try:
        return str(UUID(text))
    except ValueError:
        raise NotFoundError from None
