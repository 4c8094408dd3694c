"""Fees given back as waivers, rebates and offsets; offsets roll forward and never fall below 0."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import book_checks, capital, expenses, fees, ledger, memo_rows
from portfolio.accounts import AccountCode, Line
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from valuation.periods import Quarter

ON = date(2025, 5, 15)
Q2 = Quarter(2025, 2)


def rows(book, quarter: Quarter = Q2) -> dict[int, int]:
    lines = capital.statement(book.work, fund_id=book.fund.id, partner_id=None, quarter=quarter)
    return {line.row: line.qtd_fen for line in lines}


def charged(book, line: Line = Line.MANAGEMENT_FEES, fen: int = 9_000_00) -> expenses.Expense:
    return expenses.book(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        line=line,
        amount_fen=fen,
        effective_date=ON,
    )


def reduced(book, line: Line, fen: int, of: expenses.Expense | None = None, on: date = ON):
    return fees.reduce(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        line=line,
        amount_fen=fen,
        effective_date=on,
        expense_id=of.id if of else None,
    )


def recognised(book, fen: int, share: str = "1", row: int = 68, on: date = ON) -> None:
    fees.recognise(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        row=row,
        received_fen=fen,
        offset_share=Fraction(share),
        effective_date=on,
    )


def test_a_waiver_lowers_the_fee_and_what_is_owed_of_it(book) -> None:
    fee = charged(book)
    reduced(book, Line.MANAGEMENT_FEE_WAIVERS, 2_000_00, fee)
    found = rows(book)
    assert (found[21], found[23], found[25]) == (-9_000_00, 2_000_00, -7_000_00)
    assert expenses.get(book.work, fee.id).owed_fen == 7_000_00


def test_a_rebate_of_a_fee_that_was_paid_arrives_in_the_bank(book) -> None:
    fee = charged(book)
    expenses.pay(book.work, book.actor, fee.id, paid_on=ON)
    reduced(book, Line.MANAGEMENT_FEE_REBATE, 1_000_00)
    moment = Moment(as_of=ON)
    cash = ledger.balance_fen(book.work, moment, AccountCode.CASH, fund_id=book.fund.id)
    assert cash == 592_000_00
    assert rows(book)[22] == 1_000_00


def test_no_more_is_waived_than_is_owed(book) -> None:
    with pytest.raises(DomainError, match="9,000 yuan of this expense is still owed"):
        reduced(book, Line.MANAGEMENT_FEE_WAIVERS, 9_000_01, charged(book))


def test_recognised_offsets_wait_until_they_are_applied(book) -> None:
    fee = charged(book)
    recognised(book, 5_000_00, "0.8")
    found = rows(book)
    assert (found[68], found[76], found[81]) == (4_000_00, 4_000_00, 4_000_00)
    reduced(book, Line.MANAGEMENT_FEE_OFFSETS, 3_000_00, fee)
    found = rows(book)
    assert (found[24], found[77], found[80], found[81]) == (3_000_00, 3_000_00, 3_000_00, 1_000_00)
    following = rows(book, Q2.next)
    assert (following[78], following[81]) == (1_000_00, 1_000_00)


def test_what_the_manager_received_stands_on_schedule_b_in_full(book) -> None:
    recognised(book, 5_000_00, "0.8")
    sums = memo_rows.sums(book.work, Moment(as_of=ON), book.fund.id)
    assert sum(of[123] for of in sums.values()) == 5_000_00


def test_no_more_is_applied_than_was_recognised(book) -> None:
    recognised(book, 1_000_00)
    with pytest.raises(DomainError, match="1,000 yuan is recognised and not applied"):
        reduced(book, Line.EXPENSE_OFFSETS, 1_000_01, charged(book, Line.AUDIT))


def test_an_offset_cannot_be_applied_before_it_was_recognised(book) -> None:
    recognised(book, 1_000_00)
    with pytest.raises(DomainError, match="0 yuan is recognised"):
        reduced(book, Line.MANAGEMENT_FEE_OFFSETS, 1, charged(book), on=date(2025, 5, 14))


def test_a_recognition_that_was_applied_is_not_undone(book) -> None:
    fee = charged(book)
    recognised(book, 1_000_00)
    (memo, *_) = memo_rows.standing(book.work, Moment(as_of=ON), book.fund.id, [68])
    reduced(book, Line.MANAGEMENT_FEE_OFFSETS, 1_000_00, fee)
    with book.work.session.begin_nested(), pytest.raises(DomainError, match="applied already"):
        fees.undo_recognition(book.work, book.actor, memo.id, reason="错误")


def test_a_recognition_booked_in_error_leaves_nothing(book) -> None:
    recognised(book, 1_000_00)
    (memo, *_) = memo_rows.standing(book.work, Moment(as_of=ON), book.fund.id, [68])
    fees.undo_recognition(book.work, book.actor, memo.id, reason="录错")
    assert rows(book)[68] == 0
    assert memo_rows.standing(book.work, Moment(as_of=ON), book.fund.id, [68]) == []
    with pytest.raises(DomainError, match="reversed already"):
        memo_rows.reverse(book.work, book.actor, memo.id, reason="再次")


def test_undoing_a_fee_undoes_what_was_given_back_of_it(book) -> None:
    fee = charged(book)
    reduced(book, Line.MANAGEMENT_FEE_WAIVERS, 2_000_00, fee)
    expenses.reverse(book.work, book.actor, fee.id, reason="重复")
    found = rows(book)
    assert (found[21], found[23]) == (0, 0)
    assert [one.findings for one in book_checks.check(book.work)] == [()] * 5


def test_an_other_line_above_a_twentieth_of_expenses_needs_a_footnote(book) -> None:
    charged(book, Line.AUDIT, 95_00)
    charged(book, Line.OTHER_EXPENSES, 5_00)
    assert fees.footnotes_due(book.work, book.fund.id, Q2) == []
    charged(book, Line.OTHER_EXPENSES, 1)
    (flag,) = fees.footnotes_due(book.work, book.fund.id, Q2)
    assert (flag.row, flag.amount_fen, flag.of_fen) == (57, 5_01, 100_01)
    assert "a footnote is due" in str(flag.what)


@given(other=st.integers(0, 10**12), rest=st.integers(0, 10**12))
def test_the_limit_is_exact_to_the_fen(other, rest) -> None:
    flags = fees.other_flags({31: -other, 32: -other, 59: -rest})
    assert bool(flags) == (20 * other > other + rest)
