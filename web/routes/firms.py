"""企业: the list, one firm, the leaders' partners, and the weights by which firms are scored."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, Response

from dealflow import chains, score_weights
from dealflow.score_weights import FIRST, Score
from portfolio.kernel.actors import Duty
from portfolio.kernel.errors import say
from web import exports
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm, whole
from web.templating import show
from web.views import firm as firm_view
from web.views import firms as view
from web.views import partners
from web.views import score_weights as weights_view

router = APIRouter()


@router.get("/firms")
def firms_page(
    request: Request,
    work: Reading,
    page: Seen,
    q: Annotated[str, Query(max_length=120)] = "",
    number: Annotated[int, Query(alias="page", ge=1)] = 1,
) -> HTMLResponse:
    """Show the firms."""
    with_demo = request.state.site.show_demo
    return show(request, view.listed(work, page, text=q, number=number, with_demo=with_demo))


@router.get("/firms/found")
def firms_found(
    request: Request, work: Reading, page: Seen, q: Annotated[str, Query(max_length=120)] = ""
) -> HTMLResponse:
    """Answer the palette with the firms that match best."""
    return show(request, view.found(work, page, text=q, with_demo=request.state.site.show_demo))


@router.get("/firms/{firm_id}")
def firm_page(request: Request, work: Reading, me: Me, page: Seen, firm_id: UUID) -> HTMLResponse:
    """Show one firm."""
    with_demo = request.state.site.show_demo
    return show(request, firm_view.build(work, me, page, str(firm_id), with_demo=with_demo))


# ---- partners of the leaders
@router.get("/chains/{slug}/partners")
def partners_page(request: Request, work: Reading, me: Me, page: Seen, slug: str) -> HTMLResponse:
    """Show whom the leaders of a chain trade with that is not here yet."""
    view_of = partners.build(
        work,
        page.reader,
        page.as_of,
        chains.by_slug(work, slug),
        may_edit=me.may(Duty.EDIT_DEALS) and not page.is_past,
        with_demo=request.state.site.show_demo,
    )
    return show(request, view_of)


@router.get("/chains/{slug}/partners.xlsx")
def partners_file(request: Request, work: Reading, page: Seen, slug: str) -> Response:
    """Hand the same out as a workbook."""
    table = partners.table(
        work,
        page.reader,
        page.as_of,
        chains.by_slug(work, slug),
        with_demo=request.state.site.show_demo,
    )
    return exports.download(f"{table.title}.xlsx", exports.as_xlsx(table), exports.XLSX_TYPE)


# ---- weights
@router.get("/scores/{score}")
def weights_page(request: Request, work: Reading, me: Me, page: Seen, score: Score) -> HTMLResponse:
    """Show the versions of a score's weights."""
    may_edit = me.may(Duty.EDIT_DEALS) and not page.is_past
    with_demo = request.state.site.show_demo
    view_of = weights_view.build(work, page, score, may_edit=may_edit, with_demo=with_demo)
    return show(request, view_of)


class WeightsForm(WriteForm):
    """The points of each part, from when on, and why; a score has only some of the parts."""

    criticality: str = ""
    dependants: str = ""
    single_supplier: str = ""
    segment: str = ""
    leader: str = ""
    fund_focus: str = ""
    referral: str = ""
    qualification: str = ""
    contact: str = ""
    valid_from: date
    reason: str

    def points(self, score: Score) -> dict[str, int]:
        """Read the points of the score's own parts."""
        given: dict[str, Any] = self.model_dump()
        return {code: whole(given[code] or "0") for code in FIRST[score].points}


@router.post("/scores/{score}")
def reweigh_score(
    request: Request, work: InWork, me: Me, score: Score, form: Annotated[WeightsForm, Form()]
) -> Response:
    """Record the next version of a score's weights."""
    row = score_weights.reweigh(
        work,
        me,
        score,
        points=form.points(score),
        valid_from=form.valid_from,
        note=form.reason,
    )
    said = say("Version {version} of the weights was recorded.", version=row.version)
    return done(request, work, f"/scores/{score.value}", said)
