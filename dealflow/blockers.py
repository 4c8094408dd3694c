"""Blockers and action items: what holds a project up, who clears it, and by when.

Both are only added to: an item ends by a row of its own that says how.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import projects
from dealflow.projects import Project
from dealflow.units import Unit
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
class BlockerKind(StrEnum):
    """What holds a project up."""

    LAND = "land"
    ENERGY = "energy"
    APPROVAL = "approval"
    FINANCE = "finance"
    LABOUR = "labour"
    DEMOLITION = "demolition"
    ROADS_AND_PIPES = "roads_and_pipes"
    MARKET = "market"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerLine:
    """A blocker as the dispatch shows it."""

    blocker_id: str
    project_id: str
    project_code: str
    project_name: str
    unit_name: str  # the responsible unit of the project, "" where it has none
    kind: BlockerKind
    text: str
    raised_on: date
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """An action item as the dispatch shows it; `done_on` is None while it is open."""

    action_id: str
    project_id: str | None
    project_name: str
    text: str
    unit_name: str
    owner: str
    raised_on: date
    due_on: date
    done_on: date | None
    is_demo: bool

    def is_overdue(self, as_of: date) -> bool:
        """Say whether it is open beyond its day."""
        return self.done_on is None and self.due_on < as_of


# ---- rows
class Blocker(Row, table=True):
    """Something that holds a project up since a day."""

    __tablename__ = "blocker"
    __table_args__ = strict(sa.CheckConstraint("text <> ''", name="worded"))

    project_id: str = Field(foreign_key="project.id", sa_type=Id, index=True)
    kind: str = Field(sa_type=one_of(*BlockerKind))
    text: str
    raised_on: date
    recorded_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


class BlockerEnd(Row, table=True):
    """A blocker is out of the way since a day."""

    __tablename__ = "blocker_end"
    __table_args__ = strict(
        sa.UniqueConstraint("blocker_id"), sa.CheckConstraint("how <> ''", name="says_how")
    )

    blocker_id: str = Field(foreign_key="blocker.id", sa_type=Id)
    on: date
    how: str
    recorded_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


class ActionItem(Row, table=True):
    """Who does what by when."""

    __tablename__ = "action_item"
    __table_args__ = strict(
        sa.CheckConstraint("text <> ''", name="worded"),
        sa.CheckConstraint("due_on >= raised_on", name="time_to_act"),
    )

    project_id: str | None = Field(default=None, foreign_key="project.id", sa_type=Id, index=True)
    text: str
    unit_id: str = Field(foreign_key="unit.id", sa_type=Id)
    owner: str = ""  # the person in the unit, as the meeting named him
    raised_on: date
    due_on: date = Field(index=True)
    recorded_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


class ActionEnd(Row, table=True):
    """An action item was done, or is needed no more."""

    __tablename__ = "action_end"
    __table_args__ = strict(
        sa.UniqueConstraint("action_id"), sa.CheckConstraint("how <> ''", name="says_how")
    )

    action_id: str = Field(foreign_key="action_item.id", sa_type=Id)
    on: date
    how: str
    recorded_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


# ---- commands
def raise_blocker(
    work: Work, actor: Actor, project_id: str, *, kind: BlockerKind, text: str, on: date
) -> Blocker:
    """Record what holds a project up."""
    actor.must(Duty.EDIT_DEALS)
    project = projects.get(work, project_id)
    _refuse_wordless(text)
    _refuse_to_come(work, on)
    blocker = work.add(
        Blocker(
            project_id=project_id,
            kind=kind.value,
            text=text.strip(),
            raised_on=on,
            recorded_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=project.is_demo,
        )
    )
    after = {"blocker": blocker.id, "kind": kind.value, "text": blocker.text, "on": on}
    audit.write(work, actor, "project:blocker", "project", project_id, after=after)
    return blocker


def clear_blocker(work: Work, actor: Actor, blocker_id: str, *, on: date, how: str) -> BlockerEnd:
    """Record that a blocker is out of the way."""
    actor.must(Duty.EDIT_DEALS)
    blocker = work.session.get(Blocker, blocker_id)
    if blocker is None:
        raise NotFoundError
    ended = sa.select(col(BlockerEnd.id)).where(col(BlockerEnd.blocker_id) == blocker_id)
    _refuse_ended(ended=work.scalar(ended) is not None, began=blocker.raised_on, on=on)
    _refuse_wordless(how)
    _refuse_to_come(work, on)
    row = work.add(
        BlockerEnd(
            blocker_id=blocker_id,
            on=on,
            how=how.strip(),
            recorded_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=blocker.is_demo,
        )
    )
    after = {"blocker": blocker_id, "on": on, "how": row.how}
    audit.write(work, actor, "project:unblock", "project", blocker.project_id, after=after)
    return row


def assign(
    work: Work,
    actor: Actor,
    *,
    text: str,
    unit_id: str,
    raised_on: date,
    due_on: date,
    project_id: str | None = None,
    owner: str = "",
    is_demo: bool = False,
) -> ActionItem:
    """Give a unit something to do by a day."""
    actor.must(Duty.EDIT_DEALS)
    _refuse_wordless(text)
    if due_on < raised_on:
        raise DomainError(
            "The item is due on {due_on}, before it is given on {raised_on}.",
            "Choose a later day.",
            due_on=due_on,
            raised_on=raised_on,
        )
    if work.session.get(Unit, unit_id) is None:
        raise NotFoundError
    project = projects.get(work, project_id) if project_id else None
    item = work.add(
        ActionItem(
            project_id=project_id,
            text=text.strip(),
            unit_id=unit_id,
            owner=owner.strip(),
            raised_on=raised_on,
            due_on=due_on,
            recorded_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=project.is_demo if project else is_demo,
        )
    )
    after = {"text": item.text, "unit": unit_id, "due_on": due_on}
    audit.write(work, actor, "action:assign", "action", item.id, after=after)
    return item


def finish(work: Work, actor: Actor, action_id: str, *, on: date, how: str) -> ActionEnd:
    """Record that an action item is done, or why it is needed no more."""
    actor.must(Duty.EDIT_DEALS)
    item = work.session.get(ActionItem, action_id)
    if item is None:
        raise NotFoundError
    ended = sa.select(col(ActionEnd.id)).where(col(ActionEnd.action_id) == action_id)
    _refuse_ended(ended=work.scalar(ended) is not None, began=item.raised_on, on=on)
    _refuse_wordless(how)
    _refuse_to_come(work, on)
    row = work.add(
        ActionEnd(
            action_id=action_id,
            on=on,
            how=how.strip(),
            recorded_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=item.is_demo,
        )
    )
    audit.write(work, actor, "action:finish", "action", action_id, after={"on": on, "how": row.how})
    return row


def _refuse_wordless(text: str) -> None:
    if not text.strip():
        raise DomainError("The text is empty.", "Say in one sentence what it is about.")


def _refuse_to_come(work: Work, on: date) -> None:
    if on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=on)


def _refuse_ended(*, ended: bool, began: date, on: date) -> None:
    if ended:
        raise DomainError("This item has ended already.", "Nothing is left to do; reload the page.")
    if on < began:
        raise DomainError(
            "It began on {began}, after {on}.", "Date its end no earlier.", began=began, on=on
        )


# ---- reads
def blockers(
    work: Work, as_of: date, *, project_id: str | None = None, with_demo: bool = True
) -> list[BlockerLine]:
    """Return the blockers that stand at the close of a day, oldest first."""
    ended = sa.select(col(BlockerEnd.id)).where(
        col(BlockerEnd.blocker_id) == col(Blocker.id), col(BlockerEnd.on) <= as_of
    )
    statement = (
        sa.select(Blocker, col(Project.code), col(Project.name), col(Unit.name))
        .join(Project, col(Project.id) == col(Blocker.project_id))
        .outerjoin(Unit, col(Unit.id) == col(Project.unit_id))
        .where(col(Blocker.raised_on) <= as_of, ~ended.exists())
        .order_by(col(Blocker.raised_on), col(Blocker.id))
    )
    if project_id is not None:
        statement = statement.where(col(Blocker.project_id) == project_id)
    if not with_demo:
        statement = statement.where(col(Blocker.is_demo).is_(False))
    return [
        BlockerLine(
            blocker_id=row.id,
            project_id=row.project_id,
            project_code=code,
            project_name=name,
            unit_name=unit_name or "",
            kind=BlockerKind(row.kind),
            text=row.text,
            raised_on=row.raised_on,
            is_demo=row.is_demo,
        )
        for row, code, name, unit_name in work.rows(statement)
    ]


def actions(
    work: Work, as_of: date, *, done_since: date | None = None, with_demo: bool = True
) -> list[ActionLine]:
    """Return the items open at the close of a day, and those done since a day, by deadline."""
    done = col(ActionEnd.on) <= as_of
    statement = (
        sa.select(ActionItem, col(Project.name), col(Unit.name), col(ActionEnd.on))
        .join(Unit, col(Unit.id) == col(ActionItem.unit_id))
        .outerjoin(Project, col(Project.id) == col(ActionItem.project_id))
        .outerjoin(ActionEnd, (col(ActionEnd.action_id) == col(ActionItem.id)) & done)
        .where(col(ActionItem.raised_on) <= as_of)
        .order_by(col(ActionItem.due_on), col(ActionItem.id))
    )
    still_open = col(ActionEnd.id).is_(None)
    statement = statement.where(
        still_open if done_since is None else still_open | (col(ActionEnd.on) >= done_since)
    )
    if not with_demo:
        statement = statement.where(col(ActionItem.is_demo).is_(False))
    return [
        ActionLine(
            action_id=row.id,
            project_id=row.project_id,
            project_name=project_name or "",
            text=row.text,
            unit_name=unit_name,
            owner=row.owner,
            raised_on=row.raised_on,
            due_on=row.due_on,
            done_on=done_on,
            is_demo=row.is_demo,
        )
        for row, project_name, unit_name, done_on in work.rows(statement)
    ]


def ended(work: Work, ids: Collection[str]) -> dict[str, date]:
    """Return {blocker or action item: the day it ended} of those that have, whenever recorded."""
    found: dict[str, date] = {}
    for row, subject in ((BlockerEnd, BlockerEnd.blocker_id), (ActionEnd, ActionEnd.action_id)):
        found |= dict(work.rows(sa.select(col(subject), col(row.on)).where(col(subject).in_(ids))))
    return found
