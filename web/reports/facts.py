"""Building the report: the fund's side once, then each partner's side of the same figures."""

from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col

from portfolio import funds, performance
from portfolio.accounts import (
    ASSETS,
    CAPITAL_ROWS,
    COMMITMENT_ROWS,
    LIABILITIES,
    SCHEDULE_B_ROWS,
    AccountCode,
    Line,
    StatementRow,
)
from portfolio.capital import Amounts
from portfolio.commitments import Partner
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.performance import NetPerformance
from valuation import nav
from valuation.figures import Reason, Undefined
from valuation.irr import shown
from valuation.nav import NavLine
from valuation.periods import Quarter
from web.reports import letter, meanings, places, proofs, whole
from web.reports.parts import Late
from web.reports.report import (
    AccountRow,
    Call,
    Fee,
    Flow,
    LpReport,
    Party,
    Performance,
    Side,
)
from web.reports.whole import At, Draft, Whole

NAMED = {  # the accounts that the report shows each on its own
    AccountCode.CASH,
    AccountCode.INVESTMENTS_COST,
    AccountCode.INVESTMENTS_UNREALISED,
    AccountCode.PAYABLES,
}
# The steps of the bridge, as rows of the sheet: together they are everything between 12 and 95.
STEPS: dict[NavLine, tuple[int, ...]] = {
    NavLine.CONTRIBUTIONS: (13, 17),
    NavLine.DISTRIBUTIONS: (14,),
    NavLine.FEES: (15, 16, 82, 101, 102),
    NavLine.REALISED: (90, 92),
    NavLine.UNREALISED: (93,),
}
TOTAL_FEES = 82
FEE_ROWS = (15, 16, 25, 34, *range(36, 59), 60, TOTAL_FEES)


# ---- reads
def build(
    work: Work,
    actor: Actor,
    *,
    fund_code: str,
    quarter: Quarter,
    partner_code: str,
    known_at: datetime | None = None,
    draft: Draft | None = None,
) -> LpReport:
    """Return a partner's report on a fund and quarter, as the books stood at `known_at`.

    known_at  default: all that is recorded. Facts of firms are cut at this moment, facts of money
              at the ledger's number of it, so a later correction leaves an earlier report alone
    errors    not found, for a fund or an account that the actor may not see
    """
    actor.must(Duty.READ_REPORTS)
    fund = funds.find(work, actor, fund_code)
    partner = partner_of(work, actor, fund.id, partner_code)
    of = whole.read(
        work, actor, fund_code=fund_code, quarter=quarter, known_at=known_at, draft=draft
    )
    return of_partner(of, partner)


def partner_of(work: Work, actor: Actor, fund_id: str, code: str) -> Partner:
    """Return a partner whose report this person may see, else as if it were not there."""
    partner: Partner | None = work.session.execute(
        sa.select(Partner).where(
            col(Partner.code) == code,
            col(Partner.id).in_(funds.visible_partners(actor, fund_id)),
        )
    ).scalar()
    if partner is None:
        raise NotFoundError
    return partner


def of_partner(of: Whole, partner: Partner) -> LpReport:
    """Return one partner's report from the fund's side and this partner's own account."""
    own = of.ends.lines([partner.id])
    rows = tuple(
        AccountRow(partner=one, fund=all_, gp=gp if of.shows_gp else None)
        for one, all_, gp in zip(own, of.rows, of.gp_rows, strict=True)
    )
    now, before = _performance(of.now, partner.id), _performance(of.before, partner.id)
    report = LpReport(
        fund=Party(
            code=of.fund.code, name=of.fund.name, name_en=of.fund.name_en, is_demo=of.fund.is_demo
        ),
        partner=Party(
            code=partner.code,
            name=partner.name,
            name_en=partner.name_en,
            is_demo=partner.is_demo,
        ),
        manager=of.manager,
        share=_share(now),
        quarter=of.quarter,
        as_of=of.quarter.end,
        known_seq=of.moment.known_seq or 0,
        known_at=of.known_at,
        issue=of.draft.issue,
        bridge=_bridge(before.fund.amounts.nav_fen, now.fund.amounts.nav_fen, rows),
        now=now,
        before=before,
        account=_between(rows, CAPITAL_ROWS),
        commitment=_between(rows, COMMITMENT_ROWS),
        schedule_b=_between(rows, SCHEDULE_B_ROWS),
        holdings=of.holdings,
        landing=of.landing,
        chains=of.chains,
        calls=_calls(of, partner.id),
        flows=_flows(of, partner.id),
        fees=_fees(rows),
        market=of.market,
        methods=of.methods,
        footnotes=of.footnotes,
        children=of.children,
        late=_late(of, partner.id),
        letter=(),
        prose=(),
        changes=(),
        definitions=(),
        checks=(),
        is_legacy=bool(
            of.fund.investment_period_ends_on
            and of.fund.investment_period_ends_on < of.quarter.start
        ),
        is_demo=of.fund.is_demo or partner.is_demo or any(one.is_demo for one in of.holdings),
    )
    report = replace(
        report,
        letter=letter.sentences(report),
        definitions=meanings.of(report),
        prose=places.paragraphs(report, of.draft.prose),
    )
    return replace(report, checks=proofs.checks(of.books, report))


def _between(rows: tuple[AccountRow, ...], of: tuple[StatementRow, ...]) -> tuple[AccountRow, ...]:
    numbers = {row.row for row in of}
    return tuple(row for row in rows if row.fund.row in numbers)


def _share(now: Performance) -> float | Undefined:
    every = now.fund.amounts.committed_fen
    if not every:
        return Undefined(Reason.NO_COMMITMENT, "nobody had committed to the fund by this date")
    return now.partner.amounts.committed_fen / every


def _side(of: NetPerformance) -> Side:
    told = shown(of.net_irr, of.first_flow_on, of.as_of)
    return Side(
        as_of=of.as_of,
        amounts=Amounts(**{name: getattr(of, name) for name in Amounts.__slots__}),
        net_distributed_fen=of.net_distributed_fen,
        net_nav_fen=of.net_nav_fen,
        pic=of.pic,
        dpi=of.dpi,
        rvpi=of.rvpi,
        tvpi=of.tvpi,
        net_irr=told.value,
        is_period=told.is_period,
    )


def _performance(at: At, partner_id: str) -> Performance:
    of = at.fund
    account = next(one for one in at.accounts.accounts if one.partner_id == partner_id)
    first = min((flow.on for flow in of.gross_flows), default=None)
    told = shown(of.gross_irr, first, of.as_of)
    own = performance.net(account.amounts, at.flows.get(partner_id, ()), of.as_of)
    return Performance(
        fund=_side(of),
        partner=_side(own),
        invested_fen=of.invested_fen,
        realised_fen=of.realised_fen,
        fair_value_fen=of.fair_value_fen,
        cash_fen=of.cash_fen,
        payables_fen=of.payables_fen,
        other_fen=other_fen(at),
        moic=of.moic,
        gross_irr=told.value,
        is_period=told.is_period,
    )


def other_fen(at: At) -> int:
    """Return what is neither value, cash nor payable: receivables less a drawn line."""
    return sum(at.balances[account] for account in (*ASSETS, *LIABILITIES) if account not in NAMED)


def _bridge(opening: int, closing: int, rows: tuple[AccountRow, ...]) -> nav.Bridge:
    by_row = {row.fund.row: row.fund.qtd_fen for row in rows}
    return nav.bridge(
        opening,
        closing,
        [(line, by_row[number]) for line, numbers in STEPS.items() for number in numbers],
    )


def _calls(of: Whole, partner_id: str) -> tuple[Call, ...]:
    found = []
    for made in of.calls:
        own = [line for line in made.lines if line.partner_id == partner_id]
        found.append(
            Call(
                number=made.number,
                called_on=made.called_on,
                due_on=made.due_on,
                purpose=made.purpose.value,
                fund_fen=made.total_fen,
                partner_fen=sum(line.amount_fen for line in own),
                partner_received_fen=sum(line.received_fen for line in own),
            )
        )
    return tuple(found)


def _flows(of: Whole, partner_id: str) -> tuple[Flow, ...]:
    """Return what was paid in and out by day; what was reversed on its own day is gone."""
    days: dict[tuple[date, int], list[int]] = {}
    for holder, rows in of.booked.items():
        for on, line, fen in rows:
            both = days.setdefault((on, line), [0, 0])
            both[0] += fen
            both[1] += fen if holder == partner_id else 0
    return tuple(
        Flow(
            on=on,
            kind="contribution" if line == Line.CONTRIBUTIONS else "distribution",
            fund_fen=fund_fen,
            partner_fen=partner_fen,
        )
        for (on, line), (fund_fen, partner_fen) in sorted(days.items())
        if fund_fen
    )


def _late(of: Whole, partner_id: str) -> tuple[Late, ...]:
    return tuple(
        Late(
            seq=one.seq,
            effective_date=one.effective_date,
            recorded_on=one.recorded_on,
            fund_fen=sum(one.by_partner.values()),
            partner_fen=one.by_partner.get(partner_id, 0),
        )
        for one in of.late
    )


def _fees(rows: tuple[AccountRow, ...]) -> tuple[Fee, ...]:
    """Return what cost the fund something, each kind once, the total last even if it is 0."""
    by_row = {row.fund.row: row.fund for row in rows}
    found = [
        Fee(row=at, name=of.name, qtd_fen=-of.qtd_fen, ytd_fen=-of.ytd_fen, itd_fen=-of.itd_fen)
        for at in FEE_ROWS
        for of in (by_row[at],)
        if at == TOTAL_FEES or of.qtd_fen or of.ytd_fen or of.itd_fen
    ]
    return tuple(found)
