"""A chain worked by hand: who fills it, where it is broken, who depends on whom, who could come.

The chain of the test: motors (two landed firms), batteries (one), chips (nobody, critical), with
the car maker 车厂 as leader. Its arithmetic stands beside each assertion.
"""

from datetime import date

import pytest

from dealflow import candidates, chain_firms, chain_map, chains, gaps, supply
from dealflow.candidates import Known
from dealflow.chain_firms import Role
from dealflow.chain_map import Coverage
from dealflow.chains import Criticality, Position
from dealflow.stages import Stage
from dealflow.supply import Link
from portfolio import organisations
from portfolio.kernel.errors import DomainError, StaleError

DAY = date(2023, 6, 30)
LATER = date(2023, 9, 30)


class Town:
    """A chain with three segments, and the short words by which a test fills it."""

    def __init__(self, work, officer) -> None:
        self.work, self.officer = work, officer
        self.chain = chains.add(work, officer, slug="cars", name="汽车链")
        self.segments = {
            name: chains.add_segment(
                work,
                officer,
                self.chain.id,
                name=name,
                position=position,
                subsystem="动力",
                criticality=criticality,
                order=order,
            )
            for order, (name, position, criticality) in enumerate(
                (
                    ("芯片", Position.UPSTREAM, Criticality.CRITICAL),
                    ("电机", Position.MIDSTREAM, Criticality.IMPORTANT),
                    ("电池", Position.MIDSTREAM, Criticality.IMPORTANT),
                    ("展厅", Position.AFTERMARKET, Criticality.ORDINARY),
                )
            )
        }
        self.firms: dict[str, str] = {}

    def firm(self, name: str) -> str:
        if name not in self.firms:
            self.firms[name] = organisations.find_or_create(self.work, self.officer, name=name).id
        return self.firms[name]

    def enter(self, segment: str, firm: str, role: Role, on: date = DAY):
        return chain_firms.enter(
            self.work,
            self.officer,
            segment_id=self.segments[segment].id,
            organisation_id=self.firm(firm),
            role=role,
            on=on,
        )

    def link(self, supplier: str, customer: str, weight: int = 50):
        return supply.link(
            self.work,
            self.officer,
            supplier_id=self.firm(supplier),
            customer_id=self.firm(customer),
            weight=weight,
            since_on=DAY,
        )

    def chart(self, as_of: date = LATER) -> chain_map.ChainMap:
        return chain_map.chain_map(self.work, as_of, self.chain.id)

    def graph(self, as_of: date = LATER):
        return supply.network(supply.links(self.work, as_of))

    def coverage(self, as_of: date = LATER) -> dict[str, Coverage]:
        return {node.name: node.coverage for node in self.chart(as_of).nodes}

    def gaps(self) -> list[gaps.Gap]:
        return gaps.gaps(self.chart(), self.graph())


@pytest.fixture
def town(work, officer) -> Town:
    made = Town(work, officer)
    made.enter("电机", "电机甲", Role.LANDED)
    made.enter("电机", "电机乙", Role.LANDED)
    made.enter("电池", "电池甲", Role.LANDED)
    made.enter("芯片", "芯片甲", Role.IN_TALKS)
    made.enter("芯片", "芯片乙", Role.TARGET)
    # 芯片甲 supplies both motor makers, 芯片乙 one of them; 电池甲 supplies nobody here
    made.link("芯片甲", "电机甲")
    made.link("芯片甲", "电机乙")
    made.link("芯片乙", "电机乙")
    return made


# ---- the map
def test_coverage_is_read_from_who_stands_in_a_segment(town) -> None:
    assert town.coverage() == {
        "芯片": Coverage.IN_TALKS,
        "电机": Coverage.STRONG,
        "电池": Coverage.LANDED,
        "展厅": Coverage.NONE,
    }
    assert town.chart().covered == pytest.approx(2 / 4)


def test_an_earlier_day_shows_the_map_of_that_day(town) -> None:
    town.enter("芯片", "芯片甲", Role.LANDED, on=LATER)
    assert town.coverage(LATER)["芯片"] is Coverage.LANDED
    assert town.coverage(DAY)["芯片"] is Coverage.IN_TALKS


def test_a_project_speaks_by_its_own_stage(town, district) -> None:
    project = district.project("展厅项目", segment_id=town.segments["展厅"].id)
    assert town.coverage()["展厅"] is Coverage.TARGETED
    district.reach(project, Stage.IN_TALKS, DAY)
    assert town.coverage()["展厅"] is Coverage.IN_TALKS
    district.sign(project, DAY, 30_000_000)
    assert town.coverage()["展厅"] is Coverage.CONTRACTED
    district.reach(project, Stage.REGISTERED, date(2023, 7, 10))
    district.verified(project, date(2023, 7, 20), 10_000_000)
    node = town.chart().nodes[-1]
    assert node.coverage is Coverage.LANDED
    assert (node.contract_fen, node.in_place_fen) == (30_000_000, 10_000_000)


def test_a_firm_that_leaves_and_the_leaving_voided_restores_the_map(town) -> None:
    before = town.chart()
    left = town.enter("电池", "电池甲", Role.LEFT, on=LATER)
    assert town.coverage()["电池"] is Coverage.NONE
    chain_firms.void(town.work, town.officer, left.id, reason="记错企业")
    assert town.chart() == before


def test_an_entry_is_voided_once_and_with_a_reason(town) -> None:
    entry = town.enter("展厅", "展商", Role.TARGET)
    with pytest.raises(DomainError, match="needs its reason"):
        chain_firms.void(town.work, town.officer, entry.id, reason=" ")
    chain_firms.void(town.work, town.officer, entry.id, reason="重复")
    with pytest.raises(DomainError, match="was voided"):
        chain_firms.void(town.work, town.officer, entry.id, reason="重复")


def test_a_firm_cannot_leave_where_it_never_stood(town) -> None:
    with pytest.raises(DomainError, match="stands so"):
        town.enter("展厅", "电机甲", Role.LEFT)


def test_a_segment_is_changed_from_the_version_that_was_seen(town) -> None:
    segment = town.segments["芯片"]
    chains.change_segment(town.work, town.officer, segment.id, version=1, facts={"wanted_firms": 2})
    with pytest.raises(StaleError):
        chains.change_segment(
            town.work, town.officer, segment.id, version=1, facts={"wanted_firms": 3}
        )
    with pytest.raises(DomainError, match="has a segment 电机 already"):
        chains.change_segment(
            town.work, town.officer, segment.id, version=2, facts={"name": "电机"}
        )


# ---- gaps
def test_a_gap_is_an_important_segment_without_a_landed_firm(town) -> None:
    assert [gap.node.name for gap in town.gaps()] == ["芯片"]  # 展厅 is ordinary


def test_the_parts_of_a_gaps_importance_add_up(town) -> None:
    (gap,) = town.gaps()
    points = {part.code: part.points for part in gap.parts}
    # critical: 3/3 of 50; two landed buyers, the most of any gap: 30; one of two has one source: 10
    assert points == {"criticality": 50, "dependants": 30, "single_supplier": 10}
    assert gap.importance == 90
    assert gap.dependants == {town.firm("电机甲"), town.firm("电机乙")}


def test_a_supply_that_ended_does_not_count(town) -> None:
    ended = town.link("芯片乙", "电机甲")
    supply.end(town.work, town.officer, ended.id, on=LATER)
    assert town.gaps()[0].parts[2].seen == 1
    with pytest.raises(DomainError, match="cannot end"):
        supply.end(town.work, town.officer, ended.id, on=LATER)


@pytest.mark.parametrize(
    ("supplier", "customer", "weight", "because"),
    [
        ("电机甲", "电机甲", 50, "does not supply itself"),
        ("电机甲", "车厂", 0, "not from 1 to 100"),
        ("电机甲", "车厂", 101, "not from 1 to 100"),
        ("芯片甲", "电机甲", 10, "recorded already"),
    ],
)
def test_a_supply_that_cannot_be_is_refused(town, supplier, customer, weight, because) -> None:
    with pytest.raises(DomainError, match=because):
        town.link(supplier, customer, weight)


# ---- withdrawal
def test_what_one_firms_leaving_breaks_is_named_before_it_happens(town) -> None:
    town.enter("展厅", "车厂", Role.LANDED)
    town.link("电机甲", "车厂")
    town.link("电池甲", "车厂")
    before = town.chart()
    lost = gaps.withdrawal(before, town.graph(), town.firm("电池甲"))
    assert lost.downstream == {town.firm("车厂"): 1}
    assert lost.stranded == frozenset()  # 电机甲 still supplies the car maker
    assert [(c.name, c.before, c.after) for c in lost.segments] == [
        ("电池", Coverage.LANDED, Coverage.NONE)
    ]
    assert town.chart() == before  # asking changes nothing


def test_a_customer_with_one_supplier_is_stranded(town) -> None:
    town.enter("展厅", "车厂", Role.LANDED)
    town.link("电机甲", "车厂")
    lost = gaps.withdrawal(town.chart(), town.graph(), town.firm("电机甲"))
    assert lost.stranded == {town.firm("车厂")}
    assert [change.after for change in lost.segments] == [Coverage.LANDED]  # 电机乙 stays


# ---- candidates
KNOWN = {
    "organisation_id": "f",
    "name": "企业",
    "role": Role.TARGET,
    "in_chain": False,
    "referrals": 0,
    "qualifications": 0,
    "contacts": 0,
    "is_demo": False,
}


def test_candidates_are_ranked_by_a_score_whose_parts_add_up() -> None:
    graph = supply.network([Link(supplier_id="a", customer_id="leader", weight=30)])
    known = [
        Known(**KNOWN | {"organisation_id": "c", "name": "丙", "role": None}),
        Known(**KNOWN | {"organisation_id": "b", "name": "乙", "contacts": 2, "qualifications": 1}),
        Known(**KNOWN | {"organisation_id": "a", "name": "甲", "in_chain": True}),
    ]
    found = candidates.ranked(known, graph, frozenset({"leader"}), fund_seeks=True)
    # 甲: segment 35 + leader 25 + focus 10; 乙: 35 + 10 + certificate 10 + 2/3 of contact 10
    assert [(one.name, round(one.score, 2)) for one in found] == [
        ("甲", 70),
        ("乙", 61.67),
        ("丙", 10),
    ]
    for one in found:
        assert one.score == pytest.approx(sum(part.share * part.weight for part in one.parts))


def test_a_leaders_partners_that_are_not_here_are_who_it_could_bring() -> None:
    links = [
        Link(supplier_id="a", customer_id="leader", weight=30),
        Link(supplier_id="leader", customer_id="b", weight=10),
        Link(supplier_id="here", customer_id="leader", weight=10),
        Link(supplier_id="x", customer_id="y", weight=10),
    ]
    found = candidates.not_here(links, "leader", frozenset({"here"}))
    assert sorted(found) == ["a", "b"]
