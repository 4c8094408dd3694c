"""Defaults: a partner that did not pay its part of a call, what it owes for it, what it loses.

Who is overdue is read from the calls. A declared default may dilute the account by the rule of the
terms: a part of it goes to the other partners on row 89. A remedy books the late money, its
interest (income of the others, in nobody's paid-in) and gives the diluted part back. Each step is
a row of its own, so each can be answered by the next.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import calls, capital, commitments, ledger, receipts, terms
from portfolio.accounts import AccountCode, Line
from portfolio.calls import CallLine, CapitalCall, LinePosition
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.ledger import Moment
from portfolio.overdue import DILUTION, Overdue, Step, diluted, dilution_fen, interest_fen
from portfolio.postings import Posting, to_partners
from portfolio.term_sheet import Terms

DILUTE_TAG, INTEREST_TAG = "portfolio:default:dilute", "portfolio:default:interest"


# ---- rows
class PartnerDefault(Row, table=True):
    """A step of a default; the newest of a line of a call is what stands."""

    __tablename__ = "partner_default"
    __table_args__ = strict(
        sa.UniqueConstraint("call_line_id", "number"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("dilution_fen >= 0 AND interest_fen >= 0", name="not_negative"),
        sa.CheckConstraint("(step = 'remedied') = (receipt_id IS NOT NULL)", name="remedy_is_paid"),
    )

    call_line_id: str = Field(foreign_key="call_line.id", sa_type=Id, index=True)
    number: int
    step: str = Field(sa_type=one_of(*Step))
    on: date
    dilution_fen: int = Field(default=0, sa_type=Fen)
    interest_fen: int = Field(default=0, sa_type=Fen)
    transaction_id: str | None = Field(
        default=None, foreign_key="ledger_transaction.id", sa_type=Id
    )
    receipt_id: str | None = Field(default=None, foreign_key="receipt.id", sa_type=Id)
    reason: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def declare(
    work: Work,
    actor: Actor,
    call_line_id: str,
    *,
    declared_on: date,
    reason: str = "",
    correction_reason: str | None = None,
) -> PartnerDefault:
    """Declare a default; by the terms a part of the account goes to the other partners.

    errors  nothing is overdue; within the days of grace; declared already
    """
    actor.must(Duty.CALL_CAPITAL)
    line, made = _line(work, call_line_id)
    agreed = terms.get(work, made.fund_id, made.due_on)
    late = _overdue(work, line, made, agreed, declared_on)
    if late is None or declared_on < late.may_declare_from or late.step is Step.DECLARED:
        raise DomainError(
            "A default on call {number} cannot be declared on {on}.",
            "It takes money that is outstanding after the due date and the days of grace, and no "
            "default declared for it already.",
            number=made.number,
            on=declared_on,
        )
    fen, postings = planned_dilution(work, line.partner_id, agreed, declared_on)
    booked = None
    if postings:
        booked = ledger.post(
            work,
            actor,
            fund_id=made.fund_id,
            tag=DILUTE_TAG,
            subject_id=call_line_id,
            effective_date=declared_on,
            postings=postings,
            memo=reason,
            correction_reason=correction_reason,
            is_demo=made.is_demo,
        )
    return _step(
        work,
        actor,
        line,
        Step.DECLARED,
        declared_on,
        dilution_fen=fen,
        transaction_id=booked.id if booked else None,
        reason=reason,
    )


def remedy(
    work: Work,
    actor: Actor,
    call_line_id: str,
    *,
    paid_on: date,
    correction_reason: str | None = None,
) -> PartnerDefault:
    """Book that a defaulter paid what it owed, with interest; the dilution is given back.

    errors  no default stands; paid before it was declared; a fund that pays lacks the cash
    """
    actor.must(Duty.CALL_CAPITAL)
    line, made, declared = _standing(work, call_line_id)
    if paid_on < declared.on:
        raise DomainError(
            "The payment is dated {paid}, before the default of {declared}.",
            "Withdraw the default and book the receipt on its day.",
            paid=paid_on,
            declared=declared.on,
        )
    agreed = terms.get(work, made.fund_id, made.due_on)
    position = _position(work, line)
    owed_fen = interest_fen(position.outstanding_fen, made.due_on, paid_on, agreed)
    _give_back(work, actor, declared, "remedied", correction_reason)
    receipt = receipts.receive(
        work,
        actor,
        line.id,
        received_on=paid_on,
        amount_fen=position.outstanding_fen,
        correction_reason=correction_reason,
    )
    booked_id = _book_interest(
        work, actor, line, made, owed_fen, paid_on, receipt.transaction_id, correction_reason
    )
    return _step(
        work,
        actor,
        line,
        Step.REMEDIED,
        paid_on,
        interest_fen=owed_fen,
        transaction_id=booked_id,
        receipt_id=receipt.id,
    )


def withdraw(
    work: Work,
    actor: Actor,
    call_line_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> PartnerDefault:
    """Undo the last step: a declaration is withdrawn, a remedy is taken back with its interest."""
    actor.must(Duty.CALL_CAPITAL)
    if not reason.strip():
        raise DomainError("A reversal needs its reason.", "Say in one sentence what was wrong.")
    line, _ = _line(work, call_line_id)
    last = _last(work, [line.id]).get(line.id)
    if last is None or last.step == Step.WITHDRAWN:
        raise NotFoundError
    if last.receipt_id is not None:
        receipts.reverse(
            work, actor, last.receipt_id, reason=reason, correction_reason=correction_reason
        )
    _give_back(work, actor, last, reason, correction_reason)
    return _step(work, actor, line, Step.WITHDRAWN, last.on, reason=reason)


def planned_dilution(
    work: Work, partner_id: str, agreed: Terms, on: date
) -> tuple[int, list[Posting]]:
    """Return what a default takes on a day, and the postings that share it; () where nothing."""
    partner = commitments.partner(work, partner_id)
    accounts = capital.accounts(work, Moment(as_of=on), partner.fund_id).accounts
    nav_fen = next(one.amounts.nav_fen for one in accounts if one.partner_id == partner_id)
    others = [
        share
        for share in commitments.shares(work, partner.fund_id, on=on)
        if share.partner_id != partner_id
    ]
    fen = dilution_fen(nav_fen, agreed) if others else 0
    return fen, diluted(partner_id, fen, others) if fen else []


def _book_interest(
    work: Work,
    actor: Actor,
    line: CallLine,
    made: CapitalCall,
    fen: int,
    paid_on: date,
    cause_id: str,
    correction_reason: str | None,
) -> str | None:
    """Book the interest as income of the partners that had paid; a paying fund bears it."""
    others = [
        share
        for share in commitments.shares(work, made.fund_id, on=paid_on)
        if share.partner_id != line.partner_id
    ]
    if not fen or not others:
        return None
    cash = Posting(account=AccountCode.CASH, amount_fen=fen, purpose=DILUTION)
    income = to_partners(fen, Line.INTEREST_INCOME, others)
    booked = ledger.post(
        work,
        actor,
        fund_id=made.fund_id,
        tag=INTEREST_TAG,
        subject_id=line.id,
        effective_date=paid_on,
        postings=[cash, *income],
        cause_id=cause_id,  # reversed together with the receipt it came with
        correction_reason=correction_reason,
        is_demo=made.is_demo,
    )
    above = commitments.partner(work, line.partner_id).investor_fund_id
    if above is not None:
        by = commitments.shares(work, above, on=paid_on)
        ledger.post(
            work,
            actor,
            fund_id=above,
            tag=INTEREST_TAG,
            subject_id=line.id,
            effective_date=paid_on,
            postings=[
                Posting(account=AccountCode.CASH, amount_fen=-fen),
                *to_partners(-fen, Line.OTHER_INTEREST, by),
            ],
            cause_id=booked.id,
            correction_reason=correction_reason,
            is_demo=made.is_demo,
        )
    return booked.id


def _give_back(
    work: Work,
    actor: Actor,
    last: PartnerDefault,
    reason: str,
    correction_reason: str | None,
) -> None:
    """Reverse the dilution of a declaration."""
    if last.step == Step.DECLARED and last.transaction_id is not None:
        ledger.reverse(
            work, actor, last.transaction_id, reason=reason, correction_reason=correction_reason
        )


def _step(
    work: Work, actor: Actor, line: CallLine, step: Step, on: date, **more: Any
) -> PartnerDefault:
    last = _last(work, [line.id]).get(line.id)
    row = work.add(
        PartnerDefault(
            call_line_id=line.id,
            number=last.number + 1 if last else 1,
            step=step.value,
            on=on,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=line.is_demo,
            **more,
        )
    )
    after = {"step": step, "on": on, "dilution_fen": row.dilution_fen, "reason": row.reason}
    audit.write(work, actor, f"default:{step}", "call_line", line.id, after=after)
    return row


# ---- reads
def overdue(work: Work, fund_id: str, *, as_of: date) -> list[Overdue]:
    """Return who has not paid in time by a day, and what stands declared, oldest call first."""
    found = []
    for made in calls.calls(work, Moment(as_of=as_of), fund_id):
        agreed = terms.find(work, fund_id, made.due_on) or Terms()
        steps = _last(work, [line.id for line in made.lines])
        for line in made.lines:
            last = steps.get(line.id)
            if (line.outstanding_fen and as_of > made.due_on) or last is not None:
                found.append(_of(line, made.number, made.due_on, agreed, as_of, last))
    return found


def _of(
    line: LinePosition,
    number: int,
    due_on: date,
    agreed: Terms,
    as_of: date,
    last: PartnerDefault | None,
) -> Overdue:
    return Overdue(
        line=line,
        call_number=number,
        due_on=due_on,
        days=max(0, (as_of - due_on).days) if line.outstanding_fen else 0,
        interest_fen=interest_fen(line.outstanding_fen, due_on, as_of, agreed),
        may_declare_from=date.fromordinal(due_on.toordinal() + agreed.default_grace_days + 1),
        dilution=agreed.default_dilution,
        step=Step(last.step) if last else None,
        default_id=last.id if last else None,
    )


def _overdue(
    work: Work, line: CallLine, made: CapitalCall, agreed: Terms, as_of: date
) -> Overdue | None:
    position = _position(work, line)
    if not position.outstanding_fen:
        return None
    last = _last(work, [line.id]).get(line.id)
    return _of(position, made.number, made.due_on, agreed, as_of, last)


def _position(work: Work, line: CallLine) -> LinePosition:
    return calls.lines(work, calls.EVER, col(CallLine.id) == line.id)[0]


def _line(work: Work, call_line_id: str) -> tuple[CallLine, CapitalCall]:
    line = work.session.get(CallLine, call_line_id)
    if line is None:
        raise NotFoundError
    return line, work.session.get_one(CapitalCall, line.call_id)


def _standing(work: Work, call_line_id: str) -> tuple[CallLine, CapitalCall, PartnerDefault]:
    line, made = _line(work, call_line_id)
    last = _last(work, [line.id]).get(line.id)
    if last is None or last.step != Step.DECLARED:
        raise DomainError(
            "No default stands on this part of the call.",
            "Declare it first, or book a plain receipt.",
        )
    return line, made, last


def _last(work: Work, call_line_ids: Sequence[str]) -> dict[str, PartnerDefault]:
    rows = work.session.execute(
        sa.select(PartnerDefault)
        .where(col(PartnerDefault.call_line_id).in_(call_line_ids))
        .order_by(col(PartnerDefault.number))
    ).scalars()
    return {row.call_line_id: row for row in rows}
