"""Withdrawal effects: what would break if one firm gave the district up. Asking changes nothing.

Firms downstream of it, segments that lose their state, its live projects, and the conditions and
tranches that name it: what it still owes, and what a fund has not paid into it yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import chain_firms, chain_map, chains, conditions, firm_withdrawals, gaps, supply
from dealflow.agreements import Agreement
from dealflow.chain_firms import Role
from dealflow.chains import Chain, Segment
from dealflow.conditions import ConditionPosition
from dealflow.firm_withdrawals import LiveProject
from dealflow.gaps import Change
from dealflow.projects import Project
from portfolio import tranches
from portfolio.investments import Investment
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.organisations import Organisation
from portfolio.tranches import TranchePosition, TrancheStatus


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLoss:
    """What one chain would lose."""

    chain: Chain
    segments: tuple[Change, ...]
    splits_network: bool  # supply among the landed firms would fall into more pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Downstream:
    """A landed firm that lives on the firm's supplies."""

    organisation_id: str
    name: str
    steps: int  # 1 is a direct customer
    is_stranded: bool  # it would have no other supplier here


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """All that hangs on one firm at the close of a day."""

    chains: tuple[ChainLoss, ...]
    downstream: tuple[Downstream, ...]  # the nearest first
    projects: tuple[LiveProject, ...]
    conditions: tuple[ConditionPosition, ...]  # of its agreements, still open
    tranches: tuple[TranchePosition, ...]  # into it, agreed and not paid

    @property
    def unpaid_fen(self) -> int:
        """What funds have agreed to pay into the firm and have not paid."""
        return sum(one.agreed_fen - one.paid_fen for one in self.tranches)

    @property
    def segments(self) -> tuple[Change, ...]:
        """The segments of every chain that would lose their state."""
        return tuple(change for loss in self.chains for change in loss.segments)


# ---- reads
def effects(work: Work, as_of: date, organisation_id: str, *, with_demo: bool = True) -> Effects:
    """Read what a withdrawal of the firm would break."""
    graph = supply.network(supply.links(work, as_of, with_demo=with_demo))
    standing = chain_firms.everywhere(work, as_of, with_demo=with_demo)
    here = frozenset(one.organisation_id for one in standing if one.role is Role.LANDED)
    own = {one.segment_id for one in standing if one.organisation_id == organisation_id}
    stranded = supply.sole_suppliers(graph, here).get(organisation_id, set()) & here
    steps = supply.downstream(graph, organisation_id, among=here)
    return Effects(
        chains=tuple(
            ChainLoss(
                chain=chain,
                segments=lost.segments,
                splits_network=lost.splits_network,
            )
            for chain in _chains_of(work, own)
            for chart in (chain_map.chain_map(work, as_of, chain.id, with_demo=with_demo),)
            for lost in (gaps.withdrawal(chart, graph, organisation_id, here),)
        ),
        downstream=_downstream(work, steps, stranded),
        projects=tuple(firm_withdrawals.live_projects(work, as_of, organisation_id)),
        conditions=tuple(_conditions(work, as_of, organisation_id, with_demo=with_demo)),
        tranches=tuple(_tranches(work, as_of, organisation_id, with_demo=with_demo)),
    )


def _chains_of(work: Work, segment_ids: set[str]) -> list[Chain]:
    of = sa.select(col(Segment.chain_id)).where(col(Segment.id).in_(segment_ids))
    wanted = {chain_id for (chain_id,) in work.rows(of)}
    return [chain for chain in chains.listed(work) if chain.id in wanted]


def _downstream(work: Work, steps: Mapping[str, int], stranded: set[str]) -> tuple[Downstream, ...]:
    if not steps:
        return ()
    names: dict[str, str] = dict(work.rows(sa.select(col(Organisation.id), col(Organisation.name))))
    found = [
        Downstream(
            organisation_id=firm_id,
            name=names[firm_id],
            steps=distance,
            is_stranded=firm_id in stranded,
        )
        for firm_id, distance in steps.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.steps, not one.is_stranded, one.name)))


def _conditions(
    work: Work, as_of: date, organisation_id: str, *, with_demo: bool
) -> list[ConditionPosition]:
    own = sa.select(col(Project.id)).where(col(Project.organisation_id) == organisation_id)
    where = col(Agreement.project_id).in_(own)
    return [
        one for one in conditions.positions(work, as_of, where, with_demo=with_demo) if one.is_open
    ]


def _tranches(
    work: Work, as_of: date, organisation_id: str, *, with_demo: bool
) -> list[TranchePosition]:
    held = sa.select(col(Investment.id)).where(
        col(Investment.organisation_id) == organisation_id, col(Investment.decided_on) <= as_of
    )
    ids = [investment_id for (investment_id,) in work.rows(held)]
    moment = Moment(as_of=as_of, with_demo=with_demo)
    return [
        one
        for one in tranches.positions(work, moment, ids, with_demo=with_demo)
        if tranches.status(one) is not TrancheStatus.PAID
    ]
