"""收益: the tab of returns by horizon and against an index, and who may see it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from portfolio import indices
from portfolio.kernel.actors import Role
from tests.web.books import BEGAN, open_fund

WEEKS = [date(2023, 12, 29) + timedelta(days=7 * week) for week in range(110)]


@pytest.fixture
def told(database, manager):
    with database.writing() as work:
        return open_fund(work, manager)


@pytest.fixture
def two_indices(database, manager):
    with database.writing() as work:
        flat = indices.create(work, manager, code="FLAT", name="平指数", name_en="Flat")
        indices.record(work, manager, flat.id, [(day, Decimal(1000)) for day in WEEKS])
        short = indices.create(work, manager, code="SHORT", name="短指数（示例）", is_demo=True)
        indices.record(work, manager, short.id, [(BEGAN, Decimal(1000))])


@pytest.fixture
def browser(logged_in, told):
    return logged_in(Role.FUND_MANAGER, "manager1")


def test_the_tab_says_that_there_is_no_index(browser) -> None:
    page = browser.get("/funds/HT?tab=returns&lang=en&as_of=2025-06-30")
    assert page.status_code == 200
    assert "No index yet" in page.text
    assert "Net return by horizon" in page.text


def test_against_a_flat_index_the_fund_stands_by_its_multiple(browser, two_indices) -> None:
    page = browser.get("/funds/HT?tab=returns&lang=en&as_of=2025-06-30&index=FLAT").text
    assert "KS-PME" in page
    assert ">1.00x<" in page
    assert "1,000.00" in page  # the level, among the rows


def test_a_missing_level_is_named_by_its_day(browser, two_indices) -> None:
    page = browser.get("/funds/HT?tab=returns&lang=zh&as_of=2025-06-30&index=SHORT").text
    assert "指数在该日及此前十日内无点位" in page
    assert "2025-06-30" in page
    assert "指数缺少某一日期的点位" in page
    assert "示例" in page


def test_an_index_that_is_not_there_is_not_found(browser, two_indices) -> None:
    assert browser.get("/funds/HT?tab=returns&index=NONE").status_code == 404


def test_an_investor_has_no_such_tab(logged_in, told, two_indices) -> None:
    own = logged_in(Role.LP, "lp1", told.investor_ids[1])
    assert own.get("/funds/HT?tab=returns").status_code == 404
    assert "tab=returns" not in own.get("/funds/HT").text


# ---- the forecast
def test_the_forecast_stands_with_its_assumptions(browser) -> None:
    page = browser.get("/funds/HT?tab=returns&lang=en&as_of=2025-06-30").text
    assert "Cash-flow forecast" in page
    assert "the end of the fund is not recorded; 10 years stand in for it" in page
    assert "P90" in page
    longer = browser.get("/funds/HT?tab=returns&lang=en&as_of=2025-06-30&life=15").text
    assert 'value="15"' in longer


def test_a_refused_assumption_says_so_and_the_defaults_stand(browser) -> None:
    page = browser.get("/funds/HT?tab=returns&lang=en&as_of=2025-06-30&growth=lots").text
    assert "“lots” is not a number." in page
    assert "P90" in page
    page = browser.get("/funds/HT?tab=returns&lang=en&as_of=2025-06-30&life=99").text
    assert "99 years is out of range" in page


def test_a_fund_whose_life_is_over_says_why_there_is_no_forecast(browser) -> None:
    page = browser.get("/funds/HT?tab=returns&lang=en&as_of=2025-06-30&life=1").text
    assert "No forecast" in page
    assert "P90" not in page


# ---- many funds
@pytest.mark.parametrize("by", ["investor", "vintage", "chain", "sector"])
def test_pools_of_each_kind(browser, by) -> None:
    page = browser.get(f"/funds/pooled?by={by}&lang=zh&as_of=2025-06-30")
    assert page.status_code == 200
    assert "全部合并" in page.text
    assert {"investor": "出资人甲", "vintage": "2024"}.get(by, "未") in page.text


def test_every_quarter_of_every_account_and_the_same_as_a_sheet(browser) -> None:
    page = browser.get("/funds/quarters?lang=en&as_of=2025-06-30").text
    assert page.count('<th scope="row">') == 4  # the fund and three accounts
    assert "is-period" in page
    sheet = browser.get("/funds/quarters.csv?lang=en&as_of=2025-06-30").content.decode("utf-8-sig")
    rows = sheet.splitlines()
    assert rows[0] == "Fund,Partner,Quarter end,Net IRR,Basis,TVPI,DPI"
    assert len(rows) == 1 + 4 * 6
    assert browser.get("/funds/quarters.xlsx?as_of=2025-06-30").content[:2] == b"PK"


def test_an_investor_sees_neither_pools_nor_the_grid(logged_in, told) -> None:
    own = logged_in(Role.LP, "lp1", told.investor_ids[1])
    for path in ("/funds/pooled", "/funds/quarters", "/funds/quarters.csv"):
        assert own.get(path).status_code in {403, 404}
    assert "/funds/pooled" not in own.get("/funds").text
