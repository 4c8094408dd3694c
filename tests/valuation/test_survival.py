"""The product-limit estimator equals the published one, and counts who is still waiting."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuation.figures import Reason, Undefined
from valuation.survival import kaplan_meier

# Weeks of remission under 6-mercaptopurine; False: still in remission when last seen.
# Source: Freireich et al. (1963), Blood 21(6), in Klein and Moeschberger, Survival Analysis
# (2nd ed., 2003), tables 1.1 and 4.1, where the estimate is printed to three decimals.
FREIREICH = (
    *((6, True), (6, True), (6, True), (6, False), (7, True), (9, False), (10, True)),
    *((10, False), (11, False), (13, True), (16, True), (17, False), (19, False), (20, False)),
    *((22, True), (23, True), (25, False), (32, False), (32, False), (34, False), (35, False)),
)
PRINTED = {  # week: survival, standard error
    6: (0.857, 0.076),
    7: (0.807, 0.087),
    10: (0.753, 0.096),
    13: (0.690, 0.107),
    16: (0.627, 0.114),
    22: (0.538, 0.128),
    23: (0.448, 0.135),
}
SPELLS = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=40)


def test_the_estimate_is_that_of_the_published_data_set() -> None:
    weeks, relapsed = zip(*FREIREICH, strict=True)
    curve = kaplan_meier(weeks, relapsed)
    assert list(curve.times) == list(PRINTED)
    assert list(curve.at_risk) == [21, 17, 15, 12, 11, 7, 6]
    for at, (survival, error) in zip(range(7), PRINTED.values(), strict=True):
        assert curve.survival[at] == pytest.approx(survival, abs=0.0006)
        assert curve.error[at] == pytest.approx(error, abs=0.0006)
    assert curve.median == 23


def test_while_more_than_half_waits_there_is_no_median() -> None:
    median = kaplan_meier([3, 9, 9], [True, False, False]).median
    assert isinstance(median, Undefined)
    assert median.reason is Reason.NOT_YET


def test_before_the_first_event_all_wait_and_after_it_fewer() -> None:
    curve = kaplan_meier([2, 4], [True, True])
    assert [curve.at(time) for time in (1, 2, 3, 4)] == [1.0, 0.5, 0.5, 0.0]


def test_bad_shapes_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        kaplan_meier([1, 2], [True])
    with pytest.raises(ValueError, match="negative"):
        kaplan_meier([-1], [True])


@given(SPELLS)
def test_without_anybody_still_waiting_it_is_the_share_that_took_longer(
    spells: list[tuple[int, bool]],
) -> None:
    times = [time for time, _ in spells]
    curve = kaplan_meier(times, [True] * len(times))
    for time in times:
        assert curve.at(time) == pytest.approx(sum(t > time for t in times) / len(times))


@given(SPELLS)
def test_the_share_waiting_only_falls(spells: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(*zip(*spells, strict=True))
    steps = [1.0, *curve.survival]
    assert all(later <= earlier for earlier, later in pairwise(steps))
