"""Observations: what was agreed and seen of a landing condition, and who vouches for it.

A condition that gates a tranche holds it (holds.py) until a second person has accepted enough,
or until it is waived by a resolution.
"""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import agreements, dispatch, holds
from dealflow.agreements import Side
from dealflow.conditions import Condition, ConditionPosition, Waiver, get, position
from dealflow.observed import Observation, ObservationCheck, seen
from dealflow.terms import MONEY, THOUSANDTHS, UNITS, YES_NO, Consequence, Metric, Operator
from portfolio import tranches
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- commands: the condition
def agree(
    work: Work,
    actor: Actor,
    *,
    agreement_id: str,
    metric: Metric,
    name: str,
    threshold: int,
    due_on: date,
    operator: Operator = Operator.AT_LEAST,
    unit: str = "",
    weight: int = 1,
    cure_days: int = 0,
    consequence: Consequence = Consequence.NONE,
    gates_tranche_id: str | None = None,
    subject: Side = Side.FIRM,
    period_from: date | None = None,
    at_stake_fen: int | None = None,
    rate_ppm: int | None = None,
    instalments: int = 1,
    clause: str = "",
    evidence_required: str = "",
    name_en: str = "",
    is_demo: bool = False,
) -> Condition:
    """Record a condition of an agreement; if it gates a tranche, the tranche is held from now on.

    threshold     int, the metric's smallest unit: fen, or thousandths
    period_from   the first day of an output "in the year"; what was seen before does not count
    at_stake_fen  what the clause puts at stake where no ledger can tell: a subsidy, a price
    rate_ppm      millionths: the yearly rate of a buy-back or claw-back, or the share stepped down
    instalments   yearly parts in which a buy-back is paid
    """
    actor.must(Duty.EDIT_DEALS)
    paper = agreements.get(work, agreement_id)
    if not name.strip():
        raise DomainError("The condition has no name.", "Enter it in the words of the agreement.")
    _refuse_odd_value(metric, threshold)
    if threshold == 0 and operator is Operator.AT_LEAST:
        raise DomainError(
            "A condition of at least nothing is met by itself.", "Enter what was agreed."
        )
    if due_on < paper.signed_on:
        raise DomainError(
            "The condition is due on {due}, before the agreement was signed on {signed}.",
            "Check both dates against the paper.",
            due=due_on,
            signed=paper.signed_on,
        )
    if period_from is not None and period_from > due_on:
        raise DomainError(
            "The period begins on {begins}, after its end on {due}.",
            "Check both dates against the paper.",
            begins=period_from,
            due=due_on,
        )
    _refuse_odd_sanction(consequence, at_stake_fen, rate_ppm, instalments)
    if (consequence is Consequence.GATES_TRANCHE) != (gates_tranche_id is not None):
        raise DomainError(
            "A condition that gates a tranche names the tranche, and no other condition does.",
            "Choose the tranche, or choose another consequence.",
        )
    if gates_tranche_id is not None:
        _refuse_odd_tranche(work, paper, gates_tranche_id)
    highest = sa.select(sa.func.coalesce(sa.func.max(col(Condition.no)), 0))
    row = work.add(
        Condition(
            agreement_id=paper.id,
            no=work.scalar(highest.where(col(Condition.agreement_id) == paper.id)) + 1,
            metric=metric.value,
            name=name.strip(),
            name_en=name_en,
            operator=operator.value,
            threshold=threshold,
            unit=unit if metric in UNITS else "",
            due_on=due_on,
            weight=weight,
            cure_days=cure_days,
            consequence=consequence.value,
            gates_tranche_id=gates_tranche_id,
            subject=subject.value,
            period_from=period_from,
            at_stake_fen=at_stake_fen,
            rate_ppm=rate_ppm,
            instalments=instalments,
            clause=clause.strip(),
            evidence_required=evidence_required,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"agreement": paper.code, "no": row.no, "metric": metric, "threshold": threshold}
    audit.write(
        work, actor, "condition:agree", "condition", row.id, after={**after, "due_on": due_on}
    )
    holds.settle(work, actor, row.id)
    return row


# ---- commands: what was seen
def observe(
    work: Work,
    actor: Actor,
    condition_id: str,
    *,
    observed_on: date,
    value: int,
    evidence_file_id: str | None = None,
    note: str = "",
    voids: str | None = None,
) -> Observation:
    """Record what was seen; it counts once a second person accepts it.

    value  int, the metric's smallest unit: fen, or thousandths
    voids  the observation that this one corrects; `note` then says why
    """
    actor.must(Duty.EDIT_DEALS)
    row = get(work, condition_id)
    _refuse_odd_value(Metric(row.metric), value)
    _refuse_odd_day(work, row, observed_on)
    dispatch.refuse_silence(work, observed_on, note)
    if evidence_file_id is not None:
        files.get(work, evidence_file_id)
    return _record(
        work,
        actor,
        row,
        observed_on=observed_on,
        value=value,
        evidence_file_id=evidence_file_id,
        note=note,
        voids=voids,
    )


def withdraw(work: Work, actor: Actor, observation_id: str, *, reason: str) -> Observation:
    """Withdraw an observation. One that was accepted stays in force until another person agrees."""
    actor.must(Duty.EDIT_DEALS)
    wrong = _observation(work, observation_id)
    row = get(work, wrong.condition_id)
    return _record(
        work, actor, row, observed_on=wrong.observed_on, note=reason, voids=observation_id
    )


def verify(
    work: Work, actor: Actor, observation_id: str, *, accepted: bool, reason: str = ""
) -> ConditionPosition:
    """Accept or refuse what another person recorded, and settle the hold; return how it stands."""
    actor.must(Duty.VERIFY_EVIDENCE)
    row = _observation(work, observation_id)
    if row.recorded_by == actor.id:
        raise DomainError(
            "You recorded this observation yourself.", "Ask a colleague to verify it."
        )
    checked = sa.select(col(ObservationCheck.id)).where(
        col(ObservationCheck.observation_id) == row.id
    )
    if work.scalar(checked):
        raise DomainError(
            "This observation was verified already.", "Record a newer one if it has changed."
        )
    if row.value is not None and not any(
        one.observation_id == row.id for one in seen(work, [row.condition_id])[row.condition_id]
    ):
        raise DomainError("This observation was withdrawn.", "Verify the one that replaced it.")
    if accepted and row.value is not None and row.evidence_file_id is None:
        raise DomainError(
            "This observation has no evidence file.",
            "Refuse it, or ask for a new observation with the file.",
        )
    if not accepted and not reason.strip():
        raise DomainError(
            "A refusal needs its reason.", "Say what is missing, so that it can be mended."
        )
    work.add(
        ObservationCheck(
            observation_id=row.id,
            recorded_by=row.recorded_by,
            verified_by=actor.id,
            verified_at=work.recorded_at,
            accepted=accepted,
            reason=reason.strip(),
            is_demo=row.is_demo,
        )
    )
    after = {"accepted": accepted, "reason": reason.strip(), "condition": row.condition_id}
    audit.write(work, actor, "observation:verify", "observation", row.id, after=after)
    holds.settle(work, actor, row.condition_id)
    return position(work, work.today(), row.condition_id)


def waive(
    work: Work,
    actor: Actor,
    condition_id: str,
    *,
    decided_on: date,
    resolution_file_id: str,
    reason: str,
) -> Waiver:
    """Waive a condition by a resolution; its hold is released."""
    actor.must(Duty.WAIVE_CONDITIONS)
    row = get(work, condition_id)
    files.get(work, resolution_file_id)
    _refuse_odd_day(work, row, decided_on)
    if not reason.strip():
        raise DomainError("A waiver needs its reason.", "Give the reason the resolution gives.")
    if not position(work, date.max, condition_id).is_open:
        raise DomainError("This condition is met or waived already.", "There is nothing to waive.")
    waiver = work.add(
        Waiver(
            condition_id=row.id,
            decided_on=decided_on,
            resolution_file_id=resolution_file_id,
            reason=reason.strip(),
            decided_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=row.is_demo,
        )
    )
    after = {"decided_on": decided_on, "reason": waiver.reason, "file": resolution_file_id}
    audit.write(work, actor, "condition:waive", "condition", row.id, after=after)
    holds.settle(work, actor, row.id)
    return waiver


# ---- what the commands share
def _record(
    work: Work,
    actor: Actor,
    row: Condition,
    *,
    observed_on: date,
    value: int | None = None,
    evidence_file_id: str | None = None,
    note: str,
    voids: str | None,
) -> Observation:
    if voids is not None:
        _refuse_odd_void(work, row, voids, note)
    seen_ = work.add(
        Observation(
            condition_id=row.id,
            observed_on=observed_on,
            value=value,
            evidence_file_id=evidence_file_id,
            note=note.strip(),
            voids=voids,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=row.is_demo,
        )
    )
    after = {"condition": row.id, "on": observed_on, "value": value, "voids": voids}
    audit.write(
        work, actor, "observation:record", "observation", seen_.id, after={**after, "note": note}
    )
    return seen_


def _observation(work: Work, observation_id: str) -> Observation:
    row = work.session.get(Observation, observation_id)
    if row is None:
        raise NotFoundError
    return row


# ---- refusals
RATED = frozenset({Consequence.BUY_BACK, Consequence.CLAW_BACK, Consequence.STEP_DOWN})
WHOLE_PPM = 1_000_000


def _refuse_odd_sanction(
    consequence: Consequence, at_stake_fen: int | None, rate_ppm: int | None, instalments: int
) -> None:
    if at_stake_fen is not None and at_stake_fen <= 0:
        raise DomainError("The amount at stake must be above zero.", "Leave it empty if unknown.")
    if rate_ppm is not None and (consequence not in RATED or not 0 <= rate_ppm <= WHOLE_PPM):
        raise DomainError(
            "A rate belongs to a buy-back, a claw-back or a step-down, and is 0 to 100 %.",
            "Correct the rate, or leave it empty.",
        )
    if instalments < 1 or (instalments > 1 and consequence is not Consequence.BUY_BACK):
        raise DomainError(
            "Only a buy-back is paid in several instalments, and in one at least.",
            "Enter 1, or choose the buy-back.",
        )


def _refuse_odd_value(metric: Metric, value: int) -> None:
    if value < 0:
        raise DomainError("The value is below zero.", "Enter what was seen in all, from zero up.")
    if metric in YES_NO and value not in {0, THOUSANDTHS}:
        raise DomainError("This condition is a question of yes or no.", "Choose yes or no.")
    if metric not in MONEY and value >= 2**53:
        raise DomainError("The value is too large.", "Check the unit of the value.")


def _refuse_odd_day(work: Work, row: Condition, on: date) -> None:
    signed_on = agreements.get(work, row.agreement_id).signed_on
    if on < signed_on:
        raise DomainError(
            "{on} is before the agreement was signed on {signed}.",
            "Check the date on the evidence.",
            on=on,
            signed=signed_on,
        )
    if row.period_from is not None and on < row.period_from:
        raise DomainError(
            "{on} is before the period of this condition, which begins on {begins}.",
            "Record what was seen within the period.",
            on=on,
            begins=row.period_from,
        )
    if on > work.today():
        raise DomainError("{on} has not come yet.", "Enter the day on which it was seen.", on=on)


def _refuse_odd_void(work: Work, row: Condition, observation_id: str, note: str) -> None:
    wrong = _observation(work, observation_id)
    standing = {one.observation_id for one in seen(work, [row.id])[row.id]}
    pending = (
        sa.select(col(Observation.id))
        .outerjoin(ObservationCheck, col(ObservationCheck.observation_id) == col(Observation.id))
        .where(col(Observation.voids) == wrong.id, col(ObservationCheck.id).is_(None))
    )
    if wrong.condition_id != row.id or wrong.id not in standing or work.scalar(pending):
        raise DomainError(
            "This observation does not stand any more, or its withdrawal waits for a colleague.",
            "Look at the list of observations of this condition.",
        )
    if not note.strip():
        raise DomainError(
            "A correction needs its reason.", "Say what was wrong with the observation."
        )


def _refuse_odd_tranche(work: Work, paper: agreements.Agreement, tranche_id: str) -> None:
    tranche = tranches.get(work, tranche_id)
    if tranche.investment_id != paper.investment_id:
        raise DomainError(
            "The tranche belongs to another investment than the agreement.",
            "First attach the investment to the agreement, then choose one of its tranches.",
        )
    if holds.is_paid(work, tranche_id):
        raise DomainError(
            "Tranche {no} is paid already; a condition can no longer hold it.",
            "Choose a later tranche, or another consequence.",
            no=tranche.no,
        )
