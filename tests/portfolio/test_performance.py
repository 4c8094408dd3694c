"""Multiples and rates of a fund, recomputed here from the flows that the books were given."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import exits, ledger, marks, performance, performance_figures
from portfolio.accounts import Line
from portfolio.figures import Source, Unit
from portfolio.ledger import Moment
from portfolio.marks import Method
from portfolio.performance import curve
from tests.portfolio.conftest import BEGAN
from valuation.figures import Reason, Undefined
from valuation.irr import CashFlow
from valuation.periods import Quarter

PAID, FEE, SOLD, END = date(2024, 2, 1), date(2024, 3, 31), date(2024, 12, 1), date(2025, 12, 31)
NOW = Moment(as_of=END)


@pytest.fixture
def fund(work, manager, second_manager, book):
    """600,000 in; 300,000 invested; 10,000 fee; a third sold at twice its cost; 150,000 back."""
    firm = book.holding()
    book.paid(firm, 300_000_00, PAID)
    book.move(-10_000_00, Line.MANAGEMENT_FEES, FEE)
    exits.realise(work, manager, firm.id, on=SOLD, proceeds_fen=200_000_00, cost_fen=100_000_00)
    book.move(-150_000_00, Line.DISTRIBUTIONS, SOLD, "distribution:gain")
    prepared = marks.prepare(
        work,
        manager,
        investment_id=firm.id,
        as_of=END,
        fair_value_fen=260_000_00,
        method=Method.NET_ASSETS,
        inputs={"net_assets": 1},
    )
    marks.approve(work, second_manager, prepared.id)
    return book.fund


def worth(rate: float, flows: list[tuple[date, int]]) -> float:
    return sum(fen * (1 + rate) ** (-(on - flows[0][0]).days / 365) for on, fen in flows)


def test_the_amounts_of_a_fund(work, fund) -> None:
    found = performance.fund_performance(work, NOW, fund.id)
    assert found.committed_fen == 900_000_00
    assert found.paid_in_fen == 600_000_00
    assert found.distributed_fen == 150_000_00
    assert found.cash_fen == 600_000_00 - 300_000_00 - 10_000_00 + 200_000_00 - 150_000_00
    assert (found.cost_fen, found.fair_value_fen) == (200_000_00, 260_000_00)
    assert found.nav_fen == found.cash_fen + found.fair_value_fen == 600_000_00
    assert (found.fees_fen, found.payables_fen) == (10_000_00, 0)


def test_its_multiples(work, fund) -> None:
    found = performance.fund_performance(work, NOW, fund.id)
    assert found.pic == pytest.approx(600 / 900)
    assert (found.dpi, found.rvpi, found.tvpi) == (0.25, 1.0, 1.25)
    assert found.moic == pytest.approx((200 + 260) / 300)


def test_its_rates_bring_the_flows_to_nothing(work, fund) -> None:
    found = performance.fund_performance(work, NOW, fund.id)
    net = [(BEGAN, -600_000_00), (SOLD, 150_000_00), (END, 600_000_00)]
    gross = [(PAID, -300_000_00), (SOLD, 200_000_00), (END, 260_000_00)]
    assert worth(found.net_irr, net) == pytest.approx(0, abs=1)
    assert worth(found.gross_irr, gross) == pytest.approx(0, abs=1)
    assert 0.05 < found.net_irr < 0.20 < found.gross_irr


def test_known_before_the_mark_the_mark_is_not_in_it(work, fund) -> None:
    known_seq = ledger.last_seq(work) - 1
    found = performance.fund_performance(work, Moment(as_of=END, known_seq=known_seq), fund.id)
    assert found.nav_fen == 540_000_00
    assert found.tvpi == pytest.approx(1.15)


def test_an_empty_fund_says_why_nothing_can_be_known(work, mother) -> None:
    before = Moment(as_of=BEGAN - timedelta(days=1))
    found = performance.fund_performance(work, before, mother.fund.id)
    reasons = [getattr(found, name).reason for name in ("pic", "dpi", "tvpi", "net_irr", "moic")]
    assert reasons == [
        Reason.NO_COMMITMENT,
        Reason.NOTHING_PAID_IN,
        Reason.NOTHING_PAID_IN,
        Reason.NO_FLOWS,
        Reason.NOTHING_INVESTED,
    ]


def test_the_partners_add_up_to_the_fund(work, fund) -> None:
    whole = performance.fund_performance(work, NOW, fund.id)
    figures = performance_figures.figures(work, NOW, fund.id)
    (nav,) = [figure for figure in figures if figure.code == "nav"]
    parts = [performance.partner_performance(work, NOW, row.subject_id) for row in nav.rows]
    for name in ("committed_fen", "paid_in_fen", "distributed_fen", "nav_fen", "unfunded_fen"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    assert [part.tvpi for part in parts] == [1.25, 1.25]
    assert parts[0].net_flows == (CashFlow(BEGAN, -400_000_00), CashFlow(SOLD, 100_000_00))


def test_each_amount_opens_to_rows_that_add_up_to_it(work, fund) -> None:
    figures = performance_figures.figures(work, NOW, fund.id)
    amounts = [figure for figure in figures if figure.unit is Unit.FEN]
    assert {figure.code: sum(row.amount_fen for row in figure.rows) for figure in amounts} == {
        figure.code: figure.value for figure in amounts
    }
    assert all(figure.rows for figure in amounts if figure.value)


def test_each_ratio_is_its_numerator_over_its_denominator(work, fund) -> None:
    figures = performance_figures.figures(work, NOW, fund.id)
    ratios = [figure for figure in figures if figure.numerator is not None]
    assert [figure.code for figure in ratios] == ["pic", "dpi", "rvpi", "tvpi", "moic"]
    for figure in ratios:
        assert figure.value == pytest.approx(figure.numerator / figure.denominator)
        assert figure.source is Source.COMPUTED


def test_a_partner_sees_the_figures_of_its_own_account(work, fund) -> None:
    nav = {f.code: f for f in performance_figures.figures(work, NOW, fund.id)}["nav"]
    partner = nav.rows[1]
    own = performance_figures.figures(work, NOW, fund.id, partner_id=partner.subject_id)
    by_code = {figure.code: figure for figure in own}
    assert by_code["nav"].value == partner.amount_fen == 200_000_00
    assert sum(row.amount_fen for row in by_code["paid_in"].rows) == 200_000_00
    assert "cash" not in by_code


def test_the_quarters_lead_to_the_net_asset_value(work, fund) -> None:
    points = performance.quarterly(work, NOW, fund.id)
    assert [str(point.quarter) for point in points[:2]] == ["2024Q1", "2024Q2"]
    assert str(points[-1].quarter) == "2025Q4"
    assert len(points) == 8
    by_quarter = {str(point.quarter): point for point in points}
    assert by_quarter["2024Q1"].called_fen == 600_000_00
    assert by_quarter["2024Q1"].nav_fen == 590_000_00
    assert by_quarter["2024Q4"].distributed_fen == 150_000_00
    assert points[-1].cumulative_net_fen == -450_000_00
    assert points[-1].nav_fen == 600_000_00


def test_the_curve_of_nothing_is_empty() -> None:
    assert curve([], END) == []


@given(
    st.lists(
        st.tuples(
            st.dates(date(2020, 1, 1), END),
            st.sampled_from([Line.CONTRIBUTIONS, Line.DISTRIBUTIONS, Line.UNREALISED_GAIN]),
            st.integers(-(10**12), 10**12),
        ),
        min_size=1,
    )
)
def test_the_curve_loses_no_fen(booked) -> None:
    points = curve(booked, END)
    flows = [row for row in booked if row[1] is not Line.UNREALISED_GAIN]
    assert points[-1].nav_fen == sum(fen for _, _, fen in booked)
    assert points[-1].cumulative_net_fen == -sum(fen for _, _, fen in flows)
    assert sum(p.distributed_fen - p.called_fen for p in points) == points[-1].cumulative_net_fen
    assert points[-1].quarter == Quarter.containing(END)


def test_a_rate_that_does_not_exist_is_never_a_number(work, book) -> None:
    found = performance.fund_performance(work, Moment(as_of=BEGAN), book.fund.id)
    assert isinstance(found.net_irr, Undefined)
    assert found.net_irr.reason is Reason.TOO_SHORT
