"""Measures: the figures of attraction for a period, each computed from rows and carrying them.

Loaded once with a fixed number of queries, then counted in memory for the district and for each
industry system. What a measure means stands in definitions.py.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from dealflow import definitions, landings, units
from dealflow.agreements import Agreement, AgreementKind
from dealflow.definitions import Definition
from dealflow.landings import MoneyRow
from dealflow.projects import Project, SizeClass, stage_at
from dealflow.stages import OFF_RAMPS, Milestone, Stage, counts
from portfolio.figures import Figure, FigureRow
from portfolio.kernel.db import Work
from valuation.figures import Reason, Undefined
from valuation.periods import add_months, year_elapsed

MONTHS_A_YEAR = 12
BUILDING = (Stage.SITE, Stage.STARTED)
NOT_STARTED = tuple(stage for stage in Stage if stage.rank < Stage.STARTED.rank)
NAMES = sa.select(
    col(Project.id), col(Project.name), col(Project.system_code), col(Project.is_demo)
)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One row that a measure counts, with the project it belongs to."""

    project_id: str
    system_code: str | None
    on: date
    amount_fen: int
    row: FigureRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Counted):
    """A formal contract signed in the period."""

    size_class: SizeClass
    start_due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Counted):
    """A project at the close of the period: `amount_fen` is what it plans to invest."""

    stage: Stage
    can_start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All rows behind the figures of one period."""

    since: date
    as_of: date
    contracts: tuple[Contract, ...]
    money: tuple[Counted, ...]
    money_before: tuple[Counted, ...]  # the same period a year earlier
    starts: tuple[Counted, ...]  # one per project
    started: frozenset[str]  # projects signed in the period that had started by as_of
    standing: tuple[Standing, ...]

    def of(self, system_code: str | None) -> "Facts":
        """Return the rows of one industry system."""

        def own(rows: Iterable[Any]) -> tuple[Any, ...]:
            return tuple(row for row in rows if row.system_code == system_code)

        return Facts(
            since=self.since,
            as_of=self.as_of,
            contracts=own(self.contracts),
            money=own(self.money),
            money_before=own(self.money_before),
            starts=own(self.starts),
            started=self.started,
            standing=own(self.standing),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The same figures for one industry system; no code where projects have none."""

    system_code: str | None
    name: str
    name_en: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment:
    """How far a year has come: `share` of the expectation, beside the share of the year."""

    code: str
    actual: int
    at_least: int
    share: float
    year_elapsed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """The figures of a period, for the district and by system."""

    since: date
    as_of: date
    figures: tuple[Figure, ...]
    by_system: tuple[Breakdown, ...]

    def __getitem__(self, code: str) -> Figure:
        return next(figure for figure in self.figures if figure.code == code)


# ---- rules
def a_year_before(day: date) -> date:
    """Return the same day of the year before; 28 February for a leap day."""
    return add_months(day, -MONTHS_A_YEAR)


def projects_of(rows: Sequence[Counted]) -> list[Counted]:
    """Return one row per project, its first, with all its amounts together."""
    found: dict[str, Counted] = {}
    for row in rows:
        found.setdefault(row.project_id, row)
    return list(found.values())


def figures_of(facts: Facts, means: dict[str, Definition]) -> tuple[Figure, ...]:
    """Compute every measure from the rows."""

    def count(code: str, rows: Sequence[Counted]) -> Figure:
        one_each = projects_of(rows)
        return _figure(means[code], len(one_each), rows=one_each)

    def total(code: str, rows: Sequence[Counted]) -> Figure:
        return _figure(means[code], _sum(rows), rows=rows)

    def ratio(code: str, over: int, under: int, why: str, rows: Sequence[Counted]) -> Figure:
        value = over / under if under else Undefined(Reason.NOTHING_IN_DENOMINATOR, why)
        return _figure(means[code], value, rows=rows, numerator=over, denominator=under)

    signed, started = projects_of(facts.contracts), projects_of(facts.starts)
    in_place, before = _sum(facts.money), _sum(facts.money_before)
    due = projects_of([c for c in facts.contracts if _is_due(c, facts.as_of)])
    in_talks = [p for p in facts.standing if p.stage is Stage.IN_TALKS]
    return (
        count("projects_signed", facts.contracts),
        total("contract_amount", facts.contracts),
        total("money_in_place", facts.money),
        ratio(
            "money_in_place_yoy",
            in_place - before,
            before,
            "no money arrived in the same period of the year before",
            [*facts.money, *facts.money_before],
        ),
        count("projects_started", facts.starts),
        ratio(
            "capital_conversion",
            in_place,
            _sum(facts.contracts),
            "no formal contract was signed in the period",
            [*facts.money, *facts.contracts],
        ),
        ratio(
            "start_rate_period",
            len(started),
            len(signed),
            "no formal contract was signed in the period",
            [*started, *signed],
        ),
        ratio(
            "start_rate_cohort",
            sum(project.project_id in facts.started for project in due),
            len(due),
            "no project signed in the period was due to start by its end",
            due,
        ),
        count("in_talks_count", in_talks),
        total("in_talks_amount", in_talks),
        count("size_5bn_projects", _of_class(facts.contracts, SizeClass.YI50)),
        count("size_2bn_projects", _of_class(facts.contracts, SizeClass.YI20)),
        count("started_or_land_count", [p for p in facts.standing if p.stage in BUILDING]),
        count("can_start_this_year", [p for p in facts.standing if p.can_start]),
    )


def _sum(rows: Iterable[Counted]) -> int:
    return sum(row.amount_fen for row in rows)


def _is_due(contract: Contract, as_of: date) -> bool:
    return contract.start_due_on is not None and contract.start_due_on <= as_of


def _of_class(contracts: Iterable[Contract], size_class: SizeClass) -> list[Contract]:
    return [contract for contract in contracts if contract.size_class is size_class]


def _figure(
    means: Definition,
    value: float | Undefined,
    *,
    rows: Sequence[Counted],
    numerator: int | None = None,
    denominator: int | None = None,
) -> Figure:
    return Figure(
        code=means.code,
        value=value,
        unit=means.unit,
        definition=means.definition,
        version=means.version,
        numerator=numerator,
        denominator=denominator,
        rows=tuple(row.row for row in rows),
    )


# ---- reads
def load(
    work: Work,
    since: date,
    as_of: date,
    *,
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> Facts:
    """Read all rows behind the figures of a period, both days included, as known at a moment."""
    money = landings.money_in_place(
        work,
        a_year_before(since),
        as_of,
        known_at=known_at,
        with_demo=with_demo,
    )
    names = {
        project_id: (name, system_code)
        for project_id, name, system_code, _ in work.rows(
            NAMES.where(col(Project.id).in_({row.project_id for row in money}))
        )
    }
    last_year = a_year_before(as_of)
    contracts = _contracts(work, since, as_of, known_at=known_at, with_demo=with_demo)
    signed = {contract.project_id for contract in contracts}
    starts = _starts(work, as_of, known_at=known_at, with_demo=with_demo)
    return Facts(
        since=since,
        as_of=as_of,
        contracts=contracts,
        money=tuple(_money(row, *names[row.project_id]) for row in money if row.on >= since),
        money_before=tuple(
            _money(row, *names[row.project_id]) for row in money if row.on <= last_year
        ),
        starts=tuple(row for row in starts if row.on >= since),
        started=frozenset(row.project_id for row in starts) & signed,
        standing=_standing(work, as_of, known_at=known_at, with_demo=with_demo),
    )


def _money(row: MoneyRow, name: str, system_code: str | None) -> Counted:
    return Counted(
        project_id=row.project_id,
        system_code=system_code,
        on=row.on,
        amount_fen=row.amount_fen,
        row=FigureRow(
            label=name,
            kind=row.kind,
            subject_id=row.subject_id,
            on=row.on,
            amount_fen=row.amount_fen,
            is_demo=row.is_demo,
        ),
    )


def _contracts(
    work: Work, since: date, as_of: date, *, known_at: datetime | None, with_demo: bool
) -> tuple[Contract, ...]:
    statement = (
        sa.select(Agreement, Project)
        .join(Project, col(Project.id) == col(Agreement.project_id))
        .where(
            col(Agreement.kind) == AgreementKind.FORMAL.value,
            col(Agreement.signed_on).between(since, as_of),
        )
        .order_by(col(Agreement.signed_on), col(Agreement.code))
    )
    if known_at is not None:
        statement = statement.where(col(Agreement.recorded_at) <= known_at)
    if not with_demo:
        statement = statement.where(col(Agreement.is_demo).is_(False))
    return tuple(
        Contract(
            project_id=project.id,
            system_code=project.system_code,
            on=agreement.signed_on,
            amount_fen=agreement.amount_fen,
            size_class=SizeClass(project.size_class),
            start_due_on=agreement.start_due_on,
            row=FigureRow(
                label=project.name,
                kind="agreement",
                subject_id=agreement.id,
                on=agreement.signed_on,
                amount_fen=agreement.amount_fen,
                is_demo=agreement.is_demo,
            ),
        )
        for agreement, project in work.rows(statement)
    )


def _starts(
    work: Work, as_of: date, *, known_at: datetime | None, with_demo: bool
) -> tuple[Counted, ...]:
    """Return the first start of each project up to a day."""
    first = sa.func.min(col(Milestone.on))
    statement = (
        NAMES.add_columns(first)
        .join(Milestone, col(Milestone.project_id) == col(Project.id))
        .where(
            col(Milestone.stage) == Stage.STARTED.value,
            col(Milestone.on) <= as_of,
            *counts(known_at),
        )
        .group_by(*NAMES.selected_columns)
        .order_by(first, col(Project.id))
    )
    if not with_demo:
        statement = statement.where(col(Project.is_demo).is_(False))
    return tuple(
        Counted(
            project_id=project_id,
            system_code=system_code,
            on=on,
            amount_fen=0,
            row=FigureRow(label=name, kind="project", subject_id=project_id, on=on, is_demo=demo),
        )
        for project_id, name, system_code, demo, on in work.rows(statement)
    )


def _standing(
    work: Work, as_of: date, *, known_at: datetime | None, with_demo: bool
) -> tuple[Standing, ...]:
    """Return the projects whose stage at the close of the day a measure asks about."""
    year_end = date(as_of.year, 12, 31)
    due = sa.select(col(Agreement.id)).where(
        col(Agreement.project_id) == col(Project.id),
        col(Agreement.kind) == AgreementKind.FORMAL.value,
        col(Agreement.signed_on) <= as_of,
        col(Agreement.start_due_on) <= year_end,
    )
    if known_at is not None:
        due = due.where(col(Agreement.recorded_at) <= known_at)
    stages = (
        sa.select(
            *NAMES.selected_columns,
            col(Project.planned_investment_fen).label("planned_fen"),
            stage_at(as_of, known_at).label("stage"),
            due.exists().label("is_due"),
        )
        .where(col(Project.first_heard_on) <= as_of)
        .order_by(col(Project.code))
    )
    if not with_demo:
        stages = stages.where(col(Project.is_demo).is_(False))
    at = stages.subquery()
    startable = sa.and_(at.c.is_due, at.c.stage.in_(NOT_STARTED))
    asked = sa.or_(at.c.stage.in_((Stage.IN_TALKS, *BUILDING)), startable)
    return tuple(
        Standing(
            project_id=project_id,
            system_code=system_code,
            on=as_of,
            amount_fen=planned_fen or 0,
            stage=Stage(stage),
            can_start=bool(is_due) and Stage(stage) in NOT_STARTED,
            row=FigureRow(
                label=name,
                kind="project",
                subject_id=project_id,
                amount_fen=planned_fen,
                is_demo=demo,
            ),
        )
        for project_id, name, system_code, demo, planned_fen, stage, is_due in work.rows(
            sa.select(at).where(asked)
        )
    )
