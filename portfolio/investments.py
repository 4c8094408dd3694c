"""Investments: a fund's holding in a firm, or in another fund."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from portfolio.kernel.db import Id, Row, one_of, strict


class InvestmentKind(StrEnum):
    """In a firm, or in a fund below."""

    FIRM = "firm"
    FUND = "fund"


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
