"""Places: the figures that the manager's prose may name, filled from the report's own facts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portfolio.kernel.errors import Fen, Message, say
from portfolio.prose import PLACE, ReportProse
from web.reports.parts import Named, Paragraph, Ratio
from web.reports.report import LpReport

Fill = Callable[[LpReport], Any]
PLACES: Mapping[str, tuple[Message, Fill]] = {
    "quarter": (say("Quarter"), lambda of: str(of.quarter)),
    "as_of": (say("Data to"), lambda of: of.as_of),
    "fund": (say("Fund"), lambda of: Named(of.fund.name, of.fund.name_en)),
    "partner": (say("Partner"), lambda of: Named(of.partner.name, of.partner.name_en)),
    "nav": (say("Closing NAV"), lambda of: Fen(of.bridge.closing)),
    "nav_before": (say("Opening NAV"), lambda of: Fen(of.bridge.opening)),
    "nav_change": (
        say("Movement of NAV"),
        lambda of: Fen(of.bridge.closing - of.bridge.opening),
    ),
    "realised": (say("Realised gains and income"), lambda of: Fen(of.bridge.realised)),
    "unrealised": (say("Unrealised change"), lambda of: Fen(of.bridge.unrealised)),
    "fees": (say("Fees and expenses"), lambda of: Fen(-of.bridge.fees)),
    "committed": (say("Committed"), lambda of: Fen(of.now.fund.amounts.committed_fen)),
    "paid_in": (say("Paid in"), lambda of: Fen(of.now.fund.amounts.paid_in_fen)),
    "unfunded": (say("Unfunded"), lambda of: Fen(of.now.fund.amounts.unfunded_fen)),
    "distributed": (say("Distributed"), lambda of: Fen(of.now.fund.amounts.distributed_fen)),
    "called_in_quarter": (say("Paid in this quarter"), lambda of: Fen(of.row(13).fund.qtd_fen)),
    "paid_out_in_quarter": (
        say("Distributed this quarter"),
        lambda of: Fen(-of.row(14).fund.qtd_fen),
    ),
    "own_nav": (say("This partner's NAV"), lambda of: Fen(of.now.partner.amounts.nav_fen)),
    "own_paid_in": (
        say("Paid in by this partner"),
        lambda of: Fen(of.now.partner.amounts.paid_in_fen),
    ),
    "own_unfunded": (
        say("Unfunded of this partner"),
        lambda of: Fen(of.now.partner.amounts.unfunded_fen),
    ),
    "net_irr": (say("Net IRR"), lambda of: Ratio(of.now.fund.net_irr, of.now.fund.rate_unit)),
    "gross_irr": (say("Gross IRR"), lambda of: Ratio(of.now.gross_irr, of.now.rate_unit)),
    "tvpi": (say("TVPI"), lambda of: Ratio(of.now.fund.tvpi, "multiple")),
    "dpi": (say("DPI"), lambda of: Ratio(of.now.fund.dpi, "multiple")),
    "moic": (say("Gross MOIC"), lambda of: Ratio(of.now.moic, "multiple")),
    "invested": (say("Invested"), lambda of: Fen(of.now.invested_fen)),
    "fair_value": (say("Fair value"), lambda of: Fen(of.now.fair_value_fen)),
    "cash": (say("Cash"), lambda of: Fen(of.now.cash_fen)),
    "payables": (say("Payables"), lambda of: Fen(of.now.payables_fen)),
    "holdings": (
        say("Investments held"),
        lambda of: sum(1 for one in of.holdings if one.fair_value_fen),
    ),
    "firms": (say("Firms"), lambda of: len(of.landing)),
    "landed": (say("Landed here"), lambda of: sum(one.has_landed for one in of.landing)),
    "conditions": (say("All conditions"), lambda of: sum(one.conditions for one in of.landing)),
    "verified": (say("Conditions verified"), lambda of: sum(one.verified for one in of.landing)),
    "in_place": (say("Money in place"), lambda of: Fen(sum(o.in_place_fen for o in of.landing))),
    "overdue": (
        say("Conditions overdue"),
        lambda of: sum(len(one.concerns) for one in of.landing),
    ),
}


# ---- rules
def values(report: LpReport) -> dict[str, Any]:
    """Return every place with its value in this report; `firm_CODE` is the name of a holding."""
    found = {name: fill(report) for name, (_, fill) in PLACES.items()}
    return found | {
        f"firm_{one.code.lower()}": Named(one.name, one.name_en)
        for one in report.holdings
        if PLACE.fullmatch(f"{{firm_{one.code.lower()}}}")
    }


def labels(report: LpReport) -> dict[str, Message | Named]:
    """Return every place with what it stands for, as the editor lists it."""
    named: dict[str, Message | Named] = {name: label for name, (label, _) in PLACES.items()}
    return {name: named.get(name, value) for name, value in values(report).items()}


def paragraphs(report: LpReport, prose: Sequence[ReportProse]) -> tuple[Paragraph, ...]:
    """Fill the places of each section's prose; only those that it names are kept."""
    every = values(report)

    def filled(text: str) -> Message:
        return Message(text, {name: every[name] for name in sorted(set(PLACE.findall(text)))})

    return tuple(
        Paragraph(
            section=one.section,
            version=one.version,
            words=filled(one.text),
            words_en=filled(one.text_en),
        )
        for one in prose
        if one.text or one.text_en
    )
