"""Runs: a form that is sent twice has one effect.

The form carries a key that was made with it. Key, hash of what was sent and answer share one
transaction with the effect: the same key with the same body gives the same answer again, with
another body it is refused.
"""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Field

from portfolio.kernel.audit import canonical
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError


class Run(Row, table=True):
    """A form that took effect; its id is the form's key."""

    __tablename__ = "run"
    __table_args__ = strict()

    body_sha256: str
    actor_id: str = Field(sa_type=Id)
    answer: str
    recorded_at: datetime = Field(sa_type=Instant)


def body_digest(path: str, body: Mapping[str, Any]) -> str:
    """Return the hash of what a form sent, wherever it was sent to."""
    return hashlib.sha256((path + canonical(body)).encode()).hexdigest()


def bytes_digest(content: bytes) -> str:
    """Return the hash of an uploaded file, as part of a form's body."""
    return hashlib.sha256(content).hexdigest()


def as_id(key: str) -> str:
    """Return the id of a form's key; any text a browser sends becomes one."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, key))


def earlier(work: Work, *, key: str, digest: str, actor_id: str) -> Run | None:
    """Return the run that this key already had, None for a new key, or refuse another body."""
    run = work.session.get(Run, key)
    if run is None:
        return None
    if run.body_sha256 != digest or run.actor_id != actor_id:
        raise DomainError(
            "This form was already sent with other contents.",
            "Open the form again: what was booked the first time is shown there.",
        )
    return run


def remember(work: Work, *, key: str, digest: str, actor_id: str, answer: str) -> Run:
    """Keep the answer together with the effect."""
    return work.add(
        Run(
            id=key,
            body_sha256=digest,
            actor_id=actor_id,
            answer=answer,
            recorded_at=work.recorded_at,
        )
    )
