"""The fund's cash in the browser: calls by type, statements, the credit line; and refusals."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, capital, facility, ledger
from portfolio.accounts import AccountCode
from portfolio.bank import BankLine, BankStatement
from portfolio.calls import CapitalCall, Receipt
from portfolio.facility import Facility
from portfolio.kernel.actors import Role
from portfolio.ledger import Moment
from tests.web.books import WAN, open_fund, scalar, send
from tests.web.conftest import hidden_fields

NOW = Moment(as_of=date(2026, 12, 31))
NEW, CALLS = "/funds/HT/calls/new", "/funds/HT/calls"
CALL = {
    "total": "81",
    "total_unit": "wan",
    "purpose": "call:investments",
    "called_on": "2024-05-06",
    "due_on": "2024-05-20",
}


@pytest.fixture(autouse=True)
def told(database, manager):
    with database.writing() as work:
        return open_fund(work, manager)


@pytest.fixture
def browser(logged_in):
    return logged_in(Role.FUND_MANAGER, "manager1")


def count(database, table) -> int:
    return scalar(database, sa.select(sa.func.count()).select_from(table))


# ---- calls by type
def test_a_call_of_two_types_is_made_as_previewed(browser, database, told) -> None:
    more = {"total2": "9", "total2_unit": "wan", "purpose2": "call:outside:management_fees"}
    page = browser.get(f"{CALLS}/preview", params=CALL | more | {"lang": "en"}).text
    assert "450,000.00" in page
    assert "50,000.00" in page
    assert send(browser, NEW, CALLS, **CALL, **more).status_code == 303
    with database.reading() as work:
        made = calls.calls(work, NOW, told.fund_id)[-1]
    assert {kind.value: fen for kind, fen in made.parts.items()} == {
        "call:investments": 81 * WAN,
        "call:outside:management_fees": 9 * WAN,
    }
    shown = browser.get("/funds/HT?tab=calls&lang=en").text
    assert "Management fees, outside the commitment" in shown


def test_a_type_that_stands_twice_is_refused(browser, database) -> None:
    more = {"total2": "9", "total2_unit": "wan", "purpose2": "call:investments"}
    answer = send(browser, NEW, CALLS, **CALL, **more)
    assert answer.status_code == 422
    assert "a type of its own" in answer.text
    assert count(database, CapitalCall) == 1


def test_less_than_ten_workdays_needs_the_agreement_that_allows_it(browser, database) -> None:
    early = CALL | {"due_on": "2024-05-13"}
    refused = send(browser, NEW, CALLS, **early)
    assert refused.status_code == 422
    assert "6 workdays after its notice" in refused.text
    assert "2024-05-17" in refused.text or "17 May 2024" in refused.text
    allowed = send(browser, NEW, CALLS, **early, short_notice="合伙协议第 12 条")
    assert allowed.status_code == 303
    assert count(database, CapitalCall) == 2


def test_excess_is_returned_and_may_be_called_again(browser, database, told) -> None:
    call_id = scalar(database, sa.select(col(CapitalCall.id)))
    form = f"/funds/HT/calls/{call_id}/excess"
    over = send(browser, form, investments="91", paid_on="2024-06-03")
    assert over.status_code == 422
    assert send(browser, form, investments="9", paid_on="2024-06-03").status_code == 303
    with database.reading() as work:
        total = capital.accounts(work, NOW, told.fund_id).total
    assert (total.paid_in_fen, total.unfunded_fen) == (81 * WAN, 819 * WAN)


# ---- statements
LIST = (
    "交易日期,收入金额,支出金额,对方户名,摘要,余额\n"
    "2024-01-02,500000,,出资人甲,出资款,500000\n"
    "2024-01-02,300000,,出资人乙,出资款,800000\n"
    "2024-01-02,100000,,出资人丙,出资款,900000\n"
    "2024-03-01,,300000,HT企业,投资款,600000\n"
    "2024-05-20,450000,,出资人甲,出资款,1050000\n"
    "2024-05-21,270000,,乙的财务公司,出资款,1320000\n"
    "2024-05-22,,35.5,某银行,手续费,1319964.5\n"
)


def upload(browser, text: str = LIST):
    hidden = hidden_fields(browser.get("/funds/HT?tab=bank").text)
    file = {"statement": ("流水.csv", text.encode("gb18030"), "text/csv")}
    return browser.post("/funds/HT/statements?lang=en", data=hidden, files=file)


def confirm(browser, page: str, **more):
    fields = hidden_fields(browser.get(page).text) | {"closes_on": "2024-05-31"} | more
    return browser.post(f"{page}/confirm?lang=en", data=fields)


def test_a_statement_is_previewed_then_booked_and_asked_about(browser, database, told) -> None:
    send(browser, NEW, CALLS, **CALL)
    page = upload(browser).headers["location"]
    shown = browser.get(f"{page}?lang=en").text
    assert "The amount is outstanding, but the payer is not known." in shown
    assert "No payment of this amount is booked" in shown
    assert count(database, BankLine) == 0
    choice = shown.split('<option value="due:')[1].split('"')[0]
    assert confirm(browser, page, line="6", choice=f"due:{choice}").status_code == 303
    assert count(database, Receipt) == 5
    bank_tab = browser.get("/funds/HT?tab=bank&lang=en").text
    assert "Not reconciled" in bank_tab
    assert "35.50" in bank_tab
    fee = {"line": "45", "amount": "35.5", "amount_unit": "yuan"}
    days = {"effective_date": "2024-05-22", "paid_on": "2024-05-22"}
    send(browser, "/funds/HT/expenses/new", "/funds/HT/expenses", **fee, **days)
    hidden = hidden_fields(browser.get("/funds/HT?tab=bank").text)
    assert browser.post("/funds/HT/bank-lines/match", data=hidden).status_code == 303
    agreed = browser.get("/funds/HT?tab=bank&lang=en&as_of=2024-05-31").text
    assert "Not reconciled" not in agreed
    assert "Reconciled" in agreed


def test_the_same_file_is_found_again_and_booked_once(browser, database) -> None:
    first = upload(browser).headers["location"]
    assert upload(browser).headers["location"] == first
    assert confirm(browser, first).status_code == 303
    assert confirm(browser, first).status_code in {409, 422}
    assert count(database, BankStatement) == 1
    assert count(database, BankLine) == 7


def test_a_statement_with_a_finding_books_nothing(browser, database) -> None:
    page = upload(browser, LIST.replace("800000\n", "800001\n")).headers["location"]
    assert "The balance does not follow" in browser.get(f"{page}?lang=en").text
    assert confirm(browser, page).status_code == 422
    assert count(database, BankLine) == 0


def test_a_column_without_its_heading_is_chosen(browser, database) -> None:
    page = upload(browser, LIST.replace("支出金额", "划出")).headers["location"]
    assert "No column says what came in" in browser.get(f"{page}?lang=en").text
    fields = ["on", "in", "out", "counterparty", "memo", "balance"]
    hidden = hidden_fields(browser.get(page).text)
    answer = browser.post(f"{page}/columns", data=hidden | {"field": fields})
    assert answer.status_code == 303
    assert confirm(browser, page).status_code == 303
    assert count(database, BankLine) == 7


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"\xd0\xcf\x11\xe0old", "old .xls form"), (b"a\x00b", "neither an .xlsx")],
)
def test_a_file_that_is_no_list_is_refused_and_not_kept(browser, database, content, says) -> None:
    hidden = hidden_fields(browser.get("/funds/HT?tab=bank").text)
    file = {"statement": ("x.csv", content, "text/csv")}
    answer = browser.post("/funds/HT/statements?lang=en", data=hidden, files=file)
    assert answer.status_code == 422
    assert says in answer.text
    assert count(database, BankStatement) == 0


def test_an_investor_sees_neither_bank_nor_credit(logged_in, database, browser, told) -> None:
    page = upload(browser).headers["location"]
    own = logged_in(Role.LP, organisation_id=told.investor_ids[0])
    for path in ("/funds/HT?tab=bank", "/funds/HT?tab=credit"):
        assert own.get(path).status_code == 404
    assert own.get(page).status_code == 403


# ---- the credit line
TERMS = {
    "name": "一号",
    "lender": "示例银行",
    "limit": "50",
    "limit_unit": "wan",
    "rate": "3.6",
    "day_basis": "360",
    "opened_on": "2024-03-01",
    "matures_on": "2025-02-28",
}


def test_a_line_is_opened_drawn_charged_and_repaid(browser, database, told) -> None:
    opened = send(browser, "/funds/HT/facilities/new", "/funds/HT/facilities", **TERMS)
    assert opened.status_code == 303
    base = f"/funds/HT/facilities/{scalar(database, sa.select(col(Facility.id)))}"
    drawn = {"amount_unit": "wan", "use": "investments", "on": "2024-03-01"}
    over = send(browser, f"{base}/draws", amount="51", **drawn)
    assert over.status_code == 422
    assert "is free" in over.text
    assert send(browser, f"{base}/draws", amount="50", **drawn).status_code == 303
    interest = send(browser, f"{base}/interest", until="2024-03-31", paid_on="2024-03-31")
    assert interest.status_code == 303
    back = {"amount": "50", "amount_unit": "wan", "on": "2024-03-31"}
    assert send(browser, f"{base}/repayments", **back).status_code == 303
    with database.reading() as work:
        (position,) = facility.positions(work, NOW, told.fund_id)
        cash = ledger.balance_fen(work, NOW, AccountCode.CASH, fund_id=told.fund_id)
    assert position.outstanding_fen == 0
    assert cash == 60 * WAN - 1500_00  # 50 万元 at 3.6 % for 30 of 360 days
    page = browser.get("/funds/HT?tab=credit&lang=en").text
    assert "With and without the line" in page
    assert "Line repaid: investments" in page


def test_a_rate_that_is_none_is_refused(browser, database) -> None:
    bad = TERMS | {"rate": "3.85551"}
    answer = send(browser, "/funds/HT/facilities/new", "/funds/HT/facilities", **bad)
    assert answer.status_code == 422
    assert "at most four decimals" in answer.text
    assert count(database, Facility) == 0


def test_an_account_is_recorded_and_shown(browser) -> None:
    fields = {
        "holder": "HT基金",
        "bank": "示例银行",
        "number": "1001",
        "effective_date": "2024-01-01",
    }
    form = ("/funds/HT/bank-accounts/new", "/funds/HT/bank-accounts")
    assert send(browser, *form, **fields).status_code == 303
    assert "1001" in browser.get("/funds/HT?tab=bank").text
