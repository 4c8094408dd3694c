"""Task forces (专班): who works for a chain since when, and the trips made for it.

Trips and visits are units.py's. A trip is made for one chain or for none, so that the trips of
the chains and those of none add up to the trips of the district.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow.chains import Chain
from dealflow.units import Outreach, Trip, Unit, Visit
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of a chain's task force."""

    member_id: str
    name: str
    post: str
    unit_name: str
    since_on: date
    ended_on: date | None
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A trip made for a chain, with the firms seen."""

    trip_id: str
    on: date
    leader_title: str
    city: str
    firms: tuple[str, ...]
    is_demo: bool


# ---- rows
class TaskForceMember(Row, table=True):
    """A person joined a chain's task force."""

    __tablename__ = "task_force_member"
    __table_args__ = strict(sa.CheckConstraint("name <> ''", name="named"))

    chain_id: str = Field(foreign_key="chain.id", sa_type=Id, index=True)
    name: str
    post: str = ""  # what the person does in the task force
    unit_id: str | None = Field(default=None, foreign_key="unit.id", sa_type=Id)
    since_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class TaskForceEnd(Row, table=True):
    """The last day of a person in a task force."""

    __tablename__ = "task_force_end"
    __table_args__ = strict(sa.UniqueConstraint("member_id"))

    member_id: str = Field(foreign_key="task_force_member.id", sa_type=Id)
    on: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class ChainTrip(Row, table=True):
    """The chain for which a trip was made; one at most, so that no trip counts twice."""

    __tablename__ = "chain_trip"
    __table_args__ = strict(sa.UniqueConstraint("trip_id"))

    trip_id: str = Field(foreign_key="trip.id", sa_type=Id)
    chain_id: str = Field(foreign_key="chain.id", sa_type=Id, index=True)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def join(
    work: Work,
    actor: Actor,
    chain_id: str,
    *,
    name: str,
    since_on: date,
    post: str = "",
    unit_id: str | None = None,
    is_demo: bool = False,
) -> TaskForceMember:
    """Record who joined a chain's task force on which day."""
    actor.must(Duty.EDIT_DEALS)
    if work.session.get(Chain, chain_id) is None:
        raise NotFoundError
    if unit_id is not None and work.session.get(Unit, unit_id) is None:
        raise NotFoundError
    name = name.strip()
    if not name:
        raise DomainError("The member has no name.", "Enter the name, or the post it stands for.")
    if since_on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=since_on)
    now = next((one for one in members(work, since_on, chain_id) if one.name == name), None)
    if now is not None:
        raise DomainError(
            "{name} has belonged to the task force since {on}.",
            "Nothing is left to do.",
            name=name,
            on=now.since_on,
        )
    row = work.add(
        TaskForceMember(
            chain_id=chain_id,
            name=name,
            post=post.strip(),
            unit_id=unit_id,
            since_on=since_on,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"member": name, "since_on": since_on}
    audit.write(work, actor, "chain:member", "chain", chain_id, after=after)
    return row


def leave(work: Work, actor: Actor, member_id: str, *, on: date) -> TaskForceEnd:
    """Record a member's last day."""
    actor.must(Duty.EDIT_DEALS)
    member = work.session.get(TaskForceMember, member_id)
    if member is None:
        raise NotFoundError
    ended = sa.select(col(TaskForceEnd.on)).where(col(TaskForceEnd.member_id) == member_id)
    if last := work.scalar(ended):
        raise DomainError("The member left on {on}.", "Nothing is left to do.", on=last)
    if not member.since_on <= on <= work.today():
        raise DomainError(
            "{on} is not a day between joining on {since} and today.",
            "Enter the last day.",
            on=on,
            since=member.since_on,
        )
    row = work.add(
        TaskForceEnd(
            member_id=member_id,
            on=on,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=member.is_demo,
        )
    )
    after = {"member": member.name, "ended_on": on}
    audit.write(work, actor, "chain:member", "chain", member.chain_id, after=after)
    return row


def made_for(work: Work, actor: Actor, trip_id: str, chain_id: str) -> ChainTrip:
    """Say for which chain a trip was made."""
    actor.must(Duty.EDIT_DEALS)
    trip = work.session.get(Trip, trip_id)
    if trip is None or work.session.get(Chain, chain_id) is None:
        raise NotFoundError
    if work.scalar(sa.select(col(ChainTrip.id)).where(col(ChainTrip.trip_id) == trip_id)):
        raise DomainError("The trip counts for a chain already.", "Reload the page.")
    row = work.add(
        ChainTrip(
            trip_id=trip_id,
            chain_id=chain_id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=trip.is_demo,
        )
    )
    audit.write(work, actor, "chain:trip", "chain", chain_id, after={"trip": trip_id})
    return row


# ---- reads
def members(work: Work, as_of: date, chain_id: str, *, with_demo: bool = True) -> list[Member]:
    """Return who belongs to a chain's task force on a day; the last day still counts."""
    statement = (
        sa.select(TaskForceMember, col(TaskForceEnd.on), col(Unit.name))
        .outerjoin(TaskForceEnd, col(TaskForceEnd.member_id) == col(TaskForceMember.id))
        .outerjoin(Unit, col(Unit.id) == col(TaskForceMember.unit_id))
        .where(
            col(TaskForceMember.chain_id) == chain_id,
            col(TaskForceMember.since_on) <= as_of,
            sa.or_(col(TaskForceEnd.on).is_(None), col(TaskForceEnd.on) >= as_of),
        )
        .order_by(col(TaskForceMember.since_on), col(TaskForceMember.id))
    )
    if not with_demo:
        statement = statement.where(col(TaskForceMember.is_demo).is_(False))
    return [
        Member(
            member_id=one.id,
            name=one.name,
            post=one.post,
            unit_name=unit_name or "",
            since_on=one.since_on,
            ended_on=ended_on,
            is_demo=one.is_demo,
        )
        for one, ended_on, unit_name in work.rows(statement)
    ]


def journeys(
    work: Work, since: date, as_of: date, chain_id: str, *, with_demo: bool = True
) -> list[Journey]:
    """Return the trips made for a chain between two days with the firms seen, newest first."""
    statement = (
        sa.select(Trip, col(Visit.firm_name))
        .join(ChainTrip, col(ChainTrip.trip_id) == col(Trip.id))
        .outerjoin(Visit, col(Visit.trip_id) == col(Trip.id))
        .where(col(ChainTrip.chain_id) == chain_id, col(Trip.on).between(since, as_of))
        .order_by(col(Trip.on).desc(), col(Trip.id).desc(), col(Visit.id))
    )
    if not with_demo:
        statement = statement.where(col(Trip.is_demo).is_(False))
    trips: dict[str, Trip] = {}
    firms: dict[str, list[str]] = {}
    for trip, firm in work.rows(statement):
        trips[trip.id] = trip
        firms.setdefault(trip.id, []).extend([firm] if firm else [])
    return [
        Journey(
            trip_id=trip.id,
            on=trip.on,
            leader_title=trip.leader_title,
            city=trip.city,
            firms=tuple(firms[trip.id]),
            is_demo=trip.is_demo,
        )
        for trip in trips.values()
    ]


# ---- rules
def counted(made: list[Journey]) -> Outreach:
    """Count trips, visits, different firms and cities."""
    return Outreach(
        trips=len(made),
        visits=sum(len(one.firms) for one in made),
        firms=len({firm for one in made for firm in one.firms}),
        cities=len({one.city for one in made}),
    )
