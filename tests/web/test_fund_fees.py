"""The fee tab: waivers, rebates and offsets are booked, carry is accrued, paid and held."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import capital, carry, commitments, expenses, organisations, terms
from portfolio.accounts import Line
from portfolio.commitments import PartnerKind
from portfolio.expenses import Expense
from portfolio.kernel.actors import Role
from portfolio.ledger import Moment
from portfolio.memo_rows import MemoRow
from portfolio.term_sheet import Terms
from tests.web.books import BEGAN, WAN, open_fund, scalar, send
from valuation.periods import Quarter

TAB = "/funds/HT?tab=expenses&lang=en"
YEAR = Quarter(2024, 4)


@pytest.fixture(autouse=True)
def told(database, manager):
    """The fund of three investors, with a general partner and terms: hurdle 8 %, carry 20 %."""
    with database.writing() as work:
        opened = open_fund(work, manager)
        of = organisations.find_or_create(work, manager, name="管理人")
        commitments.admit(
            work,
            manager,
            fund_id=opened.fund_id,
            code="GP",
            name=of.name,
            kind=PartnerKind.GP,
            committed_fen=10 * WAN,
            effective_date=date(2024, 2, 1),
            organisation_id=of.id,
        )
        terms.agree(
            work,
            manager,
            fund_id=opened.fund_id,
            terms=Terms(),
            valid_from=BEGAN,
            reason="合伙协议",
        )
        return opened


@pytest.fixture
def browser(logged_in):
    return logged_in(Role.FUND_MANAGER, "manager1")


@pytest.fixture
def fee(database, manager, told) -> Expense:
    with database.writing() as work:
        return expenses.book(
            work,
            manager,
            fund_id=told.fund_id,
            line=Line.MANAGEMENT_FEES,
            amount_fen=2 * WAN,
            effective_date=date(2024, 6, 30),
        )


def rows(database, told) -> dict[int, int]:
    with database.reading() as work:
        lines = capital.statement(work, fund_id=told.fund_id, partner_id=None, quarter=YEAR)
    return {line.row: line.itd_fen for line in lines}


def position(database, told, on: date) -> carry.CarryPosition:
    with database.reading() as work:
        return carry.position(work, Moment(as_of=on), told.fund_id)


# ---- fees
REDUCED = ("/funds/HT/reductions/new", "/funds/HT/reductions")
OFFSET = ("/funds/HT/offsets/new", "/funds/HT/offsets")
DAY = {"effective_date": "2024-07-31"}


def test_a_waiver_is_booked_against_a_fee_that_is_owed(browser, database, told, fee) -> None:
    assert "20,000" in browser.get("/funds/HT/reductions/new?lang=en").text
    form = {"line": "23", "expense_id": fee.id, "amount": "0.5", "amount_unit": "wan"} | DAY
    assert send(browser, *REDUCED, **form).status_code == 303
    assert rows(database, told)[25] == -WAN * 3 // 2
    assert "Management fee waivers" in browser.get(TAB).text
    refused = send(browser, *REDUCED, **(form | {"amount": "1.6"}))
    assert refused.status_code == 422
    assert "is still owed" in refused.text


def test_an_offset_is_recognised_applied_and_undone_only_before(
    browser, database, told, fee
) -> None:
    asked = {"row": "68", "received": "1", "received_unit": "wan", "percent": "80"} | DAY
    assert send(browser, *OFFSET, **asked).status_code == 303
    assert rows(database, told)[81] == WAN * 4 // 5
    page = browser.get(TAB).text
    undo = re.search(r"/funds/HT/offsets/[0-9a-f-]+/reversal", page)[0]
    applied = {"line": "24", "expense_id": fee.id, "amount": "8000", "amount_unit": "yuan"} | DAY
    assert send(browser, *REDUCED, **applied).status_code == 303
    assert rows(database, told)[81] == 0
    refused = send(browser, undo, reason="录错")
    assert refused.status_code == 422
    assert "applied already" in refused.text
    assert scalar(database, sa.select(sa.func.count()).select_from(MemoRow)) == 6


def test_a_percentage_beyond_all_is_refused(browser) -> None:
    asked = {"row": "68", "received": "1", "received_unit": "wan", "percent": "101"} | DAY
    assert send(browser, *OFFSET, **asked).status_code == 422


def test_an_other_line_above_a_twentieth_asks_for_its_footnote(
    browser, database, manager, told
) -> None:
    with database.writing() as work:
        expenses.book(
            work,
            manager,
            fund_id=told.fund_id,
            line=Line.OTHER_EXPENSES,
            amount_fen=WAN,
            effective_date=date(2024, 6, 30),
        )
    page = browser.get("/funds/HT?tab=expenses&as_of=2024-12-31&lang=en").text
    assert "above 5 %: a footnote is due" in page


# ---- carry
@pytest.fixture
def gained(database, manager, told):
    """20 万元 of income: beyond the hurdle of the 90 万元 paid in."""
    with database.writing() as work:
        expenses.income(
            work,
            manager,
            fund_id=told.fund_id,
            line=Line.OTHER_INCOME,
            amount_fen=20 * WAN,
            effective_date=date(2024, 6, 30),
        )


ACCRUE = ("/funds/HT/carry-accruals/new", "/funds/HT/carry-accruals")


@pytest.mark.usefixtures("gained")
def test_carry_is_accrued_for_a_day_and_nothing_is_paid_before_it_is_earned(
    browser, database, told
) -> None:
    assert send(browser, *ACCRUE, effective_date="2024-06-30").status_code == 303
    found = position(database, told, date(2024, 6, 30))
    assert found.accrued_fen > 0
    assert found.earned_fen == 0
    assert "Pay carry" not in browser.get(TAB).text
    pay = ("/funds/HT/carry/payment/new", "/funds/HT/carry/payment")
    refused = send(browser, *pay, amount="1", amount_unit="wan", effective_date="2024-06-30")
    assert refused.status_code == 422
    assert "is free on" in refused.text


@pytest.mark.usefixtures("gained")
def test_an_accrual_is_undone_by_its_entry(browser, database, told) -> None:
    send(browser, *ACCRUE, effective_date="2024-06-30")
    ledger_page = browser.get("/funds/HT?tab=ledger&lang=en").text
    assert "Carry accrued" in ledger_page
    entry = scalar(
        database,
        sa.select(col(carry.LedgerTransaction.id)).where(
            col(carry.LedgerTransaction.tag) == carry.ACCRUE
        ),
    )
    assert send(browser, f"/funds/HT/entries/{entry}/reversal", reason="重算").status_code == 303
    assert position(database, told, date(2024, 6, 30)).accrued_fen == 0


@pytest.mark.parametrize("path", [REDUCED[0], OFFSET[0], ACCRUE[0], "/funds/HT/carry/payment/new"])
def test_an_auditor_reads_the_tab_and_books_nothing(logged_in, path) -> None:
    reader = logged_in(Role.AUDITOR, "auditor1")
    assert "Fee offsets" in reader.get(TAB).text
    assert reader.get(path).status_code == 403
