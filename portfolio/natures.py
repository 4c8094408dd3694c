"""Natures: what kind of money a partner brings, and what kind of firm a holding is.

Both are judgements of a person with a reason, dated and never changed; the newest one counts. The
yearly evaluation of a government fund is built on them (dealflow/evaluation.py).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import commitments, investments
from portfolio.commitments import Partner
from portfolio.investments import Investment
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError


# ---- facts
class Capital(StrEnum):
    """Whose money a partner brings."""

    GOVERNMENT = "government"  # 财政资金: budgets and funds of them
    STATE = "state"  # 国有资本 that is no budget
    SOCIAL = "social"  # 社会资本


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """What a firm was when the fund invested."""

    early: bool
    small: bool
    hard_tech: bool

    @property
    def counts(self) -> bool:
        """Say whether it is one of the kinds that patient capital is for."""
        return self.early or self.small or self.hard_tech


# ---- rows
class PartnerNature(Row, table=True):
    """One judgement on a partner's money."""

    __tablename__ = "partner_nature"
    __table_args__ = strict(sa.CheckConstraint("reason <> ''", name="says_why"))

    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    capital: str = Field(sa_type=one_of(*Capital))
    since: date
    reason: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class InvestmentFocus(Row, table=True):
    """One judgement on a holding."""

    __tablename__ = "investment_focus"
    __table_args__ = strict(sa.CheckConstraint("reason <> ''", name="says_why"))

    investment_id: str = Field(foreign_key="investment.id", sa_type=Id, index=True)
    early: bool
    small: bool
    hard_tech: bool
    since: date
    reason: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def class_partner(
    work: Work,
    actor: Actor,
    partner_id: str,
    *,
    capital: Capital,
    since: date,
    reason: str,
    is_demo: bool = False,
) -> PartnerNature:
    """Say whose money a partner brings, and why."""
    actor.must(Duty.EDIT_FUNDS)
    row = work.add(
        PartnerNature(
            partner_id=commitments.partner(work, partner_id).id,
            capital=capital.value,
            since=since,
            reason=_given(reason),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"capital": capital, "since": since, "reason": row.reason}
    audit.write(work, actor, "partner:nature", "partner", partner_id, after=after)
    return row


def class_investment(
    work: Work,
    actor: Actor,
    investment_id: str,
    *,
    focus: Focus,
    since: date,
    reason: str,
    is_demo: bool = False,
) -> InvestmentFocus:
    """Say what a firm was when the fund invested, and why."""
    actor.must(Duty.EDIT_FUNDS)
    row = work.add(
        InvestmentFocus(
            investment_id=investments.get(work, investment_id).id,
            early=focus.early,
            small=focus.small,
            hard_tech=focus.hard_tech,
            since=since,
            reason=_given(reason),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"early": focus.early, "small": focus.small, "hard_tech": focus.hard_tech}
    audit.write(work, actor, "investment:focus", "investment", investment_id, after=after)
    return row


def _given(reason: str) -> str:
    if not reason.strip():
        raise DomainError(
            "A judgement needs its reason.", "Name the document or figure it rests on."
        )
    return reason.strip()


# ---- reads
def of_partners(work: Work, fund_id: str, as_of: date) -> dict[str, Capital]:
    """Return {partner: whose money} of those that were judged by a day."""
    rows = work.rows(
        sa.select(col(PartnerNature.partner_id), col(PartnerNature.capital))
        .join(Partner, col(Partner.id) == col(PartnerNature.partner_id))
        .where(col(Partner.fund_id) == fund_id, col(PartnerNature.since) <= as_of)
        .order_by(col(PartnerNature.since), col(PartnerNature.id))
    )
    return {partner_id: Capital(capital) for partner_id, capital in rows}


def of_investments(work: Work, fund_id: str, as_of: date) -> dict[str, Focus]:
    """Return {investment: what it was} of those that were judged by a day."""
    rows = work.session.execute(
        sa.select(InvestmentFocus)
        .join(Investment, col(Investment.id) == col(InvestmentFocus.investment_id))
        .where(col(Investment.fund_id) == fund_id, col(InvestmentFocus.since) <= as_of)
        .order_by(col(InvestmentFocus.since), col(InvestmentFocus.id))
    ).scalars()
    return {
        row.investment_id: Focus(early=row.early, small=row.small, hard_tech=row.hard_tech)
        for row in rows
    }
