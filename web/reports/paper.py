"""The report on paper: sheets of blocks with every figure written out, for page and PDF alike.

HTML and PDF are two prints of this one document, so they cannot show different figures.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count as numbers
from typing import ClassVar, TypeVar

from markupsafe import Markup

T = TypeVar("T")
Pips = tuple[int, int]  # done, of all: drawn as squares beside the numbers
Cell = str | Pips
ROWS_A_SHEET = 28
ROWS_KEPT_WHOLE = 9  # a table this short is not torn apart
SHEET_MM = 240.0  # what is left of 297 mm between head and foot
CHARS_A_LINE, NARROW_CHARS = 56, 26  # full-width characters of prose; half as many in a column


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The title of the report."""

    kind: ClassVar[str] = "cover"
    over: str
    title: str
    under: str
    unit: str
    audit: str
    demo: str  # "" where the data are real


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """One headline figure."""

    label: str
    value: str
    unit: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpis:
    """The strip of headline figures."""

    kind: ClassVar[str] = "kpis"
    items: tuple[Kpi, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a section; `opens_sheet` begins a new one. `numbered` gives it its number."""

    kind: ClassVar[str] = "head"
    number: int = 0
    title: str
    note: str = ""
    opens_sheet: bool = False
    section: str = ""  # whose prose a manager may write here


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """Sentences; a weighty one is bold."""

    kind: ClassVar[str] = "prose"
    sentences: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One drawing with the sentence that says it."""

    kind: ClassVar[str] = "chart"
    svg: Markup
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: figures stand right, words may wrap."""

    title: str
    look: str = ""  # "", r, wrap
    width: int = 0  # share of the line on paper; 0: as wide as its text


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; a sum is ruled off."""

    cells: tuple[Cell, ...]
    is_sum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its name for those who cannot see it."""

    kind: ClassVar[str] = "table"
    label: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    more: str = ""  # "continued", on the sheets after the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Small print."""

    kind: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Who signs: (role, house, name or "to be signed")."""

    kind: ClassVar[str] = "signatures"
    items: tuple[tuple[str, str, str], ...]


Plain = Cover | Kpis | Head | Prose | Chart | Table | Note | Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two columns side by side."""

    kind: ClassVar[str] = "pair"
    left: tuple[Plain, ...]
    right: tuple[Plain, ...]


Block = Plain | Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One report in one language."""

    lang: str
    title: str
    fund: str
    running: str
    confidential: str
    watermark: str
    foot: str
    sha256: str
    sections: tuple[tuple[int, str], ...]
    sheets: tuple[tuple[Block, ...], ...]


# ---- rules
@lru_cache(maxsize=4096)
def wide(text: str) -> float:
    """Return the width of a text in full-width characters."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.52 for sign in text)  # noqa: PLR2004 - CJK begins


def _lines(text: str, chars: int) -> int:
    return max(1, -int(-wide(text) // chars))


def height_mm(  # noqa: PLR0911 - one line a kind of block
    block: Block, chars: int = CHARS_A_LINE
) -> float:
    """Return about how high a block stands; a little too much rather than too little."""
    match block:
        case Cover():
            return 24.0
        case Kpis():
            return 22.0
        case Head():
            return 12.0
        case Prose(sentences=sentences):
            return 5.8 * _lines("".join(text for text, _ in sentences), chars)
        case Chart():
            return 31.0
        case Table(rows=rows):
            return 7.5 + sum(row_mm(row, block) for row in rows)
        case Note(text=text):
            return 2 + 4.4 * _lines(text, int(chars * 1.2))
        case Signatures():
            return 28.0
        case Pair(left=left, right=right):
            return max(sum(height_mm(one, NARROW_CHARS) for one in side) for side in (left, right))


def row_mm(row: TableRow, table: Table) -> float:
    """Return about how high a row stands; only columns that wrap need a second line."""
    lines = [
        _lines(cell, column.width or 16)
        for cell, column in zip(row.cells, table.columns, strict=True)
        if column.look == "wrap" and isinstance(cell, str)
    ]
    return 2.3 + 4.1 * max(lines, default=1)


def sheets(
    blocks: Iterable[Block], *, continued: str, room_mm: float = SHEET_MM
) -> tuple[tuple[Block, ...], ...]:
    """Lay blocks on sheets of A4: a head stays with what it heads, a long table goes on.

    room_mm  of a sheet, in the heights of this module, which err on the high side
    """
    laid: list[list[Block]] = [[]]
    used = 0.0
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        needs = height_mm(block)
        if isinstance(block, Head) and waiting:
            needs += (
                height_mm(waiting[0]) if _is_whole(waiting[0]) else min(height_mm(waiting[0]), 40.0)
            )
        opens = isinstance(block, Head) and block.opens_sheet
        if (
            laid[-1]
            and (opens or used + needs > room_mm)
            and not _fits_in_part(block, room_mm - used)
        ):
            laid.append([])
            used = 0.0
        if isinstance(block, Table | Prose):
            block, rest = _cut(block, room_mm - used, continued)
            if rest is not None:  # the sheet is full: what is left opens the next one
                waiting.insert(0, rest)
                used = room_mm
        laid[-1].append(block)
        used += height_mm(block)
    return tuple(tuple(sheet) for sheet in laid)


def _is_whole(block: Block) -> bool:
    """Say whether a block cannot go on over two sheets."""
    if isinstance(block, Table):
        return len(block.rows) <= ROWS_KEPT_WHOLE and not block.more
    return not isinstance(block, Prose)


def _fits_in_part(block: Block, left_mm: float) -> bool:
    return not _is_whole(block) and left_mm > 40.0  # noqa: PLR2004 - a head and three rows


def _cut(
    block: Table | Prose, room_mm: float, continued: str
) -> tuple[Table | Prose, Table | Prose | None]:
    """Return what fits of a table or a text, and what is left for the next sheet."""
    if isinstance(block, Prose):
        kept = _counted(block.sentences, room_mm, lambda one: 5.8 * wide(one[0]) / CHARS_A_LINE)
        if kept >= len(block.sentences):
            return block, None
        first, rest = block.sentences[:kept], block.sentences[kept:]
        return replace(block, sentences=first), replace(block, sentences=rest)
    kept = _counted(block.rows, room_mm - 7.5, lambda row: row_mm(row, block))
    kept = min(kept, ROWS_A_SHEET if len(block.rows) > ROWS_A_SHEET + 2 else kept)
    if kept >= len(block.rows):
        return block, None
    return (
        replace(block, rows=block.rows[:kept]),
        replace(block, rows=block.rows[kept:], more=continued),
    )


def _counted(rows: tuple[T, ...], room_mm: float, height: Callable[[T], float]) -> int:
    used = 0.0
    for count, row in enumerate(rows):
        used += height(row)
        if used > room_mm:
            return max(count, 1)
    return len(rows)


def numbered(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks with their heads numbered in the order in which they are read."""
    following = numbers(1)

    def of(block: T) -> T:
        if isinstance(block, Head):
            return replace(block, number=next(following))
        if isinstance(block, Pair):
            left, right = tuple(map(of, block.left)), tuple(map(of, block.right))
            return replace(block, left=left, right=right)
        return block

    return [of(block) for block in blocks]


def heads(blocks: Iterable[Block]) -> Iterator[Head]:
    """Yield the heads of the sections, those in columns included."""
    for block in blocks:
        if isinstance(block, Head):
            yield block
        elif isinstance(block, Pair):
            yield from heads((*block.left, *block.right))
