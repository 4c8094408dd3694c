"""The inventory as a page shows it: each site with its standing on a day and who holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from dealflow.projects import Project
from dealflow.site_takings import Held, held_at, takings
from dealflow.sites import Offer, ProjectSite, SiteKind, offers_at
from dealflow.stages import Milestone, Stage, counts
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError


# ---- facts
class Standing(StrEnum):
    """Whether a firm can have a site."""

    FREE = "free"
    LATER = "later"  # offered and held by nobody, but not ready yet
    RESERVED = "reserved"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


CAN_BE_HAD = (Standing.FREE, Standing.LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """A site on a day."""

    site: ProjectSite
    standing: Standing
    held: Held | None
    holder: str  # name of the project that holds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the reader wants to see."""

    kind: SiteKind | None = None
    park: str = ""
    standing: Standing | None = None
    least_m2: int | None = None
    with_demo: bool = True
    only_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A time in which a project held a site."""

    held: Held
    project: str
    is_demo: bool


# ---- rules
def standing(site: ProjectSite, offer: Offer, held: Held | None, as_of: date) -> Standing:
    """Return whether a firm can have a site on a day; who holds it comes before what is said."""
    if held is not None:
        return Standing.TAKEN
    if offer is not Offer.OPEN:
        return Standing.RESERVED if offer is Offer.RESERVED else Standing.WITHDRAWN
    ready = site.free_from is None or site.free_from <= as_of
    return Standing.FREE if ready else Standing.LATER


def passes(line: SiteLine, filters: Filters) -> bool:
    """Say whether a line is among those asked for; a withdrawn one only where it is asked for."""
    if filters.standing is None and line.standing is Standing.WITHDRAWN:
        return False
    return (
        filters.standing in {None, line.standing}
        and filters.kind in {None, SiteKind(line.site.kind)}
        and filters.park in {"", line.site.park}
        and line.site.area_m2 >= (filters.least_m2 or 0)
    )


# ---- reads
def listed(work: Work, as_of: date, filters: Filters | None = None) -> list[SiteLine]:
    """Return the sites listed by a day that pass the filters, by park and code."""
    filters = filters or Filters()
    statement = (
        sa.select(ProjectSite)
        .where(col(ProjectSite.listed_on) <= as_of)
        .order_by(col(ProjectSite.park), col(ProjectSite.code))
    )
    if not filters.with_demo:
        statement = statement.where(col(ProjectSite.is_demo).is_(False))
    if filters.only_public:
        statement = statement.where(col(ProjectSite.is_public).is_(True))
    rows = list(work.session.execute(statement).scalars())
    offers, held = offers_at(work, as_of), held_at(work, as_of)
    names = _names(work, [one.project_id for one in held.values()])
    lines = (
        SiteLine(
            site=site,
            standing=standing(site, offers[site.id], held.get(site.id), as_of),
            held=held.get(site.id),
            holder=names[held[site.id].project_id] if site.id in held else "",
        )
        for site in rows
    )
    return [line for line in lines if passes(line, filters)]


def line(work: Work, as_of: date, site_id: str) -> SiteLine:
    """Return one site on a day, or answer like one that is not there."""
    withdrawn = Filters(standing=Standing.WITHDRAWN)
    for found in (*listed(work, as_of), *listed(work, as_of, withdrawn)):
        if found.site.id == site_id:
            return found
    raise NotFoundError


def spells(work: Work, as_of: date, site_id: str) -> list[Spell]:
    """Return who held a site up to a day, the newest first."""
    past = [one for one in takings(work, site_id=site_id) if one.since <= as_of]
    rows = sa.select(col(Project.id), col(Project.name), col(Project.is_demo)).where(
        col(Project.id).in_([one.project_id for one in past])
    )
    named = {project_id: (name, is_demo) for project_id, name, is_demo in work.rows(rows)}
    return [
        Spell(held=one, project=named[one.project_id][0], is_demo=named[one.project_id][1])
        for one in reversed(past)
    ]


def without_site(work: Work, *, with_demo: bool = True) -> list[tuple[str, str]]:
    """Return (milestone, project's name) of “site secured” milestones that name no site."""
    named = sa.select(col(Milestone.id)).where(col(Milestone.stage) == Stage.SITE.value, *counts())
    taken = {(one.project_id, one.since) for one in takings(work)}
    statement = (
        sa.select(col(Milestone.id), col(Project.id), col(Milestone.on), col(Project.name))
        .join(Project, col(Project.id) == col(Milestone.project_id))
        .where(col(Milestone.id).in_(named))
        .order_by(col(Milestone.on).desc(), col(Project.name))
    )
    if not with_demo:
        statement = statement.where(col(Project.is_demo).is_(False))
    return [
        (milestone_id, name)
        for milestone_id, project_id, on, name in work.rows(statement)
        if (project_id, on) not in taken
    ]


def held_by(work: Work, as_of: date, project_id: str) -> list[tuple[ProjectSite, Held]]:
    """Return the sites that a project holds on a day."""
    mine = {
        one.site_id: one for one in held_at(work, as_of).values() if one.project_id == project_id
    }
    rows = (
        sa.select(ProjectSite).where(col(ProjectSite.id).in_(mine)).order_by(col(ProjectSite.code))
    )
    return [(site, mine[site.id]) for site in work.session.execute(rows).scalars()]


def parks(work: Work, *, with_demo: bool = True) -> list[str]:
    """Return the parks that have a site."""
    statement = sa.select(col(ProjectSite.park)).where(col(ProjectSite.park) != "").distinct()
    if not with_demo:
        statement = statement.where(col(ProjectSite.is_demo).is_(False))
    return sorted(park for (park,) in work.rows(statement))


def _names(work: Work, project_ids: list[str]) -> Mapping[str, str]:
    rows = sa.select(col(Project.id), col(Project.name)).where(col(Project.id).in_(project_ids))
    return dict(work.rows(rows))
