"""Schedules behind the report: what a reissue says otherwise, and the funds of a fund of funds."""

from collections.abc import Iterator
from typing import Any

from portfolio.kernel.errors import say
from valuation.figures import Undefined
from web.formats import DASH
from web.reports import difference
from web.reports.paper import Block, Column, Head, Note, Table, TableRow
from web.reports.parts import Change
from web.reports.pen import Pen

MANY = 12  # differences that deserve a sheet of their own


def changes(by: Pen) -> Iterator[Block]:
    """Yield what differs from the edition before, for a reissue."""
    report = by.report
    if report.issue.edition <= 1:
        return
    yield Head(
        title=by.say(say("Differences from the edition before")),
        opens_sheet=len(report.changes) > MANY,
    )
    yield Note(
        text=by.say(
            say(
                "Edition {edition} replaces edition {before}. Reason: {reason}",
                edition=report.issue.edition,
                before=report.issue.edition - 1,
                reason=report.issue.reason,
            )
        )
    )
    if not report.changes:
        yield Note(text=by.say(say("No figure differs.")))
        return
    yield Table(
        label=by.say(say("Differences from the edition before")),
        columns=(
            Column(by.say(say("Section")), "wrap", 8),
            Column(by.say(say("Item")), "wrap", 18),
            Column(by.say(say("Column"))),
            Column(by.say(say("Old")), "r"),
            Column(by.say(say("New")), "r"),
            Column(by.say(say("Delta")), "r"),
        ),
        rows=tuple(change_row(by, one) for one in report.changes),
    )


def change_row(by: Pen, change: Change) -> TableRow:
    """Write one difference with its two values and what lies between."""
    between = difference.delta(change)
    return TableRow(
        (
            by.say(change.section),
            by.say(change.item),
            by.say(change.column),
            _value(by, change.old, change.unit),
            _value(by, change.new, change.unit),
            DASH if between is None else _value(by, between, change.unit),
        )
    )


def _value(by: Pen, value: Any, unit: str) -> str:
    if value is None or isinstance(value, Undefined):
        return DASH
    return by.fine(int(value)) if unit == "fen" else by.figure(value, unit)


def children(by: Pen) -> Iterator[Block]:
    """Yield the supplemental schedule of a fund of funds."""
    report = by.report
    if not report.children:
        return
    yield Head(
        title=by.say(say("Funds below: fees, expenses and carried interest")),
        note=by.say(say("{unit}, this fund's part in each", unit=by.fine_unit_name)),
        opens_sheet=True,
    )
    rows: list[TableRow] = []
    for child in report.children:
        name = by.say(
            say(
                "{fund}, {year}, committed {committed}",
                fund=by.name(child.name, child.name_en),
                year=str(child.vintage),
                committed=by.fine(child.committed_fen),
            )
        )
        rows.append(TableRow((name, "", "", ""), is_sum=True))
        rows += [
            TableRow(
                (by.say(one.name), by.fine(one.qtd_fen), by.fine(one.ytd_fen), by.fine(one.itd_fen))
            )
            for one in child.lines
        ]
    rows.append(TableRow((by.say(say("All funds below")), "", "", ""), is_sum=True))
    for at, one in enumerate(report.children[0].lines):
        amounts = (
            sum(getattr(child.lines[at], field) for child in report.children)
            for field in ("qtd_fen", "ytd_fen", "itd_fen")
        )
        rows.append(TableRow((by.say(one.name), *map(by.fine, amounts))))
    yield Table(
        label=by.say(say("Funds below: fees, expenses and carried interest")),
        columns=(
            Column(by.say(say("Item")), "wrap", 30),
            Column(by.say(say("This quarter")), "r"),
            Column(by.say(say("Year")), "r"),
            Column(by.say(say("Since inception")), "r"),
        ),
        rows=tuple(rows),
    )
