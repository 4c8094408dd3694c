"""One project as its page shows it, tab by tab, with what this reader may do there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlmodel import col

from dealflow import agreements, blockers, board, cards, conditions, dossier, gates, landings
from dealflow.agreements import Agreement, AgreementCard, FundMoney
from dealflow.blockers import BlockerLine
from dealflow.cards import Card, ProjectDetail
from dealflow.chain_figures import ChainFigures, chain_figures
from dealflow.dossier import EvidenceFor, EvidenceLine, LedgerLine
from dealflow.landings import ArrivalLine, MoneyKind, MoneyRow
from dealflow.stages import Stage
from portfolio import organisations, tranches
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from portfolio.organisations import Organisation
from web.formats import Reader
from web.templating import Page
from web.views import deal_terms
from web.views.changes import Change, changed
from web.views.deal_site import SiteTab, site_tab
from web.views.deal_story import (
    MONEY_KINDS,
    Event,
    Facts,
    NextStep,
    Source,
    Step,
    elapsed_of,
    events_of,
    next_of,
    sources_of,
    steps_of,
)
from web.views.deal_terms import ConditionRow, GateView
from web.views.dispatch_words import BLOCKERS
from web.views.trail import action_text
from web.views.words import STAGE_TONES, STAGES, system_colour

SHOWS: Mapping[EvidenceFor, Message] = {
    EvidenceFor.AGREEMENT: say("Agreement"),
    EvidenceFor.MILESTONE: say("Milestone"),
    EvidenceFor.CONDITION: say("Landing condition"),
    EvidenceFor.ARRIVAL: say("Money in place"),
    EvidenceFor.WAIVER: say("Waiver"),
}
TABS = ("overview", "conditions", "money", "evidence", "chain", "site", "activity", "audit")
TIMELINE_SHORT, NEIGHBOURS = 8, 30


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """What this reader may do on this page; on a past day nobody may do anything."""

    edit: bool
    verify: bool
    waive: bool
    pay: bool
    see_addresses: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalRow:
    """Money that arrived, who recorded and who verified it."""

    line: ArrivalLine
    kind: Message
    recorder: str
    verifier: str
    may_verify: bool
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A file and what it shows."""

    line: EvidenceLine
    shows: Message
    subject: str | Message


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow:
    """A line of the audit trail in words."""

    line: dossier.TrailLine
    action: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DealPage:
    """The whole page; what a tab does not show is empty."""

    template: ClassVar[str] = "deals/deal.html"
    tab: str
    tabs: tuple[tuple[str, Message, int | None], ...]
    may: May
    detail: ProjectDetail
    card: Card
    firm: Organisation
    stage: Message
    stage_tone: str
    colour: str
    papers: tuple[AgreementCard, ...]
    steps: tuple[Step, ...]
    now_text: Message
    next_text: Message | None
    committed_fen: int
    paid_fen: int
    conditions: tuple[ConditionRow, ...]
    kept: int
    alarms: tuple[tuple[Message, str], ...]
    gates: tuple[GateView, ...]
    next_steps: tuple[NextStep, ...]
    sources: tuple[Source, ...]
    missing_fen: int
    by_use_fen: int  # paid by a fund, counted only through the firm's use
    elapsed: float | None  # from signing to the last due day
    events: tuple[Event, ...]
    only_open: bool
    arrivals: tuple[ArrivalRow, ...] = ()
    money: tuple[MoneyRow, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()
    chain: ChainFigures | None = None
    site: SiteTab | None = None
    neighbours: tuple[Card, ...] = ()
    trail: tuple[TrailRow, ...] = ()
    money_kinds: tuple[tuple[str, str], ...] = ()
    blockers: tuple[tuple[Message, BlockerLine], ...] = ()
    blocker_kinds: tuple[tuple[str, str], ...] = ()
    stages: Mapping[Stage, Message]
    tones: Mapping[Stage, str]


# ---- rules
def may_of(actor: Actor, page: Page) -> May:
    """Return what the reader may do here."""
    live = not page.is_past
    return May(
        edit=live and actor.may(Duty.EDIT_DEALS),
        verify=live and actor.may(Duty.VERIFY_EVIDENCE),
        waive=live and actor.may(Duty.WAIVE_CONDITIONS),
        pay=live and actor.may(Duty.PAY_TRANCHES),
        see_addresses=actor.may(Duty.READ_AUDIT),
    )


# ---- builders
def _read(work: Work, page: Page, project_id: str) -> Facts:
    as_of = page.as_of
    detail = cards.detail(work, as_of, project_id)
    own = col(Agreement.project_id) == project_id
    papers = agreements.listed(work, as_of, own)
    at = conditions.positions(work, as_of, own)
    invested = list(dict.fromkeys(one.investment_id for one in papers if one.investment_id))
    planned = tranches.positions(work, Moment(as_of=as_of), invested) if invested else []
    people = {one.recorded_by for one in detail.milestones}
    people |= {line.recorded_by for line in detail.arrivals}
    people |= {line.verified_by for line in detail.arrivals if line.verified_by}
    for one in at:
        people |= {seen.recorded_by for seen in one.seen}
        people |= {seen.verified_by for seen in one.seen if seen.verified_by}
    return Facts(
        detail=detail,
        papers=tuple(papers),
        at=tuple(at),
        gates=tuple(gates.gates_of(planned, at)),
        money=tuple(landings.money_in_place(work, date.min, as_of, project_ids=[project_id])),
        fund_money=tuple(
            landings.fund_money(work, as_of, project_ids=[project_id], only=FundMoney.BY_USE)
        ),
        ledger=tuple(dossier.ledger_lines(work, as_of, project_id)),
        names=dossier.names(work, people),
    )


def deal_page(
    work: Work,
    actor: Actor,
    page: Page,
    project_id: str,
    *,
    tab: str,
    edit: str = "",
    only_open: bool = False,
    with_demo: bool = True,
) -> DealPage:
    """Build the page of a project with one of its tabs; `edit` opens a condition's form."""
    facts, reader, may = _read(work, page, project_id), page.reader, may_of(actor, page)
    detail, card = facts.detail, facts.detail.card
    if tab not in TABS:
        tab = "conditions" if facts.at else "overview"
    steps, now_text, next_text = steps_of(facts, reader)
    rows = tuple(
        deal_terms.condition_row(
            at, reader, actor, names=facts.names, is_editing=may.edit and at.condition_id == edit
        )
        for at in facts.at
    )
    arrivals = tuple(
        ArrivalRow(
            line=line,
            kind=MONEY_KINDS[line.kind],
            recorder=facts.names.get(line.recorded_by, ""),
            verifier=facts.names.get(line.verified_by or "", ""),
            may_verify=may.verify and line.accepted is None and line.recorded_by != actor.id,
            is_own=line.recorded_by == actor.id,
        )
        for line in detail.arrivals
    )
    files = dossier.evidence(work, project_id)
    events = events_of(facts, page.as_of)
    chain, neighbours = (
        _chain(work, page, card, with_demo=with_demo) if tab == "chain" else (None, ())
    )
    in_place = sum(row.amount_fen for row in facts.money)
    return DealPage(
        tab=tab,
        tabs=(
            ("overview", say("Summary"), None),
            ("conditions", say("Agreements and conditions"), len(rows) or None),
            ("money", say("Money flows"), len(arrivals) + len(facts.ledger) or None),
            ("evidence", say("Evidence"), len(files) or None),
            ("chain", say("Industry chain"), None),
            ("site", say("Sites"), None),
            ("activity", say("Activity"), None),
            ("audit", say("Audit trail"), None),
        ),
        may=may,
        detail=detail,
        card=card,
        firm=organisations.get(work, detail.organisation_id),
        stage=STAGES[card.stage],
        stage_tone=STAGE_TONES[card.stage],
        colour=system_colour(card.system_code),
        papers=facts.papers,
        steps=steps,
        now_text=now_text,
        next_text=next_text,
        committed_fen=sum(gate.tranche.agreed_fen for gate in facts.gates),
        paid_fen=sum(gate.tranche.paid_fen for gate in facts.gates),
        conditions=rows,
        kept=sum(not at.is_open for at in facts.at),
        alarms=deal_terms.alarms(facts.at),
        gates=tuple(
            deal_terms.gate_view(gate, reader, may_pay=may.pay, ledger=facts.ledger)
            for gate in facts.gates
        ),
        next_steps=next_of(facts, f"/deals/{project_id}"),
        sources=sources_of(facts),
        missing_fen=max((card.planned_fen or 0) - in_place, 0),
        by_use_fen=sum(row.amount_fen for row in facts.fund_money),
        elapsed=elapsed_of(facts.at, page.as_of),
        events=events if tab == "activity" else events[:TIMELINE_SHORT],
        only_open=only_open,
        arrivals=arrivals,
        money=facts.money,
        ledger=facts.ledger,
        evidence=tuple(_evidence(line) for line in files),
        chain=chain,
        site=site_tab(work, page, project_id, with_demo=with_demo) if tab == "site" else None,
        neighbours=neighbours,
        trail=_trail(work, reader, project_id) if tab == "audit" else (),
        money_kinds=tuple((kind.value, reader.say(text)) for kind, text in MONEY_KINDS.items()),
        blockers=tuple(
            (BLOCKERS[one.kind], one)
            for one in blockers.blockers(work, page.as_of, project_id=project_id)
        ),
        blocker_kinds=tuple((one.value, reader.say(words)) for one, words in BLOCKERS.items()),
        stages=STAGES,
        tones=STAGE_TONES,
    )


def _evidence(line: EvidenceLine) -> EvidenceRow:
    subject: str | Message = line.subject
    if line.shows is EvidenceFor.MILESTONE:
        subject = STAGES[Stage(line.subject)]
    elif line.shows is EvidenceFor.ARRIVAL:
        subject = MONEY_KINDS[MoneyKind(line.subject)]
    return EvidenceRow(line=line, shows=SHOWS[line.shows], subject=subject)


def _chain(
    work: Work, page: Page, card: Card, *, with_demo: bool
) -> tuple[ChainFigures | None, tuple[Card, ...]]:
    if card.chain_id is None:
        return None, ()
    figures = chain_figures(work, page.as_of, with_demo=with_demo)
    mine = next((one for one in figures if one.chain_id == card.chain_id), None)
    found = board.table(
        work,
        page.as_of,
        board.Filters(chain_id=card.chain_id, with_demo=with_demo),
        order=board.LARGEST_FIRST,
        limit=NEIGHBOURS,
    )
    return mine, tuple(one for one in found.rows if one.project_id != card.project_id)


def _trail(work: Work, reader: Reader, project_id: str) -> tuple[TrailRow, ...]:
    return tuple(
        TrailRow(
            line=line,
            action=action_text(reader, line.action),
            changes=changed(reader, line.before, line.after),
        )
        for line in dossier.trail(work, project_id)
    )
