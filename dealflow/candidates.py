"""Candidates: which firms could fill a gap, ranked by a score whose parts everybody can see.

No model and no hidden weight: each part is a fact with its rows, its weight is data, and the parts
add up to the score.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from dealflow.chain_firms import Role
from dealflow.gaps import Part
from dealflow.supply import Link


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a firm that is not here yet, as far as it bears on one gap."""

    organisation_id: str
    name: str
    role: Role | None  # in the segment itself
    in_chain: bool  # stands elsewhere on the same chain
    referrals: int  # leads that a leader firm or a fund brought
    qualifications: int  # valid certificates, such as 专精特新
    contacts: int  # visits and leads so far
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A firm for a gap, with the parts of its score."""

    organisation_id: str
    name: str
    role: Role | None
    parts: tuple[Part, ...]
    leaders: tuple[str, ...]  # leader firms it trades with
    is_demo: bool

    @property
    def score(self) -> float:
        """The sum of its parts."""
        return sum(part.points for part in self.parts)


# ---- rules
WEIGHTS: Mapping[str, float] = {
    "segment": 35,
    "leader": 25,
    "fund_focus": 10,
    "referral": 10,
    "qualification": 10,
    "contact": 10,
}
ELSEWHERE = 0.5  # of the segment's points, where the firm fills another segment of the chain
ENOUGH_CONTACTS = 3


def ranked(
    known: Iterable[Known],
    graph: "nx.DiGraph[str]",
    leader_ids: frozenset[str],
    *,
    fund_seeks: bool,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Candidate]:
    """Return the firms for one gap, the best first; of equal ones by name.

    graph       firms, an edge from supplier to customer
    leader_ids  the chain's leader firms
    fund_seeks  a fund with unfunded capital names the chain or the segment as its focus
    """
    found = [
        _scored(firm, graph, leader_ids, fund_seeks=fund_seeks, weights=weights) for firm in known
    ]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.name))


def _scored(
    firm: Known,
    graph: "nx.DiGraph[str]",
    leader_ids: frozenset[str],
    *,
    fund_seeks: bool,
    weights: Mapping[str, float],
) -> Candidate:
    leaders = partners_of(graph, firm.organisation_id) & leader_ids
    match = 1.0 if firm.role is not None else ELSEWHERE if firm.in_chain else 0.0
    seen = {
        "segment": (int(firm.role is not None), match),
        "leader": (len(leaders), float(bool(leaders))),
        "fund_focus": (int(fund_seeks), float(fund_seeks)),
        "referral": (firm.referrals, float(bool(firm.referrals))),
        "qualification": (firm.qualifications, float(bool(firm.qualifications))),
        "contact": (firm.contacts, min(firm.contacts, ENOUGH_CONTACTS) / ENOUGH_CONTACTS),
    }
    return Candidate(
        organisation_id=firm.organisation_id,
        name=firm.name,
        role=firm.role,
        parts=tuple(
            Part(code=code, seen=seen[code][0], share=seen[code][1], weight=weight)
            for code, weight in weights.items()
        ),
        leaders=tuple(sorted(leaders)),
        is_demo=firm.is_demo,
    )


def partners_of(graph: "nx.DiGraph[str]", firm_id: str) -> frozenset[str]:
    """Return the firms that a firm supplies or buys from."""
    if firm_id not in graph:
        return frozenset()
    return frozenset(graph.predecessors(firm_id)) | frozenset(graph.successors(firm_id))


def not_here(links: Iterable[Link], leader_id: str, here: frozenset[str]) -> dict[str, list[Link]]:
    """Return {firm: its links} of a leader's suppliers and customers not here yet (以商招商)."""
    found: dict[str, list[Link]] = {}
    for link in links:
        other = {link.supplier_id: link.customer_id, link.customer_id: link.supplier_id}.get(
            leader_id
        )
        if other is not None and other not in here:
            found.setdefault(other, []).append(link)
    return found
