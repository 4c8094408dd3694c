"""Look-through: who is above a fund, what is below it, and its part of every firm.

The share of one fund in another is its part of all commitments there, the weight by which every
gain and cost is split. A firm that is reached on several paths stands once, with each of them; its
part is rounded once and given to the paths by largest remainder, so they add up to it to the fen.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sqlalchemy as sa
from sqlmodel import col

from portfolio import capital, investments, ledger
from portfolio.accounts import AccountCode
from portfolio.commitments import Commitment, Partner
from portfolio.funds import Fund
from portfolio.investments import Investment, InvestmentKind
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import LedgerPosting, Moment
from portfolio.organisations import Organisation
from valuation.money import split_fen


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A commitment between two funds, seen from either end."""

    fund_id: str  # the fund at the other end
    code: str
    name: str
    name_en: str
    partner_id: str
    holding_id: str | None
    committed_fen: int
    share: Fraction  # of all commitments to the lower fund
    value_fen: int  # the capital account in the lower fund
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way from a fund down to a firm. The share is exact, the amounts add up to the firm's."""

    funds: tuple[str, ...]  # codes, the fund asked about first
    investment_id: str
    share: Fraction
    cost_fen: int
    fair_value_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmShare:
    """A fund's part of one firm, over all paths."""

    organisation_id: str
    name: str
    name_en: str
    cost_fen: int
    fair_value_fen: int
    paths: tuple[Path, ...]
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """A fund between the funds above and below it."""

    fund_id: str
    parents: tuple[Link, ...]
    children: tuple[Link, ...]
    holdings_count: int  # firms the fund itself holds
    firms: tuple[FirmShare, ...]  # largest fair value first


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One fund's account in another: `upper` has committed to `lower`."""

    upper: str
    lower: str
    partner_id: str
    holding_id: str | None
    committed_fen: int
    share: Fraction
    is_demo: bool


# ---- rules
def ways(edges: Sequence[Edge], top: str) -> Iterator[tuple[tuple[str, ...], Fraction]]:
    """Yield every way down from a fund, itself included, with its share of the last one.

    edges  without circles, as `commitments.admit` keeps them
    """
    waiting: list[tuple[tuple[str, ...], Fraction]] = [((top,), Fraction(1))]
    while waiting:
        way, share = waiting.pop()
        yield way, share
        waiting += [
            ((*way, edge.lower), share * edge.share) for edge in edges if edge.upper == way[-1]
        ]


def shared_fen(exact: Sequence[Fraction]) -> list[int]:
    """Round the sum of exact amounts (fen, >= 0) once and give it to them by largest remainder."""
    total = round(sum(exact, Fraction(0)))
    return split_fen(total, exact) if any(exact) else [0] * len(exact)


# ---- reads
def structure(work: Work, moment: Moment, fund_id: str, *, with_demo: bool = True) -> Structure:
    """Return the funds around a fund and, to the fen on each path, its part of every firm."""
    with_demo = with_demo and moment.with_demo
    if work.session.get(Fund, fund_id) is None:
        raise NotFoundError
    edges = [edge for edge in _edges(work, moment) if with_demo or not edge.is_demo]
    all_ways = list(ways(edges, fund_id))
    reached = {way[-1] for way, _ in all_ways}
    around = [edge for edge in edges if fund_id in {edge.upper, edge.lower}]
    named = {
        fund.id: fund
        for fund in work.session.execute(
            sa.select(Fund).where(
                col(Fund.id).in_(reached | {e.upper for e in around} | {e.lower for e in around})
            )
        ).scalars()
    }
    value_fen = _accounts_fen(work, moment, [edge.partner_id for edge in around])

    def link(edge: Edge, other: str) -> Link:
        return Link(
            fund_id=other,
            code=named[other].code,
            name=named[other].name,
            name_en=named[other].name_en,
            partner_id=edge.partner_id,
            holding_id=edge.holding_id,
            committed_fen=edge.committed_fen,
            share=edge.share,
            value_fen=value_fen.get(edge.partner_id, 0),
            is_demo=edge.is_demo,
        )

    held = _held(work, moment, reached, with_demo=with_demo)
    codes = {fund.id: fund.code for fund in named.values()}
    return Structure(
        fund_id=fund_id,
        parents=tuple(link(edge, edge.upper) for edge in around if edge.lower == fund_id),
        children=tuple(link(edge, edge.lower) for edge in around if edge.upper == fund_id),
        holdings_count=len({one.firm.id for one in held if one.fund_id == fund_id}),
        firms=tuple(_firms(held, all_ways, codes)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What one fund holds of one firm."""

    fund_id: str
    investment_id: str
    firm: Organisation
    cost_fen: int
    fair_value_fen: int
    is_demo: bool


def _firms(
    held: Sequence[_Held],
    all_ways: Sequence[tuple[tuple[str, ...], Fraction]],
    codes: Mapping[str, str],
) -> list[FirmShare]:
    reached: dict[str, list[tuple[tuple[str, ...], Fraction, _Held]]] = {}
    for way, share in all_ways:
        for one in held:
            if one.fund_id == way[-1]:
                reached.setdefault(one.firm.id, []).append((way, share, one))
    found = []
    for by in reached.values():
        cost_fen = shared_fen([share * one.cost_fen for _, share, one in by])
        fair_value_fen = shared_fen([share * one.fair_value_fen for _, share, one in by])
        firm = by[0][2].firm
        found.append(
            FirmShare(
                organisation_id=firm.id,
                name=firm.name,
                name_en=firm.name_en,
                cost_fen=sum(cost_fen),
                fair_value_fen=sum(fair_value_fen),
                paths=tuple(
                    Path(
                        funds=tuple(codes[fund_id] for fund_id in way),
                        investment_id=one.investment_id,
                        share=share,
                        cost_fen=cost,
                        fair_value_fen=value,
                    )
                    for (way, share, one), cost, value in zip(
                        by, cost_fen, fair_value_fen, strict=True
                    )
                ),
                is_demo=all(one.is_demo for _, _, one in by),
            )
        )
    return sorted(found, key=lambda firm: (-firm.fair_value_fen, firm.name))


def _edges(work: Work, moment: Moment) -> list[Edge]:
    """Return every fund's account in another fund, and its part of all commitments there."""
    fen = sa.func.sum(col(Commitment.amount_fen))
    rows = work.rows(
        sa.select(Partner, fen)
        .join(Commitment, col(Commitment.partner_id) == col(Partner.id))
        .where(
            col(Commitment.effective_date) <= moment.as_of,
            capital.known(moment, col(Commitment.recorded_at)),
        )
        .group_by(col(Partner.id))
        .having(fen > 0)
        .order_by(col(Partner.id))
    )
    promised: dict[str, int] = {}
    for partner, committed_fen in rows:
        promised[partner.fund_id] = promised.get(partner.fund_id, 0) + int(committed_fen)
    return [
        Edge(
            upper=partner.investor_fund_id,
            lower=partner.fund_id,
            partner_id=partner.id,
            holding_id=partner.holding_id,
            committed_fen=int(committed_fen),
            share=Fraction(int(committed_fen), promised[partner.fund_id]),
            is_demo=partner.is_demo,
        )
        for partner, committed_fen in rows
        if partner.investor_fund_id is not None
    ]


def _accounts_fen(work: Work, moment: Moment, partner_ids: Sequence[str]) -> dict[str, int]:
    rows = work.rows(
        ledger.entries(col(LedgerPosting.partner_id), -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.partner_id).in_(partner_ids),
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            moment.holds(),
        )
        .group_by(col(LedgerPosting.partner_id))
    )
    return {partner_id: int(fen) for partner_id, fen in rows}


def _held(work: Work, moment: Moment, fund_ids: set[str], *, with_demo: bool) -> list[_Held]:
    """Return what these funds hold of firms: anything that still has a cost or a value."""
    statement = (
        sa.select(Investment, Organisation)
        .join(Organisation, col(Organisation.id) == col(Investment.organisation_id))
        .where(
            col(Investment.fund_id).in_(fund_ids),
            col(Investment.kind) == InvestmentKind.FIRM.value,
        )
        .order_by(col(Investment.code), col(Investment.id))
    )
    if not with_demo:
        statement = statement.where(col(Investment.is_demo).is_(False))
    rows = work.rows(statement)
    carried = investments.carried_fen(work, moment, [investment.id for investment, _ in rows])
    return [
        _Held(
            fund_id=investment.fund_id,
            investment_id=investment.id,
            firm=firm,
            cost_fen=carried[investment.id][0],
            fair_value_fen=sum(carried[investment.id]),
            is_demo=investment.is_demo,
        )
        for investment, firm in rows
        if any(carried.get(investment.id, ()))
    ]
