"""Chains: where a chain is broken and who is on it, one page a chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import chain_map, chains, gaps, map_versions, supply
from dealflow.chain_firms import Role
from dealflow.chain_map import ChainMap, Coverage, Node
from dealflow.chains import Chain, Criticality
from dealflow.gaps import Gap
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from valuation.figures import Undefined
from web.formats import Reader
from web.views.chain_words import COLUMNS, COVERAGE_KINDS, COVERAGES, NODE_LOOKS, ROLES
from web.views.holdings import named

HEATS, GAPS_SHOWN = 5, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A segment as the map shows it."""

    href: str
    name: str
    look: str  # strong, some, signed, talk, gap, open
    heat: int  # 0 where colours speak of coverage, else 1 to 5
    count: str
    count_title: str
    firms: str
    below_fen: int | None
    below: str
    state: str
    column: str
    leads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """A subsystem across the positions; a cell may hold several segments."""

    name: str
    covered: int
    total: int
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """A gap in the list of what is to be filled."""

    href: str
    name: str
    priority: str
    importance: float
    targets: int
    in_talks: int
    state: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChain:
    """A firm on the chain with what it signed."""

    segment: str
    name: str
    href: str
    role: str
    contract_fen: int
    in_place_fen: int
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NoChains:
    """The page before the first chain is recorded."""

    template: ClassVar[str] = "chains/none.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPage:
    """All that chains/chain.html may use."""

    template: ClassVar[str] = "chains/chain.html"
    slug: str
    name: str
    chains: tuple[tuple[str, str, bool], ...]  # address, name, whether it is this one
    official: str
    leaders: tuple[str, ...]
    segments: int
    covered: float | Undefined
    counted: tuple[tuple[str, int, str], ...]  # word, segments, colour
    colour: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[MapRow, ...]
    gaps: tuple[GapRow, ...]
    gaps_total: int
    firms: tuple[OnChain, ...]
    version: int  # of the map, in force on the day; 0 before the first
    may_edit: bool
    is_demo: bool


def build(
    work: Work,
    reader: Reader,
    as_of: date,
    chain: Chain,
    *,
    colour: str,
    may_edit: bool,
    with_demo: bool,
) -> ChainPage:
    """Read and arrange the page of one chain."""
    chart = chain_map.chain_map(work, as_of, chain.id, with_demo=with_demo)
    graph = supply.network(supply.links(work, as_of, with_demo=with_demo))
    missing = gaps.gaps(chart, graph)
    leaders = chains.leaders(work, as_of, chain.id)
    counted = chart.counted()
    order = (Coverage.STRONG, Coverage.LANDED, Coverage.CONTRACTED, Coverage.IN_TALKS)
    open_segments = counted[Coverage.TARGETED] + counted[Coverage.NONE]
    return ChainPage(
        slug=chain.slug,
        name=named(reader, chain.name, chain.name_en),
        chains=tuple(
            (f"/chains/{one.slug}", named(reader, one.name, one.name_en), one.id == chain.id)
            for one in chains.listed(work, with_demo=with_demo)
        ),
        official=chain.official_title,
        leaders=tuple(leaders.values())
        or tuple(name for name in chain.leader_firms.split("、") if name),
        segments=len(chart.nodes),
        covered=chart.covered,
        counted=(
            *((reader.say(COVERAGES[c]), counted[c], STATE_COLOURS[c]) for c in order),
            (reader.say(say("Unfilled")), open_segments, "warn"),
        ),
        colour=colour,
        columns=tuple((reader.say(one), reader.say(two)) for one, two in COLUMNS.values()),
        rows=_rows(reader, chain, chart, colour, frozenset(leaders)),
        gaps=tuple(_gap_row(reader, chain, gap) for gap in missing[:GAPS_SHOWN]),
        gaps_total=len(missing),
        firms=firms_of(reader, chart.nodes),
        version=map_versions.in_force(work, as_of, chain.id),
        may_edit=may_edit,
        is_demo=chain.is_demo or any(node.is_demo for node in chart.nodes),
    )


STATE_COLOURS = {
    Coverage.STRONG: "stage-5",
    Coverage.LANDED: "stage-3",
    Coverage.CONTRACTED: "stage-2",
    Coverage.IN_TALKS: "stage-1",
}


def _rows(
    reader: Reader, chain: Chain, chart: ChainMap, colour: str, leader_ids: frozenset[str]
) -> tuple[MapRow, ...]:
    by_row: dict[str, list[Node]] = {}
    for node in chart.nodes:
        by_row.setdefault(node.subsystem, []).append(node)
    heats = _heats(chart, colour)
    return tuple(
        MapRow(
            name=named(reader, nodes[0].subsystem, nodes[0].subsystem_en)
            or reader.say(say("Other segments")),
            covered=sum(node.coverage in chain_map.COVERED for node in nodes),
            total=len(nodes),
            cells=tuple(
                tuple(
                    _cell(reader, chain, node, colour, heats, leader_ids)
                    for node in nodes
                    if node.position is position
                )
                for position in COLUMNS
            ),
        )
        for nodes in by_row.values()
    )


def _heats(chart: ChainMap, colour: str) -> Mapping[str, int]:
    """Return {segment: 1 to 5} by amount; nothing where the colour tells of coverage."""
    if colour == "coverage":
        return {}
    amounts = {
        node.segment_id: node.contract_fen if colour == "contract" else node.in_place_fen
        for node in chart.nodes
    }
    most = max(amounts.values(), default=0)
    return {
        segment_id: -(-fen * HEATS // most)  # rounded up: the least amount has a colour
        for segment_id, fen in amounts.items()
        if fen > 0
    }


def _cell(
    reader: Reader,
    chain: Chain,
    node: Node,
    colour: str,
    heats: Mapping[str, int],
    leader_ids: frozenset[str],
) -> Cell:
    standing = [firm for firm in node.firms if firm.role.rank >= Role.IN_TALKS.rank]
    there = node.count(Role.LANDED) + node.count(Role.CONTRACTED)
    is_open = node.coverage in {Coverage.NONE, Coverage.TARGETED}
    state = reader.say(COVERAGES[node.coverage])
    if there:
        count, firms = reader.count(there), "、".join(firm.name for firm in standing[:2])
    elif standing:
        count, firms = state, standing[0].name
    else:
        count = f"0 / {node.wanted_firms}" if node.wanted_firms else "—"
        firms = node.wanted_note or "、".join(firm.name for firm in node.firms[:2])
    look = "gap" if is_open and node.is_gap else NODE_LOOKS[node.coverage]
    amount = node.in_place_fen if colour == "in_place" else node.contract_fen
    return Cell(
        href=f"/chains/{chain.slug}/segments/{node.segment_id}",
        name=named(reader, node.name, node.name_en),
        look=look if colour == "coverage" else "amount",
        heat=heats.get(node.segment_id, 0),
        count=count,
        count_title=state,
        firms=firms,
        below_fen=amount or None,
        below=state if not amount else "",
        state=state,
        column=reader.say(COLUMNS[node.position][0]),
        leads=any(firm.organisation_id in leader_ids for firm in node.firms),
    )


def _gap_row(reader: Reader, chain: Chain, gap: Gap) -> GapRow:
    node = gap.node
    return GapRow(
        href=f"/chains/{chain.slug}/segments/{node.segment_id}",
        name=named(reader, node.name, node.name_en),
        priority="P1" if node.criticality is Criticality.CRITICAL else "P2",
        importance=gap.importance,
        targets=node.count(Role.TARGET),
        in_talks=node.count(Role.IN_TALKS),
        state=reader.say(COVERAGES[node.coverage]),
        kind=COVERAGE_KINDS[node.coverage],
    )


def firms_of(reader: Reader, nodes: tuple[Node, ...]) -> tuple[OnChain, ...]:
    """Return the firms of the segments, in the order of the map."""
    return tuple(
        OnChain(
            segment=named(reader, node.name, node.name_en),
            name=firm.name,
            href=f"/deals/{firm.project_ids[0]}" if firm.project_ids else "",
            role=reader.say(ROLES[firm.role]),
            contract_fen=firm.contract_fen,
            in_place_fen=firm.in_place_fen,
            is_demo=firm.is_demo,
        )
        for node in nodes
        for firm in node.firms
    )
