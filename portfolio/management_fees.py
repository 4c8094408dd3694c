"""Management fees: the fee of a quarter by the terms, booked so that only differences are new.

What a quarter costs each partner is worked out anew each time (fee_accrual.py); what was booked
for it is read from the ledger by its purpose. A run books the difference, so a second one books
nothing, and a partner that was admitted late, or back-dated, is charged by a true-up.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import capital, commitments, equalisation, expenses, funds, ledger, moved, terms
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Commitment, CommitmentChange, Partner
from portfolio.fee_accrual import Accrual, PartnerFee, Steps, lines_of, shared
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, new_id, strict
from portfolio.kernel.errors import DomainError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.postings import Posting
from portfolio.term_sheet import FeeBasis
from valuation.money import split_fen
from valuation.periods import Quarter

EVER = Moment(as_of=date.max)


# ---- rows
class FeeWaiver(Row, table=True):
    """The part of its management fee that a partner does not bear, from a day on."""

    __tablename__ = "fee_waiver"
    __table_args__ = strict(
        sa.CheckConstraint("share >= 0 AND share <= 1", name="share_is_a_fraction"),
        sa.CheckConstraint("reason <> ''", name="reasoned"),
    )

    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    valid_from: date
    share: float
    reason: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def waive(
    work: Work,
    actor: Actor,
    partner_id: str,
    *,
    share: float,
    valid_from: date,
    reason: str,
    is_demo: bool = False,
) -> FeeWaiver:
    """Agree that a partner bears only a part of the fee; a newer row replaces it from its day on.

    share   of the fee that is waived, from 0 to 1
    errors  no such share; no reason
    """
    actor.must(Duty.EDIT_FUNDS)
    partner = commitments.partner(work, partner_id)
    funds.get(work, actor, partner.fund_id)
    if not 0 <= share <= 1 or not reason.strip():
        raise DomainError(
            "A waiver is a share from 0 to 100 % of the fee, with its reason.",
            "Enter the share as in the side letter, and name the letter.",
        )
    row = work.add(
        FeeWaiver(
            partner_id=partner_id,
            valid_from=valid_from,
            share=share,
            reason=reason.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo or partner.is_demo,
        )
    )
    after = {"share": share, "valid_from": valid_from, "reason": row.reason}
    audit.write(work, actor, "fee:waive", "partner", partner_id, after=after)
    return row


def accrue(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    quarter: Quarter,
    booked_on: date | None = None,
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> Accrual:
    """Book what is still missing of a quarter's fee: row 21, and its waivers on row 23.

    booked_on  default: the quarter's last day; a true-up of a closed quarter is dated later
    errors     the quarter has no terms, or nobody committed; a locked day without a reason
    """
    actor.must(Duty.EDIT_FUNDS)
    fund = funds.get(work, actor, fund_id)
    found = preview(work, fund_id, quarter)
    if not found.partners:
        raise DomainError(
            "No terms with a fee, or no commitment, was in force in {quarter}.",
            "Record the terms of the fund and its partners first.",
            quarter=str(quarter),
        )
    for line, name, sign in (
        (Line.MANAGEMENT_FEES, "due_fen", -1),
        (Line.MANAGEMENT_FEE_WAIVERS, "due_waiver_fen", 1),
    ):
        parts = {one.partner_id: sign * getattr(one, name) for one in found.partners}
        if any(parts.values()):
            ledger.post(
                work,
                actor,
                fund_id=fund_id,
                tag=expenses.BOOK,
                subject_id=new_id(),
                effective_date=booked_on or quarter.end,
                postings=_postings(parts, line, purpose_of(quarter)),
                memo=str(quarter),
                correction_reason=correction_reason,
                is_demo=is_demo or fund.is_demo,
            )
    return preview(work, fund_id, quarter)


def purpose_of(quarter: Quarter) -> str:
    """Return the purpose by which a posting says of which quarter it is the fee."""
    return f"management_fee:{quarter}"


def _postings(gains: Mapping[str, int], line: Line, purpose: str) -> list[Posting]:
    total_fen = sum(gains.values())
    parts = [
        Posting(
            account=AccountCode.PARTNERS_CAPITAL,
            amount_fen=-fen,
            partner_id=partner_id,
            line=line,
            purpose=purpose,
        )
        for partner_id, fen in gains.items()
        if fen
    ]
    owed = Posting(account=AccountCode.PAYABLES, amount_fen=total_fen, purpose=purpose)
    return [owed, *parts] if total_fen else parts


# ---- reads
def preview(work: Work, fund_id: str, quarter: Quarter) -> Accrual:
    """Return the fee of a quarter with its build-up; nothing is written."""
    periods = terms.fee_terms(work, fund_id, quarter.start, quarter.end)
    bases = {period.basis: _steps(work, fund_id, period.basis, quarter) for period in periods}
    lines = lines_of(periods, bases)
    waivers = _waivers(work, fund_id, quarter.end)
    due = shared(lines, waivers)
    gross, waived = (
        _booked(work, fund_id, quarter, line)
        for line in (Line.MANAGEMENT_FEES, Line.MANAGEMENT_FEE_WAIVERS)
    )
    partners = sorted({*due, *gross, *waived})
    return Accrual(
        start=quarter.start,
        end=quarter.end,
        partners=tuple(
            PartnerFee(
                partner_id=partner,
                lines=tuple(line for line in lines if line.partner_id == partner),
                gross_fen=due.get(partner, (0, 0))[0],
                waiver=waivers.get(partner, Fraction(0)),
                waived_fen=due.get(partner, (0, 0))[1],
                booked_fen=-gross.get(partner, 0),
                booked_waiver_fen=waived.get(partner, 0),
            )
            for partner in partners
        ),
    )


def _booked(work: Work, fund_id: str, quarter: Quarter, line: Line) -> dict[str, int]:
    rows = work.rows(
        ledger.entries(col(LedgerPosting.partner_id), -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line) == int(line),
            col(LedgerPosting.purpose) == purpose_of(quarter),
        )
        .group_by(col(LedgerPosting.partner_id))
    )
    return {partner: int(fen) for partner, fen in rows}


def _waivers(work: Work, fund_id: str, on: date) -> dict[str, Fraction]:
    rows = work.session.execute(
        sa.select(FeeWaiver)
        .join(Partner, col(Partner.id) == col(FeeWaiver.partner_id))
        .where(col(Partner.fund_id) == fund_id, col(FeeWaiver.valid_from) <= on)
        .order_by(col(FeeWaiver.recorded_at), col(FeeWaiver.id))
    ).scalars()
    return {row.partner_id: Fraction(str(row.share)) for row in rows}


def _steps(work: Work, fund_id: str, basis: FeeBasis, quarter: Quarter) -> Steps:
    match basis:
        case FeeBasis.COMMITTED:
            return _summed(_committed(work, fund_id))
        case FeeBasis.PAID_IN:
            return _summed(_paid_in(work, fund_id))
        case FeeBasis.INVESTED_COST:
            return _of_cost(work, fund_id)
        case FeeBasis.NAV:
            opening = Moment(as_of=quarter.start - timedelta(days=1))
            accounts = capital.accounts(work, opening, fund_id).accounts
            return {one.partner_id: [(quarter.start, one.amounts.nav_fen)] for one in accounts}


def _committed(work: Work, fund_id: str) -> list[tuple[str, date, int]]:
    """Return the changes of commitments; those of an equalised closing count from the first one."""
    first = work.scalar(
        sa.select(sa.func.min(col(Commitment.effective_date)))
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .where(col(Partner.fund_id) == fund_id)
    )
    closings = {one.closed_on for one in equalisation.standing(work, fund_id)}
    joined = {CommitmentChange.INITIAL.value, CommitmentChange.INCREASE.value}
    rows = work.rows(
        sa.select(
            col(Commitment.partner_id),
            col(Commitment.effective_date),
            col(Commitment.amount_fen),
            col(Commitment.change),
        )
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .where(col(Partner.fund_id) == fund_id)
    )
    return [
        (partner, first if change in joined and on in closings else on, int(fen))
        for partner, on, fen, change in rows
    ]


def _paid_in(work: Work, fund_id: str) -> list[tuple[str, date, int]]:
    rows = work.rows(
        ledger.entries(
            col(LedgerPosting.partner_id),
            col(LedgerTransaction.effective_date),
            -col(LedgerPosting.amount_fen),
        ).where(
            col(LedgerPosting.fund_id) == fund_id,
            (col(LedgerPosting.line) == int(Line.CONTRIBUTIONS))
            | (
                (col(LedgerPosting.line) == int(Line.PARTNER_TRANSFERS))
                & (col(LedgerPosting.purpose) == moved.CONTRIBUTIONS)
            ),
        )
    )
    return [(partner, on, int(fen)) for partner, on, fen in rows]


def _summed(changes: list[tuple[str, date, int]]) -> dict[str, list[tuple[date, int]]]:
    """Turn dated changes into what stands from each day on."""
    found: dict[str, list[tuple[date, int]]] = {}
    for partner, on, fen in sorted(changes, key=lambda change: change[1]):
        steps = found.setdefault(partner, [])
        standing = (steps[-1][1] if steps else 0) + fen
        if steps and steps[-1][0] == on:
            steps.pop()
        steps.append((on, standing))
    return found


def _of_cost(work: Work, fund_id: str) -> dict[str, list[tuple[date, int]]]:
    """Share the fund's cost of each day over the commitments of that day."""
    moves = work.rows(
        ledger.entries(
            sa.literal(fund_id),
            col(LedgerTransaction.effective_date),
            col(LedgerPosting.amount_fen),
        ).where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.INVESTMENTS_COST.value,
        )
    )
    cost = _summed([(key, on, int(fen)) for key, on, fen in moves]).get(fund_id, [])
    committed = _summed(_committed(work, fund_id))
    days = sorted({on for on, _ in cost} | {on for steps in committed.values() for on, _ in steps})
    found: dict[str, list[tuple[date, int]]] = {partner: [] for partner in committed}
    for day in days:
        at = {partner: _at(steps, day) for partner, steps in committed.items()}
        weights = [max(0, fen) for fen in at.values()]
        if any(weights):
            parts = split_fen(max(0, _at(cost, day)), weights)
            for partner, part in zip(at, parts, strict=True):
                found[partner].append((day, part))
    return found


def _at(steps: list[tuple[date, int]], on: date) -> int:
    return next((fen for day, fen in reversed(steps) if day <= on), 0)
