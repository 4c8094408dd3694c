"""Monte Carlo pacing against the plain array form. `.venv/bin/python tests/bench/pacing.py`.

Both simulate the same model on the same funds. The plain form holds every fund, path and quarter
in (F, P, Q) arrays; `pacing_paths` streams blocks. Each runs in a process of its own, one thread,
in turns; printed are the medians, their ratio and the peak of the memory each added. Part of the
ratio is method, not only layout: 32-bit floats, and antithetic pairs that share their draws.
"""

import multiprocessing
import os
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd  # noqa: F401 - imported before the clock starts: both forms end in frames

from valuation.pacing import _funds, pacing_paths

FUNDS, PATHS, ROUNDS = 100, 10_000, 3
PERCENTILES = (10, 50, 90)
SIGMA, CORRELATION = 0.25 / 2, 0.5  # a quarter


def plan() -> dict[str, object]:
    """A programme of Yale's base case, each fund of its own size."""
    sizes = np.random.default_rng(7).uniform(1e9, 1e11, FUNDS)
    return {
        "commitment": sizes,
        "contribution_rates": (0.25, 1 / 3, 0.5),
        "life_years": 12,
        "bow": 2.5,
        "growth": 0.13,
        "yield_rate": 0.0,
    }


def streamed() -> dict[str, np.ndarray]:
    frame = pacing_paths(**plan(), n_paths=PATHS, seed=1)
    return {name: frame[name].to_numpy().T for name in ("distribution", "nav")}


def plain() -> dict[str, np.ndarray]:
    funds = _funds(**plan(), periods_a_year=4)
    random = np.random.default_rng(1)
    quarters = funds.periods
    own = random.standard_normal((FUNDS, PATHS, quarters))
    market = random.standard_normal((1, PATHS, quarters))
    drift = np.log1p(funds.growth)[:, None, None] - SIGMA**2 / 2
    deviation = np.sqrt(1 - CORRELATION) * own + np.sqrt(CORRELATION) * market
    growth = np.exp(drift + SIGMA * deviation)
    paid_out, nav = np.empty_like(growth), np.empty_like(growth)
    value = np.zeros((FUNDS, PATHS))
    for t in range(quarters):
        grown = value * growth[:, :, t]
        paid_out[:, :, t] = grown * funds.paid_out[t][:, None]
        value = grown - paid_out[:, :, t] + funds.called[t][:, None]
        nav[:, :, t] = value
    return {
        "distribution": np.percentile(paid_out.sum(axis=0), PERCENTILES, axis=0),
        "nav": np.percentile(nav.sum(axis=0), PERCENTILES, axis=0),
    }


def high_water_kib() -> int:
    """Of this process alone: getrusage hands on what the parent once held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def measured(form: Callable[[], dict[str, np.ndarray]], answer: multiprocessing.Queue) -> None:
    """Run in a fresh process: its peak of resident memory starts where the imports left it."""
    before = high_water_kib()
    started = perf_counter()
    result = form()
    seconds = perf_counter() - started
    peak = high_water_kib()
    answer.put((seconds, (peak - before) / 1024, result))


def once(form: Callable[[], dict[str, np.ndarray]]) -> tuple[float, float, dict[str, np.ndarray]]:
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=measured, args=(form, answer))
    process.start()
    result = answer.get()
    process.join()
    return result


def main() -> None:
    """Print both forms side by side; exit with 1 if the floor of the issue is missed."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read by the processes that measure
    runs = {form: [] for form in (plain, streamed)}
    for _ in range(ROUNDS):
        for form, measures in runs.items():
            measures.append(once(form))
    seconds = {form: statistics.median(run[0] for run in runs[form]) for form in runs}
    peak = {form: max(run[1] for run in runs[form]) for form in runs}
    print(f"{FUNDS} funds x {PATHS:,} paths x 48 quarters, median of {ROUNDS}, one thread")
    for form in runs:
        print(f"{form.__name__:10} {seconds[form]:7.3f} s  {peak[form]:8,.0f} MB")
    ratio = seconds[plain] / seconds[streamed]
    print(f"ratio {ratio:.1f}x (floor 10x), peak {peak[streamed]:.0f} MB (ceiling 100 MB)")
    a, b = runs[plain][0][2], runs[streamed][0][2]
    for name in a:
        scale = a[name][1].max()
        print(
            f"{name}: percentiles differ by at most {np.abs(a[name] - b[name]).max() / scale:.2%}"
        )
    sys.exit(ratio < 10 or peak[streamed] > 100)


if __name__ == "__main__":
    main()
