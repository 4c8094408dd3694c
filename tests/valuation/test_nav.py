import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.nav import Bridge, NavLine, bridge

MOVES = st.lists(st.tuples(st.sampled_from(NavLine), st.integers(-(10**15), 10**15)))


def test_a_quarter_is_explained_step_by_step() -> None:
    flows = [
        (NavLine.CONTRIBUTIONS, 300),
        (NavLine.FEES, -20),
        (NavLine.REALISED, 45),
        (NavLine.DISTRIBUTIONS, -100),
        (NavLine.UNREALISED, -25),
        (NavLine.FEES, -5),
    ]
    assert bridge(1_000, 1_195, flows) == Bridge(
        opening=1_000,
        contributions=300,
        distributions=-100,
        fees=-25,
        realised=45,
        unrealised=-25,
        closing=1_195,
    )


def test_an_unexplained_fen_is_refused_and_named() -> None:
    with pytest.raises(ValueError, match="from 1000 to 1301 fen: 1 fen unexplained"):
        bridge(1_000, 1_301, [(NavLine.CONTRIBUTIONS, 300)])


def test_an_unknown_line_is_refused() -> None:
    with pytest.raises(ValueError, match="gifts"):
        bridge(0, 1, [("gifts", 1)])


@given(st.integers(-(10**15), 10**15), MOVES)
def test_the_bridge_sums_to_the_fen(opening: int, flows: list[tuple[NavLine, int]]) -> None:
    closing = opening + sum(amount for _, amount in flows)
    b = bridge(opening, closing, flows)
    steps = b.contributions + b.distributions + b.fees + b.realised + b.unrealised
    assert b.opening + steps == b.closing == closing
