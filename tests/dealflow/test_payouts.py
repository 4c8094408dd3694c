"""An incentive pays by what was verified: never more, never by promise, and reversibly."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealflow import observations, payout_book, payouts
from dealflow.payout_book import PayoutClause, RequestState
from dealflow.payout_rules import Kind, Rule, Step, entitlement
from dealflow.terms import Metric
from portfolio.kernel.errors import DomainError
from tests.dealflow.district import YI, District

SIGNED, TODAY = date(2025, 3, 3), date(2026, 10, 9)
WAN = 1_000_000
# 1 % of the output above a floor of 0.5 亿, at most 20 万元
ABOVE_FLOOR = Rule(
    kind=Kind.PROPORTIONAL,
    rate_ppm=10_000,
    floor=YI // 2,
    above_floor_only=True,
    cap_fen=20 * WAN,
)


@pytest.fixture
def condition_id(district: District) -> str:
    paper = district.sign(district.project(), SIGNED, 10 * YI)
    return observations.agree(
        district.work,
        district.recorder,
        agreement_id=paper.id,
        metric=Metric.ANNUAL_OUTPUT,
        name="营业收入",
        threshold=YI,
        due_on=date(2026, 12, 31),
    ).id


def promise(district: District, condition_id: str, rule: Rule = ABOVE_FLOOR) -> PayoutClause:
    return payouts.promise(
        district.work, district.recorder, condition_id, name="产出奖励", rule=rule
    )


def verified(district: District, condition_id: str, value: int, voids: str | None = None) -> str:
    seen = observations.observe(
        district.work,
        district.recorder,
        condition_id,
        observed_on=TODAY,
        value=value,
        evidence_file_id=district.evidence_id,
        voids=voids,
        note="核减" if voids else "",
    )
    observations.verify(district.work, district.verifier, seen.id, accepted=True)
    return seen.id


def at(district: District, clause: PayoutClause) -> payout_book.ClausePosition:
    return payout_book.position(district.work, TODAY, clause.id)


# ---- rules
@pytest.mark.parametrize(
    ("verified_fen", "owed_fen"),
    [
        (None, 0),
        (YI // 2 - 1, 0),  # a fen below the floor
        (YI // 2, 0),  # the floor itself earns nothing
        (6 * YI // 10, 10 * WAN),  # 1 % of 0.1 亿
        (YI, 20 * WAN),  # 1 % of 0.5 亿 is 50 万, capped
    ],
)
def test_a_share_of_the_output_above_a_floor_is_paid_up_to_its_cap(
    verified_fen: int | None, owed_fen: int
) -> None:
    assert entitlement(ABOVE_FLOOR, verified_fen, is_kept=False) == owed_fen


def test_steps_add_up_as_each_threshold_is_reached() -> None:
    steps = (
        Step(least=100_000, amount_fen=30),
        Step(least=200_000, amount_fen=40),
        Step(least=300_000, amount_fen=60),
    )
    rule = Rule(kind=Kind.STEPS, steps=steps)
    owed = [entitlement(rule, people * 1_000, is_kept=False) for people in (99, 100, 231, 300)]
    assert owed == [0, 30, 70, 130]


def test_a_counted_output_is_paid_for_each_unit() -> None:
    rule = Rule(kind=Kind.PROPORTIONAL, unit_fen=2_000_00, floor=480_000)
    assert entitlement(rule, 512_000, is_kept=True) == 512 * 2_000_00
    assert entitlement(rule, 479_000, is_kept=True) == 0


def test_a_whole_amount_waits_for_the_condition_and_a_waiver_is_no_output() -> None:
    rule = Rule(kind=Kind.WHOLE, amount_fen=300)
    assert entitlement(rule, YI, is_kept=False) == 0
    assert entitlement(rule, YI, is_kept=True) == 300


@given(st.integers(0, 10**14), st.integers(0, 10**14))
def test_more_output_never_entitles_to_less_and_never_beyond_the_cap(one: int, other: int) -> None:
    low, high = sorted((one, other))
    owed = [entitlement(ABOVE_FLOOR, value, is_kept=False) for value in (low, high)]
    assert 0 <= owed[0] <= owed[1] <= 20 * WAN


# ---- from clause to payment
def test_the_way_from_clause_to_payment_and_back(district: District, condition_id: str) -> None:
    work, clause = district.work, promise(district, condition_id)
    assert at(district, clause).left_fen == 0
    verified(district, condition_id, 6 * YI // 10)
    request = payouts.ask(work, district.recorder, clause.id, amount_fen=10 * WAN)
    assert (at(district, clause).asked_fen, at(district, clause).left_fen) == (10 * WAN, 0)
    payouts.decide(work, district.verifier, request.id, accepted=True)
    payouts.pay(
        work,
        district.recorder,
        request.id,
        paid_on=TODAY,
        voucher_file_id=district.evidence_id,
    )
    assert (at(district, clause).paid_fen, at(district, clause).approved_fen) == (10 * WAN, 0)
    payouts.reverse(work, district.verifier, request.id, reason="账户有误")
    (payable,) = at(district, clause).payables
    assert (payable.state, payable.reversals) == (RequestState.APPROVED, ("账户有误",))


def test_nothing_is_asked_for_above_the_verified_entitlement(
    district: District, condition_id: str
) -> None:
    clause = promise(district, condition_id)
    verified(district, condition_id, 6 * YI // 10)
    with pytest.raises(DomainError, match=r"more than the verified output.*100,000 yuan is left"):
        payouts.ask(district.work, district.recorder, clause.id, amount_fen=10 * WAN + 1)
    payouts.ask(district.work, district.recorder, clause.id, amount_fen=6 * WAN)
    with pytest.raises(DomainError, match="40,000 yuan is left"):
        payouts.ask(district.work, district.recorder, clause.id, amount_fen=5 * WAN)


def test_a_promise_or_a_value_nobody_verified_entitles_to_nothing(
    district: District, condition_id: str
) -> None:
    clause = promise(district, condition_id)
    observations.observe(
        district.work,
        district.recorder,
        condition_id,
        observed_on=TODAY,
        value=YI,
        evidence_file_id=district.evidence_id,
    )
    with pytest.raises(DomainError, match="0 yuan is left"):
        payouts.ask(district.work, district.recorder, clause.id, amount_fen=1)


def test_approval_and_payment_look_at_the_evidence_again(
    district: District, condition_id: str
) -> None:
    work, clause = district.work, promise(district, condition_id)
    first = verified(district, condition_id, 7 * YI // 10)
    early = payouts.ask(work, district.recorder, clause.id, amount_fen=10 * WAN)
    late = payouts.ask(work, district.recorder, clause.id, amount_fen=10 * WAN)
    payouts.decide(work, district.verifier, early.id, accepted=True)
    verified(district, condition_id, 6 * YI // 10, voids=first)
    with pytest.raises(DomainError, match="more than the verified output"):
        payouts.decide(work, district.verifier, late.id, accepted=True)
    with pytest.raises(DomainError, match="more than the verified output"):
        payouts.pay(
            work,
            district.recorder,
            early.id,
            paid_on=TODAY,
            voucher_file_id=district.evidence_id,
        )
    payouts.decide(work, district.verifier, late.id, accepted=False, reason="产出核减")
    payouts.pay(
        work, district.recorder, early.id, paid_on=TODAY, voucher_file_id=district.evidence_id
    )
    assert at(district, clause).paid_fen == 10 * WAN


def test_who_asked_does_not_approve_and_nothing_is_paid_unapproved(
    district: District, condition_id: str
) -> None:
    clause = promise(district, condition_id)
    verified(district, condition_id, 6 * YI // 10)
    request = payouts.ask(district.work, district.recorder, clause.id, amount_fen=WAN)
    with pytest.raises(DomainError, match=r"asked for this payout yourself.*colleague"):
        payouts.decide(district.work, district.recorder, request.id, accepted=True)
    with pytest.raises(DomainError, match="approved by a second person first"):
        payouts.pay(
            district.work,
            district.recorder,
            request.id,
            paid_on=TODAY,
            voucher_file_id=district.evidence_id,
        )
    payouts.decide(district.work, district.verifier, request.id, accepted=True)
    with pytest.raises(DomainError, match="voucher"):
        payouts.pay(
            district.work, district.recorder, request.id, paid_on=TODAY, voucher_file_id=None
        )


@pytest.mark.parametrize(
    "rule",
    [
        Rule(kind=Kind.WHOLE),
        Rule(kind=Kind.PROPORTIONAL, unit_fen=1),  # a money output is paid by a percentage
        Rule(kind=Kind.STEPS),
        Rule(kind=Kind.STEPS, steps=(Step(least=0, amount_fen=0),)),
        Rule(kind=Kind.WHOLE, amount_fen=1, floor=-1),
    ],
)
def test_a_rule_that_pays_nothing_or_by_the_wrong_measure_is_refused(
    district: District, condition_id: str, rule: Rule
) -> None:
    with pytest.raises(DomainError):
        promise(district, condition_id, rule)
