"""Race board: who leads by the published formula, and the rows behind each place."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

from dealflow import definitions, race_boards
from dealflow.counted import Facts
from dealflow.race import Line, Method, Part, Points
from dealflow.race_boards import Board, Published
from dealflow.targets import DISTRICT, Scope
from portfolio.figures import Figure, Unit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from valuation.periods import Quarter
from web.formats import DASH, Reader
from web.templating import Page
from web.views.figures import QUERY
from web.views.tips import TITLES, write

LINES_SHOWN = 36
METHODS = {
    Method.TO_TARGET: say("actual ÷ target"),
    Method.EFFICACY: say("efficacy coefficient (x − min) ÷ (max − min) × 40 + 60"),
    Method.SHARE: say("rate"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One measure of one place: what it is, what was asked, the points it gave, and its rows."""

    value: str
    target: str  # "" where nothing was asked
    points: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of the board, written out."""

    rank: int
    name: str
    score: float
    width: float  # of the bar, percent of the highest score
    parts: tuple[Scored, ...]
    move: int | None  # places up since the published board before
    was: str  # as published, where it differs
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """All that landing/race.html may use."""

    template: ClassVar[str] = "landing/race.html"
    tab: str
    boards: tuple[tuple[str, str], ...]
    chosen: str
    title: str
    version: int
    source: str
    heads: tuple[str, ...]
    rules: tuple[str, ...]
    places: tuple[Place, ...]
    mean: float
    mean_width: float
    published: Published | None
    restated: int
    left: tuple[str, ...]  # who stood on the published board and has no place now
    to_publish: Quarter | None
    may_publish: bool
    city_quarters: tuple[str, ...]
    has_demo: bool
    may_edit: bool = False
    ranks_districts: bool = False
    until: date | None = None  # the last day of the period ranked


def build(
    work: Work,
    actor: Actor,
    page: Page,
    *,
    board: str,
    with_demo: bool,
    facts: Facts | None = None,
    lines: int = LINES_SHOWN,
) -> Race:
    """Read and arrange the board; the first formula unless another is chosen.

    facts  the rows of the year to date, where the page has read them already
    """
    reader, as_of = page.reader, page.as_of
    formulas = sorted(
        race_boards.formulas(work, as_of, with_demo=with_demo),
        key=lambda one: race_boards.RANKED.index(one.scope),
    )
    chosen = next((one for one in formulas if one.code == board), formulas[0] if formulas else None)
    quarters = sorted(definitions.quarters_reported(work, "race_board", as_of))
    city = tuple(str(one) for one in quarters if one.year == as_of.year)
    if chosen is None:
        return _empty(city)
    found = race_boards.board(work, chosen.code, as_of, with_demo=with_demo, facts=facts)
    kept = race_boards.published(work, chosen.code, as_of)
    last = kept[0] if kept else None
    # A published board of this very day stands beside the one worked out again.
    same_day = last if last and last.quarter.end == found.as_of else None
    changed = race_boards.restated(same_day, found.lines) if same_day else {}
    before = {line.subject_id: line.rank for line in last.lines} if last else {}
    highest = max((line.score for line in found.lines), default=0.0) or 1.0
    over = Quarter.containing(page.today).previous
    known = {one.quarter for one in kept}
    return Race(
        tab="race",
        boards=tuple((one.code, _title(reader, one.title, one.title_en)) for one in formulas),
        chosen=chosen.code,
        title=_title(reader, chosen.title, chosen.title_en),
        version=chosen.version,
        source=chosen.source,
        heads=tuple(_head(reader, part.code, found) for part in chosen.parts),
        rules=tuple(_rule(reader, part) for part in chosen.parts),
        places=tuple(
            _place(reader, found, line, before, changed, highest) for line in found.lines[:lines]
        ),
        mean=found.mean,
        mean_width=found.mean / highest * 100,
        published=last,
        restated=len(changed),
        left=tuple(
            f"{_title(reader, was.name, was.name_en)} ({_was(reader, was)})"
            for was, now in changed.values()
            if was is not None and now is None
        ),
        to_publish=over
        if over.end <= as_of
        and over not in known
        and (chosen.scope is not Scope.DISTRICT or found.others_until == over.end)
        else None,
        may_publish=actor.may(Duty.SEAL_HALF_MONTHS),
        city_quarters=city,
        has_demo=any(line.is_demo for line in found.lines) or chosen.is_demo,
        may_edit=actor.may(Duty.EDIT_DEALS) and not page.is_past,
        ranks_districts=chosen.scope is Scope.DISTRICT,
        until=found.as_of,
    )


def _empty(city: tuple[str, ...]) -> Race:
    return Race(
        tab="race",
        boards=(),
        chosen="",
        title="",
        version=0,
        source="",
        heads=(),
        rules=(),
        places=(),
        mean=0.0,
        mean_width=0.0,
        published=None,
        restated=0,
        left=(),
        to_publish=None,
        may_publish=False,
        city_quarters=city,
        has_demo=False,
    )


def _title(reader: Reader, title: str, title_en: str) -> str:
    return title_en if reader.lang == "en" and title_en else title


def _measure(reader: Reader, code: str) -> str:
    return reader.say(TITLES.get(code) or Message(code))


def _head(reader: Reader, code: str, found: Board) -> str:
    figures = (figures.get(code) for figures in found.figures.values())
    is_money = any(one is not None and one.unit is Unit.FEN for one in figures)
    return f"{_measure(reader, code)} {reader.unit_name()}" if is_money else _measure(reader, code)


def _rule(reader: Reader, part: Part) -> str:
    weight = reader.say(say("weight {weight}", weight=f"{part.weight:g}"))
    words = f"{_measure(reader, part.code)} · {weight} · {reader.say(METHODS[part.method])}"
    if part.cap is None:
        return words
    return f"{words}, {reader.say(say('at most {cap}', cap=reader.ratio(part.cap, 0)))}"


def _place(
    reader: Reader,
    found: Board,
    line: Line,
    before: dict[str, int],
    changed: dict[str, tuple[Line | None, Line | None]],
    highest: float,
) -> Place:
    was = changed.get(line.subject_id)
    return Place(
        rank=line.rank,
        name=_title(reader, line.name, line.name_en),
        score=line.score,
        width=line.score / highest * 100,
        parts=tuple(
            _scored(
                reader,
                found.figures[line.subject_id].get(one.code),
                one,
                _rows_href(found, line.subject_id, one.code),
            )
            for one in line.parts
        ),
        move=before[line.subject_id] - line.rank if line.subject_id in before else None,
        was=_was(reader, was[0]) if was else "",
        is_demo=line.is_demo,
    )


def _was(reader: Reader, line: Line | None) -> str:
    if line is None:
        return reader.say(say("not on the published board"))
    score = reader.number(line.score, 1)
    return reader.say(say("published {rank}, {score}", rank=line.rank, score=score))


def _scored(reader: Reader, figure: Figure | None, points: Points, href: str) -> Scored:
    unknown = figure is None or isinstance(figure.value, Undefined)
    unit = Unit.COUNT if figure is None else Unit(figure.unit)
    return Scored(
        value=DASH if unknown or figure is None else _bare(reader, figure.value, unit),
        target=_bare(reader, points.target, unit) if points.target else "",
        points=reader.number(points.points, 1),
        href=href,
    )


def _bare(reader: Reader, value: float | Undefined, unit: Unit) -> str:
    """Write a value without its unit, which stands in the head of the column."""
    if unit is Unit.FEN and isinstance(value, int):
        return reader.money(value)
    return write(reader, value, unit)


def _rows_href(found: Board, subject_id: str, code: str) -> str:
    """Return where a value opens: to our rows, or to the document that others' figure stands in."""
    figure = found.figures[subject_id].get(code)
    if found.formula.scope is Scope.DISTRICT and subject_id != DISTRICT:
        query = urlencode({"district": subject_id, "as_of": found.as_of.isoformat()})
        where = f"#fig-{figure.rows[0].subject_id}" if figure else ""
        return f"/race/districts?{query}{where}"
    part = QUERY.get(found.formula.scope)
    narrowed = f"&{part}={subject_id}" if part else ""
    return f"/figures/{code}?as_of={found.as_of}{narrowed}"
