"""Takings: a project that secured its site holds it, until it ends or moves out.

A taking rests on the milestone “site secured”. Nothing of it is stored twice: it begins with the
milestone, counts while nobody voided that, and ends when the project is terminated or the site is
given back. Of one site no two takings share a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow.sites import Offer, get, offers_at
from dealflow.stages import Milestone, Stage, counts, first_days
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A site in a project's hands: from `since` on, and no longer on `until`."""

    taking_id: str
    site_id: str
    project_id: str
    since: date
    until: date | None

    def is_on(self, day: date) -> bool:
        """Say whether the site is held on a day."""
        return self.since <= day and (self.until is None or day < self.until)


# ---- rules
def share_a_day(one: Held, other: Held) -> bool:
    """Say whether two takings share a day; one that ended before it began has none."""
    ends = date.max
    return max(one.since, other.since) < min(one.until or ends, other.until or ends)


# ---- rows
class SiteTaking(Row, table=True):
    """A site that a milestone “site secured” secured."""

    __tablename__ = "site_taking"
    __table_args__ = strict(sa.UniqueConstraint("milestone_id", "site_id"))

    site_id: str = Field(foreign_key="project_site.id", sa_type=Id, index=True)
    project_id: str = Field(foreign_key="project.id", sa_type=Id, index=True)
    milestone_id: str = Field(foreign_key="milestone.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class SiteRelease(Row, table=True):
    """A site given back while its project goes on."""

    __tablename__ = "site_release"
    __table_args__ = strict(
        sa.UniqueConstraint("taking_id"), sa.CheckConstraint("reason <> ''", name="explained")
    )

    taking_id: str = Field(foreign_key="site_taking.id", sa_type=Id)
    on: date
    reason: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def take(work: Work, actor: Actor, *, site_id: str, milestone_id: str) -> SiteTaking:
    """Let the milestone that secured a site name it.

    errors  the milestone is no “site secured” or was voided; the site is withdrawn, was not listed
            yet, or is held by another project on one of these days
    """
    actor.must(Duty.EDIT_DEALS)
    site = get(work, site_id)
    counting = sa.select(Milestone).where(col(Milestone.id) == milestone_id, *counts())
    milestone: Milestone | None = work.session.execute(counting).scalar()
    if milestone is None or milestone.stage != Stage.SITE:
        raise DomainError(
            "The project has not secured its site.", "Record that stage with its evidence first."
        )
    if offers_at(work, milestone.on).get(site_id, Offer.WITHDRAWN) is Offer.WITHDRAWN:
        raise DomainError(
            "The site {site} was not offered on {on}.",
            "Choose another site, or offer it again from that day.",
            site=site.name,
            on=milestone.on,
        )
    taking = work.add(
        SiteTaking(
            site_id=site_id,
            project_id=milestone.project_id,
            milestone_id=milestone_id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=milestone.is_demo,
        )
    )
    refuse_shared(work, site_ids=[site_id])
    after = {"project": milestone.project_id, "on": milestone.on}
    audit.write(work, actor, "project_site:take", "project_site", site_id, after=after)
    return taking


def release(work: Work, actor: Actor, taking_id: str, *, on: date, reason: str) -> SiteRelease:
    """Give a site back; termination of the project frees it without this.

    errors  a day to come or before the taking; it is free already; no reason
    """
    actor.must(Duty.EDIT_DEALS)
    taking = work.session.get(SiteTaking, taking_id)
    now = next((one for one in takings(work) if one.taking_id == taking_id), None)
    if taking is None or now is None:
        raise NotFoundError
    if now.until is not None:
        raise DomainError(
            "The site has been free since {on}.", "Nothing is left to do.", on=now.until
        )
    if not now.since <= on <= work.today():
        raise DomainError(
            "{on} is not between {since} and today.",
            "Choose the day on which the site was given back.",
            on=on,
            since=now.since,
        )
    if not reason.strip():
        raise DomainError("Giving a site back needs its reason.", "Say in one sentence why.")
    row = work.add(
        SiteRelease(
            taking_id=taking_id,
            on=on,
            reason=reason.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=taking.is_demo,
        )
    )
    after = {"project": taking.project_id, "on": on, "reason": reason.strip()}
    audit.write(work, actor, "project_site:release", "project_site", taking.site_id, after=after)
    return row


def refuse_shared(
    work: Work, *, site_ids: Sequence[str] | None = None, project_id: str | None = None
) -> None:
    """Refuse a state of the books in which two projects hold one of these sites on one day.

    project_id  the sites that this project ever took
    """
    found = takings(work)
    if site_ids is None:
        site_ids = [one.site_id for one in found if one.project_id == project_id]
    for site_id in site_ids:
        here = sorted((one for one in found if one.site_id == site_id), key=lambda one: one.since)
        for number, one in enumerate(here):
            for other in here[number + 1 :]:
                if share_a_day(one, other):
                    site = get(work, site_id)
                    raise DomainError(
                        "The site {site} is held by another project from {since} on.",
                        "Choose another site, or let that project give it back first.",
                        site=site.name,
                        since=one.since,
                    )


# ---- reads
def takings(work: Work, *, site_id: str | None = None) -> list[Held]:
    """Return all takings whose milestone counts, whether they have ended or not."""
    statement = (
        sa.select(
            col(SiteTaking.id),
            col(SiteTaking.site_id),
            col(SiteTaking.project_id),
            col(Milestone.on),
            col(SiteRelease.on),
        )
        .join(Milestone, col(Milestone.id) == col(SiteTaking.milestone_id))
        .outerjoin(SiteRelease, col(SiteRelease.taking_id) == col(SiteTaking.id))
        .where(*counts())
        .order_by(col(Milestone.on), col(SiteTaking.id))
    )
    if site_id is not None:
        statement = statement.where(col(SiteTaking.site_id) == site_id)
    ended = _terminated(work)
    return [
        Held(
            taking_id=taking_id,
            site_id=site,
            project_id=project_id,
            since=since,
            until=min(filter(None, (released, ended.get(project_id))), default=None),
        )
        for taking_id, site, project_id, since, released in work.rows(statement)
    ]


def held_at(work: Work, as_of: date) -> dict[str, Held]:
    """Return {site: who holds it} on a day."""
    return {one.site_id: one for one in takings(work) if one.is_on(as_of)}


def _terminated(work: Work) -> dict[str, date]:
    taken = sa.select(col(SiteTaking.project_id))
    among = sa.and_(
        col(Milestone.project_id).in_(taken), col(Milestone.stage) == Stage.TERMINATED.value
    )
    days = first_days(work, date.max, among=among)
    return {project_id: reached[Stage.TERMINATED] for project_id, reached in days.items()}
