"""项目 as lists: the board, the table, the calendar of conditions, and what narrows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import col

from dealflow import board, conditions
from dealflow.agreements import Agreement
from dealflow.board import BoardColumn, Column
from dealflow.cards import Card
from dealflow.conditions import ConditionPosition
from dealflow.projects import Project
from dealflow.terms import State
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.periods import HalfMonth
from web.templating import Page
from web.views.deals_bar import COLUMN_WORDS, Asked, Bar
from web.views.tips import Tip
from web.views.words import PIP_KINDS, STAGE_TONES, STAGES, STATE_KINDS, STATES, system_colour

FOLDED = (Column.LEAD, Column.PRODUCTION, Column.OFF)
ROWS_A_PAGE = 50
DUE_CARDS = 400  # the calendar is read, not scrolled without end


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A card with its colours and its one date."""

    card: Card
    colour: str
    pips: tuple[str, ...]
    stage: Message
    tone: str
    when: Message
    when_kind: str  # "", warn or risk
    when_icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """A column of the board; folded ones show their number alone."""

    column: Column
    title: Message
    tone: str
    projects: int
    amount_fen: int
    sum_of: Message
    provenance: str
    tip: Tip
    tiles: tuple[Tile, ...]
    more: int
    more_href: str
    table_href: str
    is_folded: bool
    fold_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """The board."""

    template: ClassVar[str] = "deals/board.html"
    bar: Bar
    columns: tuple[ColumnView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreCards:
    """The next cards of a column, appended in place."""

    template: ClassVar[str] = "deals/_more.html"
    may_edit: bool
    column: Column
    tiles: tuple[Tile, ...]
    more: int
    more_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """The table: one page of rows, the totals of all."""

    template: ClassVar[str] = "deals/table.html"
    bar: Bar
    tiles: tuple[Tile, ...]
    column_title: Message | None
    sort: str
    projects: int
    amount_fen: int
    in_place_fen: int
    first: int
    last: int
    before_href: str
    after_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One open condition in the calendar."""

    at: ConditionPosition
    project_name: str
    state: Message
    kind: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DueGroup:
    """What is due in one half-month; the first group is what is overdue."""

    start: date | None
    end: date | None
    lines: tuple[DueLine, ...]
    to_verify: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """Open conditions by the half-month in which they fall due."""

    template: ClassVar[str] = "deals/calendar.html"
    bar: Bar
    groups: tuple[DueGroup, ...]
    shown: int
    total: int


# ---- rules
def when_of(card: Card, own: Iterable[ConditionPosition]) -> tuple[Message, str, str]:
    """Return a card's one date (text, kind, icon): what is due first, else since when it rests."""
    waiting = sorted((at for at in own if at.is_open), key=lambda at: at.terms.due_on)
    late = [at for at in waiting if at.state is State.OVERDUE]
    if late:
        return say("{days} days overdue", days=-late[0].days_left), "risk", "alert"
    if card.is_idle:
        return say("no event for {days} days", days=card.idle_days), "warn", "alert"
    if waiting:
        first = waiting[0]
        if first.state is State.TO_VERIFY:
            return say("verify by {on}", on=first.terms.due_on), "warn", "clock"
        kind = "warn" if first.state is State.DUE_SOON else ""
        return say("due {on}", on=first.terms.due_on), kind, "clock"
    return say("{days} days ago", days=card.idle_days), "", "hist"


def _tile(card: Card, own: Iterable[ConditionPosition]) -> Tile:
    when, kind, icon = when_of(card, own)
    return Tile(
        card=card,
        colour=system_colour(card.system_code),
        pips=tuple(PIP_KINDS[state] for state in card.pips),
        stage=STAGES[card.stage],
        tone=STAGE_TONES[card.stage],
        when=when,
        when_kind=kind,
        when_icon=icon,
    )


# ---- builders
def _tiles(work: Work, as_of: date, drawn: Iterable[Card], *, with_demo: bool) -> dict[str, Tile]:
    shown = {card.project_id: card for card in drawn}
    own: dict[str, list[ConditionPosition]] = {}
    promised = [card.project_id for card in shown.values() if card.pips]
    if promised:
        among = col(Agreement.project_id).in_(promised)
        for at in conditions.positions(work, as_of, among, with_demo=with_demo):
            own.setdefault(at.project_id, []).append(at)
    return {project_id: _tile(card, own.get(project_id, ())) for project_id, card in shown.items()}


def board_view(work: Work, bar: Bar, page: Page, *, with_demo: bool) -> BoardView:
    """Build the board as of the page's day."""
    asked = bar.asked
    columns = board.board(work, page.as_of, asked.filters(with_demo=with_demo), order=asked.order)
    unfolded = set(asked.unfold.split(","))
    every = [card for one in columns for card in one.cards]
    tiles = _tiles(work, page.as_of, every, with_demo=with_demo)
    return BoardView(
        bar=bar,
        columns=tuple(_column(one, tiles, unfolded, page) for one in columns),
    )


def _column(
    one: BoardColumn, tiles: Mapping[str, Tile], unfolded: set[str], page: Page
) -> ColumnView:
    words, reader = COLUMN_WORDS[one.column], page.reader
    other = unfolded ^ {one.column.value}
    table_href = page.with_query(view="table", column=one.column.value, unfold=None, after=None)
    all_demo = bool(one.cards) and all(card.is_demo for card in one.cards)
    return ColumnView(
        column=one.column,
        title=words.title,
        tone=words.tone,
        projects=one.projects,
        amount_fen=one.amount_fen,
        sum_of=words.sum_of,
        provenance="demo" if all_demo else "computed",
        tip=Tip(
            title=reader.say(words.title),
            formula=reader.say(words.definition),
            inputs=f"Σ {reader.count(one.projects)} = {reader.amount(one.amount_fen)}",
            basis=reader.say(say("Contract amounts; what is planned where no contract is signed.")),
            provenance="demo" if all_demo else "computed",
            rows_href=table_href,
        ),
        tiles=tuple(tiles[card.project_id] for card in one.cards),
        more=one.more,
        more_href=more_href(page, one.column, one.after),
        table_href=table_href,
        is_folded=one.column in FOLDED and one.column.value not in unfolded,
        fold_href=page.with_query(unfold=",".join(sorted(filter(None, other)))),
    )


def more_href(page: Page, column: Column, after: str | None) -> str:
    """Return where the next cards of a column come from, "" after the last."""
    if after is None:
        return ""
    kept = [pair for pair in page.others("after", "view", "unfold", "column") if pair[1]]
    return f"/deals/column/{column.value}?{urlencode([*kept, ('after', after)])}"


def more_cards(
    work: Work, asked: Asked, column: Column, page: Page, *, with_demo: bool, may_edit: bool
) -> MoreCards:
    """Build the next cards of a column."""
    found = board.table(
        work,
        page.as_of,
        asked.filters(with_demo=with_demo),
        column=column,
        order=asked.order,
        limit=board.CARDS_A_COLUMN,
        after=asked.after,
    )
    tiles = _tiles(work, page.as_of, found.rows, with_demo=with_demo)
    return MoreCards(
        column=column,
        may_edit=may_edit,
        tiles=tuple(tiles.values()),
        more=found.projects - found.skipped - len(found.rows),
        more_href=more_href(page, column, found.after),
    )


def table_view(work: Work, bar: Bar, page: Page, *, with_demo: bool) -> TableView:
    """Build one page of the table."""
    asked = bar.asked
    found = board.table(
        work,
        page.as_of,
        asked.filters(with_demo=with_demo),
        column=asked.column,
        order=asked.order,
        limit=ROWS_A_PAGE,
        after=asked.after,
    )
    tiles = _tiles(work, page.as_of, found.rows, with_demo=with_demo)
    return TableView(
        bar=bar,
        tiles=tuple(tiles.values()),
        column_title=COLUMN_WORDS[asked.column].title if asked.column else None,
        sort=asked.sort or "-amount",
        projects=found.projects,
        amount_fen=found.amount_fen,
        in_place_fen=found.in_place_fen,
        first=found.skipped + 1 if found.rows else 0,
        last=found.skipped + len(found.rows),
        before_href=page.with_query(after=None) if found.skipped else "",
        after_href=page.with_query(after=found.after) if found.after else "",
    )


def calendar_view(work: Work, bar: Bar, page: Page, *, with_demo: bool) -> CalendarView:
    """Group the open conditions of the projects meant by the half-month they fall due in."""
    chosen = board.selected(work, page.as_of, bar.asked.filters(with_demo=with_demo))
    found = [
        at
        for at in conditions.positions(
            work, page.as_of, col(Agreement.project_id).in_(chosen), with_demo=with_demo
        )
        if at.is_open
    ]
    found.sort(key=lambda at: (at.terms.due_on, at.agreement_code, at.no))
    shown = found[:DUE_CARDS]
    wanted = {at.project_id for at in shown}
    names = dict(
        work.rows(sa.select(col(Project.id), col(Project.name)).where(col(Project.id).in_(wanted)))
    )
    groups: dict[HalfMonth | None, list[ConditionPosition]] = {}
    for at in shown:
        half = None if at.terms.due_on < page.as_of else HalfMonth.containing(at.terms.due_on)
        groups.setdefault(half, []).append(at)
    return CalendarView(
        bar=bar,
        groups=tuple(
            DueGroup(
                start=half.start if half else None,
                end=half.end if half else None,
                lines=tuple(
                    DueLine(
                        at=at,
                        project_name=names[at.project_id],
                        state=STATES[at.state],
                        kind=STATE_KINDS[at.state],
                        share=at.progress,
                    )
                    for at in own
                ),
                to_verify=sum(at.reported is not None for at in own),
            )
            for half, own in groups.items()
        ),
        shown=len(shown),
        total=len(found),
    )
