"""How fast and how exact many returns are. `.venv/bin/python tests/bench/returns.py`.

One run, medians of interleaved rounds: `xirr_many` beside a pyxirr loop over ready slices, on all
cores and on one, the quarter grid beside a pyxirr double loop; rates against mpmath on a sample.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from time import perf_counter

import mpmath
import numpy as np
import pyxirr

from valuation.figures import Reason
from valuation.grid import quarter_grid
from valuation.irr import xirr_many
from valuation.periods import Quarter, quarters_between

SERIES, ROUNDS, SAMPLE = 50_000, 7, 400
PROCESS = """
import time; began = time.perf_counter()
import valuation.irr; ready = time.perf_counter(); import sys; assert "numba" not in sys.modules
many = ["2020-01-01", "2021-01-01"] * 1000, [-1.0, 1.1] * 1000, range(0, 2001, 2)
valuation.irr.xirr_many(*many); assert "numba" in sys.modules
print(ready - began, time.perf_counter() - ready)
"""


def funds(m: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return m funds of 12 to 28 flows in 1 to 15 years, with late calls and early payments."""
    random = np.random.default_rng(seed)
    on, amount, sizes = [], [], random.integers(12, 29, m)
    for n in sizes:
        life = int(random.integers(365, 5_500))
        at = np.sort(random.integers(0, life, n))
        at[0], at[-1] = 0, life
        u = at / life
        out = random.random(n) < np.clip(1.6 * u - 0.35, 0.02, 0.97)
        out[0], out[-1] = False, True
        size = random.lognormal(0, 0.7, n)
        paid = size[~out].sum()
        size[out] *= paid * random.lognormal(0.4, 0.5) / size[out].sum()
        on.append(at + 14_000)
        amount.append(np.where(out, size, -size) * 1e6)
    start = np.concatenate([[0], np.cumsum(sizes)])
    return np.concatenate(on).astype("datetime64[D]"), np.concatenate(amount), start


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Return the median milliseconds of both, taken in turns."""
    took: tuple[list[float], list[float]] = ([], [])
    ours()
    for _ in range(ROUNDS):
        for work, times in zip((ours, theirs), took, strict=True):
            began = perf_counter()
            work()
            times.append((perf_counter() - began) * 1000)
    return statistics.median(took[0]), statistics.median(took[1])


def true_rate(days: np.ndarray, amounts: np.ndarray, near: float) -> float:
    """Return the rate in 50 digits, from a float near it."""
    with mpmath.workdps(50):
        flows = [(mpmath.mpf(int(d - days[0])) / 365, mpmath.mpf(float(a)))
                 for d, a in zip(days, amounts, strict=True)]  # fmt: skip
        g = mpmath.log1p(near)
        for _ in range(6):
            worth = [(t, a * mpmath.exp(-g * t)) for t, a in flows]
            g += mpmath.fsum(w for _, w in worth) / mpmath.fsum(t * w for t, w in worth)
        return float(mpmath.expm1(g))


def many() -> None:
    """Print speed and exactness of 50,000 series."""
    on, amount, start = funds(SERIES, seed=1)
    slices = [(on[a:b], amount[a:b]) for a, b in pairwise(start)]
    every = os.sched_getaffinity(0)
    for cores in (every, {min(every)}):
        os.sched_setaffinity(0, cores)
        ours, theirs = side_by_side(
            lambda: xirr_many(on, amount, start), lambda: [pyxirr.xirr(d, a) for d, a in slices]
        )
        print(f"{SERIES} series, {on.size} flows, {len(cores)} core(s): xirr_many {ours:.1f} ms,"
              f" pyxirr loop {theirs:.1f} ms, {theirs / ours:.1f} times as fast")  # fmt: skip
    os.sched_setaffinity(0, every)
    found = xirr_many(on, amount, start)
    several = [i for i, why in enumerate(found.reason) if why is Reason.SEVERAL_RATES]
    other = sum(why is not None for why in found.reason) - len(several)
    silent = sum(pyxirr.xirr(*slices[i]) is not None for i in several)
    print(f"several rates: {len(several)}, of them answered with one by pyxirr: {silent};"
          f" other reasons: {other}")  # fmt: skip
    wrong, theirs_wrong = [], []
    one = np.flatnonzero(~np.isnan(found.rate))
    for i in np.random.default_rng(2).choice(one, SAMPLE, replace=False):
        truth = true_rate(slices[i][0].astype(np.int64), slices[i][1], float(found.rate[i]))
        wrong.append(abs(found.rate[i] - truth))
        their = pyxirr.xirr(*slices[i])
        if their is not None:
            theirs_wrong.append(abs(their - truth))
    print(f"largest error on {SAMPLE}: xirr_many {max(wrong):.1e}, pyxirr {max(theirs_wrong):.1e}"
          f" (unanswered: {SAMPLE - len(theirs_wrong)})")  # fmt: skip


def grid() -> None:
    """Print the speed of 100 series by 40 quarter ends, building included."""
    on, amount, start = funds(100, seed=3)
    first = Quarter.containing(date.fromordinal(719_163 + 14_000))
    ends = [each.end for each in quarters_between(first, first.moved(39))]
    nav = np.random.default_rng(4).lognormal(16, 0.5, (100, 40))
    closing = np.array(ends, dtype="datetime64[D]")

    def loop() -> None:
        for i in range(100):
            d, a = on[start[i] : start[i + 1]], amount[start[i] : start[i + 1]]
            for j in range(40):
                k = d.searchsorted(closing[j], side="right")
                pyxirr.xirr(np.append(d[:k], closing[j]), np.append(a[:k], nav[i, j]))

    ours, theirs = side_by_side(lambda: quarter_grid(on, amount, start, ends, nav), loop)
    print(f"quarter grid 100 x 40: quarter_grid {ours:.1f} ms, pyxirr double loop {theirs:.1f} ms,"
          f" {theirs / ours:.1f} times as fast")  # fmt: skip


def main() -> None:
    """Print all."""
    many()
    grid()
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", PROCESS], capture_output=True, check=True)
        ready, first = map(float, done.stdout.split())
        print(f"new process: import valuation.irr {ready:.2f} s, first xirr_many {first:.2f} s")


if __name__ == "__main__":
    main()
