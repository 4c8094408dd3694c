"""Performance: what a fund, a partner or a holding has earned, from its flows in the ledger.

Net is the partners' side (contributions, distributions and what their accounts are worth), gross
the side of the investments. Flows count on the day the money moved. Definitions: DOMAIN.md §3.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import capital, commitments, investments, ledger
from portfolio.accounts import ALLOCATED_LINES, FEE_LINES, AccountCode, Line
from portfolio.capital import Amounts
from portfolio.carry_flows import PAID as CARRY_PAID
from portfolio.commitments import Partner, PartnerKind
from portfolio.investments import Movement, Position
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from valuation.figures import Undefined
from valuation.irr import CashFlow, xirr
from valuation.multiples import moic, multiples
from valuation.periods import Quarter, quarters_between


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class NetPerformance:
    """The partners' side, of one account or of the whole fund, at the close of `as_of`."""

    as_of: date
    committed_fen: int
    paid_in_fen: int
    unfunded_fen: int
    distributed_fen: int
    recallable_fen: int
    nav_fen: int
    pic: float | Undefined
    dpi: float | Undefined
    rvpi: float | Undefined
    tvpi: float | Undefined
    net_distributed_fen: int  # without what general partners were paid as carry
    net_nav_fen: int  # without what they hold of it; the ratios and the rate rest on these two
    net_irr: float | Undefined
    net_flows: tuple[CashFlow, ...]  # fen, without the closing value
    first_flow_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundPerformance(NetPerformance):
    """A fund from both sides. For a mother fund the investments are its sub-funds."""

    invested_fen: int
    cost_fen: int
    fair_value_fen: int
    realised_fen: int
    cash_fen: int
    payables_fen: int
    fees_fen: int  # management fees and expenses, net of offsets
    moic: float | Undefined
    gross_irr: float | Undefined
    gross_flows: tuple[CashFlow, ...]
    movements: tuple[Movement, ...]  # the transactions behind them
    holdings: tuple[Position, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterPoint:
    """One quarter of the J-curve; the last one ends on `as_of`."""

    quarter: Quarter
    called_fen: int  # contributions that arrived in the quarter
    distributed_fen: int
    cumulative_net_fen: int  # all distributions less all contributions so far
    nav_fen: int  # at the quarter's end


# ---- rules
def net(
    of: Amounts, flows: Sequence[CashFlow], as_of: date, *, carry_fen: int = 0, paid_fen: int = 0
) -> NetPerformance:
    """Return the multiples and the rate of amounts and the flows they are made of.

    carry_fen  of the NAV, what general partners hold as carried interest
    paid_fen   of the distributions, what they were paid of it; `flows` are without it
    """
    distributed_fen, nav_fen = of.distributed_fen - paid_fen, of.nav_fen - carry_fen
    ratios = multiples(
        committed=of.committed_fen, paid_in=of.paid_in_fen, distributed=distributed_fen, nav=nav_fen
    )
    return NetPerformance(
        as_of=as_of,
        committed_fen=of.committed_fen,
        paid_in_fen=of.paid_in_fen,
        unfunded_fen=of.unfunded_fen,
        distributed_fen=of.distributed_fen,
        recallable_fen=of.recallable_fen,
        nav_fen=of.nav_fen,
        pic=ratios.pic,
        dpi=ratios.dpi,
        rvpi=ratios.rvpi,
        tvpi=ratios.tvpi,
        net_distributed_fen=distributed_fen,
        net_nav_fen=nav_fen,
        net_irr=xirr([*flows, CashFlow(as_of, nav_fen)]) if flows else xirr([]),
        net_flows=tuple(flows),
        first_flow_on=flows[0].on if flows else None,
    )


def curve(booked: Iterable[tuple[date, int, int]], as_of: date) -> list[QuarterPoint]:
    """Return the quarters from the first booking to `as_of`, none left out.

    booked  (effective date, reporting line, fen; credit positive) in any order
    """
    rows = sorted(booked)
    if not rows:
        return []
    points, following = [], iter(rows)
    row = next(following, None)
    net_fen = nav_fen = 0
    for quarter in quarters_between(Quarter.containing(rows[0][0]), Quarter.containing(as_of)):
        flows_fen = {Line.CONTRIBUTIONS: 0, Line.DISTRIBUTIONS: 0}
        while row is not None and row[0] <= quarter.end:
            _, line, fen = row
            nav_fen += fen
            if line in flows_fen:
                flows_fen[Line(line)] += fen
            row = next(following, None)
        net_fen -= sum(flows_fen.values())
        points.append(
            QuarterPoint(
                quarter=quarter,
                called_fen=flows_fen[Line.CONTRIBUTIONS],
                distributed_fen=-flows_fen[Line.DISTRIBUTIONS],
                cumulative_net_fen=net_fen,
                nav_fen=nav_fen,
            )
        )
    return points


# ---- reads
def is_net() -> sa.ColumnElement[bool]:
    """Return the condition on accounts' postings that leaves out what is carry of general partners.

    What is allocated to them and what they were paid of it: a fund's net figures are those of the
    money that was invested (DOMAIN.md §3).
    """
    return ~(_is_paid() | _is_allocated())


def _is_paid() -> sa.ColumnElement[bool]:
    return col(LedgerPosting.purpose).startswith(CARRY_PAID)


def _is_allocated() -> sa.ColumnElement[bool]:
    general = sa.select(col(Partner.id)).where(col(Partner.kind) == PartnerKind.GP.value)
    return col(LedgerPosting.line).in_([int(line) for line in ALLOCATED_LINES]) & col(
        LedgerPosting.partner_id
    ).in_(general)


def carried(work: Work, moment: Moment, fund_id: str) -> tuple[int, int]:
    """Return what general partners hold of a fund as carry, and what they were paid, in fen."""
    of_kind = sa.case((_is_paid(), "paid"), else_="allocated")
    found: dict[str, int] = {
        kind: int(fen)
        for kind, fen in work.rows(
            ledger.entries(of_kind, -sa.func.sum(col(LedgerPosting.amount_fen)))
            .where(
                col(LedgerPosting.fund_id) == fund_id,
                col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
                ~is_net(),
                moment.holds(),
            )
            .group_by(of_kind)
        )
    }
    paid_fen = -found.get("paid", 0)
    return found.get("allocated", 0) - paid_fen, paid_fen


def fund_performance(work: Work, moment: Moment, fund_id: str) -> FundPerformance:
    """Return what a fund has earned for its partners and by its investments."""
    carry_fen, paid_fen = carried(work, moment, fund_id)
    partners = net(
        capital.accounts(work, moment, fund_id).total,
        _net_flows(work, moment, (col(LedgerPosting.fund_id) == fund_id) & is_net()),
        moment.as_of,
        carry_fen=carry_fen,
        paid_fen=paid_fen,
    )
    held = investments.positions(work, moment, fund_id)
    moved = investments.movements(work, moment, [one.investment_id for one in held])
    flows = investments.dated(moved)
    balances = ledger.balances(work, moment, fund_id=fund_id)
    invested_fen = sum(one.invested_fen for one in held)
    realised_fen = sum(one.realised_fen for one in held)
    fair_value_fen = sum(one.fair_value_fen for one in held)
    by_line = ledger.capital_by_line(work, moment, fund_id=fund_id)
    return FundPerformance(
        **{name: getattr(partners, name) for name in NetPerformance.__slots__},
        invested_fen=invested_fen,
        cost_fen=balances[AccountCode.INVESTMENTS_COST],
        fair_value_fen=fair_value_fen,
        realised_fen=realised_fen,
        cash_fen=balances[AccountCode.CASH],
        payables_fen=-balances[AccountCode.PAYABLES],
        fees_fen=-sum(fen for (_, line), fen in by_line.items() if line in FEE_LINES),
        moic=moic(invested=invested_fen, realised=realised_fen, fair_value=fair_value_fen),
        gross_irr=investments.gross_irr(flows, fair_value_fen, moment.as_of),
        gross_flows=tuple(flows),
        movements=tuple(moved),
        holdings=tuple(held),
    )


def partner_performance(work: Work, moment: Moment, partner_id: str) -> NetPerformance:
    """Return what one partner's account has earned; a fund that is a partner works alike."""
    fund_id = commitments.partner(work, partner_id).fund_id
    for account in capital.accounts(work, moment, fund_id).accounts:
        if account.partner_id == partner_id:
            flows = _net_flows(work, moment, col(LedgerPosting.partner_id) == partner_id)
            return net(account.amounts, flows, moment.as_of)
    raise NotFoundError


def investment_performance(work: Work, moment: Moment, investment_id: str) -> Position:
    """Return what one holding has earned."""
    return investments.position(work, moment, investment_id)


def quarterly(
    work: Work,
    moment: Moment,
    fund_id: str,
    *,
    partner_id: str | None = None,
    net_of_carry: bool = False,
) -> list[QuarterPoint]:
    """Return the J-curve of a fund, or of one partner in it, from one query."""
    asked = col(LedgerPosting.fund_id) == fund_id
    if net_of_carry:
        asked &= is_net()
    if partner_id is not None:
        asked = asked & (col(LedgerPosting.partner_id) == partner_id)
    return curve(booked_by_day(work, moment, asked), moment.as_of)


def _net_flows(work: Work, moment: Moment, asked: sa.ColumnElement[bool]) -> list[CashFlow]:
    """Return contributions (negative) and distributions (positive) by day, in fen.

    On the partner's account a contribution is a credit, so the sign turns for its holder. A
    transfer is a flow of its net asset value to whoever takes over, and cancels over the fund.
    """
    lines = {int(Line.CONTRIBUTIONS), int(Line.DISTRIBUTIONS), int(Line.PARTNER_TRANSFERS)}
    rows = sorted(row for row in booked_by_day(work, moment, asked) if row[1] in lines)
    return [CashFlow(on, -fen) for on, _, fen in rows if fen]


def booked_by_day(
    work: Work, moment: Moment, asked: sa.ColumnElement[bool]
) -> list[tuple[date, int, int]]:
    """Return what the partners' accounts were booked, for `curve`: date, line, fen."""
    rows = work.rows(
        ledger.entries(
            col(LedgerTransaction.effective_date),
            col(LedgerPosting.line),
            -sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .where(
            asked,
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            moment.holds(),
        )
        .group_by(col(LedgerTransaction.effective_date), col(LedgerPosting.line))
    )
    return [(on, line, int(fen)) for on, line, fen in rows]
