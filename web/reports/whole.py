"""The fund's side of a report, read once for all of its partners, so that a pack is linear in them.

Nothing here is one partner's; what a partner may not see of the others stays in this room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import col

from portfolio import (
    calls,
    capital,
    closing,
    fees,
    funds,
    indices,
    ledger,
    marks,
    moments,
    performance,
    returns,
    template_flows,
)
from portfolio.accounts import AccountCode, Line
from portfolio.calls import CallPosition
from portfolio.capital import CapitalAccounts, StatementLine
from portfolio.commitments import PartnerKind
from portfolio.editions import ReportEdition
from portfolio.funds import Fund
from portfolio.indices import IndexSeries
from portfolio.investments import InvestmentKind, Position
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import SHANGHAI, Work
from portfolio.kernel.errors import Message
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from portfolio.organisations import Organisation
from portfolio.performance import FundPerformance
from portfolio.prose import ReportProse
from valuation.irr import CashFlow, shown
from valuation.periods import Quarter
from web.reports import account, chain_holdings, children, landing, proofs
from web.reports.account import Ends
from web.reports.parts import (
    LIVE,
    ChainHeld,
    Child,
    Equivalent,
    Issue,
    Market,
    Method,
    TypedRow,
    ViewResult,
)
from web.reports.report import Holding, LandingRow

Booked = tuple[date, int, int]  # on, line, fen
MANY_LPS = 2
EQUIVALENTS = ("ks_pme", "long_nickels", "direct_alpha")


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """The fund and every account in it at the close of one day."""

    fund: FundPerformance
    accounts: CapitalAccounts
    flows: Mapping[str, Sequence[CashFlow]]  # {partner: contributions negative, ascending}
    balances: Mapping[AccountCode, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEntry:
    """A correction of a closed quarter with its effect on each account."""

    seq: int
    effective_date: date
    recorded_on: date
    by_partner: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The edition a report is built for: who prepared it and what was written into it."""

    edition: ReportEdition | None = None
    issue: Issue = LIVE
    prose: tuple[ReportProse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All that the reports of one fund and quarter have in common."""

    fund: Fund
    manager: str
    quarter: Quarter
    moment: Moment
    known_at: datetime | None
    draft: Draft
    now: At
    before: At
    ends: Ends
    shows_gp: bool
    rows: tuple[StatementLine, ...]  # of the whole fund
    gp_rows: tuple[StatementLine, ...]
    holdings: tuple[Holding, ...]
    landing: tuple[LandingRow, ...]
    chains: tuple[ChainHeld, ...]
    calls: tuple[CallPosition, ...]
    booked: Mapping[str, Sequence[Booked]]  # {partner: contributions and distributions}
    market: Market | None
    methods: tuple[Method, ...]
    footnotes: tuple[Message, ...]
    children: tuple[Child, ...]
    late: tuple[LateEntry, ...]
    books: proofs.Books


# ---- reads
def read(
    work: Work,
    actor: Actor,
    *,
    fund_code: str,
    quarter: Quarter,
    known_at: datetime | None = None,
    draft: Draft | None = None,
) -> Whole:
    """Read a fund at a quarter's end, as the books stood at `known_at`."""
    fund = funds.find(work, actor, fund_code)
    moment = moments.moment_of(work, quarter.end, known_at)
    if known_at is None:  # the number stands on the paper all the same
        moment = replace(moment, known_seq=ledger.last_seq(work))
    now = _at(work, moment, fund.id)
    positions = now.fund.holdings
    stands = landing.standing(work, moment, fund.id, positions, quarter=quarter, known_at=known_at)
    ends = account.read(work, moment, fund.id, quarter)
    rows = ends.lines([one.partner_id for one in now.accounts.accounts])
    everyone = {one.partner_id: one.kind for one in now.accounts.accounts}
    return Whole(
        fund=fund,
        manager=_manager(work, fund),
        quarter=quarter,
        moment=moment,
        known_at=known_at,
        draft=draft or Draft(),
        now=now,
        before=_at(work, replace(moment, as_of=quarter.previous.end), fund.id),
        ends=ends,
        # With two investors, one of them would find the other by taking the rest from the whole.
        shows_gp=sum(kind is PartnerKind.LP for kind in everyone.values()) > MANY_LPS,
        rows=rows,
        gp_rows=ends.lines({key for key, kind in everyone.items() if kind is PartnerKind.GP}),
        holdings=_holdings(work, moment, positions, stands),
        landing=stands.rows,
        chains=chain_holdings.of(work, moment, positions, stands),
        calls=tuple(calls.calls(work, moment, fund.id)),
        booked=_booked(work, moment, fund.id),
        market=_market(work, moment, fund.id, draft),
        methods=_methods(work, moment, fund.id),
        footnotes=tuple(
            one.what for one in fees.other_flags({line.row: line.ytd_fen for line in rows})
        ),
        children=children.of(work, moment, fund.id, quarter),
        late=_late(work, moment, fund.id, quarter),
        books=proofs.read(work, moment, fund, now.balances, now.accounts),
    )


def _at(work: Work, moment: Moment, fund_id: str) -> At:
    return At(
        fund=performance.fund_performance(work, moment, fund_id),
        accounts=capital.accounts(work, moment, fund_id),
        flows={
            partner_id: [CashFlow(on, -fen) for on, _, fen in rows if fen]
            for partner_id, rows in _booked(work, moment, fund_id).items()
        },
        balances=ledger.balances(work, moment, fund_id=fund_id),
    )


def _booked(work: Work, moment: Moment, fund_id: str) -> dict[str, list[Booked]]:
    """Return what each partner paid in and was paid by day; credit positive."""
    rows = work.rows(
        ledger.entries(
            col(LedgerPosting.partner_id),
            col(LedgerTransaction.effective_date),
            col(LedgerPosting.line),
            -sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.line).in_([int(Line.CONTRIBUTIONS), int(Line.DISTRIBUTIONS)]),
            moment.holds(),
        )
        .group_by(
            col(LedgerPosting.partner_id),
            col(LedgerTransaction.effective_date),
            col(LedgerPosting.line),
        )
        .order_by(col(LedgerTransaction.effective_date), col(LedgerPosting.line))
    )
    found: dict[str, list[Booked]] = {}
    for partner_id, on, line, fen in rows:
        found.setdefault(partner_id, []).append((on, line, int(fen)))
    return found


def _manager(work: Work, fund: Fund) -> str:
    manager = work.session.get(Organisation, fund.manager_id) if fund.manager_id else None
    return manager.name if manager else ""


def _holdings(
    work: Work, moment: Moment, positions: Sequence[Position], stands: landing.Standing
) -> tuple[Holding, ...]:
    newest = marks.latest(work, moment, [one.investment_id for one in positions])
    found = [
        Holding(
            code=one.code,
            name=one.name,
            name_en=one.name_en,
            chain=stands.chains.get(one.investment_id, ("", ""))[0],
            chain_en=stands.chains.get(one.investment_id, ("", ""))[1],
            first_paid_on=one.first_paid_on,
            invested_fen=one.invested_fen,
            cost_fen=one.cost_fen,
            fair_value_fen=one.fair_value_fen,
            realised_fen=one.realised_fen,
            share_of_value=one.share_of_value,
            moic=one.moic,
            gross_irr=told.value,
            is_period=told.is_period,
            marked_on=newest[one.investment_id].as_of if one.investment_id in newest else None,
            method=newest[one.investment_id].method if one.investment_id in newest else "",
            is_fund=one.kind is InvestmentKind.FUND,
            is_demo=one.is_demo,
        )
        for one in positions
        for told in (shown(one.gross_irr, one.first_paid_on, moment.as_of),)
    ]
    return tuple(sorted(found, key=lambda one: (-one.fair_value_fen, one.code)))


def _market(work: Work, moment: Moment, fund_id: str, draft: Draft | None) -> Market | None:
    """Return the comparison with the edition's index; a live report takes the first series."""
    if draft is not None and draft.edition is not None:
        chosen = draft.edition.index_id
        index = work.session.get(IndexSeries, chosen) if chosen else None
    else:
        index = next(iter(indices.listed(work)), None)
    if index is None:
        return None
    of = {one.code: one for one in returns.fund_returns(work, moment, fund_id, index).pme}
    return Market(
        index_code=index.code,
        index_name=index.name,
        index_name_en=index.name_en,
        equivalents=tuple(
            Equivalent(
                code=code,
                value=of[code].value,
                unit="multiple" if of[code].unit == "multiple" else "rate",
            )
            for code in EQUIVALENTS
        ),
        is_demo=index.is_demo,
    )


def _methods(work: Work, moment: Moment, fund_id: str) -> tuple[Method, ...]:
    return tuple(
        Method(
            method=method.value,
            has_line=one.has_line,
            rows=tuple(
                TypedRow(
                    on=row.on,
                    title=row.kind.title,
                    amount_fen=row.amount_fen,
                    sides=tuple(side.value for side in row.kind.sides),
                )
                for row in one.rows
            ),
            results=tuple(
                ViewResult(view=view.value, multiple=found.multiple, irr=found.irr)
                for view, found in one.results.items()
            ),
        )
        for method, one in template_flows.templates(work, moment, fund_id).items()
    )


def _late(work: Work, moment: Moment, fund_id: str, quarter: Quarter) -> tuple[LateEntry, ...]:
    """Return what was booked into a closed quarter after the report before went out.

    An entry is told once: in the first report that knows it, which is the one whose books begin
    where those of the quarter before were locked.
    """
    lock = closing.lock_of(work, fund_id, quarter.previous)
    if lock is None:
        return ()
    rows = work.rows(
        ledger.entries(
            col(LedgerTransaction.seq),
            col(LedgerTransaction.effective_date),
            col(LedgerTransaction.recorded_at),
            col(LedgerPosting.partner_id),
            -sa.func.sum(col(LedgerPosting.amount_fen)),
        )
        .where(
            col(LedgerPosting.fund_id) == fund_id,
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            col(LedgerTransaction.correction_reason).is_not(None),
            col(LedgerTransaction.seq) > lock.known_seq,
            col(LedgerTransaction.effective_date) <= quarter.previous.end,
            moment.holds(),
        )
        .group_by(
            col(LedgerTransaction.seq),
            col(LedgerTransaction.effective_date),
            col(LedgerTransaction.recorded_at),
            col(LedgerPosting.partner_id),
        )
        .order_by(col(LedgerTransaction.seq))
    )
    found: dict[int, LateEntry] = {}
    for seq, on, at, partner_id, fen in rows:
        entry = found.setdefault(
            seq,
            LateEntry(
                seq=seq,
                effective_date=on,
                recorded_on=at.astimezone(SHANGHAI).date(),
                by_partner={},
            ),
        )
        found[seq] = replace(entry, by_partner={**entry.by_partner, partner_id: int(fen)})
    return tuple(found.values())
