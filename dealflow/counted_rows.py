"""Counted rows: one thing that a measure counts, with the project it belongs to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow.landings import MoneyRow
from dealflow.projects import Project
from portfolio.figures import FigureRow

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


R = TypeVar("R", bound=Counted)
Keep = Callable[[Counted], bool]


# ---- rules
def kept(rows: Iterable[R], keep: Keep) -> tuple[R, ...]:
    """Return the rows that belong to the part asked for."""
    return tuple(row for row in rows if keep(row))


def projects_of(rows: Iterable[R]) -> list[R]:
    """Return one row per project, its first."""
    found: dict[str, R] = {}
    for row in rows:
        found.setdefault(row.project_id, row)
    return list(found.values())


def total_fen(rows: Iterable[Counted]) -> int:
    """Return the sum of the amounts."""
    return sum(row.amount_fen for row in rows)


def money_counted(row: MoneyRow, name: str, system_code: str | None) -> Counted:
    """Return money in place as a counted row."""
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


def either(first: Sequence[Counted], second: Sequence[Counted]) -> tuple[Counted, ...]:
    """Return all rows of both, none of them twice."""
    found = {(row.row.kind, row.row.subject_id): row for row in (*first, *second)}
    return tuple(found.values())
