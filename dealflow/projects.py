"""Projects: a firm's intention to come, followed from a first lead to a working factory.

Where a project stands is derived from its milestones (stages.py). What the pages show of projects
is read in board.py.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import site_takings
from dealflow.stages import (
    BY_SIGNING,
    EVIDENCED,
    OFF_RAMPS,
    RANKS,
    Event,
    Milestone,
    Stage,
    counts,
    effective,
    furthest,
    refuse_disorder,
)
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError


# ---- facts
class SizeClass(StrEnum):
    """The class a project is reported in."""

    NONE = "none"
    YI50 = "yi50"  # 50 亿级
    YI20 = "yi20"  # 20 亿级


# ---- rows
class Project(Row, table=True):
    """A project. Its stage, its contract amount and its money are not here: they are derived."""

    __tablename__ = "project"
    __table_args__ = strict(
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("name <> ''", name="named"),
        sa.CheckConstraint(
            "planned_investment_fen IS NULL OR planned_investment_fen > 0", name="planned_positive"
        ),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    code: str
    name: str
    name_en: str = ""
    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Id, index=True)
    unit_id: str | None = Field(default=None, foreign_key="unit.id", sa_type=Id, index=True)
    system_code: str | None = Field(default=None, foreign_key="industry_system.code", index=True)
    chain_id: str | None = Field(default=None, foreign_key="chain.id", sa_type=Id, index=True)
    segment_id: str | None = Field(default=None, foreign_key="segment.id", sa_type=Id, index=True)
    park: str = ""
    planned_investment_fen: int | None = Field(default=None, sa_type=Fen)
    size_class: str = Field(default=SizeClass.NONE.value, sa_type=one_of(*SizeClass))
    needs_site: bool = True  # False: an office, whose site milestone is a lease
    owner_account_id: str | None = Field(
        default=None, foreign_key="account.id", sa_type=Id, index=True
    )
    source: str = ""
    first_heard_on: date
    is_demo: bool = False
    version: int = 1


# ---- commands
def create(
    work: Work,
    actor: Actor,
    *,
    code: str,
    name: str,
    organisation_id: str,
    first_heard_on: date,
    name_en: str = "",
    unit_id: str | None = None,
    system_code: str | None = None,
    chain_id: str | None = None,
    segment_id: str | None = None,
    park: str = "",
    planned_investment_fen: int | None = None,
    size_class: SizeClass = SizeClass.NONE,
    needs_site: bool = True,
    owner_account_id: str | None = None,
    source: str = "",
    is_demo: bool = False,
    lead_is_demo: bool | None = None,
) -> Project:
    """Record a project; the day it was first heard of becomes its first milestone, a lead."""
    actor.must(Duty.EDIT_DEALS)
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise DomainError("The project has no code or no name.", "Enter both.")
    if work.scalar(sa.select(col(Project.id)).where(col(Project.code) == code)):
        raise DomainError(
            "There is a project with the code {code} already.", "Choose another code.", code=code
        )
    project = Project(
        code=code,
        name=name,
        name_en=name_en,
        organisation_id=organisation_id,
        unit_id=unit_id,
        system_code=system_code,
        chain_id=chain_id,
        segment_id=segment_id,
        park=park,
        planned_investment_fen=planned_investment_fen,
        size_class=size_class.value,
        needs_site=needs_site,
        owner_account_id=owner_account_id,
        source=source,
        first_heard_on=first_heard_on,
        is_demo=is_demo,
    )
    _refuse_unplanned(project)
    work.add(project)
    after = {"code": code, "name": name, "planned_investment_fen": planned_investment_fen}
    audit.write(work, actor, "project:create", "project", project.id, after=after)
    record(work, actor, project.id, stage=Stage.LEAD, on=first_heard_on, is_demo=lead_is_demo)
    return project


def _refuse_unplanned(project: Project) -> None:
    if project.planned_investment_fen is not None and project.planned_investment_fen <= 0:
        raise DomainError(
            "A planned investment is more than nothing.",
            "Leave it empty while no amount is known.",
        )


EDITABLE = (
    "name",
    "name_en",
    "system_code",
    "chain_id",
    "segment_id",
    "park",
    "size_class",
    "needs_site",
    "owner_account_id",
    "source",
)


def change(
    work: Work, actor: Actor, project_id: str, *, version: int, facts: Mapping[str, Any]
) -> Project:
    """Change some of the EDITABLE facts; a form opened before another change is refused.

    The unit and the planned amount change since a day: amendments.py.
    """
    actor.must(Duty.EDIT_DEALS)
    assert set(facts) <= set(EDITABLE), f"not to be edited: {set(facts) - set(EDITABLE)}"
    project = get(work, project_id)
    before = {name: getattr(project, name) for name in facts}
    if project.version != version:
        raise StaleError(
            mine={**facts, "version": version}, theirs={**before, "version": project.version}
        )
    for name, value in facts.items():
        setattr(project, name, value)
    if not project.name.strip():
        raise DomainError("The project has no name.", "Enter its name.")
    project.version += 1
    work.add(project)
    audit.write(work, actor, "project:change", "project", project.id, before=before, after=facts)
    return project


def record(
    work: Work,
    actor: Actor,
    project_id: str,
    *,
    stage: Stage,
    on: date,
    evidence_file_id: str | None = None,
    photo_file_id: str | None = None,
    note: str = "",
    is_demo: bool | None = None,
) -> Milestone:
    """Record that a project reached a stage on a day.

    errors  a day to come; out of date order; a stage that it has; no evidence; no reason to stop
    """
    actor.must(Duty.EDIT_DEALS)
    project = get(work, project_id)
    if on > work.today():
        raise DomainError(
            "{on} is still to come.", "Record a milestone once it has happened.", on=on
        )
    if stage in EVIDENCED and evidence_file_id is None:
        raise DomainError(
            "The stage {stage} needs its evidence.",
            "Upload the permit, the lease, the licence or the protocol that shows it.",
            stage=stage,
        )
    if stage in OFF_RAMPS and not note.strip():
        raise DomainError(
            "A project that is shelved or terminated needs its reason.",
            "Say in one sentence why it stops.",
        )
    refuse_disorder(effective(work, project_id), Event(stage=stage, on=on))
    milestone = work.add(
        Milestone(
            project_id=project_id,
            stage=stage.value,
            on=on,
            evidence_file_id=evidence_file_id,
            photo_file_id=photo_file_id,
            note=note,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=project.is_demo if is_demo is None else is_demo,
        )
    )
    _bump(work, project)
    after = {"stage": stage.value, "on": on, "note": note, "evidence": evidence_file_id}
    audit.write(work, actor, "project:milestone", "project", project_id, after=after)
    return milestone


def move(
    work: Work,
    actor: Actor,
    project_id: str,
    *,
    to: Stage,
    on: date,
    version: int,
    evidence_file_id: str | None = None,
    photo_file_id: str | None = None,
    note: str = "",
) -> Milestone:
    """Move a project from the board: `record` with the gates of the board and a stale check."""
    actor.must(Duty.EDIT_DEALS)
    project = get(work, project_id)
    now = furthest(effective(work, project_id), date.max)
    if project.version != version:
        raise StaleError(
            mine={"to": to.value, "on": on, "version": version},
            theirs={"stage": now.stage.value if now else None, "version": project.version},
        )
    if to in BY_SIGNING:
        raise DomainError(
            "A project comes to the stage {stage} by signing.",
            "Record the agreement: its day of signing moves the project.",
            stage=to,
        )
    if to is Stage.STARTED and (evidence_file_id is None or photo_file_id is None):
        raise DomainError(
            "A start needs the permit and a photo of the site.",
            "Upload both: the permit alone does not show that work has begun.",
        )
    return record(
        work,
        actor,
        project_id,
        stage=to,
        on=on,
        evidence_file_id=evidence_file_id,
        photo_file_id=photo_file_id,
        note=note,
    )


def void(work: Work, actor: Actor, milestone_id: str, *, reason: str) -> Milestone:
    """Take a milestone back by a row of its own; the stage falls back by itself."""
    actor.must(Duty.EDIT_DEALS)
    milestone = work.session.get(Milestone, milestone_id)
    if milestone is None:
        raise NotFoundError
    if not reason.strip():
        raise DomainError(
            "Voiding a milestone needs its reason.", "Say in one sentence what was wrong."
        )
    taken_back = sa.select(col(Milestone.id)).where(col(Milestone.voids) == milestone_id)
    if milestone.voids is not None or work.scalar(taken_back):
        raise DomainError(
            "This milestone was voided already.", "Nothing is left to do; reload the page."
        )
    voided = work.add(
        Milestone(
            project_id=milestone.project_id,
            stage=milestone.stage,
            on=milestone.on,
            note=reason,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            voids=milestone.id,
            is_demo=milestone.is_demo,
        )
    )
    if milestone.stage == Stage.TERMINATED:
        # Its site was free for others since; the project cannot have it back from one of them.
        site_takings.refuse_shared(work, project_id=milestone.project_id)
    _bump(work, get(work, milestone.project_id))
    before = {"stage": milestone.stage, "on": milestone.on}
    after = {"void": milestone.id, "reason": reason}
    audit.write(
        work, actor, "project:void", "project", milestone.project_id, before=before, after=after
    )
    return voided


def _bump(work: Work, project: Project) -> None:
    # Whoever opened the project before this milestone must see it before he moves it.
    project.version += 1
    work.add(project)


# ---- reads
def get(work: Work, project_id: str) -> Project:
    """Return the project or answer like one that is not there."""
    project = work.session.get(Project, project_id)
    if project is None:
        raise NotFoundError
    return project


def by_code(work: Work, code: str) -> Project:
    """Return the project of that code or answer like one that is not there."""
    found: Project | None = work.session.execute(
        sa.select(Project).where(col(Project.code) == code)
    ).scalar()
    if found is None:
        raise NotFoundError
    return found


def stage_at(as_of: date, known_at: datetime | None = None) -> sa.ScalarSelect[str]:
    """Return the stage of the project of the enclosing select, NULL where none was known yet."""
    rank = sa.case(RANKS, value=col(Milestone.stage))
    return (
        sa.select(col(Milestone.stage))
        .where(
            col(Milestone.project_id) == col(Project.id),
            col(Milestone.on) <= as_of,
            *counts(known_at),
        )
        .order_by(col(Milestone.on).desc(), rank.desc())
        .limit(1)
        .correlate(Project)
        .scalar_subquery()
    )
