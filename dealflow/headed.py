"""Headed: a sheet below its row of headings, each cell with its place, for whoever reads it.

The row that names most of what is needed is the headings; what stands above it is a title.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dealflow.cells import Place, is_empty, shown, text
from dealflow.workbooks import Cell, Grid

HEADING_ROWS = 10  # in which the headings are looked for


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that is not empty: {field: its cell with column and heading}."""

    number: int  # as Excel counts
    cells: Mapping[str, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headed:
    """The rows below the headings; where no heading was recognised there are none."""

    is_found: bool
    missing: tuple[str, ...]  # fields that are needed and no heading names
    rows: tuple[Row, ...]


# ---- rules
def plain(heading: Cell) -> str:
    """Return a heading as it is compared: no white space, stars or underscores, small letters."""
    return re.sub(r"[\s_*]", "", text(heading)).lower()


def headed(grid: Grid, words: Mapping[str, Sequence[str]], needed: Sequence[str]) -> Headed:
    """Find the headings of a sheet and the rows below them.

    words   {field: the headings that name it}
    needed  fields without which no row can be read
    """
    field_of = {plain(word): name for name, some in words.items() for word in some}
    heads = [[field_of.get(plain(shown(cell))) for cell in row] for row in grid.rows[:HEADING_ROWS]]
    at = max(range(len(heads)), key=lambda n: len(set(needed) & set(heads[n])), default=0)
    if not heads or not set(needed) & set(heads[at]):
        return Headed(is_found=False, missing=tuple(needed), rows=())
    columns = {name: heads[at].index(name) for name in heads[at] if name}
    return Headed(
        is_found=True,
        missing=tuple(name for name in needed if name not in columns),
        rows=tuple(
            Row(
                number=number,
                cells={
                    name: (n + 1, text(grid.rows[at][n]), cells[n] if n < len(cells) else "")
                    for name, n in columns.items()
                },
            )
            for number, cells in enumerate(grid.rows[at + 1 :], start=at + 2)
            if not all(is_empty(cell) for cell in cells)
        ),
    )
