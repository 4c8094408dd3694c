"""The landing office by hand: an observation opens a gate; a clause is read and confirmed.

Each step is done by the person whose duty it is, in a browser of his own, in Chinese.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Office

pytestmark = pytest.mark.browser
DEAL = "签约企业 6（未具名）"
EVIDENCE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CLAUSE = "第九条 乙方应于2027年6月30日前，发明专利不少于8件，研发投入约2亿元。"


def submit(page: Page, button: str, within: str = "#main") -> None:
    """Click a button that books something and wait for the page that it leads to."""
    with page.expect_navigation():
        page.locator(within).get_by_role("button", name=button, exact=True).first.click()


@pytest.fixture(scope="module")
def deal(office: Office) -> str:
    """Find the deal in the list; return its address."""
    page = office("office1").page
    page.goto("/deals?view=table&q=签约企业 6")
    page.get_by_role("link", name=DEAL).first.click()
    expect(page.locator("h1")).to_contain_text(DEAL)
    return page.url.split("?")[0]


def headcount(page: Page, deal: str):
    page.goto(f"{deal}?tab=conditions")
    return page.locator("#conds tr", has_text="在渝员工（社保）").first


def test_an_observation_opens_the_gate_only_once_a_second_person_verified_it(
    office: Office, deal: str, tmp_path: Path
) -> None:
    evidence = tmp_path / "社保清单.pdf"
    evidence.write_bytes(EVIDENCE)
    first, second = office("office1").page, office("office2").page
    headcount(first, deal).locator("a.edit").click()
    first.locator("[name=value]").fill("63")
    first.locator(".cond-more input[type=file]").set_input_files(evidence)
    submit(first, "登记", ".cond-more")
    gate = first.locator(".gate").nth(2)
    expect(gate).to_contain_text("17")  # 60 people agreed, 43 verified: still short
    headcount(second, deal)
    submit(second, "核验", "#conds")
    expect(second.locator(".gate").nth(2)).to_contain_text("可拨付")


def test_a_pasted_clause_is_proposed_and_what_it_leaves_open_is_asked(
    office: Office, deal: str
) -> None:
    page = office("office1").page
    page.goto("/agreements?year=2025")
    page.get_by_role("link", name=f"{DEAL}投资协议").first.click()
    page.get_by_role("link", name="读取条款").click()
    page.locator("#f-text").fill(CLAUSE)
    submit(page, "读取条款")
    card = page.locator(".card", has_text="发明专利不少于8件")
    expect(card).to_contain_text("≥ 8 件")
    row = card.locator("tr", has_text="研发投入")
    expect(row).to_contain_text("约定值")  # 约 is no exact amount
    card.locator("tr", has_text="发明专利").get_by_role("link", name="确认").click()
    expect(page.locator("#f-due_on")).to_have_value("2027-06-30")
    submit(page, "登记条件")
    expect(page.locator("#conds")).to_contain_text("发明专利不少于8件")
