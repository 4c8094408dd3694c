"""The main job, walked in Chinese by the people who do it, each in a browser of his own.

A fixture is a step that later steps stand on; a test is what must hold there.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import Office
from valuation.money import Unit, parse

pytestmark = pytest.mark.browser
PAID_FEN, TRANCHE_YI = 3_000_000_000, "0.3"
FIRM = "渝北试点装备有限公司"
CONDITION = "首期注册资本实缴"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
EVIDENCE = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


# ---- what a hand does
def submit(page: Page, button: str, within: str = "body") -> None:
    """Click a button that books something and wait for the page that it leads to."""
    with page.expect_navigation():
        page.locator(within).get_by_role("button", name=button, exact=True).click()


def type_into(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"#f-{name}").fill(text)


def choose(page: Page, **fields: str) -> None:
    """Choose from lists by what they say."""
    for name, text in fields.items():
        page.locator(f"#f-{name}").select_option(label=text)


def money(page: Page, name: str, amount: str, unit: str) -> None:
    page.locator(f"#f-{name}").fill(amount)
    page.locator(f"label:has([name={name}_unit][value={unit}])").click()


def wan_fen(shown: Locator) -> int:
    """Read an amount that the page shows in whole 万元; its dash stands for none."""
    text = shown.inner_text()
    return 0 if text.startswith("—") else parse(text, Unit.WAN)


@pytest.fixture(scope="module")
def manager(office: Office) -> Page:
    return office("manager1").page


# ---- 1. a sheet of projects
@pytest.fixture(scope="module")
def sheet(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = office("office1").page
    page.goto("/data/import")
    with page.expect_download() as download:
        page.get_by_role("link", name="样例工作簿").click()
    path = tmp_path_factory.mktemp("sheet") / "sample.xlsx"
    download.value.save_as(path)
    return path


def projects_in_table(page: Page) -> int:
    page.goto("/deals?view=table")
    return int(page.locator(".pager").locator("xpath=..").inner_text().split("/")[1].split()[0])


def upload(page: Page, path: Path) -> None:
    page.goto("/data/import")
    page.locator("#f-sheet").set_input_files(path)
    submit(page, "上传并预览")


def test_a_sheet_is_previewed_then_booked_and_the_same_sheet_again_books_nothing(
    office: Office, sheet: Path
) -> None:
    desk = office("office1")
    page = desk.page
    before = projects_in_table(page)
    upload(page, sheet)
    expect(page.get_by_role("button", name="确认入库")).to_be_enabled()
    expect(page.get_by_text("所有问题")).to_have_count(0)
    preview = page.url
    assert projects_in_table(page) == before  # nothing is written until it is confirmed
    page.goto(preview)
    page.get_by_role("button", name="确认入库").click()
    submit(page, "确认", "#dialog")
    expect(page.locator("#main")).to_contain_text("不会重复入库")
    booked = projects_in_table(page)
    assert booked == before + 60
    upload(page, sheet)
    assert page.url == preview
    expect(page.get_by_role("button", name="确认入库")).to_have_count(0)
    assert projects_in_table(page) == booked


# ---- 2. from a lead to a gated tranche
def new_deal(page: Page, name: str) -> None:
    page.goto("/deals/new")
    type_into(page, firm_name=FIRM, name=name, first_heard_on="2026-07-01")
    page.locator("#f-chain").select_option(index=1)
    money(page, "planned", "6", "yi")


@pytest.fixture(scope="module")
def deal(manager: Page) -> str:
    """Return the address of a project that the manager recorded."""
    new_deal(manager, "试点装备生产基地")
    submit(manager, "登记项目")
    expect(manager.locator("h1")).to_contain_text("试点装备生产基地")
    return manager.url.split("?")[0]


@pytest.fixture(scope="module")
def agreement(manager: Page, deal: str) -> str:
    """Return the address of its framework agreement, with what the three sides promise."""
    manager.goto(f"/agreements/new?deal={deal.rsplit('/', 1)[1]}")
    choose(manager, kind="框架协议", fund="重庆渝北洪泰基金")
    type_into(manager, title="试点装备合作框架协议", signed_on="2026-08-03")
    money(manager, "amount", "6", "yi")
    manager.locator("[name=fund_money][value=as_paid]").check()
    for side, text in (
        ("fund", "分两期投资"),
        ("firm", "在区内设立主体并建厂"),
        ("district", "提供厂房"),
    ):
        row = manager.locator(f".pledge-row:has([value={side}])").first
        row.locator("[name=pledge_text]").fill(text)
    submit(manager, "登记协议")
    for text in ("分两期投资", "在区内设立主体并建厂", "提供厂房"):
        expect(manager.locator("#pledges")).to_contain_text(text)
    return manager.url.split("?")[0]


@pytest.fixture(scope="module")
def gated(manager: Page, agreement: str) -> str:
    """Return the agreement with an investment, whose first tranche waits for a condition."""
    manager.goto(agreement)
    manager.locator("summary", has_text="新登记投资").click()
    choose(manager, fund="重庆渝北洪泰基金")
    type_into(manager, investment_code="HT-S1", instrument="股权", decided_on="2026-08-10")
    submit(manager, "登记并关联")
    manager.locator("summary", has_text="计划分期").click()
    money(manager, "agreed", TRANCHE_YI, "yi")
    type_into(manager, tranche_due="2026-09-15")
    submit(manager, "计划分期")
    manager.locator("#f-metric").select_option("registered_capital_paid")
    type_into(manager, name=CONDITION, threshold="0.5", due_on="2027-03-31")
    manager.locator("[name=unit]").select_option("yi")
    manager.locator("#f-consequence").select_option("gates_tranche")
    manager.locator("#f-tranche").select_option(index=1)
    submit(manager, "登记条件")
    expect(manager.locator("#conds")).to_contain_text(CONDITION)
    return agreement


def observe(office: Office, deal: str, value: str, evidence: Path) -> None:
    """One person records what was seen with its paper, another verifies it."""
    page = office("office1").page
    page.goto(f"{deal}?tab=conditions")
    page.locator("#conds a.edit").click()
    page.locator("[name=value]").fill(value)
    page.locator("#f-evidence").set_input_files(evidence)
    submit(page, "登记", ".cond-more")
    expect(page.locator("#conds")).to_contain_text("须由第二人核验")
    page = office("office2").page
    page.goto(f"{deal}?tab=conditions")
    submit(page, "核验", "#conds")


def ask_to_pay(page: Page, deal: str) -> None:
    page.goto(f"{deal}?tab=conditions")
    page.locator(".gate").get_by_role("link", name="拨付").click()
    page.locator("#dialog").get_by_role("button", name="拨付并入账").wait_for()


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evidence") / "验资报告.pdf"
    path.write_bytes(EVIDENCE)
    return path


@dataclass(frozen=True)
class Figures:
    """What one payment moves: sums in fen, read in 万元, and the fund's newest entry."""

    in_place_fen: int
    chain_fen: int
    chain_funds_fen: int
    entry: int
    cash_fen: int  # of that entry, to the fen


def newest_entry(page: Page) -> tuple[int, int]:
    """Return number and cash of the newest entry in the fund's ledger, to the fen."""
    page.goto("/funds/HT?tab=ledger")
    row = page.locator(".fund-book > tbody > tr").first
    row.locator("summary").click()
    cash = row.locator("tr:has(th:text-is('现金')) td.r")
    return int(row.locator("> th").inner_text()), sum(map(parse, cash.all_inner_texts()))


def figures(page: Page, deal: str) -> Figures:
    page.goto(f"{deal}?tab=chain&unit=wan")
    in_place, chain = wan_fen(page.locator("#in-place")), wan_fen(page.locator("#chain-in-place"))
    chain_funds = wan_fen(page.locator("#chain-fund"))
    entry, cash = newest_entry(page)
    return Figures(
        in_place_fen=in_place,
        chain_fen=chain,
        chain_funds_fen=chain_funds,
        entry=entry,
        cash_fen=cash,
    )


def test_a_payment_waits_for_its_condition_then_moves_every_figure_and_back(
    office: Office, manager: Page, deal: str, gated: str, evidence: Path
) -> None:
    del gated
    observe(office, deal, "0.2", evidence)
    before = figures(manager, deal)
    ask_to_pay(manager, deal)
    with office("manager1").refused(422):
        manager.get_by_role("button", name="拨付并入账").click()
        refusal = manager.locator("#dialog .errsum")
        expect(refusal).to_contain_text(CONDITION)
    expect(refusal).to_contain_text("差 3,000 万元")  # the shortfall
    expect(refusal).to_contain_text("第二人核验")  # what to do
    assert figures(manager, deal) == before

    observe(office, deal, "0.5", evidence)
    ask_to_pay(manager, deal)
    submit(manager, "拨付并入账", "#dialog")
    after = figures(manager, deal)
    assert after == Figures(
        in_place_fen=before.in_place_fen + PAID_FEN,
        chain_fen=before.chain_fen + PAID_FEN,
        chain_funds_fen=before.chain_funds_fen + PAID_FEN,
        entry=after.entry,
        cash_fen=-PAID_FEN,
    )
    assert after.entry > before.entry

    manager.goto(f"{deal}?tab=conditions")
    manager.locator(".gate").get_by_role("link", name="冲销").click()
    manager.locator("#dialog #f-reason").fill("付款账户有误")
    submit(manager, "确认冲销", "#dialog")
    assert figures(manager, deal) == replace(before, entry=after.entry + 1, cash_fen=PAID_FEN)


# ---- 3. the partners' money
CALLED_FEN = 1_000_000_001


def test_a_call_is_split_to_the_fen_and_received(manager: Page) -> None:
    manager.goto("/funds/HT?tab=calls")
    manager.locator("#main").get_by_role("link", name="新建缴款").first.click()
    form = manager.locator("#drawer")
    money(manager, "total", "10000000.01", "yuan")
    expect(form.locator(".split-table tfoot")).to_contain_text("10,000,000.01")
    expect(form.locator(".split-preview")).to_contain_text("各份合计与总额逐分相符")
    parts = form.locator(".split-table tbody td:nth-child(2)").all_inner_texts()
    assert len(parts) == 5
    assert sum(map(parse, parts)) == CALLED_FEN
    submit(manager, "发出缴款通知", "#drawer")
    newest = manager.locator(".fund-book > tbody > tr:not(.fund-book__more)").first
    newest.get_by_role("link", name="全部到账").click()
    submit(manager, "全部登记到账", "#drawer")
    newest = manager.locator(".fund-book__more").first
    newest.locator("summary").click()
    received = newest.locator("tbody td:nth-child(3)").all_inner_texts()
    assert sum(map(parse, received)) == CALLED_FEN


def test_a_mark_is_not_approved_by_its_author_but_by_another(office: Office, manager: Page) -> None:
    manager.goto("/funds/HT")
    manager.goto(manager.locator("#main a[href^='/investments/']").first.get_attribute("href"))
    holding = manager.url
    manager.get_by_role("link", name="编制估值").click()
    manager.get_by_role("link", name="其他方式").click()
    type_into(manager, as_of="2026-09-30", inputs="每股价格 = 12.60 元\n持股 = 2,548 万股")
    type_into(manager, calibration="该轮之后收入按计划增长，估值倍数未变")
    money(manager, "value", "3.21", "yi")
    submit(manager, "提交", "#main")
    marks = "section[aria-labelledby=h-marks]"
    expect(manager.locator(marks).get_by_role("link", name="批准")).to_have_count(0)

    second = office("manager2").page
    second.goto(holding)
    approve = second.locator(marks).get_by_role("link", name="批准")
    manager.goto(approve.get_attribute("href"))  # its author finds the way all the same
    with office("manager1").refused(422):
        manager.locator("#main").get_by_role("button", name="批准").click()
        expect(manager.locator(".errsum")).to_be_visible()

    approve.click()
    submit(second, "批准", "#dialog")
    expect(second.locator(f"{marks} tbody tr", has_text="3.21")).to_contain_text("基金经理二")
    value = second.locator(".kpi", has_text="公允价值").first
    expect(value.locator(".kpi__value")).to_contain_text("3.21")


def test_a_distribution_is_split_and_paid(manager: Page) -> None:
    manager.goto("/funds/HT?tab=distributions")
    manager.locator("#main").get_by_role("link", name="新建分配").first.click()
    money(manager, "gain", "123.45", "wan")
    expect(manager.locator(".split-table tfoot")).to_contain_text("1,234,500.00")
    expect(manager.locator(".split-preview")).to_contain_text("各份合计与总额逐分相符")
    submit(manager, "登记分配", "#drawer")
    assert newest_entry(manager)[1] == -123_450_000


# ---- 4. the report
def test_a_partners_report_says_the_same_on_screen_and_in_every_file(
    manager: Page, tmp_path: Path
) -> None:
    manager.goto("/reports?fund=HT&quarter=2026Q3")
    manager.get_by_role("link", name="渝北区临空投公司").click()
    expect(manager.locator("h1")).to_contain_text("合伙人季度报告")
    seal = re.search(r"\b[0-9a-f]{64}\b", manager.locator(".report-rail--r").inner_text())
    files = {}
    for kind in ("PDF", "XLSX", "JSON"):
        with manager.expect_download() as download:
            manager.get_by_role("link", name=kind, exact=True).click()
        files[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[kind])
    assert files["PDF"].read_bytes().startswith(b"%PDF-")
    facts = files["JSON"].read_bytes()
    assert json.loads(facts)["quarter"]
    assert seal is not None
    assert hashlib.sha256(facts).hexdigest() == seal.group()
    book = CalamineWorkbook.from_path(files["XLSX"])
    cells = [
        c
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for c in row
    ]
    assert seal.group() in cells


def test_a_partner_sees_his_own_report_and_nobody_elses(office: Office) -> None:
    desk = office("lp2")
    page = desk.page
    page.goto("/reports")
    names = set(page.locator("tbody a[href^='/reports/']").all_inner_texts())
    assert names == {"社会资本 LP 甲（未具名）"}
    page.goto("/reports/HT/2026Q2/LP3")
    expect(page.locator("h1")).to_contain_text("合伙人季度报告")
    for unseen in ("2026Q2/LP2", "2026Q3/LP3"):  # another's, and his own that is not locked
        with desk.refused(404):
            page.goto(f"/reports/HT/{unseen}")
    for kind in ("pdf", "xlsx", "json"):
        assert page.request.get(f"/reports/HT/2026Q2/LP2/{kind}").status == 404
    with desk.refused(403):
        page.goto("/deals")


# ---- 5. hands that are too quick, and English readers
def found(page: Page, name: str) -> int:
    page.goto(f"/deals?view=table&q={name}")
    return page.locator("#main tbody tr", has_text=name).count()


@pytest.mark.parametrize("script", [True])  # without a script: see tests/web, by the key
def test_a_double_click_records_one_project(office: Office, script: bool) -> None:
    page = office("manager1", java_script_enabled=script).page
    name = f"双击项目{script:d}"
    new_deal(page, name)
    with page.expect_navigation():
        page.get_by_role("button", name="登记项目").dblclick(no_wait_after=True)
    assert found(office("office1").page, name) == 1
