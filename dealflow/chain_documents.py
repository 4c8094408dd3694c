"""Chain documents: the versions of a chain's plan (一案) and of its policy set (一策).

A version is a file with the day from which it holds. A second person accepts or returns it; it is
never edited: what changes is a new version, and the old one stays readable with all it said.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from dealflow.chains import Chain
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Account, Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.files import StoredFile


# ---- facts
class Document(StrEnum):
    """What a version is a version of."""

    PLAN = "plan"
    POLICY_SET = "policy_set"


class Standing(StrEnum):
    """How far a version has come on a day."""

    WAITING = "waiting"  # for a second person
    RETURNED = "returned"
    TO_COME = "to_come"  # accepted, its first day is ahead
    IN_FORCE = "in_force"
    REPLACED = "replaced"  # a later version holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a document as it stands on a day."""

    document_id: str
    chain_id: str
    number: int
    title: str
    title_en: str
    valid_from: date
    standing: Standing
    uploaded_by: str
    uploaded_by_name: str
    handed_in_on: date
    decided_by_name: str
    decided_on: date | None
    reason: str  # why it was returned
    file_id: str
    file_name: str
    sha256: str
    is_demo: bool


# ---- rows
class ChainDocument(Row, table=True):
    """A version as it was handed in."""

    __tablename__ = "chain_document"
    __table_args__ = strict(
        sa.UniqueConstraint("chain_id", "kind", "number"),
        sa.CheckConstraint("title <> ''", name="titled"),
        sa.CheckConstraint("number > 0", name="number_positive"),
    )

    chain_id: str = Field(foreign_key="chain.id", sa_type=Id)
    kind: str = Field(sa_type=one_of(*Document))
    number: int
    title: str
    title_en: str = ""
    valid_from: date
    handed_in_on: date
    file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class DocumentDecision(Row, table=True):
    """A second person's word on a version; there is one."""

    __tablename__ = "document_decision"
    __table_args__ = strict(
        sa.UniqueConstraint("document_id"),
        sa.CheckConstraint("decided_by <> uploaded_by", name="two_persons"),
        sa.CheckConstraint("accepted OR reason <> ''", name="returned_with_reason"),
    )

    document_id: str = Field(foreign_key="chain_document.id", sa_type=Id)
    uploaded_by: str = Field(sa_type=Id)
    decided_by: str = Field(sa_type=Id)
    decided_on: date
    decided_at: datetime = Field(sa_type=Instant)
    accepted: bool
    reason: str = ""
    is_demo: bool = False


# ---- commands
def hand_in(
    work: Work,
    actor: Actor,
    *,
    chain_id: str,
    kind: Document,
    title: str,
    valid_from: date,
    file_id: str | None,
    title_en: str = "",
    is_demo: bool = False,
) -> ChainDocument:
    """Record the next version; chain_plans.py and policy_sets.py add what it says.

    errors  no title, no file, a first day before that of the version accepted last
    """
    actor.must(Duty.EDIT_DEALS)
    if work.session.get(Chain, chain_id) is None:
        raise NotFoundError
    if not title.strip():
        raise DomainError("The document has no title.", "Enter the title on its first page.")
    if file_id is None:
        raise DomainError("A version is its paper.", "Choose the file of this version.")
    files.get(work, file_id)
    last, accepted_from = _last(work, chain_id, kind)
    if accepted_from is not None and valid_from < accepted_from:
        raise DomainError(
            "The version accepted last holds from {on}.",
            "Let the new version begin on that day or later.",
            on=accepted_from,
        )
    row = work.add(
        ChainDocument(
            chain_id=chain_id,
            kind=kind.value,
            number=last + 1,
            title=title.strip(),
            title_en=title_en.strip(),
            valid_from=valid_from,
            handed_in_on=work.today(),
            file_id=file_id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"kind": kind, "number": row.number, "title": row.title, "valid_from": valid_from}
    audit.write(work, actor, "chain:document", "chain", chain_id, after=after)
    return row


def decide(
    work: Work, actor: Actor, document_id: str, *, accepted: bool, reason: str = ""
) -> DocumentDecision:
    """Accept or return what another person handed in."""
    actor.must(Duty.VERIFY_EVIDENCE)
    document = get(work, document_id)
    if document.recorded_by == actor.id:
        raise DomainError("You handed this version in yourself.", "Ask a colleague to accept it.")
    decided = sa.select(col(DocumentDecision.id)).where(
        col(DocumentDecision.document_id) == document_id
    )
    if work.scalar(decided):
        raise DomainError("This version was decided already.", "Reload the page.")
    if not accepted and not reason.strip():
        raise DomainError(
            "Returning a version needs its reason.", "Say in one sentence what is missing."
        )
    later = sa.select(sa.func.max(col(ChainDocument.number))).where(
        _same(document.chain_id, Document(document.kind)), _was_accepted()
    )
    newest = work.scalar(later)
    if accepted and newest is not None and newest > document.number:
        raise DomainError(
            "Version {number} was accepted before.",
            "Hand the text in anew as the next version.",
            number=newest,
        )
    row = work.add(
        DocumentDecision(
            document_id=document.id,
            uploaded_by=document.recorded_by,
            decided_by=actor.id,
            decided_on=work.today(),
            decided_at=work.recorded_at,
            accepted=accepted,
            reason=reason.strip(),
            is_demo=document.is_demo,
        )
    )
    after = {"number": document.number, "accepted": accepted, "reason": row.reason}
    audit.write(work, actor, "chain:decide", "chain", document.chain_id, after=after)
    return row


def _same(chain_id: str, kind: Document) -> sa.ColumnElement[bool]:
    return (col(ChainDocument.chain_id) == chain_id) & (col(ChainDocument.kind) == kind.value)


def _was_accepted() -> sa.ColumnElement[bool]:
    return sa.exists(
        sa.select(sa.literal(1)).where(
            col(DocumentDecision.document_id) == col(ChainDocument.id),
            col(DocumentDecision.accepted).is_(True),
        )
    )


def _last(work: Work, chain_id: str, kind: Document) -> tuple[int, date | None]:
    """Return the last number, and the first day of the version accepted last."""
    highest = sa.select(sa.func.max(col(ChainDocument.number))).where(_same(chain_id, kind))
    held = sa.select(sa.func.max(col(ChainDocument.valid_from))).where(
        _same(chain_id, kind), _was_accepted()
    )
    return work.scalar(highest) or 0, work.scalar(held)


# ---- reads
def get(work: Work, document_id: str) -> ChainDocument:
    """Return the row of a version or answer like one that is not there."""
    row = work.session.get(ChainDocument, document_id)
    if row is None:
        raise NotFoundError
    return row


def versions(
    work: Work, as_of: date, chain_id: str, kind: Document, *, with_demo: bool = True
) -> list[Version]:
    """Return the versions handed in by the close of a day, newest first, in one query."""
    uploader, decider = aliased(Account), aliased(Account)
    statement = (
        sa.select(
            ChainDocument,
            DocumentDecision,
            col(uploader.name),
            col(decider.name),
            col(StoredFile.name),
            col(StoredFile.sha256),
        )
        .join(StoredFile, col(StoredFile.id) == col(ChainDocument.file_id))
        .outerjoin(
            DocumentDecision,
            (col(DocumentDecision.document_id) == col(ChainDocument.id))
            & (col(DocumentDecision.decided_on) <= as_of),
        )
        .outerjoin(uploader, col(uploader.id) == col(ChainDocument.recorded_by))
        .outerjoin(decider, col(decider.id) == col(DocumentDecision.decided_by))
        .where(_same(chain_id, kind), col(ChainDocument.handed_in_on) <= as_of)
        .order_by(col(ChainDocument.number).desc())
    )
    if not with_demo:
        statement = statement.where(col(ChainDocument.is_demo).is_(False))
    rows = work.rows(statement)
    holding = next(
        (one.id for one, said, *_ in rows if said and said.accepted and one.valid_from <= as_of),
        None,
    )
    return [
        Version(
            document_id=one.id,
            chain_id=one.chain_id,
            number=one.number,
            title=one.title,
            title_en=one.title_en,
            valid_from=one.valid_from,
            standing=_standing(one, said, holding, as_of),
            uploaded_by=one.recorded_by,
            uploaded_by_name=by or "",
            handed_in_on=one.handed_in_on,
            decided_by_name=decided_by or "",
            decided_on=said.decided_on if said else None,
            reason=said.reason if said else "",
            file_id=one.file_id,
            file_name=file_name,
            sha256=sha256,
            is_demo=one.is_demo,
        )
        for one, said, by, decided_by, file_name, sha256 in rows
    ]


def _standing(
    one: ChainDocument, said: DocumentDecision | None, holding: str | None, as_of: date
) -> Standing:
    if said is None:
        return Standing.WAITING
    if not said.accepted:
        return Standing.RETURNED
    if one.valid_from > as_of:
        return Standing.TO_COME
    return Standing.IN_FORCE if one.id == holding else Standing.REPLACED


def in_force(
    work: Work, as_of: date, chain_id: str, kind: Document, *, with_demo: bool = True
) -> Version | None:
    """Return the version that holds on a day: accepted, begun, the newest such."""
    found = versions(work, as_of, chain_id, kind, with_demo=with_demo)
    return next((one for one in found if one.standing is Standing.IN_FORCE), None)
