"""The funds a person may see, with their figures in a few queries however many there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from portfolio import capital, funds, ledger, memo_rows, moved, performance, unfunded
from portfolio.accounts import AccountCode, Line
from portfolio.call_types import OUTSIDE
from portfolio.carry_flows import PAID as CARRY_PAID
from portfolio.commitments import Commitment, Partner
from portfolio.funds import FundKind
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.memo_rows import MemoRow
from portfolio.performance import NetPerformance
from valuation.irr import CashFlow
from web.formats import Reader
from web.templating import Page
from web.views import portal
from web.views.fund_words import FUND_KINDS, STATES, state_of
from web.views.holdings import Rate, named, rate
from web.views.portal import Notice, Told

CASH_LINES = (int(Line.CONTRIBUTIONS), int(Line.DISTRIBUTIONS))


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class FundLine:
    """One fund in the list; of an LP's fund the figures are those of its own account."""

    code: str
    name: str
    kind: Message
    state: Message
    state_kind: str
    inception_on: date
    size_fen: int | None
    net: NetPerformance
    irr: Rate
    is_demo: bool
    has_demo_entries: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FundList:
    """The page of all funds."""

    template: ClassVar[str] = "funds/list.html"
    lines: tuple[FundLine, ...]
    may_create: bool
    is_own: bool
    has_demo: bool
    notices: tuple[Notice, ...]  # of an investor; staff find them on the funds' pages
    told: tuple[Told, ...]


# ---- reads
def listed(work: Work, reader: Reader, actor: Actor, page: Page, *, with_demo: bool) -> FundList:
    """Return the funds with their figures, in a number of queries that no fund adds to."""
    rows = funds.listed(work, actor, with_demo=with_demo)
    moment = Moment(as_of=page.as_of, with_demo=with_demo)
    net = _net_of(work, actor, moment, [fund.id for fund in rows])
    demo = {
        row[0]
        for row in work.rows(
            sa.select(col(LedgerTransaction.fund_id))
            .where(col(LedgerTransaction.is_demo), moment.holds())
            .distinct()
        )
    }
    lines = []
    for fund in rows:
        state, kind = STATES[state_of(fund, page.as_of)]
        of = net[fund.id]
        lines.append(
            FundLine(
                code=fund.code,
                name=named(reader, fund.name, fund.name_en),
                kind=FUND_KINDS[FundKind(fund.kind)],
                state=state,
                state_kind=kind,
                inception_on=fund.inception_on,
                size_fen=fund.registered_size_fen,
                net=of,
                irr=rate(of.net_irr, of.first_flow_on, page.as_of),
                is_demo=fund.is_demo,
                has_demo_entries=fund.id in demo,
            )
        )
    is_own = not actor.may(Duty.READ_FIGURES)
    return FundList(
        lines=tuple(lines),
        may_create=actor.may(Duty.EDIT_FUNDS) and not page.is_past,
        is_own=is_own,
        has_demo=any(line.is_demo or line.has_demo_entries for line in lines),
        notices=portal.notices(work, reader, actor, page, rows) if is_own else (),
        told=portal.told(work, reader, actor, page) if is_own else (),
    )


def _carried_over(work: Work, moment: Moment, fund_id: str, own: set[str]) -> moved.Moved:
    """Return what transfers brought the accounts shown; over all of a fund they cancel out."""
    found = moved.sums(work, moment, fund_id)
    return sum((one for partner, one in found.items() if partner in own), moved.NOTHING)


def _net_of(
    work: Work, actor: Actor, moment: Moment, fund_ids: Sequence[str]
) -> dict[str, NetPerformance]:
    """Return the partners' side of many funds at once; an LP's own account of each."""
    seen: sa.ColumnElement[bool] = col(Partner.fund_id).in_(fund_ids)
    if not actor.may(Duty.READ_FIGURES):
        seen &= col(Partner.organisation_id) == actor.organisation_id
    partners = sa.select(col(Partner.id)).where(seen)
    own = {row[0] for row in work.rows(partners)}
    promised = {
        fund_id: int(fen)
        for fund_id, fen in work.rows(
            sa.select(col(Partner.fund_id), sa.func.sum(col(Commitment.amount_fen)))
            .join(Commitment, col(Commitment.partner_id) == col(Partner.id))
            .where(seen, col(Commitment.effective_date) <= moment.as_of)
            .group_by(col(Partner.fund_id))
        )
    }
    lines: dict[str, dict[int, int]] = {fund_id: {} for fund_id in fund_ids}
    flows: dict[str, list[CashFlow]] = {fund_id: [] for fund_id in fund_ids}
    beside: dict[str, Counter[str]] = {fund_id: Counter() for fund_id in fund_ids}
    purpose = col(LedgerPosting.purpose)
    keys = (
        col(LedgerPosting.fund_id),
        col(LedgerTransaction.effective_date),
        col(LedgerPosting.line),
        sa.case(
            (purpose.startswith(unfunded.RECALLABLE), "recallable_fen"),
            (purpose.startswith(OUTSIDE), "outside_fen"),
            (purpose.startswith(CARRY_PAID), "paid_fen"),
            (~performance.is_net(), "allocated_fen"),
            else_="",
        ),
    )
    for fund_id, on, line, kind, fen in work.rows(
        ledger.entries(*keys, -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.partner_id).in_(partners),
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            moment.holds(),
        )
        .group_by(*keys)
        .order_by(col(LedgerTransaction.effective_date))
    ):
        lines[fund_id][line] = lines[fund_id].get(line, 0) + int(fen)
        if line in CASH_LINES and fen and kind != "paid_fen":
            flows[fund_id].append(CashFlow(on, -int(fen)))
        if kind:
            # contributions and allocations are credits, what was paid back is not
            sign = 1 if kind in {"outside_fen", "allocated_fen"} else -1
            beside[fund_id][kind] += sign * int(fen)
    memo: dict[str, dict[int, int]] = {}
    for fund_id, row, fen in work.rows(
        sa.select(
            col(Partner.fund_id), col(MemoRow.sheet_row), sa.func.sum(col(MemoRow.amount_fen))
        )
        .join(Partner, col(Partner.id) == col(MemoRow.partner_id))
        .where(seen, memo_rows.holds(moment))
        .group_by(col(Partner.fund_id), col(MemoRow.sheet_row))
    ):
        memo.setdefault(fund_id, {})[row] = int(fen)
    return {
        fund_id: performance.net(
            capital.amounts(
                promised.get(fund_id, 0),
                lines[fund_id],
                recallable_fen=beside[fund_id]["recallable_fen"],
                outside_fen=beside[fund_id]["outside_fen"],
                memo=memo.get(fund_id),
                over=_carried_over(work, moment, fund_id, own),
            ),
            flows[fund_id],
            moment.as_of,
            carry_fen=beside[fund_id]["allocated_fen"] - beside[fund_id]["paid_fen"],
            paid_fen=beside[fund_id]["paid_fen"],
        )
        for fund_id in fund_ids
    }
