"""Commitments: who promised a fund how much, and since when.

A partner is an investor's capital account in one fund. The investor is an organisation or another
fund; then the books of that fund follow (ledger.py), and the funds form a graph without circles
and of few levels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import terms
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.term_sheet import NESTING_LIMIT


# ---- facts
class PartnerKind(StrEnum):
    """A general partner runs the fund, a limited partner does not."""

    GP = "gp"
    LP = "lp"


class CommitmentChange(StrEnum):
    """Why the promised amount moved."""

    INITIAL = "initial"
    INCREASE = "increase"
    RELEASE = "release"
    TRANSFER = "transfer"  # to another partner, or from one
    CORRECTION = "correction"  # undoes one of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A partner and what it has promised by a date: the weight of every pro-rata split."""

    partner_id: str
    committed_fen: int


# ---- rules
def refuse_circle(parents: Mapping[str, set[str]], *, investor: str, fund: str) -> None:
    """Refuse a commitment that would make a fund an investor in itself, however far around.

    parents  fund id -> ids of the funds that have committed to it
    """
    seen, waiting = set[str](), [investor]
    while waiting:
        current = waiting.pop()
        if current == fund:
            raise DomainError(
                "This commitment closes a circle of funds: the fund would invest in itself.",
                "Choose another investor; look at the structure on the fund page.",
            )
        if current not in seen:
            seen.add(current)
            waiting.extend(parents.get(current, ()))


def refuse_too_deep(
    parents: Mapping[str, set[str]], *, investor: str, fund: str, limits: Mapping[str, int]
) -> None:
    """Refuse a commitment below which more levels of funds would lie than a fund above allows.

    parents  fund id -> ids of the funds that have committed to it, without circles
    limits   fund id -> levels of funds that may lie below it; of every fund above and the investor
    """
    children: dict[str, set[str]] = {}
    for child, above in parents.items():
        for parent in above:
            children.setdefault(parent, set()).add(child)
    below = 1 + _levels(children, fund)
    waiting = [(investor, below)]
    while waiting:
        current, levels = waiting.pop()
        if levels > limits[current]:
            raise DomainError(
                "With this commitment {levels} levels of funds would lie below a fund whose terms "
                "allow {limit}.",
                "Invest directly, or change the nesting limit in the terms of the upper fund.",
                levels=levels,
                limit=limits[current],
            )
        waiting += [(parent, levels + 1) for parent in parents.get(current, ())]


def _levels(children: Mapping[str, set[str]], fund: str) -> int:
    return max((1 + _levels(children, child) for child in children.get(fund, ())), default=0)


def above(parents: Mapping[str, set[str]], fund: str) -> set[str]:
    """Return a fund and every fund above it."""
    found, waiting = set[str](), [fund]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(parents.get(current, ()))
    return found


# ---- rows
class Partner(Row, table=True):
    """A capital account: one investor in one fund."""

    __tablename__ = "partner"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "organisation_id"),
        sa.UniqueConstraint("fund_id", "investor_fund_id"),
        sa.UniqueConstraint("fund_id", "code"),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (investor_fund_id IS NULL)", name="one_investor"
        ),
        sa.CheckConstraint("investor_fund_id <> fund_id", name="not_itself"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    code: str
    name: str
    name_en: str = ""
    kind: str = Field(sa_type=one_of(*PartnerKind))
    organisation_id: str | None = Field(
        default=None, foreign_key="organisation.id", sa_type=Id, index=True
    )
    investor_fund_id: str | None = Field(
        default=None, foreign_key="fund.id", sa_type=Id, index=True
    )
    holding_id: str | None = Field(default=None, foreign_key="investment.id", sa_type=Id)
    is_demo: bool = False


class Commitment(Row, table=True):
    """One dated change of what a partner promised; the sum is the commitment."""

    __tablename__ = "commitment"
    __table_args__ = strict(
        sa.UniqueConstraint("undoes"),
        sa.CheckConstraint("amount_fen <> 0", name="amount_not_zero"),
        sa.CheckConstraint(
            "change IN ('transfer', 'correction') OR (amount_fen < 0) = (change = 'release')",
            name="sign_fits_change",
        ),
        sa.CheckConstraint(
            "(change = 'correction') = (undoes IS NOT NULL)", name="correction_undoes"
        ),
    )

    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    change: str = Field(sa_type=one_of(*CommitmentChange))
    amount_fen: int = Field(sa_type=Fen)
    effective_date: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    memo: str = ""
    undoes: str | None = Field(default=None, foreign_key="commitment.id", sa_type=Id)
    is_demo: bool = False


# ---- commands
def shares(work: Work, fund_id: str, *, on: date) -> list[Share]:
    """Return each partner's commitment at the close of `on`, in the order the partners came in."""
    total = sa.func.sum(col(Commitment.amount_fen))
    return [
        Share(partner_id=partner_id, committed_fen=int(committed_fen))
        for partner_id, committed_fen in work.rows(
            sa.select(col(Partner.id), total)
            .join(Commitment, col(Commitment.partner_id) == col(Partner.id))
            .where(col(Partner.fund_id) == fund_id, col(Commitment.effective_date) <= on)
            .group_by(col(Partner.id))
            .having(total > 0)
            .order_by(col(Partner.id))
        )
    ]


def general_partners(work: Work, fund_id: str) -> list[str]:
    """Return the ids of a fund's general partners, in the order they came in."""
    return [
        row[0]
        for row in work.rows(
            sa.select(col(Partner.id))
            .where(col(Partner.fund_id) == fund_id, col(Partner.kind) == PartnerKind.GP.value)
            .order_by(col(Partner.id))
        )
    ]


def partner(work: Work, partner_id: str) -> Partner:
    """Return the partner or answer like one that is not there."""
    row = work.session.get(Partner, partner_id)
    if row is None:
        raise NotFoundError
    return row


def admit(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    code: str,
    name: str,
    kind: PartnerKind,
    committed_fen: int,
    effective_date: date,
    organisation_id: str | None = None,
    investor_fund_id: str | None = None,
    name_en: str = "",
    is_demo: bool = False,
) -> Partner:
    """Admit a partner with its first commitment. A fund may close no circle nor stack too deep."""
    actor.must(Duty.EDIT_FUNDS)
    if committed_fen <= 0:
        raise DomainError(
            "A commitment must be above zero.", "Enter the amount of the subscription agreement."
        )
    if investor_fund_id is not None:
        _refuse_bad_nesting(work, investor_fund_id, fund_id, effective_date)
    _refuse_taken(work, fund_id, code, organisation_id, investor_fund_id)
    row = work.add(
        Partner(
            fund_id=fund_id,
            code=code,
            name=name,
            name_en=name_en,
            kind=kind.value,
            organisation_id=organisation_id,
            investor_fund_id=investor_fund_id,
            is_demo=is_demo,
        )
    )
    work.add(
        Commitment(
            partner_id=row.id,
            change=CommitmentChange.INITIAL.value,
            amount_fen=committed_fen,
            effective_date=effective_date,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"name": name, "committed_fen": committed_fen, "effective_date": effective_date}
    audit.write(work, actor, "partner:admit", "partner", row.id, after=after)
    return row


def _refuse_bad_nesting(work: Work, investor: str, fund: str, on: date) -> None:
    """Refuse a circle of funds, and more levels than the terms of a fund above allow."""
    parents: dict[str, set[str]] = {}
    for child, parent in work.rows(
        sa.select(col(Partner.fund_id), col(Partner.investor_fund_id)).where(
            col(Partner.investor_fund_id).is_not(None)
        )
    ):
        parents.setdefault(child, set()).add(parent)
    refuse_circle(parents, investor=investor, fund=fund)
    limits = {}
    for one in above(parents, investor):
        agreed = terms.find(work, one, on)
        limit = agreed.nesting_limit if agreed else None
        limits[one] = NESTING_LIMIT if limit is None else limit
    refuse_too_deep(parents, investor=investor, fund=fund, limits=limits)


def _refuse_taken(
    work: Work, fund_id: str, code: str, organisation_id: str | None, investor_fund_id: str | None
) -> None:
    """Refuse a second account of one investor, or a code that another account has."""
    same = (col(Partner.code) == code) | (
        col(Partner.organisation_id) == organisation_id
        if organisation_id
        else col(Partner.investor_fund_id) == investor_fund_id
    )
    taken = work.scalar(sa.select(col(Partner.name)).where(col(Partner.fund_id) == fund_id, same))
    if taken:
        raise DomainError(
            "{name} is a partner of this fund already, or has the code {code}.",
            "Choose another code; a further promise is an increase of its commitment.",
            name=taken,
            code=code,
        )
