"""The rate against 50 digits: the value of the flows changes sign within the claimed accuracy."""

from datetime import date, timedelta

import mpmath  # type: ignore[import-untyped]  # ships no type information
import numpy as np
import pytest

from valuation.irr import CashFlow, xirr

START = date(1960, 2, 29)
RATES = [-0.999, -0.9, -0.3, -0.01, -1e-5, 1e-6, 0.004, 0.08, 0.35, 2.0, 15.0, 99.0]
SHAPES = [(2, 1), (2, 21_915), (3, 30), (10, 200), (20, 3_650), (60, 21_915), (300, 7_300)]


def _fund(rate: float, n: int, days: int, seed: int) -> list[CashFlow]:
    """Contributions, then distributions, the last of them bringing the rate to about `rate`."""
    random = np.random.default_rng(seed)
    at = np.sort(random.integers(0, days, n, endpoint=True))
    at[0], at[-1] = 0, days
    turn = int(random.integers(1, n))
    amounts = random.lognormal(10, 2, n) * np.where(np.arange(n) < turn, -1, 1)
    discount = np.exp(-at / 365 * np.log1p(rate))
    left = -(amounts[:-1] * discount[:-1])[:turn].sum()
    earlier = (amounts * discount)[turn:-1]
    if earlier.size:  # half of what is due comes earlier
        amounts[turn:-1] *= left / 2 / earlier.sum()
        left /= 2
    amounts[-1] = left / discount[-1]
    return [
        CashFlow(START + timedelta(days=int(day)), float(amount))
        for day, amount in zip(at, amounts, strict=True)
    ]


def _value(rate: mpmath.mpf, flows: list[CashFlow]) -> mpmath.mpf:
    growth = mpmath.log1p(rate) / 365
    return mpmath.fsum(
        mpmath.mpf(flow.amount) * mpmath.exp(-growth * (flow.on - flows[0].on).days)
        for flow in flows
    )


def _check(rate: float, n: int, days: int) -> None:
    flows = _fund(rate, n, days, seed=n * days)
    found = xirr(flows)
    assert isinstance(found, float)
    assert found == pytest.approx(rate, rel=1e-6, abs=1e-9)
    with mpmath.workdps(50):
        exact = mpmath.mpf(found)
        off = mpmath.mpf(10) ** -12 * max(abs(exact), mpmath.mpf(10) ** -6)
        assert _value(exact - off, flows) * _value(exact + off, flows) < 0


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("n", "days"), SHAPES)
def test_the_rate_has_twelve_true_digits(rate: float, n: int, days: int) -> None:
    _check(rate, n, days)


@pytest.mark.parametrize("rate", [-0.999, 0.12, 99.0])
def test_two_thousand_flows_over_sixty_years_have_twelve_true_digits(rate: float) -> None:
    _check(rate, 2_000, 21_915)
