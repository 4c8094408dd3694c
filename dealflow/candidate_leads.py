"""Candidate leads: a candidate for a segment becomes a lead, and a unit is asked to take it."""

from datetime import date

import sqlalchemy as sa

from dealflow import lead_firms, leads
from dealflow.chains import Chain, Segment
from dealflow.lead_firms import LeadFirm
from dealflow.leads import Lead, SourceKind
from portfolio import organisations
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Work
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
class LeadIsLiveError(DomainError):
    """The firm has a lead that nobody has made a project of."""

    def __init__(self, lead: Lead) -> None:
        super().__init__(
            "{firm} has the lead {code} already, received on {on}.",
            "Open that lead and hand it over, or make a project of it.",
            firm=lead.firm_name,
            code=lead.code,
            on=lead.received_on,
        )
        self.lead = lead


# ---- commands
def pursue(
    work: Work,
    actor: Actor,
    *,
    organisation_id: str,
    chain_id: str,
    segment_id: str | None,
    to_unit_id: str,
    accept_by: date,
    source_kind: SourceKind = SourceKind.OTHER,
    source: str = "",
    title: str = "",
    on: date | None = None,
    is_demo: bool = False,
) -> Lead:
    """Make a lead of a candidate and hand it to a unit, in one transaction.

    The chain's task force hears of it, else the actor's own unit; where that is the unit asked,
    or there is neither, the unit holds the lead from the first day.

    errors  a live lead of the firm; a segment of another chain; a day to accept that is over
    """
    actor.must(Duty.EDIT_DEALS)
    firm = organisations.get(work, organisation_id)
    chain = work.session.get(Chain, chain_id)
    segment = work.session.get(Segment, segment_id) if segment_id else None
    if chain is None or (segment_id and (segment is None or segment.chain_id != chain_id)):
        raise NotFoundError
    if lead := live_lead(work, organisation_id):
        raise LeadIsLiveError(lead)
    day = on or work.today()
    if accept_by < day:
        raise DomainError(
            "The lead is to be accepted by {accept_by}, before it is handed over on {on}.",
            "Choose a later day.",
            accept_by=accept_by,
            on=day,
        )
    place = segment.name if segment else chain.name
    first = chain.task_force_unit_id or actor.unit_id or to_unit_id
    lead = leads.receive(
        work,
        actor,
        code=leads.next_code(work, day.year),
        title=title.strip() or f"{firm.name} · {place}",
        unit_id=first,
        received_on=day,
        firm_name=firm.name,
        credit_code=firm.credit_code or "",
        source=source,
        source_kind=source_kind,
        is_demo=is_demo or firm.is_demo,
    )
    work.add(LeadFirm(lead_id=lead.id, organisation_id=firm.id, segment_id=segment_id))
    if first != to_unit_id:
        leads.hand_over(work, actor, lead.id, to_unit_id=to_unit_id, on=day, accept_by=accept_by)
    return lead


# ---- reads
def live_lead(work: Work, organisation_id: str) -> Lead | None:
    """Return the newest lead of a firm that has not become a project."""
    one = sa.select(sa.literal(organisation_id, Id))
    return lead_firms.live(work, one).get(organisation_id)
