"""A finding is closed by a lawyer's word that a second person confirms, and by nothing else."""

from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, delete

from dealflow import agreements, clause_opinions, clause_rules, clauses, evaluation
from dealflow.agreements import Agreement, AgreementKind
from dealflow.clause_opinions import ClauseOpinion, Conclusion, Review, Reviewed
from dealflow.clause_rules import FIRST, Flag, Place, Rule
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.ledger import Moment
from tests.dealflow.district import District
from tests.portfolio.conftest import open_book

SIGNED, GIVEN = date(2023, 3, 1), date(2023, 9, 15)
REBATE = "区级财政按企业缴纳增值税地方留成部分的30%给予奖励。"
OURS = Rule(
    code="OURS",
    version=1,
    flag=Flag.TAX_REBATE,
    document="区级合同审查规则",
    article="第一条",
    gist="不得按纳税额给予奖励",
    valid_from=date(2023, 1, 1),
    groups=(("增值税",), ("奖励",)),
)


@pytest.fixture
def paper(work: Work, officer: Actor, district: District) -> Agreement:
    """An agreement of March 2023 whose one clause a rule of ours speaks of."""
    clause_rules.add_version(work, officer, OURS)
    row = agreements.sign(
        work,
        officer,
        project_id=district.project().id,
        kind=AgreementKind.FRAMEWORK,
        title="框架协议",
        signed_on=SIGNED,
    )
    clauses.keep(work, officer, row.id, REBATE)
    return row


def only(work: Work, paper: Agreement) -> Reviewed:
    (found,) = clause_opinions.of_agreement(work, paper.id)
    return found


def give(district: District, paper: Agreement, **other: object) -> ClauseOpinion:
    facts: dict[str, object] = {
        "author": "某律师",
        "given_on": GIVEN,
        "conclusion": Conclusion.ALLOWED,
        "reason": "有国务院批准文件",
        "file_id": district.evidence_id,
    }
    at = only(district.work, paper)
    return clause_opinions.give(
        district.work,
        district.recorder,
        paper.id,
        at.key,
        **(facts | other),  # type: ignore[arg-type]  # the facts above, some of them changed
    )


def test_an_opinion_closes_a_finding_once_a_second_person_confirms_it(
    work: Work, second_officer: Actor, district: District, paper: Agreement
) -> None:
    assert only(work, paper).state is Review.OPEN
    given = give(district, paper)
    assert only(work, paper).state is Review.TO_CONFIRM
    clause_opinions.check(work, second_officer, given.id, accepted=True)
    closed = only(work, paper)
    assert closed.state is Review.ALLOWED
    (said,) = closed.opinions
    assert (said.author, said.given_on, said.reason) == ("某律师", GIVEN, "有国务院批准文件")
    assert (said.file_name, len(said.file_sha256)) == ("证明.pdf", 64)


def test_who_recorded_an_opinion_cannot_confirm_it(
    work: Work, officer: Actor, manager: Actor, district: District, paper: Agreement
) -> None:
    given = give(district, paper)
    with pytest.raises(DomainError, match=r"recorded this opinion yourself.*Ask a colleague"):
        clause_opinions.check(work, officer, given.id, accepted=True)
    with pytest.raises(NotAllowedError):  # a manager verifies no evidence
        clause_opinions.check(work, manager, given.id, accepted=True)


def test_a_returned_opinion_leaves_the_finding_open_and_stays_on_record(
    work: Work, second_officer: Actor, district: District, paper: Agreement
) -> None:
    given = give(district, paper)
    with pytest.raises(DomainError, match="needs its reason"):
        clause_opinions.check(work, second_officer, given.id, accepted=False)
    clause_opinions.check(work, second_officer, given.id, accepted=False, reason="缺少签字页")
    assert only(work, paper).state is Review.OPEN
    better = give(district, paper, conclusion=Conclusion.TO_CHANGE, reason="应删去")
    clause_opinions.check(work, second_officer, better.id, accepted=True)
    assert only(work, paper).state is Review.TO_CHANGE
    assert [one.returned_why for one in only(work, paper).opinions] == ["", "缺少签字页"]
    with pytest.raises(DomainError, match="confirmed or returned already"):
        clause_opinions.check(work, second_officer, given.id, accepted=True)


def test_changed_words_are_another_finding_that_nobody_has_spoken_on(
    work: Work, officer: Actor, second_officer: Actor, district: District, paper: Agreement
) -> None:
    given = give(district, paper)
    clause_opinions.check(work, second_officer, given.id, accepted=True)
    (clause,) = clauses.of_agreement(work, paper.id)
    changed = REBATE.replace("30%", "50%")
    clauses.change(work, officer, clause.clause_id, text=changed, on=date(2023, 9, 20))
    again = only(work, paper)
    assert (again.state, again.finding.passage, again.opinions) == (Review.OPEN, changed, ())
    assert [one.reason for one in clause_opinions.opinions(work, [paper.id])] == [given.reason]
    first, second = clauses.of_agreement(work, paper.id)
    assert (first.replaced_by_no, second.replaces_no) == (2, 1)
    with pytest.raises(DomainError, match="was changed already"):
        clauses.change(work, officer, clause.clause_id, text="另文", on=date(2023, 9, 21))


def test_a_clause_that_was_changed_answers_to_the_rules_of_the_day_of_its_change(
    work: Work, officer: Actor, district: District
) -> None:
    late = Rule(**{**_facts(OURS), "code": "LATE", "valid_from": date(2023, 6, 1)})
    clause_rules.add_version(work, officer, late)
    paper = agreements.sign(
        work,
        officer,
        project_id=district.project().id,
        kind=AgreementKind.FRAMEWORK,
        title="老协议",
        signed_on=SIGNED,
    )
    clauses.keep(work, officer, paper.id, REBATE)
    assert clause_rules.of_agreement(work, paper.id) == []  # signed before the rule
    (clause,) = clauses.of_agreement(work, paper.id)
    clauses.change(work, officer, clause.clause_id, text=f"{REBATE}连续三年。", on=date(2023, 8, 1))
    (finding,) = clause_rules.of_agreement(work, paper.id)
    assert (finding.rule.code, finding.worded_on) == ("LATE", date(2023, 8, 1))


def _facts(rule: Rule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in Rule.__slots__}


def test_a_newer_version_of_the_rule_opens_the_finding_again(
    work: Work, officer: Actor, second_officer: Actor, district: District, paper: Agreement
) -> None:
    given = give(district, paper)
    clause_opinions.check(work, second_officer, given.id, accepted=True)
    newer = Rule(**{**_facts(OURS), "version": 2, "valid_from": date(2023, 2, 1)})
    clause_rules.add_version(work, officer, newer)
    again = only(work, paper)
    assert (again.finding.rule.version, again.state) == (2, Review.OPEN)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"author": " "}, "names its author"),
        ({"reason": ""}, "names its author and its reason"),
        ({"file_id": None}, "has no file.*Upload"),
        ({"given_on": date(2023, 2, 1)}, "cannot speak of words"),
        ({"given_on": date(2030, 1, 1)}, "cannot speak of words"),
    ],
)
def test_an_opinion_names_who_gave_it_when_and_why_on_which_paper(
    work: Work, district: District, paper: Agreement, wrong: dict[str, object], problem: str
) -> None:
    with pytest.raises(DomainError, match=problem):
        give(district, paper, **wrong)
    assert only(work, paper).opinions == ()


def test_only_one_opinion_waits_at_a_time_and_none_speaks_of_no_finding(
    work: Work, officer: Actor, district: District, paper: Agreement
) -> None:
    give(district, paper)
    with pytest.raises(DomainError, match="waits for its confirmation"):
        give(district, paper)
    with pytest.raises(DomainError, match="No rule speaks of this passage"):
        clause_opinions.give(
            work,
            officer,
            paper.id,
            "OURS-1-clause-9-0000000000000000",
            author="某",
            given_on=GIVEN,
            conclusion=Conclusion.ALLOWED,
            reason="无",
            file_id=district.evidence_id,
        )


def test_no_opinion_is_ever_deleted(work: Work, district: District, paper: Agreement) -> None:
    given = give(district, paper)
    with pytest.raises(DBAPIError, match="append-only"), work.session.begin_nested():
        work.session.execute(delete(ClauseOpinion).where(col(ClauseOpinion.id) == given.id))


def test_a_contract_that_a_lawyer_allows_counts_as_unforced(
    work: Work, officer: Actor, second_officer: Actor, manager: Actor, district: District
) -> None:
    """The finding stays; only the gauge "no forced reinvestment" follows the confirmed opinion."""
    forced = Rule(
        **{**_facts(OURS), "code": "OURS-BACK", "flag": Flag.FORCED_REINVESTMENT}
        | {"groups": (("返投",), ("不低于",))}
    )
    clause_rules.add_version(work, officer, forced)
    book = open_book(work, manager, "GF")
    paper = agreements.sign(
        work,
        officer,
        project_id=district.project().id,
        kind=AgreementKind.FRAMEWORK,
        title="框架协议",
        signed_on=SIGNED,
        fund_id=book.fund.id,
    )
    clauses.keep(work, officer, paper.id, "子基金应完成返投，比例不低于1.5倍。")
    moment = Moment(as_of=work.today())

    def gauge() -> tuple[object, str]:
        at = evaluation.evaluation(work, moment, book.fund.id).gauges[0]
        return at.reached, at.rows[0].kind

    assert gauge() == (False, "flagged")
    given = give(district, paper)
    assert gauge() == (False, "flagged")
    clause_opinions.check(work, second_officer, given.id, accepted=True)
    assert gauge() == (True, "cleared")
    assert only(work, paper).finding.place is Place.CLAUSE


def test_the_built_in_rules_are_the_three_dated_ones() -> None:
    assert {rule.valid_from for rule in FIRST} == {
        date(2024, 8, 1),
        date(2025, 1, 7),
        date(2026, 1, 12),
    }
