"""Units: who in the district owns attraction targets, the industry systems, and trips to firms.

The district's "1+9+8+N": one leading group, nine industry departments, eight state companies and
the others. Trips and visits are events: how many there were is counted, never typed in.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError


# ---- facts
class UnitKind(StrEnum):
    """What a responsible unit is."""

    LEADING_GROUP = "leading_group"
    INDUSTRY_DEPARTMENT = "industry_department"
    STATE_COMPANY = "state_company"
    TASK_FORCE = "task_force"
    LIAISON_OFFICE = "liaison_office"
    OTHER = "other"


# A task force is drawn from the units, a liaison office belongs to one: neither counts again.
RESPONSIBLE = (
    UnitKind.LEADING_GROUP,
    UnitKind.INDUSTRY_DEPARTMENT,
    UnitKind.STATE_COMPANY,
    UnitKind.OTHER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """How the district is organised for attraction, counted from its units."""

    by_kind: dict[UnitKind, int]
    responsible_units: int
    people: int  # of the responsible units


@dataclass(frozen=True, slots=True, kw_only=True)
class Outreach:
    """Trips of the district's leaders in a period, both ends included."""

    trips: int
    visits: int
    firms: int  # different firms
    cities: int


# ---- rows
class IndustrySystem(Row, table=True):
    """A part of the district's industry system, by which figures are split."""

    __tablename__ = "industry_system"
    __table_args__ = strict(
        sa.UniqueConstraint("code"), sa.CheckConstraint("name <> ''", name="named")
    )

    code: str
    name: str
    name_en: str = ""
    order: int = 0
    is_demo: bool = False


class Unit(Row, table=True):
    """A responsible unit, a task force or a liaison office."""

    __tablename__ = "unit"
    __table_args__ = strict(
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("name <> ''", name="named"),
        sa.CheckConstraint("people >= 0", name="people_counted"),
    )

    code: str
    name: str
    name_en: str = ""
    kind: str = Field(sa_type=one_of(*UnitKind))
    people: int = 0
    is_demo: bool = False


class Trip(Row, table=True):
    """A district leader travelled to firms elsewhere."""

    __tablename__ = "trip"
    __table_args__ = strict(sa.CheckConstraint("city <> ''", name="somewhere"))

    on: date = Field(index=True)
    leader_title: str
    city: str
    is_demo: bool = False


class Visit(Row, table=True):
    """One firm seen on a trip."""

    __tablename__ = "visit"
    __table_args__ = strict(
        sa.UniqueConstraint("trip_id", "firm_name"),
        sa.CheckConstraint("firm_name <> ''", name="named"),
    )

    trip_id: str = Field(foreign_key="trip.id", sa_type=Id)
    firm_name: str
    is_demo: bool = False


# ---- commands
def add_system(
    work: Work,
    actor: Actor,
    *,
    code: str,
    name: str,
    name_en: str = "",
    order: int = 0,
    is_demo: bool = False,
) -> IndustrySystem:
    """Record an industry system."""
    actor.must(Duty.EDIT_DEALS)
    _refuse_taken(work, col(IndustrySystem.code), code)
    row = work.add(
        IndustrySystem(code=code, name=name, name_en=name_en, order=order, is_demo=is_demo)
    )
    audit.write(work, actor, "system:create", "system", row.id, after={"code": code, "name": name})
    return row


def add(
    work: Work,
    actor: Actor,
    *,
    code: str,
    name: str,
    kind: UnitKind,
    name_en: str = "",
    people: int = 0,
    is_demo: bool = False,
) -> Unit:
    """Record a unit."""
    actor.must(Duty.EDIT_DEALS)
    _refuse_taken(work, col(Unit.code), code)
    row = work.add(
        Unit(
            code=code,
            name=name,
            name_en=name_en,
            kind=kind.value,
            people=people,
            is_demo=is_demo,
        )
    )
    after = {"code": code, "name": name, "kind": kind.value, "people": people}
    audit.write(work, actor, "unit:create", "unit", row.id, after=after)
    return row


def _refuse_taken(work: Work, column: Mapped[str], code: str) -> None:
    if work.scalar(sa.select(column).where(column == code)) is not None:
        raise DomainError("The code {code} is taken.", "Choose another code.", code=code)


def travel(
    work: Work,
    actor: Actor,
    *,
    on: date,
    leader_title: str,
    city: str,
    firms: tuple[str, ...],
    is_demo: bool = False,
) -> Trip:
    """Record a leader's trip and the firms seen on it."""
    actor.must(Duty.EDIT_DEALS)
    names = [name.strip() for name in firms]
    if twice := {name for name in names if names.count(name) > 1}:
        raise DomainError(
            "{firm} stands twice in the list of firms seen.",
            "Name each firm of a trip once.",
            firm=min(twice),
        )
    if not all(names):
        raise DomainError("A firm seen on the trip has no name.", "Name it, or leave it out.")
    trip = work.add(Trip(on=on, leader_title=leader_title, city=city, is_demo=is_demo))
    for name in names:
        work.session.add(Visit(trip_id=trip.id, firm_name=name, is_demo=is_demo))
    work.session.flush()
    after = {"on": on, "city": city, "firms": names}
    audit.write(work, actor, "trip:record", "trip", trip.id, after=after)
    return trip


# ---- reads
def systems(work: Work) -> list[IndustrySystem]:
    """Return the industry systems in the order in which they are shown."""
    ordered = sa.select(IndustrySystem).order_by(
        col(IndustrySystem.order), col(IndustrySystem.code)
    )
    return list(work.session.execute(ordered).scalars())


def listed(work: Work, *, with_demo: bool = True) -> list[Unit]:
    """Return the units by code."""
    statement = sa.select(Unit).order_by(col(Unit.code))
    if not with_demo:
        statement = statement.where(col(Unit.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())


def organisation(work: Work, *, with_demo: bool = True) -> Organisation:
    """Count the units by kind, and the people of the responsible ones."""
    statement = sa.select(col(Unit.kind), sa.func.count(), sa.func.sum(col(Unit.people)))
    if not with_demo:
        statement = statement.where(col(Unit.is_demo).is_(False))
    found = {
        UnitKind(kind): (count, people)
        for kind, count, people in work.rows(statement.group_by(col(Unit.kind)))
    }
    return Organisation(
        by_kind={kind: found.get(kind, (0, 0))[0] for kind in UnitKind},
        responsible_units=sum(found.get(kind, (0, 0))[0] for kind in RESPONSIBLE),
        people=sum(found.get(kind, (0, 0))[1] for kind in RESPONSIBLE),
    )


def outreach(work: Work, since: date, as_of: date, *, with_demo: bool = True) -> Outreach:
    """Count trips, visits, firms and cities between two days."""
    within: sa.ColumnElement[bool] = col(Trip.on).between(since, as_of)
    if not with_demo:
        within = within & col(Trip.is_demo).is_(False)
    trips, cities = work.rows(
        sa.select(sa.func.count(), sa.func.count(sa.distinct(col(Trip.city)))).where(within)
    )[0]
    visits, firms = work.rows(
        sa.select(sa.func.count(), sa.func.count(sa.distinct(col(Visit.firm_name))))
        .select_from(Visit)
        .join(Trip, col(Trip.id) == col(Visit.trip_id))
        .where(within)
    )[0]
    return Outreach(trips=trips, visits=visits, firms=firms, cities=cities)
