"""Chains: where a chain is broken and who is on it, one page a chain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import (
    chain_map,
    chain_partners,
    chains,
    gaps,
    map_versions,
    score_weights,
    supply,
)
from dealflow.chain_firms import Role
from dealflow.chain_map import ChainMap, Coverage, Node
from dealflow.chains import Chain, Criticality
from dealflow.gaps import Gap
from dealflow.score_weights import Score
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from valuation.figures import Undefined
from web.formats import Reader
from web.views import chain_five
from web.views.chain_five import Five, Force
from web.views.chain_words import COLUMNS, COVERAGE_KINDS, COVERAGES, NODE_LOOKS, ROLES
from web.views.holdings import named

HEATS, GAPS_SHOWN = 5, 6
SEGMENTS_A_PART, FIRMS_SHOWN = 80, 120  # of a long map


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
    href: str  # of the firm
    project_href: str
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
    five: Five
    force: Force
    covered: float | Undefined
    counted: tuple[tuple[str, int, str], ...]  # word, segments, colour
    colour: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[MapRow, ...]
    parts: tuple[tuple[int, str, bool], ...]  # of a map too long for a page: number, rows, is this
    gaps: tuple[GapRow, ...]
    gaps_total: int
    firms: tuple[OnChain, ...]
    firms_total: int
    partners: int  # of the leaders, that are not here yet
    heat_top_fen: int  # the most of a segment, where the colour tells of an amount
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
    part: int,
    may_edit: bool,
    with_demo: bool,
) -> ChainPage:
    """Read and arrange the page of one chain; a long map is shown in parts, from 1 on."""
    chart = chain_map.chain_map(work, as_of, chain.id, with_demo=with_demo)
    graph = supply.network(supply.links(work, as_of, with_demo=with_demo))
    weights = score_weights.in_force(work, as_of, Score.GAP, with_demo=with_demo).points
    missing = gaps.gaps(chart, graph, weights)
    leaders = chains.leaders(work, as_of, chain.id)
    counted = chart.counted()
    folded = _folded(chart)
    part = min(max(part, 1), max(len(folded), 1))
    shown = folded[part - 1] if folded else []
    order = (Coverage.STRONG, Coverage.LANDED, Coverage.CONTRACTED, Coverage.IN_TALKS)
    open_segments = counted[Coverage.TARGETED] + counted[Coverage.NONE]
    return ChainPage(
        slug=chain.slug,
        name=named(reader, chain.name, chain.name_en),
        chains=tuple(
            (f"/chains/{one.slug}", named(reader, one.name, one.name_en), one.id == chain.id)
            for one in chains.listed(work, with_demo=with_demo)
        ),
        five=chain_five.five(
            work,
            reader,
            as_of,
            chain,
            segments=len(chart.nodes),
            covered=chart.covered,
            with_demo=with_demo,
        ),
        force=chain_five.force(work, reader, as_of, chain, with_demo=with_demo),
        partners=len(
            chain_partners.missing(work, as_of, graph, list(leaders), with_demo=with_demo)
        ),
        covered=chart.covered,
        counted=(
            *((reader.say(COVERAGES[c]), counted[c], STATE_COLOURS[c]) for c in order),
            (reader.say(say("Unfilled")), open_segments, "warn"),
        ),
        colour=colour,
        columns=tuple((reader.say(one), reader.say(two)) for one, two in COLUMNS.values()),
        rows=_rows(reader, chain, shown, _heats(chart, colour), colour, frozenset(leaders)),
        parts=_parts(folded, part),
        gaps=tuple(_gap_row(reader, chain, gap) for gap in missing[:GAPS_SHOWN]),
        gaps_total=len(missing),
        firms=firms_of(reader, tuple(node for nodes in shown for node in nodes))[:FIRMS_SHOWN],
        firms_total=sum(len(node.firms) for node in chart.nodes),
        heat_top_fen=max(_amounts(chart, colour).values(), default=0),
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


def _folded(chart: ChainMap) -> list[list[list[Node]]]:
    """Return the rows of the map, in parts of as many segments as a page can hold."""
    by_row: dict[str, list[Node]] = {}
    for node in chart.nodes:
        by_row.setdefault(node.subsystem, []).append(node)
    parts: list[list[list[Node]]] = []
    for row in by_row.values():
        if not parts or sum(map(len, parts[-1])) + len(row) > SEGMENTS_A_PART:
            parts.append([])
        parts[-1].append(row)
    return parts


def _parts(folded: list[list[list[Node]]], part: int) -> tuple[tuple[int, str, bool], ...]:
    """Return what leads to each part: its number and its first and last row."""
    found, first = [], 1
    for number, rows in enumerate(folded, 1):
        found.append((number, f"{first}–{first + len(rows) - 1}", number == part))
        first += len(rows)
    return tuple(found) if len(found) > 1 else ()


def _rows(
    reader: Reader,
    chain: Chain,
    shown: list[list[Node]],
    heats: Mapping[str, int],
    colour: str,
    leader_ids: frozenset[str],
) -> tuple[MapRow, ...]:
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
        for nodes in shown
    )


def _amounts(chart: ChainMap, colour: str) -> Mapping[str, int]:
    if colour == "coverage":
        return {}
    return {
        node.segment_id: node.contract_fen if colour == "contract" else node.in_place_fen
        for node in chart.nodes
    }


def _heats(chart: ChainMap, colour: str) -> Mapping[str, int]:
    """Return {segment: 1 to 5} by amount; nothing where the colour tells of coverage."""
    amounts = _amounts(chart, colour)
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
        look=look if colour == "coverage" else "amount" if amount else "open",
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
            href=f"/firms/{firm.organisation_id}",
            project_href=f"/deals/{firm.project_ids[0]}" if firm.project_ids else "",
            role=reader.say(ROLES[firm.role]),
            contract_fen=firm.contract_fen,
            in_place_fen=firm.in_place_fen,
            is_demo=firm.is_demo,
        )
        for node in nodes
        for firm in node.firms
    )
