"""A value is worked out of its assumptions, calibrated to the price that was paid."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import appraisals, marks
from portfolio.appraisals import Basis, Level, UnitOfAccount
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.marks import Method
from valuation.fair_value import Technique

PAID, Q2 = date(2024, 2, 1), date(2024, 6, 30)
WAN = 1_000_000
BASIS = Basis(level=Level.UNOBSERVABLE, unit_of_account=UnitOfAccount.HOLDING, events="无")
ENTRY = {"metric": 1_000 * WAN, "peer_multiple": 8.0, "net_debt": 2_000 * WAN, "share": 0.25}
MULTIPLE: dict[str, Any] = {
    "once": {"price": 2_000 * WAN},
    "earlier": ENTRY,
    "now": {**ENTRY, "metric": 1_200 * WAN, "peer_multiple": 9.0},
}


def test_a_multiple_is_moved_by_the_premium_paid_at_entry() -> None:
    """By hand: 2000/25 % + 2000 = 10 000; ÷ 1000 = 10×, 1.25 of the peers' 8×; now 11.25 × 1200."""
    found = appraisals.appraise(Technique.MULTIPLE, Q2, **MULTIPLE)
    assert found.premium == pytest.approx(1.25)
    assert found.calibration_fen == 500 * WAN  # 2000 less 25 % of (8 × 1000 - 2000)
    assert found.value_fen == 2_875 * WAN  # 25 % of (13 500 - 2000)
    assert found.method is Method.MULTIPLES


def test_net_assets_keep_the_discount_of_the_entry() -> None:
    earlier = {"assets": 500 * WAN, "liabilities": 100 * WAN, "share": 0.5}
    found = appraisals.appraise(
        Technique.NET_ASSETS,
        Q2,
        once={"price": 180 * WAN},
        earlier=earlier,
        now={**earlier, "assets": 600 * WAN},
    )
    assert found.premium == pytest.approx(0.9)
    assert found.value_fen == 225 * WAN  # 0.9 × 50 % of 500


def test_a_forecast_is_discounted_at_the_rate_that_the_price_implied() -> None:
    """By hand: 100 for 121 in two years is 10 %, 2 points over 8; now 9 + 2 = 11 %, one year on."""
    found = appraisals.appraise(
        Technique.DCF,
        Q2,
        once={"price": 100 * WAN},
        earlier={"cash_flows": (0, 121 * WAN), "market_rate": 0.08, "share": 1.0},
        now={"cash_flows": (111 * WAN,), "market_rate": 0.09, "share": 1.0},
    )
    assert found.premium == pytest.approx(0.02)
    assert found.value_fen == 100 * WAN


def test_a_funds_nav_is_rolled_forward_by_what_was_paid_since() -> None:
    once = {
        "reported_nav": 50 * WAN,
        "reported_on": date(2024, 3, 31),
        "carried": 48 * WAN,
        "contributed_since": 5 * WAN,
    }
    found = appraisals.appraise(Technique.FUND_NAV, Q2, once=once, earlier={}, now={})
    assert (found.value_fen, found.calibration_fen) == (55 * WAN, 2 * WAN)


def test_the_price_of_a_round_is_a_value_on_its_own_day_only() -> None:
    once = {"price": 100 * WAN, "paid_on": PAID}
    found = appraisals.appraise(Technique.RECENT_INVESTMENT, PAID, once=once, earlier={}, now={})
    assert found.value_fen == 100 * WAN
    with pytest.raises(DomainError, match=r"2024-06-30 it is only an anchor.*another technique"):
        appraisals.appraise(Technique.RECENT_INVESTMENT, Q2, once=once, earlier={}, now={})


@given(
    price=st.integers(1, 10**13),
    metric=st.integers(1, 10**13),
    multiple=st.floats(0.1, 100),
    share=st.floats(0.001, 1),
)
def test_on_the_assumptions_of_the_entry_the_value_is_the_price(
    price: int, metric: int, multiple: float, share: float
) -> None:
    same = {"metric": metric, "peer_multiple": multiple, "share": share}
    found = appraisals.appraise(
        Technique.MULTIPLE, Q2, once={"price": price}, earlier=same, now=same
    )
    assert found.value_fen == pytest.approx(price, rel=1e-9, abs=1)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"once": {}}, "price is missing"),
        ({"once": {"price": 0}}, "price must be above zero"),
        ({"now": {**ENTRY, "metric": -1}}, "metric must be above zero"),
        ({"earlier": {**ENTRY, "net_debt": -90_000 * WAN}}, "cannot be calibrated"),
    ],
)
def test_assumptions_that_cannot_be_are_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(DomainError, match=why):
        appraisals.appraise(Technique.MULTIPLE, Q2, **MULTIPLE | change)


def test_silence_about_events_is_refused() -> None:
    found = appraisals.appraise(Technique.MULTIPLE, Q2, **MULTIPLE)
    silent = Basis(level=Level.OBSERVABLE, unit_of_account=UnitOfAccount.HOLDING, events=" ")
    with pytest.raises(DomainError, match="events since the last round"):
        appraisals.stored(found, silent)


def test_the_mark_keeps_what_it_takes_to_work_it_out_again(work, manager, book) -> None:
    holding = book.holding()
    book.paid(holding, 100_000_00, PAID)
    found = appraisals.appraise(Technique.MULTIPLE, Q2, **MULTIPLE)
    marks.prepare(
        work,
        manager,
        investment_id=holding.id,
        as_of=Q2,
        fair_value_fen=found.value_fen,
        method=found.method,
        inputs=appraisals.stored(found, BASIS),
    )
    (kept,) = marks.history(work, Moment(as_of=Q2), holding.id)
    again = appraisals.appraise(
        Technique(kept.inputs["technique"]),
        kept.as_of,
        once={"price": kept.inputs["price"]},
        earlier=kept.inputs["earlier"],
        now=kept.inputs["now"],
    )
    assert again.value_fen == kept.fair_value_fen == found.value_fen
    assert (kept.inputs["level"], kept.inputs["events"]) == (3, "无")
