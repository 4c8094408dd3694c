"""Equalisation: partners of a later closing pay what they would have paid from the start.

Their part of each earlier contribution goes back to those who paid it: paid-in moves, unfunded is
restored, the fund's cash does not change. The interest they pay for the time in between passes
through the bank to the earlier partners and touches no account, so it is in no paid-in, multiple
or IRR ("later-close interest excluded", ILPA Performance Template FAQ).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import calls, commitments, funds, ledger, terms
from portfolio.accounts import AccountCode, Line
from portfolio.calls import CallLine, CapitalCall, Receipt
from portfolio.commitments import Commitment, CommitmentChange, Partner
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, new_id, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.later_closings import Event, Part, Plan, parts_of
from portfolio.ledger import LedgerPosting, LedgerTransaction
from portfolio.postings import Posting, merged, to_partners

TAG, INTEREST_TAG = "portfolio:equalisation:principal", "portfolio:equalisation:interest"
INTEREST = "equalisation:interest"


# ---- rows
class Equalisation(Row, table=True):
    """A later closing that was equalised; it stands while its transaction is not reversed."""

    __tablename__ = "equalisation"
    __table_args__ = strict(
        sa.UniqueConstraint("transaction_id"),
        sa.CheckConstraint("paid_on >= closed_on", name="paid_after_closing"),
        sa.CheckConstraint("rate >= 0 AND rate <= 1", name="rate_is_a_fraction"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    closed_on: date
    paid_on: date
    rate: float
    transaction_id: str = Field(foreign_key="ledger_transaction.id", sa_type=Id)
    interest_transaction_id: str | None = Field(
        default=None, foreign_key="ledger_transaction.id", sa_type=Id
    )
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class EqualisationPart(Row, table=True):
    """One partner's part of one earlier contribution."""

    __tablename__ = "equalisation_part"
    __table_args__ = strict(
        sa.UniqueConstraint(
            "equalisation_id",
            "partner_id",
            "contributed_on",
            "purpose",
            name="uq_equalisation_part_place",
        ),
        sa.CheckConstraint("principal_fen <> 0 OR interest_fen <> 0", name="moves_something"),
    )

    equalisation_id: str = Field(foreign_key="equalisation.id", sa_type=Id, index=True)
    partner_id: str = Field(foreign_key="partner.id", sa_type=Id, index=True)
    contributed_on: date
    purpose: str
    days: int
    principal_fen: int = Field(sa_type=Fen)
    interest_fen: int = Field(sa_type=Fen)
    is_demo: bool = False


# ---- commands
def plan(work: Work, fund_id: str, *, closed_on: date, paid_on: date) -> Plan:
    """Return what a closing moves; nothing is written.

    errors  paid before the closing; nobody joined on that day; equalised already; a call made
            before the closing is still out; an earlier partner has transferred its interest
    """
    if paid_on < closed_on:
        raise DomainError(
            "The payment is dated {paid}, before the closing of {closed}.",
            "Check the date on the bank statement.",
            paid=paid_on,
            closed=closed_on,
        )
    joined = _joined(work, fund_id, closed_on)
    made = standing(work, fund_id)
    if not joined or any(one.closed_on == closed_on for one in made):
        raise DomainError(
            "No commitment of {closed} waits for equalisation in this fund.",
            "Admit the partners of the later closing on that day first, or record the increase.",
            closed=closed_on,
        )
    _refuse_outstanding(work, fund_id, closed_on)
    agreed = terms.get(work, fund_id, closed_on)
    before = {
        share.partner_id: share.committed_fen
        for share in commitments.shares(work, fund_id, on=closed_on)
    }
    earlier_fen = sum(before.values()) - sum(joined.values())
    parts = [
        part
        for event in _events(work, fund_id, made, closed_on)
        if sum(event.borne_fen.values()) > 0 and earlier_fen > 0
        for part in parts_of(
            event,
            joined,
            earlier_fen,
            paid_on=paid_on,
            rate=agreed.equalisation_rate,
            day_count=agreed.fee_day_count,
        )
    ]
    if not any(part.principal_fen for part in parts):
        raise DomainError(
            "Nothing was contributed before {closed}, so nothing is to be equalised.",
            "Make the next call; it asks all partners by their commitments.",
            closed=closed_on,
        )
    return Plan(
        closed_on=closed_on,
        paid_on=paid_on,
        rate=agreed.equalisation_rate,
        joined_fen=joined,
        parts=tuple(parts),
    )


def equalise(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    closed_on: date,
    paid_on: date,
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> Equalisation:
    """Book a later closing: principal between the accounts, interest past them.

    errors  those of `plan`; a fund that pays lacks the cash; a locked quarter
    """
    actor.must(Duty.CALL_CAPITAL)
    fund = funds.get(work, actor, fund_id)
    planned = plan(work, fund_id, closed_on=closed_on, paid_on=paid_on)
    row_id, is_demo = new_id(), is_demo or fund.is_demo
    booked = ledger.post(
        work,
        actor,
        fund_id=fund_id,
        tag=TAG,
        subject_id=row_id,
        effective_date=paid_on,
        postings=_principal(planned.parts),
        correction_reason=correction_reason,
        is_demo=is_demo,
    )
    interest = _post_interest(work, actor, fund_id, row_id, planned, correction_reason, is_demo)
    row = work.add(
        Equalisation(
            id=row_id,
            fund_id=fund_id,
            closed_on=closed_on,
            paid_on=paid_on,
            rate=planned.rate,
            transaction_id=booked.id,
            interest_transaction_id=interest.id if interest else None,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    for part in planned.parts:
        work.add(
            EqualisationPart(
                equalisation_id=row.id,
                partner_id=part.partner_id,
                contributed_on=part.contributed_on,
                purpose=part.purpose,
                days=part.days,
                principal_fen=part.principal_fen,
                interest_fen=part.interest_fen,
                is_demo=is_demo,
            )
        )
    after = {"closed_on": closed_on, "paid_on": paid_on, "rate": planned.rate}
    audit.write(work, actor, "equalisation:book", "equalisation", row.id, after=after)
    return row


def reverse(
    work: Work,
    actor: Actor,
    equalisation_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> None:
    """Undo an equalisation with its interest, in every book that followed it.

    errors  a later closing was equalised on top of it
    """
    actor.must(Duty.CALL_CAPITAL)
    row = work.session.get(Equalisation, equalisation_id)
    if row is None:
        raise NotFoundError
    later = [one for one in standing(work, row.fund_id) if one.closed_on > row.closed_on]
    if later:
        raise DomainError(
            "The closing of {later} was equalised after this one and rests on it.",
            "Reverse that one first.",
            later=later[-1].closed_on,
        )
    for transaction_id in (row.transaction_id, row.interest_transaction_id):
        if transaction_id is not None:
            ledger.reverse(
                work, actor, transaction_id, reason=reason, correction_reason=correction_reason
            )


def _principal(parts: Iterable[Part]) -> list[Posting]:
    """Return what moves between the accounts, and the cash that comes in and goes out again."""
    found = merged(
        Posting(
            account=AccountCode.PARTNERS_CAPITAL,
            amount_fen=-part.principal_fen,
            partner_id=part.partner_id,
            line=Line.CONTRIBUTIONS,
            purpose=part.purpose,
        )
        for part in parts
    )
    cash: dict[tuple[str, bool], int] = {}
    for posting in found:
        key = posting.purpose, posting.amount_fen < 0
        cash[key] = cash.get(key, 0) - posting.amount_fen
    bank = [
        Posting(account=AccountCode.CASH, amount_fen=fen, purpose=purpose)
        for (purpose, _), fen in cash.items()
    ]
    return [*bank, *found]


def _post_interest(
    work: Work,
    actor: Actor,
    fund_id: str,
    row_id: str,
    planned: Plan,
    correction_reason: str | None,
    is_demo: bool,
) -> LedgerTransaction | None:
    """Book the interest in and out of the bank, and in the books of funds that pay or get it."""
    nets = {partner: pair[1] for partner, pair in planned.by_partner().items() if pair[1]}
    paid_fen = sum(fen for fen in nets.values() if fen > 0)
    if not paid_fen:
        return None

    def posted(of: str, postings: list[Posting], cause_id: str | None) -> LedgerTransaction:
        return ledger.post(
            work,
            actor,
            fund_id=of,
            tag=INTEREST_TAG,
            subject_id=row_id,
            effective_date=planned.paid_on,
            postings=postings,
            cause_id=cause_id,
            correction_reason=correction_reason,
            is_demo=is_demo,
        )

    through = [
        Posting(account=AccountCode.CASH, amount_fen=sign * paid_fen, purpose=INTEREST)
        for sign in (1, -1)
    ]
    booked = posted(fund_id, through, None)
    for partner_id, fen in nets.items():
        above = commitments.partner(work, partner_id).investor_fund_id
        if above is not None:
            line = Line.OTHER_INTEREST if fen > 0 else Line.INTEREST_INCOME
            by = commitments.shares(work, above, on=planned.paid_on)
            cash = Posting(account=AccountCode.CASH, amount_fen=-fen, purpose=INTEREST)
            posted(above, [cash, *to_partners(-fen, line, by)], booked.id)
    return booked


def _refuse_outstanding(work: Work, fund_id: str, closed_on: date) -> None:
    made = calls.calls(work, calls.EVER, fund_id)
    late = [one for one in made if one.called_on < closed_on and one.outstanding_fen]
    if late:
        raise DomainError(
            "Call {number} of {called} was made before this closing and is not paid in full.",
            "Book what arrived of it first; then all that was paid can be shared anew.",
            number=late[0].number,
            called=late[0].called_on,
        )
    moved = work.scalar(
        sa.select(col(Commitment.effective_date))
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .where(
            col(Partner.fund_id) == fund_id,
            col(Commitment.change) == CommitmentChange.TRANSFER.value,
            col(Commitment.id).not_in(
                sa.select(col(Commitment.undoes)).where(col(Commitment.undoes).is_not(None))
            ),
        )
        .limit(1)
    )
    if moved is not None:
        raise DomainError(
            "An interest in this fund changed hands on {on}, so earlier contributions have two "
            "holders.",
            "Equalise before interests are transferred, or settle this closing by agreement.",
            on=moved,
        )


# ---- reads
def standing(work: Work, fund_id: str) -> list[Equalisation]:
    """Return the equalised closings that were not reversed, oldest first."""
    undone = sa.select(col(LedgerTransaction.supersedes)).where(
        col(LedgerTransaction.supersedes).is_not(None)
    )
    of_fund = col(Equalisation.fund_id) == fund_id
    statement = sa.select(Equalisation).where(
        of_fund, col(Equalisation.transaction_id).not_in(undone)
    )
    return list(work.session.execute(statement.order_by(col(Equalisation.closed_on))).scalars())


def parts(work: Work, equalisation_ids: Iterable[str]) -> list[EqualisationPart]:
    """Return the parts of these closings, by contribution."""
    return list(
        work.session.execute(
            sa.select(EqualisationPart)
            .where(col(EqualisationPart.equalisation_id).in_(list(equalisation_ids)))
            .order_by(
                col(EqualisationPart.contributed_on),
                col(EqualisationPart.purpose),
                col(EqualisationPart.partner_id),
            )
        ).scalars()
    )


def _joined(work: Work, fund_id: str, closed_on: date) -> dict[str, int]:
    """Return {partner: fen} promised on the day of a closing."""
    rows = work.rows(
        sa.select(col(Commitment.partner_id), sa.func.sum(col(Commitment.amount_fen)))
        .join(Partner, col(Partner.id) == col(Commitment.partner_id))
        .where(
            col(Partner.fund_id) == fund_id,
            col(Commitment.effective_date) == closed_on,
            col(Commitment.change) != CommitmentChange.RELEASE.value,
        )
        .group_by(col(Commitment.partner_id))
        .order_by(col(Commitment.partner_id))
    )
    return {partner_id: int(fen) for partner_id, fen in rows if fen > 0}


def _events(work: Work, fund_id: str, made: Sequence[Equalisation], closed_on: date) -> list[Event]:
    """Return what was called or contributed before a closing, as earlier closings left it."""
    origin = sa.func.coalesce(col(LedgerTransaction.supersedes), col(LedgerTransaction.id))
    key = (
        col(LedgerTransaction.effective_date),
        col(LedgerPosting.purpose),
        col(LedgerPosting.partner_id),
    )
    contributed = work.rows(
        ledger.entries(*key, -sa.func.sum(col(LedgerPosting.amount_fen)))
        .outerjoin(Receipt, col(Receipt.transaction_id) == origin)
        .outerjoin(CallLine, col(CallLine.id) == col(Receipt.call_line_id))
        .outerjoin(CapitalCall, col(CapitalCall.id) == col(CallLine.call_id))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line) == int(Line.CONTRIBUTIONS),
            col(LedgerTransaction.tag).not_in((TAG, f"{TAG}:reverse")),
            sa.func.coalesce(col(CapitalCall.called_on), col(LedgerTransaction.effective_date))
            < closed_on,
        )
        .group_by(*key)
        .order_by(*key)
    )
    borne: dict[tuple[date, str], dict[str, int]] = {}
    for on, purpose, partner_id, fen in contributed:
        borne.setdefault((on, purpose), {})[partner_id] = int(fen)
    for part in parts(work, [one.id for one in made]):
        by = borne.setdefault((part.contributed_on, part.purpose), {})
        by[part.partner_id] = by.get(part.partner_id, 0) + part.principal_fen
    return [Event(on=on, purpose=purpose, borne_fen=by) for (on, purpose), by in borne.items()]
