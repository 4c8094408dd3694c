"""What the figures mean: formula, the same with this report's numbers, and where they come from."""

from portfolio.kernel.errors import Fen, Message, say
from valuation.figures import Undefined
from web.reports.parts import Named
from web.reports.report import Definition, LpReport

FLOWS = say("Cash-flow ledger")
COMPUTED = say("Computed")
MARKS = say("Approved marks")
BALANCE = say("Approved marks, bank statement")
LANDING = say("Verified evidence")
INDEX = say("Ledger and index levels")


def of(report: LpReport) -> tuple[Definition, ...]:
    """Return the definitions in the order in which the report shows their figures."""
    at, fund = report.now, report.now.fund
    amounts = fund.amounts
    paid_in, nav = Fen(amounts.paid_in_fen), Fen(fund.net_nav_fen)
    distributed = Fen(fund.net_distributed_fen)
    rates = say("{count} flows up to {on}", count=len(report.flows), on=report.as_of)
    return (
        _means(
            say("Net IRR"),
            say(
                "Yearly rate at which the partners' contributions, distributions and closing NAV "
                "are worth nothing, net of carry; XIRR, ACT/365"
            ),
            rates,
            fund.net_irr,
            fund.rate_unit,
            FLOWS,
        ),
        _means(
            say("TVPI"),
            say("(Distributions + closing NAV, net of carry) ÷ paid-in"),
            say("({distributed} + {nav}) ÷ {paid_in}", **_values(distributed, nav, paid_in)),
            fund.tvpi,
            "multiple",
            COMPUTED,
        ),
        _means(
            say("DPI"),
            say("Distributions without carry paid ÷ paid-in"),
            say("{distributed} ÷ {paid_in}", distributed=distributed, paid_in=paid_in),
            fund.dpi,
            "multiple",
            COMPUTED,
        ),
        _means(
            say("RVPI"),
            say("Closing NAV, net of carry ÷ paid-in"),
            say("{nav} ÷ {paid_in}", nav=nav, paid_in=paid_in),
            fund.rvpi,
            "multiple",
            COMPUTED,
        ),
        _means(
            say("Gross MOIC"),
            say("(Proceeds + fair value) ÷ invested, before fees"),
            say(
                "({realised} + {value}) ÷ {invested}",
                realised=Fen(at.realised_fen),
                value=Fen(at.fair_value_fen),
                invested=Fen(at.invested_fen),
            ),
            at.moic,
            "multiple",
            MARKS,
        ),
        _means(
            say("Closing NAV"),
            say("Fair value + cash + other − payables"),
            say(
                "{value} + {cash} + {other} − {payables}",
                value=Fen(at.fair_value_fen),
                cash=Fen(at.cash_fen),
                other=Fen(at.other_fen),
                payables=Fen(at.payables_fen),
            ),
            amounts.nav_fen,
            "fen",
            BALANCE,
        ),
        _means(
            say("Unfunded"),
            say("Commitment − contributions + recallable distributions"),
            say(
                "{committed} − {paid_in} + {recallable}",
                committed=Fen(amounts.committed_fen),
                paid_in=paid_in,
                recallable=Fen(amounts.recallable_fen),
            ),
            amounts.unfunded_fen,
            "fen",
            COMPUTED,
        ),
        *_of_market(report),
        *_of_landing(report),
    )


def _of_market(report: LpReport) -> tuple[Definition, ...]:
    if (market := report.market) is None:
        return ()
    index = Named(market.index_name, market.index_name_en)
    of = {one.code: one for one in market.equivalents}
    return (
        _means(
            say("KS-PME"),
            say("(Distributions + closing NAV) ÷ contributions, each carried on by the index"),
            say("Index: {index}", index=index),
            of["ks_pme"].value,
            of["ks_pme"].unit,
            INDEX,
        ),
        _means(
            say("Direct alpha"),
            say("IRR of the flows after each was carried on by the index: the excess a year"),
            say("Index: {index}", index=index),
            of["direct_alpha"].value,
            of["direct_alpha"].unit,
            INDEX,
        ),
    )


def _of_landing(report: LpReport) -> tuple[Definition, ...]:
    if not report.landing:
        return ()
    verified = sum(row.verified for row in report.landing)
    owed = sum(row.conditions for row in report.landing)
    return (
        _means(
            say("Conditions verified"),
            say("Landing conditions whose evidence a second person accepted, or that were waived"),
            say("{verified} / {conditions}", verified=verified, conditions=owed),
            verified,
            "count",
            LANDING,
        ),
        _means(
            say("Money in place"),
            say("What the firms have verifiably invested in the district, whoever paid it"),
            say("{count} firms", count=sum(1 for row in report.landing if row.in_place_fen)),
            sum(row.in_place_fen for row in report.landing),
            "fen",
            LANDING,
        ),
    )


def _values(distributed: Fen, nav: Fen, paid_in: Fen) -> dict[str, Fen]:
    return {"distributed": distributed, "nav": nav, "paid_in": paid_in}


def _means(
    name: Message,
    formula: Message,
    computed: Message,
    value: float | Undefined,
    unit: str,
    source: Message,
) -> Definition:
    return Definition(
        name=name, formula=formula, computed=computed, value=value, unit=unit, source=source
    )
