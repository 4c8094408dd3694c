"""Yale's base case in golden/pacing.csv; the paths are held against the plan they surround."""

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation import pacing
from valuation.irr import irr
from valuation.pacing import pacing_paths, takahashi_alexander

GOLDEN = Path(__file__).parent / "golden" / "pacing.csv"
YALE: dict[str, Any] = {
    "commitment": 100.0,
    "contribution_rates": (0.25, 0.333, 0.5),
    "life_years": 12,
    "bow": 2.5,
    "growth": 0.13,
    "yield_rate": 0.0,
}


def test_yales_base_case_comes_out_as_published() -> None:
    lines = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    published = pd.DataFrame(list(csv.DictReader(lines))).astype(float).set_index("year")
    found = takahashi_alexander(**YALE)
    assert list(found.index) == list(range(1, 13))
    assert list(found.columns) == ["contribution", "distribution", "nav"]
    assert np.abs(found - published).max().max() <= 0.015


def test_the_model_earns_its_growth() -> None:
    # Takahashi and Alexander: the internal rate of return of the projected flows is the growth
    plan = takahashi_alexander(**YALE)
    net = (plan["distribution"] - plan["contribution"]).to_list()
    net[-1] += plan["nav"].iloc[-1]
    assert irr(net) == pytest.approx(0.13, rel=1e-9)


@given(
    st.integers(1, 20),
    st.floats(0.1, 6),
    st.floats(-0.5, 0.5),
    st.floats(0, 1),
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
)
def test_value_is_neither_made_nor_lost_but_by_growth(
    life: int, bow: float, growth: float, least: float, rates: list[float]
) -> None:
    plan = takahashi_alexander(1e9, rates, life, bow, growth, least)
    before = plan["nav"].shift(fill_value=0.0) * (1 + growth)
    left = before + plan["contribution"] - plan["distribution"] - plan["nav"]
    assert np.abs(left).max() <= 1e-5
    assert plan["contribution"].sum() <= 1e9 * (1 + 1e-12)
    assert plan["nav"].iloc[-1] == pytest.approx(plan["contribution"].iloc[-1])


def test_a_yield_is_paid_from_the_start() -> None:
    plan = takahashi_alexander(**(YALE | {"yield_rate": 0.15, "growth": 0.08}))
    assert plan["distribution"].loc[2] == pytest.approx(0.15 * 25 * 1.08)


def test_without_volatility_every_path_is_the_plan() -> None:
    plan = takahashi_alexander(**YALE)
    paths = pacing_paths(**YALE, n_paths=10, seed=1, volatility=0, periods_a_year=1)
    for percentile in (10, 50, 90):
        for measure in plan.columns:
            found = paths[measure][percentile].to_numpy()
            assert found == pytest.approx(plan[measure].to_numpy(), rel=1e-5, abs=1e-5)


def test_quarters_call_in_a_year_what_the_plan_calls() -> None:
    paths = pacing_paths(**YALE, n_paths=10, seed=1)
    assert len(paths) == 48
    yearly = paths["contribution"][50].to_numpy().reshape(12, 4).sum(axis=1)
    assert yearly == pytest.approx(takahashi_alexander(**YALE)["contribution"].to_numpy())


def test_the_mean_growth_of_the_paths_is_that_of_the_plan() -> None:
    # one period, so the value is the growth itself; 200,000 draws put the mean within 0.2 %
    terms = YALE | {"life_years": 1, "contribution_rates": (0.0,)}
    band = pacing_paths(
        **terms, n_paths=200_000, seed=3, periods_a_year=1, nav=100.0, volatility=0.3,
        percentiles=np.linspace(0.05, 99.95, 1000),
    )  # fmt: skip
    assert band["distribution"].loc[1].mean() == pytest.approx(113, rel=3e-3)
    deviation = np.log(band["distribution"].loc[1]).std()
    assert deviation == pytest.approx(0.3, rel=1e-2)
    middle = np.log(band["distribution"].loc[1].to_numpy()[499:501].mean() / 113)
    assert middle == pytest.approx(-(0.3**2) / 2, abs=5e-3)


def test_the_same_seed_gives_the_same_bits_on_any_number_of_workers() -> None:
    many = YALE | {"commitment": np.linspace(1e9, 5e10, 300)}
    one, two, four = (
        pacing_paths(**many, n_paths=2_000, seed=11, workers=workers) for workers in (1, 2, 4)
    )
    assert one.equals(two)
    assert one.equals(four)
    assert not one.equals(pacing_paths(**many, n_paths=2_000, seed=12))


def test_funds_that_move_together_have_the_wider_band() -> None:
    many = YALE | {"commitment": np.full(50, 1e9)}

    def width(correlation: float) -> float:
        band = pacing_paths(**many, n_paths=2_000, seed=5, correlation=correlation)["nav"].loc[24]
        return float(band[90] - band[10])

    assert width(0.0) < 0.5 * width(0.5) < width(1.0)


def test_a_fund_goes_on_from_where_it_stands() -> None:
    plan = takahashi_alexander(**YALE)
    today = {"age_years": 5, "paid_in": plan["contribution"][:5].sum(), "nav": plan["nav"][5]}
    rest = pacing_paths(**YALE, **today, n_paths=4, seed=1, volatility=0, periods_a_year=1)
    for measure in plan.columns:
        assert rest[measure][50].to_numpy() == pytest.approx(plan[measure][5:], rel=1e-4)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"commitment": -1}, "commitment is -1"),
        ({"contribution_rates": (0.2, 1.5)}, "contribution_rates is 1.5"),
        ({"contribution_rates": ()}, "contribution_rates is empty"),
        ({"life_years": 0}, "life_years is 0"),
        ({"life_years": 2.5}, "a part of a year"),
        ({"bow": 0}, "bow is 0"),
        ({"growth": -1}, "growth is -1"),
        ({"yield_rate": float("nan")}, "yield_rate is nan"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        takahashi_alexander(**(YALE | change))
    with pytest.raises(ValueError, match=why):
        pacing_paths(**(YALE | change), n_paths=1, seed=1)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"n_paths": 0}, "n_paths is 0"),
        ({"volatility": -0.1}, "volatility is -0.1"),
        ({"correlation": 1.1}, "correlation is 1.1"),
        ({"percentiles": (101,)}, "percentiles is 101"),
        ({"periods_a_year": 3}, "periods_a_year is 3"),
    ],
)
def test_paths_that_cannot_be_drawn_are_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        pacing_paths(**({**YALE, "n_paths": 1, "seed": 1} | change))


def test_importing_the_module_does_not_import_pandas() -> None:
    assert pacing.__file__
    program = "import sys, valuation.pacing; sys.exit('pandas' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


def test_the_cumulative_cash_is_added_up_path_by_path() -> None:
    certain = pacing_paths(**YALE, n_paths=64, seed=1, volatility=0.0, periods_a_year=1)
    assert certain["cumulative"][50.0].to_numpy() == pytest.approx(
        certain["net"][50.0].cumsum().to_numpy(), rel=1e-4
    )
    drawn = pacing_paths(**YALE, n_paths=2_000, seed=1, periods_a_year=1)
    summed = drawn["net"][90.0].cumsum()  # as if each year had its best path
    assert (drawn["cumulative"][90.0].iloc[6:] < summed.iloc[6:]).all()
