"""How the district is organised and how often it travelled is counted from rows."""

from datetime import date

import pytest

from dealflow import units
from dealflow.units import UnitKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from tests.dealflow.district import District


def test_task_forces_and_liaison_offices_are_no_responsible_units(
    work: Work, officer: Actor
) -> None:
    for number, kind in enumerate(UnitKind):
        units.add(work, officer, code=f"U{number}", name=kind.value, kind=kind, people=10)
    counted = units.organisation(work)
    assert (counted.responsible_units, counted.people) == (4, 40)
    assert counted.by_kind[UnitKind.TASK_FORCE] == 1


@pytest.mark.usefixtures("district")
def test_a_code_is_given_once(work: Work, officer: Actor) -> None:
    with pytest.raises(DomainError, match="U1 is taken"):
        units.add(work, officer, code="U1", name="另一单位", kind=UnitKind.OTHER)
    with pytest.raises(DomainError, match="making is taken"):
        units.add_system(work, officer, code="making", name="另一体系")


def test_a_firm_seen_on_two_trips_is_one_firm(work: Work, officer: Actor) -> None:
    for on, firms in ((date(2023, 2, 1), ("甲", "乙")), (date(2023, 3, 1), ("乙",))):
        units.travel(work, officer, on=on, leader_title="区领导", city="深圳", firms=firms)
    seen = units.outreach(work, date(2023, 1, 1), date(2023, 3, 1))
    assert (seen.trips, seen.visits, seen.firms, seen.cities) == (2, 3, 2, 1)
    assert units.outreach(work, date(2023, 1, 1), date(2023, 2, 28)).trips == 1


def test_a_trip_names_a_firm_once(work: Work, officer: Actor) -> None:
    with pytest.raises(DomainError, match="甲 stands twice"):
        units.travel(
            work,
            officer,
            on=date(2023, 2, 1),
            leader_title="区领导",
            city="上海",
            firms=("甲", "甲"),
        )


def test_demo_units_can_be_left_out(work: Work, district: District, officer: Actor) -> None:
    units.add(work, officer, code="D1", name="示例单位", kind=UnitKind.OTHER, is_demo=True)
    assert len(units.listed(work)) == len(district.unit_ids) + 1
    assert units.organisation(work, with_demo=False).responsible_units == len(district.unit_ids)
