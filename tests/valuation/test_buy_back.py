"""A buy-back returns cost and interest; its instalments return the price, to the fen."""

from datetime import date

import numpy_financial as npf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation import buy_back

PAID, YEAR_LATER = date(2025, 1, 1), date(2026, 1, 1)


def test_simple_interest_is_reckoned_by_actual_days_over_365() -> None:
    paid = [(PAID, 100_000_000_00), (date(2025, 7, 1), 50_000_000_00)]
    # 1 亿 for 365 days and 0.5 亿 for 184 days at 8 %
    expected = 100_000_000_00 * 1.08 + 50_000_000_00 * (1 + 0.08 * 184 / 365)
    price = buy_back.price(paid, rate=0.08, on=YEAR_LATER, compounds=False)
    assert price == pytest.approx(expected)


def test_compound_interest_grows_on_itself_and_a_later_payment_does_not_count_yet() -> None:
    paid = [(PAID, 100), (date(2027, 6, 1), 100)]
    on = date(2026, 12, 31)  # 729 days
    price = buy_back.price(paid, rate=0.1, on=on, compounds=True)
    assert price == pytest.approx(100 * 1.1 ** (729 / 365))


def test_a_rate_below_zero_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="pays interest"):
        buy_back.price([(PAID, 1)], rate=-0.01, on=YEAR_LATER, compounds=False)


def test_three_instalments_are_the_level_payments_of_an_annuity() -> None:
    parts = buy_back.instalments(300_000_000_00, rate=0.08, count=3)
    level = -float(npf.pmt(0.08, 3, 300_000_000_00))
    assert [part.payment_fen for part in parts] == pytest.approx([level] * 3, abs=2)
    assert next(part.interest_fen for part in parts) == 24_000_000_00


@given(
    st.integers(1, 10**13),
    st.integers(0, 300_000),  # millionths, as an agreement names its rate
    st.integers(1, 20),
)
def test_the_principals_add_up_to_the_price(price_fen: int, ppm: int, count: int) -> None:
    parts = buy_back.instalments(price_fen, rate=ppm / 1_000_000, count=count)
    assert sum(part.principal_fen for part in parts) == price_fen
    assert len(parts) == count
