"""Dossier: what stands behind one project. Its evidence, its payments, its events, its trail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from dealflow.agreements import Agreement
from dealflow.clause_opinions import ClauseOpinion
from dealflow.conditions import Condition, Waiver
from dealflow.evaluation_entries import EvaluationEntry
from dealflow.external_figures import ExternalFigure
from dealflow.landings import Arrival, ArrivalCheck
from dealflow.observed import Observation, ObservationCheck
from dealflow.payout_book import PayoutPayment
from dealflow.qualifications import Qualification
from dealflow.reinvestment import ReinvestmentClaim
from dealflow.stages import Milestone
from dealflow.supply import SupplyLink
from portfolio import tranches
from portfolio.kernel.actors import Account
from portfolio.kernel.audit import AuditLine
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.kernel.files import StoredFile
from portfolio.ledger import LedgerTransaction
from portfolio.tranches import Tranche

LINES_A_TRAIL = 200


# ---- facts
class EvidenceFor(StrEnum):
    """What a file was handed in for."""

    AGREEMENT = "agreement"
    MILESTONE = "milestone"
    CONDITION = "condition"
    ARRIVAL = "arrival"
    WAIVER = "waiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLine:
    """One file, what it shows, and whether a second person accepted it."""

    file_id: str
    name: str
    media_type: str
    bytes: int
    sha256: str
    recorded_at: datetime
    recorded_by: str
    shows: EvidenceFor
    subject: str  # stage, "C5 …", kind of money, title: in the words of the row
    accepted: bool | None  # None: nobody has checked it, or nobody has to
    needs_check: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """A payment of a tranche or its reversal, as the ledger holds it."""

    transaction_id: str
    seq: int
    effective_date: date
    recorded_at: datetime
    recorded_by: str
    tranche_id: str
    tranche_no: int
    amount_fen: int  # below zero: a reversal
    memo: str
    is_reversal: bool
    is_reversed: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailLine:
    """One line of the audit trail that speaks of the project."""

    seq: int
    at: datetime
    actor_name: str
    ip: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


# ---- reads
def _files(project_id: str) -> dict[EvidenceFor, sa.SelectBase]:
    """Return, by what they show, selects of (file, subject, part, accepted, needs check, demo)."""
    own = col(Agreement.project_id) == project_id
    unchecked, nothing = sa.null(), sa.literal("")
    return {
        EvidenceFor.AGREEMENT: sa.select(
            col(Agreement.file_id), col(Agreement.title), nothing, unchecked, sa.false()
        ).where(own),
        EvidenceFor.MILESTONE: sa.select(
            col(Milestone.evidence_file_id), col(Milestone.stage), nothing, unchecked, sa.false()
        )
        .where(col(Milestone.project_id) == project_id)
        .union_all(
            sa.select(
                col(Milestone.photo_file_id), col(Milestone.stage), nothing, unchecked, sa.false()
            ).where(col(Milestone.project_id) == project_id)
        ),
        EvidenceFor.CONDITION: sa.select(
            col(Observation.evidence_file_id),
            col(Condition.name),
            col(Condition.no),
            col(ObservationCheck.accepted),
            sa.true(),
        )
        .join(Condition, col(Condition.id) == col(Observation.condition_id))
        .join(Agreement, col(Agreement.id) == col(Condition.agreement_id))
        .outerjoin(ObservationCheck, col(ObservationCheck.observation_id) == col(Observation.id))
        .where(own),
        EvidenceFor.ARRIVAL: sa.select(
            col(Arrival.evidence_file_id),
            col(Arrival.kind),
            nothing,
            col(ArrivalCheck.accepted),
            sa.true(),
        )
        .outerjoin(ArrivalCheck, col(ArrivalCheck.arrival_id) == col(Arrival.id))
        .where(col(Arrival.project_id) == project_id),
        EvidenceFor.WAIVER: sa.select(
            col(Waiver.resolution_file_id),
            col(Condition.name),
            col(Condition.no),
            unchecked,
            sa.false(),
        )
        .join(Condition, col(Condition.id) == col(Waiver.condition_id))
        .join(Agreement, col(Agreement.id) == col(Condition.agreement_id))
        .where(own),
    }


def evidence(work: Work, project_id: str) -> list[EvidenceLine]:
    """Return the files of a project, newest first."""
    claims = [
        (shows, *row)
        for shows, statement in _files(project_id).items()
        for row in work.rows(statement)
        if row[0] is not None
    ]
    rows = work.rows(
        sa.select(StoredFile, col(Account.name))
        .outerjoin(Account, col(Account.id) == col(StoredFile.recorded_by))
        .where(col(StoredFile.id).in_({file_id for _, file_id, *_ in claims}))
    )
    files = {file.id: (file, name or "") for file, name in rows}
    lines = [
        EvidenceLine(
            file_id=file_id,
            name=files[file_id][0].name,
            media_type=files[file_id][0].media_type,
            bytes=files[file_id][0].bytes,
            sha256=files[file_id][0].sha256,
            recorded_at=files[file_id][0].recorded_at,
            recorded_by=files[file_id][1],
            shows=shows,
            subject=f"C{no} {subject}" if no else subject,
            accepted=accepted,
            needs_check=bool(needs_check),
            is_demo=files[file_id][0].is_demo,
        )
        for shows, file_id, subject, no, accepted, needs_check in claims
    ]
    return sorted(lines, key=lambda line: (line.recorded_at, line.file_id), reverse=True)


def evidence_file(work: Work, file_id: str) -> StoredFile:
    """Return a file if it is evidence; a workbook or a report is not to be had this way."""
    places = (
        col(Agreement.file_id),
        col(Milestone.evidence_file_id),
        col(Milestone.photo_file_id),
        col(Observation.evidence_file_id),
        col(Arrival.evidence_file_id),
        col(Waiver.resolution_file_id),
        col(PayoutPayment.voucher_file_id),
        col(ReinvestmentClaim.evidence_file_id),
        col(ClauseOpinion.file_id),
        col(EvaluationEntry.file_id),
        col(ExternalFigure.file_id),
        col(SupplyLink.evidence_file_id),
        col(Qualification.evidence_file_id),
    )
    used = sa.or_(*(sa.exists(sa.select(sa.literal(1)).where(p == file_id)) for p in places))
    file = work.session.get(StoredFile, file_id)
    if file is None or not work.scalar(sa.select(used)):
        raise NotFoundError
    return file


def ledger_lines(work: Work, as_of: date, project_id: str) -> list[LedgerLine]:
    """Return every payment of the project's tranches and every reversal, newest first."""
    undone = aliased(LedgerTransaction)
    invested = sa.select(col(Agreement.investment_id)).where(
        col(Agreement.project_id) == project_id, col(Agreement.investment_id).is_not(None)
    )
    rows = work.rows(
        sa.select(
            LedgerTransaction, col(Tranche.no), col(Tranche.agreed_fen), col(undone.id), Account
        )
        .join(Tranche, col(Tranche.id) == col(LedgerTransaction.subject_id))
        .outerjoin(undone, col(undone.supersedes) == col(LedgerTransaction.id))
        .outerjoin(Account, col(Account.id) == col(LedgerTransaction.recorded_by))
        .where(
            col(Tranche.investment_id).in_(invested),
            col(LedgerTransaction.tag).in_((tranches.TAG, f"{tranches.TAG}:reverse")),
            col(LedgerTransaction.effective_date) <= as_of,
        )
        .order_by(col(LedgerTransaction.seq).desc())
    )
    return [
        LedgerLine(
            transaction_id=row.id,
            seq=row.seq,
            effective_date=row.effective_date,
            recorded_at=row.recorded_at,
            recorded_by=account.name if account else "",
            tranche_id=row.subject_id,
            tranche_no=no,
            amount_fen=-agreed_fen if row.supersedes else agreed_fen,
            memo=row.memo,
            is_reversal=row.supersedes is not None,
            is_reversed=undone_id is not None,
            is_demo=row.is_demo,
        )
        for row, no, agreed_fen, undone_id, account in rows
    ]


def trail(work: Work, project_id: str) -> list[TrailLine]:
    """Return the newest lines of the audit trail on a project and all that belongs to it."""
    papers = sa.select(col(Agreement.id)).where(col(Agreement.project_id) == project_id)
    promised = sa.select(col(Condition.id)).where(col(Condition.agreement_id).in_(papers))
    seen = sa.select(col(Observation.id)).where(col(Observation.condition_id).in_(promised))
    invested = sa.select(col(Agreement.investment_id)).where(
        col(Agreement.project_id) == project_id, col(Agreement.investment_id).is_not(None)
    )
    steps = sa.select(col(Tranche.id)).where(col(Tranche.investment_id).in_(invested))
    booked = sa.select(col(LedgerTransaction.id)).where(
        col(LedgerTransaction.subject_id).in_(steps)
    )
    kinds = {
        "agreement": papers,
        "condition": promised,
        "observation": seen,
        "tranche": steps,
        "transaction": booked,
    }
    # the trail speaks of many kinds of things, so there the id is text
    about = sa.or_(
        sa.and_(col(AuditLine.subject_kind) == "project", col(AuditLine.subject_id) == project_id),
        *(
            sa.and_(
                col(AuditLine.subject_kind) == kind,
                col(AuditLine.subject_id).in_(
                    sa.select(sa.cast(ids.selected_columns[0], sa.String))
                ),
            )
            for kind, ids in kinds.items()
        ),
    )
    rows = work.session.execute(
        sa.select(AuditLine).where(about).order_by(col(AuditLine.seq).desc()).limit(LINES_A_TRAIL)
    ).scalars()
    return [
        TrailLine(
            seq=row.seq,
            at=row.at,
            actor_name=row.actor_name,
            ip=row.ip,
            action=row.action,
            before=json.loads(row.before) if row.before else None,
            after=json.loads(row.after) if row.after else None,
        )
        for row in rows
    ]


def names(work: Work, account_ids: set[str]) -> dict[str, str]:
    """Return {account: name} of the people who recorded and checked."""
    return dict(
        work.rows(
            sa.select(col(Account.id), col(Account.name)).where(col(Account.id).in_(account_ids))
        )
    )
