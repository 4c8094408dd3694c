"""Clause opinions: what a lawyer said of a passage that a rule speaks of.

A finding is derived at each reading (clause_rules.py) and never deleted. An opinion on exactly its
rule version and its words, confirmed by a second person, closes it; a newer version of the rule or
other words are another finding, which nobody has spoken on yet.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import agreements, clause_rules
from dealflow.clause_rules import Finding, Place
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.files import StoredFile


# ---- facts
class Conclusion(StrEnum):
    """What the lawyer concluded."""

    ALLOWED = "allowed"
    TO_CHANGE = "to_change"


class Review(StrEnum):
    """How the review of a finding stands."""

    OPEN = "open"
    TO_CONFIRM = "to_confirm"
    ALLOWED = "allowed"
    TO_CHANGE = "to_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One opinion with its confirmation; `accepted` is None until a second person has looked."""

    opinion_id: str
    agreement_id: str
    rule_code: str
    rule_version: int
    place: Place
    no: int
    passage: str
    author: str
    given_on: date
    conclusion: Conclusion
    reason: str
    file_id: str
    file_name: str
    file_sha256: str
    recorded_by: str
    recorded_at: datetime
    accepted: bool | None
    returned_why: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A finding beside what was said of it, newest opinion first."""

    finding: Finding
    opinions: tuple[Opinion, ...]

    @property
    def state(self) -> Review:
        """Say how the review stands; the newest confirmed opinion decides."""
        return state_of(self.opinions)

    @property
    def key(self) -> str:
        """Name the finding in an address: the same words under the same rule, the same key."""
        return key_of(self.finding)


# ---- rules
def sha256_of(passage: str) -> str:
    """Return the hash by which the words of a passage are known again."""
    return hashlib.sha256(passage.encode()).hexdigest()


def key_of(finding: Finding) -> str:
    """Return the rule, its version, the place and the words of a finding as one name."""
    rule = finding.rule
    place = f"{rule.code}-{rule.version}-{finding.place}-{finding.no}"
    return f"{place}-{sha256_of(finding.passage)[:16]}"


def state_of(opinions: Sequence[Opinion]) -> Review:
    """Return where a review stands by its opinions, newest first."""
    for one in opinions:
        if one.accepted:
            return Review(one.conclusion.value)
        if one.accepted is None:
            return Review.TO_CONFIRM
    return Review.OPEN


def join(findings: Iterable[Finding], said: Sequence[Opinion]) -> list[Reviewed]:
    """Lay each finding beside the opinions on exactly its rule version and its words."""
    by_key: dict[tuple[str, str, int, Place, int, str], list[Opinion]] = {}
    for one in said:
        where = (one.agreement_id, one.rule_code, one.rule_version)
        by_key.setdefault((*where, one.place, one.no, one.passage), []).append(one)
    return [
        Reviewed(
            finding=at,
            opinions=tuple(
                by_key.get(
                    (at.agreement_id, at.rule.code, at.rule.version, at.place, at.no, at.passage),
                    (),
                )
            ),
        )
        for at in findings
    ]


# ---- rows
class ClauseOpinion(Row, table=True):
    """A legal opinion on one passage under one version of one rule."""

    __tablename__ = "clause_opinion"
    __table_args__ = strict(
        sa.CheckConstraint("author <> ''", name="signed"),
        sa.CheckConstraint("reason <> ''", name="reasoned"),
        sa.CheckConstraint("length(passage_sha256) = 64", name="sha256_whole"),
    )

    agreement_id: str = Field(foreign_key="agreement.id", sa_type=Id, index=True)
    rule_code: str
    rule_version: int
    place: str = Field(sa_type=one_of(*Place))
    no: int
    passage: str
    passage_sha256: str
    author: str
    given_on: date
    conclusion: str = Field(sa_type=one_of(*Conclusion))
    reason: str
    file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class ClauseOpinionCheck(Row, table=True):
    """A second person's word on an opinion: confirmed, or returned with the reason."""

    __tablename__ = "clause_opinion_check"
    __table_args__ = strict(
        sa.UniqueConstraint("opinion_id"),
        sa.CheckConstraint("checked_by <> opinion_by", name="second_person"),
        sa.CheckConstraint("accepted OR reason <> ''", name="refusal_has_reason"),
    )

    opinion_id: str = Field(foreign_key="clause_opinion.id", sa_type=Id)
    opinion_by: str = Field(sa_type=Id)
    checked_by: str = Field(sa_type=Id)
    accepted: bool
    reason: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


# ---- commands
def give(
    work: Work,
    actor: Actor,
    agreement_id: str,
    key: str,
    *,
    author: str,
    given_on: date,
    conclusion: Conclusion,
    reason: str,
    file_id: str | None,
) -> ClauseOpinion:
    """Record what a lawyer said of a finding; a second person confirms it.

    key  as `key_of` names the finding
    """
    actor.must(Duty.EDIT_DEALS)
    at = next((one for one in of_agreement(work, agreement_id) if one.key == key), None)
    if at is None:
        raise DomainError(
            "No rule speaks of this passage any more.",
            "Open the agreement again: its words or the rule have changed.",
        )
    if at.state is Review.TO_CONFIRM:
        raise DomainError(
            "An opinion on this passage waits for its confirmation.",
            "Confirm or return that one first.",
        )
    if not author.strip() or not reason.strip():
        raise DomainError(
            "An opinion names its author and its reason.",
            "Enter who gave it, and what the conclusion rests on.",
        )
    signed_on = at.finding.worded_on
    if not signed_on <= given_on <= work.today():
        raise DomainError(
            "An opinion of {given} cannot speak of words of {signed} by today.",
            "Check the date on the opinion.",
            given=given_on,
            signed=signed_on,
        )
    if file_id is None:
        raise DomainError("The opinion has no file.", "Upload the signed opinion.")
    row = work.add(
        ClauseOpinion(
            agreement_id=agreement_id,
            rule_code=at.finding.rule.code,
            rule_version=at.finding.rule.version,
            place=at.finding.place.value,
            no=at.finding.no,
            passage=at.finding.passage,
            passage_sha256=sha256_of(at.finding.passage),
            author=author.strip(),
            given_on=given_on,
            conclusion=conclusion.value,
            reason=reason.strip(),
            file_id=files.get(work, file_id).id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=agreements.get(work, agreement_id).is_demo,
        )
    )
    after = {"rule": f"{row.rule_code} v{row.rule_version}", "conclusion": row.conclusion}
    after |= {"author": row.author, "given_on": str(row.given_on), "passage": row.passage_sha256}
    audit.write(work, actor, "clause:opinion", "agreement", agreement_id, after=after)
    return row


def check(
    work: Work, actor: Actor, opinion_id: str, *, accepted: bool, reason: str = ""
) -> ClauseOpinionCheck:
    """Confirm or return an opinion that another person recorded; once."""
    actor.must(Duty.VERIFY_EVIDENCE)
    row = work.session.get(ClauseOpinion, opinion_id)
    if row is None:
        raise NotFoundError
    if row.recorded_by == actor.id:
        raise DomainError("You recorded this opinion yourself.", "Ask a colleague to confirm it.")
    known = sa.select(col(ClauseOpinionCheck.id)).where(
        col(ClauseOpinionCheck.opinion_id) == row.id
    )
    if work.scalar(known):
        raise DomainError(
            "This opinion was confirmed or returned already.",
            "Record a newer one if it has changed.",
        )
    if not accepted and not reason.strip():
        raise DomainError(
            "A refusal needs its reason.", "Say what is missing, so that it can be mended."
        )
    checked = work.add(
        ClauseOpinionCheck(
            opinion_id=row.id,
            opinion_by=row.recorded_by,
            checked_by=actor.id,
            accepted=accepted,
            reason=reason.strip(),
            recorded_at=work.recorded_at,
            is_demo=row.is_demo,
        )
    )
    after = {"opinion": row.id, "accepted": accepted, "reason": checked.reason}
    audit.write(work, actor, "clause:opinion_check", "agreement", row.agreement_id, after=after)
    return checked


# ---- reads
def opinions(work: Work, agreement_ids: Sequence[str]) -> list[Opinion]:
    """Return every opinion on some agreements, newest first; none is ever left out."""
    statement = (
        sa.select(ClauseOpinion, ClauseOpinionCheck, StoredFile)
        .outerjoin(ClauseOpinionCheck, col(ClauseOpinionCheck.opinion_id) == col(ClauseOpinion.id))
        .join(StoredFile, col(StoredFile.id) == col(ClauseOpinion.file_id))
        .where(col(ClauseOpinion.agreement_id).in_(agreement_ids))
        .order_by(col(ClauseOpinion.recorded_at).desc(), col(ClauseOpinion.id).desc())
    )
    return [
        Opinion(
            opinion_id=row.id,
            agreement_id=row.agreement_id,
            rule_code=row.rule_code,
            rule_version=row.rule_version,
            place=Place(row.place),
            no=row.no,
            passage=row.passage,
            author=row.author,
            given_on=row.given_on,
            conclusion=Conclusion(row.conclusion),
            reason=row.reason,
            file_id=file.id,
            file_name=file.name,
            file_sha256=file.sha256,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
            accepted=None if checked is None else checked.accepted,
            returned_why="" if checked is None else checked.reason,
            is_demo=row.is_demo,
        )
        for row, checked, file in work.rows(statement)
    ]


def reviewed(work: Work, agreement_ids: Sequence[str]) -> list[Reviewed]:
    """Return the findings of some agreements with what was said of each."""
    return join(clause_rules.check(work, agreement_ids), opinions(work, agreement_ids))


def of_agreement(work: Work, agreement_id: str) -> list[Reviewed]:
    """Return the findings of one agreement with what was said of each."""
    return join(clause_rules.of_agreement(work, agreement_id), opinions(work, [agreement_id]))
