"""The journal: every entry of a fund's books with its lines, in the words of another program.

It is what an export is written from: codes in the place of ids, so that another administrator, an
auditor or an ERP can read it without our database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from portfolio import ledger
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Partner
from portfolio.investments import Investment
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from valuation.periods import Quarter


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """One posting, debit positive; codes are unique within the fund, empty where not named."""

    account: AccountCode
    amount_fen: int
    partner_code: str
    partner_name: str
    line: Line | None
    holding_code: str
    holding_name: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One transaction with its two times and the entries it undoes or follows."""

    seq: int
    effective_date: date
    recorded_at: datetime
    tag: str
    memo: str
    undoes_seq: int | None
    follows_seq: int | None  # the entry in another fund's books that this one echoes
    correction_reason: str
    is_demo: bool
    lines: tuple[JournalLine, ...]


# ---- rules
def quarter_ends(days: Iterable[date]) -> list[date]:
    """Return the last day of every quarter from the first of these days to the last of them."""
    found = sorted(set(days))
    if not found:
        return []
    quarter, ends = Quarter.containing(found[0]), []
    while quarter.start <= found[-1]:
        ends.append(quarter.end)
        quarter = quarter.next
    return ends


# ---- reads
def entries(work: Work, moment: Moment, fund_id: str) -> list[JournalEntry]:
    """Return a fund's entries by date and number, each with its lines in a settled order.

    The caller has made sure that the reader may see the whole of the fund.
    """
    undone, cause = aliased(LedgerTransaction), aliased(LedgerTransaction)
    headers = work.rows(
        sa.select(LedgerTransaction, col(undone.seq), col(cause.seq))
        .outerjoin(undone, col(undone.id) == col(LedgerTransaction.supersedes))
        .outerjoin(cause, col(cause.id) == col(LedgerTransaction.cause_id))
        .where(col(LedgerTransaction.fund_id) == fund_id, moment.holds())
        .order_by(col(LedgerTransaction.effective_date), col(LedgerTransaction.seq))
    )
    lines = _lines(work, moment, fund_id)
    return [
        JournalEntry(
            seq=header.seq,
            effective_date=header.effective_date,
            recorded_at=header.recorded_at,
            tag=header.tag,
            memo=header.memo,
            undoes_seq=undoes_seq,
            follows_seq=follows_seq,
            correction_reason=header.correction_reason or "",
            is_demo=header.is_demo,
            lines=tuple(lines[header.id]),
        )
        for header, undoes_seq, follows_seq in headers
    ]


def _lines(work: Work, moment: Moment, fund_id: str) -> dict[str, list[JournalLine]]:
    found: dict[str, list[JournalLine]] = {}
    rows = work.rows(
        ledger.entries(
            LedgerPosting,
            col(Partner.code),
            col(Partner.name),
            col(Investment.code),
            col(Investment.name),
        )
        .outerjoin(Partner, col(Partner.id) == col(LedgerPosting.partner_id))
        .outerjoin(Investment, col(Investment.id) == col(LedgerPosting.investment_id))
        .where(col(LedgerPosting.fund_id) == fund_id, moment.holds())
    )
    for posting, partner_code, partner_name, holding_code, holding_name in rows:
        found.setdefault(posting.transaction_id, []).append(
            JournalLine(
                account=AccountCode(posting.account),
                amount_fen=posting.amount_fen,
                partner_code=partner_code or "",
                partner_name=partner_name or "",
                line=Line(posting.line) if posting.line else None,
                holding_code=holding_code or "",
                holding_name=holding_name or "",
                purpose=posting.purpose,
            )
        )
    # the order of ids is that of writing; by content it is the same in every copy of the books
    for lines in found.values():
        lines.sort(key=_place)
    return found


def _place(line: JournalLine) -> tuple[int, str, str, int, str, int]:
    account = list(AccountCode).index(line.account)
    return (
        account,
        line.holding_code,
        line.partner_code,
        line.line or 0,
        line.purpose,
        line.amount_fen,
    )
