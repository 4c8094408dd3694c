"""The shelf: which reports a person may read, by fund and quarter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from portfolio import deadlines, editions, funds, issued
from portfolio.commitments import Partner
from portfolio.deadlines import Deadline
from portfolio.editions import State
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor, Duty, Role
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.locks import PeriodLock
from valuation.periods import Quarter, quarters_between
from web.reports import issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One fund and quarter with the partners whose reports stand there."""

    fund: Fund
    quarter: Quarter
    partners: tuple[Partner, ...]
    is_closed: bool  # the books of the quarter are locked
    deadline: Deadline
    state: State | None  # of the newest edition; None before the first
    number: str  # of the newest locked one, "" without


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
    """Return what the actor may read, newest quarter first, in the order of the funds.

    An LP is shown the quarters whose report was issued to it, and no other.
    """
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
    locked, states = issued.locked_numbers(work, ids), editions.states(work, ids)
    storeys = deadlines.storeys(work)
    found = []
    for fund in listed:
        for quarter in quarters_between(Quarter.containing(fund.inception_on), last):
            out = locked.get((fund.id, quarter), [])
            if not by_fund[fund.id] or (actor.role is Role.LP and not out):
                continue
            found.append(
                Shelf(
                    fund=fund,
                    quarter=quarter,
                    partners=tuple(by_fund[fund.id]),
                    is_closed=fund.id in closed and quarter.end <= closed[fund.id],
                    deadline=deadlines.of(fund.id, quarter, storeys.get(fund.id, 0)),
                    state=State.LOCKED if actor.role is Role.LP else states.get((fund.id, quarter)),
                    number=issue.number_of(fund.code, quarter, out[0][0].number) if out else "",
                )
            )
    return sorted(found, key=lambda one: one.quarter, reverse=True)


def due(work: Work, actor: Actor, *, today: date, with_demo: bool = True) -> list[Shelf]:
    """Return the reports that are not locked, by their deadline: what a calendar shows."""
    every = shelves(work, actor, today=today, with_demo=with_demo)
    return sorted((one for one in every if not one.number), key=lambda one: one.deadline.due_on)


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
