"""Marks: a dated opinion of what a holding is worth, prepared by one person, approved by another.

An approved mark moves the ledger: the change of the unrealised gain is allocated to the partners
on its date. A holding in a fund takes no mark; its value follows the capital account there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import commitments, investments, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.investments import Investment, InvestmentKind
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import Moment
from portfolio.postings import Posting, to_partners

TAG = "portfolio:mark:approve"
STALE_AFTER = timedelta(days=90)


# ---- facts
class Method(StrEnum):
    """The valuation techniques of the IPEV Guidelines (2022, section 3)."""

    RECENT_INVESTMENT = "recent_investment"  # calibrated to the price of a recent round
    MULTIPLES = "multiples"
    INDUSTRY_BENCHMARKS = "industry_benchmarks"
    QUOTED_PRICE = "quoted_price"
    DCF_BUSINESS = "dcf_business"
    DCF_INVESTMENT = "dcf_investment"
    NET_ASSETS = "net_assets"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkEntry:
    """One mark and what became of it."""

    mark_id: str
    investment_id: str
    as_of: date
    version: int  # a second opinion for the same day is version 2
    fair_value_fen: int
    method: Method
    inputs: Mapping[str, Any]
    calibration: str
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    transaction_id: str | None  # None too where the value did not move
    withdrawn_because: str | None
    is_demo: bool

    @property
    def is_in_force(self) -> bool:
        """Say whether the books follow it."""
        return self.approved_by is not None and self.withdrawn_because is None


# ---- rules
def is_stale(mark_as_of: date, as_of: date) -> bool:
    """Say whether a mark is too old to lean on: more than ninety days."""
    return as_of - mark_as_of > STALE_AFTER


# ---- rows
class Mark(Row, table=True):
    """An opinion as it was prepared. It is never edited: a new opinion is a new version."""

    __tablename__ = "mark"
    __table_args__ = strict(
        sa.UniqueConstraint("investment_id", "as_of", "version"),
        sa.UniqueConstraint("id", "prepared_by"),
        sa.CheckConstraint("fair_value_fen >= 0", name="fair_value_not_negative"),
    )

    investment_id: str = Field(foreign_key="investment.id", sa_type=Id, index=True)
    as_of: date
    version: int
    fair_value_fen: int = Field(sa_type=Fen)
    method: str = Field(sa_type=one_of(*Method))
    inputs: str  # JSON object
    calibration: str = ""
    prepared_by: str = Field(sa_type=Id)
    prepared_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


class MarkApproval(Row, table=True):
    """The second person's yes. The preparer stands here too, so that the CHECK can compare."""

    __tablename__ = "mark_approval"
    __table_args__ = strict(
        sa.UniqueConstraint("mark_id"),
        sa.ForeignKeyConstraint(["mark_id", "prepared_by"], ["mark.id", "mark.prepared_by"]),
        sa.CheckConstraint("approved_by <> prepared_by", name="two_persons"),
    )

    mark_id: str = Field(sa_type=Id)
    prepared_by: str = Field(sa_type=Id)
    approved_by: str = Field(sa_type=Id)
    approved_at: datetime = Field(sa_type=Instant)
    transaction_id: str | None = Field(
        default=None, foreign_key="ledger_transaction.id", sa_type=Id
    )
    known_seq: int = Field(sa_type=sa.BigInteger)  # the books' last number once it counted
    is_demo: bool = False


class MarkWithdrawal(Row, table=True):
    """An approved mark that turned out wrong; its transaction is reversed with it."""

    __tablename__ = "mark_withdrawal"
    __table_args__ = strict(
        sa.UniqueConstraint("mark_id"), sa.CheckConstraint("reason <> ''", name="reason_given")
    )

    mark_id: str = Field(foreign_key="mark.id", sa_type=Id)
    reason: str
    withdrawn_by: str = Field(sa_type=Id)
    withdrawn_at: datetime = Field(sa_type=Instant)
    known_seq: int = Field(sa_type=sa.BigInteger)
    is_demo: bool = False


# ---- commands
def prepare(
    work: Work,
    actor: Actor,
    *,
    investment_id: str,
    as_of: date,
    fair_value_fen: int,
    method: Method,
    inputs: Mapping[str, Any],
    calibration: str = "",
    is_demo: bool = False,
) -> Mark:
    """Put an opinion forward. The books do not move until another person approves it."""
    actor.must(Duty.PREPARE_MARKS)
    investment = _holding(work, investment_id)
    if fair_value_fen < 0:
        raise DomainError(
            "A holding is not worth less than nothing; this says {value}.",
            "Enter 0 where all is lost.",
            value=Yuan(fair_value_fen),
        )
    if not inputs:
        raise DomainError(
            "A valuation without its inputs cannot be checked.",
            "Enter what the method was given: price, multiple, discount, source.",
        )
    if method is Method.RECENT_INVESTMENT and not calibration.strip():
        raise DomainError(
            "The price of a recent investment is only an anchor: the calibration is missing.",
            "Say what has changed since that round, and what has not (IPEV 2025).",
        )
    cost_fen, _ = _carried(work, investment, as_of)
    if not cost_fen:
        raise DomainError(
            "The fund holds nothing of {name} at the close of {as_of}.",
            "Check the date; pay a tranche first, or leave an exited holding unmarked.",
            name=investment.name,
            as_of=as_of,
        )
    mark = work.add(
        Mark(
            investment_id=investment_id,
            as_of=as_of,
            version=_newest_version(work, investment_id, as_of) + 1,
            fair_value_fen=fair_value_fen,
            method=method.value,
            inputs=audit.canonical(inputs),
            calibration=calibration.strip(),
            prepared_by=actor.id,
            prepared_at=work.recorded_at,
            is_demo=is_demo or investment.is_demo,
        )
    )
    after = {"as_of": as_of, "version": mark.version, "fair_value_fen": fair_value_fen}
    audit.write(work, actor, "mark:prepare", "mark", mark.id, after=after)
    return mark


def approve(
    work: Work, actor: Actor, mark_id: str, *, correction_reason: str | None = None
) -> MarkEntry:
    """Let the newest opinion of somebody else count: the unrealised gain moves to it that day."""
    actor.must(Duty.APPROVE_MARKS)
    entry = get(work, mark_id)
    investment = _holding(work, entry.investment_id)
    if entry.prepared_by == actor.id:
        raise DomainError(
            "You prepared this mark yourself.", "Ask a colleague to look at it and approve it."
        )
    if entry.approved_by is not None:
        raise DomainError(
            "This mark was approved already.", "Nothing is left to do; reload the page."
        )
    if (newest := _newest_version(work, entry.investment_id, entry.as_of)) != entry.version:
        raise DomainError(
            "Version {version} of this valuation was replaced by version {newest}.",
            "Reload the page, look at the newest version and approve that one.",
            version=entry.version,
            newest=newest,
        )
    later = _newest_in_force(work, entry.investment_id)
    if later is not None and (later.as_of, later.version) > (entry.as_of, entry.version):
        raise DomainError(
            "A later mark of {name}, for {later}, is approved; it counted from this day's value.",
            "Withdraw the later mark first, then approve both in the order of their dates.",
            name=investment.name,
            later=later.as_of,
        )
    cost_fen, unrealised_fen = _carried(work, investment, entry.as_of)
    change_fen = entry.fair_value_fen - cost_fen - unrealised_fen
    booked = None
    if change_fen:
        booked = ledger.post(
            work,
            actor,
            fund_id=investment.fund_id,
            tag=TAG,
            subject_id=mark_id,
            effective_date=entry.as_of,
            postings=_revaluation(work, investment, change_fen, entry.as_of),
            memo=f"{investment.name} · {entry.as_of}",
            correction_reason=correction_reason,
            is_demo=entry.is_demo,
        )
    work.add(
        MarkApproval(
            mark_id=mark_id,
            prepared_by=entry.prepared_by,
            approved_by=actor.id,
            approved_at=work.recorded_at,
            transaction_id=booked.id if booked else None,
            known_seq=booked.seq if booked else ledger.last_seq(work),
            is_demo=entry.is_demo,
        )
    )
    after = {"as_of": entry.as_of, "version": entry.version, "change_fen": change_fen}
    audit.write(work, actor, "mark:approve", "mark", mark_id, after=after)
    return get(work, mark_id)


def withdraw(
    work: Work, actor: Actor, mark_id: str, *, reason: str, correction_reason: str | None = None
) -> MarkEntry:
    """Take the newest approved mark back, with its transaction; the one before counts again."""
    actor.must(Duty.APPROVE_MARKS)
    entry = get(work, mark_id)
    newest = _newest_in_force(work, entry.investment_id)
    if newest is None or newest.mark_id != mark_id:
        raise DomainError(
            "Only the newest approved mark of a holding can be withdrawn.",
            "Withdraw the later marks first, newest before older.",
        )
    if not reason.strip():
        raise DomainError("A withdrawal needs its reason.", "Say in one sentence what was wrong.")
    if entry.transaction_id is not None:
        ledger.reverse(
            work, actor, entry.transaction_id, reason=reason, correction_reason=correction_reason
        )
    work.add(
        MarkWithdrawal(
            mark_id=mark_id,
            reason=reason.strip(),
            withdrawn_by=actor.id,
            withdrawn_at=work.recorded_at,
            known_seq=ledger.last_seq(work),
            is_demo=entry.is_demo,
        )
    )
    audit.write(work, actor, "mark:withdraw", "mark", mark_id, after={"reason": reason})
    return get(work, mark_id)


def _holding(work: Work, investment_id: str) -> Investment:
    investment = investments.get(work, investment_id)
    if investment.kind == InvestmentKind.FUND:
        raise DomainError(
            "{name} is a fund: its value follows the capital account there.",
            "Mark the firms in the books of that fund.",
            name=investment.name,
        )
    return investment


def _newest_version(work: Work, investment_id: str, as_of: date) -> int:
    newest = sa.func.coalesce(sa.func.max(col(Mark.version)), 0)
    same_day = (col(Mark.investment_id) == investment_id) & (col(Mark.as_of) == as_of)
    return int(work.scalar(sa.select(newest).where(same_day)))


def _carried(work: Work, investment: Investment, as_of: date) -> tuple[int, int]:
    """Return (cost, unrealised gain) at the close of the day, in fen."""
    found = investments.carried_fen(work, Moment(as_of=as_of), [investment.id])
    return found.get(investment.id, (0, 0))


def _revaluation(work: Work, investment: Investment, change_fen: int, as_of: date) -> list[Posting]:
    by = commitments.shares(work, investment.fund_id, on=as_of)
    return [
        Posting(
            account=AccountCode.INVESTMENTS_UNREALISED,
            amount_fen=change_fen,
            investment_id=investment.id,
        ),
        *to_partners(change_fen, Line.UNREALISED_GAIN, by),
    ]


# ---- reads
def get(work: Work, mark_id: str) -> MarkEntry:
    """Return the mark or answer like one that is not there."""
    found = _entries(work, col(Mark.id) == mark_id)
    if not found:
        raise NotFoundError
    return found[0]


def history(
    work: Work, moment: Moment, investment_id: str, *, with_demo: bool = True
) -> list[MarkEntry]:
    """Return every mark of a holding dated up to the moment, oldest first, drafts included."""
    asked = (col(Mark.investment_id) == investment_id) & (col(Mark.as_of) <= moment.as_of)
    found = _entries(work, asked, known_seq=moment.known_seq)
    return [mark for mark in found if (with_demo and moment.with_demo) or not mark.is_demo]


def latest(work: Work, moment: Moment, investment_ids: Sequence[str]) -> dict[str, MarkEntry]:
    """Return, by investment, the newest mark in force at the moment."""
    asked = col(Mark.investment_id).in_(investment_ids) & (col(Mark.as_of) <= moment.as_of)
    found = _entries(work, asked, known_seq=moment.known_seq)
    return {
        entry.investment_id: entry
        for entry in found
        if entry.is_in_force and (moment.with_demo or not entry.is_demo)
    }


def to_approve(work: Work, fund_ids: Sequence[str]) -> list[MarkEntry]:
    """Return the drafts that wait for a second person, oldest date first."""
    of_funds = sa.select(col(Investment.id)).where(col(Investment.fund_id).in_(fund_ids))
    found = _entries(work, col(Mark.investment_id).in_(of_funds))
    newest = {(entry.investment_id, entry.as_of): entry for entry in found}
    return [entry for entry in newest.values() if entry.approved_by is None]


def _newest_in_force(work: Work, investment_id: str) -> MarkEntry | None:
    return latest(work, Moment(as_of=date.max), [investment_id]).get(investment_id)


def _entries(
    work: Work, asked: sa.ColumnElement[bool], *, known_seq: int | None = None
) -> list[MarkEntry]:
    """Return marks by date and version; what was decided after `known_seq` is not seen yet."""
    approved = col(MarkApproval.mark_id) == col(Mark.id)
    withdrawn = col(MarkWithdrawal.mark_id) == col(Mark.id)
    if known_seq is not None:
        approved &= col(MarkApproval.known_seq) <= known_seq
        withdrawn &= col(MarkWithdrawal.known_seq) <= known_seq
    rows = work.rows(
        sa.select(
            Mark,
            col(MarkApproval.approved_by),
            col(MarkApproval.approved_at),
            col(MarkApproval.transaction_id),
            col(MarkWithdrawal.reason),
        )
        .outerjoin(MarkApproval, approved)
        .outerjoin(MarkWithdrawal, withdrawn)
        .where(asked)
        .order_by(col(Mark.as_of), col(Mark.version))
    )
    return [
        MarkEntry(
            mark_id=mark.id,
            method=Method(mark.method),
            inputs=json.loads(mark.inputs),
            approved_by=approved_by,
            approved_at=approved_at,
            transaction_id=transaction_id,
            withdrawn_because=withdrawn_because,
            **mark.model_dump(exclude={"id", "method", "inputs"}),
        )
        for mark, approved_by, approved_at, transaction_id, withdrawn_because in rows
    ]
