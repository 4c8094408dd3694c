"""Pace: how far past months ran ahead of or behind what the histories led to expect.

Projects do not draw their luck one by one: a policy, a credit year or a lockdown moves all of them
together. So the past is cut into windows as long as the one ahead, each is forecast from what was
known at its beginning, and what chance alone does not explain of the differences is the spread of
the common pace. The moment estimator is that of DerSimonian and Laird (1986), Controlled Clinical
Trials 7(3), around one instead of a fitted mean. Pure: no database, no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.survival import Curve, kaplan_meier

Floats = npt.NDArray[np.float64]
STEPS_A_MONTH = 4
MOST_WINDOWS, LEAST_WINDOWS = 12, 2
TINY = 1e-300
LEAST_MONTHS = 18  # a window that begins with less history says nothing


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One past window: what was expected at its beginning, by what variance, and what came."""

    expected: float
    variance: float  # if every project drew on its own
    observed: float
    per_pace: float  # how much more twice the pace would bring, to first order


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """All signed projects on one grid of ages; months, fen and shares of the contract.

    ages      shape (n,), months since signing at `as_of`
    contracts shape (n,), fen
    waits     shape (n,), months from signing to the start, infinite while there is none
    gone      shape (n,), months from signing until it was given up, infinite while it was not
    shares    shape (n, grid), what had arrived by each age, in column order
    step      months between two columns; `ahead` columns are the months that are forecast
    """

    ages: Floats
    contracts: Floats
    waits: Floats
    gone: Floats
    shares: Floats
    step: float
    ahead: int

    @property
    def months(self) -> float:
        """The length of the window ahead."""
        return self.step * self.ahead

    def column(self, months: Floats) -> npt.NDArray[np.int64]:
        """Return the column of each age."""
        return np.rint(months / self.step).astype(np.int64)


# ---- rules
def lives(
    *,
    ages: Floats,
    contracts: Floats,
    waits: Floats,
    gone: Floats,
    arrivals: Sequence[tuple[Floats, Floats]],
    months: float,
) -> Lives:
    """Lay the histories on a grid whose step divides the months ahead.

    arrivals  per project: ages in months (k,), ascending, and the share that arrived by each (k+1,)
    """
    ahead = max(1, round(months * STEPS_A_MONTH))
    step = months / ahead
    grid = np.arange(int(np.ceil(ages.max() / step)) + ahead + 2) * step
    shares = np.empty((ages.size, grid.size), order="F")
    for row, (at, part) in enumerate(arrivals):
        shares[row] = part[np.searchsorted(at, grid + step / 2, side="right")]
    return Lives(
        ages=ages,
        contracts=contracts,
        waits=waits,
        gone=gone,
        shares=shares,
        step=step,
        ahead=ahead,
    )


def waiting(curve: Curve, months: Floats) -> Floats:
    """Return the share still waiting after each time."""
    survival = np.concatenate([[1.0], curve.survival])
    found: Floats = survival[np.searchsorted(curve.times, months, side="right")]
    return found


def chance(curve: Curve, ages: Floats, months: Floats | float) -> Floats:
    """Return the chance that what has waited some months ends within so many more."""
    now, then = waiting(curve, ages), waiting(curve, ages + months)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(now > 0, 1.0 - then / now, 0.0)


def excess(windows: Sequence[Window]) -> float:
    """Return the variance of the pace around one that chance does not explain.

    A few windows know their own spread badly, so it is widened by (n + 1) ÷ n.
    """
    known = [one for one in windows if one.per_pace > 0]
    if len(known) < LEAST_WINDOWS:
        return 0.0
    parts = [((one.observed - one.expected) ** 2 - one.variance) / one.per_pace**2 for one in known]
    return max(0.0, float(np.mean(parts))) * (len(known) + 1) / len(known)


def _origins(of: Lives) -> list[Floats]:
    """Return the ages of all projects at the beginning of each past window, newest first."""
    count = int((of.ages.max() - LEAST_MONTHS) / of.months)
    return [of.ages - of.months * back for back in range(1, min(count, MOST_WINDOWS) + 1)]


def start_windows(of: Lives) -> list[Window]:
    """Return the starts of each past window beside what was expected of them."""
    found = []
    for ages in _origins(of):
        then = ages >= 0
        watched = np.minimum(np.minimum(of.waits, ages), of.gone)[then]
        curve = kaplan_meier(watched.tolist(), (of.waits[then] <= ages[then]).tolist())
        is_waiting = then & (of.waits > ages) & (of.gone > ages)
        is_new = (ages < 0) & (ages + of.months >= 0)
        odds = np.concatenate(
            [
                chance(curve, ages[is_waiting], of.months),
                chance(curve, np.zeros(int(is_new.sum())), ages[is_new] + of.months),
            ]
        )
        left = 1 - odds
        began = (is_waiting | is_new) & (of.waits <= ages + of.months)
        found.append(
            Window(
                expected=float(odds.sum()),
                variance=float((odds * (1 - odds)).sum()),
                observed=float(began.sum()),
                # (1 − (1 − p)^pace) grows by −(1 − p) ln(1 − p) where the pace is one
                per_pace=float(-(left * np.log(np.maximum(left, TINY))).sum()),
            )
        )
    return found


def money_windows(of: Lives) -> list[Window]:
    """Return the money of each past window, fen, beside what was expected of it."""
    return [_money_window(of, ages) for ages in _origins(of)]


def _money_window(of: Lives, ages: Floats) -> Window:
    columns = of.shares.shape[1] - of.ahead
    known = of.column(ages)
    rises = of.shares[:, of.ahead :] - of.shares[:, :columns]
    mean, variance = _moments(of, rises, known - of.ahead)
    from_nothing, spread = _moments(of, of.shares, known, whatever_became=True)
    then = (ages >= 0) & (known < columns) & (of.gone > ages)
    is_new = (ages < 0) & (ages + of.months >= 0)
    began, ended = known[then], of.column(ages + of.months)[is_new]
    own, fresh = of.contracts[then], of.contracts[is_new]
    expected = float((own * mean[began]).sum() + (fresh * from_nothing[ended]).sum())
    return Window(
        expected=expected,
        variance=float((own**2 * variance[began]).sum() + (fresh**2 * spread[ended]).sum()),
        observed=float((own * rises[then, began]).sum() + (fresh * of.shares[is_new, ended]).sum()),
        per_pace=expected,
    )


def _moments(
    of: Lives,
    values: Floats,
    last: npt.NDArray[np.int64],
    *,
    whatever_became: bool = False,
) -> tuple[Floats, Floats]:
    """Return mean and variance of each column over the rows that had come so far.

    last             shape (n,), the last column that a row had reached; below zero: none
    whatever_became  count a row after it was given up too, as one must from its signing on
    """
    columns = np.arange(values.shape[1])
    seen = columns <= last[:, None]
    if not whatever_became:
        seen &= of.gone[:, None] > columns * of.step
    count = np.maximum(seen.sum(axis=0), 1)
    masked = np.where(seen, values, 0.0)
    mean: Floats = masked.sum(axis=0) / count
    variance: Floats = np.maximum((masked**2).sum(axis=0) / count - mean**2, 0.0)
    return mean, variance
