"""A mother fund's part of every firm below it, each firm once with the paths that lead to it."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import investments, lookthrough, marks
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.lookthrough import Edge, ways
from portfolio.marks import Method
from tests.portfolio.conftest import Book, open_book

PAID, MARKED = date(2024, 2, 1), date(2024, 6, 30)
NOW = Moment(as_of=MARKED)


def edge(upper: str, lower: str, share: Fraction) -> Edge:
    return Edge(
        upper=upper,
        lower=lower,
        partner_id="p",
        holding_id=None,
        committed_fen=1,
        share=share,
        is_demo=False,
    )


@pytest.fixture
def account(work, manager, book, mother):
    """The mother fund has promised a quarter of what is promised to the fund."""
    partner = book.partner("MF", 300_000_00, investor_fund_id=mother.fund.id)
    investments.hold_fund(work, manager, partner.id)
    book.contribute(300_000_00, on=PAID)
    return partner


@pytest.fixture
def firm(work, manager, second_manager, book):
    holding = book.holding("X")
    book.paid(holding, 200_000_00, PAID)
    prepared = marks.prepare(
        work,
        manager,
        investment_id=holding.id,
        as_of=MARKED,
        fair_value_fen=280_000_00,
        method=Method.NET_ASSETS,
        inputs={"net_assets": 1},
    )
    marks.approve(work, second_manager, prepared.id)
    return holding


def test_every_way_down_is_found_with_its_share() -> None:
    half, third = Fraction(1, 2), Fraction(1, 3)
    edges = [edge("m", "a", half), edge("m", "b", third), edge("a", "b", half)]
    assert dict(ways(edges, "m")) == {
        ("m",): 1,
        ("m", "a"): half,
        ("m", "b"): third,
        ("m", "a", "b"): Fraction(1, 4),
    }


def test_a_fund_sees_who_is_above_and_below(work, book, mother, account) -> None:
    above = lookthrough.structure(work, NOW, book.fund.id)
    below = lookthrough.structure(work, NOW, mother.fund.id)
    (parent,), (child,) = above.parents, below.children
    assert (parent.code, parent.share) == ("MF", Fraction(1, 4))
    assert (child.code, child.share) == ("HT", Fraction(1, 4))
    assert child.holding_id == account.holding_id
    assert child.value_fen == parent.value_fen == 75_000_00
    assert (above.children, below.parents) == ((), ())


@pytest.mark.usefixtures("account")
def test_the_mothers_part_of_a_firm_is_its_share_of_cost_and_value(
    work, mother, book, firm
) -> None:
    (share,) = lookthrough.structure(work, NOW, mother.fund.id).firms
    assert share.organisation_id == firm.organisation_id
    assert (share.cost_fen, share.fair_value_fen) == (50_000_00, 70_000_00)
    assert share.paths[0].funds == ("MF", "HT")
    whole = lookthrough.structure(work, NOW, book.fund.id)
    assert (whole.firms[0].fair_value_fen, whole.holdings_count) == (280_000_00, 1)


@pytest.mark.usefixtures("account")
def test_a_firm_on_two_paths_stands_once(work, manager, mother, firm) -> None:
    other = open_book(work, manager, "XW")
    other.partner("LP", 100_000_00)
    partner = other.partner("MF", 100_000_00, investor_fund_id=mother.fund.id)
    investments.hold_fund(work, manager, partner.id)
    other.contribute(200_000_00, on=PAID)
    other.paid(other.holding("X"), 60_000_00, PAID)
    found = lookthrough.structure(work, NOW, mother.fund.id)
    (share,) = found.firms
    assert share.organisation_id == firm.organisation_id
    assert [path.funds for path in share.paths] == [("MF", "XW"), ("MF", "HT")]
    assert share.fair_value_fen == 70_000_00 + 30_000_00
    assert found.holdings_count == 0


@pytest.mark.usefixtures("account", "firm")
def test_before_the_first_payment_no_firm_is_held(work, mother) -> None:
    early = Moment(as_of=date(2024, 1, 31))
    assert lookthrough.structure(work, early, mother.fund.id).firms == ()


# ---- to the fen
@given(
    st.lists(
        st.builds(Fraction, st.integers(0, 10**14), st.integers(1, 10**6)), min_size=1, max_size=9
    )
)
def test_the_paths_add_up_and_none_is_a_fen_off(exact: list[Fraction]) -> None:
    parts = lookthrough.shared_fen(exact)
    assert sum(parts) == round(sum(exact))
    assert all(abs(part - amount) < 1 for part, amount in zip(parts, exact, strict=True))


def test_three_paths_of_a_third_of_a_fen_are_one_fen() -> None:
    assert lookthrough.shared_fen([Fraction(1, 3)] * 3) == [1, 0, 0]


def test_one_firm_through_a_diamond_of_funds_adds_up(work, manager, book, mother, firm) -> None:
    """The mother is in HT straight and through a feeder, with a quarter on either path."""
    feeder = open_book(work, manager, "FF")
    for lower, upper in ((book, mother), (book, feeder), (feeder, mother)):
        partner = lower.partner(upper.fund.code, 450_000_00, investor_fund_id=upper.fund.id)
        investments.hold_fund(work, manager, partner.id)
    (share,) = lookthrough.structure(work, NOW, mother.fund.id).firms
    assert {path.funds: path.share for path in share.paths} == {
        ("MF", "HT"): Fraction(1, 4),
        ("MF", "FF", "HT"): Fraction(1, 4),
    }
    assert sum(path.cost_fen for path in share.paths) == share.cost_fen == 100_000_00
    assert sum(path.fair_value_fen for path in share.paths) == share.fair_value_fen


# ---- what is refused
@pytest.mark.usefixtures("account")
def test_a_circle_of_funds_is_refused(book, mother) -> None:
    with pytest.raises(DomainError, match=r"closes a circle.*Choose another investor"):
        mother.partner("HT", 1_00, investor_fund_id=book.fund.id)


# ---- how deep funds may be nested
def chain(work: Work, manager: Actor, *codes: str) -> list[Book]:
    """Funds of which each has committed to the next one."""
    books = [open_book(work, manager, code) for code in codes]
    for upper, lower in pairwise(books):
        lower.partner(upper.fund.code, 1_000_00, investor_fund_id=upper.fund.id)
    return books


def test_three_levels_below_a_fund_are_taken_and_a_fourth_is_refused(work, manager) -> None:
    *_, last = chain(work, manager, "N0", "N1", "N2", "N3")
    below = open_book(work, manager, "N4")
    with pytest.raises(DomainError, match=r"4 levels of funds .* allow 3"):
        below.partner("X", 1_000_00, investor_fund_id=last.fund.id)


def test_the_terms_of_a_fund_above_set_the_limit_whatever_lies_below(work, manager) -> None:
    lower, _ = chain(work, manager, "L0", "L1")
    upper = open_book(work, manager, "U0")
    upper.terms(nesting_limit=1)
    with pytest.raises(DomainError, match=r"2 levels of funds .* allow 1"):
        lower.partner("U0", 1_000_00, investor_fund_id=upper.fund.id)
