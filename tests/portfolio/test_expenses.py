"""A fee is borne by the partners when it is incurred and leaves the bank when it is paid."""

from datetime import date

import pytest

from portfolio import capital, expenses, investments, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.expenses import Expense
from portfolio.kernel.errors import DomainError, NotAllowedError, NotFoundError
from portfolio.ledger import Moment

INCURRED, PAID = date(2025, 3, 31), date(2025, 4, 20)


def fee(book, amount_fen: int = 9_000_01, **more) -> Expense:
    return expenses.book(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        amount_fen=amount_fen,
        **{"line": Line.MANAGEMENT_FEES, "effective_date": INCURRED} | more,
    )


def balance(book, account: AccountCode, as_of: date = date.max) -> int:
    return ledger.balances(book.work, Moment(as_of=as_of), fund_id=book.fund.id)[account]


def by_line(book, line: Line) -> list[int]:
    booked = ledger.capital_by_line(book.work, Moment(as_of=date.max), fund_id=book.fund.id)
    return [fen for (_, row), fen in booked.items() if row == line]


def test_a_fee_is_borne_by_commitment_to_the_fen_and_owed(book) -> None:
    booked = fee(book)
    assert sorted(by_line(book, Line.MANAGEMENT_FEES)) == [-6_000_01, -3_000_00]
    assert balance(book, AccountCode.PAYABLES) == -9_000_01
    assert balance(book, AccountCode.CASH) == 600_000_00
    assert (booked.owed_fen, booked.paid_fen) == (9_000_01, 0)


def test_paying_it_moves_cash_and_no_partners_account(book) -> None:
    booked = fee(book)
    before = capital.accounts(book.work, Moment(as_of=date.max), book.fund.id).total
    paid = expenses.pay(book.work, book.actor, booked.id, paid_on=PAID)
    assert capital.accounts(book.work, Moment(as_of=date.max), book.fund.id).total == before
    assert balance(book, AccountCode.CASH) == 590_999_99
    assert paid.owed_fen == balance(book, AccountCode.PAYABLES) == 0


def test_a_fee_can_be_paid_as_it_is_booked(book) -> None:
    booked = fee(book, paid_on=PAID)
    assert booked.paid_fen == 9_000_01
    assert balance(book, AccountCode.PAYABLES, as_of=INCURRED) == -9_000_01
    assert balance(book, AccountCode.CASH, as_of=PAID) == 590_999_99


def test_a_part_payment_leaves_the_rest_owed(book) -> None:
    booked = fee(book)
    paid = expenses.pay(book.work, book.actor, booked.id, paid_on=PAID, amount_fen=4_000_00)
    assert paid.owed_fen == 5_000_01
    with pytest.raises(DomainError, match=r"6,000 yuan was entered; 5,000\.01 yuan"):
        expenses.pay(book.work, book.actor, booked.id, paid_on=PAID, amount_fen=6_000_00)


def test_nothing_is_paid_before_it_was_incurred(book) -> None:
    with pytest.raises(DomainError, match="2025-03-01, before the expense of 2025-03-31"):
        fee(book, paid_on=date(2025, 3, 1))


def test_nothing_is_paid_beyond_the_cash(book) -> None:
    with pytest.raises(DomainError, match="short of cash"):
        fee(book, amount_fen=600_000_01, paid_on=PAID)


@pytest.mark.parametrize(
    "line", [Line.CONTRIBUTIONS, Line.MANAGEMENT_FEE_OFFSETS, Line.INTEREST_INCOME]
)
def test_a_row_that_is_no_cost_is_refused(book, line) -> None:
    with pytest.raises(DomainError, match=f"Row {int(line)} of the reporting template"):
        fee(book, line=line)


@pytest.mark.parametrize("line", [Line.INTERNAL_IT, Line.AUDIT, Line.OTHER_EXPENSES])
def test_a_cost_stands_under_its_own_row(book, line) -> None:
    fee(book, line=line)
    assert sum(by_line(book, line)) == -9_000_01


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_an_expense_of_nothing_is_refused(book, amount_fen) -> None:
    with pytest.raises(DomainError, match="more than nothing"):
        fee(book, amount_fen=amount_fen)


def test_interest_is_cash_and_income_of_the_partners(book) -> None:
    expenses.income(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        line=Line.INTEREST_INCOME,
        amount_fen=3_00,
        effective_date=PAID,
    )
    assert sorted(by_line(book, Line.INTEREST_INCOME)) == [1_00, 2_00]
    assert balance(book, AccountCode.CASH) == 600_003_00


def test_income_has_its_own_rows(book) -> None:
    with pytest.raises(DomainError, match="87, 88, 89"):
        expenses.income(
            book.work,
            book.actor,
            fund_id=book.fund.id,
            line=Line.AUDIT,
            amount_fen=3_00,
            effective_date=PAID,
        )


def test_a_reversed_expense_goes_with_its_payment_and_was_known_before(book) -> None:
    booked = fee(book, paid_on=PAID)
    known = ledger.last_seq(book.work)
    expenses.reverse(book.work, book.actor, booked.id, reason="重复入账")
    assert balance(book, AccountCode.CASH) == 600_000_00
    assert balance(book, AccountCode.PAYABLES) == 0
    assert expenses.expenses(book.work, Moment(as_of=date.max), book.fund.id) == []
    then = Moment(as_of=date.max, known_seq=known)
    assert expenses.expenses(book.work, then, book.fund.id) == [booked]
    with pytest.raises(NotFoundError):
        expenses.pay(book.work, book.actor, booked.id, paid_on=PAID)
    with pytest.raises(DomainError, match="reversed already"):
        expenses.reverse(book.work, book.actor, booked.id, reason="再来一次")


def test_the_list_says_what_is_owed_on_the_day(book) -> None:
    fee(book, paid_on=PAID, memo="2025Q1 管理费")
    (then,) = expenses.expenses(book.work, Moment(as_of=INCURRED), book.fund.id)
    (now,) = expenses.expenses(book.work, Moment(as_of=PAID), book.fund.id)
    assert (then.owed_fen, now.owed_fen, now.memo) == (9_000_01, 0, "2025Q1 管理费")


def test_a_fee_below_lowers_the_holding_above_and_is_no_expense_there(book, mother) -> None:
    partner = book.partner("MF", 100_000_00, investor_fund_id=mother.fund.id)
    holding = investments.hold_fund(book.work, book.actor, partner.id)
    fee(book, amount_fen=10_000_00)
    carried = investments.position(book.work, Moment(as_of=INCURRED), holding.id).fair_value_fen
    assert carried == -1_000_00
    assert expenses.expenses(book.work, Moment(as_of=date.max), mother.fund.id) == []


def test_only_who_may_edit_the_fund_books_expenses(book, auditor) -> None:
    with pytest.raises(NotAllowedError):
        expenses.book(
            book.work,
            auditor,
            fund_id=book.fund.id,
            line=Line.AUDIT,
            amount_fen=1,
            effective_date=PAID,
        )


def test_demo_expenses_can_be_hidden(book) -> None:
    fee(book, is_demo=True)
    moment = Moment(as_of=date.max)
    assert expenses.expenses(book.work, moment, book.fund.id, with_demo=False) == []
    assert len(expenses.expenses(book.work, moment, book.fund.id)) == 1
