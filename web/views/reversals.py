"""Reversals: an entry is undone by the command of the noun it belongs to, never by its number."""

from collections.abc import Callable, Mapping
from typing import Any

from portfolio import (
    calls,
    carry,
    distributions,
    excess,
    exits,
    expenses,
    facility,
    facility_acts,
    fees,
    marks,
    receipts,
    tranches,
)
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.ledger import LedgerTransaction

# What undoes an entry of each kind, by the id of its noun; exits go by the entry itself.
BY_SUBJECT: Mapping[str, Callable[..., Any]] = {
    calls.TAG: receipts.reverse,
    distributions.TAG: distributions.reverse,
    expenses.BOOK: expenses.reverse,
    expenses.EARN: expenses.reverse,
    tranches.TAG: tranches.reverse_payment,
    marks.TAG: marks.withdraw,
}
BY_ENTRY: Mapping[str, Callable[..., Any]] = {
    exits.EXIT_TAG: exits.reverse_receipt,
    exits.INCOME_TAG: exits.reverse_receipt,
    excess.TAG: excess.reverse,
    facility.DRAW: facility_acts.reverse,
    facility.REPAY: facility_acts.reverse,
    expenses.REDUCE: fees.undo,
    carry.ACCRUE: carry.undo,
    carry.PAY: carry.undo,
    carry.RETURN: carry.undo,
}
REVERSIBLE = frozenset({*BY_SUBJECT, *BY_ENTRY})


def undo(
    work: Work,
    actor: Actor,
    entry: LedgerTransaction,
    *,
    reason: str,
    correction_reason: str | None,
) -> None:
    """Undo an entry; refused for one that follows another, or that its noun does not undo alone."""
    if entry.cause_id is not None:
        raise DomainError(
            "Entry {seq} follows an entry in the books of another fund.",
            "Reverse that one; this entry is undone with it.",
            seq=str(entry.seq),
        )
    if entry.tag not in REVERSIBLE:
        raise DomainError(
            "Entry {seq} cannot be undone by itself.",
            "Reverse the fee or cost it pays, or the entry it belongs to.",
            seq=str(entry.seq),
        )
    by_subject = entry.tag in BY_SUBJECT
    command = BY_SUBJECT[entry.tag] if by_subject else BY_ENTRY[entry.tag]
    command(
        work,
        actor,
        entry.subject_id if by_subject else entry.id,
        reason=reason,
        correction_reason=correction_reason,
    )
