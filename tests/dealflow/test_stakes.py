"""One row of evidence moves the verdict, the hold, the scorecard and the money at stake."""

from datetime import date

import pytest
import sqlalchemy as sa

from dealflow import agreements, conditions, dispatch, holds, observations, stakes
from dealflow.agreements import Agreement
from dealflow.terms import Consequence, Metric, Status
from portfolio import tranches
from portfolio.kernel.actors import Actor
from portfolio.kernel.audit import AuditLine
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.tranches import TrancheStatus
from tests.dealflow.district import YI, District
from tests.portfolio.conftest import open_book
from valuation.figures import Undefined

SIGNED, TODAY = date(2025, 3, 3), date(2026, 10, 9)


@pytest.fixture
def paper(district: District, manager: Actor) -> Agreement:
    """A contract carried out by an investment: 100,000 yuan paid on 2025-10-09, 50,000 planned."""
    book = open_book(district.work, manager, "F1")
    book.partner("LP1", YI)
    book.contribute(YI)
    holding = book.holding()
    book.paid(holding, 100_000_00, date(2025, 10, 9))
    book.tranche(holding, 50_000_00)
    project = district.project("企业 I1", code="P900")
    project.organisation_id = holding.organisation_id
    district.work.add(project)
    signed = district.sign(project, SIGNED, 10 * YI)
    agreements.attach(
        district.work, district.recorder, signed.id, investment_id=holding.id, version=1
    )
    return signed


def agree(district: District, paper: Agreement, **facts: object) -> str:
    given = {
        "metric": Metric.FIXED_ASSET_INVESTMENT,
        "name": "固定资产投资",
        "threshold": 3 * YI,
        "due_on": date(2026, 12, 31),
        **facts,
    }
    row = observations.agree(district.work, district.recorder, agreement_id=paper.id, **given)
    return row.id


def second_tranche(district: District, paper: Agreement) -> str:
    planned = tranches.positions(district.work, Moment(as_of=TODAY), [paper.investment_id])
    return next(one.tranche_id for one in planned if one.no == 2)


def at_stake(district: District, paper: Agreement) -> stakes.AgreementStake:
    at = conditions.of_agreement(district.work, TODAY, paper.id)
    found = stakes.of_agreements(
        district.work, TODAY, {paper.id: at}, {paper.id: paper.investment_id}
    )
    return found[paper.id]


# ---- the story
def test_a_change_of_one_evidence_row_changes_verdict_hold_scorecard_and_leaves_its_line(
    district: District, paper: Agreement
) -> None:
    work, tranche_id = district.work, second_tranche(district, paper)
    condition_id = agree(
        district, paper, consequence=Consequence.GATES_TRANCHE, gates_tranche_id=tranche_id
    )

    def standing() -> tuple[Status, TrancheStatus, tuple[str, ...], int]:
        at = conditions.position(work, TODAY, condition_id)
        pips = conditions.pips(work, TODAY, [paper.project_id])[paper.project_id]
        return (
            at.status,
            tranches.status(tranches.position(work, tranche_id)),
            tuple(pip.value for pip in pips),
            at_stake(district, paper).known_fen,
        )

    assert standing() == (Status.PENDING, TrancheStatus.HELD, ("not_due",), 50_000_00)
    seen = observations.observe(
        work,
        district.recorder,
        condition_id,
        observed_on=TODAY,
        value=3 * YI,
        evidence_file_id=district.evidence_id,
    )
    assert standing() == (Status.PENDING, TrancheStatus.HELD, ("to_verify",), 50_000_00)
    observations.verify(work, district.verifier, seen.id, accepted=True)
    assert standing() == (Status.MET, TrancheStatus.PLANNED, ("verified",), 0)
    # The file was misread: 2.4, not 3. The correction counts once a second person agrees.
    wrong = observations.observe(
        work,
        district.recorder,
        condition_id,
        observed_on=TODAY,
        value=24 * YI // 10,
        evidence_file_id=district.evidence_id,
        note="发票重复计入",
        voids=seen.id,
    )
    assert standing()[:2] == (Status.MET, TrancheStatus.PLANNED)
    observations.verify(work, district.verifier, wrong.id, accepted=True)
    assert standing() == (Status.AT_RISK, TrancheStatus.HELD, ("in_progress",), 50_000_00)
    assert "short" in str(holds.missing(work, TODAY, tranche_id)[0])
    lines = work.rows(
        sa.select(AuditLine.action, AuditLine.actor_name)
        .where(AuditLine.subject_kind == "observation")
        .order_by(AuditLine.seq)
    )
    assert [tuple(line) for line in lines] == [
        ("observation:record", district.recorder.name),
        ("observation:verify", district.verifier.name),
        ("observation:record", district.recorder.name),
        ("observation:verify", district.verifier.name),
    ]


# ---- periods
def test_an_output_of_a_year_is_not_seen_before_the_year_begins(
    district: District, paper: Agreement
) -> None:
    condition_id = agree(
        district,
        paper,
        metric=Metric.ANNUAL_OUTPUT,
        period_from=date(2026, 1, 1),
        due_on=date(2026, 12, 31),
    )
    with pytest.raises(DomainError, match=r"before the period.*within the period"):
        observations.observe(
            district.work,
            district.recorder,
            condition_id,
            observed_on=date(2025, 12, 31),
            value=5 * YI,
        )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"period_from": date(2027, 1, 1)}, "period begins"),
        ({"rate_ppm": 80_000}, "rate belongs"),
        ({"consequence": Consequence.BUY_BACK, "rate_ppm": 1_000_001}, "0 to 100 %"),
        ({"consequence": Consequence.CLAW_BACK, "instalments": 3}, "several instalments"),
        ({"consequence": Consequence.CLAW_BACK, "at_stake_fen": 0}, "above zero"),
    ],
)
def test_odd_sanctions_are_refused(
    district: District, paper: Agreement, facts: dict[str, object], said: str
) -> None:
    with pytest.raises(DomainError, match=said):
        agree(district, paper, **facts)


# ---- money at stake
def test_a_buy_back_puts_cost_and_simple_interest_at_stake_in_level_instalments(
    district: District, paper: Agreement
) -> None:
    agree(district, paper, consequence=Consequence.BUY_BACK, rate_ppm=80_000, instalments=3)
    (stake,) = at_stake(district, paper).stakes
    assert stake.amount_fen == 108_000_00  # a year at 8 %: 2025-10-09 to 2026-10-09
    assert sum(part.principal_fen for part in stake.instalments) == 108_000_00


def test_two_conditions_on_one_holding_put_it_at_stake_once(
    district: District, paper: Agreement
) -> None:
    agree(district, paper, consequence=Consequence.BUY_BACK, rate_ppm=80_000)
    agree(district, paper, consequence=Consequence.BUY_BACK, rate_ppm=50_000, name="员工")
    assert at_stake(district, paper).known_fen == 108_000_00


def test_amounts_of_the_clause_are_added_and_what_no_record_names_is_counted_as_unknown(
    district: District, paper: Agreement
) -> None:
    agree(district, paper, consequence=Consequence.LAND_RECOVERY, at_stake_fen=7_000_00)
    agree(
        district,
        paper,
        consequence=Consequence.STEP_DOWN,
        at_stake_fen=10_000_00,
        rate_ppm=250_000,
    )
    agree(district, paper, consequence=Consequence.CLAW_BACK)
    stake = at_stake(district, paper)
    assert (stake.known_fen, stake.unknown) == (9_500_00, 1)
    assert isinstance(stake.stakes[-1].amount_fen, Undefined)


def test_a_claw_back_with_a_rate_grows_from_the_day_of_signing(
    district: District, paper: Agreement
) -> None:
    agree(
        district,
        paper,
        consequence=Consequence.CLAW_BACK,
        at_stake_fen=10_000_00,
        rate_ppm=100_000,
    )
    days = (TODAY - SIGNED).days
    assert at_stake(district, paper).known_fen == round(10_000_00 * (1 + 0.1 * days / 365))


# ---- sealed half months
def test_a_day_in_a_sealed_half_month_is_refused_without_the_reason_why_it_comes_late(
    district: District, paper: Agreement
) -> None:
    condition_id = agree(district, paper)
    dispatch.seal(district.work, district.recorder, as_of=date(2026, 9, 30))
    late = {"observed_on": date(2026, 9, 30), "value": YI}
    with pytest.raises(DomainError, match=r"half month that is sealed.*why it comes late"):
        observations.observe(district.work, district.recorder, condition_id, **late)
    kept = observations.observe(
        district.work, district.recorder, condition_id, **late, note="凭证十月才到"
    )
    assert kept.note == "凭证十月才到"
    observations.observe(
        district.work, district.recorder, condition_id, observed_on=date(2026, 10, 1), value=YI
    )
