"""Workdays: which days a bank works in China, and how much notice a call gives.

The State Council announces each year's holidays and the weekends worked in exchange for them. They
are data: a year is known once its exceptions are in the table, by import, by hand, or from the
package chinesecalendar for the years it carries. A year nobody has entered is not guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from chinese_calendar import constants
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError

LEAST_NOTICE = 10  # business days between a notice and its due date (REPORTING.md §2.4)
SATURDAY, DAY = 5, timedelta(days=1)
PACKAGE = "chinesecalendar"


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A day on which the weekday says the wrong thing."""

    on: date
    is_workday: bool
    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The exceptions of the years that are known."""

    years: frozenset[int]
    exceptions: Mapping[date, bool]  # {day: worked}

    # ---- rules
    def is_workday(self, on: date) -> bool:
        """Say whether banks work; refused for a year whose holidays nobody has entered."""
        if on.year not in self.years:
            raise DomainError(
                "The public holidays of {year} are not in the calendar.",
                "Enter them as the State Council announced them, then try again.",
                year=str(on.year),
            )
        return self.exceptions.get(on, on.weekday() < SATURDAY)

    def after(self, on: date, workdays: int) -> date:
        """Return the day on which that many workdays have passed since `on`."""
        while workdays:
            on += DAY
            workdays -= self.is_workday(on)
        return on

    def between(self, on: date, until: date) -> int:
        """Count the workdays after `on` up to and with `until`."""
        return sum(self.is_workday(on + DAY * n) for n in range(1, (until - on).days + 1))


# ---- rows
class CalendarDay(Row, table=True):
    """One exception; the newest entry for a day counts."""

    __tablename__ = "calendar_day"
    __table_args__ = strict(sa.CheckConstraint("source <> ''", name="sourced"))

    on: date = Field(index=True)
    is_workday: bool
    name: str = ""
    source: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)


# ---- commands
def enter(
    work: Work, actor: Actor, *, on: date, is_workday: bool, name: str, source: str
) -> CalendarDay:
    """Enter a day on which the weekday says the wrong thing, or correct one."""
    actor.must(Duty.CALL_CAPITAL)
    if not source.strip():
        raise DomainError(
            "A day of the calendar needs its source.",
            "Name the announcement, such as 国办发明电〔2025〕7号.",
        )
    row = work.add(
        CalendarDay(
            on=on,
            is_workday=is_workday,
            name=name,
            source=source.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
        )
    )
    after = {"on": on, "is_workday": is_workday, "name": name, "source": source}
    audit.write(work, actor, "calendar:enter", "calendar", row.id, after=after)
    return row


# ---- reads
def packaged() -> list[Announced]:
    """Return the exceptions that the pinned package carries: 2004 to its last year."""
    found = [(on, False, name) for on, name in constants.holidays.items()]
    found += [(on, True, name) for on, name in constants.workdays.items()]
    return [
        Announced(on=on, is_workday=worked, name=str(name), source=PACKAGE)
        for on, worked, name in sorted(found)
    ]


def exceptions(work: Work) -> list[Announced]:
    """Return all exceptions by day: the package's, overruled by what was entered."""
    found = {one.on: one for one in packaged()}
    rows = work.session.execute(sa.select(CalendarDay).order_by(col(CalendarDay.id))).scalars()
    for row in rows:
        found[row.on] = Announced(
            on=row.on, is_workday=row.is_workday, name=row.name, source=row.source
        )
    return [found[on] for on in sorted(found)]


def calendar(work: Work) -> Calendar:
    """Return the calendar of every year that is known."""
    known = {one.on: one.is_workday for one in exceptions(work)}
    # A year with one day entered is not known yet: New Year and National Day frame an announcement.
    years = {
        on.year for on in known if date(on.year, 1, 1) in known and date(on.year, 10, 1) in known
    }
    return Calendar(years=frozenset(years), exceptions=known)


# ---- refusals
def refuse_short_notice(work: Work, *, called_on: date, due_on: date) -> None:
    """Refuse a due date that leaves the partners less than ten workdays."""
    known = calendar(work)
    earliest = known.after(called_on, LEAST_NOTICE)
    if due_on < earliest:
        raise DomainError(
            "The call is due on {due}, {days} workdays after its notice of {called}; {least} are "
            "the least.",
            "Set the due date to {earliest} or later, or say which agreement allows less.",
            due=due_on,
            days=known.between(called_on, due_on) if due_on > called_on else 0,
            called=called_on,
            least=LEAST_NOTICE,
            earliest=earliest,
        )
