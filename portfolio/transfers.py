"""Transfers: a partner's interest, or a part of it, goes to another partner on a day.

Row 17 of the sheet carries it: the new holder begins at nothing, the old one is negative, and the
fund as a whole does not move. What the interest stands for (paid-in, distributed, recallable)
follows under purposes of its own (moved.py), so the unfunded commitments of both stay right.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import calls, capital, commitment_changes, commitments, funds, ledger, moved
from portfolio.accounts import AccountCode, Line
from portfolio.capital import Amounts
from portfolio.commitments import CommitmentChange, Partner, PartnerKind
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, new_id, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.postings import Posting, to_partners
from valuation.money import split_fen

TAG, PRICE_TAG = "portfolio:transfer:book", "portfolio:transfer:price"


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """What changes hands, in fen."""

    committed_fen: int
    paid_in_fen: int
    unfunded_fen: int
    distributed_fen: int
    recallable_fen: int
    nav_fen: int


# ---- rules
def interest_of(account: Amounts, committed_fen: int) -> Interest:
    """Return the part of an account that goes with a part of its commitment, to the fen.

    The whole commitment takes the whole account; of a part, paid-in is what makes the unfunded
    commitments of both sides add up.
    """
    weights = [committed_fen, account.committed_fen - committed_fen]

    def part(fen: int) -> int:
        return split_fen(fen, weights)[0]

    unfunded, recallable = part(account.unfunded_fen), part(account.recallable_fen)
    return Interest(
        committed_fen=committed_fen,
        paid_in_fen=committed_fen - unfunded + recallable,
        unfunded_fen=unfunded,
        distributed_fen=part(account.distributed_fen - account.recallable_fen) + recallable,
        recallable_fen=recallable,
        nav_fen=part(account.nav_fen),
    )


def postings_of(interest: Interest, giver: str, taker: str) -> list[Posting]:
    """Return row 17 of both accounts, by what it stands for; each purpose sums to zero."""
    final_fen = interest.distributed_fen - interest.recallable_fen
    credited = {
        moved.CONTRIBUTIONS: interest.paid_in_fen,
        moved.DISTRIBUTIONS: -final_fen,
        moved.RECALLABLE: -interest.recallable_fen,
        moved.RESULT: interest.nav_fen - interest.paid_in_fen + interest.distributed_fen,
    }
    return [
        Posting(
            account=AccountCode.PARTNERS_CAPITAL,
            amount_fen=sign * fen,
            partner_id=partner,
            line=Line.PARTNER_TRANSFERS,
            purpose=purpose,
        )
        for purpose, fen in credited.items()
        if fen
        for partner, sign in ((giver, 1), (taker, -1))
    ]


# ---- rows
class PartnerTransfer(Row, table=True):
    """One transfer; it stands while its changes of the commitments are not undone."""

    __tablename__ = "partner_transfer"
    __table_args__ = strict(
        sa.CheckConstraint("giver_id <> taker_id", name="two_partners"),
        sa.CheckConstraint("committed_fen > 0", name="committed_positive"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    giver_id: str = Field(foreign_key="partner.id", sa_type=Id)
    taker_id: str = Field(foreign_key="partner.id", sa_type=Id)
    effective_date: date
    committed_fen: int = Field(sa_type=Fen)
    price_fen: int | None = Field(default=None, sa_type=Fen)
    given_id: str = Field(foreign_key="commitment.id", sa_type=Id)
    taken_id: str = Field(foreign_key="commitment.id", sa_type=Id)
    transaction_id: str | None = Field(
        default=None, foreign_key="ledger_transaction.id", sa_type=Id
    )
    memo: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def plan(
    work: Work, *, giver_id: str, taker_id: str, committed_fen: int, effective_date: date
) -> Interest:
    """Return what would change hands; nothing is written.

    errors  another fund; the general partner's interest; nothing or more than was promised; a
            call of the giver is still out; it moved after that day
    """
    giver, taker = commitments.partner(work, giver_id), commitments.partner(work, taker_id)
    if giver.fund_id != taker.fund_id or giver.id == taker.id:
        raise DomainError(
            "An interest goes from one partner of a fund to another one.",
            "Choose two partners of this fund; admit the new one first.",
        )
    if PartnerKind.GP in {giver.kind, taker.kind}:
        raise DomainError(
            "The general partner's interest is not transferred here.",
            "A change of the general partner changes the agreement: admit the new one.",
        )
    account = _amounts(work, giver, effective_date)
    if not 0 < committed_fen <= account.committed_fen:
        raise DomainError(
            "{amount} was entered; {partner} has committed {committed} by {on}.",
            "Enter the part of the commitment that is transferred.",
            amount=Yuan(committed_fen),
            partner=giver.name,
            committed=Yuan(account.committed_fen),
            on=effective_date,
        )
    _refuse_calls_out(work, giver)
    if _amounts(work, giver, date.max) != account:
        raise DomainError(
            "The account of {partner} moved after {on}.",
            "Date the transfer after its last movement, or on the day of it.",
            partner=giver.name,
            on=effective_date,
        )
    return interest_of(account, committed_fen)


def transfer(
    work: Work,
    actor: Actor,
    *,
    giver_id: str,
    taker_id: str,
    committed_fen: int,
    effective_date: date,
    price_fen: int | None = None,
    memo: str = "",
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> PartnerTransfer:
    """Move an interest from one partner to another.

    price_fen  what is paid for it, outside this fund; it matters where a side is a fund of ours,
               whose books then show the cash. None: its net asset value
    errors     those of `plan`; a fund that pays lacks the cash; a locked quarter
    """
    actor.must(Duty.EDIT_FUNDS)
    interest = plan(
        work,
        giver_id=giver_id,
        taker_id=taker_id,
        committed_fen=committed_fen,
        effective_date=effective_date,
    )
    giver, taker = commitments.partner(work, giver_id), commitments.partner(work, taker_id)
    fund = funds.get(work, actor, giver.fund_id)
    row_id, is_demo = new_id(), is_demo or fund.is_demo
    cost_fen = _cost_fen(work, giver, interest, effective_date)
    booked = None
    if postings := postings_of(interest, giver.id, taker.id):
        booked = ledger.post(
            work,
            actor,
            fund_id=fund.id,
            tag=TAG,
            subject_id=row_id,
            effective_date=effective_date,
            postings=postings,
            memo=memo,
            correction_reason=correction_reason,
            is_demo=is_demo,
        )
        paid_fen = interest.nav_fen if price_fen is None else price_fen
        _book_price(work, actor, booked, giver, taker, paid_fen, cost_fen)
    given, taken = (
        commitment_changes.change(
            work,
            actor,
            partner,
            CommitmentChange.TRANSFER,
            sign * committed_fen,
            effective_date,
            memo=memo,
            is_demo=is_demo,
        )
        for partner, sign in ((giver, -1), (taker, 1))
    )
    row = work.add(
        PartnerTransfer(
            id=row_id,
            fund_id=fund.id,
            giver_id=giver.id,
            taker_id=taker.id,
            effective_date=effective_date,
            committed_fen=committed_fen,
            price_fen=price_fen,
            given_id=given.id,
            taken_id=taken.id,
            transaction_id=booked.id if booked else None,
            memo=memo,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"giver": giver.code, "taker": taker.code, "committed_fen": committed_fen}
    audit.write(work, actor, "transfer:book", "transfer", row.id, after=after)
    return row


def reverse(
    work: Work,
    actor: Actor,
    transfer_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> None:
    """Undo a transfer in every book.

    errors  undone already; calls of the new holder rest on it
    """
    actor.must(Duty.EDIT_FUNDS)
    row = work.session.get(PartnerTransfer, transfer_id)
    if row is None:
        raise NotFoundError
    if row.transaction_id is not None:
        ledger.reverse(
            work, actor, row.transaction_id, reason=reason, correction_reason=correction_reason
        )
    for commitment_id in (row.given_id, row.taken_id):
        found = work.session.get_one(commitments.Commitment, commitment_id)
        commitment_changes.correct(work, actor, found, reason=reason)


def _amounts(work: Work, partner: Partner, as_of: date) -> Amounts:
    for account in capital.accounts(work, Moment(as_of=as_of), partner.fund_id).accounts:
        if account.partner_id == partner.id:
            return account.amounts
    raise NotFoundError


def _refuse_calls_out(work: Work, giver: Partner) -> None:
    out_fen = sum(
        line.outstanding_fen
        for line in calls.lines(work, calls.EVER, col(calls.CallLine.partner_id) == giver.id)
    )
    if out_fen:
        raise DomainError(
            "{partner} still owes {owed} on calls of this fund.",
            "Book what arrived, or have the call settled before the interest is transferred.",
            partner=giver.name,
            owed=Yuan(out_fen),
        )


def _cost_fen(work: Work, giver: Partner, interest: Interest, on: date) -> int:
    """Return the part of a selling fund's cost that goes with the interest."""
    if giver.holding_id is None or giver.investor_fund_id is None:
        return 0
    cost_fen = ledger.balance_fen(
        work,
        Moment(as_of=on),
        AccountCode.INVESTMENTS_COST,
        fund_id=giver.investor_fund_id,
        investment_id=giver.holding_id,
    )
    committed_fen = _amounts(work, giver, on).committed_fen
    weights = [interest.committed_fen, committed_fen - interest.committed_fen]
    return split_fen(cost_fen, weights)[0]


def _book_price(
    work: Work,
    actor: Actor,
    cause: LedgerTransaction,
    giver: Partner,
    taker: Partner,
    price_fen: int,
    cost_fen: int,
) -> None:
    """Book the price in the books of a fund that buys or sells.

    Row 17 has brought a buyer the net asset value as unrealised gain, and taken it from a seller;
    the price turns the one into cost and the other into a realised result.
    """
    for partner, is_buyer in ((giver, False), (taker, True)):
        above = partner.investor_fund_id
        if above is None:
            continue
        by = commitments.shares(work, above, on=cause.effective_date)
        moves = _bought(price_fen) if is_buyer else _sold(price_fen, cost_fen)
        holding = [
            Posting(account=account, amount_fen=fen, investment_id=partner.holding_id)
            for account, fen in moves.items()
            if account is not AccountCode.CASH
        ]
        cash = Posting(account=AccountCode.CASH, amount_fen=moves[AccountCode.CASH])
        realised_fen = 0 if is_buyer else price_fen - cost_fen
        unrealised_fen = -price_fen if is_buyer else cost_fen
        postings = [
            cash,
            *holding,
            *to_partners(realised_fen, Line.REALISED_GAIN, by),
            *to_partners(unrealised_fen, Line.UNREALISED_GAIN, by),
        ]
        if any(posting.amount_fen for posting in postings):
            ledger.post(
                work,
                actor,
                fund_id=above,
                tag=PRICE_TAG,
                subject_id=cause.subject_id,
                effective_date=cause.effective_date,
                postings=postings,
                cause_id=cause.id,
                correction_reason=cause.correction_reason,
                is_demo=cause.is_demo,
            )


def _bought(price_fen: int) -> dict[AccountCode, int]:
    return {
        AccountCode.CASH: -price_fen,
        AccountCode.INVESTMENTS_COST: price_fen,
        AccountCode.INVESTMENTS_UNREALISED: -price_fen,
    }


def _sold(price_fen: int, cost_fen: int) -> dict[AccountCode, int]:
    return {
        AccountCode.CASH: price_fen,
        AccountCode.INVESTMENTS_COST: -cost_fen,
        AccountCode.INVESTMENTS_UNREALISED: cost_fen,
    }


# ---- reads
def transfers(work: Work, fund_id: str) -> list[tuple[PartnerTransfer, bool]]:
    """Return a fund's transfers, oldest first, and whether each was reversed."""
    rows = work.session.execute(
        sa.select(PartnerTransfer)
        .where(col(PartnerTransfer.fund_id) == fund_id)
        .order_by(col(PartnerTransfer.effective_date), col(PartnerTransfer.id))
    ).scalars()
    return [(row, commitment_changes.is_undone(work, row.given_id)) for row in rows]
