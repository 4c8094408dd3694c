"""One half month, by keyboard alone: from a deal in a list to the paper of the meeting.

Find the deal, enter what was seen, have a second person verify it, see the gate open, seal the half
month, print its paper. No mouse: every step is a key, and every control is reached by Tab.
"""

import io
import re
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Office

pytestmark = pytest.mark.browser
DEAL = "签约企业 6（未具名）"
EVIDENCE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
STEPS = 250  # no page of ours has more stops than this
HERE = "element => element === document.activeElement"


# ---- what keys do
def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the control has the focus; fail where no key leads to it."""
    expect(wanted).to_be_visible()
    for _ in range(STEPS):
        if wanted.evaluate(HERE):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not reach {wanted}")


def follow(page: Page, wanted: Locator) -> None:
    """Reach a link or a button that leads to another page, and press Enter."""
    tab_to(page, wanted)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def go(page: Page, letter: str, place: str) -> None:
    """Go to a place of the menu by its two letters."""
    page.keyboard.press("g")
    page.keyboard.press(letter)
    page.wait_for_url(place)


def open_conditions(page: Page) -> None:
    """Find the deal by name and open its conditions."""
    page.goto("/")
    go(page, "p", "**/deals**")
    page.keyboard.press("/")
    page.keyboard.type("签约企业 6")
    page.keyboard.press("Enter")
    found = page.get_by_role("link", name=DEAL).first
    expect(page.locator(".dcard, tbody tr").filter(has_text="签约企业 5")).to_have_count(0)
    follow(page, found)
    expect(page.locator("h1")).to_contain_text(DEAL)
    follow(page, page.get_by_role("link", name=re.compile("^协议与条件")))


def headcount(page: Page) -> Locator:
    return page.locator("#conds tr", has_text="在渝员工（社保）").first


# ---- the story
@pytest.fixture(scope="module")
def observed(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The officer entered 63 people, with the list of the social insurance."""
    evidence = tmp_path_factory.mktemp("evidence") / "社保清单.pdf"
    evidence.write_bytes(EVIDENCE)
    page = office("office1").page
    open_conditions(page)
    tab_to(page, headcount(page).locator("a.edit"))
    page.keyboard.press("Enter")
    form = page.locator(".cond-more")
    tab_to(page, page.locator("#conds [name=value]"))
    page.keyboard.press("Control+a")
    page.keyboard.type("63")
    tab_to(page, form.locator("input[type=file]"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(evidence)
    follow(page, form.get_by_role("button", name="登记", exact=True))
    return page


def test_the_gate_stays_shut_until_a_second_person_verified(observed: Page) -> None:
    expect(observed.locator(".gate").nth(2)).to_contain_text("17")  # 60 agreed, 43 verified


@pytest.fixture(scope="module")
def verified(office: Office, observed: Page) -> Page:
    page = office("office2").page
    open_conditions(page)
    follow(page, page.locator("#conds").get_by_role("button", name="核验", exact=True).first)
    return page


def test_the_verified_observation_opens_the_gate(verified: Page) -> None:
    expect(verified.locator(".gate").nth(2)).to_contain_text("可拨付")


@pytest.fixture(scope="module")
def sealed(office: Office, verified: Page) -> Page:
    """The officer opens the one screen and seals the half month that waits."""
    page = office("office1").page
    page.goto("/")
    go(page, "l", "**/landing")
    tab_to(page, page.get_by_role("link", name=re.compile("^封存 S")))
    page.keyboard.press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog.get_by_text("封存后不可修改")).to_be_visible()
    follow(page, dialog.get_by_role("button", name="封存本期"))
    return page


def test_the_half_month_is_sealed_with_what_stood_at_its_close(sealed: Page) -> None:
    expect(sealed.get_by_text("SHA-256")).to_be_visible()
    expect(sealed.locator("#h-block")).to_be_visible()
    expect(sealed.get_by_text("封存时情况及后续进展").first).to_be_visible()


def test_its_paper_is_two_sheets_and_comes_by_a_key(sealed: Page, tmp_path: Path) -> None:
    tab_to(sealed, sealed.get_by_role("link", name="调度会材料"))
    with sealed.expect_download() as download:
        sealed.keyboard.press("Enter")
    kept = tmp_path / "paper.pdf"
    download.value.save_as(kept)
    assert len(pypdf.PdfReader(io.BytesIO(kept.read_bytes())).pages) == 2


# ---- refused, with a remedy on the page
def test_the_same_half_month_is_not_sealed_twice(office: Office, sealed: Page) -> None:
    desk = office("office1")
    with desk.refused(422):
        desk.page.goto("/dispatch/seal")
    expect(desk.page.locator("#main")).to_contain_text("均已封存")
