"""Counted: the rows behind the figures of a period, read with a fixed number of queries."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col

from dealflow import amendments, landings, outcomes
from dealflow.agreements import Agreement, AgreementKind
from dealflow.amendments import OF_PAPER, Amended, Fact
from dealflow.counted_rows import NAMES, Counted, Keep, kept, money_counted
from dealflow.landings import Arrival
from dealflow.outcomes import Outcomes
from dealflow.projects import Project, SizeClass, stage_at
from dealflow.stages import Stage
from portfolio.figures import FigureRow
from portfolio.kernel.db import Work
from valuation.periods import add_months

MONTHS_A_YEAR = 12
BUILDING = (Stage.SITE, Stage.STARTED)
NOT_STARTED = tuple(stage for stage in Stage if stage.rank < Stage.STARTED.rank)


# ---- facts
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
    outcomes: Outcomes

    @property
    def rows(self) -> tuple[Counted, ...]:
        """All of them."""
        return (
            *self.contracts,
            *self.money,
            *self.money_before,
            *self.starts,
            *self.standing,
        )

    def of(self, system_code: str | None) -> "Facts":
        """Return the rows of one industry system."""
        return self.where(lambda row: row.system_code == system_code)

    def where(self, keep: Keep) -> "Facts":
        """Return the rows of a part of the district."""
        return Facts(
            since=self.since,
            as_of=self.as_of,
            contracts=kept(self.contracts, keep),
            money=kept(self.money, keep),
            money_before=kept(self.money_before, keep),
            starts=kept(self.starts, keep),
            started=self.started,
            standing=kept(self.standing, keep),
            outcomes=self.outcomes.where(keep),
        )


# ---- rules
def a_year_before(day: date) -> date:
    """Return the same day of the year before; 28 February for a leap day."""
    return add_months(day, -MONTHS_A_YEAR)


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
            # by subquery, since the list of projects with money may outgrow a statement
            NAMES.where(
                col(Project.id).in_(sa.select(col(Arrival.project_id)))
                | col(Project.id).in_(
                    sa.select(col(Agreement.project_id)).where(
                        col(Agreement.investment_id).is_not(None)
                    )
                )
            )
        )
    }
    last_year = a_year_before(as_of)
    signed_rows = contracts(work, since, as_of, known_at=known_at, with_demo=with_demo)
    signed = {contract.project_id for contract in signed_rows}
    came = outcomes.read(work, as_of, signed=sorted(signed), known_at=known_at, with_demo=with_demo)
    starts = came.broke_ground
    return Facts(
        since=since,
        as_of=as_of,
        contracts=signed_rows,
        money=tuple(money_counted(row, *names[row.project_id]) for row in money if row.on >= since),
        money_before=tuple(
            money_counted(row, *names[row.project_id]) for row in money if row.on <= last_year
        ),
        starts=tuple(row for row in starts if row.on >= since),
        started=frozenset(row.project_id for row in starts) & signed,
        standing=_standing(work, as_of, known_at=known_at, with_demo=with_demo),
        outcomes=came,
    )


def contracts(
    work: Work,
    since: date,
    as_of: date,
    *,
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> tuple[Contract, ...]:
    """Return the formal contracts signed from `since` to `as_of`, by day."""
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
    amended = amendments.at(work, as_of, known_at=known_at, among=OF_PAPER)
    return tuple(
        Contract(
            project_id=project.id,
            system_code=project.system_code,
            on=paper.signed_on,
            amount_fen=amount_fen,
            size_class=SizeClass(project.size_class),
            start_due_on=amended.day(paper.id, Fact.START_DUE, paper.start_due_on),
            row=FigureRow(
                label=project.name,
                kind="agreement",
                subject_id=paper.id,
                on=paper.signed_on,
                amount_fen=amount_fen,
                is_demo=paper.is_demo,
            ),
        )
        for paper, project in work.rows(statement)
        for amount_fen in (amended.fen(paper.id, Fact.AMOUNT, paper.amount_fen) or 0,)
    )


def _standing(
    work: Work, as_of: date, *, known_at: datetime | None, with_demo: bool
) -> tuple[Standing, ...]:
    """Return the projects whose stage at the close of the day a measure asks about."""
    amended = amendments.at(work, as_of, known_at=known_at)
    due = _due_by(work, date(as_of.year, 12, 31), amended)
    stages = (
        sa.select(
            *NAMES.selected_columns,
            col(Project.planned_investment_fen).label("planned_fen"),
            stage_at(as_of, known_at).label("stage"),
        )
        .where(col(Project.first_heard_on) <= as_of)
        .order_by(col(Project.code))
    )
    if not with_demo:
        stages = stages.where(col(Project.is_demo).is_(False))
    at = stages.subquery()
    always = (Stage.IN_TALKS, *BUILDING)
    asked = sa.or_(at.c.stage.in_(always), at.c.stage.in_(NOT_STARTED))
    return tuple(
        Standing(
            project_id=project_id,
            system_code=system_code,
            on=as_of,
            amount_fen=planned_fen or 0,
            stage=Stage(stage),
            can_start=project_id in due and Stage(stage) in NOT_STARTED,
            row=FigureRow(
                label=name,
                kind="project",
                subject_id=project_id,
                amount_fen=planned_fen,
                is_demo=demo,
            ),
        )
        for project_id, name, system_code, demo, planned_now, stage in work.rows(
            sa.select(at).where(asked)
        )
        if stage in always or project_id in due
        for planned_fen in (amended.fen(project_id, Fact.PLANNED, planned_now),)
    )


def _due_by(work: Work, year_end: date, amended: Amended) -> frozenset[str]:
    """Return the projects that a contract lets start by the end of the year."""
    signed = sa.select(
        col(Agreement.id), col(Agreement.project_id), col(Agreement.start_due_on)
    ).where(
        col(Agreement.kind) == AgreementKind.FORMAL.value,
        col(Agreement.signed_on) <= amended.as_of,
        col(Agreement.start_due_on).is_not(None),
    )
    if amended.known_at is not None:
        signed = signed.where(col(Agreement.recorded_at) <= amended.known_at)
    return frozenset(
        project_id
        for agreement_id, project_id, now in work.rows(signed)
        if (day := amended.day(agreement_id, Fact.START_DUE, now)) is not None and day <= year_end
    )


def contract_sums(
    work: Work,
    as_of: date,
    *,
    among: sa.ColumnElement[bool] | None = None,
    with_demo: bool = True,
) -> dict[str, int]:
    """Return {project: fen} of the formal contracts signed by a day."""
    statement = sa.select(col(Agreement.project_id), sa.func.sum(col(Agreement.amount_fen))).where(
        col(Agreement.kind) == AgreementKind.FORMAL.value, col(Agreement.signed_on) <= as_of
    )
    if among is not None:
        statement = statement.where(among)
    if not with_demo:
        statement = statement.where(col(Agreement.is_demo).is_(False))
    return {
        project_id: int(total)
        for project_id, total in work.rows(statement.group_by(col(Agreement.project_id)))
    }
