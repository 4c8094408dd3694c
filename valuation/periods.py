"""Periods of the calendar and the time between two dates. Dates only: no clock, no zone."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

_MONTHS_A_QUARTER = 3
_MONTHS_A_YEAR = 12
_QUARTER_TEXT = re.compile(r"([0-9]{4})Q([1-4])")


# ---- quarters and half-months


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter, written 2026Q3. Ordered by time."""

    year: int
    number: int  # 1…4

    def __post_init__(self) -> None:
        if not (date.min.year <= self.year <= date.max.year and self.number in {1, 2, 3, 4}):
            raise ValueError(f"there is no quarter {self.year}Q{self.number}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026Q3". Raises ValueError for anything else."""
        found = _QUARTER_TEXT.fullmatch(text.strip().upper())
        if found is None:
            raise ValueError(f"{text!r} is not a quarter; write it as 2026Q3")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def containing(cls, on: date) -> Self:
        """Return the quarter the day lies in."""
        return cls(on.year, (on.month - 1) // _MONTHS_A_QUARTER + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, _MONTHS_A_QUARTER * (self.number - 1) + 1, 1)

    @property
    def end(self) -> date:
        """The last day, which belongs to the quarter."""
        return month_end(date(self.year, _MONTHS_A_QUARTER * self.number, 1))

    @property
    def next(self) -> Self:
        """The quarter after this one."""
        return self.moved(1)

    @property
    def previous(self) -> Self:
        """The quarter before this one."""
        return self.moved(-1)

    def moved(self, quarters: int) -> Self:
        """Return the quarter that many quarters later, or earlier if negative."""
        year, number = divmod(4 * self.year + self.number - 1 + quarters, 4)
        return type(self)(year, number + 1)


def quarters_between(first: Quarter, last: Quarter) -> list[Quarter]:
    """Return each quarter from `first` to `last`, both included; none if `last` is earlier."""
    count = 4 * (last.year - first.year) + last.number - first.number + 1
    return [first.moved(i) for i in range(count)]


@dataclass(frozen=True, slots=True, order=True)
class HalfMonth:
    """The 1st to the 15th, or the 16th to the month's end: the rhythm of dispatch 调度.

    Written as its first day, 2026-07-01 or 2026-07-16. Ordered by time.
    """

    year: int
    month: int
    half: int  # 1 or 2

    def __post_init__(self) -> None:
        if self.half not in {1, 2}:
            raise ValueError(f"a month has the halves 1 and 2, not {self.half}")
        date(self.year, self.month, 1)  # refuses a month that does not exist

    @classmethod
    def containing(cls, on: date) -> Self:
        """Return the half-month the day lies in."""
        return cls(on.year, on.month, 1 if on.day < 16 else 2)  # noqa: PLR2004 - the 16th

    def __str__(self) -> str:
        return self.start.isoformat()

    @property
    def start(self) -> date:
        """The first day, on which the dispatch is taken."""
        return date(self.year, self.month, 1 if self.half == 1 else 16)

    @property
    def end(self) -> date:
        """The last day, which belongs to the half-month."""
        return self.start.replace(day=15) if self.half == 1 else month_end(self.start)

    @property
    def next(self) -> Self:
        """The half-month after this one."""
        return self.containing(self.end + timedelta(days=1))

    @property
    def previous(self) -> Self:
        """The half-month before this one."""
        return self.containing(self.start - timedelta(days=1))


# ---- months and years


def month_end(on: date) -> date:
    """Return the last day of the month the day lies in."""
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def add_months(on: date, months: int) -> date:
    """Return the same day that many months later; the month's last day where it has no such day."""
    year, month = divmod(_MONTHS_A_YEAR * on.year + on.month - 1 + months, _MONTHS_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(on.day, last))


def months_between(start: date, end: date) -> int:
    """Return how many whole months have passed; negative if `end` is earlier."""
    if end < start:
        return -months_between(end, start)
    months = _MONTHS_A_YEAR * (end.year - start.year) + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def year_start(as_of: date) -> date:
    """Return the first day of the year to date."""
    return date(as_of.year, 1, 1)


def year_elapsed(as_of: date) -> float:
    """Return the share of the calendar year that has passed at the close of the day, 0…1."""
    return as_of.timetuple().tm_yday / (366 if calendar.isleap(as_of.year) else 365)


def under_a_year(start: date, end: date) -> bool:
    """Say whether a return from `start` to `end` is shown for the period, not as a yearly rate.

    source  GIPS 2020: returns over less than one year are not annualised
    """
    return end < add_months(start, _MONTHS_A_YEAR)


# ---- day counts


class DayCount(StrEnum):
    """How days become years."""

    ACT_365F = "ACT/365F"
    ACT_360 = "ACT/360"
    THIRTY_E_360 = "30E/360"
    ACT_ACT_ISDA = "ACT/ACT ISDA"

    @property
    def ticks_a_year(self) -> int:
        """Into how many equal ticks this convention cuts a year: integers keep time exact."""
        return {"ACT/365F": 365, "ACT/ACT ISDA": 365 * 366}.get(self.value, 360)


def ticks(start: date, end: date, day_count: DayCount) -> int:
    """Return the time from `start` to `end` in ticks of the day count, negative if earlier.

    source  2006 ISDA Definitions, section 4.16 (b), (d), (e), (g)
    """
    match day_count:
        case DayCount.THIRTY_E_360:
            days = min(end.day, 30) - min(start.day, 30)
            return 360 * (end.year - start.year) + 30 * (end.month - start.month) + days
        case DayCount.ACT_ACT_ISDA:
            return _isda_ticks(end) - _isda_ticks(start)
        case _:
            return (end - start).days


def _isda_ticks(on: date) -> int:
    """Ticks since year 0, of which each year has the same number whether leap or not."""
    day_of_year = on.timetuple().tm_yday - 1
    day_ticks = 365 if calendar.isleap(on.year) else 366
    return 365 * 366 * on.year + day_ticks * day_of_year


def year_fraction(start: date, end: date, day_count: DayCount = DayCount.ACT_365F) -> float:
    """Return the years from `start` to `end` by the day count; negative if `end` is earlier."""
    return ticks(start, end, day_count) / day_count.ticks_a_year
