"""The half month is sealed in the browser, compared with the one before, and printed."""

import io
import re

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Office

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sealed(office: Office) -> Page:
    """The officer seals the half month that waits, after he saw what it will hold."""
    page = office("office1").page
    page.goto("/landing?tab=diff")
    page.get_by_role("link", name=re.compile("^封存 S")).click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_text("封存后不可修改")).to_be_visible()
    with page.expect_navigation():
        dialog.get_by_role("button", name="封存本期").click()
    return page


def test_the_sealed_half_month_stands_beside_the_one_before(sealed: Page) -> None:
    expect(sealed.locator("#h-diff")).to_be_visible()
    expect(sealed.get_by_text("SHA-256")).to_be_visible()
    expect(sealed.locator(".snap")).to_have_count(5)
    expect(sealed.get_by_role("link", name=re.compile("^封存 S"))).to_have_count(0)


def test_its_paper_is_two_sheets(sealed: Page) -> None:
    address = sealed.get_by_role("link", name="调度会材料").get_attribute("href")
    answer = sealed.request.get(str(address))
    assert answer.ok
    assert len(pypdf.PdfReader(io.BytesIO(answer.body())).pages) == 2
