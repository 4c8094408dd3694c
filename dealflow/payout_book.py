"""Payout book: the incentive clauses, what was asked, approved and paid, and what is left.

The money is the district's budget, which is no fund's: these rows are a book of their own,
append-only and corrected by reversal like the ledger.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import conditions
from dealflow.conditions import ConditionPosition
from dealflow.payout_rules import Kind, Rule, Step, entitlement
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import NotFoundError


# ---- facts
class RequestState(StrEnum):
    """How far a payable has come."""

    ASKED = "asked"
    REFUSED = "refused"
    APPROVED = "approved"
    PAID = "paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """One request: who asked, who approved, when it was paid."""

    request_id: str
    amount_fen: int
    state: RequestState
    asked_on: date
    asked_by: str
    decided_by: str | None
    reason: str
    payment_id: str | None
    paid_on: date | None
    voucher_file_id: str | None
    reversals: tuple[str, ...]  # the reasons for which earlier payments were reversed


@dataclass(frozen=True, slots=True, kw_only=True)
class ClausePosition:
    """One incentive clause at the close of a day."""

    clause_id: str
    agreement_id: str
    agreement_code: str
    project_id: str
    no: int
    name: str
    rule: Rule
    condition: ConditionPosition
    entitled_fen: int
    asked_fen: int
    approved_fen: int
    paid_fen: int
    payables: tuple[Payable, ...]
    is_demo: bool

    @property
    def left_fen(self) -> int:
        """Return what may still be asked for; below zero: more was paid than is verified now."""
        return self.entitled_fen - self.asked_fen - self.approved_fen - self.paid_fen


# ---- rows
class PayoutClause(Row, table=True):
    """An incentive that the district promised, paid by what a condition measures."""

    __tablename__ = "payout_clause"
    __table_args__ = strict(
        sa.UniqueConstraint("agreement_id", "no"),
        sa.CheckConstraint("name <> ''", name="named"),
        sa.CheckConstraint("floor >= 0", name="floor_not_negative"),
        sa.CheckConstraint("cap_fen IS NULL OR cap_fen > 0", name="cap_positive"),
        sa.CheckConstraint("kind <> 'whole' OR amount_fen IS NOT NULL", name="whole_has_amount"),
        sa.CheckConstraint(
            "kind <> 'proportional' OR (rate_ppm IS NULL) <> (unit_fen IS NULL)", name="one_rate"
        ),
    )

    agreement_id: str = Field(foreign_key="agreement.id", sa_type=Id, index=True)
    condition_id: str = Field(foreign_key="landing_condition.id", sa_type=Id, index=True)
    no: int
    name: str
    kind: str = Field(sa_type=one_of(*Kind))
    amount_fen: int | None = Field(default=None, sa_type=Fen)
    rate_ppm: int | None = None
    unit_fen: int | None = Field(default=None, sa_type=Fen)
    floor: int = Field(default=0, sa_type=sa.BigInteger)
    above_floor_only: bool = False
    cap_fen: int | None = Field(default=None, sa_type=Fen)
    steps: str = "[]"
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class PayoutRequest(Row, table=True):
    """A payable; what was verified when it was asked for is kept beside it."""

    __tablename__ = "payout_request"
    __table_args__ = strict(
        sa.CheckConstraint("amount_fen > 0", name="amount_positive"),
        sa.CheckConstraint("amount_fen <= entitled_fen", name="within_entitlement"),
    )

    clause_id: str = Field(foreign_key="payout_clause.id", sa_type=Id, index=True)
    amount_fen: int = Field(sa_type=Fen)
    entitled_fen: int = Field(sa_type=Fen)
    verified: int = Field(sa_type=sa.BigInteger)
    asked_on: date
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class PayoutDecision(Row, table=True):
    """A second person's word on a request."""

    __tablename__ = "payout_decision"
    __table_args__ = strict(
        sa.UniqueConstraint("request_id"),
        sa.CheckConstraint("asked_by <> decided_by", name="second_person"),
        sa.CheckConstraint("accepted OR reason <> ''", name="refusal_says_why"),
    )

    request_id: str = Field(foreign_key="payout_request.id", sa_type=Id)
    asked_by: str = Field(sa_type=Id)
    decided_by: str = Field(sa_type=Id)
    decided_at: datetime = Field(sa_type=Instant)
    accepted: bool
    reason: str = ""
    is_demo: bool = False


class PayoutPayment(Row, table=True):
    """The day on which the district paid, with its voucher."""

    __tablename__ = "payout_payment"
    __table_args__ = strict()

    request_id: str = Field(foreign_key="payout_request.id", sa_type=Id, index=True)
    paid_on: date
    voucher_file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class PayoutReversal(Row, table=True):
    """A payment taken back: it counts as if it had not been made."""

    __tablename__ = "payout_reversal"
    __table_args__ = strict(
        sa.UniqueConstraint("payment_id"), sa.CheckConstraint("reason <> ''", name="says_why")
    )

    payment_id: str = Field(foreign_key="payout_payment.id", sa_type=Id)
    reason: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- reads
def positions(work: Work, as_of: date, *where: Any, with_demo: bool = True) -> list[ClausePosition]:
    """Return the incentive clauses that `where` names, by agreement and number."""
    statement = sa.select(PayoutClause).where(*where).order_by(col(PayoutClause.no))
    if not with_demo:
        statement = statement.where(col(PayoutClause.is_demo).is_(False))
    clauses = list(work.session.execute(statement).scalars())
    measured = {
        at.condition_id: at
        for at in conditions.positions(
            work,
            as_of,
            col(conditions.Condition.id).in_([clause.condition_id for clause in clauses]),
        )
    }
    payables = _payables(work, as_of, [clause.id for clause in clauses])
    found = [
        _position(clause, measured[clause.condition_id], payables.get(clause.id, []))
        for clause in clauses
        if clause.condition_id in measured
    ]
    return sorted(found, key=lambda one: (one.agreement_code, one.no))


def position(work: Work, as_of: date, clause_id: str) -> ClausePosition:
    """Return one incentive clause."""
    found = positions(work, as_of, col(PayoutClause.id) == clause_id)
    if not found:
        raise NotFoundError
    return found[0]


def _position(
    clause: PayoutClause, at: ConditionPosition, payables: list[Payable]
) -> ClausePosition:
    rule = Rule(
        kind=Kind(clause.kind),
        amount_fen=clause.amount_fen,
        rate_ppm=clause.rate_ppm,
        unit_fen=clause.unit_fen,
        floor=clause.floor,
        above_floor_only=clause.above_floor_only,
        cap_fen=clause.cap_fen,
        steps=tuple(Step(**step) for step in json.loads(clause.steps)),
    )
    sums = {
        state: sum(one.amount_fen for one in payables if one.state is state)
        for state in RequestState
    }
    return ClausePosition(
        clause_id=clause.id,
        agreement_id=clause.agreement_id,
        agreement_code=at.agreement_code,
        project_id=at.project_id,
        no=clause.no,
        name=clause.name,
        rule=rule,
        condition=at,
        entitled_fen=entitlement(rule, at.verified, is_kept=at.met_on is not None),
        asked_fen=sums[RequestState.ASKED],
        approved_fen=sums[RequestState.APPROVED],
        paid_fen=sums[RequestState.PAID],
        payables=tuple(payables),
        is_demo=clause.is_demo,
    )


def _payables(work: Work, as_of: date, clause_ids: list[str]) -> dict[str, list[Payable]]:
    """Return {clause: what was asked by a day}; a later payment is not paid yet on that day."""
    rows = work.rows(
        sa.select(PayoutRequest, PayoutDecision)
        .outerjoin(PayoutDecision, col(PayoutDecision.request_id) == col(PayoutRequest.id))
        .where(col(PayoutRequest.clause_id).in_(clause_ids), col(PayoutRequest.asked_on) <= as_of)
        .order_by(col(PayoutRequest.id))
    )
    paid: dict[str, list[tuple[PayoutPayment, str | None]]] = {}
    for payment, reason in work.rows(
        sa.select(PayoutPayment, col(PayoutReversal.reason))
        .outerjoin(PayoutReversal, col(PayoutReversal.payment_id) == col(PayoutPayment.id))
        .where(
            col(PayoutPayment.request_id).in_([request.id for request, _ in rows]),
            col(PayoutPayment.paid_on) <= as_of,
        )
        .order_by(col(PayoutPayment.id))
    ):
        paid.setdefault(payment.request_id, []).append((payment, reason))
    found: dict[str, list[Payable]] = {}
    for request, decision in rows:
        found.setdefault(request.clause_id, []).append(
            _payable(request, decision, paid.get(request.id, []))
        )
    return found


def _payable(
    request: PayoutRequest,
    decision: PayoutDecision | None,
    paid: list[tuple[PayoutPayment, str | None]],
) -> Payable:
    standing = next((payment for payment, reversed_ in paid if reversed_ is None), None)
    state = RequestState.ASKED
    if decision is not None:
        state = RequestState.APPROVED if decision.accepted else RequestState.REFUSED
    if standing is not None:
        state = RequestState.PAID
    return Payable(
        request_id=request.id,
        amount_fen=request.amount_fen,
        state=state,
        asked_on=request.asked_on,
        asked_by=request.recorded_by,
        decided_by=decision.decided_by if decision else None,
        reason=decision.reason if decision else "",
        payment_id=standing.id if standing else None,
        paid_on=standing.paid_on if standing else None,
        voucher_file_id=standing.voucher_file_id if standing else None,
        reversals=tuple(reason for _, reason in paid if reason is not None),
    )
