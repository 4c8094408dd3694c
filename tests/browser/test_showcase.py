"""The public pages in a browser: every stranger can read them, and keys alone suffice."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import AUDIT, AXE, BARE, RULES, SIZES, STYLED, WIDE

pytestmark = pytest.mark.browser
PLACES = {
    "front": ("/showcase", ""),
    "chain": ("/showcase/chains/nev", ""),
    "park": ("/showcase", "a[href^='/showcase/parks/']"),
    "enquiry": ("/showcase/enquiry", ""),
}


@pytest.fixture(scope="module")
def stranger(office) -> Page:
    """Somebody without an account, once the administrator has opened the showcase."""
    admin = office("admin1").page
    admin.goto("/admin/site")
    admin.locator("[name=showcase]").first.check()
    admin.locator("form[action='/admin/site'] button[type=submit]").click()
    admin.wait_for_load_state("networkidle")
    return office().page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_a_public_page_fits_every_screen_and_breaks_no_rule_of_wcag(
    stranger: Page, place: str, theme: str
) -> None:
    stranger.emulate_media(color_scheme=theme, reduced_motion="reduce")
    path, link = PLACES[place]
    stranger.goto(path)
    if link:
        stranger.goto(stranger.locator(link).first.get_attribute("href") or "")
    assert stranger.locator("h1").count() == 1
    assert stranger.evaluate(BARE) == []
    assert stranger.evaluate(STYLED) == []
    stranger.evaluate(AXE)
    for width, height in SIZES:
        stranger.set_viewport_size({"width": width, "height": height})
        assert stranger.evaluate(WIDE) == [], f"{place} scrolls sideways at {width}"
        broken = stranger.evaluate(AUDIT, RULES if theme == "light" else ["color-contrast"])
        assert broken == [], f"{place} at {width}"


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until what is asked for has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"Tab never reached {selector}")


def test_a_stranger_reads_a_chain_and_asks_by_keys_alone(stranger: Page) -> None:
    stranger.set_viewport_size({"width": 1440, "height": 900})
    stranger.goto("/showcase")
    tab_to(stranger, "a[href='/showcase/chains/nev']")
    stranger.keyboard.press("Enter")
    expect(stranger.locator("#h-policies")).to_be_visible()
    tab_to(stranger, "a[href='/showcase/enquiry?chain=nev']")
    stranger.keyboard.press("Enter")
    stranger.wait_for_url("**/showcase/enquiry?chain=nev")
    for name, text in (("firm", "来访企业"), ("contact", "013800000000")):
        tab_to(stranger, f"[name={name}]")
        stranger.keyboard.type(text)
    tab_to(stranger, "main button[type=submit]")
    stranger.keyboard.press("Enter")
    stranger.wait_for_url("**arrived=true")
