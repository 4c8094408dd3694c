"""Chains: an industry chain, its official, its leader firms, its task force and its segments.

The map of a chain is its segments: rows are subsystems, columns the position from material to
use. Who fills a segment is in chain_firms.py, who supplies whom in supply.py.
"""

from collections.abc import Mapping
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import map_versions
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError
from portfolio.organisations import Organisation


# ---- facts
class Position(StrEnum):
    """Where a segment stands on the way from material to use."""

    UPSTREAM = "upstream"
    MIDSTREAM = "midstream"
    DOWNSTREAM = "downstream"
    AFTERMARKET = "aftermarket"


class Criticality(IntEnum):
    """How much the chain needs a segment, as the office sets it; from IMPORTANT on it may gap."""

    ORDINARY = 1
    IMPORTANT = 2
    CRITICAL = 3


# ---- rows
class Chain(Row, table=True):
    """One chain: one official in charge, one or more leader firms."""

    __tablename__ = "chain"
    __table_args__ = strict(
        sa.UniqueConstraint("slug"), sa.CheckConstraint("name <> ''", name="named")
    )

    slug: str
    name: str
    name_en: str = ""
    system_code: str | None = Field(default=None, foreign_key="industry_system.code", index=True)
    official_title: str = ""
    task_force_unit_id: str | None = Field(default=None, foreign_key="unit.id", sa_type=Id)
    leader_firms: str = ""
    is_demo: bool = False


class Segment(Row, table=True):
    """A place in the chain that firms fill."""

    __tablename__ = "segment"
    __table_args__ = strict(
        sa.UniqueConstraint("chain_id", "name"),
        sa.CheckConstraint("name <> ''", name="named"),
        sa.Index("uq_segment_code", "chain_id", "code", unique=True),
    )

    chain_id: str = Field(foreign_key="chain.id", sa_type=Id)
    code: str = ""  # by which a workbook names it
    name: str
    name_en: str = ""
    position: str = Field(sa_type=one_of(*Position))
    order: int = 0
    subsystem: str = ""  # the row of the map it stands in
    subsystem_en: str = ""
    criticality: int = Criticality.IMPORTANT.value
    wanted_firms: int = 1  # how many firms would fill it
    wanted_note: str = ""  # what kind of firm is looked for
    retired_on: date | None = None  # no longer on the map from this day on
    is_demo: bool = False
    version: int = 1


class ChainLeader(Row, table=True):
    """链主: a firm that the chain grows around."""

    __tablename__ = "chain_leader"
    __table_args__ = strict(
        sa.UniqueConstraint("chain_id", "organisation_id", "since_on"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= since_on", name="ends_after_start"),
    )

    chain_id: str = Field(foreign_key="chain.id", sa_type=Id)
    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Id, index=True)
    since_on: date
    ended_on: date | None = None
    is_demo: bool = False


# ---- commands
def add(
    work: Work,
    actor: Actor,
    *,
    slug: str,
    name: str,
    name_en: str = "",
    system_code: str | None = None,
    official_title: str = "",
    task_force_unit_id: str | None = None,
    leader_firms: str = "",
    is_demo: bool = False,
) -> Chain:
    """Record a chain."""
    actor.must(Duty.EDIT_DEALS)
    if work.scalar(sa.select(col(Chain.id)).where(col(Chain.slug) == slug)):
        raise DomainError("The code {code} is taken.", "Choose another code.", code=slug)
    chain = work.add(
        Chain(
            slug=slug,
            name=name,
            name_en=name_en,
            system_code=system_code,
            official_title=official_title,
            task_force_unit_id=task_force_unit_id,
            leader_firms=leader_firms,
            is_demo=is_demo,
        )
    )
    audit.write(work, actor, "chain:create", "chain", chain.id, after={"slug": slug, "name": name})
    return chain


def add_segment(
    work: Work,
    actor: Actor,
    chain_id: str,
    *,
    name: str,
    position: Position,
    code: str = "",
    name_en: str = "",
    order: int = 0,
    subsystem: str = "",
    subsystem_en: str = "",
    criticality: Criticality = Criticality.IMPORTANT,
    wanted_firms: int = 1,
    wanted_note: str = "",
    on: date | None = None,
    reason: str = "",
    file_sha256: str | None = None,
    is_demo: bool = False,
) -> Segment:
    """Draw a segment into the map of a chain, in a version of the map.

    code  by which a workbook names it; the next free one where it is empty
    on    from when the map says so; None corrects the version before
    """
    actor.must(Duty.EDIT_DEALS)
    if work.session.get(Chain, chain_id) is None:
        raise NotFoundError
    name = name.strip()
    code = code.strip() or _free_code(work, chain_id)
    _refuse_odd_segment(work, chain_id, code=code, name=name, wanted_firms=wanted_firms)
    segment = Segment(
        chain_id=chain_id,
        code=code,
        name=name,
        name_en=name_en,
        position=position.value,
        order=order,
        subsystem=subsystem.strip(),
        subsystem_en=subsystem_en,
        criticality=criticality.value,
        wanted_firms=wanted_firms,
        wanted_note=wanted_note,
        is_demo=is_demo,
    )
    work.add(segment)
    _draw(work, actor, segment, on, reason, file_sha256)
    after = {"segment": segment.name, "position": position.value}
    audit.write(work, actor, "chain:segment", "chain", chain_id, after=after)
    return segment


def _draw(
    work: Work, actor: Actor, segment: Segment, on: date | None, reason: str, sha256: str | None
) -> None:
    version = map_versions.open_version(
        work,
        actor,
        segment.chain_id,
        on=on,
        reason=reason.strip(),
        file_sha256=sha256,
        is_demo=segment.is_demo,
    )
    map_versions.draw(work, version, segment.id, {f: getattr(segment, f) for f in SEGMENT_FACTS})


def _free_code(work: Work, chain_id: str) -> str:
    given = sa.select(col(Segment.code)).where(col(Segment.chain_id) == chain_id)
    taken = {code for (code,) in work.rows(given)}
    return next(c for n in range(1, len(taken) + 2) if (c := f"S{n:02d}") not in taken)


def _refuse_odd_segment(
    work: Work, chain_id: str, *, code: str, name: str, wanted_firms: int, but_id: str | None = None
) -> None:
    if not name:
        raise DomainError("The segment has no name.", "Say in a few words what firms there make.")
    if wanted_firms < 0:
        raise DomainError(
            "A segment cannot want {number} firms.",
            "Enter 0 where none is wanted.",
            number=wanted_firms,
        )
    taken = sa.select(col(Segment.id)).where(
        col(Segment.chain_id) == chain_id, col(Segment.name) == name
    )
    if work.scalar(taken) not in {None, but_id}:
        raise DomainError(
            "The chain has a segment {name} already.", "Choose another name.", name=name
        )
    same = (col(Segment.chain_id) == chain_id) & (col(Segment.code) == code)
    coded = sa.select(col(Segment.id)).where(same)
    if work.scalar(coded) not in {None, but_id}:
        raise DomainError("The code {code} is taken.", "Choose another code.", code=code)


SEGMENT_FACTS = map_versions.FACTS


def change_segment(
    work: Work,
    actor: Actor,
    segment_id: str,
    *,
    version: int,
    facts: Mapping[str, Any],
    on: date | None = None,
    reason: str = "",
    file_sha256: str | None = None,
) -> Segment:
    """Change some SEGMENT_FACTS in a new version of the map; a stale form is refused."""
    actor.must(Duty.EDIT_DEALS)
    assert set(facts) <= set(SEGMENT_FACTS), f"not to be edited: {set(facts) - set(SEGMENT_FACTS)}"
    segment = work.session.get(Segment, segment_id)
    if segment is None:
        raise NotFoundError
    before = {name: getattr(segment, name) for name in facts}
    if segment.version != version:
        raise StaleError(
            mine={**facts, "version": version}, theirs={**before, "version": segment.version}
        )
    _refuse_odd_segment(
        work,
        segment.chain_id,
        code=facts.get("code", segment.code),
        name=facts.get("name", segment.name).strip(),
        wanted_firms=facts.get("wanted_firms", segment.wanted_firms),
        but_id=segment.id,
    )
    for name, value in facts.items():
        setattr(segment, name, value)
    segment.version += 1
    work.add(segment)
    _draw(work, actor, segment, on, reason, file_sha256)
    audit.write(
        work, actor, "chain:segment", "chain", segment.chain_id, before=before, after=dict(facts)
    )
    return segment


def name_leader(
    work: Work,
    actor: Actor,
    chain_id: str,
    *,
    organisation_id: str,
    since_on: date,
    is_demo: bool = False,
) -> ChainLeader:
    """Name a leader firm of a chain; one whose term ended may be named again.

    errors  a day to come; a term of the same firm that is open on that day or began later
    """
    actor.must(Duty.EDIT_DEALS)
    if work.session.get(Chain, chain_id) is None:
        raise NotFoundError
    if since_on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=since_on)
    named = sa.select(sa.func.max(col(ChainLeader.since_on))).where(
        col(ChainLeader.chain_id) == chain_id,
        col(ChainLeader.organisation_id) == organisation_id,
        sa.or_(
            col(ChainLeader.ended_on).is_(None),
            col(ChainLeader.ended_on) > since_on,
            col(ChainLeader.since_on) >= since_on,
        ),
    )
    if since := work.scalar(named):
        raise DomainError(
            "This firm has led the chain since {on}.", "Nothing is left to do.", on=since
        )
    leader = work.add(
        ChainLeader(
            chain_id=chain_id, organisation_id=organisation_id, since_on=since_on, is_demo=is_demo
        )
    )
    after = {"leader": organisation_id, "since_on": since_on}
    audit.write(work, actor, "chain:leader", "chain", chain_id, after=after)
    return leader


def end_leader(
    work: Work, actor: Actor, chain_id: str, *, organisation_id: str, on: date
) -> ChainLeader:
    """End the term of a leader firm on a day; on its first day, the firm never led.

    errors  a firm that does not lead the chain; a day before it began or still to come
    """
    actor.must(Duty.EDIT_DEALS)
    if on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=on)
    leader = work.session.execute(
        sa.select(ChainLeader).where(
            col(ChainLeader.chain_id) == chain_id,
            col(ChainLeader.organisation_id) == organisation_id,
            col(ChainLeader.ended_on).is_(None),
        )
    ).scalar()
    if leader is None:
        raise DomainError(
            "This firm does not lead the chain.", "Nothing is left to do; reload the page."
        )
    if on < leader.since_on:
        raise DomainError(
            "The firm has led the chain since {since}, after {on}.",
            "Choose a later day.",
            since=leader.since_on,
            on=on,
        )
    leader.ended_on = on
    work.add(leader)
    after = {"leader": organisation_id, "ended_on": on}
    audit.write(work, actor, "chain:leader", "chain", chain_id, after=after)
    return leader


# ---- reads
def listed(work: Work, *, with_demo: bool = True) -> list[Chain]:
    """Return the chains by name of their address, those that were published first."""
    statement = sa.select(Chain).order_by(col(Chain.is_demo), col(Chain.slug))
    if not with_demo:
        statement = statement.where(col(Chain.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())


def by_slug(work: Work, slug: str) -> Chain:
    """Return the chain at that address or answer like one that is not there."""
    found: Chain | None = work.session.execute(
        sa.select(Chain).where(col(Chain.slug) == slug)
    ).scalar()
    if found is None:
        raise NotFoundError
    return found


def leaders(work: Work, as_of: date, chain_id: str) -> dict[str, str]:
    """Return {organisation: name} of the leader firms on a day, in the order they were named."""
    return dict(
        work.rows(
            sa.select(col(Organisation.id), col(Organisation.name))
            .join(ChainLeader, col(ChainLeader.organisation_id) == col(Organisation.id))
            .where(
                col(ChainLeader.chain_id) == chain_id,
                col(ChainLeader.since_on) <= as_of,
                sa.or_(col(ChainLeader.ended_on).is_(None), col(ChainLeader.ended_on) > as_of),
            )
            .order_by(col(ChainLeader.since_on), col(ChainLeader.id))
        )
    )


def led_by(work: Work, as_of: date, organisation_id: str) -> list[tuple[Chain, date]]:
    """Return the chains that a firm leads on a day, and since when."""
    rows = work.rows(
        sa.select(Chain, col(ChainLeader.since_on))
        .join(ChainLeader, col(ChainLeader.chain_id) == col(Chain.id))
        .where(
            col(ChainLeader.organisation_id) == organisation_id,
            col(ChainLeader.since_on) <= as_of,
            sa.or_(col(ChainLeader.ended_on).is_(None), col(ChainLeader.ended_on) > as_of),
        )
        .order_by(col(Chain.slug))
    )
    return [(chain, since_on) for chain, since_on in rows]
