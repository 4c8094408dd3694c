"""Distributions: cash back to the partners, by commitment, told apart by what it is made of.

Top to bottom: facts, rows, commands, reads. What the ledger carries of a recallable part is its
purpose (`unfunded.RECALLABLE`), so the unfunded commitment rises and falls with the transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import calls, commitments, funds, ledger, unfunded
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Partner
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, new_id, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.postings import Posting, to_partners

TAG = "portfolio:distribution:pay"


# ---- facts
class Purpose(StrEnum):
    """What is given back: the distribution types of the ILPA Performance Template v1.1."""

    RETURN_OF_CAPITAL = "distribution:return_of_capital"
    GAIN = "distribution:gain"
    INCOME = "distribution:income"
    RETURN_OF_FEES = "distribution:return_of_fees"

    def posted(self, *, recallable: bool) -> str:
        """Return the purpose of the posting; the ending tells a following fund what moves."""
        kind = self.value.removeprefix("distribution:")
        return f"{unfunded.RECALLABLE}{kind}" if recallable else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPosition:
    """What one partner got of one purpose."""

    partner_id: str
    code: str
    name: str
    name_en: str
    purpose: Purpose
    amount_fen: int
    is_recallable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionPosition:
    """One distribution that stands, with the parts the reader may see."""

    id: str
    number: int
    paid_on: date
    total_fen: int
    recallable_fen: int
    transaction_id: str
    parts: tuple[PartPosition, ...]
    is_demo: bool


# ---- rows
class Distribution(Row, table=True):
    """One payment to all partners; its lines add up to its total."""

    __tablename__ = "distribution"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "number"),
        sa.UniqueConstraint("transaction_id"),
        sa.CheckConstraint("total_fen > 0", name="total_positive"),
        sa.CheckConstraint(
            "recallable_fen >= 0 AND recallable_fen <= total_fen", name="recallable_is_a_part"
        ),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    number: int
    paid_on: date
    total_fen: int = Field(sa_type=Fen)
    recallable_fen: int = Field(sa_type=Fen)
    transaction_id: str = Field(foreign_key="ledger_transaction.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class DistributionLine(Row, table=True):
    """One partner's part of one purpose."""

    __tablename__ = "distribution_line"
    __table_args__ = strict(
        sa.UniqueConstraint("distribution_id", "partner_id", "purpose", "is_recallable"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
    )

    distribution_id: str = Field(foreign_key="distribution.id", sa_type=Id, index=True)
    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    amount_fen: int = Field(sa_type=Fen)
    purpose: str = Field(sa_type=one_of(*Purpose))
    is_recallable: bool
    is_demo: bool = False


# ---- commands
def distribute(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    paid_on: date,
    parts: Mapping[Purpose, int],
    recallable: bool = False,
    recallable_parts: Mapping[Purpose, int] | None = None,
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> Distribution:
    """Pay the partners by commitment, each purpose split to the fen on its own.

    parts             {purpose: fen}, each above zero
    recallable        all of `parts` may be called again
    recallable_parts  {purpose: fen} paid besides, which may be called again
    errors            nothing to pay; nobody has committed; more than the fund's cash
    """
    actor.must(Duty.DISTRIBUTE)
    fund = funds.get(work, actor, fund_id)
    paid = [(purpose, recallable, fen) for purpose, fen in parts.items()]
    paid += [(purpose, True, fen) for purpose, fen in (recallable_parts or {}).items()]
    if not paid or min(fen for _, _, fen in paid) <= 0:
        raise DomainError(
            "Each part of a distribution must be more than nothing.",
            "Leave out the parts that are not paid.",
        )
    by = commitments.shares(work, fund_id, on=paid_on)
    if not by:
        raise DomainError(
            "Nobody has committed to this fund by that day.",
            "Admit its partners first, or date the distribution later.",
        )
    to_each = [
        (purpose, again, posting)
        for purpose, again, fen in paid
        for posting in to_partners(
            -fen, Line.DISTRIBUTIONS, by, purpose=purpose.posted(recallable=again)
        )
    ]
    from_cash = [
        Posting(account=AccountCode.CASH, amount_fen=-fen, purpose=purpose.posted(recallable=again))
        for purpose, again, fen in paid
    ]
    distribution_id, is_demo = new_id(), is_demo or fund.is_demo
    booked = ledger.post(
        work,
        actor,
        fund_id=fund_id,
        tag=TAG,
        subject_id=distribution_id,
        effective_date=paid_on,
        postings=[*from_cash, *(posting for _, _, posting in to_each)],
        correction_reason=correction_reason,
        is_demo=is_demo,
    )
    newest = sa.func.coalesce(sa.func.max(col(Distribution.number)), 0)
    row = work.add(
        Distribution(
            id=distribution_id,
            fund_id=fund_id,
            number=work.scalar(sa.select(newest).where(col(Distribution.fund_id) == fund_id)) + 1,
            paid_on=paid_on,
            total_fen=sum(fen for _, _, fen in paid),
            recallable_fen=sum(fen for _, again, fen in paid if again),
            transaction_id=booked.id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    for purpose, again, posting in to_each:
        assert posting.partner_id is not None, "a split names the partner of each part"
        work.add(
            DistributionLine(
                distribution_id=row.id,
                partner_id=posting.partner_id,
                amount_fen=posting.amount_fen,
                purpose=purpose.value,
                is_recallable=again,
                is_demo=is_demo,
            )
        )
    after = {"number": row.number, "paid_on": paid_on, "parts": [*paid]}
    audit.write(work, actor, "distribution:pay", "distribution", row.id, after=after)
    return row


def reverse(
    work: Work,
    actor: Actor,
    distribution_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Undo a distribution booked in error.

    errors  a recallable one that was called again meanwhile: its partners would owe more than
            they promised
    """
    actor.must(Duty.DISTRIBUTE)
    row = work.session.get(Distribution, distribution_id)
    if row is None:
        raise NotFoundError
    undone = ledger.reverse(
        work, actor, row.transaction_id, reason=reason, correction_reason=correction_reason
    )
    room = calls.headroom(work, row.fund_id, since=row.paid_on)
    if row.recallable_fen and min(room.values()) < 0:
        raise DomainError(
            "Distribution {number} was called again: {called} of the later calls rests on it.",
            "Leave it, and correct the difference with the next call or distribution.",
            number=row.number,
            called=Yuan(-sum(fen for fen in room.values() if fen < 0)),
        )
    return undone


# ---- reads
def distributions(
    work: Work,
    moment: Moment,
    fund_id: str,
    actor: Actor | None = None,
    *,
    with_demo: bool = True,
) -> list[DistributionPosition]:
    """Return what was paid and not reversed by the moment, oldest first; an LP sees its own."""
    moment = replace(moment, with_demo=moment.with_demo and with_demo)
    undone = sa.select(col(LedgerTransaction.supersedes)).where(
        col(LedgerTransaction.supersedes).is_not(None), moment.holds()
    )
    paid = list(
        work.session.execute(
            sa.select(Distribution)
            .join(LedgerTransaction, col(LedgerTransaction.id) == col(Distribution.transaction_id))
            .where(
                col(Distribution.fund_id) == fund_id,
                moment.holds(),
                col(Distribution.transaction_id).not_in(undone),
            )
            .order_by(col(Distribution.paid_on), col(Distribution.number))
        ).scalars()
    )
    parts = _parts(work, fund_id, [row.id for row in paid], actor)
    return [
        DistributionPosition(
            id=row.id,
            number=row.number,
            paid_on=row.paid_on,
            total_fen=row.total_fen,
            recallable_fen=row.recallable_fen,
            transaction_id=row.transaction_id,
            parts=tuple(parts.get(row.id, ())),
            is_demo=row.is_demo,
        )
        for row in paid
    ]


def _parts(
    work: Work, fund_id: str, distribution_ids: Sequence[str], actor: Actor | None
) -> dict[str, list[PartPosition]]:
    statement = (
        sa.select(DistributionLine, Partner)
        .join(Partner, col(Partner.id) == col(DistributionLine.partner_id))
        .where(col(DistributionLine.distribution_id).in_(distribution_ids))
        .order_by(
            col(Partner.id), col(DistributionLine.purpose), col(DistributionLine.is_recallable)
        )
    )
    if actor is not None:
        statement = statement.where(col(Partner.id).in_(funds.visible_partners(actor, fund_id)))
    found: dict[str, list[PartPosition]] = {}
    for line, partner in work.rows(statement):
        found.setdefault(line.distribution_id, []).append(
            PartPosition(
                partner_id=partner.id,
                code=partner.code,
                name=partner.name,
                name_en=partner.name_en,
                purpose=Purpose(line.purpose),
                amount_fen=line.amount_fen,
                is_recallable=line.is_recallable,
            )
        )
    return found
