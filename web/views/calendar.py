"""Calendar: all that is owed by half month, the digest of the day, and the feed of both."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from dealflow import due_dates
from dealflow.due_dates import Due, DueKind, Feed
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.periods import HalfMonth
from web.templating import Page

KINDS: dict[DueKind, Message] = {
    DueKind.CONDITION: say("Landing condition"),
    DueKind.START: say("Start due"),
    DueKind.ACTION: say("Action item"),
    DueKind.HANDOVER: say("Lead to accept"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMade:
    """The address of a new feed, shown once."""

    template: ClassVar[str] = "calendar/feed.html"
    address: str


def line_of(one: Due, today: date) -> DueLine:
    """Arrange one thing owed."""
    if one.project_id:
        href = f"/deals/{one.project_id}"
    else:
        href = "/leads?waiting=1" if one.kind is DueKind.HANDOVER else "/landing?tab=diff"
    soon = one.on <= today + timedelta(days=SOON_DAYS)
    look = "risk" if one.on < today else "warn" if soon else "t3"
    return DueLine(at=one, kind=KINDS[one.kind], href=href, look=look)


def build(work: Work, actor: Actor, page: Page, *, kind: str, with_demo: bool) -> Calendar:
    """Read and arrange the calendar around today."""
    today = page.today
    owed = due_dates.due_between(
        work,
        today - timedelta(days=BACK_DAYS),
        today + timedelta(days=AHEAD_DAYS),
        as_of=today,
        with_demo=with_demo,
    )
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


def digest(work: Work, today: date, *, with_demo: bool) -> Digest:
    """Return what the day brings."""
    owed = due_dates.due_between(
        work,
        today - timedelta(days=BACK_DAYS),
        today + timedelta(days=SOON_DAYS),
        as_of=today,
        with_demo=with_demo,
    )
    lines = [line_of(one, today) for one in owed]
    return Digest(
        today=today,
        parts=(
            (say("Late"), tuple(one for one in lines if one.at.on < today)),
            (say("Due today"), tuple(one for one in lines if one.at.on == today)),
            (say("Due within a week"), tuple(one for one in lines if one.at.on > today)),
        ),
        total=len(lines),
    )
