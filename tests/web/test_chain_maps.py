"""A map on its pages: uploaded, looked at, confirmed; versions listed, drawn and compared."""

import re
from datetime import date

import pytest
from starlette.testclient import TestClient

from dealflow import chain_map, chains, map_versions, map_workbook
from dealflow.chains import Chain, Criticality, Position
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from tests.dealflow.test_map_import import ROWS, but, workbook
from tests.web.conftest import LogIn, hidden_fields
from web import exports

OFFICE, AUDITOR = Role.INVESTMENT_OFFICE, Role.AUDITOR
DRAWN = {"wanted_firms": "1", "position": "midstream", "criticality": "3", "on": "2024-01-02"}


@pytest.fixture
def office(logged_in: LogIn) -> TestClient:
    return logged_in(OFFICE)


@pytest.fixture
def chain(database: Database, officer: Actor) -> Chain:
    with database.writing() as work:
        made = chains.add(work, officer, slug="cars", name="汽车链")
        chains.add_segment(
            work,
            officer,
            made.id,
            name="芯片",
            position=Position.UPSTREAM,
            subsystem="动力",
            criticality=Criticality.CRITICAL,
            reason="首版",
        )
    return made


def send(client: TestClient, address: str, /, **fields: str):
    hidden = hidden_fields(client.get(address).text)
    return client.post(address, data={**hidden, **fields})


def upload(client: TestClient, content: bytes) -> str:
    address = "/chains/cars/import"
    hidden = hidden_fields(client.get(address).text)
    files = {"sheet": ("图谱.xlsx", content, exports.XLSX_TYPE)}
    answer = client.post(address, data=hidden, files=files)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def fingerprint(page: str) -> str:
    found = re.search(r'name="fingerprint" value="(\w+)"', page)
    assert found
    return found.group(1)


def names(database: Database, chain: Chain, as_of: date | None = None) -> set[str]:
    with database.reading() as work:
        chart = chain_map.chain_map(work, as_of or work.today(), chain.id)
        return {node.name for node in chart.nodes}


def test_a_workbook_is_looked_at_and_then_confirmed(
    office: TestClient, database: Database, chain: Chain
) -> None:
    preview = upload(office, workbook(ROWS))
    page = office.get(preview).text
    assert "电机甲" in page
    assert names(database, chain) == {"芯片"}
    answer = send(office, preview, reason="补全图谱", fingerprint=fingerprint(page))
    assert answer.status_code == 303
    assert names(database, chain) == {"芯片", "电机", "展厅"}
    versions = office.get("/chains/cars/versions").text
    assert "补全图谱" in versions
    again = office.get(preview).text
    assert 'name="fingerprint"' not in again  # nothing is left to confirm
    assert "第 2 版" in again


def test_a_workbook_with_faults_names_sheet_and_cell_and_offers_no_button(
    office: TestClient, database: Database, chain: Chain
) -> None:
    faulty = but(segments=[("S01", "芯片", "动力", "上流", "关键", 2)])
    page = office.get(upload(office, workbook(faulty))).text
    assert "D2" in page
    assert "上流" in page
    assert 'name="fingerprint"' not in page
    assert names(database, chain) == {"芯片"}


def test_a_confirmation_without_a_reason_is_refused(
    office: TestClient, database: Database, chain: Chain
) -> None:
    preview = upload(office, workbook(ROWS))
    found = fingerprint(office.get(preview).text)
    assert send(office, preview, reason=" ", fingerprint=found).status_code == 422
    assert names(database, chain) == {"芯片"}


def test_export_and_template_are_handed_out_as_workbooks(
    office: TestClient, database: Database, chain: Chain
) -> None:
    with database.reading() as work:
        exported = map_workbook.export(work, chain.id, chain.name)
    assert office.get("/chains/cars/map.xlsx").content == exported
    assert office.get("/chains/cars/map-template.xlsx").content == map_workbook.template()


def test_an_edit_in_place_is_a_version_and_an_earlier_day_keeps_its_map(
    office: TestClient, database: Database, chain: Chain
) -> None:
    answer = send(office, "/chains/cars/segments/new", name="电机", reason="新增", **DRAWN)
    assert answer.status_code == 303
    assert names(database, chain) == {"芯片", "电机"}
    assert names(database, chain, date(2024, 1, 1)) == {"芯片"}
    with database.reading() as work:
        row = next(
            node
            for node in chain_map.chain_map(work, work.today(), chain.id).nodes
            if node.name == "电机"
        )
    address = f"/chains/cars/segments/{row.segment_id}"
    changed = DRAWN | {"on": "2024-02-01", "name": "驱动电机", "reason": "更名"}
    assert send(office, f"{address}/edit", **changed).status_code == 303
    assert names(database, chain, date(2024, 1, 31)) == {"芯片", "电机"}
    compared = office.get("/chains/cars/versions?before=2&after=3").text
    assert "驱动电机" in compared
    assert "更名" in compared
    assert "驱动电机" not in office.get("/chains/cars/versions/2").text
    gone = send(office, f"{address}/retire", on="2024-03-01", reason="并入整车")
    assert gone.status_code == 303
    assert names(database, chain) == {"芯片"}
    assert names(database, chain, date(2024, 2, 29)) == {"芯片", "驱动电机"}
    with database.reading() as work:
        assert [v.number for v in map_versions.listed(work, chain.id)] == [4, 3, 2, 1]


def test_a_day_before_the_newest_version_is_refused_with_that_day(
    office: TestClient, database: Database, chain: Chain
) -> None:
    send(office, "/chains/cars/segments/new", name="电机", reason="新增", **DRAWN)
    early = DRAWN | {"on": "2023-12-31"}
    answer = send(office, "/chains/cars/segments/new", name="电池", reason="新增", **early)
    assert answer.status_code == 422
    assert names(database, chain) == {"芯片", "电机"}


def test_an_auditor_sees_the_versions_and_imports_nothing(logged_in: LogIn, chain: Chain) -> None:
    auditor = logged_in(AUDITOR)
    assert "首版" in auditor.get("/chains/cars/versions").text
    assert auditor.get("/chains/cars/import").status_code == 403
    assert auditor.get("/chains/cars/segments/new").status_code == 403


def test_a_version_that_is_not_there_is_not_found(office: TestClient, chain: Chain) -> None:
    assert office.get("/chains/cars/versions/9").status_code == 404
    assert office.get("/chains/cars/versions?before=1&after=9").status_code == 404
