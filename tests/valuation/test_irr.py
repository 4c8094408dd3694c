"""Golden values carry their public source; the 50-digit reference is in test_irr_reference.py."""

from datetime import date, timedelta

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from valuation.figures import Reason, Undefined
from valuation.irr import (
    CashFlow,
    DayCount,
    horizon_irr,
    irr,
    mirr,
    period_return,
    xirr,
    xirr_many,
    xnpv,
)

START = date(2020, 1, 1)

# Microsoft Support, "XIRR function" and "XNPV function": the same five flows
MICROSOFT = [
    CashFlow(date(2008, 1, 1), -10_000),
    CashFlow(date(2008, 3, 1), 2_750),
    CashFlow(date(2008, 10, 30), 4_250),
    CashFlow(date(2009, 2, 15), 3_250),
    CashFlow(date(2009, 4, 1), 2_750),
]

AMOUNTS = st.integers(-(10**11), 10**11)
FLOWS = st.lists(
    st.builds(CashFlow, st.dates(date(2000, 1, 1), date(2060, 1, 1)), AMOUNTS), max_size=30
)


@st.composite
def _paid_in_then_out(draw: st.DrawFn) -> list[CashFlow]:
    """Contributions, then distributions: the ordinary fund, with exactly one rate."""
    days = draw(st.lists(st.integers(0, 7_000), min_size=2, max_size=30, unique=True).map(sorted))
    turn = draw(st.integers(1, len(days) - 1))
    sizes = draw(st.lists(st.integers(10**6, 10**11), min_size=len(days), max_size=len(days)))
    return [
        CashFlow(START + timedelta(days=day), -size if i < turn else size)
        for i, (day, size) in enumerate(zip(days, sizes, strict=True))
    ]


ORDINARY = _paid_in_then_out()


def _reason(figure: float | Undefined) -> Reason:
    assert isinstance(figure, Undefined), figure
    return figure.reason


def _on(*flows: tuple[str, float]) -> list[CashFlow]:
    return [CashFlow(date.fromisoformat(on), amount) for on, amount in flows]


# ---- golden


def test_xirr_and_xnpv_of_the_microsoft_example() -> None:
    # page: 0.373362535; Excel itself stops within 1e-8
    assert xirr(MICROSOFT) == pytest.approx(0.373362535, abs=1e-8)
    assert xnpv(0.09, MICROSOFT) == pytest.approx(2_086.65, abs=0.005)  # page: 2,086.65


def test_irr_and_mirr_of_the_microsoft_examples() -> None:
    business = [-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]
    assert irr(business) == pytest.approx(0.0866, abs=5e-5)  # page: 8.66 %
    assert irr(business[:5]) == pytest.approx(-0.0212, abs=5e-5)  # page: -2.1 %
    loan = [-120_000, 39_000, 30_000, 21_000, 37_000, 46_000]
    assert mirr(loan, 0.10, 0.12) == pytest.approx(0.1261, abs=5e-5)  # page: 12.61 %


def test_the_oil_pump_has_two_rates_and_none_is_picked() -> None:
    # Lorie and Savage (1955), Journal of Business 28(4): 25 % and 400 %
    pump = irr([-1_600, 10_000, -10_000])
    assert _reason(pump) is Reason.SEVERAL_RATES
    assert not pump
    assert isinstance(pump, Undefined)
    assert pump.roots == pytest.approx((0.25, 4.0), rel=1e-12)


def test_flows_may_have_no_rate() -> None:
    # Brealey, Myers and Allen, Principles of Corporate Finance, ch. 5: 1,000, -3,000, 2,500
    assert _reason(irr([1_000, -3_000, 2_500])) is Reason.NO_RATE


@pytest.mark.parametrize("times", [2, 3, 4, 6])
def test_a_rate_that_is_a_root_many_times_over_is_still_one_rate(times: int) -> None:
    flows = np.array([1.0])
    for _ in range(times):
        flows = np.convolve(flows, [-10.0, 11.0])  # 10 % each time
    assert irr(flows.tolist()) == pytest.approx(0.1, rel=1e-12)


def test_two_rates_a_hair_apart_are_two_and_a_hair_above_zero_is_none() -> None:
    # 10^12·(1.1x − 1)² shifted by one unit in either direction
    near = irr([-(10.0**12) + 1, 2.2 * 10**12, -1.21 * 10**12])
    assert isinstance(near, Undefined)
    assert near.roots == pytest.approx((0.1 - 1.1e-6, 0.1 + 1.1e-6), abs=1e-9)
    assert _reason(irr([-(10.0**12) - 1, 2.2 * 10**12, -1.21 * 10**12])) is Reason.NO_RATE


@given(
    st.lists(
        st.sampled_from([-50, -20, 0, 10, 30, 60, 100, 300, 900]),
        min_size=2,
        max_size=5,
        unique=True,
    )
)
def test_every_rate_built_into_the_flows_is_found(percents: list[int]) -> None:
    flows = [-1]
    for percent in percents:  # multiply by (100 + percent)·x − 100, where x = 1/(1 + r)
        shifted = [0, *((100 + percent) // 10 * flow for flow in flows)]
        flows = [a - 10 * b for a, b in zip(shifted, [*flows, 0], strict=True)]
    assume(max(map(abs, flows)) < 2**53)  # so that floats hold the flows exactly
    found = irr(flows)
    assert isinstance(found, Undefined)
    assert found.roots == pytest.approx(sorted(p / 100 for p in percents), rel=1e-9, abs=1e-12)


# ---- what is no rate


def test_no_flows_and_flows_of_nothing_have_no_rate() -> None:
    assert _reason(xirr([])) is Reason.NO_FLOWS
    assert _reason(xirr(_on(("2020-01-01", 0), ("2021-01-01", 0)))) is Reason.NO_FLOWS


def test_contributions_without_a_closing_value_are_of_one_sign() -> None:
    assert _reason(xirr(_on(("2020-01-01", -1)))) is Reason.ONE_SIGN
    assert _reason(xirr(_on(("2020-01-01", -1), ("2021-01-01", -1)))) is Reason.ONE_SIGN
    assert _reason(xirr(_on(("2020-01-01", 1), ("2021-01-01", 0)))) is Reason.ONE_SIGN


def test_contributions_closed_at_zero_are_a_total_loss() -> None:
    assert xirr(_on(("2020-01-01", -5), ("2021-01-01", -5), ("2021-01-01", 0.0))) == -1.0
    assert xirr(_on(("2022-01-01", 0.0), ("2020-01-01", -5))) == -1.0
    assert irr([-5, -5, 0]) == -1.0
    assert mirr([-5, 0], 0.1, 0.1) == -1.0


def test_a_zero_before_the_last_contribution_closes_nothing() -> None:
    flows = _on(("2020-01-01", -5), ("2020-06-01", 0.0), ("2021-01-01", -5))
    assert _reason(xirr(flows)) is Reason.ONE_SIGN


def test_flows_on_one_date_pass_no_time() -> None:
    assert _reason(xirr(_on(("2020-01-01", -5), ("2020-01-01", 6)))) is Reason.TOO_SHORT
    assert _reason(xirr(_on(("2020-01-01", -5), ("2020-01-01", 0)))) is Reason.TOO_SHORT


def test_a_gain_too_quick_for_a_yearly_rate_is_too_short() -> None:
    assert _reason(xirr(_on(("2020-01-01", -1), ("2020-01-02", 10)))) is Reason.TOO_SHORT


def test_flows_that_cancel_on_each_date_have_no_rate() -> None:
    flows = _on(("2020-01-01", -5), ("2020-01-01", 5), ("2021-01-01", 7), ("2021-01-01", -7))
    assert _reason(xirr(flows)) is Reason.NO_RATE


@pytest.mark.parametrize(
    ("flow", "why"),
    [
        (CashFlow(START, float("nan")), "flow 1 on 2020-01-01 is nan"),
        (CashFlow(START, float("-inf")), "flow 1 on 2020-01-01 is -inf"),
        (CashFlow(date(1899, 12, 31), 1.0), "flow 1 is dated 1899-12-31, before 1900-01-01"),
    ],
)
def test_bad_flows_are_refused_with_their_place(flow: CashFlow, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        xirr([MICROSOFT[0], flow])
    with pytest.raises(ValueError, match=why):
        xnpv(0.1, [MICROSOFT[0], flow])


def test_a_rate_of_minus_one_discounts_nothing() -> None:
    with pytest.raises(ValueError, match="rate is -1"):
        xnpv(-1, MICROSOFT)


# ---- properties


@given(FLOWS, st.integers(1, 1_000))
def test_the_unit_of_money_does_not_count(flows: list[CashFlow], k: int) -> None:
    found, scaled = xirr(flows), xirr([CashFlow(f.on, k * f.amount) for f in flows])
    if isinstance(found, Undefined):
        assert isinstance(scaled, Undefined)
        assert scaled.reason is found.reason
        assert scaled.roots == pytest.approx(found.roots, rel=1e-11)
    else:
        assert scaled == pytest.approx(found, rel=1e-11)


@given(FLOWS.flatmap(lambda flows: st.tuples(st.just(flows), st.permutations(flows))))
def test_the_order_of_flows_does_not_count(both: tuple[list[CashFlow], list[CashFlow]]) -> None:
    flows, permuted = both
    assert xirr(permuted) == xirr(flows)


@given(FLOWS, st.dates(date(1990, 1, 1), date(2070, 1, 1)))
def test_a_zero_flow_does_not_count(flows: list[CashFlow], on: date) -> None:
    assume({f.amount > 0 for f in flows if f.amount} == {True, False})
    assert xirr([*flows, CashFlow(on, 0.0)]) == xirr(flows)


@given(ORDINARY, st.integers(0, 29), st.integers(1, 10**6))
def test_a_flow_in_two_parts_is_the_same_flow(flows: list[CashFlow], which: int, part: int) -> None:
    flow = flows.pop(which % len(flows))
    parts = [CashFlow(flow.on, flow.amount - part), CashFlow(flow.on, part)]
    assert xirr([*parts, *flows]) == xirr([flow, *flows])


@given(FLOWS, st.sampled_from(DayCount))
def test_at_each_rate_the_flows_are_worth_nothing(flows: list[CashFlow], by: DayCount) -> None:
    found = xirr(flows, day_count=by)
    rates = found.roots if isinstance(found, Undefined) else (found,)
    for rate in rates:
        if -0.9999 < rate < 1e6:
            gross = xnpv(rate, [CashFlow(f.on, abs(f.amount)) for f in flows], day_count=by)
            assert abs(xnpv(rate, flows, day_count=by)) <= 1e-10 * gross


@given(ORDINARY)
def test_an_ordinary_series_agrees_with_pyxirr(flows: list[CashFlow]) -> None:
    ours = xirr(flows)
    theirs = pyxirr.xirr([f.on for f in flows], [f.amount for f in flows])
    assume(theirs is not None and -0.999 < theirs < 99)
    assert ours == pytest.approx(theirs, rel=1e-6, abs=1e-8)


# ---- windows and short periods


def test_the_horizon_begins_with_the_opening_value() -> None:
    flows = _on(("2019-06-01", -900), ("2020-01-01", -50), ("2021-01-01", 30), ("2022-01-01", 99))
    start, end = date(2020, 1, 1), date(2021, 12, 31)
    expected = xirr(_on(("2020-01-01", -1_000), ("2021-01-01", 30), ("2021-12-31", 1_100)))
    assert horizon_irr(1_000, flows, 1_100, start, end) == expected


def test_a_holding_written_off_within_the_horizon_is_a_total_loss() -> None:
    assert horizon_irr(1_000, [], 0, date(2020, 1, 1), date(2021, 1, 1)) == -1.0
    assert _reason(horizon_irr(0, [], 0, START, date(2021, 1, 1))) is Reason.NO_FLOWS
    with pytest.raises(ValueError, match="ends on 2020-01-01, not after"):
        horizon_irr(1, [], 1, START, START)


def test_under_a_year_the_rate_turns_back_into_what_was_earned() -> None:
    end = START + timedelta(days=90)
    rate = xirr([CashFlow(START, -100), CashFlow(end, 103)])
    assert isinstance(rate, float)
    assert period_return(rate, START, end) == pytest.approx(0.03, rel=1e-12)
    assert period_return(-1.0, START, end) == -1.0


def test_day_counts_change_the_rate() -> None:
    flows = [CashFlow(date(2023, 1, 1), -100), CashFlow(date(2024, 1, 1), 110)]
    assert xirr(flows) == pytest.approx(0.1, rel=1e-13)
    assert xirr(flows, day_count=DayCount.THIRTY_E_360) == pytest.approx(0.1, rel=1e-13)
    assert xirr(flows, day_count=DayCount.ACT_ACT_ISDA) == pytest.approx(0.1, rel=1e-13)
    assert xirr(flows, day_count=DayCount.ACT_360) == pytest.approx(1.1 ** (360 / 365) - 1)


# ---- many series


@settings(max_examples=40)
@given(st.lists(FLOWS, max_size=8))
def test_many_series_are_answered_as_each_alone(series: list[list[CashFlow]]) -> None:
    flat = [flow for flows in series for flow in flows]
    many = xirr_many(
        np.array([flow.on for flow in flat], dtype="datetime64[D]"),
        np.array([flow.amount for flow in flat], dtype=np.float64),
        np.cumsum([0, *map(len, series)]),
    )
    assert len(many.rate) == len(many.reason) == len(many.roots) == len(series)
    for flows, rate, reason, roots in zip(series, *_columns(many), strict=True):
        alone = xirr(flows)
        assert np.isnan(rate) == (reason is not None)
        if isinstance(alone, Undefined):
            assert reason is alone.reason
            assert roots == pytest.approx(alone.roots, rel=1e-12, abs=1e-12)
        else:
            assert rate == pytest.approx(alone, rel=1e-12, abs=1e-12)
            assert roots == ()


def _columns(many: object) -> tuple[list[float], list[Reason | None], list[tuple[float, ...]]]:
    return many.rate.tolist(), many.reason.tolist(), list(many.roots)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("on", "amount", "start", "why"),
    [
        (["2020-01-01"], [1.0, 2.0], [0, 1], "shapes differ"),
        (["2020-01-01"], [float("nan")], [0, 1], "flow 0 is nan"),
        (["2020-01-01", "1899-01-01"], [1.0, 2.0], [0, 2], "flow 1 is dated 1899-01-01"),
        (["2020-01-01", "NaT"], [1.0, 2.0], [0, 2], "flow 1 is dated NaT"),
        (["2020-01-01"], [1.0], [0, 2], "start does not lead from 0 to 1"),
        (["2020-01-01"], [1.0], [0, 1, 0, 1], "start does not lead from 0 to 1"),
        (["2020-01-01"], [1.0], [], "shapes differ"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    on: list[str], amount: list[float], start: list[int], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        xirr_many(np.array(on, dtype="datetime64[D]"), amount, np.array(start, dtype=np.int64))


def test_periodic_reasons_and_refusals() -> None:
    assert _reason(irr([])) is Reason.NO_FLOWS
    assert _reason(irr([-1, -1])) is Reason.ONE_SIGN
    assert _reason(mirr([1, 1], 0.1, 0.1)) is Reason.ONE_SIGN
    with pytest.raises(ValueError, match="flow 1 is inf"):
        irr([1, float("inf")])
    with pytest.raises(ValueError, match="each is finite and above -1"):
        mirr([-1, 1], -1, 0.1)
