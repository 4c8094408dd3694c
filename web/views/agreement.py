"""One agreement: what three sides promised, what is kept, what that frees, and its papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow import (
    agreements,
    clause_opinions,
    clauses,
    conditions,
    dossier,
    gates,
    projects,
    stakes,
)
from dealflow.agreements import AgreementCard, Promise, Side
from dealflow.conditions import ConditionPosition
from dealflow.dossier import EvidenceFor, EvidenceLine
from dealflow.stages import OFF_RAMPS, Stage
from dealflow.stakes import AgreementStake, Stake
from portfolio import funds, organisations, tranches
from portfolio.funds import Fund
from portfolio.investments import Investment
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from portfolio.organisations import Organisation
from portfolio.tranches import TranchePosition
from web.formats import Reader
from web.templating import Page
from web.views import condition_form, deal_terms, findings, payouts
from web.views.agreement_words import CONSEQUENCES, KINDS, OWED_BY, RULES, SIDES
from web.views.condition_form import Choices, ConditionDraft, percent
from web.views.deal import SHOWS, May, may_of
from web.views.deal_terms import ConditionRow, GateView
from web.views.findings import FindingRow
from web.views.payouts import ClauseLine
from web.views.tips import Tip

Choice = tuple[str, str]
MOST_PROJECTS = 1_000
EMPTY_ROWS = 2  # of each side, on a form that no script has grown


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class SideColumn:
    """What one side promised."""

    side: Side
    title: Message
    promises: tuple[Promise, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsRow:
    """What hangs on a condition, beside how far it is."""

    at: ConditionPosition
    consequence: Message
    rate: str
    gates_no: int | None
    owed_by: Message
    stake: Stake | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFile:
    """A file of the agreement or of one of its conditions."""

    line: EvidenceLine
    shows: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPage:
    """All that agreements/agreement.html may use."""

    template: ClassVar[str] = "agreements/agreement.html"
    card: AgreementCard
    kind: Message
    firm: Organisation
    rule: Message
    may: May  # of the table of conditions, which it shares with the page of the project
    may_edit: bool
    may_fund: bool  # record investments and plan tranches
    sides: tuple[SideColumn, ...]
    conditions: tuple[ConditionRow, ...]
    terms: tuple[TermsRow, ...]
    kept: int
    alarms: tuple[tuple[Message, str], ...]
    weighted: float | None
    tips: Mapping[str, Tip]
    is_demo: bool  # what hangs on the paper, which itself may be a published fact
    gates: tuple[GateView, ...]
    committed_fen: int
    paid_fen: int
    investment: Investment | None
    candidates: tuple[Choice, ...]
    funds: tuple[Choice, ...]
    files: tuple[PaperFile, ...]
    stake: AgreementStake
    incentives: tuple[ClauseLine, ...]
    findings: tuple[FindingRow, ...]
    open_findings: int
    clauses: int
    draft: ConditionDraft
    choices: Choices
    side_choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgreement:
    """The form for a signed paper."""

    template: ClassVar[str] = "agreements/new.html"
    project_id: str
    project_name: str
    firm_name: str
    projects: tuple[Choice, ...]  # to choose from where the address names none
    kinds: tuple[Choice, ...]
    funds: tuple[Choice, ...]
    rules: tuple[Choice, ...]
    sides: tuple[Choice, ...]
    rows: int


# ---- builders
def new_agreement(
    work: Work, actor: Actor, reader: Reader, project_id: str | None, *, with_demo: bool
) -> NewAgreement:
    """Build the form; without a project it asks for one."""
    project = projects.get(work, project_id) if project_id else None
    firm = organisations.get(work, project.organisation_id) if project else None
    none = ("", reader.say("No fund takes part"))
    return NewAgreement(
        project_id=project.id if project else "",
        project_name=project.name if project else "",
        firm_name=firm.name if firm else "",
        projects=() if project else _projects(work, with_demo=with_demo),
        kinds=tuple((kind.value, reader.say(word)) for kind, word in KINDS.items()),
        funds=(none, *_funds(work, actor, with_demo=with_demo)),
        rules=tuple((rule.value, reader.say(word)) for rule, word in list(RULES.items())[::-1]),
        sides=_sides(reader),
        rows=EMPTY_ROWS,
    )


def _sides(reader: Reader) -> tuple[Choice, ...]:
    return tuple((side.value, reader.say(word)) for side, word in SIDES.items())


def _projects(work: Work, *, with_demo: bool) -> tuple[Choice, ...]:
    project = projects.Project
    stage = projects.stage_at(work.today())
    statement = (
        sa.select(col(project.id), col(project.code), col(project.name))
        .where(sa.func.coalesce(stage, Stage.LEAD.value).not_in([one.value for one in OFF_RAMPS]))
        .order_by(col(project.code).desc())
        .limit(MOST_PROJECTS)
    )
    if not with_demo:
        statement = statement.where(col(project.is_demo).is_(False))
    return tuple((id_, f"{code} {name}") for id_, code, name in work.rows(statement))


def _funds(work: Work, actor: Actor, *, with_demo: bool = True) -> tuple[Choice, ...]:
    return tuple((row.id, row.name) for row in funds.listed(work, actor, with_demo=with_demo))


def agreement_page(work: Work, actor: Actor, page: Page, agreement_id: str) -> AgreementPage:
    """Build the page of one agreement as of the day of the page."""
    reader, as_of = page.reader, page.as_of
    found = agreements.detail(work, as_of, agreement_id)
    card = found.card
    firm = organisations.get(work, projects.get(work, card.project_id).organisation_id)
    at = conditions.of_agreement(work, as_of, agreement_id)
    held = [card.investment_id] if card.investment_id else []
    planned = tranches.positions(work, Moment(as_of=as_of), held)
    joined = gates.gates_of(planned, at)
    ledger = dossier.ledger_lines(work, as_of, card.project_id)
    may = may_of(actor, page)
    may_fund = may.pay and actor.may(Duty.EDIT_FUNDS)
    names = dossier.names(work, {one.recorded_by for row in at for one in row.seen})
    numbers = {tranche.tranche_id: tranche.no for tranche in planned}
    stake = stakes.of_agreements(
        work, as_of, {agreement_id: at}, {agreement_id: card.investment_id}
    )[agreement_id]
    hanging = {one.condition_id: one for one in stake.stakes}
    reviewed = findings.rows(work, actor, page, clause_opinions.of_agreement(work, agreement_id))
    return AgreementPage(
        card=card,
        kind=KINDS[card.kind],
        firm=firm,
        rule=RULES[card.fund_money],
        # the empty table of a deal would ask to record an agreement, and this is one
        may=may if at else replace(may, edit=False),
        may_edit=may.edit,
        may_fund=may_fund,
        sides=tuple(
            SideColumn(
                side=side,
                title=word,
                promises=tuple(one for one in found.promises if one.side is side),
            )
            for side, word in SIDES.items()
        ),
        conditions=tuple(
            deal_terms.condition_row(one, reader, actor, names=names, is_editing=False)
            for one in at
        ),
        terms=tuple(
            TermsRow(
                at=one,
                consequence=CONSEQUENCES[one.consequence],
                rate=percent(one.rate_ppm),
                gates_no=numbers.get(one.gates_tranche_id or ""),
                owed_by=OWED_BY[one.subject],
                stake=hanging.get(one.condition_id),
            )
            for one in at
        ),
        kept=sum(not one.is_open for one in at),
        alarms=deal_terms.alarms(at),
        weighted=conditions.weighted_progress(at),
        tips=_tips(reader, card, at, planned, stake),
        is_demo=card.is_demo
        or any(one.is_demo for one in at)
        or any(one.is_demo for one in planned),
        gates=tuple(
            deal_terms.gate_view(gate, reader, may_pay=may.pay, ledger=ledger) for gate in joined
        ),
        committed_fen=sum(tranche.agreed_fen for tranche in planned),
        paid_fen=sum(tranche.paid_fen for tranche in planned),
        investment=work.session.get(Investment, card.investment_id) if card.investment_id else None,
        candidates=_candidates(work, actor, card, firm.id) if may.edit else (),
        funds=_funds_of(work, actor, card) if may_fund else (),
        files=_files(work, card, at),
        stake=stake,
        incentives=payouts.of_agreement(work, page, agreement_id),
        findings=reviewed,
        open_findings=sum(one.is_open for one in reviewed),
        clauses=len(clauses.of_agreement(work, agreement_id)),
        draft=ConditionDraft(),
        choices=condition_form.choices(reader, planned),
        side_choices=_sides(reader),
    )


def _tips(
    reader: Reader,
    card: AgreementCard,
    at: Sequence[ConditionPosition],
    planned: Sequence[TranchePosition],
    stake: AgreementStake,
) -> dict[str, Tip]:
    share, total = conditions.weighted_progress(at), sum(one.weight for one in at)
    parts = [f"{one.weight} × {reader.ratio(_share(one))}" for one in at]
    kept = sum(not one.is_open for one in at)
    paid = [one for one in planned if one.paid_fen]
    return {
        "amount": Tip(
            title=reader.say("Expected investment"),
            formula=reader.say("The amount that the signed paper names"),
            provenance="published" if card.amount_published else "entered",
            rows_href="#h-files",
            rows_text=reader.say("Files"),
        ),
        "kept": Tip(
            title=reader.say("Conditions kept"),
            formula=reader.say("Conditions verified by a second person, or waived by a resolution"),
            inputs=f"{kept} / {len(at)}",
            provenance="computed",
            rows_href="#conds",
        ),
        "weighted": Tip(
            title=reader.say("Weighted progress"),
            formula=reader.say("Σ weight × verified progress ÷ Σ weight; waived counts as done"),
            inputs=f"({' + '.join(parts)}) ÷ {total} = {reader.ratio(share)}"
            if share is not None
            else "",
            provenance="computed",
            rows_href="#conds",
        ),
        "stake": Tip(
            title=reader.say("Money at stake"),
            formula=reader.say(
                "What hangs on open conditions; a tranche, holding or incentive counts once"
            ),
            inputs=f"Σ {len(stake.stakes) - stake.unknown} = {reader.amount(stake.known_fen)}",
            provenance="computed",
            note=reader.say(
                say("{count} more name no amount and are not in the sum.", count=stake.unknown)
            )
            if stake.unknown
            else "",
            rows_href="#h-terms",
        ),
        "paid": Tip(
            title=reader.say("Paid by the fund"),
            formula=reader.say("Payments of tranches in the fund's ledger that were not reversed"),
            inputs=f"Σ {len(paid)} = {reader.amount(sum(one.paid_fen for one in paid))}",
            provenance="computed",
            rows_href=f"/deals/{card.project_id}?tab=money#ledger",
        ),
    }


def _share(at: ConditionPosition) -> float:
    return at.progress if at.is_open else 1.0


def _candidates(work: Work, actor: Actor, card: AgreementCard, firm_id: str) -> tuple[Choice, ...]:
    """Return the investments that may carry out the agreement: of this firm, of its fund."""
    of_fund = col(Investment.fund_id) == card.fund_id if card.fund_id else sa.true()
    rows = work.rows(
        sa.select(col(Investment.id), col(Investment.code), col(Investment.name), col(Fund.name))
        .join(Fund, col(Fund.id) == col(Investment.fund_id))
        .where(
            col(Investment.organisation_id) == firm_id,
            of_fund,
            col(Fund.id).in_(funds.visible_funds(actor)),
        )
        .order_by(col(Fund.code), col(Investment.code))
    )
    return tuple((id_, f"{code} {name} · {fund}") for id_, code, name, fund in rows)


def _funds_of(work: Work, actor: Actor, card: AgreementCard) -> tuple[Choice, ...]:
    if card.fund_id:
        return ((card.fund_id, card.fund_name or ""),)
    return _funds(work, actor)


def _files(
    work: Work, card: AgreementCard, at: Sequence[ConditionPosition]
) -> tuple[PaperFile, ...]:
    """Return the signed paper, and what was handed in for the conditions of this agreement."""
    shown = {one.evidence_file_id for row in at for one in row.seen}
    names = {f"C{row.no} {row.name}" for row in at}
    return tuple(
        PaperFile(line=line, shows=SHOWS[line.shows])
        for line in dossier.evidence(work, card.project_id)
        if (line.shows is EvidenceFor.AGREEMENT and line.file_id == card.file_id)
        or (line.shows is EvidenceFor.CONDITION and line.file_id in shown)
        or (line.shows is EvidenceFor.WAIVER and line.subject in names)
    )
