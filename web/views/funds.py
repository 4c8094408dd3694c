"""基金: the funds a person may see, and one of them: structure, figures, accounts, holdings.

A limited partner gets a page that is built from its own account's rows: no total of the fund, no
share, and of the holdings only what says nothing about the other accounts (THREATS.md A4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

import sqlalchemy as sa
from sqlmodel import col

from dealflow import landed
from portfolio import (
    calls,
    capital,
    funds,
    ledger,
    lookthrough,
    moments,
    performance,
    performance_figures,
)
from portfolio.accounts import AccountCode
from portfolio.capital import Amounts, CapitalAccount
from portfolio.figures import Figure
from portfolio.funds import Fund, FundKind
from portfolio.investments import Position
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.lookthrough import Structure
from portfolio.performance import FundPerformance, NetPerformance
from valuation.figures import Undefined
from web.formats import Reader
from web.templating import Page
from web.views import fund_tiles, holdings
from web.views.figures import Asked
from web.views.fund_tiles import Curve, Tile
from web.views.fund_words import FUND_KINDS, PARTNER_KINDS, STATES, state_of
from web.views.holdings import Holding, Rate, landing_sides, named, rate
from web.views.tips import Tip

Tab = Literal[
    "overview",
    "partners",
    "terms",
    "calls",
    "distributions",
    "expenses",
    "ledger",
    "closing",
    "returns",
    "evaluation",
    "bank",
    "credit",
    "lookthrough",
]


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A fund that a person may see, and the books he looks at."""

    fund: Fund
    moment: Moment
    known_at: datetime | None
    own: str | None  # the one account an LP sees; None for staff

    @property
    def asked(self) -> Asked:
        """Return what opens a figure of these books to its rows."""
        return Asked(
            code="nav",
            as_of=self.moment.as_of,
            fund=self.fund.code,
            known_at=self.known_at,
            with_demo=self.moment.with_demo,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A fund in the look-through strip."""

    name: str
    href: str
    share: float
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Mother funds, this fund, funds below, firms held, firms landed in the district."""

    parents: tuple[Node, ...]
    children: tuple[Node, ...]
    firms: int
    landed: int
    others: tuple[Fund, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every tab of a fund's page begins with."""

    code: str
    name: str
    kind: Message
    state: Message
    state_kind: str
    sponsors: str
    announced_on: date
    announced_by_month: bool
    inception_on: date
    focus: str
    is_demo: bool
    is_own: bool
    is_mother: bool
    may_edit: bool
    may_approve: bool
    may_report: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One partner's account."""

    account: CapitalAccount
    name: str
    kind: Message
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The foot of the holdings and the proof below it, to the fen."""

    cost_fen: int
    fair_value_fen: int
    realised_fen: int
    moic: float | Undefined
    irr: Rate
    kept: int
    total: int
    nav_fen: int
    cash_fen: int
    payables_fen: int
    other_fen: int
    marked_on: date | None

    @property
    def ties(self) -> bool:
        """Say whether the parts are the net asset value, to the fen."""
        parts = self.fair_value_fen + self.cash_fen - self.payables_fen + self.other_fen
        return parts == self.nav_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class FundPage:
    """The first tab: what was committed, called and returned, and whether the holdings landed."""

    template: ClassVar[str] = "funds/fund.html"
    head: Head
    tab: Tab
    stale: int  # firms whose value is older than ninety days
    strip: Strip
    tiles: tuple[Tile, ...]
    curve: Curve
    accounts: tuple[AccountRow, ...]
    accounts_total: Amounts | None
    groups: tuple[tuple[str, tuple[Holding, ...]], ...]
    by_chain: bool
    held: int
    totals: Totals | None
    gross_tip: Tip | None
    mark: str
    has_demo: bool
    known_at: datetime | None


# ---- opening
def open_fund(
    work: Work,
    actor: Actor,
    code: str,
    *,
    as_of: date,
    known_at: datetime | None,
    with_demo: bool,
) -> Opened:
    """Return the fund and the books asked for, or answer as if the fund were not there."""
    fund = funds.find(work, actor, code)
    own = None
    if not actor.may(Duty.READ_FIGURES):
        own = work.scalar(funds.visible_partners(actor, fund.id))
    return Opened(
        fund=fund,
        moment=moments.moment_of(work, as_of, known_at, with_demo=with_demo),
        known_at=known_at,
        own=own,
    )


def head_of(reader: Reader, actor: Actor, page: Page, opened: Opened) -> Head:
    """Return the head of a fund's page; on a past day nobody may do anything."""
    fund = opened.fund
    state, kind = STATES[state_of(fund, page.as_of)]
    live = not page.is_past and opened.known_at is None
    return Head(
        code=fund.code,
        name=named(reader, fund.name, fund.name_en),
        kind=FUND_KINDS[FundKind(fund.kind)],
        state=state,
        state_kind=kind,
        sponsors=fund.sponsors,
        announced_on=fund.announced_on,
        announced_by_month=fund.announced_by_month,
        inception_on=fund.inception_on,
        focus=named(reader, fund.focus, fund.focus_en),
        is_demo=fund.is_demo,
        is_own=opened.own is not None,
        is_mother=fund.kind == FundKind.MOTHER,
        may_edit=live and actor.may(Duty.EDIT_FUNDS),
        may_approve=live and actor.may(Duty.APPROVE_MARKS),
        may_report=actor.may(Duty.READ_REPORTS),
    )


# ---- one fund
def overview(
    work: Work,
    reader: Reader,
    actor: Actor,
    page: Page,
    opened: Opened,
    *,
    is_gross: bool,
    by_chain: bool,
) -> FundPage:
    """Return the first tab of a fund."""
    fund, moment = opened.fund, opened.moment
    of = performance.fund_performance(work, moment, fund.id)
    net: NetPerformance = of
    if opened.own is not None:
        net = performance.partner_performance(work, moment, opened.own)
    figures = performance_figures.figures(work, moment, fund.id, partner_id=opened.own)
    points = performance.quarterly(work, moment, fund.id, partner_id=opened.own)
    rated = points
    if opened.own is None:
        rated = performance.quarterly(work, moment, fund.id, net_of_carry=True)
    is_gross = is_gross and opened.own is None
    drawn = fund_tiles.gross_points(work, moment, fund.id, of) if is_gross else points
    held = holdings.holdings(work, reader, page.as_of, of.holdings, with_demo=moment.with_demo)
    accounts = capital.accounts(work, moment, fund.id, actor)
    made = calls.calls(work, moment, fund.id, actor)
    has_demo = any(row.is_demo for figure in figures for row in figure.rows)
    return FundPage(
        head=head_of(reader, actor, page, opened),
        tab="overview",
        stale=0 if opened.own else holdings.stale(work, moment, of.holdings),
        strip=_strip(work, reader, actor, opened, of.holdings),
        tiles=fund_tiles.tiles_of(
            reader, fund, figures, net, points, opened.asked, rated=rated, calls_made=len(made)
        ),
        curve=fund_tiles.draw(reader, drawn, is_gross=is_gross),
        accounts=tuple(
            AccountRow(
                account=account,
                name=named(reader, account.name, account.name_en),
                kind=PARTNER_KINDS[account.kind],
                href="",
            )
            for account in accounts.accounts
        ),
        accounts_total=accounts.total if opened.own is None else None,
        groups=_groups(held, by_chain=by_chain),
        by_chain=by_chain,
        held=len(held),
        totals=_totals(work, opened, of, held) if opened.own is None else None,
        gross_tip=_gross_tip(reader, opened, of, figures),
        mark="demo" if has_demo else "computed",
        has_demo=has_demo or fund.is_demo,
        known_at=opened.known_at,
    )


def _strip(
    work: Work, reader: Reader, actor: Actor, opened: Opened, held: Sequence[Position]
) -> Strip:
    """Return the funds around a fund; an LP sees neither who else is above nor what is beside."""
    found = lookthrough.structure(work, opened.moment, opened.fund.id)
    ids = {path.investment_id for firm in found.firms for path in firm.paths}
    sides = landing_sides(work, reader, opened.moment.as_of, ids, with_demo=opened.moment.with_demo)
    stands = landed.landings_of(
        work, opened.moment.as_of, sorted({side.project_id for side in sides.values()})
    )
    arrived = {
        firm.organisation_id
        for firm in found.firms
        for path in firm.paths
        if (side := sides.get(path.investment_id)) and stands[side.project_id].landed
    }
    firms = len({one.organisation_id for one in held if one.organisation_id and one.cost_fen})
    if opened.own is not None:
        return Strip(parents=(), children=(), firms=firms, landed=len(arrived), others=())
    return Strip(
        parents=_nodes(reader, found.parents),
        children=_nodes(reader, found.children),
        firms=len(found.firms),
        landed=len(arrived),
        others=_others(work, actor, opened, found),
    )


def _nodes(reader: Reader, links: Sequence[lookthrough.Link]) -> tuple[Node, ...]:
    return tuple(
        Node(
            name=named(reader, link.name, link.name_en),
            href=f"/funds/{link.code}",
            share=float(link.share),
            is_demo=link.is_demo,
        )
        for link in links
    )


def _others(work: Work, actor: Actor, opened: Opened, found: Structure) -> tuple[Fund, ...]:
    near = {link.fund_id for link in (*found.parents, *found.children)} | {opened.fund.id}
    rows = funds.listed(work, actor, with_demo=opened.moment.with_demo)
    return tuple(fund for fund in rows if fund.id not in near and not fund.is_demo)


def _groups(
    held: Sequence[Holding], *, by_chain: bool
) -> tuple[tuple[str, tuple[Holding, ...]], ...]:
    if not by_chain:
        return (("", tuple(held)),)
    found: dict[str, list[Holding]] = {}
    for one in held:
        chain = one.landing.chain.partition(" · ")[0] if one.landing else ""
        found.setdefault(chain, []).append(one)
    return tuple((chain or "—", tuple(rows)) for chain, rows in found.items())


def _totals(work: Work, opened: Opened, of: FundPerformance, held: Sequence[Holding]) -> Totals:
    balances = ledger.balances(work, opened.moment, fund_id=opened.fund.id)
    sides: Mapping[str, holdings.LandingSide] = {
        one.landing.project_id: one.landing for one in held if one.landing
    }
    first = min((flow.on for flow in of.gross_flows), default=None)
    return Totals(
        cost_fen=of.cost_fen,
        fair_value_fen=of.fair_value_fen,
        realised_fen=of.realised_fen,
        moic=of.moic,
        irr=rate(of.gross_irr, first, of.as_of),
        kept=sum(side.kept for side in sides.values()),
        total=sum(side.total for side in sides.values()),
        nav_fen=of.nav_fen,
        cash_fen=of.cash_fen,
        payables_fen=of.payables_fen,
        other_fen=balances[AccountCode.RECEIVABLES] + balances[AccountCode.SUBSCRIPTION_LINE],
        marked_on=_marked_on(work, opened),
    )


def _marked_on(work: Work, opened: Opened) -> date | None:
    """Return the day of the newest change of value in the books."""
    newest: date | None = work.scalar(
        ledger.entries(sa.func.max(col(LedgerTransaction.effective_date))).where(
            col(LedgerPosting.fund_id) == opened.fund.id,
            col(LedgerPosting.account) == AccountCode.INVESTMENTS_UNREALISED.value,
            opened.moment.holds(),
        )
    )
    return newest


def _gross_tip(
    reader: Reader, opened: Opened, of: FundPerformance, figures: Sequence[Figure]
) -> Tip | None:
    """Return the tip of the gross rate of all holdings, with its flows; not for an LP."""
    if opened.own is not None:
        return None
    whole = next(figure for figure in figures if figure.code == "gross_irr")
    flows = fund_tiles.flows_text(reader, of.gross_flows, (of.as_of, of.fair_value_fen))
    return fund_tiles.figure_tip(reader, opened.fund, whole, opened.asked, flows)
