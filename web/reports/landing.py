"""How the holdings stand in the district: stage, conditions and money in place, beside returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from dealflow import conditions, landed, landings
from dealflow.agreements import Agreement
from dealflow.chains import Chain, Segment
from dealflow.conditions import ConditionPosition
from dealflow.observed import LATEST
from dealflow.projects import Project, stage_at
from dealflow.terms import THOUSANDTHS, Metric, State
from portfolio import lookthrough
from portfolio.investments import Investment, InvestmentKind, Position
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from valuation.periods import Quarter
from web.reports.report import Concern, LandingRow

Names = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainOf:
    """The industry chain of a holding."""

    slug: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The scorecard, and the place in its chain of each holding that has a project."""

    rows: tuple[LandingRow, ...]
    chains: dict[str, Names]  # {investment: chain · segment}
    chain_of: dict[str, ChainOf]  # {investment: chain}, of those that have one
    by_project: dict[str, tuple[str, LandingRow]]  # {investment: project or itself, its row}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """The project behind a holding."""

    project_id: str
    stage: str | None
    place: Names
    chain: ChainOf | None


def standing(
    work: Work,
    moment: Moment,
    fund_id: str,
    positions: Sequence[Position],
    *,
    quarter: Quarter,
    known_at: datetime | None,
) -> Standing:
    """Return the scorecard of a fund's firms; a mother fund sees those of the funds below it."""
    held = [one.investment_id for one in positions if one.kind is InvestmentKind.FIRM]
    below = lookthrough.structure(work, moment, fund_id)
    ids = [*held, *(path.investment_id for firm in below.firms for path in firm.paths)]
    firms = list(
        work.session.execute(
            sa.select(Investment)
            .where(col(Investment.id).in_(ids))
            .order_by(col(Investment.code), col(Investment.id))
        ).scalars()
    )
    behind = _behind(work, moment.as_of, ids, known_at)
    projects = sorted({one.project_id for one in behind.values()})
    owed: dict[str, list[ConditionPosition]] = {}
    of_projects = col(Agreement.project_id).in_(projects)
    for at in conditions.positions(work, moment.as_of, of_projects, known_at=known_at or LATEST):
        owed.setdefault(at.project_id, []).append(at)
    money = landings.money_in_place(
        work, date.min, moment.as_of, project_ids=projects, known_at=known_at
    )
    in_place = landings.totals(money)
    in_quarter = landings.totals(row for row in money if row.on >= quarter.start)
    verdicts = landed.landings_of(work, moment.as_of, projects, known_at=known_at)
    by_project: dict[str, tuple[str, LandingRow]] = {}
    for firm in firms:
        found = behind.get(firm.id)
        project_id = found.project_id if found else ""
        by_project[firm.id] = (
            project_id or firm.id,
            LandingRow(
                code=firm.code,
                name=firm.name,
                name_en=firm.name_en,
                stage=found.stage if found else None,
                has_landed=project_id in verdicts and verdicts[project_id].landed,
                in_place_fen=in_place.get(project_id, 0),
                in_place_qtd_fen=in_quarter.get(project_id, 0),
                is_demo=firm.is_demo,
                **_conditions(owed.get(project_id, [])),
            ),
        )
    return Standing(
        rows=tuple(row for _, row in by_project.values()),
        by_project=by_project,
        chains={key: one.place for key, one in behind.items()},
        chain_of={key: one.chain for key, one in behind.items() if one.chain is not None},
    )


def _conditions(owed: Sequence[ConditionPosition]) -> dict[str, Any]:
    people = [
        at.verified // THOUSANDTHS for at in owed if at.metric is Metric.HEADCOUNT and at.verified
    ]
    return {
        "verified": sum(not at.is_open for at in owed),
        "conditions": len(owed),
        "headcount": max(people, default=None),
        "concerns": tuple(
            Concern(no=at.no, name=at.name, name_en=at.name_en, overdue_days=-at.days_left)
            for at in owed
            if at.is_open and at.state is State.OVERDUE
        ),
    }


def _behind(
    work: Work, as_of: date, investment_ids: Sequence[str], known_at: datetime | None
) -> dict[str, _Behind]:
    """Return {investment: its project}; of several papers the later one decides."""
    statement = (
        sa.select(
            col(Agreement.investment_id),
            col(Project.id),
            stage_at(as_of, known_at),
            col(Chain.slug),
            col(Chain.name),
            col(Chain.name_en),
            col(Segment.name),
            col(Segment.name_en),
        )
        .join(Project, col(Project.id) == col(Agreement.project_id))
        .outerjoin(Chain, col(Chain.id) == col(Project.chain_id))
        .outerjoin(Segment, col(Segment.id) == col(Project.segment_id))
        .where(col(Agreement.investment_id).in_(investment_ids), col(Agreement.signed_on) <= as_of)
        .order_by(col(Agreement.signed_on), col(Agreement.id))
    )
    if known_at is not None:
        statement = statement.where(col(Agreement.recorded_at) <= known_at)
    return {
        investment_id: _Behind(
            project_id=project_id,
            stage=stage,
            place=(
                " · ".join(filter(None, (chain, segment))),
                " · ".join(filter(None, (chain_en or chain, segment_en or segment))),
            ),
            chain=ChainOf(slug=slug, name=chain, name_en=chain_en) if slug else None,
        )
        for investment_id, project_id, stage, *names in work.rows(statement)
        for slug, chain, chain_en, segment, segment_en in (names,)
    }
