"""Board: projects in columns and in a table by pages.

Every read takes a fixed number of queries, however many projects there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from dealflow import landings, stall_limits
from dealflow.agreements import Agreement, AgreementKind
from dealflow.cards import Card, cards, last_events
from dealflow.counted import contract_sums
from dealflow.landings import Arrival
from dealflow.projects import Project, SizeClass, stage_at
from dealflow.stages import AT_REST, Milestone, Stage, counts
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.organisations import Organisation

CARDS_A_COLUMN = 12
ROWS_A_PAGE = 50


# ---- facts
class Column(StrEnum):
    """The columns of the board: stages, but money in place divides the signed projects."""

    LEAD = "lead"
    IN_TALKS = "in_talks"
    FRAMEWORK = "framework"
    FORMAL = "formal"
    FUNDED = "funded"
    STARTED = "started"
    PRODUCTION = "production"
    OFF = "off"


class Sort(StrEnum):
    """What projects can be ordered by."""

    CODE = "code"
    AMOUNT = "amount"
    IN_PLACE = "in_place"
    STAGE = "stage"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of projects; the code settles what is equal, so that no page repeats a row."""

    by: Sort
    descending: bool = False


BY_CODE, LARGEST_FIRST = Order(by=Sort.CODE), Order(by=Sort.AMOUNT, descending=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which projects are meant; what is empty does not narrow."""

    text: str = ""  # in code, name or firm
    system_code: str | None = None
    chain_id: str | None = None
    unit_id: str | None = None
    size_class: SizeClass | None = None
    fund_id: str | None = None
    with_fund: bool = False  # some fund has signed
    owner_account_id: str | None = None
    stages: tuple[Stage, ...] = ()
    year: int | None = None  # whose contract was signed in it; the unsigned always belong
    only_idle: bool = False
    with_demo: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardColumn:
    """A column: its sums over all its projects and its first cards; `after` asks for the next."""

    column: Column
    projects: int
    amount_fen: int  # contract amounts, and what is planned where nothing is signed
    in_place_fen: int
    cards: tuple[Card, ...]
    after: str | None

    @property
    def more(self) -> int:
        """How many projects of the column have no card here."""
        return self.projects - len(self.cards)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of projects and the totals of all; `after` asks for the next, None on the last."""

    rows: tuple[Card, ...]
    after: str | None
    projects: int
    amount_fen: int
    in_place_fen: int
    skipped: int  # rows before this page


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One project, with all that it can be ordered by."""

    project_id: str
    code: str
    stage: Stage
    amount_fen: int  # contracts, else what is planned
    in_place_fen: int
    event_on: date | None  # None where the order does not ask for it

    @property
    def column(self) -> Column:
        """The column it stands in."""
        return column_of(self.stage, self.in_place_fen)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """The projects of a stage and what they plan to invest."""

    projects: int = 0
    planned_fen: int = 0


# ---- rules
COLUMNS = {
    Stage.PRODUCTION: Column.PRODUCTION,
    Stage.CAPACITY: Column.PRODUCTION,
    Stage.SHELVED: Column.OFF,
    Stage.TERMINATED: Column.OFF,
}
SIGNED = (Stage.FORMAL, Stage.REGISTERED, Stage.SITE)


def column_of(stage: Stage, in_place_fen: int) -> Column:
    """Return the column a project stands in."""
    if stage in SIGNED:
        return Column.FUNDED if in_place_fen > 0 else Column.FORMAL
    return COLUMNS.get(stage) or Column(stage.value)


def key_of(place: Place, order: Order) -> tuple[int, str]:
    """Return the key a project stands at: what it is ordered by as a number, then its code."""
    match order.by:
        case Sort.CODE:
            number = 0
        case Sort.AMOUNT:
            number = place.amount_fen
        case Sort.IN_PLACE:
            number = place.in_place_fen
        case Sort.STAGE:
            number = place.stage.rank
        case Sort.EVENT:
            number = place.event_on.toordinal() if place.event_on else 0
    return (-number if order.descending else number, place.code)


def _cut(
    places: Iterable[Place], order: Order, limit: int, after: str | None
) -> tuple[list[Place], str | None, int]:
    """Return the places after a key, the key of the next page, and how many stand before."""
    code_down = order.by is Sort.CODE and order.descending
    standing = sorted(places, key=lambda place: key_of(place, order), reverse=code_down)
    skipped = 0
    if after is not None:
        number, _, code = after.partition(":")
        if not number.removeprefix("-").isdigit():
            raise NotFoundError
        last = (int(number), code)
        passed = last.__le__ if code_down else last.__ge__
        skipped = sum(passed(key_of(place, order)) for place in standing)
    cut = standing[skipped : skipped + limit]
    number_, code_ = key_of(cut[-1], order) if cut else (0, "")
    is_last = skipped + limit >= len(standing)
    return cut, None if is_last else f"{number_}:{code_}", skipped


# ---- reads
def _selected(work: Work, as_of: date, filters: Filters) -> sa.Subquery:
    """Return (id, code, planned_fen, stage) of the projects meant, as a subquery."""
    chosen: sa.Select[*tuple[Any, ...]] = sa.select(
        col(Project.id),
        col(Project.code),
        col(Project.planned_investment_fen).label("planned_fen"),
        sa.func.coalesce(stage_at(as_of), Stage.LEAD.value).label("stage"),
    ).where(col(Project.first_heard_on) <= as_of)
    for column, wanted in (
        (col(Project.system_code), filters.system_code),
        (col(Project.chain_id), filters.chain_id),
        (col(Project.unit_id), filters.unit_id),
        (col(Project.size_class), filters.size_class),
        (col(Project.owner_account_id), filters.owner_account_id),
    ):
        if wanted is not None:
            chosen = chosen.where(column == wanted)
    if words := filters.text.strip():
        firm = sa.select(col(Organisation.id)).where(
            col(Organisation.name).icontains(words, autoescape=True)
        )
        chosen = chosen.where(
            col(Project.code).icontains(words, autoescape=True)
            | col(Project.name).icontains(words, autoescape=True)
            | col(Project.name_en).icontains(words, autoescape=True)
            | col(Project.organisation_id).in_(firm)
        )
    if filters.year is not None:
        chosen = chosen.where(_of_year(filters.year, as_of))
    if filters.fund_id is not None or filters.with_fund:
        by_fund = sa.select(col(Agreement.project_id)).where(
            col(Agreement.signed_on) <= as_of,
            col(Agreement.fund_id) == filters.fund_id
            if filters.fund_id is not None
            else col(Agreement.fund_id).is_not(None),
        )
        chosen = chosen.where(col(Project.id).in_(by_fund))
    if not filters.with_demo:
        chosen = chosen.where(col(Project.is_demo).is_(False))
    if filters.only_idle:
        chosen = chosen.where(*_idle(as_of, stall_limits.of_day(work, as_of).idle_days))
    at = chosen.subquery()
    narrowed = sa.select(at)
    if filters.stages:
        narrowed = narrowed.where(at.c.stage.in_([stage.value for stage in filters.stages]))
    if filters.only_idle:
        narrowed = narrowed.where(at.c.stage.not_in([stage.value for stage in AT_REST]))
    return narrowed.subquery()


def _of_year(year: int, as_of: date) -> sa.ColumnElement[bool]:
    formal = sa.select(col(Agreement.project_id)).where(
        col(Agreement.kind) == AgreementKind.FORMAL.value, col(Agreement.signed_on) <= as_of
    )
    within = col(Agreement.signed_on).between(date(year, 1, 1), date(year, 12, 31))
    return col(Project.id).in_(formal.where(within)) | col(Project.id).not_in(formal)


def _idle(as_of: date, limit_days: int) -> tuple[sa.ColumnElement[bool], ...]:
    since = as_of - timedelta(days=limit_days)
    moved = sa.select(col(Milestone.id)).where(
        col(Milestone.project_id) == col(Project.id),
        col(Milestone.on).between(since, as_of),
        *counts(),
    )
    paid = sa.select(col(Arrival.id)).where(
        col(Arrival.project_id) == col(Project.id),
        col(Arrival.on).between(since, as_of),
        *landings.standing(),
    )
    told = sa.select(col(Milestone.id)).where(
        col(Milestone.project_id) == col(Project.id), col(Milestone.is_demo).is_(True)
    )
    return (~moved.exists(), ~paid.exists(), col(Project.is_demo) | ~told.exists())


def _places(work: Work, as_of: date, filters: Filters, order: Order) -> list[Place]:
    at, with_demo = _selected(work, as_of, filters), filters.with_demo
    own = col(Agreement.project_id).in_(sa.select(at.c.id))
    contracted = contract_sums(work, as_of, among=own, with_demo=with_demo)
    money = landings.money_in_place(work, date.min, as_of, with_demo=with_demo)
    in_place = landings.totals(money)
    events = last_events(work, as_of) if order.by is Sort.EVENT else {}
    return [
        Place(
            project_id=project_id,
            code=code,
            stage=Stage(stage),
            amount_fen=contracted.get(project_id) or planned_fen or 0,
            in_place_fen=in_place.get(project_id, 0),
            event_on=events.get(project_id),
        )
        for project_id, code, planned_fen, stage in work.rows(sa.select(at))
    ]


def board(
    work: Work,
    as_of: date,
    filters: Filters | None = None,
    *,
    order: Order = LARGEST_FIRST,
    cards_a_column: int = CARDS_A_COLUMN,
) -> list[BoardColumn]:
    """Return the columns with their sums and their first cards."""
    filters = filters or Filters()
    places: dict[Column, list[Place]] = {column: [] for column in Column}
    for place in _places(work, as_of, filters, order):
        places[place.column].append(place)
    cuts = {column: _cut(own, order, cards_a_column, None) for column, own in places.items()}
    all_shown = [place.project_id for cut, _, _ in cuts.values() for place in cut]
    drawn = cards(work, as_of, all_shown, with_demo=filters.with_demo)
    return [
        BoardColumn(
            column=column,
            projects=len(own),
            amount_fen=sum(place.amount_fen for place in own),
            in_place_fen=sum(place.in_place_fen for place in own),
            cards=tuple(drawn[place.project_id] for place in cuts[column][0]),
            after=cuts[column][1],
        )
        for column, own in places.items()
    ]


def table(
    work: Work,
    as_of: date,
    filters: Filters | None = None,
    *,
    column: Column | None = None,
    order: Order = BY_CODE,
    limit: int = ROWS_A_PAGE,
    after: str | None = None,
) -> Page:
    """Return a page of projects, of one column or of all; `after` is what the page before gave."""
    filters = filters or Filters()
    places = _places(work, as_of, filters, order)
    if column is not None:
        places = [place for place in places if place.column is column]
    cut, next_key, skipped = _cut(places, order, limit, after)
    drawn = cards(work, as_of, [place.project_id for place in cut], with_demo=filters.with_demo)
    return Page(
        rows=tuple(drawn[place.project_id] for place in cut),
        after=next_key,
        projects=len(places),
        amount_fen=sum(place.amount_fen for place in places),
        in_place_fen=sum(place.in_place_fen for place in places),
        skipped=skipped,
    )


def selected(work: Work, as_of: date, filters: Filters) -> sa.Select[Any]:
    """Return the ids of the projects meant, to be used inside another select."""
    return sa.select(_selected(work, as_of, filters).c.id)


def stage_counts(
    work: Work, as_of: date, filters: Filters | None = None
) -> dict[Stage, StageCount]:
    """Count the projects of each stage; every stage is there, be it empty."""
    at = _selected(work, as_of, filters or Filters())
    found = {
        Stage(stage): StageCount(projects=projects, planned_fen=int(planned_fen))
        for stage, projects, planned_fen in work.rows(
            sa.select(
                at.c.stage, sa.func.count(), sa.func.coalesce(sa.func.sum(at.c.planned_fen), 0)
            ).group_by(at.c.stage)
        )
    }
    return {stage: found.get(stage, StageCount()) for stage in Stage}
