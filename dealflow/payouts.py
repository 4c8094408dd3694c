"""Payouts (政策兑付): clause, condition, verified output, payable, approved, paid.

What is owed is derived from accepted evidence anew at every step (payout_rules.py), so nothing is
asked for, approved or paid beyond what is verified at that moment.
"""

import json
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import conditions
from dealflow.payout_book import (
    ClausePosition,
    Payable,
    PayoutClause,
    PayoutDecision,
    PayoutPayment,
    PayoutRequest,
    PayoutReversal,
    RequestState,
    position,
)
from dealflow.payout_rules import Kind, Rule
from dealflow.terms import MONEY, Metric
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan


# ---- commands
def promise(
    work: Work, actor: Actor, condition_id: str, *, name: str, rule: Rule, is_demo: bool = False
) -> PayoutClause:
    """Record an incentive clause that pays by what a condition measures."""
    actor.must(Duty.EDIT_DEALS)
    condition = conditions.get(work, condition_id)
    _refuse_odd_rule(rule, Metric(condition.metric))
    if not name.strip():
        raise DomainError("The incentive has no name.", "Enter it in the words of the paper.")
    highest = sa.select(sa.func.coalesce(sa.func.max(col(PayoutClause.no)), 0)).where(
        col(PayoutClause.agreement_id) == condition.agreement_id
    )
    row = work.add(
        PayoutClause(
            agreement_id=condition.agreement_id,
            condition_id=condition.id,
            no=work.scalar(highest) + 1,
            name=name.strip(),
            kind=rule.kind.value,
            amount_fen=rule.amount_fen,
            rate_ppm=rule.rate_ppm,
            unit_fen=rule.unit_fen,
            floor=rule.floor,
            above_floor_only=rule.above_floor_only,
            cap_fen=rule.cap_fen,
            steps=json.dumps([asdict(step) for step in rule.steps]),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"condition": condition.id, "name": row.name, "kind": rule.kind}
    audit.write(work, actor, "payout:promise", "agreement", row.agreement_id, after=after)
    return row


def ask(work: Work, actor: Actor, clause_id: str, *, amount_fen: int) -> PayoutRequest:
    """Ask for a payment; at most what is verified and not yet asked for, approved or paid."""
    actor.must(Duty.EDIT_DEALS)
    at = position(work, work.today(), clause_id)
    if amount_fen <= 0:
        raise DomainError("A payout must be above zero.", "Enter the amount to pay.")
    _refuse_beyond(amount_fen, at.left_fen)
    assert at.condition.verified is not None, "an entitlement comes from a verified value"
    row = work.add(
        PayoutRequest(
            clause_id=clause_id,
            amount_fen=amount_fen,
            entitled_fen=at.entitled_fen,
            verified=at.condition.verified,
            asked_on=work.today(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=at.is_demo,
        )
    )
    after = {"amount_fen": amount_fen, "entitled_fen": at.entitled_fen}
    audit.write(work, actor, "payout:ask", "payout_request", row.id, after=after)
    return row


def decide(
    work: Work, actor: Actor, request_id: str, *, accepted: bool, reason: str = ""
) -> PayoutDecision:
    """Approve or refuse what another person asked for, by what is verified at this moment."""
    actor.must(Duty.VERIFY_EVIDENCE)
    request, payable, at = _payable(work, request_id)
    if request.recorded_by == actor.id:
        raise DomainError("You asked for this payout yourself.", "Ask a colleague to approve it.")
    if payable.state is not RequestState.ASKED:
        raise DomainError("This payout was decided already.", "Reload the page.")
    if not accepted and not reason.strip():
        raise DomainError("A refusal needs its reason.", "Say what is missing.")
    if accepted:
        _refuse_beyond(request.amount_fen, at.left_fen + request.amount_fen)
    row = work.add(
        PayoutDecision(
            request_id=request.id,
            asked_by=request.recorded_by,
            decided_by=actor.id,
            decided_at=work.recorded_at,
            accepted=accepted,
            reason=reason.strip(),
            is_demo=request.is_demo,
        )
    )
    after = {"accepted": accepted, "reason": reason.strip()}
    audit.write(work, actor, "payout:decide", "payout_request", request.id, after=after)
    return row


def pay(
    work: Work, actor: Actor, request_id: str, *, paid_on: date, voucher_file_id: str | None
) -> PayoutPayment:
    """Record that an approved payout was paid; refused where the evidence has since fallen."""
    actor.must(Duty.EDIT_DEALS)
    request, payable, at = _payable(work, request_id)
    if payable.state is not RequestState.APPROVED:
        raise DomainError(
            "Only an approved payout that is not paid yet can be paid.",
            "Have it approved by a second person first.",
        )
    if voucher_file_id is None:
        raise DomainError("A payment needs its voucher.", "Upload the voucher of the payment.")
    files.get(work, voucher_file_id)
    if not request.asked_on <= paid_on <= work.today():
        raise DomainError(
            "{on} is not a day between the request and today.",
            "Enter the day on the voucher.",
            on=paid_on,
        )
    _refuse_beyond(request.amount_fen, at.left_fen + request.amount_fen)
    row = work.add(
        PayoutPayment(
            request_id=request.id,
            paid_on=paid_on,
            voucher_file_id=voucher_file_id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=request.is_demo,
        )
    )
    after = {"paid_on": paid_on, "amount_fen": request.amount_fen, "file": voucher_file_id}
    audit.write(work, actor, "payout:pay", "payout_request", request.id, after=after)
    return row


def reverse(work: Work, actor: Actor, request_id: str, *, reason: str) -> PayoutReversal:
    """Take the standing payment of a payout back; it is approved and unpaid again."""
    actor.must(Duty.VERIFY_EVIDENCE)
    _, payable, _ = _payable(work, request_id)
    if payable.payment_id is None:
        raise DomainError("This payout is not paid.", "There is nothing to reverse.")
    if not reason.strip():
        raise DomainError("A reversal needs its reason.", "Say in one sentence what was wrong.")
    row = work.add(
        PayoutReversal(
            payment_id=payable.payment_id,
            reason=reason.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
        )
    )
    after = {"reason": reason.strip(), "amount_fen": payable.amount_fen}
    audit.write(work, actor, "payout:reverse", "payout_request", request_id, after=after)
    return row


# ---- what the commands share
def _payable(work: Work, request_id: str) -> tuple[PayoutRequest, Payable, ClausePosition]:
    request = work.session.get(PayoutRequest, request_id)
    if request is None:
        raise NotFoundError
    at = position(work, date.max, request.clause_id)
    return request, next(one for one in at.payables if one.request_id == request_id), at


# ---- refusals
def _refuse_beyond(amount_fen: int, left_fen: int) -> None:
    if amount_fen > left_fen:
        raise DomainError(
            "{amount} is more than the verified output entitles to; {left} is left.",
            "Lower the amount, or have the output verified by a second person first.",
            amount=Yuan(amount_fen),
            left=Yuan(max(left_fen, 0)),
        )


def _refuse_odd_rule(rule: Rule, metric: Metric) -> None:
    if rule.kind is Kind.WHOLE and not rule.amount_fen:
        raise DomainError("The incentive names no amount.", "Enter the amount of the clause.")
    if rule.kind is Kind.PROPORTIONAL:
        given = rule.rate_ppm if metric in MONEY else rule.unit_fen
        other = rule.unit_fen if metric in MONEY else rule.rate_ppm
        if not given or given < 0 or other is not None:
            raise DomainError(
                "A money output is paid by a percentage, a counted one by an amount a unit.",
                "Enter the one that fits what the condition measures.",
            )
    if rule.kind is Kind.STEPS and not rule.steps:
        raise DomainError(
            "The incentive names no step.", "Enter one threshold and amount at least."
        )
    if any(step.amount_fen <= 0 or step.least < 0 for step in rule.steps) or rule.floor < 0:
        raise DomainError(
            "Amounts are above zero, and a floor or threshold is not below it.",
            "Check the figures against the clause.",
        )
