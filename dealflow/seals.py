"""Seals: every text that was sealed, read against its own hash and against the audit trail.

A sealed row says what it holds and its hash; the audit line written with it says the hash again,
and its mac covers the line before it. Whoever changes one of the three leaves the other two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import col

from dealflow import dispatch
from dealflow.dispatch import DispatchSnapshot
from dealflow.frozen import sha256_of
from dealflow.race_boards import RaceBoard
from portfolio.kernel.audit import AuditLine
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class SealCheck:
    """All sealed texts of one kind, and every fault among them."""

    kind: Message
    texts: int
    findings: tuple[str, ...]


# ---- reads
def check(work: Work) -> list[SealCheck]:
    """Read every sealed half month and every published board; name what does not agree."""
    halves = work.rows(sa.select(col(DispatchSnapshot.id), col(DispatchSnapshot.as_of)))
    boards = work.rows(
        sa.select(
            col(RaceBoard.id),
            col(RaceBoard.code),
            col(RaceBoard.quarter),
            col(RaceBoard.content),
            col(RaceBoard.sha256),
        ).order_by(col(RaceBoard.quarter), col(RaceBoard.code))
    )
    lines = _lines(work, "race:publish")
    return [
        SealCheck(
            kind=say("sealed half months"),
            texts=len(halves),
            findings=(
                *dispatch.verify(work),
                *_gone("half month", _lines(work, "dispatch:seal"), [row[0] for row in halves]),
            ),
        ),
        SealCheck(
            kind=say("published race boards"),
            texts=len(boards),
            findings=(
                *(
                    f"board {code} {quarter}: {fault}"
                    for board_id, code, quarter, content, sha256 in boards
                    for fault in _faults(content, sha256, lines.get(board_id, ""))
                ),
                *_gone("board", lines, [row[0] for row in boards]),
            ),
        ),
    ]


def _lines(work: Work, action: str) -> dict[str, str]:
    """Return {subject: what the audit line says of it} of an act."""
    statement = sa.select(col(AuditLine.subject_id), col(AuditLine.after))
    found = work.rows(statement.where(col(AuditLine.action) == action))
    return {subject_id: after or "" for subject_id, after in found}


def _faults(content: str, sha256: str, said: str) -> list[str]:
    found = []
    if sha256_of(content) != sha256:
        found.append("its text does not have its hash")
    if sha256 not in said:
        found.append("the audit trail has another hash")
    return found


def _gone(what: str, said: Mapping[str, str], there: Sequence[str]) -> list[str]:
    left = set(said) - set(there)
    return [f"{what} {subject_id}: it was sealed and is gone" for subject_id in sorted(left)]
