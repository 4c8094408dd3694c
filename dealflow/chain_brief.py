"""Chain brief: all that a chain's task force has on its table when it meets.

Nothing is counted here a second time: the map, its gaps, the projects, the money and the open
items are those of their own modules, brought together for one chain and one day.
"""

from collections.abc import Iterable, Mapping
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
    chain_money,
    chain_plans,
    chains,
    gaps,
    outreach,
    policy_sets,
    score_weights,
    supply,
    task_forces,
)
from dealflow.blockers import ActionLine, BlockerLine
from dealflow.candidates import Candidate
from dealflow.cards import Card
from dealflow.chain_documents import Version
from dealflow.chain_figures import ChainFigures
from dealflow.chain_map import ChainMap
from dealflow.chain_plans import GoalKind
from dealflow.chains import Chain
from dealflow.gaps import Gap
from dealflow.outreach import Occasion
from dealflow.policy_sets import ChainPolicy
from dealflow.projects import Project
from dealflow.score_weights import Score
from dealflow.stages import Stage
from dealflow.units import Unit
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.ledger import Moment
from portfolio.pooled import Pool
from valuation.figures import Undefined

GAPS_WITH_CANDIDATES = 12  # a meeting does not speak of more
STOPPED = frozenset({Stage.SHELVED, Stage.TERMINATED})


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A goal of the chain's plan beside what was reached."""

    text: Message
    unit: str  # fen, count
    goal: int
    actual: int | None  # None: the plan's first day is ahead
    due_on: date
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
    in_place_from_others_fen: int  # at least so much, see chain_money
    pool: Pool | None  # None: no fund has invested in a firm of the chain

    @property
    def in_place_from_funds_fen(self) -> int:
        """Of the money in place, what the funds may have paid."""
        return self.figures.in_place_fen - self.in_place_from_others_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainBrief:
    """One chain at the close of a day."""

    chain: Chain
    as_of: date
    leaders: tuple[str, ...]
    task_force: str
    members: int
    chart: ChainMap
    gaps: tuple[GapLine, ...]
    projects: tuple[ProjectLine, ...]  # live ones first, the largest contract first
    money: BriefMoney
    goals: tuple[GoalLine, ...]
    plan: Version | None  # in force
    policies: tuple[ChainPolicy, ...]  # in force
    blockers: tuple[BlockerLine, ...]
    actions: tuple[ActionLine, ...]  # open ones, by deadline
    visits: tuple[Occasion, ...]  # of which firms of the chain were part, newest first

    @property
    def is_demo(self) -> bool:
        """Say whether any part of it is demonstration data."""
        return self.chain.is_demo or any(
            one.is_demo
            for part in (
                *(self.chart.nodes, self.goals, self.policies),
                (self.plan,) if self.plan else (),
                *(self.blockers, self.actions, self.visits),
                (firm for node in self.chart.nodes for firm in node.firms),
                (line.card for line in self.projects),
                (candidate for line in self.gaps for candidate in line.candidates),
            )
            for one in part
        )


# ---- rules
def in_order(cards_: Iterable[Card]) -> list[Card]:
    """Return the projects as a meeting takes them: live ones, the largest contract first."""
    return sorted(
        cards_,
        key=lambda card: (card.stage in STOPPED, -(card.contract_fen or 0), card.code),
    )


def _goal(goal: chain_plans.Goal) -> GoalLine:
    words = GOALS[goal.kind]
    if goal.segment_id is not None:
        words = say("Firm landed in {segment}", segment=goal.segment_name)
    return GoalLine(
        text=words,
        unit="fen" if goal.kind in chain_plans.MONEY else "count",
        goal=goal.at_least,
        actual=None if isinstance(goal.figure.value, Undefined) else goal.actual,
        due_on=goal.due_on,
        is_demo=goal.is_demo,
    )


GOALS: Mapping[GoalKind, Message] = {
    GoalKind.FIRMS: say("Firms landed"),
    GoalKind.CONTRACT: say("Contract amount"),
    GoalKind.IN_PLACE: say("Money in place"),
    GoalKind.SEGMENT: say("Segments filled"),
}


# ---- reads
def brief(
    work: Work,
    actor: Actor,
    as_of: date,
    chain: Chain,
    *,
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
    plan = chain_plans.in_force(work, as_of, chain.id, with_demo=with_demo)
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
        members=len(task_forces.members(work, as_of, chain.id, with_demo=with_demo)),
        chart=chart,
        gaps=_gaps(work, as_of, chain, chart, frozenset(leaders), with_demo=with_demo),
        projects=lines,
        money=_money(work, actor, as_of, chain.id, with_demo=with_demo),
        goals=tuple(map(_goal, plan.goals)) if plan else (),
        plan=plan.version if plan else None,
        policies=policy_sets.holding(work, as_of, chain.id, with_demo=with_demo),
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
        visits=_visits(work, as_of, chain.id, firms, with_demo=with_demo),
    )


def _visits(
    work: Work, as_of: date, chain_id: str, firms: frozenset[str], *, with_demo: bool
) -> tuple[Occasion, ...]:
    """Return the occasions at which a firm of the chain was met, and the trips made for it."""
    made = task_forces.journeys(work, date.min, as_of, chain_id, with_demo=with_demo)
    for_chain = {one.trip_id for one in made}
    return tuple(
        one
        for one in outreach.occasions(work, date.min, as_of, with_demo=with_demo)
        if one.occasion_id in for_chain or not firms.isdisjoint(one.firms)
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
    of_gaps, of_candidates = (
        score_weights.in_force(work, as_of, score, with_demo=with_demo).points
        for score in (Score.GAP, Score.CANDIDATE)
    )
    missing = gaps.gaps(chart, graph, of_gaps)
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
                weights=of_candidates,
                with_demo=with_demo,
            )
        )
        for gap in islice(missing, GAPS_WITH_CANDIDATES)
    }
    return tuple(
        GapLine(gap=gap, candidates=looked_into.get(gap.node.segment_id, ())) for gap in missing
    )


def _money(work: Work, actor: Actor, as_of: date, chain_id: str, *, with_demo: bool) -> BriefMoney:
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
    moment = Moment(as_of=as_of, with_demo=with_demo)
    whole, _ = chain_money.of_chain(work, actor, moment, chain_id)
    return BriefMoney(
        figures=figures,
        in_place_from_others_fen=whole.total("other_fen"),
        pool=whole.pool,
    )
