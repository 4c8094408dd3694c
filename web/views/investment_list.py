"""The holdings of all funds a person may see, in a few queries however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from portfolio import funds, investments, marks
from portfolio.funds import Fund
from portfolio.investments import Investment, InvestmentKind, Movement
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.marks import MarkEntry
from valuation.figures import Undefined
from valuation.multiples import moic
from web.formats import Reader
from web.templating import Page
from web.views.holdings import LandingSide, Rate, landing_sides, named, rate


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentLine:
    """One holding in the list."""

    investment_id: str
    name: str
    fund_code: str
    fund_name: str
    first_paid_on: date | None
    invested_fen: int
    cost_fen: int
    fair_value_fen: int
    realised_fen: int
    moic: float | Undefined
    irr: Rate
    marked_on: date | None
    is_stale: bool
    landing: LandingSide | None
    is_fund: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestmentList:
    """The page of all holdings."""

    template: ClassVar[str] = "investments/list.html"
    lines: tuple[InvestmentLine, ...]
    funds: tuple[tuple[str, str], ...]
    fund: str
    invested_fen: int
    cost_fen: int
    fair_value_fen: int
    realised_fen: int
    stale: int
    has_demo: bool


# ---- reads
def listed(
    work: Work, reader: Reader, actor: Actor, page: Page, *, fund: str, with_demo: bool
) -> InvestmentList:
    """Return the holdings of the funds a person may see, the largest fair value first."""
    mine = {one.id: one for one in funds.listed(work, actor, with_demo=with_demo)}
    moment = Moment(as_of=page.as_of, with_demo=with_demo)
    statement = sa.select(Investment).where(col(Investment.fund_id).in_(list(mine)))
    if not with_demo:
        statement = statement.where(col(Investment.is_demo).is_(False))
    rows = [
        row
        for row in work.session.execute(statement).scalars()
        if not fund or mine[row.fund_id].code == fund
    ]
    lines = sorted(
        _lines(work, reader, moment, rows, mine), key=lambda line: (-line.fair_value_fen, line.name)
    )
    # A holding in a fund of ours is made of the firms below it: counted twice it would mislead.
    summed = [line for line in lines if fund or not line.is_fund]
    return InvestmentList(
        lines=tuple(lines),
        funds=tuple((one.code, named(reader, one.name, one.name_en)) for one in mine.values()),
        fund=fund,
        invested_fen=sum(line.invested_fen for line in summed),
        cost_fen=sum(line.cost_fen for line in summed),
        fair_value_fen=sum(line.fair_value_fen for line in summed),
        realised_fen=sum(line.realised_fen for line in summed),
        stale=sum(line.is_stale for line in lines),
        has_demo=any(line.is_demo for line in lines),
    )


def of_firm(
    work: Work,
    reader: Reader,
    actor: Actor,
    as_of: date,
    organisation_id: str,
    *,
    with_demo: bool,
) -> list[InvestmentLine]:
    """Return what the funds that a person may see hold of one firm, by fund."""
    mine = {one.id: one for one in funds.listed(work, actor, with_demo=with_demo)}
    statement = sa.select(Investment).where(
        col(Investment.organisation_id) == organisation_id,
        col(Investment.fund_id).in_(list(mine)),
    )
    if not with_demo:
        statement = statement.where(col(Investment.is_demo).is_(False))
    rows = list(work.session.execute(statement).scalars())
    lines = _lines(work, reader, Moment(as_of=as_of, with_demo=with_demo), rows, mine)
    return sorted(lines, key=lambda line: (line.fund_code, line.name))


def _lines(
    work: Work,
    reader: Reader,
    moment: Moment,
    rows: Sequence[Investment],
    of_funds: dict[str, Fund],
) -> list[InvestmentLine]:
    ids = [row.id for row in rows]
    carried = investments.carried_fen(work, moment, ids)
    moved: dict[str, list[Movement]] = {}
    for movement in investments.movements(work, moment, ids):
        moved.setdefault(movement.investment_id, []).append(movement)
    newest = marks.latest(work, moment, ids)
    sides = landing_sides(work, reader, moment.as_of, ids, with_demo=moment.with_demo)
    found = []
    for row in rows:
        own = moved.get(row.id, [])
        if row.decided_on > moment.as_of and not own:
            continue
        flows = investments.dated(own)
        cost_fen, unrealised_fen = carried.get(row.id, (0, 0))
        value_fen = cost_fen + unrealised_fen
        invested_fen = -sum(m.amount_fen for m in own if m.is_payment)
        realised_fen = sum(m.amount_fen for m in own if not m.is_payment)
        first = min((flow.on for flow in flows if flow.amount < 0), default=None)
        irr = investments.gross_irr(flows, value_fen, moment.as_of)
        mark = newest.get(row.id)
        held = row.kind == InvestmentKind.FIRM and bool(cost_fen)
        fund = of_funds[row.fund_id]
        found.append(
            InvestmentLine(
                investment_id=row.id,
                name=named(reader, row.name, row.name_en),
                fund_code=fund.code,
                fund_name=named(reader, fund.name, fund.name_en),
                first_paid_on=first,
                invested_fen=invested_fen,
                cost_fen=cost_fen,
                fair_value_fen=value_fen,
                realised_fen=realised_fen,
                moic=moic(invested=invested_fen, realised=realised_fen, fair_value=value_fen),
                irr=rate(irr, first, moment.as_of),
                marked_on=mark.as_of if mark else None,
                is_stale=held and _is_old(mark, first, moment.as_of),
                landing=sides.get(row.id),
                is_fund=row.kind == InvestmentKind.FUND,
                is_demo=row.is_demo,
            )
        )
    return found


def _is_old(mark: MarkEntry | None, first_paid_on: date | None, as_of: date) -> bool:
    """Say whether the value rests on nothing newer than ninety days, cost included."""
    rests_on = mark.as_of if mark else first_paid_on
    return rests_on is not None and marks.is_stale(rests_on, as_of)
