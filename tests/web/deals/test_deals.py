"""Projects as lists, a firm and a deal recorded, a stage moved: in the browser."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from dealflow import projects
from dealflow.projects import Project
from dealflow.stages import Stage
from portfolio import organisations
from tests.web.conftest import hidden_fields
from tests.web.deals.town import YI, Desk

pytestmark = pytest.mark.usefixtures("town")


# ---- lists
def test_the_board_counts_and_sums_its_columns_and_says_in_which_unit(office) -> None:
    page = office.see("/deals")
    column = page[page.index('data-stage="formal"') :]
    assert "<b>10.00</b>亿元" in column
    assert "示例空天基地" in column
    assert "<b>100,000</b>万元" in office.see("/deals", unit="wan")


def test_a_folded_column_opens_by_its_address(office) -> None:
    assert 'data-stage="lead"' not in office.see("/deals")
    assert 'data-stage="lead"' in office.see("/deals", unfold="lead")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "空天"}, True),
        ({"q": "P-2024-001"}, True),
        ({"q": "没有"}, False),
        ({"system": "digital-economy"}, True),
        ({"system": "services"}, False),
        ({"year": "2024"}, True),
        ({"year": "2023"}, False),
        ({"year": ""}, True),
        ({"fund": "1"}, True),
        ({"size": "yi50"}, False),
        ({"column": "formal"}, True),
        ({"column": "lead"}, False),
    ],
)
def test_the_address_narrows_the_table(office, query, found) -> None:
    assert ("示例空天基地" in office.see("/deals", view="table", **query)) is found


def test_filters_by_chain_and_unit_take_ids_only(town, office) -> None:
    assert "示例空天基地" in office.see("/deals", view="table", chain=town.chain_id)
    assert "示例空天基地" in office.see("/deals", view="table", unit_id=town.unit_id)
    assert office.browser.get("/deals", params={"chain": "x' OR 1=1"}).status_code == 422


@pytest.fixture
def many(database, officer) -> None:
    with database.writing() as work:
        firm = organisations.create(work, officer, name="示例企业")
        for number in range(60):
            projects.create(
                work,
                officer,
                code=f"X-{number:03d}",
                name=f"示例项目 {number:03d}",
                organisation_id=firm.id,
                first_heard_on=date(2024, 3, 1),
                planned_investment_fen=(number + 1) * YI,
            )


def codes(html: str) -> list[str]:
    return re.findall(r"示例项目 \d{3}(?=</a>)", html)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("sort", ["code", "-code", "amount", "-amount", "event", "-stage"])
def test_the_pages_of_the_table_hold_every_project_once(office, sort) -> None:
    seen, path = [], f"/deals?view=table&sort={sort}"
    while path:
        page = office.browser.get(path).text
        seen += codes(page)
        after = re.search(r'href="([^"]+)" rel="next"', page)
        path = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == 60
    assert len(set(seen)) == 60


@pytest.mark.usefixtures("many")
def test_the_table_shows_totals_of_all_pages(office) -> None:
    page = office.see("/deals", view="table")
    foot = page[page.index("<tfoot>") :]
    assert "1,840.00" in foot  # Σ 1…60 and the contract of 10
    assert "1–50 / 61" in page


@pytest.mark.usefixtures("many")
def test_a_column_appends_its_next_cards_and_says_how_many_are_left(office) -> None:
    page = office.see("/deals", unfold="lead")
    assert "还有 48 个" in page
    more = re.search(r'hx-get="(/deals/column/lead[^"]+)"', page)
    assert more
    answer = office.browser.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert answer.text.count('<li class="dcard') == 12
    assert "还有 36 个" in answer.text
    assert "<html" not in answer.text


def test_the_number_of_queries_does_not_grow_with_the_projects(
    office, database, officer, query_count
) -> None:
    views = ("board", "table", "calendar")
    few = [query_count(lambda view=view: office.see("/deals", view=view)) for view in views]
    with database.writing() as work:
        firm = organisations.create(work, officer, name="示例企业")
        for number in range(30):
            row = projects.create(
                work,
                officer,
                code=f"X-{number:03d}",
                name=f"示例项目 {number:03d}",
                organisation_id=firm.id,
                first_heard_on=date(2024, 3, 1),
            )
            projects.record(work, officer, row.id, stage=Stage.IN_TALKS, on=date(2024, 4, 1))
    many = [query_count(lambda view=view: office.see("/deals", view=view)) for view in views]
    assert many == few


def test_the_calendar_holds_what_is_due_in_its_half_month(office) -> None:
    page = office.see("/deals", view="calendar")
    assert "2030-09-16" in page
    assert "固定资产投资累计" in page


def test_an_unreadable_key_of_a_page_is_answered_like_a_page_that_is_not_there(office) -> None:
    answer = office.browser.get("/deals", params={"view": "table", "after": "x"})
    assert answer.status_code == 404


# ---- a firm and a deal
NEW = {
    "firm_name": "新示例公司",
    "name": "新示例项目",
    "first_heard_on": "2026-01-05",
    "planned": "2.5",
    "planned_unit": "yi",
    "system": "digital-economy",
}


def test_a_firm_and_a_deal_are_recorded_in_one_form(town, office) -> None:
    assert 'name="credit_code"' in office.see("/deals/new")
    answer = office.send("/deals/new", **NEW, chain=town.chain_id, unit=town.unit_id)
    assert answer.status_code == 303, answer.text
    page = office.see(answer.headers["location"].split("?")[0], tab="overview")
    assert "新示例公司" in page
    assert "P-2026-001" in page
    assert "2.50" in page


def test_a_credit_code_with_a_wrong_check_character_is_refused_and_nothing_is_kept(office) -> None:
    answer = office.send("/deals/new", **NEW, credit_code="91500000MA5U000000")
    assert answer.status_code == 422
    assert "91500000MA5U000000" in answer.text
    assert "新示例项目" not in office.see("/deals", view="table")


def test_a_part_of_a_fen_is_refused(office) -> None:
    answer = office.send("/deals/new", **NEW | {"planned": "0.001", "planned_unit": "yuan"})
    assert answer.status_code == 422


def test_a_firm_that_is_known_is_used_again(office, database) -> None:
    office.send("/deals/new", **NEW)
    office.send("/deals/new", **NEW | {"name": "第二个示例项目"})
    with database.reading() as work:
        firms = work.rows(
            sa.select(col(Project.organisation_id)).where(col(Project.name).contains("示例项目"))
        )
    assert len(firms) == 2
    assert len(set(firms)) == 1


# ---- stages
def test_a_stage_moves_with_its_evidence_and_day(town, office) -> None:
    base = f"/deals/{town.project_id}"
    assert "needs" not in office.see(f"{base}/move")
    version = version_of(office, base)
    fields = {"to": "registered", "on": "2024-03-01"}
    refused = office.send(f"{base}/stage", version=version, **fields)
    assert refused.status_code == 422
    assert "注册" in refused.text
    assert (
        office.send(f"{base}/stage", version=version, file="evidence", **fields).status_code == 303
    )
    assert "2024-03-01" in office.see(base, tab="overview")


def version_of(desk: Desk, base: str) -> int:
    return int(hidden_fields(desk.see(f"{base}/move"))["version"])


def test_a_signed_stage_is_reached_by_the_agreement_alone(town, office) -> None:
    base = f"/deals/{town.project_id}"
    answer = office.send(
        f"{base}/stage", version=version_of(office, base), to="framework", on="2024-02-01"
    )
    assert answer.status_code == 422


def test_terminating_needs_a_reason(town, office) -> None:
    base = f"/deals/{town.project_id}"
    fields = {"to": "terminated", "on": "2024-02-01"}
    version = version_of(office, base)
    assert office.send(f"{base}/stage", version=version, **fields).status_code == 422
    done = office.send(f"{base}/stage", version=version, note="企业撤回", **fields)
    assert done.status_code == 303


def test_a_stale_move_changes_nothing_and_shows_both_texts(town, office, gp) -> None:
    base = f"/deals/{town.project_id}"
    version = version_of(gp, base)
    fields = {"to": "registered", "on": "2024-03-01", "file": "evidence"}
    assert office.send(f"{base}/stage", version=version, **fields).status_code == 303
    stale = gp.send(f"{base}/stage", version=version, to="shelved", on="2024-03-02", note="x")
    assert stale.status_code == 409
    assert "2024-03-02" in stale.text
    assert "registered" in stale.text or "注册" in stale.text


def test_a_milestone_is_voided_with_a_reason_and_the_stage_falls_back(town, office) -> None:
    base = f"/deals/{town.project_id}"
    version = version_of(office, base)
    start = {"to": "started", "on": "2024-05-01"}
    alone = office.send(f"{base}/stage", version=version, file="evidence", **start)
    assert alone.status_code == 422
    assert "照片" in alone.text
    office.send(f"{base}/stage", version=version, file="evidence photo", **start)
    page = office.see(base, tab="overview")
    void = re.findall(rf'action="({base}/milestones/[^"]+/void)"', page)[0]
    assert office.send(void, reason="").status_code == 422
    assert office.send(void, reason="日期有误").status_code == 303
    assert "日期有误" in office.see(base, tab="overview")
    assert "10.00" in office.see("/deals", view="table", column="formal")
