"""投资: what each cheque did: its cash, its marks, its tranches and its landing conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from markupsafe import Markup
from sqlmodel import col

from dealflow import gates
from dealflow.dossier import LedgerLine
from dealflow.gates import Gate
from portfolio import funds, holding_bridge, investments, marks, tranches
from portfolio.figures import Source
from portfolio.funds import Fund
from portfolio.holding_bridge import HoldingBridge
from portfolio.investments import Investment, InvestmentKind, Position
from portfolio.kernel.actors import Account, Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.marks import MarkEntry
from portfolio.tranches import TranchePosition
from web import charts
from web.charts import Step
from web.charts.money import is_cut
from web.formats import SCALE, Reader
from web.templating import Page
from web.views.assumptions import Assumption, assumptions, inputs_text, is_worked_out
from web.views.deal_terms import GateView, gate_view, value_text
from web.views.fund_ledger import EntryRow, entry_rows
from web.views.fund_tiles import flows_text
from web.views.fund_words import METHODS
from web.views.holdings import LandingSide, Rate, landing_sides, named, rate
from web.views.tips import Tip
from web.views.words import STATE_KINDS, STATES

QUARTERS = 12


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow:
    """One opinion of what a holding is worth."""

    mark: MarkEntry
    method: Message
    inputs: str
    prepared_by: str
    approved_by: str
    age_days: int
    is_stale: bool
    word: Message
    kind: str
    may_approve: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrancheRow:
    """One tranche as a gate, and where it is paid."""

    view: GateView
    pay_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionLine:
    """One landing condition, mirrored from its agreement."""

    no: int
    name: str
    agreed: str
    actual: str
    progress: float
    due_on: date
    word: Message
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentPage:
    """The page of one holding."""

    template: ClassVar[str] = "investments/investment.html"
    position: Position
    name: str
    fund_code: str
    fund_name: str
    child_code: str
    irr: Rate
    tips: dict[str, Tip]
    mark: str
    bridge: Markup
    is_cut: bool
    steps: tuple[tuple[Message, int, bool], ...]
    entries: tuple[EntryRow, ...]
    marks: tuple[MarkRow, ...]
    assumptions: tuple[Assumption, ...]  # of the newest mark that was worked out
    assumed_on: date | None
    quarters: tuple[HoldingBridge, ...]  # newest first
    stale_days: int | None
    tranches: tuple[TrancheRow, ...]
    landing: LandingSide | None
    conditions: tuple[ConditionLine, ...]
    may_edit: bool
    may_prepare: bool


# ---- one holding
def opened(work: Work, actor: Actor, investment_id: str) -> tuple[Investment, Fund]:
    """Return a holding and its fund, or answer as if it were not there."""
    row = investments.get(work, investment_id)
    return row, funds.get(work, actor, row.fund_id)


def investment_page(
    work: Work, reader: Reader, actor: Actor, page: Page, investment_id: str, *, with_demo: bool
) -> InvestmentPage:
    """Return the page of one holding."""
    row, fund = opened(work, actor, investment_id)
    moment = Moment(as_of=page.as_of, with_demo=with_demo)
    at = investments.position(work, moment, row.id)
    live = not page.is_past
    side = landing_sides(work, reader, page.as_of, [row.id], with_demo=with_demo).get(row.id)
    entries = _entries(work, reader, moment, row, may_edit=live and actor.may(Duty.EDIT_FUNDS))
    mark_rows = _mark_rows(work, reader, actor, moment, row, live=live)
    in_force = [one for one in mark_rows if one.mark.is_in_force]
    rests_on = in_force[-1].mark.as_of if in_force else at.first_paid_on
    old = at.cost_fen and at.kind is InvestmentKind.FIRM and rests_on
    worked_out = [one.mark for one in mark_rows if is_worked_out(one.mark)]
    newest = worked_out[-1] if worked_out else None
    before = worked_out[-2] if worked_out[1:] else None
    steps = _steps(at)
    child = work.session.get(Fund, row.child_fund_id) if row.child_fund_id else None
    return InvestmentPage(
        position=at,
        name=named(reader, row.name, row.name_en),
        fund_code=fund.code,
        fund_name=named(reader, fund.name, fund.name_en),
        child_code=child.code if child else "",
        irr=rate(at.gross_irr, at.first_paid_on, page.as_of),
        tips=_tips(work, reader, moment, at),
        mark=(Source.DEMO if at.is_demo else Source.COMPUTED).value,
        bridge=_bridge(reader, steps),
        is_cut=is_cut(_drawn(reader, steps)),
        steps=steps,
        entries=entries,
        marks=tuple(reversed(mark_rows)),
        assumptions=assumptions(reader, newest, before) if newest else (),
        assumed_on=newest.as_of if newest else None,
        quarters=tuple(reversed(holding_bridge.of_holding(work, moment, row.id)[-QUARTERS:])),
        stale_days=(page.as_of - rests_on).days
        if old and rests_on and marks.is_stale(rests_on, page.as_of)
        else None,
        tranches=_tranches(work, reader, moment, row, side, entries, actor=actor, live=live),
        landing=side,
        conditions=_conditions(reader, side),
        may_edit=live and actor.may(Duty.EDIT_FUNDS) and at.kind is InvestmentKind.FIRM,
        may_prepare=live
        and actor.may(Duty.PREPARE_MARKS)
        and at.kind is InvestmentKind.FIRM
        and bool(at.cost_fen),
    )


def _tips(work: Work, reader: Reader, moment: Moment, at: Position) -> dict[str, Tip]:
    flows = investments.flows(work, moment, at.investment_id)
    written = flows_text(reader, flows, (moment.as_of, at.fair_value_fen))
    mark = (Source.DEMO if at.is_demo else Source.COMPUTED).value
    basis = f"{moment.as_of.isoformat()}"
    gained = reader.say(
        say(
            "({realised} + {value}) ÷ {invested}",
            realised=reader.money(at.realised_fen),
            value=reader.money(at.fair_value_fen),
            invested=reader.money(at.invested_fen),
        )
    )
    words: dict[str, tuple[Message, Message, str]] = {
        "invested": (say("Invested"), say("All that was ever paid into the holding."), ""),
        "cost": (say("Cost held"), say("What of it is left after exits."), ""),
        "value": (say("Fair value"), say("Cost plus unrealised gain, by approved marks."), ""),
        "realised": (
            say("Realised"),
            say("All that came back: exits, returned capital and income."),
            "",
        ),
        "moic": (say("MOIC"), say("Proceeds plus fair value, over all that was invested."), gained),
        "irr": (
            say("Gross IRR"),
            say("The one yearly rate (ACT/365) at which payments, proceeds and value are worth 0."),
            written,
        ),
    }
    return {
        code: Tip(
            title=reader.say(title),
            formula=reader.say(formula),
            inputs=inputs,
            basis=basis,
            provenance=mark,
            rows_href="#entries",
        )
        for code, (title, formula, inputs) in words.items()
    }


def _steps(at: Position) -> tuple[tuple[Message, int, bool], ...]:
    """Return how what was invested became value: (name, fen, is a total)."""
    gain_fen = at.realised_fen - (at.invested_fen - at.cost_fen)
    return (
        (say("Invested"), at.invested_fen, True),
        (say("Realised gain"), gain_fen, False),
        (say("Unrealised gain"), at.fair_value_fen - at.cost_fen, False),
        (say("Total value"), at.realised_fen + at.fair_value_fen, True),
        (say("Paid back"), -at.realised_fen, False),
        (say("Fair value"), at.fair_value_fen, True),
    )


def _drawn(reader: Reader, steps: Sequence[tuple[Message, int, bool]]) -> list[Step]:
    scale = SCALE[reader.lang, reader.unit][0]
    return [
        Step(name=reader.say(name), value=fen / scale, is_total=is_total)
        for name, fen, is_total in steps
    ]


def _bridge(reader: Reader, steps: Sequence[tuple[Message, int, bool]]) -> Markup:
    places = SCALE[reader.lang, reader.unit][1]
    return charts.responsive(
        charts.bridge,
        _drawn(reader, steps),
        label=reader.say(say("How what was invested became value")),
        number=lambda value: reader.number(value, places),
        change=lambda value: reader.number(value, places, sign=True),
    )


def _entries(
    work: Work, reader: Reader, moment: Moment, row: Investment, *, may_edit: bool
) -> tuple[EntryRow, ...]:
    naming = sa.select(col(LedgerPosting.transaction_id)).where(
        col(LedgerPosting.investment_id) == row.id
    )
    found = work.session.execute(
        sa.select(LedgerTransaction)
        .where(col(LedgerTransaction.id).in_(naming), moment.holds())
        .order_by(col(LedgerTransaction.effective_date).desc(), col(LedgerTransaction.seq).desc())
    ).scalars()
    return entry_rows(work, reader, list(found), may_edit=may_edit)


def _mark_rows(
    work: Work, reader: Reader, actor: Actor, moment: Moment, row: Investment, *, live: bool
) -> list[MarkRow]:
    history = marks.history(work, moment, row.id)
    newest = marks.latest(work, moment, [row.id]).get(row.id)
    ids = {one for mark in history for one in (mark.prepared_by, mark.approved_by) if one}
    people = dict(
        work.rows(sa.select(col(Account.id), col(Account.name)).where(col(Account.id).in_(ids)))
    )
    may = live and actor.may(Duty.APPROVE_MARKS)
    newest_drafts = {mark.as_of: mark.version for mark in history}
    rows = []
    for mark in history:
        if mark.withdrawn_because is not None:
            word, kind = say("Withdrawn"), "hold"
        elif mark.approved_by is not None:
            word, kind = say("Approved"), "ok"
        elif newest_drafts[mark.as_of] != mark.version:
            word, kind = say("Replaced"), "todo"
        else:
            word, kind = say("Waits for approval"), "warn"
        rows.append(
            MarkRow(
                mark=mark,
                method=METHODS[mark.method],
                inputs=inputs_text(reader, mark),
                prepared_by=people.get(mark.prepared_by, ""),
                approved_by=people.get(mark.approved_by or "", ""),
                age_days=(moment.as_of - mark.as_of).days,
                is_stale=newest is not None
                and newest.mark_id == mark.mark_id
                and marks.is_stale(mark.as_of, moment.as_of),
                word=word,
                kind=kind,
                may_approve=may
                and mark.approved_by is None
                and mark.prepared_by != actor.id
                and newest_drafts[mark.as_of] == mark.version,
                may_withdraw=may and newest is not None and newest.mark_id == mark.mark_id,
            )
        )
    return rows


def _tranches(
    work: Work,
    reader: Reader,
    moment: Moment,
    row: Investment,
    side: LandingSide | None,
    entries: Sequence[EntryRow],
    *,
    actor: Actor,
    live: bool,
) -> tuple[TrancheRow, ...]:
    planned = tranches.positions(work, moment, [row.id])
    booked = _payments(planned, entries)
    found: list[Gate] = gates.gates_of(planned, side.conditions if side else ())
    may_pay = live and actor.may(Duty.PAY_TRANCHES)
    base = f"/deals/{side.project_id}" if side else f"/investments/{row.id}"
    return tuple(
        TrancheRow(
            view=gate_view(gate, reader, may_pay=may_pay, ledger=booked),
            pay_href=f"{base}/tranches/{gate.tranche.tranche_id}/payment",
        )
        for gate in found
    )


def _payments(planned: Sequence[TranchePosition], entries: Sequence[EntryRow]) -> list[LedgerLine]:
    """Return the entry behind each tranche that is paid."""
    by_id = {entry.id: entry for entry in entries}
    paid = [(one, by_id[one.transaction_id]) for one in planned if one.transaction_id in by_id]
    return [
        LedgerLine(
            transaction_id=entry.id,
            seq=entry.seq,
            effective_date=entry.effective_date,
            recorded_at=entry.recorded_at,
            recorded_by=entry.recorded_by,
            tranche_id=one.tranche_id,
            tranche_no=one.no,
            amount_fen=one.paid_fen,
            memo=entry.memo,
            is_reversal=False,
            is_reversed=False,
            is_demo=entry.is_demo,
        )
        for one, entry in paid
    ]


def _conditions(reader: Reader, side: LandingSide | None) -> tuple[ConditionLine, ...]:
    if side is None:
        return ()
    return tuple(
        ConditionLine(
            no=at.no,
            name=named(reader, at.name, at.name_en),
            agreed=f"{at.terms.operator.sign} "
            f"{value_text(reader, at.metric, at.terms.threshold, at.unit)}",
            actual=value_text(reader, at.metric, at.verified, at.unit)
            if at.verified is not None
            else "—",
            progress=at.progress,
            due_on=at.terms.due_on,
            word=STATES[at.state],
            kind=STATE_KINDS[at.state],
        )
        for at in side.conditions
    )
