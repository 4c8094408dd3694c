"""合并收益: what many accounts or holdings earned as one, by investor, vintage, chain and sector.

A pooled rate is that of the pooled flows: no rate on this page is an average.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import sqlalchemy as sa

from dealflow import chain_returns, chains
from dealflow.units import IndustrySystem
from portfolio import pooled
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import say
from portfolio.ledger import Moment
from portfolio.pooled import WHOLE, Pool
from web.formats import Reader
from web.templating import Page
from web.views.holdings import named

By = Literal["investor", "vintage", "chain", "sector"]
IS_GROSS = frozenset({"chain", "sector"})


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLine:
    """One pool."""

    name: str
    href: str
    pool: Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolsPage:
    """The page of pooled returns."""

    template: ClassVar[str] = "funds/pooled.html"
    by: By
    is_gross: bool
    lines: tuple[PoolLine, ...]
    whole: Pool | None
    largest_fen: int
    has_demo: bool


# ---- reads
def pools_page(work: Work, actor: Actor, page: Page, *, by: By, with_demo: bool) -> PoolsPage:
    """Return the pools of one kind, the largest value first."""
    moment = Moment(as_of=page.as_of, with_demo=with_demo)
    found, names = _found(work, page.reader, actor, moment, by)
    lines = [
        PoolLine(name=names.get(key, (key, ""))[0], href=names.get(key, ("", ""))[1], pool=pool)
        for key, pool in found.items()
        if key != WHOLE
    ]
    whole = found[WHOLE]
    return PoolsPage(
        by=by,
        is_gross=by in IS_GROSS,
        lines=tuple(sorted(lines, key=lambda line: _place(line, by))),
        whole=whole if whole.members else None,
        largest_fen=max((line.pool.value_fen for line in lines), default=0),
        has_demo=whole.is_demo,
    )


def _place(line: PoolLine, by: By) -> tuple[int, str]:
    return (0, line.name) if by == "vintage" else (-line.pool.value_fen, line.name)


def _found(
    work: Work, reader: Reader, actor: Actor, moment: Moment, by: By
) -> tuple[Mapping[str, Pool], Mapping[str, tuple[str, str]]]:
    """Return the pools by key, and of each key its name and where it opens."""
    unplaced = {chain_returns.UNPLACED: (reader.say(say("not placed in a chain")), "")}
    match by:
        case "chain":
            rows = chains.listed(work, with_demo=moment.with_demo)
            names = {one.id: (named(reader, one.name, one.name_en), "") for one in rows}
            return chain_returns.by_chain(work, actor, moment), names | unplaced
        case "sector":
            systems = work.session.execute(sa.select(IndustrySystem)).scalars()
            names = {one.code: (named(reader, one.name, one.name_en), "") for one in systems}
            none = {chain_returns.UNPLACED: (reader.say(say("no project is linked")), "")}
            return chain_returns.by_system(work, actor, moment), names | none
        case _:
            accounts = pooled.outside_accounts(work, actor, moment)
            keyed = [
                (one, one.investor_id if by == "investor" else str(one.vintage or ""))
                for one in accounts
            ]
            names = {
                key: (named(reader, one.investor, one.investor_en) if by == "investor" else key, "")
                for one, key in keyed
            }
            moved = (replace(one.member, key=key) for one, key in keyed if key)
            return pooled.pools(moved, moment.as_of), names
