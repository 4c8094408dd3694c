"""Commitment changes after admission: an increase, a release, and undoing either.

Nothing is edited: a change is a dated row of its own (commitments.py), and so is its correction.
"""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, commitments, funds
from portfolio.commitments import Commitment, CommitmentChange, Partner
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan

UNDONE_HERE = (CommitmentChange.INITIAL, CommitmentChange.INCREASE, CommitmentChange.RELEASE)


# ---- commands
def increase(
    work: Work,
    actor: Actor,
    partner_id: str,
    *,
    amount_fen: int,
    effective_date: date,
    memo: str = "",
    is_demo: bool = False,
) -> Commitment:
    """Add to what a partner promised; its share of later calls grows with it.

    errors  nothing is added; before the partner came in
    """
    actor.must(Duty.EDIT_FUNDS)
    partner = commitments.partner(work, partner_id)
    if amount_fen <= 0:
        raise DomainError(
            "An increase must be above zero.", "Enter what is promised beyond the commitment."
        )
    refuse_before_admission(work, partner, effective_date)
    return change(
        work,
        actor,
        partner,
        CommitmentChange.INCREASE,
        amount_fen,
        effective_date,
        memo=memo,
        is_demo=is_demo,
    )


def release(
    work: Work,
    actor: Actor,
    partner_id: str,
    *,
    amount_fen: int,
    effective_date: date,
    memo: str = "",
    is_demo: bool = False,
) -> Commitment:
    """Release a partner from a part of its promise that was not called yet.

    errors  nothing, or more than may still be called of it on that day or any after it
    """
    actor.must(Duty.EDIT_FUNDS)
    partner = commitments.partner(work, partner_id)
    room_fen = room(work, partner, since=effective_date)
    if not 0 < amount_fen <= room_fen:
        raise DomainError(
            "{amount} was entered; {room} of the commitment of {partner} is unfunded and not yet "
            "called.",
            "Release at most that; a call that is still out must be settled first.",
            amount=Yuan(amount_fen),
            room=Yuan(room_fen),
            partner=partner.name,
        )
    return change(
        work,
        actor,
        partner,
        CommitmentChange.RELEASE,
        -amount_fen,
        effective_date,
        memo=memo,
        is_demo=is_demo,
    )


def undo(work: Work, actor: Actor, commitment_id: str, *, reason: str) -> Commitment:
    """Undo an increase or a release booked in error, from its own day on.

    errors  no reason; undone already; a transfer; calls rest on the increase
    """
    actor.must(Duty.EDIT_FUNDS)
    row = work.session.get(Commitment, commitment_id)
    if row is None:
        raise NotFoundError
    if row.change not in UNDONE_HERE:
        raise DomainError(
            "This change of a commitment belongs to a transfer, or undoes another change.",
            "Reverse the transfer; what is undone is not undone twice.",
        )
    return correct(work, actor, row, reason=reason)


# ---- parts of other commands
def change(
    work: Work,
    actor: Actor,
    partner: Partner,
    kind: CommitmentChange,
    amount_fen: int,
    effective_date: date,
    *,
    memo: str = "",
    is_demo: bool = False,
) -> Commitment:
    """Record one dated change of a commitment, after the command checked what it means."""
    funds.get(work, actor, partner.fund_id)
    row = work.add(
        Commitment(
            partner_id=partner.id,
            change=kind.value,
            amount_fen=amount_fen,
            effective_date=effective_date,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            memo=memo,
            is_demo=is_demo or partner.is_demo,
        )
    )
    after = {"amount_fen": amount_fen, "effective_date": effective_date, "memo": memo}
    audit.write(work, actor, f"commitment:{kind}", "partner", partner.id, after=after)
    return row


def correct(work: Work, actor: Actor, row: Commitment, *, reason: str) -> Commitment:
    """Answer a change by its mirror image of the same day; refused where calls rest on it."""
    if not reason.strip():
        raise DomainError("A reversal needs its reason.", "Say in one sentence what was wrong.")
    if is_undone(work, row.id):
        raise DomainError(
            "This change was undone already.", "Nothing is left to do; reload the page."
        )
    partner = commitments.partner(work, row.partner_id)
    undone = work.add(
        Commitment(
            partner_id=row.partner_id,
            change=CommitmentChange.CORRECTION.value,
            amount_fen=-row.amount_fen,
            effective_date=row.effective_date,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            memo=reason,
            undoes=row.id,
            is_demo=row.is_demo,
        )
    )
    short_fen = room(work, partner, since=row.effective_date)
    if short_fen < 0:
        raise DomainError(
            "{called} that was called of {partner} rests on this promise.",
            "Reverse those calls first, or leave it.",
            called=Yuan(-short_fen),
            partner=partner.name,
        )
    after = {"undoes": row.id, "amount_fen": undone.amount_fen, "reason": reason}
    audit.write(work, actor, "commitment:correct", "partner", row.partner_id, after=after)
    return undone


def refuse_before_admission(work: Work, partner: Partner, on: date) -> None:
    """Refuse a day on which the partner was not in the fund yet."""
    first = sa.func.min(col(Commitment.effective_date))
    began = work.scalar(sa.select(first).where(col(Commitment.partner_id) == partner.id))
    if began is None or on < began:
        raise DomainError(
            "{partner} was not a partner of this fund on {on}.",
            "Date it on the day of admission or later.",
            partner=partner.name,
            on=on,
        )


# ---- reads
def room(work: Work, partner: Partner, *, since: date) -> int:
    """Return what may still be called of a partner on a day and on every day after it, in fen."""
    return calls.headroom(work, partner.fund_id, since=since).get(partner.id, 0)


def is_undone(work: Work, commitment_id: str) -> bool:
    """Say whether a change was undone."""
    return bool(
        work.scalar(sa.select(col(Commitment.id)).where(col(Commitment.undoes) == commitment_id))
    )


def history(work: Work, fund_id: str) -> list[tuple[Commitment, Partner, bool]]:
    """Return every change of a fund's commitments, oldest first, and whether it was undone."""
    undone = {
        row[0]
        for row in work.rows(
            sa.select(col(Commitment.undoes)).where(col(Commitment.undoes).is_not(None))
        )
    }
    rows = work.rows(
        sa.select(Commitment, Partner)
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .where(col(Partner.fund_id) == fund_id)
        .order_by(col(Commitment.effective_date), col(Commitment.id))
    )
    return [(row, partner, row.id in undone) for row, partner in rows]
