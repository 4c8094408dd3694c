"""The bridge of one holding: how the value at a quarter's beginning became that at its end.

Each step is read from the ledger by account and direction, so none is a plug: what was paid in and
what was given up at an exit stand on the cost account, every change of opinion on the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlmodel import col

from portfolio import investments, ledger
from portfolio.accounts import AccountCode
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from valuation.periods import Quarter, quarters_between

HELD = (AccountCode.INVESTMENTS_COST.value, AccountCode.INVESTMENTS_UNREALISED.value)


# ---- facts
class Step(NamedTuple):
    """One posting on a holding, or cash that came back for it; debit positive."""

    on: date
    kind: str  # an account, or "proceeds"
    fen: int
    is_reversal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingBridge:
    """Fen; closing = opening + invested + realised + unrealised, exactly.

    realised      the cost that exits and returned capital took away: never above zero but for a
                  reversal
    unrealised    every change of value, also the part that an exit turned into money
    proceeds      beside the bridge: the cash that came back in the quarter, income included
    """

    quarter: Quarter
    opening_fen: int
    invested_fen: int
    realised_fen: int
    unrealised_fen: int
    closing_fen: int
    proceeds_fen: int


# ---- rules
def bridges(steps: Iterable[Step], last: Quarter) -> list[HoldingBridge]:
    """Return a bridge for each quarter from the first step to `last`, oldest first."""
    by_quarter: dict[Quarter, list[Step]] = {}
    for step in steps:
        by_quarter.setdefault(Quarter.containing(step.on), []).append(step)
    if not by_quarter:
        return []
    found, value_fen = [], 0
    for quarter in quarters_between(min(by_quarter, key=lambda one: one.start), last):
        invested = realised = unrealised = proceeds = 0
        for step in by_quarter.get(quarter, ()):
            if step.kind == AccountCode.INVESTMENTS_UNREALISED:
                unrealised += step.fen
            elif step.kind != AccountCode.INVESTMENTS_COST:
                proceeds += step.fen
            elif (step.fen > 0) != step.is_reversal:  # a reversal belongs where its original is
                invested += step.fen
            else:
                realised += step.fen
        opening_fen, value_fen = value_fen, value_fen + invested + realised + unrealised
        found.append(
            HoldingBridge(
                quarter=quarter,
                opening_fen=opening_fen,
                invested_fen=invested,
                realised_fen=realised,
                unrealised_fen=unrealised,
                closing_fen=value_fen,
                proceeds_fen=proceeds,
            )
        )
    return found


# ---- reads
def of_holding(work: Work, moment: Moment, investment_id: str) -> list[HoldingBridge]:
    """Return the bridges of a holding up to the moment's quarter; the last may be unfinished."""
    rows = work.rows(
        ledger.entries(
            col(LedgerTransaction.effective_date),
            col(LedgerPosting.account),
            col(LedgerPosting.amount_fen),
            col(LedgerTransaction.supersedes).is_not(None),
        ).where(
            col(LedgerPosting.investment_id) == investment_id,
            col(LedgerPosting.account).in_(HELD),
            moment.holds(),
        )
    )
    steps = [Step(on, account, int(fen), bool(undoes)) for on, account, fen, undoes in rows]
    steps += [
        Step(moved.on, "proceeds", moved.amount_fen, moved.is_reversal)
        for moved in investments.movements(work, moment, [investment_id])
        if not moved.is_payment
    ]
    return bridges(steps, Quarter.containing(moment.as_of))
