"""Returns at every quarter's end: many series × many dates, answered by one `xirr_many`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from valuation.figures import Undefined
from valuation.irr import flat, xirr_many


@dataclass(frozen=True, slots=True)
class ReturnsGrid:
    """The rates of m series at q dates.

    ends    the q dates
    rate    shape (m, q), float64, NaN exactly where `reason` is set
    reason  shape (m, q), object: a Reason, or None
    roots   m tuples of q, the rates where there are several, else ()
    """

    ends: tuple[date, ...]
    rate: npt.NDArray[np.float64]
    reason: npt.NDArray[np.object_]
    roots: tuple[tuple[tuple[float, ...], ...], ...]

    def figure(self, i: int, j: int) -> float | Undefined:
        """Return the rate of one series at one date, or why it has none."""
        reason = self.reason[i, j]
        if reason is None:
            return float(self.rate[i, j])
        return Undefined(reason, f"series {i} on {self.ends[j]}: {reason}", self.roots[i][j])


def quarter_grid(
    on: npt.ArrayLike,
    amount: npt.ArrayLike,
    start: npt.ArrayLike,
    ends: Sequence[date],
    nav: npt.ArrayLike,
) -> ReturnsGrid:
    """Return what `xirr` returns for each series up to each date, closed by its value there.

    on, amount, start  as in `xirr_many`: n flows of m series, in any order within one
    ends    q dates, as `Quarter.end`, in any order; a flow on the date counts
    nav     shape (m, q), the closing value at the close of each date, 0.0 if there is none
    raises  ValueError as `xirr_many`, or if nav has another shape
    """
    days, amounts, offsets = flat(on, amount, start)
    closing = np.asarray(ends, dtype="datetime64[D]").astype(np.int64)
    values = np.asarray(nav, dtype=np.float64)
    m, q = offsets.size - 1, closing.size
    if values.shape != (m, q):
        raise ValueError(f"nav has the shape {values.shape}, not {(m, q)}, series by dates")
    which = np.repeat(np.arange(m), np.diff(offsets))
    base = min(int(days.min(initial=0)), int(closing.min(initial=0)))
    days_in_all = max(int(days.max(initial=0)), int(closing.max(initial=0))) - base + 1
    keys = which * days_in_all + (days - base)  # one number orders by series, then by date
    if (np.diff(keys) < 0).any():
        order = np.argsort(keys, kind="stable")
        keys, days, amounts = keys[order], days[order], amounts[order]
    asked = np.arange(m)[:, None] * days_in_all + (closing - base)
    counts = (np.searchsorted(keys, asked, side="right") - offsets[:-1, None]).ravel()
    cells = np.concatenate([[0], np.cumsum(counts + 1)])  # each with its closing value last
    first = np.repeat(offsets[:-1], q) - cells[:-1]
    taken = np.arange(cells[-1]) + np.repeat(first, counts + 1)
    last = cells[1:] - 1
    taken[last] = 0
    grid_days = days[taken] if days.size else np.zeros(taken.size, dtype=np.int64)
    grid_amounts = amounts[taken] if days.size else np.zeros(taken.size)
    grid_days[last], grid_amounts[last] = np.tile(closing, m), values.ravel()
    found = xirr_many(grid_days.view("datetime64[D]"), grid_amounts, cells)
    roots = tuple(found.roots[i * q : (i + 1) * q] for i in range(m))
    return ReturnsGrid(tuple(ends), found.rate.reshape(m, q), found.reason.reshape(m, q), roots)
