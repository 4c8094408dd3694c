"""A subscription line moves cash and a liability; only its interest and fees move the NAV."""

from datetime import date

import pytest

from portfolio import book_checks, capital, expenses, facility, facility_acts, ledger
from portfolio.accounts import AccountCode, Line
from portfolio.facility import Use
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.ledger import Moment

EVER = Moment(as_of=date.max)


@pytest.fixture
def line(book):
    return facility_acts.open_(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        name="认缴信贷一号",
        lender="示例银行",
        limit_fen=100_000_00,
        rate_ppm=36_000,
        day_basis=360,
        opened_on=date(2025, 1, 1),
        matures_on=date(2025, 12, 31),
    )


def draw(book, line, fen: int, on: date = date(2025, 2, 1), use: Use = Use.INVESTMENTS):
    return facility_acts.draw(book.work, book.actor, line.id, on=on, amount_fen=fen, use=use)


def repay(book, line, fen: int, on: date):
    return facility_acts.repay(book.work, book.actor, line.id, on=on, amount_fen=fen)


def now(book):
    return facility.positions(book.work, EVER, book.fund.id)[0]


def test_a_draw_brings_cash_and_debt_and_no_value(book, line) -> None:
    draw(book, line, 60_000_00)
    balances = ledger.balances(book.work, EVER, fund_id=book.fund.id)
    assert balances[AccountCode.CASH] == 660_000_00
    assert balances[AccountCode.SUBSCRIPTION_LINE] == -60_000_00
    assert capital.accounts(book.work, EVER, book.fund.id).total.nav_fen == 600_000_00
    assert (now(book).outstanding_fen, now(book).room_fen) == (60_000_00, 40_000_00)


def test_a_repayment_is_shared_by_what_was_drawn_for(book, line) -> None:
    draw(book, line, 60_000_00)
    draw(book, line, 30_000_00, use=Use.FEES)
    repay(book, line, 30_000_01, date(2025, 3, 1))
    moved = facility.movements(book.work, EVER, line.id)
    assert [(one.use, one.amount_fen) for one in moved[2:]] == [
        (Use.INVESTMENTS, -20_000_01),
        (Use.FEES, -10_000_00),
    ]
    assert now(book).by_use == {Use.INVESTMENTS: 39_999_99, Use.FEES: 20_000_00}


def test_the_limit_holds_on_every_later_day(book, line) -> None:
    draw(book, line, 70_000_00, date(2025, 3, 1))
    with pytest.raises(DomainError, match=r"30,000 yuan of the limit of 100,000 yuan is free"):
        draw(book, line, 30_000_01, date(2025, 2, 1))


def test_no_more_is_repaid_than_is_outstanding_on_the_day(book, line) -> None:
    draw(book, line, 10_00, date(2025, 3, 1))
    with pytest.raises(DomainError, match=r"0 yuan is outstanding.*booked as expenses"):
        repay(book, line, 1_00, date(2025, 2, 1))


def test_it_is_not_drawn_outside_its_days(book, line) -> None:
    with pytest.raises(DomainError, match="from 2025-01-01 to 2025-12-31; 2026-01-01 lies outside"):
        draw(book, line, 1_00, date(2026, 1, 1))


def test_interest_is_simple_by_the_day_and_booked_once(book, line) -> None:
    """60,000 yuan for 28 days and 20,000 for 31 more, at 3.6 % over 360: 168 + 62 = 230 yuan."""
    draw(book, line, 60_000_00, date(2025, 2, 1))
    repay(book, line, 40_000_00, date(2025, 3, 1))
    booked = facility_acts.accrue(book.work, book.actor, line.id, until=date(2025, 4, 1))
    assert (booked.amount_fen, booked.line) == (230_00, Line.FACILITY_INTEREST)
    assert booked.booked_on == date(2025, 3, 31)
    with pytest.raises(DomainError, match="booked up to 2025-04-01 already"):
        facility_acts.accrue(book.work, book.actor, line.id, until=date(2025, 4, 1))
    expenses.reverse(book.work, book.actor, booked.id, reason="wrong rate")
    assert now(book).interest_from == date(2025, 1, 1)
    assert not [one for check in book_checks.check(book.work) for one in check.findings]


def test_interest_of_nothing_outstanding_is_refused(book, line) -> None:
    with pytest.raises(DomainError, match="Nothing was outstanding"):
        facility_acts.accrue(book.work, book.actor, line.id, until=date(2025, 4, 1))


def test_a_draw_that_was_repaid_is_not_undone(book, line) -> None:
    drawn = draw(book, line, 10_00)
    repay(book, line, 10_00, date(2025, 3, 1))
    with pytest.raises(DomainError, match="Reverse the later draws or repayments first"):
        facility_acts.reverse(book.work, book.actor, drawn.id, reason="wrong day")


def test_an_agreement_without_a_limit_is_refused(book, officer) -> None:
    terms = {
        "fund_id": book.fund.id,
        "name": "X",
        "lender": "Y",
        "limit_fen": 0,
        "rate_ppm": 1,
        "day_basis": 360,
        "opened_on": date(2025, 1, 1),
        "matures_on": date(2026, 1, 1),
    }
    with pytest.raises(DomainError, match="limit above zero"):
        facility_acts.open_(book.work, book.actor, **terms)
    with pytest.raises(NotAllowedError):
        facility_acts.open_(book.work, officer, **terms)
