"""Holds: a condition that gates a tranche holds it until the condition is kept or waived.

Every word on a condition settles its hold anew, so the reason that a refused payment names is
always the shortfall of that day. The hold itself is a fact of portfolio.
"""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow.conditions import Condition, get, of_agreement, position, positions, shortfall
from portfolio import tranches
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, strict
from portfolio.kernel.errors import Message


# ---- rows
class ConditionHold(Row, table=True):
    """Which hold on a tranche a condition has placed; the hold itself is a fact of portfolio."""

    __tablename__ = "condition_hold"
    __table_args__ = strict(sa.UniqueConstraint("hold_id"))

    condition_id: str = Field(foreign_key="landing_condition.id", sa_type=Id, index=True)
    hold_id: str = Field(foreign_key="tranche_hold.id", sa_type=Id)
    is_demo: bool = False


# ---- commands
def place_holds(work: Work, actor: Actor, agreement_id: str) -> list[str]:
    """Settle the hold of every condition of an agreement; return the ids of the open holds."""
    actor.must(Duty.EDIT_DEALS)
    found: list[str] = []
    for at in of_agreement(work, date.max, agreement_id):
        settle(work, actor, at.condition_id)
        found += [hold_id for hold_id, _ in _open_holds(work, at.condition_id)]
    return found


def _open_holds(work: Work, condition_id: str) -> list[tuple[str, str]]:
    """Return (hold, reason) of what a condition holds at this moment."""
    tranche_id = get(work, condition_id).gates_tranche_id
    placed = sa.select(col(ConditionHold.hold_id)).where(
        col(ConditionHold.condition_id) == condition_id
    )
    own = {hold_id for (hold_id,) in work.rows(placed)}
    return [
        (hold_id, reason)
        for _, hold_id, reason in tranches.open_holds(work, [tranche_id] if tranche_id else [])
        if hold_id in own
    ]


def settle(work: Work, actor: Actor, condition_id: str) -> None:
    """Release the hold of a condition that is kept; else let the hold say today's shortfall."""
    at = position(work, date.max, condition_id)
    if at.gates_tranche_id is None:
        return
    sentence = shortfall(at)
    reason = str(sentence) if sentence else ""
    standing = _open_holds(work, condition_id)
    if any(said == reason for _, said in standing):
        return
    for hold_id, _ in standing:
        tranches.release(work, actor, hold_id, reason or f"C{at.no} {at.name}")
    if sentence and not is_paid(work, at.gates_tranche_id):
        hold_id = tranches.hold(work, actor, at.gates_tranche_id, reason)
        work.add(ConditionHold(condition_id=condition_id, hold_id=hold_id, is_demo=at.is_demo))


def is_paid(work: Work, tranche_id: str) -> bool:
    """Say whether nothing is left to hold."""
    return tranches.status(tranches.position(work, tranche_id)) is tranches.TrancheStatus.PAID


# ---- reads
def missing(work: Work, as_of: date, tranche_id: str) -> list[Message]:
    """Return, for a gated tranche, one sentence per condition that still holds it."""
    gating = positions(work, as_of, col(Condition.gates_tranche_id) == tranche_id)
    return [sentence for at in gating if (sentence := shortfall(at))]
