"""Race board: who leads by the published formula, and the rows behind each place."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

from dealflow import definitions, race_boards
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
class Place:
    """One place of the board, written out."""

    rank: int
    name: str
    score: float
    width: float  # of the bar, percent of the highest score
    parts: tuple[tuple[str, str, str], ...]  # value, points, address of the rows
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
    to_publish: Quarter | None
    may_publish: bool
    city_quarters: tuple[str, ...]
    has_demo: bool
    may_edit: bool = False
    ranks_districts: bool = False
    until: date | None = None  # the last day of the period ranked


def build(work: Work, actor: Actor, page: Page, *, board: str, with_demo: bool) -> Race:
    """Read and arrange the page; the first formula unless another is chosen."""
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
    found = race_boards.board(work, chosen.code, as_of, with_demo=with_demo)
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
        heads=tuple(_measure(reader, part.code) for part in chosen.parts),
        rules=tuple(_rule(reader, part) for part in chosen.parts),
        places=tuple(
            _place(reader, found, line, before, changed, highest)
            for line in found.lines[:LINES_SHOWN]
        ),
        mean=found.mean,
        mean_width=found.mean / highest * 100,
        published=last,
        restated=len(changed),
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
        to_publish=None,
        may_publish=False,
        city_quarters=city,
        has_demo=False,
    )


def _title(reader: Reader, title: str, title_en: str) -> str:
    return title_en if reader.lang == "en" and title_en else title


def _measure(reader: Reader, code: str) -> str:
    return reader.say(TITLES.get(code) or Message(code))


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
    changed: dict[str, tuple[Line, Line]],
    highest: float,
) -> Place:
    was = changed.get(line.subject_id)
    return Place(
        rank=line.rank,
        name=_title(reader, line.name, line.name_en),
        score=line.score,
        width=line.score / highest * 100,
        parts=tuple(
            (
                _value(reader, found.figures[line.subject_id].get(one.code), one),
                reader.number(one.points, 1),
                _rows_href(found, line.subject_id, one.code),
            )
            for one in line.parts
        ),
        move=before[line.subject_id] - line.rank if line.subject_id in before else None,
        was=reader.say(
            say("published {rank}, {score}", rank=was[0].rank, score=reader.number(was[0].score, 1))
        )
        if was
        else "",
        is_demo=line.is_demo,
    )


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


def _value(reader: Reader, figure: Figure | None, points: Points) -> str:
    if figure is None or isinstance(figure.value, Undefined):
        return DASH
    text = write(reader, figure.value, figure.unit)
    if points.target:
        return f"{text} / {write(reader, points.target, Unit(figure.unit))}"
    return text
