"""Investments: a fund's holding in a firm, or in another fund.

A holding's cost, value, proceeds and rate of return are views of the ledger. Its cash is the cash
of every transaction that names it, so a payment, an exit, income and the echo of a fund below
are read in one way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import commitments, funds, ledger, organisations
from portfolio.accounts import AccountCode
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from valuation.figures import Reason, Undefined
from valuation.irr import CashFlow, xirr
from valuation.multiples import moic


# ---- facts
class InvestmentKind(StrEnum):
    """In a firm, or in a fund below."""

    FIRM = "firm"
    FUND = "fund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Cash that went into a holding (negative) or came out of it (positive)."""

    investment_id: str
    on: date
    amount_fen: int
    tag: str
    purpose: str
    memo: str
    transaction_id: str
    seq: int
    is_reversal: bool
    is_demo: bool

    @property
    def is_payment(self) -> bool:
        """Say whether it belongs to the money paid in; a reversal belongs where its original is."""
        return (self.amount_fen < 0) != self.is_reversal


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One holding at the close of a day. Fair value is cost until the first mark."""

    investment_id: str
    code: str
    name: str
    name_en: str
    kind: InvestmentKind
    organisation_id: str | None
    child_fund_id: str | None
    instrument: str
    decided_on: date
    invested_fen: int  # all that was ever paid in
    cost_fen: int  # what of it is left after exits and returned capital
    fair_value_fen: int
    realised_fen: int  # all that ever came back: exits, returned capital, income
    first_paid_on: date | None
    share_of_value: float | Undefined
    moic: float | Undefined
    gross_irr: float | Undefined
    is_demo: bool


# ---- rules
def dated(movements: Sequence[Movement]) -> list[CashFlow]:
    """Return one flow a day and direction, in fen; what was reversed on its own day is gone."""
    sums: dict[tuple[date, bool], int] = {}
    for moved in movements:
        key = (moved.on, moved.is_payment)
        sums[key] = sums.get(key, 0) + moved.amount_fen
    return [CashFlow(on, fen) for (on, _), fen in sorted(sums.items()) if fen]


def gross_irr(flows: Sequence[CashFlow], fair_value_fen: int, as_of: date) -> float | Undefined:
    """Return the yearly rate of investment flows closed by their fair value."""
    return xirr([*flows, CashFlow(as_of, fair_value_fen)]) if flows else xirr([])


# ---- rows
class Investment(Row, table=True):
    """A holding. Cost, value and proceeds are views of the ledger."""

    __tablename__ = "investment"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "code"),
        sa.CheckConstraint(
            "(kind = 'firm' AND organisation_id IS NOT NULL AND child_fund_id IS NULL)"
            " OR (kind = 'fund' AND organisation_id IS NULL AND child_fund_id IS NOT NULL)",
            name="firm_or_fund",
        ),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    code: str
    name: str
    name_en: str = ""
    kind: str = Field(sa_type=one_of(*InvestmentKind))
    organisation_id: str | None = Field(
        default=None, foreign_key="organisation.id", sa_type=Id, index=True
    )
    child_fund_id: str | None = Field(default=None, foreign_key="fund.id", sa_type=Id, index=True)
    instrument: str = ""
    decided_on: date
    is_demo: bool = False
    version: int = 1


# ---- commands
def create(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    code: str,
    name: str,
    organisation_id: str,
    instrument: str,
    decided_on: date,
    name_en: str = "",
    is_demo: bool = False,
) -> Investment:
    """Record a holding in a firm; money follows in tranches."""
    actor.must(Duty.EDIT_FUNDS)
    organisations.get(work, organisation_id)
    return _record(
        work,
        actor,
        Investment(
            fund_id=fund_id,
            code=code.strip(),
            name=name.strip(),
            name_en=name_en,
            kind=InvestmentKind.FIRM.value,
            organisation_id=organisation_id,
            instrument=instrument,
            decided_on=decided_on,
            is_demo=is_demo,
        ),
    )


def hold_fund(work: Work, actor: Actor, partner_id: str) -> Investment:
    """Open the holding that stands in an investor fund's books for its account in another fund."""
    actor.must(Duty.EDIT_FUNDS)
    partner = commitments.partner(work, partner_id)
    if partner.investor_fund_id is None:
        raise DomainError(
            "{name} is not a fund, so it keeps no holding here.",
            "Only an investor that is a fund of this district has books of its own.",
            name=partner.name,
        )
    if partner.holding_id is not None:
        raise DomainError(
            "{name} has its holding already.",
            "Use the recorded one; it is listed under the fund's holdings.",
            name=partner.name,
        )
    if work.scalar(
        sa.select(col(LedgerPosting.id)).where(col(LedgerPosting.partner_id) == partner_id).limit(1)
    ):
        raise DomainError(
            "The account of {name} has moved already, and nothing in its own books followed.",
            "Reverse what was booked, open the holding, then book it again.",
            name=partner.name,
        )
    child = work.session.get_one(funds.Fund, partner.fund_id)
    first = sa.func.min(col(commitments.Commitment.effective_date))
    holding = _record(
        work,
        actor,
        Investment(
            fund_id=partner.investor_fund_id,
            code=child.code,
            name=child.name,
            name_en=child.name_en,
            kind=InvestmentKind.FUND.value,
            child_fund_id=child.id,
            instrument="",
            decided_on=work.scalar(
                sa.select(first).where(col(commitments.Commitment.partner_id) == partner_id)
            ),
            is_demo=partner.is_demo,
        ),
    )
    partner.holding_id = holding.id
    work.add(partner)
    return holding


def _record(work: Work, actor: Actor, investment: Investment) -> Investment:
    if not investment.code or not investment.name:
        raise DomainError("A holding needs a code and a name.", "Enter both.")
    if work.scalar(
        sa.select(col(Investment.id)).where(
            col(Investment.fund_id) == investment.fund_id, col(Investment.code) == investment.code
        )
    ):
        raise DomainError(
            "This fund has a holding with the code {code} already.",
            "Choose another code, or add a tranche to the recorded holding.",
            code=investment.code,
        )
    row = work.add(investment)
    after = {"code": row.code, "name": row.name, "fund_id": row.fund_id}
    audit.write(work, actor, "investment:create", "investment", row.id, after=after)
    return row


# ---- reads
def get(work: Work, investment_id: str) -> Investment:
    """Return the holding or answer like one that is not there."""
    row = work.session.get(Investment, investment_id)
    if row is None:
        raise NotFoundError
    return row


def positions(
    work: Work, moment: Moment, fund_id: str, *, with_demo: bool = True
) -> list[Position]:
    """Return a fund's holdings by code: those decided by then, or that money has touched."""
    moment = replace(moment, with_demo=moment.with_demo and with_demo)
    statement = (
        sa.select(Investment)
        .where(col(Investment.fund_id) == fund_id)
        .order_by(col(Investment.code))
    )
    if not moment.with_demo:
        statement = statement.where(col(Investment.is_demo).is_(False))
    rows = list(work.session.execute(statement).scalars())
    ids = [row.id for row in rows]
    carried = carried_fen(work, moment, ids)
    moved: dict[str, list[Movement]] = {}
    for movement in movements(work, moment, ids):
        moved.setdefault(movement.investment_id, []).append(movement)
    total_fen = sum(cost + unrealised for cost, unrealised in carried.values())
    return [
        _position(row, moment, moved.get(row.id, []), carried.get(row.id, (0, 0)), total_fen)
        for row in rows
        if row.decided_on <= moment.as_of or row.id in moved
    ]


def position(work: Work, moment: Moment, investment_id: str) -> Position:
    """Return one holding; its share is that of all holdings of its fund."""
    holding = get(work, investment_id)
    for found in positions(work, moment, holding.fund_id):
        if found.investment_id == investment_id:
            return found
    raise NotFoundError


def _position(
    row: Investment,
    moment: Moment,
    moved: Sequence[Movement],
    carried: tuple[int, int],
    total_fen: int,
) -> Position:
    flows = dated(moved)
    invested_fen = -sum(m.amount_fen for m in moved if m.is_payment)
    realised_fen = sum(m.amount_fen for m in moved if not m.is_payment)
    fair_value_fen = sum(carried)
    nothing = Undefined(Reason.NOTHING_IN_DENOMINATOR, "the fund holds nothing of value")
    return Position(
        investment_id=row.id,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        kind=InvestmentKind(row.kind),
        organisation_id=row.organisation_id,
        child_fund_id=row.child_fund_id,
        instrument=row.instrument,
        decided_on=row.decided_on,
        invested_fen=invested_fen,
        cost_fen=carried[0],
        fair_value_fen=fair_value_fen,
        realised_fen=realised_fen,
        first_paid_on=min((flow.on for flow in flows if flow.amount < 0), default=None),
        share_of_value=fair_value_fen / total_fen if total_fen else nothing,
        moic=moic(invested=invested_fen, realised=realised_fen, fair_value=fair_value_fen),
        gross_irr=gross_irr(flows, fair_value_fen, moment.as_of),
        is_demo=row.is_demo,
    )


def flows(work: Work, moment: Moment, investment_id: str) -> list[CashFlow]:
    """Return a holding's dated cash in fen, payments negative, without the closing value."""
    return dated(movements(work, moment, [investment_id]))


def movements(work: Work, moment: Moment, investment_ids: Sequence[str]) -> list[Movement]:
    """Return the cash of every transaction that names one of these holdings, by day and seq."""
    naming = (
        sa.select(col(LedgerPosting.transaction_id), col(LedgerPosting.investment_id))
        .where(col(LedgerPosting.investment_id).in_(investment_ids))
        .distinct()
        .subquery()
    )
    statement = (
        ledger.entries(
            naming.c.investment_id,
            col(LedgerTransaction.effective_date).label("on"),
            col(LedgerPosting.amount_fen),
            col(LedgerTransaction.tag),
            col(LedgerPosting.purpose),
            col(LedgerTransaction.memo),
            col(LedgerTransaction.id).label("transaction_id"),
            col(LedgerTransaction.seq),
            col(LedgerTransaction.supersedes).is_not(None).label("is_reversal"),
            col(LedgerTransaction.is_demo),
        )
        .join(naming, naming.c.transaction_id == col(LedgerTransaction.id))
        .where(col(LedgerPosting.account) == AccountCode.CASH.value, moment.holds())
        .order_by(col(LedgerTransaction.effective_date), col(LedgerTransaction.seq))
    )
    return [Movement(**row) for row in work.session.execute(statement).mappings()]


def carried_fen(
    work: Work, moment: Moment, investment_ids: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """Return {investment: (cost, unrealised gain)}; the two together are the fair value."""
    found: dict[str, tuple[int, int]] = {}
    cost, unrealised = AccountCode.INVESTMENTS_COST, AccountCode.INVESTMENTS_UNREALISED
    for investment_id, account, total in work.rows(
        ledger.entries(
            col(LedgerPosting.investment_id),
            col(LedgerPosting.account),
            sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .where(
            col(LedgerPosting.investment_id).in_(investment_ids),
            col(LedgerPosting.account).in_((cost.value, unrealised.value)),
            moment.holds(),
        )
        .group_by(col(LedgerPosting.investment_id), col(LedgerPosting.account))
    ):
        before = found.get(investment_id, (0, 0))
        found[investment_id] = (
            (int(total), before[1]) if account == cost else (before[0], int(total))
        )
    return found
