"""Cards: one project as the board, the table and its own page show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from dealflow import amendments, conditions, landed, landings, stall_limits, units
from dealflow.agreements import Agreement
from dealflow.amendments import Fact
from dealflow.chains import Chain, Segment
from dealflow.counted import contract_sums
from dealflow.landed import Landing
from dealflow.landings import Arrival, ArrivalLine
from dealflow.projects import Project, SizeClass, get, stage_at
from dealflow.stages import AT_REST, Milestone, Stage, counts
from dealflow.terms import State
from dealflow.units import IndustrySystem, Unit
from portfolio.funds import Fund
from portfolio.kernel.actors import Account
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.organisations import Organisation


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One project on the board or in the table."""

    project_id: str
    code: str
    name: str
    name_en: str
    firm_name: str
    system_code: str | None
    system_name: str
    chain_id: str | None
    chain_name: str
    unit_name: str
    owner_name: str
    stage: Stage
    size_class: SizeClass
    planned_fen: int | None
    contract_fen: int | None  # None before a formal contract
    in_place_fen: int
    fund_codes: tuple[str, ...]
    pips: tuple[State, ...]  # one per landing condition
    last_event_on: date
    idle_days: int
    idle_limit_days: int  # of the day shown
    is_told: bool  # a real project whose events are demonstration rows
    is_demo: bool
    version: int

    @property
    def is_idle(self) -> bool:
        """Say whether a live project has had no event for longer than the limit.

        Never of a real project with invented events: its silence would be an invented fault.
        """
        return (
            self.stage not in AT_REST and self.idle_days > self.idle_limit_days and not self.is_told
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneLine:
    """A milestone as the project's page lists it, voided ones with the reason."""

    milestone_id: str
    stage: Stage
    on: date
    evidence_file_id: str | None
    note: str
    recorded_by: str
    void_reason: str | None
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDetail:
    """One project: its card, its road, its money and whether it has landed."""

    card: Card
    organisation_id: str
    unit_id: str | None
    segment_name: str
    park: str
    needs_site: bool
    source: str
    first_heard_on: date
    milestones: tuple[MilestoneLine, ...]
    arrivals: tuple[ArrivalLine, ...]
    landing: Landing


# ---- reads
def cards(
    work: Work, as_of: date, project_ids: Sequence[str], *, with_demo: bool = True
) -> dict[str, Card]:
    """Return {project: card} at the close of a day for the projects given."""
    if not project_ids:
        return {}
    own = col(Agreement.project_id).in_(project_ids)
    contracted = contract_sums(work, as_of, among=own, with_demo=with_demo)
    money = landings.money_in_place(
        work, date.min, as_of, project_ids=project_ids, with_demo=with_demo
    )
    in_place = landings.totals(money)
    funds = _fund_codes(work, as_of, project_ids)
    pips = conditions.pips(work, as_of, project_ids, with_demo=with_demo)
    last_event = last_events(work, as_of, project_ids)
    told = {
        project_id
        for (project_id,) in work.rows(
            sa.select(col(Milestone.project_id))
            .where(col(Milestone.project_id).in_(project_ids), col(Milestone.is_demo).is_(True))
            .distinct()
        )
    }
    amended = amendments.at(work, as_of, among=(Fact.UNIT, Fact.PLANNED))
    unit_names = {one.id: one.name for one in units.listed(work)} if amended.said else {}
    limit_days = stall_limits.of_day(work, as_of).idle_days
    found = {}
    for row in work.rows(_described(as_of).where(col(Project.id).in_(project_ids))):
        project: Project = row.Project
        last = last_event.get(project.id, project.first_heard_on)
        unit_id = amended.text(project.id, Fact.UNIT, project.unit_id or "")
        found[project.id] = Card(
            project_id=project.id,
            code=project.code,
            name=project.name,
            name_en=project.name_en,
            firm_name=row.firm_name,
            system_code=project.system_code,
            system_name=row.system_name or "",
            chain_id=project.chain_id,
            chain_name=row.chain_name or "",
            unit_name=unit_names.get(unit_id, row.unit_name or "") if unit_id else "",
            owner_name=row.owner_name or "",
            stage=Stage(row.stage or Stage.LEAD),
            size_class=SizeClass(project.size_class),
            planned_fen=amended.fen(project.id, Fact.PLANNED, project.planned_investment_fen),
            contract_fen=contracted.get(project.id),
            in_place_fen=in_place.get(project.id, 0),
            fund_codes=tuple(funds.get(project.id, ())),
            pips=pips.get(project.id, ()),
            last_event_on=last,
            idle_days=(as_of - last).days,
            idle_limit_days=limit_days,
            is_told=not project.is_demo and project.id in told,
            is_demo=project.is_demo,
            version=project.version,
        )
    return found


def _described(as_of: date) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Project,
            col(Organisation.name).label("firm_name"),
            col(IndustrySystem.name).label("system_name"),
            col(Chain.name).label("chain_name"),
            col(Unit.name).label("unit_name"),
            col(Account.name).label("owner_name"),
            stage_at(as_of).label("stage"),
        )
        .join(Organisation, col(Organisation.id) == col(Project.organisation_id))
        .outerjoin(IndustrySystem, col(IndustrySystem.code) == col(Project.system_code))
        .outerjoin(Chain, col(Chain.id) == col(Project.chain_id))
        .outerjoin(Unit, col(Unit.id) == col(Project.unit_id))
        .outerjoin(Account, col(Account.id) == col(Project.owner_account_id))
    )


def _fund_codes(work: Work, as_of: date, project_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for project_id, code in work.rows(
        sa.select(col(Agreement.project_id), col(Fund.code))
        .join(Fund, col(Fund.id) == col(Agreement.fund_id))
        .where(col(Agreement.project_id).in_(project_ids), col(Agreement.signed_on) <= as_of)
        .distinct()
        .order_by(col(Fund.code))
    ):
        found.setdefault(project_id, []).append(code)
    return found


def last_events(
    work: Work, as_of: date, project_ids: Sequence[str] | None = None
) -> dict[str, date]:
    """Return {project: the day of its last milestone or arrival}; without ids, of all."""
    moved = sa.select(col(Milestone.project_id), col(Milestone.on)).where(
        col(Milestone.on) <= as_of, *counts()
    )
    arrived = sa.select(col(Arrival.project_id), col(Arrival.on)).where(
        col(Arrival.on) <= as_of, *landings.standing()
    )
    if project_ids is not None:
        moved = moved.where(col(Milestone.project_id).in_(project_ids))
        arrived = arrived.where(col(Arrival.project_id).in_(project_ids))
    events = moved.union_all(arrived).subquery()
    return dict(
        work.rows(
            sa.select(events.c.project_id, sa.func.max(events.c.on)).group_by(events.c.project_id)
        )
    )


def detail(work: Work, as_of: date, project_id: str) -> ProjectDetail:
    """Return one project as its page shows it at the close of a day."""
    project = get(work, project_id)
    if project.first_heard_on > as_of:
        raise NotFoundError
    segment = sa.select(col(Segment.name)).where(col(Segment.id) == project.segment_id)
    return ProjectDetail(
        card=cards(work, as_of, [project_id])[project_id],
        organisation_id=project.organisation_id,
        unit_id=project.unit_id,
        segment_name=work.scalar(segment) or "",
        park=project.park,
        needs_site=project.needs_site,
        source=project.source,
        first_heard_on=project.first_heard_on,
        milestones=tuple(_milestones(work, as_of, project_id)),
        arrivals=tuple(landings.arrivals(work, as_of, project_id)),
        landing=landed.explain(work, as_of, project_id),
    )


def _milestones(work: Work, as_of: date, project_id: str) -> list[MilestoneLine]:
    voiding = aliased(Milestone)
    rows = work.rows(
        sa.select(Milestone, col(voiding.note))
        .outerjoin(voiding, col(voiding.voids) == col(Milestone.id))
        .where(
            col(Milestone.project_id) == project_id,
            col(Milestone.on) <= as_of,
            col(Milestone.voids).is_(None),
        )
        .order_by(col(Milestone.on), col(Milestone.id))
    )
    return [
        MilestoneLine(
            milestone_id=milestone.id,
            stage=Stage(milestone.stage),
            on=milestone.on,
            evidence_file_id=milestone.evidence_file_id,
            note=milestone.note,
            recorded_by=milestone.recorded_by,
            void_reason=void_reason,
            is_demo=milestone.is_demo,
        )
        for milestone, void_reason in rows
    ]
