"""The first sheet: headline figures, the letter, the bridge, performance and the account."""

from collections.abc import Iterator

from portfolio.kernel.errors import Fen, Message, say
from valuation.figures import Undefined
from web import charts
from web.charts import money
from web.formats import DASH
from web.reports.paper import (
    Block,
    Chart,
    Column,
    Cover,
    Head,
    Kpi,
    Kpis,
    Note,
    Pair,
    Prose,
    Table,
    TableRow,
)
from web.reports.pen import Pen, quarter_words
from web.reports.report import AccountRow, Performance, Side

# Rows of the sheet behind each line of the short account.
SHORT = (
    (say("Opening NAV"), (12,)),
    (say("Contributions"), (13, 17)),
    (say("Distributions"), (14,)),
    (say("Realised gains and income"), (90, 92)),
    (say("Unrealised change"), (93,)),
    (say("Management fees and expenses"), (15, 16, 82, 101, 102)),
    (say("Closing NAV"), (95,)),
)

MARKET: dict[str, Message] = {
    "ks_pme": say("KS-PME"),
    "direct_alpha": say("Direct alpha"),
}


def blocks(by: Pen) -> Iterator[Block]:
    """Yield the first four sections."""
    report = by.report
    share = DASH if isinstance(report.share, Undefined) else by.reader.ratio(report.share)
    yield Cover(
        over=by.say(quarter_words(report)),
        title=by.say(say("Quarterly report to partners")),
        under=by.say(
            say(
                "Period {since} to {until} · to {partner} ({share})",
                since=report.quarter.start,
                until=report.as_of,
                partner=by.partner,
                share=share,
            )
        ),
        unit=by.say(say("Amounts in {unit}", unit=by.unit_name)),
        audit=by.say(say("Unaudited")),
        demo=by.say(say("Demonstration data")) if report.is_demo else "",
    )
    yield Kpis(items=tuple(_kpis(by)))
    yield Head(title=by.say(say("Manager's report")), section="letter")
    between = " " if by.reader.lang == "en" else ""
    yield Prose(
        sentences=tuple((by.say(one.words) + between, one.is_weighty) for one in report.letter)
    )
    yield from by.prose("letter")
    yield Pair(left=tuple(_bridge(by)), right=tuple(_performance(by)))
    yield from by.prose("performance")
    yield Head(
        title=by.say(say("Partner's capital account")),
        note=f"{by.partner}, {by.unit_name}",
    )
    yield _short_account(by)
    own = report.now.partner
    yield Note(
        text=by.say(
            say(
                "Committed {committed}, paid in {paid_in} ({pic}), unfunded {unfunded}. All rows "
                "of the ILPA template are in the annex.",
                committed=by.money(own.amounts.committed_fen),
                paid_in=by.money(own.amounts.paid_in_fen),
                pic=by.figure(own.pic, "rate"),
                unfunded=by.money(own.amounts.unfunded_fen),
            )
        )
    )


def _kpis(by: Pen) -> Iterator[Kpi]:
    now, opening = by.report.now, by.report.bridge.opening
    fund, amounts = now.fund, now.fund.amounts
    note = by.say(say("First quarter"))
    if opening:
        change = by.reader.number((amounts.nav_fen / opening - 1) * 100, 1, sign=True)
        note = by.say(say("{change}% in the quarter", change=change))
    yield Kpi(
        label=by.say(say("Closing NAV")),
        value=by.money(amounts.nav_fen),
        unit=by.unit_name,
        note=note,
    )
    yield Kpi(
        label=by.say(say("Paid in / committed")),
        value=by.figure(fund.pic, "rate"),
        unit="",
        note=f"{by.money(amounts.paid_in_fen)} / {by.money(amounts.committed_fen)}",
    )
    yield Kpi(
        label=by.say(say("Net IRR")),
        value=by.figure(fund.net_irr, fund.rate_unit),
        unit="",
        note=by.say(say("gross {rate}", rate=by.figure(now.gross_irr, now.rate_unit))),
    )
    yield Kpi(
        label="TVPI",
        value=by.figure(fund.tvpi, "multiple"),
        unit="",
        note=f"RVPI {by.figure(fund.rvpi, 'multiple')}",
    )
    yield Kpi(
        label="DPI",
        value=by.figure(fund.dpi, "multiple"),
        unit="",
        note=by.say(say("paid out {amount}", amount=by.money(amounts.distributed_fen))),
    )
    rows = by.report.landing
    yield Kpi(
        label=by.say(say("Landed here")),
        value=str(sum(row.has_landed for row in rows)),
        unit=by.say(say("of {count}", count=len(rows))),
        note=by.say(
            say(
                "conditions {done} / {all}",
                done=sum(row.verified for row in rows),
                all=sum(row.conditions for row in rows),
            )
        ),
    )


def _bridge(by: Pen) -> Iterator[Head | Chart]:
    moved = by.report.bridge
    steps = [
        charts.Step(name=by.say(name), value=value / 100, is_total=is_total)
        for name, value, is_total in (
            (say("Opening"), moved.opening, True),
            (say("Paid in"), moved.contributions, False),
            (say("Paid out"), moved.distributions, False),
            (say("Realised gains"), moved.realised, False),
            (say("Unrealised"), moved.unrealised, False),
            (say("Fees"), moved.fees, False),
            (say("Closing"), moved.closing, True),
        )
        if is_total or value
    ]
    note = by.say(say("quarter, {unit}", unit=by.unit_name))
    if money.is_cut(steps):
        note = by.say(say("quarter, {unit}, axis cut", unit=by.unit_name))
    label = by.say(
        say(
            "NAV went from {opening} to {closing}.",
            opening=Fen(moved.opening),
            closing=Fen(moved.closing),
        )
    )
    svg = charts.bridge(
        steps,
        label=label,
        number=lambda yuan: by.money(round(yuan * 100)),
        change=lambda yuan: by.money(round(yuan * 100), sign=True),
    )
    yield Head(title=by.say(say("NAV bridge")), note=note)
    yield Chart(svg=svg, label=label)


def _performance(by: Pen) -> Iterator[Head | Table]:
    now, before = by.report.now, by.report.before
    rows = [
        _rates(by, say("Net IRR"), _net(now.fund), _net(before.fund)),
        *(
            _compared(by, name.upper(), getattr(now.fund, name), getattr(before.fund, name))
            for name in ("tvpi", "dpi", "rvpi")
        ),
        _compared(by, say("Gross MOIC"), now.moic, before.moic),
        _rates(by, say("Gross IRR"), _gross(now), _gross(before)),
        *_own(by, now.partner, before.partner),
        *_market(by),
    ]
    yield Head(
        title=by.say(say("Performance")),
        note=by.say(say("net unless said gross")),
        section="performance",
    )
    yield Table(
        label=by.say(say("Performance")),
        columns=(
            Column(by.say(say("Indicator"))),
            Column(by.say(say("Quarter end")), "r"),
            Column(by.say(say("Quarter before")), "r"),
            Column(by.say(say("Movement")), "r"),
        ),
        rows=tuple(rows),
    )


def _own(by: Pen, now: Side, before: Side) -> Iterator[TableRow]:
    yield _rates(by, say("This partner, net IRR"), _net(now), _net(before))
    yield _compared(by, say("This partner, TVPI"), now.tvpi, before.tvpi)


def _market(by: Pen) -> Iterator[TableRow]:
    """Yield the comparison with the index; it is one of today, so the other columns are empty."""
    if (market := by.report.market) is None:
        return
    index = by.name(market.index_name, market.index_name_en)
    for one in market.equivalents:
        if one.code in MARKET:
            name = by.say(say("{measure}, {index}", measure=MARKET[one.code], index=index))
            yield TableRow((name, by.figure(one.value, one.unit), DASH, DASH))


def _net(of: Side) -> tuple[float | Undefined, str]:
    return of.net_irr, of.rate_unit


def _gross(of: Performance) -> tuple[float | Undefined, str]:
    return of.gross_irr, of.rate_unit


def _rates(
    by: Pen,
    name: Message,
    now: tuple[float | Undefined, str],
    before: tuple[float | Undefined, str],
) -> TableRow:
    """Compare two rates; a return of a period and a yearly rate have no difference."""
    change = DASH
    if now[1] == before[1] and isinstance(now[0], float) and isinstance(before[0], float):
        change = by.reader.points(now[0] - before[0])
    return TableRow((by.say(name), by.told(*now), by.told(*before), change))


def _compared(
    by: Pen, name: Message | str, now: float | Undefined, before: float | Undefined
) -> TableRow:
    change = DASH
    if not isinstance(now, Undefined) and not isinstance(before, Undefined):
        change = f"{by.reader.number(now - before, 2, sign=True)}x"
    return TableRow((by.say(name), by.told(now, "multiple"), by.told(before, "multiple"), change))


def _short_account(by: Pen) -> Table:
    def sums(rows: tuple[AccountRow, ...]) -> tuple[int, int, int, int]:
        return (
            sum(row.partner.qtd_fen for row in rows),
            sum(row.partner.ytd_fen for row in rows),
            sum(row.partner.itd_fen for row in rows),
            sum(row.fund.itd_fen for row in rows),
        )

    last = len(SHORT) - 1
    rows = []
    for at, (name, numbers) in enumerate(SHORT):
        write_ = by.held if at in {0, last} else by.moved
        amounts = sums(tuple(by.report.row(number) for number in numbers))
        rows.append(TableRow((by.say(name), *map(write_, amounts)), is_sum=at == last))
    return Table(
        label=by.say(say("Partner's capital account")),
        columns=(
            Column(by.say(say("Item"))),
            Column(by.say(say("This quarter")), "r"),
            Column(by.say(say("Year")), "r"),
            Column(by.say(say("Since inception")), "r"),
            Column(by.say(say("Whole fund since inception")), "r"),
        ),
        rows=tuple(rows),
    )
