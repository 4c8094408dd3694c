"""Firm groups: which firm belongs to which, since when, and how much of it."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Field, col

from portfolio import organisations
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.organisations import Organisation

WHOLE_PPM = 1_000_000


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A firm above or below another one on a day."""

    tie_id: str
    organisation_id: str  # of the other firm
    name: str
    share_ppm: int | None  # millionths of the subsidiary; None where nobody recorded it
    since_on: date
    is_demo: bool


# ---- rows
class FirmParent(Row, table=True):
    """A subsidiary and its parent, from a day on and until it ended."""

    __tablename__ = "firm_parent"
    __table_args__ = strict(
        sa.UniqueConstraint("parent_id", "subsidiary_id", "since_on"),
        sa.CheckConstraint("parent_id <> subsidiary_id", name="another_firm"),
        sa.CheckConstraint(
            "share_ppm IS NULL OR share_ppm BETWEEN 1 AND 1000000", name="share_is_a_part"
        ),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= since_on", name="ends_after_start"),
    )

    parent_id: str = Field(foreign_key="organisation.id", sa_type=Id)
    subsidiary_id: str = Field(foreign_key="organisation.id", sa_type=Id, index=True)
    share_ppm: int | None = None
    since_on: date
    ended_on: date | None = None
    is_demo: bool = False


# ---- commands
def own(
    work: Work,
    actor: Actor,
    *,
    parent_id: str,
    subsidiary_id: str,
    since_on: date,
    share_ppm: int | None = None,
    is_demo: bool = False,
) -> FirmParent:
    """Record that a firm belongs to another.

    errors  a day to come; a share beyond the whole; a tie that is there; a circle of owners
    """
    actor.must(Duty.EDIT_DEALS)
    organisations.get(work, parent_id)
    organisations.get(work, subsidiary_id)
    if since_on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=since_on)
    if share_ppm is not None and not 0 < share_ppm <= WHOLE_PPM:
        raise DomainError(
            "The share of a subsidiary is above 0 % and at most 100 %.",
            "Enter the share that the parent holds, or leave it empty.",
        )
    if parent_id == subsidiary_id or parent_id in _below(work, subsidiary_id, since_on):
        raise DomainError(
            "This would close a circle: the parent belongs to its own subsidiary.",
            "Choose another parent, or end the tie that is wrong.",
        )
    same = _open(since_on) & (col(FirmParent.parent_id) == parent_id)
    again = sa.select(col(FirmParent.id)).where(
        col(FirmParent.subsidiary_id) == subsidiary_id,
        same | ((col(FirmParent.parent_id) == parent_id) & (col(FirmParent.since_on) == since_on)),
    )
    if work.scalar(again):
        raise DomainError(
            "This parent is recorded already.", "End the tie first, then record how it goes on."
        )
    row = work.add(
        FirmParent(
            parent_id=parent_id,
            subsidiary_id=subsidiary_id,
            share_ppm=share_ppm,
            since_on=since_on,
            is_demo=is_demo,
        )
    )
    after = {"parent": parent_id, "share_ppm": share_ppm, "since_on": since_on}
    audit.write(work, actor, "firm:parent", "organisation", subsidiary_id, after=after)
    return row


def end(work: Work, actor: Actor, tie_id: str, *, on: date) -> FirmParent:
    """Record that a firm left its parent; on its first day, the tie never counted."""
    actor.must(Duty.EDIT_DEALS)
    row = work.session.get(FirmParent, tie_id)
    if row is None:
        raise NotFoundError
    if row.ended_on is not None or on < row.since_on:
        raise DomainError(
            "The tie began on {since} and cannot end on {on}.",
            "Choose a later day; a tie ends once.",
            since=row.since_on,
            on=on,
        )
    row.ended_on = on
    work.add(row)
    after = {"parent": row.parent_id, "ended_on": on}
    audit.write(work, actor, "firm:parent", "organisation", row.subsidiary_id, after=after)
    return row


# ---- reads
def _open(as_of: date) -> sa.ColumnElement[bool]:
    return (col(FirmParent.since_on) <= as_of) & (
        col(FirmParent.ended_on).is_(None) | (col(FirmParent.ended_on) > as_of)
    )


def _below(work: Work, organisation_id: str, as_of: date) -> set[str]:
    """Return the firms that belong to a firm over any number of steps, at any later time too."""
    owned: dict[str, set[str]] = {}
    still = col(FirmParent.ended_on).is_(None) | (col(FirmParent.ended_on) > as_of)
    for parent_id, subsidiary_id in work.rows(
        sa.select(col(FirmParent.parent_id), col(FirmParent.subsidiary_id)).where(still)
    ):
        owned.setdefault(parent_id, set()).add(subsidiary_id)
    seen, waiting = set[str](), [organisation_id]
    while waiting:
        for firm_id in owned.get(waiting.pop(), set()) - seen:
            seen.add(firm_id)
            waiting.append(firm_id)
    return seen


def parents(work: Work, as_of: date, organisation_id: str, *, with_demo: bool = True) -> list[Tie]:
    """Return the firms to which a firm belongs on a day."""
    sides = (col(FirmParent.parent_id), col(FirmParent.subsidiary_id))
    return _ties(work, as_of, organisation_id, *sides, with_demo=with_demo)


def subsidiaries(
    work: Work, as_of: date, organisation_id: str, *, with_demo: bool = True
) -> list[Tie]:
    """Return the firms that belong to a firm on a day."""
    sides = (col(FirmParent.subsidiary_id), col(FirmParent.parent_id))
    return _ties(work, as_of, organisation_id, *sides, with_demo=with_demo)


def _ties(
    work: Work,
    as_of: date,
    organisation_id: str,
    other: Mapped[str],
    own_side: Mapped[str],
    *,
    with_demo: bool,
) -> list[Tie]:
    statement = (
        sa.select(FirmParent, other, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == other)
        .where(own_side == organisation_id, _open(as_of))
        .order_by(col(Organisation.name), col(FirmParent.id))
    )
    if not with_demo:
        statement = statement.where(col(FirmParent.is_demo).is_(False))
    return [
        Tie(
            tie_id=row.id,
            organisation_id=other_id,
            name=name,
            share_ppm=row.share_ppm,
            since_on=row.since_on,
            is_demo=row.is_demo,
        )
        for row, other_id, name in work.rows(statement)
    ]
