"""一案, 一策 and 专班 on their pages: handed in by one, accepted by another."""

from datetime import date

import pytest
from starlette.testclient import TestClient

from dealflow import chain_documents, chains, policy_sets, task_forces
from dealflow.chain_documents import Document
from dealflow.chains import Position
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from tests.web.conftest import LogIn, hidden_fields

OFFICE = Role.INVESTMENT_OFFICE
PDF = ("方案.pdf", b"%PDF-1.7 plan", "application/pdf")
PLAN, POLICIES = "/chains/cars/plan", "/chains/cars/policies"
ASKED = {
    "title": "汽车链招商方案",
    "valid_from": "2026-01-01",
    "firms": "3",
    "firms_due": "2026-12-31",
    "contract": "12",
    "contract_unit": "yi",
    "contract_due": "2026-12-31",
}
GRANTED = {
    "title": "汽车链政策集",
    "valid_from": "2026-01-01",
    "p_title": ["首台套奖励", ""],
    "p_title_en": ["", ""],
    "p_summary": ["按核验产值奖励", ""],
    "p_summary_en": ["", ""],
    "p_who": ["整车企业", ""],
    "p_who_en": ["", ""],
    "p_from": ["2026-01-01", "2026-01-01"],
    "p_to": ["2026-12-31", ""],
    "p_public": ["no", "no"],
    "p_payout": ["", ""],
}


@pytest.fixture
def chain(database: Database, officer: Actor) -> str:
    with database.writing() as work:
        row = chains.add(work, officer, slug="cars", name="汽车链", official_title="某区领导")
        chains.add_segment(work, officer, row.id, name="电机", position=Position.MIDSTREAM)
        return row.id


@pytest.fixture
def office(chain: str, logged_in: LogIn) -> TestClient:
    assert chain
    return logged_in(OFFICE, "uploader")


@pytest.fixture
def colleague(chain: str, logged_in: LogIn) -> TestClient:
    assert chain
    return logged_in(OFFICE, "colleague")


def hand_in(client: TestClient, page: str, fields: dict, file=PDF):
    hidden = hidden_fields(client.get(f"{page}/new").text)
    files = {"paper": file} if file else {}
    return client.post(f"{page}/new", data={**hidden, **fields}, files=files)


def decide(client: TestClient, page: str, database: Database, chain: str, kind: Document, **fields):
    with database.reading() as work:
        newest = chain_documents.versions(work, date.max, chain, kind)[0].document_id
    hidden = hidden_fields(client.get(page).text)
    address = f"/chains/cars/documents/{newest}/decision"
    return client.post(address, data={**hidden, **fields}), f"/chains/cars/documents/{newest}/file"


def test_a_plan_is_handed_in_by_one_and_accepted_by_another(
    office: TestClient, colleague: TestClient, database: Database, chain: str
) -> None:
    assert "尚无招商方案" in office.get(PLAN).text
    assert "尚未制定" in office.get("/chains/cars").text
    answer = hand_in(office, PLAN, ASKED)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{PLAN}?version=1"
    assert "由您提交" in office.get(PLAN).text
    own, _ = decide(office, PLAN, database, chain, Document.PLAN, accepted="true")
    assert own.status_code == 422
    accepted, paper = decide(colleague, PLAN, database, chain, Document.PLAN, accepted="true")
    assert accepted.status_code == 303
    page = colleague.get(PLAN).text
    assert "施行中" in page
    assert "12.00 亿元" in page
    assert "/figures/contract_amount?" in page
    assert colleague.get(paper).content == PDF[1]
    assert "汽车链招商方案" in colleague.get("/chains/cars").text
    assert colleague.get(f"{PLAN}?version=2").status_code == 404


def test_a_plan_sent_back_says_why(
    office: TestClient, colleague: TestClient, database: Database, chain: str
) -> None:
    hand_in(office, PLAN, ASKED)
    fields = {"accepted": "false", "reason": "缺附件"}
    sent, _ = decide(colleague, PLAN, database, chain, Document.PLAN, **fields)
    assert sent.status_code == 303
    assert "退回原因：缺附件" in office.get(PLAN).text


@pytest.mark.parametrize(
    ("change", "file", "said"),
    [
        ({"firms_due": "2025-12-31"}, PDF, "早于方案施行日"),
        ({"firms": "", "contract": ""}, PDF, "方案没有目标"),
        ({"firms": "三家"}, PDF, "三家"),
        ({}, None, "须附文件"),
        ({}, ("方案.exe", b"MZ binary", "application/pdf"), "PDF"),
        ({"valid_from": ""}, PDF, "“方案”没有填写日期"),
    ],
)
def test_what_no_plan_can_say_is_refused_with_a_remedy_and_nothing_is_written(
    office: TestClient, database: Database, chain: str, change: dict, file, said: str
) -> None:
    answer = hand_in(office, PLAN, ASKED | change, file)
    assert answer.status_code == 422
    assert said in answer.text
    with database.reading() as work:
        assert chain_documents.versions(work, date.max, chain, Document.PLAN) == []


def test_a_policy_set_is_handed_in_with_its_policies_and_carried_on(
    office: TestClient, colleague: TestClient, database: Database, chain: str
) -> None:
    assert hand_in(office, POLICIES, GRANTED).status_code == 303
    accepted, _ = decide(colleague, POLICIES, database, chain, Document.POLICY_SET, accepted="true")
    assert accepted.status_code == 303
    page = colleague.get(POLICIES).text
    assert "首台套奖励" in page
    assert "整车企业" in page
    assert "施行政策 1 项" in colleague.get("/chains/cars").text
    assert "首台套奖励" in office.get(f"{POLICIES}/new").text  # the next version begins with it
    with database.reading() as work:
        held = [
            len(policy_sets.holding(work, on, chain))
            for on in (date(2026, 12, 31), date(2027, 1, 1))
        ]
    assert held == [1, 0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"p_to": ["2025-12-31", ""]}, "早于起始日"),
        ({"p_who": ["", ""]}, "缺少名称、要点或适用对象"),
        ({"p_public": ["yes", "no"]}, "缺少英文"),
        ({"p_payout": [""]}, "不完整"),
    ],
)
def test_what_no_policy_can_say_is_refused(office: TestClient, change: dict, said: str) -> None:
    answer = hand_in(office, POLICIES, GRANTED | change)
    assert answer.status_code == 422
    assert said in answer.text


def test_an_auditor_reads_and_hands_nothing_in(office: TestClient, logged_in: LogIn) -> None:
    hand_in(office, PLAN, ASKED)
    auditor = logged_in(Role.AUDITOR)
    page = auditor.get(PLAN)
    assert page.status_code == 200
    assert "提交新版本" not in page.text
    assert auditor.get(f"{PLAN}/new").status_code in {403, 404}
    assert logged_in(Role.ADMIN).get(PLAN).status_code in {403, 404}


def test_members_and_trips_of_the_task_force_stand_on_the_chain_page(
    office: TestClient, database: Database, chain: str
) -> None:
    def send(address: str, **fields: str):
        return office.post(address, data={**hidden_fields(office.get(address).text), **fields})

    member = {"name": "甲同志", "post": "召集人", "unit": "", "since_on": "2026-02-02"}
    assert send("/chains/cars/members/new", **member).status_code == 303
    trip = {
        "on": "2026-03-03",
        "leader_title": "某区领导",
        "city": "苏州",
        "firms": "某厂\n另一厂\n",
    }
    assert send("/chains/cars/trips/new", **trip).status_code == 303
    page = office.get("/chains/cars").text
    assert "甲同志" in page
    assert "某厂、另一厂" in page
    with database.reading() as work:
        (joined,) = task_forces.members(work, date(2026, 3, 1), chain)
    end = f"/chains/cars/members/{joined.member_id}/end"
    assert send(end, on="2026-01-01").status_code == 422
    assert send(end, on="2026-04-04").status_code == 303
    assert "甲同志" not in office.get("/chains/cars").text
    assert send("/chains/cars/trips/new", **(trip | {"firms": " "})).status_code == 422
