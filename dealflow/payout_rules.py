"""Payout rules (政策兑付): what an incentive clause owes for an output that was verified.

Never by promise: the only input is the verified value of the clause's condition.
Source: GUIDANCE_FUNDS.md §3.4 (policy clause → condition → evidence → verified output → payable).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dealflow.terms import THOUSANDTHS

PPM = 1_000_000


# ---- facts
class Kind(StrEnum):
    """How an entitlement follows from an output."""

    WHOLE = "whole"  # the amount, once the condition is kept
    PROPORTIONAL = "proportional"  # a share of a money output, or an amount a unit
    STEPS = "steps"  # an amount for each threshold that is reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One tranche: from this value on, this much more."""

    least: int  # smallest unit of the metric
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a clause says. Of rate and unit price exactly one is given, and to PROPORTIONAL only."""

    kind: Kind
    amount_fen: int | None = None
    rate_ppm: int | None = None  # millionths of a money output
    unit_fen: int | None = None  # fen for each unit of a counted output
    floor: int = 0  # below this value nothing is owed
    above_floor_only: bool = False  # the floor itself earns nothing either
    cap_fen: int | None = None
    steps: tuple[Step, ...] = ()


# ---- rules
def entitlement(rule: Rule, verified: int | None, *, is_kept: bool) -> int:
    """Return what is owed in all for a verified value, in whole fen, never more than the cap.

    verified  smallest unit of the metric; None: nothing is verified, so nothing is owed
    is_kept   the condition was kept, which a waiver is not: a waived output was not produced
    """
    if verified is None or verified < rule.floor:
        return 0
    match rule.kind:
        case Kind.WHOLE:
            owed = (rule.amount_fen or 0) if is_kept else 0
        case Kind.PROPORTIONAL:
            counted = verified - (rule.floor if rule.above_floor_only else 0)
            owed = (
                counted * rule.rate_ppm // PPM
                if rule.rate_ppm is not None
                else counted * (rule.unit_fen or 0) // THOUSANDTHS
            )
        case Kind.STEPS:
            owed = reached(rule.steps, verified)
    return owed if rule.cap_fen is None else min(owed, rule.cap_fen)


def reached(steps: Sequence[Step], verified: int) -> int:
    """Return the amounts of all steps whose threshold the value has come to."""
    return sum(step.amount_fen for step in steps if verified >= step.least)
