"""Chain partners: whom the leader firms trade with that is not here yet (以商招商).

A leader's supplier comes to be near its customer, and its customer to be near its supplier. Each
line is a supply that somebody recorded with its evidence, not a guess.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import networkx as nx
import sqlalchemy as sa
from sqlmodel import col

from dealflow import chain_firms, lead_firms, supply
from dealflow.chain_firms import Role
from dealflow.chains import Segment
from dealflow.supply import SupplyLine, SupplyLink
from portfolio.kernel.db import Work
from portfolio.organisations import Organisation


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A firm that trades with a leader and has not landed here."""

    leader_id: str
    leader: str
    firm: SupplyLine
    city: str
    credit_code: str
    standing: tuple[tuple[str, Role], ...]  # (segment, role) on any chain so far
    lead_id: str | None  # its live lead, if somebody pursues it
    lead_code: str


# ---- reads
def of_leader(
    work: Work, as_of: date, leader_id: str, leader: str, *, with_demo: bool = True
) -> list[Partner]:
    """Return a leader's suppliers, then its customers, that are not here; the weightiest first."""
    lines = [
        line
        for line in supply.of_firm(work, as_of, leader_id, with_demo=with_demo)
        if line.ended_on is None and not line.is_broken
    ]
    if not lines:
        return []
    firms = partners([leader_id])
    here = chain_firms.here(work, as_of, firms, with_demo=with_demo)
    live = lead_firms.live(work, firms)
    described = {
        firm_id: (city, code or "")
        for firm_id, city, code in work.rows(
            sa.select(
                col(Organisation.id), col(Organisation.city), col(Organisation.credit_code)
            ).where(col(Organisation.id).in_(firms))
        )
    }
    names: dict[str, str] = dict(work.rows(sa.select(col(Segment.id), col(Segment.name))))
    standing: dict[str, list[tuple[str, Role]]] = {}
    for place in chain_firms.places_of(work, as_of, firms, with_demo=with_demo):
        standing.setdefault(place.organisation_id, []).append((names[place.segment_id], place.role))
    return [
        Partner(
            leader_id=leader_id,
            leader=leader,
            firm=line,
            city=described[line.organisation_id][0],
            credit_code=described[line.organisation_id][1],
            standing=tuple(standing.get(line.organisation_id, ())),
            lead_id=lead.id if lead else None,
            lead_code=lead.code if lead else "",
        )
        for line in lines
        for lead in (live.get(line.organisation_id),)
        if line.organisation_id not in here
    ]


def missing(
    work: Work,
    as_of: date,
    graph: "nx.DiGraph[str]",
    leader_ids: Collection[str],
    *,
    with_demo: bool = True,
) -> frozenset[str]:
    """Return the firms that the leaders could bring, in as many queries for all as for one.

    graph  firms, an edge from supplier to customer, as it is on the day
    """
    around = {
        firm_id
        for leader_id in leader_ids
        if leader_id in graph
        for firm_id in (*graph.predecessors(leader_id), *graph.successors(leader_id))
    }
    if not around:
        return frozenset()
    return frozenset(around) - chain_firms.here(
        work, as_of, partners(leader_ids), with_demo=with_demo
    )


def partners(leader_ids: Collection[str]) -> sa.Select[str]:
    """Return the ids of all that ever supplied one of a few firms or bought from it."""
    both = sa.union(
        sa.select(col(SupplyLink.supplier_id)).where(col(SupplyLink.customer_id).in_(leader_ids)),
        sa.select(col(SupplyLink.customer_id)).where(col(SupplyLink.supplier_id).in_(leader_ids)),
    ).subquery("partners")
    return sa.select(both.c[0])


def of_chain(
    work: Work, as_of: date, leaders: dict[str, str], *, with_demo: bool = True
) -> list[Partner]:
    """Return the partners of each leader of a chain, leader by leader.

    leaders  {organisation: name}, as chains.leaders returns them
    """
    return [
        partner
        for leader_id, leader in leaders.items()
        for partner in of_leader(work, as_of, leader_id, leader, with_demo=with_demo)
    ]
