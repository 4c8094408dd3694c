"""What an investor finds when it logs in: its notices and the reports that were issued to it.

Everything is read through the gate of `visible_partners`: no line, total or order here depends on
another partner's rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portfolio import calls, distributions
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.ledger import Moment
from web.formats import Reader
from web.reports import shelf as shelves
from web.reports.files import Kind
from web.templating import Page
from web.views.holdings import named
from web.views.reports import Which

NOTICES, REPORTS = 8, 8


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A call to this investor, or what it was paid."""

    on: date  # due, or paid
    told_on: date
    name: Message
    fund: str
    href: str
    amount_fen: int  # of this investor: to pay positive, paid to it negative
    open_fen: int  # of a call: what has not arrived
    is_overdue: bool
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report that was issued to this investor."""

    quarter: str
    fund: str
    number: str
    href: str
    pdf: str
    xlsx: str
    is_demo: bool


# ---- reads
def notices(
    work: Work, reader: Reader, actor: Actor, page: Page, listed: Sequence[Fund]
) -> tuple[Notice, ...]:
    """Return what was asked of this investor and what it was paid, the newest first."""
    moment = Moment(as_of=page.as_of)
    found: list[Notice] = []
    for fund in listed:
        found += _calls(work, reader, actor, moment, fund)
        found += _paid(work, reader, actor, moment, fund)
    found.sort(key=lambda one: (one.told_on, one.on), reverse=True)
    return tuple(found[:NOTICES])


def _calls(
    work: Work, reader: Reader, actor: Actor, moment: Moment, fund: Fund
) -> Iterator[Notice]:
    for call in calls.calls(work, moment, fund.id, actor):
        if asked := sum(line.amount_fen for line in call.lines):
            yield Notice(
                on=call.due_on,
                told_on=call.called_on,
                name=say("Capital call {number}", number=call.number),
                fund=named(reader, fund.name, fund.name_en),
                href=f"/funds/{fund.code}?tab=calls",
                amount_fen=asked,
                open_fen=call.outstanding_fen,
                is_overdue=call.is_overdue(moment.as_of),
                is_demo=call.is_demo,
            )


def _paid(work: Work, reader: Reader, actor: Actor, moment: Moment, fund: Fund) -> Iterator[Notice]:
    for paid in distributions.distributions(work, moment, fund.id, actor):
        if got := sum(part.amount_fen for part in paid.parts):
            yield Notice(
                on=paid.paid_on,
                told_on=paid.paid_on,
                name=say("Distribution {number}", number=paid.number),
                fund=named(reader, fund.name, fund.name_en),
                href=f"/funds/{fund.code}?tab=distributions",
                amount_fen=-got,
                open_fen=0,
                is_overdue=False,
                is_demo=paid.is_demo,
            )


def told(work: Work, reader: Reader, actor: Actor, page: Page) -> tuple[Told, ...]:
    """Return the newest reports that were issued to this investor."""
    found = []
    for one in shelves.shelves(work, actor, today=page.as_of)[:REPORTS]:
        for partner in one.partners:
            which = Which(one.fund.code, str(one.quarter), partner.code)
            found.append(
                Told(
                    quarter=str(one.quarter),
                    fund=named(reader, one.fund.name, one.fund.name_en),
                    number=one.number,
                    href=which.href(),
                    pdf=which.href(Kind.PDF),
                    xlsx=which.href(Kind.XLSX),
                    is_demo=one.fund.is_demo or partner.is_demo,
                )
            )
    return tuple(found)
