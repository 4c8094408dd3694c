"""Every entry of a fund's books with its two times, its lines and what it undoes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from portfolio.accounts import AccountCode
from portfolio.commitments import Partner
from portfolio.investments import Investment
from portfolio.kernel.actors import SYSTEM, Account, Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from portfolio.ledger import LedgerPosting, LedgerTransaction
from web.formats import Reader
from web.templating import Page
from web.views.fund_words import (
    ACCOUNTS,
    REVERSAL,
    entry_name,
    line_name,
)
from web.views.funds import Head, Opened, Tab, head_of
from web.views.holdings import named
from web.views.reversals import REVERSIBLE

ENTRIES_A_PAGE = 50


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRow:
    """One line of an entry."""

    account: Message
    detail: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One entry of the ledger with its two times and what it undoes or is undone by."""

    id: str
    seq: int
    name: Message
    memo: str
    effective_date: date
    recorded_at: datetime
    recorded_by: str
    size_fen: int
    cash_fen: int
    postings: tuple[PostingRow, ...]
    undoes_seq: int | None
    undone_by_seq: int | None
    follows_seq: int | None
    correction_reason: str
    may_reverse: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """The tab of entries, newest first."""

    template: ClassVar[str] = "funds/ledger.html"
    head: Head
    tab: Tab
    rows: tuple[EntryRow, ...]
    newer: str
    older: str
    has_demo: bool


# ---- reads
def ledger_page(
    work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened, *, before: int | None
) -> LedgerPage:
    """Return a page of entries below number `before`, newest first, each with its lines."""
    head = head_of(reader, actor, page, opened)
    statement = (
        sa.select(LedgerTransaction)
        .where(col(LedgerTransaction.fund_id) == opened.fund.id, opened.moment.holds())
        .order_by(col(LedgerTransaction.seq).desc())
        .limit(ENTRIES_A_PAGE + 1)
    )
    if before is not None:
        statement = statement.where(col(LedgerTransaction.seq) < before)
    found = list(work.session.execute(statement).scalars())
    shown = found[:ENTRIES_A_PAGE]
    rows = entry_rows(work, reader, shown, may_edit=head.may_edit)
    return LedgerPage(
        head=head,
        tab="ledger",
        rows=rows,
        newer=page.with_query(before=None) if before is not None else "",
        older=page.with_query(before=str(shown[-1].seq)) if len(found) > ENTRIES_A_PAGE else "",
        has_demo=any(row.is_demo for row in rows),
    )


def entry_rows(
    work: Work, reader: Reader, shown: Sequence[LedgerTransaction], *, may_edit: bool
) -> tuple[EntryRow, ...]:
    """Return entries with their lines, their people and the entries they belong to."""
    ids = [entry.id for entry in shown]
    lines = postings_of(work, reader, ids)
    near = {entry.supersedes or entry.cause_id for entry in shown}
    seqs = dict(
        work.rows(
            sa.select(col(LedgerTransaction.id), col(LedgerTransaction.seq)).where(
                col(LedgerTransaction.id).in_([one for one in near if one])
            )
        )
    )
    undone = dict(
        work.rows(
            sa.select(col(LedgerTransaction.supersedes), col(LedgerTransaction.seq)).where(
                col(LedgerTransaction.supersedes).in_(ids)
            )
        )
    )
    people = _people(work, {entry.recorded_by for entry in shown})
    return tuple(
        EntryRow(
            id=entry.id,
            seq=entry.seq,
            name=entry_name(entry.tag),
            memo=entry.memo,
            effective_date=entry.effective_date,
            recorded_at=entry.recorded_at,
            recorded_by=people.get(entry.recorded_by, ""),
            size_fen=sum(one.amount_fen for one in lines[entry.id] if one.amount_fen > 0),
            cash_fen=sum(
                one.amount_fen
                for one in lines[entry.id]
                if one.account is ACCOUNTS[AccountCode.CASH]
            ),
            postings=tuple(lines[entry.id]),
            undoes_seq=seqs.get(entry.supersedes or ""),
            undone_by_seq=undone.get(entry.id),
            follows_seq=seqs.get(entry.cause_id or ""),
            correction_reason=entry.correction_reason or "",
            may_reverse=may_edit
            and entry.tag in REVERSIBLE
            and not entry.tag.endswith(REVERSAL)
            and entry.cause_id is None
            and entry.id not in undone,
            is_demo=entry.is_demo,
        )
        for entry in shown
    )


def postings_of(
    work: Work, reader: Reader, transaction_ids: Sequence[str]
) -> dict[str, list[PostingRow]]:
    """Return {entry: its lines}, each with the partner, the row of the sheet or the holding."""
    found: dict[str, list[PostingRow]] = {one: [] for one in transaction_ids}
    for posting, partner, holding in work.rows(
        sa.select(LedgerPosting, Partner, Investment)
        .outerjoin(Partner, col(Partner.id) == col(LedgerPosting.partner_id))
        .outerjoin(Investment, col(Investment.id) == col(LedgerPosting.investment_id))
        .where(col(LedgerPosting.transaction_id).in_(transaction_ids))
        .order_by(col(LedgerPosting.id))
    ):
        parts = (
            named(reader, partner.name, partner.name_en) if partner else "",
            reader.say(line_name(posting.line)) if posting.line else "",
            named(reader, holding.name, holding.name_en) if holding else "",
        )
        found[posting.transaction_id].append(
            PostingRow(
                account=ACCOUNTS[AccountCode(posting.account)],
                detail=" · ".join(filter(None, parts)),
                amount_fen=posting.amount_fen,
            )
        )
    return found


def _people(work: Work, ids: set[str]) -> dict[str, str]:
    rows = work.rows(sa.select(col(Account.id), col(Account.name)).where(col(Account.id).in_(ids)))
    return {SYSTEM.id: SYSTEM.name, **dict(rows)}
