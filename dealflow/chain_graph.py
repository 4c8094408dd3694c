"""Chain graph: the map of a chain as a network, its segments tied by the supplies of their firms.

A tie runs from the segment of a supplier to the segment of its customer, or to a firm in the
middle: a leader of the chain, or the one that is asked about. Where a chain is too large to draw,
what trades with the firms in the middle is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from dealflow.chain_firms import Role
from dealflow.chain_map import ChainMap, Node
from dealflow.chains import Position

MOST_SEGMENTS = 48  # what a screen can show with names
SWEEPS = 6
COLUMNS: Mapping[Position | None, int] = {
    Position.UPSTREAM: 0,
    Position.MIDSTREAM: 1,
    None: 2,  # the firms in the middle
    Position.DOWNSTREAM: 3,
    Position.AFTERMARKET: 4,
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A segment, or a firm in the middle, with its place: column 0 to 4, row from the top."""

    key: str
    node: Node | None  # None for a firm
    name: str
    column: int
    row: int
    steps: int | None  # along ties to the nearest firm in the middle; None where none leads there


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Supplies from one box to another."""

    source: str
    target: str
    links: int
    to_middle: bool  # one end is a firm in the middle
    sole: int  # of the links, those of a customer here that has no other supplier here


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What is drawn, and how much is not."""

    boxes: tuple[Box, ...]
    ties: tuple[Tie, ...]
    hidden_segments: int
    unplaced_links: int  # with a firm of this chain at one end and one in no segment at the other


# ---- rules
def drawing(
    chart: ChainMap,
    graph: "nx.DiGraph[str]",
    middle: Mapping[str, str],
    *,
    most: int = MOST_SEGMENTS,
) -> Drawing:
    """Arrange a chain; the same chain gives the same drawing.

    graph    firms, an edge from supplier to customer (supply.network)
    middle   {firm: name} of those that stand as boxes of their own, in this order
    most     segments at the most; the ones that trade most with the middle come first
    """
    ties, unplaced = _ties(chart, graph, middle)
    shown = _shown(chart.nodes, ties, middle, most)
    network: nx.DiGraph[str] = nx.DiGraph()
    network.add_nodes_from([*middle, *(node.segment_id for node in shown)])
    kept = [tie for tie in ties if tie.source in network and tie.target in network]
    network.add_edges_from((tie.source, tie.target) for tie in kept)
    columns: dict[int, list[str]] = {column: [] for column in COLUMNS.values()}
    columns[COLUMNS[None]] = list(middle)
    for node in shown:
        columns[COLUMNS[node.position]].append(node.segment_id)
    rows = _rows(columns, network)
    steps = _steps(network, middle)
    by_id = {node.segment_id: node for node in shown}
    return Drawing(
        boxes=tuple(
            Box(
                key=key,
                node=by_id.get(key),
                name=middle[key] if key in middle else by_id[key].name,
                column=column,
                row=rows[key],
                steps=steps.get(key),
            )
            for column, keys in columns.items()
            for key in sorted(keys, key=rows.__getitem__)
        ),
        ties=tuple(kept),
        hidden_segments=len(chart.nodes) - len(shown),
        unplaced_links=unplaced,
    )


def _ties(
    chart: ChainMap, graph: "nx.DiGraph[str]", middle: Mapping[str, str]
) -> tuple[list[Tie], int]:
    """Return the ties in a fixed order, and how many links lead to firms in no segment."""
    where: dict[str, list[str]] = {}
    here = set(middle)
    for node in chart.nodes:
        for firm in node.firms:
            where.setdefault(firm.organisation_id, []).append(node.segment_id)
            if firm.role is Role.LANDED:
                here.add(firm.organisation_id)
    where |= {firm: [firm] for firm in middle}
    suppliers_here = {
        firm: sum(other in here for other in graph.predecessors(firm))
        for firm in where
        if firm in graph
    }
    count: dict[tuple[str, str], list[int]] = {}
    unplaced = 0
    for supplier in where:
        for customer in graph.successors(supplier) if supplier in graph else ():
            if customer not in where:
                unplaced += 1
                continue
            is_sole = supplier in here and customer in here and suppliers_here[customer] == 1
            for source in where[supplier]:
                for target in where[customer]:
                    if source != target:
                        seen = count.setdefault((source, target), [0, 0])
                        seen[0] += 1
                        seen[1] += is_sole
    unplaced += sum(
        other not in where for firm in where if firm in graph for other in graph.predecessors(firm)
    )
    found = [
        Tie(
            source=source,
            target=target,
            links=links,
            to_middle=source in middle or target in middle,
            sole=sole,
        )
        for (source, target), (links, sole) in count.items()
    ]
    return sorted(found, key=lambda tie: (tie.source, tie.target)), unplaced


def _shown(
    nodes: Sequence[Node], ties: Iterable[Tie], middle: Mapping[str, str], most: int
) -> list[Node]:
    if len(nodes) <= most:
        return list(nodes)
    near: dict[str, int] = {}
    for tie in ties:
        if tie.to_middle:
            other = tie.target if tie.source in middle else tie.source
            near[other] = near.get(other, 0) + tie.links
    chosen = sorted(
        (node.segment_id for node in nodes if node.segment_id in near), key=lambda k: (-near[k], k)
    )[:most]
    return [node for node in nodes if node.segment_id in set(chosen)]


def _rows(columns: Mapping[int, Sequence[str]], network: "nx.DiGraph[str]") -> dict[str, int]:
    """Return the row of each box, so that tied boxes stand near each other.

    source  barycentre heuristic: Sugiyama, Tagawa, Toda, IEEE Trans. SMC 11 (1981) 109-125
    """
    order = {column: list(keys) for column, keys in columns.items()}
    height = {
        key: (row + 0.5) / len(keys) for keys in order.values() for row, key in enumerate(keys)
    }
    for _ in range(SWEEPS):
        for keys in order.values():
            pull = {
                key: sum(height[other] for other in nx.all_neighbors(network, key))
                / network.degree(key)
                if network.degree(key)
                else height[key]
                for key in keys
            }
            keys[:] = [key for _, _, key in sorted((pull[k], height[k], k) for k in keys)]
            for row, key in enumerate(keys):
                height[key] = (row + 0.5) / len(keys)
    return {key: row for keys in order.values() for row, key in enumerate(keys)}


def _steps(network: "nx.DiGraph[str]", middle: Mapping[str, str]) -> dict[str, int]:
    """Return {box: ties to the nearest firm in the middle}, in either direction."""
    both = network.to_undirected(as_view=True)
    found: dict[str, int] = {}
    for firm in middle:
        for key, steps in nx.single_source_shortest_path_length(both, firm).items():
            found[key] = min(steps, found.get(key, steps))
    return found
