"""Leverage 放大倍数: how much other money a yuan of public money brought, in three definitions.

Which partners of a fund are public (财政出资) is a fact that somebody records; nothing is guessed
from a name. Source of the three definitions: GUIDANCE_FUNDS.md §3.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow.agreements import Agreement, AgreementKind
from dealflow.counted_rows import NAMES, Counted, Keep, kept
from dealflow.projects import Project
from portfolio.commitments import Commitment, Partner
from portfolio.figures import FigureRow
from portfolio.funds import Fund, FundKind
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Leverage:
    """The rows of the three definitions."""

    fund_sizes: tuple[Counted, ...]  # commitments to the funds with public money
    public_money: tuple[Counted, ...]  # what public partners committed to them
    sub_fund_sizes: tuple[Counted, ...]  # commitments to the funds with a mother fund
    mother_money: tuple[Counted, ...]  # what mother funds committed to them
    project_money: tuple[Counted, ...]  # formal contracts of the projects that funds paid into
    fund_money: tuple[Counted, ...]  # what the funds paid into them

    def where(self, keep: Keep) -> "Leverage":
        """Return the rows of a part of the district; the sizes of funds belong to none."""
        return Leverage(
            fund_sizes=(),
            public_money=(),
            sub_fund_sizes=(),
            mother_money=(),
            project_money=kept(self.project_money, keep),
            fund_money=kept(self.fund_money, keep),
        )


# ---- rows
class PublicPartner(Row, table=True):
    """A partner of a fund whose commitment is the treasury's money."""

    __tablename__ = "public_partner"
    __table_args__ = strict(sa.UniqueConstraint("partner_id"))

    partner_id: str = Field(foreign_key="partner.id", sa_type=Id)
    is_demo: bool = False


# ---- commands
def mark_public(work: Work, actor: Actor, partner_id: str, *, is_demo: bool) -> PublicPartner:
    """Record that a partner commits public money."""
    actor.must(Duty.EDIT_FUNDS)
    partner = work.session.get(Partner, partner_id)
    if partner is None:
        raise NotFoundError
    known = sa.select(col(PublicPartner.id)).where(col(PublicPartner.partner_id) == partner_id)
    if work.scalar(known):
        raise DomainError(
            "{name} is recorded as a public partner already.",
            "Nothing is left to do.",
            name=partner.name,
        )
    row = work.add(PublicPartner(partner_id=partner_id, is_demo=is_demo))
    after = {"partner": partner.name, "fund": partner.fund_id}
    audit.write(work, actor, "partner:public", "partner", partner_id, after=after)
    return row


# ---- reads
def read(
    work: Work,
    as_of: date,
    fund_money: Sequence[Counted],
    *,
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> Leverage:
    """Read the rows of the three definitions at the close of a day."""
    mother = sa.select(col(Fund.id)).where(col(Fund.kind) == FundKind.MOTHER.value)
    statement = (
        sa.select(
            col(Fund.id),
            col(Partner.id),
            col(Fund.name) + " · " + col(Partner.name),
            sa.func.sum(col(Commitment.amount_fen)),
            sa.func.max(sa.cast(col(Partner.is_demo), sa.Integer)),
            col(Partner.id).in_(sa.select(col(PublicPartner.partner_id))),
            sa.func.coalesce(col(Partner.investor_fund_id).in_(mother), sa.false()),
        )
        .join(Partner, col(Partner.fund_id) == col(Fund.id))
        .join(Commitment, col(Commitment.partner_id) == col(Partner.id))
        .where(col(Commitment.effective_date) <= as_of)
        .group_by(col(Fund.id), col(Fund.name), col(Partner.id), col(Partner.name))
        .order_by(col(Fund.name), col(Partner.name))
    )
    if known_at is not None:
        statement = statement.where(col(Commitment.recorded_at) <= known_at)
    if not with_demo:
        statement = statement.where(col(Commitment.is_demo).is_(False))
    rows = [
        (fund_id, _committed(fund_id, partner_id, label, int(fen), bool(demo), as_of), *flags)
        for fund_id, partner_id, label, fen, demo, *flags in work.rows(statement)
    ]
    with_public = {fund_id for fund_id, _, public, _ in rows if public}
    with_mother = {fund_id for fund_id, _, _, of_mother in rows if of_mother}
    return Leverage(
        fund_sizes=tuple(row for fund_id, row, _, _ in rows if fund_id in with_public),
        public_money=tuple(row for _, row, public, _ in rows if public),
        sub_fund_sizes=tuple(row for fund_id, row, _, _ in rows if fund_id in with_mother),
        mother_money=tuple(row for _, row, _, of_mother in rows if of_mother),
        project_money=_contracts(work, as_of, fund_money, known_at=known_at, with_demo=with_demo),
        fund_money=tuple(fund_money),
    )


def _committed(
    fund_id: str, partner_id: str, label: str, amount_fen: int, is_demo: bool, on: date
) -> Counted:
    return Counted(
        project_id=fund_id,
        system_code=None,
        on=on,
        amount_fen=amount_fen,
        row=FigureRow(
            label=label,
            kind="partner",
            subject_id=partner_id,
            amount_fen=amount_fen,
            is_demo=is_demo,
        ),
    )


def _contracts(
    work: Work,
    as_of: date,
    fund_money: Sequence[Counted],
    *,
    known_at: datetime | None,
    with_demo: bool,
) -> tuple[Counted, ...]:
    statement = (
        NAMES.add_columns(Agreement)
        .join(Agreement, col(Agreement.project_id) == col(Project.id))
        .where(
            col(Project.id).in_({row.project_id for row in fund_money}),
            col(Agreement.kind) == AgreementKind.FORMAL.value,
            col(Agreement.signed_on) <= as_of,
        )
        .order_by(col(Agreement.signed_on), col(Agreement.code))
    )
    if known_at is not None:
        statement = statement.where(col(Agreement.recorded_at) <= known_at)
    if not with_demo:
        statement = statement.where(col(Agreement.is_demo).is_(False))
    return tuple(
        Counted(
            project_id=project_id,
            system_code=system_code,
            on=paper.signed_on,
            amount_fen=paper.amount_fen or 0,
            row=FigureRow(
                label=name,
                kind="agreement",
                subject_id=paper.id,
                on=paper.signed_on,
                amount_fen=paper.amount_fen,
                is_demo=paper.is_demo,
            ),
        )
        for project_id, name, system_code, _, paper in work.rows(statement)
    )
