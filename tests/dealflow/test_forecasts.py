"""Forecasts are kept as they were made, scored once their year is over, and tried on past years."""

from datetime import UTC, date, datetime

import pytest

from dealflow import durations, forecasts, stalled
from dealflow.forecasts import ForecastKind, Verdict, verdict_of
from dealflow.stages import Stage
from dealflow.stalled import Stall
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from tests.dealflow.district import YI, District
from valuation.figures import Undefined

OCTOBER = date(2023, 10, 31)


@pytest.fixture
def grown(work: Work, district: District) -> District:
    """Two projects a month since 2021, each started after five months and half paid after three."""
    work.recorded_at = datetime(2023, 11, 1, 2, tzinfo=UTC)
    for month in range(34):
        signed = date(2021 + month // 12, month % 12 + 1, 5)
        for _ in range(2):
            project = district.project(first_heard_on=date(2020, 12, 1))
            district.sign(project, signed, 4 * YI)
            paid = _later(signed, 3)
            if paid <= OCTOBER:
                district.verified(project, paid, 2 * YI)
            started = _later(signed, 5)
            if started <= OCTOBER:
                district.reach(project, Stage.STARTED, started)
    return district


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, day.day)


# ---- forecasts
def test_a_steady_district_is_forecast_to_go_on_as_it_did(work: Work, grown: District) -> None:
    bands = forecasts.bands(work, OCTOBER)
    signed = bands["contract_amount"]
    assert signed.so_far == 80 * YI
    assert signed.low == signed.high == 96 * YI  # every month brought the same
    started = bands["projects_started"]
    assert started.so_far == 20
    assert started.low <= 24 <= started.high


def test_a_kept_forecast_is_open_until_its_year_is_over(
    work: Work, officer: Actor, grown: District
) -> None:
    forecasts.keep(work, officer, made_for=OCTOBER)
    for code, at_least in (("contract_amount", 80 * YI), ("projects_started", 40)):
        forecasts.promise(
            work,
            officer,
            code=code,
            year=2023,
            made_for=OCTOBER,
            at_least=at_least,
            source="公开报道",
        )
    assert {one.verdict for one in forecasts.kept(work, OCTOBER)} == {Verdict.OPEN}
    scored = {(one.code, one.kind): one for one in forecasts.kept(work, date(2024, 1, 1))}
    kept = scored["contract_amount", ForecastKind.PROMISE]
    assert (kept.actual, kept.verdict) == (80 * YI, Verdict.KEPT)
    missed = scored["projects_started", ForecastKind.PROMISE]
    assert (missed.actual, missed.verdict) == (20, Verdict.MISSED)
    assert scored["contract_amount", ForecastKind.SIMULATION].verdict is Verdict.BELOW


def test_a_forecast_after_the_year_is_none(work: Work, officer: Actor, grown: District) -> None:
    with pytest.raises(DomainError, match="is over"):
        forecasts.keep(work, officer, made_for=date(2022, 12, 31))
    with pytest.raises(DomainError, match="is not forecast"):
        forecasts.promise(
            work,
            officer,
            code="in_talks_count",
            year=2023,
            made_for=OCTOBER,
            at_least=1,
            source="x",
        )


@pytest.mark.parametrize(
    ("actual", "verdict"),
    [(None, Verdict.OPEN), (9, Verdict.BELOW), (10, Verdict.WITHIN), (21, Verdict.ABOVE)],
)
def test_a_band_is_scored_by_where_the_year_came_to_lie(
    actual: int | None, verdict: Verdict
) -> None:
    assert verdict_of(ForecastKind.SIMULATION, 10, 20, actual) is verdict


def test_past_years_are_forecast_from_what_was_known_then(work: Work, grown: District) -> None:
    tests = forecasts.back_test(work, OCTOBER, years=1)
    assert {one.made_for for one in tests} == {date(2022, 9, 30)}  # before, too little was known
    assert forecasts.coverage(tests) == 1.0
    assert forecasts.coverage([]) is None


# ---- how long steps take
def test_a_project_still_on_the_way_counts_for_as_long_as_it_was_watched(
    work: Work, district: District
) -> None:
    quick, slow, gone = (district.project() for _ in range(3))
    for project in (quick, slow, gone):
        district.sign(project, date(2023, 1, 1), YI)
    district.reach(quick, Stage.STARTED, date(2023, 3, 1))
    district.reach(gone, Stage.TERMINATED, date(2023, 2, 1))
    step = next(one for one in durations.steps(work, OCTOBER) if one.ends is Stage.STARTED)
    assert (step.watched, step.arrived) == (3, 1)
    # The terminated one was watched for a month only, so one of two left started after two.
    assert step.curve.at(2.0) == pytest.approx(0.5)
    assert step.curve.median == pytest.approx(59 / 30.4375)
    unfinished = [one for one in durations.steps(work, OCTOBER) if one.ends is Stage.PRODUCTION]
    assert isinstance(unfinished[0].curve.median, Undefined)


def test_time_in_stage_is_counted_from_the_last_milestone(work: Work, district: District) -> None:
    project = district.project("静")
    district.reach(project, Stage.IN_TALKS, date(2023, 10, 1))
    (waiting,) = durations.waiting(work, OCTOBER)
    assert (waiting.stage, waiting.longest_days, waiting.longest_name) == (
        Stage.IN_TALKS,
        30,
        "静",
    )


# ---- the three lists
def test_a_project_stalls_before_during_or_after_its_start(work: Work, district: District) -> None:
    late, quiet, slow, well = (
        district.project(name, first_heard_on=date(2021, 1, 1)) for name in "未静慢好"
    )
    for project in (late, quiet, slow, well):
        district.sign(project, date(2022, 1, 1), YI, start_due_on=date(2022, 3, 1))
    for project in (quiet, slow):
        district.reach(project, Stage.STARTED, date(2022, 3, 1))
    district.reach(well, Stage.STARTED, date(2023, 9, 1))
    for project in (slow, well):
        district.verified(project, date(2023, 9, 15), YI)
    found = stalled.stalled(work, OCTOBER)
    names = {stall: [line.card.name for line in lines] for stall, lines in found.items()}
    assert names == {
        Stall.NOT_STARTED: ["未"],
        Stall.NOT_BUILDING: ["静"],
        Stall.NOT_FINISHED: ["慢"],
    }
    assert found[Stall.NOT_STARTED][0].days == (OCTOBER - date(2022, 3, 1)).days
