"""The gauges of a government fund: each with its rows, and silent where it cannot know."""

from datetime import date

import pytest

from dealflow import agreements, clauses, evaluation
from dealflow.agreements import AgreementKind
from dealflow.evaluation import Indicator
from portfolio import capital, natures
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.natures import Capital, Focus
from tests.dealflow.district import District
from tests.portfolio.conftest import Book, open_book
from valuation.figures import Undefined

TODAY = date(2026, 10, 9)
FREE, FORCED = "双方按市场化原则合作。", "子基金应完成返投，比例不低于1.5倍。"


@pytest.fixture
def book(work: Work, manager: Actor) -> Book:
    """Two partners 3:1; two holdings, 300,000 yuan paid in October 2024 and 100,000 in February."""
    opened = open_book(work, manager, "GF")
    opened.partner("LP1", 600_000_00)
    opened.partner("LP2", 200_000_00)
    opened.contribute(500_000_00)
    opened.paid(opened.holding("I1"), 300_000_00, date(2024, 10, 9))
    opened.paid(opened.holding("I2"), 100_000_00, date(2024, 2, 9))
    return opened


def gauge(work: Work, book: Book, code: str) -> Indicator:
    file = evaluation.evaluation(work, Moment(as_of=TODAY), book.fund.id)
    return next(one for one in file.gauges if one.code == code)


def signed(district: District, book: Book, text: str, on: date = date(2025, 3, 1)) -> None:
    paper = agreements.sign(
        district.work,
        district.recorder,
        project_id=district.project().id,
        kind=AgreementKind.FRAMEWORK,
        title="框架协议",
        signed_on=on,
        fund_id=book.fund.id,
    )
    if text:
        clauses.keep(district.work, district.recorder, paper.id, text)


def judge_holdings(work: Work, manager: Actor, book: Book, *early: str) -> None:
    for code in early:
        row = next(
            one for one in gauge(work, book, "patient_share").rows if one.label.endswith(code)
        )
        natures.class_investment(
            work,
            manager,
            row.subject_id,
            focus=Focus(early=code == "I1", small=False, hard_tech=False),
            since=date(2024, 1, 1),
            reason="投决材料",
        )


def test_a_contract_with_a_forced_clause_is_seen_and_an_unread_one_is_not_called_free(
    work: Work, district: District, book: Book
) -> None:
    signed(district, book, FREE)
    assert gauge(work, book, "contracts_free").reached is True
    signed(district, book, "")
    unknown = gauge(work, book, "contracts_free")
    assert isinstance(unknown.value, Undefined)
    assert unknown.reached is None
    signed(district, book, FORCED)
    flagged = gauge(work, book, "contracts_free")
    assert (flagged.reached, flagged.value) == (False, 2)
    assert sorted(row.kind for row in flagged.rows) == ["flagged", "free", "unread"]


def test_a_forced_clause_of_an_older_contract_is_no_finding(
    work: Work, district: District, book: Book
) -> None:
    signed(district, book, FORCED, on=date(2024, 12, 31))
    assert gauge(work, book, "contracts_free").reached is True


def test_the_share_of_patient_capital_is_by_cost(work: Work, manager: Actor, book: Book) -> None:
    assert gauge(work, book, "patient_share").reached is None  # nobody has judged anything
    judge_holdings(work, manager, book, "I1")
    partly = gauge(work, book, "patient_share")
    assert isinstance(partly.value, Undefined)
    assert partly.reached is True  # 75 % already, whatever the other one is
    judge_holdings(work, manager, book, "I2")
    assert gauge(work, book, "patient_share").value == pytest.approx(0.75)


def test_the_holding_period_is_weighted_by_what_is_still_at_cost(work: Work, book: Book) -> None:
    years = gauge(work, book, "holding_years")
    days = (TODAY - date(2024, 10, 9)).days * 3 + (TODAY - date(2024, 2, 9)).days
    assert years.value == pytest.approx(days / 4 / 365)
    assert years.reached is False


def test_social_capital_is_by_commitment_and_certain_only_when_it_must_be(
    work: Work, manager: Actor, book: Book
) -> None:
    first, second = capital.accounts(work, Moment(as_of=TODAY), book.fund.id).accounts

    def judge(partner_id: str, whose: Capital) -> None:
        natures.class_partner(
            work, manager, partner_id, capital=whose, since=date(2024, 1, 1), reason="章程"
        )

    judge(second.partner_id, Capital.SOCIAL)
    assert gauge(work, book, "social_share").reached is None  # 25 %, or 100 %
    judge(first.partner_id, Capital.GOVERNMENT)
    at = gauge(work, book, "social_share")
    assert (at.value, at.reached) == (pytest.approx(0.25), False)
