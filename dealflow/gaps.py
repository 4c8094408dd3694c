"""Gaps: where a chain is broken, how much each break matters, and what one firm's leaving breaks.

A gap is an important segment without a landed firm. Its importance is an open score: the office's
criticality, the landed firms that depend on the segment, and how many of them have one supplier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from dealflow import supply
from dealflow.chain_firms import Role
from dealflow.chain_map import COVERED, ChainMap, Coverage, Node, coverage
from dealflow.chains import Criticality
from dealflow.score_weights import FIRST, Score


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a score: what was seen, as a share of the most there could be, and its weight."""

    code: str
    seen: int  # what was counted
    share: float  # 0 to 1
    weight: float

    @property
    def points(self) -> float:
        """What the part adds to the score."""
        return self.share * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A missing segment; the parts of its importance add up to it."""

    node: Node
    dependants: frozenset[str]  # landed firms that buy from firms of this segment
    parts: tuple[Part, ...]

    @property
    def importance(self) -> float:
        """The score, 0 to the sum of the weights."""
        return sum(part.points for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A segment whose coverage would be another."""

    segment_id: str
    name: str
    before: Coverage
    after: Coverage
    opens_gap: bool  # the segment is important and would have no landed firm left


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What one firm's leaving would break in the chain."""

    organisation_id: str
    downstream: Mapping[str, int]  # landed firm -> steps away along supply
    stranded: frozenset[str]  # landed customers who would have no supplier left here
    segments: tuple[Change, ...]
    splits_network: bool  # supply among the landed firms would fall into more pieces


# ---- rules
GAP_WEIGHTS: Mapping[str, float] = FIRST[Score.GAP].points


def landed_firms(chart: ChainMap) -> frozenset[str]:
    """Return the firms that have landed anywhere on the map."""
    return frozenset(
        firm.organisation_id
        for node in chart.nodes
        for firm in node.firms
        if firm.role is Role.LANDED
    )


def gaps(
    chart: ChainMap, graph: "nx.DiGraph[str]", weights: Mapping[str, float] = GAP_WEIGHTS
) -> list[Gap]:
    """Return the gaps of a chain, the most important first; of equal ones the map's own order.

    graph    firms, an edge from supplier to customer (supply.network)
    weights  points of each part at its most
    """
    here = landed_firms(chart)
    found = [
        (node, _buyers(graph, [f.organisation_id for f in node.firms], here))
        for node in chart.nodes
        if node.is_gap
    ]
    most = max((len(buyers) for _, buyers in found), default=0)
    scored = [
        Gap(
            node=node,
            dependants=frozenset(buyers),
            parts=_importance(node, buyers, most, weights),
        )
        for node, buyers in found
    ]
    return sorted(scored, key=lambda gap: -gap.importance)


def _buyers(
    graph: "nx.DiGraph[str]", suppliers: Sequence[str], here: frozenset[str]
) -> dict[str, int]:
    """Return {landed customer: how many of the suppliers it buys from}."""
    bought: dict[str, int] = {}
    for supplier in suppliers:
        if supplier in graph:
            for customer in here.intersection(graph.successors(supplier)):
                bought[customer] = bought.get(customer, 0) + 1
    return bought


def _importance(
    node: Node, buyers: Mapping[str, int], most: int, weights: Mapping[str, float]
) -> tuple[Part, ...]:
    alone = sum(count == 1 for count in buyers.values())
    seen = {
        "criticality": (int(node.criticality), int(node.criticality) / max(Criticality)),
        "dependants": (len(buyers), len(buyers) / most if most else 0.0),
        "single_supplier": (alone, alone / len(buyers) if buyers else 0.0),
    }
    return tuple(
        Part(code=code, seen=seen[code][0], share=seen[code][1], weight=weight)
        for code, weight in weights.items()
    )


def withdrawal(
    chart: ChainMap,
    graph: "nx.DiGraph[str]",
    organisation_id: str,
    here: frozenset[str] | None = None,
) -> Withdrawal:
    """Say what the chain would lose with one firm; nothing is changed.

    here  the landed firms through which supply runs; those of the chain where none are given
    """
    here = landed_firms(chart) if here is None else here
    changes = [
        _change(node, organisation_id)
        for node in chart.nodes
        if any(firm.organisation_id == organisation_id for firm in node.firms)
    ]
    return Withdrawal(
        organisation_id=organisation_id,
        downstream=supply.downstream(graph, organisation_id, among=here),
        stranded=frozenset(supply.sole_suppliers(graph, here).get(organisation_id, set()) & here),
        segments=tuple(change for change in changes if change.before is not change.after),
        splits_network=_splits(graph, here, organisation_id),
    )


def _change(node: Node, organisation_id: str) -> Change:
    after = coverage(f.role for f in node.firms if f.organisation_id != organisation_id)
    return Change(
        segment_id=node.segment_id,
        name=node.name,
        before=node.coverage,
        after=after,
        opens_gap=not node.is_gap
        and node.criticality >= Criticality.IMPORTANT
        and after not in COVERED,
    )


def _splits(graph: "nx.DiGraph[str]", here: frozenset[str], organisation_id: str) -> bool:
    joined = graph.subgraph(here).to_undirected(as_view=True)
    return organisation_id in joined and organisation_id in set(nx.articulation_points(joined))
