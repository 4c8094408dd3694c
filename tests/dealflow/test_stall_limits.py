"""The days after which a project counts as stalled are dated data with versions."""

from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import update

from dealflow import board, cards, dispatch, frozen, stall_limits, stalled
from dealflow.board import Filters
from dealflow.frozen import ChangeKind
from dealflow.stages import Stage
from dealflow.stall_limits import FIRST, StallLimits
from dealflow.stalled import Stall
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError
from tests.dealflow.district import YI, District

SINCE, DAY = date(2023, 7, 1), date(2023, 10, 31)


def shorten(work: Work, officer: Actor, since: date = SINCE, **other: int) -> StallLimits:
    days = {
        "not_started_days": 30,
        "not_building_days": 45,
        "not_finished_days": 365,
        "idle_days": 15,
    } | other
    return stall_limits.add_version(work, officer, valid_from=since, source="调度办法", **days)


def on_lists(work: Work, as_of: date) -> dict[Stall, list[str]]:
    found = stalled.stalled(work, as_of)
    return {stall: [line.card.name for line in lines] for stall, lines in found.items()}


def test_the_first_version_is_built_in_and_the_office_adds_the_next(
    work: Work, officer: Actor
) -> None:
    assert stall_limits.every(work) == [FIRST]
    assert (FIRST.not_building_days, FIRST.not_finished_days, FIRST.idle_days) == (90, 540, 30)
    assert shorten(work, officer).version == 2
    before, after = stall_limits.of_day(work, date(2023, 6, 30)), stall_limits.of_day(work, SINCE)
    assert (before.version, after.version, after.source) == (1, 2, "调度办法")


def test_a_list_goes_by_the_limits_of_its_day(
    work: Work, officer: Actor, district: District
) -> None:
    quiet = district.project("静")
    district.sign(quiet, date(2023, 1, 1), YI)
    district.reach(quiet, Stage.STARTED, date(2023, 5, 1))
    late = district.project("未")
    district.sign(late, date(2023, 1, 1), YI, start_due_on=date(2023, 6, 20))
    shorten(work, officer)
    # 60 days after the start, and 10 days past the agreed start: by version 1 only the second
    assert on_lists(work, date(2023, 6, 30)) == {
        Stall.NOT_STARTED: ["未"],
        Stall.NOT_BUILDING: [],
        Stall.NOT_FINISHED: [],
    }
    # a day later by version 2 it is the other way round
    assert on_lists(work, SINCE) == {
        Stall.NOT_STARTED: [],
        Stall.NOT_BUILDING: ["静"],
        Stall.NOT_FINISHED: [],
    }


def test_the_board_and_the_card_call_idle_what_the_limits_of_the_day_do(
    work: Work, officer: Actor, district: District
) -> None:
    project = district.project("静")
    district.reach(project, Stage.IN_TALKS, date(2023, 10, 10))
    assert not cards.detail(work, DAY, project.id).card.is_idle  # 21 days
    only = Filters(only_idle=True)
    assert sum(one.projects for one in board.stage_counts(work, DAY, only).values()) == 0
    shorten(work, officer)
    assert cards.detail(work, DAY, project.id).card.is_idle
    assert sum(one.projects for one in board.stage_counts(work, DAY, only).values()) == 1


def test_a_sealed_half_month_keeps_the_limit_of_its_day(
    work: Work, officer: Actor, district: District
) -> None:
    project = district.project("静")
    district.reach(project, Stage.IN_TALKS, date(2023, 9, 12))
    first, second = date(2023, 9, 30), date(2023, 10, 15)
    for half in (first, second):
        dispatch.seal(work, officer, as_of=half)
    before, after = dispatch.content(work, first), dispatch.content(work, second)
    (change,) = frozen.compare(before, after)
    assert (change.kind, change.reason) == (ChangeKind.STALLED, "30")  # 33 days by then
    shorten(work, officer, idle_days=60)
    again = dispatch.content(work, second)
    assert (again.idle_days, again.stalled) == (30, 1)


def test_a_half_month_sealed_before_the_limit_was_written_into_it_went_by_thirty_days() -> None:
    text = '{"as_of":"2023-10-31","conditions":[],"measures":[],"projects":[]}'
    assert frozen.read(text).idle_days == 30


@pytest.mark.parametrize(
    ("since", "days", "problem"),
    [
        (SINCE, {}, "Version 2 of the limits is in force since 2023-07-01"),
        (date(2023, 8, 1), {"idle_days": 0}, "1 at least without any event"),
        (date(2023, 8, 1), {"not_started_days": -1}, "from 0 to 3650"),
        (date(2023, 8, 1), {"not_finished_days": 4000}, "from 0 to 3650"),
    ],
)
def test_odd_limits_are_refused(
    work: Work, officer: Actor, since: date, days: dict[str, int], problem: str
) -> None:
    shorten(work, officer)
    with pytest.raises(DomainError, match=problem):
        shorten(work, officer, since, **days)
    assert len(stall_limits.every(work)) == 2


def test_limits_name_their_source_and_are_never_edited(
    work: Work, officer: Actor, manager: Actor
) -> None:
    with pytest.raises(NotAllowedError):
        shorten(work, manager)
    with pytest.raises(DomainError, match="do not say where they come from"):
        stall_limits.add_version(
            work,
            officer,
            valid_from=SINCE,
            not_started_days=0,
            not_building_days=90,
            not_finished_days=540,
            idle_days=30,
            source=" ",
        )
    shorten(work, officer)
    with pytest.raises(DBAPIError, match="append-only"), work.session.begin_nested():
        work.session.execute(update(StallLimits).values(idle_days=99))
