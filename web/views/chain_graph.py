"""The graph of a chain: its segments tied by supply, around its leader firms or one firm."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from markupsafe import Markup

from dealflow import chain_graph, chain_map, chains, supply
from dealflow.chain_firms import Role
from dealflow.chain_graph import Box, Drawing, Tie
from dealflow.chain_map import Coverage
from dealflow.chains import Chain
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError, say
from portfolio.organisations import Organisation
from web.charts.network import GraphBox, GraphTie, network
from web.formats import Reader
from web.views.chain_words import COLUMNS, COVERAGES, NODE_LOOKS
from web.views.holdings import named

TIES_LISTED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TieRow:
    """A tie in the table beside the drawing."""

    source: str
    target: str
    links: int
    sole: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPage:
    """All that chains/graph.html may use."""

    template: ClassVar[str] = "chains/graph.html"
    slug: str
    name: str
    chains: tuple[tuple[str, str, bool], ...]
    around: str  # the firm in the middle, "" where it is the leaders
    drawing: Markup
    ties: tuple[TieRow, ...]
    ties_total: int
    hidden: int
    unplaced: int
    is_demo: bool


def build(
    work: Work,
    reader: Reader,
    as_of: date,
    chain: Chain,
    around: str | None,
    *,
    with_demo: bool,
) -> GraphPage:
    """Read the chain and draw it around its leaders, or around the firm asked for."""
    chart = chain_map.chain_map(work, as_of, chain.id, with_demo=with_demo)
    graph = supply.network(supply.links(work, as_of, with_demo=with_demo))
    middle = chains.leaders(work, as_of, chain.id)
    if around is not None:
        firm = work.session.get(Organisation, around)
        if firm is None or (firm.is_demo and not with_demo):
            raise NotFoundError
        middle = {firm.id: firm.name}
    drawn = chain_graph.drawing(chart, graph, middle)
    names = _names(reader, drawn)
    title = named(reader, chain.name, chain.name_en)
    listed = sorted(drawn.ties, key=lambda tie: (-tie.links, tie.source, tie.target))
    return GraphPage(
        slug=chain.slug,
        name=title,
        chains=tuple(
            (f"/chains/{one.slug}/graph", named(reader, one.name, one.name_en), one.id == chain.id)
            for one in chains.listed(work, with_demo=with_demo)
        ),
        around=middle[around] if around else "",
        drawing=network(
            [reader.say(word) for word in _COLUMNS],
            [_box(reader, chain, box) for box in drawn.boxes],
            [_tie(reader, tie, names) for tie in drawn.ties],
            label=reader.say(
                say(
                    "{chain}: {boxes} segments and firms tied by {ties} supplies",
                    chain=title,
                    boxes=len(drawn.boxes),
                    ties=sum(tie.links for tie in drawn.ties),
                )
            ),
        ),
        ties=tuple(
            TieRow(
                source=names[tie.source], target=names[tie.target], links=tie.links, sole=tie.sole
            )
            for tie in listed[:TIES_LISTED]
        ),
        ties_total=len(listed),
        hidden=drawn.hidden_segments,
        unplaced=drawn.unplaced_links,
        is_demo=chain.is_demo or any(node.is_demo for node in chart.nodes),
    )


_COLUMNS = (
    *(COLUMNS[position][0] for position in list(COLUMNS)[:2]),
    say("Leader firm"),
    *(COLUMNS[position][0] for position in list(COLUMNS)[2:]),
)


def _names(reader: Reader, drawn: Drawing) -> dict[str, str]:
    return {
        box.key: named(reader, box.node.name, box.node.name_en) if box.node else box.name
        for box in drawn.boxes
    }


def _box(reader: Reader, chain: Chain, box: Box) -> GraphBox:
    if box.node is None:
        return GraphBox(
            key=box.key,
            name=box.name,
            number="",
            says=reader.say(say("leader")),
            look="firm",
            href=f"/firms/{box.key}",
            column=box.column,
            row=box.row,
            in_drawer=False,
        )
    node = box.node
    is_open = node.coverage in {Coverage.NONE, Coverage.TARGETED}
    landed = sum(firm.role.rank >= Role.CONTRACTED.rank for firm in node.firms)
    return GraphBox(
        key=box.key,
        name=named(reader, node.name, node.name_en),
        number=reader.count(landed) if landed else "",
        says=reader.say(COVERAGES[node.coverage]),
        look="gap" if node.is_gap and is_open else NODE_LOOKS[node.coverage],
        href=f"/chains/{chain.slug}/segments/{node.segment_id}",
        column=box.column,
        row=box.row,
        in_drawer=True,
    )


def _tie(reader: Reader, tie: Tie, names: dict[str, str]) -> GraphTie:
    said = say(
        "{source} supplies {target}: {links} links, of these {sole} without another supplier here",
        source=names[tie.source],
        target=names[tie.target],
        links=tie.links,
        sole=tie.sole,
    )
    look = " gtie--sole" if tie.sole else " gtie--mid" if tie.to_middle else ""
    return GraphTie(
        source=tie.source, target=tie.target, links=tie.links, look=look, says=reader.say(said)
    )
