"""A condition holds its tranche until a second person has accepted enough, to the fen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from dealflow import agreements, conditions, holds, observations, observed, projects
from dealflow.agreements import AgreementKind
from dealflow.conditions import Condition
from dealflow.terms import (
    Consequence,
    Metric,
    Operator,
    State,
    Status,
    Terms,
    met_on,
    progress,
    quantity,
    status,
)
from portfolio import commitments, funds, investments, ledger, organisations, tranches
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store, StoredFile
from portfolio.postings import Posting
from portfolio.tranches import Tranche

SIGNED, DUE, TODAY = date(2025, 10, 25), date(2026, 12, 31), date(2026, 10, 9)
AGREED = 30_000_000_000  # 3.00 亿元
TERMS = Terms(operator=Operator.AT_LEAST, threshold=AGREED, signed_on=SIGNED, due_on=DUE)


@dataclass
class Deal:
    """A fund with cash, an investment in a firm, one tranche, and the firm's agreement."""

    paper: agreements.Agreement
    tranche: Tranche
    file: StoredFile
    condition: Condition


@pytest.fixture
def deal(work: Work, manager: Actor, officer: Actor, store: Store) -> Deal:
    fund = funds.create(
        work,
        manager,
        funds.Fund(code="F1", name="基金", kind="sub", announced_on=SIGNED, inception_on=SIGNED),
    )
    firm = organisations.create(work, officer, name="示例企业甲")
    partner = commitments.admit(
        work,
        manager,
        fund_id=fund.id,
        code="LP1",
        name="出资人",
        kind=PartnerKind.LP,
        committed_fen=AGREED,
        effective_date=SIGNED,
        organisation_id=organisations.create(work, manager, name="出资人").id,
    )
    paid_in = Posting(
        account=AccountCode.PARTNERS_CAPITAL,
        amount_fen=-AGREED,
        partner_id=partner.id,
        line=Line.CONTRIBUTIONS,
    )
    ledger.post(
        work,
        manager,
        fund_id=fund.id,
        tag="contribution",
        subject_id=partner.id,
        effective_date=SIGNED,
        postings=[Posting(account=AccountCode.CASH, amount_fen=AGREED), paid_in],
    )
    investment = work.add(
        investments.Investment(
            fund_id=fund.id,
            code="I1",
            name="示例企业甲",
            kind="firm",
            organisation_id=firm.id,
            decided_on=SIGNED,
        )
    )
    tranche = tranches.plan(
        work, manager, investment_id=investment.id, agreed_fen=100_00, due_on=DUE, is_demo=False
    )
    project = projects.create(
        work, officer, code="P1", name="项目甲", organisation_id=firm.id, first_heard_on=SIGNED
    )
    paper = agreements.sign(
        work,
        officer,
        project_id=project.id,
        kind=AgreementKind.FRAMEWORK,
        title="合作框架协议",
        signed_on=SIGNED,
    )
    agreements.attach(work, officer, paper.id, investment_id=investment.id, version=1)
    condition = observations.agree(
        work,
        officer,
        agreement_id=paper.id,
        metric=Metric.FIXED_ASSET_INVESTMENT,
        name="固定资产投资累计",
        threshold=AGREED,
        due_on=DUE,
        consequence=Consequence.GATES_TRANCHE,
        gates_tranche_id=tranche.id,
    )
    file = store.keep(work, officer, name="发票.pdf", content=b"%PDF-1.7")
    return Deal(paper, tranche, file, condition)


@pytest.fixture
def see(work: Work, officer: Actor, second_officer: Actor, deal: Deal) -> Callable[..., str]:
    def observed(value: int, on: date = TODAY, *, accepted: bool | None = True) -> str:
        row = observations.observe(
            work,
            officer,
            deal.condition.id,
            observed_on=on,
            value=value,
            evidence_file_id=deal.file.id,
        )
        if accepted is not None:
            observations.verify(work, second_officer, row.id, accepted=accepted, reason="核对")
        return row.id

    return observed


def pay(work: Work, manager: Actor, deal: Deal) -> tranches.TranchePosition:
    return tranches.pay(work, manager, deal.tranche.id, effective_date=TODAY)


def stands(work: Work, deal: Deal, as_of: date = TODAY) -> conditions.ConditionPosition:
    return conditions.position(work, as_of, deal.condition.id)


# ---- the gate
def test_a_gated_tranche_is_not_paid_and_the_refusal_names_condition_and_shortfall(
    work: Work, manager: Actor, deal: Deal, see: Callable[..., str]
) -> None:
    with pytest.raises(
        DomainError, match="C1 固定资产投资累计: nothing is verified yet of ≥ 300,000,000"
    ):
        pay(work, manager, deal)
    see(26_400_000_000)
    with pytest.raises(DomainError, match="C1 固定资产投资累计: 36,000,000 yuan short"):
        pay(work, manager, deal)
    fen = ledger.balance_fen(
        work, ledger.Moment(as_of=date.max), AccountCode.CASH, fund_id=deal.paper.fund_id or ""
    )
    assert fen == AGREED


def test_enough_frees_the_tranche_only_once_a_second_person_accepted_it(
    work: Work, manager: Actor, second_officer: Actor, deal: Deal, see: Callable[..., str]
) -> None:
    seen = see(AGREED, accepted=None)
    with pytest.raises(DomainError, match="nothing is verified"):
        pay(work, manager, deal)
    observations.verify(work, second_officer, seen, accepted=True)
    assert pay(work, manager, deal).paid_fen == 100_00


def test_one_fen_short_still_holds(
    work: Work, manager: Actor, deal: Deal, see: Callable[..., str]
) -> None:
    see(AGREED - 1)
    with pytest.raises(DomainError, match=r"0\.01 yuan short"):
        pay(work, manager, deal)


def test_a_refused_observation_frees_nothing(
    work: Work, manager: Actor, deal: Deal, see: Callable[..., str]
) -> None:
    see(AGREED, accepted=False)
    with pytest.raises(DomainError, match="nothing is verified"):
        pay(work, manager, deal)


def test_a_waiver_with_its_resolution_frees_the_tranche(
    work: Work, manager: Actor, deal: Deal
) -> None:
    observations.waive(
        work,
        manager,
        deal.condition.id,
        decided_on=TODAY,
        resolution_file_id=deal.file.id,
        reason="投决会同意",
    )
    assert stands(work, deal).status is Status.WAIVED
    assert pay(work, manager, deal).paid_fen == 100_00


def test_a_withdrawal_holds_the_tranche_again_once_a_second_person_agrees(
    work: Work,
    manager: Actor,
    officer: Actor,
    second_officer: Actor,
    deal: Deal,
    see: Callable[..., str],
) -> None:
    seen = see(AGREED)
    gone = observations.withdraw(work, officer, seen, reason="发票重复")
    assert stands(work, deal).status is Status.MET
    observations.verify(work, second_officer, gone.id, accepted=True)
    with pytest.raises(DomainError, match="nothing is verified"):
        pay(work, manager, deal)


def test_after_a_reversed_payment_the_holds_can_be_settled_again(
    work: Work,
    manager: Actor,
    officer: Actor,
    second_officer: Actor,
    deal: Deal,
    see: Callable[..., str],
) -> None:
    seen = see(AGREED)
    pay(work, manager, deal)
    gone = observations.withdraw(work, officer, seen, reason="发票重复")
    observations.verify(work, second_officer, gone.id, accepted=True)
    tranches.reverse_payment(work, manager, deal.tranche.id, reason="条件不成立")
    assert len(holds.place_holds(work, officer, deal.paper.id)) == 1
    with pytest.raises(DomainError, match="nothing is verified"):
        pay(work, manager, deal)


def test_settling_twice_places_one_hold(work: Work, officer: Actor, deal: Deal) -> None:
    first = holds.place_holds(work, officer, deal.paper.id)
    assert holds.place_holds(work, officer, deal.paper.id) == first
    assert len(first) == 1
    assert [str(one) for one in holds.missing(work, TODAY, deal.tranche.id)] == [
        "C1 固定资产投资累计: nothing is verified yet of ≥ 300,000,000 yuan."
    ]


# ---- two persons
def test_nobody_verifies_what_he_recorded(
    work: Work, officer: Actor, see: Callable[..., str]
) -> None:
    seen = see(AGREED, accepted=None)
    with pytest.raises(DomainError, match="yourself"):
        observations.verify(work, officer, seen, accepted=True)


def test_the_database_itself_bars_the_recorder(
    work: Work, officer: Actor, see: Callable[..., str]
) -> None:
    seen = see(AGREED, accepted=None)
    own = observed.ObservationCheck(
        observation_id=seen,
        recorded_by=officer.id,
        verified_by=officer.id,
        verified_at=work.recorded_at,
        accepted=True,
    )
    with pytest.raises(sa.exc.IntegrityError):
        work.add(own)


def test_nothing_is_accepted_without_evidence_or_twice(
    work: Work, officer: Actor, second_officer: Actor, deal: Deal, see: Callable[..., str]
) -> None:
    bare = observations.observe(work, officer, deal.condition.id, observed_on=TODAY, value=1)
    with pytest.raises(DomainError, match="no evidence"):
        observations.verify(work, second_officer, bare.id, accepted=True)
    seen = see(1)
    with pytest.raises(DomainError, match="verified already"):
        observations.verify(work, second_officer, seen, accepted=True)


@pytest.mark.parametrize(
    ("on", "value", "said"),
    [
        (date(2025, 10, 24), 1, "before the agreement was signed on 2025-10-25"),
        (date(2026, 10, 10), 1, "has not come yet"),
        (TODAY, -1, "below zero"),
    ],
)
def test_an_observation_that_cannot_be_is_refused(
    work: Work, officer: Actor, deal: Deal, on: date, value: int, said: str
) -> None:
    with pytest.raises(DomainError, match=said):
        observations.observe(work, officer, deal.condition.id, observed_on=on, value=value)


def test_history_is_sealed(work: Work, see: Callable[..., str]) -> None:
    see(1)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        work.session.execute(sa.text("UPDATE landing_condition SET threshold = 1"))


# ---- what the pages read
def test_states_follow_the_calendar(work: Work, deal: Deal) -> None:
    states = [
        stands(work, deal, day).state for day in (TODAY, date(2026, 12, 1), DUE, date(2027, 1, 1))
    ]
    assert states == [State.NOT_DUE, State.DUE_SOON, State.DUE_SOON, State.OVERDUE]


def test_a_value_waiting_for_a_colleague_is_to_verify_and_urgent(
    work: Work, deal: Deal, see: Callable[..., str]
) -> None:
    see(26_400_000_000, accepted=None)
    at = stands(work, deal)
    assert (at.state, at.verified, at.reported) == (State.TO_VERIFY, None, 26_400_000_000)
    assert [one.condition_id for one in conditions.due(work, TODAY)] == [deal.condition.id]
    assert conditions.pips(work, TODAY, [deal.paper.project_id]) == {
        deal.paper.project_id: (State.TO_VERIFY,)
    }


def test_before_the_signing_there_is_no_condition(work: Work) -> None:
    assert conditions.positions(work, date(2025, 10, 24)) == []


def test_what_was_seen_later_is_not_known_earlier(
    work: Work, deal: Deal, see: Callable[..., str]
) -> None:
    see(AGREED, date(2026, 6, 1))
    assert stands(work, deal, date(2026, 5, 31)).status is Status.PENDING
    assert stands(work, deal, date(2026, 6, 1)).status is Status.MET


# ---- rules
@pytest.mark.parametrize(
    ("seen", "met"),
    [
        ([], None),
        ([(date(2026, 3, 1), AGREED - 1)], None),
        ([(date(2026, 3, 1), AGREED), (date(2026, 6, 1), AGREED)], date(2026, 3, 1)),
        ([(date(2026, 3, 1), AGREED), (date(2026, 6, 1), 1)], None),
        ([(DUE, AGREED), (date(2027, 6, 1), 1)], DUE),
        ([(date(2027, 2, 1), AGREED)], date(2027, 2, 1)),
    ],
)
def test_what_counts_is_the_last_value_by_the_due_date(
    seen: list[tuple[date, int]], met: date | None
) -> None:
    assert met_on(TERMS, seen) == met


@pytest.mark.parametrize(
    ("as_of", "verified", "expected"),
    [
        (date(2026, 2, 1), None, Status.PENDING),
        (date(2026, 2, 1), AGREED // 2, Status.ON_TRACK),
        (date(2026, 9, 1), AGREED // 2, Status.AT_RISK),
        (date(2026, 10, 31), None, Status.PENDING),
        (date(2026, 11, 1), None, Status.AT_RISK),
        (DUE, AGREED - 1, Status.AT_RISK),
        (date(2027, 1, 1), AGREED - 1, Status.MISSED),
    ],
)
def test_the_status_follows_pace_and_calendar(
    as_of: date, verified: int | None, expected: Status
) -> None:
    found = status(TERMS, met=None, waived=None, verified=verified, as_of=as_of)
    assert found is expected


@given(st.integers(0, 2 * AGREED), st.integers(1, 2 * AGREED), st.sampled_from(Operator))
def test_progress_is_whole_exactly_when_the_promise_is_kept(
    value: int, threshold: int, operator: Operator
) -> None:
    terms = Terms(operator=operator, threshold=threshold, signed_on=SIGNED, due_on=DUE)
    kept = met_on(terms, [(SIGNED, value)]) is not None
    assert (progress(terms, value) == 1.0) is kept
    assert 0.0 <= progress(terms, value) <= 1.0


def test_a_quantity_is_said_with_its_unit() -> None:
    assert str(quantity(Metric.FLOOR_AREA, 8_600_500)) == "8,600.5 m²"
    assert str(quantity(Metric.HEADCOUNT, 126_000)) == "126 people"
    assert str(quantity(Metric.REGISTERED_HERE, 1_000)) == "yes"
