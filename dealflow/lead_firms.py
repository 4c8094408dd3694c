"""Lead firms: which recorded firm a lead, a visit or an event is about, and what that counts for.

A lead that was made from a candidate says its firm. An older one is about the firm whose credit
code it names or, without a code, about the one firm that has the name it uses.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import firm_aliases
from dealflow.leads import Lead, SourceKind
from dealflow.outreach import TRIP, EventFirm, OutreachEvent
from dealflow.units import Trip, Visit
from portfolio.kernel.db import Id, Row, Work, strict
from portfolio.organisations import Organisation

REFERRED_BY = (SourceKind.CHAIN_LEADER, SourceKind.FUND)  # who knows the firm and vouches for it


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """How often the district met a firm or heard of it up to a day."""

    visits: int = 0
    events: int = 0
    leads: int = 0
    referrals: int = 0  # those of the leads that a leader firm or a fund brought

    @property
    def others(self) -> int:
        """The contacts that are no referrals: each fact counts in one part of a score."""
        return self.visits + self.events + self.leads - self.referrals


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A day on which somebody of the district met a firm."""

    on: date
    kind: str  # of an event, or "trip"
    what: str  # the event's name, or who travelled
    city: str
    said: str  # the name that was written down
    is_demo: bool


# ---- rows
class LeadFirm(Row, table=True):
    """The firm a lead is about, and the segment it is to fill."""

    __tablename__ = "lead_firm"
    __table_args__ = strict(sa.UniqueConstraint("lead_id"))

    lead_id: str = Field(foreign_key="lead.id", sa_type=Id)
    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Id, index=True)
    segment_id: str | None = Field(default=None, foreign_key="segment.id", sa_type=Id)


# ---- reads
def about() -> sa.Subquery:
    """Return the rows (lead_id, organisation_id) of every lead that is about a recorded firm."""
    said = sa.select(col(LeadFirm.lead_id), col(LeadFirm.organisation_id))
    unsaid = ~sa.select(col(LeadFirm.id)).where(col(LeadFirm.lead_id) == col(Lead.id)).exists()
    by_code = (
        sa.select(col(Lead.id), col(Organisation.id))
        .join(Organisation, col(Organisation.credit_code) == col(Lead.credit_code))
        .where(unsaid, col(Lead.credit_code) != "")
    )
    names = firm_aliases.unmistakable()
    by_name = (
        sa.select(col(Lead.id), names.c.organisation_id)
        .join(names, names.c.name == col(Lead.firm_name))
        .where(unsaid, col(Lead.credit_code) == "", col(Lead.firm_name) != "")
    )
    return said.union_all(by_code, by_name).subquery("about")


def of_firm(work: Work, as_of: date, organisation_id: str) -> list[Lead]:
    """Return the leads about a firm received by a day, newest first."""
    ties = about()
    statement = (
        sa.select(Lead)
        .join(ties, ties.c.lead_id == col(Lead.id))
        .where(ties.c.organisation_id == organisation_id, col(Lead.received_on) <= as_of)
        .order_by(col(Lead.received_on).desc(), col(Lead.code).desc())
    )
    return list(work.session.execute(statement).scalars())


def firm_of(work: Work, lead_id: str) -> str | None:
    """Return the recorded firm that a lead is about, if there is one."""
    ties = about()
    asked = sa.select(ties.c.organisation_id).where(ties.c.lead_id == lead_id)
    found: str | None = work.scalar(asked.limit(1))
    return found


def live(work: Work, firms: sa.Select[str]) -> dict[str, Lead]:
    """Return {firm: its newest lead that has not become a project} of these firms."""
    ties = about()
    statement = (
        sa.select(ties.c.organisation_id, Lead)
        .select_from(Lead)
        .join(ties, ties.c.lead_id == col(Lead.id))
        .where(ties.c.organisation_id.in_(firms), col(Lead.project_id).is_(None))
        .order_by(col(Lead.received_on), col(Lead.code))
    )
    return dict(work.rows(statement))


def contacts(work: Work, as_of: date, firms: sa.Select[str]) -> dict[str, Contacts]:
    """Return {firm: its contacts up to a day} of these firms; one without any is left out.

    A lead counts on its own day, a visit on the day of its trip, an event on its day.
    """
    names = firm_aliases.unmistakable()
    met = names.c.organisation_id
    visits = _counted(
        work,
        sa.select(met, sa.func.count())
        .join(Visit, col(Visit.firm_name) == names.c.name)
        .join(Trip, col(Trip.id) == col(Visit.trip_id))
        .where(met.in_(firms), col(Trip.on) <= as_of)
        .group_by(met),
    )
    events = _counted(
        work,
        sa.select(met, sa.func.count())
        .join(EventFirm, col(EventFirm.firm_name) == names.c.name)
        .join(OutreachEvent, col(OutreachEvent.id) == col(EventFirm.event_id))
        .where(met.in_(firms), col(OutreachEvent.on) <= as_of)
        .group_by(met),
    )
    ties = about()
    own = ties.c.organisation_id
    kinds = [kind.value for kind in REFERRED_BY]
    referred = sa.func.count(sa.case((col(Lead.source_kind).in_(kinds), 1)))
    leads = {
        firm_id: (count, referrals)
        for firm_id, count, referrals in work.rows(
            sa.select(own, sa.func.count(), referred)
            .select_from(Lead)
            .join(ties, ties.c.lead_id == col(Lead.id))
            .where(own.in_(firms), col(Lead.received_on) <= as_of)
            .group_by(own)
        )
    }
    return {
        firm_id: Contacts(
            visits=visits.get(firm_id, 0),
            events=events.get(firm_id, 0),
            leads=leads.get(firm_id, (0, 0))[0],
            referrals=leads.get(firm_id, (0, 0))[1],
        )
        for firm_id in visits.keys() | events.keys() | leads.keys()
    }


def _counted(work: Work, statement: sa.Select[str, int]) -> dict[str, int]:
    return dict(work.rows(statement))


def meetings(
    work: Work, as_of: date, organisation_id: str, *, with_demo: bool = True
) -> list[Meeting]:
    """Return the visits and events at which a firm was met up to a day, newest first."""
    names = firm_aliases.unmistakable()
    trips = (
        sa.select(
            col(Trip.on),
            sa.literal(TRIP),
            col(Trip.leader_title),
            col(Trip.city),
            col(Visit.firm_name),
            col(Trip.is_demo),
        )
        .join(Visit, col(Visit.trip_id) == col(Trip.id))
        .join(names, names.c.name == col(Visit.firm_name))
        .where(names.c.organisation_id == organisation_id, col(Trip.on) <= as_of)
    )
    events = (
        sa.select(
            col(OutreachEvent.on),
            col(OutreachEvent.kind),
            col(OutreachEvent.name),
            col(OutreachEvent.city),
            col(EventFirm.firm_name),
            col(OutreachEvent.is_demo),
        )
        .join(EventFirm, col(EventFirm.event_id) == col(OutreachEvent.id))
        .join(names, names.c.name == col(EventFirm.firm_name))
        .where(names.c.organisation_id == organisation_id, col(OutreachEvent.on) <= as_of)
    )
    found = [
        Meeting(on=on, kind=kind, what=what, city=city, said=said, is_demo=is_demo)
        for on, kind, what, city, said, is_demo in [*work.rows(trips), *work.rows(events)]
        if with_demo or not is_demo
    ]
    return sorted(found, key=lambda one: (one.on, one.what), reverse=True)
