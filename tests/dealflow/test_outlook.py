"""The band of a forecast holds about as often as it says, on districts whose law is known."""

from datetime import date, timedelta

import numpy as np
import pytest

from dealflow import outlook
from dealflow.outlook import History, Project
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
