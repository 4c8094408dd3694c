"""Chain brief: all that a chain's task force has on its table when it meets.

Nothing is counted here a second time: the map, its gaps, the projects, the money and the open
items are those of their own modules, brought together for one chain and one day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import sqlalchemy as sa
from sqlmodel import col

from dealflow import (
    blockers,
    candidates,
    cards,
    chain_figures,
    chain_map,
    chain_returns,
    chains,
    gaps,
    landings,
    outreach,
    supply,
)
from dealflow.blockers import ActionLine, BlockerLine
from dealflow.candidates import Candidate
from dealflow.cards import Card
from dealflow.chain_figures import ChainFigures
from dealflow.chain_map import ChainMap
from dealflow.chains import Chain
from dealflow.gaps import Gap
from dealflow.landings import MoneyRow
from dealflow.outreach import Occasion
from dealflow.projects import Project
from dealflow.stages import Stage
from dealflow.units import Unit
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError
from portfolio.ledger import Moment
from portfolio.pooled import Pool

GAPS_WITH_CANDIDATES = 12  # a meeting does not speak of more
STOPPED = frozenset({Stage.SHELVED, Stage.TERMINATED})
FROM_FUNDS = "transaction"  # the kind of a row of money in place that a fund paid


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A goal of the chain's plan beside what was reached."""

    text: str | Message
    unit: str  # fen, count
    goal: int
    actual: int | None  # None: nothing recorded says
    due_on: date | None
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """A plan or a policy of the chain that is in force."""

    title: str
    note: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GapLine:
    """A gap with the firms that could fill it, the best first; () beyond the gaps looked into."""

    gap: Gap
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLine:
    """A project on the chain; `segment` is empty where it has not been placed on the map."""

    card: Card
    segment: str
    segment_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefMoney:
    """What was promised, what arrived and from whom; returns of the funds the reader may see."""

    figures: ChainFigures
    in_place_from_funds_fen: int
    pool: Pool | None  # None: no fund has invested in a firm of the chain

    @property
    def in_place_from_others_fen(self) -> int:
        """Money in place that no fund paid."""
        return self.figures.in_place_fen - self.in_place_from_funds_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainBrief:
    """One chain at the close of a day."""

    chain: Chain
    as_of: date
    leaders: tuple[str, ...]
    task_force: str
    chart: ChainMap
    gaps: tuple[GapLine, ...]
    projects: tuple[ProjectLine, ...]  # live ones first, the largest contract first
    money: BriefMoney
    goals: tuple[GoalLine, ...]
    plans: tuple[PolicyLine, ...]
    policies: tuple[PolicyLine, ...]
    blockers: tuple[BlockerLine, ...]
    actions: tuple[ActionLine, ...]  # open ones, by deadline
    visits: tuple[Occasion, ...]  # of which firms of the chain were part, newest first

    @property
    def is_demo(self) -> bool:
        """Say whether any part of it is demonstration data."""
        return self.chain.is_demo or any(
            one.is_demo
            for part in (
                *(self.chart.nodes, self.goals, self.plans, self.policies),
                *(self.blockers, self.actions, self.visits),
                (firm for node in self.chart.nodes for firm in node.firms),
                (line.card for line in self.projects),
                (candidate for line in self.gaps for candidate in line.candidates),
            )
            for one in part
        )


# ---- rules
def from_funds_fen(rows: Iterable[MoneyRow]) -> int:
    """Return what of the money in place was paid by funds."""
    return sum(row.amount_fen for row in rows if row.kind == FROM_FUNDS)


def in_order(cards_: Iterable[Card]) -> list[Card]:
    """Return the projects as a meeting takes them: live ones, the largest contract first."""
    return sorted(
        cards_,
        key=lambda card: (card.stage in STOPPED, -(card.contract_fen or 0), card.code),
    )


def met(occasions: Iterable[Occasion], firms: frozenset[str]) -> list[Occasion]:
    """Return the occasions at which one of the firms was met."""
    return [one for one in occasions if not firms.isdisjoint(one.firms)]


# ---- reads
def brief(
    work: Work,
    actor: Actor,
    as_of: date,
    chain: Chain,
    *,
    goals: Sequence[GoalLine] = (),
    plans: Sequence[PolicyLine] = (),
    policies: Sequence[PolicyLine] = (),
    with_demo: bool = True,
) -> ChainBrief:
    """Return what the task force of a chain needs; returns count only funds the actor may see."""
    chart = chain_map.chain_map(work, as_of, chain.id, with_demo=with_demo)
    lines = _projects(work, as_of, chain.id, chart, with_demo=with_demo)
    ids = frozenset(line.card.project_id for line in lines)
    leaders = chains.leaders(work, as_of, chain.id)
    task_force = (
        work.session.get(Unit, chain.task_force_unit_id) if chain.task_force_unit_id else None
    )
    firms = frozenset(
        (
            *(firm.name for node in chart.nodes for firm in node.firms),
            *(line.card.firm_name for line in lines),
            *leaders.values(),
        )
    )
    return ChainBrief(
        chain=chain,
        as_of=as_of,
        leaders=tuple(leaders.values())
        or tuple(name for name in chain.leader_firms.split("、") if name),
        task_force=task_force.name if task_force else "",
        chart=chart,
        gaps=_gaps(work, as_of, chain, chart, frozenset(leaders), with_demo=with_demo),
        projects=lines,
        money=_money(work, actor, as_of, chain.id, sorted(ids), with_demo=with_demo),
        goals=tuple(goals),
        plans=tuple(plans),
        policies=tuple(policies),
        blockers=tuple(
            one
            for one in blockers.blockers(work, as_of, with_demo=with_demo)
            if one.project_id in ids
        ),
        actions=tuple(
            one
            for one in blockers.actions(work, as_of, with_demo=with_demo)
            if one.project_id in ids or (task_force and one.unit_name == task_force.name)
        ),
        visits=tuple(met(outreach.occasions(work, date.min, as_of, with_demo=with_demo), firms)),
    )


def _projects(
    work: Work, as_of: date, chain_id: str, chart: ChainMap, *, with_demo: bool
) -> tuple[ProjectLine, ...]:
    places = {
        project_id: node
        for node in chart.nodes
        for firm in node.firms
        for project_id in firm.project_ids
    }
    own = sa.select(col(Project.id)).where(
        col(Project.chain_id) == chain_id, col(Project.first_heard_on) <= as_of
    )
    if not with_demo:
        own = own.where(col(Project.is_demo).is_(False))
    ids = [project_id for (project_id,) in work.rows(own.order_by(col(Project.id)))]
    found = in_order(cards.cards(work, as_of, ids, with_demo=with_demo).values())
    return tuple(
        ProjectLine(
            card=card,
            segment=place.name if place else "",
            segment_en=place.name_en if place else "",
        )
        for card in found
        for place in (places.get(card.project_id),)
    )


def _gaps(
    work: Work,
    as_of: date,
    chain: Chain,
    chart: ChainMap,
    leader_ids: frozenset[str],
    *,
    with_demo: bool,
) -> tuple[GapLine, ...]:
    graph = supply.network(supply.links(work, as_of, with_demo=with_demo))
    missing = gaps.gaps(chart, graph)
    looked_into = {
        gap.node.segment_id: tuple(
            candidates.for_gap(
                work,
                as_of,
                chart,
                gap.node,
                graph,
                leader_ids,
                fund_seeks=bool(candidates.seeking_funds(work, as_of, (chain.name, gap.node.name))),
                with_demo=with_demo,
            )
        )
        for gap in islice(missing, GAPS_WITH_CANDIDATES)
    }
    return tuple(
        GapLine(gap=gap, candidates=looked_into.get(gap.node.segment_id, ())) for gap in missing
    )


def _money(
    work: Work, actor: Actor, as_of: date, chain_id: str, ids: Sequence[str], *, with_demo: bool
) -> BriefMoney:
    figures = next(
        (
            one
            for one in chain_figures.chain_figures(work, as_of, with_demo=with_demo)
            if one.chain_id == chain_id
        ),
        None,
    )
    if figures is None:
        raise NotFoundError
    in_place = landings.money_in_place(work, date.min, as_of, project_ids=ids, with_demo=with_demo)
    moment = Moment(as_of=as_of, with_demo=with_demo)
    return BriefMoney(
        figures=figures,
        in_place_from_funds_fen=from_funds_fen(in_place),
        pool=chain_returns.by_chain(work, actor, moment).get(chain_id),
    )
