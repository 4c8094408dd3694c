"""Carry: the general partner's share of the profit, from its accrual to its payment and return.

It accrues to the general partner's account out of the investors' accounts, by the waterfall of the
fund's terms; what the investors give is what the general partner gets, to the fen. Paying it takes
cash from the general partner's account alone, and the sheet's rows 101-103 tell each account how
much of its carry is settled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portfolio import capital, carry_flows, commitments, funds, ledger, memo_rows, terms
from portfolio.accounts import ESCROW_ROW, AccountCode, Line
from portfolio.commitments import Share
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.errors import Fen as Yuan
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.postings import Posting
from valuation.money import split_fen

ACCRUE, PAY, RETURN = "portfolio:carry:accrue", "portfolio:carry:pay", "portfolio:carry:return"
ESCROW = "portfolio:carry:escrow"
PURPOSES = {Line.CARRY_ACCRUED: "carry:accrued", Line.CARRY_EARNED: "carry:earned"}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class CarryPosition:
    """The general partner's carry in the books of a day, in fen."""

    as_of: date
    accrued_fen: int
    earned_fen: int
    paid_fen: int  # less what was returned
    escrow_fen: int  # of what was earned and not paid
    returned_fen: int

    @property
    def payable_fen(self) -> int:
        """What may be paid or put into escrow: earned, not paid, not held."""
        return self.earned_fen - self.paid_fen - self.escrow_fen

    @property
    def to_return_fen(self) -> int:
        """What was paid and is no longer earned."""
        return max(0, self.paid_fen - self.earned_fen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The two sides of carry, each with its weights."""

    investors: Sequence[Share]
    partners: Sequence[Share]  # general partners; the weight of one without capital is 1

    def signed(self, fen: int) -> dict[str, int]:
        """Split carry: the investors' parts are negative, the general partner's positive."""
        given = split_fen(fen, [one.committed_fen for one in self.investors])
        got = split_fen(fen, [one.committed_fen for one in self.partners])
        return {
            **{one.partner_id: -part for one, part in zip(self.investors, given, strict=True)},
            **{one.partner_id: part for one, part in zip(self.partners, got, strict=True)},
        }


# ---- rules
def on_capital(partner_id: str, line: Line, fen: int, purpose: str = "") -> Posting:
    """Return a posting to an account, signed as on the sheet."""
    return Posting(
        account=AccountCode.PARTNERS_CAPITAL,
        amount_fen=-fen,
        partner_id=partner_id,
        line=line,
        purpose=purpose,
    )


def settled(line: Line, parts: Mapping[str, int]) -> list[Posting]:
    """Return what rows 101 or 102 tell each account, without moving what it is worth.

    parts  {partner: fen} of carry as `Accounts.signed` splits it; paying it is the opposite
    """
    return [
        posting
        for partner_id, fen in parts.items()
        for posting in (
            on_capital(partner_id, line, -fen),
            on_capital(partner_id, Line.CARRY_SETTLED, fen),
        )
    ]


# ---- commands
def accrue(
    work: Work,
    actor: Actor,
    fund_id: str,
    as_of: date,
    *,
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> CarryPosition:
    """Bring rows 97 and 98 of every account to what the waterfall says on a day.

    Books only the change, so that a second run of the same day books nothing.
    errors  no terms, no general partner, no investors; flows that are not known
    """
    actor.must(Duty.EDIT_FUNDS)
    fund, accounts = funds.get(work, actor, fund_id), _accounts(work, fund_id, as_of)
    moment = Moment(as_of=as_of)
    found = terms.carry_terms(work, fund_id, as_of)
    target = carry_flows.carry_of(carry_flows.read(work, moment, fund_id, found), found)
    booked = ledger.capital_by_line(work, moment, fund_id=fund_id)
    wanted = {Line.CARRY_ACCRUED: target.accrued_fen, Line.CARRY_EARNED: target.earned_fen}
    lines = [
        on_capital(partner_id, line, fen - booked.get((partner_id, line), 0), PURPOSES[line])
        for line, total_fen in wanted.items()
        for partner_id, fen in _with_leavers(accounts.signed(total_fen), booked, line).items()
        if fen != booked.get((partner_id, line), 0)
    ]
    if lines:
        ledger.post(
            work,
            actor,
            fund_id=fund_id,
            tag=ACCRUE,
            subject_id=fund_id,
            effective_date=as_of,
            postings=lines,
            correction_reason=correction_reason,
            is_demo=is_demo or fund.is_demo,
        )
    return position(work, moment, fund_id)


def _with_leavers(
    parts: Mapping[str, int], booked: Mapping[tuple[str, int], int], line: Line
) -> dict[str, int]:
    """Add those that carry was booked on and that have no share any more: theirs is nothing."""
    had = {partner_id: 0 for partner_id, of in booked if of == line}
    return had | dict(parts)


def pay(
    work: Work,
    actor: Actor,
    fund_id: str,
    *,
    amount_fen: int,
    paid_on: date,
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> LedgerTransaction:
    """Pay the general partner carry that it has earned and that is not held in escrow.

    errors  nothing, or more than that on its day; more than the fund's cash
    """
    actor.must(Duty.DISTRIBUTE)
    now = position(work, Moment(as_of=paid_on), fund_id)
    _refuse_beyond(amount_fen, now.payable_fen, paid_on)
    return _settle(
        work,
        actor,
        funds.get(work, actor, fund_id),
        amount_fen,
        line=Line.CARRY_PAID,
        tag=PAY,
        on=paid_on,
        correction_reason=correction_reason,
        is_demo=is_demo,
    )


def give_back(
    work: Work,
    actor: Actor,
    fund_id: str,
    *,
    amount_fen: int,
    received_on: date,
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> LedgerTransaction:
    """Take carry back that was paid and is no longer earned: the clawback.

    errors  nothing, or more than that on its day
    """
    actor.must(Duty.DISTRIBUTE)
    now = position(work, Moment(as_of=received_on), fund_id)
    if not 0 < amount_fen <= now.to_return_fen:
        raise DomainError(
            "{amount} was entered; {due} of carry was paid and is no longer earned on {on}.",
            "Accrue the carry of that day first, then take back what is due.",
            amount=Yuan(amount_fen),
            due=Yuan(now.to_return_fen),
            on=received_on,
        )
    return _settle(
        work,
        actor,
        funds.get(work, actor, fund_id),
        -amount_fen,
        line=Line.CLAWBACK_RETURNED,
        tag=RETURN,
        on=received_on,
        correction_reason=correction_reason,
        is_demo=is_demo,
    )


def _settle(
    work: Work,
    actor: Actor,
    fund: Fund,
    fen: int,
    *,
    line: Line,
    tag: str,
    on: date,
    correction_reason: str | None,
    is_demo: bool,
) -> LedgerTransaction:
    """Move cash to the general partner (or back, negative) and tell every account of it."""
    accounts = _accounts(work, fund.id, on)
    purpose = carry_flows.PAID
    to_each = split_fen(fen, [one.committed_fen for one in accounts.partners])
    return ledger.post(
        work,
        actor,
        fund_id=fund.id,
        tag=tag,
        subject_id=fund.id,
        effective_date=on,
        postings=[
            Posting(account=AccountCode.CASH, amount_fen=-fen, purpose=purpose),
            *(
                on_capital(one.partner_id, Line.DISTRIBUTIONS, -part, purpose)
                for one, part in zip(accounts.partners, to_each, strict=True)
            ),
            *settled(line, accounts.signed(fen)),
        ],
        correction_reason=correction_reason,
        is_demo=is_demo or fund.is_demo,
    )


def hold(
    work: Work,
    actor: Actor,
    fund_id: str,
    *,
    amount_fen: int,
    on: date,
    correction_reason: str | None = None,
    is_demo: bool = False,
) -> None:
    """Put earned carry into escrow (positive), or release it for payment (negative).

    It stays earned and unpaid, so the sheet shows it on row 99 beside rows 98 and 101.
    errors  nothing; more than is earned and free, or than is held
    """
    actor.must(Duty.DISTRIBUTE)
    fund, now = funds.get(work, actor, fund_id), position(work, Moment(as_of=on), fund_id)
    _refuse_beyond(abs(amount_fen), now.payable_fen if amount_fen > 0 else now.escrow_fen, on)
    memo_rows.record(
        work,
        actor,
        fund_id,
        row=ESCROW_ROW,
        parts=list(_accounts(work, fund_id, on).signed(amount_fen).items()),
        effective_date=on,
        source=ESCROW,
        correction_reason=correction_reason,
        is_demo=is_demo or fund.is_demo,
    )


def undo(
    work: Work,
    actor: Actor,
    transaction_id: str,
    *,
    reason: str,
    correction_reason: str | None = None,
) -> None:
    """Undo an accrual, a payment or a return that was booked in error."""
    actor.must(Duty.DISTRIBUTE)
    ledger.reverse(work, actor, transaction_id, reason=reason, correction_reason=correction_reason)


def _refuse_beyond(amount_fen: int, most_fen: int, on: date) -> None:
    if not 0 < amount_fen <= most_fen:
        raise DomainError(
            "{amount} of carry was entered; {most} is free on {on}.",
            "Enter at most that; accrue the carry of that day first if it is not booked yet.",
            amount=Yuan(amount_fen),
            most=Yuan(max(0, most_fen)),
            on=on,
        )


# ---- reads
def position(work: Work, moment: Moment, fund_id: str) -> CarryPosition:
    """Return what is booked of the general partner's carry at a moment."""
    found = capital.states(work, moment, fund_id)
    own = capital.added(
        found[one] for one in commitments.general_partners(work, fund_id) if one in found
    )
    returned_fen = own.by_line.get(Line.CLAWBACK_RETURNED, 0)
    return CarryPosition(
        as_of=moment.as_of,
        accrued_fen=own.by_line.get(Line.CARRY_ACCRUED, 0),
        earned_fen=own.by_line.get(Line.CARRY_EARNED, 0),
        paid_fen=-own.by_line.get(Line.CARRY_PAID, 0) - returned_fen,
        escrow_fen=own.memo.get(ESCROW_ROW, 0),
        returned_fen=returned_fen,
    )


def one_sided_fen(work: Work, moment: Moment, fund_id: str) -> int:
    """Return what the investors gave less what the general partner got: nothing, or a finding."""
    by_line = ledger.capital_by_line(work, moment, fund_id=fund_id)
    return sum(fen for (_, line), fen in by_line.items() if line in PURPOSES)


def _accounts(work: Work, fund_id: str, on: date) -> Accounts:
    shares = commitments.shares(work, fund_id, on=on)
    general = commitments.general_partners(work, fund_id)
    investors = [one for one in shares if one.partner_id not in general]
    promised = {one.partner_id: one.committed_fen for one in shares}
    if not general or not investors:
        raise DomainError(
            "Carry needs a general partner and investors that have committed by {on}.",
            "Admit the general partner of this fund first.",
            on=on,
        )
    has_capital = any(one in promised for one in general)
    partners = [
        Share(partner_id=one, committed_fen=promised.get(one, 0) if has_capital else 1)
        for one in general
    ]
    return Accounts(investors=investors, partners=partners)
