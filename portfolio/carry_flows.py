"""Carry flows: what the waterfall is led through, read from a fund's own ledger.

The investors' money only: the general partner's own capital bears no carry. What was paid to it as
carry came out of the investors' money, so it counts among what was distributed. What the fund is
still worth is distributed on the day asked about, as if it were liquidated at its NAV.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from portfolio import commitments, investments, ledger
from portfolio.accounts import CARRY_LINES, FEE_LINES, AccountCode, Line
from portfolio.commitments import Partner, PartnerKind
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from valuation.money import split_fen
from valuation.waterfall import CarryTerms, clawback, distribute

PAID = "distribution:carry"  # purpose of what the general partner was paid as carry
COST_LINES = (Line.SYNDICATION_COSTS, Line.PLACEMENT_FEES, *FEE_LINES)
Dated = tuple[date, int]
OfDeal = tuple[date, int, str]


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """The general partner's share of the profit, in fen, on a liquidation at NAV."""

    earned_fen: int  # of what was distributed, less what it would have to give back
    accrued_fen: int  # of what the fund is still worth
    clawback_fen: int  # already taken off the two above

    @property
    def total_fen(self) -> int:
        """All of it."""
        return self.earned_fen + self.accrued_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """What went in, what came out, and what a liquidation would bring; each may name its deal."""

    calls: tuple[Dated | OfDeal, ...]
    distributions: tuple[Dated | OfDeal, ...]
    liquidation: tuple[Dated | OfDeal, ...]


# ---- rules
def carry_of(flows: Flows, terms: CarryTerms) -> Carry:
    """Lead the flows through the waterfall.

    What the investors would still lack on that liquidation is taken off the accrual first, then off
    what was earned: nothing is accrued that would have to be given back.
    """
    paid = [*flows.distributions, *flows.liquidation]
    splits = distribute(flows.calls, paid, terms)
    now = len(flows.distributions)
    earned_fen = sum(split.profit_share_gp for split in splits[:now])
    accrued_fen = sum(split.profit_share_gp for split in splits[now:])
    back_fen = clawback(flows.calls, paid, terms)
    return Carry(
        earned_fen=earned_fen - max(0, back_fen - accrued_fen),
        accrued_fen=max(0, accrued_fen - back_fen),
        clawback_fen=back_fen,
    )


def shared(costs: Sequence[Dated], invested: Mapping[str, Sequence[Dated]]) -> list[OfDeal]:
    """Share each cost over the deals by what was invested in them.

    costs     (date, fen >= 0)
    invested  {deal: (date, fen) of its payments}; a deal bears no cost before its first payment
    """
    deals = [deal for deal, paid in invested.items() if sum(fen for _, fen in paid)]
    if not deals:
        return []
    weights = [sum(fen for _, fen in invested[deal]) for deal in deals]
    began = {deal: min(on for on, _ in invested[deal]) for deal in deals}
    return [
        (max(on, began[deal]), part, deal)
        for on, fen in costs
        for deal, part in zip(deals, split_fen(fen, weights), strict=True)
        if part
    ]


def less_returned(paid: Sequence[Dated], returned_fen: int) -> list[Dated]:
    """Take what was given back off the latest payments: it is as if it had not been paid."""
    left: list[Dated] = []
    for on, fen in sorted(paid, reverse=True):
        taken = min(fen, returned_fen)
        returned_fen -= taken
        if fen > taken:
            left.append((on, fen - taken))
    return left[::-1]


# ---- reads
def read(work: Work, moment: Moment, fund_id: str, terms: CarryTerms) -> Flows:
    """Return the flows of the waterfall that the terms name: of the fund, or deal by deal.

    errors  an account that was taken over with an opening balance: its flows are not known
    """
    kinds = _kinds(work, fund_id)
    booked = _booked(work, moment, fund_id)
    if any(line == Line.OPENING_NAV for _, line, _, _, _ in booked):
        raise DomainError(
            "This fund was taken over with opening balances, so its flows are not known.",
            "Take the movements since its inception over, or keep the carry of the old books.",
        )
    if terms.model == "american":
        return _by_deal(work, moment, fund_id, booked, kinds)
    return _whole(moment, booked, kinds)


Booked = tuple[str, int, date, str, int]  # partner, line, day, purpose, fen (credit positive)


def _whole(moment: Moment, booked: Sequence[Booked], kinds: Mapping[str, PartnerKind]) -> Flows:
    paid_in, paid_out = Counter[date](), Counter[date]()
    worth_fen = 0
    for partner_id, line, on, purpose, fen in booked:
        if kinds[partner_id] is not PartnerKind.LP:
            continue
        worth_fen += 0 if line in CARRY_LINES else fen
        if line == Line.CONTRIBUTIONS:
            paid_in[on] += fen
        elif line == Line.DISTRIBUTIONS and not purpose.startswith(PAID):
            paid_out[on] -= fen
    return Flows(
        calls=tuple((on, fen) for on, fen in (+paid_in + -paid_out).items()),
        distributions=(
            *((on, fen) for on, fen in (+paid_out + -paid_in).items()),
            *_carry_paid(booked),
        ),
        liquidation=((moment.as_of, worth_fen),) if worth_fen > 0 else (),
    )


def _carry_paid(booked: Sequence[Booked]) -> list[Dated]:
    """Return what left the bank as carry by day, less what came back."""
    days = Counter[date]()
    for _, line, on, purpose, fen in booked:
        if line == Line.DISTRIBUTIONS and purpose.startswith(PAID):
            days[on] -= fen
    return less_returned(list((+days).items()), (-days).total())


def _by_deal(
    work: Work,
    moment: Moment,
    fund_id: str,
    booked: Sequence[Booked],
    kinds: Mapping[str, PartnerKind],
) -> Flows:
    """Return the investors' part of each holding's flows, with the fund's costs shared out."""
    by = commitments.shares(work, fund_id, on=moment.as_of)
    weights = [
        sum(one.committed_fen for one in by if kinds[one.partner_id] is kind)
        for kind in PartnerKind
    ]

    def ours(fen: int) -> int:
        parts = dict(zip(PartnerKind, split_fen(fen, weights), strict=True))
        return parts[PartnerKind.LP]

    held = investments.positions(work, moment, fund_id)
    moved = investments.movements(work, moment, [one.investment_id for one in held])
    invested: dict[str, list[Dated]] = {one.investment_id: [] for one in held}
    proceeds: list[OfDeal] = []
    for one in held:
        for flow in investments.dated([m for m in moved if m.investment_id == one.investment_id]):
            fen = ours(round(abs(flow.amount)))
            if flow.amount < 0:
                invested[one.investment_id].append((flow.on, fen))
            else:
                proceeds.append((flow.on, fen, one.investment_id))
    costs = Counter[date]()
    for partner_id, line, on, _, fen in booked:
        if kinds[partner_id] is PartnerKind.LP and line in COST_LINES:
            costs[on] -= fen
    return Flows(
        calls=(
            *((on, fen, deal) for deal, paid in invested.items() for on, fen in paid),
            *shared(list((+costs).items()), invested),
        ),
        distributions=tuple(proceeds),
        liquidation=tuple(
            (moment.as_of, ours(one.fair_value_fen), one.investment_id)
            for one in held
            if one.fair_value_fen > 0
        ),
    )


def _kinds(work: Work, fund_id: str) -> dict[str, PartnerKind]:
    return {
        partner_id: PartnerKind(kind)
        for partner_id, kind in work.rows(
            sa.select(col(Partner.id), col(Partner.kind)).where(col(Partner.fund_id) == fund_id)
        )
    }


def _booked(work: Work, moment: Moment, fund_id: str) -> list[Booked]:
    key = (
        col(LedgerPosting.partner_id),
        col(LedgerPosting.line),
        col(LedgerTransaction.effective_date),
        col(LedgerPosting.purpose),
    )
    rows = work.rows(
        ledger.entries(*key, -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            moment.holds(),
        )
        .group_by(*key)
        .order_by(col(LedgerTransaction.effective_date))
    )
    return [(partner, line, on, purpose, int(fen)) for partner, line, on, purpose, fen in rows]
