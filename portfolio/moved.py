"""Moved: what transfers between partners carried over, told apart on row 17 by its purpose.

A transfer posts one amount a purpose, so paid-in, distributed and recallable follow the interest
to its new holder while the rows that earned them stay where they were earned.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from portfolio import ledger
from portfolio.accounts import Line
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, Moment

CONTRIBUTIONS = "transfer:contributions"
DISTRIBUTIONS = "transfer:distributions"
RECALLABLE = "transfer:recallable"
RESULT = "transfer:result"  # what the interest had earned or lost
OF_UNFUNDED = (CONTRIBUTIONS, RECALLABLE)  # these two change what may still be called


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What one account received by transfers, in fen; negative where it gave."""

    paid_in_fen: int = 0
    distributed_fen: int = 0
    recallable_fen: int = 0

    @property
    def unfunded_fen(self) -> int:
        """What it changes of the unfunded commitment beside the commitment itself."""
        return self.recallable_fen - self.paid_in_fen

    def __add__(self, other: "Moved") -> "Moved":
        return Moved(
            paid_in_fen=self.paid_in_fen + other.paid_in_fen,
            distributed_fen=self.distributed_fen + other.distributed_fen,
            recallable_fen=self.recallable_fen + other.recallable_fen,
        )


NOTHING = Moved()


def sums(work: Work, moment: Moment, fund_id: str) -> dict[str, Moved]:
    """Return {partner: what transfers brought it} by the moment."""
    place = (col(LedgerPosting.partner_id), col(LedgerPosting.purpose))
    rows = work.rows(
        ledger.entries(*place, -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line) == int(Line.PARTNER_TRANSFERS),
            moment.holds(),
        )
        .group_by(*place)
    )
    found: dict[str, Moved] = {}
    for partner_id, purpose, credit in rows:
        fen = int(credit)
        one = Moved(
            paid_in_fen=fen if purpose == CONTRIBUTIONS else 0,
            distributed_fen=-fen if purpose in {DISTRIBUTIONS, RECALLABLE} else 0,
            recallable_fen=-fen if purpose == RECALLABLE else 0,
        )
        found[partner_id] = found.get(partner_id, NOTHING) + one
    return found
