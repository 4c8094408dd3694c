"""Gates: a tranche with the landing conditions that hold it, and its payment through them.

The hold itself is a fact of portfolio and stops the payment there. Asked here first, the refusal
names each missing condition with the shortfall of today, in the language of whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import reduce

from dealflow import holds
from dealflow.conditions import ConditionPosition, shortfall
from portfolio import investments, tranches
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message, say
from portfolio.tranches import TranchePosition, TrancheStatus


# ---- facts
class GateState(StrEnum):
    """How a gate stands."""

    PAID = "paid"
    OPEN = "open"  # nothing holds it: it may be paid
    HELD = "held"  # the next to be paid, and something is missing
    LATER = "later"  # something is missing, and an earlier tranche comes first


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One tranche and what stands before it."""

    tranche: TranchePosition
    state: GateState
    conditions: tuple[ConditionPosition, ...]
    missing: tuple[Message, ...]  # one sentence a condition, to the fen
    other_holds: tuple[str, ...]  # reasons that no condition gives

    @property
    def kept(self) -> int:
        """How many of its conditions are verified or waived."""
        return sum(not condition.is_open for condition in self.conditions)


# ---- rules
def gates_of(
    planned: Sequence[TranchePosition], conditions: Sequence[ConditionPosition]
) -> list[Gate]:
    """Join the tranches of a project, in their order, with the conditions that hold them."""
    found: list[Gate] = []
    for tranche in planned:
        own = tuple(one for one in conditions if one.gates_tranche_id == tranche.tranche_id)
        missing = tuple(sentence for one in own if (sentence := shortfall(one)))
        prefixes = tuple(f"C{one.no} {one.name}:" for one in own)
        earlier = any(
            gate.tranche.investment_id == tranche.investment_id and gate.state is not GateState.PAID
            for gate in found
        )
        match tranches.status(tranche):
            case TrancheStatus.PAID:
                state = GateState.PAID
            case TrancheStatus.HELD:
                state = GateState.LATER if earlier else GateState.HELD
            case TrancheStatus.PLANNED:
                state = GateState.OPEN
        found.append(
            Gate(
                tranche=tranche,
                state=state,
                conditions=own,
                missing=missing,
                other_holds=tuple(
                    reason for reason in tranche.holds if not reason.startswith(prefixes)
                ),
            )
        )
    return found


def joined(sentences: Sequence[Message]) -> Message:
    """Return several sentences as one, each still to be said in the reader's language."""
    return reduce(lambda left, right: say("{left} {right}", left=left, right=right), sentences)


# ---- commands
def pay(
    work: Work,
    actor: Actor,
    tranche_id: str,
    *,
    effective_date: date,
    correction_reason: str | None = None,
) -> TranchePosition:
    """Pay a tranche, or refuse naming what is missing of each condition."""
    actor.must(Duty.PAY_TRANCHES)
    tranche = tranches.position(work, tranche_id)
    missing = holds.missing(work, date.max, tranche_id)
    if missing and tranches.status(tranche) is TrancheStatus.HELD:
        raise DomainError(
            "Tranche {no} of {name} is held back. {missing}",
            "Have the evidence verified by a second person, or the condition waived, then pay.",
            no=tranche.no,
            name=investments.get(work, tranche.investment_id).name,
            missing=joined(missing),
        )
    if effective_date > work.today():
        raise DomainError(
            "{on} is still to come.", "Record a payment on the day it is made.", on=effective_date
        )
    return tranches.pay(
        work,
        actor,
        tranche_id,
        effective_date=effective_date,
        correction_reason=correction_reason,
    )
