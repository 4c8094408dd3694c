"""A segment of a chain: its firms, why it matters, and who could fill it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow import (
    candidates,
    chain_map,
    chains,
    gaps,
    lead_firms,
    score_weights,
    supply,
)
from dealflow.candidates import Candidate
from dealflow.chain_map import ChainMap, Node
from dealflow.chains import Chain
from dealflow.gaps import Gap, Part
from dealflow.score_weights import Score, Weights
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.organisations import Organisation
from web.formats import Reader
from web.views import chain_money
from web.views.chain_money import Line
from web.views.chain_words import COLUMNS, COVERAGE_KINDS, COVERAGES, CRITICALITIES, PARTS, ROLES
from web.views.chains import OnChain, firms_of
from web.views.holdings import named

CANDIDATES_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One part of a score in words."""

    text: str
    seen: int
    points: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """A candidate with the parts of its score."""

    organisation_id: str
    name: str
    role: str
    score: float
    parts: tuple[ScoreRow, ...]
    leaders: tuple[str, ...]
    lead: tuple[str, str] | None  # address and code of its live lead
    pursue_href: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPage:
    """All that chains/segment.html may use."""

    template: ClassVar[str] = "chains/segment.html"
    slug: str
    chain: str
    segment_id: str
    name: str
    place: str
    criticality: str
    wanted: int
    wanted_note: str
    state: str
    kind: str
    is_gap: bool
    firms: tuple[OnChain, ...]
    importance: float | None
    parts: tuple[ScoreRow, ...]
    dependants: tuple[tuple[str, str], ...]  # address, name of landed firms that buy from it
    candidates: tuple[CandidateRow, ...]
    candidates_total: int
    weights: Weights
    funds: tuple[str, ...]
    money: Line | None
    may_edit: bool
    is_demo: bool


def build(
    work: Work,
    reader: Reader,
    actor: Actor,
    as_of: date,
    chain: Chain,
    segment_id: str,
    *,
    may_edit: bool,
    with_demo: bool,
) -> SegmentPage:
    """Read one segment with its firms, its importance as a gap, and who could fill it."""
    chart = chain_map.chain_map(work, as_of, chain.id, with_demo=with_demo)
    node = next((node for node in chart.nodes if node.segment_id == segment_id), None)
    if node is None:
        raise NotFoundError
    graph = supply.network(supply.links(work, as_of, with_demo=with_demo))
    of_gaps = score_weights.in_force(work, as_of, Score.GAP, with_demo=with_demo).points
    gap = next((g for g in gaps.gaps(chart, graph, of_gaps) if g.node is node), None)
    leaders = chains.leaders(work, as_of, chain.id)
    funds = candidates.seeking_funds(work, as_of, (chain.name, node.name))
    weights = score_weights.in_force(work, as_of, Score.CANDIDATE, with_demo=with_demo)
    found = candidates.for_gap(
        work,
        as_of,
        chart,
        node,
        graph,
        frozenset(leaders),
        fund_seeks=bool(funds),
        weights=weights.points,
        with_demo=with_demo,
    )
    position = reader.say(COLUMNS[node.position][0])
    subsystem = named(reader, node.subsystem, node.subsystem_en)
    return SegmentPage(
        slug=chain.slug,
        chain=named(reader, chain.name, chain.name_en),
        segment_id=node.segment_id,
        name=named(reader, node.name, node.name_en),
        place=" · ".join(filter(None, (subsystem, position))),
        criticality=reader.say(CRITICALITIES[node.criticality]),
        wanted=node.wanted_firms,
        wanted_note=node.wanted_note,
        state=reader.say(COVERAGES[node.coverage]),
        kind=COVERAGE_KINDS[node.coverage],
        is_gap=node.is_gap,
        firms=firms_of(reader, (node,)),
        importance=gap.importance if gap else None,
        parts=tuple(_score(reader, part) for part in gap.parts) if gap else (),
        dependants=_dependants(chart, gap),
        candidates=_candidates(work, reader, chain, node, found),
        candidates_total=len(found),
        weights=weights,
        funds=tuple(funds),
        money=chain_money.of_segment(work, actor, as_of, chain, segment_id, with_demo=with_demo),
        may_edit=may_edit,
        is_demo=node.is_demo,
    )


def _dependants(chart: ChainMap, gap: Gap | None) -> tuple[tuple[str, str], ...]:
    if gap is None:
        return ()
    names = {
        firm.organisation_id: firm.name
        for node in chart.nodes
        for firm in node.firms
        if firm.organisation_id in gap.dependants
    }
    return tuple((f"/firms/{firm_id}", name) for firm_id, name in sorted(names.items()))


def _candidates(
    work: Work, reader: Reader, chain: Chain, node: Node, found: list[Candidate]
) -> tuple[CandidateRow, ...]:
    shown = found[:CANDIDATES_SHOWN]
    leader_ids = {leader for one in shown for leader in one.leaders}
    named_leaders: dict[str, str] = dict(
        work.rows(
            sa.select(col(Organisation.id), col(Organisation.name)).where(
                col(Organisation.id).in_(leader_ids)
            )
        )
    )
    ids = [one.organisation_id for one in shown]
    live = lead_firms.live(
        work, sa.select(col(Organisation.id)).where(col(Organisation.id).in_(ids))
    )
    return tuple(
        CandidateRow(
            organisation_id=one.organisation_id,
            name=one.name,
            role=reader.say(ROLES[one.role]) if one.role else "",
            score=one.score,
            parts=tuple(_score(reader, part) for part in one.parts),
            leaders=tuple(named_leaders[leader] for leader in one.leaders),
            lead=(f"/leads/{lead.id}", lead.code) if lead else None,
            pursue_href=f"/firms/{one.organisation_id}/lead"
            f"?chain={chain.slug}&segment={node.segment_id}",
            is_demo=one.is_demo,
        )
        for one in shown
        for lead in (live.get(one.organisation_id),)
    )


def _score(reader: Reader, part: Part) -> ScoreRow:
    return ScoreRow(
        text=reader.say(PARTS[part.code]), seen=part.seen, points=part.points, weight=part.weight
    )
