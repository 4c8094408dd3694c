"""Figures: a value with its definition, what went into it, and the rows behind it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portfolio.kernel.errors import Message
from valuation.figures import Undefined


class Unit(StrEnum):
    """What a value counts."""

    FEN = "fen"
    COUNT = "count"
    RATIO = "ratio"  # 0.326 is 32.6 %
    MULTIPLE = "multiple"  # 1.35 is 1.35x
    RATE = "rate"  # 0.12 is 12 % a year
    PERIOD = "period"  # 0.03 is 3 % earned in less than a year


class Source(StrEnum):
    """Where a value comes from, as the mark beside it says (DESIGN.md §1)."""

    PUBLISHED = "published"
    VERIFIED = "verified"
    ENTERED = "entered"
    COMPUTED = "computed"
    DEMO = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One row behind a figure: what it is, when, how much, and where it opens."""

    label: str
    kind: str  # project, agreement, arrival, transaction, …
    subject_id: str
    on: date | None = None
    amount_fen: int | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value that can be shown: never 0 or NaN for "cannot be known", but Undefined."""

    code: str
    value: int | float | Undefined
    unit: Unit
    definition: Message  # one sentence; `version` changes when its meaning does
    version: int = 1
    numerator: int | float | None = None
    denominator: int | float | None = None
    source: Source = Source.COMPUTED
    rows: tuple[FigureRow, ...] = ()
