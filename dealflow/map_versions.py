"""Map versions: what the map of a chain said on a day, who drew it so, when and why.

A version holds only the segments that it touched, each whole. The map of a version is, of every
segment, the newest state up to it; rows are added and never changed, so no drawing is lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel.actors import Account, Actor
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError

BEGINNING = date(2000, 1, 1)  # the first drawing speaks for every day before it, too
PLACES = ("upstream", "midstream", "downstream", "aftermarket")
MOVES = frozenset({"position", "subsystem", "order"})  # a change of these alone is a move
FACTS = (
    "code",
    "name",
    "name_en",
    "position",
    "order",
    "subsystem",
    "subsystem_en",
    "criticality",
    "wanted_firms",
    "wanted_note",
    "retired_on",
)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version with its author's name and how many things it touched."""

    id: str
    number: int
    in_force_on: date
    reason: str
    recorded_at: datetime
    recorded_by: str
    file_sha256: str | None
    segments: int
    firms: int
    links: int
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A segment as a version draws it; facts are FACTS."""

    segment_id: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A segment that two versions draw differently: {fact: (before, after)}."""

    before: Mapping[str, Any] | None  # None where the segment was added
    after: Mapping[str, Any] | None  # None where it was removed
    changed: Mapping[str, tuple[Any, Any]]

    @property
    def kind(self) -> str:
        """Say added, removed, moved or changed."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "moved" if set(self.changed) <= MOVES else "changed"


# ---- rules
def compare(before: Iterable[Drawn], after: Iterable[Drawn]) -> list[Difference]:
    """Return what two maps draw differently, in the order of the later one, removals last."""
    old = {one.segment_id: one.facts for one in before}
    new = {one.segment_id: one.facts for one in after}
    found = []
    for segment_id, facts in new.items():
        was = old.get(segment_id)
        changed = {
            name: (was[name], facts[name])
            for name in FACTS
            if was is not None and name != "retired_on" and was[name] != facts[name]
        }
        if was is None or changed:
            found.append(Difference(before=was, after=facts, changed=changed))
    gone = (facts for segment_id, facts in old.items() if segment_id not in new)
    return [*found, *(Difference(before=facts, after=None, changed={}) for facts in gone)]


# ---- rows
class MapVersion(Row, table=True):
    """A drawing of the map of a chain, in force from a day on."""

    __tablename__ = "map_version"
    __table_args__ = strict(
        sa.UniqueConstraint("chain_id", "number"),
        sa.CheckConstraint("number > 0", name="number_positive"),
    )

    chain_id: str = Field(foreign_key="chain.id", sa_type=Id)
    number: int
    in_force_on: date
    reason: str = ""
    file_sha256: str | None = Field(default=None, index=True)  # of the workbook it came from
    firms: int = 0  # roles of firms that came with it
    links: int = 0  # supply links that came with it
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class SegmentState(Row, table=True):
    """A segment as one version draws it."""

    __tablename__ = "segment_state"
    __table_args__ = strict(sa.Index("ix_segment_state_version_id", "version_id"))

    segment_id: str = Field(foreign_key="segment.id", sa_type=Id, index=True)
    version_id: str = Field(foreign_key="map_version.id", sa_type=Id)
    code: str
    name: str
    name_en: str
    position: str = Field(sa_type=one_of(*PLACES))
    order: int
    subsystem: str
    subsystem_en: str
    criticality: int
    wanted_firms: int
    wanted_note: str
    retired_on: date | None = None


# ---- commands
def open_version(
    work: Work,
    actor: Actor,
    chain_id: str,
    *,
    on: date | None,
    reason: str,
    file_sha256: str | None = None,
    firms: int = 0,
    links: int = 0,
    is_demo: bool = False,
) -> MapVersion:
    """Return the version that takes the changes of this unit of work; the command asked the duty.

    on      from when it is in force; None for the day of the version before, which it corrects
    errors  a day to come; a day before the newest version's
    """
    newest: MapVersion | None = work.session.execute(
        sa.select(MapVersion)
        .where(col(MapVersion.chain_id) == chain_id)
        .order_by(col(MapVersion.number).desc())
        .limit(1)
    ).scalar()
    since = newest.in_force_on if newest else BEGINNING
    on = on or since
    if on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=on)
    if on < since:
        raise DomainError(
            "The newest version of the map is in force since {since}.",
            "Choose that day or a later one.",
            since=since,
        )
    same = (on, reason, work.recorded_at, actor.id, file_sha256)
    if newest and same == (
        newest.in_force_on,
        newest.reason,
        newest.recorded_at,
        newest.recorded_by,
        newest.file_sha256,
    ):
        return newest  # what one act changed is one version
    return work.add(
        MapVersion(
            chain_id=chain_id,
            number=newest.number + 1 if newest else 1,
            in_force_on=on,
            reason=reason,
            file_sha256=file_sha256,
            firms=firms,
            links=links,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )


def draw(work: Work, version: MapVersion, segment_id: str, facts: Mapping[str, Any]) -> None:
    """Keep a segment as this version draws it."""
    work.add(SegmentState(segment_id=segment_id, version_id=version.id, **facts))


# ---- reads
def listed(work: Work, chain_id: str) -> list[Version]:
    """Return the versions of a chain's map, the newest first."""
    touched = (
        sa.select(sa.func.count(sa.distinct(col(SegmentState.segment_id))))
        .where(col(SegmentState.version_id) == col(MapVersion.id))
        .scalar_subquery()
    )
    rows = work.rows(
        sa.select(MapVersion, touched, col(Account.name))
        .outerjoin(Account, col(Account.id) == col(MapVersion.recorded_by))
        .where(col(MapVersion.chain_id) == chain_id)
        .order_by(col(MapVersion.number).desc())
    )
    return [
        Version(
            id=row.id,
            number=row.number,
            in_force_on=row.in_force_on,
            reason=row.reason,
            recorded_at=row.recorded_at,
            recorded_by=name or "",
            file_sha256=row.file_sha256,
            segments=segments,
            firms=row.firms,
            links=row.links,
            is_demo=row.is_demo,
        )
        for row, segments, name in rows
    ]


def in_force(work: Work, as_of: date, chain_id: str) -> int:
    """Return the number of the version in force on a day; 0 before the first."""
    newest = sa.select(sa.func.max(col(MapVersion.number))).where(
        col(MapVersion.chain_id) == chain_id, col(MapVersion.in_force_on) <= as_of
    )
    return int(work.scalar(newest) or 0)


def drawn(work: Work, chain_id: str, number: int) -> list[Drawn]:
    """Return the whole map of a version, in the order of the map."""
    version: MapVersion | None = work.session.execute(
        sa.select(MapVersion).where(
            col(MapVersion.chain_id) == chain_id, col(MapVersion.number) == number
        )
    ).scalar()
    if version is None:
        raise NotFoundError
    states = _states(work, col(MapVersion.chain_id) == chain_id, col(MapVersion.number) <= number)
    shown = (
        Drawn(segment_id=segment_id, facts=facts)
        for segment_id, facts in states.items()
        if facts["retired_on"] is None or facts["retired_on"] > version.in_force_on
    )
    return sorted(shown, key=lambda one: (one.facts["order"], one.segment_id))


def otherwise(work: Work, as_of: date, chain_id: str) -> dict[str, Mapping[str, Any] | None]:
    """Return {segment: its facts on a day} of those that a later version touched.

    None stands for a segment that no version had drawn yet. All others are as their row says,
    so a page of today asks one query that finds nothing.
    """
    later = sa.select(col(SegmentState.segment_id)).where(
        col(SegmentState.version_id).in_(
            sa.select(col(MapVersion.id)).where(
                col(MapVersion.chain_id) == chain_id, col(MapVersion.in_force_on) > as_of
            )
        )
    )
    touched = {segment_id for (segment_id,) in work.rows(later)}
    if not touched:
        return {}
    states = _states(
        work, col(MapVersion.chain_id) == chain_id, col(MapVersion.in_force_on) <= as_of
    )
    return {segment_id: states.get(segment_id) for segment_id in touched}


def _states(work: Work, *asked: sa.ColumnElement[bool]) -> dict[str, dict[str, Any]]:
    """Return {segment: facts} by the newest state among the versions asked for."""
    facts = [getattr(SegmentState, name) for name in FACTS]
    rows = work.rows(
        sa.select(col(SegmentState.segment_id), *facts)
        .join(MapVersion, col(MapVersion.id) == col(SegmentState.version_id))
        .where(*asked)
        .order_by(col(MapVersion.number), col(SegmentState.id))
    )
    return {row[0]: dict(zip(FACTS, row[1:], strict=True)) for row in rows}
