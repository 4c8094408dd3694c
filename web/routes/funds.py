"""基金: the list, one fund tab by tab, and the forms that begin an act."""
# ruff: noqa: FAST003 - `code` is read by the dependency Fund

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BeforeValidator
from starlette.responses import HTMLResponse, Response

from portfolio.kernel.errors import NotFoundError
from web.deps import Me, Reading, Seen
from web.exports import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx, download
from web.templating import View, show
from web.views import (
    cash_forms,
    fund_bank,
    fund_books,
    fund_close,
    fund_credit,
    fund_fees,
    fund_forecast,
    fund_forms,
    fund_ledger,
    fund_list,
    fund_lookthrough,
    fund_pools,
    fund_quarters,
    fund_returns,
    funds,
)
from web.views.act_forms import ActForm
from web.views.funds import Opened, Tab

router = APIRouter()
Moment = Annotated[datetime | None, BeforeValidator(lambda text: text or None)]
Day = Annotated[date | None, BeforeValidator(lambda text: text or None)]
FOR_STAFF = frozenset({"expenses", "ledger", "closing", "returns", "bank", "credit", "lookthrough"})

PLAIN_TABS: Mapping[str, Callable[..., View]] = {
    "calls": fund_books.calls_page,
    "distributions": fund_books.paid_page,
    "expenses": fund_books.costs_page,
    "bank": fund_bank.bank_page,
    "credit": fund_credit.credit_page,
    "lookthrough": fund_lookthrough.lookthrough_page,
}


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


@router.get("/funds/pooled")
def pooled_returns(
    request: Request, work: Reading, me: Me, page: Seen, by: fund_pools.By = "investor"
) -> HTMLResponse:
    """Show the returns of many accounts or holdings taken together."""
    with_demo = request.state.site.show_demo
    return show(request, fund_pools.pools_page(work, me, page, by=by, with_demo=with_demo))


@router.get("/funds/quarters")
def quarterly_returns(
    request: Request, work: Reading, me: Me, page: Seen, measure: fund_quarters.Measure = "irr"
) -> HTMLResponse:
    """Show every fund and account at every quarter end."""
    with_demo = request.state.site.show_demo
    view = fund_quarters.quarters_page(work, me, page, measure=measure, with_demo=with_demo)
    return show(request, view)


@router.get("/funds/quarters.{kind}")
def quarterly_returns_file(
    request: Request, work: Reading, me: Me, page: Seen, kind: Literal["csv", "xlsx"]
) -> Response:
    """Send the same as a file, each measure a row; what is undefined says why."""
    with_demo = request.state.site.show_demo
    table = fund_quarters.table(work, me, page, with_demo=with_demo)
    name = f"returns-{page.as_of.isoformat()}.{kind}"
    if kind == "csv":
        return download(name, as_csv(table), CSV_TYPE)
    return download(name, as_xlsx(table), XLSX_TYPE)


@router.get("/funds/new")
def new_fund_form(request: Request, page: Seen) -> HTMLResponse:
    """Ask for a new fund."""
    return show(request, fund_forms.new_fund(page))


@router.get("/funds/{code}")
def fund_page(
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
    asked: Annotated[fund_forecast.Asked, Depends()] = fund_forecast.Asked(),  # noqa: B008 - frozen
) -> HTMLResponse:
    """Show one tab of a fund; what concerns the fund as a whole is not there for an LP."""
    if fund.own is not None and tab in FOR_STAFF:
        raise NotFoundError
    reads = (work, page.reader, me, page, fund)
    if tab in PLAIN_TABS:
        return show(request, PLAIN_TABS[tab](*reads))
    match tab:
        case "ledger":
            return show(request, fund_ledger.ledger_page(*reads, before=before))
        case "closing":
            return show(request, fund_close.closing_page(*reads, asked=quarter))
        case "returns":
            return show(request, fund_returns.returns_page(*reads, index=index, asked=asked))
        case _:
            view = funds.overview(*reads, is_gross=curve == "gross", by_chain=group == "chain")
            return show(request, view)


# ---- forms: opened in a drawer or a dialog, or as pages of their own
@router.get("/funds/{code}/partners/new")
def partner_form(request: Request, work: Reading, me: Me, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask for a partner."""
    return show(request, fund_forms.new_partner(work, page.reader, page, fund, me))


@router.get("/funds/{code}/calls/new")
def call_form(request: Request, work: Reading, page: Seen, fund: Fund) -> HTMLResponse:
    """Ask for a capital call, due by the calendar of workdays."""
    return show(request, cash_forms.new_call(work, page.reader, page, fund))


@router.get("/funds/{code}/{act}/new")
def fund_act_form(request: Request, page: Seen, fund: Fund, act: str) -> HTMLResponse:
    """Ask for what a new call, distribution, fee, income or investment needs."""
    ask = ASKS.get(act)
    if ask is None:
        raise NotFoundError
    form: ActForm = ask(page.reader, page, fund)
    return show(request, form)


ASKS = {
    "distributions": cash_forms.new_distribution,
    "bank-accounts": cash_forms.new_account,
    "facilities": cash_forms.new_facility,
    "expenses": fund_forms.new_expense,
    "offsets": fund_fees.new_offset,
    "incomes": fund_forms.new_income,
    "investments": fund_forms.new_investment,
}
