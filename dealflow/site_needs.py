"""Needs of a project and the sites that meet them, each criterion with what is missing.

No hidden weight: every criterion that the project names is worth its points in full where the site
meets it, a part of them in proportion to how near it comes, none where nothing is known of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import projects
from dealflow.site_list import CAN_BE_HAD, Filters, SiteLine, listed
from dealflow.sites import SiteKind, read_utilities
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, StaleError


# ---- rows
class SiteNeed(Row, table=True):
    """What a project asks of its site; what it leaves open is None or empty."""

    __tablename__ = "site_need"
    __table_args__ = strict(
        sa.UniqueConstraint("project_id"),
        sa.CheckConstraint("area_m2 IS NULL OR area_m2 > 0", name="area_positive"),
        sa.CheckConstraint(
            "floor_load_kg_m2 IS NULL OR floor_load_kg_m2 > 0", name="floor_load_positive"
        ),
        sa.CheckConstraint("power_kva IS NULL OR power_kva > 0", name="power_positive"),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    project_id: str = Field(foreign_key="project.id", sa_type=Id)
    kind: str | None = Field(default=None, sa_type=one_of(*SiteKind))
    park: str = ""
    area_m2: int | None = None
    floor_load_kg_m2: int | None = None
    power_kva: int | None = None
    utilities: str = ""
    needed_by: date | None = None
    is_demo: bool = False
    version: int = 1


# ---- facts
class Criterion(StrEnum):
    """What a site is measured by."""

    AREA = "area"
    KIND = "kind"
    FLOOR_LOAD = "floor_load"
    POWER = "power"
    READY = "ready"
    PARK = "park"
    UTILITIES = "utilities"


C = Criterion
WEIGHTS: Mapping[Criterion, float] = {
    C.AREA: 30,
    C.KIND: 20,
    C.FLOOR_LOAD: 15,
    C.POWER: 15,
    C.READY: 10,
    C.PARK: 5,
    C.UTILITIES: 5,
}
DAYS_TOO_LATE = 180  # from here on a later day is worth nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One criterion of one site beside what was asked.

    short  what is missing, in m², kg/m², kVA, days or utilities; None where nothing is known of
           the site, or there is no more or less
    """

    code: Criterion
    share: float
    weight: float
    wanted: int | str | date
    has: int | str | date | None
    short: int | None = None

    @property
    def is_met(self) -> bool:
        """Say whether nothing is missing."""
        return self.share == 1

    @property
    def points(self) -> float:
        """Return what the criterion adds to the score."""
        return self.share * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A site beside a need."""

    line: SiteLine
    parts: tuple[Measured, ...]

    @property
    def score(self) -> float:
        """The sum of its parts."""
        return sum(part.points for part in self.parts)

    @property
    def most(self) -> float:
        """The score of a site that meets all that was asked."""
        return sum(part.weight for part in self.parts)

    @property
    def fits(self) -> bool:
        """Say whether every criterion is met."""
        return all(part.is_met for part in self.parts)


# ---- rules
def measured(
    need: SiteNeed,
    line: SiteLine,
    as_of: date,
    *,
    weights: Mapping[Criterion, float] = WEIGHTS,
) -> tuple[Measured, ...]:
    """Measure a site by what was asked, in the order of the weights."""
    site = line.site
    found = {
        part.code: part
        for part in (
            _at_least(C.AREA, need.area_m2, site.area_m2, weights),
            _same(C.KIND, need.kind, site.kind, weights),
            _at_least(C.FLOOR_LOAD, need.floor_load_kg_m2, site.floor_load_kg_m2, weights),
            _at_least(C.POWER, need.power_kva, site.power_kva, weights),
            _ready(need.needed_by, max(site.free_from or as_of, as_of), weights),
            _same(C.PARK, need.park or None, site.park, weights),
            _utilities(need.utilities, site.utilities, weights),
        )
        if part is not None
    }
    return tuple(found[code] for code in weights if code in found)


def _at_least(
    code: Criterion, wanted: int | None, has: int | None, weights: Mapping[Criterion, float]
) -> Measured | None:
    if wanted is None:
        return None
    known = has if has is not None else 0
    return Measured(
        code=code,
        share=min(known / wanted, 1.0),
        weight=weights[code],
        wanted=wanted,
        has=has,
        short=None if has is None else max(wanted - has, 0),
    )


def _same(
    code: Criterion, wanted: str | None, has: str, weights: Mapping[Criterion, float]
) -> Measured | None:
    if wanted is None:
        return None
    return Measured(
        code=code, share=float(has == wanted), weight=weights[code], wanted=wanted, has=has or None
    )


def _ready(wanted: date | None, has: date, weights: Mapping[Criterion, float]) -> Measured | None:
    if wanted is None:
        return None
    late = max((has - wanted).days, 0)
    return Measured(
        code=C.READY,
        share=max(1 - late / DAYS_TOO_LATE, 0.0),
        weight=weights[C.READY],
        wanted=wanted,
        has=has,
        short=late,
    )


def _utilities(wanted: str, has: str, weights: Mapping[Criterion, float]) -> Measured | None:
    asked = set(read_utilities(wanted))
    if not asked:
        return None
    there = asked & set(read_utilities(has))
    return Measured(
        code=C.UTILITIES,
        share=len(there) / len(asked),
        weight=weights[C.UTILITIES],
        wanted=wanted,
        has=has,
        short=len(asked) - len(there),
    )


def ranked(need: SiteNeed, lines: Iterable[SiteLine], as_of: date) -> list[Match]:
    """Return the sites that can be had, the best first; of equal ones the smaller, then by code."""
    found = [
        Match(line=line, parts=measured(need, line, as_of))
        for line in lines
        if line.standing in CAN_BE_HAD
    ]
    return sorted(
        found, key=lambda match: (-match.score, match.line.site.area_m2, match.line.site.code)
    )


# ---- commands
FACTS = (
    "kind",
    "park",
    "area_m2",
    "floor_load_kg_m2",
    "power_kva",
    "utilities",
    "needed_by",
)


def state(
    work: Work, actor: Actor, project_id: str, *, version: int, facts: Mapping[str, Any]
) -> SiteNeed:
    """Say what a project asks of its site.

    version  of the need that was read; 0 where there was none
    errors   somebody stated or changed it meanwhile; a size that is not above zero
    """
    actor.must(Duty.EDIT_DEALS)
    assert set(facts) <= set(FACTS), f"no facts of a need: {set(facts) - set(FACTS)}"
    project = projects.get(work, project_id)
    for name in ("area_m2", "floor_load_kg_m2", "power_kva"):
        if facts.get(name) is not None and facts[name] <= 0:
            raise DomainError(
                "A need for an area, a load or a power is more than nothing.",
                "Leave the field empty where the project asks nothing.",
            )
    row = of_project(work, project_id)
    before = {name: getattr(row, name) for name in facts} if row else {}
    known = row.version if row else 0
    if known != version:
        raise StaleError(mine={**facts, "version": version}, theirs={**before, "version": known})
    if row is None:
        row = SiteNeed(project_id=project_id, is_demo=project.is_demo, **facts)
    else:
        for name, value in facts.items():
            setattr(row, name, value)
        row.version += 1
    work.add(row)
    audit.write(
        work, actor, "project:site_need", "project", project_id, before=before, after=dict(facts)
    )
    return row


# ---- reads
def of_project(work: Work, project_id: str) -> SiteNeed | None:
    """Return what a project asks of its site, None where nobody said."""
    statement = sa.select(SiteNeed).where(col(SiteNeed.project_id) == project_id)
    found: SiteNeed | None = work.session.execute(statement).scalar()
    return found


def matches(work: Work, as_of: date, need: SiteNeed, *, with_demo: bool = True) -> list[Match]:
    """Return the sites for a need on a day, the best first."""
    return ranked(need, listed(work, as_of, Filters(with_demo=with_demo)), as_of)
