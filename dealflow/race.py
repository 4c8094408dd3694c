"""Race 赛马榜: the rules by which units are ranked, as published formulas. No database here.

A formula is a list of weighted parts. A part scores a measure in one of three ways: as a ratio to
its target (capped or not), by the efficacy coefficient 功效系数 against the field, or as a ratio
that is already one. Sources: GUIDANCE_FUNDS.md §3.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portfolio.figures import Figure
from valuation.figures import Undefined

EFFICACY_SPAN, EFFICACY_BASE = 40.0, 60.0


# ---- facts
class Method(StrEnum):
    """How a part turns a measure into points."""

    TO_TARGET = "to_target"  # actual ÷ target × weight
    EFFICACY = "efficacy"  # ((x − min) ÷ (max − min) × 40 + 60) × weight ÷ 100
    SHARE = "share"  # the rate itself × weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One measure of a formula. `cap` limits the ratio before it is weighted, None: no limit."""

    code: str
    method: Method
    weight: float
    cap: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """Who is ranked, with figures and targets by measure."""

    subject_id: str
    name: str
    name_en: str
    figures: Mapping[str, Figure]
    targets: Mapping[str, int]
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """What one part gave: no points where the measure or its target is not known."""

    code: str
    value: float | None
    target: int | None
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One place on the board; those with equal scores share it."""

    rank: int
    subject_id: str
    name: str
    name_en: str
    score: float
    parts: tuple[Points, ...]
    is_demo: bool


# ---- rules
def efficacy(x: float, lowest: float, highest: float) -> float:
    """Return the efficacy coefficient: 60 for the lowest of the field, 100 for the highest.

    source  高安 2021 assessment rules: (x − min) ÷ (max − min) × 40 + 60; where all are equal the
            fraction does not exist, and all are the highest
    """
    if highest == lowest:
        return EFFICACY_BASE + EFFICACY_SPAN
    return (x - lowest) / (highest - lowest) * EFFICACY_SPAN + EFFICACY_BASE


def ratio_score(actual: float, target: float, *, weight: float, cap: float | None) -> float:
    """Return actual ÷ target, limited by `cap` where there is one, times the weight."""
    share = actual / target
    return weight * (share if cap is None else min(share, cap))


def rank(parts: Sequence[Part], field: Sequence[Entrant]) -> tuple[Line, ...]:
    """Rank the field: highest score first, equal scores share a place and leave the next free."""
    spans = {part.code: _span(part.code, field) for part in parts}
    scored = []
    for entrant in field:
        points = tuple(_points(part, entrant, spans[part.code]) for part in parts)
        scored.append((round(sum(one.points for one in points), 6), entrant, points))
    scored.sort(key=lambda one: (-one[0], one[1].subject_id))
    lines: list[Line] = []
    for place, (score, entrant, points) in enumerate(scored, start=1):
        shared = bool(lines) and lines[-1].score == score
        lines.append(
            Line(
                rank=lines[-1].rank if shared else place,
                subject_id=entrant.subject_id,
                name=entrant.name,
                name_en=entrant.name_en,
                score=score,
                parts=points,
                is_demo=entrant.is_demo,
            )
        )
    return tuple(lines)


def _value(code: str, entrant: Entrant) -> float | None:
    figure = entrant.figures.get(code)
    if figure is None or isinstance(figure.value, Undefined):
        return None
    return figure.value


def _span(code: str, field: Sequence[Entrant]) -> tuple[float, float]:
    values = [value for one in field if (value := _value(code, one)) is not None]
    return (min(values), max(values)) if values else (0.0, 0.0)


def _points(part: Part, entrant: Entrant, span: tuple[float, float]) -> Points:
    value, target = _value(part.code, entrant), entrant.targets.get(part.code)
    points = 0.0
    if value is not None:
        match part.method:
            case Method.EFFICACY:
                points = efficacy(value, *span) * part.weight / 100
            case Method.SHARE:
                points = ratio_score(value, 1, weight=part.weight, cap=part.cap)
            case Method.TO_TARGET if target:
                points = ratio_score(value, target, weight=part.weight, cap=part.cap)
    asked = target if part.method is Method.TO_TARGET else None
    return Points(code=part.code, value=value, target=asked, points=points)
