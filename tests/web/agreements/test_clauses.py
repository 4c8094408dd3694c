"""Clauses through the browser: pasted, proposed, asked, confirmed, and checked by dated rules."""

import pytest

from dealflow.clause_rules import ClauseRule
from dealflow.clauses import AgreementClause
from dealflow.condition_templates import ConditionTemplate
from dealflow.conditions import Condition
from portfolio.kernel.actors import Role
from tests.web.agreements.papers import YI, count, one, send, signed
from tests.web.conftest import hidden_fields

REBATE = "区级财政按企业缴纳增值税地方留成部分的50%给予奖励。"
TEXT = (
    "第一条 乙方应于2026年12月31日前，固定资产投资不低于3亿元。未达到的，按年化8%回购。\n"
    f"第二条 {REBATE}\n第三条 员工力争达到300人。"
)


def pasted(browser, scene, signed_on: str = "2025-03-01") -> str:
    address = signed(browser, scene, signed_on=signed_on)
    answer = send(browser, f"{address}/clauses", f"{address}/clauses", text=TEXT)
    assert answer.status_code == 303, answer.text
    return address


def test_a_pasted_text_is_proposed_and_confirmed_as_a_condition(logged_in, database, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = pasted(browser, scene)
    assert count(database, AgreementClause) == 3
    assert count(database, Condition) == 0  # a proposal is no condition
    page = browser.get(f"{address}/clauses?lang=en").text
    assert "≥ CNY 0.30 bn" in page
    clause = page.split("conditions/new?clause=")[1].split("&")[0]
    form = browser.get(f"{address}/conditions/new?clause={clause}&n=0&lang=en").text
    assert 'value="2026-12-31"' in form
    passage = form.split('name="clause" value="')[1].split('"')[0]
    answer = send(
        browser,
        f"{address}/conditions",
        address,
        metric="fixed_asset_investment",
        name="固定资产投资",
        threshold="3",
        unit="yi",
        due_on="2026-12-31",
        consequence="buy_back",
        rate="8",
        instalments="3",
        clause=passage,
    )
    assert answer.status_code == 303, answer.text
    row = one(database, Condition)
    assert (row.threshold, row.rate_ppm, row.instalments) == (3 * YI, 80_000, 3)
    assert "C1</a>" in browser.get(f"{address}/clauses").text  # known as recorded


def test_what_is_not_exact_is_asked_on_the_page(logged_in, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    page = browser.get(f"{pasted(browser, scene)}/clauses?lang=en").text
    assert "the value" in page
    assert "the due date" in page


@pytest.mark.parametrize(("signed_on", "is_flagged"), [("2024-07-31", False), ("2024-08-01", True)])
def test_a_rebate_is_for_legal_review_from_the_day_of_the_decree(
    logged_in, scene, signed_on, is_flagged
) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    page = browser.get(f"{pasted(browser, scene, signed_on)}?lang=en").text
    assert ("For legal review" in page) is is_flagged
    assert ("第十条第（一）项" in page) is is_flagged


def test_a_rule_gets_a_new_version_and_a_template_is_added(logged_in, database) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    answer = send(
        browser,
        "/agreements/rules",
        code="FCR-TAX",
        flag="tax_rebate",
        document="《公平竞争审查条例实施办法》",
        article="第十五条",
        valid_from="2026-06-01",
        groups="增值税、所得税\n返还，奖励",
    )
    assert answer.status_code == 303, answer.text
    rule = one(database, ClauseRule)
    assert (rule.version, rule.groups) == (2, '[["增值税", "所得税"], ["返还", "奖励"]]')
    answer = send(
        browser,
        "/agreements/templates",
        code="exports",
        name="出口额",
        metric="annual_output",
        months="24",
        consequence="step_down",
        rate="25",
    )
    assert answer.status_code == 303, answer.text
    assert one(database, ConditionTemplate).rate_ppm == 250_000
    assert "出口额" in browser.get("/agreements/templates").text


def test_a_template_fills_the_form_of_a_condition(logged_in, scene) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    address = signed(browser, scene, signed_on="2025-03-31")
    form = browser.get(f"{address}/conditions/new?template=registered").text
    assert 'value="2025-06-30"' in form  # three months after 31 March
    assert browser.get(f"{address}/conditions/new?template=nothing").status_code == 404


def test_an_auditor_reads_the_rules_and_adds_none(logged_in) -> None:
    browser = logged_in(Role.AUDITOR)
    page = browser.get("/agreements/rules")
    assert page.status_code == 200
    assert "公平竞争审查条例" in page.text
    assert 'action="/agreements/rules"' not in page.text
    answer = browser.post(
        "/agreements/rules", data=hidden_fields(browser.get("/account").text) | {"code": "X"}
    )
    assert answer.status_code == 403
