"""Receipts: what a partner paid towards a call, as the bank statement shows it.

The row and its reads are those of calls.py; here are the commands that move the books.
"""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import call_types, calls, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.call_types import Purpose
from portfolio.calls import CallLine, CapitalCall, Receipt
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work, new_id
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerPosting, LedgerTransaction
from portfolio.postings import Posting


# ---- commands
def receive(
    work: Work,
    actor: Actor,
    call_line_id: str,
    *,
    received_on: date,
    amount_fen: int,
    correction_reason: str | None = None,
) -> Receipt:
    """Book what arrived for a line, whole or in part; a fund that pays books it too.

    errors  nothing or more than is outstanding; before the call; the paying fund lacks the cash
    """
    actor.must(Duty.CALL_CAPITAL)
    line, made = _line(work, call_line_id)
    outstanding_fen = line.amount_fen - calls.received(work, calls.EVER, [line.id]).get(line.id, 0)
    if not 0 < amount_fen <= outstanding_fen:
        raise DomainError(
            "{amount} was entered; {outstanding} of this part of the call is outstanding.",
            "Enter what the bank statement shows; book anything above it as a call of its own.",
            amount=Yuan(amount_fen),
            outstanding=Yuan(outstanding_fen),
        )
    if received_on < made.called_on:
        raise DomainError(
            "The money is dated {received}, before the call of {called}.",
            "Check the date on the bank statement.",
            received=received_on,
            called=made.called_on,
        )
    receipt_id = new_id()
    booked = ledger.post(
        work,
        actor,
        fund_id=made.fund_id,
        tag=calls.TAG,
        subject_id=receipt_id,
        effective_date=received_on,
        postings=_by_type(line.partner_id, _parts(work, line, made, amount_fen)),
        correction_reason=correction_reason,
        is_demo=made.is_demo,
    )
    row = work.add(
        Receipt(
            id=receipt_id,
            call_line_id=line.id,
            received_on=received_on,
            amount_fen=amount_fen,
            transaction_id=booked.id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=made.is_demo,
        )
    )
    after = {"call": made.number, "amount_fen": amount_fen, "received_on": received_on}
    audit.write(work, actor, "call:receive", "receipt", row.id, after=after)
    return row


def receive_all(
    work: Work,
    actor: Actor,
    call_id: str,
    *,
    received_on: date,
    correction_reason: str | None = None,
) -> list[Receipt]:
    """Book all that is still outstanding of a call as arrived on one day."""
    actor.must(Duty.CALL_CAPITAL)
    lines = calls.lines(work, calls.EVER, col(CallLine.call_id) == call_id)
    if not lines:
        raise NotFoundError
    return [
        receive(
            work,
            actor,
            line.id,
            received_on=received_on,
            amount_fen=line.outstanding_fen,
            correction_reason=correction_reason,
        )
        for line in lines
        if line.outstanding_fen
    ]


def reverse(
    work: Work,
    actor: Actor,
    receipt_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Undo a receipt booked in error; its amount is outstanding again."""
    actor.must(Duty.CALL_CAPITAL)
    row = work.session.get(Receipt, receipt_id)
    if row is None:
        raise NotFoundError
    return ledger.reverse(
        work, actor, row.transaction_id, reason=reason, correction_reason=correction_reason
    )


def _parts(work: Work, line: CallLine, made: CapitalCall, fen: int) -> dict[Purpose, int]:
    """Return what of this receipt belongs to each type, after what has arrived of it."""
    asked = call_types.of_lines(work, [line.id]).get(line.id)
    if asked is None:
        return {Purpose(made.purpose): fen}
    arrived = work.rows(
        ledger.entries(col(LedgerPosting.purpose), -sa.func.sum(col(LedgerPosting.amount_fen)))
        .join(Receipt, col(Receipt.id) == col(LedgerTransaction.subject_id))
        .where(
            col(Receipt.call_line_id) == line.id,
            col(LedgerPosting.partner_id) == line.partner_id,
            col(LedgerPosting.line) == int(Line.CONTRIBUTIONS),
        )
        .group_by(col(LedgerPosting.purpose))
    )
    return call_types.fill(asked, {Purpose(name): int(part) for name, part in arrived}, fen)


def _by_type(partner_id: str, parts: Mapping[Purpose, int]) -> list[Posting]:
    return [
        posting
        for purpose, fen in parts.items()
        for posting in (
            Posting(account=AccountCode.CASH, amount_fen=fen, purpose=purpose.value),
            Posting(
                account=AccountCode.PARTNERS_CAPITAL,
                amount_fen=-fen,
                partner_id=partner_id,
                line=Line.CONTRIBUTIONS,
                purpose=purpose.value,
            ),
        )
    ]


def _line(work: Work, call_line_id: str) -> tuple[CallLine, CapitalCall]:
    line = work.session.get(CallLine, call_line_id)
    if line is None:
        raise NotFoundError
    return line, work.session.get_one(CapitalCall, line.call_id)
