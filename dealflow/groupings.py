"""Groupings: the projects by unit, task force, leading official or park."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from dealflow import landings
from dealflow.chains import Chain
from dealflow.counted import contract_sums
from dealflow.projects import Project, stage_at
from dealflow.stages import OFF_RAMPS, Stage
from dealflow.units import Unit
from portfolio.kernel.db import Work


# ---- facts
class By(StrEnum):
    """What projects are grouped by."""

    UNIT = "unit"
    TASK_FORCE = "task_force"
    LEADER = "leader"
    PARK = "park"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The live projects of one unit, task force, official or park."""

    name: str
    projects: int
    signed: int
    started: int
    contract_fen: int
    in_place_fen: int
    is_demo: bool


# ---- reads
def groupings(work: Work, as_of: date, by: By, *, with_demo: bool = True) -> list[Grouping]:
    """Return the groups at the close of a day, largest contract amount first.

    A task force and a leading official are those of the project's chain (一链一专班, 一链一长).
    """
    force = aliased(Unit)
    name = {
        By.UNIT: col(Unit.name),
        By.TASK_FORCE: col(force.name),
        By.LEADER: col(Chain.official_title) + " · " + col(Chain.name),
        By.PARK: col(Project.park),
    }[by]
    statement = (
        sa.select(col(Project.id), name, stage_at(as_of), col(Project.is_demo))
        .outerjoin(Unit, col(Unit.id) == col(Project.unit_id))
        .outerjoin(Chain, col(Chain.id) == col(Project.chain_id))
        .outerjoin(force, col(force.id) == col(Chain.task_force_unit_id))
        .where(col(Project.first_heard_on) <= as_of)
    )
    if not with_demo:
        statement = statement.where(col(Project.is_demo).is_(False))
    contracts = contract_sums(work, as_of, with_demo=with_demo)
    money = landings.totals(landings.money_in_place(work, date.min, as_of, with_demo=with_demo))
    members: dict[str, list[tuple[str, Stage, bool]]] = {}
    for project_id, group, stage, is_demo in work.rows(statement):
        if stage and Stage(stage) not in OFF_RAMPS:
            members.setdefault(group or "", []).append((project_id, Stage(stage), is_demo))
    found = [
        Grouping(
            name=group,
            projects=len(own),
            signed=sum(project_id in contracts for project_id, _, _ in own),
            started=sum(stage.rank >= Stage.STARTED.rank for _, stage, _ in own),
            contract_fen=sum(contracts.get(project_id, 0) for project_id, _, _ in own),
            in_place_fen=sum(money.get(project_id, 0) for project_id, _, _ in own),
            is_demo=any(is_demo for _, _, is_demo in own),
        )
        for group, own in members.items()
    ]
    return sorted(found, key=lambda one: (not one.name, -one.contract_fen, one.name))
