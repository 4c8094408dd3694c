"""Agreements through the browser: signing, promises, conditions, the tranche they hold."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from dealflow import agreements, projects
from dealflow.agreements import Agreement, AgreementKind, Pledge
from dealflow.conditions import Condition
from portfolio import funds, investments, organisations, tranches
from portfolio.funds import Fund, FundKind
from portfolio.investments import Investment
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from portfolio.tranches import Tranche
from tests.web.conftest import hidden_fields

SIGNED = date(2023, 10, 25)
HEARD = date(2023, 5, 1)
YI = 10_000_000_000  # 1 亿元 in fen
NO_FUND_MONEY = {"disclosed": "no", "fund_money": "by_use"}


@dataclass(frozen=True, slots=True)
class Scene:
    """A deal in talks, and the fund that may take part."""

    deal: str
    firm: str
    fund: str


@pytest.fixture
def scene(database: Database, manager: Actor) -> Scene:
    with database.writing() as work:
        firm = organisations.create(work, manager, name="签约企业 4（未具名）")
        deal = projects.create(
            work,
            manager,
            code="P-1",
            name="功率半导体基地",
            organisation_id=firm.id,
            first_heard_on=HEARD,
            is_demo=True,
        )
        fund = funds.create(
            work,
            manager,
            Fund(
                code="HT",
                name="洪泰基金",
                kind=FundKind.SUB.value,
                announced_on=SIGNED,
                inception_on=SIGNED,
            ),
        )
        return Scene(deal.id, firm.id, fund.id)


def pledges(*rows: tuple[str, str, str, str, str]) -> dict[str, list[str]]:
    """Return the repeated fields of (side, text, amount, unit, due) rows."""
    names = ("side", "text", "amount", "unit", "due")
    return {
        f"pledge_{name}": list(column)
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


THREE_SIDES = pledges(
    ("fund", "分两期投资", "3", "yi", ""),
    ("fund", "", "", "yi", ""),
    ("firm", "建设研发基地", "10", "yi", "2026-12-31"),
    ("firm", "研发人员不少于 120 人", "", "yi", ""),
    ("district", "提供厂房", "5000", "wan", "2024-06-30"),
)


def send(browser: TestClient, address: str, page: str = "", lang: str = "en", **fields: Any) -> Any:
    """Open a page, fill in a form of it and send it."""
    keys = hidden_fields(browser.get(page or address).text)
    return browser.post(f"{address}?lang={lang}", data=keys | fields)


def paper(scene: Scene, **changed: Any) -> dict[str, Any]:
    """Return a filled form for a framework agreement."""
    return {
        "project": scene.deal,
        "kind": "framework",
        "title": "合作框架协议",
        "signed_on": SIGNED.isoformat(),
        "amount": "10",
        "amount_unit": "yi",
        "disclosed": "yes",
        "fund": scene.fund,
        "fund_money": "by_use",
        **changed,
    }


def signed(browser: TestClient, scene: Scene, **changed: Any) -> str:
    """Sign an agreement; return its address."""
    answer = send(browser, "/agreements/new", **paper(scene, **changed))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def condition(**changed: Any) -> dict[str, Any]:
    return {
        "metric": "headcount",
        "name": "在渝员工（社保）",
        "operator": "at_least",
        "threshold": "120",
        "unit": "people",
        "due_on": "2026-12-31",
        "weight": "2",
        "cure_days": "30",
        "consequence": "none",
        "evidence_required": "社保清单",
        **changed,
    }


def funded(browser: TestClient, scene: Scene) -> str:
    """Sign, record the fund's investment and plan its first tranche."""
    address = signed(browser, scene)
    answer = send(
        browser,
        f"{address}/investment/new",
        address,
        fund=scene.fund,
        investment_code="HT-04",
        investment_name="签约企业 4（未具名）",
        instrument="股权",
        decided_on="2023-12-01",
    )
    assert answer.status_code == 303, answer.text
    answer = send(
        browser,
        f"{address}/tranches",
        address,
        agreed="9000",
        agreed_unit="wan",
        tranche_due="2024-03-31",
    )
    assert answer.status_code == 303, answer.text
    return address


def one(database: Database, row: Any) -> Any:
    with database.reading() as work:
        return work.session.execute(sa.select(row)).scalar_one()


def count(database: Database, row: Any) -> int:
    with database.reading() as work:
        return int(work.scalar(sa.select(sa.func.count()).select_from(row)))


# ---- signing
def test_a_framework_agreement_is_signed_with_the_promises_of_three_sides(
    logged_in, database, scene
) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    address = signed(browser, scene, **THREE_SIDES)
    row = one(database, Agreement)
    assert (row.amount_fen, row.signed_on, row.fund_id) == (10 * YI, SIGNED, scene.fund)
    with database.reading() as work:
        promises = agreements.detail(work, date(2026, 1, 1), row.id).promises
    assert sorted((p.side.value, p.amount_fen, p.due_on) for p in promises if p.amount_fen) == [
        ("district", YI // 2, date(2024, 6, 30)),
        ("firm", 10 * YI, date(2026, 12, 31)),
        ("fund", 3 * YI, None),
    ]
    page = browser.get(f"{address}?lang=zh").text
    assert all(words in page for words in ("分两期投资", "建设研发基地", "提供厂房", "A-2023-001"))


def test_the_paper_of_a_demo_deal_stays_demo(logged_in, database, scene) -> None:
    signed(logged_in(Role.INVESTMENT_OFFICE), scene)
    assert one(database, Agreement).is_demo


def test_the_signed_paper_is_kept_and_handed_out(logged_in, database, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    keys = hidden_fields(browser.get("/agreements/new").text)
    answer = browser.post(
        "/agreements/new",
        data=keys | paper(scene),
        files={"paper": ("协议.pdf", b"%PDF-1.7 signed", "application/pdf")},
    )
    assert answer.status_code == 303, answer.text
    file_id = one(database, Agreement).file_id
    assert f"/evidence/{file_id}" in browser.get(answer.headers["location"]).text
    assert browser.get(f"/evidence/{file_id}").content == b"%PDF-1.7 signed"


def test_an_amount_that_was_not_disclosed_is_not_zero(logged_in, database, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene, amount="", disclosed="no")
    assert one(database, Agreement).amount_fen is None
    assert "not disclosed" in browser.get(f"{address}?lang=en").text
    assert "not disclosed" in browser.get("/agreements?lang=en").text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount": "1.2.3"}, "is not an amount of money"),
        ({"amount": "300 人"}, "is not an amount of money"),
        ({"amount": "0.12345678901", "amount_unit": "yi"}, "a part of a fen"),
        ({"amount": ""}, "The amount is missing"),
        ({"disclosed": "no"}, "marked as not disclosed"),
        ({"title": " "}, "has no title"),
        ({"signed_on": "2199-01-01"}, "has not come yet"),
        ({"start_due_on": "2023-10-24"}, "before the signing on"),
        ({"signed_on": "2023-04-30"}, "Lead|lead|before|first heard"),
        ({"kind": "formal", "amount": "", "disclosed": "no"}, "names its amount"),
        ({"fund": "00000000-0000-7000-8000-000000000000"}, "no such page or record"),
        (pledges(("firm", "", "3", "yi", "")), "pledge has no text"),
        (pledges(("firm", "建设", "3", "yi", "soon")), "is not a day"),
        ({"pledge_side": ["firm"], "pledge_text": ["甲", "乙"]}, "rows of the pledges"),
        ({"is_demo": "true"}, "could not be read at: is_demo"),
    ],
)
def test_what_no_paper_can_say_is_refused_and_nothing_is_written(
    logged_in, database, scene, changed, said
) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    answer = send(browser, "/agreements/new", **(paper(scene) | changed))
    assert answer.status_code in {404, 422}
    assert re.search(said, answer.text), answer.text
    assert (count(database, Agreement), count(database, Pledge)) == (0, 0)


def test_a_refusal_fills_its_own_place_and_leaves_the_form_as_it_was_typed(
    logged_in, scene
) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    keys = hidden_fields(browser.get("/agreements/new").text)
    answer = browser.post(
        "/agreements/new", data=keys | paper(scene, amount="??"), headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert answer.headers["hx-retarget"] == "find .errbox"
    assert "<form" not in answer.text


def test_a_double_click_signs_once(logged_in, database, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    fields = hidden_fields(browser.get("/agreements/new").text) | paper(scene)
    first, again = (browser.post("/agreements/new", data=fields) for _ in range(2))
    assert first.headers["location"] == again.headers["location"]
    assert count(database, Agreement) == 1


def test_the_form_of_a_deal_names_it_and_grows_without_a_script(logged_in, scene) -> None:
    page = logged_in(Role.INVESTMENT_OFFICE).get(f"/agreements/new?deal={scene.deal}&lang=zh").text
    assert f'name="project" value="{scene.deal}"' in page
    assert page.split("<template>")[0].count('name="pledge_text"') >= 2


def test_nobody_without_the_duty_signs(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    assert browser.get("/agreements").status_code == 200
    assert browser.get("/agreements/new").status_code == 403


def test_an_investor_sees_no_agreement(logged_in, database, manager, scene) -> None:
    address = signed(logged_in(Role.INVESTMENT_OFFICE), scene)
    with database.writing() as work:
        investor = organisations.create(work, manager, name="出资人甲")
    browser = logged_in(Role.LP, organisation_id=investor.id)
    assert browser.get("/agreements").status_code == 403
    assert browser.get(address).status_code == 403


def test_an_agreement_that_is_not_there_is_not_found(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    assert browser.get("/agreements/00000000-0000-7000-8000-000000000000").status_code == 404
    assert browser.get("/agreements/nonsense").status_code == 404


# ---- conditions and tranches
def test_a_condition_gates_the_tranche_of_the_agreement(logged_in, database, scene) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    address = funded(browser, scene)
    tranche = one(database, Tranche)
    assert tranche.agreed_fen == 9 * YI // 10
    answer = send(
        browser,
        f"{address}/conditions",
        address,
        **condition(consequence="gates_tranche", tranche=tranche.id),
    )
    assert answer.status_code == 303, answer.text
    row = one(database, Condition)
    assert (row.threshold, row.weight, row.cure_days) == (120_000, 2, 30)
    with database.reading() as work:
        assert tranches.status(tranches.position(work, tranche.id)) is tranches.TrancheStatus.HELD
    page = browser.get(f"{address}?lang=en").text
    assert "nothing is verified yet of ≥ 120 people" in page


@pytest.mark.parametrize(
    ("changed", "threshold"),
    [
        ({"metric": "fixed_asset_investment", "threshold": "3", "unit": "yi"}, 3 * YI),
        ({"metric": "fixed_asset_investment", "threshold": "3", "unit": "wan"}, 3_000_000),
        ({"metric": "floor_area", "threshold": "8,600.5", "unit": "m²"}, 8_600_500),
        ({"metric": "registered_here", "threshold": "", "unit": "yes_no"}, 1_000),
    ],
)
def test_a_threshold_is_kept_in_the_unit_of_its_metric(
    logged_in, database, scene, changed, threshold
) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene)
    answer = send(browser, f"{address}/conditions", address, **(condition() | changed))
    assert answer.status_code == 303, answer.text
    assert one(database, Condition).threshold == threshold


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"unit": "yi"}, "Headcount is counted in people, not in 亿元"),
        ({"metric": "annual_tax", "unit": "people"}, "Annual tax is counted in money"),
        ({"metric": "registered_here", "unit": "people"}, "not in people"),
        ({"unit": "furlongs"}, "not in an unknown unit"),
        (
            {"metric": "annual_tax", "unit": "yi", "threshold": "0.00000000001"},
            "a part of a fen",
        ),
        ({"threshold": "120.0005"}, "more than three decimals"),
        ({"threshold": "many"}, "is not a number"),
        ({"threshold": "0"}, "met by itself"),
        ({"due_on": "2023-10-24"}, "before the agreement was signed"),
        ({"name": " "}, "has no name"),
        ({"consequence": "gates_tranche"}, "names the tranche"),
        ({"paper_unit": "万元", "metric": "annual_tax", "unit": "wan"}, "has its own unit"),
        ({"weight": "-1"}, "zero or more"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused_and_says_why(
    logged_in, database, scene, changed, said
) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene)
    answer = send(browser, f"{address}/conditions", address, **(condition() | changed))
    assert answer.status_code == 422
    assert said in answer.text
    assert count(database, Condition) == 0


def test_a_tranche_of_another_investment_cannot_be_gated(
    logged_in, database, manager, scene
) -> None:
    with database.writing() as work:
        other = investments.create(
            work,
            manager,
            fund_id=scene.fund,
            code="X",
            name="别的投资",
            organisation_id=scene.firm,
            instrument="",
            decided_on=SIGNED,
        )
        tranche = tranches.plan(
            work, manager, investment_id=other.id, agreed_fen=YI, due_on=SIGNED, is_demo=False
        ).id
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene)
    fields = condition(consequence="gates_tranche", tranche=tranche)
    answer = send(browser, f"{address}/conditions", address, **fields)
    assert "another investment than the agreement" in answer.text


def test_a_stale_form_attaches_nothing_and_shows_both_versions(
    logged_in, database, manager, scene
) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    address = signed(browser, scene)
    late = hidden_fields(browser.get(address).text)
    with database.writing() as work:
        ids = [
            investments.create(
                work,
                manager,
                fund_id=scene.fund,
                code=code,
                name=f"投资{code}",
                organisation_id=scene.firm,
                instrument="",
                decided_on=SIGNED,
            ).id
            for code in ("A", "B")
        ]
    assert send(browser, f"{address}/investment", address, investment=ids[0]).status_code == 303
    fields = late | {"investment": ids[1], "version": "1"}
    answer = browser.post(f"{address}/investment?lang=en", data=fields)
    assert answer.status_code == 409
    assert ids[0] in answer.text
    assert ids[1] in answer.text
    assert one(database, Agreement).investment_id == ids[0]


def test_a_new_investment_and_its_link_are_recorded_together_or_not_at_all(
    logged_in, database, scene
) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    address = signed(browser, scene)
    keys = hidden_fields(browser.get(address).text) | {"version": "7"}
    fields = {
        "fund": scene.fund,
        "investment_code": "HT-04",
        "investment_name": "甲",
        "decided_on": "2023-12-01",
    }
    assert browser.post(f"{address}/investment/new", data=keys | fields).status_code == 409
    assert count(database, Investment) == 0


def test_a_tranche_needs_the_investment_and_the_duty(logged_in, database, scene) -> None:
    manager = logged_in(Role.FUND_MANAGER)
    address = signed(manager, scene)
    fields = {"agreed": "1", "agreed_unit": "yi", "tranche_due": "2024-01-31"}
    answer = send(manager, f"{address}/tranches", address, **fields)
    assert "Attach the investment first" in answer.text
    office = logged_in(Role.INVESTMENT_OFFICE)
    assert send(office, f"{address}/tranches", address, **fields).status_code == 403
    assert count(database, Tranche) == 0


def test_a_pledge_is_added_later(logged_in, database, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene)
    fields = {"side": "district", "text": "配套道路", "pledged": "2000", "pledged_unit": "wan"}
    assert send(browser, f"{address}/pledges", address, **fields).status_code == 303
    row = one(database, Pledge)
    assert (row.side, row.amount_fen, row.is_demo) == ("district", 2000 * 1_000_000, True)
    refused = send(browser, f"{address}/pledges", address, **(fields | {"text": ""}))
    assert "pledge has no text" in refused.text


def test_a_page_that_the_form_stood_on_is_loaded_again(logged_in, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene)
    keys = hidden_fields(browser.get(address).text)
    answer = browser.post(
        f"{address}/conditions",
        data=keys | condition(),
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{address}#h-add"},
    )
    assert (answer.status_code, answer.headers["hx-refresh"]) == (204, "true")


# ---- the list
def test_the_list_narrows_and_the_matrix_shows_each_condition(logged_in, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene)
    send(browser, f"{address}/conditions", address, **condition(due_on="2024-01-31"))
    page = browser.get("/agreements?lang=zh").text
    assert "签约企业 4（未具名）" in page
    assert address in page
    for query in ("kind=formal", "year=2022", "state=kept", f"fund={scene.deal}"):
        assert address not in browser.get(f"/agreements?{query}").text, query
    for query in ("kind=framework", "year=2023", "state=overdue", f"fund={scene.fund}"):
        assert address in browser.get(f"/agreements?{query}").text, query
    assert f"{address}#cond-" in browser.get("/agreements?view=matrix").text


def test_the_list_of_an_earlier_day_does_not_know_what_was_signed_later(logged_in, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene)
    before = (SIGNED - timedelta(days=1)).isoformat()
    assert address not in browser.get(f"/agreements?as_of={before}").text
    assert browser.get(f"{address}?as_of={before}").status_code == 404


def test_a_past_day_is_read_only(logged_in, scene) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    address = signed(browser, scene)
    assert "<form class" not in browser.get(f"{address}?as_of=2024-01-01").text.split("<main")[1]


def test_the_queries_of_the_list_do_not_grow_with_it(database, manager, scene, logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    seen: list[str] = []
    sa.event.listen(database.reader, "before_cursor_execute", lambda *given: seen.append(given[2]))

    def queries() -> int:
        seen.clear()
        assert browser.get("/agreements").status_code == 200
        return len(seen)

    def sign(number: int) -> None:
        with database.writing() as work:
            agreements.sign(
                work,
                manager,
                project_id=scene.deal,
                kind=AgreementKind.FRAMEWORK,
                title=f"协议{number}",
                signed_on=SIGNED,
            )

    sign(1)
    first = queries()
    sign(2)
    sign(3)
    assert queries() == first
