"""Calls: a fund asks all its partners for money at once, and each pays its own part.

Top to bottom: facts, rules, rows, commands, reads. What has arrived is read from the ledger, so a
receipt that was reversed is outstanding again without a word being changed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import capital, commitments, funds, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Commitment, Partner, Share
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, new_id, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.postings import Posting
from valuation.money import split_fen


# ---- facts
class Purpose(StrEnum):
    """What a call pays for: the call types of the ILPA Performance Template v1.1.

    All of them count inside the commitment, so every receipt lowers what is unfunded.
    """

    INVESTMENTS = "call:investments"
    WORKING_CAPITAL = "call:working_capital"
    MANAGEMENT_FEES = "call:management_fees"
    PARTNERSHIP_EXPENSES = "call:partnership_expenses"
    PLACEMENT_FEES = "call:placement_agent_fees"
    FACILITY_COSTS = "call:subscription_facility_costs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePosition:
    """What one partner was asked for, and what has arrived by the moment asked about."""

    id: str
    call_id: str
    partner_id: str
    code: str
    name: str
    name_en: str
    amount_fen: int
    received_fen: int

    @property
    def outstanding_fen(self) -> int:
        """What is still to come."""
        return self.amount_fen - self.received_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPosition:
    """One call with the lines the reader may see; `total_fen` is the whole call's."""

    id: str
    number: int
    called_on: date
    due_on: date
    purpose: Purpose
    total_fen: int
    lines: tuple[LinePosition, ...]
    is_demo: bool

    @property
    def received_fen(self) -> int:
        """What has arrived on the lines shown."""
        return sum(line.received_fen for line in self.lines)

    @property
    def outstanding_fen(self) -> int:
        """What is still to come on the lines shown."""
        return sum(line.outstanding_fen for line in self.lines)

    def is_overdue(self, as_of: date) -> bool:
        """Say whether money is missing after the due date."""
        return self.outstanding_fen > 0 and as_of > self.due_on


# ---- rules
def split(total_fen: int, by: Sequence[Share]) -> dict[str, int]:
    """Return {partner: fen} by commitment to the fen; a partner whose part is nothing is left out.

    errors  nothing or less is asked; nobody has committed
    """
    if total_fen <= 0:
        raise DomainError(
            "A call must ask for more than nothing.", "Enter the amount that the fund needs."
        )
    if not by:
        raise DomainError(
            "Nobody has committed to this fund by that day.",
            "Admit its partners first, or date the call later.",
        )
    parts = split_fen(total_fen, [share.committed_fen for share in by])
    return {share.partner_id: part for share, part in zip(by, parts, strict=True) if part}


# ---- rows
class CapitalCall(Row, table=True):
    """A demand on all partners; its lines add up to its total."""

    __tablename__ = "capital_call"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "number"),
        sa.CheckConstraint("total_fen > 0", name="total_positive"),
        sa.CheckConstraint("due_on >= called_on", name="due_after_called"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    number: int
    called_on: date
    due_on: date
    total_fen: int = Field(sa_type=Fen)
    purpose: str = Field(sa_type=one_of(*Purpose))
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class CallLine(Row, table=True):
    """One partner's part of a call."""

    __tablename__ = "call_line"
    __table_args__ = strict(
        sa.UniqueConstraint("call_id", "partner_id"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    call_id: str = Field(foreign_key="capital_call.id", sa_type=Id, index=True)
    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    amount_fen: int = Field(sa_type=Fen)
    is_demo: bool = False


class Receipt(Row, table=True):
    """Money that arrived for a line; it counts while its transaction is not reversed."""

    __tablename__ = "receipt"
    __table_args__ = strict(
        sa.UniqueConstraint("transaction_id"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    call_line_id: str = Field(foreign_key="call_line.id", sa_type=Id, index=True)
    received_on: date
    amount_fen: int = Field(sa_type=Fen)
    transaction_id: str = Field(foreign_key="ledger_transaction.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False
