"""The second sheet of a chain's paper: money, goals, projects, what is open, who was met."""

from collections.abc import Callable, Mapping, Sequence

from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from web.formats import DASH, Reader
from web.reports.chain_day import ChainDay, marked
from web.reports.paper import Block, Column, Head, Note, Pair, Plain, Table, TableRow, clipped
from web.views.dispatch_words import BLOCKERS
from web.views.holdings import named
from web.views.words import STAGES

GOALS_BESIDE = 5  # as high as the table of money


# ---- blocks
def blocks(day: ChainDay, most: Mapping[str, int]) -> list[Block]:
    """Return the second sheet with at most so many rows a table."""
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
                else say("falls due {on}", on=one.due_on)
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
