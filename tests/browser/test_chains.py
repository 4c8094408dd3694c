"""The chain map by keyboard, and the pages around it read by everybody: arrows, drawer, focus."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_looks import AUDIT, AXE, BARE, DRAWN, RULES, SIZES, STYLED, WIDE

pytestmark = pytest.mark.browser
FOCUSED = "() => (document.activeElement.querySelector('.node__t') || {}).firstChild?.textContent"
PLACES = {
    "chain": "/chains/nev",
    "partners": "/chains/nev/partners",
    "firms": "/firms",
    "weights": "/scores/candidate",
}


@pytest.fixture
def chart(office) -> Page:
    """The map of one chain, with the focus on its first segment."""
    page = office("office1").page
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/chains/nev")
    page.locator("[data-grid] a.node").first.focus()
    return page


def press(page: Page, *keys: str) -> str:
    for key in keys:
        page.keyboard.press(key)
    return page.evaluate(FOCUSED)


def test_arrows_walk_the_map_along_its_rows_and_columns(chart: Page) -> None:
    assert chart.evaluate(FOCUSED) == "功率半导体"
    assert press(chart, "ArrowRight") == "电驱动总成"
    assert press(chart, "ArrowRight", "ArrowRight") == "充换电"
    assert press(chart, "ArrowRight") == "充换电"  # the row ends here
    assert press(chart, "ArrowDown") == "梯次与回收"
    assert press(chart, "ArrowLeft") == "电池包与 BMS"
    assert press(chart, "ArrowUp") == "电驱动总成"
    assert press(chart, "End") == "整车制造"
    assert press(chart, "Home") == "功率半导体"


def test_the_map_is_one_stop_of_the_tab_key_and_remembers_where_one_was(chart: Page) -> None:
    press(chart, "ArrowRight", "ArrowDown")
    assert chart.locator("[data-grid] a.node[tabindex='0']").count() == 1
    chart.keyboard.press("Tab")
    assert chart.evaluate("() => !document.activeElement.closest('[data-grid]')")
    assert press(chart, "Shift+Tab") == "电池包与 BMS"


def test_enter_opens_the_drawer_and_closing_it_gives_the_focus_back(chart: Page) -> None:
    press(chart, "ArrowDown", "Enter")
    drawer = chart.locator("#drawer")
    expect(drawer.locator("#drawer-title")).to_have_text("正负极材料")
    drawer.locator("summary", has_text="示例企业 目标 04").click()
    expect(drawer.get_by_role("link", name="转为线索").first).to_be_visible()
    chart.evaluate(AXE)
    assert chart.evaluate(AUDIT, RULES) == []
    chart.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    assert chart.evaluate(FOCUSED) == "正负极材料"


def test_the_palette_finds_a_firm_and_opens_it_by_keyboard(office) -> None:
    page = office("office1").page
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("示例半导体")
    found = page.locator("#pal-firms .palette__i")
    expect(found).to_have_count(1)
    expect(found).to_have_attribute("aria-selected", "true")
    page.evaluate(AXE)
    assert page.evaluate(AUDIT, RULES) == []
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("示例企业 目标 01")


def test_a_candidate_becomes_a_lead_from_the_drawer(office, chart: Page) -> None:
    press(chart, "ArrowDown", "Enter")
    drawer = chart.locator("#drawer")
    drawer.locator("summary", has_text="示例企业 目标 04").click()
    drawer.get_by_role("link", name="转为线索").first.click()
    expect(drawer.locator("#drawer-title")).to_have_text("转为线索")
    with chart.expect_navigation():
        drawer.get_by_role("button", name="生成线索并移交").click()
    expect(chart.locator("h1")).to_contain_text("示例企业 目标 04 · 正负极材料")


@pytest.fixture
def visit(office) -> Callable[..., Page]:
    def go(place: str, theme: str) -> Page:
        page = office("office1").page
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        if place == "firm":
            page.goto("/firms?q=长安")
            page.locator("#main tbody a.cell").first.click()
            expect(page.locator("h1")).to_contain_text("长安")
        else:
            page.goto(PLACES[place])
        page.evaluate("document.fonts.ready")
        return page

    return go


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", [*PLACES, "firm"])
def test_a_page_of_chains_and_firms_fits_and_breaks_no_rule_of_wcag(visit, place, theme) -> None:
    page = visit(place, theme)
    assert page.locator("h1").count() == 1
    assert page.evaluate(BARE) == []
    assert page.evaluate(STYLED) == []
    page.evaluate(AXE)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(DRAWN)
        assert page.evaluate(WIDE) == [], f"{place} scrolls sideways at {width}"
        if width != 1024:
            broken = page.evaluate(AUDIT, RULES if theme == "light" else ["color-contrast"])
            assert broken == [], f"{place} at {width}"
