"""Terms of an agreement through the browser: conditions, the tranche they hold, the investment."""

import pytest

from dealflow.agreements import Agreement, Pledge
from dealflow.conditions import Condition
from portfolio import investments, tranches
from portfolio.investments import Investment
from portfolio.kernel.actors import Role
from portfolio.tranches import Tranche
from tests.web.agreements.papers import (
    SIGNED,
    YI,
    condition,
    count,
    funded,
    one,
    send,
    signed,
)
from tests.web.conftest import hidden_fields


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
