"""Leads: what a unit heard about a firm, and how the lead went round until somebody took it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from dealflow import projects
from dealflow.units import Unit
from portfolio import organisations
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
class SourceKind(StrEnum):
    """How the district came to hear of a firm."""

    CHAIN_LEADER = "chain_leader"
    FUND = "fund"
    VISIT = "visit"
    EVENT = "event"
    LIAISON_OFFICE = "liaison_office"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCounts:
    """How leads went round, of those received by `as_of`."""

    received: int
    circulated: int  # handed over at least once
    waiting: int  # handed over and not accepted yet
    overdue: int  # waiting beyond the day by which they were to be accepted
    became_projects: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """One step of a lead's way."""

    handover_id: str
    from_unit: str
    to_unit: str
    on: date
    accept_by: date
    accepted_on: date | None


# ---- rows
class Lead(Row, table=True):
    """A lead as it was received; who holds it now is read from its handovers."""

    __tablename__ = "lead"
    __table_args__ = strict(
        sa.UniqueConstraint("code"), sa.CheckConstraint("title <> ''", name="titled")
    )

    code: str
    title: str
    firm_name: str = ""
    credit_code: str = ""
    source: str = ""  # in words
    source_kind: str = ""  # one of SourceKind; empty where it was written before there were kinds
    unit_id: str = Field(foreign_key="unit.id", sa_type=Id, index=True)
    received_on: date = Field(index=True)
    project_id: str | None = Field(default=None, foreign_key="project.id", sa_type=Id, index=True)
    is_demo: bool = False


class Handover(Row, table=True):
    """A lead handed from one unit to another, with a day by which it is to be accepted."""

    __tablename__ = "handover"
    __table_args__ = strict(
        sa.CheckConstraint("from_unit_id <> to_unit_id", name="another_unit"),
        sa.CheckConstraint('accept_by >= "on"', name="time_to_accept"),
        sa.CheckConstraint(
            'accepted_on IS NULL OR accepted_on >= "on"', name="accepted_after_handing"
        ),
    )

    lead_id: str = Field(foreign_key="lead.id", sa_type=Id, index=True)
    from_unit_id: str = Field(foreign_key="unit.id", sa_type=Id)
    to_unit_id: str = Field(foreign_key="unit.id", sa_type=Id, index=True)
    on: date
    accept_by: date
    accepted_on: date | None = None
    is_demo: bool = False


# ---- commands
def receive(
    work: Work,
    actor: Actor,
    *,
    code: str,
    title: str,
    unit_id: str,
    received_on: date,
    firm_name: str = "",
    credit_code: str = "",
    source: str = "",
    source_kind: SourceKind | None = None,
    is_demo: bool = False,
) -> Lead:
    """Record a lead with the unit that heard of it."""
    actor.must(Duty.EDIT_DEALS)
    if not title.strip():
        raise DomainError("The lead has no title.", "Say in a few words what it is about.")
    if work.scalar(sa.select(col(Lead.id)).where(col(Lead.code) == code)):
        raise DomainError(
            "There is a lead with the code {code} already.", "Choose another code.", code=code
        )
    lead = work.add(
        Lead(
            code=code,
            title=title.strip(),
            firm_name=firm_name.strip(),
            credit_code=organisations.check_credit_code(credit_code) if credit_code else "",
            source=source,
            source_kind=source_kind.value if source_kind else "",
            unit_id=unit_id,
            received_on=received_on,
            is_demo=is_demo,
        )
    )
    audit.write(work, actor, "lead:receive", "lead", lead.id, after={"code": code, "title": title})
    return lead


def hand_over(
    work: Work, actor: Actor, lead_id: str, *, to_unit_id: str, on: date, accept_by: date
) -> Handover:
    """Hand a lead from the unit that holds it to another; one handover at a time."""
    actor.must(Duty.EDIT_DEALS)
    lead = get(work, lead_id)
    last = _last(work, lead_id)
    if last is not None and last.accepted_on is None:
        raise DomainError(
            "The lead was handed over on {on} and is not accepted yet.",
            "Let the unit accept it first.",
            on=last.on,
        )
    holder = last.to_unit_id if last else lead.unit_id
    since = last.accepted_on if last and last.accepted_on else lead.received_on
    if to_unit_id == holder:
        raise DomainError("This unit holds the lead already.", "Choose another unit.")
    if on < since:
        raise DomainError(
            "The lead came to its unit on {since}, after {on}.",
            "Date the handover no earlier.",
            since=since,
            on=on,
        )
    if accept_by < on:
        raise DomainError(
            "The lead is to be accepted by {accept_by}, before it is handed over on {on}.",
            "Choose a later day.",
            accept_by=accept_by,
            on=on,
        )
    handover = work.add(
        Handover(
            lead_id=lead_id,
            from_unit_id=holder,
            to_unit_id=to_unit_id,
            on=on,
            accept_by=accept_by,
            is_demo=lead.is_demo,
        )
    )
    after = {"from": holder, "to": to_unit_id, "on": on, "accept_by": accept_by}
    audit.write(work, actor, "lead:hand_over", "lead", lead_id, after=after)
    return handover


def accept(work: Work, actor: Actor, lead_id: str, *, on: date) -> Handover:
    """Accept the open handover of a lead; from then on the unit holds it."""
    actor.must(Duty.EDIT_DEALS)
    last = _last(work, lead_id)
    if last is None or last.accepted_on is not None:
        raise DomainError(
            "There is no handover of this lead to accept.", "Nothing is left to do; reload."
        )
    if on < last.on:
        raise DomainError(
            "The lead was handed over on {handed}, after {on}.",
            "Date the acceptance no earlier.",
            handed=last.on,
            on=on,
        )
    last.accepted_on = on
    work.add(last)
    audit.write(work, actor, "lead:accept", "lead", lead_id, after={"accepted_on": on})
    return last


def become(work: Work, actor: Actor, lead_id: str, project_id: str) -> Lead:
    """Note which project a lead has become; it cannot become two."""
    actor.must(Duty.EDIT_DEALS)
    lead, project = get(work, lead_id), projects.get(work, project_id)
    if lead.project_id is not None and lead.project_id != project.id:
        raise DomainError(
            "The lead {code} has become another project already.",
            "Open that project.",
            code=lead.code,
        )
    lead.project_id = project.id
    work.add(lead)
    audit.write(work, actor, "lead:become", "lead", lead_id, after={"project": project.code})
    return lead


# ---- reads
def get(work: Work, lead_id: str) -> Lead:
    """Return the lead or answer like one that is not there."""
    lead = work.session.get(Lead, lead_id)
    if lead is None:
        raise NotFoundError
    return lead


def next_code(work: Work, year: int) -> str:
    """Return the next free code of a year, such as L-2026-0042."""
    prefix = f"L-{year}-"
    codes = work.rows(sa.select(col(Lead.code)).where(col(Lead.code).startswith(prefix)))
    numbers = [int(tail) for (code,) in codes if (tail := code.removeprefix(prefix)).isdigit()]
    return f"{prefix}{max(numbers, default=0) + 1:04d}"


def _last(work: Work, lead_id: str) -> Handover | None:
    found: Handover | None = work.session.execute(
        sa.select(Handover)
        .where(col(Handover.lead_id) == lead_id)
        .order_by(col(Handover.on).desc(), col(Handover.id).desc())
        .limit(1)
    ).scalar()
    return found


def holder_id(work: Work, lead_id: str) -> str:
    """Return the unit that holds the lead: the last that accepted it, else the first."""
    accepted: str | None = work.scalar(
        sa.select(col(Handover.to_unit_id))
        .where(col(Handover.lead_id) == lead_id, col(Handover.accepted_on).is_not(None))
        .order_by(col(Handover.on).desc(), col(Handover.id).desc())
        .limit(1)
    )
    return accepted or get(work, lead_id).unit_id


def history(work: Work, lead_id: str) -> list[HandoverLine]:
    """Return the way a lead went, oldest first."""
    giver, taker = aliased(Unit), aliased(Unit)
    rows = work.rows(
        sa.select(
            col(Handover.id),
            col(giver.name),
            col(taker.name),
            col(Handover.on),
            col(Handover.accept_by),
            col(Handover.accepted_on),
        )
        .join(giver, col(giver.id) == col(Handover.from_unit_id))
        .join(taker, col(taker.id) == col(Handover.to_unit_id))
        .where(col(Handover.lead_id) == lead_id)
        .order_by(col(Handover.on), col(Handover.id))
    )
    return [
        HandoverLine(
            handover_id=handover_id,
            from_unit=from_unit,
            to_unit=to_unit,
            on=on,
            accept_by=accept_by,
            accepted_on=accepted_on,
        )
        for handover_id, from_unit, to_unit, on, accept_by, accepted_on in rows
    ]


def counts(work: Work, as_of: date, *, with_demo: bool = True) -> LeadCounts:
    """Count the leads received by a day and how they went round."""
    received = col(Lead.received_on) <= as_of
    if not with_demo:
        received = sa.and_(received, col(Lead.is_demo).is_(False))
    total, became = work.rows(
        sa.select(sa.func.count(), sa.func.count(col(Lead.project_id))).where(received)
    )[0]
    open_then = sa.or_(col(Handover.accepted_on).is_(None), col(Handover.accepted_on) > as_of)
    late_then = sa.and_(open_then, col(Handover.accept_by) < as_of)
    circulated, waiting, overdue = work.rows(
        sa.select(
            sa.func.count(sa.distinct(col(Handover.lead_id))),
            sa.func.count(sa.case((open_then, 1))),
            sa.func.count(sa.case((late_then, 1))),
        )
        .join(Lead, col(Lead.id) == col(Handover.lead_id))
        .where(received, col(Handover.on) <= as_of)
    )[0]
    return LeadCounts(
        received=total,
        circulated=circulated,
        waiting=waiting,
        overdue=overdue,
        became_projects=became,
    )
