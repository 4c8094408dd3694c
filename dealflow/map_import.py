"""Import of a chain's map: what the books say, what a workbook would change, and the one act.

A file is taken whole or not at all. What was confirmed is what was shown: the fingerprint of the
dry run is asked for again, and afterwards the same file must find nothing left to change.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from dealflow import chain_firms, chains, map_changes, map_sheet, map_versions, supply
from dealflow.cells import text
from dealflow.chain_firms import Role, SegmentFirm
from dealflow.chains import Chain, Criticality, Position, Segment
from dealflow.map_changes import Change, Entry, Kind, MapPlan, Recorded, Supply
from dealflow.map_sheet import FIRMS, LINKS, SEGMENTS
from dealflow.map_versions import MapVersion
from dealflow.supply import SupplyLink
from portfolio import organisations
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.organisations import Organisation


# ---- reads
def recorded(work: Work, chain_id: str) -> Recorded:
    """Return what the books say of a chain today, as a workbook speaks of it."""
    today = work.today()
    statement = sa.select(Segment).where(col(Segment.chain_id) == chain_id)
    by_id: dict[str, Segment] = {
        segment.id: segment for segment in work.session.execute(statement).scalars()
    }
    places = chain_firms.places(work, today, chain_id)
    built: dict[str, int] = {}
    for place in places:
        code = by_id[place.segment_id].code
        built[code] = built.get(code, 0) + len(place.project_ids)
    standing = {(by_id[p.segment_id].code, p.organisation_id) for p in places if p.project_ids}
    on_chain = {p.organisation_id for p in places} | set(chains.leaders(work, today, chain_id))
    supplies, ended = _supplies(work, today)
    firms, doubles, names = _firms(work)
    return Recorded(
        today=today,
        segments={segment.code: segment for segment in by_id.values()},
        built=built,
        entries=_entries(work, by_id, standing),
        supplies=supplies,
        ended=ended,
        firms=firms,
        doubles=doubles,
        names=names,
        on_chain=frozenset(on_chain),
    )


def _firms(work: Work) -> tuple[dict[str, str], frozenset[str], dict[str, str]]:
    firms: dict[str, str] = {}
    names: dict[str, str] = {}
    doubles = set()
    for firm_id, name in work.rows(sa.select(col(Organisation.id), col(Organisation.name))):
        names[firm_id] = name
        if firms.setdefault(text(name), firm_id) != firm_id:
            doubles.add(text(name))
    return firms, frozenset(doubles), names


def _unvoided(work: Work, *asked: sa.ColumnElement[bool]) -> list[SegmentFirm]:
    voiding = aliased(SegmentFirm)
    voided = sa.select(col(voiding.id)).where(col(voiding.voids) == col(SegmentFirm.id))
    statement = (
        sa.select(SegmentFirm)
        .where(col(SegmentFirm.voids).is_(None), ~voided.exists(), *asked)
        .order_by(col(SegmentFirm.on), col(SegmentFirm.id))
    )
    return list(work.session.execute(statement).scalars())


def _entries(
    work: Work, by_id: Mapping[str, Segment], standing: set[tuple[str, str]]
) -> dict[tuple[str, str], Entry]:
    found: dict[tuple[str, str], Entry] = {}
    for row in _unvoided(work, col(SegmentFirm.segment_id).in_(by_id)):
        key = (by_id[row.segment_id].code, row.organisation_id)
        found[key] = Entry(
            id=row.id, role=Role(row.role), on=row.on, note=row.note, has_project=key in standing
        )
    return found


def _supplies(
    work: Work, today: date
) -> tuple[dict[tuple[str, str], Supply], frozenset[tuple[str, str, date]]]:
    goes_on: dict[tuple[str, str], Supply] = {}
    ended = set()
    rows = work.session.execute(sa.select(SupplyLink).order_by(col(SupplyLink.id))).scalars()
    for row in rows:
        key = (row.supplier_id, row.customer_id)
        if row.ended_on is None or row.ended_on > today:
            goes_on[key] = Supply(
                id=row.id, weight=row.weight, what=row.what, since_on=row.since_on
            )
        else:
            ended.add((*key, row.since_on))
    return goes_on, frozenset(ended)


def preview(work: Work, chain_id: str, content: bytes) -> MapPlan:
    """Return what a workbook would change, or all that is wrong with it; nothing is written."""
    return map_changes.plan(map_sheet.read(content), recorded(work, chain_id))


def imported_as(work: Work, chain_id: str, content: bytes) -> int | None:
    """Return the version that came from these very bytes, the newest; None if none did."""
    found = work.scalar(
        sa.select(sa.func.max(col(MapVersion.number))).where(
            col(MapVersion.chain_id) == chain_id,
            col(MapVersion.file_sha256) == hashlib.sha256(content).hexdigest(),
        )
    )
    return int(found) if found else None


# ---- commands
def confirm(
    work: Work,
    actor: Actor,
    chain_id: str,
    content: bytes,
    *,
    reason: str,
    fingerprint: str | None = None,
) -> MapPlan:
    """Make the map what the workbook says, in one version, or change nothing.

    fingerprint  of the dry run that was confirmed; None where nobody looked at one
    errors       a finding; a dry run that has aged; no reason
    """
    actor.must(Duty.IMPORT_SHEETS)
    read = preview(work, chain_id, content)
    if read.findings:
        raise DomainError(
            "The workbook has {count} findings; nothing was changed.",
            "Correct the cells that the preview names and upload the workbook again.",
            count=len(read.findings),
        )
    if not read.changes:
        return read
    if fingerprint not in {None, read.fingerprint}:
        raise DomainError(
            "The map has changed since the preview was made.",
            "Look at the preview again; it shows what would change now.",
        )
    if not reason.strip():
        raise DomainError("A new version of the map needs its reason.", "Say it in one sentence.")
    _apply(work, actor, chain_id, read, reason.strip(), hashlib.sha256(content).hexdigest())
    if preview(work, chain_id, content).changes:
        raise DomainError(
            "The days of the sheet cross older entries, so it cannot be taken as it is.",
            "Leave the day of the changed roles empty; then they count from today.",
        )
    return read


def _apply(
    work: Work, actor: Actor, chain_id: str, read: MapPlan, reason: str, sha256: str
) -> None:
    version = map_versions.open_version(
        work,
        actor,
        chain_id,
        on=work.today(),
        reason=reason,
        file_sha256=sha256,
        firms=sum(read.count(kind, FIRMS) for kind in Kind),
        links=sum(read.count(kind, LINKS) for kind in Kind),
        is_demo=work.session.get_one(Chain, chain_id).is_demo,
    )
    drawing = {"on": version.in_force_on, "reason": reason, "file_sha256": sha256}
    books = recorded(work, chain_id)
    for change in read.changes:
        if change.sheet == SEGMENTS:
            _draw(work, actor, chain_id, change, books, drawing)
    books = recorded(work, chain_id)  # with the segments that came
    for change in read.changes:
        if change.sheet == FIRMS:
            _place(work, actor, change, books, reason)
        elif change.sheet == LINKS:
            _link(work, actor, change, books)


def _draw(
    work: Work,
    actor: Actor,
    chain_id: str,
    change: Change,
    books: Recorded,
    drawing: Mapping[str, Any],
) -> None:
    (code,) = change.key
    facts = dict(change.values)
    segment = books.segments.get(code)
    if segment is not None:
        facts = {name: getattr(value, "value", value) for name, value in facts.items()}
        chains.change_segment(
            work, actor, segment.id, version=segment.version, facts=facts, **drawing
        )
        return
    facts["position"] = Position(facts["position"])
    facts["criticality"] = Criticality(facts["criticality"])
    chains.add_segment(work, actor, chain_id, **facts, **drawing)


def _firm_id(work: Work, actor: Actor, books: Recorded, key: str, change: Change, name: str) -> str:
    if key in books.names:
        return key
    is_demo = change.values["is_demo"]
    return organisations.find_or_create(work, actor, name=change.values[name], is_demo=is_demo).id


def _place(work: Work, actor: Actor, change: Change, books: Recorded, reason: str) -> None:
    code, key = change.key
    segment = books.segments[code]
    entry = books.entries.get((code, key))
    if change.kind is Kind.REMOVE:
        assert entry is not None, "only what is recorded is removed"
        if not entry.has_project:
            chain_firms.enter(
                work,
                actor,
                segment_id=segment.id,
                organisation_id=key,
                role=Role.LEFT,
                on=books.today,
                note=reason,
                is_demo=segment.is_demo,
            )
            return
        # its project speaks for it from now on, and no entry against it
        mine = (col(SegmentFirm.segment_id) == segment.id, col(SegmentFirm.organisation_id) == key)
        for row in _unvoided(work, *mine):
            chain_firms.void(work, actor, row.id, reason=reason)
        return
    values = change.values
    if entry is not None and entry.role is values["role"]:
        chain_firms.void(work, actor, entry.id, reason=reason)
    chain_firms.enter(
        work,
        actor,
        segment_id=segment.id,
        organisation_id=_firm_id(work, actor, books, key, change, "firm"),
        role=values["role"],
        on=values["on"],
        note=values["note"],
        is_demo=values["is_demo"],
    )


def _link(work: Work, actor: Actor, change: Change, books: Recorded) -> None:
    supplier, customer = change.key
    if change.kind is not Kind.ADD:
        was = books.supplies[supplier, customer]
        supply.end(work, actor, was.id, on=books.today)
    if change.kind is not Kind.REMOVE:
        supply.link(
            work,
            actor,
            supplier_id=_firm_id(work, actor, books, supplier, change, "supplier"),
            customer_id=_firm_id(work, actor, books, customer, change, "customer"),
            weight=change.values["weight"],
            what=change.values["what"],
            since_on=change.values["since_on"],
            is_demo=change.values["is_demo"],
        )
