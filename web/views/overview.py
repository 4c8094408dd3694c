"""Overview: whether we are on pace, where money is stuck, what must move this half month."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from markupsafe import Markup
from sqlmodel import col

from dealflow import agreements, conditions, definitions, measures, projects, series, units
from dealflow.agreements import AgreementCard, AgreementKind
from dealflow.conditions import ConditionPosition
from dealflow.definitions import Reported
from dealflow.measures import Attainment, Breakdown
from dealflow.series import MonthPoint
from dealflow.stages import Stage
from dealflow.terms import State
from portfolio.figures import Figure
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from valuation.periods import HalfMonth, Quarter, year_elapsed, year_start
from web import charts
from web.formats import SCALE, Reader
from web.views.tips import Tip, agrees, provenance, tip_of
from web.views.words import PIP_KINDS, STAGE_TONES, STAGES, STATE_KINDS, STATES, system_colour

TASKS_SHOWN, AGREEMENTS_SHOWN = 7, 5
TASK_DAYS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that must move."""

    title: str
    project_id: str
    project_name: str
    unit_name: str
    amount_fen: int | None
    due_on: date
    word: str
    kind: str
    is_overdue: bool
    to_verify: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A framework agreement of the fund."""

    agreement_id: str
    name: str
    stage: str
    tone: str
    pips: tuple[str, ...]
    amount_fen: int | None
    is_published: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FundBlock:
    """The fund behind the newest framework agreements."""

    code: str
    name: str
    registered_fen: int | None
    agreements: int
    signed_on: date
    landed: int
    landed_fen: int
    shown: tuple[Signed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All that overview.html may use."""

    template: ClassVar[str] = "overview.html"
    since: date
    card: dict[str, Figure]
    tips: dict[str, Tip]
    marks: dict[str, str]
    matched: dict[str, bool]
    reported: dict[str, Reported]
    attained: dict[str, Attainment]
    by_system: tuple[Breakdown, ...]
    parts: dict[str, list[tuple[int, str]]]
    colours: dict[str | None, str]
    start_reported: Reported | None
    race: tuple[tuple[str, bool], ...]
    sparks: dict[str, Markup]
    pace: Markup
    months: tuple[MonthPoint, ...]
    elapsed: float
    half_month: HalfMonth
    tasks: tuple[Task, ...]
    tasks_total: int
    fund: FundBlock | None
    organisation: units.Organisation
    outreach: units.Outreach
    mode: str
    has_demo: bool


def build(
    work: Work, reader: Reader, as_of: date, *, with_demo: bool, mode: str = "all"
) -> Overview:
    """Read and arrange the page. The period is the year to date."""
    since = year_start(as_of)
    card = measures.scorecard(work, since, as_of, with_demo=with_demo)
    months = tuple(series.monthly(work, since, as_of, with_demo=with_demo))
    reported = {one.code: one for one in definitions.reported(work, since, as_of)}
    figures = {figure.code: figure for figure in card.figures}
    attained = {one.code: one for one in measures.attainments(work, card)}
    tasks = _tasks(work, reader, as_of, with_demo=with_demo)
    shown = [task for task in tasks if mode == "all" or getattr(task, mode)]
    return Overview(
        since=since,
        card=figures,
        tips={
            code: tip_of(reader, figure, since=since, as_of=as_of, reported=reported.get(code))
            for code, figure in figures.items()
        },
        marks={code: provenance(f, reported.get(code)).value for code, f in figures.items()},
        matched={code: agrees(f, reported.get(code)) for code, f in figures.items()},
        reported=reported,
        attained=attained,
        by_system=tuple(part for part in card.by_system if part.system_code),
        parts={
            code: _parts(card.by_system, code) for code in ("projects_signed", "contract_amount")
        },
        start_reported=next((r for c, r in reported.items() if c.startswith("start_rate")), None),
        race=_race(work, as_of),
        colours={part.system_code: system_colour(part.system_code) for part in card.by_system},
        sparks=_sparks(months, is_demo=any(r.is_demo for f in card.figures for r in f.rows)),
        pace=_pace(reader, months, attained),
        months=months,
        elapsed=year_elapsed(as_of),
        half_month=HalfMonth.containing(as_of),
        tasks=tuple(shown[:TASKS_SHOWN]),
        tasks_total=len(tasks),
        fund=_fund(work, reader, as_of, with_demo=with_demo),
        organisation=units.organisation(work, with_demo=with_demo),
        outreach=units.outreach(work, since, as_of, with_demo=with_demo),
        mode=mode,
        has_demo=any(row.is_demo for figure in card.figures for row in figure.rows),
    )


def _parts(by_system: tuple[Breakdown, ...], code: str) -> list[tuple[int, str]]:
    """Return (value, colour) of each system, for the split bars."""
    return [
        (figure.value, system_colour(part.system_code))
        for part in by_system
        for figure in part.figures
        if figure.code == code and part.system_code and isinstance(figure.value, int)
    ]


def _race(work: Work, as_of: date) -> tuple[tuple[str, bool], ...]:
    """Return (quarter, listed) of the year on the city's board, as published; empty without."""
    listed = definitions.quarters_reported(work, "race_board", as_of)
    quarters = [Quarter(as_of.year, number) for number in range(1, 5)]
    if listed.isdisjoint(quarters):
        return ()
    return tuple((str(quarter), quarter in listed) for quarter in quarters)


def _sparks(months: tuple[MonthPoint, ...], *, is_demo: bool) -> dict[str, Markup]:
    def of(*values: float) -> Markup:
        return charts.spark(values, is_demo=is_demo)

    return {
        "projects_signed": of(*(m.projects_signed for m in months)),
        "contract_amount": of(*(m.contract_fen for m in months)),
        "money_in_place": of(*(m.in_place_fen for m in months)),
        "projects_started": of(*(m.projects_started for m in months)),
        "capital_conversion": of(
            *(m.in_place_fen / m.contract_fen for m in months if m.contract_fen)
        ),
    }


def _pace(
    reader: Reader, months: tuple[MonthPoint, ...], attained: dict[str, Attainment]
) -> Markup:
    scale = SCALE[reader.lang, reader.unit][0]
    names = [
        str(n) if reader.lang == "en" else f"{n}月" if n in {1, 12} else str(n)
        for n in range(1, 13)
    ]

    def line(code: str, colour: str, name: str, values: list[int]) -> charts.PaceLine:
        goal = attained.get(code)
        return charts.PaceLine(
            name=name,
            short_name=name,
            colour=colour,
            values=[value / scale for value in values],
            target=goal.at_least / scale if goal else None,
            target_text=reader.published(goal.at_least, bound=">") if goal else "",
        )

    lines = [
        line(
            "contract_amount",
            "--stage-4",
            reader.say("Contracts, full year"),
            [m.contract_fen for m in months],
        ),
        line(
            "money_in_place",
            "--cf-out",
            reader.say("Money, full year"),
            [m.in_place_fen for m in months],
        ),
    ]
    return charts.responsive(
        charts.pace_chart,
        names,
        lines,
        label=reader.say(
            "Cumulative contract amount and money in place against the pace to the year's estimate"
        ),
        number=lambda value: reader.number(value, 0 if value >= LARGE else 1),
    )


LARGE = 100


def _tasks(work: Work, reader: Reader, as_of: date, *, with_demo: bool) -> list[Task]:
    due = conditions.due(work, as_of, TASK_DAYS, with_demo=with_demo)
    project = projects.Project
    named = {
        row[0]: row
        for row in work.rows(
            sa.select(
                col(project.id),
                col(project.name),
                col(units.Unit.name),
                col(project.planned_investment_fen),
            )
            .outerjoin(units.Unit, col(units.Unit.id) == col(project.unit_id))
            .where(col(project.id).in_({at.project_id for at in due}))
        )
    }
    return [_task(reader, at, named[at.project_id]) for at in due]


def _task(reader: Reader, at: ConditionPosition, named: tuple[str, str, str, int | None]) -> Task:
    _, project_name, unit_name, planned_fen = named
    overdue = at.state is State.OVERDUE
    title = at.name if reader.lang == "zh" or not at.name_en else at.name_en
    word = (
        reader.say(say("{days} days overdue", days=-at.days_left))
        if overdue
        else reader.say(STATES[at.state])
    )
    if at.state is State.TO_VERIFY:
        title = reader.say(say("Verify: {what}", what=title))
    return Task(
        title=title,
        project_id=at.project_id,
        project_name=project_name,
        unit_name=unit_name or "",
        amount_fen=planned_fen,
        due_on=at.terms.due_on,
        word=word,
        kind=STATE_KINDS[at.state],
        is_overdue=overdue,
        to_verify=at.state is State.TO_VERIFY,
        is_demo=at.is_demo,
    )


def _fund(work: Work, reader: Reader, as_of: date, *, with_demo: bool) -> FundBlock | None:
    cards = [
        card
        for card in agreements.listed(work, as_of, with_demo=True)
        if card.kind is AgreementKind.FRAMEWORK and card.fund_id and (with_demo or not card.is_demo)
    ]
    if not cards:
        return None
    newest = cards[0]
    of_fund = sorted(
        (card for card in cards if card.fund_id == newest.fund_id), key=lambda card: card.code
    )
    fund = work.session.get_one(Fund, newest.fund_id)
    ids = [card.project_id for card in of_fund]
    stages = {
        project_id: Stage(stage or Stage.LEAD)
        for project_id, stage in work.rows(
            sa.select(col(projects.Project.id), projects.stage_at(as_of)).where(
                col(projects.Project.id).in_(ids)
            )
        )
    }
    pips = conditions.pips(work, as_of, ids, with_demo=with_demo)
    firm = [card for card in of_fund if stages[card.project_id].rank > Stage.FRAMEWORK.rank]
    return FundBlock(
        code=fund.code,
        name=fund.name if reader.lang == "zh" or not fund.name_en else fund.name_en,
        registered_fen=fund.registered_size_fen,
        agreements=len(of_fund),
        signed_on=newest.signed_on,
        landed=len(firm),
        landed_fen=sum(card.amount_fen or 0 for card in firm),
        shown=tuple(
            _signed(reader, card, stages[card.project_id], pips.get(card.project_id, ()))
            for card in of_fund[:AGREEMENTS_SHOWN]
        ),
    )


def _signed(reader: Reader, card: AgreementCard, stage: Stage, states: tuple[State, ...]) -> Signed:
    return Signed(
        agreement_id=card.agreement_id,
        name=card.firm_name or card.project_name,
        stage=reader.say(STAGES[stage]),
        tone=STAGE_TONES[stage],
        pips=tuple(PIP_KINDS[state] for state in states),
        amount_fen=card.amount_fen,
        is_published=card.amount_published,
    )
