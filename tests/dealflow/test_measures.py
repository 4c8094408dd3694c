"""Every figure of a period is computed from rows, carries them, or says why it is undefined."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from dealflow import definitions, first_definitions, measures, series
from dealflow.definitions import Expectation, ReportedFigure
from dealflow.first_definitions import Definition
from dealflow.projects import SizeClass
from dealflow.series import Basis, Step
from dealflow.stages import Stage
from portfolio.figures import Unit
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database, Work
from portfolio.kernel.errors import DomainError, say
from tests.dealflow.district import YI, District
from valuation.figures import Reason, Undefined
from valuation.periods import Quarter

SINCE, AS_OF = date(2023, 1, 1), date(2023, 10, 31)


def card(work: Work) -> measures.Scorecard:
    return measures.scorecard(work, SINCE, AS_OF)


def test_a_project_with_two_contracts_is_signed_once_and_contracted_twice(
    work: Work, district: District
) -> None:
    project = district.project()
    district.sign(project, date(2023, 2, 1), 3 * YI)
    second = district.sign(project, date(2023, 4, 1), 2 * YI)
    seen = card(work)
    assert seen["projects_signed"].value == 1
    assert seen["contract_amount"].value == 5 * YI
    assert second.id in {row.subject_id for row in seen["contract_amount"].rows}


def test_conversion_sets_all_money_of_the_period_against_its_contracts(
    work: Work, district: District
) -> None:
    old, new = district.project(), district.project()
    district.sign(old, date(2022, 6, 1), 9 * YI)
    district.sign(new, date(2023, 6, 1), 4 * YI)
    district.verified(old, date(2023, 2, 1), 1 * YI)
    conversion = card(work)["capital_conversion"]
    assert (conversion.numerator, conversion.denominator) == (1 * YI, 4 * YI)
    assert conversion.value == pytest.approx(0.25)


def test_without_a_contract_the_conversion_is_undefined_and_not_zero(
    work: Work, district: District
) -> None:
    district.verified(district.project(), date(2023, 2, 1), YI)
    value = card(work)["capital_conversion"].value
    assert isinstance(value, Undefined)
    assert value.reason is Reason.NOTHING_IN_DENOMINATOR


def test_growth_compares_with_the_same_days_of_the_year_before(
    work: Work, district: District
) -> None:
    project = district.project()
    district.verified(project, date(2022, 10, 31), 100)
    district.verified(project, date(2022, 11, 1), 7_000)  # after the period of that year
    district.verified(project, date(2023, 3, 1), 122)
    growth = card(work)["money_in_place_yoy"]
    assert growth.value == pytest.approx(0.22)
    assert (growth.numerator, growth.denominator) == (22, 100)


def test_the_start_rate_of_a_period_and_of_a_cohort_differ(work: Work, district: District) -> None:
    due, later, older = (district.project() for _ in range(3))
    district.sign(due, date(2023, 2, 1), YI, start_due_on=date(2023, 6, 1))
    district.sign(later, date(2023, 2, 1), YI, start_due_on=date(2023, 12, 1))
    district.sign(older, date(2022, 2, 1), YI)
    for project in (due, older):
        district.reach(project, Stage.STARTED, date(2023, 5, 1))
    seen = card(work)
    period, cohort = seen["start_rate_period"], seen["start_rate_due"]
    assert (period.numerator, period.denominator) == (2, 2)
    assert (cohort.numerator, cohort.denominator) == (1, 1)
    assert seen["projects_started"].value == 2
    assert [row.subject_id for row in seen["can_start_this_year"].rows] == [later.id]


def test_stocks_are_taken_at_the_close_of_the_period(work: Work, district: District) -> None:
    talks = district.project(planned_investment_fen=7 * YI)
    district.reach(talks, Stage.IN_TALKS, date(2023, 2, 1))
    gone = district.project(planned_investment_fen=9 * YI)
    district.reach(gone, Stage.IN_TALKS, date(2023, 2, 1))
    district.reach(gone, Stage.SHELVED, date(2023, 10, 31))
    building, producing = district.project(), district.project()
    for project in (building, producing):
        district.reach(project, Stage.SITE, date(2022, 5, 1))
    district.reach(producing, Stage.PRODUCTION, date(2023, 5, 1))
    seen = card(work)
    assert (seen["in_talks_count"].value, seen["in_talks_amount"].value) == (1, 7 * YI)
    assert [row.subject_id for row in seen["started_or_land_count"].rows] == [building.id]


def test_size_classes_count_projects_signed_in_the_period(work: Work, district: District) -> None:
    big, old = (district.project(size_class=SizeClass.YI50) for _ in range(2))
    district.sign(big, date(2023, 2, 1), YI)
    district.sign(old, date(2022, 2, 1), YI)
    district.sign(district.project(size_class=SizeClass.YI20), date(2023, 2, 1), YI)
    seen = card(work)
    assert (seen["size_5bn_projects"].value, seen["size_2bn_projects"].value) == (1, 1)


def test_the_systems_add_up_to_the_district(work: Work, district: District) -> None:
    for system_code, amount_fen in (("making", 3), ("serving", 5), (None, 7)):
        project = district.project(system_code=system_code)
        district.sign(project, date(2023, 2, 1), amount_fen)
        district.verified(project, date(2023, 3, 1), amount_fen - 1)
    seen = card(work)
    assert [part.system_code for part in seen.by_system] == ["making", "serving", None]
    for code in ("projects_signed", "contract_amount", "money_in_place"):
        parts = [
            figure.value
            for part in seen.by_system
            for figure in part.figures
            if figure.code == code
        ]
        assert sum(parts) == seen[code].value


@pytest.mark.parametrize("code", ["contract_amount", "money_in_place", "in_talks_amount"])
def test_an_amount_is_the_sum_of_the_rows_it_carries(
    work: Work, district: District, code: str
) -> None:
    for amount_fen in (3, 5):
        project = district.project(planned_investment_fen=amount_fen)
        district.reach(project, Stage.IN_TALKS, date(2023, 1, 15))
        signed = district.project()
        district.sign(signed, date(2023, 2, 1), amount_fen)
        district.verified(signed, date(2023, 3, 1), amount_fen)
    figure = card(work)[code]
    assert figure.value == sum(row.amount_fen or 0 for row in figure.rows) == 8


def test_demo_rows_can_be_left_out(work: Work, district: District) -> None:
    demo = district.project(is_demo=True)
    district.sign(demo, date(2023, 2, 1), 3, is_demo=True)
    district.verified(demo, date(2023, 2, 1), 2)
    district.reach(demo, Stage.STARTED, date(2023, 3, 1))
    figures = {f.code: f.value for f in measures.measures(work, SINCE, AS_OF, with_demo=False)}
    for code in ("projects_signed", "money_in_place", "projects_started"):
        assert figures[code] == 0
    assert card(work)["money_in_place"].value == 2


def test_a_figure_as_known_earlier_leaves_out_what_came_later(
    work: Work, district: District
) -> None:
    project = district.project()
    district.sign(project, date(2023, 2, 1), 3)
    district.verified(project, date(2023, 2, 1), 2)
    district.reach(project, Stage.STARTED, date(2023, 3, 1))
    before = work.recorded_at - timedelta(seconds=1)
    known = {f.code: f.value for f in measures.measures(work, SINCE, AS_OF, known_at=before)}
    for code in ("contract_amount", "money_in_place", "projects_started", "started_or_land_count"):
        assert known[code] == 0
    now = {
        f.code: f.value for f in measures.measures(work, SINCE, AS_OF, known_at=work.recorded_at)
    }
    assert now["contract_amount"] == 3


def test_figures_ask_as_often_for_many_projects_as_for_few(
    work: Work, database: Database, district: District
) -> None:
    asked: list[str] = []
    sa.event.listen(database.writer, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def queries() -> int:
        work.session.expunge_all()
        asked.clear()
        card(work)
        return len(asked)

    def fill(projects: int) -> None:
        for _ in range(projects):
            project = district.project()
            district.sign(project, date(2023, 2, 1), 3)
            district.verified(project, date(2023, 2, 1), 2)

    fill(1)
    few = queries()
    fill(9)
    assert queries() == few


# ---- definitions, reported figures, expectations
def test_a_figure_keeps_the_meaning_of_its_day(work: Work, officer: Actor) -> None:
    assert definitions.define(work, officer) == len(first_definitions.FIRST)
    assert definitions.define(work, officer) == 0
    anew = Definition(
        code="projects_started",
        unit=Unit.COUNT,
        definition=say("Anders gezählt."),
        numerator_query="ever_started",
        version=2,
    )
    definitions.redefine(work, officer, anew, valid_from=date(2024, 1, 1))
    of_2023 = card(work)["projects_started"]
    of_2024 = measures.scorecard(work, date(2024, 1, 1), date(2024, 2, 1))["projects_started"]
    assert (of_2023.version, of_2024.version) == (1, 2)
    assert str(of_2024.definition) == "Anders gezählt."
    with pytest.raises(DomainError, match="has the version 2"):
        definitions.redefine(work, officer, anew, valid_from=date(2025, 1, 1))


def test_a_reported_rate_stays_beside_the_computed_one(
    work: Work, officer: Actor, district: District
) -> None:
    district.sign(district.project(), date(2023, 2, 1), 3)
    definitions.note_reported(
        work,
        officer,
        ReportedFigure(
            code="start_rate_period",
            period_from=SINCE,
            period_to=AS_OF,
            value_text="71%以上",
            number=0.71,
            at_least=True,
            denominator_given=False,
            source="渝北区",
        ),
    )
    (reported,) = definitions.reported(work, SINCE, AS_OF)
    assert (reported.value, reported.at_least, reported.denominator_given) == (0.71, True, False)
    assert card(work)["start_rate_period"].value == 0


def test_attainment_sets_the_year_to_date_beside_the_year_elapsed(
    work: Work, officer: Actor, district: District
) -> None:
    definitions.expect(work, officer, Expectation(year=2023, code="contract_amount", at_least=8))
    district.sign(district.project(), date(2023, 2, 1), 6)
    (attained,) = measures.attainments(work, card(work))
    assert attained.share == pytest.approx(0.75)
    assert attained.year_elapsed == pytest.approx(304 / 365)


# ---- series
def test_the_months_run_up_to_the_figures_of_the_period(work: Work, district: District) -> None:
    project = district.project()
    district.sign(project, date(2023, 2, 28), 5)
    district.verified(project, date(2023, 3, 31), 3)
    district.verified(project, date(2022, 10, 31), 2)
    points = series.monthly(work, SINCE, AS_OF)
    assert [point.on.month for point in points] == list(range(1, 11))
    assert [point.contract_fen for point in points] == [0] + [5] * 9
    assert [point.in_place_fen for point in points] == [0, 0] + [3] * 8
    assert [point.in_place_before_fen for point in points] == [0] * 9 + [2]


def test_a_cohort_is_followed_by_age_as_far_as_its_youngest_project_goes(
    work: Work, district: District
) -> None:
    first, last = district.project(), district.project()
    district.sign(first, date(2023, 4, 10), 60)
    district.sign(last, date(2023, 6, 20), 40)
    district.verified(first, date(2023, 5, 10), 25)  # at one month
    district.verified(last, date(2023, 9, 21), 30)  # past three months
    district.reach(first, Stage.STARTED, date(2023, 7, 1))
    (cohort,) = series.cohorts(work, Quarter(2023, 1), AS_OF)
    assert (str(cohort.quarter), cohort.projects, cohort.contract_fen) == ("2023Q2", 2, 100)
    assert [cell.share for cell in cohort.cells] == pytest.approx([0, 0.25, 0.25, 0.25, 0.55])
    started = next(r for r in cohort.reached if r.stage is Stage.STARTED)
    assert (started.projects, started.contract_fen) == (1, 60)


def test_the_funnel_counts_a_period_or_follows_its_batch(work: Work, district: District) -> None:
    old, new = district.project(), district.project(planned_investment_fen=9)
    district.sign(old, date(2022, 4, 1), 50)
    district.sign(new, date(2023, 4, 1), 40)
    district.verified(old, date(2023, 5, 1), 8)
    district.verified(new, date(2023, 6, 1), 6)
    district.reach(old, Stage.STARTED, date(2023, 6, 1))
    district.reach(old, Stage.PRODUCTION, date(2023, 9, 1))
    period, cohort = (
        {step.step: (step.projects, step.amount_fen) for step in steps}
        for steps in (series.funnel(work, SINCE, AS_OF, basis) for basis in Basis)
    )
    assert period[Step.SIGNED] == cohort[Step.SIGNED] == (1, 40)
    assert period[Step.WITH_MONEY] == (2, 14)
    assert cohort[Step.WITH_MONEY] == (1, 6)
    assert period[Step.STARTED] == period[Step.IN_PRODUCTION] == (1, 8)
    assert cohort[Step.STARTED] == cohort[Step.IN_PRODUCTION] == (0, 0)
