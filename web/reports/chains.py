"""The chains of the report: fund money, value and landed firms by industrial chain."""

from collections.abc import Iterator

from portfolio.kernel.errors import say
from valuation.multiples import moic
from web.reports.paper import Block, Column, Head, Note, Table, TableRow
from web.reports.parts import ChainHeld
from web.reports.pen import Pen
from web.reports.report import LACKS, Holding

BETWEEN = " · "  # between a chain and its segment


def blocks(by: Pen) -> Iterator[Block]:
    """Yield the section, where any holding has its place in a chain."""
    if "chains" in LACKS.get(by.report.format, ()):
        yield from _by_holdings(by)
    elif any(one.slug for one in by.report.chains):
        title = by.say(say("Industrial chains"))
        yield Head(title=title, note=by.say(say("{unit}, the fund's own", unit=by.unit_name)))
        yield _table(by, title)
        yield Note(
            text=by.say(
                say(
                    "Gross, of this fund alone. The rate of a chain is that of all its flows as "
                    "one. Money in place is what the firms' projects brought, whoever paid it."
                )
            )
        )


def _table(by: Pen, title: str) -> Table:
    held, now = by.report.chains, by.report.now
    rows = [_row(by, one) for one in held]
    total = TableRow(
        (
            by.say(say("Total")),
            by.reader.count(sum(one.holdings for one in held)),
            by.held(sum(one.invested_fen for one in held)),
            by.held(sum(one.cost_fen for one in held)),
            by.money(sum(one.fair_value_fen for one in held)),
            by.held(sum(one.realised_fen for one in held)),
            by.figure(now.moic, "multiple"),
            by.figure(now.gross_irr, now.rate_unit),
            f"{sum(one.landed for one in held)}/{sum(one.firms for one in held)}",
            by.held(sum(one.in_place_fen for one in held)),
        ),
        is_sum=True,
    )
    return Table(
        label=title,
        columns=(
            Column(by.say(say("Chain")), "wrap", 14),
            Column(by.say(say("Investments held")), "r"),
            Column(by.say(say("Invested")), "r"),
            Column(by.say(say("Cost held")), "r"),
            Column(by.say(say("Fair value")), "r"),
            Column(by.say(say("Proceeds")), "r"),
            Column("MOIC", "r"),
            Column(by.say(say("Pooled IRR")), "r"),
            Column(by.say(say("Landed / firms")), "r"),
            Column(by.say(say("In place")), "r"),
        ),
        rows=(*rows, total),
    )


def _row(by: Pen, one: ChainHeld) -> TableRow:
    return TableRow(
        (
            by.name(one.name, one.name_en) if one.slug else by.say(say("No chain")),
            by.reader.count(one.holdings),
            by.held(one.invested_fen),
            by.held(one.cost_fen),
            by.money(one.fair_value_fen),
            by.held(one.realised_fen),
            by.figure(one.moic, "multiple"),
            by.figure(one.gross_irr, one.rate_unit),
            f"{one.landed}/{one.firms}",
            by.held(one.in_place_fen),
        )
    )


def _by_holdings(by: Pen) -> Iterator[Block]:
    """Yield the section of a report whose format had no facts of chains, as it was told."""
    groups: dict[str, list[Holding]] = {}
    for one in by.report.holdings:
        if one.chain:
            name = by.name(one.chain, one.chain_en).split(BETWEEN)[0]
            groups.setdefault(name, []).append(one)
    if not groups:
        return
    stands = {row.code: row for row in by.report.landing}
    rows = []
    for name, held in sorted(groups.items(), key=lambda of: -sum(o.invested_fen for o in of[1])):
        invested, value, back = (
            sum(getattr(one, field) for one in held)
            for field in ("invested_fen", "fair_value_fen", "realised_fen")
        )
        found = [stands[one.code] for one in held if one.code in stands]
        multiple = moic(invested=invested, realised=back, fair_value=value)
        rows.append(
            TableRow(
                (
                    name,
                    by.reader.count(len(held)),
                    by.held(invested),
                    by.money(value),
                    by.figure(multiple, "multiple"),
                    f"{sum(one.has_landed for one in found)}/{len(found)}",
                    by.held(sum(one.in_place_fen for one in found)),
                )
            )
        )
    yield Head(title=by.say(say("Industrial chains")), note=by.unit_name)
    yield Table(
        label=by.say(say("Industrial chains")),
        columns=(
            Column(by.say(say("Chain")), "wrap", 14),
            Column(by.say(say("Investments held")), "r"),
            Column(by.say(say("Invested")), "r"),
            Column(by.say(say("Fair value")), "r"),
            Column("MOIC", "r"),
            Column(by.say(say("Landed / firms")), "r"),
            Column(by.say(say("In place")), "r"),
        ),
        rows=tuple(rows),
    )
