"""A project's stage is what its milestones say, and they cannot contradict each other."""

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from dealflow import board, cards, projects
from dealflow.board import Column, Filters
from dealflow.projects import Project
from dealflow.stages import ROAD, Event, Milestone, Stage, furthest, refuse_disorder
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database, Work
from portfolio.kernel.errors import DomainError, NotAllowedError, NotFoundError, StaleError
from tests.dealflow.district import District

AS_OF = date(2023, 10, 31)


def stage_of(work: Work, project: Project, as_of: date = AS_OF) -> Stage:
    return cards.detail(work, as_of, project.id).card.stage


def test_a_new_project_is_a_lead_from_the_day_it_was_heard_of(
    work: Work, district: District
) -> None:
    project = district.project(first_heard_on=date(2023, 3, 1))
    assert stage_of(work, project) is Stage.LEAD
    with pytest.raises(NotFoundError):
        stage_of(work, project, date(2023, 2, 28))


def test_the_stage_of_a_past_day_is_what_had_happened_by_then(
    work: Work, district: District
) -> None:
    project = district.project()
    district.reach(project, Stage.IN_TALKS, date(2023, 2, 1))
    district.reach(project, Stage.REGISTERED, date(2023, 5, 1))
    assert stage_of(work, project, date(2023, 4, 30)) is Stage.IN_TALKS
    assert stage_of(work, project, date(2023, 5, 1)) is Stage.REGISTERED


def test_of_one_day_the_furthest_stage_counts(work: Work, district: District) -> None:
    project = district.project()
    district.reach(project, Stage.STARTED, date(2023, 5, 1))
    district.reach(project, Stage.SITE, date(2023, 5, 1))
    assert stage_of(work, project) is Stage.STARTED


def test_a_stage_out_of_date_order_is_refused_with_both_days(district: District) -> None:
    project = district.project()
    district.reach(project, Stage.STARTED, date(2023, 5, 1))
    with pytest.raises(DomainError, match=r"2023-06-01 does not fit .*2023-05-01"):
        district.reach(project, Stage.REGISTERED, date(2023, 6, 1))


def test_a_stage_is_reached_once(district: District) -> None:
    project = district.project()
    district.reach(project, Stage.STARTED, date(2023, 5, 1))
    with pytest.raises(DomainError, match="already"):
        district.reach(project, Stage.STARTED, date(2023, 6, 1))


@pytest.mark.parametrize("stage", [Stage.REGISTERED, Stage.SITE, Stage.STARTED, Stage.CAPACITY])
def test_a_real_stage_needs_its_evidence(
    work: Work, district: District, officer: Actor, stage: Stage
) -> None:
    project = district.project()
    with pytest.raises(DomainError, match="needs its evidence"):
        projects.record(work, officer, project.id, stage=stage, on=date(2023, 5, 1))


def test_a_milestone_to_come_is_refused(district: District) -> None:
    project = district.project()
    with pytest.raises(DomainError, match="still to come"):
        district.reach(project, Stage.IN_TALKS, date(2026, 10, 10))


def test_stopping_needs_a_reason_and_a_terminated_project_stays_so(
    work: Work, district: District
) -> None:
    project = district.project()
    with pytest.raises(DomainError, match="needs its reason"):
        district.reach(project, Stage.TERMINATED, date(2023, 5, 1), note=" ")
    district.reach(project, Stage.TERMINATED, date(2023, 5, 1), note="迁往外地")
    assert stage_of(work, project) is Stage.TERMINATED
    with pytest.raises(DomainError, match="was terminated on 2023-05-01"):
        district.reach(project, Stage.STARTED, date(2023, 6, 1))


def test_a_shelved_project_goes_on_from_a_later_day(work: Work, district: District) -> None:
    project = district.project()
    district.reach(project, Stage.IN_TALKS, date(2023, 2, 1))
    district.reach(project, Stage.SHELVED, date(2023, 3, 1))
    assert stage_of(work, project) is Stage.SHELVED
    district.reach(project, Stage.IN_TALKS, date(2023, 6, 1))
    assert stage_of(work, project, date(2023, 5, 31)) is Stage.SHELVED
    assert stage_of(work, project) is Stage.IN_TALKS


def test_voiding_a_milestone_takes_the_stage_back_and_happens_once(
    work: Work, district: District, officer: Actor
) -> None:
    project = district.project()
    wrong = district.reach(project, Stage.STARTED, date(2023, 5, 1))
    projects.void(work, officer, wrong.id, reason="误录")
    assert stage_of(work, project) is Stage.LEAD
    lines = cards.detail(work, AS_OF, project.id).milestones
    assert [line.void_reason for line in lines] == [None, "误录"]
    with pytest.raises(DomainError, match="voided already"):
        projects.void(work, officer, wrong.id, reason="误录")
    district.reach(project, Stage.STARTED, date(2023, 7, 1))
    assert stage_of(work, project) is Stage.STARTED


def test_a_milestone_cannot_be_rewritten(work: Work, district: District) -> None:
    milestone = district.reach(district.project(), Stage.IN_TALKS, date(2023, 5, 1))
    with pytest.raises(DBAPIError, match="append-only"):
        work.session.execute(
            sa.update(Milestone).where(Milestone.id == milestone.id).values(note="anders")
        )


def test_a_move_from_an_old_page_is_refused(work: Work, district: District, officer: Actor) -> None:
    project = district.project()
    seen = project.version
    district.reach(project, Stage.IN_TALKS, date(2023, 2, 1))
    with pytest.raises(StaleError) as refused:
        projects.move(
            work, officer, project.id, to=Stage.SHELVED, on=AS_OF, version=seen, note="停"
        )
    assert refused.value.theirs["stage"] == "in_talks"


@pytest.mark.parametrize("stage", [Stage.FRAMEWORK, Stage.FORMAL])
def test_the_board_does_not_sign_agreements(
    work: Work, district: District, officer: Actor, stage: Stage
) -> None:
    project = district.project()
    with pytest.raises(DomainError, match="Record the agreement"):
        projects.move(work, officer, project.id, to=stage, on=AS_OF, version=project.version)


def test_an_auditor_moves_nothing(work: Work, district: District, auditor: Actor) -> None:
    project = district.project()
    with pytest.raises(NotAllowedError):
        projects.move(
            work, auditor, project.id, to=Stage.IN_TALKS, on=AS_OF, version=project.version
        )


def test_a_change_from_an_old_form_shows_both_texts(
    work: Work, district: District, officer: Actor
) -> None:
    project = district.project(park="前沿科技城")
    seen = project.version
    projects.change(work, officer, project.id, version=seen, facts={"park": "空港"})
    with pytest.raises(StaleError) as refused:
        projects.change(work, officer, project.id, version=seen, facts={"park": "仙桃"})
    assert refused.value.mine["park"] == "仙桃"
    assert refused.value.theirs["park"] == "空港"


def test_the_board_puts_a_signed_project_with_money_one_column_further(
    work: Work, district: District
) -> None:
    signed, funded = district.project("已签"), district.project("到资")
    district.sign(signed, date(2023, 3, 1), 300)
    district.sign(funded, date(2023, 3, 1), 500)
    district.verified(funded, date(2023, 4, 1), 200)
    district.project("在谈", planned_investment_fen=900)
    columns = {column.column: column for column in board.board(work, AS_OF)}
    assert [card.name for card in columns[Column.FORMAL].cards] == ["已签"]
    assert [card.in_place_fen for card in columns[Column.FUNDED].cards] == [200]
    assert columns[Column.FUNDED].amount_fen == 500
    assert columns[Column.LEAD].amount_fen == 900


def test_a_column_shows_its_largest_and_counts_the_rest(work: Work, district: District) -> None:
    for amount_fen in (1, 3, 2):
        district.project(planned_investment_fen=amount_fen)
    lead = next(c for c in board.board(work, AS_OF, cards_a_column=2) if c.column is Column.LEAD)
    assert [card.planned_fen for card in lead.cards] == [3, 2]
    assert (lead.projects, lead.more) == (3, 1)


def test_the_table_goes_on_where_the_page_before_ended(work: Work, district: District) -> None:
    for _ in range(5):
        district.project()
    first = board.table(work, AS_OF, limit=3)
    rest = board.table(work, AS_OF, limit=3, after=first.after)
    assert [row.code for row in (*first.rows, *rest.rows)] == [f"P00{n}" for n in range(1, 6)]
    assert rest.after is None


@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        (Filters(text="光能"), ["P001"]),
        (Filters(text="100%"), []),
        (Filters(system_code="serving"), ["P002"]),
        (Filters(stages=(Stage.IN_TALKS,)), ["P002"]),
        (Filters(only_idle=True), ["P001"]),
        (Filters(with_demo=False), ["P001", "P002"]),
    ],
)
def test_filters_narrow_the_table(
    work: Work, district: District, filters: Filters, codes: list[str]
) -> None:
    district.project("光能汽车")
    talks = district.project("渝锦鸿", system_code="serving")
    district.reach(talks, Stage.IN_TALKS, date(2023, 10, 20))
    stopped = district.project("示例项目", is_demo=True)
    district.reach(stopped, Stage.TERMINATED, date(2022, 5, 1))
    assert [row.code for row in board.table(work, AS_OF, filters).rows] == codes


def test_stage_counts_name_every_stage(work: Work, district: District) -> None:
    district.reach(district.project(planned_investment_fen=7), Stage.IN_TALKS, date(2023, 2, 1))
    counted = board.stage_counts(work, AS_OF)
    assert list(counted) == list(Stage)
    assert (counted[Stage.IN_TALKS].projects, counted[Stage.IN_TALKS].planned_fen) == (1, 7)


def test_the_board_asks_as_often_for_many_projects_as_for_few(
    work: Work, database: Database, district: District
) -> None:
    asked: list[str] = []
    sa.event.listen(database.writer, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def queries() -> int:
        work.session.expunge_all()
        asked.clear()
        board.board(work, AS_OF)
        board.table(work, AS_OF)
        return len(asked)

    district.sign(district.project(), date(2023, 3, 1), 100)
    few = queries()
    for _ in range(12):
        project = district.project()
        district.sign(project, date(2023, 3, 1), 100)
        district.verified(project, date(2023, 4, 1), 10)
    assert queries() == few


# ---- properties of the rules
DAYS = st.dates(date(2022, 1, 1), date(2023, 12, 31))
EVENTS = st.lists(st.builds(Event, stage=st.sampled_from(ROAD), on=DAYS), max_size=8)


@given(EVENTS)
def test_whatever_is_accepted_stands_in_date_order(tried: list[Event]) -> None:
    accepted: list[Event] = []
    for event in tried:
        try:
            refuse_disorder(accepted, event)
        except DomainError:
            continue
        accepted.append(event)
    by_day = sorted(accepted, key=lambda event: (event.on, event.stage.rank))
    assert [event.stage.rank for event in by_day] == sorted(e.stage.rank for e in accepted)
    if accepted:
        last = furthest(accepted, date.max)
        assert last is not None
        assert last.stage.rank == max(event.stage.rank for event in accepted)
