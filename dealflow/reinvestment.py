"""Reinvestment (返投): what a fund owes the district by its contribution, and what is counted.

Off unless a duty is recorded for a fund. The verdict is in reinvestment_verdict.py.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import reinvestment_rules
from dealflow.reinvestment_rules import PPM, Claim, Decision, Form
from portfolio import commitments, organisations
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.organisations import Organisation


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """By this day, this part of what is required."""

    due_on: date
    share_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What a fund owes, to whom, by which policy."""

    fund_id: str
    partner_id: str
    partner_name: str
    multiple_ppm: int
    policy_code: str
    since: date
    shares: tuple[Share, ...]
    is_demo: bool


# ---- rows
class ReinvestmentDuty(Row, table=True):
    """A fund's duty from a day on; a multiple of zero ends it. `shares` is a JSON list."""

    __tablename__ = "reinvestment_duty"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "since"),
        sa.CheckConstraint("multiple_ppm >= 0", name="multiple_not_negative"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    partner_id: str = Field(foreign_key="partner.id", sa_type=Id)
    multiple_ppm: int
    policy_code: str
    since: date
    shares: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class ReinvestmentClaim(Row, table=True):
    """What a fund asks to be counted."""

    __tablename__ = "reinvestment_claim"
    __table_args__ = strict(
        sa.CheckConstraint("invested_fen >= 0 AND landed_fen >= 0", name="not_negative"),
        sa.CheckConstraint("invested_fen > 0 OR landed_fen > 0", name="claims_something"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Id)
    form: str = Field(sa_type=one_of(*Form))
    claimed_on: date
    invested_fen: int = Field(sa_type=Fen)
    landed_fen: int = Field(sa_type=Fen)
    evidence_file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    note: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class ReinvestmentDecision(Row, table=True):
    """A second person's word; the claimant's name is kept to bar him."""

    __tablename__ = "reinvestment_decision"
    __table_args__ = strict(
        sa.UniqueConstraint("claim_id"),
        sa.CheckConstraint("claimed_by <> decided_by", name="second_person"),
        sa.CheckConstraint("accepted OR reason <> ''", name="refusal_says_why"),
    )

    claim_id: str = Field(foreign_key="reinvestment_claim.id", sa_type=Id)
    claimed_by: str = Field(sa_type=Id)
    decided_by: str = Field(sa_type=Id)
    decided_at: datetime = Field(sa_type=Instant)
    accepted: bool
    reason: str = ""
    is_demo: bool = False


class ReinvestmentReversal(Row, table=True):
    """The firm has left: from that day its claim counts no more."""

    __tablename__ = "reinvestment_reversal"
    __table_args__ = strict(
        sa.UniqueConstraint("claim_id"), sa.CheckConstraint("reason <> ''", name="says_why")
    )

    claim_id: str = Field(foreign_key="reinvestment_claim.id", sa_type=Id)
    left_on: date
    reason: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def oblige(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    partner_id: str,
    multiple_ppm: int,
    policy_code: str,
    since: date,
    shares: Sequence[Share] = (),
    is_demo: bool = False,
) -> ReinvestmentDuty:
    """Record a fund's duty from a day on; a multiple of zero ends it."""
    actor.must(Duty.EDIT_DEALS)
    partner = commitments.partner(work, partner_id)
    if partner.fund_id != fund_id:
        raise DomainError(
            "{name} is a partner of another fund.",
            "Choose the partner whose contribution the duty is a multiple of.",
            name=partner.name,
        )
    if multiple_ppm < 0 or any(not 0 < one.share_ppm <= PPM for one in shares):
        raise DomainError(
            "A multiple is zero or more, and a share is above 0 % and at most 100 %.",
            "Correct the figures against the fund's agreement.",
        )
    if not reinvestment_rules.versions(work, policy_code):
        raise DomainError(
            "There is no policy with the code {code}.", "Record the policy first.", code=policy_code
        )
    last = obligation(work, fund_id, date.max)
    if last is not None and since <= last.since:
        raise DomainError(
            "The fund has a duty since {since} already.",
            "Give the new one a later day.",
            since=last.since,
        )
    row = work.add(
        ReinvestmentDuty(
            fund_id=fund_id,
            partner_id=partner_id,
            multiple_ppm=multiple_ppm,
            policy_code=policy_code,
            since=since,
            shares=audit.canonical(
                [{"due_on": one.due_on, "share_ppm": one.share_ppm} for one in shares]
            ),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"fund": fund_id, "multiple_ppm": multiple_ppm, "policy": policy_code, "since": since}
    audit.write(work, actor, "reinvestment:oblige", "fund", fund_id, after=after)
    return row


def claim(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    company: str,
    form: Form,
    on: date,
    invested_fen: int,
    landed_fen: int,
    evidence_file_id: str | None,
    note: str = "",
    is_demo: bool = False,
) -> ReinvestmentClaim:
    """Ask for an investment to be counted; it counts once a second person has accepted it."""
    actor.must(Duty.EDIT_DEALS)
    owed = obligation(work, fund_id, on)
    if owed is None:
        raise DomainError(
            "This fund owes no local reinvestment on {on}.",
            "Record its duty first, or leave the claim.",
            on=on,
        )
    if on > work.today():
        raise DomainError("{on} has not come yet.", "Claim what was invested.", on=on)
    if min(invested_fen, landed_fen) < 0 or not (invested_fen or landed_fen):
        raise DomainError("A claim has an amount above zero.", "Enter what was invested or landed.")
    if evidence_file_id is None:
        raise DomainError("A claim needs its evidence.", "Upload the proof of the investment.")
    files.get(work, evidence_file_id)
    firm = organisations.find_or_create(work, actor, name=company.strip(), is_demo=is_demo)
    row = work.add(
        ReinvestmentClaim(
            fund_id=fund_id,
            organisation_id=firm.id,
            form=form.value,
            claimed_on=on,
            invested_fen=invested_fen,
            landed_fen=landed_fen,
            evidence_file_id=evidence_file_id,
            note=note.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"company": firm.name, "form": form, "invested_fen": invested_fen}
    audit.write(
        work,
        actor,
        "reinvestment:claim",
        "reinvestment_claim",
        row.id,
        after={**after, "landed_fen": landed_fen, "on": on},
    )
    return row


def decide(
    work: Work, actor: Actor, claim_id: str, *, accepted: bool, reason: str = ""
) -> ReinvestmentDecision:
    """Accept or reject what another person claimed."""
    actor.must(Duty.VERIFY_EVIDENCE)
    row = _claim(work, claim_id)
    if row.recorded_by == actor.id:
        raise DomainError("You made this claim yourself.", "Ask a colleague to decide on it.")
    if _one(work, ReinvestmentDecision, claim_id) is not None:
        raise DomainError("This claim was decided already.", "Reload the page.")
    if not accepted and not reason.strip():
        raise DomainError("A rejection needs its reason.", "Say what is missing.")
    decision = work.add(
        ReinvestmentDecision(
            claim_id=row.id,
            claimed_by=row.recorded_by,
            decided_by=actor.id,
            decided_at=work.recorded_at,
            accepted=accepted,
            reason=reason.strip(),
            is_demo=row.is_demo,
        )
    )
    after = {"accepted": accepted, "reason": reason.strip()}
    audit.write(work, actor, "reinvestment:decide", "reinvestment_claim", row.id, after=after)
    return decision


def take_back(
    work: Work, actor: Actor, claim_id: str, *, left_on: date, reason: str
) -> ReinvestmentReversal:
    """Stop counting an accepted claim from the day on which the firm left."""
    actor.must(Duty.VERIFY_EVIDENCE)
    row = _claim(work, claim_id)
    decision = _one(work, ReinvestmentDecision, claim_id)
    if decision is None or not decision.accepted:
        raise DomainError("This claim does not count.", "There is nothing to take back.")
    if _one(work, ReinvestmentReversal, claim_id) is not None:
        raise DomainError("This claim was taken back already.", "Reload the page.")
    if not row.claimed_on <= left_on <= work.today():
        raise DomainError(
            "{on} is not a day between the claim and today.",
            "Enter the day on which the firm left.",
            on=left_on,
        )
    if not reason.strip():
        raise DomainError("A reversal needs its reason.", "Say why the firm left.")
    reversal = work.add(
        ReinvestmentReversal(
            claim_id=row.id,
            left_on=left_on,
            reason=reason.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=row.is_demo,
        )
    )
    after = {"left_on": left_on, "reason": reason.strip()}
    audit.write(work, actor, "reinvestment:take_back", "reinvestment_claim", row.id, after=after)
    return reversal


# ---- reads
def obligation(work: Work, fund_id: str, as_of: date) -> Obligation | None:
    """Return what a fund owes on a day; None where 返投 is off for it."""
    row: ReinvestmentDuty | None = work.session.execute(
        sa.select(ReinvestmentDuty)
        .where(col(ReinvestmentDuty.fund_id) == fund_id, col(ReinvestmentDuty.since) <= as_of)
        .order_by(col(ReinvestmentDuty.since).desc())
        .limit(1)
    ).scalar()
    if row is None or not row.multiple_ppm:
        return None
    return Obligation(
        fund_id=row.fund_id,
        partner_id=row.partner_id,
        partner_name=commitments.partner(work, row.partner_id).name,
        multiple_ppm=row.multiple_ppm,
        policy_code=row.policy_code,
        since=row.since,
        shares=tuple(
            Share(due_on=date.fromisoformat(one["due_on"]), share_ppm=one["share_ppm"])
            for one in json.loads(row.shares)
        ),
        is_demo=row.is_demo,
    )


def claims(work: Work, fund_id: str, as_of: date) -> list[Claim]:
    """Return the claims of a fund made by a day, as they stand on it."""
    decision, reversal = ReinvestmentDecision, ReinvestmentReversal
    rows = work.rows(
        sa.select(ReinvestmentClaim, col(Organisation.name), decision, reversal)
        .join(Organisation, col(Organisation.id) == col(ReinvestmentClaim.organisation_id))
        .outerjoin(decision, col(decision.claim_id) == col(ReinvestmentClaim.id))
        .outerjoin(reversal, col(reversal.claim_id) == col(ReinvestmentClaim.id))
        .where(
            col(ReinvestmentClaim.fund_id) == fund_id, col(ReinvestmentClaim.claimed_on) <= as_of
        )
        .order_by(col(ReinvestmentClaim.claimed_on), col(ReinvestmentClaim.id))
    )
    return [
        Claim(
            claim_id=row.id,
            organisation_id=row.organisation_id,
            company=company,
            form=Form(row.form),
            on=row.claimed_on,
            invested_fen=row.invested_fen,
            landed_fen=row.landed_fen,
            decision=_standing(decided, left, as_of),
            left_on=left.left_on if left is not None else None,
            reason=left.reason if left is not None else decided.reason if decided else "",
            claimed_by=row.recorded_by,
            evidence_file_id=row.evidence_file_id,
            is_demo=row.is_demo,
        )
        for row, company, decided, left in rows
    ]


def _standing(
    decided: ReinvestmentDecision | None, left: ReinvestmentReversal | None, as_of: date
) -> Decision:
    if decided is None:
        return Decision.OPEN
    if not decided.accepted:
        return Decision.REJECTED
    return Decision.TAKEN_BACK if left is not None and left.left_on <= as_of else Decision.ACCEPTED


def _claim(work: Work, claim_id: str) -> ReinvestmentClaim:
    row = work.session.get(ReinvestmentClaim, claim_id)
    if row is None:
        raise NotFoundError
    return row


T = TypeVar("T", ReinvestmentDecision, ReinvestmentReversal)


def _one(work: Work, table: type[T], claim_id: str) -> T | None:
    found: T | None = work.session.execute(
        sa.select(table).where(col(table.claim_id) == claim_id)
    ).scalar()
    return found
