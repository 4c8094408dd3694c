"""What a withdrawal of one firm breaks, worked by hand; and that reversing it restores everything.

The valley is that of test_firms.py. If 模甲 withdrew: 龙头 and 次机 are one step downstream, and
neither has another landed supplier; 模组 falls from single to nobody and becomes a gap; supply
among the landed falls apart.
"""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dealflow import (
    candidates,
    chain_figures,
    chain_firms,
    chain_partners,
    chains,
    firm_withdrawals,
    observations,
    projects,
    score_weights,
    withdrawal_effects,
)
from dealflow.chain_firms import Role
from dealflow.chain_map import Coverage
from dealflow.stages import Stage
from dealflow.terms import Consequence, Metric
from portfolio.kernel.errors import DomainError
from tests.dealflow.valley import BEGAN, DAY, DRAWN, Valley
from tests.portfolio.conftest import open_book

LATER = date(2023, 10, 31)


# ---- by hand
def test_what_a_withdrawal_would_break_is_worked_by_hand(valley, district) -> None:
    project = district.project("模组厂")
    project.organisation_id = valley.firm("模甲")
    lost = withdrawal_effects.effects(valley.work, DAY, valley.firm("模甲"))
    assert [(one.name, one.steps, one.is_stranded) for one in lost.downstream] == [
        ("次机", 1, True),
        ("龙头", 1, True),
    ]
    (loss,) = lost.chains
    assert loss.splits_network
    assert [(c.name, c.before, c.after, c.opens_gap) for c in lost.segments] == [
        ("模组", Coverage.LANDED, Coverage.NONE, True)
    ]
    assert [one.code for one in lost.projects] == [project.code]


def test_conditions_and_tranches_name_the_firm_that_may_withdraw(work, manager, district) -> None:
    project = district.project("模组厂")
    book = open_book(work, manager, "HT")
    book.partner("LP1", 900_000_00)
    holding = book.holding("I1", organisation_id=project.organisation_id)
    tranche = book.tranche(holding, 300_000_00)
    paper = district.sign(project, DAY, 1_000_000_00)
    observations.agree(
        work,
        district.recorder,
        agreement_id=paper.id,
        metric=Metric.HEADCOUNT,
        name="员工",
        threshold=60_000,
        due_on=date(2024, 12, 31),
        consequence=Consequence.BUY_BACK,
    )
    lost = withdrawal_effects.effects(work, date(2024, 6, 30), project.organisation_id)
    assert [one.name for one in lost.conditions] == ["员工"]
    assert [one.tranche_id for one in lost.tranches] == [tranche.id]
    assert lost.unpaid_fen == 300_000_00


def test_a_withdrawal_ends_roles_supply_and_projects_and_is_reversed_once(valley, district) -> None:
    work, officer, firm_id = valley.work, valley.officer, valley.firm("模甲")
    project = district.project("模组厂", segment_id=valley.segments["模组"])
    project.organisation_id = firm_id
    went = firm_withdrawals.withdraw(work, officer, firm_id, on=DAY, reason="总部迁走")
    assert {node.name: node.coverage for node in valley.chart().nodes}["模组"] is Coverage.NONE
    assert firm_id not in valley.graph()
    assert firm_withdrawals.live_projects(work, DAY, firm_id) == []
    with pytest.raises(DomainError, match="withdrew on 2023-09-30"):
        valley.enter("包装", "模甲", Role.TARGET, on=DAY)
    with pytest.raises(DomainError, match="withdrew on 2023-09-30 already"):
        firm_withdrawals.withdraw(work, officer, firm_id, on=DAY, reason="总部迁走")
    firm_withdrawals.reverse(work, officer, went.id, reason="误记")
    assert [one.code for one in firm_withdrawals.live_projects(work, DAY, firm_id)] == [
        project.code
    ]
    with pytest.raises(DomainError, match="was reversed already"):
        firm_withdrawals.reverse(work, officer, went.id, reason="误记")


def test_a_firm_that_comes_back_stands_by_what_began_after_it_went(valley) -> None:
    firm_withdrawals.withdraw(
        valley.work, valley.officer, valley.firm("模甲"), on=DAY, reason="总部迁走"
    )
    valley.enter("模组", "模甲", Role.IN_TALKS, on=LATER)
    coverages = [
        {node.name: node.coverage for node in valley.chart(day).nodes}["模组"]
        for day in (BEGAN, DAY, LATER)
    ]
    assert coverages == [Coverage.LANDED, Coverage.NONE, Coverage.IN_TALKS]


SEGMENTS = st.sampled_from([name for name, _, _ in DRAWN])
FIRMS = st.sampled_from(["甲", "乙", "丙", "丁", "戊"])
ROLES = st.sampled_from([Role.TARGET, Role.IN_TALKS, Role.CONTRACTED, Role.LANDED])
DRAWINGS = st.fixed_dictionaries(
    {
        "entries": st.dictionaries(st.tuples(SEGMENTS, FIRMS), ROLES, min_size=2, max_size=10),
        "supplies": st.sets(st.tuples(FIRMS, FIRMS).filter(lambda pair: pair[0] != pair[1])),
        "projects": st.lists(
            st.tuples(SEGMENTS, FIRMS, st.sampled_from([Stage.LEAD, Stage.IN_TALKS])), max_size=3
        ),
        "goes": FIRMS,
    }
)


def figures(valley: Valley) -> tuple:
    """Everything that is derived of the chain and its firms."""
    work = valley.work
    leader_ids = frozenset(chains.leaders(work, DAY, valley.chain.id))
    chart, graph = valley.chart(), valley.graph()
    return (
        chart,
        sorted(graph.edges(data="weight")),
        valley.gaps(),
        [
            candidates.for_gap(work, DAY, chart, node, graph, leader_ids, fund_seeks=False)
            for node in chart.nodes
        ],
        [
            withdrawal_effects.effects(work, DAY, firm_id)
            for _, firm_id in sorted(valley.firms.items())
        ],
        chain_figures.chain_figures(work, DAY),
        chain_partners.of_chain(work, DAY, chains.leaders(work, DAY, valley.chain.id)),
        chain_firms.everywhere(work, DAY),
    )


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=DRAWINGS)
def test_a_withdrawal_reversed_restores_every_figure(work, officer, drawn) -> None:
    with work.session.begin_nested() as example:
        valley = Valley(work, officer)
        for name in ("甲", "乙", "丙", "丁", "戊"):
            valley.firm(name)
        valley.lead("甲")
        for (segment, firm), role in sorted(drawn["entries"].items()):
            valley.enter(segment, firm, role)
        for supplier, customer in sorted(drawn["supplies"]):
            valley.link(supplier, customer, 25)
        for number, (segment, firm, stage) in enumerate(drawn["projects"]):
            project = projects.create(
                work,
                officer,
                code=f"P{number}",
                name=f"项目{number}",
                organisation_id=valley.firm(firm),
                first_heard_on=BEGAN,
                segment_id=valley.segments[segment],
                chain_id=valley.chain.id,
            )
            if stage is not Stage.LEAD:
                projects.record(work, officer, project.id, stage=stage, on=BEGAN)
        before = figures(valley)
        went = firm_withdrawals.withdraw(
            work, officer, valley.firm(drawn["goes"]), on=DAY, reason="撤出"
        )
        gone = {place.organisation_id for place in chain_firms.everywhere(work, DAY)}
        assert valley.firm(drawn["goes"]) not in gone
        for gap in valley.gaps():
            assert gap.importance == pytest.approx(sum(part.points for part in gap.parts))
            assert 0 <= gap.importance <= score_weights.POINTS
        firm_withdrawals.reverse(work, officer, went.id, reason="误记")
        assert figures(valley) == before
        example.rollback()
