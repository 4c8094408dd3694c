"""Observed: what somebody saw of a condition, and what a second person said of it.

An observation counts once another person has accepted it. Nothing is changed: a wrong one is
withdrawn by a row of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel.db import Id, Instant, Row, Work, strict

LATEST = datetime(9999, 12, 31, tzinfo=UTC)  # known at: all that is recorded


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One observation that was not withdrawn."""

    observation_id: str
    observed_on: date
    value: int  # smallest unit of the metric
    accepted: bool | None  # None: nobody has looked at it yet
    evidence_file_id: str | None
    note: str
    recorded_by: str
    verified_by: str | None


# ---- rows
class Observation(Row, table=True):
    """What somebody saw, with its evidence. A row that only withdraws another has no value."""

    __tablename__ = "observation"
    __table_args__ = strict(
        sa.CheckConstraint("value IS NOT NULL OR voids IS NOT NULL", name="says_something"),
        sa.CheckConstraint("voids IS NULL OR note <> ''", name="void_says_why"),
    )

    condition_id: str = Field(foreign_key="landing_condition.id", sa_type=Id, index=True)
    observed_on: date
    value: int | None = Field(default=None, sa_type=sa.BigInteger)
    evidence_file_id: str | None = Field(default=None, foreign_key="stored_file.id", sa_type=Id)
    note: str = ""
    voids: str | None = Field(default=None, foreign_key="observation.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class ObservationCheck(Row, table=True):
    """A second person's word on an observation; the recorder's name is kept to bar him."""

    __tablename__ = "observation_check"
    __table_args__ = strict(
        sa.UniqueConstraint("observation_id"),
        sa.CheckConstraint("recorded_by <> verified_by", name="second_person"),
        sa.CheckConstraint("accepted OR reason <> ''", name="refusal_says_why"),
    )

    observation_id: str = Field(foreign_key="observation.id", sa_type=Id)
    recorded_by: str = Field(sa_type=Id)
    verified_by: str = Field(sa_type=Id)
    verified_at: datetime = Field(sa_type=Instant)
    accepted: bool
    reason: str = ""
    is_demo: bool = False


# ---- reads
def seen(
    work: Work, condition_ids: Sequence[str], *, known_at: datetime = LATEST
) -> dict[str, list[Seen]]:
    """Return {condition: what was seen and not withdrawn}, in the order of the days.

    A withdrawal of something accepted takes a second person too, or one person could free a
    payment by withdrawing the low value that holds it.
    """
    checked = col(ObservationCheck.observation_id) == col(Observation.id)
    rows = work.rows(
        sa.select(Observation, ObservationCheck)
        .outerjoin(ObservationCheck, checked & (col(ObservationCheck.verified_at) <= known_at))
        .where(
            col(Observation.condition_id).in_(condition_ids),
            col(Observation.recorded_at) <= known_at,
        )
        .order_by(col(Observation.observed_on), col(Observation.id))
    )
    accepted = {row.id: check.accepted if check else None for row, check in rows}
    gone = {row.voids for row, _ in rows if accepted[row.id] or not accepted.get(row.voids)}
    found: dict[str, list[Seen]] = {condition_id: [] for condition_id in condition_ids}
    for row, check in rows:
        if row.value is not None and row.id not in gone:
            found[row.condition_id].append(
                Seen(
                    observation_id=row.id,
                    observed_on=row.observed_on,
                    value=row.value,
                    accepted=accepted[row.id],
                    evidence_file_id=row.evidence_file_id,
                    note=row.note,
                    recorded_by=row.recorded_by,
                    verified_by=check.verified_by if check else None,
                )
            )
    return found
