"""The fund's own money by industry chain: every holding belongs to one chain or to none."""

from collections.abc import Iterable, Sequence

from portfolio import investments, pooled
from portfolio.investments import Movement, Position
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.pooled import Member
from web.reports.landing import ChainOf, Standing
from web.reports.parts import ChainHeld

NO_CHAIN = ChainOf(slug="", name="", name_en="")


def of(
    work: Work, moment: Moment, positions: Sequence[Position], stands: Standing
) -> tuple[ChainHeld, ...]:
    """Return the chains by what was invested in them, what belongs to none of them last.

    positions  of one fund: what a fund below has invested is that fund's money
    """
    moved: dict[str, list[Movement]] = {}
    for one in investments.movements(work, moment, [p.investment_id for p in positions]):
        moved.setdefault(one.investment_id, []).append(one)
    groups: dict[ChainOf, list[Position]] = {}
    for position in positions:
        chain = stands.chain_of.get(position.investment_id, NO_CHAIN)
        groups.setdefault(chain, []).append(position)
    found = pooled.pools(
        (
            _member(position, moved.get(position.investment_id, ()), chain.slug or NO_KEY)
            for chain, held in groups.items()
            for position in held
        ),
        moment.as_of,
    )
    made = [
        ChainHeld(
            slug=chain.slug,
            name=chain.name,
            name_en=chain.name_en,
            holdings=len(held),
            invested_fen=sum(one.invested_fen for one in held),
            cost_fen=sum(one.cost_fen for one in held),
            fair_value_fen=sum(one.fair_value_fen for one in held),
            realised_fen=sum(one.realised_fen for one in held),
            moic=pool.multiple,
            gross_irr=pool.rate,
            is_period=pool.is_period,
            **_landed(held, stands),
            is_demo=any(one.is_demo for one in held),
        )
        for chain, held in groups.items()
        for pool in (found[chain.slug or NO_KEY],)
    ]
    return tuple(sorted(made, key=lambda one: (not one.slug, -one.invested_fen, one.slug)))


NO_KEY = "-"  # the pool of what belongs to no chain; "" is the pool of all


def _member(position: Position, moved: Iterable[Movement], key: str) -> Member:
    return Member(
        key=key,
        flows=tuple(investments.dated(list(moved))),
        paid_in_fen=position.invested_fen,
        paid_out_fen=position.realised_fen,
        value_fen=position.fair_value_fen,
        is_demo=position.is_demo,
    )


def _landed(held: Iterable[Position], stands: Standing) -> dict[str, int]:
    """Count each project once, however many holdings share it."""
    rows = dict(
        stands.by_project[one.investment_id]
        for one in held
        if one.child_fund_id is None and one.investment_id in stands.by_project
    ).values()
    return {
        "firms": len(rows),
        "landed": sum(row.has_landed for row in rows),
        "in_place_fen": sum(row.in_place_fen for row in rows),
    }
