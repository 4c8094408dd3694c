"""The gauges of a government fund: each with its rows, and silent where it cannot know."""

from datetime import date

import pytest

from dealflow import (
    agreements,
    chains,
    clauses,
    evaluation,
    evaluation_entries,
    evaluation_weights,
    indicators,
    projects,
)
from dealflow.agreements import AgreementKind
from dealflow.evaluation_weights import WeightedPart, Weights
from dealflow.indicators import Indicator
from dealflow.stages import Stage
from portfolio import capital, natures, organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.ledger import Moment
from portfolio.natures import Capital, Focus
from tests.dealflow.district import District
from tests.portfolio.conftest import Book, open_book
from valuation.figures import Reason, Undefined

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


# ---- the other indicators
def indicator(work: Work, book: Book, code: str) -> Indicator:
    file = evaluation.evaluation(work, Moment(as_of=TODAY), book.fund.id)
    return next(one for one in (*file.gauges, *file.others) if one.code == code)


def test_every_indicator_has_rows_or_says_why_it_is_unknown(work: Work, book: Book) -> None:
    file = evaluation.evaluation(work, Moment(as_of=TODAY), book.fund.id)
    for one in file.others:
        if isinstance(one.value, Undefined):
            assert one.rows == (), one.code
            assert one.note is not None, one.code
        else:
            assert one.rows, one.code
    assert {one.code for one in file.others if isinstance(one.value, Undefined)} == set(
        indicators.SELF_REPORTED
    )
    assert indicator(work, book, "invested_share").value == pytest.approx(400 / 500)
    assert sum(row.amount_fen or 0 for row in indicator(work, book, "idle_fen").rows) == 100_000_00


def test_the_share_landed_here_and_on_a_chain_is_by_cost_and_follows_the_project(
    work: Work, officer: Actor, district: District, book: Book
) -> None:
    held = {row.label[-2:]: row.subject_id for row in indicator(work, book, "firms").rows}
    slug = chains.add(work, officer, slug="air", name="低空").id
    for code, facts in (("I1", {"chain_id": slug}), ("I2", {})):
        firm = organisations.find_or_create(work, officer, name=f"企业 {code}")
        project = projects.create(
            work,
            officer,
            name=code,
            organisation_id=firm.id,
            code=f"P-{code}",
            first_heard_on=date(2024, 1, 2),
            needs_site=False,
            **facts,
        )
        paper = agreements.sign(
            work,
            officer,
            project_id=project.id,
            kind=AgreementKind.FRAMEWORK,
            title="协议",
            signed_on=date(2024, 1, 8),
            fund_id=book.fund.id,
        )
        agreements.attach(work, officer, paper.id, investment_id=held[code], version=paper.version)
        if code == "I1":
            district.reach(project, Stage.REGISTERED, date(2024, 3, 1))
            district.verified(project, date(2024, 5, 1), 1_000_00)
    landed, on_chain = (indicator(work, book, code) for code in ("landed_share", "chain_share"))
    assert (landed.value, on_chain.value) == (pytest.approx(0.75), pytest.approx(0.75))
    assert {row.label[-2:]: row.kind for row in landed.rows} == {"I1": "counts", "I2": "counts_not"}


def test_a_self_report_stands_on_its_paper_and_the_last_one_counts(
    work: Work, manager: Actor, officer: Actor, district: District, book: Book
) -> None:
    def report(on: date, value_ppm: int, **other: object) -> None:
        facts: dict[str, object] = {"text": "年度评议", "file_id": district.evidence_id}
        evaluation_entries.report(
            work,
            manager,
            book.fund.id,
            code="manager_quality",
            on=on,
            value_ppm=value_ppm,
            **(facts | other),  # type: ignore[arg-type]  # the facts above, some changed
        )

    report(date(2025, 12, 31), 800_000)
    report(date(2026, 6, 30), 860_000)
    at = indicator(work, book, "manager_quality")
    assert at.value == pytest.approx(0.86)
    assert [(row.label, row.kind, row.subject_id) for row in at.rows] == [
        ("年度评议", "self_report", district.evidence_id)
    ]
    for wrong, problem in (
        ({"file_id": None}, "paper of the report is missing"),
        ({"text": ""}, "what the value rests on"),
    ):
        with pytest.raises(DomainError, match=problem):
            report(date(2026, 7, 1), 1, **wrong)
    with pytest.raises(DomainError, match="of a day that has come"):
        report(date(2027, 1, 1), 1)
    with pytest.raises(NotAllowedError):
        evaluation_entries.report(
            work,
            officer,
            book.fund.id,
            code="manager_quality",
            on=TODAY,
            value_ppm=1,
            text="x",
            file_id=district.evidence_id,
        )


# ---- weights
def part(code: str, weight: int, full_at: float) -> WeightedPart:
    return WeightedPart(
        code=code, weight_ppm=weight * 10_000, full_at_ppm=round(full_at * 1_000_000)
    )


def test_without_weights_there_is_no_total(work: Work, book: Book) -> None:
    total = evaluation.evaluation(work, Moment(as_of=TODAY), book.fund.id).total
    assert isinstance(total.value, Undefined)
    assert (total.known, total.parts) == (0.0, ())


def test_the_total_is_the_weighted_share_of_the_full_value_up_to_one() -> None:
    """60 × 0.35 ÷ 0.7 + 30 × min(6 ÷ 5, 1) + 10 × 0 = 30 + 30: worked by hand."""
    weights = Weights(
        version=1,
        valid_from=date(2026, 1, 1),
        source="自定",
        parts=(part("a", 60, 0.7), part("b", 30, 5), part("c", 10, 1)),
    )
    at = evaluation_weights.total(weights, {"a": 0.35, "b": 6.0, "c": -0.2})
    assert at.value == pytest.approx(60)
    assert [one.points for one in at.parts] == pytest.approx([30, 30, 0])
    unknown = Undefined(Reason.NOT_RECORDED, "nobody said")
    partly = evaluation_weights.total(weights, {"a": 0.35, "b": unknown})
    assert isinstance(partly.value, Undefined)
    assert (partly.known, partly.missing) == (pytest.approx(30), ("b", "c"))


def test_weights_are_versions_of_their_day(
    work: Work, manager: Actor, officer: Actor, book: Book
) -> None:
    known = evaluation.evaluation(work, Moment(as_of=TODAY), book.fund.id).codes
    assert "idle_fen" not in known  # an amount of money has no full value

    def add(*parts: WeightedPart, on: date = date(2026, 1, 1), source: str = "本办自定") -> None:
        evaluation_weights.add_version(
            work, manager, parts, valid_from=on, source=source, known=known
        )

    whole = part("holding_years", 100, 5)
    for wrong, problem in (
        ((part("holding_years", 60, 5),), "add up to 60 %"),
        ((part("holding_years", 50, 5), part("holding_years", 50, 5)), "one weight"),
        ((part("no_such", 100, 1),), "no indicator called no_such"),
        ((part("holding_years", 100, 0),), "a full value above zero"),
    ):
        with pytest.raises(DomainError, match=problem):
            add(*wrong)
    with pytest.raises(DomainError, match="do not say whose they are"):
        add(whole, source=" ")
    with pytest.raises(NotAllowedError):
        evaluation_weights.add_version(
            work, officer, [whole], valid_from=TODAY, source="x", known=known
        )
    add(whole)
    add(part("invested_share", 100, 0.5), on=date(2026, 7, 1))
    with pytest.raises(DomainError, match="Version 2 of the weights is in force"):
        add(whole, on=date(2026, 7, 1))
    early = evaluation.evaluation(work, Moment(as_of=date(2026, 6, 30)), book.fund.id)
    assert early.weights is not None
    assert early.weights.version == 1
    late = evaluation.evaluation(work, Moment(as_of=TODAY), book.fund.id)
    assert late.total.value == pytest.approx(100)  # 80 % of the paid-in money, full from 50 %
    before = evaluation.evaluation(work, Moment(as_of=date(2025, 12, 31)), book.fund.id)
    assert isinstance(before.total.value, Undefined)
