"""Questions before an act on a project: each restates the facts that the act rests on."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow import cards, chains, conditions, gates, site_list, units
from dealflow.agreements import Agreement, FundMoney
from dealflow.cards import Card
from dealflow.conditions import Condition
from dealflow.gates import Gate
from dealflow.projects import SizeClass
from dealflow.site_list import Filters
from dealflow.stages import BY_SIGNING, EVIDENCED, OFF_RAMPS, Stage
from portfolio import funds, investments, organisations, tranches
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.tranches import TrancheStatus
from web.formats import Reader
from web.templating import Page
from web.views import deal_terms
from web.views.deal_terms import ConditionRow, GateView
from web.views.words import STAGE_TONES, STAGES

SIZES = {
    SizeClass.NONE: say("No class"),
    SizeClass.YI50: say("5 bn class"),
    SizeClass.YI20: say("2 bn class"),
}
MONEY = "funded"  # a column of the board, reached by money and by no word of ours


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOption:
    """One stage the project may be moved to; `asks` says what it takes."""

    stage: str
    title: Message
    tone: str
    is_now: bool
    is_chosen: bool
    by_signing: bool
    asks: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAsk:
    """Move a project to another stage."""

    template: ClassVar[str] = "deals/move.html"
    card: Card
    stage: Message
    options: tuple[MoveOption, ...]
    wants_money: bool
    needs_evidence: str  # the stages that need a file, for the hint
    sites: tuple[tuple[str, str], ...]  # that can be had
    day: date
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayAsk:
    """Pay a tranche, or reverse its payment."""

    template: ClassVar[str] = "deals/pay.html"
    gate: GateView
    project_id: str
    fund_name: str
    investment_name: str
    firm_name: str
    counts_as_paid: bool
    reverses: bool
    missing: tuple[Message, ...]
    day: date
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveAsk:
    """Waive a condition by a resolution."""

    template: ClassVar[str] = "deals/waive.html"
    row: ConditionRow
    shortfall: Message | None
    project_id: str
    day: date
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeal:
    """Record a firm and what it means to do."""

    template: ClassVar[str] = "deals/new.html"
    systems: tuple[tuple[str, str], ...]
    chains: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    sizes: tuple[tuple[str, str], ...]
    day: date


# ---- builders
def move_ask(work: Work, page: Page, project_id: str, *, to: str) -> MoveAsk:
    """Build the menu of stages for a project."""
    card = cards.detail(work, page.as_of, project_id).card
    chosen = to if to in {stage.value for stage in Stage} else _following(card.stage)
    return MoveAsk(
        card=card,
        stage=STAGES[card.stage],
        options=tuple(
            MoveOption(
                stage=stage.value,
                title=STAGES[stage],
                tone=STAGE_TONES[stage],
                is_now=stage is card.stage,
                is_chosen=stage.value == chosen and stage not in BY_SIGNING,
                by_signing=stage in BY_SIGNING,
                asks=_asks(stage),
            )
            for stage in Stage
            if stage is not Stage.LEAD
        ),
        wants_money=to == MONEY,
        needs_evidence=" · ".join(page.reader.say(STAGES[stage]) for stage in EVIDENCED),
        sites=tuple(
            (line.site.id, f"{line.site.code} {line.site.name} · {line.site.area_m2:,} m²")
            for line in site_list.listed(work, page.as_of, Filters(with_demo=card.is_demo))
            if line.standing in site_list.CAN_BE_HAD
        ),
        day=page.as_of,
        back=f"/deals/{project_id}",
    )


def _following(stage: Stage) -> str:
    later = (other for other in Stage if other.rank > stage.rank and other not in BY_SIGNING)
    return next(later, stage).value


def _asks(stage: Stage) -> Message | None:
    if stage in BY_SIGNING:
        return say("by signing")
    if stage in EVIDENCED:
        return say("needs evidence")
    return say("needs a reason") if stage in OFF_RAMPS else None


def pay_ask(
    work: Work, actor: Actor, page: Page, project_id: str, tranche_id: str, *, reverses: bool
) -> PayAsk:
    """Build the question before a payment or its reversal, with what still stands against it."""
    tranche = tranches.position(work, tranche_id)
    signed = work.rows(
        sa.select(col(Agreement.fund_money))
        .where(
            col(Agreement.project_id) == project_id,
            col(Agreement.investment_id) == tranche.investment_id,
        )
        .order_by(col(Agreement.signed_on), col(Agreement.id))
    )
    if not signed:
        raise NotFoundError
    at = conditions.positions(work, date.max, col(Condition.gates_tranche_id) == tranche_id)
    investment = investments.get(work, tranche.investment_id)
    gate: Gate = gates.gates_of([tranche], at)[0]
    held = tranches.status(tranche) is TrancheStatus.HELD
    view = deal_terms.gate_view(gate, page.reader, may_pay=True, ledger=())
    return PayAsk(
        gate=view,
        project_id=project_id,
        fund_name=funds.get(work, actor, investment.fund_id).name,
        investment_name=investment.name,
        firm_name=organisations.get(work, investment.organisation_id).name
        if investment.organisation_id
        else "",
        counts_as_paid=FundMoney(signed[-1][0]) is FundMoney.AS_PAID,
        reverses=reverses,
        missing=gate.missing if held else (),
        day=page.as_of,
        back=f"/deals/{project_id}?tab=conditions",
    )


def waive_ask(work: Work, actor: Actor, page: Page, project_id: str, condition_id: str) -> WaiveAsk:
    """Build the question before a waiver."""
    at = conditions.position(work, page.as_of, condition_id)
    if at.project_id != project_id:
        raise NotFoundError
    return WaiveAsk(
        row=deal_terms.condition_row(at, page.reader, actor, names={}, is_editing=False),
        shortfall=conditions.shortfall(at),
        project_id=project_id,
        day=page.as_of,
        back=f"/deals/{project_id}?tab=conditions",
    )


def new_deal(work: Work, reader: Reader, day: date, *, with_demo: bool) -> NewDeal:
    """Build the form for a firm and a deal."""
    none = ("", reader.say(say("not known yet")))
    return NewDeal(
        systems=(none, *((row.code, row.name) for row in units.systems(work))),
        chains=(none, *((row.id, row.name) for row in chains.listed(work, with_demo=with_demo))),
        units=(none, *((row.id, row.name) for row in units.listed(work, with_demo=with_demo))),
        sizes=tuple((size.value, reader.say(text)) for size, text in SIZES.items()),
        day=day,
    )
