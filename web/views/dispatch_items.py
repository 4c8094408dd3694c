"""Blockers and action items of a half month: as they were sealed, and what became of them since."""

from dataclasses import dataclass
from datetime import date

from dealflow import blockers, freezing
from dealflow.frozen import FrozenAction, FrozenBlocker, FrozenHalf
from portfolio.kernel.db import Work
from web.formats import Reader
from web.views.dispatch_words import BLOCKERS


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerItem:
    """One blocker: as it stood at the seal, or raised since."""

    blocker_id: str
    word: str
    project: str
    href: str
    unit: str
    text: str
    raised_on: date
    ended_on: date | None  # what is known today; the sealed half month keeps the item as open
    is_new: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItem:
    """One action item: as it was open at the seal, or given since."""

    action_id: str
    text: str
    project: str
    href: str
    unit: str
    owner: str
    raised_on: date
    due_on: date
    was_late: bool  # at the seal
    ended_on: date | None
    is_new: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Both lists, sealed ones first."""

    blockers: tuple[BlockerItem, ...]
    actions: tuple[ActionItem, ...]
    is_kept: bool  # False: sealed before items were kept, so both are read as recorded now


# ---- reads
def of_half(work: Work, half: FrozenHalf) -> tuple[list[FrozenBlocker], list[FrozenAction]]:
    """Return what was open at the close of a sealed half month.

    One that was sealed before items were kept is read as recorded now.
    """
    kept, given = half.blockers, half.actions
    return (
        list(freezing.blockers_at(work, half.as_of) if kept is None else kept),
        list(freezing.actions_at(work, half.as_of) if given is None else given),
    )


def items(
    work: Work,
    reader: Reader,
    half: FrozenHalf | None,
    *,
    at: date,
    since: date | None,
    with_demo: bool,
) -> Items:
    """Arrange both lists.

    at     the close at which they were open, where no half month is sealed
    since  the day up to which later items are added; None for a half month of the past
    """
    if half is None:
        standing = list(freezing.blockers_at(work, at))
        given = list(freezing.actions_at(work, at))
    else:
        standing, given = of_half(work, half)
    known = {one.blocker_id for one in standing} | {one.action_id for one in given}
    if since is not None:
        standing += [
            one for one in freezing.blockers_at(work, since) if one.blocker_id not in known
        ]
        given += [one for one in freezing.actions_at(work, since) if one.action_id not in known]
    ended = blockers.ended(work, [*(o.blocker_id for o in standing), *(o.action_id for o in given)])
    return Items(
        blockers=tuple(
            BlockerItem(
                blocker_id=one.blocker_id,
                word=reader.say(BLOCKERS[one.kind]),
                project=one.project_name,
                href=f"/deals/{one.project_id}",
                unit=one.unit,
                text=one.text,
                raised_on=one.raised_on,
                ended_on=ended.get(one.blocker_id),
                is_new=half is not None and one.blocker_id not in known,
                is_demo=one.is_demo,
            )
            for one in standing
            if with_demo or not one.is_demo
        ),
        actions=tuple(
            ActionItem(
                action_id=one.action_id,
                text=one.text,
                project=one.project_name,
                href=f"/deals/{one.project_id}" if one.project_id else "",
                unit=one.unit,
                owner=one.owner,
                raised_on=one.raised_on,
                due_on=one.due_on,
                was_late=one.due_on < at,
                ended_on=ended.get(one.action_id),
                is_new=half is not None and one.action_id not in known,
                is_demo=one.is_demo,
            )
            for one in given
            if with_demo or not one.is_demo
        ),
        is_kept=half is None or half.blockers is not None,
    )
