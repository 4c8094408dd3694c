"""The cash-flow forecast of a fund: its books so far, then the paths of the pacing model.

A plan with a band, not a promise: what it assumes stands beside it and can be changed.
"""

import math
from dataclasses import dataclass
from datetime import date

from portfolio import performance, terms
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.performance import NetPerformance, QuarterPoint
from valuation.figures import Reason, Undefined
from valuation.pacing import pacing_bands
from valuation.periods import add_months, months_between, year_fraction

PATHS, SEED = 4_000, 20_171_031
BAND = (10.0, 50.0, 90.0)
QUARTER_MONTHS = 3
LONGEST_YEARS = 30


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the forecast rests on; the defaults are the venture case of Takahashi and Alexander."""

    life_years: int = 10
    growth: float = 0.13  # a year, net of fees
    volatility: float = 0.25  # of that growth, a year
    bow: float = 2.5  # the higher, the later the distributions
    contribution_rates: tuple[float, ...] = (0.25, 1 / 3, 0.5)  # of what is uncalled, by year

    def __post_init__(self) -> None:
        if not 1 <= self.life_years <= LONGEST_YEARS:
            raise DomainError(
                "A fund's life of {years} years is out of range.",
                "Enter 1 to {most} years.",
                years=self.life_years,
                most=LONGEST_YEARS,
            )
        if not (-0.5 <= self.growth <= 1 and 0 <= self.volatility <= 2 and 0.1 <= self.bow <= 20):  # noqa: PLR2004 - beyond these a plan says nothing
            raise DomainError(
                "An assumption of the forecast is out of range.",
                "Growth is −50 % to 100 % a year, volatility 0 % to 200 %, bow 0.1 to 20.",
            )


@dataclass(frozen=True, slots=True)
class Band:
    """The 10th, 50th and 90th percentile, in fen."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastPoint:
    """One quarter to come, counted from `as_of`."""

    ends_on: date
    contribution_fen: float
    distribution: Band
    nav: Band
    cumulative: Band  # distributions less contributions since inception


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The quarters so far and to come."""

    as_of: date
    ends_on: date
    assumptions: Assumptions
    past: tuple[QuarterPoint, ...]
    points: tuple[ForecastPoint, ...] | Undefined


# ---- rules
def life_years(fund: Fund, ends_on: date) -> int:
    """Return the years from inception to the fund's end, a begun one as a whole one."""
    years = math.ceil(months_between(fund.inception_on, ends_on) / 12)
    return min(max(1, years), LONGEST_YEARS)


def project(
    of: NetPerformance, began_on: date, ends_on: date, assumed: Assumptions
) -> tuple[ForecastPoint, ...] | Undefined:
    """Return the quarters from `as_of` to the end of the fund's life, which may be within one.

    returns  Undefined where nothing was committed or the life is over
    source   Takahashi and Alexander (2002), growth lognormal around their plan
    """
    if not of.committed_fen:
        return Undefined(Reason.NO_COMMITMENT, "nothing was committed by this date")
    if of.as_of >= ends_on:
        return Undefined(Reason.TOO_SHORT, f"the fund's life ended on {ends_on}")
    so_far_fen = of.net_distributed_fen - of.paid_in_fen
    columns = pacing_bands(
        float(of.committed_fen),
        assumed.contribution_rates,
        assumed.life_years,
        assumed.bow,
        assumed.growth,
        0.0,
        n_paths=PATHS,
        seed=SEED,
        volatility=assumed.volatility,
        percentiles=BAND,
        age_years=max(0.0, year_fraction(began_on, of.as_of)),
        paid_in=float(of.committed_fen - of.unfunded_fen),
        nav=float(max(of.net_nav_fen, 0)),
    )
    return tuple(
        ForecastPoint(
            ends_on=min(add_months(of.as_of, QUARTER_MONTHS * (i + 1)), ends_on),
            contribution_fen=float(columns["contribution"][i, 1]),
            distribution=Band(*columns["distribution"][i].tolist()),
            nav=Band(*columns["nav"][i].tolist()),
            cumulative=Band(*(columns["cumulative"][i] + so_far_fen).tolist()),
        )
        for i in range(len(columns["nav"]))
    )


# ---- reads
def recorded_end(work: Work, moment: Moment, fund: Fund) -> date | None:
    """Return the end by the terms of the day, or as the fund was founded; None if neither says."""
    agreed = terms.find(work, fund.id, moment.as_of, known=moment)
    return (agreed.term_ends_on if agreed else None) or fund.ends_on


def forecast(work: Work, moment: Moment, fund: Fund, assumed: Assumptions) -> Forecast:
    """Return the fund's quarters so far and the forecast to its end."""
    of = performance.fund_performance(work, moment, fund.id)
    ends_on = recorded_end(work, moment, fund)
    if ends_on is None or life_years(fund, ends_on) != assumed.life_years:
        ends_on = add_months(fund.inception_on, 12 * assumed.life_years)
    return Forecast(
        as_of=moment.as_of,
        ends_on=ends_on,
        assumptions=assumed,
        past=tuple(performance.quarterly(work, moment, fund.id)),
        points=project(of, fund.inception_on, ends_on, assumed),
    )
