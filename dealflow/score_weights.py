"""Score weights: how many points each part of an open score brings, as data with a version.

The office changes them by a new version from a day on; a list of an earlier day keeps the weights
it was made with. All weights of a score add up to 100, so a score reads like a percentage.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError

POINTS = 100  # of all parts together


# ---- facts
class Score(StrEnum):
    """What is scored."""

    GAP = "gap"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One version of the weights of a score."""

    score: Score
    version: int
    points: Mapping[str, int]  # part -> points at its most, in the order of the parts
    valid_from: date
    note: str


FIRST: Mapping[Score, Weights] = {
    score: Weights(score=score, version=1, points=points, valid_from=date.min, note="")
    for score, points in (
        (Score.GAP, {"criticality": 50, "dependants": 30, "single_supplier": 20}),
        (
            Score.CANDIDATE,
            {
                "segment": 35,
                "leader": 25,
                "fund_focus": 10,
                "referral": 10,
                "qualification": 10,
                "contact": 10,
            },
        ),
    )
}


# ---- rows
class ScoreWeights(Row, table=True):
    """A version that the office set; `points` is the canonical JSON of {part: points}."""

    __tablename__ = "score_weights"
    __table_args__ = strict(
        sa.UniqueConstraint("score", "version"),
        sa.CheckConstraint("version > 1", name="version_follows_first"),
        sa.CheckConstraint("note <> ''", name="reason_given"),
    )

    score: str = Field(sa_type=one_of(*Score))
    version: int
    points: str
    valid_from: date
    note: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def reweigh(
    work: Work,
    actor: Actor,
    score: Score,
    *,
    points: Mapping[str, int],
    valid_from: date,
    note: str,
    is_demo: bool = False,
) -> ScoreWeights:
    """Record the next version of a score's weights, with the reason.

    points  {part: whole points}, every part of the score, 100 together
    errors  a part too few or too many; below zero; another sum; no reason; not after the last one
    """
    actor.must(Duty.EDIT_DEALS)
    parts = FIRST[score].points
    if set(points) != set(parts) or any(value < 0 for value in points.values()):
        raise DomainError(
            "Each part of the score needs its points, 0 or more.", "Enter every part once."
        )
    if sum(points.values()) != POINTS:
        raise DomainError(
            "The points add up to {total}, not to 100.",
            "Raise or lower some of them until they do.",
            total=sum(points.values()),
        )
    if not note.strip():
        raise DomainError(
            "New weights need their reason.", "Say in one sentence why the office changes them."
        )
    last = versions(work, score)[-1]
    if valid_from <= last.valid_from:
        raise DomainError(
            "Version {version} is in force from {on}.",
            "Let the new one begin on a later day.",
            version=last.version,
            on=last.valid_from,
        )
    row = work.add(
        ScoreWeights(
            score=score.value,
            version=last.version + 1,
            points=json.dumps({code: points[code] for code in parts}),
            valid_from=valid_from,
            note=note.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"score": score, "version": row.version, "points": dict(points), "from": valid_from}
    audit.write(work, actor, "score:reweigh", "score_weights", row.id, after=after)
    return row


# ---- reads
def versions(work: Work, score: Score, *, with_demo: bool = True) -> list[Weights]:
    """Return every version of a score's weights, the built-in first one included, oldest first."""
    statement = (
        sa.select(ScoreWeights)
        .where(col(ScoreWeights.score) == score.value)
        .order_by(col(ScoreWeights.version))
    )
    if not with_demo:
        statement = statement.where(col(ScoreWeights.is_demo).is_(False))
    rows = work.session.execute(statement).scalars()
    return [
        FIRST[score],
        *(
            Weights(
                score=score,
                version=row.version,
                points=json.loads(row.points),
                valid_from=row.valid_from,
                note=row.note,
            )
            for row in rows
        ),
    ]


def in_force(work: Work, as_of: date, score: Score, *, with_demo: bool = True) -> Weights:
    """Return the weights of a day."""
    known = versions(work, score, with_demo=with_demo)
    return [one for one in known if one.valid_from <= as_of][-1]
