"""Firms of a chain worked by hand: gaps, candidates, leads and weights.

The valley (valley.py) has five segments. 整机 (critical) holds the leader 龙头 and 次机, 模组
(important) holds 模甲, all three landed. 芯片 (critical) has 芯甲 in talks and 芯乙 as a target;
软件 (important) and 包装 (ordinary) have nobody. Supply, in hundredths of the customer's need:

    模甲 → 龙头 60, 模甲 → 次机 100, 芯甲 → 模甲 70, 芯甲 → 龙头 20, 软甲 → 龙头 20, 龙头 → 商贸 30

Gaps, of 50 for criticality, 30 for landed buyers and 20 for those of them with one source:
    芯片  critical 3/3: 50; 模甲 and 龙头 buy from it, the most of any gap: 30; both from 芯甲
          alone: 20; in all 100
    软件  important 2/3: 33⅓; nobody stands there, so nobody buys from it: 0 and 0; in all 33⅓
    包装  is ordinary and no gap

Candidates for 芯片, where a fund that seeks 芯片 has capital, of 35 for the segment, 25 for a
leader's partner, and 10 each for focus, referral, certificate and three contacts:
    芯甲  35 + 25 + 10 + 10 (a lead of the leader) + 10 (a little giant) + 10·1/3 (one visit) = 93⅓
    芯乙  35 +  0 + 10 +  0 + 0 + 10 (a visit, an event, a lead of no referrer)             = 55
    商贸   0 + 25 + 10 = 35, a customer of the leader
    软甲   0 + 25 + 10 = 35, a supplier of the leader; of equal scores 商 stands before 软
    模甲, 次机 and 龙头 are here and no candidates.
"""

from datetime import date
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import (
    candidate_leads,
    candidates,
    chain_partners,
    chains,
    firm_aliases,
    lead_firms,
    leads,
    outreach,
    qualifications,
    score_weights,
    units,
)
from dealflow.candidate_leads import LeadIsLiveError
from dealflow.candidates import Known
from dealflow.chain_firms import Role
from dealflow.leads import SourceKind
from dealflow.outreach import EventKind
from dealflow.qualifications import Kind
from dealflow.score_weights import Score
from dealflow.stages import Stage
from dealflow.units import UnitKind
from portfolio import organisations
from portfolio.kernel.errors import DomainError
from tests.dealflow.valley import BEGAN, DAY, Valley, questions
from tests.portfolio.conftest import open_book

LATER = date(2023, 10, 31)


@pytest.fixture
def unit_id(work, officer) -> str:
    return units.add(work, officer, code="U9", name="招商局", kind=UnitKind.OTHER).id


def hear(valley: Valley, code: str, unit_id: str, **facts):
    return leads.receive(
        valley.work,
        valley.officer,
        code=code,
        title=f"线索{code}",
        unit_id=unit_id,
        received_on=BEGAN,
        **facts,
    )


@pytest.fixture
def known(valley, unit_id, manager) -> Valley:
    """The valley with what is known of its candidates, as the head of this file says."""
    work, officer = valley.work, valley.officer
    hear(valley, "L1", unit_id, firm_name="芯甲", source_kind=SourceKind.CHAIN_LEADER)
    qualifications.certify(
        work,
        officer,
        organisation_id=valley.firm("芯甲"),
        kind=Kind.LITTLE_GIANT,
        valid_from=BEGAN,
    )
    firm_aliases.add(work, officer, organisation_id=valley.firm("芯乙"), name="芯乙微电子")
    trip = {"leader_title": "区长", "city": "深圳"}
    units.travel(work, officer, on=BEGAN, firms=("芯甲", "芯乙微电子"), **trip)
    outreach.hold(work, officer, on=BEGAN, name="推介会", kind=EventKind.FORUM, firms=("芯乙",))
    hear(valley, "L2", unit_id, firm_name="芯乙", source="来函", source_kind=SourceKind.OTHER)
    book = open_book(work, manager, "XP")
    book.fund.focus, book.fund.inception_on = "芯片、器件", BEGAN
    book.partner("LP1", 900_000_00, BEGAN)
    return valley


def ranked(valley: Valley, as_of: date = DAY) -> list[candidates.Candidate]:
    chart = valley.chart(as_of)
    node = next(node for node in chart.nodes if node.name == "芯片")
    leader_ids = frozenset(chains.leaders(valley.work, as_of, valley.chain.id))
    seeks = candidates.seeking_funds(valley.work, as_of, (valley.chain.name, node.name))
    weights = score_weights.in_force(valley.work, as_of, Score.CANDIDATE).points
    return candidates.for_gap(
        valley.work,
        as_of,
        chart,
        node,
        valley.graph(as_of),
        leader_ids,
        fund_seeks=bool(seeks),
        weights=weights,
    )


# ---- gaps and candidates
def test_the_gaps_stand_in_the_order_worked_by_hand(valley) -> None:
    found = [(gap.node.name, round(gap.importance, 2)) for gap in valley.gaps()]
    assert found == [("芯片", 100), ("软件", 33.33)]
    chip = valley.gaps()[0]
    assert {part.code: (part.seen, part.points) for part in chip.parts} == {
        "criticality": (3, 50),
        "dependants": (2, 30),
        "single_supplier": (2, 20),
    }
    assert valley.names(chip.dependants) == {"模甲", "龙头"}


def test_the_candidates_stand_in_the_order_worked_by_hand(known) -> None:
    found = [(one.name, round(one.score, 2)) for one in ranked(known)]
    assert found == [("芯甲", 93.33), ("芯乙", 55), ("商贸", 35), ("软甲", 35)]
    first = {part.code: round(part.points, 2) for part in ranked(known)[0].parts}
    assert first == {
        "segment": 35,
        "leader": 25,
        "fund_focus": 10,
        "referral": 10,
        "qualification": 10,
        "contact": 3.33,
    }


def test_a_lead_that_nobody_vouched_for_is_a_contact_and_no_referral(known) -> None:
    parts = {part.code: part.seen for part in ranked(known)[1].parts}
    assert (parts["referral"], parts["contact"]) == (0, 3)


def test_a_firm_met_under_another_name_was_met(known) -> None:
    met = lead_firms.meetings(known.work, DAY, known.firm("芯乙"))
    assert {(one.kind, one.what, one.said) for one in met} == {
        ("trip", "区长", "芯乙微电子"),
        ("forum", "推介会", "芯乙"),
    }
    assert lead_firms.meetings(known.work, date(2023, 6, 29), known.firm("芯乙")) == []


def test_a_certificate_counts_on_the_days_it_is_valid(known) -> None:
    qualifications.certify(
        known.work,
        known.officer,
        organisation_id=known.firm("芯乙"),
        kind=Kind.CHAMPION,
        valid_from=BEGAN,
        valid_to=DAY,
    )
    seen = [
        {part.code: part.seen for part in ranked(known, day)[1].parts}["qualification"]
        for day in (DAY, LATER)
    ]
    assert seen == [1, 0]


def test_a_fund_whose_capital_is_called_seeks_nobody(work, manager) -> None:
    book = open_book(work, manager, "XQ")
    book.fund.focus = "软件"
    assert candidates.seeking_funds(work, date(2026, 1, 1), ("软件",)) == []
    book.partner("LP1", 900_000_00)
    assert candidates.seeking_funds(work, date(2026, 1, 1), ("软件",)) == ["XQ"]
    book.contribute(900_000_00)
    assert candidates.seeking_funds(work, date(2026, 1, 1), ("软件",)) == []


def test_a_lead_belongs_to_the_firm_of_its_credit_code_whatever_name_it_uses(
    valley, unit_id
) -> None:
    code = "91500112MA5UQ8WD74"
    firm = organisations.create(valley.work, valley.officer, name="芯丙", credit_code=code)
    hear(valley, "L3", unit_id, firm_name="芯乙", credit_code=code)
    assert [one.code for one in lead_firms.of_firm(valley.work, DAY, firm.id)] == ["L3"]
    assert lead_firms.of_firm(valley.work, DAY, valley.firm("芯乙")) == []


def test_a_name_that_two_firms_have_points_to_neither(valley, unit_id) -> None:
    with pytest.raises(DomainError, match="is the name of 芯甲 already"):
        firm_aliases.add(
            valley.work, valley.officer, organisation_id=valley.firm("芯乙"), name="芯甲"
        )
    organisations.create(valley.work, valley.officer, name="芯乙", credit_code="91500112MA5UQ8WD74")
    hear(valley, "L4", unit_id, firm_name="芯乙")
    assert lead_firms.of_firm(valley.work, DAY, valley.firm("芯乙")) == []


def test_no_question_grows_with_the_firms_on_the_chain(known) -> None:
    """PostgreSQL takes 65,535 values a statement: no list of firms may be sent as values."""

    def asked() -> list[int]:
        with questions(known.work) as sizes:
            ranked(known)
            leaders = chains.leaders(known.work, DAY, known.chain.id)
            chain_partners.missing(known.work, DAY, known.graph(), list(leaders))
        return sizes

    few = asked()
    for number in range(40):
        known.enter("芯片", f"芯{number}", Role.TARGET)
        known.link("龙头", f"客{number}", 10)
    assert asked() == few


def test_a_fund_more_asks_no_question_more(work, manager) -> None:
    counts = []
    for number in range(3):
        book = open_book(work, manager, f"F{number}")
        book.fund.focus = "软件"
        book.partner("LP1", 900_000_00)
        with questions(work) as asked:
            assert len(candidates.seeking_funds(work, date(2026, 1, 1), ("软件",))) == number + 1
        counts.append(len(asked))
    assert len(set(counts)) == 1


# ---- weights
NEW = {"segment": 50, "leader": 30, "fund_focus": 0, "referral": 10, "qualification": 5}


def test_new_weights_count_from_their_day_and_earlier_lists_keep_theirs(known) -> None:
    score_weights.reweigh(
        known.work,
        known.officer,
        Score.CANDIDATE,
        points={**NEW, "contact": 5},
        valid_from=LATER,
        note="以商招商优先",
    )
    assert round(ranked(known, DAY)[0].score, 2) == 93.33
    # 50 + 30 + 0 + 10 + 5 + 5·1/3
    assert round(ranked(known, LATER)[0].score, 2) == 96.67
    versions = score_weights.versions(known.work, Score.CANDIDATE)
    assert [(one.version, one.note) for one in versions] == [(1, ""), (2, "以商招商优先")]


@pytest.mark.parametrize(
    ("points", "note", "because"),
    [
        ({**NEW, "contact": 6}, "改", "add up to 101"),
        (NEW, "改", "Each part of the score needs its points"),
        ({**NEW, "contact": 10, "fund_focus": -5}, "改", "Each part"),
        ({**NEW, "contact": 5}, " ", "need their reason"),
    ],
)
def test_weights_that_cannot_be_are_refused(work, officer, points, note, because) -> None:
    with pytest.raises(DomainError, match=because):
        score_weights.reweigh(
            work, officer, Score.CANDIDATE, points=points, valid_from=LATER, note=note
        )


def test_a_version_begins_after_the_one_before(work, officer) -> None:
    given_points = {"criticality": 40, "dependants": 40, "single_supplier": 20}
    reweigh = {"points": given_points, "valid_from": LATER, "note": "改"}
    score_weights.reweigh(work, officer, Score.GAP, **reweigh)
    with pytest.raises(DomainError, match="Version 2 is in force"):
        score_weights.reweigh(work, officer, Score.GAP, **reweigh)


KNOWN = st.builds(
    Known,
    organisation_id=st.sampled_from(["a", "b", "c", "d"]),
    name=st.sampled_from(["甲", "乙", "丙"]),
    role=st.none() | st.sampled_from(Role),
    in_chain=st.booleans(),
    referrals=st.integers(0, 3),
    qualifications=st.integers(0, 3),
    contacts=st.integers(0, 9),
    is_demo=st.booleans(),
)
SHARES = st.lists(st.integers(0, 100), min_size=5, max_size=5).map(sorted)


@given(
    known_firms=st.lists(KNOWN, max_size=8),
    cuts=SHARES,
    links=st.sets(st.tuples(st.sampled_from("abcdx"), st.sampled_from("abcdx"))),
    fund_seeks=st.booleans(),
)
def test_the_parts_of_a_score_add_up_under_any_weights(
    known_firms, cuts, links, fund_seeks
) -> None:
    parts = score_weights.FIRST[Score.CANDIDATE].points
    points = [high - low for low, high in pairwise([0, *cuts, 100])]
    weights = dict(zip(parts, points, strict=True))
    graph = nx.DiGraph(pair for pair in links if pair[0] != pair[1])
    found = candidates.ranked(
        known_firms, graph, frozenset({"x"}), fund_seeks=fund_seeks, weights=weights
    )
    for one in found:
        assert [part.code for part in one.parts] == list(parts)
        assert all(0 <= part.share <= 1 for part in one.parts)
        assert one.score == pytest.approx(sum(part.share * part.weight for part in one.parts))
        assert 0 <= one.score <= score_weights.POINTS + 1e-9
    assert [-one.score for one in found] == sorted(-one.score for one in found)


# ---- from a candidate to a lead
def test_one_click_makes_a_lead_and_asks_a_unit_to_take_it(valley, unit_id) -> None:
    work, officer = valley.work, valley.officer
    force = units.add(work, officer, code="TF", name="专班", kind=UnitKind.TASK_FORCE)
    valley.chain.task_force_unit_id = force.id
    asked = {
        "organisation_id": valley.firm("软甲"),
        "chain_id": valley.chain.id,
        "segment_id": valley.segments["软件"],
        "to_unit_id": unit_id,
    }
    with pytest.raises(DomainError, match="before it is handed over"):
        candidate_leads.pursue(work, officer, accept_by=BEGAN, **asked)
    lead = candidate_leads.pursue(work, officer, accept_by=date(2026, 10, 20), **asked)
    (step,) = leads.history(work, lead.id)
    assert (step.from_unit, step.to_unit, step.accept_by) == ("专班", "招商局", date(2026, 10, 20))
    assert (lead.firm_name, lead.title) == ("软甲", "软甲 · 软件")
    with pytest.raises(LeadIsLiveError, match=lead.code) as refused:
        candidate_leads.pursue(work, officer, accept_by=date(2026, 10, 20), **asked)
    assert refused.value.lead.id == lead.id


def test_a_lead_that_became_a_project_is_no_longer_live(valley, unit_id, district) -> None:
    old = hear(valley, "L5", unit_id, firm_name="软甲")
    assert candidate_leads.live_lead(valley.work, valley.firm("软甲")).id == old.id
    leads.become(valley.work, valley.officer, old.id, district.project("软件园").id)
    assert candidate_leads.live_lead(valley.work, valley.firm("软甲")) is None


def test_the_unit_that_is_asked_holds_the_lead_where_nobody_else_heard_of_it(
    valley, unit_id
) -> None:
    lead = candidate_leads.pursue(
        valley.work,
        valley.officer,
        organisation_id=valley.firm("软甲"),
        chain_id=valley.chain.id,
        segment_id=None,
        to_unit_id=unit_id,
        accept_by=date(2026, 10, 20),
    )
    assert leads.holder_id(valley.work, lead.id) == unit_id
    assert leads.history(valley.work, lead.id) == []


# ---- partners of the leaders
def test_a_leaders_partners_that_are_not_here_are_listed_with_their_supply(valley) -> None:
    leaders = chains.leaders(valley.work, DAY, valley.chain.id)
    found = chain_partners.of_chain(valley.work, DAY, leaders)
    assert [(one.firm.name, one.firm.is_supplier, one.firm.weight) for one in found] == [
        ("芯甲", True, 20),
        ("软甲", True, 20),
        ("商贸", False, 30),
    ]
    assert found[0].standing == (("芯片", Role.IN_TALKS),)
    missing = chain_partners.missing(valley.work, DAY, valley.graph(), list(leaders))
    assert missing == {one.firm.organisation_id for one in found}


def test_a_partner_that_landed_beside_every_chain_is_here(valley, district) -> None:
    project = district.project("软件园")
    project.organisation_id = valley.firm("软甲")
    district.sign(project, BEGAN, 10_000)
    district.reach(project, Stage.REGISTERED, BEGAN)
    district.verified(project, date(2023, 7, 20), 10_000)
    leaders = chains.leaders(valley.work, DAY, valley.chain.id)
    found = chain_partners.of_chain(valley.work, DAY, leaders)
    assert [one.firm.name for one in found] == ["芯甲", "商贸"]
