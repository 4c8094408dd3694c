"""Closing a quarter: what stands in the way, checked one by one, and what was closed before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from portfolio import book_checks, closing
from portfolio.kernel.actors import Account, Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.ledger import Moment
from portfolio.locks import PeriodLock
from valuation.periods import Quarter
from web.formats import Reader
from web.templating import Page
from web.views.funds import Head, Opened, Tab, head_of


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One line of the checklist."""

    name: Message
    findings: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRow:
    """A quarter that was closed."""

    quarter: Quarter
    known_seq: int
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPage:
    """The tab of closing."""

    template: ClassVar[str] = "funds/closing.html"
    head: Head
    tab: Tab
    quarter: Quarter
    earlier: Quarter | None
    later: Quarter | None
    is_over: bool
    is_closed: bool
    checks: tuple[CheckRow, ...]
    locks: tuple[LockRow, ...]
    may_close: bool


# ---- rules
def quarter_of(text: str) -> Quarter:
    """Read 2026Q3 from an address; anything else is a page that is not there."""
    try:
        return Quarter.parse(text)
    except ValueError:
        raise NotFoundError from None


# ---- reads
def closing_page(
    work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened, *, asked: str
) -> ClosingPage:
    """Return the checklist of a quarter: by default the first that is open."""
    locked = closing.locked_to(work, opened.fund.id)
    newest = Quarter.containing(page.today)
    quarter = quarter_of(asked) if asked else _first_open(opened, locked, newest)
    head = head_of(reader, actor, page, opened)
    first = Quarter.containing(opened.fund.inception_on)
    is_closed = locked is not None and quarter.end <= locked
    return ClosingPage(
        head=head,
        tab="closing",
        quarter=quarter,
        earlier=quarter.previous if quarter > first else None,
        later=quarter.next if quarter < newest else None,
        is_over=quarter.end <= page.today,
        is_closed=is_closed,
        checks=_checks(work, opened, quarter),
        locks=_locks(work, opened.fund.id),
        may_close=head.may_edit
        and actor.may(Duty.CLOSE_PERIODS)
        and quarter.end <= page.today
        and not is_closed,
    )


def _first_open(opened: Opened, locked: date | None, newest: Quarter) -> Quarter:
    if locked is not None:
        return min(Quarter.containing(locked).next, newest)
    return max(newest.previous, Quarter.containing(opened.fund.inception_on))


def _checks(work: Work, opened: Opened, quarter: Quarter) -> tuple[CheckRow, ...]:
    """Return the five checks of the books, then the marks and the funds below."""
    checks = book_checks.check(work, Moment(as_of=quarter.end), fund_id=opened.fund.id)
    found = [
        CheckRow(name=check.name, findings=tuple(finding.what for finding in check.findings))
        for check in checks
    ]
    known = [finding for check in checks for finding in check.findings]
    rest = [one for one in closing.obstacles(work, opened.fund, quarter) if one not in known]
    found.append(
        CheckRow(
            name=say("Each holding has an approved mark, and each fund below is closed"),
            findings=tuple(one.what for one in rest),
        )
    )
    return tuple(found)


def _locks(work: Work, fund_id: str) -> tuple[LockRow, ...]:
    rows = work.rows(
        sa.select(PeriodLock, col(Account.name))
        .outerjoin(Account, col(Account.id) == col(PeriodLock.recorded_by))
        .where(col(PeriodLock.fund_id) == fund_id)
        .order_by(col(PeriodLock.ends_on).desc())
    )
    return tuple(
        LockRow(
            quarter=Quarter.containing(lock.ends_on),
            known_seq=lock.known_seq,
            recorded_at=lock.recorded_at,
            recorded_by=name or "",
        )
        for lock, name in rows
    )
