"""Outlook: the rest of a year, simulated from what the district's own projects have done before.

Three things are drawn on every path. New contracts: past months, resampled. Starts: each waiting
project starts by the product-limit curve of how long starts have taken. Money: each project goes
on as an older one went at its age. A path first resamples the history itself, and all projects of
a path share one pace (pace.py), so the band also holds what the history is too short to know and
how far whole years ran ahead or behind. Pure: no database, no clock; the seed is given.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from dealflow import pace
from dealflow.pace import Lives
from valuation.periods import month_end, months_between
from valuation.survival import kaplan_meier

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MONTHS_A_YEAR = 12
DAYS_A_MONTH = 365.25 / 12
LEAST_MONTHS = 18  # a shorter history says nothing about a year
WINDOW = 36  # months of signings that are resampled
LOW, MID, HIGH = 10, 50, 90  # percent: the band of 80 %


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One signed project: when, for how much, when it started or was given up, what arrived."""

    signed_on: date
    contract_fen: int
    started_on: date | None
    arrivals: tuple[tuple[date, int], ...]
    left_on: date | None = None  # shelved or terminated: it waits for nothing any more


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All signed projects as they were known at the close of `as_of`."""

    as_of: date
    projects: tuple[Project, ...]

    def cut(self, as_of: date) -> "History":
        """Return the history without anything that happened after a day."""
        return History(
            as_of=as_of,
            projects=tuple(
                replace(
                    project,
                    started_on=project.started_on
                    if project.started_on and project.started_on <= as_of
                    else None,
                    arrivals=tuple(one for one in project.arrivals if one[0] <= as_of),
                    left_on=project.left_on
                    if project.left_on and project.left_on <= as_of
                    else None,
                )
                for project in self.projects
                if project.signed_on <= as_of
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Where four of five paths end, and the middle one; fen or count."""

    so_far: int
    low: int
    mid: int
    high: int


# ---- rules
def actuals(history: History, year: int) -> dict[str, int]:
    """Return what a year brought, as far as the history goes."""
    return {
        "contract_amount": sum(
            p.contract_fen for p in history.projects if p.signed_on.year == year
        ),
        "money_in_place": sum(
            fen for p in history.projects for on, fen in p.arrivals if on.year == year
        ),
        "projects_started": sum(
            1 for p in history.projects if p.started_on and p.started_on.year == year
        ),
    }


def simulate(history: History, *, seed: int, paths: int) -> dict[str, Band]:
    """Return the bands of the year of `as_of`; the same seed gives the same bands."""
    rng = np.random.default_rng(seed)
    so_far = actuals(history, history.as_of.year)
    days = month_end(history.as_of).day
    left = MONTHS_A_YEAR - history.as_of.month + (days - history.as_of.day) / days
    if left <= 0 or not history.projects:
        return {code: Band(so_far=v, low=v, mid=v, high=v) for code, v in so_far.items()}
    months = _months(history)
    ahead = max(1, round(left))
    drawn = _drawn_months(rng, len(months), ahead, paths)
    counts = np.array([len(month) for month in months], dtype=np.int64)[drawn]  # (paths, ahead)
    sums = np.array([float(sum(month)) for month in months])[drawn] * (left / ahead)
    rests = np.maximum(left - (np.arange(ahead) + 0.5) * left / ahead, 0.0)  # after signing
    of = _lives(history, left)
    paths_of = {
        "contract_amount": sums.sum(axis=1),
        "projects_started": _starts(rng, of, counts, rests, paths),
        "money_in_place": _money(rng, of, counts, sums, rests, paths),
    }
    return {code: _band(so_far[code], paths_of[code]) for code in so_far}


def _band(so_far: int, more: Floats) -> Band:
    low, mid, high = (so_far + round(float(one)) for one in np.percentile(more, (LOW, MID, HIGH)))
    return Band(so_far=so_far, low=low, mid=mid, high=high)


def _months(history: History) -> list[list[int]]:
    """Return the contract amounts signed in each of the last months, empty months included."""
    ages = [months_between(one.signed_on, history.as_of) for one in history.projects]
    months: list[list[int]] = [[] for _ in range(min(WINDOW, max(ages) + 1))]
    for age, project in zip(ages, history.projects, strict=True):
        if age < len(months):
            months[age].append(project.contract_fen)
    return months


def _drawn_months(
    rng: np.random.Generator, known: int, ahead: int, paths: int
) -> npt.NDArray[np.int64]:
    """Return (paths, ahead) months of the history; each path draws from a resampled history."""
    resampled = rng.integers(known, size=(paths, known))
    picks = rng.integers(known, size=(paths, ahead))
    return np.take_along_axis(resampled, picks, axis=1)


def _starts(rng: np.random.Generator, of: Lives, counts: Ints, rests: Floats, paths: int) -> Floats:
    begun = np.isfinite(of.waits)
    watched = np.minimum(np.minimum(of.waits, of.ages), of.gone)
    curve = kaplan_meier(watched.tolist(), begun.tolist())
    drawn = _pace(rng, pace.excess(pace.start_windows(of)), int(begun.sum()), paths)
    found = np.zeros(paths)
    for odds in pace.chance(curve, of.ages[~begun & np.isinf(of.gone)], of.months):
        found += rng.random(paths) < _hastened(odds, drawn)
    for at, odds in enumerate(pace.chance(curve, np.zeros(rests.size), rests)):
        found += rng.binomial(counts[:, at], _hastened(odds, drawn))
    return found


def _pace(rng: np.random.Generator, excess: float, events: int, paths: int) -> Floats:
    """Draw the pace that all projects of a path have in common; the middle one is the histories'.

    It is known as surely as a count of so many events, and as past windows kept to theirs.
    """
    variance = excess + 1.0 / (events + 1.0)
    return rng.lognormal(0.0, float(np.sqrt(np.log1p(variance))), size=paths)


def _hastened(odds: float, drawn: Floats) -> Floats:
    """Return the chance when the hazard is so many times its own."""
    found: Floats = 1.0 - (1.0 - odds) ** drawn
    return found


def _money(
    rng: np.random.Generator, of: Lives, counts: Ints, sums: Floats, rests: Floats, paths: int
) -> Floats:
    found = np.zeros(paths)
    began = of.column(of.ages)
    last = began - of.ahead  # the last age from which a project's next months are known
    lives_on = np.isinf(of.gone)
    for contract, column in zip(of.contracts[lives_on], began[lives_on], strict=True):
        like = (last >= column) & (of.gone > column * of.step)
        rises = of.shares[like, column + of.ahead] - of.shares[like, column]
        if rises.size:
            found += contract * rises[rng.integers(rises.size, size=paths)]
    for at, column in enumerate(of.column(rests)):
        rises = of.shares[began >= column, column]
        if rises.size:
            found += sums[:, at] * _mean_of(rng, rises, counts[:, at])
    arrived = int((of.shares[:, -1] > 0).sum())
    return found * _pace(rng, pace.excess(pace.money_windows(of)), arrived, paths)


def _mean_of(rng: np.random.Generator, rises: Floats, counts: Ints) -> Floats:
    """Return the mean of as many drawn rises as projects were signed on each path."""
    most = max(int(counts.max()), 1)
    drawn = rises[rng.integers(rises.size, size=(counts.size, most))]
    counted = np.arange(most) < counts[:, None]
    mean: Floats = (drawn * counted).sum(axis=1) / np.maximum(counts, 1)
    return mean


def _lives(history: History, months: float) -> Lives:
    """Return the projects on the grid of ages."""
    arrivals = []
    for one in history.projects:
        came = sorted(one.arrivals)
        at = np.array([max((on - one.signed_on).days / DAYS_A_MONTH, 0.0) for on, _ in came])
        part = np.cumsum([fen / one.contract_fen for _, fen in came])
        arrivals.append((at, np.concatenate([[0.0], part])))
    ages = [(history.as_of - one.signed_on).days / DAYS_A_MONTH for one in history.projects]
    waits = [
        max((one.started_on - one.signed_on).days / DAYS_A_MONTH, 0.0) if one.started_on else np.inf
        for one in history.projects
    ]
    gone = [
        (one.left_on - one.signed_on).days / DAYS_A_MONTH if one.left_on else np.inf
        for one in history.projects
    ]
    return pace.lives(
        ages=np.array(ages),
        contracts=np.array([float(one.contract_fen) for one in history.projects]),
        waits=np.array(waits),
        gone=np.array(gone),
        arrivals=arrivals,
        months=months,
    )
