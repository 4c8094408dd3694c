"""Stalled: the three lists 三未 of projects that should be further than they are.

Approved and not started 立项未开工, started and not building 开工未建设, building and not finished
建设未竣工. Source of the names: GUIDANCE_FUNDS.md §3.4. Building is seen by money in place after
the start; finished is seen by production. The days allowed are dated data (stall_limits.py).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from dealflow import cards, landings, stall_limits
from dealflow.cards import Card
from dealflow.freezing import start_due
from dealflow.projects import Project, stage_at
from dealflow.stages import Milestone, Stage, first_days
from portfolio.kernel.db import Work

NOT_STARTED = (Stage.FORMAL, Stage.REGISTERED, Stage.SITE)


# ---- facts
class Stall(StrEnum):
    """Which of the three lists."""

    NOT_STARTED = "not_started"
    NOT_BUILDING = "not_building"
    NOT_FINISHED = "not_finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class StalledLine:
    """One project on one of the lists: since when it should be further, and by how many days."""

    stall: Stall
    card: Card
    since: date
    days: int


# ---- reads
def stalled(work: Work, as_of: date, *, with_demo: bool = True) -> dict[Stall, list[StalledLine]]:
    """Return the three lists, longest first.

    A real project whose events are demonstration rows is on none: it would be an invented fault.
    """
    asked = (*NOT_STARTED, Stage.STARTED)
    placed = sa.select(col(Project.id), stage_at(as_of).label("stage")).subquery()
    statement = sa.select(placed.c.id).where(placed.c.stage.in_([stage.value for stage in asked]))
    ids = [project_id for (project_id,) in work.rows(statement)]
    found = cards.cards(work, as_of, ids, with_demo=with_demo)
    due = start_due(work, as_of)
    days = first_days(work, as_of, among=col(Milestone.project_id).in_(ids))
    money = landings.money_in_place(work, date.min, as_of, project_ids=ids, with_demo=with_demo)
    paid: dict[str, date] = {row.project_id: row.on for row in money}  # by day, so the last
    lists: dict[Stall, list[StalledLine]] = {stall: [] for stall in Stall}
    limits = stall_limits.of_day(work, as_of)
    allowed = {
        Stall.NOT_STARTED: limits.not_started_days,
        Stall.NOT_BUILDING: limits.not_building_days,
        Stall.NOT_FINISHED: limits.not_finished_days,
    }
    for project_id, card in found.items():
        if card.is_told or (card.is_demo and not with_demo):
            continue
        since = _since(card, due.get(project_id), days.get(project_id, {}), paid.get(project_id))
        if since is None:
            continue
        stall, day = since
        if (as_of - day).days > allowed[stall]:
            lists[stall].append(
                StalledLine(stall=stall, card=card, since=day, days=(as_of - day).days)
            )
    for lines in lists.values():
        lines.sort(key=lambda line: (-line.days, line.card.code))
    return lists


def _since(
    card: Card, due: date | None, reached: dict[Stage, date], paid: date | None
) -> tuple[Stall, date] | None:
    if card.stage in NOT_STARTED:
        return (Stall.NOT_STARTED, due) if due else None
    started = reached.get(Stage.STARTED)
    if started is None:
        return None
    if paid is None or paid < started:
        return Stall.NOT_BUILDING, started
    return Stall.NOT_FINISHED, started
