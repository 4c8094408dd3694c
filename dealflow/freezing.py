"""Freezing: reading a district as it stands at the close of a day, all that a half month keeps."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import amendments, blockers, cards, conditions, measures, stall_limits
from dealflow.agreements import Agreement, AgreementKind
from dealflow.amendments import Fact
from dealflow.frozen import (
    Aspect,
    FrozenAction,
    FrozenBlocker,
    FrozenCondition,
    FrozenHalf,
    FrozenMeasure,
    FrozenProject,
)
from dealflow.projects import Project
from dealflow.stages import OFF_RAMPS, Milestone, counts
from portfolio.kernel.db import Work
from valuation.periods import year_start

ASPECTS = {
    Fact.UNIT: Aspect.UNIT,
    Fact.PLANNED: Aspect.PLANNED,
    Fact.AMOUNT: Aspect.CONTRACT,
    Fact.START_DUE: Aspect.START_DUE,
}


# ---- reads
def freeze(work: Work, as_of: date, *, since: date) -> FrozenHalf:
    """Read what is live at the close of a day; what left the road after `since` belongs to it."""
    ids = [
        project_id
        for (project_id,) in work.rows(
            sa.select(col(Project.id)).where(col(Project.first_heard_on) <= as_of)
        )
    ]
    found = cards.cards(work, as_of, ids)
    notes = _notes(work, as_of)
    due = start_due(work, as_of)
    why = amendments.at(work, as_of).reasons()
    live = [
        card for card in found.values() if card.stage not in OFF_RAMPS or card.last_event_on > since
    ]
    return FrozenHalf(
        as_of=as_of,
        measures=tuple(
            FrozenMeasure(
                code=figure.code,
                version=figure.version,
                unit=figure.unit.value,
                value=figure.value if isinstance(figure.value, int | float) else None,
                numerator=figure.numerator,
                denominator=figure.denominator,
            )
            for figure in measures.measures(work, year_start(as_of), as_of)
        ),
        projects=tuple(
            FrozenProject(
                project_id=card.project_id,
                code=card.code,
                name=card.name,
                unit=card.unit_name,
                system_code=card.system_code or "",
                chain=card.chain_name,
                stage=card.stage,
                planned_fen=card.planned_fen,
                contract_fen=card.contract_fen,
                in_place_fen=card.in_place_fen,
                start_due_on=due.get(card.project_id),
                last_event_on=card.last_event_on,
                note=notes.get((card.project_id, card.stage.value), ""),
                is_told=card.is_told,
                is_demo=card.is_demo,
                reasons={
                    ASPECTS[fact].value: reason
                    for fact, reason in why.get(card.project_id, {}).items()
                },
            )
            for card in sorted(live, key=lambda card: card.code)
        ),
        conditions=tuple(
            FrozenCondition(
                condition_id=at.condition_id,
                project_id=at.project_id,
                no=at.no,
                name=at.name,
                due_on=at.terms.due_on,
                status=at.status.value,
                verified=at.verified,
            )
            for at in conditions.positions(work, as_of)
        ),
        blockers=blockers_at(work, as_of),
        actions=actions_at(work, as_of),
        idle_days=stall_limits.of_day(work, as_of).idle_days,
    )


def blockers_at(work: Work, as_of: date) -> tuple[FrozenBlocker, ...]:
    """Return the blockers that stand at the close of a day, as a half month keeps them."""
    return tuple(
        FrozenBlocker(
            blocker_id=one.blocker_id,
            project_id=one.project_id,
            project_name=one.project_name,
            unit=one.unit_name,
            kind=one.kind,
            text=one.text,
            raised_on=one.raised_on,
            is_demo=one.is_demo,
        )
        for one in blockers.blockers(work, as_of)
    )


def actions_at(work: Work, as_of: date) -> tuple[FrozenAction, ...]:
    """Return the action items that are open at the close of a day, as a half month keeps them."""
    return tuple(
        FrozenAction(
            action_id=one.action_id,
            project_id=one.project_id,
            project_name=one.project_name,
            text=one.text,
            unit=one.unit_name,
            owner=one.owner,
            raised_on=one.raised_on,
            due_on=one.due_on,
            is_demo=one.is_demo,
        )
        for one in blockers.actions(work, as_of)
    )


def _notes(work: Work, as_of: date) -> dict[tuple[str, str], str]:
    rows = work.rows(
        sa.select(col(Milestone.project_id), col(Milestone.stage), col(Milestone.note))
        .where(col(Milestone.on) <= as_of, col(Milestone.note) != "", *counts())
        .order_by(col(Milestone.on))
    )
    return {(project_id, stage): note for project_id, stage, note in rows}


def start_due(work: Work, as_of: date) -> dict[str, date]:
    """Return {project: the day its last contract lets it start by, as agreed at the close}."""
    amended = amendments.at(work, as_of, among=(Fact.START_DUE,))
    found: dict[str, date] = {}
    for agreement_id, project_id, now in work.rows(
        sa.select(col(Agreement.id), col(Agreement.project_id), col(Agreement.start_due_on))
        .where(
            col(Agreement.kind) == AgreementKind.FORMAL.value,
            col(Agreement.signed_on) <= as_of,
            col(Agreement.start_due_on).is_not(None),  # once agreed, a day is never taken away
        )
        .order_by(col(Agreement.signed_on), col(Agreement.id))
    ):
        due = amended.day(agreement_id, Fact.START_DUE, now)
        if due is not None:
            found[project_id] = due
    return found
