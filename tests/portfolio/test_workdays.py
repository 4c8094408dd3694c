"""Workdays follow the announcements of the State Council, which are data and never guessed."""

from datetime import date

import pytest

from portfolio import workdays
from portfolio.kernel.errors import DomainError


def test_the_spring_festival_of_2025_is_counted_as_announced(work) -> None:
    """国办发明电〔2024〕12号: off 28 January to 4 February, worked on 26 January and 8 February."""
    known = workdays.calendar(work)
    assert known.is_workday(date(2025, 1, 26))  # a Sunday
    assert not known.is_workday(date(2025, 2, 3))  # a Monday
    assert known.after(date(2025, 1, 24), 10) == date(2025, 2, 13)
    assert known.between(date(2025, 1, 24), date(2025, 2, 13)) == 10


def test_a_year_that_nobody_entered_is_refused(work) -> None:
    with pytest.raises(DomainError, match=r"holidays of 2031 are not in the calendar.*Enter them"):
        workdays.calendar(work).after(date(2030, 12, 31), 1)


def test_an_entered_year_is_known_once_it_is_whole(work, manager) -> None:
    def enter(on: date, name: str) -> None:
        workdays.enter(work, manager, on=on, is_workday=False, name=name, source="国务院办公厅通知")

    enter(date(2031, 1, 1), "元旦")
    assert 2031 not in workdays.calendar(work).years
    enter(date(2031, 10, 1), "国庆节")
    assert not workdays.calendar(work).is_workday(date(2031, 10, 1))


def test_an_entry_overrules_the_package_and_says_so(work, manager) -> None:
    worked = date(2025, 5, 5)
    assert not workdays.calendar(work).is_workday(worked)
    workdays.enter(work, manager, on=worked, is_workday=True, name="测试", source="更正通知")
    assert workdays.calendar(work).is_workday(worked)
    assert {one.on: one.source for one in workdays.exceptions(work)}[worked] == "更正通知"


def test_a_due_date_within_ten_workdays_is_refused(work) -> None:
    asked = {"called_on": date(2025, 9, 26), "due_on": date(2025, 10, 15)}
    with pytest.raises(DomainError, match=r"9 workdays after its notice.*2025-10-16 or later"):
        workdays.refuse_short_notice(work, **asked)
    workdays.refuse_short_notice(work, **asked | {"due_on": date(2025, 10, 16)})
