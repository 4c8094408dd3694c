"""The rows of the ILPA sheet for every account of a fund, from one reading of three days.

`capital.statement` reads them for one account; a pack needs them for all, so the states of the
quarter's end, of its start and of the year's start are read once and each account is a sum.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from portfolio import capital
from portfolio.accounts import (
    CAPITAL_ROWS,
    COMMITMENT_ROWS,
    SCHEDULE_B_ROWS,
    StatementRow,
    with_subtotals,
)
from portfolio.capital import NOTHING, State, StatementLine
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from valuation.periods import Quarter, year_start

A_DAY = timedelta(days=1)
ROWS: tuple[StatementRow, ...] = (*CAPITAL_ROWS, *COMMITMENT_ROWS, *SCHEDULE_B_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """{account: state} at the quarter's end and at the starts of the three columns."""

    end: Mapping[str, State]
    starts: tuple[Mapping[str, State], ...]  # quarter, year, inception

    def lines(self, accounts: Collection[str]) -> tuple[StatementLine, ...]:
        """Return every row of the sheet for one account, or for several added up."""
        at_end = _added(self.end, accounts)
        columns = [_column(at_end, _added(start, accounts)) for start in self.starts]
        return tuple(
            StatementLine(
                row=row.row,
                name=row.name,
                qtd_fen=columns[0][row.row],
                ytd_fen=columns[1][row.row],
                itd_fen=columns[2][row.row],
            )
            for row in ROWS
        )


def read(work: Work, moment: Moment, fund_id: str, quarter: Quarter) -> Ends:
    """Read the three days; inception begins with nothing."""
    quarter_start, of_year = (
        capital.states(work, replace(moment, as_of=on - A_DAY), fund_id)
        for on in (quarter.start, year_start(quarter.end))
    )
    return Ends(end=capital.states(work, moment, fund_id), starts=(quarter_start, of_year, {}))


def _added(states: Mapping[str, State], accounts: Collection[str]) -> State:
    found = [states[one] for one in accounts if one in states]
    return capital.added(found) if found else NOTHING


def _column(at_end: State, at_start: State) -> dict[int, int]:
    received = {row: fen - at_start.memo.get(row, 0) for row, fen in at_end.memo.items()}
    return capital.column(at_end, at_start) | with_subtotals(SCHEDULE_B_ROWS, received)
