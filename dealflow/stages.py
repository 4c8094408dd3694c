"""Stages: the road from a lead to a factory, as dated milestones with their evidence.

A stage is derived from the milestones that nobody voided: the latest one, and of one day the
furthest. Stages may be skipped but never stand out of date order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError


# ---- facts
class Stage(StrEnum):
    """How far a project is, in the order of the road; the last two leave it."""

    LEAD = "lead"
    IN_TALKS = "in_talks"
    FRAMEWORK = "framework"
    FORMAL = "formal"
    REGISTERED = "registered"
    SITE = "site"
    STARTED = "started"
    PRODUCTION = "production"
    CAPACITY = "capacity"
    SHELVED = "shelved"
    TERMINATED = "terminated"

    @property
    def rank(self) -> int:
        """The place on the road; an off-ramp counts as further than any stage of its day."""
        return RANKS[self]


RANKS = {stage: number for number, stage in enumerate(Stage)}
OFF_RAMPS = (Stage.SHELVED, Stage.TERMINATED)
AT_REST = (*OFF_RAMPS, Stage.PRODUCTION, Stage.CAPACITY)  # nothing more is waited for
ROAD = tuple(stage for stage in Stage if stage not in OFF_RAMPS)
BY_SIGNING = (Stage.FRAMEWORK, Stage.FORMAL)
EVIDENCED = (Stage.REGISTERED, Stage.SITE, Stage.STARTED, Stage.PRODUCTION, Stage.CAPACITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A milestone that counts: nobody voided it."""

    stage: Stage
    on: date


# ---- rules
def furthest(events: Sequence[Event], as_of: date) -> Event | None:
    """Return the event that says the stage at the close of `as_of`, None before the first."""
    happened = [event for event in events if event.on <= as_of]
    return max(happened, key=lambda event: (event.on, event.stage.rank), default=None)


def refuse_disorder(events: Sequence[Event], new: Event) -> None:
    """Refuse an event that would stand before an earlier stage or after a later one.

    A shelved project goes on by any stage of a later day, its last one included; a terminated
    one does not.
    """
    stopped = furthest([e for e in events if e.stage in OFF_RAMPS], date.max)
    if stopped and stopped.stage is Stage.TERMINATED:
        raise DomainError(
            "The project was terminated on {on}.",
            "Void that milestone first if it was a mistake.",
            on=stopped.on,
        )
    resumes = stopped is not None and new.on > stopped.on
    for event in events:
        if event.stage is new.stage and new.stage in ROAD and not (resumes and event.on < new.on):
            raise DomainError(
                "The project reached {stage} on {on} already.",
                "Void that milestone first if the day was wrong.",
                stage=event.stage,
                on=event.on,
            )
        if new.stage in OFF_RAMPS:
            wrong = event.on > new.on
        elif event.stage in OFF_RAMPS:
            wrong = event.on == new.on
        else:
            wrong = (event.stage.rank < new.stage.rank and event.on > new.on) or (
                event.stage.rank > new.stage.rank and event.on < new.on
            )
        if wrong:
            raise DomainError(
                "{stage} on {on} does not fit {other} on {other_on}: stages follow their dates.",
                "Check both days; void the milestone that is wrong.",
                stage=new.stage,
                on=new.on,
                other=event.stage,
                other_on=event.on,
            )


# ---- rows
class Milestone(Row, table=True):
    """A stage reached on a day. A row with `voids` takes another one back and is none itself."""

    __tablename__ = "milestone"
    __table_args__ = strict(
        sa.UniqueConstraint("voids"), sa.Index("ix_milestone_project_on", "project_id", "on")
    )

    project_id: str = Field(foreign_key="project.id", sa_type=Id)
    stage: str = Field(sa_type=one_of(*Stage))
    on: date
    evidence_file_id: str | None = Field(default=None, foreign_key="stored_file.id", sa_type=Id)
    # A start is shown twice: by its permit, and by a photo of the work.
    photo_file_id: str | None = Field(default=None, foreign_key="stored_file.id", sa_type=Id)
    note: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    voids: str | None = Field(default=None, foreign_key="milestone.id", sa_type=Id)
    is_demo: bool = False


# ---- reads
def effective(work: Work, project_id: str) -> list[Event]:
    """Return the milestones of a project that count, by date."""
    rows = work.rows(
        sa.select(col(Milestone.stage), col(Milestone.on))
        .where(col(Milestone.project_id) == project_id, *counts())
        .order_by(col(Milestone.on))
    )
    return [Event(stage=Stage(stage), on=on) for stage, on in rows]


def counts(known_at: datetime | None = None) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions on `milestone` that leave the milestones nobody voided."""
    voiding = aliased(Milestone)
    voided = sa.select(col(voiding.id)).where(col(voiding.voids) == col(Milestone.id))
    if known_at is None:
        return (col(Milestone.voids).is_(None), ~voided.exists())
    return (
        col(Milestone.voids).is_(None),
        ~voided.where(col(voiding.recorded_at) <= known_at).exists(),
        col(Milestone.recorded_at) <= known_at,
    )


def first_days(
    work: Work,
    as_of: date,
    *,
    among: sa.ColumnElement[bool] | None = None,
    known_at: datetime | None = None,
) -> dict[str, dict[Stage, date]]:
    """Return {project: {stage: the first day it was reached}} up to a day."""
    statement = (
        sa.select(col(Milestone.project_id), col(Milestone.stage), sa.func.min(col(Milestone.on)))
        .where(col(Milestone.on) <= as_of, *counts(known_at))
        .group_by(col(Milestone.project_id), col(Milestone.stage))
    )
    if among is not None:
        statement = statement.where(among)
    found: dict[str, dict[Stage, date]] = {}
    for project_id, stage, on in work.rows(statement):
        found.setdefault(project_id, {})[Stage(stage)] = on
    return found
