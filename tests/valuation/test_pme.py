"""Published examples in golden/pme.csv; pyxirr gives the rate against a flat index."""

import csv
import math
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from valuation import pme
from valuation.figures import Reason, Undefined

GOLDEN = Path(__file__).parent / "golden" / "pme.csv"
START = date(2020, 1, 1)
SINGLE_NAV = (pme.ks_pme, pme.long_nickels, pme.pme_plus, pme.direct_alpha)


def _published() -> list[dict[str, str]]:
    lines = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def _years(n: int) -> list[date]:
    return [START + timedelta(days=365 * i) for i in range(n)]


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]


def _sides(amounts: list[float]) -> tuple[list[float], list[float]]:
    return [max(-a, 0.0) for a in amounts], [max(a, 0.0) for a in amounts]


@pytest.mark.parametrize("row", _published(), ids=lambda row: f"{row['measure']}-{row['source']}")
def test_a_published_example_comes_out_as_published(row: dict[str, str]) -> None:
    name, _, part = row["measure"].partition(".")
    amounts, nav = _numbers(row["amounts"]), _numbers(row["nav"])
    found = getattr(pme, name)(
        _years(len(amounts)),
        *_sides(amounts),
        _numbers(row["index"]),
        nav=nav if name == "mpme" else nav[0],
    )
    value = getattr(found, part) if part else found
    assert value == pytest.approx(float(row["expected"]), abs=float(row["tolerance"]))


@st.composite
def _funds(draw: st.DrawFn) -> dict[str, Any]:
    """Paid in, then paid out, a closing value: rows with exactly one rate."""
    n = draw(st.integers(2, 8))
    days = draw(st.lists(st.integers(0, 6_000), min_size=n, max_size=n, unique=True).map(sorted))
    assume(days[-1] - days[0] > 30)
    turn = draw(st.integers(1, n - 1))
    sizes = draw(st.lists(st.integers(10**6, 10**9), min_size=n, max_size=n))
    return {
        "on": [START + timedelta(days=day) for day in days],
        "contributed": [size if i < turn else 0 for i, size in enumerate(sizes)],
        "distributed": [0 if i < turn else size for i, size in enumerate(sizes)],
        "index": draw(st.lists(st.integers(50, 500), min_size=n, max_size=n)),
        "nav": draw(st.integers(1, 10**9)),
    }


@given(_funds())
def test_against_a_flat_index_the_pme_is_the_tvpi(fund: dict[str, Any]) -> None:
    fund["index"] = [100] * len(fund["on"])
    tvpi = (sum(fund["distributed"]) + fund["nav"]) / sum(fund["contributed"])
    assert pme.ks_pme(**fund) == pytest.approx(tvpi, rel=1e-12)


@given(_funds())
def test_against_a_flat_index_direct_alpha_is_the_irr(fund: dict[str, Any]) -> None:
    fund["index"] = [7] * len(fund["on"])
    signed = [d - c for c, d in zip(fund["contributed"], fund["distributed"], strict=True)]
    signed[-1] += fund["nav"]
    alpha = pme.direct_alpha(**fund)
    assert isinstance(alpha, pme.DirectAlpha)
    rate = pyxirr.xirr(fund["on"], signed)
    assume(rate is not None and -0.99 < rate < 50)
    assert alpha.annual == pytest.approx(rate, rel=1e-6, abs=1e-8)
    assert alpha.log == pytest.approx(math.log1p(alpha.annual))


@given(_funds(), st.integers(2, 1_000))
def test_neither_the_unit_of_money_nor_the_base_of_the_index_matters(
    fund: dict[str, Any], k: int
) -> None:
    other = fund | {name: [k * x for x in fund[name]] for name in ("contributed", "distributed")}
    other |= {"nav": k * fund["nav"], "index": [x / k for x in fund["index"]]}
    assert pme.ks_pme(**other) == pytest.approx(pme.ks_pme(**fund), rel=1e-12)
    one, two = pme.direct_alpha(**fund), pme.direct_alpha(**other)
    assert isinstance(one, pme.DirectAlpha)
    assert isinstance(two, pme.DirectAlpha)
    assert two.annual == pytest.approx(one.annual, rel=1e-9, abs=1e-9)


@given(_funds())
def test_pme_above_one_and_a_positive_alpha_say_the_same(fund: dict[str, Any]) -> None:
    ratio, alpha = pme.ks_pme(**fund), pme.direct_alpha(**fund)
    assert isinstance(alpha, pme.DirectAlpha)
    assume(abs(ratio - 1) > 1e-9)
    assert (ratio > 1) == (alpha.annual > 0)


@given(_funds())
def test_a_fund_that_is_the_index_has_its_rate_in_every_measure(fund: dict[str, Any]) -> None:
    index = fund["index"]
    value, navs = 0.0, []
    fund["distributed"] = [0] * len(index)
    for i, paid_in in enumerate(fund["contributed"]):
        value = value * index[i] / index[max(i - 1, 0)] + paid_in
        paid_out = value / 4 if i and not paid_in else 0.0
        fund["distributed"][i] = paid_out
        value -= paid_out
        navs.append(value)
    fund["nav"] = value
    assert pme.ks_pme(**fund) == pytest.approx(1, rel=1e-9)
    alpha = pme.direct_alpha(**fund)
    assert isinstance(alpha, pme.DirectAlpha)
    assert alpha.annual == pytest.approx(0, abs=1e-6)
    position = pme.long_nickels(**fund)
    assert isinstance(position, pme.LongNickels)
    assert position.index_nav == pytest.approx(value, rel=1e-6)
    assert pme.pme_plus(**fund).scale == pytest.approx(1, rel=1e-6)
    assert pme.mpme(**(fund | {"nav": navs})).nav == pytest.approx(value, rel=1e-9)


def test_a_payment_on_the_closing_date_counts_beside_the_closing_value() -> None:
    # pyxirr overwrites it (STACK.md section 12)
    flows = {"on": _years(3), "contributed": [100, 0, 0], "index": [100, 100, 100]}
    found = pme.long_nickels(**flows, distributed=[0, 0, 60], nav=0)
    assert isinstance(found, pme.LongNickels)
    assert found.index_nav == 40
    assert found.irr == pytest.approx(0, abs=1e-12)
    scaled = pme.pme_plus(**flows, distributed=[0, 0, 60], nav=70)
    assert scaled.scale == 0.5
    kept = pme.mpme(**flows, distributed=[0, 0, 60], nav=[100, 100, 60])
    assert (kept.nav, kept.irr) == (50, pytest.approx(0, abs=1e-12))


def test_an_index_position_that_runs_short_has_no_long_nickels_rate() -> None:
    found = pme.long_nickels(_years(3), [100, 0, 0], [0, 150, 0], [100, 110, 120], 30)
    assert isinstance(found, Undefined)
    assert found.reason is Reason.INDEX_POSITION_SHORT


def test_without_contributions_or_distributions_there_is_no_measure() -> None:
    unpaid = {"on": _years(2), "contributed": [0, 0], "index": [1, 1]}
    for measure in (pme.ks_pme, pme.direct_alpha, pme.pme_plus):
        assert measure(**unpaid, distributed=[0, 5], nav=1).reason is Reason.NOTHING_PAID_IN
    unscaled = pme.pme_plus(_years(2), [1, 0], [0, 0], [1, 1], 1)
    assert unscaled.reason is Reason.NOTHING_IN_DENOMINATOR


def test_a_total_loss_has_a_rate_but_no_logarithm() -> None:
    lost = pme.direct_alpha(_years(2), [100, 0], [0, 0], [1, 2], 0)
    assert isinstance(lost, pme.DirectAlpha)
    assert lost.annual == -1
    assert not lost.log


def test_rows_may_come_in_any_order_that_ends_with_the_closing_date() -> None:
    on = _years(4)
    rows = [[100, 50, 0, 0], [0, 0, 90, 20], [100, 90, 120, 130]]
    mixed = [[row[i] for i in (2, 0, 1, 3)] for row in rows]
    assert pme.ks_pme([on[i] for i in (2, 0, 1, 3)], *mixed, 40) == pme.ks_pme(on, *rows, 40)


GOOD: dict[str, Any] = {
    "on": np.array(["2020-01-01", "2021-01-01", "2022-01-01"], dtype="datetime64[D]"),
    "contributed": [100.0, 0.0, 0.0],
    "distributed": [0.0, 30.0, 0.0],
    "index": [100.0, 110.0, 120.0],
    "nav": 90.0,
}


@pytest.mark.parametrize("measure", SINGLE_NAV, ids=lambda measure: measure.__name__)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"index": [100.0, math.nan, 120.0]}, r"index\[1\] is nan: the index has a gap"),
        ({"index": [100.0, None, 120.0]}, r"index\[1\] is nan"),
        ({"index": [100.0, 0.0, 120.0]}, r"index\[1\] is 0.0: a level is above zero"),
        ({"index": [100.0, 120.0]}, r"index has the shape \(2,\)"),
        ({"contributed": [100.0, math.inf, 0.0]}, r"contributed\[1\] is inf"),
        ({"distributed": [0.0, -1.0, 0.0]}, r"distributed\[1\] is -1.0"),
        ({"nav": math.nan}, "nav is nan"),
        ({"on": ["1899-12-31", "2021-01-01", "2022-01-01"]}, r"on\[0\] is 1899-12-31"),
        ({"on": ["2020-01-01", "NaT", "2022-01-01"]}, r"on\[1\] is NaT"),
        ({"on": ["2020-01-01", "2023-01-01", "2022-01-01"]}, r"on\[1\] is 2023-01-01"),
        ({"on": ["2020-01-01", "2022-01-01", "2022-01-01"]}, "another level on the same date"),
        ({"on": []}, "on has the shape"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_named(
    measure: Any, change: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        measure(**(GOOD | change))


def test_mpme_asks_for_a_value_in_every_row() -> None:
    with pytest.raises(ValueError, match=r"nav has the shape \(\), not \(3,\)"):
        pme.mpme(**GOOD)
    short = pme.mpme(**(GOOD | {"nav": [100.0, -50.0, 0.0]}))
    assert isinstance(short, Undefined)
    assert short.reason is Reason.INDEX_POSITION_SHORT
