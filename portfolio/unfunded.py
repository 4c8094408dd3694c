"""Unfunded: which money leaves the commitment as it is, or opens it again.

A contribution uses the commitment up, unless it was asked for on top of it; a distribution leaves
it used, unless it may be called again. The purpose of the posting says which.
"""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import ledger, memo_rows, moved
from portfolio.accounts import AccountCode, Line
from portfolio.call_types import OUTSIDE
from portfolio.commitments import Commitment, Partner
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, Moment
from portfolio.memo_rows import MemoRow

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


def by_fund(work: Work, moment: Moment) -> dict[str, int]:
    """Return {fund: fen} that may still be called of all its partners, in three queries for all.

    The same amount as `capital.accounts(...).total.unfunded_fen`, one fund after the other.
    """
    promised = (
        sa.select(col(Partner.fund_id), sa.func.sum(col(Commitment.amount_fen)))
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .where(
            col(Commitment.effective_date) <= moment.as_of,
            moment.knew(col(Commitment.recorded_at)),
        )
        .group_by(col(Partner.fund_id))
    )
    if not moment.with_demo:
        promised = promised.where(col(Commitment.is_demo).is_(False))
    line, purpose = col(LedgerPosting.line), col(LedgerPosting.purpose)
    used = (
        ledger.entries(col(LedgerPosting.fund_id), sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            sa.or_(
                (line == int(Line.CONTRIBUTIONS)) & ~purpose.startswith(OUTSIDE),
                (line == int(Line.DISTRIBUTIONS)) & purpose.startswith(RECALLABLE),
                (line == int(Line.PARTNER_TRANSFERS)) & purpose.in_(moved.OF_UNFUNDED),
            ),
            moment.holds(),
        )
        .group_by(col(LedgerPosting.fund_id))
    )
    adjusted = (
        sa.select(col(Partner.fund_id), sa.func.sum(col(MemoRow.amount_fen)))
        .join(Partner, col(Partner.id) == col(MemoRow.partner_id))
        .where(col(MemoRow.sheet_row).in_(memo_rows.UNFUNDED_ROWS), memo_rows.holds(moment))
        .group_by(col(Partner.fund_id))
    )
    found: dict[str, int] = {}
    for statement in (promised, used, adjusted):
        for fund_id, fen in work.rows(statement):
            found[fund_id] = found.get(fund_id, 0) + int(fen)
    return found
