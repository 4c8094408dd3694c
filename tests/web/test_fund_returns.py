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
