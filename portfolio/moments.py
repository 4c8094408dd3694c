"""Moments: which books a reader means, from the day and the clock that he names."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col

from portfolio.kernel.db import Work
from portfolio.ledger import LedgerTransaction, Moment


# ---- reads
def moment_of(
    work: Work, as_of: date, known_at: datetime | None, *, with_demo: bool = True
) -> Moment:
    """Return the books as of a day, as they were known at a moment; None is all that is known."""
    if known_at is None:
        return Moment(as_of=as_of, with_demo=with_demo)
    seq = known_seq(work, known_at)
    return Moment(as_of=as_of, known_seq=seq, known_at=known_at, with_demo=with_demo)


def known_seq(work: Work, moment: datetime) -> int:
    """Return the last `seq` that was in the books at a moment."""
    newest = sa.func.coalesce(sa.func.max(LedgerTransaction.seq), 0)
    return int(work.scalar(sa.select(newest).where(col(LedgerTransaction.recorded_at) <= moment)))
