"""A pack as a page: how far it is, what failed and why, and where the files are."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portfolio import packs
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.packs import ItemState
from web.templating import Page

STATES: dict[ItemState, tuple[Message, str]] = {
    ItemState.WAITING: (say("Waiting"), "todo"),
    ItemState.WORKING: (say("Being made"), "prog"),
    ItemState.DONE: (say("Made"), "ok"),
    ItemState.FAILED: (say("Failed"), "risk"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One report of the pack."""

    fund: str
    partner: str
    href: str
    state: Message
    look: str
    reason: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackPage:
    """One pack."""

    template: ClassVar[str] = "reports/pack.html"
    href: str
    quarter: str
    asked_at: datetime
    done: int
    failed: int
    total: int
    percent: int
    is_over: bool
    rows: tuple[ItemRow, ...]


def of(work: Work, me: Actor, page: Page, pack_id: str) -> PackPage:
    """Return the page of a pack."""
    del page
    progress = packs.find(work, me, pack_id)
    done, failed = progress.count(ItemState.DONE), progress.count(ItemState.FAILED)
    total = len(progress.items)
    return PackPage(
        href=f"/packs/{progress.id}",
        quarter=str(progress.quarter),
        asked_at=progress.asked_at,
        done=done,
        failed=failed,
        total=total,
        percent=(done + failed) * 100 // total,
        is_over=progress.is_over,
        rows=tuple(
            ItemRow(
                fund=one.fund,
                partner=one.partner,
                href=f"/reports/{one.fund_code}/{progress.quarter}/{one.partner_code}",
                state=STATES[one.state][0],
                look=STATES[one.state][1],
                reason=one.reason,
                sha256=one.sha256,
            )
            for one in progress.items
        ),
    )
