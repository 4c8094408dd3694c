"""Horizon returns, turning points and index comparison, from a fund whose flows are known."""

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest

from portfolio import indices, returns
from portfolio.accounts import Line
from portfolio.figures import Source, Unit
from portfolio.ledger import Moment
from portfolio.performance import QuarterPoint
from portfolio.returns import days_of, turning_points, years_before
from tests.portfolio.conftest import BEGAN
from valuation.figures import Reason, Undefined
from valuation.periods import Quarter

GAIN, END = date(2024, 7, 1), date(2026, 1, 1)
NOW = Moment(as_of=END)


@pytest.fixture
def fund(work, book):
    """600,000 in on 2024-01-02; 150,000 earned on 2024-07-01 and 660,000 paid out in 2025."""
    book.move(150_000_00, Line.REALISED_GAIN, GAIN)
    book.move(-660_000_00, Line.DISTRIBUTIONS, date(2025, 5, 5), "distribution:gain")
    return book.fund


@pytest.fixture
def index(work, manager):
    """An index that gains 10 % a year, quoted every week."""
    made = indices.create(work, manager, code="IX", name="指数")
    days = [date(2023, 12, 29) + timedelta(days=7 * week) for week in range(110)]
    indices.record(
        work,
        manager,
        made.id,
        [(day, Decimal(f"{1000 * 1.1 ** ((day - days[0]).days / 365):.4f}")) for day in days],
    )
    return made


def one(found, code: str):
    return next(figure for figure in found.figures if figure.code == code)


def test_a_horizon_begins_with_the_value_of_its_start(work, fund) -> None:
    year = one(returns.fund_returns(work, NOW, fund.id), "irr_1y")
    flows = [(row.on, row.amount_fen) for row in year.rows]
    assert flows == [
        (date(2025, 1, 1), -750_000_00),
        (date(2025, 5, 5), 660_000_00),
        (END, 90_000_00),
    ]
    assert year.value == pytest.approx(0.0, abs=1e-9)  # the year itself brought nothing


def test_a_fund_younger_than_the_horizon_has_no_such_return(work, fund) -> None:
    found = returns.fund_returns(work, NOW, fund.id)
    for code in ("irr_3y", "irr_5y", "irr_10y"):
        assert one(found, code).value.reason is Reason.TOO_SHORT


def test_under_a_year_the_return_is_that_of_the_period(work, fund) -> None:
    moment = Moment(as_of=date(2024, 9, 30))
    whole = one(returns.fund_returns(work, moment, fund.id), "irr_itd")
    assert whole.unit is Unit.PERIOD
    assert whole.value == pytest.approx(750 / 600 - 1)


def test_a_fund_without_flows_says_so_everywhere(work, manager, index) -> None:
    from tests.portfolio.conftest import open_book

    empty = open_book(work, manager, "NEW")
    found = returns.fund_returns(work, NOW, empty.fund.id, index)
    assert {figure.value.reason for figure in found.figures} == {Reason.NO_FLOWS}


def test_the_curve_turns_at_its_trough_and_at_break_even(work, fund) -> None:
    found = returns.fund_returns(work, NOW, fund.id)
    trough, even = found.curve
    assert (trough.value, trough.rows[0].on) == (-600_000_00, date(2024, 3, 31))
    assert (even.value, even.rows[0].on) == (60_000_00, date(2025, 6, 30))


def test_before_break_even_there_is_none(work, fund) -> None:
    _, even = returns.fund_returns(work, Moment(as_of=date(2025, 3, 31)), fund.id).curve
    assert even.value.reason is Reason.NOT_YET


def test_the_last_quarter_turns_on_the_day_asked_for() -> None:
    point = QuarterPoint(
        quarter=Quarter(2024, 1), called_fen=5, distributed_fen=0, cumulative_net_fen=-5, nav_fen=5
    )
    trough, _ = turning_points([point], date(2024, 2, 1), Source.COMPUTED)
    assert trough.rows[0].on == date(2024, 2, 1)


def test_ks_pme_is_recomputed_from_flows_and_levels(work, fund, index) -> None:
    found = returns.fund_returns(work, NOW, fund.id, index)
    paid_in, paid_out, end = [day.level.level for day in found.days]
    expected = (660_000 * end / paid_out + 90_000) / (600_000 * end / paid_in)
    assert one(found, "ks_pme").value == pytest.approx(expected)


def test_direct_alpha_is_the_excess_and_its_logarithm(work, fund, index) -> None:
    found = returns.fund_returns(work, NOW, fund.id, index)
    alpha, log = one(found, "direct_alpha").value, one(found, "direct_alpha_log").value
    paid_in, paid_out, end = [day.level.level for day in found.days]
    flows = [
        (BEGAN, -600_000 * end / paid_in),
        (date(2025, 5, 5), 660_000 * end / paid_out),
        (END, 90_000),
    ]
    worth = sum(fen * (1 + alpha) ** (-(on - BEGAN).days / 365) for on, fen in flows)
    assert worth == pytest.approx(0, abs=1e-3)
    assert log == pytest.approx(math.log1p(alpha))


def test_the_same_flows_in_the_index_earn_about_its_rate(work, fund, index) -> None:
    found = returns.fund_returns(work, NOW, fund.id, index)
    for code in ("long_nickels", "pme_plus", "mpme"):
        assert one(found, code).value == pytest.approx(0.10, abs=0.01)


def test_a_gap_in_the_index_is_the_answer_of_every_comparison(work, manager, fund) -> None:
    made = indices.create(work, manager, code="GAP", name="指数")
    indices.record(work, manager, made.id, [(BEGAN, Decimal(1000)), (END, Decimal(1100))])
    found = returns.fund_returns(work, NOW, fund.id, made)
    for figure in found.pme:
        assert isinstance(figure.value, Undefined)
        assert figure.value.reason is Reason.NO_INDEX_LEVEL
        assert "2025-05-05" in figure.value.detail
    assert one(found, "irr_1y").value == pytest.approx(0.0, abs=1e-9)


def test_a_demo_index_marks_what_is_held_against_it(work, manager, fund) -> None:
    demo = indices.create(work, manager, code="D", name="指数（示例）", is_demo=True)
    found = returns.fund_returns(work, NOW, fund.id, demo)
    assert {figure.source for figure in found.pme} == {Source.DEMO}
    assert {figure.source for figure in found.horizons} == {Source.COMPUTED}


def test_a_reversed_contribution_is_money_back_and_never_negative() -> None:
    booked = [(BEGAN, int(Line.CONTRIBUTIONS), 100), (END, int(Line.CONTRIBUTIONS), -100)]
    first, last = days_of(booked, END)
    assert (first.contributed_fen, last.contributed_fen, last.distributed_fen) == (100, 0, 100)


def test_a_leap_day_goes_back_to_the_28th() -> None:
    assert years_before(date(2024, 2, 29), 1) == date(2023, 2, 28)
