"""Index levels: recorded once, never carried further than ten days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import indices
from portfolio.indices import IndexLevel, Level
from portfolio.kernel.errors import DomainError, NotAllowedError
from valuation.figures import Reason, Undefined

FRIDAY = date(2024, 3, 1)
QUOTED = [(FRIDAY, Decimal("3500.1234")), (FRIDAY + timedelta(days=7), Decimal(3550))]


@pytest.fixture
def series(work, manager):
    made = indices.create(work, manager, code="IX", name="指数")
    indices.record(work, manager, made.id, QUOTED)
    return made


def kept(work) -> int:
    return work.scalar(sa.select(sa.func.count()).select_from(IndexLevel))


def test_a_level_comes_back_to_the_fourth_digit(work, series) -> None:
    found = indices.levels_on(work, series, [FRIDAY])
    assert found == {FRIDAY: Level(on=FRIDAY, level=3500.1234)}


def test_a_day_takes_the_last_level_on_or_before_it(work, series) -> None:
    days = [FRIDAY + timedelta(days=6), FRIDAY + timedelta(days=17)]
    found = indices.levels_on(work, series, days)
    assert not isinstance(found, Undefined)
    assert [found[day].on for day in days] == [FRIDAY, FRIDAY + timedelta(days=7)]


def test_a_level_older_than_ten_days_is_missing_and_the_day_is_named(work, series) -> None:
    day = FRIDAY + timedelta(days=18)
    found = indices.levels_on(work, series, [FRIDAY, day])
    assert isinstance(found, indices.NoLevel)
    assert (found.reason, found.on) == (Reason.NO_INDEX_LEVEL, day)
    assert "2024-03-19" in found.detail
    assert "2024-03-08" in found.detail


def test_a_day_before_the_series_is_missing(work, series) -> None:
    found = indices.levels_on(work, series, [FRIDAY - timedelta(days=1)])
    assert isinstance(found, Undefined)
    assert "begins later" in found.detail


@pytest.mark.parametrize("level", ["0", "-1", "1.00001", "NaN", "Infinity"])
def test_a_level_that_is_none_keeps_the_whole_list_out(work, manager, series, level) -> None:
    bad = [(date(2024, 4, 5), Decimal(3600)), (date(2024, 4, 12), Decimal(level))]
    with pytest.raises(DomainError, match=r"not above zero.*2024-04-12.*nothing of it was kept"):
        indices.record(work, manager, series.id, bad)
    assert kept(work) == len(QUOTED)


def test_a_day_is_recorded_once(work, manager, series) -> None:
    with pytest.raises(DomainError, match="already: 2024-03-01"):
        indices.record(work, manager, series.id, QUOTED[:1])
    twice = [(date(2024, 4, 5), Decimal(3600))] * 2
    with pytest.raises(DomainError, match="already: 2024-04-05"):
        indices.record(work, manager, series.id, twice)


def test_a_day_to_come_has_no_level(work, manager, series) -> None:
    tomorrow = work.today() + timedelta(days=1)
    with pytest.raises(DomainError, match="a day to come"):
        indices.record(work, manager, series.id, [(tomorrow, Decimal(3600))])


def test_a_code_names_one_index(work, manager, series) -> None:
    with pytest.raises(DomainError, match="IX already"):
        indices.create(work, manager, code="IX", name="另一指数")


def test_an_auditor_records_no_index(work, auditor) -> None:
    with pytest.raises(NotAllowedError):
        indices.create(work, auditor, code="IX", name="指数")


def test_a_recorded_level_cannot_be_changed(work, series) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        work.session.execute(
            sa.update(IndexLevel).where(col(IndexLevel.series_id) == series.id).values(level=1)
        )


def test_demo_series_can_be_left_out(work, manager, series) -> None:
    indices.create(work, manager, code="DEMO", name="指数（示例）", is_demo=True)
    assert [one.code for one in indices.listed(work)] == ["DEMO", "IX"]
    assert [one.code for one in indices.listed(work, with_demo=False)] == ["IX"]
