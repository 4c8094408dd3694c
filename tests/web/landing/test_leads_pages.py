"""Leads come in by source, are looked up before they are recorded, and go from unit to unit."""

import re

import pytest

from dealflow import units
from dealflow.duplicates import core
from dealflow.units import UnitKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database
from tests.web.deals.town import Desk, Town

LEAD = {"title": "卫星终端", "source_kind": "fund", "received_on": "2024-03-01"}


@pytest.fixture
def other_unit(database: Database, town: Town, officer: Actor) -> str:
    with database.writing() as work:
        return units.add(work, officer, code="U2", name="国资平台", kind=UnitKind.OTHER).id


def recorded(office: Desk, town: Town, **more: str) -> str:
    answer = office.send("/leads", unit=town.unit_id, **{**LEAD, **more})
    assert answer.status_code == 303, answer.text[:800]
    return answer.headers["location"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("重庆示例航天有限公司", "示例航天"),
        ("示例航天（重庆）股份有限公司", "示例航天有限责任公司"),
        ("Ａｃｍｅ Co., Ltd.", "acme"),
    ],
)
def test_a_firm_is_the_same_without_form_place_and_width(one: str, other: str) -> None:
    assert core(one) == core(other)


def test_different_firms_stay_different() -> None:
    assert core("示例航天有限公司") != core("示例航空有限公司")


def test_a_lead_shows_under_its_source(town: Town, office: Desk) -> None:
    recorded(office, town, firm_name="新来公司")
    assert "卫星终端" in office.see("/leads", source="fund")
    assert "卫星终端" not in office.see("/leads", source="event")


def test_a_known_firm_is_named_before_the_lead_is_recorded(town: Town, office: Desk) -> None:
    refused = office.send("/leads", unit=town.unit_id, firm_name="重庆示例航天有限公司", **LEAD)
    assert refused.status_code == 422
    assert "P-2024-001" in refused.text
    address = recorded(office, town, firm_name="重庆示例航天有限公司", is_another="true")
    assert "疑似重复" in office.see(address)


def test_a_wrong_credit_code_is_refused(town: Town, office: Desk) -> None:
    answer = office.send("/leads", unit=town.unit_id, credit_code="123", **LEAD)
    assert answer.status_code == 422


def test_a_lead_goes_to_another_unit_and_keeps_its_way(
    town: Town, office: Desk, other_unit: str
) -> None:
    address = recorded(office, town)
    sent = office.send(f"{address}/handover", to_unit=other_unit, accept_by="2099-01-01")
    assert sent.status_code == 303
    page = office.see(address)
    assert "由国资平台接收" in page
    assert "国资平台" in office.see("/leads", waiting="1")
    today = re.findall(r'name="on" value="([^"]+)"', page)[0]
    assert office.send(f"{address}/acceptance", on=today).status_code == 303
    assert re.search(r"持有单位</dt><dd>国资平台", office.see(address))


def test_an_event_keeps_the_firms_met(town: Town, office: Desk) -> None:
    form = {"name": "产业推介会", "kind": "promotion", "on": "2024-05-01"}
    twice = office.send("/leads/events", firms="甲\n甲", **form)
    assert twice.status_code == 422
    assert office.send("/leads/events", firms="甲\n乙", **form).status_code == 303
    page = office.see("/leads", as_of="2024-12-31")
    assert "产业推介会" in page
    assert "甲、乙" in page
