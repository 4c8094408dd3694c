"""A figure opens to its definition, its numbers and every row, on the page and as a file."""

import csv
import io
import re
from datetime import date

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from dealflow import definitions, measures, units
from dealflow.definitions import ReportedFigure
from dealflow.stages import Stage
from dealflow.units import UnitKind
from portfolio import performance_figures
from portfolio.kernel import site as sites
from portfolio.kernel.actors import Role
from tests.dealflow.district import YI, District
from tests.portfolio.conftest import open_book
from web import exports
from web.views import figures
from web.views.tips import TITLES

PERIOD = "since=2023-01-01&as_of=2023-10-31"


@pytest.fixture
def district(database, officer, second_officer, store) -> None:
    """Contracts of 4 and 6 亿 in two systems, 1 and 2 亿 in place, one start, one demo contract."""
    with database.writing() as work:
        for order, code in enumerate(("making", "serving")):
            name = {"making": "先进制造业", "serving": "现代服务业"}[code]
            units.add_system(work, officer, code=code, name=name, name_en=code.title(), order=order)
        unit = units.add(work, officer, code="U1", name="单位一", kind=UnitKind.OTHER)
        file = store.keep(work, officer, name="证明.pdf", content=b"%PDF-1.7 evidence")
        made = District(work, officer, second_officer, file.id, {"U1": unit.id})
        making = made.project("甲项目")
        serving = made.project("=HYPERLINK(1)", system_code="serving")
        shown = made.project("示例项目", is_demo=True)
        made.sign(making, date(2023, 2, 1), 4 * YI)
        made.sign(serving, date(2023, 3, 1), 6 * YI)
        made.sign(shown, date(2023, 4, 1), 5 * YI, is_demo=True)
        made.verified(making, date(2023, 5, 1), 1 * YI)
        made.verified(serving, date(2023, 6, 1), 2 * YI)
        for stage, day in ((Stage.REGISTERED, 2), (Stage.SITE, 3), (Stage.STARTED, 4)):
            made.reach(making, stage, date(2023, 5, day))


@pytest.fixture
def books(database, manager) -> dict[str, str]:
    """A fund of two limited partners, 600,000 yuan paid in; organisation by partner code."""
    with database.writing() as work:
        book = open_book(work, manager, "HT")
        partners = [book.partner("LP1", 600_000_00), book.partner("LP2", 300_000_00)]
        book.contribute(600_000_00)
        return {one.code: one.organisation_id for one in partners}


@pytest.fixture
def desk(logged_in, district):
    """The browser of an officer in the district."""
    browser = logged_in(Role.INVESTMENT_OFFICE)
    browser.get("/account?lang=en&unit=yi")
    return browser


def value_of(html: str) -> str:
    return re.search(r'figure-value">([^<]+)<', html)[1].strip()


def csv_rows(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


# ---- measures
def test_the_page_shows_value_numerator_denominator_and_all_rows(desk) -> None:
    html = desk.get(f"/figures/capital_conversion?{PERIOD}").text
    assert value_of(html) == "20.0%"
    assert "CNY 0.30 bn" in html
    assert "CNY 1.50 bn" in html
    assert html.count('<th scope="row" class="regular s-full">') == 5


def test_a_row_opens_its_own_record(desk) -> None:
    contract = desk.get(f"/figures/contract_amount?{PERIOD}").text
    assert len(re.findall(r'href="/agreements/[0-9a-f-]{36}"', contract)) == 3
    money = desk.get(f"/figures/money_in_place?{PERIOD}").text
    assert len(re.findall(r'href="/deals/[0-9a-f-]{36}"', money)) == 2


def test_one_system_is_a_part_of_the_district(desk) -> None:
    html = desk.get(f"/figures/contract_amount?{PERIOD}&system=serving").text
    assert value_of(html) == "CNY 0.60 bn"
    assert html.count('<th scope="row" class="regular s-full">') == 1


def test_the_switch_hides_demo_rows_and_lowers_the_figure(desk, database, admin) -> None:
    assert value_of(desk.get(f"/figures/contract_amount?{PERIOD}").text) == "CNY 1.50 bn"
    with database.writing() as work:
        sites.change(work, admin, show_demo="no")
    html = desk.get(f"/figures/contract_amount?{PERIOD}").text
    assert value_of(html) == "CNY 1.00 bn"
    assert "示例项目" not in html


def test_a_period_without_rows_says_so_and_why_a_ratio_is_missing(desk) -> None:
    html = desk.get("/figures/capital_conversion?since=2020-01-01&as_of=2020-12-31").text
    assert "Nothing to divide by yet" in html
    assert "No rows" in html


def test_a_published_value_stands_beside_a_computed_one(desk, database, officer) -> None:
    with database.writing() as work:
        definitions.note_reported(
            work,
            officer,
            ReportedFigure(
                code="start_rate_period",
                period_from=date(2023, 1, 1),
                period_to=date(2023, 10, 31),
                value_text=">71%",
                number=0.71,
                at_least=True,
                denominator_given=False,
                source="公开报道",
            ),
        )
    html = desk.get(f"/figures/start_rate_period?{PERIOD}").text
    assert "&gt;71%" in html
    assert "Both stand side by side" in html
    assert ">71%" not in desk.get(f"/figures/start_rate_period?{PERIOD}&system=making").text


def test_as_known_before_the_rows_were_written_there_are_none(desk) -> None:
    html = desk.get(f"/figures/contract_amount?{PERIOD}&known_at=2023-12-31T00:00:00Z").text
    assert value_of(html) == "CNY 0.00 bn"


def test_the_tip_has_formula_numbers_basis_and_the_way_to_the_rows(desk) -> None:
    html = desk.get(
        f"/figures/capital_conversion/tip?{PERIOD}", headers={"HX-Request": "true"}
    ).text
    assert "<html" not in html
    assert "CNY 0.30 bn ÷ CNY 1.50 bn = 20.0%" in html
    assert "2023-01-01 – 2023-10-31 · v1" in html
    assert 'href="/figures/capital_conversion?since=2023-01-01&amp;as_of=2023-10-31"' in html


@pytest.mark.parametrize(
    "address",
    [
        "/figures/happiness",
        "/figures/contract_amount?system=none",
        "/figures/tvpi",
        "/figures/tvpi?fund=NONE",
        "/figures/contract_amount/rows.exe",
    ],
)
def test_a_figure_that_is_not_there_is_not_found(desk, address) -> None:
    assert desk.get(address).status_code == 404


@pytest.mark.parametrize("query", ["since=2023-11-01&as_of=2023-10-31", "since=x", "known_at=x"])
def test_a_period_that_cannot_be_meant_is_refused(desk, query) -> None:
    assert desk.get(f"/figures/contract_amount?{query}").status_code == 422


def test_many_rows_come_in_pages_and_none_twice(logged_in, database, officer, store) -> None:
    with database.writing() as work:
        units.add_system(work, officer, code="making", name="先进制造业", order=0)
        unit = units.add(work, officer, code="U1", name="单位一", kind=UnitKind.OTHER)
        made = District(work, officer, officer, "", {"U1": unit.id})
        for number in range(130):
            made.sign(made.project(f"第{number:03d}项"), date(2023, 2, 1), YI)
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address, seen = f"/figures/contract_amount?{PERIOD}", []
    while address:
        html = browser.get(address).text
        seen += re.findall(r"第\d{3}项", html)
        after = re.search(r'href="([^"]+)" rel="next"', html)
        address = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen)) == 130


def test_every_measure_has_a_name_and_a_page(desk, database) -> None:
    with database.reading() as work:
        codes = [one.code for one in measures.measures(work, date(2023, 1, 1), date(2023, 10, 31))]
    assert set(codes) <= set(TITLES)
    for code in codes:
        assert desk.get(f"/figures/{code}?{PERIOD}").status_code == 200, code


@pytest.mark.parametrize(
    "code",
    [
        "start_rate_cohort",
        "start_rate_due",
        "start_rate_on_time",
        "start_rate_period",
        "start_rate_union",
        "money_in_place_rate_period",
        "money_in_place_rate_cohort",
        "fund_landing_rate_count",
        "fund_landing_rate_amount",
        "capital_conversion",
        "production_rate",
        "capacity_rate",
        "investment_attainment",
        "leverage_fund",
        "leverage_sub_fund",
        "leverage_project",
    ],
)
def test_every_rate_of_the_domain_opens_to_its_rows_and_hands_them_out(desk, code: str) -> None:
    page = desk.get(f"/figures/{code}?{PERIOD}")
    assert page.status_code == 200
    rows = csv_rows(desk.get(f"/figures/{code}/rows.csv?{PERIOD}"))
    sheet = openpyxl.load_workbook(
        io.BytesIO(desk.get(f"/figures/{code}/rows.xlsx?{PERIOD}").content)
    ).active
    assert sheet.max_row == len(rows)
    shown = value_of(page.text)
    assert re.match(r"— \(.+\)", shown) or len(rows) > 1, shown  # a reason, or rows


def test_a_rate_without_a_definition_is_shown_nowhere(desk) -> None:
    for address in ("/figures/own_rate", "/figures/own_rate/rows.csv", "/figures/own_rate/tip"):
        assert desk.get(f"{address}?{PERIOD}").status_code == 404, address


# ---- funds
def test_every_fund_figure_has_a_name_and_a_page(logged_in, books) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    assert set(performance_figures.DEFINITIONS) <= set(figures.FUND_TITLES)
    for code in performance_figures.DEFINITIONS:
        answer = browser.get(f"/figures/{code}?fund=HT&as_of=2024-12-31")
        assert answer.status_code == 200, code


def test_a_fund_figure_opens_to_its_ledger_entries(logged_in, books) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    html = browser.get("/figures/paid_in?fund=HT&as_of=2024-12-31&lang=en&unit=wan").text
    assert value_of(html) == "CNY 1 m"
    assert 'href="/funds/HT"' in html
    before = browser.get("/figures/paid_in?fund=HT&as_of=2023-12-31&lang=en").text
    assert "No rows" in before


def test_a_limited_partner_opens_its_own_account_and_nothing_of_the_others(
    logged_in, books
) -> None:
    browser = logged_in(Role.LP, "lp1", organisation_id=books["LP1"])
    html = browser.get("/figures/committed?fund=HT&as_of=2024-12-31&lang=en&unit=wan").text
    assert "出资人 LP1" in html
    assert "出资人 LP2" not in html
    rows = csv_rows(browser.get("/figures/paid_in/rows.csv?fund=HT&as_of=2024-12-31"))
    assert [row[4] for row in rows[1:]] == ["400000.00"]
    assert browser.get("/figures/moic?fund=HT").status_code == 404


def test_a_limited_partner_finds_no_other_fund_and_no_attraction_measure(
    logged_in, books, database, manager
) -> None:
    with database.writing() as work:
        other = open_book(work, manager, "XW")
        stranger = other.partner("LP9", 100_00).organisation_id
    browser = logged_in(Role.LP, "lp9", organisation_id=stranger)
    assert browser.get("/figures/tvpi?fund=HT").status_code == 404
    assert browser.get("/figures/tvpi/tip?fund=HT").status_code == 404
    assert browser.get("/figures/tvpi/rows.xlsx?fund=HT").status_code == 404
    assert browser.get("/figures/contract_amount").status_code == 404


def test_an_administrator_sees_no_figures(logged_in) -> None:
    assert logged_in(Role.ADMIN).get("/figures/contract_amount").status_code == 403


# ---- files
def test_the_csv_has_every_row_with_its_provenance(desk) -> None:
    answer = desk.get(f"/figures/contract_amount/rows.csv?{PERIOD}")
    head, *rows = csv_rows(answer)
    assert len(rows) == 3
    of = dict(zip(head, rows[0], strict=True))
    assert of["Amount (yuan)"] == "400000000.00"
    assert (of["Period from"], of["As of"], of["Definition version"]) == (
        "2023-01-01",
        "2023-10-31",
        "1",
    )
    assert of["Figure code"] == "contract_amount"
    assert [row[head.index("Data")] for row in rows] == ["Real data", "Real data", "Demo data"]
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_the_workbook_says_the_same_as_the_csv(desk) -> None:
    address = f"/figures/contract_amount/rows.{{}}?{PERIOD}"
    book = CalamineWorkbook.from_filelike(io.BytesIO(desk.get(address.format("xlsx")).content))
    sheet = book.get_sheet_by_index(0).to_python()
    rows = csv_rows(desk.get(address.format("csv")))
    assert sheet[0] == rows[0]
    assert [row[1] for row in sheet] == [row[1] for row in rows]
    assert [row[4] for row in sheet[1:]] == [float(row[4]) for row in rows[1:]]


def test_the_name_of_a_file_may_be_chinese(desk) -> None:
    answer = desk.get(f"/figures/contract_amount/rows.csv?{PERIOD}&lang=zh")
    header = answer.headers["content-disposition"]
    assert header.isascii()
    assert "filename*=UTF-8''%E" in header


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "  =1"])
def test_text_never_becomes_a_formula(text: str) -> None:
    assert exports.neutral(text) == "'" + text


def test_a_name_that_looks_like_a_formula_is_neutralised_in_both_files(desk) -> None:
    rows = csv_rows(desk.get(f"/figures/contract_amount/rows.csv?{PERIOD}"))
    assert "'=HYPERLINK(1)" in [row[1] for row in rows]
    content = desk.get(f"/figures/contract_amount/rows.xlsx?{PERIOD}").content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    assert "'=HYPERLINK(1)" in [row[1] for row in sheet.to_python()]


def test_plain_text_and_numbers_are_left_alone() -> None:
    table = exports.Table(
        title="t", headings=("a", "b"), rows=(("甲-乙", exports.yuan(-500)), ("", None))
    )
    assert exports.as_csv(table).decode("utf-8-sig") == "a,b\r\n甲-乙,-5.00\r\n,\r\n"
    assert exports.as_xlsx(table) == exports.as_xlsx(table)
