"""Money-weighted returns. A rate that does not exist, or not alone, is `Undefined`, never picked.

Flows are signed from the investor's side: contributions < 0, distributions and closing value > 0.
"""

import math
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import numpy_financial

from valuation.figures import Reason, Undefined
from valuation.periods import DayCount, ticks, under_a_year, year_fraction
from valuation.roots import rates

__all__ = [
    "CashFlow",
    "DayCount",
    "XirrMany",
    "horizon_irr",
    "irr",
    "mirr",
    "period_return",
    "shown",
    "under_a_year",
    "xirr",
    "xirr_many",
    "xnpv",
    "year_fraction",
]

EARLIEST = date(1900, 1, 1)  # an earlier date is a slip of the keyboard or an empty cell
_YEAR_DAYS = DayCount.ACT_365F.ticks_a_year
_FEW = 1_000  # series that are answered one by one sooner than the compiled loop is loaded
_FLOWS_A_THREAD = 50_000  # a millisecond of work; a thread takes a tenth to start
_MOST_THREADS = 4
_REASONS = (  # by the code of the compiled loop, whose 0 is a rate
    None,
    Reason.NO_FLOWS,
    Reason.ONE_SIGN,
    Reason.TOO_SHORT,
    Reason.NO_RATE,
    Reason.SEVERAL_RATES,
)


@dataclass(frozen=True, slots=True)
class CashFlow:
    """One dated flow, or the closing value on the last date."""

    on: date
    amount: float


# ---- dated flows


def xnpv(
    rate: float, flows: Iterable[CashFlow], *, day_count: DayCount = DayCount.ACT_365F
) -> float:
    """Return the value of the flows at the earliest date, in their unit.

    rate    a year, > -1
    raises  ValueError for a rate <= -1, an amount that is not finite, a date before 1900
    """
    if not (math.isfinite(rate) and rate > -1):
        raise ValueError(f"rate is {rate}; it is finite and above -1")
    at, amounts = _columns(flows, day_count)
    if not at.size:
        return 0.0
    years = (at - at.min()) / day_count.ticks_a_year
    return math.fsum(amounts * np.exp(-years * math.log1p(rate)))


def xirr(
    flows: Iterable[CashFlow], *, day_count: DayCount = DayCount.ACT_365F
) -> float | Undefined:
    """Return the one yearly rate at which the flows are worth nothing.

    flows    in any order, dates may be shared. Contributions alone are `one_sign`; contributions
             closed by a flow of exactly 0.0 on the last date (or later) are a total loss, -1.0
    returns  a fraction: 0.12 is 12 %, to a relative accuracy of 1e-12; Undefined with the reason
             no_flows, one_sign, too_short, no_rate, or several_rates with every rate above -1
    raises   ValueError for an amount that is not finite or a date before 1900
    source   Σ CFᵢ·(1+r)^(−tᵢ) = 0; DOMAIN.md section 3
    """
    at, amounts = _columns(flows, day_count)
    return _the_rate(at, amounts, day_count.ticks_a_year)


def horizon_irr(
    opening_nav: float,
    flows: Iterable[CashFlow],
    closing_nav: float,
    start: date,
    end: date,
) -> float | Undefined:
    """Return the rate over a window, the opening value standing in for all that went before.

    opening_nav  at the close of `start`; 0 if the fund began later
    flows        those after `start` up to `end` count; the others are inside the opening value or
                 not yet there
    closing_nav  at the close of `end`
    raises       ValueError as `xirr`, or if the window is empty
    source       ILPA Performance Template; DOMAIN.md section 3
    """
    if end <= start:
        raise ValueError(f"the horizon ends on {end}, not after its start on {start}")
    inside = [flow for flow in flows if start < flow.on <= end]
    return xirr([CashFlow(start, -opening_nav), *inside, CashFlow(end, closing_nav)])


def period_return(
    rate: float, start: date, end: date, *, day_count: DayCount = DayCount.ACT_365F
) -> float:
    """Turn a yearly rate into the return of the period: what is shown `under_a_year`.

    raises  ValueError for a rate < -1 or an `end` before `start`
    """
    years = year_fraction(start, end, day_count)
    if not rate >= -1 or years < 0:
        raise ValueError(f"no return at {rate} a year from {start} to {end}")
    return math.expm1(years * math.log1p(rate)) if rate > -1 else -1.0


class Shown(NamedTuple):
    """A rate as it is shown."""

    value: float | Undefined
    is_period: bool  # it is the return of the period, since less than a year has passed


def shown(rate: float | Undefined, start: date | None, end: date) -> Shown:
    """Return a yearly rate, or what it makes of the period from the first flow if `under_a_year`.

    source  GIPS 2020: returns over less than one year are not annualised
    """
    if start is None or not under_a_year(start, end):
        return Shown(rate, is_period=False)
    return Shown(rate if isinstance(rate, Undefined) else period_return(rate, start, end), True)


# ---- many series


@dataclass(frozen=True, slots=True)
class XirrMany:
    """The rates of m series.

    rate    shape (m,), float64, NaN exactly where `reason` is set
    reason  shape (m,), object: a Reason, or None
    roots   length m, the rates of a series with several, else ()
    """

    rate: npt.NDArray[np.float64]
    reason: npt.NDArray[np.object_]
    roots: tuple[tuple[float, ...], ...]

    def figure(self, i: int) -> float | Undefined:
        """Return the rate of one series, or why it has none."""
        if self.reason[i] is None:
            return float(self.rate[i])
        return Undefined(self.reason[i], f"series {i}: {self.reason[i]}", self.roots[i])


def xirr_many(on: npt.ArrayLike, amount: npt.ArrayLike, start: npt.ArrayLike) -> XirrMany:
    """Return what `xirr` (ACT/365F) returns for each of m series kept in flat arrays.

    on      shape (n,), datetime64[D]; a series need not be sorted
    amount  shape (n,), float64
    start   shape (m + 1,), int64: series i is the flows start[i] up to start[i + 1]
    raises  ValueError for shapes that do not fit, a missing date or one before 1900, an amount
            that is not finite, offsets that fall or do not span the flows
    """
    days, amounts, offsets = flat(on, amount, start)
    m = offsets.size - 1
    rate = np.full(m, np.nan)
    reason = np.full(m, None, dtype=object)
    roots: list[tuple[float, ...]] = [()] * m
    for i in _settle_most(days, amounts, offsets, rate, reason, roots):
        here = slice(offsets[i], offsets[i + 1])
        found = _the_rate(days[here], amounts[here], _YEAR_DAYS)
        if isinstance(found, Undefined):
            reason[i], roots[i] = found.reason, found.roots
        else:
            rate[i] = found
    return XirrMany(rate, reason, tuple(roots))


def _settle_most(
    days: npt.NDArray[np.int64],
    amounts: npt.NDArray[np.float64],
    offsets: npt.NDArray[np.int64],
    rate: npt.NDArray[np.float64],
    reason: npt.NDArray[np.object_],
    roots: list[tuple[float, ...]],
) -> list[int]:
    """Write what the compiled loop can prove and return the series that it leaves."""
    if rate.size < _FEW and "valuation.irr_kernel" not in sys.modules:
        return list(range(rate.size))
    try:
        from valuation import irr_kernel as kernel  # on first use: no start pays for it
    except ImportError:  # numba is not there on every platform: slower, with the same answers
        return list(range(rate.size))
    code = np.empty(rate.size, dtype=np.int64)

    def first(a: int, b: int) -> None:
        kernel.solve(days, amounts, offsets[a : b + 1], rate[a:b], code[a:b])

    _in_parts(first, rate.size, days.size)
    left = np.flatnonzero(code == kernel.UNSETTLED)
    if left.size:
        from valuation import irr_every  # a second to compile, and seldom needed

        place = np.concatenate([[0], np.cumsum(np.diff(offsets)[left])])
        every = np.empty(place[-1])

        def then(a: int, b: int) -> None:
            irr_every.solve(days, amounts, offsets, left[a:b], place[a : b + 1], rate, code, every)

        _in_parts(then, left.size, every.size)
        for k in np.flatnonzero(code[left] == kernel.SEVERAL_RATES):
            roots[left[k]] = tuple(every[place[k] :][: int(rate[left[k]])].tolist())
    rate[code != kernel.RATE] = np.nan
    for number in np.unique(code[(code != kernel.RATE) & (code != kernel.UNSETTLED)]):
        reason[code == number] = _REASONS[number]
    return np.flatnonzero(code == kernel.UNSETTLED).tolist()


def _in_parts(run: Callable[[int, int], None], series: int, flows: int) -> None:
    """Run over 0…series, in threads if that is worth it; a series never depends on another."""
    workers = min(_MOST_THREADS, _cores())
    if workers == 1 or flows < _FLOWS_A_THREAD:
        run(0, series)
        return
    cuts = [series * i // (4 * workers) for i in range(4 * workers + 1)]
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(run, a, b) for a, b in pairwise(cuts)]:
            done.result()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


# ---- periodic flows


def irr(amounts: Sequence[float]) -> float | Undefined:
    """Return the one rate a period of flows one period apart; reasons and errors as in `xirr`."""
    values = _finite(amounts)
    return _the_rate(np.arange(values.size, dtype=np.int64), values, 1)


def mirr(amounts: Sequence[float], finance_rate: float, reinvest_rate: float) -> float | Undefined:
    """Return the modified rate a period: outflows financed at one rate, inflows reinvested.

    returns  Undefined with no_flows or one_sign; -1.0 for contributions closed by 0.0, as `xirr`
    raises   ValueError for an amount that is not finite or a rate <= -1
    source   Microsoft Excel MIRR; numpy-financial 1.0
    """
    if not all(rate > -1 and math.isfinite(rate) for rate in (finance_rate, reinvest_rate)):
        raise ValueError(
            f"rates are {finance_rate} and {reinvest_rate}; each is finite and above -1"
        )
    values = _finite(amounts)
    settled = _without_solving(np.arange(values.size, dtype=np.int64), values)
    if settled is not None:
        return settled
    return float(numpy_financial.mirr(values, finance_rate, reinvest_rate))


# ---- what is the same for all


def _the_rate(
    at: npt.NDArray[np.int64], amounts: npt.NDArray[np.float64], ticks_a_year: int
) -> float | Undefined:
    settled = _without_solving(at, amounts)
    if settled is not None:
        return settled
    days, net = _net_by_date(at, amounts)
    if not (net > 0).any() or not (net < 0).any():
        return Undefined(Reason.NO_RATE, "netted by date, the flows have one sign or vanish")
    found = rates(days, net, ticks_a_year)
    if len(found) > 1:
        finite = tuple(rate for rate in found if math.isfinite(rate))
        text = ", ".join(f"{rate:.6g}" for rate in found)
        return Undefined(Reason.SEVERAL_RATES, f"{len(found)} rates fit: {text}", finite)
    if not found:
        return Undefined(Reason.NO_RATE, "at no rate above -1 are the flows worth nothing")
    if math.isinf(found[0]):
        return Undefined(Reason.TOO_SHORT, "the gain is too quick to name a yearly rate")
    return found[0]


def _without_solving(
    at: npt.NDArray[np.int64], amounts: npt.NDArray[np.float64]
) -> float | Undefined | None:
    """Answer what the signs and dates already settle; None if a rate has to be found."""
    moving = amounts != 0
    if not moving.any():
        return Undefined(Reason.NO_FLOWS, "there are no flows other than zero")
    paid_in, paid_out = bool((amounts < 0).any()), bool((amounts > 0).any())
    latest = at[moving].max()
    closed_at_nothing = paid_in and not paid_out and bool((at[~moving] >= latest).any())
    if paid_in != paid_out and not closed_at_nothing:
        only = "contributions" if paid_in else "distributions"
        return Undefined(Reason.ONE_SIGN, f"there are only {only}")
    if at[moving].min() == (at.max() if closed_at_nothing else latest):
        return Undefined(Reason.TOO_SHORT, "all flows share one date")
    return -1.0 if closed_at_nothing else None


def _net_by_date(
    at: npt.NDArray[np.int64], amounts: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Sum each date exactly, in whatever order its flows came; leave out what nets to zero.

    The amounts are scaled by a power of two to at most 1: no rate depends on the unit.
    """
    scaled = np.ldexp(amounts, -math.frexp(float(np.abs(amounts).max()))[1])
    days, which = np.unique(at, return_inverse=True)
    if days.size == at.size:
        net = np.empty_like(scaled)
        net[which] = scaled
    else:
        shared: list[list[float]] = [[] for _ in days]
        for i, value in zip(which.tolist(), scaled.tolist(), strict=True):
            shared[i].append(value)
        net = np.array([math.fsum(values) for values in shared])
    return days[net != 0], net[net != 0]


def _columns(
    flows: Iterable[CashFlow], day_count: DayCount
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return ticks since EARLIEST and amounts, in the given order."""
    given = list(flows)
    for i, flow in enumerate(given):
        if flow.on < EARLIEST:
            raise ValueError(f"flow {i} is dated {flow.on}, before {EARLIEST}")
        if not math.isfinite(flow.amount):
            raise ValueError(f"flow {i} on {flow.on} is {flow.amount}, not a finite number")
    at = [ticks(EARLIEST, flow.on, day_count) for flow in given]
    amounts = [float(flow.amount) for flow in given]
    return np.array(at, dtype=np.int64), np.array(amounts, dtype=np.float64)


def _finite(amounts: Sequence[float]) -> npt.NDArray[np.float64]:
    values = np.asarray(amounts, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"amounts have the shape {values.shape}; one series is (n,)")
    if not np.isfinite(values).all():
        i = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(f"flow {i} is {values[i]}, not a finite number")
    return values


def flat(
    on: Any, amount: Any, start: Any
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Check the flat arrays of `xirr_many` and return days, amounts and offsets."""
    dates = np.asarray(on, dtype="datetime64[D]")
    amounts = _finite(amount)
    offsets = np.asarray(start, dtype=np.int64)
    if dates.shape != amounts.shape or offsets.ndim != 1 or not offsets.size:
        raise ValueError(
            f"shapes differ: on {dates.shape}, amount {amounts.shape}, start {offsets.shape}"
        )
    if offsets[0] != 0 or offsets[-1] != dates.size or (np.diff(offsets) < 0).any():
        raise ValueError(f"start does not lead from 0 to {dates.size} without falling")
    days = dates.view(np.int64)
    bad = days < np.datetime64(EARLIEST).astype(np.int64)  # as is NaT, the least of all
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        raise ValueError(f"flow {i} is dated {dates[i]}; a date is 1900-01-01 or later")
    return _in_place(days), _in_place(amounts), _in_place(offsets)


def _in_place(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the one layout that the compiled loop is made for."""
    return np.require(values, requirements=("C", "W"))
