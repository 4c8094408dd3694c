"""Calls: a fund asks all its partners for money at once, and each pays its own part.

Top to bottom: facts, rules, rows, commands, reads. What has arrived is read from the ledger, so a
receipt that was reversed is outstanding again without a word being changed here. The commands
that book what arrives are in receipts.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import call_types, capital, commitments, funds, ledger, memo_rows, moved, unfunded
from portfolio.accounts import Line
from portfolio.call_types import OUTSIDE, CallPart, Parts, Purpose
from portfolio.commitments import Commitment, Partner, Share
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.memo_rows import MemoRow

__all__ = ("Purpose",)  # so that a caller names calls.Purpose
TAG = "portfolio:call:receive"
EVER = Moment(as_of=date.max)  # what arrived has arrived, whatever day it was booked for


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class LinePosition:
    """What one partner was asked for, and what has arrived by the moment asked about."""

    id: str
    call_id: str
    partner_id: str
    code: str
    name: str
    name_en: str
    amount_fen: int
    received_fen: int
    parts: Parts  # {type: fen}, adding up to the amount

    @property
    def outstanding_fen(self) -> int:
        """What is still to come."""
        return self.amount_fen - self.received_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPosition:
    """One call with the lines the reader may see; `total_fen` is the whole call's."""

    id: str
    number: int
    called_on: date
    due_on: date
    purpose: Purpose
    total_fen: int
    lines: tuple[LinePosition, ...]
    is_demo: bool

    @property
    def parts(self) -> Parts:
        """What the lines shown are asked for, by type."""
        asked = {p for line in self.lines for p in line.parts}
        return {
            purpose: sum(line.parts.get(purpose, 0) for line in self.lines)
            for purpose in Purpose
            if purpose in asked
        }

    @property
    def received_fen(self) -> int:
        """What has arrived on the lines shown."""
        return sum(line.received_fen for line in self.lines)

    @property
    def outstanding_fen(self) -> int:
        """What is still to come on the lines shown."""
        return sum(line.outstanding_fen for line in self.lines)

    def is_overdue(self, as_of: date) -> bool:
        """Say whether money is missing after the due date."""
        return self.outstanding_fen > 0 and as_of > self.due_on


# ---- rules
def split(total_fen: int, by: Sequence[Share]) -> dict[str, int]:
    """Return {partner: fen} by commitment to the fen; a partner whose part is nothing is left out.

    errors  nothing or less is asked; nobody has committed
    """
    asked = call_types.split_by_type({Purpose.INVESTMENTS: total_fen}, by)
    return {partner_id: sum(parts.values()) for partner_id, parts in asked.items()}


# ---- rows
class CapitalCall(Row, table=True):
    """A demand on all partners; its lines add up to its total."""

    __tablename__ = "capital_call"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "number"),
        sa.CheckConstraint("total_fen > 0", name="total_positive"),
        sa.CheckConstraint("due_on >= called_on", name="due_after_called"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    number: int
    called_on: date
    due_on: date
    total_fen: int = Field(sa_type=Fen)
    purpose: str = Field(sa_type=one_of(*call_types.HEADINGS))  # of its largest part
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class CallLine(Row, table=True):
    """One partner's part of a call."""

    __tablename__ = "call_line"
    __table_args__ = strict(
        sa.UniqueConstraint("call_id", "partner_id"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    call_id: str = Field(foreign_key="capital_call.id", sa_type=Id, index=True)
    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    amount_fen: int = Field(sa_type=Fen)
    is_demo: bool = False


class Receipt(Row, table=True):
    """Money that arrived for a line; it counts while its transaction is not reversed."""

    __tablename__ = "receipt"
    __table_args__ = strict(
        sa.UniqueConstraint("transaction_id"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    call_line_id: str = Field(foreign_key="call_line.id", sa_type=Id, index=True)
    received_on: date
    amount_fen: int = Field(sa_type=Fen)
    transaction_id: str = Field(foreign_key="ledger_transaction.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def preview(work: Work, fund_id: str, total_fen: int, on: date) -> list[tuple[Partner, int]]:
    """Return what each partner would be asked for, in fen; nothing is written."""
    parts = split(total_fen, commitments.shares(work, fund_id, on=on))
    return [(commitments.partner(work, partner_id), fen) for partner_id, fen in parts.items()]


def call(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    called_on: date,
    due_on: date,
    total_fen: int = 0,
    purpose: Purpose = Purpose.INVESTMENTS,
    parts: Parts | None = None,
    short_notice: str = "",
    is_demo: bool = False,
) -> CapitalCall:
    """Ask all partners for money, each by its commitment. The books move when it arrives.

    parts         {type: fen} of a call of several purposes, else `total_fen` of one `purpose`
    short_notice  what allows less than ten workdays, for the audit trail
    errors        nothing asked; due before it is called; more than is unfunded and not yet called
    """
    actor.must(Duty.CALL_CAPITAL)
    fund = funds.get(work, actor, fund_id)
    if due_on < called_on:
        raise DomainError(
            "The call is due on {due}, before it is made on {called}.",
            "Set the due date after the day of the call.",
            due=due_on,
            called=called_on,
        )
    parts = {purpose: total_fen} if parts is None else parts
    asked = call_types.split_by_type(parts, commitments.shares(work, fund_id, on=called_on))
    _refuse_over_call(work, fund_id, {p: inside(of) for p, of in asked.items()}, called_on)
    total_fen = sum(parts.values())
    newest = sa.func.coalesce(sa.func.max(col(CapitalCall.number)), 0)
    row = work.add(
        CapitalCall(
            fund_id=fund_id,
            number=work.scalar(sa.select(newest).where(col(CapitalCall.fund_id) == fund_id)) + 1,
            called_on=called_on,
            due_on=due_on,
            total_fen=total_fen,
            purpose=max(parts, key=lambda kind: parts[kind]).heading.value,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo or fund.is_demo,
        )
    )
    for partner_id, of in asked.items():
        fen = sum(of.values())
        line = work.add(
            CallLine(call_id=row.id, partner_id=partner_id, amount_fen=fen, is_demo=row.is_demo)
        )
        for kind, part in of.items() if list(of) != [row.purpose] else ():
            work.add(
                CallPart(
                    call_line_id=line.id, purpose=kind.value, amount_fen=part, is_demo=row.is_demo
                )
            )
    after = {"number": row.number, "total_fen": total_fen, "due_on": due_on, "parts": dict(parts)}
    after |= {"short_notice": short_notice} if short_notice else {}
    audit.write(work, actor, "call:make", "call", row.id, after=after)
    return row


def inside(parts: Parts) -> int:
    """Return what of the parts the commitment pays, in fen."""
    return sum(fen for purpose, fen in parts.items() if not purpose.is_outside)


def _refuse_over_call(work: Work, fund_id: str, parts: dict[str, int], called_on: date) -> None:
    room = headroom(work, fund_id, since=called_on)
    asked, left = sum(parts.values()), sum(room.values())
    if asked > left:
        raise DomainError(
            "This call asks for {asked}; {unfunded} is unfunded and not yet called.",
            "Lower it, or first record the recallable distribution.",
            asked=Yuan(asked),
            unfunded=Yuan(left),
        )
    for partner_id, fen in parts.items():
        if fen > room[partner_id]:
            raise DomainError(
                "This call asks {partner} for {asked}; {unfunded} of its commitment is unfunded "
                "and not yet called.",
                "Lower the call, or first record the recallable distribution.",
                partner=commitments.partner(work, partner_id).name,
                asked=Yuan(fen),
                unfunded=Yuan(room[partner_id]),
            )


# ---- reads
def calls(
    work: Work,
    moment: Moment,
    fund_id: str,
    actor: Actor | None = None,
    *,
    with_demo: bool = True,
) -> list[CallPosition]:
    """Return the calls made by the moment, oldest first; an LP sees its own lines only."""
    statement = (
        sa.select(CapitalCall)
        .where(
            col(CapitalCall.fund_id) == fund_id,
            col(CapitalCall.called_on) <= moment.as_of,
            capital.known(moment, col(CapitalCall.recorded_at)),
        )
        .order_by(col(CapitalCall.number))
    )
    if not (with_demo and moment.with_demo):
        statement = statement.where(col(CapitalCall.is_demo).is_(False))
    made = list(work.session.execute(statement).scalars())
    asked: sa.ColumnElement[bool] = col(CallLine.call_id).in_([row.id for row in made])
    if actor is not None:
        asked &= col(CallLine.partner_id).in_(funds.visible_partners(actor, fund_id))
    by_call: dict[str, list[LinePosition]] = {}
    for line in lines(work, moment, asked):
        by_call.setdefault(line.call_id, []).append(line)
    return [
        CallPosition(
            id=row.id,
            number=row.number,
            called_on=row.called_on,
            due_on=row.due_on,
            purpose=Purpose(row.purpose),
            total_fen=row.total_fen,
            lines=tuple(by_call.get(row.id, ())),
            is_demo=row.is_demo,
        )
        for row in made
    ]


def headroom(work: Work, fund_id: str, *, since: date) -> dict[str, int]:
    """Return {partner: fen} of what may still be called, on `since` and on every day after it.

    Commitment plus recallable distributions less all that was called, paid or not: unfunded less
    outstanding. The least over the days counts, since a call dated back must leave room for
    those that follow it.
    """
    promised = sa.select(
        col(Commitment.partner_id), col(Commitment.effective_date), col(Commitment.amount_fen)
    ).join(Partner, col(Partner.id) == col(Commitment.partner_id))
    called = (
        sa.select(col(CallLine.partner_id), col(CapitalCall.called_on), -col(CallLine.amount_fen))
        .join(CapitalCall, col(CapitalCall.id) == col(CallLine.call_id))
        .where(col(CapitalCall.fund_id) == fund_id)
    )
    outside = (
        sa.select(col(CallLine.partner_id), col(CapitalCall.called_on), col(CallPart.amount_fen))
        .join(CapitalCall, col(CapitalCall.id) == col(CallLine.call_id))
        .join(CallPart, col(CallPart.call_line_id) == col(CallLine.id))
        .where(col(CapitalCall.fund_id) == fund_id, col(CallPart.purpose).startswith(OUTSIDE))
    )
    booked = ledger.entries(
        col(LedgerPosting.partner_id),
        col(LedgerTransaction.effective_date),
        col(LedgerPosting.amount_fen),
    ).where(col(LedgerPosting.fund_id) == fund_id)
    back = booked.where(
        col(LedgerPosting.line) == int(Line.DISTRIBUTIONS),
        col(LedgerPosting.purpose).startswith(unfunded.RECALLABLE),
    )
    uncalled = booked.where(  # paid in without a call: taken over from older books
        col(LedgerPosting.line) == int(Line.CONTRIBUTIONS),
        col(LedgerTransaction.tag).not_in((TAG, f"{TAG}:reverse")),
        sa.not_(col(LedgerPosting.purpose).startswith(OUTSIDE)),
    )
    over = booked.where(  # what a transfer carried over counts for the account that has it now
        col(LedgerPosting.line) == int(Line.PARTNER_TRANSFERS),
        col(LedgerPosting.purpose).in_(moved.OF_UNFUNDED),
    )
    adjusted = (
        sa.select(col(MemoRow.partner_id), col(MemoRow.effective_date), col(MemoRow.amount_fen))
        .join(Partner, col(Partner.id) == col(MemoRow.partner_id))
        .where(col(Partner.fund_id) == fund_id, col(MemoRow.sheet_row).in_(memo_rows.UNFUNDED_ROWS))
    )
    promised = promised.where(col(Partner.fund_id) == fund_id)
    changes: dict[str, dict[date, int]] = {}
    for statement in (promised, called, outside, back, uncalled, adjusted, over):
        for partner_id, on, fen in work.rows(statement):
            days = changes.setdefault(partner_id, {since: 0})
            days[on] = days.get(on, 0) + int(fen)
    return {partner_id: unfunded.least(days, since=since) for partner_id, days in changes.items()}


def lines(work: Work, moment: Moment, asked: sa.ColumnElement[bool]) -> list[LinePosition]:
    """Return the lines asked for, with what has arrived of each by the moment."""
    rows = work.rows(
        sa.select(CallLine, Partner, col(CapitalCall.purpose))
        .join(Partner, col(Partner.id) == col(CallLine.partner_id))
        .join(CapitalCall, col(CapitalCall.id) == col(CallLine.call_id))
        .where(asked)
        .order_by(col(Partner.id))
    )
    ids = [line.id for line, _, _ in rows]
    arrived, parts = received(work, moment, ids), call_types.of_lines(work, ids)
    return [
        LinePosition(
            id=line.id,
            call_id=line.call_id,
            partner_id=partner.id,
            code=partner.code,
            name=partner.name,
            name_en=partner.name_en,
            amount_fen=line.amount_fen,
            received_fen=arrived.get(line.id, 0),
            parts=parts.get(line.id) or {Purpose(heading): line.amount_fen},
        )
        for line, partner, heading in rows
    ]


def received(work: Work, moment: Moment, call_line_ids: Sequence[str]) -> dict[str, int]:
    """Return {line: fen} that arrived; a reversal takes back what its original brought."""
    signed = sa.case(
        (col(LedgerTransaction.supersedes).is_(None), col(Receipt.amount_fen)),
        else_=-col(Receipt.amount_fen),
    )
    rows = work.rows(
        sa.select(col(Receipt.call_line_id), sa.func.sum(signed))
        .join(
            LedgerTransaction,
            (col(LedgerTransaction.id) == col(Receipt.transaction_id))
            | (col(LedgerTransaction.supersedes) == col(Receipt.transaction_id)),
        )
        .where(col(Receipt.call_line_id).in_(call_line_ids), moment.holds())
        .group_by(col(Receipt.call_line_id))
    )
    return {line_id: int(fen) for line_id, fen in rows}
