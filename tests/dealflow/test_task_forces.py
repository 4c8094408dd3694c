"""A task force: who belongs to it on which day, and the trips that count for its chain."""

from datetime import date, timedelta

import pytest

from dealflow import chains, task_forces, units
from dealflow.chains import Chain
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError

JOINED, LEFT = date(2024, 1, 8), date(2024, 6, 28)
SINCE, AS_OF = date(2024, 1, 1), date(2024, 12, 31)


@pytest.fixture
def chain(work: Work, officer: Actor) -> Chain:
    return chains.add(work, officer, slug="cars", name="汽车链")


def names(work: Work, on: date, chain: Chain) -> list[str]:
    return [one.name for one in task_forces.members(work, on, chain.id)]


def test_a_member_belongs_from_the_first_to_the_last_day(
    work: Work, officer: Actor, chain: Chain
) -> None:
    member = task_forces.join(work, officer, chain.id, name="甲", since_on=JOINED)
    task_forces.leave(work, officer, member.id, on=LEFT)
    a_day = timedelta(days=1)
    held = [names(work, on, chain) for on in (JOINED - a_day, JOINED, LEFT, LEFT + a_day)]
    assert held == [[], ["甲"], ["甲"], []]
    with pytest.raises(DomainError, match="left on"):
        task_forces.leave(work, officer, member.id, on=LEFT)
    task_forces.join(work, officer, chain.id, name="甲", since_on=LEFT + a_day)  # and comes back


def test_what_no_member_can_do_is_refused(work: Work, officer: Actor, chain: Chain) -> None:
    member = task_forces.join(work, officer, chain.id, name="甲", since_on=JOINED)
    with pytest.raises(DomainError, match="has belonged"):
        task_forces.join(work, officer, chain.id, name=" 甲 ", since_on=LEFT)
    with pytest.raises(DomainError, match="no name"):
        task_forces.join(work, officer, chain.id, name=" ", since_on=JOINED)
    with pytest.raises(DomainError, match="still to come"):
        task_forces.join(work, officer, chain.id, name="乙", since_on=date(2030, 1, 1))
    with pytest.raises(DomainError, match="between joining"):
        task_forces.leave(work, officer, member.id, on=JOINED - timedelta(days=1))


def test_the_trips_of_the_chains_and_of_none_add_up_to_those_of_the_district(
    work: Work, officer: Actor, chain: Chain
) -> None:
    other = chains.add(work, officer, slug="chips", name="芯片链")

    def travel(on: date, city: str, *firms: str) -> str:
        trip = units.travel(work, officer, on=on, leader_title="区领导", city=city, firms=firms)
        return trip.id

    first, second = travel(date(2024, 2, 1), "上海", "甲", "乙"), travel(AS_OF, "苏州", "乙")
    task_forces.made_for(work, officer, first, chain.id)
    task_forces.made_for(work, officer, second, chain.id)
    task_forces.made_for(work, officer, travel(AS_OF, "北京", "丙"), other.id)
    travel(AS_OF, "北京", "丁")  # for no chain
    mine = task_forces.counted(task_forces.journeys(work, SINCE, AS_OF, chain.id))
    others = task_forces.counted(task_forces.journeys(work, SINCE, AS_OF, other.id))
    whole = units.outreach(work, SINCE, AS_OF)
    assert (mine.trips, mine.visits, mine.firms, mine.cities) == (2, 3, 2, 2)
    assert (whole.trips, whole.visits) == (mine.trips + others.trips + 1, 3 + others.visits + 1)
    with pytest.raises(DomainError, match="already"):
        task_forces.made_for(work, officer, first, other.id)
