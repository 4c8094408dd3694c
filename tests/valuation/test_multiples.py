from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.figures import Reason, Undefined
from valuation.multiples import moic, multiples

FEN = st.integers(0, 10**15)
NO_MARK = Undefined(Reason.NO_MARK, "the holding has no mark")


def test_the_four_multiples_of_a_fund_half_called() -> None:
    fund = multiples(committed=1_000, paid_in=500, distributed=200, nav=450)
    assert (fund.pic, fund.dpi, fund.rvpi, fund.tvpi) == (0.5, 0.4, 0.9, 1.3)


def test_recalled_money_counts_twice_gross_and_not_at_all_net() -> None:
    position = partial(multiples, committed=1_000, paid_in=600, distributed=300, nav=400)
    gross, net = position(recallable=100), position(recallable=100, basis="net")
    assert (gross.pic, gross.dpi) == (0.6, 0.5)
    assert gross.tvpi == pytest.approx(7 / 6)
    assert (net.pic, net.dpi, net.rvpi, net.tvpi) == (0.5, 0.4, 0.8, 1.2)


def test_before_the_first_call_there_is_no_multiple() -> None:
    fund = multiples(committed=1_000, paid_in=0, distributed=0, nav=0)
    assert fund.pic == 0
    for ratio in (fund.dpi, fund.rvpi, fund.tvpi):
        assert isinstance(ratio, Undefined)
        assert ratio.reason is Reason.NOTHING_PAID_IN
        assert not ratio


def test_without_commitment_the_paid_in_share_is_undefined() -> None:
    pic = multiples(committed=0, paid_in=10, distributed=0, nav=10).pic
    assert isinstance(pic, Undefined)
    assert pic.reason is Reason.NO_COMMITMENT


def test_a_missing_mark_leaves_what_came_back_known() -> None:
    fund = multiples(committed=1_000, paid_in=500, distributed=200, nav=NO_MARK)
    assert (fund.dpi, fund.rvpi, fund.tvpi) == (0.4, NO_MARK, NO_MARK)


def test_tvpi_is_rounded_once_from_the_exact_sum() -> None:
    fund = multiples(committed=49, paid_in=49, distributed=1, nav=48)
    assert fund.tvpi == 1.0


@given(FEN.filter(bool), FEN, st.integers(-(10**15), 10**15))
def test_tvpi_is_dpi_and_rvpi(paid_in: int, distributed: int, nav: int) -> None:
    fund = multiples(committed=paid_in, paid_in=paid_in, distributed=distributed, nav=nav)
    assert isinstance(fund.dpi, float)
    assert isinstance(fund.rvpi, float)
    largest = max(fund.dpi, abs(fund.rvpi))
    assert fund.tvpi == pytest.approx(fund.dpi + fund.rvpi, rel=0, abs=4e-16 * largest)
    assert fund.pic == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"paid_in": -1}, "paid_in is -1"),
        ({"nav": float("nan")}, "nav is nan"),
        ({"committed": float("inf")}, "committed is inf"),
        ({"recallable": 201, "basis": "net"}, "recallable 201 is more"),
        ({"basis": "both"}, "basis is 'both'"),
    ],
)
def test_a_position_that_cannot_be_is_refused(change: dict[str, Any], why: str) -> None:
    position: dict[str, Any] = {"committed": 1_000, "paid_in": 500, "distributed": 200, "nav": 450}
    with pytest.raises(ValueError, match=why):
        multiples(**(position | change))


def test_moic_is_what_came_and_what_is_left_over_cost() -> None:
    assert moic(invested=200, realised=50, fair_value=250) == 1.5
    assert moic(invested=200, realised=0, fair_value=0) == 0
    assert moic(invested=200, realised=50, fair_value=NO_MARK) is NO_MARK
    nothing = moic(invested=0, realised=0, fair_value=0)
    assert isinstance(nothing, Undefined)
    assert nothing.reason is Reason.NOTHING_INVESTED
    with pytest.raises(ValueError, match="invested is -1"):
        moic(invested=-1, realised=0, fair_value=0)
