"""Memo rows: what the ILPA sheet tells of an account besides the movements of the fund's money.

Offsets that the manager recognised, carry in escrow, what it received from portfolio companies,
and corrections of the unfunded commitment. A row is a dated fact beside the ledger, signed as on
the sheet; what was wrong is answered by a row of its own that names it.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.accounts import ESCROW_ROW, OFFSET_ROWS, RECEIVED_ROWS
from portfolio.commitments import Partner
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.ledger import Moment
from portfolio.locks import refuse_odd_date

OPENING_OFFSETS_ROW = 78
# What the roll-forward of rows 109-114 says beyond commitments and the ledger: an opening balance
# taken over, contributions outside the commitment, what may be called again, other adjustments.
RECALLABLE_ROW = 111
UNFUNDED_ROWS = (109, 110, RECALLABLE_ROW, 113)
ROWS = (*OFFSET_ROWS, OPENING_OFFSETS_ROW, ESCROW_ROW, *UNFUNDED_ROWS, *RECEIVED_ROWS)


# ---- rows
class MemoRow(Row, table=True):
    """One dated change of one row of one account; the sum up to a day is what it stands at."""

    __tablename__ = "memo_row"
    __table_args__ = strict(
        sa.UniqueConstraint("supersedes"),
        sa.CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        sa.CheckConstraint(f"sheet_row IN ({', '.join(map(str, ROWS))})", name="row_is_a_memo"),
    )

    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    sheet_row: int
    amount_fen: int = Field(sa_type=Fen)
    effective_date: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    memo: str = ""
    source: str = ""  # of which undertaking it is a part: a take-over, an offset, an escrow
    supersedes: str | None = Field(default=None, foreign_key="memo_row.id", sa_type=Id)
    is_demo: bool = False


# ---- commands
def record(
    work: Work,
    actor: Actor,
    fund_id: str,
    *,
    row: int,
    parts: Sequence[tuple[str, int]],
    effective_date: date,
    memo: str = "",
    source: str = "",
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> list[MemoRow]:
    """Record what one row changed by on a day, for each partner that it touches.

    parts   (partner, fen), signed as on the sheet; nothing is left out
    errors  a date in a locked quarter without a correction's reason
    """
    actor.must(Duty.EDIT_FUNDS)
    assert row in ROWS, f"row {row} is booked in the ledger or computed"
    refuse_odd_date(work, fund_id, effective_date, correction_reason)
    recorded = [
        work.add(
            MemoRow(
                partner_id=partner_id,
                sheet_row=row,
                amount_fen=fen,
                effective_date=effective_date,
                recorded_at=work.recorded_at,
                recorded_by=actor.id,
                memo=memo,
                source=source,
                is_demo=is_demo,
            )
        )
        for partner_id, fen in parts
        if fen
    ]
    total_fen = sum(fen for _, fen in parts)
    after = {"row": row, "effective_date": effective_date, "total_fen": total_fen, "memo": memo}
    audit.write(work, actor, "memo_row:record", "fund", fund_id, after=after)
    return recorded


def reverse(
    work: Work, actor: Actor, memo_id: str, *, reason: str, correction_reason: str | None = None
) -> None:
    """Undo what was recorded in error, with all that was recorded in the same stroke."""
    actor.must(Duty.EDIT_FUNDS)
    original = work.session.get(MemoRow, memo_id)
    if original is None:
        raise NotFoundError
    if not reason.strip():
        raise DomainError("A reversal needs its reason.", "Say in one sentence what was wrong.")
    undone = sa.select(col(MemoRow.supersedes)).where(col(MemoRow.supersedes).is_not(None))
    fund_id = str(
        work.scalar(sa.select(col(Partner.fund_id)).where(col(Partner.id) == original.partner_id))
    )
    of_fund = sa.select(col(Partner.id)).where(col(Partner.fund_id) == fund_id)
    together = list(
        work.session.execute(
            sa.select(MemoRow).where(
                col(MemoRow.partner_id).in_(of_fund),
                col(MemoRow.sheet_row) == original.sheet_row,
                col(MemoRow.recorded_at) == original.recorded_at,
                col(MemoRow.effective_date) == original.effective_date,
                col(MemoRow.memo) == original.memo,
                col(MemoRow.source) == original.source,
                col(MemoRow.supersedes).is_(None),
                col(MemoRow.id).not_in(undone),
            )
        ).scalars()
    )
    if memo_id not in {one.id for one in together}:
        raise DomainError(
            "This entry was reversed already.", "Nothing is left to do; reload the page."
        )
    refuse_odd_date(work, fund_id, original.effective_date, correction_reason)
    for one in together:
        work.add(
            MemoRow(
                partner_id=one.partner_id,
                sheet_row=one.sheet_row,
                amount_fen=-one.amount_fen,
                effective_date=one.effective_date,
                recorded_at=work.recorded_at,
                recorded_by=actor.id,
                memo=reason,
                source=one.source,
                supersedes=one.id,
                is_demo=one.is_demo,
            )
        )
    after = {"row": original.sheet_row, "reason": reason}
    audit.write(work, actor, "memo_row:reverse", "fund", fund_id, after=after)


# ---- reads
def sums(work: Work, moment: Moment, fund_id: str) -> dict[str, dict[int, int]]:
    """Return {partner: {row: fen}} of what each row stands at, at the close of the moment's day."""
    statement = (
        sa.select(
            col(MemoRow.partner_id), col(MemoRow.sheet_row), sa.func.sum(col(MemoRow.amount_fen))
        )
        .join(Partner, col(Partner.id) == col(MemoRow.partner_id))
        .where(col(Partner.fund_id) == fund_id, holds(moment))
        .group_by(col(MemoRow.partner_id), col(MemoRow.sheet_row))
    )
    found: dict[str, dict[int, int]] = {}
    for partner_id, row, fen in work.rows(statement):
        found.setdefault(partner_id, {})[row] = int(fen)
    return found


def holds(moment: Moment) -> sa.ColumnElement[bool]:
    """Return the condition on `memo_row` that a moment stands for."""
    held = (col(MemoRow.effective_date) <= moment.as_of) & moment.knew(col(MemoRow.recorded_at))
    return held if moment.with_demo else held & col(MemoRow.is_demo).is_(False)


def standing(work: Work, moment: Moment, fund_id: str, rows: Collection[int]) -> list[MemoRow]:
    """Return what was recorded on these rows and not reversed, oldest first."""
    undone = sa.select(col(MemoRow.supersedes)).where(
        col(MemoRow.supersedes).is_not(None), holds(moment)
    )
    return list(
        work.session.execute(
            sa.select(MemoRow)
            .join(Partner, col(Partner.id) == col(MemoRow.partner_id))
            .where(
                col(Partner.fund_id) == fund_id,
                col(MemoRow.sheet_row).in_(rows),
                holds(moment),
                col(MemoRow.supersedes).is_(None),
                col(MemoRow.id).not_in(undone),
            )
            .order_by(col(MemoRow.effective_date), col(MemoRow.sheet_row), col(MemoRow.id))
        ).scalars()
    )
