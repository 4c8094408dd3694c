"""Issued reports: what each partner was told when an edition was locked, provably unchanged.

The facts are kept as canonical JSON with their SHA-256; the line of the audit trail that names all
of them anchors the lock. Whoever prepared or wrote an edition does not lock it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import editions, funds, locks
from portfolio.commitments import Partner
from portfolio.editions import ReportEdition, ReportLock, State
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.prose import ReportProse
from valuation.periods import Quarter


# ---- rows
class IssuedReport(Row, table=True):
    """What one partner was told: the facts as canonical JSON, and their fingerprint."""

    __tablename__ = "issued_report"
    __table_args__ = strict(sa.UniqueConstraint("edition_id", "partner_id"))

    edition_id: str = Field(foreign_key="report_edition.id", sa_type=Id)
    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    facts: str
    sha256: str
    is_demo: bool = False


# ---- commands
def lock(
    work: Work,
    actor: Actor,
    edition_id: str,
    *,
    facts: Mapping[str, str],
    known_seq: int,
    known_at: datetime,
) -> ReportLock:
    """Lock a reviewed edition with what it says to each partner; nothing of it changes any more.

    facts   {partner: canonical JSON}, for every partner of the fund
    errors  not under review; the reviewer prepared or wrote it; the quarter's books are open
    """
    edition = refuse_lock(work, actor, edition_id)
    expected = set(partner_ids(work, edition.fund_id))
    assert set(facts) == expected, "a report for every partner, and for nobody else"
    digests = {}
    for partner_id, text in facts.items():
        digests[partner_id] = hashlib.sha256(text.encode()).hexdigest()
        work.add(
            IssuedReport(
                edition_id=edition.id,
                partner_id=partner_id,
                facts=text,
                sha256=digests[partner_id],
                is_demo=edition.is_demo,
            )
        )
    line = audit.write(
        work,
        actor,
        "report:lock",
        "report_edition",
        edition.id,
        after={"number": edition.number, "known_seq": known_seq, "sha256": digests},
    )
    return work.add(
        ReportLock(
            edition_id=edition.id,
            prepared_by=edition.prepared_by,
            locked_by=actor.id,
            known_seq=known_seq,
            known_at=known_at,
            audit_seq=line.seq,
            audit_mac=line.mac,
        )
    )


def refuse_lock(work: Work, actor: Actor, edition_id: str) -> ReportEdition:
    """Return the edition if this person may lock it now, else refuse."""
    actor.must(Duty.LOCK_REPORTS)
    edition = editions.in_state(work, actor, edition_id, State.REVIEW)
    if actor.id in {edition.prepared_by, *_writers(work, edition_id)}:
        raise DomainError(
            "Whoever prepared or wrote a report does not review it.",
            "Ask a colleague to read and lock it.",
        )
    if not locks.is_locked(work, edition.fund_id, edition.ends_on):
        raise DomainError(
            "The books of {quarter} are not closed.",
            "Close the quarter first; then its report can be locked.",
            quarter=str(edition.quarter),
        )
    return edition


def _writers(work: Work, edition_id: str) -> set[str]:
    statement = sa.select(col(ReportProse.recorded_by)).where(
        col(ReportProse.edition_id) == edition_id
    )
    return {row[0] for row in work.rows(statement)}


# ---- reads
def partner_ids(work: Work, fund_id: str) -> list[str]:
    """Return the partners a report goes to: everyone ever admitted, also one who has left."""
    statement = sa.select(col(Partner.id)).where(col(Partner.fund_id) == fund_id)
    return [row[0] for row in work.rows(statement.order_by(col(Partner.id)))]


def find(
    work: Work, actor: Actor, *, fund_id: str, quarter: Quarter, partner_id: str, number: int = 0
) -> tuple[ReportEdition, ReportLock, IssuedReport]:
    """Return what a partner was told by an edition, the newest locked one by default.

    errors  not found, alike for what is not there and for what this person may not see
    """
    statement = (
        sa.select(ReportEdition, ReportLock, IssuedReport)
        .join(ReportLock, col(ReportLock.edition_id) == col(ReportEdition.id))
        .join(IssuedReport, col(IssuedReport.edition_id) == col(ReportEdition.id))
        .where(
            col(ReportEdition.fund_id) == fund_id,
            col(ReportEdition.ends_on) == quarter.end,
            col(IssuedReport.partner_id) == partner_id,
            col(IssuedReport.partner_id).in_(funds.visible_partners(actor, fund_id)),
        )
        .order_by(col(ReportEdition.number).desc())
    )
    if number:
        statement = statement.where(col(ReportEdition.number) == number)
    found = work.session.execute(statement).first()
    if found is None:
        raise NotFoundError
    edition, lock_, report = found
    if hashlib.sha256(report.facts.encode()).hexdigest() != report.sha256:
        raise DomainError(
            "The facts of this report are not those that were locked: their hash differs.",
            "Tell the administrator; restore the database from the backup.",
        )
    return edition, lock_, report


def locked_numbers(
    work: Work, fund_ids: Sequence[str]
) -> dict[tuple[str, Quarter], list[tuple[ReportEdition, ReportLock]]]:
    """Return {(fund, quarter): its locked editions, newest first} for a list of reports."""
    rows = work.session.execute(
        sa.select(ReportEdition, ReportLock)
        .join(ReportLock, col(ReportLock.edition_id) == col(ReportEdition.id))
        .where(col(ReportEdition.fund_id).in_(fund_ids))
        .order_by(col(ReportEdition.number).desc())
    )
    found: dict[tuple[str, Quarter], list[tuple[ReportEdition, ReportLock]]] = {}
    for edition, lock_ in rows:
        found.setdefault((edition.fund_id, edition.quarter), []).append((edition, lock_))
    return found
