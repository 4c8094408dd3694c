from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.periods import (
    DayCount,
    HalfMonth,
    Quarter,
    add_months,
    months_between,
    quarters_between,
    under_a_year,
    year_elapsed,
    year_fraction,
    year_start,
)

DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))


def test_a_quarter_knows_its_days_and_its_neighbours() -> None:
    quarter = Quarter.parse("2026Q3")
    assert (quarter.start, quarter.end) == (date(2026, 7, 1), date(2026, 9, 30))
    assert (str(quarter.previous), str(quarter.next)) == ("2026Q2", "2026Q4")
    assert str(Quarter.parse("2026Q4").next) == "2027Q1"
    assert str(Quarter.parse("2026Q1").previous) == "2025Q4"


@pytest.mark.parametrize("text", ["2026Q5", "2026Q0", "26Q1", "2026-Q1", "Q1", "", "2026Q11"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quarter"):
        Quarter.parse(text)


@given(DAYS)
def test_each_day_lies_in_one_quarter_and_quarters_join(on: date) -> None:
    quarter = Quarter.containing(on)
    assert quarter.start <= on <= quarter.end
    assert quarter.end + timedelta(days=1) == quarter.next.start
    assert quarter.next.previous == quarter
    assert Quarter.parse(str(quarter)) == quarter
    assert quarter < quarter.next


def test_quarters_between_counts_both_ends() -> None:
    first, last = Quarter.parse("2025Q3"), Quarter.parse("2026Q2")
    assert list(map(str, quarters_between(first, last))) == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    assert quarters_between(last, first) == []
    assert quarters_between(last, last) == [last]


@given(DAYS)
def test_each_day_lies_in_one_half_month_and_they_join(on: date) -> None:
    half = HalfMonth.containing(on)
    assert half.start <= on <= half.end
    assert half.start.day in {1, 16}
    assert half.end + timedelta(days=1) == half.next.start
    assert half.next.previous == half
    assert str(half) == half.start.isoformat()


def test_the_second_half_of_february_ends_with_the_month() -> None:
    assert HalfMonth(2028, 2, 2).end == date(2028, 2, 29)
    assert HalfMonth(2026, 2, 1).end == date(2026, 2, 15)
    with pytest.raises(ValueError, match="halves"):
        HalfMonth(2026, 2, 3)
    with pytest.raises(ValueError, match="month"):
        HalfMonth(2026, 13, 1)


def test_months_end_where_the_month_does() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert add_months(date(2026, 11, 15), 3) == date(2027, 2, 15)


@given(DAYS, st.integers(-600, 600))
def test_months_added_are_months_between(on: date, months: int) -> None:
    later = add_months(on, months)
    assert abs(months_between(on, later)) in {abs(months), abs(months) - (later.day != on.day)}


def test_months_between_counts_whole_months() -> None:
    assert months_between(date(2026, 1, 15), date(2026, 2, 14)) == 0
    assert months_between(date(2026, 1, 15), date(2026, 2, 15)) == 1
    assert months_between(date(2026, 2, 15), date(2025, 2, 15)) == -12


def test_the_year_to_date_begins_in_january_and_runs_by_days() -> None:
    assert year_start(date(2026, 7, 9)) == date(2026, 1, 1)
    assert year_elapsed(date(2026, 12, 31)) == 1.0
    assert year_elapsed(date(2026, 6, 30)) == 181 / 365
    assert year_elapsed(date(2028, 6, 30)) == 182 / 366


def test_a_return_is_annualised_from_a_full_year_on() -> None:
    assert under_a_year(date(2025, 7, 1), date(2026, 6, 30))
    assert not under_a_year(date(2025, 7, 1), date(2026, 7, 1))


# ---- day counts

# ISDA, "EMU and Market Conventions: Recent Developments" (1998): 1 Nov 2003 to 1 May 2004
MEMO = (date(2003, 11, 1), date(2004, 5, 1))


@pytest.mark.parametrize(
    ("day_count", "years"),
    [
        (DayCount.ACT_365F, 182 / 365),
        (DayCount.ACT_360, 182 / 360),
        (DayCount.THIRTY_E_360, 180 / 360),
        (DayCount.ACT_ACT_ISDA, 0.497724380567),
    ],
)
def test_the_day_counts_of_the_isda_memorandum(day_count: DayCount, years: float) -> None:
    assert year_fraction(*MEMO, day_count) == pytest.approx(years, abs=1e-12)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2007, 1, 15), date(2007, 1, 31), 15),
        (date(2007, 1, 31), date(2007, 2, 28), 28),
        (date(2007, 2, 28), date(2007, 3, 31), 32),
        (date(2007, 8, 31), date(2008, 2, 29), 179),
    ],
)
def test_the_31st_counts_as_the_30th_in_30e_360(start: date, end: date, days: int) -> None:
    assert year_fraction(start, end, DayCount.THIRTY_E_360) == days / 360


@given(DAYS, DAYS, DAYS, st.sampled_from(DayCount))
def test_time_adds_up_and_runs_both_ways(a: date, b: date, c: date, day_count: DayCount) -> None:
    def years(start: date, end: date) -> float:
        return year_fraction(start, end, day_count)

    assert years(a, b) == -years(b, a)
    assert years(a, b) + years(b, c) == pytest.approx(years(a, c), abs=1e-12)
