"""Prose: figures are places, and a number is never typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import prose
from portfolio.kernel.errors import DomainError

PLACES = ("nav", "own_unfunded")


@pytest.mark.parametrize(
    "text",
    ["净值 1580 万元", "净值１５８０万元", "落地三家", "增长百分之五", "{navv}", "{nav", "}", "{}"],
)
def test_a_typed_number_and_a_place_that_is_none_are_refused(text: str) -> None:
    with pytest.raises(DomainError):
        prose.check(text, PLACES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "统一部署，一并推进。",
        "经第二人审批。",
        "第二十二期",
        "净值 {nav}，未缴 {own_unfunded}。",
    ],
)
def test_words_and_known_places_pass(text: str) -> None:
    prose.check(text, PLACES)


@given(st.text(alphabet="本季净值变动一致，。{}nav", max_size=40))
def test_what_passes_the_check_can_always_be_filled(text: str) -> None:
    try:
        prose.check(text, PLACES)
    except DomainError:
        return
    assert "{" not in text.format_map(dict.fromkeys(PLACES, "x"))
