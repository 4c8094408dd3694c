"""Many series at once are answered as each alone, compiled or not."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.figures import Reason, Undefined
from valuation.grid import quarter_grid
from valuation.irr import CashFlow, XirrMany, xirr, xirr_many
from valuation.periods import Quarter, quarters_between

START = date(2015, 1, 1)
AMOUNTS = st.one_of(st.integers(-50, 50), st.integers(-(10**11), 10**11))
DAYS = st.one_of(st.integers(0, 40), st.integers(0, 9_000))
FLOWS = st.lists(
    st.builds(lambda day, x: CashFlow(START + timedelta(days=day), x), DAYS, AMOUNTS), max_size=30
)
PUMP = [CashFlow(date(2020 + i, 1, 1), x) for i, x in enumerate([-1_600, 10_000, -10_000])]


@pytest.fixture(scope="module", params=["compiled", "plain"])
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "plain":
            patch.setitem(sys.modules, "valuation.irr_kernel", None)
            patch.delattr("valuation.irr_kernel", raising=False)
        else:
            importlib.import_module("valuation.irr_kernel")  # a few series alone do not load it
        yield request.param


def _many(series: list[list[CashFlow]]) -> XirrMany:
    every = [flow for flows in series for flow in flows]
    return xirr_many(
        np.array([flow.on for flow in every], dtype="datetime64[D]"),
        np.array([flow.amount for flow in every], dtype=np.float64),
        np.cumsum([0, *map(len, series)]),
    )


def _same(many: XirrMany, series: list[list[CashFlow]]) -> None:
    assert many.rate.shape == many.reason.shape == (len(series),)
    assert (np.isnan(many.rate) == [why is not None for why in many.reason]).all()
    for i, flows in enumerate(series):
        alone = xirr(flows)
        if isinstance(alone, Undefined):
            assert many.reason[i] is alone.reason
            assert many.roots[i] == pytest.approx(alone.roots, rel=1e-12, abs=1e-12)
        else:
            assert many.rate[i] == pytest.approx(alone, rel=1e-12, abs=1e-12)
            assert many.roots[i] == ()


@settings(max_examples=80, deadline=None)
@given(series=st.lists(FLOWS, max_size=8))
def test_each_series_is_answered_as_alone(way: str, series: list[list[CashFlow]]) -> None:
    _same(_many(series), series)


@settings(max_examples=30, deadline=None)
@given(percents=st.lists(st.integers(-60, 300), min_size=2, max_size=4, unique=True))
def test_every_rate_built_into_the_flows_is_found(way: str, percents: list[int]) -> None:
    amounts = np.array([-1.0])
    for percent in percents:  # multiplied by (100 + percent)·x − 100, where x = 1/(1 + r)
        amounts = np.convolve(amounts, [-100, 100 + percent])
    flows = [CashFlow(START + timedelta(days=365 * i), x) for i, x in enumerate(amounts.tolist())]
    _same(_many([flows]), [flows])


def test_a_step_that_vanishes_away_from_the_root_is_not_taken_for_one(way: str) -> None:
    paid = [(11, 13), (0, 8), (19, -466_286), (1_054, -2_702_051)]
    flows = [CashFlow(START + timedelta(days=day), x) for day, x in paid]
    _same(_many([flows]), [flows])


def test_rates_next_to_a_total_loss_are_told_apart() -> None:
    # (1 + r)² - 3e-12 (1 + r) + 2e-24 has the roots 1e-12 and 2e-12 above -1
    flows = [CashFlow(START + timedelta(days=365 * i), x) for i, x in enumerate([1e12, -3, 2e-12])]
    alone = xirr(flows)
    assert isinstance(alone, Undefined)
    assert [1 + rate for rate in alone.roots] == pytest.approx([1e-12, 2e-12], rel=1e-3)
    _same(_many([flows]), [flows])


def test_threads_do_not_change_an_answer(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    series = []
    for n in random.integers(2, 12, 200):
        days, amounts = random.integers(0, 4_000, n), random.normal(0, 100, n)
        series.append([CashFlow(START + timedelta(days=int(d)), float(x))
                       for d, x in zip(days, amounts, strict=True)])  # fmt: skip
    one = _many(series)
    monkeypatch.setattr("valuation.irr._FLOWS_A_THREAD", 1)
    monkeypatch.setattr("valuation.irr._cores", lambda: 3)
    many = _many(series)
    assert Reason.SEVERAL_RATES in many.reason
    np.testing.assert_array_equal(many.rate, one.rate)
    assert (many.reason == one.reason).all()
    assert many.roots == one.roots


def test_unsorted_series_and_shared_dates(way: str) -> None:
    random = np.random.default_rng(3)
    series = []
    for n in (2, 5, 20, 400):
        days = random.integers(0, 90 * n // 10 + 30, n)
        amounts = random.lognormal(8, 1, n) * np.where(days < days.mean(), -1, 1)
        series.append([CashFlow(START + timedelta(days=int(d)), float(x))
                       for d, x in zip(days, amounts, strict=True)])  # fmt: skip
    _same(_many(series), series)


def test_reasons_and_total_losses_in_one_call(way: str) -> None:
    late = date(2022, 1, 1)
    lost = [CashFlow(START, -5), CashFlow(late, 0.0)]
    many = _many([[], [CashFlow(START, -5)], lost, lost[::-1], PUMP, PUMP[::-1],
                  [CashFlow(START, -5), CashFlow(START, 6)],
                  [CashFlow(START, -1), CashFlow(START + timedelta(days=1), 10)],
                  [CashFlow(START, -5), CashFlow(START, 5), CashFlow(late, 0.0)]])  # fmt: skip
    assert many.reason.tolist() == [
        Reason.NO_FLOWS, Reason.ONE_SIGN, None, None, Reason.SEVERAL_RATES, Reason.SEVERAL_RATES,
        Reason.TOO_SHORT, Reason.TOO_SHORT, Reason.TOO_SHORT,
    ]  # fmt: skip
    assert many.rate[2:4].tolist() == [-1.0, -1.0]
    assert len(many.roots[4]) == len(many.roots[5]) == 2


@pytest.mark.parametrize(
    ("on", "amount", "start", "why"),
    [
        ("2020-01-01", float("nan"), [0, 1], "flow 0 is nan"),
        ("2020-01-01", float("inf"), [0, 1], "flow 0 is inf"),
        ("1899-12-31", 1.0, [0, 1], "flow 0 is dated 1899-12-31"),
        ("NaT", 1.0, [0, 1], "flow 0 is dated NaT"),
        ("2020-01-01", 1.0, [0, 2], "start does not lead"),
        ("2020-01-01", 1.0, [1, 1], "start does not lead"),
        ("2020-01-01", 1.0, [0, 1, 0, 1], "start does not lead"),
    ],
)
def test_bad_input_is_refused(on: str, amount: float, start: list[int], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        xirr_many([on], [amount], start)


def test_read_only_arrays_are_read() -> None:
    on = np.array(["2020-01-01", "2020-12-31"], dtype="datetime64[D]")
    amount = np.array([-100.0, 110.0])
    for each in (on, amount):
        each.flags.writeable = False
    assert xirr_many(on, amount, [0, 2]).rate[0] == pytest.approx(0.1, rel=1e-13)


def test_neither_a_start_nor_a_few_series_import_the_compiler() -> None:
    code = """
import sys, valuation.grid, valuation.irr, web.cli
on, amount = ["2020-01-01", "2021-01-01"], [-1.0, 1.1]
few = valuation.irr.xirr_many(on, amount, [0, 2])
assert "numba" not in sys.modules
many = valuation.irr.xirr_many(on * 1_000, amount * 1_000, range(0, 2_001, 2))
assert "numba" in sys.modules
assert abs(few.rate[0] - many.rate[-1]) < 1e-15
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@settings(max_examples=15, deadline=None)
@given(series=st.lists(FLOWS, max_size=4), nav=st.integers(0, 10**9))
def test_a_quarter_grid_is_each_rate_up_to_each_quarter_end(
    series: list[list[CashFlow]], nav: int
) -> None:
    ends = [each.end for each in quarters_between(Quarter(2014, 4), Quarter(2017, 1))]
    every = [flow for flows in series for flow in flows]
    values = np.full((len(series), len(ends)), float(nav))
    grid = quarter_grid(
        [flow.on for flow in every],
        [float(flow.amount) for flow in every],
        np.cumsum([0, *map(len, series)]),
        ends,
        values,
    )
    for i, flows in enumerate(series):
        for j, end in enumerate(ends):
            alone = xirr([*(flow for flow in flows if flow.on <= end), CashFlow(end, nav)])
            if isinstance(alone, Undefined):
                assert grid.reason[i, j] is alone.reason
                assert grid.roots[i][j] == pytest.approx(alone.roots, rel=1e-12)
            else:
                assert grid.rate[i, j] == pytest.approx(alone, rel=1e-12, abs=1e-12)


def test_a_grid_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"nav has the shape \(1, 1\), not \(1, 2\)"):
        quarter_grid([START], [-1.0], [0, 1], [START, START], [[1.0]])
