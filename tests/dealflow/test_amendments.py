"""A unit, an amount or a start date becomes another since a day; what was sealed is restated."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from dealflow import (
    agreements,
    amendments,
    counted,
    dispatch,
    freezing,
    frozen,
    projects,
    race_boards,
    restatement,
)
from dealflow.amendments import Fact, Said, value_at
from dealflow.frozen import Aspect, ChangeKind
from dealflow.race import Method, Part
from dealflow.race_boards import Formula
from dealflow.targets import Scope
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError, StaleError
from tests.dealflow.district import YI, District
from valuation.periods import Quarter

S19, S20 = date(2023, 10, 15), date(2023, 10, 31)
AFTER_S19 = datetime(2023, 10, 16, 1, 30, tzinfo=UTC)
AFTER_S20 = datetime(2023, 11, 1, 1, 30, tzinfo=UTC)
SIGNED, DUE, LATER = date(2023, 10, 5), date(2023, 12, 1), date(2024, 3, 1)
YEAR_END = date(2023, 12, 31)


@pytest.fixture
def sealed(work: Work, officer: Actor, district: District):
    """One project signed for 3 亿, due to start on 1 December; S19 is sealed with it."""
    work.recorded_at = AFTER_S19
    project = district.project("改", planned_investment_fen=5 * YI)
    paper = district.sign(project, SIGNED, 3 * YI, start_due_on=DUE)
    snapshot = dispatch.seal(work, officer, as_of=S19)
    work.recorded_at = AFTER_S20
    return project, paper, snapshot


def unit(work: Work, officer: Actor, district: District, project, on: date) -> None:
    amendments.set_unit(
        work,
        officer,
        project.id,
        unit_id=district.unit_ids["U2"],
        effective_on=on,
        reason="专班调整",
        version=projects.get(work, project.id).version,
    )


# ---- restated, or not
def test_a_unit_dated_back_before_the_seal_is_restated_with_both_values(
    work: Work, officer: Actor, district: District, sealed
) -> None:
    project, _, snapshot = sealed
    unit(work, officer, district, project, date(2023, 10, 10))
    restated = restatement.restated(work, snapshot)
    (change,) = restated.projects
    assert (change.aspect, change.was, change.now) == (Aspect.UNIT, "单位U1", "单位U2")
    assert change.reason == "专班调整"
    (entry,) = restated.entries
    assert (entry.kind, entry.what, entry.on) == ("amendment", "unit", date(2023, 10, 10))
    assert dispatch.content(work, S19).projects[0].unit == "单位U1"


def test_a_unit_that_changed_after_the_seal_is_a_change_and_no_restatement(
    work: Work, officer: Actor, district: District, sealed
) -> None:
    project, _, snapshot = sealed
    unit(work, officer, district, project, date(2023, 10, 20))
    assert not restatement.restated(work, snapshot)
    dispatch.seal(work, officer, as_of=S20)
    (change,) = frozen.compare(dispatch.content(work, S19), dispatch.content(work, S20))
    assert (change.kind, change.aspect) == (ChangeKind.CHANGED, Aspect.UNIT)
    assert (change.was, change.now, change.reason) == ("单位U1", "单位U2", "专班调整")


def test_a_corrected_amount_is_restated_with_its_difference(
    work: Work, officer: Actor, sealed
) -> None:
    _, paper, snapshot = sealed
    amendments.correct_amount(
        work, officer, paper.id, amount_fen=2 * YI, reason="录入有误", version=paper.version
    )
    restated = restatement.restated(work, snapshot)
    figures = {one.code: one.difference for one in restated.measures}
    assert figures["contract_amount"] == -YI
    (change,) = restated.projects
    assert (change.aspect, change.was, change.now) == (Aspect.CONTRACT, 3 * YI, 2 * YI)
    assert change.reason == "录入有误"


def test_a_start_put_off_by_a_paper_of_before_the_seal_is_restated(
    work: Work, officer: Actor, sealed
) -> None:
    _, paper, snapshot = sealed
    amendments.set_start_due(
        work,
        officer,
        paper.id,
        start_due_on=LATER,
        effective_on=date(2023, 10, 12),
        reason="补充协议延期",
        version=paper.version,
    )
    (change,) = restatement.restated(work, snapshot).projects
    assert (change.kind, change.aspect) == (ChangeKind.SLIPPED, Aspect.START_DUE)
    assert (change.was, change.now) == (DUE, LATER)


def test_a_start_brought_forward_is_restated_too(work: Work, officer: Actor, sealed) -> None:
    _, paper, snapshot = sealed
    amendments.set_start_due(
        work,
        officer,
        paper.id,
        start_due_on=date(2023, 11, 1),
        effective_on=SIGNED,
        reason="合同约定为 11 月",
        version=paper.version,
    )
    (change,) = restatement.restated(work, snapshot).projects
    assert (change.kind, change.now) == (ChangeKind.CHANGED, date(2023, 11, 1))


def test_a_start_put_off_later_leaves_the_rate_of_the_sealed_half_alone(
    work: Work, officer: Actor, sealed
) -> None:
    _, paper, snapshot = sealed
    amendments.set_start_due(
        work,
        officer,
        paper.id,
        start_due_on=LATER,
        effective_on=date(2023, 10, 25),
        reason="延期",
        version=paper.version,
    )
    assert not restatement.restated(work, snapshot)
    assert freezing.start_due(work, S19) == {paper.project_id: DUE}
    assert freezing.start_due(work, S20) == {paper.project_id: LATER}


def test_a_planned_amount_dated_back_is_restated(work: Work, officer: Actor, sealed) -> None:
    project, _, snapshot = sealed
    amendments.set_planned(
        work,
        officer,
        project.id,
        planned_fen=8 * YI,
        effective_on=date(2023, 10, 12),
        reason="追加产线",
        version=projects.get(work, project.id).version,
    )
    (change,) = restatement.restated(work, snapshot).projects
    assert (change.aspect, change.was, change.now) == (Aspect.PLANNED, 5 * YI, 8 * YI)


# ---- as known
def test_what_was_known_before_a_correction_is_still_known_so(
    work: Work, officer: Actor, sealed
) -> None:
    _, paper, _ = sealed
    before = work.recorded_at
    work.recorded_at += timedelta(days=1)
    amendments.correct_amount(
        work, officer, paper.id, amount_fen=2 * YI, reason="录入有误", version=paper.version
    )
    (then,) = counted.contracts(work, SIGNED, S20, known_at=before)
    (now,) = counted.contracts(work, SIGNED, S20)
    assert (then.amount_fen, now.amount_fen) == (3 * YI, 2 * YI)


@pytest.fixture
def published(work: Work, officer: Actor, sealed):
    """The board of the fourth quarter, on which U1 stands first and alone."""
    formula = Formula(
        code="overall",
        version=1,
        title="综合榜",
        title_en="",
        scope=Scope.UNIT,
        parts=(Part(code="contract_amount", method=Method.EFFICACY, weight=100),),
        valid_from=date(2023, 1, 1),
    )
    race_boards.set_formula(work, officer, formula)
    work.recorded_at = datetime(2024, 1, 3, 1, tzinfo=UTC)
    race_boards.publish(work, officer, "overall", Quarter(2023, 4))
    (kept,) = race_boards.published(work, "overall", YEAR_END)
    return kept


def test_a_unit_that_changed_after_the_quarter_does_not_restate_its_board(
    work: Work, officer: Actor, district: District, sealed, published
) -> None:
    unit(work, officer, district, sealed[0], date(2024, 1, 2))
    now = race_boards.board(work, "overall", YEAR_END).lines
    assert race_boards.restated(published, now) == {}


def test_a_unit_dated_back_into_the_quarter_restates_both_places_and_keeps_both_values(
    work: Work, officer: Actor, district: District, sealed, published
) -> None:
    unit(work, officer, district, sealed[0], date(2023, 11, 2))
    now = race_boards.board(work, "overall", YEAR_END).lines
    changed = race_boards.restated(published, now)
    u1, u2 = district.unit_ids["U1"], district.unit_ids["U2"]
    assert set(changed) == {u1, u2}
    was, gone = changed[u1]
    none, came = changed[u2]
    assert (was.rank, was.score, gone) == (1, 100.0, None)
    assert (none, came.rank, came.score) == (None, 1, 100.0)
    (kept,) = race_boards.published(work, "overall", YEAR_END)
    assert kept.lines == published.lines


# ---- refused
def test_what_no_amendment_can_say_is_refused(
    work: Work, officer: Actor, auditor: Actor, district: District, sealed
) -> None:
    project, paper, _ = sealed
    facts = {"unit_id": district.unit_ids["U2"], "reason": "调整"}
    version = projects.get(work, project.id).version
    with pytest.raises(NotAllowedError):
        amendments.set_unit(work, auditor, project.id, effective_on=S20, version=version, **facts)
    with pytest.raises(DomainError, match="still to come"):
        amendments.set_unit(work, officer, project.id, effective_on=LATER, version=version, **facts)
    with pytest.raises(DomainError, match=r"nothing to amend.*Choose that day"):
        amendments.set_unit(
            work, officer, project.id, effective_on=date(2020, 1, 1), version=version, **facts
        )
    with pytest.raises(DomainError, match="needs its reason"):
        amendments.set_unit(
            *(work, officer, project.id),
            effective_on=S20,
            version=version,
            **facts | {"reason": " "},
        )
    with pytest.raises(StaleError):
        amendments.set_unit(
            work, officer, project.id, effective_on=S20, version=version + 9, **facts
        )
    work.session.expire_all()
    with pytest.raises(DomainError, match="Nothing would be different"):
        amendments.correct_amount(
            work,
            officer,
            paper.id,
            amount_fen=agreements.get(work, paper.id).amount_fen or 0,
            reason="同",
            version=agreements.get(work, paper.id).version,
        )
    with pytest.raises(DomainError, match="before the signing"):
        amendments.set_start_due(
            work,
            officer,
            paper.id,
            start_due_on=date(2023, 1, 1),
            effective_on=S20,
            reason="改",
            version=agreements.get(work, paper.id).version,
        )


def test_the_database_keeps_amendments_as_they_are(
    work: Work, officer: Actor, district: District, sealed
) -> None:
    unit(work, officer, district, sealed[0], date(2023, 10, 10))
    with pytest.raises(DBAPIError, match="append-only"):
        work.session.execute(sa.text("DELETE FROM amendment"))


# ---- the law
DAYS = st.dates(date(2023, 1, 1), date(2023, 12, 31))


@given(st.lists(st.tuples(DAYS, st.text(min_size=1, max_size=3)), max_size=6), DAYS)
def test_the_last_word_about_a_day_counts(words: list[tuple[date, str]], as_of: date) -> None:
    said, value = [], "first"
    for number, (on, now) in enumerate(words):
        at = AFTER_S19 + timedelta(minutes=number)
        said.append(
            Said(project_id="p", was=value, now=now, effective_on=on, reason="r", recorded_at=at)
        )
        value = now
    assert value_at(said, value, date.max, None) == value
    spoken = [now for on, now in words if on <= as_of]
    assert value_at(said, value, as_of, None) == (spoken[-1] if spoken else "first")
    # What was not recorded yet was not known yet: before the first word, the first value.
    known = AFTER_S19 - timedelta(minutes=1)
    assert value_at(said, value, as_of, known) == "first"


def test_every_fact_has_an_aspect_in_the_half_month() -> None:
    assert set(freezing.ASPECTS) == set(Fact)
