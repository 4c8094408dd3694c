"""The profile of a firm beside the district, printed for a visit: one or two sheets of A4."""

import io
from dataclasses import replace

import pypdf
import pytest

from dealflow import chain_documents, chains, policy_sets, projects, site_needs, sites
from dealflow.chains import Position
from dealflow.policy_sets import Said
from dealflow.sites import SiteKind
from portfolio import organisations
from portfolio.kernel.actors import Role
from tests.web.chain_town import BEGIN, LONG
from tests.web.conftest import LogIn


@pytest.fixture
def project_id(database, officer) -> str:
    """A project for a chip maker on a chain, that asks for 10,000 m² where 8,000 are free."""
    with database.writing() as work:
        firm = organisations.create(work, officer, name=LONG)
        chain = chains.add(work, officer, slug="cars", name="智能汽车", official_title="区领导")
        segment = chains.add_segment(
            work, officer, chain.id, name="芯片", position=Position.UPSTREAM, wanted_note="设计"
        )
        made = projects.create(
            work,
            officer,
            code="P1",
            name="芯片基地",
            organisation_id=firm.id,
            first_heard_on=BEGIN,
            chain_id=chain.id,
            segment_id=segment.id,
        )
        for at in range(9):
            sites.add(
                work,
                officer,
                code=f"A{at}",
                name=f"{LONG}{at}号厂房",
                kind=SiteKind.FACTORY,
                park=LONG,
                area_m2=8_000 + at,
                listed_on=BEGIN,
                is_demo=True,
            )
        asked = {"kind": SiteKind.FACTORY.value, "area_m2": 10_000}
        site_needs.state(work, officer, made.id, version=0, facts=asked)
    return made.id


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_the_paper_of_a_visit_says_what_is_sought_and_what_is_here(
    logged_in: LogIn, project_id: str
) -> None:
    office = logged_in(Role.INVESTMENT_OFFICE)
    address = f"/deals/{project_id}/profile"
    assert f"{address}.pdf" in office.get(address).text
    answer = office.get(f"{address}.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    pages = pages_of(answer.content)
    assert 1 <= len(pages) <= 2
    text = "".join(pages).replace("\n", "")
    seen = ("≥ 10,000 m²", "8,008", "智能汽车", "芯片", "区领导", "不足：面积", "符合：", "示例")
    for words in seen:
        assert words in text, words
    assert answer.content == office.get(f"{address}.pdf").content
    english = "".join(pages_of(office.get(f"{address}.pdf?lang=en").content))
    assert "What the firm seeks" in english


def test_only_policies_for_the_public_go_on_a_paper_that_stays_with_the_firm(
    database, officer, second_officer, store, logged_in: LogIn, project_id: str
) -> None:
    said = Said(
        title="公开政策",
        title_en="Open policy",
        summary="按核验产出兑现",
        summary_en="Paid by verified output",
        who="本链企业",
        who_en="Firms of the chain",
        valid_from=BEGIN,
        is_public=True,
    )
    with database.writing() as work:
        paper = store.keep(work, officer, name="a.pdf", content=b"%PDF-1.7 a")
        handed = policy_sets.hand_in(
            work,
            officer,
            chain_id=chains.by_slug(work, "cars").id,
            title="政策集",
            valid_from=BEGIN,
            file_id=paper.id,
            policies=(said, replace(said, title="内部政策", is_public=False)),
        )
        chain_documents.decide(work, second_officer, handed.id, accepted=True)
    office = logged_in(Role.INVESTMENT_OFFICE)
    text = "".join(pages_of(office.get(f"/deals/{project_id}/profile.pdf").content))
    assert "公开政策" in text
    assert "内部政策" not in text


def test_a_partner_of_a_fund_does_not_get_it(
    database, officer, logged_in: LogIn, project_id: str
) -> None:
    with database.writing() as work:
        partner = organisations.create(work, officer, name="出资人")
    browser = logged_in(Role.LP, organisation_id=partner.id)
    assert browser.get(f"/deals/{project_id}/profile.pdf").status_code in {403, 404}
