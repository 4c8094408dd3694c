"""Chain figures: what each industry chain has signed, got into place, landed and from which fund.

One payment of a tranche moves the ledger, the project's money in place and these figures at once,
since all three read the same row.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import chains, landed, landings
from dealflow.agreements import Agreement
from dealflow.counted import contract_sums
from dealflow.projects import Project, stage_at
from dealflow.stages import Stage
from portfolio.kernel.db import Work


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFigures:
    """One chain at the close of a day, all years together."""

    chain_id: str
    slug: str
    name: str
    name_en: str
    official_title: str
    leader_firms: str
    projects: int
    in_talks: int
    signed: int
    landed: int
    contract_fen: int
    in_place_fen: int
    fund_fen: int  # paid by funds, whether or not it counts as money in place
    is_demo: bool


# ---- reads
def chain_figures(work: Work, as_of: date, *, with_demo: bool = True) -> list[ChainFigures]:
    """Return the figures of every chain with a fixed number of queries."""
    placed = sa.select(
        col(Project.id), col(Project.chain_id), stage_at(as_of).label("stage")
    ).where(col(Project.chain_id).is_not(None), col(Project.first_heard_on) <= as_of)
    if not with_demo:
        placed = placed.where(col(Project.is_demo).is_(False))
    stage_of: dict[str, dict[str, Stage]] = {}
    for project_id, chain_id, stage in work.rows(placed):
        stage_of.setdefault(chain_id, {})[project_id] = Stage(stage or Stage.LEAD)
    ids = [project_id for projects in stage_of.values() for project_id in projects]
    own = col(Agreement.project_id).in_(
        sa.select(col(Project.id)).where(col(Project.chain_id).is_not(None))
    )
    contracts = contract_sums(work, as_of, among=own, with_demo=with_demo)
    in_place = landings.totals(landings.money_in_place(work, date.min, as_of, with_demo=with_demo))
    from_funds = landings.totals(landings.fund_money(work, as_of, with_demo=with_demo))
    verdicts = landed.landings_of(work, as_of, ids)
    return [
        ChainFigures(
            chain_id=chain.id,
            slug=chain.slug,
            name=chain.name,
            name_en=chain.name_en,
            official_title=chain.official_title,
            leader_firms=chain.leader_firms,
            projects=len(projects),
            in_talks=sum(stage is Stage.IN_TALKS for stage in projects.values()),
            signed=sum(project_id in contracts for project_id in projects),
            landed=sum(verdicts[project_id].landed for project_id in projects),
            contract_fen=sum(contracts.get(project_id, 0) for project_id in projects),
            in_place_fen=sum(in_place.get(project_id, 0) for project_id in projects),
            fund_fen=sum(from_funds.get(project_id, 0) for project_id in projects),
            is_demo=chain.is_demo,
        )
        for chain in chains.listed(work, with_demo=with_demo)
        for projects in (stage_of.get(chain.id, {}),)
    ]
