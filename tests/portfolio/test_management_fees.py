"""The management fee of a quarter, worked by hand: A 600, B 300 (万元), 2 % a year, ACT/365.

The third quarter of 2024 has 92 days: 9,000,000 yuan x 2 % x 92 / 365 = 45,369.86 yuan.
"""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import closing, commitment_changes, equalisation, expenses, ledger, management_fees
from portfolio.accounts import Line
from portfolio.fee_accrual import FeeLine, shared
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.term_sheet import FeeBasis
from tests.portfolio.conftest import BEGAN, Book, open_book
from valuation.periods import DayCount, Quarter

WAN = 1_000_000
Q3 = Quarter(2024, 3)
EVER = Moment(as_of=date.max)


@pytest.fixture
def fund(work, manager) -> Book:
    return open_book(work, manager, "FE")


def partners(book: Book):
    return book.partner("A", 600 * WAN), book.partner("B", 300 * WAN)


def accrue(book: Book, quarter: Quarter = Q3, **more):
    return management_fees.accrue(
        book.work, book.actor, fund_id=book.fund.id, quarter=quarter, **more
    )


def booked(book: Book, line: Line = Line.MANAGEMENT_FEES) -> dict[str, int]:
    by_line = ledger.capital_by_line(book.work, EVER, fund_id=book.fund.id)
    return {partner: fen for (partner, of), fen in by_line.items() if of == line}


def test_the_fee_on_commitments_by_days_sums_to_the_fen(fund: Book) -> None:
    fund.terms(fee_rate=0.02)
    a, b = partners(fund)
    found = accrue(fund)
    assert found.total("gross_fen") == 4_536_986
    assert booked(fund) == {a.id: -3_024_657, b.id: -1_512_329}
    (line,) = found.partners[0].lines
    assert (line.basis_fen, line.rate, line.ticks) == (600 * WAN, 0.02, 92)
    (expense,) = expenses.expenses(fund.work, EVER, fund.fund.id)
    assert (expense.line, expense.owed_fen) == (Line.MANAGEMENT_FEES, 4_536_986)
    assert fund.findings() == []


def test_a_second_run_books_nothing(fund: Book) -> None:
    fund.terms(fee_rate=0.02)
    partners(fund)
    accrue(fund)
    newest = ledger.last_seq(fund.work)
    again = accrue(fund)
    assert ledger.last_seq(fund.work) == newest
    assert again.total("due_fen") == 0


def test_a_run_that_was_reversed_is_booked_again(fund: Book) -> None:
    fund.terms(fee_rate=0.02)
    partners(fund)
    accrue(fund)
    (expense,) = expenses.expenses(fund.work, EVER, fund.fund.id)
    expenses.reverse(fund.work, fund.actor, expense.id, reason="误")
    assert sum(booked(fund).values()) == 0
    accrue(fund)
    assert sum(booked(fund).values()) == -4_536_986


def test_a_back_dated_admission_is_charged_by_a_true_up_of_its_own(fund: Book) -> None:
    fund.terms(fee_rate=0.02)
    a, b = partners(fund)
    accrue(fund)
    c = fund.partner("C", 300 * WAN, date(2024, 8, 1))
    found = management_fees.preview(fund.work, fund.fund.id, Q3)
    # 3,000,000 x 2 % x 61 / 365 = 10,027.40 yuan
    assert {one.partner_id: one.due_fen for one in found.partners} == {
        a.id: 0,
        b.id: 0,
        c.id: 1_002_740,
    }
    accrue(fund, booked_on=date(2024, 10, 15))
    assert booked(fund)[c.id] == -1_002_740


def test_a_partner_of_an_equalised_closing_pays_from_the_first_day(fund: Book) -> None:
    fund.terms(fee_rate=0.02)
    partners(fund)
    fund.paid_call(90 * WAN, BEGAN, date(2024, 1, 15))
    accrue(fund)
    c = fund.partner("C", 300 * WAN, date(2024, 10, 8))
    equalisation.equalise(
        fund.work,
        fund.actor,
        fund_id=fund.fund.id,
        closed_on=date(2024, 10, 8),
        paid_on=date(2024, 10, 8),
    )
    accrue(fund, booked_on=date(2024, 10, 8))
    assert booked(fund)[c.id] == -1_512_329


def test_the_fee_steps_down_after_the_commitment_period_to_the_cost(fund: Book) -> None:
    fund.terms(
        fee_rate=0.02,
        commitment_period_ends_on=date(2024, 7, 31),
        later_fee_basis=FeeBasis.INVESTED_COST,
        later_fee_rate=0.01,
    )
    a, _ = partners(fund)
    fund.paid_call(450 * WAN, BEGAN, date(2024, 1, 15))
    fund.paid(fund.holding(), 300 * WAN, date(2024, 2, 1))
    found = management_fees.preview(fund.work, fund.fund.id, Q3)
    lines = found.partners[0].lines
    assert found.partners[0].partner_id == a.id
    assert [(line.start, line.end, line.basis, line.basis_fen) for line in lines] == [
        (date(2024, 7, 1), date(2024, 7, 31), FeeBasis.COMMITTED, 600 * WAN),
        (date(2024, 8, 1), date(2024, 9, 30), FeeBasis.INVESTED_COST, 200 * WAN),
    ]
    # 9,000,000 x 2 % x 31 / 365 + 3,000,000 x 1 % x 61 / 365 = 15,287.67 + 5,013.70
    assert found.total("gross_fen") == 2_030_137


def test_on_paid_in_a_change_within_the_quarter_makes_a_line_of_its_own(fund: Book) -> None:
    fund.terms(fee_basis=FeeBasis.PAID_IN, fee_day_count=DayCount.ACT_360)
    a, _ = partners(fund)
    fund.paid_call(90 * WAN, BEGAN, date(2024, 1, 15))
    fund.paid_call(90 * WAN, date(2024, 8, 1), date(2024, 8, 16))
    of_a = next(
        one
        for one in management_fees.preview(fund.work, fund.fund.id, Q3).partners
        if one.partner_id == a.id
    )
    assert [(line.basis_fen, line.ticks) for line in of_a.lines] == [
        (60 * WAN, 46),
        (120 * WAN, 46),
    ]


def test_on_net_asset_value_the_opening_value_counts(fund: Book) -> None:
    fund.terms(fee_basis=FeeBasis.NAV)
    partners(fund)
    fund.paid_call(90 * WAN, BEGAN, date(2024, 1, 15))
    fund.paid_call(90 * WAN, date(2024, 8, 1), date(2024, 8, 16))
    found = management_fees.preview(fund.work, fund.fund.id, Q3)
    assert [line.basis_fen for one in found.partners for line in one.lines] == [60 * WAN, 30 * WAN]


def test_a_waiver_stands_on_row_23_and_lowers_what_is_owed(fund: Book) -> None:
    fund.terms(fee_rate=0.02)
    _, b = partners(fund)
    management_fees.waive(fund.work, fund.actor, b.id, share=0.5, valid_from=BEGAN, reason="附函")
    accrue(fund)
    assert booked(fund)[b.id] == -1_512_329
    assert booked(fund, Line.MANAGEMENT_FEE_WAIVERS) == {b.id: 756_165}
    owed = sum(one.owed_fen for one in expenses.expenses(fund.work, EVER, fund.fund.id))
    assert owed == 4_536_986 - 756_165
    assert fund.findings() == []


def test_no_terms_no_fee_and_a_closed_quarter_needs_a_reason(fund: Book) -> None:
    partners(fund)
    with pytest.raises(DomainError, match="in force in 2024Q3"):
        accrue(fund)
    fund.terms(fee_rate=0.02)
    closing.close(fund.work, fund.actor, fund.fund.id, Q3)
    with pytest.raises(DomainError, match="closed to 2024-09-30"):
        accrue(fund)
    accrue(fund, correction_reason="补提")
    assert sum(booked(fund).values()) == -4_536_986


def test_a_share_that_is_none_is_refused(fund: Book) -> None:
    _, b = partners(fund)
    with pytest.raises(DomainError, match="share from 0 to 100 %"):
        management_fees.waive(
            fund.work, fund.actor, b.id, share=1.5, valid_from=BEGAN, reason="附函"
        )


def test_an_increase_within_the_quarter_counts_from_its_day(fund: Book) -> None:
    fund.terms(fee_rate=0.02)
    a, _ = partners(fund)
    commitment_changes.increase(
        fund.work, fund.actor, a.id, amount_fen=100 * WAN, effective_date=date(2024, 9, 1)
    )
    of_a = management_fees.preview(fund.work, fund.fund.id, Q3).partners[0]
    assert [(line.basis_fen, line.ticks) for line in of_a.lines] == [
        (600 * WAN, 62),
        (700 * WAN, 30),
    ]


LINE = st.builds(
    FeeLine,
    partner_id=st.sampled_from(["A", "B", "C"]),
    start=st.just(BEGAN),
    end=st.just(BEGAN),
    basis=st.just(FeeBasis.COMMITTED),
    basis_fen=st.integers(min_value=1, max_value=10**14),
    rate=st.sampled_from([0.0, 0.015, 0.02]),
    ticks=st.integers(min_value=1, max_value=92),
    day_count=st.just(DayCount.ACT_365F),
    version=st.just(1),
)


@given(st.lists(LINE, max_size=9))
def test_the_parts_are_the_whole_and_none_is_a_fen_off(lines: list[FeeLine]) -> None:
    parts = shared(lines, {})
    exact = sum((line.exact for line in lines), Fraction(0))
    assert sum(gross for gross, _ in parts.values()) == int(exact + Fraction(1, 2))
    for partner, (gross, waived) in parts.items():
        own = sum((line.exact for line in lines if line.partner_id == partner), Fraction(0))
        assert abs(gross - own) < 1
        assert waived == 0
