"""The quarter-end grid: every fund and every account × every quarter, from one `xirr_many`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlmodel import col

from portfolio import funds, ledger, performance
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.ledger import LedgerPosting, LedgerTransaction, Moment
from valuation.figures import Reason, Undefined
from valuation.grid import quarter_grid
from valuation.irr import shown
from valuation.periods import Quarter, quarters_between

CASH_LINES = (int(Line.CONTRIBUTIONS), int(Line.DISTRIBUTIONS))


# ---- facts
@dataclass(frozen=True, slots=True)
class Cell:
    """One series at one quarter end."""

    rate: float | Undefined  # a year; of the period where `is_period`
    is_period: bool
    dpi: float | Undefined
    tvpi: float | Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """A fund, or one account in it."""

    fund: Fund
    partner: Partner | None  # None: the whole fund
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """All series by quarter; the last one ends on `as_of`."""

    quarters: tuple[Quarter, ...]
    ends: tuple[date, ...]
    rows: tuple[GridRow, ...]  # each fund before its accounts
    has_demo: bool


# ---- rules
@dataclass(frozen=True, slots=True)
class _Series:
    """What one series was booked: date, line, fen (credit positive), by date."""

    fund: Fund
    partner: Partner | None
    booked: list[tuple[date, int, int]]

    def flows(self) -> list[tuple[date, int]]:
        """Return the cash from the investor's side."""
        return [(on, -fen) for on, line, fen in self.booked if line in CASH_LINES]

    def sums(self, ends: Sequence[date], *lines: Line) -> npt.NDArray[np.int64]:
        """Return shape (q,): what these lines, or all, add up to by each end."""
        rows = [(on, fen) for on, line, fen in self.booked if not lines or line in lines]
        days = np.array([on for on, _ in rows], dtype="datetime64[D]")
        upto = np.concatenate([[0], np.cumsum([fen for _, fen in rows], dtype=np.int64)])
        found: npt.NDArray[np.int64] = upto[
            days.searchsorted(np.array(ends, dtype="datetime64[D]"), side="right")
        ]
        return found


def _cells(series: Sequence[_Series], ends: Sequence[date]) -> list[tuple[Cell, ...]]:
    flows = [one.flows() for one in series]
    nav = np.array([one.sums(ends) for one in series]).reshape(len(series), len(ends))
    found = quarter_grid(
        np.array([on for own in flows for on, _ in own], dtype="datetime64[D]"),
        np.array([fen for own in flows for _, fen in own], dtype=np.float64),
        np.cumsum([0, *map(len, flows)]),
        ends,
        nav.astype(np.float64),
    )
    rows = []
    for i, one in enumerate(series):
        paid_in = one.sums(ends, Line.CONTRIBUTIONS).tolist()
        paid_out = (-one.sums(ends, Line.DISTRIBUTIONS)).tolist()
        first = flows[i][0][0] if flows[i] else date.max
        rows.append(
            tuple(
                _cell(
                    found.figure(i, j),
                    (paid_in[j], paid_out[j], int(nav[i, j])),
                    first,
                    end,
                )
                for j, end in enumerate(ends)
            )
        )
    return rows


def _cell(rate: float | Undefined, fen: tuple[int, int, int], first: date, end: date) -> Cell:
    paid_in, paid_out, nav = fen
    unpaid = Undefined(Reason.NOTHING_PAID_IN, "nothing was paid in by this date")
    told = shown(rate, first if first <= end else None, end)
    return Cell(
        rate=told.value,
        is_period=told.is_period,
        dpi=paid_out / paid_in if paid_in else unpaid,
        tvpi=(paid_out + nav) / paid_in if paid_in else unpaid,
    )


# ---- reads
def returns_grid(work: Work, actor: Actor, moment: Moment) -> Grid:
    """Return every fund and account × every quarter since the first booking, in three queries."""
    actor.must(Duty.READ_FIGURES)
    rows = funds.listed(work, actor, with_demo=moment.with_demo)
    keys = (
        *(col(LedgerPosting.fund_id), col(LedgerPosting.partner_id)),
        *(col(LedgerTransaction.effective_date), col(LedgerPosting.line)),
        performance.is_net(),
    )
    of_fund: dict[str, dict[tuple[date, int], int]] = {row.id: {} for row in rows}
    of_partner: dict[str, list[tuple[date, int, int]]] = {}
    for fund_id, partner_id, on, line, is_net, fen in work.rows(
        ledger.entries(*keys, -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(
            col(LedgerPosting.fund_id).in_(list(of_fund)),
            col(LedgerPosting.account) == AccountCode.PARTNERS_CAPITAL.value,
            moment.holds(),
        )
        .group_by(*keys)
        .order_by(col(LedgerTransaction.effective_date))
    ):
        of_partner.setdefault(partner_id, []).append((on, line, int(fen)))
        if not is_net:  # a general partner's carry is no return of the fund
            continue
        whole = of_fund[fund_id]
        whole[on, line] = whole.get((on, line), 0) + int(fen)
    series = []
    partners = _partners(work, list(of_partner))
    for fund in rows:
        whole = of_fund[fund.id]
        booked = [(on, line, fen) for (on, line), fen in sorted(whole.items())]
        series.append(_Series(fund, None, booked))
        series += [
            _Series(fund, one, of_partner[one.id]) for one in partners if one.fund_id == fund.id
        ]
    series = [one for one in series if one.flows()]
    began = min((one.booked[0][0] for one in series), default=moment.as_of)
    quarters = quarters_between(Quarter.containing(began), Quarter.containing(moment.as_of))
    ends = [min(quarter.end, moment.as_of) for quarter in quarters]
    has_demo = work.scalar(
        ledger.entries(sa.literal(1))
        .where(
            col(LedgerPosting.fund_id).in_(list(of_fund)),
            moment.holds(),
            col(LedgerTransaction.is_demo).is_(True),
        )
        .limit(1)
    )
    return Grid(
        quarters=tuple(quarters),
        ends=tuple(ends),
        rows=tuple(
            GridRow(fund=one.fund, partner=one.partner, cells=cells)
            for one, cells in zip(series, _cells(series, ends), strict=True)
        ),
        has_demo=bool(has_demo) or any(row.is_demo for row in rows),
    )


def _partners(work: Work, ids: Sequence[str]) -> list[Partner]:
    statement = sa.select(Partner).where(col(Partner.id).in_(ids)).order_by(col(Partner.code))
    return list(work.session.execute(statement).scalars())
