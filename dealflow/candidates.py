"""Candidates: which firms could fill a gap, ranked by a score whose parts everybody can see.

No model and no hidden weight: each part is a fact with its rows, its weight is data, and the parts
add up to the score.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import networkx as nx
import sqlalchemy as sa
from sqlmodel import col

from dealflow import lead_firms, qualifications
from dealflow.chain_firms import Role, SegmentFirm
from dealflow.chain_map import ChainMap, Node
from dealflow.chains import ChainLeader, Segment
from dealflow.gaps import Part, landed_firms
from dealflow.lead_firms import Contacts
from dealflow.projects import Project
from dealflow.score_weights import FIRST, Score
from dealflow.supply import Link, SupplyLink
from portfolio import unfunded
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.organisations import Organisation


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a firm that is not here yet, as far as it bears on one gap."""

    organisation_id: str
    name: str
    role: Role | None  # in the segment itself
    in_chain: bool  # stands elsewhere on the same chain
    referrals: int  # leads that a leader firm or a fund brought
    qualifications: int  # valid certificates, such as 专精特新
    contacts: int  # visits, events and leads so far, without the referrals
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A firm for a gap, with the parts of its score."""

    organisation_id: str
    name: str
    role: Role | None
    parts: tuple[Part, ...]
    leaders: tuple[str, ...]  # leader firms it trades with
    is_demo: bool

    @property
    def score(self) -> float:
        """The sum of its parts."""
        return sum(part.points for part in self.parts)


# ---- rules
WEIGHTS: Mapping[str, float] = FIRST[Score.CANDIDATE].points
ELSEWHERE = 0.5  # of the segment's points, where the firm fills another segment of the chain
ENOUGH_CONTACTS = 3


def ranked(
    known: Iterable[Known],
    graph: "nx.DiGraph[str]",
    leader_ids: frozenset[str],
    *,
    fund_seeks: bool,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Candidate]:
    """Return the firms for one gap, the best first; of equal ones by name.

    graph       firms, an edge from supplier to customer
    leader_ids  the chain's leader firms
    fund_seeks  a fund with unfunded capital names the chain or the segment as its focus
    """
    found = [
        _scored(firm, graph, leader_ids, fund_seeks=fund_seeks, weights=weights) for firm in known
    ]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.name))


def _scored(
    firm: Known,
    graph: "nx.DiGraph[str]",
    leader_ids: frozenset[str],
    *,
    fund_seeks: bool,
    weights: Mapping[str, float],
) -> Candidate:
    leaders = partners_of(graph, firm.organisation_id) & leader_ids
    match = 1.0 if firm.role is not None else ELSEWHERE if firm.in_chain else 0.0
    seen = {
        "segment": (int(firm.role is not None), match),
        "leader": (len(leaders), float(bool(leaders))),
        "fund_focus": (int(fund_seeks), float(fund_seeks)),
        "referral": (firm.referrals, float(bool(firm.referrals))),
        "qualification": (firm.qualifications, float(bool(firm.qualifications))),
        "contact": (firm.contacts, min(firm.contacts, ENOUGH_CONTACTS) / ENOUGH_CONTACTS),
    }
    return Candidate(
        organisation_id=firm.organisation_id,
        name=firm.name,
        role=firm.role,
        parts=tuple(
            Part(code=code, seen=seen[code][0], share=seen[code][1], weight=weight)
            for code, weight in weights.items()
        ),
        leaders=tuple(sorted(leaders)),
        is_demo=firm.is_demo,
    )


def partners_of(graph: "nx.DiGraph[str]", firm_id: str) -> frozenset[str]:
    """Return the firms that a firm supplies or buys from."""
    if firm_id not in graph:
        return frozenset()
    return frozenset(graph.predecessors(firm_id)) | frozenset(graph.successors(firm_id))


def not_here(links: Iterable[Link], leader_id: str, here: frozenset[str]) -> dict[str, list[Link]]:
    """Return {firm: its links} of a leader's suppliers and customers not here yet (以商招商)."""
    found: dict[str, list[Link]] = {}
    for link in links:
        other = {link.supplier_id: link.customer_id, link.customer_id: link.supplier_id}.get(
            leader_id
        )
        if other is not None and other not in here:
            found.setdefault(other, []).append(link)
    return found


def names_focus(focus: str, names: Iterable[str]) -> bool:
    """Say whether one of the words of a fund's focus stands in one of the names."""
    words = [word for word in re.split(r"[、，,;；\s]+", focus) if word]
    return any(word in name or name in word for word in words for name in names if name)


# ---- reads
def seeking_funds(work: Work, as_of: date, names: Iterable[str]) -> list[str]:
    """Return the codes of funds that seek one of these names and still have capital to call."""
    names = list(names)
    found = work.rows(
        sa.select(col(Fund.id), col(Fund.code), col(Fund.focus))
        .where(col(Fund.focus) != "", col(Fund.inception_on) <= as_of)
        .order_by(col(Fund.code))
    )
    seeking = [(fund_id, code) for fund_id, code, focus in found if names_focus(focus, names)]
    if not seeking:
        return []
    left_fen = unfunded.by_fund(work, Moment(as_of=as_of))
    return [code for fund_id, code in seeking if left_fen.get(fund_id, 0) > 0]


def for_gap(
    work: Work,
    as_of: date,
    chart: ChainMap,
    node: Node,
    graph: "nx.DiGraph[str]",
    leader_ids: frozenset[str],
    *,
    fund_seeks: bool,
    weights: Mapping[str, float] = WEIGHTS,
    with_demo: bool = True,
) -> list[Candidate]:
    """Return the firms that could fill a segment, the best first.

    Who is asked: firms that stand in the segment or elsewhere on the chain without having landed,
    and the leaders' suppliers and customers that are not here. The number of queries does not
    grow with the chain, nor does any of them carry a list of firms.
    """
    here = landed_firms(chart)
    roles = {firm.organisation_id: firm.role for firm in node.firms}
    on_chain = {firm.organisation_id for other in chart.nodes for firm in other.firms}
    around = {firm for leader in leader_ids for firm in partners_of(graph, leader)}
    asked = (on_chain | around) - here - leader_ids
    firms = near(chart.chain_id)
    certified = qualifications.valid(work, as_of, with_demo=with_demo)
    met = lead_firms.contacts(work, as_of, firms)
    named = work.rows(
        sa.select(col(Organisation.id), col(Organisation.name), col(Organisation.is_demo)).where(
            col(Organisation.id).in_(firms)
        )
    )
    known = [
        Known(
            organisation_id=firm_id,
            name=name,
            role=roles.get(firm_id),
            in_chain=firm_id in on_chain,
            referrals=met.get(firm_id, NOT_MET).referrals,
            qualifications=len(certified.get(firm_id, [])),
            contacts=met.get(firm_id, NOT_MET).others,
            is_demo=is_demo,
        )
        for firm_id, name, is_demo in named
        if firm_id in asked and (with_demo or not is_demo)
    ]
    return ranked(known, graph, leader_ids, fund_seeks=fund_seeks, weights=weights)


NOT_MET = Contacts()


def near(chain_id: str) -> sa.Select[str]:
    """Return the ids of all who ever stood on a chain, and of its leaders' partners in supply."""
    of_chain = sa.select(col(Segment.id)).where(col(Segment.chain_id) == chain_id)
    leaders = sa.select(col(ChainLeader.organisation_id)).where(
        col(ChainLeader.chain_id) == chain_id
    )
    link = SupplyLink
    there = sa.union(
        sa.select(col(Project.organisation_id)).where(col(Project.segment_id).in_(of_chain)),
        sa.select(col(SegmentFirm.organisation_id)).where(
            col(SegmentFirm.segment_id).in_(of_chain)
        ),
        sa.select(col(link.supplier_id)).where(col(link.customer_id).in_(leaders)),
        sa.select(col(link.customer_id)).where(col(link.supplier_id).in_(leaders)),
    ).subquery("near")
    return sa.select(there.c[0])
