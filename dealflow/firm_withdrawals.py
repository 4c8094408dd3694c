"""Firm withdrawals: a firm gives up the district, and everything that began before ends with it.

One row says it and one row takes it back. Roles in segments, supply and projects in a chain count
only if they began after the last withdrawal that stands, so taking it back restores every figure.
Its live projects are terminated by milestones of their own, which are voided with it.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Field, col

from dealflow import projects
from dealflow.projects import Project, stage_at
from dealflow.stages import OFF_RAMPS, Milestone, Stage
from portfolio import organisations
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class LiveProject:
    """A project that would be terminated with its firm."""

    project_id: str
    code: str
    name: str
    stage: Stage


# ---- rows
class FirmWithdrawal(Row, table=True):
    """A firm withdrew on a day; a row with `reverses` takes another one back."""

    __tablename__ = "firm_withdrawal"
    __table_args__ = strict(
        sa.UniqueConstraint("reverses"),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
        sa.Index("ix_firm_withdrawal_firm_on", "organisation_id", "on"),
    )

    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Id)
    on: date
    reason: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    reverses: str | None = Field(default=None, foreign_key="firm_withdrawal.id", sa_type=Id)
    is_demo: bool = False


class WithdrawalMilestone(Row, table=True):
    """A milestone by which a withdrawal terminated a project."""

    __tablename__ = "withdrawal_milestone"
    __table_args__ = strict(sa.UniqueConstraint("milestone_id"))

    withdrawal_id: str = Field(foreign_key="firm_withdrawal.id", sa_type=Id, index=True)
    milestone_id: str = Field(foreign_key="milestone.id", sa_type=Id)


# ---- commands
def withdraw(
    work: Work,
    actor: Actor,
    organisation_id: str,
    *,
    on: date,
    reason: str,
    is_demo: bool = False,
) -> FirmWithdrawal:
    """Record that a firm gave the district up, and terminate its live projects on that day.

    errors  a day to come; no reason; a withdrawal that stands; a project with a later milestone
    """
    actor.must(Duty.EDIT_DEALS)
    organisations.get(work, organisation_id)
    reason = reason.strip()
    if on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=on)
    if not reason:
        raise DomainError(
            "The withdrawal of a firm needs its reason.", "Say in one sentence why the firm goes."
        )
    last = standing(work, organisation_id)
    if last is not None and last.on >= on:
        raise DomainError(
            "The firm withdrew on {on} already.",
            "Reverse that withdrawal first if it was a mistake.",
            on=last.on,
        )
    row = _record(work, actor, organisation_id, on=on, reason=reason, is_demo=is_demo)
    ended = live_projects(work, on, organisation_id)
    for project in ended:
        milestone = projects.record(
            work, actor, project.project_id, stage=Stage.TERMINATED, on=on, note=reason
        )
        work.add(WithdrawalMilestone(withdrawal_id=row.id, milestone_id=milestone.id))
    after = {"on": on, "reason": reason, "terminated": [project.code for project in ended]}
    audit.write(work, actor, "firm:withdraw", "organisation", organisation_id, after=after)
    return row


def reverse(work: Work, actor: Actor, withdrawal_id: str, *, reason: str) -> FirmWithdrawal:
    """Take a withdrawal back with all that it ended; every figure is as if it had not been made.

    errors  no reason; it was reversed; a site of a terminated project is another's by now
    """
    actor.must(Duty.EDIT_DEALS)
    row = work.session.get(FirmWithdrawal, withdrawal_id)
    if row is None:
        raise NotFoundError
    reason = reason.strip()
    taken_back = sa.select(col(FirmWithdrawal.id)).where(
        col(FirmWithdrawal.reverses) == withdrawal_id
    )
    if row.reverses is not None or work.scalar(taken_back):
        raise DomainError(
            "This withdrawal was reversed already.", "Nothing is left to do; reload the page."
        )
    if not reason:
        raise DomainError(
            "Reversing a withdrawal needs its reason.", "Say in one sentence what was wrong."
        )
    back = _record(
        work,
        actor,
        row.organisation_id,
        on=row.on,
        reason=reason,
        is_demo=row.is_demo,
        reverses=row.id,
    )
    ended = sa.select(col(WithdrawalMilestone.milestone_id)).where(
        col(WithdrawalMilestone.withdrawal_id) == withdrawal_id
    )
    for (milestone_id,) in work.rows(ended):
        if not _is_voided(work, milestone_id):
            projects.void(work, actor, milestone_id, reason=reason)
    after = {"reversed": withdrawal_id, "reason": reason}
    audit.write(work, actor, "firm:withdraw", "organisation", row.organisation_id, after=after)
    return back


def _record(
    work: Work,
    actor: Actor,
    organisation_id: str,
    *,
    on: date,
    reason: str,
    is_demo: bool,
    reverses: str | None = None,
) -> FirmWithdrawal:
    return work.add(
        FirmWithdrawal(
            organisation_id=organisation_id,
            on=on,
            reason=reason,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            reverses=reverses,
            is_demo=is_demo,
        )
    )


def _is_voided(work: Work, milestone_id: str) -> bool:
    from_row = sa.select(col(Milestone.id)).where(col(Milestone.voids) == milestone_id)
    return bool(work.scalar(from_row))


# ---- reads
def stands() -> sa.ColumnElement[bool]:
    """Return the condition that a row is a withdrawal which nobody reversed."""
    back = aliased(FirmWithdrawal)
    reversal = sa.select(col(back.id)).where(col(back.reverses) == col(FirmWithdrawal.id))
    return col(FirmWithdrawal.reverses).is_(None) & ~reversal.exists()


def ended(
    organisation_id: Mapped[str], began_on: sa.SQLColumnExpression[date], as_of: date
) -> sa.ColumnElement[bool]:
    """Return the condition that a firm withdrew by a day, on or after the day something began.

    The engine looks up who ever withdrew in one set; only of those it asks when.
    """
    ever = aliased(FirmWithdrawal)
    since = (
        sa.select(col(FirmWithdrawal.id))
        .where(
            col(FirmWithdrawal.organisation_id) == organisation_id,
            col(FirmWithdrawal.on) >= began_on,
            col(FirmWithdrawal.on) <= as_of,
            stands(),
        )
        .correlate_except(FirmWithdrawal)
        .exists()
    )
    return organisation_id.in_(sa.select(col(ever.organisation_id))) & since


def standing(work: Work, organisation_id: str, as_of: date = date.max) -> FirmWithdrawal | None:
    """Return the last withdrawal of a firm by a day that nobody reversed."""
    found: FirmWithdrawal | None = work.session.execute(
        sa.select(FirmWithdrawal)
        .where(
            col(FirmWithdrawal.organisation_id) == organisation_id,
            col(FirmWithdrawal.on) <= as_of,
            stands(),
        )
        .order_by(col(FirmWithdrawal.on).desc(), col(FirmWithdrawal.id).desc())
        .limit(1)
    ).scalar()
    return found


def live_projects(work: Work, as_of: date, organisation_id: str) -> list[LiveProject]:
    """Return the projects of a firm that have not left the road by a day, by code."""
    rows = work.rows(
        sa.select(
            col(Project.id), col(Project.code), col(Project.name), stage_at(as_of).label("stage")
        )
        .where(
            col(Project.organisation_id) == organisation_id, col(Project.first_heard_on) <= as_of
        )
        .order_by(col(Project.code))
    )
    return [
        LiveProject(project_id=row.id, code=row.code, name=row.name, stage=stage)
        for row in rows
        for stage in (Stage(row.stage or Stage.LEAD),)
        if stage not in OFF_RAMPS
    ]
