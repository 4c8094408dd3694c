"""Overdue: a part of a call that is late, what it owes for the delay, what a default takes.

Facts and rules without a database; the commands and reads are in defaults.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from portfolio.accounts import AccountCode, Line
from portfolio.calls import LinePosition
from portfolio.commitments import Share
from portfolio.postings import Posting, to_partners
from portfolio.term_sheet import Terms
from valuation.periods import ticks

DILUTION = "default:dilution"


# ---- facts
class Step(StrEnum):
    """What happened to a default."""

    DECLARED = "declared"
    REMEDIED = "remedied"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A part of a call that is not paid after its due date."""

    line: LinePosition
    call_number: int
    due_on: date
    days: int
    interest_fen: int  # simple, on what is outstanding, by the terms of the due date
    may_declare_from: date
    dilution: float  # of the account, by the terms
    step: Step | None  # the last one; None while no default is declared
    default_id: str | None


# ---- rules
def interest_fen(outstanding_fen: int, due_on: date, paid_on: date, agreed: Terms) -> int:
    """Return the interest on what is overdue: simple, from the due date, half a fen goes up."""
    elapsed = Fraction(
        max(0, ticks(due_on, paid_on, agreed.fee_day_count)), agreed.fee_day_count.ticks_a_year
    )
    return int(outstanding_fen * Fraction(str(agreed.default_rate)) * elapsed + Fraction(1, 2))


def dilution_fen(nav_fen: int, agreed: Terms) -> int:
    """Return what a default takes from an account; nothing from one that is worth nothing."""
    return int(max(0, nav_fen) * Fraction(str(agreed.default_dilution)))


def diluted(defaulter: str, fen: int, others: Sequence[Share]) -> list[Posting]:
    """Return what goes from a defaulter to the others by their commitments; it sums to zero."""
    taken = Posting(
        account=AccountCode.PARTNERS_CAPITAL,
        amount_fen=fen,
        partner_id=defaulter,
        line=Line.OTHER_INCOME,
        purpose=DILUTION,
    )
    return [taken, *to_partners(fen, Line.OTHER_INCOME, others, purpose=DILUTION)]
