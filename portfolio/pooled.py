"""Pooled returns: the flows of many accounts or holdings as one; never an average of their rates.

Of the partners' accounts only the money from outside counts: what a mother fund has in a sub-fund
is in the accounts of its own partners already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from sqlmodel import col

from portfolio import funds, investments, ledger, performance
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Partner
from portfolio.investments import Investment, InvestmentKind, Movement
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.organisations import Organisation
from valuation.figures import Reason, Undefined
from valuation.irr import CashFlow, shown, xirr_many

WHOLE = ""  # the key of the pool of all


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account or holding: its flows in fen, without the closing value."""

    key: str
    flows: tuple[CashFlow, ...]
    paid_in_fen: int
    paid_out_fen: int
    value_fen: int  # at the close of the day
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All members of one key together."""

    key: str
    members: int
    paid_in_fen: int
    paid_out_fen: int
    value_fen: int
    first_on: date | None
    dpi: float | Undefined
    multiple: float | Undefined  # TVPI of accounts, MOIC of holdings
    rate: float | Undefined  # a year; of the period where `is_period`
    is_period: bool
    is_demo: bool


# ---- rules
def pools(members: Iterable[Member], as_of: date) -> dict[str, Pool]:
    """Return the pool of each key, and of all under `WHOLE`, their rates from one `xirr_many`."""
    grouped: dict[str, list[Member]] = {}
    for member in members:
        grouped.setdefault(member.key, []).append(member)
    every = [member for group in grouped.values() for member in group]
    grouped[WHOLE] = [*every]
    on: list[date] = []
    amount: list[float] = []
    start = [0]
    for group in grouped.values():
        for flow in (flow for member in group for flow in member.flows):
            on.append(flow.on)
            amount.append(flow.amount)
        if len(on) > start[-1]:  # without a flow there is nothing to close
            on.append(as_of)
            amount.append(sum(member.value_fen for member in group))
        start.append(len(on))
    days = np.array(on, dtype="datetime64[D]")
    found = xirr_many(days, np.array(amount, dtype=np.float64), np.array(start))
    return {
        key: _pool(key, group, found.figure(i), as_of)
        for i, (key, group) in enumerate(grouped.items())
    }


def _pool(key: str, group: Sequence[Member], rate: float | Undefined, as_of: date) -> Pool:
    first = min((flow.on for member in group for flow in member.flows), default=None)
    paid_in = sum(member.paid_in_fen for member in group)
    paid_out = sum(member.paid_out_fen for member in group)
    value = sum(member.value_fen for member in group)
    unpaid = Undefined(Reason.NOTHING_PAID_IN, "nothing was paid in by this date")
    told = shown(rate, first, as_of)
    return Pool(
        key=key,
        members=len(group),
        paid_in_fen=paid_in,
        paid_out_fen=paid_out,
        value_fen=value,
        first_on=first,
        dpi=paid_out / paid_in if paid_in else unpaid,
        multiple=(paid_out + value) / paid_in if paid_in else unpaid,
        rate=told.value,
        is_period=told.is_period,
        is_demo=any(member.is_demo for member in group),
    )


# ---- reads
@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAccount:
    """A partner's account that is no fund of ours, as a member of any pool."""

    partner_id: str
    fund_id: str
    investor_id: str
    investor: str
    investor_en: str
    vintage: int | None  # year of the first contribution to its fund
    member: Member  # its key is the account


def outside_accounts(work: Work, actor: Actor, moment: Moment) -> list[OutsideAccount]:
    """Return the accounts of all funds that have moved, but for those of funds, in two queries."""
    actor.must(Duty.READ_FIGURES)
    keys = (
        *(col(LedgerPosting.fund_id), col(LedgerPosting.partner_id)),
        *(col(LedgerTransaction.effective_date), col(LedgerPosting.line)),
        col(LedgerTransaction.is_demo),
    )
    booked: dict[str, list[tuple[date, int, int, bool]]] = {}
    began: dict[str, date] = {}
    for fund_id, partner_id, on, line, is_demo, fen in work.rows(
        ledger.entries(*keys, -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id).in_(funds.visible_funds(actor)),
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            performance.is_net(),
            moment.holds(),
        )
        .group_by(*keys)
        .order_by(col(LedgerTransaction.effective_date))
    ):
        booked.setdefault(partner_id, []).append((on, line, int(fen), is_demo))
        if line == Line.CONTRIBUTIONS and fen > 0:
            began.setdefault(fund_id, on)
    statement = (
        sa.select(Partner, Organisation)
        .join(Organisation, col(Organisation.id) == col(Partner.organisation_id))
        .where(col(Partner.id).in_(list(booked)))
        .order_by(col(Organisation.name), col(Partner.id))
    )
    return [
        OutsideAccount(
            partner_id=partner.id,
            fund_id=partner.fund_id,
            investor_id=investor.id,
            investor=investor.name,
            investor_en=partner.name_en,
            vintage=began[partner.fund_id].year if partner.fund_id in began else None,
            member=_account(partner, booked[partner.id]),
        )
        for partner, investor in work.rows(statement)
    ]


def _account(partner: Partner, booked: Sequence[tuple[date, int, int, bool]]) -> Member:
    sums: dict[tuple[date, int], int] = {}
    for on, line, fen, _ in booked:
        if line in {Line.CONTRIBUTIONS, Line.DISTRIBUTIONS}:
            sums[on, line] = sums.get((on, line), 0) + fen
    return Member(
        key=partner.id,
        flows=tuple(CashFlow(on, -fen) for (on, _), fen in sorted(sums.items()) if fen),
        paid_in_fen=sum(fen for (_, line), fen in sums.items() if line == Line.CONTRIBUTIONS),
        paid_out_fen=-sum(fen for (_, line), fen in sums.items() if line == Line.DISTRIBUTIONS),
        value_fen=sum(fen for _, _, fen, _ in booked),
        is_demo=partner.is_demo or any(is_demo for *_, is_demo in booked),
    )


def firm_holdings(work: Work, actor: Actor, moment: Moment) -> dict[str, Member]:
    """Return {investment: member} of all holdings in firms; one in a fund is made of such."""
    actor.must(Duty.READ_FIGURES)
    statement = sa.select(Investment).where(
        col(Investment.fund_id).in_(funds.visible_funds(actor)),
        col(Investment.kind) == InvestmentKind.FIRM.value,
    )
    if not moment.with_demo:
        statement = statement.where(col(Investment.is_demo).is_(False))
    rows = list(work.session.execute(statement).scalars())
    ids = [row.id for row in rows]
    carried: Mapping[str, tuple[int, int]] = investments.carried_fen(work, moment, ids)
    moved: dict[str, list[Movement]] = {}
    for movement in investments.movements(work, moment, ids):
        moved.setdefault(movement.investment_id, []).append(movement)
    return {
        row.id: Member(
            key=row.id,
            flows=tuple(investments.dated(moved[row.id])),
            paid_in_fen=-sum(one.amount_fen for one in moved[row.id] if one.is_payment),
            paid_out_fen=sum(one.amount_fen for one in moved[row.id] if not one.is_payment),
            value_fen=sum(carried.get(row.id, (0, 0))),
            is_demo=row.is_demo or any(one.is_demo for one in moved[row.id]),
        )
        for row in rows
        if row.id in moved
    }
