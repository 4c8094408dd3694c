"""Carry by the waterfall of the fund's own flows: what the investors give, the partner gets."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import (
    book_checks,
    capital,
    carry,
    carry_flows,
    commitments,
    distributions,
    exits,
    ledger,
    organisations,
    performance,
    performance_figures,
    returns,
    terms,
)
from portfolio.accounts import AccountCode, Line
from portfolio.carry_flows import Flows
from portfolio.commitments import PartnerKind
from portfolio.distributions import Purpose
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.postings import Posting, to_partners
from portfolio.term_sheet import Model, Terms
from tests.portfolio.conftest import open_book
from valuation.periods import Quarter
from valuation.waterfall import CarryTerms

IN, OUT = date(2025, 1, 1), date(2026, 1, 1)  # 365 days: a preferred return of exactly 8 %
AGREED = Terms(preferred_return=0.08, carried_interest=0.2, catch_up=1.0)


@pytest.fixture
def fund(work, manager):
    """Two investors of 2:1 and a general partner with a tenth: 1,000,000 yuan paid in."""
    opened = open_book(work, manager, "CARRY")
    opened.partner("LP1", 1_200_000_00)
    opened.partner("LP2", 600_000_00)
    of = organisations.create(work, manager, name="管理人")
    commitments.admit(
        work,
        manager,
        fund_id=opened.fund.id,
        code="GP",
        name="管理人",
        kind=PartnerKind.GP,
        committed_fen=200_000_00,
        effective_date=date(2024, 1, 2),
        organisation_id=of.id,
    )
    opened.contribute(1_000_000_00, on=IN)
    agree(opened, AGREED)
    return opened


def agree(book, agreed: Terms) -> None:
    terms.agree(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        terms=agreed,
        valid_from=date(2024, 1, 2),
        reason="合伙协议",
    )


def accrue(book, on: date = OUT) -> carry.CarryPosition:
    return carry.accrue(book.work, book.actor, book.fund.id, on)


def distribute(book, fen: int, on: date = OUT) -> None:
    distributions.distribute(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        paid_on=on,
        parts={Purpose.RETURN_OF_CAPITAL: fen},
    )


def rows(book, code: str, on: date = OUT) -> dict[int, int]:
    """Return {row: fen since inception} of one account, of the fund with "TOTAL"."""
    accounts = capital.accounts(book.work, Moment(as_of=on), book.fund.id).accounts
    ids = {one.code: one.partner_id for one in accounts} | {"TOTAL": None}
    lines = capital.statement(
        book.work, fund_id=book.fund.id, partner_id=ids[code], quarter=Quarter.containing(on)
    )
    return {line.row: line.itd_fen for line in lines}


def whole(book) -> None:
    """The books are whole, and carry is on both sides."""
    assert [one.findings for one in book_checks.check(book.work)] == [()] * 5
    assert carry.one_sided_fen(book.work, Moment(as_of=date.max), book.fund.id) == 0


# ---- European: the fund as a whole
@pytest.fixture
def gained(fund):
    """300,000 yuan of gain: the investors' 270,000 are beyond the hurdle of 72,000."""
    fund.move(300_000_00, Line.REALISED_GAIN, OUT)
    return fund


def test_carry_accrues_on_a_liquidation_at_nav(gained) -> None:
    found = accrue(gained)
    assert (found.accrued_fen, found.earned_fen) == (54_000_00, 0)  # 20 % of 270,000
    assert [rows(gained, who)[97] for who in ("LP1", "LP2", "GP", "TOTAL")] == [
        -36_000_00,
        -18_000_00,
        54_000_00,
        0,
    ]
    whole(gained)


def test_a_second_run_books_nothing(gained) -> None:
    accrue(gained)
    known = ledger.last_seq(gained.work)
    accrue(gained)
    assert ledger.last_seq(gained.work) == known


def test_what_is_distributed_is_earned_and_the_rest_stays_accrued(gained) -> None:
    accrue(gained)
    distribute(gained, 1_000_000_00)  # the capital
    assert accrue(gained).earned_fen == 0
    distribute(gained, 140_000_00)  # the investors' 126,000: 72,000, 18,000, and 20 % of 36,000
    found = accrue(gained)
    assert (found.earned_fen, found.accrued_fen) == (25_200_00, 28_800_00)
    whole(gained)


@pytest.fixture
def earned(gained):
    distribute(gained, 1_140_000_00)
    accrue(gained)
    return gained


def pay(book, fen: int, on: date = OUT) -> None:
    carry.pay(book.work, book.actor, book.fund.id, amount_fen=fen, paid_on=on)


def test_paying_carry_takes_cash_from_the_general_partners_account_alone(earned) -> None:
    before = {who: rows(earned, who) for who in ("LP1", "GP", "TOTAL")}
    pay(earned, 25_200_00)
    after = {who: rows(earned, who) for who in ("LP1", "GP", "TOTAL")}
    assert after["LP1"][95] == before["LP1"][95]
    assert after["GP"][95] == before["GP"][95] - 25_200_00
    assert after["GP"][14] == before["GP"][14] - 25_200_00
    assert (after["LP1"][101], after["GP"][101]) == (16_800_00, -25_200_00)
    assert (after["LP1"][103], after["GP"][103]) == (-19_200_00, 28_800_00)
    whole(earned)


def test_paying_carry_leaves_all_of_it_what_it_was(earned) -> None:
    pay(earned, 25_200_00)
    found = accrue(earned)
    assert found.accrued_fen + found.earned_fen == 54_000_00
    assert found.earned_fen == 30_240_00  # the payment itself is beyond the catch-up


def net(book) -> performance.FundPerformance:
    return performance.fund_performance(book.work, Moment(as_of=OUT), book.fund.id)


def test_a_funds_net_figures_leave_carry_out(gained) -> None:
    before = net(gained)
    assert (before.net_nav_fen, before.tvpi) == (1_300_000_00, pytest.approx(1.3))
    accrue(gained)
    after = net(gained)
    assert (after.nav_fen, after.net_nav_fen) == (1_300_000_00, 1_246_000_00)  # 54,000 of carry
    assert after.tvpi == pytest.approx(1.246)
    assert after.net_irr == pytest.approx(0.246)  # one year of 365 days


def test_paying_carry_moves_no_net_figure(earned) -> None:
    before = net(earned)
    pay(earned, 25_200_00)
    after = net(earned)
    assert (after.net_distributed_fen, after.net_nav_fen) == (1_140_000_00, 106_000_00)
    assert (after.dpi, after.tvpi, after.net_irr) == (before.dpi, before.tvpi, before.net_irr)
    assert after.distributed_fen == 1_165_200_00
    (since,) = [
        one
        for one in returns.fund_returns(earned.work, Moment(as_of=OUT), earned.fund.id).horizons
        if one.code == "irr_itd"
    ]
    assert since.value == pytest.approx(after.net_irr)


def test_each_net_figure_opens_to_rows_that_add_up_to_it(earned) -> None:
    pay(earned, 25_200_00)
    found = performance_figures.figures(earned.work, Moment(as_of=OUT), earned.fund.id)
    by_code = {figure.code: figure for figure in found}
    for code in ("nav", "net_nav", "distributed", "net_distributed"):
        figure = by_code[code]
        assert sum(row.amount_fen for row in figure.rows) == figure.value, code


def test_no_more_is_paid_than_was_earned(earned) -> None:
    with pytest.raises(DomainError, match="25,200 yuan is free"):
        pay(earned, 25_200_01)


def test_escrow_holds_what_was_earned_and_not_paid(earned) -> None:
    for fen in (20_000_00, -5_000_00):
        carry.hold(earned.work, earned.actor, earned.fund.id, amount_fen=fen, on=OUT)
    assert [rows(earned, who)[99] for who in ("LP1", "LP2", "GP")] == [
        -10_000_00,
        -5_000_00,
        15_000_00,
    ]
    with pytest.raises(DomainError, match="10,200 yuan is free"):
        pay(earned, 10_201_00)
    with pytest.raises(DomainError, match="15,000 yuan is free"):
        carry.hold(earned.work, earned.actor, earned.fund.id, amount_fen=-15_000_01, on=OUT)
    pay(earned, 10_200_00)


LATER = date(2026, 3, 31)


@pytest.fixture
def lost(earned):
    """Carry was paid; then 500,000 yuan were called and lost."""
    pay(earned, 25_200_00)
    earned.contribute(500_000_00, on=LATER)
    earned.move(-500_000_00, Line.REALISED_GAIN, LATER)
    return earned


def test_what_was_paid_and_is_no_longer_earned_comes_back(lost) -> None:
    found = accrue(lost, LATER)
    assert (found.accrued_fen, found.earned_fen, found.to_return_fen) == (0, 0, 25_200_00)
    carry.give_back(lost.work, lost.actor, lost.fund.id, amount_fen=25_200_00, received_on=LATER)
    after = accrue(lost, LATER)
    assert (after.paid_fen, after.returned_fen, after.to_return_fen) == (0, 25_200_00, 0)
    assert (rows(lost, "LP1", LATER)[102], rows(lost, "GP", LATER)[102]) == (-16_800_00, 25_200_00)
    assert rows(lost, "LP1", LATER)[103] == 0
    whole(lost)


def test_no_more_comes_back_than_is_due(lost) -> None:
    with pytest.raises(DomainError, match="no longer earned"):
        carry.give_back(lost.work, lost.actor, lost.fund.id, amount_fen=1, received_on=LATER)


def test_without_terms_or_general_partner_there_is_no_carry(book) -> None:
    with pytest.raises(DomainError, match="general partner"):
        accrue(book)


# ---- American: deal by deal
@pytest.fixture
def two_deals(fund):
    """A cost 100,000 and was sold for 200,000 a year later; B cost 100,000 and is held."""
    agree(fund, replace(AGREED, model=Model.AMERICAN))
    sold, held = fund.holding("A"), fund.holding("B")
    for one in (sold, held):
        fund.paid(one, 100_000_00, on=IN)
    exits.realise(
        fund.work, fund.actor, sold.id, on=OUT, proceeds_fen=200_000_00, cost_fen=100_000_00
    )
    return fund, held


def test_a_sold_deal_earns_its_carry_by_itself(two_deals) -> None:
    fund, _ = two_deals
    found = accrue(fund)
    assert (found.earned_fen, found.accrued_fen) == (18_000_00, 0)  # 20 % of 90,000
    whole(fund)


def test_a_loss_elsewhere_takes_back_what_the_fund_as_a_whole_does_not_owe(two_deals) -> None:
    fund, held = two_deals
    accrue(fund)
    by = commitments.shares(fund.work, fund.fund.id, on=OUT)
    down = Posting(
        account=AccountCode.INVESTMENTS_UNREALISED, amount_fen=-50_000_00, investment_id=held.id
    )
    ledger.post(
        fund.work,
        fund.actor,
        fund_id=fund.fund.id,
        tag="test",
        subject_id=held.id,
        effective_date=OUT,
        postings=[down, *to_partners(-50_000_00, Line.UNREALISED_GAIN, by)],
    )
    found = accrue(fund)
    assert (found.earned_fen, found.accrued_fen) == (9_000_00, 0)  # 20 % of 45,000
    whole(fund)


def test_a_cost_of_the_fund_is_borne_by_the_deals(two_deals) -> None:
    fund, _ = two_deals
    fund.move(-40_000_00, Line.MANAGEMENT_FEES, OUT)
    # The investors' 36,000 are shared by cost: 18,000 on A, so 20 % of 72,000.
    flows = carry_flows.read(
        fund.work,
        Moment(as_of=OUT),
        fund.fund.id,
        terms.carry_terms(fund.work, fund.fund.id, OUT),
    )
    assert sum(flow[1] for flow in flows.calls) == 216_000_00
    found = carry_flows.carry_of(
        flows, CarryTerms(preferred_return=0.0, carried_interest=0.2, model="american")
    )
    assert found.earned_fen == 10_800_00  # the fund as a whole made 54,000


# ---- laws
FEN = st.integers(min_value=0, max_value=10**13)


@given(st.lists(FEN, min_size=1, max_size=4), st.lists(FEN, max_size=4), FEN)
def test_carry_is_never_more_than_its_share_of_the_profit(called, paid, worth) -> None:
    agreed = CarryTerms(preferred_return=0.0, carried_interest=0.2)
    flows = Flows(
        calls=tuple((IN, fen) for fen in called),
        distributions=tuple((OUT, fen) for fen in paid),
        liquidation=((OUT, worth),),
    )
    found = carry_flows.carry_of(flows, agreed)
    profit = max(0, sum(paid) + worth - sum(called))
    assert 0 <= found.total_fen <= profit / 5 + 1


@given(st.lists(FEN, max_size=5), FEN)
def test_what_came_back_is_taken_off_the_latest_payments(paid, back) -> None:
    days = [(date(2026, 1, day), fen) for day, fen in enumerate(paid, start=1)]
    left = carry_flows.less_returned(days, back)
    assert sum(fen for _, fen in left) == max(0, sum(paid) - back)
    assert all(fen > 0 and (on, fen) <= (on, dict(days)[on]) for on, fen in left)
