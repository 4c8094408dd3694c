"""The shelf: which reports a person may read, by fund and quarter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from portfolio import funds
from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor, Duty, Role
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.locks import PeriodLock
from valuation.periods import Quarter, quarters_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One fund and quarter with the partners whose reports stand there."""

    fund: Fund
    quarter: Quarter
    partners: tuple[Partner, ...]
    is_closed: bool  # the books of the quarter are locked


def quarter_of(text: str) -> Quarter:
    """Read 2026Q3 from an address; anything else is a page that is not there."""
    try:
        return Quarter.parse(text)
    except ValueError:
        raise NotFoundError from None


def refuse_open(quarter: Quarter, today: date) -> None:
    """Refuse a report on a quarter whose last day has not come: its books still move."""
    if quarter.end > today:
        raise DomainError(
            "{quarter} ends on {end}; there is no report on it yet.",
            "Choose an earlier quarter, or come back after that day.",
            quarter=str(quarter),
            end=quarter.end,
        )


def shelves(work: Work, actor: Actor, *, today: date, with_demo: bool = True) -> list[Shelf]:
    """Return what the actor may read, newest quarter first, in the order of the funds."""
    actor.must(Duty.READ_REPORTS)
    listed = funds.listed(work, actor, with_demo=with_demo)
    ids = [fund.id for fund in listed]
    by_fund = partners(work, actor, ids)
    closed: dict[str, date] = dict(
        work.rows(
            sa.select(col(PeriodLock.fund_id), sa.func.max(col(PeriodLock.ends_on)))
            .where(col(PeriodLock.fund_id).in_(ids))
            .group_by(col(PeriodLock.fund_id))
        )
    )
    last = Quarter.containing(today + timedelta(days=1)).previous
    found = [
        Shelf(
            fund=fund,
            quarter=quarter,
            partners=tuple(by_fund[fund.id]),
            is_closed=fund.id in closed and quarter.end <= closed[fund.id],
        )
        for fund in listed
        for quarter in quarters_between(Quarter.containing(fund.inception_on), last)
        if by_fund[fund.id]
    ]
    return sorted(found, key=lambda one: one.quarter, reverse=True)


def partners(work: Work, actor: Actor, fund_ids: Sequence[str]) -> dict[str, list[Partner]]:
    """Return {fund: the partners whose reports the actor may read}, in the order they came in."""
    statement = sa.select(Partner).where(
        col(Partner.fund_id).in_(fund_ids), col(Partner.fund_id).in_(funds.visible_funds(actor))
    )
    if actor.role is Role.LP:
        statement = statement.where(col(Partner.organisation_id) == actor.organisation_id)
    found: dict[str, list[Partner]] = {fund_id: [] for fund_id in fund_ids}
    for partner in work.session.execute(statement.order_by(col(Partner.id))).scalars():
        found[partner.fund_id].append(partner)
    return found


def of_fund(work: Work, actor: Actor, fund_code: str) -> list[Partner]:
    """Return the partners of one fund whose reports the actor may read."""
    fund = funds.find(work, actor, fund_code)
    return partners(work, actor, [fund.id])[fund.id]
