"""Excess: capital that was called and not needed goes back, and counts as if never paid in.

It lowers what is paid in and raises what is unfunded again; in the ILPA Performance Template it is
taken from the denominator, where a distribution would add to the numerator (REPORTING.md §2.3).
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from portfolio import calls, funds, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.calls import CallLine, CapitalCall
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerPosting, LedgerTransaction
from portfolio.postings import Posting
from valuation.money import split_fen

TAG = "portfolio:call:return"


# ---- facts
class Excess(StrEnum):
    """What the money had been called for."""

    INVESTMENTS = "call:returned:investments"
    FEES = "call:returned:fees"
    FEES_OUTSIDE = "call:outside:returned_fees"


# ---- commands
def give_back(
    work: Work,
    actor: Actor,
    call_id: str,
    *,
    paid_on: date,
    parts: Mapping[Excess, int],
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Pay back what a call brought and nobody needed, by what each partner paid in.

    errors  nothing to pay; more than the call brought and still keeps; more than the fund's cash
    """
    actor.must(Duty.DISTRIBUTE)
    made = work.session.get(CapitalCall, call_id)
    if made is None:
        raise NotFoundError
    funds.get(work, actor, made.fund_id)
    if not parts or min(parts.values()) <= 0:
        raise DomainError(
            "Each part of what is returned must be more than nothing.",
            "Leave out the parts that are not paid.",
        )
    paid_in = [
        (line.partner_id, line.received_fen)
        for line in calls.lines(work, calls.EVER, col(CallLine.call_id) == call_id)
        if line.received_fen
    ]
    left_fen = sum(fen for _, fen in paid_in) - returned_fen(work, call_id)
    if sum(parts.values()) > left_fen:
        raise DomainError(
            "{asked} is to be returned; call {number} brought {left} that was not returned yet.",
            "Lower it, or pay the rest as a distribution.",
            asked=Yuan(sum(parts.values())),
            number=made.number,
            left=Yuan(left_fen),
        )
    postings = []
    for excess, fen in parts.items():
        postings.append(Posting(account=AccountCode.CASH, amount_fen=-fen, purpose=excess.value))
        split = split_fen(fen, [amount for _, amount in paid_in])
        postings += [
            Posting(
                account=AccountCode.PARTNERS_CAPITAL,
                amount_fen=part,
                partner_id=partner_id,
                line=Line.CONTRIBUTIONS,
                purpose=excess.value,
            )
            for (partner_id, _), part in zip(paid_in, split, strict=True)
            if part
        ]
    return ledger.post(
        work,
        actor,
        fund_id=made.fund_id,
        tag=TAG,
        subject_id=call_id,
        effective_date=paid_on,
        postings=postings,
        correction_reason=correction_reason,
        is_demo=made.is_demo,
    )


def reverse(
    work: Work,
    actor: Actor,
    transaction_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Undo a return booked in error, unless a later call rests on it."""
    actor.must(Duty.DISTRIBUTE)
    undone = ledger.reverse(
        work, actor, transaction_id, reason=reason, correction_reason=correction_reason
    )
    room = calls.headroom(work, undone.fund_id, since=undone.effective_date)
    if min(room.values(), default=0) < 0:
        raise DomainError(
            "What was returned was called again: {called} of the later calls rests on it.",
            "Leave it, and correct the difference with the next call or distribution.",
            called=Yuan(-sum(fen for fen in room.values() if fen < 0)),
        )
    return undone


# ---- reads
def returned_fen(work: Work, call_id: str) -> int:
    """Return what of a call went back, in fen, whatever day it was booked for."""
    total = sa.func.coalesce(-sa.func.sum(col(LedgerPosting.amount_fen)), 0)
    return int(
        work.scalar(
            ledger.entries(total).where(
                col(LedgerTransaction.subject_id) == call_id,
                col(LedgerTransaction.tag).in_((TAG, f"{TAG}:reverse")),
                col(LedgerTransaction.cause_id).is_(None),
                col(LedgerPosting.account) == AccountCode.CASH.value,
            )
        )
    )
