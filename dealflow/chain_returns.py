"""What the funds earned by industry chain and system: the holdings' flows pooled by their project.

A holding belongs where the project of its agreement stands; of several papers the latest decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlmodel import col

from dealflow.agreements import Agreement
from dealflow.projects import Project
from portfolio import pooled
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.pooled import Pool

UNPLACED = "-"  # the key of holdings that no agreement ties to a project, or to no chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a holding belongs."""

    project_id: str
    chain_id: str | None
    segment_id: str | None
    system_code: str | None


# ---- reads
def by_chain(work: Work, actor: Actor, moment: Moment) -> dict[str, Pool]:
    """Return {chain id, `UNPLACED` or `pooled.WHOLE`: its pool}, gross."""
    return _by(work, actor, moment, "chain_id")


def by_system(work: Work, actor: Actor, moment: Moment) -> dict[str, Pool]:
    """Return {system code, `UNPLACED` or `pooled.WHOLE`: its pool}, gross."""
    return _by(work, actor, moment, "system_code")


def _by(work: Work, actor: Actor, moment: Moment, part: str) -> dict[str, Pool]:
    held = pooled.firm_holdings(work, actor, moment)
    where = places(work, moment)
    return pooled.pools(
        (
            replace(member, key=(id_ in where and getattr(where[id_], part)) or UNPLACED)
            for id_, member in held.items()
        ),
        moment.as_of,
    )


def places(work: Work, moment: Moment) -> Mapping[str, Place]:
    """Return {investment: where its project stands}, of those with an agreement by then."""
    statement = (
        sa.select(
            col(Agreement.investment_id),
            col(Project.id),
            col(Project.chain_id),
            col(Project.segment_id),
            col(Project.system_code),
        )
        .join(Project, col(Project.id) == col(Agreement.project_id))
        .where(col(Agreement.investment_id).is_not(None), col(Agreement.signed_on) <= moment.as_of)
        .order_by(col(Agreement.signed_on), col(Agreement.id))
    )
    if not moment.with_demo:
        statement = statement.where(col(Project.is_demo).is_(False))
    return {
        investment_id: Place(
            project_id=project_id,
            chain_id=chain_id,
            segment_id=segment_id,
            system_code=system_code,
        )
        for investment_id, project_id, chain_id, segment_id, system_code in work.rows(statement)
    }
