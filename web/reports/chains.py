"""The chains of the report: fund money, value and landed firms by industrial chain."""

from collections.abc import Iterator

from portfolio.kernel.errors import say
from valuation.multiples import moic
from web.reports.paper import Block, Column, Head, Table, TableRow
from web.reports.pen import Pen
from web.reports.report import Holding

BETWEEN = " · "  # between a chain and its segment


def blocks(by: Pen) -> Iterator[Block]:
    """Yield the section, where any holding has its place in a chain."""
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
