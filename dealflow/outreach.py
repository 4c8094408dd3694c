"""Outreach: promotion events and the firms met there; trips and visits are units.py's."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow.units import Trip, Visit
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError

TRIP = "trip"


# ---- facts
class EventKind(StrEnum):
    """What an occasion was."""

    PROMOTION = "promotion"
    FORUM = "forum"
    SIGNING = "signing"
    ROADSHOW = "roadshow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """An event or a trip, with the firms met."""

    occasion_id: str
    kind: str  # of an event, or "trip"
    on: date
    name: str
    city: str
    firms: tuple[str, ...]
    is_demo: bool


# ---- rows
class OutreachEvent(Row, table=True):
    """A promotion event of the district."""

    __tablename__ = "outreach_event"
    __table_args__ = strict(sa.CheckConstraint("name <> ''", name="named"))

    on: date = Field(index=True)
    name: str
    kind: str = Field(sa_type=one_of(*EventKind))
    city: str = ""
    is_demo: bool = False


class EventFirm(Row, table=True):
    """One firm met at an event."""

    __tablename__ = "event_firm"
    __table_args__ = strict(
        sa.UniqueConstraint("event_id", "firm_name"),
        sa.CheckConstraint("firm_name <> ''", name="named"),
    )

    event_id: str = Field(foreign_key="outreach_event.id", sa_type=Id)
    firm_name: str
    is_demo: bool = False


# ---- commands
def hold(
    work: Work,
    actor: Actor,
    *,
    on: date,
    name: str,
    kind: EventKind,
    city: str = "",
    firms: tuple[str, ...] = (),
    is_demo: bool = False,
) -> OutreachEvent:
    """Record an event and the firms met there."""
    actor.must(Duty.EDIT_DEALS)
    met = [firm.strip() for firm in firms if firm.strip()]
    if not name.strip():
        raise DomainError("The event has no name.", "Name it as the invitation did.")
    if on > work.today():
        raise DomainError("{on} is still to come.", "Record it once it has happened.", on=on)
    if twice := {firm for firm in met if met.count(firm) > 1}:
        raise DomainError(
            "{firm} stands twice in the list of firms met.",
            "Name each firm of an event once.",
            firm=min(twice),
        )
    event = work.add(
        OutreachEvent(on=on, name=name.strip(), kind=kind.value, city=city, is_demo=is_demo)
    )
    for firm in met:
        work.session.add(EventFirm(event_id=event.id, firm_name=firm, is_demo=is_demo))
    work.session.flush()
    after = {"on": on, "name": event.name, "firms": met}
    audit.write(work, actor, "event:hold", "event", event.id, after=after)
    return event


# ---- reads
def occasions(work: Work, since: date, as_of: date, *, with_demo: bool = True) -> list[Occasion]:
    """Return the events and trips between two days with the firms met, newest first."""
    events = (
        sa.select(
            col(OutreachEvent.id),
            col(OutreachEvent.kind),
            col(OutreachEvent.on),
            col(OutreachEvent.name),
            col(OutreachEvent.city),
            col(OutreachEvent.is_demo),
            col(EventFirm.firm_name),
        )
        .outerjoin(EventFirm, col(EventFirm.event_id) == col(OutreachEvent.id))
        .where(col(OutreachEvent.on).between(since, as_of))
        .order_by(col(OutreachEvent.id), col(EventFirm.id))
    )
    trips = (
        sa.select(
            col(Trip.id),
            sa.literal(TRIP),
            col(Trip.on),
            col(Trip.leader_title),
            col(Trip.city),
            col(Trip.is_demo),
            col(Visit.firm_name),
        )
        .outerjoin(Visit, col(Visit.trip_id) == col(Trip.id))
        .where(col(Trip.on).between(since, as_of))
        .order_by(col(Trip.id), col(Visit.id))
    )
    found: dict[str, Occasion] = {}
    for occasion_id, kind, on, name, city, is_demo, firm in [
        *work.rows(events),
        *work.rows(trips),
    ]:
        before = found.get(occasion_id)
        found[occasion_id] = Occasion(
            occasion_id=occasion_id,
            kind=kind,
            on=on,
            name=name,
            city=city,
            firms=(*(before.firms if before else ()), *((firm,) if firm else ())),
            is_demo=is_demo,
        )
    shown = [one for one in found.values() if with_demo or not one.is_demo]
    return sorted(shown, key=lambda one: (one.on, one.occasion_id), reverse=True)
