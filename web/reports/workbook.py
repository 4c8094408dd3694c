"""The report as a workbook: the numbers of the other renderings, to the fen, with live totals."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from dealflow.stages import Stage
from portfolio.accounts import StatementRow
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from web.formats import Lang
from web.reports import account, workbook_annex
from web.reports.back import PURPOSES
from web.reports.pen import Pen, pen, quarter_words
from web.reports.report import Holding, LpReport, Performance, Side
from web.views.words import STAGES

FORMATS = {
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "title": {"bold": True, "font_size": 14},
    "text": {"num_format": "@"},
    "wrap": {"num_format": "@", "text_wrap": True, "valign": "top"},
    "fen": {"num_format": "#,##0.00;−#,##0.00;0.00"},
    "total": {"num_format": "#,##0.00;−#,##0.00;0.00", "bold": True, "top": 1},
    "rate": {"num_format": "0.0%"},
    "multiple": {"num_format": '0.00"x"'},
    "count": {"num_format": "#,##0"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
}


def render(report: LpReport, lang: Lang) -> bytes:
    """Return the workbook, amounts in yuan. The same report gives the same bytes.

    Text stays text: nothing that a name contains is taken for a formula or a link.
    """
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        created = datetime.combine(report.as_of, datetime.min.time(), UTC).replace(tzinfo=None)
        book.set_properties({"title": f"{report.fund.code} {report.quarter}", "created": created})
        sheets = Sheets(book, pen(report, lang))
        sheets.summary()
        sheets.account()
        sheets.investments()
        sheets.landing()
        workbook_annex.chains(sheets)
        sheets.flows()
        if report.is_legacy:
            workbook_annex.legacy(sheets)
        workbook_annex.methods(sheets)
        workbook_annex.children(sheets)
        workbook_annex.changes(sheets)
        workbook_annex.late(sheets)
    return out.getvalue()


class Sheets:
    """One open workbook and what is written into it."""

    def __init__(self, book: Any, by: Pen) -> None:
        self.book, self.by, self.report = book, by, by.report
        self.looks = {name: book.add_format(look) for name, look in FORMATS.items()}
        period = f'0.0%" {self.by.say(say("period"))}"'
        self.looks["period"] = book.add_format({"num_format": period})

    def summary(self) -> None:
        """Write who, when, the headline figures, the letter, the definitions and the checks."""
        by, report = self.by, self.report
        sheet = self.open(say("Summary"), (34, 26, 26, 60))
        now, before = report.now, report.before
        rows: list[tuple[Any, ...]] = [
            (("title", by.say(say("Quarterly report to partners"))),),
            (say("Fund"), by.fund, report.fund.code),
            (say("Partner"), by.partner, report.partner.code),
            (say("This quarter"), by.say(quarter_words(report)), str(report.quarter)),
            (say("Number"), report.issue.number or say("Draft")),
            *([(say("Reason of the reissue"), report.issue.reason)] if report.issue.reason else []),
            (say("Data to"), report.as_of),
            (say("Books up to no."), ("count", report.known_seq)),
            ("SHA-256", report.sha256),
            (say("Amounts in {unit}", unit=by.reader.unit_name("yuan")),),
            *([(say("Demonstration data"),)] if report.is_demo else []),
            (),
            self.heads(say("Indicator"), say("Quarter end")),
            (say("Closing NAV"), ("fen", now.fund.amounts.nav_fen)),
            (say("Committed"), ("fen", now.fund.amounts.committed_fen)),
            (say("Paid in"), ("fen", now.fund.amounts.paid_in_fen)),
            (say("Distributed"), ("fen", now.fund.amounts.distributed_fen)),
            (),
            self.heads(say("Indicator"), say("Quarter end"), say("Quarter before")),
            (say("Net IRR"), _net(now.fund), _net(before.fund)),
            ("TVPI", ("multiple", now.fund.tvpi), ("multiple", before.fund.tvpi)),
            ("DPI", ("multiple", now.fund.dpi), ("multiple", before.fund.dpi)),
            ("RVPI", ("multiple", now.fund.rvpi), ("multiple", before.fund.rvpi)),
            (say("Gross MOIC"), ("multiple", now.moic), ("multiple", before.moic)),
            (say("Gross IRR"), _gross(now), _gross(before)),
            (say("This partner, net IRR"), _net(now.partner), _net(before.partner)),
            (
                say("This partner, TVPI"),
                ("multiple", now.partner.tvpi),
                ("multiple", before.partner.tvpi),
            ),
            (),
            (("head", by.say(say("Manager's report"))),),
            *((by.say(one.words),) for one in report.letter),
            *(
                (text,)
                for one in dict.fromkeys(written.section for written in report.prose)
                for part in by.prose(one)
                for text, _ in part.sentences
            ),
            (),
            self.heads(
                *(say("Indicator"), say("With this report's figures"), say("Source")),
                say("Formula"),
            ),
            *(
                (by.say(one.name), (one.unit, one.value), by.say(one.source), by.say(one.formula))
                for one in report.definitions
            ),
            (),
            (("head", by.say(say("Checks before publication"))),),
            *((one.outcome.value, by.say(one.words)) for one in report.checks),
        ]
        for at, row in enumerate(rows):
            self.row(sheet, at, row)

    def account(self) -> None:
        """Write every row of the ILPA sheet in its order; totals add the rows above them."""
        sheet = self.open(say("Capital account"), (7, 52, *(19,) * 9))
        titles = (
            *(say("Row"), say("Item"), say("Partner QTD"), say("Partner YTD")),
            *(say("Partner ITD"), say("Fund QTD"), say("Fund YTD"), say("Fund ITD")),
            *(say("GP QTD"), say("GP YTD"), say("GP ITD")),
        )
        self.row(sheet, 0, tuple(("head", self.by.say(one)) for one in titles))
        report = self.report
        rows = (*report.account, *report.commitment, *report.schedule_b)
        places = {row.fund.row: at for at, row in enumerate(rows, start=1)}
        made = {row.row: row for row in account.ROWS}
        for at, row in enumerate(rows, start=1):
            sheet.write_number(at, 0, row.fund.row, self.looks["count"])
            sheet.write_string(at, 1, self.by.say(row.fund.name), self.looks["text"])
            amounts = [
                fen
                for line in (row.partner, row.fund, row.gp)
                for fen in (
                    (line.qtd_fen, line.ytd_fen, line.itd_fen) if line else (None, None, None)
                )
            ]
            for column, fen in enumerate(amounts, start=2):
                if fen is None:
                    sheet.write_string(at, column, "—", self.looks["text"])
                elif made[row.fund.row].parts:
                    formula = _total(made[row.fund.row], places, column)
                    sheet.write_formula(at, column, formula, self.looks["total"], fen / 100)
                else:
                    sheet.write_number(at, column, fen / 100, self.looks["fen"])
        sheet.freeze_panes(1, 2)

    def investments(self) -> None:
        """Write the schedule of investments; its totals are sums of the rows above."""
        by, held = self.by, self.report.holdings
        sheet = self.open(say("Schedule of investments"), (10, 28, 24, 12, *(18,) * 4, *(10,) * 5))
        titles = (
            *(say("Code"), say("Investee"), say("Place in the chain"), say("First paid")),
            *(say("Invested"), say("Cost held"), say("Fair value"), say("Proceeds")),
            *(say("Share"), "MOIC", say("Gross IRR"), say("Marked on"), say("Demo")),
        )
        self.row(sheet, 0, tuple(("head", by.say(one)) for one in titles))
        for at, one in enumerate(held, start=1):
            row = (
                *(one.code, by.name(one.name, one.name_en), by.name(one.chain, one.chain_en)),
                *(one.first_paid_on, ("fen", one.invested_fen), ("fen", one.cost_fen)),
                *(("fen", one.fair_value_fen), ("fen", one.realised_fen)),
                *(("rate", one.share_of_value), ("multiple", one.moic), _gross(one)),
                *(one.marked_on, say("Demo") if one.is_demo else ""),
            )
            self.row(sheet, at, row)
        last = len(held)
        self.row(sheet, last + 1, ("", ("head", by.say(say("Total")))))
        now = self.report.now
        totals = (now.invested_fen, sum(one.cost_fen for one in held), now.fair_value_fen)
        for column, fen in enumerate((*totals, now.realised_fen), start=4):
            first = xl_rowcol_to_cell(1, column)
            formula = f"=SUM({first}:{xl_rowcol_to_cell(max(last, 1), column)})"
            sheet.write_formula(last + 1, column, formula, self.looks["total"], fen / 100)
        sheet.freeze_panes(1, 2)

    def landing(self) -> None:
        """Write the scorecard of landing, apart from the returns."""
        by = self.by
        sheet = self.open(say("Landing in the district"), (10, 28, 16, 10, 10, 18, 18, 10, 40))
        titles = (
            *(say("Code"), say("Investee"), say("Stage"), say("Verified"), say("All conditions")),
            *(say("In place"), say("New in the quarter"), say("Staff here"), say("To disclose")),
        )
        self.row(sheet, 0, tuple(("head", by.say(one)) for one in titles))
        for at, one in enumerate(self.report.landing, start=1):
            concerns = [
                by.say(say("C{no} {days} days overdue", no=due.no, days=due.overdue_days))
                for due in one.concerns
            ]
            row = (
                *(one.code, by.name(one.name, one.name_en)),
                STAGES[Stage(one.stage)] if one.stage else "",
                *(("count", one.verified), ("count", one.conditions)),
                *(("fen", one.in_place_fen), ("fen", one.in_place_qtd_fen)),
                *(("count", one.headcount), "; ".join(concerns)),
            )
            self.row(sheet, at, row)

    def flows(self) -> None:
        """Write contributions and distributions by day, then the calls behind them and the fees."""
        by, report = self.by, self.report
        sheet = self.open(say("Cash flows"), (26, 18, *(20,) * 5))
        kinds = {"contribution": say("Contribution"), "distribution": say("Distribution")}
        rows: list[tuple[Any, ...]] = [
            self.heads(say("Date"), say("Event"), say("Fund"), say("This partner")),
            *(
                (one.on, kinds[one.kind], ("fen", one.fund_fen), ("fen", one.partner_fen))
                for one in report.flows
            ),
            (),
            self.heads(
                *(say("Capital calls"), say("Called"), say("Due"), say("Purpose")),
                *(say("Fund"), say("This partner"), say("Arrived")),
            ),
            *(
                (
                    *(say("No. {number}", number=one.number), one.called_on, one.due_on),
                    *(PURPOSES[one.purpose], ("fen", one.fund_fen)),
                    *(("fen", one.partner_fen), ("fen", one.partner_received_fen)),
                )
                for one in report.calls
            ),
            (),
            self.heads(say("Fees"), say("This quarter"), say("Year"), say("Since inception")),
            *(
                (by.say(one.name), ("fen", one.qtd_fen), ("fen", one.ytd_fen), ("fen", one.itd_fen))
                for one in report.fees
            ),
        ]
        for at, row in enumerate(rows):
            self.row(sheet, at, row)

    def heads(self, *titles: Message) -> tuple[tuple[str, str], ...]:
        """Return the cells of a row of heads."""
        return tuple(("head", self.by.say(one)) for one in titles)

    def open(self, title: Message, widths: Sequence[int]) -> Any:
        """Begin a sheet with the widths of its columns."""
        sheet = self.book.add_worksheet(self.by.say(title)[:31])
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        return sheet

    def row(self, sheet: Any, at: int, row: Sequence[Any]) -> None:
        """Write a row; a cell is a value, or (look, value)."""
        for column, cell in enumerate(row):
            look, value = cell if isinstance(cell, tuple) else ("text", cell)
            match value:
                case Undefined():
                    sheet.write_string(at, column, self.by.reader.why(value), self.looks["text"])
                case None:
                    continue
                case date():
                    sheet.write_datetime(at, column, value, self.looks["day"])
                case str() | Message():
                    sheet.write_string(at, column, self.by.say(value), self.looks[look])
                case _ if look == "fen":
                    sheet.write_number(at, column, value / 100, self.looks["fen"])
                case _:
                    sheet.write_number(at, column, value, self.looks[look])


def _net(of: Side) -> tuple[str, float | Undefined]:
    return of.rate_unit, of.net_irr


def _gross(of: Performance | Holding) -> tuple[str, float | Undefined]:
    return of.rate_unit, of.gross_irr


def _total(row: StatementRow, places: dict[int, int], column: int) -> str:
    """Return the live total of a row: a SUM where its parts stand together, else term by term."""
    at = [places[abs(part)] for part in row.parts]
    cells = [xl_rowcol_to_cell(one, column) for one in at]
    together = at == list(range(at[0], at[0] + len(at))) and all(part > 0 for part in row.parts)
    if together:
        return f"=SUM({cells[0]}:{cells[-1]})"
    terms = zip(row.parts, cells, strict=True)
    return "=" + "".join(f"{'+' if part > 0 else '-'}{cell}" for part, cell in terms).lstrip("+")
