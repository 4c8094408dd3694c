"""Chain map: how well each segment of a chain is filled, and what stands on it.

Rows are subsystems, columns the position from material to use. A segment's coverage is derived
from who stands in it, so one project that lands changes the map by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from dealflow import chain_firms, map_versions
from dealflow.agreements import Agreement
from dealflow.chain_firms import Place, Role, SegmentFirm
from dealflow.chains import Criticality, Position, Segment
from dealflow.counted import contract_sums
from dealflow.projects import Project
from portfolio.kernel.db import Work
from portfolio.organisations import Organisation
from valuation.figures import Reason, Undefined


# ---- facts
class Coverage(StrEnum):
    """How well a segment is filled, weakest first (DOMAIN.md §6)."""

    NONE = "none"
    TARGETED = "targeted"
    IN_TALKS = "in_talks"
    CONTRACTED = "contracted"
    LANDED = "landed"
    STRONG = "strong"


COVERED = frozenset({Coverage.LANDED, Coverage.STRONG})
NOW: Mapping[str, Any] = {}  # the facts of a segment are still those of its row
STRONG_FROM = 2  # landed firms, so that one may leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A firm on the map, with what its projects in this segment signed and brought."""

    organisation_id: str
    name: str
    role: Role
    contract_fen: int
    in_place_fen: int
    project_ids: tuple[str, ...]
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One segment with its firms, the firmest first."""

    segment_id: str
    version: int
    name: str
    name_en: str
    position: Position
    subsystem: str
    subsystem_en: str
    criticality: Criticality
    wanted_firms: int
    wanted_note: str
    coverage: Coverage
    firms: tuple[Firm, ...]
    is_demo: bool

    @property
    def is_gap(self) -> bool:
        """Say whether the chain misses this segment: it is important and no firm has landed."""
        return self.criticality >= Criticality.IMPORTANT and self.coverage not in COVERED

    @property
    def contract_fen(self) -> int:
        """What was signed for this segment."""
        return sum(firm.contract_fen for firm in self.firms)

    @property
    def in_place_fen(self) -> int:
        """What arrived for this segment."""
        return sum(firm.in_place_fen for firm in self.firms)

    def count(self, role: Role) -> int:
        """Count the firms of one role."""
        return sum(firm.role is role for firm in self.firms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainMap:
    """The map of one chain at the close of a day, in the order the office gave it."""

    chain_id: str
    nodes: tuple[Node, ...]

    def counted(self) -> dict[Coverage, int]:
        """Return how many segments stand at each coverage."""
        return {c: sum(node.coverage is c for node in self.nodes) for c in Coverage}

    @property
    def covered(self) -> float | Undefined:
        """The share of the segments in which a firm has landed."""
        if not self.nodes:
            return Undefined(Reason.NOTHING_IN_DENOMINATOR, "the chain has no segments yet")
        return sum(node.coverage in COVERED for node in self.nodes) / len(self.nodes)


# ---- rules
def coverage(roles: Iterable[Role]) -> Coverage:
    """Return how well a segment is filled by the roles of its firms."""
    roles = list(roles)
    if roles.count(Role.LANDED) >= STRONG_FROM:
        return Coverage.STRONG
    firmest = max(roles, key=lambda role: role.rank, default=None)
    return BY_FIRMEST[firmest]


BY_FIRMEST: Mapping[Role | None, Coverage] = {
    None: Coverage.NONE,
    Role.LEFT: Coverage.NONE,
    Role.TARGET: Coverage.TARGETED,
    Role.IN_TALKS: Coverage.IN_TALKS,
    Role.CONTRACTED: Coverage.CONTRACTED,
    Role.LANDED: Coverage.LANDED,
}


# ---- reads
def chain_map(work: Work, as_of: date, chain_id: str, *, with_demo: bool = True) -> ChainMap:
    """Return a chain's map; the number of queries does not grow with the chain."""
    places = chain_firms.places(work, as_of, chain_id, with_demo=with_demo)
    of_chain = sa.select(col(Segment.id)).where(col(Segment.chain_id) == chain_id)
    projects = sa.select(col(Project.id)).where(col(Project.segment_id).in_(of_chain))
    contracts = contract_sums(
        work, as_of, among=col(Agreement.project_id).in_(projects), with_demo=with_demo
    )
    names = _names(work, of_chain)
    by_segment: dict[str, list[Firm]] = {}
    for place in places:
        name = names[place.organisation_id]
        by_segment.setdefault(place.segment_id, []).append(_firm(place, name, contracts))
    return ChainMap(
        chain_id=chain_id,
        nodes=tuple(
            _node(segment, by_segment.get(segment.id, []))
            for segment in _segments(work, as_of, chain_id, with_demo=with_demo)
        ),
    )


def _firm(place: Place, name: str, contracts: Mapping[str, int]) -> Firm:
    return Firm(
        organisation_id=place.organisation_id,
        name=name,
        role=place.role,
        contract_fen=sum(contracts.get(project_id, 0) for project_id in place.project_ids),
        in_place_fen=place.in_place_fen,
        project_ids=place.project_ids,
        is_demo=place.is_demo,
    )


def _node(segment: Segment, firms: list[Firm]) -> Node:
    return Node(
        segment_id=segment.id,
        version=segment.version,
        name=segment.name,
        name_en=segment.name_en,
        position=Position(segment.position),
        subsystem=segment.subsystem,
        subsystem_en=segment.subsystem_en,
        criticality=Criticality(segment.criticality),
        wanted_firms=segment.wanted_firms,
        wanted_note=segment.wanted_note,
        coverage=coverage(firm.role for firm in firms),
        firms=tuple(sorted(firms, key=lambda f: (-f.role.rank, -f.contract_fen, f.name))),
        is_demo=segment.is_demo,
    )


def _names(work: Work, of_chain: sa.Select[str]) -> dict[str, str]:
    """Return {firm: name} of all who ever stood in a segment of the chain."""
    there = sa.union(
        sa.select(col(Project.organisation_id)).where(col(Project.segment_id).in_(of_chain)),
        sa.select(col(SegmentFirm.organisation_id)).where(
            col(SegmentFirm.segment_id).in_(of_chain)
        ),
    )
    named = sa.select(col(Organisation.id), col(Organisation.name))
    return dict(work.rows(named.where(col(Organisation.id).in_(there))))


def _segments(work: Work, as_of: date, chain_id: str, *, with_demo: bool) -> list[Segment]:
    statement = (
        sa.select(Segment)
        .where(col(Segment.chain_id) == chain_id)
        .order_by(col(Segment.order), col(Segment.id))
    )
    if not with_demo:
        statement = statement.where(col(Segment.is_demo).is_(False))
    found = list(work.session.execute(statement).scalars())
    if was := map_versions.otherwise(work, as_of, chain_id):
        # pictures of that day, which no session keeps
        found = [
            Segment(**(segment.model_dump() | dict(facts))) if facts else segment
            for segment in found
            if (facts := was.get(segment.id, NOW)) is not None
        ]
        found.sort(key=lambda segment: (segment.order, segment.id))
    return [one for one in found if one.retired_on is None or one.retired_on > as_of]
