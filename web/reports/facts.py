"""Building the report: every figure from the ledger at one moment, every firm as it was known."""

from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, capital, funds, ledger, marks, performance
from portfolio.accounts import CAPITAL_ROWS, AccountCode, Line
from portfolio.capital import Amounts
from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.investments import InvestmentKind, Position
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.organisations import Organisation
from portfolio.performance import NetPerformance
from valuation import nav
from valuation.figures import Reason, Undefined
from valuation.nav import NavLine
from valuation.periods import Quarter
from web.reports import landing, letter, meanings, proofs
from web.reports.report import (
    AccountRow,
    Call,
    Fee,
    Flow,
    Holding,
    LpReport,
    Party,
    Performance,
    Side,
)

LAST_CAPITAL_ROW = CAPITAL_ROWS[-1].row
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


def build(
    work: Work,
    actor: Actor,
    *,
    fund_code: str,
    quarter: Quarter,
    partner_code: str,
    known_at: datetime | None = None,
) -> LpReport:
    """Return a partner's report on a fund and quarter, as the books stood at `known_at`.

    known_at  default: all that is recorded. Facts of firms are cut at this moment, facts of money
              at the ledger's number of it, so a later correction leaves an earlier report alone
    errors    not found, for a fund or an account that the actor may not see
    """
    actor.must(Duty.READ_REPORTS)
    fund = funds.find(work, actor, fund_code)
    partner = _partner(work, actor, fund.id, partner_code)
    seq = ledger.last_seq(work) if known_at is None else ledger.known_at(work, known_at)
    moment = Moment(as_of=quarter.end, known_seq=seq)
    now = _performance(work, moment, fund.id, partner.id)
    before = _performance(work, replace(moment, as_of=quarter.previous.end), fund.id, partner.id)
    rows = _rows(work, fund.id, partner.id, quarter, seq)
    positions = performance.fund_performance(work, moment, fund.id).holdings
    stands = landing.standing(work, moment, fund.id, positions, quarter=quarter, known_at=known_at)
    report = LpReport(
        fund=Party(code=fund.code, name=fund.name, name_en=fund.name_en, is_demo=fund.is_demo),
        partner=Party(
            code=partner.code,
            name=partner.name,
            name_en=partner.name_en,
            is_demo=partner.is_demo,
        ),
        manager=_manager(work, fund),
        share=_share(now),
        quarter=quarter,
        as_of=quarter.end,
        known_seq=seq,
        bridge=_bridge(before.fund.amounts.nav_fen, now.fund.amounts.nav_fen, rows),
        now=now,
        before=before,
        account=tuple(row for row in rows if row.fund.row <= LAST_CAPITAL_ROW),
        commitment=tuple(row for row in rows if row.fund.row > LAST_CAPITAL_ROW),
        holdings=_holdings(work, moment, positions, stands),
        landing=stands.rows,
        calls=_calls(work, moment, fund.id, partner.id),
        flows=_flows(work, moment, fund.id, partner.id),
        fees=_fees(rows),
        letter=(),
        definitions=(),
        checks=(),
        is_demo=fund.is_demo or partner.is_demo or any(one.is_demo for one in positions),
    )
    report = replace(report, letter=letter.sentences(report), definitions=meanings.of(report))
    return replace(report, checks=proofs.checks(work, moment, fund.id, report))


def _partner(work: Work, actor: Actor, fund_id: str, code: str) -> Partner:
    partner: Partner | None = work.session.execute(
        sa.select(Partner).where(
            col(Partner.code) == code,
            col(Partner.id).in_(funds.visible_partners(actor, fund_id)),
        )
    ).scalar()
    if partner is None:
        raise NotFoundError
    return partner


def _manager(work: Work, fund: Fund) -> str:
    manager = work.session.get(Organisation, fund.manager_id) if fund.manager_id else None
    return manager.name if manager else ""


def _share(now: Performance) -> float | Undefined:
    whole = now.fund.amounts.committed_fen
    if not whole:
        return Undefined(Reason.NO_COMMITMENT, "nobody had committed to the fund by this date")
    return now.partner.amounts.committed_fen / whole


def _side(of: NetPerformance) -> Side:
    return Side(
        as_of=of.as_of,
        amounts=Amounts(**{name: getattr(of, name) for name in Amounts.__slots__}),
        pic=of.pic,
        dpi=of.dpi,
        rvpi=of.rvpi,
        tvpi=of.tvpi,
        net_irr=of.net_irr,
    )


def _performance(work: Work, moment: Moment, fund_id: str, partner_id: str) -> Performance:
    of = performance.fund_performance(work, moment, fund_id)
    balances = ledger.balances(work, moment, fund_id=fund_id)
    return Performance(
        fund=_side(of),
        partner=_side(performance.partner_performance(work, moment, partner_id)),
        invested_fen=of.invested_fen,
        realised_fen=of.realised_fen,
        fair_value_fen=of.fair_value_fen,
        cash_fen=of.cash_fen,
        payables_fen=of.payables_fen,
        other_fen=balances[AccountCode.RECEIVABLES] + balances[AccountCode.SUBSCRIPTION_LINE],
        moic=of.moic,
        gross_irr=of.gross_irr,
    )


def _rows(
    work: Work, fund_id: str, partner_id: str, quarter: Quarter, seq: int
) -> tuple[AccountRow, ...]:
    own, whole = (
        capital.statement(work, fund_id=fund_id, partner_id=of, quarter=quarter, known_seq=seq)
        for of in (partner_id, None)
    )
    return tuple(AccountRow(partner=one, fund=all_) for one, all_ in zip(own, whole, strict=True))


def _bridge(opening: int, closing: int, rows: tuple[AccountRow, ...]) -> nav.Bridge:
    by_row = {row.fund.row: row.fund.qtd_fen for row in rows}
    return nav.bridge(
        opening,
        closing,
        [(line, by_row[number]) for line, numbers in STEPS.items() for number in numbers],
    )


def _holdings(
    work: Work, moment: Moment, positions: tuple[Position, ...], stands: landing.Standing
) -> tuple[Holding, ...]:
    newest = marks.latest(work, moment, [one.investment_id for one in positions])
    found = [
        Holding(
            code=one.code,
            name=one.name,
            name_en=one.name_en,
            chain=stands.chains.get(one.investment_id, ("", ""))[0],
            chain_en=stands.chains.get(one.investment_id, ("", ""))[1],
            first_paid_on=one.first_paid_on,
            invested_fen=one.invested_fen,
            cost_fen=one.cost_fen,
            fair_value_fen=one.fair_value_fen,
            realised_fen=one.realised_fen,
            share_of_value=one.share_of_value,
            moic=one.moic,
            gross_irr=one.gross_irr,
            marked_on=newest[one.investment_id].as_of if one.investment_id in newest else None,
            method=newest[one.investment_id].method if one.investment_id in newest else "",
            is_fund=one.kind is InvestmentKind.FUND,
            is_demo=one.is_demo,
        )
        for one in positions
    ]
    return tuple(sorted(found, key=lambda one: (-one.fair_value_fen, one.code)))


def _calls(work: Work, moment: Moment, fund_id: str, partner_id: str) -> tuple[Call, ...]:
    found = []
    for made in calls.calls(work, moment, fund_id):
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


def _flows(work: Work, moment: Moment, fund_id: str, partner_id: str) -> tuple[Flow, ...]:
    """Return what was paid in and out by day; what was reversed on its own day is gone."""
    own = sa.case((col(LedgerPosting.partner_id) == partner_id, col(LedgerPosting.amount_fen)))
    statement = (
        ledger.entries(
            col(LedgerTransaction.effective_date),
            col(LedgerPosting.line),
            -sa.func.sum(col(LedgerPosting.amount_fen)),
            -sa.func.coalesce(sa.func.sum(own), 0),
        )
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line).in_([int(Line.CONTRIBUTIONS), int(Line.DISTRIBUTIONS)]),
            moment.holds(),
        )
        .group_by(col(LedgerTransaction.effective_date), col(LedgerPosting.line))
        .order_by(col(LedgerTransaction.effective_date), col(LedgerPosting.line))
    )
    return tuple(
        Flow(
            on=on,
            kind="contribution" if line == Line.CONTRIBUTIONS else "distribution",
            fund_fen=int(fund_fen),
            partner_fen=int(partner_fen),
        )
        for on, line, fund_fen, partner_fen in work.rows(statement)
        if fund_fen
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
