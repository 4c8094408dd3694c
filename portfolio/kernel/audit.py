"""The audit trail: one line per change, chained with a keyed hash whose key is not in the database.

Each line's mac covers the mac before it, so a line that is changed, removed or slipped in breaks
the chain from there on. Source of the scheme: Schneier and Kelsey (1999), ACM TISSEC 2(2).
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel.db import Id, Instant, Row, Work, strict

ALGORITHM = "HMAC-SHA256"
GENESIS = "0" * 64
KEY_BYTES = 32


class Person(Protocol):
    """All that a line needs of its author."""

    @property
    def id(self) -> str:
        """The account."""

    @property
    def name(self) -> str:
        """As written in the trail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFinding:
    """Where the chain breaks and how."""

    seq: int
    what: str


# ---- rules
def canonical(value: Any) -> str:
    """Write JSON one way only, so that the same facts give the same hash everywhere."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_text
    )


def _text(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def mac(key: bytes, previous: str, body: Mapping[str, Any]) -> str:
    """Return the mac of a line: keyed hash over the line before and this line's facts."""
    return hmac.new(key, (previous + canonical(body)).encode(), hashlib.sha256).hexdigest()


def load_key(folder: Path) -> bytes:
    """Read the key from LIANJI_AUDIT_KEY (hex) or a file only we may read; make it once."""
    if given := os.environ.get("LIANJI_AUDIT_KEY"):
        return bytes.fromhex(given)
    path = folder / "audit.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(os.urandom(KEY_BYTES).hex())
    return bytes.fromhex(path.read_text().strip())


# ---- rows
class AuditLine(Row, table=True):
    """Who did what, when, from where, before and after."""

    __tablename__ = "audit_line"
    __table_args__ = strict(
        sa.UniqueConstraint("seq"), sa.Index("ix_audit_line_subject", "subject_kind", "subject_id")
    )

    seq: int = Field(sa_type=sa.BigInteger)
    at: datetime = Field(sa_type=Instant)
    actor_id: str = Field(sa_type=Id, index=True)
    actor_name: str
    ip: str
    request_id: str
    action: str
    subject_kind: str
    subject_id: str
    before: str | None = None
    after: str | None = None
    algorithm: str
    previous_mac: str
    mac: str


# ---- commands
_key: dict[str, bytes] = {}


def use_key(key: bytes) -> None:
    """Give the process its key; without one no line, and so no change, can be written."""
    _key["key"] = key


def write(
    work: Work,
    actor: Person,
    action: str,
    subject_kind: str,
    subject_id: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditLine:
    """Add a line in the same transaction as the change it speaks of."""
    last = work.session.execute(
        sa.select(col(AuditLine.seq), col(AuditLine.mac))
        .order_by(col(AuditLine.seq).desc())
        .limit(1)
    ).first()
    seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    line = AuditLine(
        seq=seq,
        at=work.recorded_at.astimezone(UTC),  # as it reads back: the mac covers its text
        actor_id=actor.id,
        actor_name=actor.name,
        ip=work.ip,
        request_id=work.request_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        before=canonical(before) if before is not None else None,
        after=canonical(after) if after is not None else None,
        algorithm=ALGORITHM,
        previous_mac=previous,
        mac="",
    )
    line.mac = mac(_key["key"], previous, _body(line))
    return work.add(line)


def _body(line: Any) -> dict[str, Any]:
    return {
        "seq": line.seq,
        "at": line.at.isoformat(),
        "actor_id": line.actor_id,
        "actor_name": line.actor_name,
        "ip": line.ip,
        "request_id": line.request_id,
        "action": line.action,
        "subject": [line.subject_kind, line.subject_id],
        "before": line.before,
        "after": line.after,
        "algorithm": line.algorithm,
    }


def verify(work: Work) -> tuple[int, list[ChainFinding]]:
    """Read the whole chain; return how many lines there are and every place where it breaks."""
    findings: list[ChainFinding] = []
    previous, count = GENESIS, 0
    table = AuditLine.__table__  # type: ignore[attr-defined]
    for line in work.session.execute(sa.select(table).order_by(table.c.seq)):
        count += 1
        if line.seq != count:
            findings.append(ChainFinding(seq=line.seq, what=f"line {count} is missing"))
            count = line.seq
        if line.previous_mac != previous:
            findings.append(ChainFinding(seq=line.seq, what="does not follow the line before it"))
        if not hmac.compare_digest(line.mac, mac(_key["key"], line.previous_mac, _body(line))):
            findings.append(ChainFinding(seq=line.seq, what="was changed after it was written"))
        previous = line.mac
    return count, findings
