"""基金: the list, one fund tab by tab, and the forms that begin an act."""
# ruff: noqa: FAST003 - `code` is read by the dependency Fund

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse

from portfolio.kernel.errors import NotFoundError
from web.deps import Me, Reading, Seen
from web.forms import MoneyUnit, fen_or_none
from web.templating import show
from web.views import (
    fund_books,
    fund_close,
    fund_evaluation,
    fund_forms,
    fund_ledger,
    fund_list,
    fund_returns,
    fund_splits,
    funds,
)
from web.views.act_forms import ActForm
from web.views.funds import Opened, Tab

router = APIRouter()
Moment = Annotated[datetime | None, BeforeValidator(lambda text: text or None)]
Day = Annotated[date | None, BeforeValidator(lambda text: text or None)]
FOR_STAFF = frozenset({"expenses", "ledger", "closing", "returns", "evaluation"})


def opened_fund(
    request: Request, work: Reading, me: Me, page: Seen, code: str, known_at: Moment = None
) -> Opened:
    """Read which fund and which books the address names; a moment without a zone is UTC."""
    if known_at is not None and known_at.tzinfo is None:
        known_at = known_at.replace(tzinfo=UTC)
    return funds.open_fund(
        work,
        me,
        code,
        as_of=page.as_of,
        known_at=known_at,
        with_demo=request.state.site.show_demo,
    )


Fund = Annotated[Opened, Depends(opened_fund)]


@router.get("/funds")
def funds_page(request: Request, work: Reading, me: Me, page: Seen) -> HTMLResponse:
    """Show the funds that the reader may see."""
    with_demo = request.state.site.show_demo
    return show(request, fund_list.listed(work, page.reader, me, page, with_demo=with_demo))


@router.get("/funds/new")
def new_fund_form(request: Request, page: Seen) -> HTMLResponse:
    """Ask for a new fund."""
    return show(request, fund_forms.new_fund(page))


@router.get("/funds/{code}")
def fund_page(  # noqa: PLR0911 - one return a tab
    request: Request,
    work: Reading,
    me: Me,
    page: Seen,
    fund: Fund,
    tab: Tab = "overview",
    curve: str = "",
    group: str = "",
    before: int | None = None,
    quarter: str = "",
    index: str = "",
) -> HTMLResponse:
    """Show one tab of a fund; what concerns the fund as a whole is not there for an LP."""
    if fund.own is not None and tab in FOR_STAFF:
        raise NotFoundError
    reads = (work, page.reader, me, page, fund)
    match tab:
        case "calls":
            return show(request, fund_books.calls_page(*reads))
        case "distributions":
            return show(request, fund_books.paid_page(*reads))
        case "expenses":
            return show(request, fund_books.costs_page(*reads))
        case "ledger":
            return show(request, fund_ledger.ledger_page(*reads, before=before))
        case "closing":
            return show(request, fund_close.closing_page(*reads, asked=quarter))
        case "returns":
            return show(request, fund_returns.returns_page(*reads, index=index))
        case "evaluation":
            return show(request, fund_evaluation.evaluation_page(*reads))
        case "overview":
            view = funds.overview(*reads, is_gross=curve == "gross", by_chain=group == "chain")
            return show(request, view)


# ---- what is split, before it is booked
@router.get("/funds/{code}/calls/preview")
def call_preview(
    request: Request,
    work: Reading,
    page: Seen,
    fund: Fund,
    total: str = "",
    total_unit: MoneyUnit = "wan",
    called_on: Day = None,
) -> HTMLResponse:
    """Show how a call would be split."""
    total_fen = fen_or_none(total.strip(), total_unit)
    view = fund_splits.call_split(work, page.reader, fund, total_fen, called_on or page.today)
    return show(request, view)


@router.get("/funds/{code}/distributions/preview")
def distribution_preview(
    request: Request,
    work: Reading,
    page: Seen,
    fund: Fund,
    capital: str = "",
    gain: str = "",
    income: str = "",
    capital_unit: MoneyUnit = "wan",
    gain_unit: MoneyUnit = "wan",
    income_unit: MoneyUnit = "wan",
    paid_on: Day = None,
) -> HTMLResponse:
    """Show how a distribution would be split."""
    parts = fund_forms.parts_of(
        {
            "capital": fen_or_none(capital.strip(), capital_unit),
            "gain": fen_or_none(gain.strip(), gain_unit),
            "income": fen_or_none(income.strip(), income_unit),
        }
    )
    view = fund_splits.paid_split(work, page.reader, fund, parts, paid_on or page.today)
    return show(request, view)


# ---- forms: opened in a drawer or a dialog, or as pages of their own
@router.get("/funds/{code}/partners/new")
def partner_form(request: Request, work: Reading, me: Me, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask for a partner."""
    return show(request, fund_forms.new_partner(work, page.reader, page, fund, me))


@router.get("/funds/{code}/{act}/new")
def fund_act_form(request: Request, page: Seen, fund: Fund, act: str) -> HTMLResponse:
    """Ask for what a new call, distribution, fee, income or investment needs."""
    ask = ASKS.get(act)
    if ask is None:
        raise NotFoundError
    form: ActForm = ask(page.reader, page, fund)
    return show(request, form)


ASKS = {
    "calls": fund_forms.new_call,
    "distributions": fund_forms.new_distribution,
    "expenses": fund_forms.new_expense,
    "incomes": fund_forms.new_income,
    "investments": fund_forms.new_investment,
}
