"""Distributions: cash back to the partners, by commitment, told apart by what it is made of.

Top to bottom: facts, rows, commands, reads. What the ledger carries of a recallable part is its
purpose (`capital.RECALLABLE`), so the unfunded commitment rises and falls with the transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import calls, capital, commitments, funds, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Partner
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, new_id, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.postings import Posting, to_partners


# ---- facts
class Purpose(StrEnum):
    """What is given back: the distribution types of the ILPA Performance Template v1.1."""

    RETURN_OF_CAPITAL = "distribution:return_of_capital"
    GAIN = "distribution:gain"
    INCOME = "distribution:income"

    def posted(self, *, recallable: bool) -> str:
        """Return the purpose of the posting; the ending tells a following fund what moves."""
        kind = self.value.removeprefix("distribution:")
        return f"{capital.RECALLABLE}{kind}" if recallable else self.value


# ---- rows
class Distribution(Row, table=True):
    """One payment to all partners; its lines add up to its total."""

    __tablename__ = "distribution"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "number"),
        sa.UniqueConstraint("transaction_id"),
        sa.CheckConstraint("total_fen > 0", name="total_positive"),
        sa.CheckConstraint(
            "recallable_fen >= 0 AND recallable_fen <= total_fen", name="recallable_is_a_part"
        ),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    number: int
    paid_on: date
    total_fen: int = Field(sa_type=Fen)
    recallable_fen: int = Field(sa_type=Fen)
    transaction_id: str = Field(foreign_key="ledger_transaction.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class DistributionLine(Row, table=True):
    """One partner's part of one purpose."""

    __tablename__ = "distribution_line"
    __table_args__ = strict(
        sa.UniqueConstraint("distribution_id", "partner_id", "purpose"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    distribution_id: str = Field(foreign_key="distribution.id", sa_type=Id, index=True)
    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    amount_fen: int = Field(sa_type=Fen)
    purpose: str = Field(sa_type=one_of(*Purpose))
    is_recallable: bool
    is_demo: bool = False
