"""A chain's plan and policy set: versions that two persons stand behind, goals beside their rows.

Worked by hand: the plan runs from 2024-01-01 to 2024-12-31 (366 days); on 2024-06-30, day 182 of
366, half of the time is gone (182/366 = 49.7 %).
"""

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from dealflow import chain_documents, chain_firms, chain_plans, chains, policy_sets
from dealflow.chain_documents import Document, Standing
from dealflow.chain_firms import Role
from dealflow.chain_plans import Asked, GoalKind, Pace, PlanGoal
from dealflow.chains import Chain, Position
from dealflow.policy_sets import Said
from dealflow.stages import Stage
from portfolio import organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError
from tests.dealflow.district import YI, District
from valuation.figures import Undefined

BEGINS, HALFWAY, ENDS = date(2024, 1, 1), date(2024, 6, 30), date(2024, 12, 31)
CONTRACT = Asked(kind=GoalKind.CONTRACT, at_least=10 * YI, due_on=ENDS)
HandIn = Callable[..., chain_documents.ChainDocument]


@pytest.fixture
def chain(work: Work, officer: Actor, district: District) -> Chain:
    return chains.add(work, officer, slug="cars", name="汽车链")


@pytest.fixture
def hand_in(district: District, chain: Chain) -> HandIn:
    def go(*goals: Asked, **facts: object) -> chain_documents.ChainDocument:
        told = {"title": "招商方案", "valid_from": BEGINS, "file_id": district.evidence_id} | facts
        return chain_plans.hand_in(
            district.work,
            district.recorder,
            chain_id=chain.id,
            goals=goals or (CONTRACT,),
            **told,  # type: ignore[arg-type]  # a test may hand in what is not allowed
        )

    return go


def policy(**facts: object) -> Said:
    told = {
        "title": "首台套奖励",
        "summary": "按核验产值给予奖励",
        "who": "整车与零部件企业",
        "valid_from": BEGINS,
    }
    return Said(**(told | facts))  # type: ignore[arg-type]  # the field names of Said


def goal(work: Work, as_of: date, chain: Chain) -> chain_plans.Goal:
    plan = chain_plans.in_force(work, as_of, chain.id)
    assert plan is not None
    (one,) = plan.goals
    return one


# ---- two persons
def test_a_plan_holds_once_a_second_person_accepted_it(
    work: Work, chain: Chain, officer: Actor, second_officer: Actor, hand_in: HandIn
) -> None:
    work.business_date = BEGINS
    document = hand_in()
    assert chain_plans.in_force(work, BEGINS, chain.id) is None
    with pytest.raises(DomainError, match="yourself"):
        chain_documents.decide(work, officer, document.id, accepted=True)
    chain_documents.decide(work, second_officer, document.id, accepted=True)
    plan = chain_plans.in_force(work, BEGINS, chain.id)
    assert plan is not None
    assert plan.version.standing is Standing.IN_FORCE
    with pytest.raises(DomainError, match="decided already"):
        chain_documents.decide(work, second_officer, document.id, accepted=False, reason="晚了")


def test_a_returned_version_carries_its_reason_and_never_holds(
    work: Work, chain: Chain, second_officer: Actor, hand_in: HandIn
) -> None:
    document = hand_in()
    with pytest.raises(DomainError, match="needs its reason"):
        chain_documents.decide(work, second_officer, document.id, accepted=False, reason=" ")
    chain_documents.decide(work, second_officer, document.id, accepted=False, reason="缺附件")
    (version,) = chain_documents.versions(work, date.max, chain.id, Document.PLAN)
    assert (version.standing, version.reason) == (Standing.RETURNED, "缺附件")
    assert chain_plans.in_force(work, date.max, chain.id) is None


def test_an_auditor_hands_nothing_in(work: Work, auditor: Actor, chain: Chain) -> None:
    with pytest.raises(NotAllowedError):
        chain_plans.hand_in(
            work,
            auditor,
            chain_id=chain.id,
            title="方案",
            valid_from=BEGINS,
            file_id=None,
            goals=(),
        )


# ---- versions
def test_an_old_version_stays_readable_with_its_own_goals(
    work: Work, chain: Chain, second_officer: Actor, hand_in: HandIn
) -> None:
    work.business_date = BEGINS
    first = hand_in()
    chain_documents.decide(work, second_officer, first.id, accepted=True)
    work.business_date = HALFWAY
    more = Asked(kind=GoalKind.CONTRACT, at_least=20 * YI, due_on=ENDS)
    second = hand_in(more, valid_from=HALFWAY)
    chain_documents.decide(work, second_officer, second.id, accepted=True)
    newer, older = chain_documents.versions(work, HALFWAY, chain.id, Document.PLAN)
    assert (newer.number, newer.standing) == (2, Standing.IN_FORCE)
    assert (older.number, older.standing) == (1, Standing.REPLACED)
    assert chain_plans.plan(work, HALFWAY, older).goals[0].at_least == 10 * YI
    assert chain_plans.plan(work, HALFWAY, newer).goals[0].at_least == 20 * YI
    assert goal(work, date(2024, 6, 29), chain).at_least == 10 * YI
    with pytest.raises(DomainError, match="holds from"):
        hand_in(valid_from=BEGINS)


def test_a_draft_left_behind_cannot_overtake_a_later_version(
    work: Work, second_officer: Actor, hand_in: HandIn
) -> None:
    draft, newer = hand_in(), hand_in()
    chain_documents.decide(work, second_officer, newer.id, accepted=True)
    with pytest.raises(DomainError, match="Version 2 was accepted"):
        chain_documents.decide(work, second_officer, draft.id, accepted=True)


def test_the_database_refuses_to_change_a_goal(work: Work, hand_in: HandIn) -> None:
    hand_in()
    with pytest.raises(DBAPIError):
        work.session.execute(sa.update(PlanGoal).values(at_least=1))


# ---- what cannot be
@pytest.mark.parametrize(
    ("goals", "facts", "said"),
    [
        ((Asked(kind=GoalKind.FIRMS, at_least=3, due_on=date(2023, 12, 31)),), {}, "before the"),
        ((Asked(kind=GoalKind.FIRMS, at_least=0, due_on=ENDS),), {}, "more than nothing"),
        ((CONTRACT, CONTRACT), {}, "stands twice"),
        ((), {"title": " "}, "no title"),
        ((), {"file_id": None}, "its paper"),
    ],
)
def test_what_no_plan_can_say_is_refused(
    work: Work, chain: Chain, hand_in: HandIn, goals: tuple[Asked, ...], facts: dict, said: str
) -> None:
    with pytest.raises(DomainError, match=said):
        hand_in(*goals, **facts)
    assert chain_documents.versions(work, date.max, chain.id, Document.PLAN) == []


# ---- goals beside their rows
def test_a_contract_goal_counts_what_was_signed_within_its_days(
    work: Work, chain: Chain, second_officer: Actor, hand_in: HandIn, district: District
) -> None:
    work.business_date = BEGINS
    chain_documents.decide(work, second_officer, hand_in().id, accepted=True)
    work.business_date = None
    for on, amount in ((date(2023, 12, 31), 7), (BEGINS, 3), (HALFWAY, 1), (date(2025, 1, 1), 9)):
        district.sign(district.project(chain_id=chain.id), on, amount * YI)
    district.sign(district.project(), HALFWAY, 5 * YI)  # of no chain
    half = goal(work, HALFWAY, chain)
    assert (half.actual, half.share, half.pace) == (4 * YI, 0.4, Pace.BEHIND)
    assert sum(row.amount_fen or 0 for row in half.figure.rows) == half.actual
    assert half.elapsed == 182 / 366
    late = goal(work, date(2025, 6, 30), chain)
    assert (late.actual, late.pace) == (4 * YI, Pace.MISSED)
    assert late.counted_to == ENDS


def test_a_firm_counts_once_from_the_day_it_landed(
    work: Work, chain: Chain, second_officer: Actor, hand_in: HandIn, district: District
) -> None:
    work.business_date = BEGINS
    firms = hand_in(Asked(kind=GoalKind.FIRMS, at_least=1, due_on=ENDS))
    chain_documents.decide(work, second_officer, firms.id, accepted=True)
    work.business_date = None

    def land(on: date) -> None:
        project = district.project(chain_id=chain.id)
        district.sign(project, date(2023, 3, 1), YI)
        district.reach(project, Stage.REGISTERED, date(2023, 4, 1))
        district.reach(project, Stage.STARTED, on)

    land(date(2023, 12, 1))  # before the plan
    assert goal(work, HALFWAY, chain).pace is Pace.BEHIND
    land(date(2024, 3, 1))
    found = goal(work, HALFWAY, chain)
    assert (found.actual, found.pace) == (1, Pace.MET)
    assert [row.on for row in found.figure.rows] == [date(2024, 3, 1)]


def test_a_segment_is_closed_by_a_landed_firm_and_open_again_when_it_is_voided(
    work: Work, officer: Actor, second_officer: Actor, chain: Chain, hand_in: HandIn
) -> None:
    segment = chains.add_segment(work, officer, chain.id, name="电机", position=Position.MIDSTREAM)
    work.business_date = BEGINS
    asked = Asked(kind=GoalKind.SEGMENT, at_least=1, due_on=ENDS, segment_id=segment.id)
    chain_documents.decide(work, second_officer, hand_in(asked).id, accepted=True)
    work.business_date = None
    assert goal(work, HALFWAY, chain).actual == 0
    firm = organisations.find_or_create(work, officer, name="电机厂")
    entry = chain_firms.enter(
        work,
        officer,
        segment_id=segment.id,
        organisation_id=firm.id,
        role=Role.LANDED,
        on=date(2024, 2, 1),
    )
    found = goal(work, HALFWAY, chain)
    assert (found.pace, found.segment_name) == (Pace.MET, "电机")
    assert [row.label for row in found.figure.rows] == ["电机厂"]
    chain_firms.void(work, officer, entry.id, reason="录入错误")
    assert goal(work, HALFWAY, chain).actual == 0


def test_before_its_first_day_a_goal_is_undefined_and_not_nought(
    work: Work, chain: Chain, hand_in: HandIn
) -> None:
    work.business_date = date(2023, 12, 1)
    hand_in()
    (version,) = chain_documents.versions(work, date(2023, 12, 1), chain.id, Document.PLAN)
    (one,) = chain_plans.plan(work, date(2023, 12, 1), version).goals
    assert isinstance(one.share, Undefined)
    assert one.pace is Pace.NOT_BEGUN


# ---- policies
def test_a_policy_holds_within_its_validity_while_its_version_is_in_force(
    work: Work, chain: Chain, officer: Actor, second_officer: Actor, district: District
) -> None:
    work.business_date = BEGINS
    document = policy_sets.hand_in(
        work,
        officer,
        chain_id=chain.id,
        title="政策集",
        valid_from=BEGINS,
        file_id=district.evidence_id,
        policies=(policy(valid_to=HALFWAY), policy(title="用地保障")),
    )
    assert policy_sets.holding(work, BEGINS, chain.id) == ()
    chain_documents.decide(work, second_officer, document.id, accepted=True)
    held = {
        day: [one.title for one in policy_sets.holding(work, day, chain.id)]
        for day in (BEGINS, HALFWAY, date(2024, 7, 1))
    }
    assert held[BEGINS] == held[HALFWAY] == ["首台套奖励", "用地保障"]
    assert held[date(2024, 7, 1)] == ["用地保障"]


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        ((), "no policy"),
        ((policy(who=" "),), "Policy 1 lacks"),
        ((policy(), policy(valid_to=date(2023, 12, 31))), "Policy 2 ends on"),
        ((policy(is_public=True),), "lacks its English words"),
    ],
)
def test_what_no_policy_set_can_say_is_refused(
    work: Work,
    chain: Chain,
    officer: Actor,
    district: District,
    policies: tuple[Said, ...],
    said: str,
) -> None:
    with pytest.raises(DomainError, match=said):
        policy_sets.hand_in(
            work,
            officer,
            chain_id=chain.id,
            title="政策集",
            valid_from=BEGINS,
            file_id=district.evidence_id,
            policies=policies,
        )
