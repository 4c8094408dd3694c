"""The annex of the workbook: funds below, differences of a reissue, corrections known later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_rowcol_to_cell

from portfolio.kernel.errors import say
from valuation.figures import Undefined
from web.reports import difference

if TYPE_CHECKING:
    from web.reports.workbook import Sheets


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
