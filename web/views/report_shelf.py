"""The list of reports: which are due, which are drafted, and which a partner may read."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from portfolio import packs
from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from valuation.periods import Quarter
from web.reports import shelf as shelves
from web.templating import Page
from web.views.report_steps import STATES
from web.views.reports import Link, Which

ROWS_A_PAGE = 30
SOON_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfRow:
    """One fund and quarter."""

    fund: str
    quarter: str
    ends_on: date
    due_on: date
    days_left: int
    due_look: str  # "", warn, risk; a locked report is no longer due
    is_locked: bool
    is_closed: bool
    state: Message
    look: str
    number: str
    is_demo: bool
    partners: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfPage:
    """The list of reports."""

    template: ClassVar[str] = "reports/list.html"
    rows: tuple[ShelfRow, ...]
    total: int
    first: int
    before: str
    after: str
    funds: tuple[tuple[str, str], ...]  # (code, name)
    quarters: tuple[tuple[str, str], ...]
    fund: str
    quarter: str
    may_pack: bool
    pack_quarter: str  # the quarter a pack would be made of
    pack_href: str  # the pack of that quarter that was made last, "" without one
    is_partner: bool


def shelf(
    work: Work,
    me: Actor,
    page: Page,
    *,
    fund: str = "",
    quarter: str = "",
    number: int = 1,
    with_demo: bool = True,
) -> ShelfPage:
    """Return one page of the shelf, narrowed by fund code and quarter."""
    every = shelves.shelves(work, me, today=page.as_of, with_demo=with_demo)
    found = [
        one for one in every if fund in {"", one.fund.code} and quarter in {"", str(one.quarter)}
    ]
    first = (number - 1) * ROWS_A_PAGE
    shown = found[first : first + ROWS_A_PAGE]

    def turn(to: int) -> str:
        return page.with_query(page=str(to) if to > 1 else None)

    may_pack = me.may(Duty.PREPARE_REPORTS)
    of_pack = quarter or (str(every[0].quarter) if every else "")
    made = packs.newest(work, Quarter.parse(of_pack)) if may_pack and of_pack else None
    # What was due before the house began to issue reports here was told elsewhere.
    expected = {one.fund.id: one.quarter for one in every if one.number}  # the earliest, as last
    newest = every[0].quarter.previous if every else Quarter.containing(page.today)
    return ShelfPage(
        rows=tuple(_row(one, page, expected.get(one.fund.id, newest)) for one in shown),
        total=len(found),
        first=first,
        before=turn(number - 1) if number > 1 else "",
        after=turn(number + 1) if first + ROWS_A_PAGE < len(found) else "",
        funds=tuple(dict.fromkeys((one.fund.code, _name(one.fund, page)) for one in every)),
        quarters=tuple(dict.fromkeys((str(one.quarter), str(one.quarter)) for one in every)),
        fund=fund,
        quarter=quarter,
        may_pack=may_pack and bool(every),
        pack_quarter=of_pack,
        pack_href=f"/packs/{made}" if made else "",
        is_partner=not me.may(Duty.READ_FIGURES),
    )


def _row(one: shelves.Shelf, page: Page, expected_from: Quarter) -> ShelfRow:
    which = Which(one.fund.code, str(one.quarter), "")
    days_left = (one.deadline.due_on - page.today).days
    is_expected = one.quarter >= expected_from
    look = "risk" if days_left < 0 else "warn" if days_left <= SOON_DAYS else ""
    state, state_look = STATES[one.state]
    return ShelfRow(
        fund=_name(one.fund, page),
        quarter=str(one.quarter),
        ends_on=one.quarter.end,
        due_on=one.deadline.due_on,
        days_left=days_left,
        due_look=look if is_expected and not one.number else "",
        is_locked=bool(one.number),
        is_closed=one.is_closed,
        state=state,
        look=state_look,
        number=one.number,
        is_demo=one.fund.is_demo or any(partner.is_demo for partner in one.partners),
        partners=tuple(
            Link(name=_name(partner, page), href=which.href(partner_code=partner.code))
            for partner in one.partners
        ),
    )


def _name(of: Fund | Partner, page: Page) -> str:
    return of.name_en if page.lang == "en" and of.name_en else of.name
