"""The office's book through the browser: districts, legal opinions, limits, weights, stakes."""

import io
import re
from datetime import date

import openpyxl
import pytest
from starlette.testclient import TestClient

from dealflow import (
    agreements,
    clause_opinions,
    clause_rules,
    clauses,
    external_figures,
    observations,
    race_boards,
    stall_limits,
    units,
)
from dealflow.agreements import AgreementKind
from dealflow.clause_opinions import Review
from dealflow.race import Method, Part
from dealflow.race_boards import Formula
from dealflow.targets import Scope
from dealflow.terms import Consequence, Metric
from dealflow.units import UnitKind
from portfolio.kernel.actors import Role
from tests.dealflow.district import YI, District
from tests.dealflow.test_clause_opinions import OURS, REBATE
from tests.dealflow.test_districts import HEADS, line, workbook
from tests.web.books import open_fund
from tests.web.conftest import LogIn
from tests.web.test_landing_office import posted

BOARD = "/landing?tab=race&board=districts&as_of=2026-09-30&lang=en"
OFFICE = Role.INVESTMENT_OFFICE
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DAYS = {"期初": "2026-01-01", "期末": "2026-06-30"}
FORMULA = Formula(
    code="districts",
    version=1,
    title="区县榜",
    title_en="Districts",
    scope=Scope.DISTRICT,
    parts=(Part(code="contract_amount", method=Method.EFFICACY, weight=100),),
    valid_from=date(2026, 1, 1),
)


@pytest.fixture
def district(database, officer, second_officer, store) -> District:
    """A district that signed one contract of 8 亿 in 2026, and the formula of the board."""
    with database.writing() as work:
        units.add_system(work, officer, code="making", name="制造", order=0)
        unit = units.add(work, officer, code="U1", name="单位一", kind=UnitKind.OTHER)
        file = store.keep(work, officer, name="证明.pdf", content=b"%PDF-1.7 evidence")
        made = District(work, officer, second_officer, file.id, {"U1": unit.id})
        made.sign(made.project("甲项目"), date(2026, 3, 1), 8 * YI)
        race_boards.set_formula(work, officer, FORMULA)
        return made


@pytest.fixture
def paper(database, officer, district) -> str:
    """A framework agreement that a rule of ours speaks of, with 0.2 亿 at stake."""
    with database.writing() as work:
        clause_rules.add_version(work, officer, OURS)
        district.work = work
        row = agreements.sign(
            work,
            officer,
            project_id=district.project("乙项目").id,
            kind=AgreementKind.FRAMEWORK,
            title="框架协议",
            signed_on=date(2024, 2, 1),
        )
        clauses.keep(work, officer, row.id, REBATE)
        observations.agree(
            work,
            officer,
            agreement_id=row.id,
            metric=Metric.HEADCOUNT,
            name="在册员工",
            threshold=60_000,
            due_on=date(2027, 2, 1),
            consequence=Consequence.LAND_RECOVERY,
            at_stake_fen=YI // 5,
        )
        return row.id


# ---- districts
def uploaded(browser: TestClient, content: bytes):
    files = {"sheet": ("他区.xlsx", content, XLSX)}
    return posted(browser, "/race/districts", "/race/districts/import", files)


def test_a_sheet_of_figures_is_previewed_confirmed_and_ranked_beside_ours(
    logged_in: LogIn, database, district
) -> None:
    browser = logged_in(OFFICE)
    content = workbook(
        line("contract_amount", "20亿元", **DAYS),
        line("contract_amount", "4亿元", 区县="乙区", **DAYS),
    )
    answer = uploaded(browser, content)
    assert answer.status_code == 303, answer.text
    preview = answer.headers["location"]
    assert "Record the figures" in browser.get(f"{preview}?lang=en").text
    with database.reading() as work:
        assert external_figures.every(work, date(2026, 12, 31)) == []  # a preview books nothing
    assert posted(browser, preview, preview).status_code == 303
    board = browser.get(BOARD).text
    found = re.findall(r'race-name">([^<]+)<', board)
    assert [found[0], found[2]] == ["甲区", "乙区"]  # ours, 8 of 4 to 20, stands between
    row = re.search(r'href="(/race/districts\?[^"]+#fig-[^"]+)"', board)
    assert row is not None
    opened = browser.get(row[1].replace("&amp;", "&")).text
    evidence = re.search(r'href="(/evidence/[^"]+)"', opened)
    assert evidence is not None
    assert browser.get(evidence[1]).content == content  # the document itself, by its hash


def test_a_sheet_with_findings_lists_all_of_them_and_cannot_be_confirmed(
    logged_in: LogIn, database, district
) -> None:
    browser = logged_in(OFFICE)
    wrong = workbook(
        line("contract_amount", "20", **DAYS),
        line("no_such", 1, **DAYS),
        line("contract_amount", "4亿元", 区县="乙区", **DAYS),
    )
    preview = uploaded(browser, wrong).headers["location"]
    page = browser.get(f"{preview}?lang=en").text
    assert "E2" in page
    assert "B3" in page
    assert "Record the figures" not in page
    refused = posted(browser, "/race/districts", preview)
    assert refused.status_code == 422
    assert "2 findings; nothing was booked" in refused.text
    with database.reading() as work:
        assert external_figures.every(work, date(2026, 12, 31)) == []


def test_one_figure_is_entered_with_its_document_and_the_sample_can_be_read_back(
    logged_in: LogIn, database, district
) -> None:
    browser = logged_in(OFFICE)
    fields = {
        "district": "丙区",
        "code": "start_rate_cohort",
        "period_from": "2026-01-01",
        "period_to": "2026-06-30",
        "numerator": "33",
        "denominator": "49",
        "document": "半年通报",
    }
    file = {"evidence": ("通报.pdf", b"%PDF-1.7 bulletin", "application/pdf")}
    to = "/race/districts"
    assert posted(browser, to, to, **fields).status_code == 422  # without the document
    assert posted(browser, to, to, file, **fields).status_code == 303
    page = browser.get(f"{to}?lang=en").text
    assert "67.3%" in page
    assert "33 ÷ 49" in page
    sample = browser.get(f"{to}/sample.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(sample.content)).active
    assert [cell.value for cell in sheet[1]][:5] == list(HEADS[:5])
    assert logged_in(Role.AUDITOR).get(to).status_code == 200
    assert posted(logged_in(Role.AUDITOR, "second"), to, to, file, **fields).status_code in {
        403,
        422,
    }


# ---- formulas and forecasts
def test_a_formula_is_added_as_data_and_its_next_version_ranks_the_board(
    logged_in: LogIn, district
) -> None:
    browser = logged_in(OFFICE)
    form, to = "/race/formulas", "/race/formulas"
    fields = {
        "code": "units",
        "scope": "unit",
        "title": "综合榜",
        "valid_from": "2026-01-01",
        "source": "考核办法",
        "measures": ["contract_amount", "start_rate_cohort", ""],
        "methods": ["efficacy", "share", "share"],
        "weights": ["60", "40", ""],
        "caps": ["", "120", ""],
    }
    assert posted(browser, form, to, **(fields | {"source": ""})).status_code == 422
    assert posted(browser, form, to, **fields).status_code == 303
    page = browser.get(BOARD.replace("districts", "units")).text
    assert "at most 120%" in page
    again = posted(browser, form, to, **fields)
    assert again.status_code == 422
    assert "has the version 1, in force since" in again.text
    later = fields | {"valid_from": "2026-07-01", "weights": ["100", "", ""]}
    wrong = posted(browser, form, to, **(later | {"weights": ["0", "40", ""]}))
    assert "weight above zero" in wrong.text
    chain = posted(browser, form, to, **(later | {"scope": "chain", "weights": ["60", "40", ""]}))
    assert "ranks others than the version before" in chain.text
    later |= {"measures": ["contract_amount", "", ""]}
    assert posted(browser, form, to, **later).status_code == 303
    assert "v2" in browser.get(BOARD.replace("districts", "units")).text
    assert logged_in(Role.AUDITOR).get(form).status_code in {403, 404}


def test_a_promise_and_the_forecast_of_a_day_are_kept_and_wait_for_their_score(
    logged_in: LogIn, district
) -> None:
    browser = logged_in(OFFICE)
    page = "/landing?tab=outlook"
    promised = {
        "code": "contract_amount",
        "year": "2026",
        "made_for": "2026-09-30",
        "at_least": "800",
        "source": "公开报道",
    }
    assert posted(browser, page, "/forecasts/promises", **promised).status_code == 303
    assert posted(browser, page, "/forecasts").status_code == 303
    again = posted(browser, page, "/forecasts")
    assert again.status_code == 422
    assert "is kept already" in again.text
    shown = browser.get(f"{page}&lang=en").text
    assert "public promise · 公开报道" in shown
    assert shown.count("year not over") == 4  # the promise and three measures
    empty = posted(browser, page, "/forecasts/promises", **(promised | {"source": ""}))
    assert "names where it was said" in empty.text


# ---- opinions
def test_a_finding_is_closed_on_its_page_by_two_persons(logged_in: LogIn, database, paper) -> None:
    first, second = logged_in(OFFICE, "one"), logged_in(OFFICE, "two")
    page = f"/agreements/{paper}"
    shown = first.get(f"{page}?lang=en").text
    assert "Legal review open" in shown
    finding = re.search(rf'href="({page}/findings/[^"]+)"', shown)
    assert finding is not None
    fields = {
        "author": "某律师",
        "given_on": "2026-09-01",
        "conclusion": "allowed",
        "reason": "有批准文件",
    }
    file = {"opinion": ("意见.pdf", b"%PDF-1.7 opinion", "application/pdf")}
    assert posted(first, finding[1], finding[1], file, **fields).status_code == 303
    waiting = second.get(f"{page}?lang=en").text
    assert "Opinion to confirm" in waiting
    check = re.search(rf'action="({page}/opinions/[^"]+/check)"', waiting)
    assert check is not None
    assert f'action="{check[1]}"' not in first.get(page).text  # not to who recorded it
    own = posted(first, page, check[1], accepted="true")
    assert own.status_code == 422
    assert "recorded this opinion yourself" in own.text
    assert posted(second, page, check[1], accepted="true").status_code == 303
    closed = first.get(f"{page}?lang=en").text
    assert "Allowed by opinion" in closed
    assert "all closed" in closed
    evidence = re.search(r'href="(/evidence/[^"]+)">意见.pdf', closed)
    assert evidence is not None
    assert first.get(evidence[1]).content == b"%PDF-1.7 opinion"


def test_changed_words_open_the_review_again(logged_in: LogIn, database, paper) -> None:
    browser = logged_in(OFFICE)
    page = f"/agreements/{paper}/clauses"
    change = re.search(rf'action="({page}/[^"]+/change)"', browser.get(page).text)
    assert change is not None
    text = REBATE.replace("30%", "40%")
    answer = posted(browser, page, change[1], text=text, on="2024-05-01")
    assert answer.status_code == 303, answer.text
    shown = browser.get(f"{page}?lang=en").text
    assert "takes the place of clause 1" in shown
    assert "replaced by clause 2" in shown
    with database.reading() as work:
        (only,) = clause_opinions.of_agreement(work, paper)
        assert (only.state, only.finding.no) == (Review.OPEN, 2)


# ---- stakes
def test_the_money_at_stake_stands_in_the_list_with_its_total_and_order(
    logged_in: LogIn, paper
) -> None:
    browser = logged_in(OFFICE)
    page = browser.get("/agreements?sort=-stake&lang=en").text
    assert 'aria-sort="descending"' in page
    opens = re.search(rf'href="/agreements/{paper}#h-terms">([^<]+)<', page)
    assert opens is not None
    assert opens[1] == "0.02"  # CNY bn
    assert "0.02" in re.findall(r"<tfoot>.*?</tfoot>", page, re.DOTALL)[0]
    first = re.search(r'agr-title" title="[^"]*" href="/agreements/([^"]+)"', page)
    assert first is not None
    assert first[1] == paper
    assert "h-terms" in browser.get(f"/agreements/{paper}").text


# ---- limits
def test_the_office_adds_a_version_of_the_limits_beside_the_lists(
    logged_in: LogIn, database
) -> None:
    browser = logged_in(OFFICE)
    fields = {"not_started": "30", "not_building": "60", "not_finished": "365", "idle": "20"}
    to = "/stalled/limits"
    refused = posted(browser, "/stalled", to, valid_from="2026-10-01", source="", **fields)
    assert refused.status_code == 422
    assert "do not say where they come from" in refused.text
    answer = posted(browser, "/stalled", to, valid_from="2026-10-01", source="调度办法", **fields)
    assert answer.status_code == 303, answer.text
    page = browser.get("/stalled?lang=en").text
    assert "no money for over 60 days after the start" in page
    assert "调度办法" in page
    with database.reading() as work:
        assert stall_limits.of_day(work, date(2026, 10, 1)).idle_days == 20
    assert "No event for 20 days" in browser.get("/deals?lang=en").text


# ---- weights
def test_a_total_is_shown_only_by_weights_that_name_their_source(
    logged_in: LogIn, database, manager
) -> None:
    with database.writing() as work:
        open_fund(work, manager)
    browser = logged_in(Role.FUND_MANAGER)
    page = "/funds/HT?tab=evaluation"
    assert "the weights are not published" in browser.get(f"{page}&lang=en").text
    weights = {
        "valid_from": "2026-01-01",
        "source": "本办自定",
        "codes": ["paid_in_share", "firms"],
        "weights": ["60", "40"],
        "fulls": ["100", "1"],
    }
    to = "/funds/HT/evaluation/weights"
    short = posted(browser, page, to, **(weights | {"weights": ["60", "30"]}))
    assert short.status_code == 422
    assert "add up to 90 %" in short.text
    assert posted(browser, page, to, **weights).status_code == 303
    shown = browser.get(f"{page}&lang=en").text
    assert "Weighted total" in shown
    assert "本办自定" in shown
    assert "the weights are not published" not in shown


def test_an_indicator_that_no_row_tells_is_reported_with_its_paper(
    logged_in: LogIn, database, manager
) -> None:
    with database.writing() as work:
        open_fund(work, manager)
    browser = logged_in(Role.FUND_MANAGER)
    page, to = "/funds/HT?tab=evaluation", "/funds/HT/evaluation/reports"
    assert "No row here tells it" in browser.get(f"{page}&lang=en").text
    fields = {"indicator": "capacity_use", "on": "2026-06-30", "value": "82.5", "rests_on": "年报"}
    assert posted(browser, page, to, **fields).status_code == 422  # without the paper
    file = {"paper": ("年报.pdf", b"%PDF-1.7 report", "application/pdf")}
    assert posted(browser, page, to, file, **fields).status_code == 303
    assert "82.5%" in browser.get(f"{page}&lang=en").text
    assert posted(browser, page, to, file, **(fields | {"indicator": "dpi"})).status_code == 404
