"""Pooled returns: flows are added up, rates never are; money from outside counts once."""

from dataclasses import replace
from datetime import date

import pytest

from portfolio import investments, pooled
from portfolio.accounts import Line
from portfolio.kernel.actors import Role
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.pooled import WHOLE, Member
from tests.portfolio.conftest import BEGAN, open_book
from valuation.figures import Reason, Undefined
from valuation.irr import CashFlow

END = date(2026, 1, 1)
NOW = Moment(as_of=END)
YEAR = date(2023, 1, 1), date(2024, 1, 1)  # 365 days


def member(key: str, paid_in: int, value: int) -> Member:
    return Member(
        key=key,
        flows=(CashFlow(YEAR[0], -paid_in),),
        paid_in_fen=paid_in,
        paid_out_fen=0,
        value_fen=value,
    )


def test_the_rate_of_a_pool_is_that_of_its_flows_not_the_average() -> None:
    found = pooled.pools([member("A", 100, 110), member("B", 1_000, 1_500)], YEAR[1])
    assert found["A"].rate == pytest.approx(0.1)
    assert found["B"].rate == pytest.approx(0.5)
    assert found[WHOLE].rate == pytest.approx(1_610 / 1_100 - 1)
    assert found[WHOLE].multiple == pytest.approx(1_610 / 1_100)
    assert found[WHOLE].members == 2


def test_members_of_one_key_are_one_pool() -> None:
    found = pooled.pools([member("A", 100, 110), member("A", 100, 130)], YEAR[1])
    assert found.keys() == {"A", WHOLE}
    assert found["A"].rate == pytest.approx(0.2)


def test_a_pool_younger_than_a_year_shows_the_return_of_its_period() -> None:
    young = pooled.pools([member("A", 100, 103)], date(2023, 7, 1))["A"]
    assert young.is_period
    assert young.rate == pytest.approx(0.03)


def test_without_members_or_flows_nothing_is_known() -> None:
    nothing = pooled.pools([], YEAR[1])[WHOLE]
    still = pooled.pools([replace(member("A", 0, 0), flows=())], YEAR[1])["A"]
    for pool in (nothing, still):
        assert isinstance(pool.rate, Undefined)
        assert pool.rate.reason is Reason.NO_FLOWS
        assert isinstance(pool.multiple, Undefined)
        assert pool.first_on is None


def test_what_a_mother_fund_has_in_a_sub_fund_counts_once(work, manager, book, mother) -> None:
    below = book.partner("MF", 90_000_00, investor_fund_id=mother.fund.id)
    investments.hold_fund(work, manager, below.id)
    book.move(99_000_00, Line.CONTRIBUTIONS, date(2025, 1, 2))
    accounts = pooled.outside_accounts(work, manager, NOW)
    assert below.id not in {one.partner_id for one in accounts}
    assert {one.vintage for one in accounts} == {2024}
    whole = pooled.pools((one.member for one in accounts), END)[WHOLE]
    outside = 600_000_00 + 99_000_00 * 10 // 11 + 300_000_00
    assert whole.paid_in_fen == outside


def test_an_investor_in_two_funds_is_one_pool(work, manager, book) -> None:
    other = open_book(work, manager, "XW")
    first = pooled.outside_accounts(work, manager, NOW)[0]
    other.partner("LP1", 100_000_00, organisation_id=first.investor_id)
    other.contribute(50_000_00, date(2025, 1, 2))
    accounts = pooled.outside_accounts(work, manager, NOW)
    found = pooled.pools((replace(one.member, key=one.investor_id) for one in accounts), NOW.as_of)
    assert found[first.investor_id].members == 2
    assert found[first.investor_id].paid_in_fen == first.member.paid_in_fen + 50_000_00
    assert found[first.investor_id].first_on == BEGAN


def test_a_holding_is_pooled_with_what_it_paid_back(work, manager, book) -> None:
    holding = book.holding()
    book.paid(holding, 200_000_00, date(2024, 2, 1))
    (held,) = pooled.firm_holdings(work, manager, NOW).values()
    assert held.key == holding.id
    assert (held.paid_in_fen, held.paid_out_fen, held.value_fen) == (200_000_00, 0, 200_000_00)


def test_an_investor_may_not_read_the_pools(work, book, manager) -> None:
    lp = replace(manager, role=Role.LP)
    for read in (pooled.outside_accounts, pooled.firm_holdings):
        with pytest.raises(DomainError):
            read(work, lp, NOW)
