"""The ledger: balanced, sealed, append-only transactions. Every amount of money is one of them.

Two times: `effective_date` (when it counts) and `seq` (when we knew; `recorded_at` is its clock).
Any balance can be read as of a date and as known at a moment. Nothing is changed: an error is
answered by a reversing transaction, and a book that follows another reverses with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import commitments
from portfolio.accounts import AccountCode, Line
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, new_id, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.locks import refuse_odd_date
from portfolio.postings import Posting, balanced, merged, mirrored


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Which books are meant: counting to the close of `as_of`, knowing up to `known_seq`.

    known_at  the moment that number stands for: rows without a number of their own go by it
    """

    as_of: date
    known_seq: int | None = None
    known_at: datetime | None = None
    with_demo: bool = True

    def holds(self) -> sa.ColumnElement[bool]:
        """Return the condition on `ledger_transaction` that this moment stands for."""
        held = col(LedgerTransaction.effective_date) <= self.as_of
        if self.known_seq is not None:
            held = held & (col(LedgerTransaction.seq) <= self.known_seq)
        return held if self.with_demo else held & col(LedgerTransaction.is_demo).is_(False)

    def knew(self, recorded_at: Any) -> sa.ColumnElement[bool]:
        """Return the condition that a row without a number of its own was known.

        Where only a number is given, a row counts that was recorded no later than the first
        transaction which is not known: nobody can say any more on which side of it the row stood.
        """
        if self.known_at is not None:
            return sa.and_(recorded_at <= self.known_at)
        if self.known_seq is None:
            return sa.true()
        following = sa.select(col(LedgerTransaction.recorded_at)).where(
            col(LedgerTransaction.seq) == self.known_seq + 1
        )
        after = following.scalar_subquery()
        return sa.or_(after.is_(None), recorded_at <= after)


# ---- rows
class LedgerTransaction(Row, table=True):
    """The header, written last: it counts its postings and so seals them."""

    __tablename__ = "ledger_transaction"
    __table_args__ = strict(
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("supersedes"),
        sa.CheckConstraint("lines >= 2", name="two_lines"),
        sa.Index("ix_ledger_transaction_fund_date", "fund_id", "effective_date"),
        sa.Index("ix_ledger_transaction_subject", "subject_id"),
    )

    seq: int = Field(sa_type=sa.BigInteger)
    fund_id: str = Field(foreign_key="fund.id", sa_type=Id)
    tag: str
    subject_id: str = Field(sa_type=Id)
    effective_date: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    lines: int
    memo: str = ""
    supersedes: str | None = Field(default=None, foreign_key="ledger_transaction.id", sa_type=Id)
    cause_id: str | None = Field(
        default=None, foreign_key="ledger_transaction.id", sa_type=Id, index=True
    )
    correction_reason: str | None = None  # set when it was booked into a locked period
    run_id: str | None = Field(default=None, sa_type=Id)  # the form behind it (idempotency key)
    body_sha256: str | None = None
    is_demo: bool = False


class LedgerPosting(Row, table=True):
    """One line; its transaction is checked at commit, since the header comes after it."""

    __tablename__ = "ledger_posting"
    __table_args__ = strict(
        sa.CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        sa.CheckConstraint(
            "(account = 'partners_capital') = (partner_id IS NOT NULL AND line IS NOT NULL)",
            name="capital_names_partner_and_line",
        ),
        sa.Index("ix_ledger_posting_fund_account", "fund_id", "account"),
    )

    transaction_id: str = Field(
        sa_column=sa.Column(
            Id,
            sa.ForeignKey("ledger_transaction.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            index=True,
        )
    )
    fund_id: str = Field(foreign_key="fund.id", sa_type=Id)
    account: str
    amount_fen: int = Field(sa_type=Fen)
    partner_id: str | None = Field(default=None, foreign_key="partner.id", sa_type=Id, index=True)
    line: int | None = None
    investment_id: str | None = Field(
        default=None, foreign_key="investment.id", sa_type=Id, index=True
    )
    purpose: str = ""


# ---- commands
def post(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    tag: str,
    subject_id: str,
    effective_date: date,
    postings: Sequence[Posting],
    memo: str = "",
    supersedes: str | None = None,
    cause_id: str | None = None,
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> LedgerTransaction:
    """Post one balanced transaction, and its echo in the books of every fund that is a partner.

    errors  a date in a locked quarter without a correction's reason; cash below zero on any day
    """
    postings = [posting for posting in postings if posting.amount_fen]
    balanced(postings)
    refuse_odd_date(work, fund_id, effective_date, correction_reason)
    run = work.facts.get("run")
    header = LedgerTransaction(
        seq=last_seq(work) + 1,
        fund_id=fund_id,
        tag=tag,
        subject_id=subject_id,
        effective_date=effective_date,
        recorded_at=work.recorded_at,
        recorded_by=actor.id,
        lines=len(postings),
        memo=memo,
        supersedes=supersedes,
        cause_id=cause_id,
        correction_reason=correction_reason,
        run_id=run[0] if run else None,
        body_sha256=run[1] if run else None,
        is_demo=is_demo,
    )
    work.session.execute(
        sa.insert(LedgerPosting),
        [
            {
                "id": new_id(),
                "transaction_id": header.id,
                "fund_id": fund_id,
                "account": posting.account.value,
                "amount_fen": posting.amount_fen,
                "partner_id": posting.partner_id,
                "line": int(posting.line) if posting.line else None,
                "investment_id": posting.investment_id,
                "purpose": posting.purpose,
            }
            for posting in postings
        ],
    )
    work.add(header)
    if any(p.account is AccountCode.CASH and p.amount_fen < 0 for p in postings):
        refuse_overdraft(work, fund_id, since=effective_date)
    after = {"seq": header.seq, "effective_date": effective_date, "memo": memo}
    audit.write(work, actor, f"ledger:{tag}", "transaction", header.id, after=after)
    if supersedes is None:
        _follow(work, actor, header, postings)
    return header


def _follow(
    work: Work, actor: Actor, header: LedgerTransaction, postings: Sequence[Posting]
) -> None:
    named = {posting.partner_id for posting in postings if posting.partner_id}
    followers = work.rows(
        sa.select(
            col(commitments.Partner.id),
            col(commitments.Partner.investor_fund_id),
            col(commitments.Partner.holding_id),
        ).where(
            col(commitments.Partner.id).in_(named),
            col(commitments.Partner.investor_fund_id).is_not(None),
        )
    )
    for partner_id, investor_fund_id, holding_id in followers:
        by = commitments.shares(work, investor_fund_id, on=header.effective_date)
        echo = merged(
            echoed
            for posting in postings
            if posting.partner_id == partner_id
            for echoed in mirrored(posting, holding_id=holding_id, by=by)
        )
        if not echo:  # moved between lines of the account, which is worth what it was
            continue
        post(
            work,
            actor,
            fund_id=investor_fund_id,
            tag=header.tag,
            subject_id=header.subject_id,
            effective_date=header.effective_date,
            postings=echo,
            memo=header.memo,
            cause_id=header.id,
            correction_reason=header.correction_reason,
            is_demo=header.is_demo,
        )


def reverse(
    work: Work,
    actor: Actor,
    transaction_id: str,
    *,
    reason: str,
    effective_date: date | None = None,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Undo a transaction by its mirror image, and with it every book that followed it.

    The command that owns the noun has checked the duty. Default date: that of the original, so
    the figures of that day are as if it had never been booked.
    """
    original = work.session.get(LedgerTransaction, transaction_id)
    if original is None:
        raise NotFoundError
    if not reason.strip():
        raise DomainError("A reversal needs its reason.", "Say in one sentence what was wrong.")
    if original.supersedes is not None or reversal_of(work, transaction_id) is not None:
        raise DomainError(
            "This transaction was reversed already.", "Nothing is left to do; reload the page."
        )
    undone = post(
        work,
        actor,
        fund_id=original.fund_id,
        tag=f"{original.tag}:reverse",
        subject_id=original.subject_id,
        effective_date=effective_date or original.effective_date,
        postings=[replace(p, amount_fen=-p.amount_fen) for p in postings_of(work, original.id)],
        memo=reason,
        supersedes=original.id,
        correction_reason=correction_reason,
        is_demo=original.is_demo,
    )
    followers = work.rows(
        sa.select(col(LedgerTransaction.id)).where(col(LedgerTransaction.cause_id) == original.id)
    )
    for (follower_id,) in followers:
        reverse(
            work,
            actor,
            follower_id,
            reason=reason,
            effective_date=effective_date,
            correction_reason=correction_reason,
        )
    return undone


# ---- reads
def last_seq(work: Work) -> int:
    """Return the number of the newest transaction, 0 in empty books."""
    return int(work.scalar(sa.select(sa.func.coalesce(sa.func.max(LedgerTransaction.seq), 0))))


def postings_of(work: Work, transaction_id: str) -> list[Posting]:
    """Return the lines of a transaction in the order they were written."""
    rows = work.session.execute(
        sa.select(LedgerPosting)
        .where(col(LedgerPosting.transaction_id) == transaction_id)
        .order_by(col(LedgerPosting.id))
    ).scalars()
    return [
        Posting(
            account=AccountCode(row.account),
            amount_fen=row.amount_fen,
            partner_id=row.partner_id,
            line=Line(row.line) if row.line else None,
            investment_id=row.investment_id,
            purpose=row.purpose,
        )
        for row in rows
    ]


def reversal_of(work: Work, transaction_id: str) -> str | None:
    """Return the id of the transaction that reversed this one, if any."""
    found: str | None = work.scalar(
        sa.select(col(LedgerTransaction.id)).where(
            col(LedgerTransaction.supersedes) == transaction_id
        )
    )
    return found


def entries(*columns: Any) -> sa.Select[Any]:
    """Return a select over postings joined to their headers, for views of any shape."""
    return (
        sa.select(*columns)
        .select_from(LedgerPosting)
        .join(LedgerTransaction, col(LedgerTransaction.id) == col(LedgerPosting.transaction_id))
    )


def balance_fen(
    work: Work, moment: Moment, account: AccountCode, *, fund_id: str, **where: Any
) -> int:
    """Return the balance of one account (debit positive); `where` narrows it by posting column."""
    statement = entries(sa.func.coalesce(sa.func.sum(col(LedgerPosting.amount_fen)), 0)).where(
        col(LedgerPosting.fund_id) == fund_id,
        col(LedgerPosting.account) == account.value,
        moment.holds(),
        *(getattr(LedgerPosting, name) == value for name, value in where.items()),
    )
    return int(work.scalar(statement))


def balances(work: Work, moment: Moment, *, fund_id: str) -> dict[AccountCode, int]:
    """Return every account's balance of one fund in fen, debit positive."""
    found = {
        AccountCode(account): int(total)
        for account, total in work.rows(
            entries(col(LedgerPosting.account), sa.func.sum(col(LedgerPosting.amount_fen)))
            .where(col(LedgerPosting.fund_id) == fund_id, moment.holds())
            .group_by(col(LedgerPosting.account))
        )
    }
    return {account: found.get(account, 0) for account in AccountCode}


def capital_by_line(
    work: Work, moment: Moment, *, fund_id: str, since: date | None = None
) -> dict[tuple[str, int], int]:
    """Return {(partner, line): fen}, credit positive as on the statement, for (since, as_of]."""
    statement = (
        entries(
            col(LedgerPosting.partner_id),
            col(LedgerPosting.line),
            -sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            moment.holds(),
        )
        .group_by(col(LedgerPosting.partner_id), col(LedgerPosting.line))
    )
    if since is not None:
        statement = statement.where(col(LedgerTransaction.effective_date) > since)
    return {(partner, line): int(total) for partner, line, total in work.rows(statement)}


# ---- refusals
def refuse_overdraft(work: Work, fund_id: str, *, since: date) -> None:
    """Refuse a payment that leaves less than nothing in the bank on its day or any day after."""
    running, day = 0, since
    movements = work.rows(
        entries(col(LedgerTransaction.effective_date), sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.CASH.value,
        )
        .group_by(col(LedgerTransaction.effective_date))
        .order_by(col(LedgerTransaction.effective_date))
    )
    for day, amount_fen in movements:
        running += int(amount_fen)
        if running < 0 and day >= since:
            raise DomainError(
                "This payment leaves the fund {short} short of cash on {day}.",
                "Lower it, date it later, or call capital first.",
                short=Yuan(-running),
                day=day,
            )
