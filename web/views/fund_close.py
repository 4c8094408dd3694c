"""Closing a quarter: what stands in the way, checked one by one, and what was closed before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlmodel import col

from dealflow import quarter_close
from portfolio import closing
from portfolio.kernel.actors import Account, Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.locks import PeriodLock
from valuation.periods import Quarter
from web.formats import Reader
from web.templating import Page
from web.views.act_forms import ActForm
from web.views.funds import Head, Opened, Tab, head_of
from web.views.holdings import named

# Where the rows behind a check are shown; a check that is not named here is one of the ledger.
ROWS = {
    "ledger": "/funds/{code}?tab=ledger&as_of={on}",
    "nav": "/funds/{code}?as_of={on}",
    "parts": "/funds/{code}?tab=calls&as_of={on}",
    "limits": "/funds/{code}?tab=ledger&as_of={on}",
    "mother": "/funds/{code}?as_of={on}",
    "marks": "/investments?fund={code}&as_of={on}",
    "carry": "/funds/{code}?tab=ledger&as_of={on}",
    "below": "/funds?as_of={on}",
    "landing": "/landing?as_of={on}",
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """One line of the checklist."""

    name: Message
    figure: Message
    href: str  # where its rows are
    findings: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRow:
    """A correction that became known after its quarter was closed."""

    seq: int
    effective_date: date
    recorded_at: datetime
    reason: str


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
    late: tuple[LateRow, ...]
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
    checks = _checks(work, opened, quarter)
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
        checks=checks,
        locks=_locks(work, opened.fund.id),
        late=late(work, opened.fund.id),
        may_close=head.may_edit
        and actor.may(Duty.CLOSE_PERIODS)
        and quarter.end <= page.today
        and not is_closed
        and not any(one.findings for one in checks),
    )


def _first_open(opened: Opened, locked: date | None, newest: Quarter) -> Quarter:
    if locked is not None:
        return min(Quarter.containing(locked).next, newest)
    return max(newest.previous, Quarter.containing(opened.fund.inception_on))


def _checks(work: Work, opened: Opened, quarter: Quarter) -> tuple[CheckRow, ...]:
    """Return the checklist: the same checks that the command asks."""
    return tuple(
        CheckRow(
            name=one.name,
            figure=one.figure,
            href=ROWS.get(one.code, ROWS["ledger"]).format(
                code=quote(opened.fund.code), on=quarter.end
            ),
            findings=tuple(finding.what for finding in one.findings),
        )
        for one in quarter_close.checklist(work, opened.fund, quarter)
    )


def late(work: Work, fund_id: str) -> tuple[LateRow, ...]:
    """Return the corrections of closed quarters, the newest first."""
    return tuple(
        LateRow(
            seq=one.seq,
            effective_date=one.effective_date,
            recorded_at=one.recorded_at,
            reason=one.correction_reason or "",
        )
        for one in closing.corrections(work, fund_id)
    )


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


def form(work: Work, reader: Reader, opened: Opened, quarter: Quarter) -> ActForm:
    """Restate what closing means, with the figure of every check."""
    fund = opened.fund
    return ActForm(
        title=say("Close the quarter"),
        subject=named(reader, fund.name, fund.name_en),
        action=f"/funds/{fund.code}/quarters/{quarter}/closing",
        back=f"/funds/{fund.code}?tab=closing",
        yes=say("Close the quarter"),
        fields=(),
        facts=(
            (say("Quarter"), str(quarter)),
            (say("Last day"), reader.date(quarter.end)),
            *(
                (one.name, reader.say(one.figure))
                for one in quarter_close.checklist(work, fund, quarter)
            ),
        ),
        warning=say(
            "What is dated up to this day can then be changed only as a correction with a reason. "
            "A closed quarter is not opened again."
        ),
        is_final=True,
    )
