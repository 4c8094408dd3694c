"""Deadlines: by when a fund's quarterly report has to be with its partners.

Source: ILPA Reporting Template guidance (REPORTING.md §2.1): 60 days after a quarter and 120 after
a fiscal year for a fund of firms; 120 and 180 for a fund of funds; 180 and 260 one storey higher.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from portfolio.commitments import Partner
from portfolio.kernel.db import Work
from valuation.periods import Quarter

YEAR_END = 4  # the fiscal year is the calendar year
DAYS: tuple[tuple[int, int], ...] = ((60, 120), (120, 180), (180, 260))  # quarter, year end


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One report that is due."""

    fund_id: str
    quarter: Quarter
    due_on: date
    days: int  # allowed after the quarter's end
    storeys: int  # of funds below: 0 invests in firms


# ---- rules
def allowed_days(quarter: Quarter, storeys: int) -> int:
    """Return the days a report may take; more storeys than two count as two."""
    quarter_days, year_days = DAYS[min(storeys, len(DAYS) - 1)]
    return year_days if quarter.number == YEAR_END else quarter_days


def due_on(quarter: Quarter, storeys: int) -> date:
    """Return the last day on which the report is in time."""
    return quarter.end + timedelta(days=allowed_days(quarter, storeys))


def storeys_of(below: Mapping[str, set[str]], fund_id: str) -> int:
    """Return how many storeys of funds lie below one: 0 without any.

    below  {fund: the funds it is a partner of}, without circles (commitments refuses them)
    """
    return max((1 + storeys_of(below, child) for child in below.get(fund_id, ())), default=0)


# ---- reads
def storeys(work: Work) -> dict[str, int]:
    """Return {fund: storeys of funds below it}; a fund that is missing has none."""
    below: dict[str, set[str]] = {}
    statement = sa.select(col(Partner.investor_fund_id), col(Partner.fund_id)).where(
        col(Partner.investor_fund_id).is_not(None)
    )
    for parent, child in work.rows(statement):
        below.setdefault(parent, set()).add(child)
    return {fund_id: storeys_of(below, fund_id) for fund_id in below}


def of(fund_id: str, quarter: Quarter, storeys_below: int) -> Deadline:
    """Return the deadline of one report."""
    return Deadline(
        fund_id=fund_id,
        quarter=quarter,
        due_on=due_on(quarter, storeys_below),
        days=allowed_days(quarter, storeys_below),
        storeys=storeys_below,
    )
