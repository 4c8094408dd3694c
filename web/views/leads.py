"""Leads: where they came from, who holds them, what waits, and whether the firm is known."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from dealflow import duplicates, enquiries, lead_firms, lead_list, leads, outreach, units
from dealflow.duplicates import Likeness, Twin
from dealflow.enquiries import Enquiry
from dealflow.lead_list import LeadLine
from dealflow.leads import HandoverLine, Lead, LeadCounts, SourceKind
from dealflow.outreach import TRIP, EventKind, Occasion
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.periods import year_start
from web.templating import Page

LEADS_SHOWN, OCCASIONS_SHOWN, FIRMS_SHOWN = 60, 12, 4
DAYS_TO_ACCEPT = 5
SOURCES: dict[str, Message] = {
    SourceKind.CHAIN_LEADER.value: say("Chain leader firm"),
    SourceKind.FUND.value: say("Fund"),
    SourceKind.VISIT.value: say("Visit"),
    SourceKind.EVENT.value: say("Promotion or event"),
    SourceKind.LIAISON_OFFICE.value: say("Liaison office"),
    SourceKind.OTHER.value: say("Other source"),
}
OCCASIONS: dict[str, Message] = {
    EventKind.PROMOTION.value: say("Promotion event"),
    EventKind.FORUM.value: say("Forum"),
    EventKind.SIGNING.value: say("Signing ceremony"),
    EventKind.ROADSHOW.value: say("Roadshow"),
    TRIP: say("Trip of a leader"),
}
LIKENESS = {
    Likeness.CREDIT_CODE: say("same credit code"),
    Likeness.NAME: say("same name"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OccasionRow:
    """An event or a trip, with some of the firms met."""

    at: Occasion
    kind: Message
    firms: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsPage:
    """All that leads/list.html may use."""

    template: ClassVar[str] = "leads/list.html"
    lines: tuple[tuple[LeadLine, Message | None, bool], ...]
    total: int
    counts: LeadCounts
    sources: tuple[tuple[str, Message, int, int], ...]
    chosen: str
    waiting: bool
    occasions: tuple[OccasionRow, ...]
    units: tuple[tuple[str, str], ...]
    may_edit: bool
    today: date
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPage:
    """All that leads/lead.html may use."""

    template: ClassVar[str] = "leads/lead.html"
    lead: Lead
    firm_id: str | None  # the recorded firm it is about
    source: Message | None
    holder: str
    history: tuple[tuple[HandoverLine, bool], ...]
    open: HandoverLine | None
    twins: tuple[tuple[Twin, Message], ...]
    units: tuple[tuple[str, str], ...]
    may_edit: bool
    today: date
    accept_by: date
    enquiry: Enquiry | None


def listed(
    work: Work, actor: Actor, page: Page, *, source: str, waiting: bool, with_demo: bool
) -> LeadsPage:
    """Read and arrange the list."""
    kind = SourceKind(source) if source in set(SourceKind) else None
    lines, total = lead_list.listed(
        work,
        page.as_of,
        source_kind=kind,
        only_waiting=waiting,
        limit=LEADS_SHOWN,
        with_demo=with_demo,
    )
    by_source = lead_list.by_source(work, page.as_of, with_demo=with_demo)
    held = outreach.occasions(work, year_start(page.as_of), page.as_of, with_demo=with_demo)
    return LeadsPage(
        lines=tuple(
            (line, SOURCES.get(line.source_kind), line.is_overdue(page.as_of)) for line in lines
        ),
        total=total,
        counts=leads.counts(work, page.as_of, with_demo=with_demo),
        sources=tuple((key, words, *by_source.get(key, (0, 0))) for key, words in SOURCES.items()),
        chosen=kind.value if kind else "",
        waiting=waiting,
        occasions=tuple(
            OccasionRow(
                at=one,
                kind=OCCASIONS[one.kind],
                firms=one.firms[:FIRMS_SHOWN],
                more=max(len(one.firms) - FIRMS_SHOWN, 0),
            )
            for one in held[:OCCASIONS_SHOWN]
        ),
        units=tuple((one.id, one.name) for one in units.listed(work, with_demo=with_demo)),
        may_edit=actor.may(Duty.EDIT_DEALS),
        today=page.today,
        has_demo=any(line.is_demo for line in lines),
    )


def lead(work: Work, actor: Actor, page: Page, lead_id: str, *, with_demo: bool) -> LeadPage:
    """Read and arrange one lead."""
    row = leads.get(work, lead_id)
    history = leads.history(work, lead_id)
    names = {one.id: one.name for one in units.listed(work)}
    open_ = next((one for one in history if one.accepted_on is None), None)
    same = duplicates.twins(work, firm_name=row.firm_name, credit_code=row.credit_code, but=lead_id)
    return LeadPage(
        lead=row,
        firm_id=lead_firms.firm_of(work, lead_id),
        source=SOURCES.get(row.source_kind),
        holder=names[leads.holder_id(work, lead_id)],
        history=tuple((one, (one.accepted_on or page.today) > one.accept_by) for one in history),
        open=open_,
        twins=tuple(
            (twin, LIKENESS[twin.likeness]) for twin in same if twin.subject_id != row.project_id
        ),
        units=tuple((one.id, one.name) for one in units.listed(work, with_demo=with_demo)),
        may_edit=actor.may(Duty.EDIT_DEALS),
        today=page.today,
        accept_by=page.today + timedelta(days=DAYS_TO_ACCEPT),
        enquiry=enquiries.of_lead(work, row),
    )
