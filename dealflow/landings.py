"""Landings: money that arrived in a project, and whether the project has landed.

An arrival is recorded by one person and verified by another; only then it counts. What a fund
pays counts through the agreement's own rule, from the ledger row itself: reverse the payment and
the money in place goes back with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from dealflow import projects
from dealflow.agreements import Agreement, FundMoney
from dealflow.projects import Project
from portfolio import moments, tranches
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotAllowedError, NotFoundError

Projects = Sequence[str] | sa.Select[Any]  # ids, or a query of them where they may be many


# ---- facts
class MoneyKind(StrEnum):
    """What the money that arrived became."""

    REGISTERED_CAPITAL = "registered_capital"
    FIXED_ASSETS = "fixed_assets"
    LOAN = "loan"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRow:
    """Money in place: a verified arrival, or a tranche that counts as paid."""

    project_id: str
    on: date
    amount_fen: int
    kind: str  # "arrival" or "transaction": where subject_id leads
    subject_id: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalLine:
    """An arrival as the project's page lists it; `accepted` is None until somebody verified."""

    arrival_id: str
    on: date
    amount_fen: int
    kind: MoneyKind
    evidence_file_id: str | None
    note: str
    recorded_by: str
    accepted: bool | None
    verified_by: str | None
    is_demo: bool


# ---- rows
class Arrival(Row, table=True):
    """Money that arrived on a day. A row with `voids` takes another one back and counts nothing."""

    __tablename__ = "arrival"
    __table_args__ = strict(
        sa.UniqueConstraint("voids"),
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
        sa.Index("ix_arrival_project_on", "project_id", "on"),
        sa.Index("ix_arrival_on", "on"),
    )

    project_id: str = Field(foreign_key="project.id", sa_type=Id)
    on: date
    amount_fen: int = Field(sa_type=Fen)
    kind: str = Field(sa_type=one_of(*MoneyKind))
    evidence_file_id: str | None = Field(default=None, foreign_key="stored_file.id", sa_type=Id)
    note: str = ""
    recorded_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    voids: str | None = Field(default=None, foreign_key="arrival.id", sa_type=Id)
    is_demo: bool = False


class ArrivalCheck(Row, table=True):
    """The word of a second person on an arrival."""

    __tablename__ = "arrival_check"
    __table_args__ = strict(
        sa.UniqueConstraint("arrival_id"),
        sa.CheckConstraint("accepted OR reason <> ''", name="rejected_with_reason"),
    )

    arrival_id: str = Field(foreign_key="arrival.id", sa_type=Id)
    verified_by: str = Field(sa_type=Id)
    on: date
    at: datetime = Field(sa_type=Instant)
    accepted: bool
    reason: str = ""
    is_demo: bool = False


# ---- commands
def arrive(
    work: Work,
    actor: Actor,
    project_id: str,
    *,
    on: date,
    amount_fen: int,
    kind: MoneyKind,
    evidence_file_id: str | None = None,
    note: str = "",
    is_demo: bool | None = None,
) -> Arrival:
    """Record that money arrived in a project; it counts once a second person verified it."""
    actor.must(Duty.EDIT_DEALS)
    project = projects.get(work, project_id)
    if amount_fen <= 0:
        raise DomainError(
            "Money in place is more than nothing.",
            "Enter the amount that arrived; void an arrival that was wrong.",
        )
    if on > work.today():
        raise DomainError("{on} is still to come.", "Record money once it has arrived.", on=on)
    arrival = work.add(
        Arrival(
            project_id=project_id,
            on=on,
            amount_fen=amount_fen,
            kind=kind.value,
            evidence_file_id=evidence_file_id,
            note=note,
            recorded_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=project.is_demo if is_demo is None else is_demo,
        )
    )
    after = {"arrival": arrival.id, "on": on, "amount_fen": amount_fen, "kind": kind.value}
    audit.write(work, actor, "project:arrival", "project", project_id, after=after)
    return arrival


def verify(
    work: Work, actor: Actor, arrival_id: str, *, accepted: bool, on: date, reason: str = ""
) -> ArrivalCheck:
    """Accept or reject an arrival: never one's own, never without evidence, and once."""
    actor.must(Duty.VERIFY_EVIDENCE)
    arrival = _standing(work, arrival_id)
    if arrival.recorded_by == actor.id:
        raise NotAllowedError(
            "You recorded this arrival yourself.", "Ask a colleague to verify it."
        )
    if work.scalar(
        sa.select(col(ArrivalCheck.id)).where(col(ArrivalCheck.arrival_id) == arrival_id)
    ):
        raise DomainError(
            "This arrival was verified already.",
            "Void the arrival and record it anew if the verdict was wrong.",
        )
    if accepted and arrival.evidence_file_id is None:
        raise DomainError(
            "This arrival has no evidence.",
            "Void it and record it anew with the bank receipt or the audit report.",
        )
    if not accepted and not reason.strip():
        raise DomainError("A rejection needs its reason.", "Say in one sentence what is wrong.")
    check = work.add(
        ArrivalCheck(
            arrival_id=arrival_id,
            verified_by=actor.id,
            on=on,
            at=work.recorded_at,
            accepted=accepted,
            reason=reason,
            is_demo=arrival.is_demo,
        )
    )
    after = {"arrival": arrival_id, "accepted": accepted, "reason": reason}
    audit.write(work, actor, "project:verify", "project", arrival.project_id, after=after)
    return check


def void(work: Work, actor: Actor, arrival_id: str, *, reason: str) -> Arrival:
    """Take an arrival back by a row of its own; it stops counting at once."""
    actor.must(Duty.EDIT_DEALS)
    arrival = _standing(work, arrival_id)
    if not reason.strip():
        raise DomainError(
            "Voiding an arrival needs its reason.", "Say in one sentence what was wrong."
        )
    voided = work.add(
        Arrival(
            project_id=arrival.project_id,
            on=arrival.on,
            amount_fen=arrival.amount_fen,
            kind=arrival.kind,
            note=reason,
            recorded_by=actor.id,
            recorded_at=work.recorded_at,
            voids=arrival.id,
            is_demo=arrival.is_demo,
        )
    )
    after = {"void": arrival.id, "amount_fen": arrival.amount_fen, "reason": reason}
    audit.write(work, actor, "project:void", "project", arrival.project_id, after=after)
    return voided


def _standing(work: Work, arrival_id: str) -> Arrival:
    arrival = work.session.get(Arrival, arrival_id)
    if arrival is None:
        raise NotFoundError
    if arrival.voids is not None or work.scalar(
        sa.select(col(Arrival.id)).where(col(Arrival.voids) == arrival_id)
    ):
        raise DomainError("This arrival was voided.", "Nothing is left to do; reload the page.")
    return arrival


# ---- reads
def standing(known_at: datetime | None = None) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions on `arrival` that leave the arrivals nobody voided."""
    voiding = aliased(Arrival)
    voided = sa.select(col(voiding.id)).where(col(voiding.voids) == col(Arrival.id))
    if known_at is not None:
        voided = voided.where(col(voiding.recorded_at) <= known_at)
    return (col(Arrival.voids).is_(None), ~voided.exists())


def money_in_place(
    work: Work,
    since: date,
    as_of: date,
    *,
    project_ids: Projects | None = None,
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> list[MoneyRow]:
    """Return what counts as arrived from `since` to `as_of`, both included, by day.

    That is: accepted arrivals, and tranches of the agreements by which fund money counts as paid.
    """
    accepted = (
        sa.select(
            col(Arrival.project_id),
            col(Arrival.on),
            col(Arrival.amount_fen),
            col(Arrival.id),
            col(Arrival.is_demo),
        )
        .join(ArrivalCheck, col(ArrivalCheck.arrival_id) == col(Arrival.id))
        .where(
            col(Arrival.on).between(since, as_of),
            col(ArrivalCheck.accepted).is_(True),
            *standing(known_at),
        )
    )
    if known_at is not None:
        accepted = accepted.where(col(ArrivalCheck.at) <= known_at)
    if project_ids is not None:
        accepted = accepted.where(col(Arrival.project_id).in_(project_ids))
    if not with_demo:
        accepted = accepted.where(col(Arrival.is_demo).is_(False))
    found = [
        MoneyRow(
            project_id=project_id,
            on=on,
            amount_fen=amount_fen,
            kind="arrival",
            subject_id=arrival_id,
            is_demo=is_demo,
        )
        for project_id, on, amount_fen, arrival_id, is_demo in work.rows(accepted)
    ]
    as_paid = fund_money(
        work,
        as_of,
        project_ids=project_ids,
        known_at=known_at,
        with_demo=with_demo,
        only=FundMoney.AS_PAID,
    )
    found += [row for row in as_paid if row.on >= since]
    return sorted(found, key=lambda row: (row.on, row.subject_id))


def fund_money(
    work: Work,
    as_of: date,
    *,
    project_ids: Projects | None = None,
    known_at: datetime | None = None,
    with_demo: bool = True,
    only: FundMoney | None = None,
) -> list[MoneyRow]:
    """Return what the funds paid into projects, read from the ledger; `only` by this rule."""
    attached = (
        sa.select(
            col(Agreement.investment_id), col(Agreement.project_id), col(Agreement.fund_money)
        )
        .where(col(Agreement.investment_id).is_not(None), col(Agreement.signed_on) <= as_of)
        .order_by(col(Agreement.signed_on), col(Agreement.id))
    )
    if project_ids is not None:
        attached = attached.where(col(Agreement.project_id).in_(project_ids))
    if known_at is not None:
        attached = attached.where(col(Agreement.recorded_at) <= known_at)
    # A framework and the contract after it name the same investment: the later paper decides.
    by_investment = {
        investment_id: (project_id, FundMoney(rule))
        for investment_id, project_id, rule in work.rows(attached)
    }
    counted = {
        investment_id: project_id
        for investment_id, (project_id, rule) in by_investment.items()
        if only is None or rule is only
    }
    if not counted:
        return []
    moment = moments.moment_of(work, as_of, known_at)
    return [
        MoneyRow(
            project_id=counted[paid.investment_id],
            on=paid.on,
            amount_fen=paid.amount_fen,
            kind="transaction",
            subject_id=paid.transaction_id,
            is_demo=paid.is_demo,
        )
        for paid in tranches.payment_rows(work, moment, list(counted), with_demo=with_demo)
    ]


class OfProject(Protocol):
    """All that a total per project needs of a row."""

    @property
    def project_id(self) -> str:
        """Whose money it is."""

    @property
    def amount_fen(self) -> int:
        """How much."""


def totals(rows: Iterable[OfProject]) -> dict[str, int]:
    """Return {project: fen}."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.project_id] = found.get(row.project_id, 0) + row.amount_fen
    return found


def arrivals(work: Work, as_of: date, project_id: str) -> list[ArrivalLine]:
    """Return the arrivals of a project that stand, newest first, with their verdicts."""
    rows = work.rows(
        sa.select(Arrival, ArrivalCheck)
        .outerjoin(ArrivalCheck, col(ArrivalCheck.arrival_id) == col(Arrival.id))
        .where(col(Arrival.project_id) == project_id, col(Arrival.on) <= as_of, *standing())
        .order_by(col(Arrival.on).desc(), col(Arrival.id).desc())
    )
    return [
        ArrivalLine(
            arrival_id=arrival.id,
            on=arrival.on,
            amount_fen=arrival.amount_fen,
            kind=MoneyKind(arrival.kind),
            evidence_file_id=arrival.evidence_file_id,
            note=arrival.note,
            recorded_by=arrival.recorded_by,
            accepted=check.accepted if check else None,
            verified_by=check.verified_by if check else None,
            is_demo=arrival.is_demo,
        )
        for arrival, check in rows
    ]


def to_verify(work: Work, as_of: date, *, with_demo: bool = True) -> list[tuple[str, str, int]]:
    """Return (arrival, project name, fen) of what waits for a second person, oldest first."""
    waiting = (
        sa.select(col(Arrival.id), col(Project.name), col(Arrival.amount_fen))
        .join(Project, col(Project.id) == col(Arrival.project_id))
        .outerjoin(ArrivalCheck, col(ArrivalCheck.arrival_id) == col(Arrival.id))
        .where(col(ArrivalCheck.id).is_(None), col(Arrival.on) <= as_of, *standing())
        .order_by(col(Arrival.on), col(Arrival.id))
    )
    if not with_demo:
        waiting = waiting.where(col(Arrival.is_demo).is_(False))
    return [(arrival_id, name, fen) for arrival_id, name, fen in work.rows(waiting)]
