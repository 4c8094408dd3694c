"""Funds: a mother fund, its sub-funds, and who may see which of them."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import commitments
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty, Role
from portfolio.kernel.db import Fen, Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
class FundKind(StrEnum):
    """A mother fund invests in sub-funds, a sub-fund in firms."""

    MOTHER = "mother"
    SUB = "sub"


# ---- rows
class Fund(Row, table=True):
    """A fund. Status, balance and NAV are not here: they are read from the ledger."""

    __tablename__ = "fund"
    __table_args__ = strict(
        sa.UniqueConstraint("code"),
        sa.CheckConstraint(
            "registered_size_fen IS NULL OR registered_size_fen > 0", name="size_positive"
        ),
    )

    code: str
    name: str
    name_en: str = ""
    kind: str = Field(sa_type=one_of(*FundKind))
    registered_size_fen: int | None = Field(default=None, sa_type=Fen)
    announced_on: date
    announced_by_month: bool = False  # the source gives the month only
    inception_on: date
    investment_period_ends_on: date | None = None
    ends_on: date | None = None
    manager_id: str | None = Field(default=None, foreign_key="organisation.id", sa_type=Id)
    sponsors: str = ""
    focus: str = ""
    focus_en: str = ""
    district_contributes: bool = True
    is_demo: bool = False
    version: int = 1


# ---- commands
def visible_funds(actor: Actor) -> sa.Select[str]:
    """Return the ids of the funds a person may see: the one gate for every query on fund data.

    An LP sees the funds in which its organisation is a partner; staff and auditors see all;
    an administrator of accounts sees none.
    """
    if actor.role is Role.LP:
        return (
            sa.select(col(commitments.Partner.fund_id))
            .where(col(commitments.Partner.organisation_id) == actor.organisation_id)
            .distinct()
        )
    every = sa.select(col(Fund.id))
    return every if actor.may(Duty.READ_FIGURES) else every.where(sa.false())


def visible_partners(actor: Actor, fund_id: str) -> sa.Select[str]:
    """Return the ids of the capital accounts a person may see in one fund."""
    every = sa.select(col(commitments.Partner.id)).where(
        col(commitments.Partner.fund_id) == fund_id,
        col(commitments.Partner.fund_id).in_(visible_funds(actor)),
    )
    if actor.role is Role.LP:
        return every.where(col(commitments.Partner.organisation_id) == actor.organisation_id)
    return every


def find(work: Work, actor: Actor, code: str) -> Fund:
    """Return the fund of that code, if the person may see it; else as if it were not there."""
    fund: Fund | None = work.session.execute(
        sa.select(Fund).where(col(Fund.code) == code, col(Fund.id).in_(visible_funds(actor)))
    ).scalar()
    if fund is None:
        raise NotFoundError
    return fund


def get(work: Work, actor: Actor, fund_id: str) -> Fund:
    """Return the fund, if the person may see it; else as if it were not there."""
    fund: Fund | None = work.session.execute(
        sa.select(Fund).where(col(Fund.id) == fund_id, col(Fund.id).in_(visible_funds(actor)))
    ).scalar()
    if fund is None:
        raise NotFoundError
    return fund


def listed(work: Work, actor: Actor, *, with_demo: bool = True) -> list[Fund]:
    """Return the funds a person may see, mother funds first, then by age."""
    statement = (
        sa.select(Fund)
        .where(col(Fund.id).in_(visible_funds(actor)))
        .order_by(col(Fund.kind), col(Fund.inception_on), col(Fund.code))
    )
    if not with_demo:
        statement = statement.where(col(Fund.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())


def create(work: Work, actor: Actor, fund: Fund) -> Fund:
    """Record a fund; its code is its name in reports and on the command line."""
    actor.must(Duty.EDIT_FUNDS)
    if work.scalar(sa.select(col(Fund.id)).where(col(Fund.code) == fund.code)):
        raise DomainError(
            "There is a fund with the code {code} already.", "Choose another code.", code=fund.code
        )
    row = work.add(fund)
    audit.write(
        work, actor, "fund:create", "fund", row.id, after={"code": row.code, "name": row.name}
    )
    return row
