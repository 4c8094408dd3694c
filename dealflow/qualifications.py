"""Qualifications: what a firm has been certified as, with certificate and dates.

A "little giant" (专精特新), a champion (单项冠军), a headquarters: each is granted for a time, so
it carries its certificate and counts on the days it is valid.
"""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
class Kind(StrEnum):
    """What was certified."""

    LITTLE_GIANT = "little_giant"  # 国家级专精特新"小巨人"企业
    SPECIALISED = "specialised"  # 省级专精特新中小企业
    CHAMPION = "champion"  # 制造业单项冠军
    HIGH_TECH = "high_tech"  # 高新技术企业
    HEADQUARTERS = "headquarters"


# ---- rows
class Qualification(Row, table=True):
    """One certificate of one firm."""

    __tablename__ = "qualification"
    __table_args__ = strict(
        sa.UniqueConstraint("organisation_id", "kind", "valid_from"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"),
    )

    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Id)
    kind: str = Field(sa_type=one_of(*Kind))
    certificate: str = ""
    valid_from: date
    valid_to: date | None = None
    evidence_file_id: str | None = Field(default=None, foreign_key="stored_file.id", sa_type=Id)
    is_demo: bool = False


# ---- commands
def certify(
    work: Work,
    actor: Actor,
    *,
    organisation_id: str,
    kind: Kind,
    valid_from: date,
    valid_to: date | None = None,
    certificate: str = "",
    evidence_file_id: str | None = None,
    is_demo: bool = False,
) -> Qualification:
    """Record a certificate; a second one of the same kind must begin on another day."""
    actor.must(Duty.EDIT_DEALS)
    if valid_to is not None and valid_to < valid_from:
        raise DomainError(
            "The certificate would end on {end}, before it begins on {start}.",
            "Copy both days from the certificate.",
            end=valid_to,
            start=valid_from,
        )
    same = sa.select(col(Qualification.id)).where(
        col(Qualification.organisation_id) == organisation_id,
        col(Qualification.kind) == kind.value,
        col(Qualification.valid_from) == valid_from,
    )
    if work.scalar(same):
        raise DomainError(
            "This certificate of {on} is recorded already.", "Nothing is left to do.", on=valid_from
        )
    row = work.add(
        Qualification(
            organisation_id=organisation_id,
            kind=kind.value,
            certificate=certificate,
            valid_from=valid_from,
            valid_to=valid_to,
            evidence_file_id=evidence_file_id,
            is_demo=is_demo,
        )
    )
    after = {"kind": kind, "certificate": certificate, "valid_from": valid_from}
    audit.write(work, actor, "firm:certify", "organisation", organisation_id, after=after)
    return row


def take_back(work: Work, actor: Actor, qualification_id: str, *, reason: str) -> None:
    """Take a certificate off that was recorded in error; the audit trail keeps what it said."""
    actor.must(Duty.EDIT_DEALS)
    row = work.session.get(Qualification, qualification_id)
    if row is None:
        raise NotFoundError
    if not reason.strip():
        raise DomainError(
            "Taking a certificate off needs its reason.", "Say in one sentence what was wrong."
        )
    work.session.delete(row)
    work.session.flush()
    before = {
        "kind": row.kind,
        "certificate": row.certificate,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "evidence": row.evidence_file_id,
    }
    after = {"reason": reason.strip()}
    audit.write(
        work, actor, "firm:certify", "organisation", row.organisation_id, before=before, after=after
    )


# ---- reads
def valid(work: Work, as_of: date, *, with_demo: bool = True) -> dict[str, list[Kind]]:
    """Return {firm: what it is certified as} on a day."""
    statement = (
        sa.select(col(Qualification.organisation_id), col(Qualification.kind))
        .where(
            col(Qualification.valid_from) <= as_of,
            col(Qualification.valid_to).is_(None) | (col(Qualification.valid_to) >= as_of),
        )
        .order_by(col(Qualification.organisation_id), col(Qualification.kind))
    )
    if not with_demo:
        statement = statement.where(col(Qualification.is_demo).is_(False))
    found: dict[str, list[Kind]] = {}
    for organisation_id, kind in work.rows(statement):
        found.setdefault(organisation_id, []).append(Kind(kind))
    return found


def of_firm(work: Work, organisation_id: str, *, with_demo: bool = True) -> list[Qualification]:
    """Return the certificates of a firm, the newest first, those that ran out included."""
    statement = (
        sa.select(Qualification)
        .where(col(Qualification.organisation_id) == organisation_id)
        .order_by(col(Qualification.valid_from).desc(), col(Qualification.kind))
    )
    if not with_demo:
        statement = statement.where(col(Qualification.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())
