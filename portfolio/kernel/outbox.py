"""Outbox: letters that are to leave the house, kept until a mail server has taken them.

A letter is written once for a day and a recipient. Every attempt to send it is a row, so a failure
is known with its reason and the next run tries again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel.db import Id, Instant, Row, Work, strict


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class LetterState:
    """A letter and what became of it."""

    letter_id: str
    day: date
    recipient: str
    subject: str
    text: str
    written_at: datetime
    attempts: int
    last_problem: str  # empty if it is sent, or was never tried
    is_sent: bool


# ---- rows
class Letter(Row, table=True):
    """What is to be sent."""

    __tablename__ = "letter"
    __table_args__ = strict(
        sa.UniqueConstraint("day", "recipient"),
        sa.CheckConstraint("recipient <> ''", name="addressed"),
    )

    day: date
    recipient: str
    subject: str
    text: str
    recorded_at: datetime = Field(sa_type=Instant)


class LetterAttempt(Row, table=True):
    """One attempt: the server took it, or why it did not."""

    __tablename__ = "letter_attempt"
    __table_args__ = strict(sa.CheckConstraint("is_sent = (problem = '')", name="failure_says_why"))

    letter_id: str = Field(foreign_key="letter.id", sa_type=Id, index=True)
    is_sent: bool
    problem: str = ""
    recorded_at: datetime = Field(sa_type=Instant)


# ---- commands
def write(work: Work, recipients: Sequence[str], *, day: date, subject: str, text: str) -> int:
    """Put a day's letter into the outbox for each recipient who has none yet; return how many."""
    known = {
        one for (one,) in work.rows(sa.select(col(Letter.recipient)).where(col(Letter.day) == day))
    }
    new = [one for one in dict.fromkeys(recipients) if one not in known]
    for recipient in new:
        work.add(
            Letter(
                day=day,
                recipient=recipient,
                subject=subject,
                text=text,
                recorded_at=work.recorded_at,
            )
        )
    return len(new)


def note(work: Work, letter_id: str, *, problem: str = "") -> LetterAttempt:
    """Record an attempt; without a problem the letter is sent and is never tried again."""
    return work.add(
        LetterAttempt(
            letter_id=letter_id,
            is_sent=not problem,
            problem=problem,
            recorded_at=work.recorded_at,
        )
    )


# ---- reads
def letters(work: Work, since: date) -> list[LetterState]:
    """Return the letters of the days from `since` on, oldest first."""
    rows = work.session.execute(
        sa.select(Letter)
        .where(col(Letter.day) >= since)
        .order_by(col(Letter.day), col(Letter.recipient))
    ).scalars()
    written = list(rows)
    tried: dict[str, list[LetterAttempt]] = {}
    for one in work.session.execute(
        sa.select(LetterAttempt)
        .where(col(LetterAttempt.letter_id).in_([row.id for row in written]))
        .order_by(col(LetterAttempt.recorded_at), col(LetterAttempt.id))
    ).scalars():
        tried.setdefault(one.letter_id, []).append(one)
    return [_state(row, tried.get(row.id, [])) for row in written]


def _state(row: Letter, tried: Sequence[LetterAttempt]) -> LetterState:
    is_sent = any(one.is_sent for one in tried)
    return LetterState(
        letter_id=row.id,
        day=row.day,
        recipient=row.recipient,
        subject=row.subject,
        text=row.text,
        written_at=row.recorded_at,
        attempts=len(tried),
        last_problem="" if is_sent or not tried else tried[-1].problem,
        is_sent=is_sent,
    )
