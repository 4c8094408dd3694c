"""信贷: the fund's subscription lines, and its returns with and without them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from portfolio import facility, template_flows
from portfolio.facility import FacilityPosition, Movement
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.performance_template import Method, Result, Template, TypedFlow, View
from web.formats import Reader
from web.templating import Page
from web.views.fund_words import USES
from web.views.funds import Head, Opened, Tab, head_of

VIEWS: Mapping[View, Message] = {
    View.WITH_NET: say("Net, with the line"),
    View.WITHOUT_NET: say("Net, without the line"),
    View.WITH_GROSS: say("Gross, with the line"),
    View.WITHOUT_GROSS: say("Gross, without the line"),
}
METHODS: Mapping[Method, Message] = {
    Method.GRANULAR: say("Granular"),
    Method.GROSS_UP: say("Gross-up"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One facility with its movements."""

    position: FacilityPosition
    rate: float
    used: float  # of the limit
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One view by both methods."""

    name: Message
    is_net: bool
    results: tuple[Result, ...]  # granular, gross-up


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPage:
    """The tab."""

    template: ClassVar[str] = "funds/credit.html"
    head: Head
    tab: Tab
    lines: tuple[Line, ...]
    uses: Mapping[str, Message]
    methods: tuple[Message, ...]
    rows: tuple[Row, ...]
    has_line: bool
    flows: tuple[TypedFlow, ...]
    views: tuple[View, ...]
    has_demo: bool


# ---- rules
def by_day(rows: Sequence[TypedFlow]) -> tuple[TypedFlow, ...]:
    """Add up what moved under one type on one day; what was reversed on its day is gone."""
    sums: dict[tuple[date, str], TypedFlow] = {}
    for row in rows:
        key = (row.on, row.kind.code)
        earlier_fen = sums[key].amount_fen if key in sums else 0
        sums[key] = replace(row, amount_fen=earlier_fen + row.amount_fen, transaction_id="")
    return tuple(row for row in sums.values() if row.amount_fen)


# ---- reads
def credit_page(work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened) -> CreditPage:
    """Return the tab at the page's day."""
    positions = facility.positions(work, opened.moment, opened.fund.id)
    both = template_flows.templates(work, opened.moment, opened.fund.id)
    granular: Template = both[Method.GRANULAR]
    return CreditPage(
        head=head_of(reader, actor, page, opened),
        tab="credit",
        lines=tuple(
            Line(
                position=one,
                rate=one.rate_ppm / facility.PER_MILLION,
                used=one.outstanding_fen / one.limit_fen,
                movements=tuple(facility.movements(work, opened.moment, one.id)),
            )
            for one in positions
        ),
        uses={use.value: name for use, name in USES.items()},
        methods=tuple(METHODS.values()),
        rows=tuple(
            Row(
                name=name,
                is_net=view in {View.WITH_NET, View.WITHOUT_NET},
                results=tuple(both[method].results[view] for method in METHODS),
            )
            for view, name in VIEWS.items()
        ),
        has_line=granular.has_line,
        flows=by_day(granular.rows),
        views=tuple(View),
        has_demo=opened.fund.is_demo or any(one.is_demo for one in positions),
    )
