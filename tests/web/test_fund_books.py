"""A fund's books: distributions, fees, income, the ledger and closing, each with its refusals."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import capital, ledger
from portfolio.accounts import AccountCode
from portfolio.distributions import Distribution
from portfolio.kernel.actors import Role
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.locks import PeriodLock
from tests.web.books import WAN, open_fund, scalar, send

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


# ---- distributions
PAID = {"paid_on": "2024-06-01"}


def test_a_distribution_is_split_as_previewed_and_not_beyond_cash(browser, database, told) -> None:
    asked = {"capital": "9", "gain": "0.01", "paid_on": "2024-06-01", "lang": "en"}
    page = browser.get("/funds/HT/distributions/preview", params=asked).text
    assert "50,000.00" in page
    assert "55.56" in page
    form = ("/funds/HT/distributions/new", "/funds/HT/distributions")
    assert send(browser, *form, capital="9", gain="0.01", **PAID).status_code == 303
    assert cash_fen(database, told.fund_id) == 60 * WAN - 9 * WAN - 10_000
    refused = send(browser, *form, gain="60", **PAID)
    assert refused.status_code == 422
    assert "short of cash" in refused.text


def test_an_empty_distribution_is_refused(browser) -> None:
    form = ("/funds/HT/distributions/new", "/funds/HT/distributions")
    answer = send(browser, *form, **PAID)
    assert answer.status_code == 422
    assert "more than nothing" in answer.text


def test_a_recallable_distribution_opens_the_commitment_again_until_reversed(
    browser, database, told
) -> None:
    form = ("/funds/HT/distributions/new", "/funds/HT/distributions")
    send(browser, *form, again_capital="9", **PAID)

    def unfunded_fen() -> int:
        with database.reading() as work:
            return capital.accounts(work, NOW, told.fund_id).total.unfunded_fen

    assert unfunded_fen() == (900 - 90 + 9) * WAN
    entry = scalar(database, sa.select(col(Distribution.transaction_id)))
    assert "may be called again" in browser.get("/funds/HT?tab=distributions&lang=en").text
    done = send(browser, f"/funds/HT/entries/{entry}/reversal", reason="付错账户")
    assert done.status_code == 303
    assert unfunded_fen() == (900 - 90) * WAN


# ---- fees and income
FEE = {"line": "21", "amount": "2", "amount_unit": "wan", "effective_date": "2024-06-30"}


def test_a_fee_is_owed_then_paid_in_parts_and_reversed(browser, database, told) -> None:
    form = ("/funds/HT/expenses/new", "/funds/HT/expenses")
    assert send(browser, *form, memo="上半年", **FEE).status_code == 303
    booked = sa.select(col(LedgerTransaction.subject_id)).where(
        col(LedgerTransaction.tag) == "portfolio:expense:book"
    )
    expense_id = scalar(database, booked)
    pay = f"/funds/HT/expenses/{expense_id}/payment"
    day = {"paid_on": "2024-07-05"}
    assert send(browser, pay, amount="3", amount_unit="wan", **day).status_code == 422
    assert send(browser, pay, amount="0.5", amount_unit="wan", **day).status_code == 303
    assert cash_fen(database, told.fund_id) == 60 * WAN - WAN // 2
    entry = scalar(
        database,
        sa.select(col(LedgerTransaction.id)).where(
            col(LedgerTransaction.tag) == "portfolio:expense:book"
        ),
    )
    assert send(browser, f"/funds/HT/entries/{entry}/reversal", reason="重复").status_code == 303
    assert cash_fen(database, told.fund_id) == 60 * WAN


def test_a_line_that_is_no_cost_is_refused(browser) -> None:
    form = ("/funds/HT/expenses/new", "/funds/HT/expenses")
    answer = send(browser, *form, **(FEE | {"line": "13"}))
    assert answer.status_code == 422
    assert "Row 13" in answer.text


def test_income_arrives_and_a_payment_alone_is_not_undone(browser, database, told) -> None:
    fields = FEE | {"line": "87"}
    form = ("/funds/HT/incomes/new", "/funds/HT/incomes")
    assert send(browser, *form, **fields).status_code == 303
    assert cash_fen(database, told.fund_id) == 62 * WAN
    fees = ("/funds/HT/expenses/new", "/funds/HT/expenses")
    send(browser, *fees, paid_on="2024-07-01", **FEE)
    paid = sa.select(col(LedgerTransaction.id)).where(
        col(LedgerTransaction.tag) == "portfolio:expense:pay"
    )
    answer = send(browser, f"/funds/HT/entries/{scalar(database, paid)}/reversal", reason="错")
    assert answer.status_code == 422
    assert "cannot be undone by itself" in answer.text


# ---- the ledger
def test_the_ledger_links_a_reversal_with_what_it_undoes(browser) -> None:
    form = ("/funds/HT/incomes/new", "/funds/HT/incomes")
    send(browser, *form, **(FEE | {"line": "87"}))
    page = browser.get("/funds/HT?tab=ledger").text
    path = re.findall(r'href="(/funds/HT/entries/[^"]+/reversal)"', page)[0]
    send(browser, path, reason="记错")
    page = browser.get("/funds/HT?tab=ledger&lang=en").text
    assert "undoes" in page
    assert "reversed by" in page
    assert send(browser, path, reason="again").status_code == 422


# ---- closing
def test_a_quarter_is_closed_once_its_marks_are_approved_and_not_before(
    browser, logged_in, database, told
) -> None:
    refused = send(browser, "/funds/HT/quarters/2024Q1/closing")
    assert refused.status_code == 422
    assert "has no approved mark" in refused.text
    assert (
        "has no approved mark" in browser.get("/funds/HT?tab=closing&quarter=2024Q1&lang=en").text
    )
    marks = f"/investments/{told.investment_id}/marks"
    given = {"as_of": "2024-03-31", "value": "30", "value_unit": "wan", "method": "net_assets"}
    send(browser, f"{marks}/new", marks, inputs="净资产 = 30 万元", **given)
    second = logged_in(Role.FUND_MANAGER, "manager2")
    page = second.get(f"/investments/{told.investment_id}").text
    approve = re.search(r'href="(/investments/[^"]+/approval)"', page)[1]
    assert send(second, approve).status_code == 303
    assert send(browser, "/funds/HT/quarters/2024Q1/closing").status_code == 303
    assert scalar(database, sa.select(col(PeriodLock.ends_on))) == date(2024, 3, 31)
    again = send(browser, "/funds/HT/quarters/2024Q1/closing")
    assert again.status_code == 422


def test_in_a_closed_quarter_only_a_correction_with_its_reason_is_booked(
    browser, database, manager, told
) -> None:
    with database.writing() as work:
        work.add(
            PeriodLock(
                fund_id=told.fund_id,
                ends_on=date(2024, 6, 30),
                known_seq=ledger.last_seq(work),
                recorded_at=work.recorded_at,
                recorded_by=manager.id,
            )
        )
    form = ("/funds/HT/expenses/new", "/funds/HT/expenses")
    refused = send(browser, *form, **FEE)
    assert refused.status_code == 422
    assert "The books are closed to" in refused.text
    assert send(browser, *form, correction_reason="漏记管理费", **FEE).status_code == 303
    assert "漏记管理费" in browser.get("/funds/HT?tab=ledger").text


def test_what_is_no_quarter_is_not_there(browser) -> None:
    assert browser.get("/funds/HT/quarters/2024Q9/closing").status_code == 404
