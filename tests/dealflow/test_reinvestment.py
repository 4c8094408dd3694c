"""返投: what counts follows the version of the rules, and each claim says why."""

from dataclasses import replace
from datetime import date

import pytest

from dealflow import reinvestment, reinvestment_rules
from dealflow.reinvestment import Share
from dealflow.reinvestment_rules import (
    Basis,
    Claim,
    Decision,
    Form,
    Policy,
    Recognition,
    recognise,
)
from dealflow.reinvestment_verdict import Standing, compared, judge, verdict
from portfolio import commitments
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store
from tests.portfolio.conftest import Book, open_book

PPM, WAN = 1_000_000, 1_000_000
FIRST_DAY, SECOND_DAY, TODAY = date(2024, 1, 2), date(2026, 1, 1), date(2026, 10, 9)
FIRST = Policy(
    code="FT",
    version=1,
    title="返投办法",
    valid_from=FIRST_DAY,
    rules=(
        Recognition(form=Form.DIRECT, basis=Basis.INVESTED),
        Recognition(form=Form.MOVED_IN, basis=Basis.LANDED, multiplier_ppm=2 * PPM),
        Recognition(form=Form.SUBSIDIARY, basis=Basis.HIGHER, cap_fen=50),
    ),
)


def claim(key: str, form: Form = Form.DIRECT, **facts: object) -> Claim:
    given = {"invested_fen": 100, "landed_fen": 30, "decision": Decision.ACCEPTED, **facts}
    return Claim(
        claim_id=key,
        organisation_id=f"o{key[0]}",
        company=f"企业{key}",
        form=form,
        on=date(2025, 1, int(key[1:])),
        **given,
    )


# ---- rules
@pytest.mark.parametrize(
    ("basis", "counted"),
    [(Basis.INVESTED, 100), (Basis.LANDED, 30), (Basis.HIGHER, 100), (Basis.LOWER, 30)],
)
def test_the_basis_says_which_amount_counts(basis: Basis, counted: int) -> None:
    policy = replace(FIRST, rules=(Recognition(form=Form.DIRECT, basis=basis),))
    assert recognise(policy, [claim("a1")])[0].amount_fen == counted


def test_a_headquarters_that_moves_in_counts_double_and_a_cap_ends_it() -> None:
    moved, capped = recognise(FIRST, [claim("a1", Form.MOVED_IN), claim("b2", Form.SUBSIDIARY)])
    assert (moved.amount_fen, capped.amount_fen) == (60, 50)
    assert "capped" in str(capped.why)


def test_a_company_counted_once_is_counted_by_its_first_claim_that_stands() -> None:
    once = replace(
        FIRST,
        rules=(Recognition(form=Form.DIRECT, basis=Basis.INVESTED, once_per_company=True),),
    )
    rejected = claim("a1", decision=Decision.REJECTED, reason="证据不足")
    lines = recognise(once, [claim("a3"), claim("a2"), rejected, claim("b4")])
    assert [line.amount_fen for line in lines] == [0, 100, 0, 100]
    assert "counted once" in str(lines[2].why)


@pytest.mark.parametrize("decision", [Decision.OPEN, Decision.REJECTED, Decision.TAKEN_BACK])
def test_only_accepted_claims_of_firms_that_stayed_count(decision: Decision) -> None:
    (line,) = recognise(FIRST, [claim("a1", decision=decision)])
    assert line.amount_fen == 0


def test_changing_only_the_version_flips_the_verdict_and_each_claim_says_why() -> None:
    second = replace(FIRST, version=2, rules=(Recognition(form=Form.DIRECT, basis=Basis.LANDED),))
    facts = {
        "contribution_fen": 100,
        "multiple_ppm": 1_200_000,
        "shares": (Share(due_on=date(2025, 12, 31), share_ppm=PPM),),
        "as_of": TODAY,
    }
    claims = [claim("a1"), claim("b2", Form.MOVED_IN)]
    before, after = judge(FIRST, claims, **facts), judge(second, claims, **facts)
    assert (before.recognised_fen, before.required_fen, before.is_met) == (160, 120, True)
    assert (after.recognised_fen, after.is_met) == (30, False)
    assert before.milestones[0].standing is Standing.MET
    assert after.milestones[0].standing is Standing.MISSED
    said = [
        (one.delta_fen, str(one.before.why), str(one.after.why)) for one in compared(before, after)
    ]
    assert said == [
        (-70, "1 yuan × 1", "0.30 yuan × 1"),
        (-60, "0.30 yuan × 2", "This form does not count under this version"),
    ]


# ---- commands
@pytest.fixture
def book(work: Work, manager: Actor) -> Book:
    """Two partners, 2:1; 600,000 yuan paid in."""
    opened = open_book(work, manager, "HT")
    opened.partner("LP1", 600_000_00)
    opened.partner("LP2", 300_000_00)
    opened.contribute(600_000_00)
    return opened


@pytest.fixture
def owing(work: Work, officer: Actor, book: Book) -> Book:
    """The fund of the book owes 1.5 times what its first partner paid in."""
    reinvestment_rules.set_policy(work, officer, FIRST)
    reinvestment.oblige(
        work,
        officer,
        fund_id=book.fund.id,
        partner_id=_partner(book),
        multiple_ppm=1_500_000,
        policy_code="FT",
        since=FIRST_DAY,
    )
    return book


def _partner(book: Book) -> str:
    return commitments.shares(book.work, book.fund.id, on=TODAY)[0].partner_id


def made(work: Work, officer: Actor, store: Store, book: Book, **facts: object) -> str:
    file = store.keep(work, officer, name="证明.pdf", content=b"%PDF-1.7 x")
    given = {
        "company": "企业甲",
        "form": Form.DIRECT,
        "on": date(2025, 6, 1),
        "invested_fen": 700_000_00,
        "landed_fen": 0,
        "evidence_file_id": file.id,
        **facts,
    }
    return reinvestment.claim(work, officer, fund_id=book.fund.id, **given).id


def standing(work: Work, book: Book, as_of: date = TODAY) -> tuple[int, int, bool]:
    owed = reinvestment.obligation(work, book.fund.id, as_of)
    assert owed is not None
    found = verdict(work, as_of, owed)
    return found.required_fen, found.recognised_fen, found.is_met


def test_it_is_off_until_a_duty_is_recorded_and_off_again_at_zero(
    work: Work, officer: Actor, store: Store, owing: Book
) -> None:
    assert reinvestment.obligation(work, owing.fund.id, date(2023, 12, 31)) is None
    reinvestment.oblige(
        work,
        officer,
        fund_id=owing.fund.id,
        partner_id=_partner(owing),
        multiple_ppm=0,
        policy_code="FT",
        since=date(2026, 6, 1),
    )
    assert reinvestment.obligation(work, owing.fund.id, TODAY) is None
    with pytest.raises(DomainError, match="owes no local reinvestment"):
        made(work, officer, store, owing, on=date(2026, 7, 1))


def test_required_is_a_multiple_of_what_the_partner_paid_in(
    work: Work, officer: Actor, second_officer: Actor, store: Store, owing: Book
) -> None:
    claim_id = made(work, officer, store, owing)
    assert standing(work, owing) == (600_000_00, 0, False)  # 1.5 × 400,000 paid in
    reinvestment.decide(work, second_officer, claim_id, accepted=True)
    assert standing(work, owing) == (600_000_00, 700_000_00, True)


def test_a_firm_that_leaves_takes_its_claim_along_from_that_day(
    work: Work, officer: Actor, second_officer: Actor, store: Store, owing: Book
) -> None:
    claim_id = made(work, officer, store, owing)
    reinvestment.decide(work, second_officer, claim_id, accepted=True)
    left_on = date(2026, 8, 1)
    reinvestment.take_back(work, second_officer, claim_id, left_on=left_on, reason="迁出")
    assert standing(work, owing, date(2026, 7, 31))[2]
    assert standing(work, owing, left_on)[1:] == (0, False)
    with pytest.raises(DomainError, match="taken back already"):
        reinvestment.take_back(work, second_officer, claim_id, left_on=left_on, reason="迁出")


def test_the_claimant_does_not_decide_and_a_claim_brings_its_evidence(
    work: Work, officer: Actor, store: Store, owing: Book
) -> None:
    claim_id = made(work, officer, store, owing)
    with pytest.raises(DomainError, match="made this claim yourself"):
        reinvestment.decide(work, officer, claim_id, accepted=True)
    with pytest.raises(DomainError, match="needs its evidence"):
        made(work, officer, store, owing, evidence_file_id=None)
    with pytest.raises(DomainError, match="not come yet"):
        made(work, officer, store, owing, on=date(2026, 12, 1))


def test_a_version_is_added_never_edited(work: Work, officer: Actor, owing: Book) -> None:
    with pytest.raises(DomainError, match="next number and a later day"):
        reinvestment_rules.set_policy(work, officer, FIRST)
    second = replace(FIRST, version=2, valid_from=SECOND_DAY)
    reinvestment_rules.set_policy(work, officer, second)
    owed = reinvestment.obligation(work, owing.fund.id, TODAY)
    assert owed is not None
    assert verdict(work, date(2025, 12, 31), owed).policy.version == 1
    assert verdict(work, TODAY, owed).policy.version == 2
    assert verdict(work, TODAY, owed, version=1).policy.version == 1


def test_a_policy_names_each_form_once(work: Work, officer: Actor) -> None:
    twice = replace(FIRST, rules=(*FIRST.rules, FIRST.rules[0]))
    with pytest.raises(DomainError, match="each form once"):
        reinvestment_rules.set_policy(work, officer, twice)
