"""Public market equivalents: the fund against an index that had the same money at the same time.

Every function takes the rows of one fund. They are checked before anything is computed:

on           shape (n,), datetime64[D], 1900 or later; in any order, dates may be shared; the last
             row is the closing date, and no row lies after it
contributed  shape (n,), >= 0, paid in on each date, one unit (fen)
distributed  shape (n,), >= 0, paid out on each date, the same unit
index        shape (n,), > 0, total-return level on each date; a missing level is refused, not
             filled in
nav          closing value at on[-1], the same unit; `mpme` takes shape (n,), one value after the
             flows of each row
raises       ValueError that names the row, for anything else
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from valuation.figures import Reason, Undefined
from valuation.irr import EARLIEST, CashFlow, xirr

__all__ = [
    "DirectAlpha",
    "LongNickels",
    "MPme",
    "PmePlus",
    "direct_alpha",
    "ks_pme",
    "long_nickels",
    "mpme",
    "pme_plus",
]

Amounts = npt.NDArray[np.float64]
_NOTHING = 1e-12  # of the gross flow: what is left of sums that cancel in floats

_UNPAID = Undefined(Reason.NOTHING_PAID_IN, "no capital was paid in by this date")


# ---- facts


@dataclass(frozen=True, slots=True)
class LongNickels:
    """The rate the same flows would have had in the index, and what they would be worth there."""

    irr: float | Undefined
    index_nav: float  # at on[-1], >= 0


@dataclass(frozen=True, slots=True)
class PmePlus:
    """The rate in the index if each distribution is scaled so that the closing value is the NAV."""

    irr: float | Undefined
    scale: float  # lambda; below 0 where the NAV is more than the contributions in the index


@dataclass(frozen=True, slots=True)
class MPme:
    """The rate in the index if it sells the same share of the position as the fund did."""

    irr: float | Undefined
    nav: float  # of the index position at on[-1]


@dataclass(frozen=True, slots=True)
class DirectAlpha:
    """The yearly excess over the index, as a discrete rate and as ln(1 + annual)."""

    annual: float
    log: float | Undefined  # a total loss, -1 a year, has no logarithm


@dataclass(frozen=True, slots=True)
class _Rows:
    """Checked rows, sorted by date; rows of one date keep their order."""

    on: tuple[date, ...]
    contributed: Amounts
    distributed: Amounts
    index: Amounts
    nav: Amounts  # () or (n,)

    @property
    def growth(self) -> Amounts:
        """What one unit of each date, held in the index, is worth at the close."""
        growth: Amounts = self.index[-1] / self.index
        return growth


# ---- measures


def ks_pme(
    on: npt.ArrayLike,
    contributed: npt.ArrayLike,
    distributed: npt.ArrayLike,
    index: npt.ArrayLike,
    nav: float,
) -> float | Undefined:
    """Return what the fund gave per unit that the index would have given with the same money.

    returns  ratio: 1.1 is 10 % more than the index; Undefined if nothing was paid in
    source   Kaplan and Schoar (2005), Journal of Finance 60(4), 1791-1823
    """
    rows = _rows(on, contributed, distributed, index, nav)
    if not rows.contributed.any():
        return _UNPAID
    growth = rows.growth
    received = math.fsum(rows.distributed * growth) + float(rows.nav)
    return received / math.fsum(rows.contributed * growth)


def long_nickels(
    on: npt.ArrayLike,
    contributed: npt.ArrayLike,
    distributed: npt.ArrayLike,
    index: npt.ArrayLike,
    nav: float,
) -> LongNickels | Undefined:
    """Return the rate of the same flows in the index: the fund's IRR is held against it.

    nav      is checked, but the measure does not depend on it: the index position takes its place
    returns  Undefined (index_position_short) if the fund paid out more than the index held
    source   Long and Nickels (1996), A Private Investment Benchmark
    """
    rows = _rows(on, contributed, distributed, index, nav)
    worth = (rows.contributed - rows.distributed) * rows.growth
    position = math.fsum(worth)
    if abs(position) <= _NOTHING * math.fsum(np.abs(worth)):
        position = 0.0
    if position < 0:
        return Undefined(
            Reason.INDEX_POSITION_SHORT,
            f"more was paid out than the index position held: it would have ended at {position:g}",
        )
    if not rows.contributed.any():
        return _UNPAID
    return LongNickels(_rate(rows, rows.contributed, rows.distributed, position), position)


def pme_plus(
    on: npt.ArrayLike,
    contributed: npt.ArrayLike,
    distributed: npt.ArrayLike,
    index: npt.ArrayLike,
    nav: float,
) -> PmePlus | Undefined:
    """Return the index's rate with distributions scaled until its closing value is the fund's NAV.

    returns  Undefined if nothing was paid in, or nothing was distributed that could be scaled
    source   Rouvinez (2003), Private Equity Benchmarking with PME+, Venture Capital Journal
    """
    rows = _rows(on, contributed, distributed, index, nav)
    if not rows.contributed.any():
        return _UNPAID
    if not rows.distributed.any():
        return Undefined(Reason.NOTHING_IN_DENOMINATOR, "there is no distribution to be scaled")
    growth = rows.growth
    left = math.fsum(rows.contributed * growth) - float(rows.nav)
    scale = left / math.fsum(rows.distributed * growth)
    rate = _rate(rows, rows.contributed, scale * rows.distributed, float(rows.nav))
    return PmePlus(rate, scale)


def mpme(
    on: npt.ArrayLike,
    contributed: npt.ArrayLike,
    distributed: npt.ArrayLike,
    index: npt.ArrayLike,
    nav: npt.ArrayLike,
) -> MPme | Undefined:
    """Return the index's rate if, at each distribution, it sells the share that the fund paid out.

    nav      shape (n,): the fund's value after the flows of each row
    returns  Undefined if nothing was paid in, or a negative NAV asks for more than the position
    source   Cambridge Associates (2013), A Framework for Benchmarking Private Investments
    """
    rows = _rows(on, contributed, distributed, index, nav, navs=True)
    if not rows.contributed.any():
        return _UNPAID
    position, level = 0.0, float(rows.index[0])
    sold = np.zeros_like(rows.distributed)
    for i, paid_out in enumerate(rows.distributed.tolist()):
        position = position * float(rows.index[i]) / level + float(rows.contributed[i])
        level = float(rows.index[i])
        if not paid_out:
            continue
        held = paid_out + float(rows.nav[i])
        if held < paid_out:
            return Undefined(
                Reason.INDEX_POSITION_SHORT,
                f"on {rows.on[i]} the NAV is negative: no share of a position equals that payment",
            )
        sold[i] = position * (paid_out / held)
        position *= float(rows.nav[i]) / held
    return MPme(_rate(rows, rows.contributed, sold, position), position)


def direct_alpha(
    on: npt.ArrayLike,
    contributed: npt.ArrayLike,
    distributed: npt.ArrayLike,
    index: npt.ArrayLike,
    nav: float,
) -> DirectAlpha | Undefined:
    """Return the yearly rate by which the fund beat the index.

    returns  Undefined if nothing was paid in, or with the reason for which the IRR of the flows
             carried to the close by the index is undefined
    source   Gredil, Griffiths and Stucke (2014), Benchmarking Private Equity: The Direct Alpha
             Method, SSRN 2403521
    """
    rows = _rows(on, contributed, distributed, index, nav)
    if not rows.contributed.any():
        return _UNPAID
    growth = rows.growth
    annual = _rate(rows, rows.contributed * growth, rows.distributed * growth, float(rows.nav))
    if isinstance(annual, Undefined):
        return annual
    lost = Undefined(Reason.NO_RATE, "a total loss has no continuous rate")
    return DirectAlpha(annual, math.log1p(annual) if annual > -1 else lost)


# ---- what is the same for all


def _rate(rows: _Rows, paid_in: Amounts, paid_out: Amounts, closing: float) -> float | Undefined:
    # the closing value is a flow of its own: netted into the last row it could hide a payment
    net = [
        CashFlow(on, float(amount)) for on, amount in zip(rows.on, paid_out - paid_in, strict=True)
    ]
    return xirr([*net, CashFlow(rows.on[-1], closing)])


def _rows(
    on: Any, contributed: Any, distributed: Any, index: Any, nav: Any, *, navs: bool = False
) -> _Rows:
    dates = np.asarray(on, dtype="datetime64[D]")
    if dates.ndim != 1 or not dates.size:
        raise ValueError(f"on has the shape {dates.shape}; it is (n,), with a closing date")
    _refuse(dates, np.isnat(dates), "on", "a date is missing")
    _refuse(dates, dates < np.datetime64(EARLIEST), "on", f"a date is {EARLIEST} or later")
    _refuse(dates, dates > dates[-1], "on", f"the closing date, the last row, is {dates[-1]}")
    paid_in = _amounts("contributed", contributed, dates.shape)
    paid_out = _amounts("distributed", distributed, dates.shape)
    levels = _amounts("index", index, dates.shape)
    _refuse(paid_in, paid_in < 0, "contributed", "an amount paid in is not negative")
    _refuse(paid_out, paid_out < 0, "distributed", "an amount paid out is not negative")
    _refuse(levels, levels <= 0, "index", "a level is above zero")
    values = _amounts("nav", nav, dates.shape if navs else ())
    order = np.argsort(dates, kind="stable")
    dates, levels = dates[order], levels[order]
    twice = np.append(False, (np.diff(levels) != 0) & (dates[1:] == dates[:-1]))
    _refuse(levels, twice, "index, by date,", "the row before has another level on the same date")
    return _Rows(
        on=tuple(dates.astype(object).tolist()),
        contributed=paid_in[order],
        distributed=paid_out[order],
        index=levels,
        nav=values[order] if navs else values,
    )


def _amounts(name: str, given: Any, shape: tuple[int, ...]) -> Amounts:
    try:
        amounts = np.asarray(given, dtype=np.float64)
    except TypeError as error:  # None among numbers: a gap
        raise ValueError(f"{name} holds something that is no number: {error}") from error
    if amounts.shape != shape:
        raise ValueError(f"{name} has the shape {amounts.shape}, not {shape} as the dates ask")
    missing = "a value is missing" if name != "index" else "the index has a gap"
    _refuse(amounts, ~np.isfinite(amounts), name, f"{missing} or not finite")
    return amounts


def _refuse(values: Any, bad: Any, name: str, rule: str) -> None:
    if np.any(bad):
        i = int(np.flatnonzero(bad)[0])
        where = f"{name}[{i}]" if values.ndim else name
        raise ValueError(f"{where} is {values[i] if values.ndim else values}: {rule}")
