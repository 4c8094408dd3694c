"""The sheets after the first: holdings, landing, flows and fees, definitions, declaration."""

from collections.abc import Iterator

from dealflow.stages import Stage
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from web.formats import DASH
from web.reports import chains, notes
from web.reports.paper import Block, Column, Head, Note, Pair, Table, TableRow
from web.reports.pen import Pen
from web.reports.report import LandingRow
from web.views.words import STAGES

ROWS_BESIDE = 15  # up to which flows and fees stand side by side
PURPOSES: dict[str, Message] = {
    "call:investments": say("Investments"),
    "call:working_capital": say("Working capital"),
    "call:management_fees": say("Management fees"),
    "call:partnership_expenses": say("Partnership expenses"),
    "call:placement_agent_fees": say("Placement fees"),
    "call:subscription_facility_costs": say("Subscription facility costs"),
}


def blocks(by: Pen) -> Iterator[Block]:
    """Yield the sections from the investments to the signatures."""
    yield Head(
        title=by.say(say("Schedule of investments")),
        note=by.unit_name,
        opens_sheet=True,
        section="investments",
    )
    yield _holdings(by)
    yield from by.prose("investments")
    yield Head(
        title=by.say(say("Landing in the district")),
        note=by.say(say("apart from returns; conditions by verified evidence")),
        section="landing",
    )
    if by.report.landing:
        yield _landing(by)
    else:
        yield Note(text=by.say(say("No firm has been invested in by this date.")))
    yield from by.prose("landing")
    yield from chains.blocks(by)
    yield from _money(by)
    yield from by.prose("cash")
    yield Head(title=by.say(say("Definitions")), opens_sheet=True)
    yield _definitions(by)
    yield from notes.blocks(by)


def _holdings(by: Pen) -> Table:
    now = by.report.now
    rows = [
        TableRow(
            (
                by.name(one.name, one.name_en),
                by.name(one.chain, one.chain_en) or DASH,
                one.first_paid_on.isoformat() if one.first_paid_on else DASH,
                by.held(one.invested_fen),
                by.money(one.fair_value_fen),
                by.held(one.realised_fen),
                by.figure(one.share_of_value, "rate"),
                by.figure(one.moic, "multiple"),
                by.told(one.gross_irr, one.rate_unit),
            )
        )
        for one in by.report.holdings
    ]
    total = TableRow(
        (
            by.say(say("Total")),
            "",
            "",
            by.held(now.invested_fen),
            by.money(now.fair_value_fen),
            by.held(now.realised_fen),
            by.figure(1.0, "rate") if now.fair_value_fen else DASH,
            by.figure(now.moic, "multiple"),
            by.told(now.gross_irr, now.rate_unit),
        ),
        is_sum=True,
    )
    return Table(
        label=by.say(say("Schedule of investments")),
        columns=(
            Column(by.say(say("Investee")), "wrap", 14),
            Column(by.say(say("Place in the chain")), "wrap", 11),
            Column(by.say(say("First paid"))),
            Column(by.say(say("Invested")), "r"),
            Column(by.say(say("Fair value")), "r"),
            Column(by.say(say("Proceeds")), "r"),
            Column(by.say(say("Share")), "r"),
            Column("MOIC", "r"),
            Column(by.say(say("Gross IRR")), "r"),
        ),
        rows=(*rows, total),
    )


def _landing(by: Pen) -> Table:
    rows = by.report.landing
    found = [
        TableRow(
            (
                by.name(row.name, row.name_en),
                by.say(STAGES[Stage(row.stage)]) if row.stage else DASH,
                (row.verified, row.conditions) if row.conditions else DASH,
                by.held(row.in_place_fen),
                by.held(row.in_place_qtd_fen),
                DASH if row.headcount is None else by.reader.count(row.headcount),
                _concerns(by, row),
            )
        )
        for row in rows
    ]
    people = [row.headcount for row in rows if row.headcount is not None]
    total = TableRow(
        (
            by.say(say("Total, {count} firms", count=len(rows))),
            "",
            f"{sum(row.verified for row in rows)}/{sum(row.conditions for row in rows)}",
            by.held(sum(row.in_place_fen for row in rows)),
            by.held(sum(row.in_place_qtd_fen for row in rows)),
            by.reader.count(sum(people)) if people else DASH,
            "",
        ),
        is_sum=True,
    )
    return Table(
        label=by.say(say("Landing in the district")),
        columns=(
            Column(by.say(say("Investee")), "wrap", 14),
            Column(by.say(say("Stage"))),
            Column(by.say(say("Conditions verified / all"))),
            Column(by.say(say("In place")), "r"),
            Column(by.say(say("New in the quarter")), "r"),
            Column(by.say(say("Staff here")), "r"),
            Column(by.say(say("To disclose")), "wrap", 16),
        ),
        rows=(*found, total),
    )


def _concerns(by: Pen, row: LandingRow) -> str:
    if row.conditions and row.verified == row.conditions:
        return by.say(say("All conditions met"))
    words = [
        by.say(say("C{no} {days} days overdue", no=one.no, days=one.overdue_days))
        for one in row.concerns
    ]
    return "; ".join(words) if by.reader.lang == "en" else "；".join(words) or DASH


def _money(by: Pen) -> Iterator[Block]:
    head = Head(
        title=by.say(say("Calls, distributions and fees")),
        note=by.say(say("{unit}, since inception", unit=by.unit_name)),
        section="cash",
    )
    yield head
    flows, fees = _flows(by), _fees(by)
    owed = Note(
        text=by.say(
            say(
                "Owed and not yet paid at the quarter's end: {amount}. No carried interest is "
                "accrued unless the annex shows it.",
                amount=by.held(by.report.now.payables_fen),
            )
        )
    )
    if max(len(flows.rows), len(fees.rows)) <= ROWS_BESIDE:
        yield Pair(left=(flows,), right=(fees, owed))
    else:
        yield from (flows, fees, owed)
    if by.report.calls:
        yield _calls(by)


def _flows(by: Pen) -> Table:
    words = {"contribution": say("Contribution"), "distribution": say("Distribution")}
    return Table(
        label=by.say(say("Contributions and distributions")),
        columns=(
            Column(by.say(say("Date"))),
            Column(by.say(say("Event"))),
            Column(by.say(say("Fund")), "r"),
            Column(by.say(say("This partner")), "r"),
        ),
        rows=tuple(
            TableRow(
                (
                    one.on.isoformat(),
                    by.say(words[one.kind]),
                    by.moved(one.fund_fen),
                    by.moved(one.partner_fen),
                )
            )
            for one in by.report.flows
        ),
    )


def _fees(by: Pen) -> Table:
    last = len(by.report.fees) - 1
    return Table(
        label=by.say(say("Fees and expenses")),
        columns=(
            Column(by.say(say("Fees")), "wrap", 12),
            Column(by.say(say("This quarter")), "r"),
            Column(by.say(say("Year")), "r"),
            Column(by.say(say("Since inception")), "r"),
        ),
        rows=tuple(
            TableRow(
                (
                    by.say(say("Total")) if at == last else by.say(one.name),
                    by.held(one.qtd_fen),
                    by.held(one.ytd_fen),
                    by.held(one.itd_fen),
                ),
                is_sum=at == last,
            )
            for at, one in enumerate(by.report.fees)
        ),
    )


def _calls(by: Pen) -> Table:
    return Table(
        label=by.say(say("Capital calls")),
        columns=(
            Column(by.say(say("Call"))),
            Column(by.say(say("Called"))),
            Column(by.say(say("Due"))),
            Column(by.say(say("Purpose"))),
            Column(by.say(say("Fund")), "r"),
            Column(by.say(say("This partner")), "r"),
            Column(by.say(say("Arrived")), "r"),
        ),
        rows=tuple(
            TableRow(
                (
                    by.say(say("No. {number}", number=one.number)),
                    one.called_on.isoformat(),
                    one.due_on.isoformat(),
                    by.say(PURPOSES[one.purpose]),
                    by.money(one.fund_fen),
                    by.held(one.partner_fen),
                    by.held(one.partner_received_fen),
                )
            )
            for one in by.report.calls
        ),
    )


def _definitions(by: Pen) -> Table:
    rows = []
    for one in by.report.definitions:
        value = by.figure(one.value, one.unit)
        if isinstance(one.value, Undefined):
            value = by.reader.why(one.value)
        computed = by.bare(one.computed)
        if one.unit != "count":
            computed = (
                f"{computed} = {value}"
                if one.unit not in {"rate", "period"}
                else f"{computed}: {value}"
            )
        rows.append(TableRow((by.say(one.name), by.say(one.formula), computed, by.say(one.source))))
    return Table(
        label=by.say(say("Definitions")),
        columns=(
            Column(by.say(say("Indicator"))),
            Column(by.say(say("Formula")), "wrap", 20),
            Column(by.say(say("With this report's figures")), "wrap", 18),
            Column(by.say(say("Source")), "wrap", 8),
        ),
        rows=tuple(rows),
    )
