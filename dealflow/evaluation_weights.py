"""Evaluation weights: how much each indicator of the yearly file counts; dated data, never edited.

The weights of 发改财金规〔2025〕1753号 are not published, so none is built in: the office enters
them, under its own name. Without weights there is no total.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError
from valuation.figures import Reason, Undefined

WHOLE_PPM = 1_000_000


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedPart:
    """What one indicator counts, and the value from which it counts in full."""

    code: str
    weight_ppm: int  # of the whole; all parts together are 1,000,000
    full_at_ppm: int  # in millionths of the indicator's unit: 700,000 is 70 %, or 0.7 years


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One version."""

    version: int
    valid_from: date
    source: str
    parts: tuple[WeightedPart, ...]
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScore:
    """What one indicator gives: None where its value cannot be known."""

    part: WeightedPart
    points: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The points of a file out of 100, with the parts they come from."""

    value: float | Undefined
    known: float  # of the indicators that are known
    missing: tuple[str, ...]  # codes of those that are not
    parts: tuple[PartScore, ...]


# ---- rules
def total(weights: Weights | None, values: Mapping[str, float | Undefined]) -> Total:
    """Return Σ weight × min(value ÷ full value, 1) × 100; Undefined without weights or a value.

    values  {indicator: value}, in the indicator's own unit; below zero gives no points
    """
    if weights is None:
        none = Undefined(Reason.NOT_RECORDED, "no weights are recorded")
        return Total(value=none, known=0.0, missing=(), parts=())
    parts = tuple(
        PartScore(part=part, points=_points(part, values.get(part.code))) for part in weights.parts
    )
    missing = tuple(one.part.code for one in parts if one.points is None)
    known = sum(one.points for one in parts if one.points is not None)
    value: float | Undefined = known
    if missing:
        value = Undefined(Reason.NOT_RECORDED, f"not known: {', '.join(missing)}")
    return Total(value=value, known=known, missing=missing, parts=parts)


def _points(part: WeightedPart, value: float | Undefined | None) -> float | None:
    if value is None or isinstance(value, Undefined):
        return None
    share = value * WHOLE_PPM / part.full_at_ppm
    return max(0.0, min(share, 1.0)) * part.weight_ppm * 100 / WHOLE_PPM


# ---- rows
class EvaluationWeights(Row, table=True):
    """One version; `parts` is the canonical JSON of its parts."""

    __tablename__ = "evaluation_weights"
    __table_args__ = strict(
        sa.UniqueConstraint("version"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("source <> ''", name="cited"),
    )

    version: int
    valid_from: date
    source: str
    parts: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def add_version(
    work: Work,
    actor: Actor,
    parts: Sequence[WeightedPart],
    *,
    valid_from: date,
    source: str,
    known: Sequence[str],
    is_demo: bool = False,
) -> EvaluationWeights:
    """Add the weights that count from a day on.

    known  the codes of the indicators there are
    """
    actor.must(Duty.EDIT_FUNDS)
    last = every(work)[-1:]
    if last and valid_from <= last[0].valid_from:
        raise DomainError(
            "Version {version} of the weights is in force since {since}.",
            "Give the new one a later day.",
            version=last[0].version,
            since=last[0].valid_from,
        )
    codes = [part.code for part in parts]
    if unknown := [code for code in codes if code not in known]:
        raise DomainError(
            "There is no indicator called {code}.", "Choose one of the file.", code=unknown[0]
        )
    whole = sum(part.weight_ppm for part in parts)
    if whole != WHOLE_PPM or len(set(codes)) < len(codes):
        raise DomainError(
            "The weights add up to {share} %, not to 100.",
            "Give each indicator one weight, so that all together are 100.",
            share=f"{whole / 10_000:g}",
        )
    if any(part.weight_ppm <= 0 or part.full_at_ppm <= 0 for part in parts):
        raise DomainError(
            "A weighted indicator has a weight and a full value above zero.",
            "Leave an indicator without weight empty.",
        )
    if not source.strip():
        raise DomainError(
            "The weights do not say whose they are.",
            "Name the document, or say that they are the office's own.",
        )
    row = work.add(
        EvaluationWeights(
            version=last[0].version + 1 if last else 1,
            valid_from=valid_from,
            source=source.strip(),
            parts=audit.canonical([asdict(part) for part in parts]),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"version": row.version, "valid_from": str(valid_from), "parts": row.parts}
    audit.write(work, actor, "evaluation:weights", "evaluation_weights", row.id, after=after)
    return row


# ---- reads
def every(work: Work, *, with_demo: bool = True) -> list[Weights]:
    """Return all versions, oldest first."""
    statement = sa.select(EvaluationWeights).order_by(col(EvaluationWeights.version))
    if not with_demo:
        statement = statement.where(col(EvaluationWeights.is_demo).is_(False))
    return [
        Weights(
            version=row.version,
            valid_from=row.valid_from,
            source=row.source,
            parts=tuple(WeightedPart(**part) for part in json.loads(row.parts)),
            is_demo=row.is_demo,
        )
        for row in work.session.execute(statement).scalars()
    ]


def in_force(work: Work, on: date, *, with_demo: bool = True) -> Weights | None:
    """Return the version of a day, None where there is none."""
    found = [one for one in every(work, with_demo=with_demo) if one.valid_from <= on]
    return found[-1] if found else None
