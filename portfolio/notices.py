"""Notices: what a call or a distribution tells one partner, as it was known when it was made.

A notice is stored nowhere. It is read from rows that never change, up to the number the books had
when the call was recorded, so the same call gives the same notice whenever it is asked for.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from portfolio import (
    bank,
    calls,
    capital,
    distributions,
    funds,
    ledger,
    moments,
    unfunded,
    workdays,
)
from portfolio.accounts import Line
from portfolio.call_types import OUTSIDE
from portfolio.calls import CallLine, CapitalCall
from portfolio.capital import Amounts
from portfolio.distributions import Distribution
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment


# ---- facts
class NoticeKind(StrEnum):
    """What the partner is told."""

    CALL = "call"
    DISTRIBUTION = "distribution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name in both languages; the English one may be empty."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """The fund's bank account that the notice names."""

    holder: str
    bank: str
    number: str
    clearing_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One type: of the whole fund and of this partner, in fen."""

    purpose: str  # as on the postings
    is_outside: bool
    is_recallable: bool
    fund_fen: int
    partner_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A partner's position before or after, in fen."""

    committed_fen: int
    called_fen: int  # asked for so far, paid or not, less what went back as excess
    uncalled_fen: int  # what may still be called
    distributed_fen: int
    recallable_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One partner's notice."""

    kind: NoticeKind
    reference: str  # fund, kind, number, partner
    number: int
    fund: Name
    fund_code: str
    partner: Name
    partner_code: str
    on: date  # of the call, or of the payment
    due_on: date | None
    workdays: int | None  # between the two; None where the year's holidays are not known
    payee: Payee | None
    parts: tuple[Part, ...]
    before: Standing
    after: Standing
    share: tuple[int, int]  # the partner's commitment over all commitments
    known_seq: int
    is_demo: bool

    @property
    def amount_fen(self) -> int:
        """What the partner pays or gets."""
        return sum(part.partner_fen for part in self.parts)

    @property
    def fund_fen(self) -> int:
        """What all partners pay or get."""
        return sum(part.fund_fen for part in self.parts)

    @property
    def is_short(self) -> bool:
        """Say whether the partner has less than ten workdays."""
        return self.workdays is not None and self.workdays < workdays.LEAST_NOTICE


# ---- reads
def of_call(work: Work, actor: Actor, fund_id: str, call_id: str) -> list[Notice]:
    """Return the notices of a call that the reader may see, in the order of the partners."""
    fund, made = funds.get(work, actor, fund_id), work.session.get(CapitalCall, call_id)
    if made is None or made.fund_id != fund.id:
        raise NotFoundError
    moment = moments.moment_of(work, made.called_on, made.recorded_at)
    seq = moments.known_seq(work, made.recorded_at)
    lines = calls.lines(work, calls.EVER, col(CallLine.call_id) == call_id)
    whole: dict[str, int] = {}
    for line in lines:
        for purpose, fen in line.parts.items():
            whole[purpose] = whole.get(purpose, 0) + fen
    asked = _asked_before(work, fund_id, made.number)
    uncalled = _paid_without_call(work, moment, fund_id)
    accounts = {one.partner_id: one for one in capital.accounts(work, moment, fund.id).accounts}
    total_fen = sum(one.amounts.committed_fen for one in accounts.values())
    mine = _visible(work, actor, fund_id)
    days = _workdays(work, made.called_on, made.due_on)
    payee = _payee(work, fund_id, made.called_on)
    found = []
    for line in lines:
        if line.partner_id not in mine:
            continue
        amounts = accounts[line.partner_id].amounts
        earlier = _plus(asked.get(line.partner_id, (0, 0)), uncalled.get(line.partner_id, (0, 0)))
        before = _standing(amounts, earlier)
        after = _standing(amounts, _plus(earlier, (line.amount_fen, calls.inside(line.parts))))
        parts = tuple(
            Part(
                purpose=purpose.value,
                is_outside=purpose.is_outside,
                is_recallable=False,
                fund_fen=whole[purpose],
                partner_fen=line.parts.get(purpose, 0),
            )
            for purpose in calls.Purpose
            if purpose in whole
        )
        found.append(
            Notice(
                kind=NoticeKind.CALL,
                reference=_reference(fund, "C", made.number, line.code),
                number=made.number,
                fund=Name(zh=fund.name, en=fund.name_en),
                fund_code=fund.code,
                partner=Name(zh=line.name, en=line.name_en),
                partner_code=line.code,
                on=made.called_on,
                due_on=made.due_on,
                workdays=days,
                payee=payee,
                parts=parts,
                before=before,
                after=after,
                share=(amounts.committed_fen, total_fen),
                known_seq=seq,
                is_demo=made.is_demo,
            )
        )
    return found


def of_distribution(work: Work, actor: Actor, fund_id: str, distribution_id: str) -> list[Notice]:
    """Return the notices of a distribution that the reader may see, in the order of partners."""
    fund, paid = funds.get(work, actor, fund_id), work.session.get(Distribution, distribution_id)
    if paid is None or paid.fund_id != fund.id:
        raise NotFoundError
    booked = work.session.get_one(LedgerTransaction, paid.transaction_id)
    moment = Moment(as_of=paid.paid_on, known_seq=booked.seq, known_at=booked.recorded_at)
    shown = distributions.distributions(work, moment, fund_id)
    position = next((one for one in shown if one.id == paid.id), None)
    if position is None:
        raise NotFoundError
    whole: dict[str, int] = {}
    each: dict[str, dict[str, int]] = {}
    for part in position.parts:
        purpose = part.purpose.posted(recallable=part.is_recallable)
        whole[purpose] = whole.get(purpose, 0) + part.amount_fen
        each.setdefault(part.partner_id, {})[purpose] = part.amount_fen
    accounts = capital.accounts(work, moment, fund_id)
    asked = _asked_before(work, fund_id, None, on=paid.paid_on, recorded_at=booked.recorded_at)
    uncalled = _paid_without_call(work, moment, fund_id)
    mine = _visible(work, actor, fund_id)
    found = []
    for account in accounts.accounts:
        given = each.get(account.partner_id)
        if given is None or account.partner_id not in mine:
            continue
        earlier = _plus(
            asked.get(account.partner_id, (0, 0)), uncalled.get(account.partner_id, (0, 0))
        )
        back = {name: fen for name, fen in given.items() if name.startswith(unfunded.RECALLABLE)}
        after = _standing(account.amounts, earlier)
        found.append(
            Notice(
                kind=NoticeKind.DISTRIBUTION,
                reference=_reference(fund, "D", paid.number, account.code),
                number=paid.number,
                fund=Name(zh=fund.name, en=fund.name_en),
                fund_code=fund.code,
                partner=Name(zh=account.name, en=account.name_en),
                partner_code=account.code,
                on=paid.paid_on,
                due_on=None,
                workdays=None,
                payee=None,
                parts=tuple(
                    Part(
                        purpose=purpose,
                        is_outside=False,
                        is_recallable=purpose.startswith(unfunded.RECALLABLE),
                        fund_fen=fen,
                        partner_fen=given.get(purpose, 0),
                    )
                    for purpose, fen in sorted(whole.items())
                ),
                before=Standing(
                    committed_fen=after.committed_fen,
                    called_fen=after.called_fen,
                    uncalled_fen=after.uncalled_fen - sum(back.values()),
                    distributed_fen=after.distributed_fen - sum(given.values()),
                    recallable_fen=after.recallable_fen - sum(back.values()),
                ),
                after=after,
                share=(account.amounts.committed_fen, accounts.total.committed_fen),
                known_seq=booked.seq,
                is_demo=paid.is_demo,
            )
        )
    return found


Asked = tuple[int, int]  # (all, inside the commitment), fen


def _plus(one: Asked, other: Asked) -> Asked:
    return one[0] + other[0], one[1] + other[1]


def _standing(amounts: Amounts, asked: Asked) -> Standing:
    return Standing(
        committed_fen=amounts.committed_fen,
        called_fen=asked[0],
        uncalled_fen=amounts.committed_fen - asked[1] + amounts.recallable_fen,
        distributed_fen=amounts.distributed_fen,
        recallable_fen=amounts.recallable_fen,
    )


def _reference(fund: Fund, kind: str, number: int, partner_code: str) -> str:
    return f"{fund.code}-{kind}{number:03d}-{partner_code}"


def _visible(work: Work, actor: Actor, fund_id: str) -> set[str]:
    return {row[0] for row in work.rows(funds.visible_partners(actor, fund_id))}


def _payee(work: Work, fund_id: str, on: date) -> Payee | None:
    found = bank.account(work, fund_id, on=on)
    if found is None:
        return None
    return Payee(
        holder=found.holder,
        bank=found.bank,
        number=found.number,
        clearing_code=found.clearing_code,
    )


def _workdays(work: Work, on: date, until: date) -> int | None:
    known = workdays.calendar(work)
    if not {on.year, until.year} <= known.years:
        return None
    return known.between(on, until)


def _asked_before(
    work: Work,
    fund_id: str,
    number: int | None,
    *,
    on: date | None = None,
    recorded_at: datetime | None = None,
) -> dict[str, Asked]:
    """Return {partner: what earlier calls asked for}: before a number, or known on a day."""
    asked = col(CapitalCall.fund_id) == fund_id
    if number is not None:
        asked &= col(CapitalCall.number) < number
    if on is not None:
        asked &= (col(CapitalCall.called_on) <= on) & (col(CapitalCall.recorded_at) <= recorded_at)
    made = [row[0] for row in work.rows(sa.select(col(CapitalCall.id)).where(asked))]
    found: dict[str, Asked] = {}
    for line in calls.lines(work, calls.EVER, col(CallLine.call_id).in_(made)):
        earlier = found.get(line.partner_id, (0, 0))
        found[line.partner_id] = _plus(earlier, (line.amount_fen, calls.inside(line.parts)))
    return found


def _paid_without_call(work: Work, moment: Moment, fund_id: str) -> dict[str, Asked]:
    """Return {partner: fen} paid in without a call, or returned as excess (negative)."""
    statement = (
        ledger.entries(
            col(LedgerPosting.partner_id),
            col(LedgerPosting.purpose),
            -sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line) == int(Line.CONTRIBUTIONS),
            col(LedgerTransaction.tag).not_in((calls.TAG, f"{calls.TAG}:reverse")),
            moment.holds(),
        )
        .group_by(col(LedgerPosting.partner_id), col(LedgerPosting.purpose))
    )
    found: dict[str, Asked] = {}
    for partner_id, purpose, fen in work.rows(statement):
        inside = 0 if purpose.startswith(OUTSIDE) else int(fen)
        found[partner_id] = _plus(found.get(partner_id, (0, 0)), (int(fen), inside))
    return found
