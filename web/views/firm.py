"""A firm: who it is, where it stands, whom it trades with, and what of ours hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow import (
    agreements,
    cards,
    chain_firms,
    chain_partners,
    chains,
    conditions,
    firm_aliases,
    firm_groups,
    firm_withdrawals,
    lead_firms,
    qualifications,
    supply,
    withdrawal_effects,
)
from dealflow.agreements import AgreementCard
from dealflow.cards import Card
from dealflow.chain_firms import Role, SegmentFirm
from dealflow.chains import Chain, Segment
from dealflow.firm_aliases import FirmAlias
from dealflow.firm_groups import Tie
from dealflow.firm_withdrawals import FirmWithdrawal
from dealflow.lead_firms import Meeting
from dealflow.leads import Lead
from dealflow.projects import Project
from dealflow.qualifications import Qualification
from dealflow.supply import SupplyLine
from dealflow.withdrawal_effects import Effects
from portfolio import organisations, tranches
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.ledger import Moment
from portfolio.organisations import Organisation
from portfolio.tranches import TranchePosition
from web.formats import Reader
from web.templating import Page
from web.views import investment_list, partners
from web.views.agreement_words import KINDS
from web.views.agreements import GATE_KINDS, GATE_WORDS
from web.views.chain_words import COVERAGES, ROLES
from web.views.firm_words import QUALIFICATIONS, ROLE_KINDS
from web.views.holdings import named
from web.views.investment_list import InvestmentLine
from web.views.leads import OCCASIONS
from web.views.partners import PartnerRow
from web.views.words import STAGE_TONES, STAGES


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """A role in a segment, with the entries and projects that say so."""

    chain: str
    segment: str
    href: str
    role: Message
    kind: str
    since_on: date | None  # of the newest entry; None where a project alone says so
    projects: tuple[tuple[str, str], ...]  # address, code


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One entry of the role's history."""

    entry: SegmentFirm
    segment: str
    role: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationRow:
    """One certificate, and whether it is valid on the day."""

    row: Qualification
    title: Message
    is_valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """An agreement with how many of its conditions are kept."""

    card: AgreementCard
    kind: Message
    kept: int
    total: int
    is_demo: bool  # some of its conditions are invented


@dataclass(frozen=True, slots=True, kw_only=True)
class TrancheRow:
    """A tranche into the firm."""

    tranche: TranchePosition
    holding: str
    word: Message
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRow:
    """A segment that would lose its state."""

    chain: str
    segment: str
    href: str
    before: Message
    after: Message
    opens_gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmPage:
    """All that firms/firm.html may use."""

    template: ClassVar[str] = "firms/firm.html"
    firm: Organisation
    name: str
    aliases: tuple[FirmAlias, ...]
    leads_chains: tuple[tuple[str, str, date], ...]  # address, name, since
    withdrawn: FirmWithdrawal | None
    roles: tuple[RoleRow, ...]
    entries: tuple[EntryRow, ...]
    suppliers: tuple[SupplyLine, ...]
    customers: tuple[SupplyLine, ...]
    certificates: tuple[QualificationRow, ...]
    parents: tuple[Tie, ...]
    subsidiaries: tuple[Tie, ...]
    leads: tuple[Lead, ...]
    meetings: tuple[tuple[Meeting, Message], ...]
    deals: tuple[tuple[Card, Message, str], ...]
    papers: tuple[PaperRow, ...]
    holdings: tuple[InvestmentLine, ...]
    tranches: tuple[TrancheRow, ...]
    effects: Effects
    losses: tuple[LossRow, ...]
    partners: tuple[PartnerRow, ...]
    may_edit: bool
    has_demo: bool


# ---- building
def build(work: Work, actor: Actor, page: Page, firm_id: str, *, with_demo: bool) -> FirmPage:
    """Read everything that names the firm, as of the page's day."""
    firm = organisations.get(work, firm_id)
    if firm.is_demo and not with_demo:
        raise NotFoundError
    reader, as_of = page.reader, page.as_of
    lines = supply.of_firm(work, as_of, firm_id, with_demo=with_demo)
    effects = withdrawal_effects.effects(work, as_of, firm_id, with_demo=with_demo)
    led = chains.led_by(work, as_of, firm_id)
    places = _segments(work, reader)
    holdings = investment_list.of_firm(work, reader, actor, as_of, firm_id, with_demo=with_demo)
    rows = _tranches(work, as_of, holdings, with_demo=with_demo)
    invented = (
        *(line.is_demo for line in lines),
        *(line.is_demo for line in holdings),
        *(one.is_demo for one in effects.conditions),
        *(row.tranche.is_demo for row in rows),
    )
    gone = firm_withdrawals.standing(work, firm_id, as_of)
    return FirmPage(
        firm=firm,
        name=named(reader, firm.name, firm.name_en),
        aliases=tuple(firm_aliases.of_firm(work, firm_id, with_demo=with_demo)),
        leads_chains=tuple(
            (f"/chains/{chain.slug}", named(reader, chain.name, chain.name_en), since_on)
            for chain, since_on in led
        ),
        withdrawn=gone,
        roles=_roles(work, as_of, firm_id, places, with_demo=with_demo),
        entries=tuple(
            EntryRow(entry=one, segment=places[one.segment_id][1], role=ROLES[Role(one.role)])
            for one in chain_firms.entries_of(work, as_of, firm_id, with_demo=with_demo)
        ),
        suppliers=tuple(line for line in lines if line.is_supplier),
        customers=tuple(line for line in lines if not line.is_supplier),
        certificates=_certificates(work, as_of, firm_id, with_demo=with_demo),
        parents=tuple(firm_groups.parents(work, as_of, firm_id, with_demo=with_demo)),
        subsidiaries=tuple(firm_groups.subsidiaries(work, as_of, firm_id, with_demo=with_demo)),
        leads=tuple(
            lead
            for lead in lead_firms.of_firm(work, as_of, firm_id)
            if with_demo or not lead.is_demo
        ),
        meetings=tuple(
            (one, OCCASIONS[one.kind])
            for one in lead_firms.meetings(work, as_of, firm_id, with_demo=with_demo)
        ),
        deals=_deals(work, as_of, firm_id, with_demo=with_demo),
        papers=_papers(work, as_of, firm_id, with_demo=with_demo),
        holdings=tuple(holdings),
        tranches=rows,
        effects=effects,
        losses=_losses(reader, effects),
        partners=_partners(work, as_of, firm, led, with_demo=with_demo),
        may_edit=actor.may(Duty.EDIT_DEALS) and not page.is_past,
        has_demo=any(invented),
    )


Places = dict[str, tuple[str, str, str]]  # segment -> chain's name, its own, address


def _segments(work: Work, reader: Reader) -> Places:
    rows = work.rows(sa.select(Segment, Chain).join(Chain, col(Chain.id) == col(Segment.chain_id)))
    return {
        segment.id: (
            named(reader, chain.name, chain.name_en),
            named(reader, segment.name, segment.name_en),
            f"/chains/{chain.slug}/segments/{segment.id}",
        )
        for segment, chain in rows
    }


def _roles(
    work: Work, as_of: date, firm_id: str, places: Places, *, with_demo: bool
) -> tuple[RoleRow, ...]:
    since: dict[str, date] = {}
    for entry in chain_firms.entries_of(work, as_of, firm_id, with_demo=with_demo):
        since.setdefault(entry.segment_id, entry.on)  # newest first
    codes: dict[str, str] = dict(
        work.rows(
            sa.select(col(Project.id), col(Project.code)).where(
                col(Project.organisation_id) == firm_id
            )
        )
    )
    own = sa.select(col(Organisation.id)).where(col(Organisation.id) == firm_id)
    return tuple(
        RoleRow(
            chain=chain,
            segment=segment,
            href=href,
            role=ROLES[place.role],
            kind=ROLE_KINDS[place.role],
            since_on=since.get(place.segment_id),
            projects=tuple((f"/deals/{id_}", codes[id_]) for id_ in place.project_ids),
        )
        for place in chain_firms.places_of(work, as_of, own, with_demo=with_demo)
        for chain, segment, href in (places[place.segment_id],)
    )


def _certificates(
    work: Work, as_of: date, firm_id: str, *, with_demo: bool
) -> tuple[QualificationRow, ...]:
    return tuple(
        QualificationRow(
            row=row,
            title=QUALIFICATIONS[qualifications.Kind(row.kind)],
            is_valid=row.valid_from <= as_of and (row.valid_to or date.max) >= as_of,
        )
        for row in qualifications.of_firm(work, firm_id, with_demo=with_demo)
    )


def _deals(
    work: Work, as_of: date, firm_id: str, *, with_demo: bool
) -> tuple[tuple[Card, Message, str], ...]:
    own = sa.select(col(Project.id)).where(
        col(Project.organisation_id) == firm_id, col(Project.first_heard_on) <= as_of
    )
    if not with_demo:
        own = own.where(col(Project.is_demo).is_(False))
    ids = [project_id for (project_id,) in work.rows(own.order_by(col(Project.code).desc()))]
    found = cards.cards(work, as_of, ids, with_demo=with_demo)
    shown = [found[project_id] for project_id in ids if project_id in found]
    return tuple((card, STAGES[card.stage], STAGE_TONES[card.stage]) for card in shown)


def _papers(work: Work, as_of: date, firm_id: str, *, with_demo: bool) -> tuple[PaperRow, ...]:
    own = col(Project.organisation_id) == firm_id
    signed = agreements.listed(work, as_of, own, with_demo=with_demo)
    of_firm = sa.select(col(Project.id)).where(own)
    known = conditions.positions(
        work, as_of, col(agreements.Agreement.project_id).in_(of_firm), with_demo=with_demo
    )
    return tuple(
        PaperRow(
            card=card,
            kind=KINDS[card.kind],
            kept=sum(not one.is_open for one in mine),
            total=len(mine),
            is_demo=any(one.is_demo for one in mine),
        )
        for card in signed
        for mine in ([one for one in known if one.agreement_id == card.agreement_id],)
    )


def _tranches(
    work: Work, as_of: date, holdings: Sequence[InvestmentLine], *, with_demo: bool
) -> tuple[TrancheRow, ...]:
    names = {line.investment_id: f"{line.fund_code} {line.name}" for line in holdings}
    moment = Moment(as_of=as_of, with_demo=with_demo)
    return tuple(
        TrancheRow(
            tranche=one,
            holding=names[one.investment_id],
            word=say(GATE_WORDS[tranches.status(one)].msgid, no=one.no),
            kind=GATE_KINDS[tranches.status(one)],
        )
        for one in tranches.positions(work, moment, list(names), with_demo=with_demo)
    )


def _losses(reader: Reader, effects: Effects) -> tuple[LossRow, ...]:
    return tuple(
        LossRow(
            chain=named(reader, loss.chain.name, loss.chain.name_en),
            segment=change.name,
            href=f"/chains/{loss.chain.slug}/segments/{change.segment_id}",
            before=COVERAGES[change.before],
            after=COVERAGES[change.after],
            opens_gap=change.opens_gap,
        )
        for loss in effects.chains
        for change in loss.segments
    )


def _partners(
    work: Work,
    as_of: date,
    firm: Organisation,
    led: list[tuple[Chain, date]],
    *,
    with_demo: bool,
) -> tuple[PartnerRow, ...]:
    if not led:
        return ()
    found = chain_partners.of_leader(work, as_of, firm.id, firm.name, with_demo=with_demo)
    return partners.rows_of(led[0][0].slug, found)
