"""The three lists of stalled projects, and the dated limits by which a project comes on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import stall_limits, stalled
from dealflow.stages import Stage
from dealflow.stall_limits import Limits
from dealflow.stalled import Stall, StalledLine
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.templating import Page
from web.views.words import STAGES

TITLES: Mapping[Stall, Message] = {
    Stall.NOT_STARTED: say("Approved, not started"),
    Stall.NOT_BUILDING: say("Started, not building"),
    Stall.NOT_FINISHED: say("Building, not finished"),
}
LINES_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class StalledList:
    """One list with the rule that put the projects on it."""

    title: Message
    rule: Message
    lines: tuple[StalledLine, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StalledPage:
    """All that stalled.html may use."""

    template: ClassVar[str] = "stalled.html"
    lists: tuple[StalledList, ...]
    stages: Mapping[Stage, Message]
    limits: Limits
    versions: tuple[Limits, ...]  # newest first
    built_in: date  # the day from which the first version counts: shown as none
    may_add: bool


def rules_of(limits: Limits) -> dict[Stall, Message]:
    """Return each list's rule in words."""
    started = say("over {days} days past the agreed day of the start", days=limits.not_started_days)
    if limits.not_started_days == 0:
        started = say("the agreed day of the start is over")
    return {
        Stall.NOT_STARTED: started,
        Stall.NOT_BUILDING: say(
            "no money for over {days} days after the start", days=limits.not_building_days
        ),
        Stall.NOT_FINISHED: say(
            "no production over {days} days after the start", days=limits.not_finished_days
        ),
    }


def build(work: Work, actor: Actor, page: Page, *, with_demo: bool) -> StalledPage:
    """Read and arrange the three lists and the limits of the day."""
    found = stalled.stalled(work, page.as_of, with_demo=with_demo)
    every = stall_limits.every(work)
    limits = stall_limits.in_force(every, page.as_of)
    rules = rules_of(limits)
    return StalledPage(
        lists=tuple(
            StalledList(
                title=TITLES[stall],
                rule=rules[stall],
                lines=tuple(lines[:LINES_SHOWN]),
                total=len(lines),
            )
            for stall, lines in found.items()
        ),
        stages=STAGES,
        limits=limits,
        versions=tuple(reversed(every)),
        built_in=stall_limits.FIRST.valid_from,
        may_add=actor.may(Duty.SEAL_HALF_MONTHS) and not page.is_past,
    )
