"""Concessions (让利): gains that a government partner leaves to another partner, never principal.

The share of the gains that may be left is a rule with a version. One person proposes, another
approves, and the approval posts the transfer between the two capital accounts.
Source: GUIDANCE_FUNDS.md §3.2 (让利 must come from the guidance fund's gains).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, col

from portfolio import commitments, ledger
from portfolio.accounts import FEE_LINES, INCOME_LINES, AccountCode, Line
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.postings import Posting

TAG, PPM = "portfolio:concession", 1_000_000
# Realised only: what a mark says may vanish again, and principal is none of it.
GAIN_LINES = (Line.REALISED_GAIN, *INCOME_LINES, *FEE_LINES, Line.CARRY_EARNED)


# ---- facts
class ConcessionState(StrEnum):
    """How far a proposal has come."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    BOOKED = "booked"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a partner may leave to others on a day."""

    rule_version: int
    share_ppm: int
    gains_fen: int  # realised, net of costs and carry, before any concession
    ceded_fen: int

    @property
    def limit_fen(self) -> int:
        """Return the share of the gains that may be left in all."""
        return max(self.gains_fen, 0) * self.share_ppm // PPM

    @property
    def left_fen(self) -> int:
        """Return what may still be left; never below zero."""
        return max(self.limit_fen - self.ceded_fen, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcessionLine:
    """One proposal and what became of it."""

    concession_id: str
    from_partner_id: str
    from_name: str
    to_name: str
    amount_fen: int
    effective_date: date
    reason: str
    state: ConcessionState
    proposed_by: str
    transaction_id: str | None
    is_demo: bool


# ---- rows
class ConcessionRule(Row, table=True):
    """Which share of its realised gains a fund's government partner may leave, from a day on."""

    __tablename__ = "concession_rule"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "version"),
        sa.CheckConstraint("share_ppm >= 0 AND share_ppm <= 1000000", name="share"),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    version: int
    share_ppm: int
    valid_from: date
    text: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class Concession(Row, table=True):
    """A proposal to leave a gain to another partner."""

    __tablename__ = "concession"
    __table_args__ = strict(
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
        sa.CheckConstraint("from_partner_id <> to_partner_id", name="two_partners"),
        sa.CheckConstraint("reason <> ''", name="says_why"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    from_partner_id: str = Field(foreign_key="partner.id", sa_type=Id)
    to_partner_id: str = Field(foreign_key="partner.id", sa_type=Id)
    amount_fen: int = Field(sa_type=Fen)
    effective_date: date
    reason: str
    resolution_file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class ConcessionDecision(Row, table=True):
    """A second person's word; with it the transfer is booked."""

    __tablename__ = "concession_decision"
    __table_args__ = strict(
        sa.UniqueConstraint("concession_id"),
        sa.CheckConstraint("proposed_by <> decided_by", name="second_person"),
        sa.CheckConstraint("accepted = (transaction_id IS NOT NULL)", name="booked_if_accepted"),
    )

    concession_id: str = Field(foreign_key="concession.id", sa_type=Id)
    proposed_by: str = Field(sa_type=Id)
    decided_by: str = Field(sa_type=Id)
    decided_at: datetime = Field(sa_type=Instant)
    accepted: bool
    reason: str = ""
    transaction_id: str | None = Field(
        default=None, foreign_key="ledger_transaction.id", sa_type=Id
    )
    is_demo: bool = False


# ---- commands
def set_rule(
    work: Work,
    actor: Actor,
    fund_id: str,
    *,
    share_ppm: int,
    valid_from: date,
    text: str = "",
    is_demo: bool = False,
) -> ConcessionRule:
    """Record the next version of a fund's rule; older days keep the older one."""
    actor.must(Duty.EDIT_FUNDS)
    last = rule_at(work, fund_id, date.max)
    if last is not None and valid_from <= last.valid_from:
        raise DomainError(
            "The rule of this fund has the version {version}, in force since {since}.",
            "Give the new one a later day.",
            version=last.version,
            since=last.valid_from,
        )
    if not 0 <= share_ppm <= PPM:
        raise DomainError("A share is 0 to 100 % of the gains.", "Correct the share.")
    row = work.add(
        ConcessionRule(
            fund_id=fund_id,
            version=last.version + 1 if last else 1,
            share_ppm=share_ppm,
            valid_from=valid_from,
            text=text.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"version": row.version, "share_ppm": share_ppm, "valid_from": valid_from}
    audit.write(work, actor, "concession:rule", "fund", fund_id, after=after)
    return row


def propose(
    work: Work,
    actor: Actor,
    *,
    from_partner_id: str,
    to_partner_id: str,
    amount_fen: int,
    effective_date: date,
    reason: str,
    resolution_file_id: str | None,
    is_demo: bool = False,
) -> Concession:
    """Propose to leave a gain to another partner of the same fund."""
    actor.must(Duty.EDIT_FUNDS)
    giver = commitments.partner(work, from_partner_id)
    if commitments.partner(work, to_partner_id).fund_id != giver.fund_id or (
        from_partner_id == to_partner_id
    ):
        raise DomainError(
            "A concession is made to another partner of the same fund.", "Choose two partners."
        )
    if amount_fen <= 0:
        raise DomainError("A concession is above zero.", "Enter the amount of the resolution.")
    if not reason.strip() or resolution_file_id is None:
        raise DomainError(
            "A concession needs its reason and its resolution.", "Upload the signed resolution."
        )
    files.get(work, resolution_file_id)
    _refuse_beyond(amount_fen, room(work, effective_date, from_partner_id))
    row = work.add(
        Concession(
            fund_id=giver.fund_id,
            from_partner_id=from_partner_id,
            to_partner_id=to_partner_id,
            amount_fen=amount_fen,
            effective_date=effective_date,
            reason=reason.strip(),
            resolution_file_id=resolution_file_id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"amount_fen": amount_fen, "effective_date": effective_date, "reason": row.reason}
    audit.write(work, actor, "concession:propose", "concession", row.id, after=after)
    return row


def decide(
    work: Work, actor: Actor, concession_id: str, *, accepted: bool, reason: str = ""
) -> ConcessionDecision:
    """Approve, which books the transfer, or refuse what another person proposed."""
    actor.must(Duty.DISTRIBUTE)
    row = _get(work, concession_id)
    if row.recorded_by == actor.id:
        raise DomainError("You proposed this concession yourself.", "Ask a colleague to decide.")
    if _decision(work, concession_id) is not None:
        raise DomainError("This concession was decided already.", "Reload the page.")
    if not accepted and not reason.strip():
        raise DomainError("A refusal needs its reason.", "Say what is missing.")
    booked = None
    if accepted:
        _refuse_beyond(row.amount_fen, room(work, row.effective_date, row.from_partner_id))
        booked = _book(work, actor, row)
    decision = work.add(
        ConcessionDecision(
            concession_id=row.id,
            proposed_by=row.recorded_by,
            decided_by=actor.id,
            decided_at=work.recorded_at,
            accepted=accepted,
            reason=reason.strip(),
            transaction_id=booked.id if booked else None,
            is_demo=row.is_demo,
        )
    )
    after = {"accepted": accepted, "reason": reason.strip(), "amount_fen": row.amount_fen}
    audit.write(work, actor, "concession:decide", "concession", row.id, after=after)
    return decision


def reverse(work: Work, actor: Actor, concession_id: str, *, reason: str) -> LedgerTransaction:
    """Take a booked concession back by the mirror image of its transfer."""
    actor.must(Duty.DISTRIBUTE)
    decision = _decision(work, _get(work, concession_id).id)
    if decision is None or decision.transaction_id is None:
        raise DomainError("This concession is not booked.", "There is nothing to reverse.")
    return ledger.reverse(work, actor, decision.transaction_id, reason=reason)


def _book(work: Work, actor: Actor, row: Concession) -> LedgerTransaction:
    def moved(partner_id: str, amount_fen: int) -> Posting:
        return Posting(
            account=AccountCode.PARTNERS_CAPITAL,
            amount_fen=amount_fen,
            partner_id=partner_id,
            line=Line.PARTNER_TRANSFERS,
            purpose="concession",
        )

    return ledger.post(
        work,
        actor,
        fund_id=row.fund_id,
        tag=TAG,
        subject_id=row.id,
        effective_date=row.effective_date,
        postings=[
            moved(row.from_partner_id, row.amount_fen),
            moved(row.to_partner_id, -row.amount_fen),
        ],
        memo=row.reason,
        is_demo=row.is_demo,
    )


# ---- reads
def room(work: Work, as_of: date, partner_id: str) -> Room:
    """Return what a partner may leave to others on a day, out of its realised gains."""
    partner = commitments.partner(work, partner_id)
    rule = rule_at(work, partner.fund_id, as_of)
    if rule is None:
        raise DomainError(
            "No rule on concessions is in force for this fund on {on}.",
            "Record the rule first.",
            on=as_of,
        )
    by_line = ledger.capital_by_line(work, Moment(as_of=as_of), fund_id=partner.fund_id)
    return Room(
        rule_version=rule.version,
        share_ppm=rule.share_ppm,
        gains_fen=sum(by_line.get((partner_id, int(line)), 0) for line in GAIN_LINES),
        ceded_fen=_ceded(work, partner.fund_id, partner_id),
    )


def listed(work: Work, fund_id: str) -> list[ConcessionLine]:
    """Return the proposals of a fund, newest first."""
    giver, taker = aliased(commitments.Partner), aliased(commitments.Partner)
    rows = work.rows(
        sa.select(Concession, col(giver.name), col(taker.name), ConcessionDecision)
        .join(giver, col(giver.id) == col(Concession.from_partner_id))
        .join(taker, col(taker.id) == col(Concession.to_partner_id))
        .outerjoin(ConcessionDecision, col(ConcessionDecision.concession_id) == col(Concession.id))
        .where(col(Concession.fund_id) == fund_id)
        .order_by(col(Concession.id).desc())
    )
    return [
        ConcessionLine(
            concession_id=row.id,
            from_partner_id=row.from_partner_id,
            from_name=from_name,
            to_name=to_name,
            amount_fen=row.amount_fen,
            effective_date=row.effective_date,
            reason=row.reason,
            state=_state(work, decision),
            proposed_by=row.recorded_by,
            transaction_id=decision.transaction_id if decision else None,
            is_demo=row.is_demo,
        )
        for row, from_name, to_name, decision in rows
    ]


def rule_at(work: Work, fund_id: str, as_of: date) -> ConcessionRule | None:
    """Return the rule in force on a day."""
    found: ConcessionRule | None = work.session.execute(
        sa.select(ConcessionRule)
        .where(col(ConcessionRule.fund_id) == fund_id, col(ConcessionRule.valid_from) <= as_of)
        .order_by(col(ConcessionRule.version).desc())
        .limit(1)
    ).scalar()
    return found


def _state(work: Work, decision: ConcessionDecision | None) -> ConcessionState:
    if decision is None:
        return ConcessionState.PROPOSED
    if decision.transaction_id is None:
        return ConcessionState.REFUSED
    is_undone = ledger.reversal_of(work, decision.transaction_id) is not None
    return ConcessionState.REVERSED if is_undone else ConcessionState.BOOKED


def _ceded(work: Work, fund_id: str, partner_id: str) -> int:
    """Return what a partner has left to others, whatever day it was booked for."""
    return sum(
        line.amount_fen
        for line in listed(work, fund_id)
        if line.from_partner_id == partner_id and line.state is ConcessionState.BOOKED
    )


def _get(work: Work, concession_id: str) -> Concession:
    row = work.session.get(Concession, concession_id)
    if row is None:
        raise NotFoundError
    return row


def _decision(work: Work, concession_id: str) -> ConcessionDecision | None:
    found: ConcessionDecision | None = work.session.execute(
        sa.select(ConcessionDecision).where(col(ConcessionDecision.concession_id) == concession_id)
    ).scalar()
    return found


# ---- refusals
def _refuse_beyond(amount_fen: int, at: Room) -> None:
    if amount_fen > at.left_fen:
        raise DomainError(
            "{amount} is more than the realised gains allow; {left} may still be left.",
            "Lower the amount: a concession comes out of gains, never out of principal.",
            amount=Yuan(amount_fen),
            left=Yuan(at.left_fen),
        )
