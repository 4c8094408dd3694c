"""The pages of firms: who may see and keep them, the forms, evidence, leads and the workbook."""

import io
import re
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from dealflow import chain_firms, chains, firm_aliases, firm_withdrawals, leads, supply, units
from dealflow.chain_firms import Role as Standing
from dealflow.chains import Criticality, Position
from dealflow.units import UnitKind
from portfolio import organisations
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from tests.web.conftest import LogIn, hidden_fields

OFFICE, AUDITOR, ADMIN, LP = Role.INVESTMENT_OFFICE, Role.AUDITOR, Role.ADMIN, Role.LP
BEGAN = date(2024, 1, 8)


class Town:
    """A chain with one gap, its leader, a supplier of the leader, and two units."""

    def __init__(self, database: Database, officer: Actor) -> None:
        self.database, self.officer = database, officer
        with database.writing() as work:
            firm = {
                name: organisations.find_or_create(work, officer, name=name).id
                for name in ("龙头", "芯甲", "模甲")
            }
            force = units.add(work, officer, code="TF", name="专班", kind=UnitKind.TASK_FORCE)
            self.unit = units.add(work, officer, code="U1", name="招商局", kind=UnitKind.OTHER).id
            chain = chains.add(
                work, officer, slug="cars", name="汽车链", task_force_unit_id=force.id
            )
            chips, cars = (
                chains.add_segment(
                    work,
                    officer,
                    chain.id,
                    name=name,
                    position=position,
                    criticality=Criticality.CRITICAL,
                )
                for name, position in (("芯片", Position.UPSTREAM), ("整车", Position.DOWNSTREAM))
            )
            chains.name_leader(
                work, officer, chain.id, organisation_id=firm["龙头"], since_on=BEGAN
            )
            chain_firms.enter(
                work,
                officer,
                segment_id=cars.id,
                organisation_id=firm["龙头"],
                role=Standing.LANDED,
                on=BEGAN,
            )
            supply.link(
                work,
                officer,
                supplier_id=firm["芯甲"],
                customer_id=firm["龙头"],
                weight=40,
                since_on=BEGAN,
                what="=芯片",
            )
        self.firm, self.chips, self.cars = firm, chips.id, cars.id

    def page(self, name: str) -> str:
        return f"/firms/{self.firm[name]}"


@pytest.fixture
def town(database: Database, officer: Actor) -> Town:
    return Town(database, officer)


@pytest.fixture
def office(logged_in: LogIn) -> TestClient:
    return logged_in(OFFICE)


def send(client: TestClient, page: str, address: str = "", /, files=None, **fields: str):
    hidden = hidden_fields(client.get(page).text)
    return client.post(address or page, data={**hidden, **fields}, files=files)


# ---- who sees what
def test_who_reads_deals_reads_firms_and_only_who_edits_deals_changes_them(
    logged_in: LogIn, town: Town
) -> None:
    auditor = logged_in(AUDITOR)
    page = auditor.get(town.page("龙头")).text
    assert "芯甲" in page
    assert "/supplies" not in page
    assert auditor.get(f"{town.page('龙头')}/supplies").status_code == 403
    assert auditor.post(f"{town.page('龙头')}/supplies").status_code == 403
    others = (logged_in(ADMIN), logged_in(LP, organisation_id=town.firm["龙头"]))
    for other in others:
        for address in ("/firms", town.page("龙头"), "/chains/cars/partners.xlsx", "/scores/gap"):
            assert other.get(address).status_code == 403


def test_a_firm_is_found_by_name_other_name_and_code(
    office: TestClient, town: Town, database: Database, officer: Actor
) -> None:
    with database.writing() as work:
        firm_aliases.add(work, officer, organisation_id=town.firm["芯甲"], name="Chip_One 半导体")
    for text in ("芯", "chip_one", "半导体"):
        assert town.firm["芯甲"] in office.get("/firms", params={"q": text}).text
        found = office.get("/firms/found", params={"q": text}, headers={"HX-Request": "true"}).text
        assert re.findall(r'href="/firms/([^"]+)"', found) == [town.firm["芯甲"]]
    assert town.firm["芯甲"] not in office.get("/firms", params={"q": "Chip%One"}).text
    assert office.get("/firms/found", headers={"HX-Request": "true"}).text.strip() == ""
    assert "/firms/found" in office.get("/firms").text  # the palette asks there


# ---- the forms
def test_a_supply_is_recorded_with_its_evidence_shown_both_ways_and_ended(
    office: TestClient, town: Town
) -> None:
    evidence = {"evidence": ("合同.pdf", b"%PDF-1.7 supply", "application/pdf")}
    fields = {"side": "supplier", "other": "新供应商", "weight": "15%", "since_on": "2024-02-01"}
    form = f"{town.page('龙头')}/supplies"
    assert 'enctype="multipart/form-data"' in office.get(form).text
    answer = send(office, form, files=evidence, what="线束", **fields)
    assert answer.headers["location"] == town.page("龙头")
    page = office.get(town.page("龙头")).text
    link = re.search(r'href="(/evidence/[^"]+)"', page)
    assert link
    assert office.get(link[1]).content == b"%PDF-1.7 supply"
    other = re.search(r'href="(/firms/[^"]+)">新供应商', page)
    assert other
    assert "龙头" in office.get(other[1]).text
    too_much = send(office, form, files=evidence, **fields | {"other": "又一家", "weight": "46"})
    assert too_much.status_code == 422
    end = re.search(r'href="(/firms/[^"]+/supplies/[^"]+/end)"', office.get(other[1]).text)
    assert end
    assert send(office, end[1], on="2024-06-01").status_code == 303
    assert "2024-06-01" in office.get(town.page("龙头")).text


def test_a_certificate_is_recorded_with_its_file_and_runs_out(
    office: TestClient, town: Town
) -> None:
    form = f"{town.page('芯甲')}/qualifications"
    fields = {"kind": "little_giant", "certificate": "ZJTX-1", "valid_from": "2024-01-01"}
    files = {"evidence": ("证书.pdf", b"%PDF-1.7 little giant", "application/pdf")}
    assert send(office, form, files=files, valid_to="2024-12-31", **fields).status_code == 303
    page = office.get(town.page("芯甲")).text
    assert "专精特新“小巨人”" in page
    assert "不在有效期" in page
    assert "不在有效期" not in office.get(f"{town.page('芯甲')}?as_of=2024-06-30").text
    removal = re.search(r'action="(/firms/[^"]+/qualifications/[^"]+/removal)"', page)
    assert removal
    assert send(office, town.page("芯甲"), removal[1], reason="发错企业").status_code == 303
    assert "暂无资质" in office.get(town.page("芯甲")).text
    backwards = fields | {"kind": "champion", "valid_to": "2023-01-01"}
    assert send(office, form, **backwards).status_code == 422


def test_roles_are_entered_on_the_firm_and_voided_with_a_reason(
    office: TestClient, town: Town
) -> None:
    form = f"{town.page('芯甲')}/roles"
    fields = {"segment": town.chips, "role": "in_talks", "on": "2024-03-01"}
    assert send(office, form, **fields).status_code == 303
    page = office.get(town.page("芯甲")).text
    assert "在谈" in page
    entry = re.search(r'action="(/firms/[^"]+/roles/[^"]+/void)"', page)
    assert entry
    assert send(office, town.page("芯甲"), entry[1], reason="重复").status_code == 303
    assert "未归入节点" in office.get(town.page("芯甲")).text


def test_names_group_and_the_register_are_kept_on_the_page(office: TestClient, town: Town) -> None:
    page = town.page("模甲")
    assert send(office, f"{page}/names", name="模组一厂").status_code == 303
    taken = send(office, f"{page}/names", name="龙头")
    assert taken.status_code == 422
    assert "“龙头”已是 龙头 的名称" in taken.text
    tie = {"side": "parent", "other": "龙头", "share": "51%", "since_on": "2024-01-10"}
    assert send(office, f"{page}/group", **tie).status_code == 303
    circle = tie | {"other": "模组一厂"}
    assert send(office, f"{town.page('龙头')}/group", **circle).status_code == 422
    described = {"credit_code": "91500112ma5uq8wd74", "city": "重庆", "name_en": "Module"}
    assert send(office, f"{page}/edit", **described).status_code == 303
    shown = office.get(page).text
    for text in ("模组一厂", "51.0%", "91500112MA5UQ8WD74", "重庆"):
        assert text in shown
    removal = re.search(r'action="(/firms/[^"]+/names/[^"]+/removal)"', shown)
    assert removal
    assert send(office, page, removal[1]).status_code == 303
    assert "模组一厂" not in office.get(page).text


def test_a_stale_form_of_the_register_is_refused(office: TestClient, town: Town) -> None:
    edit = f"{town.page('模甲')}/edit"
    first, second = (hidden_fields(office.get(edit).text) for _ in range(2))
    assert office.post(edit, data={**first, "city": "重庆"}).status_code == 303
    assert office.post(edit, data={**second, "city": "成都"}).status_code == 409


def test_a_term_ends_and_the_strip_of_the_chain_links_to_who_leads(
    office: TestClient, town: Town
) -> None:
    link = f'<a class="link" href="{town.page("龙头")}">龙头</a>'
    assert link in office.get("/chains/cars").text
    end = f"{town.page('龙头')}/leadership/cars/end"
    assert send(office, end, on="2024-05-01").status_code == 303
    assert link not in office.get("/chains/cars").text
    again = f"{town.page('龙头')}/leadership"
    assert send(office, again, chain="cars", on="2024-06-01").status_code == 303
    assert link in office.get("/chains/cars").text


# ---- withdrawal
def test_a_withdrawal_is_restated_recorded_and_reversed(
    office: TestClient, town: Town, database: Database
) -> None:
    page = town.page("龙头")
    assert "整车" in office.get(page).text.split("撤出影响")[1]
    form = f"{page}/withdrawal"
    assert "受影响节点" in office.get(form).text
    assert send(office, form, on="2024-07-01", reason="").status_code == 422
    assert send(office, form, on="2024-07-01", reason="迁走").status_code == 303
    assert "该企业已于 2024-07-01 撤出：迁走" in office.get(page).text
    assert "未归入节点" in office.get(page).text
    assert "未归入节点" not in office.get(f"{page}?as_of=2024-06-30").text
    with database.reading() as work:
        went = firm_withdrawals.standing(work, town.firm["龙头"])
    assert send(office, f"{form}/{went.id}/reversal", reason="误记").status_code == 303
    assert "未归入节点" not in office.get(page).text


# ---- from a candidate to a lead
def test_one_form_makes_the_lead_and_a_live_one_is_linked_instead(
    office: TestClient, town: Town, database: Database
) -> None:
    drawer = office.get(f"/chains/cars/segments/{town.chips}").text
    form = f"/firms/{town.firm['芯甲']}/lead?chain=cars&segment={town.chips}"
    assert form.replace("&", "&amp;") in drawer
    fields = {"to_unit": town.unit, "accept_by": "2099-01-01", "source_kind": "chain_leader"}
    hidden = hidden_fields(office.get(form).text)
    nobody = office.post(form, data={**hidden, **fields, "to_unit": ""})
    assert nobody.status_code == 422  # no unit is handed a lead because it stands first
    answer = office.post(form, data={**hidden, **fields})
    lead_href = answer.headers["location"]
    page = office.get(lead_href).text
    assert "专班" in page
    assert "招商局" in page
    assert office.post(form, data={**hidden, **fields}).headers["location"] == lead_href  # a repeat
    assert lead_href in office.get(form).text
    assert lead_href in office.get(f"/chains/cars/segments/{town.chips}").text
    second = hidden_fields(office.get("/chains/cars/segments/" + town.chips + "/edit").text)
    refused = office.post(form, data={**second, **fields})
    assert refused.status_code == 422
    assert "已有线索" in refused.text
    with database.reading() as work:
        assert len(leads.history(work, lead_href.removeprefix("/leads/"))) == 1


def test_the_list_of_partners_says_the_same_on_the_page_and_in_the_workbook(
    office: TestClient, town: Town
) -> None:
    page = office.get("/chains/cars/partners").text
    assert f"/firms/{town.firm['芯甲']}/lead?chain=cars&amp;by={town.firm['龙头']}" in page
    file = office.get("/chains/cars/partners.xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0)
    head, *rows = sheet.to_python()
    assert head[:2] == ["链主企业", "企业"]
    # what somebody typed is no formula
    assert [row[:2] + row[4:7] for row in rows] == [["龙头", "芯甲", "供应商", 40.0, "'=芯片"]]
    assert "芯甲" not in office.get("/chains/cars/partners?as_of=2023-12-31").text


# ---- weights
def test_the_office_adds_a_version_and_it_is_printed_under_the_list(
    office: TestClient, town: Town
) -> None:
    segment = f"/chains/cars/segments/{town.chips}"
    assert "权重第 1 版" in office.get(segment).text
    points = {"segment": "20", "leader": "40", "fund_focus": "10", "referral": "10"}
    fields = points | {"qualification": "10", "contact": "10", "reason": "以商招商优先"}
    day = "2024-01-01"
    assert send(office, "/scores/candidate", valid_from=day, **fields).status_code == 303
    assert "权重第 2 版" in office.get(segment).text
    assert "以商招商优先" in office.get("/scores/candidate").text
    refused = send(
        office, "/scores/candidate", valid_from="2024-02-01", **fields | {"leader": "41"}
    )
    assert refused.status_code == 422
    assert "分值合计 101" in refused.text
    assert office.get("/scores/other").status_code in {404, 422}
