"""Money counts as arrived once a second person verified it, or once the ledger says it was paid."""

from datetime import UTC, date, datetime

import pytest

from dealflow import agreements, chain_figures, chains, landed, landings
from dealflow.agreements import FundMoney
from dealflow.landed import FIRST, Evidence, Rule, Sign, judge
from dealflow.projects import Project
from dealflow.stages import Stage
from portfolio import commitments, funds, investments, ledger, organisations, tranches
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.postings import Posting, to_partners
from portfolio.tranches import Tranche
from tests.dealflow.district import District

SINCE, AS_OF = date(2023, 1, 1), date(2023, 10, 31)
CAME = date(2023, 5, 10)


def in_place(work: Work, project: Project, as_of: date = AS_OF) -> int:
    rows = landings.money_in_place(work, SINCE, as_of, project_ids=[project.id])
    return sum(row.amount_fen for row in rows)


@pytest.fixture
def project(district: District, work: Work, officer: Actor) -> Project:
    chain = chains.add(work, officer, slug="nev", name="智能网联新能源汽车")
    return district.project(chain_id=chain.id)


@pytest.fixture
def tranche(work: Work, manager: Actor, district: District, project: Project) -> Tranche:
    """A tranche of 400 fen from a fund with 1,000 fen in the bank, under a formal contract."""
    day = date(2023, 1, 2)
    fund = funds.create(
        work,
        manager,
        funds.Fund(code="HT", name="洪泰", kind="sub", announced_on=day, inception_on=day),
    )
    commitments.admit(
        work,
        manager,
        fund_id=fund.id,
        code="LP1",
        name="出资人甲",
        kind=PartnerKind.LP,
        committed_fen=1_000,
        effective_date=day,
        organisation_id=organisations.create(work, manager, name="出资人甲").id,
    )
    by = commitments.shares(work, fund.id, on=day)
    ledger.post(
        work,
        manager,
        fund_id=fund.id,
        tag="test",
        subject_id=fund.id,
        effective_date=day,
        postings=[
            Posting(account=AccountCode.CASH, amount_fen=1_000),
            *to_partners(1_000, Line.CONTRIBUTIONS, by),
        ],
    )
    holding = investments.create(
        work,
        manager,
        fund_id=fund.id,
        code="I1",
        name=project.name,
        organisation_id=project.organisation_id,
        instrument="equity",
        decided_on=day,
    )
    contract = district.sign(project, date(2023, 3, 1), 5_000, fund_money=FundMoney.AS_PAID)
    agreements.attach(
        work, manager, contract.id, investment_id=holding.id, version=contract.version
    )
    return tranches.plan(
        work, manager, investment_id=holding.id, agreed_fen=400, due_on=CAME, is_demo=False
    )


def test_unverified_money_is_not_in_place(
    work: Work, district: District, project: Project, second_officer: Actor
) -> None:
    arrival = district.arrive(project, CAME, 300)
    assert in_place(work, project) == 0
    assert landings.to_verify(work, AS_OF) == [(arrival.id, project.name, 300)]
    landings.verify(work, second_officer, arrival.id, accepted=True, on=CAME)
    assert in_place(work, project) == 300
    assert landings.to_verify(work, AS_OF) == []


def test_nobody_verifies_what_he_recorded(
    work: Work, district: District, project: Project, officer: Actor
) -> None:
    arrival = district.arrive(project, CAME, 300)
    with pytest.raises(NotAllowedError, match="recorded this arrival yourself"):
        landings.verify(work, officer, arrival.id, accepted=True, on=CAME)


def test_money_without_evidence_is_not_accepted(
    work: Work, project: Project, officer: Actor, second_officer: Actor
) -> None:
    arrival = landings.arrive(
        work, officer, project.id, on=CAME, amount_fen=5, kind=landings.MoneyKind.LOAN
    )
    with pytest.raises(DomainError, match="no evidence"):
        landings.verify(work, second_officer, arrival.id, accepted=True, on=CAME)


def test_rejected_money_never_counts_and_the_verdict_stands(
    work: Work, district: District, project: Project, second_officer: Actor
) -> None:
    arrival = district.arrive(project, CAME, 300)
    with pytest.raises(DomainError, match="rejection needs its reason"):
        landings.verify(work, second_officer, arrival.id, accepted=False, on=CAME)
    landings.verify(
        work, second_officer, arrival.id, accepted=False, on=CAME, reason="回单金额不符"
    )
    assert in_place(work, project) == 0
    with pytest.raises(DomainError, match="verified already"):
        landings.verify(work, second_officer, arrival.id, accepted=True, on=CAME)


def test_voided_money_goes_back(
    work: Work, district: District, project: Project, officer: Actor
) -> None:
    arrival = district.verified(project, CAME, 300)
    landings.void(work, officer, arrival.id, reason="重复登记")
    assert in_place(work, project) == 0
    assert landings.arrivals(work, AS_OF, project.id) == []
    with pytest.raises(DomainError, match="was voided"):
        landings.void(work, officer, arrival.id, reason="重复登记")


@pytest.mark.parametrize(("on", "amount_fen"), [(CAME, 0), (CAME, -1), (date(2026, 10, 10), 1)])
def test_no_money_and_money_to_come_are_refused(
    district: District, project: Project, on: date, amount_fen: int
) -> None:
    with pytest.raises(DomainError):
        district.arrive(project, on, amount_fen)


def test_both_ends_of_a_period_belong_to_it(
    work: Work, district: District, project: Project
) -> None:
    for day in (date(2022, 12, 31), SINCE, AS_OF, date(2023, 11, 1)):
        district.verified(project, day, 1)
    assert in_place(work, project) == 2


def test_one_payment_moves_ledger_project_and_chain_and_its_reversal_all_three(
    work: Work, project: Project, tranche: Tranche, manager: Actor
) -> None:
    def seen() -> tuple[int, int, int]:
        chain = chain_figures.chain_figures(work, AS_OF)[0]
        return in_place(work, project), chain.in_place_fen, chain.fund_fen

    assert seen() == (0, 0, 0)
    tranches.pay(work, manager, tranche.id, effective_date=CAME)
    assert seen() == (400, 400, 400)
    assert in_place(work, project, date(2023, 5, 9)) == 0
    tranches.reverse_payment(work, manager, tranche.id, reason="退汇")
    assert seen() == (0, 0, 0)


def test_money_by_use_does_not_count_as_paid(
    work: Work, district: District, project: Project, tranche: Tranche, manager: Actor
) -> None:
    contract = work.session.get(agreements.Agreement, tranche_agreement(work, tranche))
    assert contract is not None
    contract.fund_money = FundMoney.BY_USE.value
    work.add(contract)
    tranches.pay(work, manager, tranche.id, effective_date=CAME)
    assert in_place(work, project) == 0
    assert chain_figures.chain_figures(work, AS_OF)[0].fund_fen == 400
    district.verified(project, CAME, 150)
    assert in_place(work, project) == 150


def tranche_agreement(work: Work, tranche: Tranche) -> str:
    (card,) = agreements.listed(work, AS_OF)
    assert card.investment_id == tranche.investment_id
    return card.agreement_id


def test_what_was_not_verified_yet_was_not_known_yet(
    work: Work, district: District, project: Project
) -> None:
    district.verified(project, CAME, 300)
    before = datetime(2026, 10, 9, 1, 59, tzinfo=UTC)
    assert landings.money_in_place(work, SINCE, AS_OF, known_at=before) == []
    assert landings.money_in_place(work, SINCE, AS_OF, known_at=work.recorded_at) != []


# ---- the landed rule
def test_registered_and_funded_has_landed_since_the_later_of_both(
    work: Work, district: District, project: Project
) -> None:
    district.verified(project, CAME, 300)
    verdict = landed.explain(work, AS_OF, project.id)
    assert not verdict.landed
    assert [sign.sign for sign in verdict.missing] == [Sign.REGISTERED]
    district.reach(project, Stage.REGISTERED, date(2023, 7, 1))
    verdict = landed.explain(work, AS_OF, project.id)
    assert (verdict.landed, verdict.since, verdict.missing) == (True, date(2023, 7, 1), ())
    assert not landed.explain(work, date(2023, 6, 30), project.id).landed


def test_what_is_missing_is_said_in_words(work: Work, district: District, project: Project) -> None:
    district.reach(project, Stage.REGISTERED, CAME)
    missing = landed.explain(work, AS_OF, project.id).missing
    assert [str(sign.text) for sign in missing] == [
        "No verified money is in place.",
        "Construction has not started.",
        "No premises are leased.",
    ]


@pytest.mark.parametrize("needs_site", [True, False])
def test_only_who_needs_no_land_lands_by_a_lease(needs_site: bool) -> None:
    evidence = Evidence(
        reached={Stage.REGISTERED: CAME, Stage.SITE: CAME},
        in_place_fen=0,
        money_since=None,
        needs_site=needs_site,
    )
    assert judge(FIRST, evidence).landed is not needs_site


def test_a_new_rule_judges_later_days_only(
    work: Work, district: District, project: Project, officer: Actor
) -> None:
    landed.set_rule(work, officer, FIRST, valid_from=date(2022, 1, 1))
    stricter = Rule(version=2, all_of=(Sign.REGISTERED, Sign.PRODUCTION), any_of=())
    landed.set_rule(work, officer, stricter, valid_from=date(2023, 9, 1))
    district.reach(project, Stage.REGISTERED, CAME)
    district.verified(project, CAME, 300)
    before, after = (
        landed.explain(work, day, project.id) for day in (date(2023, 8, 31), date(2023, 9, 1))
    )
    assert (before.landed, before.rule_version) == (True, 1)
    assert (after.landed, after.rule_version) == (False, 2)


def test_a_rule_follows_the_last_in_number_and_time(work: Work, officer: Actor) -> None:
    landed.set_rule(work, officer, FIRST, valid_from=date(2023, 1, 1))
    again = Rule(version=2, all_of=FIRST.all_of, any_of=FIRST.any_of)
    with pytest.raises(DomainError, match="later day"):
        landed.set_rule(work, officer, again, valid_from=date(2023, 1, 1))
    with pytest.raises(DomainError, match="next number"):
        landed.set_rule(work, officer, FIRST, valid_from=date(2024, 1, 1))
