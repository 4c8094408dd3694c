"""Call types: what a call pays for, and how a receipt is told apart by it.

The types are those of the ILPA Performance Template v1.1 (REPORTING.md §2.3). They end up on the
postings, so the granular table of that template is a GROUP BY over the ledger.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.commitments import Share
from portfolio.kernel.db import Fen, Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError
from valuation.money import split_fen

OUTSIDE = "call:outside:"  # purposes of the postings that leave the commitment as it is


# ---- facts
class Purpose(StrEnum):
    """What a call pays for; what is called outside the commitment leaves it unfunded as before."""

    INVESTMENTS = "call:investments"
    WORKING_CAPITAL = "call:working_capital"
    MANAGEMENT_FEES = "call:management_fees"
    PARTNERSHIP_EXPENSES = "call:partnership_expenses"
    PLACEMENT_FEES = "call:placement_agent_fees"
    FACILITY_COSTS = "call:subscription_facility_costs"
    DEEMED_GP = "call:deemed_gp_contribution"
    MANAGEMENT_FEES_OUTSIDE = "call:outside:management_fees"
    PARTNERSHIP_EXPENSES_OUTSIDE = "call:outside:partnership_expenses"
    PLACEMENT_FEES_OUTSIDE = "call:outside:placement_agent_fees"

    @property
    def is_outside(self) -> bool:
        """Say whether it is paid on top of the commitment."""
        return self.startswith(OUTSIDE)

    @property
    def heading(self) -> "Purpose":
        """The type under which a call is filed where it has one word only."""
        if self is Purpose.DEEMED_GP:
            return Purpose.INVESTMENTS
        return Purpose(self.replace(OUTSIDE, "call:"))


HEADINGS = tuple(purpose for purpose in Purpose if purpose.heading is purpose)
Parts = Mapping[Purpose, int]


# ---- rules
def split_by_type(parts: Parts, by: Sequence[Share]) -> dict[str, dict[Purpose, int]]:
    """Return {partner: {type: fen}}, each type split by commitment to the fen on its own.

    errors  a part of nothing or less; nobody has committed
    """
    if not parts or min(parts.values()) <= 0:
        raise DomainError(
            "A call must ask for more than nothing.", "Enter the amount that the fund needs."
        )
    if not by:
        raise DomainError(
            "Nobody has committed to this fund by that day.",
            "Admit its partners first, or date the call later.",
        )
    weights = [share.committed_fen for share in by]
    found: dict[str, dict[Purpose, int]] = {share.partner_id: {} for share in by}
    for purpose in in_order(parts):
        for share, fen in zip(by, split_fen(parts[purpose], weights), strict=True):
            if fen:
                found[share.partner_id][purpose] = fen
    return {partner_id: asked for partner_id, asked in found.items() if asked}


def in_order(parts: Mapping[Purpose, int]) -> list[Purpose]:
    """Return the types in the order of the template."""
    return [purpose for purpose in Purpose if purpose in parts]


def fill(asked: Parts, arrived: Mapping[Purpose, int], amount_fen: int) -> dict[Purpose, int]:
    """Return what of a receipt belongs to each type: the types are filled one after the other.

    In the order of the template, so two receipts of a half are told apart like one of the whole.
    amount_fen  at most what is asked and has not arrived
    """
    found: dict[Purpose, int] = {}
    for purpose in in_order(asked):
        part = min(amount_fen, asked[purpose] - arrived.get(purpose, 0))
        if part > 0:
            found[purpose], amount_fen = part, amount_fen - part
    assert amount_fen == 0, "more arrived than the parts of the line ask for"
    return found


# ---- rows
class CallPart(Row, table=True):
    """What one partner is asked for under one type; a call without parts has its heading only."""

    __tablename__ = "call_part"
    __table_args__ = strict(
        sa.UniqueConstraint("call_line_id", "purpose"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    call_line_id: str = Field(foreign_key="call_line.id", sa_type=Id, index=True)
    purpose: str = Field(sa_type=one_of(*Purpose))
    amount_fen: int = Field(sa_type=Fen)
    is_demo: bool = False


# ---- reads
def of_lines(work: Work, call_line_ids: Sequence[str]) -> dict[str, dict[Purpose, int]]:
    """Return {line: {type: fen}} of the lines that have parts."""
    found: dict[str, dict[Purpose, int]] = {}
    for line_id, purpose, fen in work.rows(
        sa.select(
            col(CallPart.call_line_id), col(CallPart.purpose), col(CallPart.amount_fen)
        ).where(col(CallPart.call_line_id).in_(call_line_ids))
    ):
        found.setdefault(line_id, {})[Purpose(purpose)] = int(fen)
    return found
