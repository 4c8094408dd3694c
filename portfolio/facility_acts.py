"""Facility acts: a line is opened, drawn, repaid, and its interest booked.

The row and its reads are those of facility.py; here are the commands that move the books.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from portfolio import expenses, facility, funds, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.facility import (
    DAY_BASES,
    DRAW,
    REPAY,
    Facility,
    FacilityInterest,
    Use,
    get,
    interest_from,
    owed_interest_fen,
)
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerTransaction
from portfolio.postings import Posting
from valuation.money import split_fen


# ---- commands
def open_(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    name: str,
    lender: str,
    limit_fen: int,
    rate_ppm: int,
    day_basis: int,
    opened_on: date,
    matures_on: date,
    is_demo: bool = False,
) -> Facility:
    """Record a facility as its agreement has it.

    errors  nothing as a limit; a name taken; it ends before it begins; another year than 360 or 365
    """
    actor.must(Duty.EDIT_FUNDS)
    fund = funds.get(work, actor, fund_id)
    if limit_fen <= 0 or not name.strip() or not lender.strip():
        raise DomainError(
            "A facility needs a name, a lender and a limit above zero.",
            "Enter them as the facility agreement has them.",
        )
    if matures_on <= opened_on:
        raise DomainError(
            "The facility ends on {matures}, not after its first day {opened}.",
            "Enter the last day of the agreement.",
            matures=matures_on,
            opened=opened_on,
        )
    if rate_ppm < 0 or day_basis not in DAY_BASES:
        raise DomainError(
            "Interest is counted at a rate of zero or more, over 360 or 365 days a year.",
            "Enter the rate and the day count of the agreement.",
        )
    same = sa.select(col(Facility.id)).where(
        col(Facility.fund_id) == fund_id, col(Facility.name) == name.strip()
    )
    if work.scalar(same):
        raise DomainError(
            "The fund has a facility of the name {name} already.",
            "Choose another name.",
            name=name.strip(),
        )
    row = work.add(
        Facility(
            fund_id=fund_id,
            name=name.strip(),
            lender=lender.strip(),
            limit_fen=limit_fen,
            rate_ppm=rate_ppm,
            day_basis=day_basis,
            opened_on=opened_on,
            matures_on=matures_on,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo or fund.is_demo,
        )
    )
    after = {"name": row.name, "limit_fen": limit_fen, "rate_ppm": rate_ppm}
    audit.write(work, actor, "facility:open", "facility", row.id, after=after)
    return row


def draw(
    work: Work,
    actor: Actor,
    facility_id: str,
    *,
    on: date,
    amount_fen: int,
    use: Use,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Draw on the line.

    errors  nothing; outside the agreement's days; above the limit on the day or on one after it
    """
    actor.must(Duty.EDIT_FUNDS)
    row = get(work, facility_id)
    _refuse_nothing(amount_fen)
    if not row.opened_on <= on <= row.matures_on:
        raise DomainError(
            "The facility may be drawn from {opened} to {matures}; {on} lies outside.",
            "Check the date, or record the extended agreement as a facility of its own.",
            opened=row.opened_on,
            matures=row.matures_on,
            on=on,
        )
    room_fen = row.limit_fen - facility.most(facility.changes(work, row), since=on)
    if amount_fen > room_fen:
        raise DomainError(
            "{asked} is to be drawn; {room} of the limit of {limit} is free.",
            "Lower the draw, repay first, or call capital.",
            asked=Yuan(amount_fen),
            room=Yuan(max(room_fen, 0)),
            limit=Yuan(row.limit_fen),
        )
    return _post(work, actor, row, DRAW, on, {use: amount_fen}, correction_reason)


def repay(
    work: Work,
    actor: Actor,
    facility_id: str,
    *,
    on: date,
    amount_fen: int,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Repay the line; what was drawn for several uses is repaid in proportion.

    errors  nothing; more than is outstanding on the day or on one after it; more than the cash
    """
    actor.must(Duty.EDIT_FUNDS)
    row = get(work, facility_id)
    _refuse_nothing(amount_fen)
    moved = facility.changes(work, row)
    owed_fen = facility.least(moved, since=on)
    if amount_fen > owed_fen:
        raise DomainError(
            "{asked} is to be repaid; {owed} is outstanding.",
            "Lower it; interest and fees are booked as expenses.",
            asked=Yuan(amount_fen),
            owed=Yuan(max(owed_fen, 0)),
        )
    by_use = facility.by_use(moved, on)
    parts = split_fen(amount_fen, list(by_use.values()))
    shares = {use: part for use, part in zip(by_use, parts, strict=True) if part}
    return _post(work, actor, row, REPAY, on, shares, correction_reason)


def accrue(
    work: Work,
    actor: Actor,
    facility_id: str,
    *,
    until: date,
    paid_on: date | None = None,
    correction_reason: str | None = None,
) -> expenses.Expense:
    """Book the interest of all days not yet booked, up to and without `until` (row 47).

    errors  no day is left; nothing was outstanding
    """
    actor.must(Duty.EDIT_FUNDS)
    row = get(work, facility_id)
    since = interest_from(work, row)
    if until <= since:
        raise DomainError(
            "Interest is booked up to {since} already.",
            "Choose a later day, or reverse the entry that was wrong.",
            since=since,
        )
    amount_fen = owed_interest_fen(work, row, until=until)
    if not amount_fen:
        raise DomainError(
            "Nothing was outstanding from {since} to {until}, so no interest is owed.",
            "Check the days and the draws.",
            since=since,
            until=until,
        )
    booked = expenses.book(
        work,
        actor,
        fund_id=row.fund_id,
        line=Line.FACILITY_INTEREST,
        amount_fen=amount_fen,
        effective_date=until - timedelta(days=1),
        paid_on=paid_on,
        memo=f"{row.name} {since:%Y-%m-%d}–{until - timedelta(days=1):%Y-%m-%d}",
        correction_reason=correction_reason,
        is_demo=row.is_demo,
    )
    work.add(
        FacilityInterest(
            facility_id=row.id,
            since=since,
            until=until,
            expense_id=booked.id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=row.is_demo,
        )
    )
    after = {"since": since, "until": until, "amount_fen": amount_fen}
    audit.write(work, actor, "facility:accrue", "facility", row.id, after=after)
    return booked


def reverse(
    work: Work,
    actor: Actor,
    transaction_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> LedgerTransaction:
    """Undo a draw or a repayment, unless that breaks the limit or repays more than was drawn."""
    actor.must(Duty.EDIT_FUNDS)
    undone = ledger.reverse(
        work, actor, transaction_id, reason=reason, correction_reason=correction_reason
    )
    row = get(work, undone.subject_id)
    moved = facility.changes(work, row)
    over = facility.most(moved, since=date.min) > row.limit_fen
    if over or facility.least(moved, since=date.min) < 0:
        raise DomainError(
            "Without this entry the facility would be overdrawn or repaid beyond what was drawn.",
            "Reverse the later draws or repayments first.",
        )
    return undone


def _refuse_nothing(amount_fen: int) -> None:
    if amount_fen <= 0:
        raise DomainError(
            "The amount must be more than nothing.", "Enter what the lender's notice shows."
        )


def _post(
    work: Work,
    actor: Actor,
    row: Facility,
    tag: str,
    on: date,
    parts: Mapping[Use, int],
    correction_reason: str | None,
) -> LedgerTransaction:
    sign = 1 if tag == DRAW else -1
    purposes = {use: use.drawn if tag == DRAW else use.repaid for use in parts}
    return ledger.post(
        work,
        actor,
        fund_id=row.fund_id,
        tag=tag,
        subject_id=row.id,
        effective_date=on,
        postings=[
            Posting(account=account, amount_fen=side * sign * fen, purpose=purposes[use])
            for use, fen in parts.items()
            for account, side in ((AccountCode.CASH, 1), (AccountCode.SUBSCRIPTION_LINE, -1))
        ],
        memo=row.name,
        correction_reason=correction_reason,
        is_demo=row.is_demo,
    )
