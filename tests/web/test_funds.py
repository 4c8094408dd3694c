"""基金: what each reader sees of a fund, and each act on it with its refusals."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, ledger
from portfolio.accounts import AccountCode
from portfolio.calls import CallLine, CapitalCall, Receipt
from portfolio.funds import Fund
from portfolio.kernel.actors import Role
from portfolio.ledger import Moment
from tests.web.books import WAN, open_fund, scalar, send
from tests.web.conftest import hidden_fields

pytestmark = pytest.mark.usefixtures("told")  # most need the fund and not its ids
NOW = Moment(as_of=date(2026, 12, 31))


@pytest.fixture
def told(database, manager):
    with database.writing() as work:
        return open_fund(work, manager)


@pytest.fixture
def browser(logged_in):
    return logged_in(Role.FUND_MANAGER, "manager1")


def cash_fen(database, fund_id: str) -> int:
    with database.reading() as work:
        return ledger.balance_fen(work, NOW, AccountCode.CASH, fund_id=fund_id)


# ---- reading
def test_the_list_shows_each_fund_with_its_figures_and_reasons_instead_of_zero(browser) -> None:
    page = browser.get("/funds?lang=zh&unit=wan")
    assert "HT基金" in page.text
    assert ">900<" in page.text  # committed
    assert "nan" not in page.text.lower().replace("finance", "")


def test_the_fund_page_proves_its_nav_to_the_fen(browser) -> None:
    page = browser.get("/funds/HT?lang=en").text
    assert "NAV 900,000.00 = fair value 300,000.00 + cash 600,000.00" in page
    assert "does not tie" not in page


def test_every_tab_of_an_empty_fund_opens(browser) -> None:
    fields = {"code": "NEW", "name": "新基金", "kind": "sub"}
    days = {"announced_on": "2026-01-05", "inception_on": "2026-01-05"}
    made = send(browser, "/funds/new", "/funds", **fields, **days, size="10", size_unit="yi")
    assert made.headers["location"] == "/funds/NEW"
    for tab in ("overview", "calls", "distributions", "returns", "expenses", "ledger", "closing"):
        assert browser.get(f"/funds/NEW?tab={tab}").status_code == 200


def test_a_rate_that_does_not_exist_is_a_dash_with_its_reason(browser) -> None:
    days = {"announced_on": "2026-01-05", "inception_on": "2026-01-05"}
    send(browser, "/funds/new", "/funds", code="NEW", name="新基金", kind="sub", **days)
    assert "No cash flow yet" in browser.get("/funds/NEW?lang=en").text


def test_under_a_year_the_return_of_the_period_is_shown(browser) -> None:
    assert "Net return of the period" in browser.get("/funds/HT?lang=en&as_of=2024-06-30").text
    assert "Net return of the period" not in browser.get("/funds/HT?lang=en&as_of=2025-06-30").text


def test_a_past_day_offers_no_act(browser) -> None:
    assert "/funds/HT/calls/new" in browser.get("/funds/HT?tab=calls").text
    assert "/funds/HT/calls/new" not in browser.get("/funds/HT?tab=calls&as_of=2024-06-30").text


def test_the_gross_curve_ends_on_the_fair_value(browser) -> None:
    page = browser.get("/funds/HT?curve=gross&lang=en&unit=yuan").text
    rows = re.findall(r'<th scope="row" class="num">(\d{4}Q\d)</th>(.*?)</tr>', page)
    assert rows[-1][1].rstrip().endswith('<td class="r">300,000.00</td>')


def test_the_office_reads_a_fund_and_is_offered_no_act(logged_in) -> None:
    office = logged_in(Role.INVESTMENT_OFFICE)
    page = office.get("/funds/HT?tab=calls")
    assert page.status_code == 200
    assert "/funds/HT/calls/new" not in page.text
    assert office.get("/funds/HT/calls/new").status_code == 403


# ---- what an investor sees
def test_an_investor_sees_its_own_account_and_no_total(logged_in, told) -> None:
    own = logged_in(Role.LP, "lp1", told.investor_ids[1])
    page = own.get("/funds/HT?lang=en&unit=yuan")
    assert page.status_code == 200
    assert "出资人乙" in page.text
    assert "3,000,000.00" in page.text  # what it has committed itself
    for hidden in ("出资人甲", "出资人丙", "9,000,000.00", "900,000.00", "33.3%", "600,000.00"):
        assert hidden not in page.text


def test_an_investors_calls_are_its_own_lines(logged_in, told) -> None:
    own = logged_in(Role.LP, "lp1", told.investor_ids[1])
    page = own.get("/funds/HT?tab=calls&unit=yuan").text
    assert "300,000.00" in page
    assert "900,000.00" not in page
    assert "出资人甲" not in page


def test_the_books_of_the_fund_are_not_there_for_an_investor(logged_in, told) -> None:
    own = logged_in(Role.LP, "lp1", told.investor_ids[1])
    for tab in ("expenses", "ledger", "closing"):
        assert own.get(f"/funds/HT?tab={tab}").status_code == 404
    assert own.get("/investments").status_code == 403


def test_another_fund_is_not_there_for_an_investor(logged_in, database, manager) -> None:
    with database.writing() as work:
        from portfolio import organisations

        stranger = organisations.create(work, manager, name="别家出资人")
    own = logged_in(Role.LP, "lp2", stranger.id)
    assert own.get("/funds/HT").status_code == 404
    assert own.get("/funds/XX").status_code == 404
    assert "HT基金" not in own.get("/funds").text


# ---- partners
def test_a_partner_is_admitted_once(browser) -> None:
    fields = {"name": "出资人丁", "code": "LP4", "kind": "lp", "committed": "0.01"}
    more = {"committed_unit": "yi", "effective_date": "2024-02-01", "investor_fund_id": ""}
    form = "/funds/HT/partners/new"
    assert send(browser, form, "/funds/HT/partners", **fields, **more).status_code == 303
    again = send(browser, form, "/funds/HT/partners", **(fields | {"code": "LP5"}), **more)
    assert again.status_code == 422
    assert "is a partner of this fund already" in again.text


def test_a_fund_that_becomes_partner_gets_its_holding(browser, database, manager) -> None:
    with database.writing() as work:
        mother = open_fund(work, manager, "MF")
    fields = {"name": "母基金", "code": "MF", "kind": "lp", "committed": "1000万"}
    answer = send(
        browser,
        "/funds/HT/partners/new",
        "/funds/HT/partners",
        **fields,
        committed_unit="yi",
        effective_date="2024-02-01",
        investor_fund_id=mother.fund_id,
    )
    assert answer.status_code == 303
    assert "HT基金" in browser.get("/funds/MF").text


# ---- calls and receipts
CALL = {
    "total_unit": "wan",
    "called_on": "2024-05-01",
    "due_on": "2024-05-20",
    "purpose": "call:investments",
}


def test_the_split_that_is_previewed_is_the_split_that_is_called(browser, database, told) -> None:
    asked = {"total": "100.01", "total_unit": "yuan", "called_on": "2024-05-01"}
    page = browser.get("/funds/HT/calls/preview", params={**asked, "lang": "en"}).text
    shown = re.findall(r'<td class="r">([\d.,]+)</td><td class="r t3">', page)
    assert shown == ["55.56", "33.34", "11.11"]
    assert "The parts add up to the whole" in page
    send(
        browser,
        "/funds/HT/calls/new",
        "/funds/HT/calls",
        **(CALL | {"total": "100.01", "total_unit": "yuan"}),
    )
    with database.reading() as work:
        newest = calls.calls(work, NOW, told.fund_id)[-1]
    assert [line.amount_fen for line in newest.lines] == [5556, 3334, 1111]


def test_a_call_beyond_the_commitments_is_refused_with_both_amounts(browser, database) -> None:
    answer = send(browser, "/funds/HT/calls/new", "/funds/HT/calls", total="811", **CALL)
    assert answer.status_code == 422
    assert "8,110,000" in answer.text
    assert "8,100,000" in answer.text
    assert scalar(database, sa.select(sa.func.count(col(CapitalCall.id)))) == 1


@pytest.mark.parametrize(
    ("typed", "unit", "says"),
    [
        ("1.234", "yuan", "part of a fen"),
        ("ten", "wan", "is not an amount of money"),
        ("", "wan", "could not be read at: total"),
        ("10", "dollar", "could not be read at: total_unit"),
        ("-10", "wan", "more than nothing"),
    ],
)
def test_an_amount_that_is_none_is_refused_with_a_sentence(browser, typed, unit, says) -> None:
    fields = CALL | {"total": typed, "total_unit": unit}
    answer = send(browser, "/funds/HT/calls/new", "/funds/HT/calls", **fields)
    assert answer.status_code == 422
    assert says in answer.text


def test_a_call_sent_twice_is_made_once(browser, database) -> None:
    hidden = hidden_fields(browser.get("/funds/HT/calls/new").text)
    fields = hidden | CALL | {"total": "10"}
    first = browser.post("/funds/HT/calls", data=fields)
    second = browser.post("/funds/HT/calls", data=fields)
    assert first.headers["location"] == second.headers["location"] == "/funds/HT?tab=calls"
    assert scalar(database, sa.select(sa.func.count(col(CapitalCall.id)))) == 2


def test_receipts_are_booked_one_by_one_and_all_at_once(browser, database, told) -> None:
    send(browser, "/funds/HT/calls/new", "/funds/HT/calls", total="90", **CALL)
    newest = sa.select(col(CapitalCall.id)).order_by(col(CapitalCall.number).desc()).limit(1)
    call_id = scalar(database, newest)
    lines = sa.select(col(CallLine.id)).where(col(CallLine.call_id) == call_id)
    line_id = scalar(database, lines.order_by(col(CallLine.amount_fen)).limit(1))
    one = f"/funds/HT/call-lines/{line_id}/receipt"
    day = {"received_on": "2024-05-10"}
    part = send(browser, one, amount="4", amount_unit="wan", **day)
    assert part.status_code == 303
    over = send(browser, one, amount="7", amount_unit="wan", **day)
    assert over.status_code == 422
    assert "outstanding" in over.text
    assert send(browser, f"/funds/HT/calls/{call_id}/receipts", **day).status_code == 303
    assert cash_fen(database, told.fund_id) == (60 + 90) * WAN


def test_a_receipt_is_reversed_with_a_reason_and_only_so(browser, database, told) -> None:
    by_size = sa.select(col(Receipt.transaction_id)).order_by(col(Receipt.amount_fen))
    smallest, middle, largest = (
        f"/funds/HT/entries/{scalar(database, by_size.offset(n).limit(1))}/reversal"
        for n in range(3)
    )
    assert send(browser, largest, reason="").status_code == 422
    assert send(browser, largest, reason="记错户名").status_code == 303
    assert cash_fen(database, told.fund_id) == 10 * WAN
    assert send(browser, smallest, reason="记错户名").status_code == 303
    refused = send(browser, middle, reason="记错户名")
    assert refused.status_code == 422  # the holding was paid from it
    assert "short of cash" in refused.text


def test_a_line_of_another_fund_is_not_there(browser, database, manager, told) -> None:
    with database.writing() as work:
        open_fund(work, manager, "XW")
    of_ht = sa.select(col(CallLine.id)).where(col(CallLine.partner_id) == told.partner_ids[0])
    line_id = scalar(database, of_ht)
    assert browser.get(f"/funds/XW/call-lines/{line_id}/receipt").status_code == 404
    hidden = hidden_fields(browser.get("/funds/XW/calls/new").text)
    fields = hidden | {"amount": "1", "amount_unit": "yuan", "received_on": "2024-05-10"}
    answer = browser.post(f"/funds/XW/call-lines/{line_id}/receipt", data=fields)
    assert answer.status_code == 404


# ---- new funds
def test_a_fund_code_is_given_once(browser, database) -> None:
    fields = {"code": "HT", "name": "另一只", "kind": "sub"}
    days = {"announced_on": "2026-01-05", "inception_on": "2026-01-05"}
    answer = send(browser, "/funds/new", "/funds", **fields, **days)
    assert answer.status_code == 422
    assert "HT already" in answer.text
    assert scalar(database, sa.select(sa.func.count(col(Fund.id)))) == 1


def test_nobody_but_a_manager_acts(logged_in) -> None:
    auditor = logged_in(Role.AUDITOR)
    token = hidden_fields(auditor.get("/account").text)
    assert auditor.post("/funds/HT/calls", data=token | CALL | {"total": "1"}).status_code == 403
