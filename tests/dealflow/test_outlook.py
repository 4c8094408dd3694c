"""The band of a forecast holds about as often as it says, on districts whose law is known."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from dealflow import outlook, pace
from dealflow.outlook import History, Project
from dealflow.pace import Window
from tests.dealflow.district import YI

YEARS = range(2018, 2023)
MONTH = 30.4375


def a_district(seed: int) -> History:
    """A made-up district: signings by Poisson, amounts lognormal, starts exponential, some never;
    money in up to six parts over two years."""
    rng = np.random.default_rng(seed)
    end = date(YEARS[-1], 12, 31)
    found = []
    for year in YEARS:
        for month in range(1, 13):
            for _ in range(rng.poisson(5)):
                signed_on = date(year, month, int(rng.integers(1, 28)))
                contract = int(rng.lognormal(1.0, 0.8) * YI)
                wait = rng.exponential(7 * MONTH) if rng.random() < 0.85 else np.inf
                started = signed_on + timedelta(days=int(wait)) if wait < 9_000 else None
                parts = int(rng.integers(0, 7))
                days = np.sort(rng.uniform(0, 24 * MONTH, size=parts))
                money = tuple(
                    (signed_on + timedelta(days=int(day)), int(contract * share))
                    for day, share in zip(days, rng.dirichlet(np.ones(7))[:parts], strict=True)
                )
                found.append(
                    Project(
                        signed_on=signed_on,
                        contract_fen=contract,
                        started_on=started if started and started <= end else None,
                        arrivals=tuple(one for one in money if one[0] <= end),
                    )
                )
    return History(as_of=end, projects=tuple(found))


def test_the_band_of_eighty_percent_holds_on_about_four_of_five_past_years() -> None:
    held: dict[str, list[bool]] = {}
    for seed in range(24):
        whole = a_district(seed)
        came = outlook.actuals(whole, YEARS[-1])
        for month in (4, 9):
            then = whole.cut(date(YEARS[-1], month, 30))
            for code, band in outlook.simulate(then, seed=7, paths=400).items():
                held.setdefault(code, []).append(band.low <= came[code] <= band.high)
    every = [one for several in held.values() for one in several]
    assert 0.70 <= np.mean(every) <= 0.90
    for code, several in held.items():
        assert 0.65 <= np.mean(several) <= 0.95, code


def a_moody_district(seed: int) -> History:
    """A district where each half year hastens or slows every project alike, by exp(N(0, 0.45)).

    Starts by a monthly hazard of one in seven, money as two percent of the contract a month for
    two years, both times the mood of the half year.
    """
    rng = np.random.default_rng(seed)
    end = date(YEARS[-1], 12, 31)
    months = [(year, month) for year in YEARS for month in range(1, 13)]
    mood = np.repeat(np.exp(rng.normal(0, 0.45, size=len(months) // 6)), 6)
    found = []
    for at, (year, month) in enumerate(months):
        for _ in range(rng.poisson(5)):
            signed_on = date(year, month, int(rng.integers(1, 28)))
            contract = int(rng.lognormal(1.0, 0.6) * YI)
            days = [signed_on + timedelta(days=int(MONTH * k)) for k in range(1, len(months) - at)]
            hazard = 1 - (1 - 1 / 7) ** mood[at + 1 :]
            began = np.flatnonzero(rng.random(hazard.size) < hazard)
            parts = 0.02 * mood[at + 1 :] * rng.gamma(1.0, 1.0, size=hazard.size)
            found.append(
                Project(
                    signed_on=signed_on,
                    contract_fen=contract,
                    started_on=days[began[0]] if began.size else None,
                    arrivals=tuple(
                        (day, int(contract * part))
                        for day, part in zip(days[:24], parts, strict=False)
                    ),
                )
            )
    whole = History(as_of=end, projects=tuple(found))
    return whole.cut(end)


def coverage_of(districts: list[History], months: tuple[int, ...]) -> dict[str, float]:
    """Return {measure: how often the band of a past day held}."""
    held: dict[str, list[bool]] = {}
    for whole in districts:
        came = outlook.actuals(whole, YEARS[-1])
        for month in months:
            then = whole.cut(date(YEARS[-1], month, 30))
            for code, band in outlook.simulate(then, seed=7, paths=400).items():
                held.setdefault(code, []).append(band.low <= came[code] <= band.high)
    return {code: float(np.mean(several)) for code, several in held.items()}


def test_where_all_projects_share_good_and_bad_times_the_band_still_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The band of independent projects would be too narrow there: the spread of past windows is it.

    Seeded, so the two coverages are always the same; 48 forecasts a measure.
    """
    districts = [a_moody_district(seed) for seed in range(24)]
    shared = coverage_of(districts, (4, 6))
    monkeypatch.setattr(pace, "excess", lambda _: 0.0)
    alone = coverage_of(districts, (4, 6))
    for code in ("projects_started", "money_in_place"):
        assert 0.70 <= shared[code] <= 0.90, (code, shared)
        assert alone[code] < shared[code] - 0.10, (code, alone)


def test_what_was_given_up_is_neither_waited_for_nor_takes_money() -> None:
    whole = a_district(5).cut(date(2022, 6, 30))
    waiting = [one for one in whole.projects if one.started_on is None]
    left = date(2022, 5, 31)
    gone = History(
        as_of=whole.as_of,
        projects=tuple(
            replace(one, left_on=left) if one in waiting and one.signed_on < left else one
            for one in whole.projects
        ),
    )
    before, after = (outlook.simulate(one, seed=1, paths=400) for one in (whole, gone))
    for code in ("projects_started", "money_in_place"):
        assert after[code].mid < before[code].mid
    assert gone.cut(date(2022, 5, 1)) == whole.cut(date(2022, 5, 1))  # nobody knew it then


# ---- pace
def test_differences_that_chance_explains_leave_no_spread() -> None:
    """Mean of ((o − e)² − v) ÷ s², worked by hand, never below zero, widened by (n + 1) ÷ n."""
    quiet = [
        Window(expected=100, variance=100, observed=one, per_pace=100) for one in (95, 105, 92)
    ]
    assert pace.excess(quiet) == 0.0
    wild = [Window(expected=100, variance=100, observed=one, per_pace=50) for one in (60, 150)]
    assert pace.excess(wild) == pytest.approx(((1600 - 100) + (2500 - 100)) / 2 / 2_500 * 3 / 2)
    assert pace.excess(wild[:1]) == 0.0  # one window knows no spread
    assert pace.excess([Window(expected=0, variance=0, observed=3, per_pace=0)] * 5) == 0.0


def test_a_window_is_forecast_from_what_was_known_at_its_beginning() -> None:
    """Two signed at once, waits of 2 and 20 months: at 18 months one of two had started after 2."""
    of = pace.lives(
        ages=np.array([24.0, 24.0, 4.0]),
        contracts=np.array([100.0, 100.0, 100.0]),
        waits=np.array([2.0, 20.0, 3.0]),
        gone=np.full(3, np.inf),
        arrivals=[
            (np.array([1.0, 20.0]), np.array([0.0, 0.3, 0.5])),
            (np.array([19.0]), np.array([0.0, 0.2])),
            (np.array([1.0]), np.array([0.0, 0.4])),
        ],
        months=6.0,
    )
    (starts,) = pace.start_windows(of)
    # the old one waits beyond all that was seen; the new one starts within 4 months by one half
    assert (starts.expected, starts.variance, starts.observed) == (0.5, 0.25, 2.0)
    assert starts.per_pace == pytest.approx(0.5 * np.log(2))
    (money,) = pace.money_windows(of)
    # nobody was 24 months old by then, so the old ones are expected to bring nothing; a new one
    # brought 0.3 and 0.0 of its contract within 4 months
    assert (money.expected, money.variance) == (pytest.approx(15), pytest.approx(225))
    assert money.observed == pytest.approx(20 + 20 + 40)


def test_the_same_seed_gives_the_same_bands_and_another_one_others() -> None:
    then = a_district(1).cut(date(2022, 6, 30))
    first, again, other = (outlook.simulate(then, seed=seed, paths=200) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_nothing_later_than_the_day_is_known_to_the_simulation() -> None:
    whole, day = a_district(2), date(2022, 3, 31)
    cut = whole.cut(day)
    assert max(project.signed_on for project in cut.projects) <= day
    assert all(on <= day for project in cut.projects for on, _ in project.arrivals)
    assert cut.cut(day) == cut


def test_on_the_last_day_the_year_is_what_it_is() -> None:
    whole = a_district(3)
    for code, band in outlook.simulate(whole, seed=1, paths=50).items():
        assert band.low == band.mid == band.high == outlook.actuals(whole, 2022)[code]


def test_a_band_runs_up_and_never_lies_below_what_has_come() -> None:
    for band in outlook.simulate(a_district(4).cut(date(2022, 8, 31)), seed=1, paths=200).values():
        assert band.so_far <= band.low <= band.mid <= band.high


def test_a_district_that_never_started_anything_is_not_forecast_to_start() -> None:
    signed = tuple(
        Project(signed_on=date(2022, 1, day), contract_fen=YI, started_on=None, arrivals=())
        for day in range(1, 20)
    )
    bands = outlook.simulate(History(as_of=date(2022, 6, 30), projects=signed), seed=1, paths=50)
    assert bands["projects_started"].high == pytest.approx(0)
