"""The annex: every row of the ILPA sheet in its order, none left out, for partner and fund."""

from collections.abc import Iterator

from portfolio.accounts import CAPITAL_ROWS, COMMITMENT_ROWS, SCHEDULE_B_ROWS
from portfolio.kernel.errors import say
from web.reports.paper import Block, Column, Head, Note, Table, TableRow
from web.reports.pen import Pen
from web.reports.report import AccountRow

SUMS = {row.row for row in (*CAPITAL_ROWS, *COMMITMENT_ROWS, *SCHEDULE_B_ROWS) if row.parts}


def blocks(by: Pen) -> Iterator[Block]:
    """Yield the account and the commitment reconciliation."""
    note = by.say(say("{unit}, ILPA Reporting Template v2.0", unit=by.fine_unit_name))
    yield Head(title=by.say(say("Capital account, all rows")), note=note, opens_sheet=True)
    yield _table(by, by.say(say("Capital account, all rows")), by.report.account)
    yield Head(title=by.say(say("Commitment reconciliation")), note=by.fine_unit_name)
    yield _table(by, by.say(say("Commitment reconciliation")), by.report.commitment)
    title = by.say(say("Received by the manager from portfolio companies"))
    yield Head(title=title, note=by.say(say("{unit}, Schedule B", unit=by.fine_unit_name)))
    if any(row.fund.itd_fen for row in by.report.schedule_b):
        yield _table(by, title, by.report.schedule_b)
    else:
        yield Note(text=by.say(say("Rows 119 to 131 are all 0.00: nothing was received.")))


def _table(by: Pen, label: str, rows: tuple[AccountRow, ...]) -> Table:
    return Table(
        label=label,
        columns=(
            Column(by.say(say("Row"))),
            Column(by.say(say("Item")), "wrap", 24),
            *(
                Column(by.say(title), "r")
                for title in (
                    say("Partner QTD"),
                    say("Partner YTD"),
                    say("Partner ITD"),
                    say("Fund QTD"),
                    say("Fund YTD"),
                    say("Fund ITD"),
                )
            ),
        ),
        rows=tuple(
            TableRow(
                (
                    str(row.fund.row),
                    by.say(row.fund.name),
                    *(
                        by.fine(fen)
                        for line in (row.partner, row.fund)
                        for fen in (line.qtd_fen, line.ytd_fen, line.itd_fen)
                    ),
                ),
                is_sum=row.fund.row in SUMS,
            )
            for row in rows
        ),
    )
