"""IPEV: the price of a round calibrates a technique; the technique values the later day."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.fair_value import (
    DcfInputs,
    FairValue,
    MultipleInputs,
    NetAssetInputs,
    dcf,
    fund_nav,
    multiple,
    net_assets,
    recent_investment,
)
from valuation.figures import Reason, Undefined

ENTRY, YEAR_END = date(2025, 3, 31), date(2025, 12, 31)
SIZES = st.floats(1e3, 1e12)
SHARES = st.floats(0.01, 1)


def test_a_multiple_keeps_the_discount_at_which_the_firm_was_bought() -> None:
    # bought at 8x when peers stood at 10x: a discount of 20 %; peers now at 12x, so 9.6x
    then = MultipleInputs(metric=100, peer_multiple=10, net_debt=200, share=0.5)
    now = MultipleInputs(metric=120, peer_multiple=12, net_debt=150, share=0.5)
    found = multiple(now, at_entry=then, price=300)
    assert found.value == pytest.approx((120 * 9.6 - 150) * 0.5)
    assert found.inputs["premium"] == pytest.approx(0.8)
    assert found.calibration == pytest.approx(300 - (100 * 10 - 200) * 0.5)
    assert found.earlier_inputs["peer_multiple"] == 10  # beside the new one
    assert found.inputs["peer_multiple"] == 12


def test_a_dcf_keeps_the_premium_on_the_rate_that_was_paid_for() -> None:
    # 121 in two years for 100 is 10 %: 4 % above the market's 6 %
    then = DcfInputs(cash_flows=(0.0, 121.0), market_rate=0.06)
    found = dcf(DcfInputs(cash_flows=(121.0,), market_rate=0.08), at_entry=then, price=100)
    assert found.inputs["premium"] == pytest.approx(0.04)
    assert found.value == pytest.approx(121 / 1.12)
    assert found.calibration == pytest.approx(100 - 121 / 1.06**2)


def test_a_price_that_several_rates_explain_values_nothing() -> None:
    then = DcfInputs(cash_flows=(1_000.0, -1_000.0), market_rate=0.1)
    found = dcf(then, at_entry=then, price=160)
    assert isinstance(found.value, Undefined)
    assert found.value.reason is Reason.SEVERAL_RATES
    assert found.value.roots == pytest.approx((0.25, 4.0))


def test_net_assets_keep_the_discount_at_which_they_were_bought() -> None:
    then = NetAssetInputs(assets=1_000, liabilities=200, share=0.25)
    found = net_assets(
        NetAssetInputs(assets=1_500, liabilities=300, share=0.25), at_entry=then, price=180
    )
    assert found.value == pytest.approx(1_200 * 0.25 * 0.9)
    assert found.calibration == pytest.approx(-20)


def test_the_price_of_a_round_is_a_value_on_its_day_and_an_anchor_later() -> None:
    assert recent_investment(500, paid_on=ENTRY, as_of=ENTRY).value == 500
    later = recent_investment(500, paid_on=ENTRY, as_of=YEAR_END)
    assert isinstance(later.value, Undefined)
    assert later.value.reason is Reason.NO_MARK
    then = MultipleInputs(metric=50, peer_multiple=10)
    now = MultipleInputs(metric=60, peer_multiple=10)
    again = multiple(now, at_entry=then, price=500)
    anchored = recent_investment(500, paid_on=ENTRY, as_of=YEAR_END, reestimated=again)
    assert (anchored.value, anchored.calibration) == (pytest.approx(600), pytest.approx(100))
    assert anchored.earlier_inputs["price"] == 500
    assert anchored.inputs == again.inputs


def test_a_stale_fund_nav_is_rolled_forward_and_the_last_estimate_tested() -> None:
    found = fund_nav(
        1_000,
        reported_on=date(2025, 9, 30),
        as_of=YEAR_END,
        carried=940,
        contributed_since=100,
        distributed_since=50,
        market_change=-0.1,
        beta=0.5,
    )
    assert found.value == pytest.approx(1_000 * 0.95 + 100 - 50)
    assert found.calibration == 60
    fresh = fund_nav(1_000, reported_on=YEAR_END, as_of=YEAR_END, carried=1_000)
    assert (fresh.value, fresh.calibration) == (1_000, 0)


def test_debt_beyond_the_value_of_the_firm_leaves_nothing_and_not_less() -> None:
    then = MultipleInputs(metric=100, peer_multiple=10, net_debt=0)
    now = MultipleInputs(metric=10, peer_multiple=10, net_debt=900)
    assert multiple(now, at_entry=then, price=1_000).value == 0


@given(SIZES, SIZES, SHARES, st.floats(0.5, 40), st.floats(0, 1))
def test_on_the_day_of_entry_every_technique_gives_the_price(
    price: float, metric: float, share: float, peers: float, debt: float
) -> None:
    firm = MultipleInputs(metric=metric, peer_multiple=peers, net_debt=debt * price, share=share)
    assert multiple(firm, at_entry=firm, price=price).value == pytest.approx(price, rel=1e-6)
    books = NetAssetInputs(assets=metric * (1 + debt), liabilities=metric * debt, share=share)
    assert net_assets(books, at_entry=books, price=price).value == pytest.approx(price, rel=1e-6)


@given(SIZES, st.lists(st.floats(1e3, 1e12), min_size=1, max_size=10), st.floats(0, 0.3))
def test_on_the_day_of_entry_a_dcf_gives_the_price(
    price: float, flows: list[float], market: float
) -> None:
    plan = DcfInputs(cash_flows=tuple(flows), market_rate=market)
    found = dcf(plan, at_entry=plan, price=price)
    assert isinstance(found, FairValue)
    assert found.value == pytest.approx(price, rel=1e-6)


@pytest.mark.parametrize(
    ("attempt", "why"),
    [
        (lambda: MultipleInputs(metric=0, peer_multiple=8), "metric is 0"),
        (lambda: MultipleInputs(metric=1, peer_multiple=float("nan")), "peer_multiple is nan"),
        (lambda: DcfInputs(cash_flows=(), market_rate=0.1), "cash_flows is empty"),
        (lambda: DcfInputs(cash_flows=(1.0,), market_rate=-1), "rate is 0"),
        (lambda: recent_investment(0, paid_on=ENTRY, as_of=ENTRY), "price is 0"),
        (lambda: recent_investment(1, paid_on=YEAR_END, as_of=ENTRY), "before the investment"),
        (
            lambda: fund_nav(1, reported_on=YEAR_END, as_of=ENTRY, carried=1),
            "before the report",
        ),
        (
            lambda: fund_nav(1, reported_on=ENTRY, as_of=ENTRY, carried=1, market_change=0.1),
            "nothing has happened since",
        ),
    ],
)
def test_inputs_that_cannot_be_are_refused(attempt: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        attempt()
