"""Outlook: the rest of a year, simulated from what the district's own projects have done before.

Three things are drawn on every path. New contracts: past months, resampled. Starts: each waiting
project starts by the product-limit curve of how long starts have taken. Money: each project goes
on as an older one went at its age. A path first resamples the history itself, so the band also
holds what the history is too short to know. Pure: no database, no clock; the seed is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from valuation.survival import Curve, kaplan_meier

Floats = npt.NDArray[np.float64]
DAYS_A_MONTH = 365.25 / 12
LEAST_MONTHS = 18  # a shorter history says nothing about a year
WINDOW = 36  # months of signings that are resampled
LOW, MID, HIGH = 10, 50, 90  # percent: the band of 80 %


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One signed project: when, for how much, when it started, what arrived."""

    signed_on: date
    contract_fen: int
    started_on: date | None
    arrivals: tuple[tuple[date, int], ...]


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
    left = (date(history.as_of.year, 12, 31) - history.as_of).days / DAYS_A_MONTH
    if left <= 0 or not history.projects:
        return {code: Band(so_far=v, low=v, mid=v, high=v) for code, v in so_far.items()}
    months = _months(history)
    ahead = max(1, round(left))
    drawn = _drawn_months(rng, len(months), ahead, paths)
    counts = np.array([len(month) for month in months], dtype=np.int64)[drawn]  # (paths, ahead)
    sums = np.array([float(sum(month)) for month in months])[drawn] * (left / ahead)
    rests = np.maximum(left - (np.arange(ahead) + 0.5) * left / ahead, 0.0)  # after signing
    paths_of = {
        "contract_amount": sums.sum(axis=1),
        "projects_started": _starts(rng, history, left, counts, rests, paths),
        "money_in_place": _money(rng, history, left, counts, sums, rests, paths),
    }
    return {code: _band(so_far[code], paths_of[code]) for code in so_far}


def _band(so_far: int, more: Floats) -> Band:
    low, mid, high = (so_far + round(float(one)) for one in np.percentile(more, (LOW, MID, HIGH)))
    return Band(so_far=so_far, low=low, mid=mid, high=high)


def _months(history: History) -> list[list[int]]:
    """Return the contract amounts signed in each of the last months, empty months included."""
    ages = [int((history.as_of - one.signed_on).days / DAYS_A_MONTH) for one in history.projects]
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


def _starts(
    rng: np.random.Generator,
    history: History,
    left: float,
    counts: npt.NDArray[np.int64],
    rests: Floats,
    paths: int,
) -> Floats:
    waits = [
        ((one.started_on or history.as_of) - one.signed_on).days / DAYS_A_MONTH
        for one in history.projects
    ]
    begun = [one.started_on is not None for one in history.projects]
    curve = kaplan_meier(np.maximum(waits, 0.0).tolist(), begun)
    # How surely the pace is known: as surely as a count of this many starts.
    pace = rng.gamma(sum(begun) + 1.0, 1.0 / (sum(begun) + 1.0), size=paths)
    found = np.zeros(paths)
    for wait, has_begun in zip(waits, begun, strict=True):
        if not has_begun:
            found += rng.random(paths) < _within(curve, wait, left) ** (1.0 / pace)
    for at, rest in enumerate(rests):
        found += rng.binomial(counts[:, at], _within(curve, 0.0, float(rest)))
    return found


def _within(curve: Curve, age: float, months: float) -> float:
    """Return the chance that what has waited `age` months ends within `months` more."""
    waiting = curve.at(age)
    return 0.0 if waiting <= 0 else 1.0 - curve.at(age + months) / waiting


def _money(
    rng: np.random.Generator,
    history: History,
    left: float,
    counts: npt.NDArray[np.int64],
    sums: Floats,
    rests: Floats,
    paths: int,
) -> Floats:
    ages, shares = _shares(history)
    found = np.zeros(paths)
    for project, age in zip(history.projects, ages, strict=True):
        rises = _rises(ages, shares, float(age), left)
        if rises.size:
            found += project.contract_fen * rises[rng.integers(rises.size, size=paths)]
    for at, rest in enumerate(rests):
        rises = _rises(ages, shares, 0.0, float(rest), from_nothing=True)
        if rises.size:
            found += sums[:, at] * _mean_of(rng, rises, counts[:, at])
    arrived = sum(bool(one.arrivals) for one in history.projects)
    return found * rng.gamma(arrived + 1.0, 1.0 / (arrived + 1.0), size=paths)


def _mean_of(rng: np.random.Generator, rises: Floats, counts: npt.NDArray[np.int64]) -> Floats:
    """Return the mean of as many drawn rises as projects were signed on each path."""
    most = max(int(counts.max()), 1)
    drawn = rises[rng.integers(rises.size, size=(counts.size, most))]
    counted = np.arange(most) < counts[:, None]
    mean: Floats = (drawn * counted).sum(axis=1) / np.maximum(counts, 1)
    return mean


def _shares(history: History) -> tuple[Floats, list[tuple[Floats, Floats]]]:
    """Return the age of each project and its arrivals as (age, cumulated share of contract)."""
    ages, shares = [], []
    for one in history.projects:
        ages.append((history.as_of - one.signed_on).days / DAYS_A_MONTH)
        came = sorted(one.arrivals)
        at = np.array([max((on - one.signed_on).days / DAYS_A_MONTH, 0.0) for on, _ in came])
        part = np.cumsum([fen / one.contract_fen for _, fen in came])
        shares.append((at, np.concatenate([[0.0], part])))
    return np.array(ages), shares


def _rises(
    ages: Floats,
    shares: Sequence[tuple[Floats, Floats]],
    age: float,
    months: float,
    *,
    from_nothing: bool = False,
) -> Floats:
    """Return by how much the share of each older project rose from an age over the next months."""
    found = []
    for own, (at, part) in zip(ages, shares, strict=True):
        if own >= age + months:
            end = part[np.searchsorted(at, age + months, side="right")]
            begin = 0.0 if from_nothing else part[np.searchsorted(at, age, side="right")]
            found.append(end - begin)
    return np.array(found)
