"""The map of a chain and its gaps as they fit on one sheet, the weightiest first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dealflow.chain_brief import ChainBrief, GapLine
from dealflow.chain_firms import Role
from dealflow.chain_map import COVERED, Coverage, Node
from portfolio.kernel.errors import say
from web.formats import Reader
from web.reports import paper
from web.reports.chain_day import marked
from web.reports.paper import (
    Block,
    Column,
    Head,
    Map,
    MapNode,
    MapRow,
    Note,
    Table,
    TableRow,
    clipped,
)
from web.views.chain_words import COLUMNS, COVERAGES, CRITICALITIES, NODE_LOOKS
from web.views.holdings import named

CANDIDATES_NAMED = 3
ROOM_MM = 250.0  # heights are estimated too high, and no third sheet may follow
NAME_CHARS, STATE_CHARS, ROW_CHARS, FIRM_CHARS = 12, 14, 18, 16  # what a cell of the sheet holds


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of the map and of the gaps is printed."""

    rows: int = 12
    nodes: int = 4  # a cell
    gaps: int = 7

    def less(self) -> "Room | None":
        """Return the next smaller room; None where there is none.

        Segments of a cell go first: a cell says how many more it has, a row that is gone cannot.
        """
        if self.nodes > 1:
            return replace(self, nodes=self.nodes - 1)
        if self.rows > LEAST_ROWS or self.gaps <= LEAST_GAPS:
            return replace(self, rows=self.rows - 1) if self.rows > 1 else None
        return replace(self, gaps=self.gaps - 1)


LEAST_ROWS, LEAST_GAPS = 7, 4


# ---- rules
def fitted(build: Callable[[Room], list[Block]]) -> list[Block]:
    """Return what `build` makes in the largest room that leaves it on one sheet."""
    room = Room()
    while paper.total_mm(blocks := build(room)) > ROOM_MM and (smaller := room.less()):
        room = smaller
    return blocks


def by_row(nodes: Sequence[Node]) -> dict[str, list[Node]]:
    """Return {subsystem: segments} in the order of the map."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.subsystem, []).append(node)
    return found


def state_of(reader: Reader, node: Node) -> str:
    """Say how a segment is filled and by whom."""
    there = [firm for firm in node.firms if firm.role.rank >= Role.IN_TALKS.rank]
    is_open = node.coverage in {Coverage.NONE, Coverage.TARGETED}
    word = (
        reader.say(say("Gap")) if is_open and node.is_gap else reader.say(COVERAGES[node.coverage])
    )
    here = node.count(Role.LANDED) + node.count(Role.CONTRACTED)
    number = f"{here}/{node.wanted_firms}" if node.wanted_firms else str(here)
    who = "、".join(firm.name for firm in there) or node.wanted_note
    return " · ".join(filter(None, (f"{word} {number}", who)))


def look_of(node: Node) -> str:
    """Return the look of a segment: gap, or the one of its coverage."""
    is_open = node.coverage in {Coverage.NONE, Coverage.TARGETED}
    return "gap" if is_open and node.is_gap else NODE_LOOKS[node.coverage]


# ---- blocks
def blocks(brief: ChainBrief, reader: Reader, room: Room) -> Iterator[Block]:
    """Yield the map and the gaps in the room there is."""
    yield Head(
        number=1,
        title=reader.say(say("Chain map")),
        note="　".join(
            f"{reader.say(COVERAGES[state])} {count}"
            for state, count in reversed(brief.chart.counted().items())
        ),
    )
    if brief.chart.nodes:
        yield from _map(brief, reader, room)
    else:
        yield Note(text=reader.say(say("The chain has no map yet")))
    yield from _gaps(brief, reader, room)


def _map(brief: ChainBrief, reader: Reader, room: Room) -> Iterator[Block]:
    rows = by_row(brief.chart.nodes)
    printed = [
        MapRow(
            title=clipped(
                named(reader, nodes[0].subsystem, nodes[0].subsystem_en)
                or reader.say(say("Other segments")),
                ROW_CHARS,
            ),
            note=f"{reader.say(say('covered'))} "
            f"{sum(node.coverage in COVERED for node in nodes)}/{len(nodes)}",
            cells=tuple(
                tuple(_node(reader, node) for node in _first(nodes, position)[: room.nodes])
                for position in COLUMNS
            ),
            more=tuple(
                _more(reader, len(_first(nodes, position)) - room.nodes) for position in COLUMNS
            ),
        )
        for nodes in list(rows.values())[: room.rows]
    ]
    label = reader.say(say("Map of the chain's segments"))
    columns = tuple(reader.say(title) for title, _ in COLUMNS.values())
    yield Map(label=label, columns=columns, rows=tuple(printed))
    left = len(brief.chart.nodes) - sum(len(cell) for row in printed for cell in row.cells)
    if left:
        yield Note(text=reader.say(say("And {n} more segments: see the workbook.", n=left)))


def _first(nodes: Sequence[Node], position: object) -> list[Node]:
    """Return the segments of one cell, gaps first: a meeting is held for these."""
    found = [node for node in nodes if node.position is position]
    return sorted(found, key=lambda node: not node.is_gap)


def _node(reader: Reader, node: Node) -> MapNode:
    return MapNode(
        name=clipped(named(reader, node.name, node.name_en), NAME_CHARS),
        state=clipped(state_of(reader, node), STATE_CHARS),
        look=look_of(node),
    )


def _more(reader: Reader, left: int) -> str:
    return reader.say(say("and {n} more", n=left)) if left > 0 else ""


def _gaps(brief: ChainBrief, reader: Reader, room: Room) -> Iterator[Block]:
    title = reader.say(say("To be filled"))
    yield Head(number=2, title=title, note=reader.say(say("by importance")))
    if not brief.gaps:
        yield Note(text=reader.say(say("Every important segment has a landed firm.")))
        return
    yield Table(
        label=title,
        columns=(
            Column(reader.say(say("Segment")), "wrap", 12),
            Column(reader.say(say("Importance")), "r"),
            Column(reader.say(say("Why it matters")), "wrap", 14),
            Column(reader.say(say("Who could fill it (points)")), "wrap", 24),
        ),
        rows=tuple(
            TableRow(
                (
                    clipped(named(reader, line.gap.node.name, line.gap.node.name_en), 22),
                    reader.number(line.gap.importance, 0),
                    clipped(why(reader, line), 27),
                    clipped(_could(reader, line), 46),
                )
            )
            for line in brief.gaps[: room.gaps]
        ),
    )
    if (left := len(brief.gaps) - room.gaps) > 0:
        yield Note(text=reader.say(say("{n} further lines are in the workbook.", n=left)))


def why(reader: Reader, line: GapLine) -> str:
    """Say what makes a gap matter."""
    seen = {part.code: part.seen for part in line.gap.parts}
    words = [reader.say(CRITICALITIES[line.gap.node.criticality])]
    if seen.get("dependants"):
        words.append(reader.say(say("{n} landed firms buy from it", n=seen["dependants"])))
    if seen.get("single_supplier"):
        words.append(reader.say(say("{n} with one supplier", n=seen["single_supplier"])))
    return " · ".join(words)


def _could(reader: Reader, line: GapLine) -> str:
    named_ = [
        f"{marked(reader, clipped(one.name, FIRM_CHARS), one.is_demo)} [{one.score:.0f}]"
        for one in line.candidates[:CANDIDATES_NAMED]
    ]
    if named_:
        return "、".join(named_) if reader.lang == "zh" else ", ".join(named_)
    return line.gap.node.wanted_note or reader.say(say("No firm is known"))
