"""项目 in the browser: from a lead to a paid tranche, and back, by the people who do it."""

import re
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col
from starlette.testclient import TestClient

from dealflow import agreements, chains, landings, measures, observations, projects, units
from dealflow.agreements import AgreementKind, FundMoney
from dealflow.chain_figures import chain_figures
from dealflow.projects import Project
from dealflow.stages import Stage
from dealflow.terms import Consequence, Metric
from dealflow.units import UnitKind
from portfolio import commitments, funds, investments, ledger, organisations, tranches
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import PartnerKind
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database, Work
from portfolio.kernel.files import Store
from portfolio.ledger import Moment
from portfolio.postings import Posting, to_partners
from tests.web.conftest import LogIn, hidden_fields

YI = 10_000_000_000
PDF = ("证明 1.pdf", b"%PDF-1.7 seen on site", "application/pdf")
SIGNED, SEEN = date(2024, 1, 10), date(2024, 9, 2)
LATER = date(2025, 1, 1)


@dataclass(frozen=True)
class Town:
    """A project with a contract, a condition of 3 亿 fixed assets, and a gated tranche of 0.8 亿."""

    project_id: str
    chain_id: str
    fund_id: str
    condition_id: str
    first_id: str
    gated_id: str
    unit_id: str


def put_money(work: Work, actor: Actor, fund_id: str, fen: int) -> None:
    by = commitments.shares(work, fund_id, on=SIGNED)
    ledger.post(
        work,
        actor,
        fund_id=fund_id,
        tag="test",
        subject_id=fund_id,
        effective_date=SIGNED,
        postings=[
            Posting(account=AccountCode.CASH, amount_fen=fen),
            *to_partners(fen, Line.CONTRIBUTIONS, by, purpose="call:investments"),
        ],
    )


@pytest.fixture
def town(database: Database, manager: Actor, officer: Actor) -> Town:
    with database.writing() as work:
        units.add_system(work, officer, code="digital-economy", name="数字经济")
        unit = units.add(work, officer, code="U1", name="临空办", kind=UnitKind.OTHER)
        chain = chains.add(
            work, officer, slug="space", name="空天信息", system_code="digital-economy"
        )
        firm = organisations.create(work, officer, name="示例航天公司")
        fund = funds.create(
            work,
            manager,
            funds.Fund(
                code="HT", name="示例基金", kind="sub", announced_on=SIGNED, inception_on=SIGNED
            ),
        )
        lp = organisations.create(work, manager, name="示例出资人")
        commitments.admit(
            work,
            manager,
            fund_id=fund.id,
            code="LP1",
            name=lp.name,
            kind=PartnerKind.LP,
            committed_fen=5 * YI,
            effective_date=SIGNED,
            organisation_id=lp.id,
        )
        put_money(work, manager, fund.id, 3 * YI)
        project = projects.create(
            work,
            officer,
            code="P-2024-001",
            name="示例空天基地",
            organisation_id=firm.id,
            first_heard_on=date(2023, 5, 4),
            system_code="digital-economy",
            chain_id=chain.id,
            unit_id=unit.id,
            planned_investment_fen=10 * YI,
        )
        paper = agreements.sign(
            work,
            officer,
            project_id=project.id,
            kind=AgreementKind.FORMAL,
            title="投资合同",
            signed_on=SIGNED,
            amount_fen=10 * YI,
            fund_id=fund.id,
            fund_money=FundMoney.AS_PAID,
        )
        holding = investments.create(
            work,
            manager,
            fund_id=fund.id,
            code="I1",
            name="示例航天",
            organisation_id=firm.id,
            instrument="equity",
            decided_on=SIGNED,
            is_demo=False,
        )
        agreements.attach(
            work, officer, paper.id, investment_id=holding.id, version=paper.version
        )
        first, gated = (
            tranches.plan(
                work,
                manager,
                investment_id=holding.id,
                agreed_fen=fen,
                due_on=date(2024, 10, 1),
                is_demo=False,
            )
            for fen in (YI * 9 // 10, YI * 8 // 10)
        )
        condition = observations.agree(
            work,
            officer,
            agreement_id=paper.id,
            metric=Metric.FIXED_ASSET_INVESTMENT,
            name="固定资产投资累计",
            threshold=3 * YI,
            due_on=date(2030, 9, 30),
            consequence=Consequence.GATES_TRANCHE,
            gates_tranche_id=gated.id,
        )
    return Town(
        project_id=project.id,
        chain_id=chain.id,
        fund_id=fund.id,
        condition_id=condition.id,
        first_id=first.id,
        gated_id=gated.id,
        unit_id=unit.id,
    )


class Desk:
    """A person at the browser, as a test speaks of him."""

    def __init__(self, browser: TestClient) -> None:
        self.browser = browser

    def see(self, path: str, **query: str) -> str:
        answer = self.browser.get(path, params={"lang": "zh", **query})
        assert answer.status_code == 200, answer.text[:600]
        return answer.text

    def send(self, path: str, *, file: str = "", version: int | None = None, **fields: str):
        """Fill in the form of a page and send it; `file` names the field of the upload."""
        token = hidden_fields(self.browser.get("/account").text)
        sent = {**token, **fields, **({} if version is None else {"version": str(version)})}
        upload = {file: PDF} if file else None
        return self.browser.post(path, data=sent, files=upload, params={"lang": "zh"})


@pytest.fixture
def gp(logged_in: LogIn) -> Desk:
    """基金经理: pays, and may record what he sees."""
    return Desk(logged_in(Role.FUND_MANAGER))


@pytest.fixture
def office(logged_in: LogIn) -> Desk:
    """招商专员: records, and verifies what others recorded."""
    return Desk(logged_in(Role.INVESTMENT_OFFICE))


def shown(html: str, name: str) -> str:
    found = re.search(rf'id="{name}"[^>]*>([^<]*)<', html)
    assert found, name
    return found[1]


def three_books(database: Database, desk: Desk, town: Town) -> tuple[int, str, str, str]:
    """Cash in the fund's ledger, and what the pages show: project in place, chain, its fund money."""
    with database.reading() as work:
        cash = ledger.balance_fen(
            work, Moment(as_of=date.max), AccountCode.CASH, fund_id=town.fund_id
        )
    page = desk.see(f"/deals/{town.project_id}", tab="chain")
    return cash, shown(page, "in-place"), shown(page, "chain-in-place"), shown(page, "chain-fund")


# ---- the main job
def test_a_gated_tranche_waits_for_verified_evidence_then_one_payment_moves_three_books_and_back(
    town, gp, office, database
) -> None:
    base = f"/deals/{town.project_id}"
    pay = f"{base}/tranches/{town.gated_id}/payment"
    before = three_books(database, gp, town)
    assert before == (3 * YI, "0.00", "0.00", "0.00")

    refused = gp.send(pay, effective_date="2024-10-08")
    assert refused.status_code == 422
    assert "C1 固定资产投资累计" in refused.text
    assert "3.00 亿元" in refused.text
    assert three_books(database, gp, town) == before

    observe = f"{base}/conditions/{town.condition_id}/observations"
    for value in ("2.64", "3.05"):
        sent = gp.send(observe, file="evidence", value=value, observed_on=SEEN.isoformat())
        assert sent.status_code == 303, sent.text
        assert gp.send(pay, effective_date="2024-10-08").status_code == 422  # nobody verified it
        page = office.see(base, tab="conditions")
        check = re.findall(rf'action="({base}/observations/[^"]+/check)"', page)[0]
        assert gp.send(check, accepted="true").status_code == 403
        assert office.send(check, accepted="true").status_code == 303
        if value == "2.64":
            short = gp.send(pay, effective_date="2024-10-08")
            assert short.status_code == 422
            assert "0.36 亿元" in short.text
    paid = gp.send(pay, effective_date="2024-10-08")
    assert paid.status_code == 303, paid.text
    after = three_books(database, gp, town)
    assert after == (3 * YI - YI * 8 // 10, "0.80", "0.80", "0.80")
    with database.reading() as work:
        assert chain_figures(work, LATER)[0].in_place_fen == YI * 8 // 10
        figures = {one.code: one for one in measures.measures(work, SIGNED, LATER)}
        assert figures["money_in_place"].value == YI * 8 // 10

    reverse = f"{base}/tranches/{town.gated_id}/reversal"
    assert gp.send(reverse, reason="").status_code == 422
    assert gp.send(reverse, reason="户名有误").status_code == 303
    assert three_books(database, gp, town) == before


def test_the_person_who_recorded_an_observation_cannot_verify_it(town, office) -> None:
    base = f"/deals/{town.project_id}"
    path = f"{base}/conditions/{town.condition_id}/observations"
    office.send(path, file="evidence", value="3", observed_on=SEEN.isoformat())
    page = office.see(base, tab="conditions")
    assert "须由第二人核验" in page
    assert "/check" not in page


def test_an_observation_is_returned_with_a_reason_and_the_tranche_stays_held(
    town, gp, office
) -> None:
    base = f"/deals/{town.project_id}"
    path = f"{base}/conditions/{town.condition_id}/observations"
    gp.send(path, file="evidence", value="3", observed_on=SEEN.isoformat())
    check = re.findall(
        rf'action="({base}/observations/[^"]+/check)"', office.see(base, tab="conditions")
    )[0]
    assert office.send(check, accepted="false").status_code == 422
    assert office.send(check, accepted="false", reason="发票不全").status_code == 303
    pay = f"{base}/tranches/{town.gated_id}/payment"
    assert gp.send(pay, effective_date="2024-10-08").status_code == 422


def test_a_payment_asks_first_restating_fund_amount_and_what_is_missing(town, gp) -> None:
    page = gp.see(f"/deals/{town.project_id}/tranches/{town.gated_id}/payment")
    assert "示例基金" in page
    assert "0.80 亿元" in page
    assert "C1 固定资产投资累计" in page


def test_a_waiver_needs_its_resolution_and_opens_the_gate(town, gp, office) -> None:
    base = f"/deals/{town.project_id}"
    waive = f"{base}/conditions/{town.condition_id}/waiver"
    fields = {"decided_on": "2024-09-30", "reason": "投决会 2024-7 号决议"}
    assert office.send(waive, **fields).status_code == 422
    assert office.send(waive, file="resolution", **fields).status_code == 303
    pay = f"{base}/tranches/{town.gated_id}/payment"
    assert gp.send(pay, effective_date="2024-10-08").status_code == 303


def test_a_payment_sent_twice_is_booked_once(town, gp, database) -> None:
    path = f"/deals/{town.project_id}/tranches/{town.first_id}/payment"
    fields = hidden_fields(gp.browser.get("/account").text) | {"effective_date": "2024-10-08"}
    first, again = (gp.browser.post(path, data=fields) for _ in range(2))
    assert first.status_code == again.status_code == 303
    with database.reading() as work:
        cash = ledger.balance_fen(
            work, Moment(as_of=date.max), AccountCode.CASH, fund_id=town.fund_id
        )
    assert cash == 3 * YI - YI * 9 // 10


def test_a_payment_of_a_day_to_come_is_refused(town, gp) -> None:
    path = f"/deals/{town.project_id}/tranches/{town.first_id}/payment"
    assert gp.send(path, effective_date="2199-01-01").status_code == 422


def test_only_who_pays_tranches_is_asked_about_paying(town, office) -> None:
    path = f"/deals/{town.project_id}/tranches/{town.first_id}/payment"
    assert office.browser.get(path).status_code == 403
    assert office.send(path, effective_date="2024-10-08").status_code == 403
    assert path not in office.see(f"/deals/{town.project_id}", tab="conditions")


# ---- lists
def test_the_board_counts_and_sums_its_columns_and_says_in_which_unit(town, office) -> None:
    page = office.see("/deals")
    column = page[page.index('data-stage="formal"') :]
    assert "<b>10.00</b>亿元" in column
    assert "示例空天基地" in column
    assert "<b>100,000</b>万元" in office.see("/deals", unit="wan")


def test_a_folded_column_opens_by_its_address(town, office) -> None:
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
def test_the_address_narrows_the_table(town, office, query, found) -> None:
    assert ("示例空天基地" in office.see("/deals", view="table", **query)) is found


def test_filters_by_chain_and_unit_take_ids_only(town, office) -> None:
    assert "示例空天基地" in office.see("/deals", view="table", chain=town.chain_id)
    assert "示例空天基地" in office.see("/deals", view="table", unit=town.unit_id)
    assert office.browser.get("/deals", params={"chain": "x' OR 1=1"}).status_code == 422


@pytest.fixture
def many(database, officer, town) -> None:
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


@pytest.mark.parametrize("sort", ["code", "-code", "amount", "-amount", "event", "-stage"])
def test_the_pages_of_the_table_hold_every_project_once(many, office, sort) -> None:
    seen, path = [], f"/deals?view=table&sort={sort}"
    while path:
        page = office.browser.get(path).text
        seen += codes(page)
        after = re.search(r'href="([^"]+)" rel="next"', page)
        path = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == 60
    assert len(set(seen)) == 60


def test_the_table_shows_totals_of_all_pages(many, office) -> None:
    page = office.see("/deals", view="table")
    foot = page[page.index("<tfoot>") :]
    assert "1,840.00" in foot  # Σ 1…60 and the contract of 10
    assert "1–50 / 61" in page


def test_a_column_appends_its_next_cards_and_says_how_many_are_left(many, office) -> None:
    page = office.see("/deals", unfold="lead")
    assert "还有 48 个" in page
    more = re.search(r'hx-get="(/deals/column/lead[^"]+)"', page)
    assert more
    answer = office.browser.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert answer.text.count('<li class="dcard') == 12
    assert "还有 36 个" in answer.text
    assert "<html" not in answer.text


def test_the_number_of_queries_does_not_grow_with_the_projects(
    town, office, database, officer, query_count
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


def test_the_calendar_holds_what_is_due_in_its_half_month(town, office) -> None:
    page = office.see("/deals", view="calendar")
    assert "2030-09-16" in page
    assert "固定资产投资累计" in page


def test_an_unreadable_key_of_a_page_is_answered_like_a_page_that_is_not_there(
    town, office
) -> None:
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


def test_a_credit_code_with_a_wrong_check_character_is_refused_and_nothing_is_kept(
    town, office, database
) -> None:
    answer = office.send("/deals/new", **NEW, credit_code="91500000MA5U000000")
    assert answer.status_code == 422
    assert "91500000MA5U000000" in answer.text
    assert "新示例项目" not in office.see("/deals", view="table")


def test_a_part_of_a_fen_is_refused(town, office) -> None:
    answer = office.send("/deals/new", **NEW | {"planned": "0.001", "planned_unit": "yuan"})
    assert answer.status_code == 422


def test_a_firm_that_is_known_is_used_again(town, office, database) -> None:
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
    assert office.send(f"{base}/stage", version=version, file="evidence", **fields).status_code == 303
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
    office.send(f"{base}/stage", version=version, file="evidence", to="started", on="2024-05-01")
    page = office.see(base, tab="overview")
    void = re.findall(rf'action="({base}/milestones/[^"]+/void)"', page)[0]
    assert office.send(void, reason="").status_code == 422
    assert office.send(void, reason="日期有误").status_code == 303
    assert "日期有误" in office.see(base, tab="overview")
    assert "10.00" in office.see("/deals", view="table", column="formal")


# ---- money in place
def test_money_counts_once_a_second_person_verified_it(town, gp, office) -> None:
    base = f"/deals/{town.project_id}"
    fields = {
        "amount": "6000",
        "amount_unit": "wan",
        "on": "2024-06-01",
        "kind": "registered_capital",
    }
    assert gp.send(f"{base}/arrivals", file="evidence", **fields).status_code == 303
    page = office.see(base, tab="money")
    assert shown(page, "in-place") == "0.00"
    check = re.findall(rf'action="({base}/arrivals/[^"]+/check)"', page)[0]
    assert office.send(check, accepted="true").status_code == 303
    page = office.see(base, tab="money")
    assert shown(page, "in-place") == "0.60"
    void = re.findall(rf'action="({base}/arrivals/[^"]+/void)"', page)[0]
    assert office.send(void, reason="重复登记").status_code == 303
    assert shown(office.see(base, tab="money"), "in-place") == "0.00"


def test_who_recorded_money_cannot_verify_it(town, office, database) -> None:
    base = f"/deals/{town.project_id}"
    fields = {"amount": "1", "amount_unit": "yi", "on": "2024-06-01", "kind": "loan"}
    office.send(f"{base}/arrivals", file="evidence", **fields)
    assert "/check" not in office.see(base, tab="money")
    with database.reading() as work:
        arrival_id = landings.to_verify(work, LATER)[0][0]
    assert office.send(f"{base}/arrivals/{arrival_id}/check", accepted="true").status_code == 403


# ---- evidence
def evidence_link(desk: Desk, town: Town) -> str:
    base = f"/deals/{town.project_id}"
    path = f"{base}/conditions/{town.condition_id}/observations"
    desk.send(path, file="evidence", value="3", observed_on=SEEN.isoformat())
    found = re.search(r'href="(/evidence/[^"]+)"', desk.see(base, tab="evidence"))
    assert found
    return found[1]


def test_evidence_is_an_attachment_in_a_sandbox_of_our_own_content_type(town, gp) -> None:
    answer = gp.browser.get(evidence_link(gp, town))
    assert answer.content == PDF[1]
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8")
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_was_changed_on_the_disk_is_not_handed_out(town, gp, store: Store) -> None:
    link = evidence_link(gp, town)
    for path in store.folder.rglob("*"):
        if path.is_file() and path.read_bytes() == PDF[1]:
            path.write_bytes(b"%PDF-1.7 another")
    assert gp.browser.get(link).status_code == 422


def test_a_file_that_is_no_evidence_is_not_there(town, gp, database, store, manager) -> None:
    with database.writing() as work:
        file = store.keep(work, manager, name="报告.pdf", content=b"%PDF-1.7 for one partner")
    assert gp.browser.get(f"/evidence/{file.id}").status_code == 404


def test_a_file_of_an_unknown_kind_is_refused(town, gp) -> None:
    path = f"/deals/{town.project_id}/conditions/{town.condition_id}/observations"
    token = hidden_fields(gp.browser.get("/account").text)
    answer = gp.browser.post(
        path,
        data=token | {"value": "3", "observed_on": SEEN.isoformat()},
        files={"evidence": ("a.pdf", b"<script>", "application/pdf")},
    )
    assert answer.status_code == 422


# ---- who sees what
TABS = ("overview", "conditions", "money", "evidence", "chain", "activity", "audit")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_tab_shows(town, gp, lang) -> None:
    for tab in TABS:
        page = gp.see(f"/deals/{town.project_id}", tab=tab, lang=lang)
        assert 'aria-current="page"' in page
        assert "示例空天基地" in page


def test_a_past_day_shows_no_form_and_what_stood_then(town, gp) -> None:
    page = gp.see(f"/deals/{town.project_id}", tab="conditions", as_of="2024-02-01")
    assert "<form method" not in page[page.index('id="main"') : page.index("</main>")]
    assert gp.browser.get(
        f"/deals/{town.project_id}", params={"as_of": "2023-01-01"}
    ).status_code == 404


def test_an_auditor_reads_and_changes_nothing(town, logged_in) -> None:
    auditor = Desk(logged_in(Role.AUDITOR))
    page = auditor.see(f"/deals/{town.project_id}", tab="conditions")
    assert "hx-post" not in page[page.index('id="main"') : page.index("</main>")]
    path = f"/deals/{town.project_id}/tranches/{town.first_id}/payment"
    assert auditor.send(path, effective_date="2024-10-08").status_code == 403


def test_a_limited_partner_has_no_deals(town, logged_in, database, manager) -> None:
    with database.writing() as work:
        investor = organisations.create(work, manager, name="另一示例出资人")
    lp = logged_in(Role.LP, organisation_id=investor.id)
    for path in ("/deals", f"/deals/{town.project_id}", "/deals/new"):
        assert lp.get(path).status_code == 403


def test_an_unknown_project_is_not_there(town, gp) -> None:
    assert gp.browser.get("/deals/none").status_code == 404
    assert gp.browser.get(f"/deals/{town.chain_id}").status_code == 404


def test_a_refusal_in_place_fills_the_box_of_its_form(town, gp) -> None:
    path = f"/deals/{town.project_id}/tranches/{town.gated_id}/payment"
    token = hidden_fields(gp.browser.get("/account").text)
    answer = gp.browser.post(
        path, data=token | {"effective_date": "2024-10-08"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert answer.headers["hx-retarget"] == "find .errbox"
