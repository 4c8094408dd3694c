"""Pacing: when committed money will be called and come back, for one fund or a programme.

`takahashi_alexander` is the plan, `pacing_paths` the band around it: the same model with growth
drawn at random. Its paths are streamed in blocks that fit the processor's cache; only the sums
over the funds are kept.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["pacing_bands", "pacing_paths", "takahashi_alexander"]

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_BLOCK = 262_144  # fund-paths at a time: the three arrays of a block stay near the core
_SLACK = 1e-9  # ages are sums of fractions of a year
_MIDDLE, _BAND = 50.0, (10.0, 90.0)


# ---- the plan


def takahashi_alexander(
    commitment: float,
    contribution_rates: Sequence[float],
    life_years: int,
    bow: float,
    growth: float,
    yield_rate: float,
) -> "DataFrame":
    """Project the yearly flows and the value of a fund.

    commitment          any unit; the result has the same
    contribution_rates  of what is still uncalled, year by year; the last one repeats
    life_years          >= 1; in the last year all of the grown value is paid out
    bow                 > 0; the higher, the later the distributions
    growth              a year, net of fees, > -1
    yield_rate          a year, from 0 to 1: the least part of the value that is paid out
    returns             index `year` 1…life; columns contribution, distribution, nav
    raises              ValueError that names what is out of range
    source              Takahashi and Alexander (2002), Illiquid Alternative Asset Fund Modeling,
                        Journal of Portfolio Management 28(2), 90-100
    """
    import pandas as pd

    funds = _funds(
        commitment, contribution_rates, life_years, bow, growth, yield_rate, periods_a_year=1
    )
    if funds.commitment.size != 1:
        raise ValueError("takahashi_alexander takes one fund; pacing_paths takes many")
    flows, value = np.zeros((2, funds.periods)), 0.0
    nav = np.zeros(funds.periods)
    for t in range(funds.periods):
        grown = value * (1 + float(funds.growth[0]))
        flows[:, t] = funds.called[t, 0], grown * funds.paid_out[t, 0]
        value = nav[t] = grown + flows[0, t] - flows[1, t]
    years = pd.RangeIndex(1, funds.periods + 1, name="year")
    return pd.DataFrame(
        {"contribution": flows[0], "distribution": flows[1], "nav": nav}, index=years
    )


# ---- the band


def pacing_paths(
    commitment: npt.ArrayLike,
    contribution_rates: npt.ArrayLike,
    life_years: npt.ArrayLike,
    bow: npt.ArrayLike,
    growth: npt.ArrayLike,
    yield_rate: npt.ArrayLike,
    *,
    n_paths: int,
    seed: int,
    volatility: npt.ArrayLike = 0.25,
    correlation: float = 0.5,
    periods_a_year: int = 4,
    percentiles: Sequence[float] = (_BAND[0], _MIDDLE, _BAND[1]),
    age_years: npt.ArrayLike = 0.0,
    paid_in: npt.ArrayLike = 0.0,
    nav: npt.ArrayLike = 0.0,
    workers: int = 1,
) -> "DataFrame":
    """Simulate f funds together and return percentiles of their sum for each period.

    commitment … yield_rate  as in `takahashi_alexander`, each a number or shape (f,);
                             contribution_rates shape (k,) or (f, k), a year
    volatility      of the growth a year, a number or (f,); the default is an assumption
    correlation     of the growth of two funds, from 0 to 1; the default is an assumption: at 0
                    a programme of many funds would look almost certain
    periods_a_year  1, 2, 4 or 12; yearly rates become equivalent rates a period
    percentiles     from 0 to 100
    age_years, paid_in, nav  where each fund stands today, a number or (f,); the paths go on
                    from there to the end of the longest life
    workers         threads; the same seed gives the same bits with any number of them
    returns         index `period` 1…n; columns (measure, percentile), the measures being
                    contribution, distribution, nav, net (distribution - contribution) and
                    cumulative (net of this and all earlier periods, path by path). Calls follow
                    the plan, so the contribution has no spread
    raises          ValueError that names what is out of range
    source          Takahashi and Alexander (2002), growth lognormal with the mean of the plan.
                    Paths come in antithetic pairs: Hammersley and Morton (1956), Proceedings of
                    the Cambridge Philosophical Society 52, 449-475. Computed in 32-bit floats,
                    so good to about 1e-5
    """
    import pandas as pd

    bands = pacing_bands(
        commitment, contribution_rates, life_years, bow, growth, yield_rate,
        n_paths=n_paths, seed=seed, volatility=volatility, correlation=correlation,
        periods_a_year=periods_a_year, percentiles=percentiles, age_years=age_years,
        paid_in=paid_in, nav=nav, workers=workers,
    )  # fmt: skip
    columns = {
        (measure, float(p)): row
        for measure, rows in bands.items()
        for p, row in zip(percentiles, rows.T, strict=True)
    }
    periods = len(bands["nav"])
    frame = pd.DataFrame(columns, index=pd.RangeIndex(1, periods + 1, name="period"))
    frame.columns.names = ["measure", "percentile"]
    return frame


def pacing_bands(
    commitment: npt.ArrayLike,
    contribution_rates: npt.ArrayLike,
    life_years: npt.ArrayLike,
    bow: npt.ArrayLike,
    growth: npt.ArrayLike,
    yield_rate: npt.ArrayLike,
    *,
    n_paths: int,
    seed: int,
    volatility: npt.ArrayLike = 0.25,
    correlation: float = 0.5,
    periods_a_year: int = 4,
    percentiles: Sequence[float] = (_BAND[0], _MIDDLE, _BAND[1]),
    age_years: npt.ArrayLike = 0.0,
    paid_in: npt.ArrayLike = 0.0,
    nav: npt.ArrayLike = 0.0,
    workers: int = 1,
) -> dict[str, Doubles]:
    """Return what `pacing_paths` returns as {measure: shape (periods, percentiles)}: no pandas."""
    if n_paths < 1 or workers < 1:
        raise ValueError(f"n_paths is {n_paths} and workers {workers}; both are at least 1")
    asked = _checked("percentiles", percentiles, 0, 100)
    funds = _funds(
        commitment, contribution_rates, life_years, bow, growth, yield_rate,
        periods_a_year=periods_a_year, age_years=age_years, paid_in=paid_in, nav=nav,
    )  # fmt: skip
    sigma = _checked("volatility", volatility, 0, 10) / math.sqrt(periods_a_year)
    share = float(_checked("correlation", correlation, 0, 1))
    block = _Block.of(funds, np.broadcast_to(sigma, funds.commitment.shape), share)
    paid_out = np.empty((funds.periods, n_paths), dtype=np.float32)
    value = np.empty_like(paid_out)
    size = max(64, 4 * (_BLOCK // (4 * funds.commitment.size)))  # pairs of pairs
    starts = range(0, n_paths, size)

    def run(number: int) -> None:
        cut = slice(starts[number], min(starts[number] + size, n_paths))
        block.simulate(
            np.random.SeedSequence([seed, number]), size, paid_out[:, cut], value[:, cut]
        )

    if workers == 1:
        for number in range(len(starts)):
            run(number)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(run, range(len(starts))))
    called = funds.called.sum(axis=1)
    distribution, held = _percentiles(paid_out, asked), _percentiles(value, asked)
    received = np.cumsum(paid_out, axis=0, out=paid_out)  # their percentiles cannot be added up
    return {
        "contribution": np.broadcast_to(called, distribution.shape).T.copy(),
        "distribution": distribution.T,
        "nav": held.T,
        "net": (distribution - called).T,
        "cumulative": (_percentiles(received, asked) - np.cumsum(called)).T,
    }


def _percentiles(paths: Floats, asked: Doubles) -> Doubles:
    """Return shape (p, n) from (n, paths), one period at a time: partitioning copies its input."""
    found = [np.percentile(row, asked) for row in paths]
    return np.array(found, dtype=np.float64).T


# ---- what is the same for all


@dataclass(frozen=True, slots=True)
class _Funds:
    """Checked funds and their plan: what is called and which part of the value is paid out."""

    commitment: Doubles  # (f,)
    nav: Doubles  # (f,) today
    growth: Doubles  # (f,) a period
    called: Doubles  # (n, f)
    paid_out: Doubles  # (n, f)

    @property
    def periods(self) -> int:
        return len(self.called)


def _funds(
    commitment: Any,
    contribution_rates: Any,
    life_years: Any,
    bow: Any,
    growth: Any,
    yield_rate: Any,
    *,
    periods_a_year: int,
    age_years: Any = 0.0,
    paid_in: Any = 0.0,
    nav: Any = 0.0,
) -> _Funds:
    if periods_a_year not in {1, 2, 4, 12}:
        raise ValueError(f"periods_a_year is {periods_a_year}; it is 1, 2, 4 or 12")
    rates = _checked("contribution_rates", contribution_rates, 0, 1)
    if not rates.ndim or not rates.shape[-1]:
        raise ValueError("contribution_rates is empty; it has at least one rate")
    each = np.broadcast_arrays(
        np.atleast_1d(_checked("commitment", commitment, 0, math.inf)),
        _checked("life_years", life_years, 1, 200),
        _checked("bow", bow, 1e-9, math.inf),
        _checked("growth", growth, -1 + 1e-12, math.inf),
        _checked("yield_rate", yield_rate, 0, 1),
        _checked("age_years", age_years, 0, 200),
        _checked("paid_in", paid_in, 0, math.inf),
        _checked("nav", nav, 0, math.inf),
    )
    promised, life, bend, grows, least, age, already, value = each
    if promised.ndim != 1 or (rates.ndim > 1 and rates.shape[:-1] != promised.shape):
        raise ValueError(f"the funds have the shape {promised.shape}, the rates {rates.shape}")
    if (life != np.floor(life)).any():
        raise ValueError("life_years holds a part of a year; it is whole")
    rates = np.broadcast_to(rates, (promised.size, rates.shape[-1]))
    part = 1 / periods_a_year
    periods = max(1, math.ceil(float((life - age).max()) * periods_a_year - _SLACK))
    called, paid_out = np.zeros((2, periods, promised.size))
    uncalled = np.maximum(promised - already, 0)
    rows = np.arange(promised.size)
    for t in range(periods):
        opens, closes = age + t * part, np.minimum((age + (t + 1) * part) / life, 1.0)
        year = np.minimum((opens + _SLACK).astype(np.int64), rates.shape[1] - 1)
        rate = 1 - (1 - rates[rows, year]) ** part
        called[t] = np.where(opens < life - _SLACK, uncalled * rate, 0.0)
        uncalled = uncalled - called[t]
        share = np.where(closes > 1 - _SLACK, 1.0, np.maximum(least, closes**bend))
        paid_out[t] = 1 - (1 - share) ** part
    return _Funds(promised, value, (1 + grows) ** part - 1, called, paid_out)


def _checked(name: str, given: Any, low: float, high: float) -> Doubles:
    values = np.asarray(given, dtype=np.float64)
    bad = ~(np.isfinite(values) & (values >= low) & (values <= high))
    if bad.any():
        raise ValueError(f"{name} is {values[bad].flat[0]}; it is finite and {low:g} to {high:g}")
    return values


@dataclass(frozen=True, slots=True)
class _Block:
    """What all blocks share, as columns: (f, 1) against the (f, paths) of a block."""

    sigma: Floats
    own: float  # part of the deviation that is the fund's, the rest being the market's
    market: float
    nav: Floats
    called: Floats  # (n, f, 1)
    kept: Floats  # (n, f, 1) of the value before growth drawn, the mean growth included
    sums: Floats  # (n, 2, f): what is paid out, and what is kept, of the same

    @classmethod
    def of(cls, funds: _Funds, sigma: Doubles, correlation: float) -> "_Block":
        """Prepare the columns; the drift makes the mean growth that of the plan."""
        drift = np.exp(np.log1p(funds.growth) - sigma**2 / 2)
        paid_out, kept = drift * funds.paid_out, drift * (1 - funds.paid_out)

        def column(values: Doubles) -> Floats:
            return np.asarray(values[..., np.newaxis], dtype=np.float32)

        return cls(
            sigma=column(sigma),
            own=math.sqrt(1 - correlation),
            market=math.sqrt(correlation),
            nav=column(funds.nav),
            called=column(funds.called),
            kept=column(kept),
            sums=np.stack([paid_out, kept], axis=1).astype(np.float32),
        )

    def simulate(
        self, seed: np.random.SeedSequence, size: int, paid_out: Floats, value: Floats
    ) -> None:
        """Fill (n, paths) of sums over the funds; the whole block is drawn even if few are kept."""
        bits = np.random.SFC64(seed)
        keep, half = paid_out.shape[1], size // 2
        nav = np.repeat(self.nav, size, axis=1)
        growth = np.empty((len(nav), half), dtype=np.float32)
        market = np.empty((1, half), dtype=np.float32)
        called = self.called.sum(axis=(1, 2))
        for t in range(len(self.called)):
            _normal(bits, self.own, growth)
            if self.market:
                _normal(bits, self.market, market)
                growth += market
            growth *= self.sigma
            np.exp(growth, out=growth)
            nav[:, :half] *= growth
            nav[:, half:] /= growth  # the mirrored path: e^-x
            paid_out[t], value[t] = (self.sums[t] @ nav)[:, :keep]
            value[t] += called[t]
            nav *= self.kept[t]
            nav += self.called[t]


def _normal(bits: np.random.SFC64, deviation: float, out: Floats) -> None:
    """Fill with normal draws, in pairs: numpy has these functions on whole vectors.

    source  Box and Muller (1958), Annals of Mathematical Statistics 29(2), 610-611
    """
    half = out.shape[0], out.shape[1] // 2
    drawn = bits.random_raw(half[0] * half[1]).view(np.int32).reshape(2, *half)
    drawn[0] &= 0xFFFFFF
    drawn[0] += 1  # from (0, 1]: it has a logarithm
    radius, angle = drawn.astype(np.float32)
    radius *= np.float32(2**-24)
    np.log(radius, out=radius)
    radius *= np.float32(-2 * deviation**2)
    np.sqrt(radius, out=radius)
    angle *= np.float32(math.pi * 2**-31)
    np.cos(angle, out=out[:, : half[1]])
    np.sin(angle, out=out[:, half[1] :])
    out[:, : half[1]] *= radius
    out[:, half[1] :] *= radius
