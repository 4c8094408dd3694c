"""Calendar: all that is owed by half month, the digest of the day, and the feed of both."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from dealflow import due_dates
from dealflow.due_dates import Due, DueKind, Feed
from portfolio.kernel import outbox
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.kernel.outbox import LetterState
from valuation.periods import HalfMonth
from web.reports import shelf
from web.templating import Page

KINDS: dict[DueKind, Message] = {
    DueKind.CONDITION: say("Landing condition"),
    DueKind.START: say("Start due"),
    DueKind.ACTION: say("Action item"),
    DueKind.HANDOVER: say("Lead to accept"),
    DueKind.DISPATCH: say("Half month to seal"),
    DueKind.REPORT: say("Report to partners"),
}
BACK_DAYS, AHEAD_DAYS, SOON_DAYS = 30, 120, 7
LINES_A_HALF = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One thing owed."""

    at: Due
    kind: Message
    href: str
    look: str  # risk where it is late, warn where it is soon


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The things owed in one half month; without a half month, what is late."""

    half: HalfMonth | None
    lines: tuple[DueLine, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """All that calendar/calendar.html may use."""

    template: ClassVar[str] = "calendar/calendar.html"
    groups: tuple[Group, ...]
    kinds: tuple[tuple[str, Message, int], ...]
    chosen: str
    feeds: tuple[Feed, ...]
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a day brings: late, due today, due within a week."""

    template: ClassVar[str] = "calendar/digest.html"
    today: date
    parts: tuple[tuple[Message, tuple[DueLine, ...]], ...]
    total: int
    mailed: int  # letters of the last days that a server took
    unsent: tuple[LetterState, ...]  # those that wait in the outbox, with the last reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMade:
    """The address of a new feed, shown once."""

    template: ClassVar[str] = "calendar/feed.html"
    address: str


def line_of(one: Due, today: date) -> DueLine:
    """Arrange one thing owed."""
    if one.project_id:
        href = f"/deals/{one.project_id}"
    elif one.kind is DueKind.REPORT:
        href = f"/reports?quarter={one.who}"
    else:
        href = "/leads?waiting=1" if one.kind is DueKind.HANDOVER else "/landing?tab=diff"
        href += "#h-act" if one.kind is DueKind.ACTION else ""
    soon = one.on <= today + timedelta(days=SOON_DAYS)
    look = "risk" if one.on < today else "warn" if soon else "t3"
    return DueLine(at=one, kind=KINDS[one.kind], href=href, look=look)


def build(work: Work, actor: Actor, page: Page, *, kind: str, with_demo: bool) -> Calendar:
    """Read and arrange the calendar around today."""
    today = page.today
    owed = owed_around(work, actor, today, ahead=AHEAD_DAYS, with_demo=with_demo)
    chosen = DueKind(kind) if kind in set(DueKind) else None
    shown = [one for one in owed if chosen is None or one.kind is chosen]
    halves: dict[HalfMonth | None, list[DueLine]] = {}
    for one in shown:
        half = None if one.on < today else HalfMonth.containing(one.on)
        halves.setdefault(half, []).append(line_of(one, today))
    return Calendar(
        groups=tuple(
            Group(half=half, lines=tuple(lines[:LINES_A_HALF]), total=len(lines))
            for half, lines in halves.items()
        ),
        kinds=tuple(
            (one.value, words, sum(due.kind is one for due in owed)) for one, words in KINDS.items()
        ),
        chosen=chosen.value if chosen else "",
        feeds=tuple(due_dates.feeds(work, actor)),
        today=today,
    )


def owed_around(work: Work, actor: Actor, today: date, *, ahead: int, with_demo: bool) -> list[Due]:
    """Return what is owed around a day: the landing's dates, and the reports of who may read them.

    ahead  days after today that are looked at
    """
    since, until = today - timedelta(days=BACK_DAYS), today + timedelta(days=ahead)
    found = due_dates.due_between(work, since, until, as_of=today, with_demo=with_demo)
    if actor.may(Duty.READ_REPORTS):
        found += [
            Due(
                kind=DueKind.REPORT,
                subject_id=f"{one.fund.code}-{one.quarter}",
                project_id=None,
                on=one.deadline.due_on,
                text=one.fund.name,
                who=str(one.quarter),
                is_demo=one.fund.is_demo,
            )
            for one in shelf.due(work, actor, today=today, with_demo=with_demo)
            if since <= one.deadline.due_on <= until
        ]
    return sorted(found, key=lambda one: (one.on, one.kind, one.subject_id))


def digest(work: Work, actor: Actor, today: date, *, with_demo: bool) -> Digest:
    """Return what the day brings."""
    owed = owed_around(work, actor, today, ahead=SOON_DAYS, with_demo=with_demo)
    lines = [line_of(one, today) for one in owed]
    letters = outbox.letters(work, today - timedelta(days=SOON_DAYS))
    return Digest(
        today=today,
        parts=(
            (say("Late"), tuple(one for one in lines if one.at.on < today)),
            (say("Due today"), tuple(one for one in lines if one.at.on == today)),
            (say("Due within a week"), tuple(one for one in lines if one.at.on > today)),
        ),
        total=len(lines),
        mailed=sum(one.is_sent for one in letters),
        unsent=tuple(one for one in letters if not one.is_sent),
    )
