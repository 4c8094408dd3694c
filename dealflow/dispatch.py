"""Dispatch 每半月调度: on the 1st and the 16th the half month is sealed, and two are compared.

A sealed half month is one row that the database refuses to change. Its sha256 stands in the row
and in the audit line written with it, so neither can be put right behind the other's back. What is
recorded later about an earlier day never changes it: it shows as restated (restatement.py).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import freezing, frozen
from dealflow.frozen import FrozenHalf
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.audit import AuditLine
from portfolio.kernel.db import Id, Instant, Row, Work, new_id, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from valuation.periods import HalfMonth

A_DAY = timedelta(days=1)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One sealed half month, without its content."""

    snapshot_id: str
    seq: int
    as_of: date
    sha256: str
    sealed_by: str
    sealed_at: datetime
    audit_seq: int
    is_demo: bool

    @property
    def label(self) -> str:
        """Its name in the year, such as S20."""
        return frozen.label(self.as_of)


# ---- rows
class DispatchSnapshot(Row, table=True):
    """A half month as it was sealed: `content` is the canonical text whose hash is `sha256`."""

    __tablename__ = "dispatch_snapshot"
    __table_args__ = strict(
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("as_of"),
        sa.CheckConstraint("seq > 0", name="seq_positive"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_whole"),
    )

    seq: int
    as_of: date
    content: str
    sha256: str
    sealed_by: str = Field(sa_type=Id)
    sealed_by_name: str
    recorded_at: datetime = Field(sa_type=Instant)
    audit_seq: int = Field(sa_type=sa.BigInteger)
    audit_mac: str
    is_demo: bool = False


# ---- commands
def seal(work: Work, actor: Actor, *, as_of: date) -> Sealed:
    """Seal the half month that ends on `as_of`.

    errors  not the end of a half month; not over yet; sealed already; before the last sealed one
    """
    actor.must(Duty.SEAL_HALF_MONTHS)
    half = HalfMonth.containing(as_of)
    if as_of != half.end:
        raise DomainError(
            "{as_of} does not end a half month.",
            "Choose the 15th or the last day of a month, such as {end}.",
            as_of=as_of,
            end=half.end,
        )
    if as_of >= work.today():
        raise DomainError(
            "The half month up to {as_of} is not over yet.",
            "Seal it from {next} on.",
            as_of=as_of,
            next=as_of + A_DAY,
        )
    last = latest(work)
    if last is not None and as_of <= last.as_of:
        raise DomainError(
            "The half month up to {as_of} is closed: {label} was sealed on {sealed}.",
            "Nothing is sealed twice; what was recorded since shows as restated.",
            as_of=as_of,
            label=f"{last.label} ({last.as_of})",
            sealed=last.sealed_at.date(),
        )
    half_month = freezing.freeze(work, as_of, since=last.as_of if last else half.start - A_DAY)
    text = frozen.text_of(half_month)
    sha256, snapshot_id = frozen.sha256_of(text), new_id()
    seq = last.seq + 1 if last else 1
    after = {"seq": seq, "as_of": as_of, "sha256": sha256, "projects": len(half_month.projects)}
    line = audit.write(work, actor, "dispatch:seal", "dispatch", snapshot_id, after=after)
    row = work.add(
        DispatchSnapshot(
            id=snapshot_id,
            seq=seq,
            as_of=as_of,
            content=text,
            sha256=sha256,
            sealed_by=actor.id,
            sealed_by_name=actor.name,
            recorded_at=work.recorded_at,
            audit_seq=line.seq,
            audit_mac=line.mac,
            is_demo=any(one.is_demo or one.is_told for one in half_month.projects),
        )
    )
    return _sealed(row)


# ---- reads
def _sealed(row: DispatchSnapshot) -> Sealed:
    return Sealed(
        snapshot_id=row.id,
        seq=row.seq,
        as_of=row.as_of,
        sha256=row.sha256,
        sealed_by=row.sealed_by_name,
        sealed_at=row.recorded_at,
        audit_seq=row.audit_seq,
        is_demo=row.is_demo,
    )


def sealed(work: Work, *, until: date | None = None) -> list[Sealed]:
    """Return the sealed half months, newest first."""
    statement = sa.select(DispatchSnapshot).order_by(col(DispatchSnapshot.as_of).desc())
    if until is not None:
        statement = statement.where(col(DispatchSnapshot.as_of) <= until)
    return [_sealed(row) for row in work.session.execute(statement).scalars()]


def latest(work: Work, *, until: date | None = None) -> Sealed | None:
    """Return the last sealed half month, None before the first."""
    found = sealed(work, until=until)
    return found[0] if found else None


def is_sealed(work: Work, on: date) -> bool:
    """Say whether the half month that ends on this day is sealed: asked by the quarter's close."""
    return bool(
        work.scalar(sa.select(col(DispatchSnapshot.id)).where(col(DispatchSnapshot.as_of) == on))
    )


def refuse_silence(work: Work, on: date, note: str) -> None:
    """Refuse a day of a sealed half month unless a note says why it comes late.

    The half month itself is never changed: what comes late is shown beside it (restatement.py).
    """
    last = latest(work)
    if last is not None and on <= last.as_of and not note.strip():
        raise DomainError(
            "{on} lies in a half month that is sealed.",
            "Say in the note why it comes late; the half month will show it as restated.",
            on=on,
        )


def to_seal(work: Work, today: date) -> date | None:
    """Return the end of the newest half month that is over and not sealed, None where all are."""
    end = HalfMonth.containing(today).previous.end
    last = latest(work)
    return end if last is None or last.as_of < end else None


def content(work: Work, as_of: date) -> FrozenHalf:
    """Return a sealed half month; refused where its text is not the one that was sealed."""
    row: DispatchSnapshot | None = work.session.execute(
        sa.select(DispatchSnapshot).where(col(DispatchSnapshot.as_of) == as_of)
    ).scalar()
    if row is None:
        raise NotFoundError
    if faults := _faults(work, row):
        raise DomainError(
            "The sealed half month up to {as_of} was tampered with: {fault}.",
            "Restore the backup, and tell the auditor.",
            as_of=as_of,
            fault=faults[0],
        )
    return frozen.read(row.content)


def _faults(work: Work, row: DispatchSnapshot) -> list[str]:
    found = []
    if frozen.sha256_of(row.content) != row.sha256:
        found.append("its text does not have its hash")
    line: AuditLine | None = work.session.execute(
        sa.select(AuditLine).where(col(AuditLine.seq) == row.audit_seq)
    ).scalar()
    if line is None or line.mac != row.audit_mac or row.sha256 not in (line.after or ""):
        found.append("the audit trail has another hash")
    return found


def verify(work: Work) -> list[str]:
    """Read every sealed half month against its hash and the audit trail; return every fault."""
    rows = work.session.execute(
        sa.select(DispatchSnapshot).order_by(col(DispatchSnapshot.seq))
    ).scalars()
    found = []
    for number, row in enumerate(rows, start=1):
        if row.seq != number:
            found.append(f"snapshot {number} is missing")
        found += [f"snapshot {row.seq}: {fault}" for fault in _faults(work, row)]
    return found
