"""Agreements: what fund, firm and district promised each other, and on which day they signed.

A framework agreement says what all three sides mean to do, a formal contract binds the amount.
Its landing conditions are in conditions.py; whether its fund money counts as arrived is a rule
of the agreement itself, since the parties write it there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import projects
from dealflow.stages import ROAD, Stage, effective
from portfolio.funds import Fund
from portfolio.investments import Investment
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError
from portfolio.organisations import Organisation


# ---- facts
class AgreementKind(StrEnum):
    """A framework says what is meant, a formal contract what is owed."""

    FRAMEWORK = "framework"
    FORMAL = "formal"


class FundMoney(StrEnum):
    """When the fund's own payment counts as money in place."""

    AS_PAID = "as_paid"  # on the day the ledger books the tranche
    BY_USE = "by_use"  # only when the firm has spent it here


class Side(StrEnum):
    """Who promised."""

    FUND = "fund"
    FIRM = "firm"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A pledge as it is handed in, and as it is read."""

    side: Side
    text: str
    text_en: str = ""
    amount_fen: int | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementCard:
    """One line of the list. Its conditions are read beside it (conditions.by_agreement)."""

    agreement_id: str
    code: str
    title: str
    title_en: str
    kind: AgreementKind
    signed_on: date
    amount_fen: int | None
    amount_published: bool
    start_due_on: date | None
    fund_money: FundMoney
    project_id: str
    project_code: str
    project_name: str
    firm_name: str
    fund_id: str | None
    fund_code: str | None
    fund_name: str | None
    investment_id: str | None
    file_id: str | None
    is_demo: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDetail:
    """One agreement with what each side promised."""

    card: AgreementCard
    promises: tuple[Promise, ...]


# ---- rows
class Agreement(Row, table=True):
    """A signed paper. `amount_fen` is empty where the parties named none."""

    __tablename__ = "agreement"
    __table_args__ = strict(
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("title <> ''", name="titled"),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen > 0", name="amount_positive"),
        sa.CheckConstraint("kind <> 'formal' OR amount_fen IS NOT NULL", name="formal_has_amount"),
        sa.CheckConstraint(
            "start_due_on IS NULL OR start_due_on >= signed_on", name="start_after_signing"
        ),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    code: str
    project_id: str = Field(foreign_key="project.id", sa_type=Id, index=True)
    kind: str = Field(sa_type=one_of(*AgreementKind))
    title: str
    title_en: str = ""
    signed_on: date = Field(index=True)
    amount_fen: int | None = Field(default=None, sa_type=Fen)
    amount_published: bool = False
    fund_id: str | None = Field(default=None, foreign_key="fund.id", sa_type=Id, index=True)
    investment_id: str | None = Field(
        default=None, foreign_key="investment.id", sa_type=Id, index=True
    )
    fund_money: str = Field(default=FundMoney.BY_USE.value, sa_type=one_of(*FundMoney))
    start_due_on: date | None = None
    file_id: str | None = Field(default=None, foreign_key="stored_file.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False
    version: int = 1


class Pledge(Row, table=True):
    """One promise of one side, in the words of the paper."""

    __tablename__ = "pledge"
    __table_args__ = strict(
        sa.CheckConstraint("text <> ''", name="worded"),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen > 0", name="amount_positive"),
    )

    agreement_id: str = Field(foreign_key="agreement.id", sa_type=Id, index=True)
    side: str = Field(sa_type=one_of(*Side))
    text: str
    text_en: str = ""
    amount_fen: int | None = Field(default=None, sa_type=Fen)
    due_on: date | None = None
    is_demo: bool = False


# ---- commands
def sign(
    work: Work,
    actor: Actor,
    *,
    project_id: str,
    kind: AgreementKind,
    title: str,
    signed_on: date,
    code: str = "",
    title_en: str = "",
    amount_fen: int | None = None,
    amount_published: bool = False,
    fund_id: str | None = None,
    fund_money: FundMoney = FundMoney.BY_USE,
    start_due_on: date | None = None,
    file_id: str | None = None,
    promises: Sequence[Promise] = (),
    is_demo: bool = False,
) -> Agreement:
    """Record a signed agreement with its pledges, and move the project to that stage."""
    actor.must(Duty.EDIT_DEALS)
    refuse_odd_paper(
        kind=kind,
        title=title,
        signed_on=signed_on,
        amount_fen=amount_fen,
        start_due_on=start_due_on,
    )
    if signed_on > work.today():
        raise DomainError(
            "{on} has not come yet.", "An agreement is recorded once it is signed.", on=signed_on
        )
    code = code.strip() or next_code(work, signed_on.year)
    if work.scalar(sa.select(col(Agreement.id)).where(col(Agreement.code) == code)):
        raise DomainError(
            "There is an agreement with the code {code} already.",
            "Choose another code, or open the recorded agreement.",
            code=code,
        )
    row = work.add(
        Agreement(
            code=code,
            project_id=project_id,
            kind=kind.value,
            title=title.strip(),
            title_en=title_en,
            signed_on=signed_on,
            amount_fen=amount_fen,
            amount_published=amount_published,
            fund_id=fund_id,
            fund_money=fund_money.value,
            start_due_on=start_due_on,
            file_id=file_id,
            recorded_at=work.recorded_at,
            is_demo=is_demo,
        )
    )
    for one in promises:
        pledge(work, actor, row.id, one)
    after = {"code": code, "kind": kind, "signed_on": signed_on, "amount_fen": amount_fen}
    audit.write(work, actor, "agreement:sign", "agreement", row.id, after=after)
    stage = Stage(kind.value)
    # A supplement, or a framework signed once the contract stands, moves the project no further.
    if not any(
        event.stage is stage
        or (event.stage in ROAD and event.stage.rank > stage.rank and event.on <= signed_on)
        for event in effective(work, project_id)
    ):
        projects.record(
            *(work, actor, project_id),
            stage=stage,
            on=signed_on,
            evidence_file_id=file_id,
            note=code,
            is_demo=is_demo,
        )
    return row


def pledge(
    work: Work, actor: Actor, agreement_id: str, promise: Promise, *, is_demo: bool | None = None
) -> Pledge:
    """Add one promise of one side to an agreement."""
    actor.must(Duty.EDIT_DEALS)
    paper = get(work, agreement_id)
    if not promise.text.strip():
        raise DomainError("A pledge has no text.", "Write it in the words of the agreement.")
    if promise.amount_fen is not None and promise.amount_fen <= 0:
        raise DomainError("A pledged amount must be above zero.", "Leave it empty if unknown.")
    row = work.add(
        Pledge(
            agreement_id=paper.id,
            side=promise.side.value,
            text=promise.text.strip(),
            text_en=promise.text_en,
            amount_fen=promise.amount_fen,
            due_on=promise.due_on,
            is_demo=paper.is_demo if is_demo is None else is_demo,
        )
    )
    audit.write(work, actor, "agreement:pledge", "agreement", paper.id, after=row.model_dump())
    return row


def attach(
    work: Work, actor: Actor, agreement_id: str, *, investment_id: str, version: int
) -> Agreement:
    """Say which investment carries out the agreement, so that its tranches can be gated."""
    actor.must(Duty.EDIT_DEALS)
    row = get(work, agreement_id)
    if row.version != version:
        theirs = {"investment_id": row.investment_id, "version": row.version}
        raise StaleError(mine={"investment_id": investment_id, "version": version}, theirs=theirs)
    investment = work.session.get(Investment, investment_id)
    if investment is None:
        raise NotFoundError
    firm_id = projects.get(work, row.project_id).organisation_id
    if investment.organisation_id != firm_id or row.fund_id not in {None, investment.fund_id}:
        raise DomainError(
            "The investment {name} is in another firm, or of another fund, than this agreement.",
            "Choose the investment of the fund that signed in the firm that signed.",
            name=investment.name,
        )
    row.investment_id, row.fund_id = investment.id, investment.fund_id
    row.version += 1
    work.add(row)
    after = {"investment_id": investment.id}
    audit.write(work, actor, "agreement:attach", "agreement", row.id, after=after)
    return row


# ---- reads
def get(work: Work, agreement_id: str) -> Agreement:
    """Return the agreement or answer like one that is not there."""
    row = work.session.get(Agreement, agreement_id)
    if row is None:
        raise NotFoundError
    return row


def next_code(work: Work, year: int) -> str:
    """Return the next free code of a year, such as A-2023-009."""
    codes = sa.select(sa.func.max(col(Agreement.code))).where(
        col(Agreement.code).like(f"A-{year}-___")
    )
    last = work.scalar(codes)
    return f"A-{year}-{int(last[-3:]) + 1 if last else 1:03d}"


def listed(work: Work, as_of: date, *where: Any, with_demo: bool = True) -> list[AgreementCard]:
    """Return the agreements signed by `as_of`, newest first; `where` narrows by column."""
    project = projects.Project
    statement = (
        sa.select(
            Agreement,
            col(project.code),
            col(project.name),
            col(Organisation.name),
            col(Fund.code),
            col(Fund.name),
        )
        .join(project, col(project.id) == col(Agreement.project_id))
        .outerjoin(Organisation, col(Organisation.id) == col(project.organisation_id))
        .outerjoin(Fund, col(Fund.id) == col(Agreement.fund_id))
        .where(col(Agreement.signed_on) <= as_of, *where)
        .order_by(col(Agreement.signed_on).desc(), col(Agreement.code))
    )
    if not with_demo:
        statement = statement.where(col(Agreement.is_demo).is_(False))
    return [
        AgreementCard(
            agreement_id=row.id,
            code=row.code,
            title=row.title,
            title_en=row.title_en,
            kind=AgreementKind(row.kind),
            signed_on=row.signed_on,
            amount_fen=row.amount_fen,
            amount_published=row.amount_published,
            start_due_on=row.start_due_on,
            fund_money=FundMoney(row.fund_money),
            project_id=row.project_id,
            project_code=project_code,
            project_name=project_name,
            firm_name=firm_name or "",
            fund_id=row.fund_id,
            fund_code=fund_code,
            fund_name=fund_name,
            investment_id=row.investment_id,
            file_id=row.file_id,
            is_demo=row.is_demo,
            version=row.version,
        )
        for row, project_code, project_name, firm_name, fund_code, fund_name in work.rows(statement)
    ]


def detail(work: Work, as_of: date, agreement_id: str) -> AgreementDetail:
    """Return one agreement with its pledges, if it was signed by `as_of`."""
    cards = listed(work, as_of, col(Agreement.id) == agreement_id)
    if not cards:
        raise NotFoundError
    pledges = work.session.execute(
        sa.select(Pledge).where(col(Pledge.agreement_id) == agreement_id).order_by(col(Pledge.id))
    ).scalars()
    return AgreementDetail(
        card=cards[0],
        promises=tuple(
            Promise(
                side=Side(row.side),
                text=row.text,
                text_en=row.text_en,
                amount_fen=row.amount_fen,
                due_on=row.due_on,
            )
            for row in pledges
        ),
    )


# ---- refusals
def refuse_odd_paper(
    *,
    kind: AgreementKind,
    title: str,
    signed_on: date,
    amount_fen: int | None,
    start_due_on: date | None,
) -> None:
    """Refuse what no paper can say: no title, an amount of nothing, a start before signing."""
    if not title.strip():
        raise DomainError("The agreement has no title.", "Enter the title on its first page.")
    if amount_fen is not None and amount_fen <= 0:
        raise DomainError(
            "The amount of an agreement must be above zero.", "Leave it empty if none was named."
        )
    if kind is AgreementKind.FORMAL and amount_fen is None:
        raise DomainError(
            "A formal contract names its amount.",
            "Enter the amount, or record it as a framework agreement.",
        )
    if start_due_on is not None and start_due_on < signed_on:
        raise DomainError(
            "Construction is due on {due}, before the signing on {signed}.",
            "Check both dates against the paper.",
            due=start_due_on,
            signed=signed_on,
        )
