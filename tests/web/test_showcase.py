"""The showcase: nothing until it is opened, then only public facts; an enquiry becomes a lead."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from pypdf import PdfReader
from sqlmodel import col
from starlette.testclient import TestClient

from dealflow import (
    chain_documents,
    chains,
    enquiries,
    leads,
    policy_sets,
    projects,
    site_takings,
    sites,
    units,
)
from dealflow.chain_documents import ChainDocument
from dealflow.chains import Position
from dealflow.enquiries import PER_ADDRESS, WINDOW, Enquiry, Question, TooManyError
from dealflow.leads import Lead
from dealflow.policy_sets import Said
from dealflow.sites import SiteKind
from dealflow.stages import Stage
from dealflow.units import UnitKind
from portfolio import funds, organisations
from portfolio.funds import Fund, FundKind
from portfolio.kernel import site as site_facts
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database, Work
from portfolio.kernel.files import Store
from tests.web.conftest import LogIn, hidden_fields

LISTED = date(2024, 1, 1)
BROCHURES = ("/showcase/chains/nev/brochure.pdf", "/showcase/parks/前沿科技城/brochure.pdf")
PAGES = (
    "/showcase",
    "/showcase/chains/nev",
    "/showcase/parks/前沿科技城",
    "/showcase/enquiry",
)
SECRETS = (
    "秘密企业",
    "秘密项目",
    "秘密专班",
    "秘密领导",
    "秘密目标",
    "内部厂房",
    "已占厂房",
    "内部政策",
    "过期政策",
    "待审政策",
    "秘密兑付",
    "8888",
    "8,888",
)
ASKED = {"firm": "来访企业", "contact": "013800000000", "message": "需要厂房", "chain": "nev"}


def open_it(database: Database, admin: Actor, **facts: str) -> None:
    with database.writing() as work:
        site_facts.change(work, admin, showcase="yes", **facts)


@pytest.fixture
def district(
    database: Database, officer: Actor, second_officer: Actor, manager: Actor, store: Store
) -> None:
    """One of each thing that is public, beside things that are not."""
    with database.writing() as work:
        chain_id = _chain(work, officer)
        held = [
            sites.add(
                work,
                officer,
                code=code,
                name=name,
                kind=SiteKind.FACTORY,
                park="前沿科技城",
                area_m2=6_400,
                price_fen=22_00,
                listed_on=LISTED,
                is_public=is_public,
                is_demo=code == "A01",
            )
            for code, name, is_public in (
                ("A01", "示例厂房甲", True),
                ("A02", "内部厂房", False),
                ("A03", "已占厂房", True),
            )
        ][-1]
        firm = organisations.create(work, officer, name="秘密企业")
        project = projects.create(
            work,
            officer,
            code="P1",
            name="秘密项目",
            organisation_id=firm.id,
            first_heard_on=LISTED,
            planned_investment_fen=8888_00,
            chain_id=chain_id,
        )
        file = store.keep(work, officer, name="a.pdf", content=b"%PDF-1.7 a")
        _policies(work, officer, second_officer, chain_id, file.id)
        secured = projects.record(
            work,
            officer,
            project.id,
            stage=Stage.SITE,
            on=date(2024, 3, 1),
            evidence_file_id=file.id,
        )
        site_takings.take(work, officer, site_id=held.id, milestone_id=secured.id)
        fund = Fund(
            code="F1",
            name="某产业基金",
            kind=FundKind.SUB.value,
            registered_size_fen=8888_00,
            announced_on=LISTED,
            inception_on=LISTED,
            focus="智能汽车零部件",
            sponsors="秘密领导",
        )
        funds.create(work, manager, fund)


def _policies(
    work: Work, officer: Actor, second_officer: Actor, chain_id: str, file_id: str
) -> None:
    """One public policy in force beside an internal, an expired and one nobody accepted."""
    public = Said(
        title="公开政策",
        title_en="A public policy",
        summary="按核验产出兑现",
        summary_en="Paid by verified output",
        who="本链企业",
        who_en="Firms of the chain",
        valid_from=LISTED,
        is_public=True,
    )
    internal = replace(public, title="内部政策", summary="秘密兑付", is_public=False)
    expired = replace(public, title="过期政策", valid_to=date(2024, 12, 31))
    waiting = replace(public, title="待审政策", title_en="待审政策")

    def hand_in(*policies: Said) -> ChainDocument:
        return policy_sets.hand_in(
            work,
            officer,
            chain_id=chain_id,
            title="秘密目标",
            valid_from=LISTED,
            file_id=file_id,
            policies=policies,
        )

    accepted = hand_in(public, internal, expired)
    chain_documents.decide(work, second_officer, accepted.id, accepted=True)
    hand_in(waiting)


def _chain(work: Work, officer: Actor) -> str:
    force = units.add(work, officer, code="TF1", name="秘密专班", kind=UnitKind.TASK_FORCE)
    chain = chains.add(
        work,
        officer,
        slug="nev",
        name="新能源汽车",
        name_en="New energy vehicles",
        official_title="秘密领导",
        task_force_unit_id=force.id,
        leader_firms="秘密企业",
    )
    chains.add_segment(
        work,
        officer,
        chain.id,
        name="热管理",
        position=Position.MIDSTREAM,
        wanted_firms=8888,
        wanted_note="秘密目标",
    )
    return chain.id


# ---- the switch
@pytest.mark.usefixtures("district")
def test_nothing_answers_until_the_administrator_opens_it(
    client: TestClient, logged_in: LogIn
) -> None:
    assert {client.get(page).status_code for page in (*PAGES, *BROCHURES)} == {404}
    assert client.post("/showcase/enquiry", data=ASKED).status_code == 404
    administrator = logged_in(Role.ADMIN)
    settings = "/admin/site"
    fields = {**hidden_fields(administrator.get(settings).text), "brand": "链基"}
    assert (
        administrator.post(
            settings, data={**fields, "showcase": "yes", "show_demo": "yes"}
        ).status_code
        == 303
    )
    assert {client.get(page).status_code for page in PAGES} == {200}
    fields = {**hidden_fields(administrator.get(settings).text), "brand": "链基"}
    assert administrator.post(settings, data=fields).status_code == 303
    assert client.get("/showcase").status_code == 404


# ---- what is shown
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.usefixtures("district")
def test_nothing_internal_is_on_any_page_or_brochure(
    client: TestClient, database: Database, admin: Actor, lang: str
) -> None:
    open_it(database, admin, district="某区")
    for page in PAGES:
        said = client.get(page, params={"lang": lang, "as_of": "2024-02-01"}).text
        assert not [secret for secret in SECRETS if secret in said], page
    for page in BROCHURES:
        paper = PdfReader(io.BytesIO(client.get(page, params={"lang": lang}).content))
        said = "".join(sheet.extract_text() for sheet in paper.pages)
        assert "某区" in said
        assert not [secret for secret in SECRETS if secret in said], page


@pytest.mark.usefixtures("district")
def test_chains_parks_free_sites_and_the_funds_focus_are_shown_and_demo_is_labelled(
    client: TestClient, database: Database, admin: Actor
) -> None:
    open_it(database, admin)
    front = client.get("/showcase").text
    assert "新能源汽车" in front
    assert "前沿科技城" in front
    assert "智能汽车零部件" in front
    assert "热管理" in client.get("/showcase/chains/nev").text
    park = client.get("/showcase/parks/前沿科技城").text
    assert "示例厂房甲" in park
    assert "src--demo" in park
    assert client.get("/showcase/parks/别处").status_code == 404
    assert "New energy vehicles" in client.get("/showcase?lang=en").text
    open_it(database, admin, show_demo="no")
    assert client.get("/showcase/parks/前沿科技城").status_code == 404


@pytest.mark.usefixtures("district")
def test_a_brochure_is_an_archive_pdf_with_tags(
    client: TestClient, database: Database, admin: Actor
) -> None:
    open_it(database, admin, district="某区")
    for page in BROCHURES:
        content = client.get(page).content
        assert b"<pdfaid:part>3</pdfaid:part>" in content
        assert b"<pdfuaid:part>1</pdfuaid:part>" in content


@pytest.mark.usefixtures("district")
def test_only_what_a_stranger_gets_may_be_kept_by_a_cache(
    client: TestClient, database: Database, admin: Actor, logged_in: LogIn
) -> None:
    open_it(database, admin)
    kept = client.get("/showcase").headers
    assert (kept["cache-control"], kept["vary"]) == ("public, max-age=60", "HX-Request, Cookie")
    assert client.get("/showcase/enquiry").headers["cache-control"] == "no-store"
    office = logged_in(Role.INVESTMENT_OFFICE)
    assert office.get("/showcase").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("lang", "said"), [("zh", "公开政策"), ("en", "A public policy")])
@pytest.mark.usefixtures("district")
def test_a_public_policy_in_force_stands_on_pages_and_brochures_in_both_languages(
    client: TestClient, database: Database, admin: Actor, lang: str, said: str
) -> None:
    open_it(database, admin, district="某区")
    for page in PAGES[:3]:
        assert said in client.get(page, params={"lang": lang}).text, page
    for page in BROCHURES:
        paper = PdfReader(io.BytesIO(client.get(page, params={"lang": lang}).content))
        assert said in "".join(sheet.extract_text() for sheet in paper.pages), page


# ---- enquiries
def count(database: Database, table: type[Enquiry] | type[Lead]) -> int:
    with database.reading() as work:
        return int(work.scalar(sa.select(sa.func.count()).select_from(table)))


@pytest.mark.usefixtures("district")
def test_an_enquiry_becomes_a_lead_of_the_chains_task_force_with_its_contact(
    client: TestClient, database: Database, admin: Actor, logged_in: LogIn
) -> None:
    open_it(database, admin)
    answer = client.post("/showcase/enquiry", data=ASKED)
    assert answer.status_code == 303
    assert "013800000000" not in client.get(answer.headers["location"]).text
    with database.reading() as work:
        lead = work.session.execute(sa.select(Lead)).scalar_one()
        holder = sa.select(col(units.Unit.name)).where(
            col(units.Unit.id) == leads.holder_id(work, lead.id)
        )
        assert work.scalar(holder) == "秘密专班"
        assert lead.firm_name == "来访企业"
    page = logged_in(Role.INVESTMENT_OFFICE).get(f"/leads/{lead.id}").text
    assert "013800000000" in page
    assert "需要厂房" in page


@pytest.mark.usefixtures("district")
def test_a_robot_a_double_click_and_another_site_leave_nothing(
    client: TestClient, database: Database, admin: Actor
) -> None:
    open_it(database, admin)
    robot = client.post("/showcase/enquiry", data={**ASKED, "website": "spam"})
    assert robot.status_code == 303  # it is told the same
    assert count(database, Enquiry) == 0
    foreign = client.post("/showcase/enquiry", data=ASKED, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    for _ in range(2):
        assert client.post("/showcase/enquiry", data=ASKED).status_code == 303
    assert (count(database, Enquiry), count(database, Lead)) == (1, 1)
    assert client.post("/showcase/enquiry", data={**ASKED, "firm": " "}).status_code == 422


@pytest.mark.usefixtures("district")
def test_an_address_may_ask_three_times_an_hour(
    client: TestClient, database: Database, admin: Actor
) -> None:
    open_it(database, admin)
    answers = [
        client.post("/showcase/enquiry", data={**ASKED, "message": str(n)}).status_code
        for n in range(PER_ADDRESS + 1)
    ]
    assert answers == [303] * PER_ADDRESS + [429]
    assert count(database, Lead) == PER_ADDRESS


def test_after_an_hour_and_from_another_address_it_may_be_asked_again(
    work: Work, officer: Actor
) -> None:
    units.add(work, officer, code="U1", name="单位", kind=UnitKind.OTHER)

    def ask(message: str, ip: str) -> None:
        question = Question(firm="企业", person="", contact="1", message=message)
        enquiries.ask(work, question, ip=ip)

    for n in range(PER_ADDRESS):
        ask(str(n), "192.0.2.1")
    with pytest.raises(TooManyError):
        ask("more", "192.0.2.1")
    ask("more", "192.0.2.2")
    work.recorded_at += WINDOW + timedelta(seconds=1)
    ask("more", "192.0.2.1")
