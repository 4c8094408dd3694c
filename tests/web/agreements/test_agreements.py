"""Agreements through the browser: signing, promises, and the list of them."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dealflow import agreements
from dealflow.agreements import Agreement, AgreementKind, Pledge
from portfolio import organisations
from portfolio.kernel.actors import Role
from tests.web.agreements.papers import (
    SIGNED,
    THREE_SIDES,
    YI,
    condition,
    count,
    one,
    paper,
    pledges,
    send,
    signed,
)
from tests.web.conftest import hidden_fields


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
        ({"signed_on": "2023-04-30"}, "stages follow their dates"),
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
