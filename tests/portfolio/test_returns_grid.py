"""The grid says at each quarter end what the figures of that day say, from one solved call."""

from datetime import date

import pytest

import valuation.grid
from portfolio import performance, returns_grid
from portfolio.accounts import Line
from portfolio.ledger import Moment
from valuation.figures import Reason, Undefined
from valuation.irr import shown

END = date(2025, 8, 15)  # within a quarter


@pytest.fixture
def told(book):
    book.move(150_000_00, Line.REALISED_GAIN, date(2024, 7, 1))
    book.move(-60_000_00, Line.DISTRIBUTIONS, date(2025, 5, 5), "distribution:gain")
    return book


def test_each_cell_is_the_figure_of_its_quarter_end(work, manager, told) -> None:
    grid = returns_grid.returns_grid(work, manager, Moment(as_of=END))
    assert str(grid.quarters[0]) == "2024Q1"
    assert grid.ends[-1] == END
    assert [row.partner and row.partner.code for row in grid.rows] == [None, "LP1", "LP2"]
    for row in grid.rows:
        for end, cell in zip(grid.ends, row.cells, strict=True):
            moment = Moment(as_of=end)
            of = (
                performance.partner_performance(work, moment, row.partner.id)
                if row.partner
                else performance.fund_performance(work, moment, told.fund.id)
            )
            expected = shown(of.net_irr, of.first_flow_on, end)
            assert cell.rate == pytest.approx(expected.value, rel=1e-12, abs=1e-12)
            assert cell.is_period is expected.is_period
            assert (cell.dpi, cell.tvpi) == (of.dpi, of.tvpi)


def test_all_of_it_is_one_call(work, manager, told, monkeypatch) -> None:
    calls = []
    solve = valuation.grid.xirr_many

    def counted(*arrays):
        calls.append(len(arrays[2]) - 1)
        return solve(*arrays)

    monkeypatch.setattr(valuation.grid, "xirr_many", counted)
    grid = returns_grid.returns_grid(work, manager, Moment(as_of=END))
    assert calls == [len(grid.rows) * len(grid.ends)]


def test_before_its_first_flow_a_series_says_that_there_is_none(work, manager, told) -> None:
    late = told.partner("LP3", 90_000_00)
    told.contribute(9_900_00, date(2025, 2, 3))
    grid = returns_grid.returns_grid(work, manager, Moment(as_of=END))
    row = next(row for row in grid.rows if row.partner and row.partner.id == late.id)
    assert isinstance(row.cells[0].rate, Undefined)
    assert row.cells[0].rate.reason is Reason.NO_FLOWS
    assert isinstance(row.cells[0].tvpi, Undefined)
    assert row.cells[-1].is_period


def test_without_any_flow_the_grid_is_empty(work, manager) -> None:
    assert returns_grid.returns_grid(work, manager, Moment(as_of=END)).rows == ()
