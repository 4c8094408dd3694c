"""Holdings with both sides beside each other: what they earned, and how they landed.

The two are never blended into one score (DESIGN.md §1). A rate over less than a year is shown for
its period (GIPS 2020).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import conditions
from dealflow.agreements import Agreement
from dealflow.chains import Chain, Segment
from dealflow.conditions import ConditionPosition
from dealflow.projects import Project, stage_at
from dealflow.stages import Stage
from dealflow.terms import State
from portfolio import marks
from portfolio.investments import InvestmentKind, Position
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from valuation.figures import Undefined
from valuation.irr import shown
from web.formats import Reader
from web.views.words import PIP_KINDS, STAGE_TONES, STAGES, STATE_KINDS, STATES

URGENT = (State.OVERDUE, State.DUE_SOON, State.TO_VERIFY)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate of return as it may be shown."""

    value: float | Undefined
    is_period: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingSide:
    """How the project behind a holding stands."""

    project_id: str
    project_name: str
    chain: str
    stage: Message
    tone: str
    kept: int
    total: int
    pips: tuple[str, ...]
    word: Message
    kind: str
    conditions: tuple[ConditionPosition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One row of the holdings."""

    position: Position
    name: str
    href: str
    irr: Rate
    landing: LandingSide | None


# ---- rules
def rate(irr: float | Undefined, first_on: date | None, as_of: date) -> Rate:
    """Return a yearly rate, or the return of the period where less than a year has passed."""
    told = shown(irr, first_on, as_of)
    return Rate(value=told.value, is_period=told.is_period)


def standing(owed: Sequence[ConditionPosition]) -> tuple[Message, str]:
    """Say in a word how a holding keeps its conditions, the most urgent first."""
    if not owed:
        return say("No conditions"), "todo"
    for state in URGENT:
        for at in owed:
            if at.is_open and at.state is state:
                word = say("C{no} {state}", no=at.no, state=STATES[state])
                return word, STATE_KINDS[state]
    if not any(at.is_open for at in owed):
        return say("All kept"), "ok"
    return say("Under way"), "prog"


def named(reader: Reader, name: str, name_en: str) -> str:
    """Return the name in the reader's language, Chinese where there is no English one."""
    return name_en if reader.lang == "en" and name_en else name


# ---- reads
def landing_sides(
    work: Work, reader: Reader, as_of: date, investment_ids: Iterable[str], *, with_demo: bool
) -> dict[str, LandingSide]:
    """Return {investment: its landing}; of several papers on one holding the latest decides."""
    rows = work.rows(
        sa.select(
            col(Agreement.investment_id),
            Project,
            stage_at(as_of),
            col(Chain.name),
            col(Chain.name_en),
            col(Segment.name),
            col(Segment.name_en),
        )
        .join(Project, col(Project.id) == col(Agreement.project_id))
        .outerjoin(Chain, col(Chain.id) == col(Project.chain_id))
        .outerjoin(Segment, col(Segment.id) == col(Project.segment_id))
        .where(
            col(Agreement.investment_id).in_(list(investment_ids)),
            col(Agreement.signed_on) <= as_of,
        )
        .order_by(col(Agreement.signed_on), col(Agreement.id))
    )
    of_projects = col(Agreement.project_id).in_({row[1].id for row in rows})
    owed: dict[str, list[ConditionPosition]] = {}
    if rows:
        for at in conditions.positions(work, as_of, of_projects, with_demo=with_demo):
            owed.setdefault(at.project_id, []).append(at)
    return {
        investment_id: _side(
            reader,
            project,
            stage,
            (named(reader, chain or "", chain_en or ""), named(reader, part or "", part_en or "")),
            owed.get(project.id, []),
        )
        for investment_id, project, stage, chain, chain_en, part, part_en in rows
    }


def _side(
    reader: Reader,
    project: Project,
    stage: str | None,
    place: tuple[str, str],
    owed: Sequence[ConditionPosition],
) -> LandingSide:
    reached = Stage(stage or Stage.LEAD)
    word, kind = standing(owed)
    return LandingSide(
        project_id=project.id,
        project_name=named(reader, project.name, project.name_en),
        chain=" · ".join(filter(None, place)),
        stage=STAGES[reached],
        tone=STAGE_TONES[reached],
        kept=sum(not at.is_open for at in owed),
        total=len(owed),
        pips=tuple(PIP_KINDS[at.state] for at in owed),
        word=word,
        kind=kind,
        conditions=tuple(owed),
    )


def stale(work: Work, moment: Moment, held: Sequence[Position]) -> int:
    """Return how many firms rest on a value older than ninety days, cost without a mark too."""
    firms = [one for one in held if one.kind is InvestmentKind.FIRM and one.cost_fen]
    newest = marks.latest(work, moment, [one.investment_id for one in firms])
    count = 0
    for one in firms:
        mark = newest.get(one.investment_id)
        rests_on = mark.as_of if mark else one.first_paid_on
        count += rests_on is not None and marks.is_stale(rests_on, moment.as_of)
    return count


def holdings(
    work: Work, reader: Reader, as_of: date, held: Sequence[Position], *, with_demo: bool
) -> list[Holding]:
    """Join positions with their landing, the largest fair value first."""
    sides = landing_sides(
        work, reader, as_of, [one.investment_id for one in held], with_demo=with_demo
    )
    return [
        Holding(
            position=one,
            name=named(reader, one.name, one.name_en),
            href=f"/investments/{one.investment_id}",
            irr=rate(one.gross_irr, one.first_paid_on, as_of),
            landing=sides.get(one.investment_id),
        )
        for one in sorted(held, key=lambda one: (-one.fair_value_fen, one.code))
    ]
