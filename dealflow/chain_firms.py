"""Chain firms: who fills which segment of a chain, and how firmly.

A project recorded in a segment speaks by its own stage. An entry here speaks for firms that were
there before any project, and for targets that nobody has met. Entries are dated and never changed:
a firm that leaves gets an entry, and an entry made in error is voided by another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from dealflow import firm_withdrawals, landed
from dealflow.chains import Segment
from dealflow.projects import Project, stage_at
from dealflow.stages import Stage
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
class Role(StrEnum):
    """How firmly a firm fills a segment, weakest first."""

    LEFT = "left"
    TARGET = "target"
    IN_TALKS = "in_talks"
    CONTRACTED = "contracted"
    LANDED = "landed"

    @property
    def rank(self) -> int:
        """The place in this order."""
        return RANKS[self]


RANKS = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A firm in a segment, by whichever of its projects and entries counts most."""

    segment_id: str
    organisation_id: str
    role: Role
    project_ids: tuple[str, ...]  # its projects in the segment, so that a figure has its rows
    in_place_fen: int  # what arrived in them
    is_demo: bool


# ---- rules
def role_of(stage: Stage, *, has_landed: bool) -> Role | None:
    """Return what a project makes of its firm; None where the project has stopped.

    A framework agreement is still talk: it binds nobody to come (DOMAIN.md §4).
    """
    if stage in {Stage.SHELVED, Stage.TERMINATED}:
        return None
    if has_landed:
        return Role.LANDED
    if stage is Stage.LEAD:
        return Role.TARGET
    return Role.IN_TALKS if stage in {Stage.IN_TALKS, Stage.FRAMEWORK} else Role.CONTRACTED


def strongest(entry: Role | None, by_projects: Iterable[Role]) -> Role | None:
    """Return how firmly a firm stands in a segment; who has left does not, whatever it built."""
    if entry is Role.LEFT:
        return None
    return max(filter(None, (entry, *by_projects)), key=lambda role: role.rank, default=None)


# ---- rows
class SegmentFirm(Row, table=True):
    """A firm's role in a segment from a day on; a row with `voids` takes another one back."""

    __tablename__ = "segment_firm"
    __table_args__ = strict(
        sa.UniqueConstraint("voids"),
        sa.CheckConstraint("voids IS NULL OR note <> ''", name="voided_with_reason"),
        sa.Index("ix_segment_firm_segment_on", "segment_id", "on"),
    )

    segment_id: str = Field(foreign_key="segment.id", sa_type=Id)
    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Id, index=True)
    role: str = Field(sa_type=one_of(*Role))
    on: date
    note: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    voids: str | None = Field(default=None, foreign_key="segment_firm.id", sa_type=Id)
    is_demo: bool = False


# ---- commands
def enter(
    work: Work,
    actor: Actor,
    *,
    segment_id: str,
    organisation_id: str,
    role: Role,
    on: date,
    note: str = "",
    is_demo: bool = False,
) -> SegmentFirm:
    """Record in what capacity a firm fills a segment from a day on.

    errors  a day to come; the role it has already; leaving a segment it does not fill
    """
    actor.must(Duty.EDIT_DEALS)
    segment = work.session.get(Segment, segment_id)
    if segment is None:
        raise NotFoundError
    if on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=on)
    if (gone := firm_withdrawals.standing(work, organisation_id)) and gone.on >= on:
        raise DomainError(
            "The firm withdrew on {on}; what began by then ended with it.",
            "Date the entry after that day, or reverse the withdrawal.",
            on=gone.on,
        )
    now, _ = _entries(work, on, col(SegmentFirm.segment_id) == segment_id).get(
        (segment_id, organisation_id), (None, False)
    )
    is_nowhere = now is None and not _has_project(work, segment_id, organisation_id)
    if now is role or (role is Role.LEFT and is_nowhere):
        raise DomainError(
            "The firm stands so in this segment already.",
            "Choose another role, or void the entry that is wrong.",
        )
    row = work.add(
        SegmentFirm(
            segment_id=segment_id,
            organisation_id=organisation_id,
            role=role.value,
            on=on,
            note=note,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"segment": segment.name, "firm": organisation_id, "role": role, "on": on}
    audit.write(work, actor, "chain:firm", "chain", segment.chain_id, after=after)
    return row


def void(work: Work, actor: Actor, entry_id: str, *, reason: str) -> SegmentFirm:
    """Take an entry back by a row of its own; every figure is again as if it had not been made."""
    actor.must(Duty.EDIT_DEALS)
    entry = work.session.get(SegmentFirm, entry_id)
    if entry is None:
        raise NotFoundError
    if entry.voids is not None or work.scalar(
        sa.select(col(SegmentFirm.id)).where(col(SegmentFirm.voids) == entry_id)
    ):
        raise DomainError("This entry was voided.", "Nothing is left to do; reload the page.")
    if not reason.strip():
        raise DomainError(
            "Voiding an entry needs its reason.", "Say in one sentence what was wrong."
        )
    row = work.add(
        SegmentFirm(
            segment_id=entry.segment_id,
            organisation_id=entry.organisation_id,
            role=entry.role,
            on=entry.on,
            note=reason.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            voids=entry.id,
            is_demo=entry.is_demo,
        )
    )
    segment = work.session.get_one(Segment, entry.segment_id)
    after = {"void": entry.id, "reason": reason}
    audit.write(work, actor, "chain:firm", "chain", segment.chain_id, after=after)
    return row


def _has_project(work: Work, segment_id: str, organisation_id: str) -> bool:
    return bool(
        work.scalar(
            sa.select(col(Project.id)).where(
                col(Project.segment_id) == segment_id,
                col(Project.organisation_id) == organisation_id,
            )
        )
    )


# ---- reads
def places(work: Work, as_of: date, chain_id: str, *, with_demo: bool = True) -> list[Place]:
    """Return who stands where in a chain at the close of a day, with a fixed number of queries."""
    of_chain = sa.select(col(Segment.id)).where(col(Segment.chain_id) == chain_id)
    return _places(
        work,
        as_of,
        col(Project.segment_id).in_(of_chain),
        col(SegmentFirm.segment_id).in_(of_chain),
        with_demo=with_demo,
    )


def places_of(
    work: Work, as_of: date, firms: sa.Select[str], *, with_demo: bool = True
) -> list[Place]:
    """Return where these firms stand, on whichever chain."""
    return _places(
        work,
        as_of,
        col(Project.segment_id).is_not(None) & col(Project.organisation_id).in_(firms),
        col(SegmentFirm.organisation_id).in_(firms),
        with_demo=with_demo,
    )


def everywhere(work: Work, as_of: date, *, with_demo: bool = True) -> list[Place]:
    """Return who stands where on every chain."""
    placed = col(Project.segment_id).is_not(None)
    return _places(work, as_of, placed, sa.true(), with_demo=with_demo)


def here(
    work: Work, as_of: date, firms: sa.Select[str], *, with_demo: bool = True
) -> frozenset[str]:
    """Return which of these firms have landed in the district, on a chain or beside every chain."""
    entries = _entries(
        work, as_of, col(SegmentFirm.organisation_id).in_(firms), with_demo=with_demo
    )
    placed = {firm_id for (_, firm_id), (role, _) in entries.items() if role is Role.LANDED}
    began = sa.select(col(Project.id), col(Project.organisation_id)).where(
        col(Project.organisation_id).in_(firms),
        col(Project.first_heard_on) <= as_of,
        ~firm_withdrawals.ended(col(Project.organisation_id), col(Project.first_heard_on), as_of),
    )
    if not with_demo:
        began = began.where(col(Project.is_demo).is_(False))
    owners: dict[str, str] = dict(work.rows(began))
    verdicts = landed.landings_of(work, as_of, began.with_only_columns(col(Project.id)))
    return frozenset(placed) | {owners[id_] for id_, one in verdicts.items() if one.landed}


def _places(
    work: Work,
    as_of: date,
    asked_projects: sa.ColumnElement[bool],
    asked_entries: sa.ColumnElement[bool],
    *,
    with_demo: bool,
) -> list[Place]:
    projects = sa.select(
        col(Project.id),
        col(Project.segment_id),
        col(Project.organisation_id),
        col(Project.is_demo),
        stage_at(as_of).label("stage"),
    ).where(
        asked_projects,
        col(Project.first_heard_on) <= as_of,
        ~firm_withdrawals.ended(col(Project.organisation_id), col(Project.first_heard_on), as_of),
    )
    if not with_demo:
        projects = projects.where(col(Project.is_demo).is_(False))
    found = work.rows(projects)
    verdicts = landed.landings_of(
        work, as_of, projects.with_only_columns(col(Project.id)), with_demo=with_demo
    )
    by_place: dict[tuple[str, str], list[tuple[str, Role, bool]]] = {}
    for row in found:
        role = role_of(Stage(row.stage or Stage.LEAD), has_landed=verdicts[row.id].landed)
        if role is not None:
            where = (row.segment_id, row.organisation_id)
            by_place.setdefault(where, []).append((row.id, role, row.is_demo))
    entries = _entries(work, as_of, asked_entries, with_demo=with_demo)
    return [
        Place(
            segment_id=segment_id,
            organisation_id=organisation_id,
            role=role,
            project_ids=tuple(project_id for project_id, _, _ in own),
            in_place_fen=sum(verdicts[project_id].in_place_fen for project_id, _, _ in own),
            is_demo=all(is_demo for _, _, is_demo in own) and entry_is_demo,
        )
        for segment_id, organisation_id in sorted(by_place.keys() | entries.keys())
        for own in (by_place.get((segment_id, organisation_id), []),)
        for entry, entry_is_demo in (entries.get((segment_id, organisation_id), (None, True)),)
        if (role := strongest(entry, (project_role for _, project_role, _ in own))) is not None
    ]


def _entries(
    work: Work, as_of: date, asked: sa.ColumnElement[bool], *, with_demo: bool = True
) -> dict[tuple[str, str], tuple[Role, bool]]:
    """Return {(segment, firm): (role, is_demo)} by the newest entry that nobody voided."""
    voiding = aliased(SegmentFirm)
    voided = sa.select(col(voiding.id)).where(col(voiding.voids) == col(SegmentFirm.id))
    statement = (
        sa.select(
            col(SegmentFirm.segment_id),
            col(SegmentFirm.organisation_id),
            col(SegmentFirm.role),
            col(SegmentFirm.is_demo),
        )
        .where(
            asked,
            col(SegmentFirm.on) <= as_of,
            col(SegmentFirm.voids).is_(None),
            ~voided.exists(),
            ~firm_withdrawals.ended(col(SegmentFirm.organisation_id), col(SegmentFirm.on), as_of),
        )
        .order_by(col(SegmentFirm.on), col(SegmentFirm.id))
    )
    if not with_demo:
        statement = statement.where(col(SegmentFirm.is_demo).is_(False))
    return {
        (segment_id, organisation_id): (Role(role), is_demo)
        for segment_id, organisation_id, role, is_demo in work.rows(statement)
    }


def entries_of(
    work: Work, as_of: date, organisation_id: str, *, with_demo: bool = True
) -> list[SegmentFirm]:
    """Return the entries of a firm by a day that nobody voided, newest first."""
    voiding = aliased(SegmentFirm)
    voided = sa.select(col(voiding.id)).where(col(voiding.voids) == col(SegmentFirm.id))
    statement = (
        sa.select(SegmentFirm)
        .where(
            col(SegmentFirm.organisation_id) == organisation_id,
            col(SegmentFirm.on) <= as_of,
            col(SegmentFirm.voids).is_(None),
            ~voided.exists(),
        )
        .order_by(col(SegmentFirm.on).desc(), col(SegmentFirm.id).desc())
    )
    if not with_demo:
        statement = statement.where(col(SegmentFirm.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())
