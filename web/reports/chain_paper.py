"""The chain on paper: two sheets for the task force's meeting, however large the chain is.

The first says how the chain stands (the five ones, map, gaps), the second what is being done and
with what money. What the sheets have no room for is counted on them and stands in the workbook.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict

from portfolio.kernel.errors import say
from web.formats import DASH
from web.reports import chain_board, chain_work, paper, pdf
from web.reports.chain_day import ChainDay, marked, plan_of
from web.reports.paper import (
    Block,
    Column,
    Cover,
    Kpi,
    Kpis,
    Paper,
    Table,
    TableRow,
    clipped,
)
from web.views.holdings import named

ROWS_AT_MOST = {"projects": 16, "items": 10, "visits": 7}


# ---- writing
def pdf_of(day: ChainDay) -> bytes:
    """Return the two sheets as PDF/A-3a with tags; the same facts give the same bytes."""
    return pdf.set_type(write(day), day.brief.as_of)


def write(day: ChainDay) -> Paper:
    """Return the paper: exactly two sheets."""
    reader, title = day.reader, day.title
    fronts = chain_board.fitted(
        lambda room: [*_front(day), *chain_board.blocks(day.brief, reader, room)]
    )
    laid = (tuple(fronts), tuple(_fitted(lambda most: chain_work.blocks(day, most))))
    words = json.dumps([[asdict(one) for one in sheet] for sheet in laid], sort_keys=True)
    return Paper(
        lang=reader.lang,
        title=title,
        fund=day.district,
        running=f"{day.district}　{title}",
        confidential=reader.say(say("For the meeting only. Not for publication.")),
        watermark="",
        foot=reader.say(say("As recorded up to {on} 24:00", on=day.brief.as_of)),
        sha256=hashlib.sha256(words.encode()).hexdigest(),
        sections=tuple((head.number, head.title) for sheet in laid for head in paper.heads(sheet)),
        sheets=laid,
    )


def _fitted(build: Callable[[dict[str, int]], list[Block]]) -> list[Block]:
    """Return the blocks with as many rows as one sheet holds, the longest table cut first."""
    most = dict(ROWS_AT_MOST)
    while paper.total_mm(blocks := build(most)) > chain_board.ROOM_MM and max(most.values()) > 1:
        longest = max(most, key=lambda name: most[name])
        most[longest] -= 1
    return blocks


# ---- the first sheet, above the map
def _front(day: ChainDay) -> list[Block]:
    brief, reader = day.brief, day.reader
    figures, covered = brief.money.figures, brief.chart.covered
    unit = reader.unit_name()
    return [
        Cover(
            over=day.district,
            title=day.title,
            under=reader.say(say("Up to {to}.", to=brief.as_of)),
            unit=unit,
            audit=reader.say(say("{n} projects on the chain", n=len(brief.projects))),
            demo=reader.say(say("Demo")) if brief.is_demo else "",
        ),
        _five(day),
        Kpis(
            items=(
                Kpi(
                    label=reader.say(say("Segments covered")),
                    value=reader.ratio(covered, 0) if isinstance(covered, float) else DASH,
                    unit="",
                    note=reader.say(say("{n} segments", n=len(brief.chart.nodes))),
                ),
                Kpi(
                    label=reader.say(say("Gaps")),
                    value=reader.count(len(brief.gaps)),
                    unit="",
                    note=reader.say(
                        say(
                            "{n} with a candidate",
                            n=sum(bool(one.candidates) for one in brief.gaps),
                        )
                    ),
                ),
                Kpi(
                    label=reader.say(say("Landed / projects")),
                    value=f"{figures.landed} / {figures.projects}",
                    unit="",
                    note=reader.say(say("{n} in talks", n=figures.in_talks)),
                ),
                Kpi(
                    label=reader.say(say("Contract amount")),
                    value=reader.money(figures.contract_fen),
                    unit=unit,
                    note=reader.say(say("{n} projects signed", n=figures.signed)),
                ),
                Kpi(
                    label=reader.say(say("Money in place")),
                    value=reader.money(figures.in_place_fen),
                    unit=unit,
                    note=reader.say(say("all years")),
                ),
            )
        ),
    ]


def _five(day: ChainDay) -> Table:
    brief, reader = day.brief, day.reader
    nothing = reader.say(say("None recorded"))
    people = reader.say(say("{n} members", n=brief.members)) if brief.members else ""
    official = " · ".join(filter(None, (brief.chain.official_title, brief.task_force, people)))
    columns = (
        (say("One official"), official),
        (say("Leader firm"), "、".join(brief.leaders)),
        (say("One plan"), plan_of(day)),
        (say("One map"), reader.say(say("{n} segments", n=len(brief.chart.nodes)))),
        (
            say("One policy set"),
            "；".join(
                marked(reader, named(reader, one.title, one.title_en), one.is_demo)
                for one in brief.policies
            ),
        ),
    )
    return Table(
        label=reader.say(say("The five ones of a chain")),
        columns=tuple(Column(reader.say(title), "wrap", 11) for title, _ in columns),
        rows=(TableRow(tuple(clipped(text or nothing, 33) for _, text in columns)),),
    )
