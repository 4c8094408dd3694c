"""The inventory on its pages: who may see and keep it, the forms, and the site of a project."""

import re
from datetime import date

import pytest
from starlette.testclient import TestClient

from dealflow import projects, site_list, site_needs, sites
from dealflow.sites import ProjectSite, SiteKind
from dealflow.stages import Stage
from portfolio import organisations
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from portfolio.kernel.files import Store
from tests.web.conftest import LogIn, hidden_fields

OFFICE, AUDITOR, ADMIN = Role.INVESTMENT_OFFICE, Role.AUDITOR, Role.ADMIN
LISTED = date(2024, 1, 1)
FACTORY = {
    "code": "A01",
    "name": "一号厂房",
    "kind": "factory",
    "park": "前沿科技城",
    "area_m2": "8,000",
    "power_kva": "1250",
    "price": "22.50",
    "price_unit": "yuan",
    "price_basis": "rent_m2_month",
    "gas": "yes",
    "listed_on": "2024-01-01",
}


@pytest.fixture
def office(logged_in: LogIn) -> TestClient:
    return logged_in(OFFICE)


@pytest.fixture
def factory(database: Database, officer: Actor) -> ProjectSite:
    with database.writing() as work:
        return sites.add(
            work,
            officer,
            code="A01",
            name="一号厂房",
            kind=SiteKind.FACTORY,
            park="前沿科技城",
            area_m2=8_000,
            listed_on=LISTED,
        )


def deal(database: Database, officer: Actor, code: str) -> str:
    with database.writing() as work:
        firm = organisations.find_or_create(work, officer, name=f"{code}公司")
        return projects.create(
            work,
            officer,
            code=code,
            name=f"项目{code}",
            organisation_id=firm.id,
            first_heard_on=LISTED,
        ).id


def send(client: TestClient, page: str, address: str, /, **fields: str):
    hidden = hidden_fields(client.get(page).text)
    return client.post(address, data={**hidden, **fields})


def test_a_site_is_listed_and_found_by_its_filters(office: TestClient) -> None:
    answer = send(office, "/sites/new", "/sites/new", **FACTORY)
    assert answer.status_code == 303
    page = office.get(answer.headers["location"]).text
    assert "8,000" in page
    assert "22.50" in page
    assert "天然气" in page
    assert "一号厂房" in office.get("/sites?kind=factory&area=5000&standing=free").text
    for other in ("kind=parcel", "area=10000", "standing=taken", "park=空港新城"):
        assert "一号厂房" not in office.get(f"/sites?{other}").text
    assert "一号厂房" not in office.get("/sites?as_of=2023-12-31").text


def test_a_stale_form_of_a_site_is_refused(office: TestClient, factory: ProjectSite) -> None:
    edit = f"/sites/{factory.id}/edit"
    fields = {name: text for name, text in FACTORY.items() if name not in {"code", "listed_on"}}
    first, second = (hidden_fields(office.get(edit).text) for _ in range(2))
    assert office.post(edit, data={**fields, **first, "area_m2": "9000"}).status_code == 303
    assert office.post(edit, data={**fields, **second, "area_m2": "7000"}).status_code == 409
    assert "9,000" in office.get(f"/sites/{factory.id}").text


def test_who_reads_deals_reads_sites_and_only_who_edits_deals_changes_them(
    logged_in: LogIn, factory: ProjectSite
) -> None:
    auditor, administrator = logged_in(AUDITOR), logged_in(ADMIN)
    page = auditor.get("/sites").text
    assert "一号厂房" in page
    assert "/sites/new" not in page
    assert auditor.get("/sites/new").status_code == 403
    assert administrator.get("/sites").status_code == 403


def test_moving_to_site_secured_takes_the_site_that_is_named_and_only_once(
    office: TestClient, database: Database, officer: Actor, factory: ProjectSite
) -> None:
    first, second = (deal(database, officer, code) for code in ("P1", "P2"))

    def move(project_id: str):
        hidden = hidden_fields(office.get(f"/deals/{project_id}/move?to=site").text)
        return office.post(
            f"/deals/{project_id}/stage",
            data={**hidden, "to": "site", "on": "2024-03-01", "site": factory.id},
            files={"evidence": ("lease.pdf", b"%PDF-1.7 " + project_id.encode())},
        )

    assert f'value="{factory.id}"' in office.get(f"/deals/{first}/move?to=site").text
    assert move(first).status_code == 303
    assert "一号厂房" in office.get(f"/deals/{first}?tab=site").text
    assert f'value="{factory.id}"' not in office.get(f"/deals/{second}/move?to=site").text
    refused = move(second)
    assert refused.status_code == 422
    assert "已由其他项目占用" in refused.text
    with database.reading() as work:  # the stage was not recorded either
        reached = [event.stage for event in projects.effective(work, second)]
        assert reached == [Stage.LEAD]
        assert site_list.line(work, work.today(), factory.id).held.project_id == first


def test_a_site_is_given_back_on_its_page(
    office: TestClient, database: Database, officer: Actor, factory: ProjectSite, store: Store
) -> None:
    project_id = deal(database, officer, "P1")
    with database.writing() as work:
        file = store.keep(work, officer, name="a.pdf", content=b"%PDF-1.7 a")
        projects.record(
            work,
            officer,
            project_id,
            stage=Stage.SITE,
            on=date(2024, 3, 1),
            evidence_file_id=file.id,
        )
    page = f"/sites/{factory.id}"
    milestone = re.search(r'<option value="([^"]+)">项目P1', office.get(page).text)
    assert milestone
    assert send(office, page, f"{page}/takings", milestone=milestone[1]).status_code == 303
    release = re.search(rf'href="({page}/takings/[^"]+/release)"', office.get(page).text)
    assert release
    fields = {"on": "2024-06-01", "reason": "迁址"}
    assert send(office, release[1], release[1], **fields).status_code == 303
    with database.reading() as work:
        assert site_list.line(work, date(2024, 5, 31), factory.id).holder == "项目P1"
        assert site_list.line(work, date(2024, 6, 1), factory.id).holder == ""


def test_a_site_kept_back_says_so(office: TestClient, factory: ProjectSite) -> None:
    page = f"/sites/{factory.id}/offer"
    assert send(office, page, page, to="reserved", on="2024-02-01").status_code == 422
    fields = {"to": "reserved", "on": "2024-02-01", "note": "控规调整"}
    assert send(office, page, page, **fields).status_code == 303
    assert "控规调整" in office.get(f"/sites/{factory.id}").text


def test_a_need_is_matched_on_the_project_with_what_is_missing(
    office: TestClient, database: Database, officer: Actor, factory: ProjectSite
) -> None:
    project_id = deal(database, officer, "P1")
    form = f"/deals/{project_id}/site-need"
    stale = hidden_fields(office.get(form).text)
    asked = {"kind": "factory", "area_m2": "10000", "gas": "yes"}
    assert send(office, form, form, **asked).status_code == 303
    page = office.get(f"/deals/{project_id}?tab=site").text
    assert "差 2,000 m²" in page
    assert "缺 1 项" in page
    with database.reading() as work:
        need = site_needs.of_project(work, project_id)
        (match,) = site_needs.matches(work, work.today(), need)
        assert (match.score, match.most) == (44.0, 55.0)  # 24 of 30, 20 of 20, 0 of 5
    assert office.post(form, data={**stale, **asked}).status_code == 409


def test_a_sheet_is_previewed_by_its_sender_and_listed_once(
    office: TestClient, logged_in: LogIn
) -> None:
    rows = ["载体编号,载体名称,载体类型,面积", "A9,示例厂房,厂房,8000", "A10,示例楼,写字楼,大"]

    def upload(lines: list[str]) -> str:
        hidden = hidden_fields(office.get("/sites/import").text)
        content = "\n".join(lines).encode()
        answer = office.post(
            "/sites/import", data=hidden, files={"sheet": ("载体.csv", content, "text/csv")}
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    faulty = office.get(upload(rows)).text
    assert "D3" in faulty
    assert "确认入库" not in faulty
    preview = upload(rows[:2])
    assert send(office, preview, preview).status_code == 303
    listed = '<span class="num">A9</span>'  # a bare A9 may stand in a token, too
    assert office.get("/sites").text.count(listed) == 1
    again = upload(rows[:2])
    assert "A9" in office.get(again).text
    assert send(office, again, again).status_code == 303
    assert office.get("/sites").text.count(listed) == 1
    stranger = logged_in(OFFICE, login="another")
    assert stranger.get(preview).status_code == 404


def test_the_profile_puts_what_a_firm_seeks_beside_what_the_district_has(
    office: TestClient, logged_in: LogIn, database: Database, officer: Actor, factory: ProjectSite
) -> None:
    project_id = deal(database, officer, "P1")
    assert "一号厂房" not in office.get(f"/deals/{project_id}/profile").text
    form = f"/deals/{project_id}/site-need"
    send(office, form, form, kind="factory", area_m2="10000")
    page = office.get(f"/deals/{project_id}/profile").text
    assert "P1公司" in page
    assert "≥ 10,000 m²" in page
    assert "一号厂房" in page
    assert "差 2,000 m²" in page
    assert logged_in(ADMIN).get(f"/deals/{project_id}/profile").status_code == 403
