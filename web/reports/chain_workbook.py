"""The chain as a workbook: every segment, gap, candidate, firm, project and open item.

Amounts are yuan to the fen. A row that is demonstration data says so in its last column.
"""

from collections.abc import Iterable
from decimal import Decimal

from dealflow.chain_map import Node
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from web.exports import Cell, Table, as_workbook, yuan
from web.reports.chain_board import state_of, why
from web.reports.chain_day import ChainDay, plan_of
from web.views.chain_words import COLUMNS, COVERAGES, CRITICALITIES, PARTS, ROLES
from web.views.dispatch_words import BLOCKERS
from web.views.holdings import named
from web.views.words import STAGES


def xlsx_of(day: ChainDay) -> bytes:
    """Return the workbook; the same facts give the same bytes."""
    made = (
        (say("Chain"), _overview(day)),
        (say("Chain map"), _map(day)),
        (say("To be filled"), _gaps(day)),
        (say("Candidates"), _candidates(day)),
        (say("Firms on the chain"), _firms(day)),
        (say("Projects on the chain"), _projects(day)),
        (say("Goals and actuals"), _goals(day)),
        (say("Blockers and action items"), _items(day)),
        (say("Visits and events"), _visits(day)),
    )
    return as_workbook(day.title, {day.reader.say(name): table for name, table in made})


def _table(day: ChainDay, heads: Iterable[Message], rows: Iterable[tuple[Cell, ...]]) -> Table:
    return Table(title=day.title, headings=tuple(map(day.reader.say, heads)), rows=tuple(rows))


def _mark(day: ChainDay, is_demo: bool) -> str:
    return day.reader.say(say("Demo")) if is_demo else ""


def _name(day: ChainDay, node: Node) -> str:
    return named(day.reader, node.name, node.name_en)


def _number(day: ChainDay, value: float | Undefined, places: int) -> Cell:
    if isinstance(value, Undefined):
        return day.reader.why(value)
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-places))


def _overview(day: ChainDay) -> Table:
    brief, reader = day.brief, day.reader
    money = brief.money
    figures, pool = money.figures, money.pool
    covered = brief.chart.covered
    nobody = reader.say(say("no fund has invested in the chain yet"))
    rows: list[tuple[Message | str, Cell]] = [
        (say("Chain"), day.name),
        (say("As of"), brief.as_of),
        (say("One official"), brief.chain.official_title),
        (say("Task force"), brief.task_force),
        (say("Task force members"), brief.members),
        (say("Leader firm"), "、".join(brief.leaders)),
        (say("One plan"), plan_of(day)),
        (
            say("One policy set"),
            "；".join(named(reader, one.title, one.title_en) for one in brief.policies),
        ),
        (say("Segments"), len(brief.chart.nodes)),
        (
            say("Segments covered"),
            reader.why(covered) if isinstance(covered, Undefined) else reader.ratio(covered),
        ),
        *((COVERAGES[state], count) for state, count in brief.chart.counted().items()),
        (say("Gaps"), len(brief.gaps)),
        (say("Projects"), figures.projects),
        (say("Projects in talks"), figures.in_talks),
        (say("Projects signed"), figures.signed),
        (say("Projects landed"), figures.landed),
        (say("Contract amount"), yuan(figures.contract_fen)),
        (say("Money in place"), yuan(figures.in_place_fen)),
        (say("of that, paid by funds"), yuan(money.in_place_from_funds_fen)),
        (say("of that, from others"), yuan(money.in_place_from_others_fen)),
        (say("Paid by funds in all"), yuan(figures.fund_fen)),
        (say("Invested by funds"), yuan(pool.paid_in_fen) if pool else nobody),
        (say("Proceeds"), yuan(pool.paid_out_fen) if pool else nobody),
        (say("Fair value"), yuan(pool.value_fen) if pool else nobody),
        ("MOIC", _number(day, pool.multiple, 4) if pool else nobody),
        (
            say("Return of the period, pooled") if pool and pool.is_period else say("Pooled IRR"),
            (reader.why(pool.rate) if isinstance(pool.rate, Undefined) else reader.ratio(pool.rate))
            if pool
            else nobody,
        ),
        (say("Data"), _mark(day, brief.is_demo)),
    ]
    return _table(
        day,
        (say("Figure"), say("{unit}, all years", unit=reader.unit_name("yuan"))),
        ((reader.say(title), value) for title, value in rows),
    )


def _map(day: ChainDay) -> Table:
    reader = day.reader
    heads = (
        *(say("Subsystem"), say("Position"), say("Segment"), say("Criticality"), say("Coverage")),
        *(say("Gap"), say("Firms wanted"), say("What kind of firm"), say("State")),
        *(say("Contract amount"), say("Money in place"), say("Data")),
    )
    return _table(
        day,
        heads,
        (
            (
                named(reader, node.subsystem, node.subsystem_en),
                reader.say(COLUMNS[node.position][0]),
                _name(day, node),
                reader.say(CRITICALITIES[node.criticality]),
                reader.say(COVERAGES[node.coverage]),
                reader.say(say("Gap")) if node.is_gap else "",
                node.wanted_firms,
                node.wanted_note,
                state_of(reader, node),
                yuan(node.contract_fen),
                yuan(node.in_place_fen),
                _mark(day, node.is_demo),
            )
            for node in day.brief.chart.nodes
        ),
    )


def _gaps(day: ChainDay) -> Table:
    lines = day.brief.gaps
    codes = [part.code for part in lines[0].gap.parts] if lines else []
    heads = (
        *(say("Rank"), say("Segment"), say("Importance"), *(PARTS[code] for code in codes)),
        *(say("Why it matters"), say("What kind of firm"), say("Data")),
    )
    return _table(
        day,
        heads,
        (
            (
                rank,
                _name(day, line.gap.node),
                _number(day, line.gap.importance, 2),
                *(_number(day, part.points, 2) for part in line.gap.parts),
                why(day.reader, line),
                line.gap.node.wanted_note,
                _mark(day, line.gap.node.is_demo),
            )
            for rank, line in enumerate(lines, start=1)
        ),
    )


def _candidates(day: ChainDay) -> Table:
    found = [(line.gap.node, one) for line in day.brief.gaps for one in line.candidates]
    codes = [part.code for part in found[0][1].parts] if found else []
    heads = (
        *(say("Segment"), say("Firm"), say("Points"), *(PARTS[code] for code in codes)),
        say("Data"),
    )
    return _table(
        day,
        heads,
        (
            (
                _name(day, node),
                one.name,
                _number(day, one.score, 2),
                *(_number(day, part.points, 2) for part in one.parts),
                _mark(day, one.is_demo),
            )
            for node, one in found
        ),
    )


def _firms(day: ChainDay) -> Table:
    heads = (
        *(say("Segment"), say("Firm"), say("Role")),
        *(say("Contract amount"), say("Money in place"), say("Data")),
    )
    return _table(
        day,
        heads,
        (
            (
                _name(day, node),
                firm.name,
                day.reader.say(ROLES[firm.role]),
                yuan(firm.contract_fen),
                yuan(firm.in_place_fen),
                _mark(day, firm.is_demo),
            )
            for node in day.brief.chart.nodes
            for firm in node.firms
        ),
    )


def _projects(day: ChainDay) -> Table:
    heads = (
        *(say("Code"), say("Project"), say("Firm"), say("Segment"), say("Stage")),
        *(say("Contract amount"), say("Money in place"), say("Funds"), say("Unit"), say("Data")),
    )
    return _table(
        day,
        heads,
        (
            (
                line.card.code,
                named(day.reader, line.card.name, line.card.name_en),
                line.card.firm_name,
                named(day.reader, line.segment, line.segment_en),
                day.reader.say(STAGES[line.card.stage]),
                yuan(line.card.contract_fen),
                yuan(line.card.in_place_fen),
                ", ".join(line.card.fund_codes),
                line.card.unit_name,
                _mark(day, line.card.is_demo or line.card.is_told),
            )
            for line in day.brief.projects
        ),
    )


def _goals(day: ChainDay) -> Table:
    heads = (say("Goal"), say("Actual"), say("Wanted"), say("Due"), say("Data"))
    return _table(
        day,
        heads,
        (
            (
                day.reader.say(one.text),
                yuan(one.actual) if one.unit == "fen" else one.actual,
                yuan(one.goal) if one.unit == "fen" else one.goal,
                one.due_on,
                _mark(day, one.is_demo),
            )
            for one in day.brief.goals
        ),
    )


def _items(day: ChainDay) -> Table:
    reader, brief = day.reader, day.brief
    heads = (
        *(say("Kind"), say("Project"), say("What is to be done"), say("Unit")),
        *(say("Since"), say("Due"), say("Data")),
    )
    stuck: list[tuple[Cell, ...]] = [
        (
            reader.say(BLOCKERS[one.kind]),
            one.project_name,
            one.text,
            "",
            one.raised_on,
            None,
            _mark(day, one.is_demo),
        )
        for one in brief.blockers
    ]
    given: list[tuple[Cell, ...]] = [
        (
            reader.say(say("Action item")),
            one.project_name,
            one.text,
            f"{one.unit_name} {one.owner}".strip(),
            one.raised_on,
            one.due_on,
            _mark(day, one.is_demo),
        )
        for one in brief.actions
    ]
    return _table(day, heads, stuck + given)


def _visits(day: ChainDay) -> Table:
    heads = (say("Date"), say("Occasion"), say("City"), say("Firms met"), say("Data"))
    return _table(
        day,
        heads,
        (
            (one.on, one.name, one.city, "、".join(one.firms), _mark(day, one.is_demo))
            for one in day.brief.visits
        ),
    )
