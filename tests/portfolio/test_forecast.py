"""The forecast goes on from the books to the fund's end, and says what it assumes."""

from dataclasses import replace
from datetime import date

import pytest

from portfolio import forecast, performance
from portfolio.forecast import Assumptions
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from tests.portfolio.conftest import BEGAN, open_book
from valuation.figures import Reason, Undefined

END = date(2026, 1, 2)


def test_the_forecast_begins_where_the_books_end(work, book) -> None:
    found = forecast.forecast(work, Moment(as_of=END), book.fund, Assumptions())
    points = found.points
    assert not isinstance(points, Undefined)
    assert len(points) == 8 * 4  # two of ten years are over
    assert points[0].ends_on == date(2026, 4, 2)
    assert points[-1].ends_on == found.ends_on == date(2034, 1, 2)
    assert found.past[-1].cumulative_net_fen == -600_000_00
    first = points[0]
    assert first.cumulative.middle == pytest.approx(
        -600_000_00 - first.contribution_fen + first.distribution.middle, rel=1e-4
    )
    called = sum(point.contribution_fen for point in points)
    assert 0 < called <= 300_000_00  # what is promised and not paid in


def test_the_band_holds_the_median_and_opens_with_time(work, book) -> None:
    found = forecast.forecast(work, Moment(as_of=END), book.fund, Assumptions())
    for point in found.points:
        for band in (point.distribution, point.nav, point.cumulative):
            assert band.low <= band.middle <= band.high
    spread = [point.cumulative.high - point.cumulative.low for point in found.points]
    assert spread == sorted(spread)
    assert forecast.forecast(work, Moment(as_of=END), book.fund, Assumptions()) == found


def test_without_volatility_all_paths_are_the_plan(work, book) -> None:
    assumed = Assumptions(volatility=0)
    last = forecast.forecast(work, Moment(as_of=END), book.fund, assumed).points[-1]
    assert last.cumulative.low == pytest.approx(last.cumulative.high)


def test_a_fund_whose_life_is_over_has_no_forecast(work, book) -> None:
    found = forecast.forecast(work, Moment(as_of=END), book.fund, Assumptions(life_years=2))
    assert isinstance(found.points, Undefined)
    assert found.points.reason is Reason.TOO_SHORT


def test_without_commitments_there_is_nothing_to_call(work, manager) -> None:
    empty = open_book(work, manager, "NEW")
    of = performance.fund_performance(work, Moment(as_of=END), empty.fund.id)
    found = forecast.project(of, BEGAN, Assumptions())
    assert isinstance(found, Undefined)
    assert found.reason is Reason.NO_COMMITMENT


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"life_years": 0}, "0 years is out of range"),
        ({"life_years": 31}, "31 years is out of range"),
        ({"growth": -0.6}, "out of range"),
        ({"volatility": float("nan")}, "out of range"),
        ({"bow": 0.0}, "out of range"),
    ],
)
def test_an_assumption_that_says_nothing_is_refused(wrong, why) -> None:
    with pytest.raises(DomainError, match=why):
        replace(Assumptions(), **wrong)


def test_the_recorded_end_of_a_fund_gives_its_life(book) -> None:
    assert forecast.life_years(book.fund) is None
    book.fund.ends_on = date(2031, 1, 1)
    assert forecast.life_years(book.fund) == 7
