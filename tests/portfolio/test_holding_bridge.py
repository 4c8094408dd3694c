"""Opening, invested, realised, unrealised, closing: a quarter's steps explain it to the fen."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import exits, holding_bridge, investments, ledger, marks
from portfolio.accounts import AccountCode
from portfolio.holding_bridge import Step, bridges
from portfolio.ledger import Moment
from portfolio.marks import Method
from valuation.periods import Quarter

FEB, MARCH, MAY, AUGUST, END = (
    date(2024, 2, 1),
    date(2024, 3, 31),
    date(2024, 5, 6),
    date(2024, 8, 8),
    date(2024, 12, 31),
)


@pytest.fixture
def holding(work, manager, second_manager, book):
    """Paid 100,000 in Q1 and marked at 130,000.01; 40 % sold for 60,000 in Q2; 5,000 more in Q3."""
    holding = book.holding()
    book.paid(holding, 100_000_00, FEB)
    mark = marks.prepare(
        work,
        manager,
        investment_id=holding.id,
        as_of=MARCH,
        fair_value_fen=130_000_01,
        method=Method.NET_ASSETS,
        inputs={"a": 1},
    )
    marks.approve(work, second_manager, mark.id)
    exits.realise(work, manager, holding.id, on=MAY, proceeds_fen=60_000_00, cost_fen=40_000_00)
    exits.receive_income(work, manager, holding.id, on=AUGUST, amount_fen=700_00)
    book.paid(holding, 5_000_00, AUGUST)
    return holding


def test_each_step_of_a_story_stands_in_its_quarter(work, holding) -> None:
    q1, q2, q3, q4 = holding_bridge.of_holding(work, Moment(as_of=END), holding.id)
    assert (q1.opening_fen, q1.invested_fen, q1.realised_fen) == (0, 100_000_00, 0)
    assert (q1.unrealised_fen, q1.closing_fen) == (30_000_01, 130_000_01)
    assert (q2.realised_fen, q2.proceeds_fen) == (-40_000_00, 60_000_00)
    assert (q3.invested_fen, q3.realised_fen, q3.proceeds_fen) == (5_000_00, 0, 700_00)
    assert (q4.opening_fen, q4.invested_fen, q4.unrealised_fen) == (q3.closing_fen, 0, 0)


def test_the_closing_value_is_what_the_books_carry(work, holding) -> None:
    for bridge in holding_bridge.of_holding(work, Moment(as_of=END), holding.id):
        moment = Moment(as_of=bridge.quarter.end)
        carried = investments.carried_fen(work, moment, [holding.id])[holding.id]
        assert bridge.closing_fen == sum(carried)


def test_a_reversed_payment_leaves_nothing_invested(work, manager, book) -> None:
    holding = book.holding("I2")
    book.paid(holding, 100_000_00, FEB)
    paid = investments.movements(work, Moment(as_of=END), [holding.id])[0]
    ledger.reverse(work, manager, paid.transaction_id, reason="错付")
    first = holding_bridge.of_holding(work, Moment(as_of=END), holding.id)[0]
    assert (first.invested_fen, first.realised_fen, first.closing_fen) == (0, 0, 0)


def test_without_a_step_there_is_no_bridge(work, book) -> None:
    assert holding_bridge.of_holding(work, Moment(as_of=END), book.holding("I3").id) == []


STEPS = st.builds(
    Step,
    st.dates(date(2022, 1, 1), END),
    st.sampled_from(
        (AccountCode.INVESTMENTS_COST.value, AccountCode.INVESTMENTS_UNREALISED.value, "proceeds")
    ),
    st.integers(-(10**12), 10**12).filter(bool),
    st.booleans(),
)


@given(st.lists(STEPS, min_size=1))
def test_the_bridges_join_and_lose_no_fen(steps: list[Step]) -> None:
    found = bridges(steps, Quarter.containing(END))
    assert found[0].opening_fen == 0
    assert found[-1].closing_fen == sum(step.fen for step in steps if step.kind != "proceeds")
    for left, right in pairwise(found):
        assert (left.closing_fen, left.quarter.next) == (right.opening_fen, right.quarter)
