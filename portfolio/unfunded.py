"""Unfunded: which money leaves the commitment as it is, or opens it again.

A contribution uses the commitment up, unless it was asked for on top of it; a distribution leaves
it used, unless it may be called again. The purpose of the posting says which.
"""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import ledger
from portfolio.accounts import AccountCode, Line
from portfolio.call_types import OUTSIDE
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, Moment

RECALLABLE = "distribution:recallable:"  # purpose of the postings that may be called again


# ---- rules
def least(days: Mapping[date, int], *, since: date) -> int:
    """Return the least balance on a day and on every day after it.

    days  {day: change in fen}, with `since` among the days
    """
    running, lowest = 0, None
    for on in sorted(days):
        running += days[on]
        if on >= since:
            lowest = running if lowest is None else min(lowest, running)
    assert lowest is not None, "`since` is one of the days"
    return lowest


# ---- reads
def recallable(work: Work, moment: Moment, fund_id: str) -> dict[str, int]:
    """Return {partner: fen} of what was given back and may be called again."""
    statement = (
        ledger.entries(col(LedgerPosting.partner_id), sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            col(LedgerPosting.line) == int(Line.DISTRIBUTIONS),
            col(LedgerPosting.purpose).startswith(RECALLABLE),
            moment.holds(),
        )
        .group_by(col(LedgerPosting.partner_id))
    )
    return {partner_id: int(fen) for partner_id, fen in work.rows(statement)}


def outside(work: Work, moment: Moment, fund_id: str) -> dict[str, int]:
    """Return {partner: fen} of what was paid on top of the commitment."""
    statement = (
        ledger.entries(col(LedgerPosting.partner_id), -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line) == int(Line.CONTRIBUTIONS),
            col(LedgerPosting.purpose).startswith(OUTSIDE),
            moment.holds(),
        )
        .group_by(col(LedgerPosting.partner_id))
    )
    return {partner_id: int(fen) for partner_id, fen in work.rows(statement)}
