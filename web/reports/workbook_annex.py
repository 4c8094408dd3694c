"""The annex of the workbook: funds below, differences of a reissue, corrections known later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from portfolio.kernel.errors import say
from portfolio.legacy_rows import LEGACY_ROWS, legacy_amounts
from valuation.figures import Undefined
from web.reports import difference

if TYPE_CHECKING:
    from web.reports.workbook import Sheets


METHODS = {"granular": say("Performance, granular"), "gross_up": say("Performance, gross-up")}
VIEWS = {
    "w_net": say("With line, net"),
    "w_gross": say("With line, gross"),
    "o_net": say("Without line, net"),
    "o_gross": say("Without line, gross"),
}
FIRST_SIDE = 3  # the column of the first view


def methods(sheets: Sheets) -> None:
    """Write the ILPA Performance Template by both methods; the multiples are live."""
    for one in sheets.report.methods:
        sheet = sheets.open(METHODS[one.method], (12, 44, 22, *(20,) * 4))
        heads = (say("Date"), say("Transaction type"), say("Amount"), *VIEWS.values())
        sheets.row(sheet, 0, sheets.heads(*heads))
        for at, row in enumerate(one.rows, start=1):
            sheets.row(sheet, at, (row.on, row.title, ("fen", row.amount_fen), *row.sides))
        last = max(len(one.rows), 1)
        for at, name in ((last + 2, say("Multiple")), (last + 3, say("IRR"))):
            sheets.row(sheet, at, ("", ("head", sheets.by.say(name))))
        amounts = f"C2:C{last + 1}"
        for column, result in enumerate(one.results, start=FIRST_SIDE):
            letter = xl_col_to_name(column)
            sides = f"{letter}2:{letter}{last + 1}"
            multiple, irr = result.multiple, result.irr
            if isinstance(multiple, Undefined):
                sheet.write_string(last + 2, column, sheets.by.reader.why(multiple))
            else:
                above = f'SUMIF({sides},"num",{amounts})'
                below = f'(SUMIF({sides},"den",{amounts})-SUMIF({sides},"less_den",{amounts}))'
                look = sheets.looks["multiple"]
                sheet.write_formula(last + 2, column, f"={above}/{below}", look, multiple)
            if isinstance(irr, Undefined):
                sheet.write_string(last + 3, column, sheets.by.reader.why(irr))
            else:
                sheet.write_number(last + 3, column, irr, sheets.looks["rate"])
        sheet.freeze_panes(1, 2)


def legacy(sheets: Sheets) -> None:
    """Write the sheet of 2016: each cell adds up cells of the capital account, live."""
    report, by = sheets.report, sheets.by
    sheet = sheets.open(say("Template of 2016"), (8, 60, *(19,) * 6))
    heads = (
        *(say("Row"), say("Item"), say("Partner QTD"), say("Partner YTD"), say("Partner ITD")),
        *(say("Fund QTD"), say("Fund YTD"), say("Fund ITD")),
    )
    sheets.row(sheet, 0, sheets.heads(*heads))
    rows = (*report.account, *report.commitment, *report.schedule_b)
    places = {row.fund.row: at for at, row in enumerate(rows, start=1)}
    amounts = [
        legacy_amounts({getattr(row, side).row: getattr(getattr(row, side), span) for row in rows})
        for side in ("partner", "fund")
        for span in ("qtd_fen", "ytd_fen", "itd_fen")
    ]
    account = f"'{by.say(say('Capital account'))}'"
    for at, row in enumerate(LEGACY_ROWS, start=1):
        sheets.row(sheet, at, (row.code, row.name))
        for column, of in enumerate(amounts, start=2):
            fen = of[row.code]
            if not row.rows:
                sheet.write_number(at, column, fen / 100, sheets.looks["fen"])
                continue
            cells = [xl_rowcol_to_cell(places[abs(one)], column) for one in row.rows]
            signs = ["+" if one > 0 else "-" for one in row.rows]
            terms = "".join(
                f"{sign}{account}!{cell}" for sign, cell in zip(signs, cells, strict=True)
            )
            look = sheets.looks["total" if row.is_sum else "fen"]
            sheet.write_formula(at, column, "=" + terms.removeprefix("+"), look, fen / 100)
    sheet.freeze_panes(1, 2)


def chains(sheets: Sheets) -> None:
    """Write the fund's own money by industry chain; its totals are sums of the rows above."""
    held, by = sheets.report.chains, sheets.by
    if not any(one.slug for one in held):
        return
    sheet = sheets.open(say("Industrial chains"), (28, 12, *(18,) * 4, 10, 12, 10, 10, 18, 8))
    heads = sheets.heads(
        *(say("Chain"), say("Investments held"), say("Invested"), say("Cost held")),
        *(say("Fair value"), say("Proceeds"), say("MOIC"), say("Pooled IRR")),
        *(say("Landed"), say("Firms"), say("In place"), say("Demo")),
    )
    sheets.row(sheet, 0, heads)
    for at, one in enumerate(held, start=1):
        row = (
            by.name(one.name, one.name_en) if one.slug else say("No chain"),
            *(("count", one.holdings), ("fen", one.invested_fen), ("fen", one.cost_fen)),
            *(("fen", one.fair_value_fen), ("fen", one.realised_fen)),
            *(("multiple", one.moic), (one.rate_unit, one.gross_irr)),
            *(("count", one.landed), ("count", one.firms), ("fen", one.in_place_fen)),
            say("Demo") if one.is_demo else "",
        )
        sheets.row(sheet, at, row)
    last = len(held)
    sheets.row(sheet, last + 1, (("head", by.say(say("Total"))),))
    fields = ("invested_fen", "cost_fen", "fair_value_fen", "realised_fen")
    for column, field in enumerate(fields, start=2):
        cells = f"{xl_rowcol_to_cell(1, column)}:{xl_rowcol_to_cell(last, column)}"
        total = sum(getattr(one, field) for one in held)
        formula = f"=SUM({cells})"
        sheet.write_formula(last + 1, column, formula, sheets.looks["total"], total / 100)
    sheet.freeze_panes(1, 1)


def children(sheets: Sheets) -> None:
    """Write the supplemental schedule; the totals of all funds add the rows above."""
    report, by = sheets.report, sheets.by
    if not report.children:
        return
    sheet = sheets.open(say("Funds below"), (12, 34, 10, 22, 34, *(20,) * 3))
    heads = sheets.heads(
        *(say("Code"), say("Fund"), say("Vintage"), say("Committed"), say("Item")),
        *(say("This quarter"), say("Year"), say("Since inception")),
    )
    sheets.row(sheet, 0, heads)
    at = 1
    for child in report.children:
        for line in child.lines:
            row = (
                *(child.code, by.name(child.name, child.name_en), ("count", child.vintage)),
                *(("fen", child.committed_fen), line.name),
                *(("fen", line.qtd_fen), ("fen", line.ytd_fen), ("fen", line.itd_fen)),
            )
            sheets.row(sheet, at, row)
            at += 1
    kinds = report.children[0].lines
    for index, line in enumerate(kinds):
        sheets.row(sheet, at, ("", ("head", by.say(say("All funds below"))), "", "", line.name))
        for column, field in enumerate(("qtd_fen", "ytd_fen", "itd_fen"), start=5):
            rows = range(1 + index, at - index, len(kinds))
            cells = [xl_rowcol_to_cell(one, column) for one in rows]
            total = sum(getattr(child.lines[index], field) for child in report.children)
            formula = "=" + "+".join(cells)
            sheet.write_formula(at, column, formula, sheets.looks["total"], total / 100)
        at += 1
    sheet.freeze_panes(1, 2)


def changes(sheets: Sheets) -> None:
    """Write what differs from the edition before; the delta is live."""
    report = sheets.report
    if report.issue.edition <= 1:
        return
    sheet = sheets.open(say("Differences"), (22, 52, 22, *(20,) * 3))
    heads = sheets.heads(
        *(say("Section"), say("Item"), say("Column"), say("Old"), say("New"), say("Delta"))
    )
    sheets.row(sheet, 0, heads)
    for at, one in enumerate(report.changes, start=1):
        row = (
            one.section,
            one.item,
            one.column,
            _cell(one.unit, one.old),
            _cell(one.unit, one.new),
        )
        sheets.row(sheet, at, row)
        between = difference.delta(one)
        if between is not None and one.old is not None and one.new is not None:
            value = between / 100 if one.unit == "fen" else between
            formula = f"={xl_rowcol_to_cell(at, 4)}-{xl_rowcol_to_cell(at, 3)}"
            sheet.write_formula(at, 5, formula, sheets.looks[one.unit], value)
    sheet.freeze_panes(1, 0)


def _cell(unit: str, value: Any) -> Any:
    return value if value is None or isinstance(value, Undefined) else (unit, value)


def late(sheets: Sheets) -> None:
    """Write the corrections that became known after their quarter was closed."""
    report = sheets.report
    if not report.late:
        return
    sheet = sheets.open(say("Known later"), (10, 16, 16, 24, 24))
    heads = sheets.heads(
        *(say("Entry"), say("Effective date"), say("Recorded on")),
        *(say("Effect on NAV, fund"), say("Effect on NAV, this partner")),
    )
    sheets.row(sheet, 0, heads)
    for at, one in enumerate(report.late, start=1):
        row = (
            *(("count", one.seq), one.effective_date, one.recorded_on),
            *(("fen", one.fund_fen), ("fen", one.partner_fen)),
        )
        sheets.row(sheet, at, row)
