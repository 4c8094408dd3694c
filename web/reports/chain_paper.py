"""The chain on paper: two sheets for the task force's meeting, however large the chain is.

The first says how the chain stands (the five ones, map, gaps), the second what is being done and
with what money. What the sheets have no room for is counted on them and stands in the workbook.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from dealflow.chain_brief import ChainBrief
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from web.formats import DASH, Reader
from web.reports import chain_board, paper, pdf
from web.reports.chain_board import marked
from web.reports.paper import (
    Block,
    Column,
    Cover,
    Head,
    Kpi,
    Kpis,
    Note,
    Pair,
    Paper,
    Plain,
    Table,
    TableRow,
    clipped,
)
from web.views.dispatch_words import BLOCKERS
from web.views.holdings import named
from web.views.words import STAGES

TITLE_CHARS = 16
GOALS_BESIDE = 5  # as high as the table of money
ROWS_AT_MOST = {"projects": 16, "items": 10, "visits": 7}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ChainDay:
    """What is printed, for whom and by whom."""

    brief: ChainBrief
    reader: Reader
    district: str

    @property
    def name(self) -> str:
        """Return the chain's name in the reader's language."""
        return named(self.reader, self.brief.chain.name, self.brief.chain.name_en)

    @property
    def title(self) -> str:
        """Return what the paper is called."""
        name = clipped(self.name, TITLE_CHARS)
        return self.reader.say(say("{chain}: task force paper", chain=name))


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
    laid = (tuple(fronts), tuple(_fitted(lambda most: _back(day, most))))
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


def plan_of(day: ChainDay) -> str:
    """Name the plan in force with its version, "" before the first one."""
    plan, reader = day.brief.plan, day.reader
    if plan is None:
        return ""
    title = marked(reader, named(reader, plan.title, plan.title_en), plan.is_demo)
    return reader.say(
        say(
            "{title}, version {number}, from {on}",
            title=title,
            number=plan.number,
            on=plan.valid_from,
        )
    )


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


# ---- the second sheet
def _back(day: ChainDay, most: dict[str, int]) -> list[Block]:
    return [
        Pair(left=_money(day), right=_goals(day, GOALS_BESIDE)),
        *_projects(day, most["projects"]),
        *_items(day, most["items"]),
        *_visits(day, most["visits"]),
    ]


def _money(day: ChainDay) -> tuple[Plain, ...]:
    reader, money = day.reader, day.brief.money
    figures, pool = money.figures, money.pool
    lines: list[tuple[Message | str, str]] = [
        (say("Contract amount"), reader.money(figures.contract_fen)),
        (say("Money in place"), reader.money(figures.in_place_fen)),
        (say("of that, paid by funds"), reader.money(money.in_place_from_funds_fen)),
        (say("of that, from others"), reader.money(money.in_place_from_others_fen)),
        (say("Paid by funds in all"), reader.money(figures.fund_fen)),
    ]
    why: dict[str, None] = {}
    if pool is None:
        why[reader.say(say("no fund has invested in the chain yet"))] = None
        lines += [("MOIC", DASH), (say("Pooled IRR"), DASH)]
    else:
        why |= {
            reader.why(one): None
            for one in (pool.multiple, pool.rate)
            if isinstance(one, Undefined)
        }
        rate = say("Return of the period, pooled") if pool.is_period else say("Pooled IRR")
        lines += [
            (say("Invested by funds"), reader.money(pool.paid_in_fen)),
            (say("Fair value"), reader.money(pool.value_fen)),
            ("MOIC", _told(pool.multiple, reader.multiple)),
            (rate, _told(pool.rate, reader.ratio)),
        ]
    return (
        Head(number=3, title=reader.say(say("Money")), note=reader.unit_name()),
        Table(
            label=reader.say(say("Money")),
            columns=(
                Column(reader.say(say("Figure")), "wrap", 18),
                Column(reader.say(say("All years")), "r"),
            ),
            rows=tuple(TableRow((reader.say(title), value)) for title, value in lines),
        ),
        *(Note(text=f"{DASH} {reason}") for reason in why),
    )


def _told(value: float | Undefined, written: Callable[[float], str]) -> str:
    return DASH if isinstance(value, Undefined) else written(value)


def _goals(day: ChainDay, most: int) -> tuple[Plain, ...]:
    reader, goals = day.reader, day.brief.goals
    head = Head(number=4, title=reader.say(say("Goals and actuals")), note=str(len(goals)))
    if not goals:
        return (head, Note(text=reader.say(say("No goal is recorded for the chain."))))

    def written(value: int | None, unit: str) -> str:
        if value is None:
            return DASH
        return reader.money(value) if unit == "fen" else reader.count(value)

    table = Table(
        label=head.title,
        columns=(
            Column(reader.say(say("Goal")), "wrap", 12),
            Column(reader.say(say("Actual")), "r"),
            Column(reader.say(say("Wanted")), "r"),
            Column(reader.say(say("Due"))),
        ),
        rows=tuple(
            TableRow(
                (
                    marked(reader, clipped(reader.say(one.text), 22), one.is_demo),
                    written(one.actual, one.unit),
                    written(one.goal, one.unit),
                    reader.date(one.due_on),
                )
            )
            for one in goals[:most]
        ),
    )
    return (head, table, *further(reader, len(goals) - most))


def _projects(day: ChainDay, most: int) -> list[Block]:
    reader, lines = day.reader, day.brief.projects
    head = Head(
        number=5,
        title=reader.say(say("Projects on the chain")),
        note=reader.unit_name(),
    )
    if not lines:
        return [head, Note(text=reader.say(say("No project stands on the chain.")))]
    rows = tuple(
        TableRow(
            (
                marked(
                    reader,
                    clipped(named(reader, line.card.name, line.card.name_en), 30),
                    line.card.is_demo or line.card.is_told,
                ),
                clipped(named(reader, line.segment, line.segment_en), 16) or DASH,
                reader.say(STAGES[line.card.stage]),
                held(reader, line.card.contract_fen),
                held(reader, line.card.in_place_fen),
                clipped(", ".join(line.card.fund_codes), 12) or DASH,
                clipped(line.card.unit_name, 11) or DASH,
            )
        )
        for line in lines[:most]
    )
    table = Table(
        label=head.title,
        columns=(
            Column(reader.say(say("Project")), "wrap", 19),
            Column(reader.say(say("Segment")), "wrap", 10),
            Column(reader.say(say("Stage"))),
            Column(reader.say(say("Contract amount")), "r"),
            Column(reader.say(say("Money in place")), "r"),
            Column(reader.say(say("Funds"))),
            Column(reader.say(say("Unit"))),
        ),
        rows=rows,
    )
    return [head, table, *further(reader, len(lines) - most)]


def _items(day: ChainDay, most: int) -> list[Block]:
    """Return the blockers, then the action items by deadline: what the meeting must settle."""
    reader, brief = day.reader, day.brief
    action = reader.say(say("Action item"))
    rows = [
        (
            reader.say(BLOCKERS[one.kind]),
            one.project_name,
            marked(reader, clipped(one.text, 44), one.is_demo),
            DASH,
            reader.say(say("since {on}", on=one.raised_on)),
        )
        for one in brief.blockers
    ] + [
        (
            action,
            one.project_name or DASH,
            marked(reader, clipped(one.text, 44), one.is_demo),
            f"{one.unit_name} {one.owner}".strip(),
            reader.say(
                say("overdue since {on}", on=one.due_on)
                if one.is_overdue(brief.as_of)
                else say("due {on}", on=one.due_on)
            ),
        )
        for one in brief.actions
    ]
    head = Head(
        number=6,
        title=reader.say(say("Blockers and action items")),
        note=f"{len(brief.blockers)} + {len(brief.actions)}",
    )
    if not rows:
        return [head, Note(text=reader.say(say("Nothing is open.")))]
    table = Table(
        label=head.title,
        columns=(
            Column(reader.say(say("Kind"))),
            Column(reader.say(say("Project")), "wrap", 13),
            Column(reader.say(say("What is to be done")), "wrap", 22),
            Column(reader.say(say("Unit")), "wrap", 9),
            Column(reader.say(say("Date"))),
        ),
        rows=tuple(
            TableRow((kind, clipped(name, 24), text, clipped(who, 16), when))
            for kind, name, text, who, when in rows[:most]
        ),
    )
    return [head, table, *further(reader, len(rows) - most)]


def _visits(day: ChainDay, most: int) -> list[Block]:
    reader, visits = day.reader, day.brief.visits
    head = Head(number=7, title=reader.say(say("Visits and events")), note=str(len(visits)))
    if not visits:
        return [head, Note(text=reader.say(say("No firm of the chain has been visited yet.")))]
    table = Table(
        label=head.title,
        columns=(
            Column(reader.say(say("Date"))),
            Column(reader.say(say("Occasion")), "wrap", 14),
            Column(reader.say(say("City"))),
            Column(reader.say(say("Firms met")), "wrap", 28),
        ),
        rows=tuple(
            TableRow(
                (
                    reader.date(one.on),
                    marked(reader, clipped(one.name, 22), one.is_demo),
                    clipped(one.city, 8) or DASH,
                    clipped("、".join(one.firms), 50),
                )
            )
            for one in visits[:most]
        ),
    )
    return [head, table, *further(reader, len(visits) - most)]


def held(reader: Reader, fen: int | None) -> str:
    """Write an amount, a dash for none."""
    return reader.money(fen) if fen else DASH


def further(reader: Reader, left: int) -> Sequence[Note]:
    """Return the note that says how many lines only the workbook has."""
    if left <= 0:
        return ()
    return (Note(text=reader.say(say("{n} further lines are in the workbook.", n=left))),)
