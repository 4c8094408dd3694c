"""A default, worked by hand: B owes 30 of a call of 90 (万元) that was due on 2024-03-15.

Terms: 12 % a year simple on what is overdue (ACT/365), 10 days of grace, a fifth of the account
goes to the other partners. B had paid 30 before, so a fifth is 6.
"""

from datetime import date

import pytest

from portfolio import calls, capital, defaults, investments, ledger, performance, receipts
from portfolio.accounts import AccountCode, Line
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.ledger import Moment
from portfolio.overdue import Step
from tests.portfolio.conftest import Book, open_book

WAN = 1_000_000
DUE, DECLARED, PAID = date(2024, 3, 15), date(2024, 3, 26), date(2024, 5, 14)
EVER = Moment(as_of=date.max)


@pytest.fixture
def fund(work, manager) -> Book:
    book = open_book(work, manager, "DF")
    book.terms(default_rate=0.12, default_grace_days=10, default_dilution=0.2)
    return book


def begin(book: Book, **investor: str):
    """All paid the first call of 90; of the second, A paid its 60 and B nothing of its 30."""
    a, b = book.partner("A", 200 * WAN), book.partner("B", 100 * WAN, **investor)
    if investor:
        investments.hold_fund(book.work, book.actor, b.id)
    book.paid_call(90 * WAN, date(2024, 1, 10), date(2024, 1, 31))
    made = book.call(90 * WAN, date(2024, 3, 1), DUE)
    lines = {
        line.partner_id: line
        for line in calls.calls(book.work, EVER, book.fund.id)[-1].lines
        if line.call_id == made.id
    }
    receipts.receive(book.work, book.actor, lines[a.id].id, received_on=DUE, amount_fen=60 * WAN)
    return a, b, lines[b.id].id


def test_who_is_overdue_and_what_it_owes_by_the_day(fund: Book) -> None:
    _, b, line_id = begin(fund)
    assert defaults.overdue(fund.work, fund.fund.id, as_of=DUE) == []
    (late,) = defaults.overdue(fund.work, fund.fund.id, as_of=PAID)
    assert (late.line.partner_id, late.line.id, late.days) == (b.id, line_id, 60)
    # 300,000 yuan x 12 % x 60 / 365 = 5,917.81 yuan
    assert late.interest_fen == 591_781
    assert late.may_declare_from == DECLARED
    assert late.step is None


def test_a_default_takes_a_fifth_of_the_account_to_the_others(fund: Book) -> None:
    a, b, line_id = begin(fund)
    with pytest.raises(DomainError, match="cannot be declared on 2024-03-25"):
        defaults.declare(fund.work, fund.actor, line_id, declared_on=date(2024, 3, 25))
    row = defaults.declare(fund.work, fund.actor, line_id, declared_on=DECLARED, reason="逾期")
    assert row.dilution_fen == 6 * WAN
    assert (fund.amounts(a).nav_fen, fund.amounts(b).nav_fen) == (126 * WAN, 24 * WAN)
    assert fund.amounts(b).paid_in_fen == 30 * WAN
    with pytest.raises(DomainError, match="cannot be declared"):
        defaults.declare(fund.work, fund.actor, line_id, declared_on=DECLARED)
    assert fund.findings() == []


def test_a_dilution_moves_no_figure_of_the_fund(fund: Book) -> None:
    *_, line_id = begin(fund)
    moment = Moment(as_of=date(2025, 6, 30))
    before = performance.fund_performance(fund.work, moment, fund.fund.id)
    defaults.declare(fund.work, fund.actor, line_id, declared_on=DECLARED)
    after = performance.fund_performance(fund.work, moment, fund.fund.id)
    assert (after.net_irr, after.tvpi, after.nav_fen) == (
        before.net_irr,
        before.tvpi,
        before.nav_fen,
    )


def test_a_remedy_brings_the_money_its_interest_and_the_diluted_part_back(fund: Book) -> None:
    a, b, line_id = begin(fund)
    defaults.declare(fund.work, fund.actor, line_id, declared_on=DECLARED)
    row = defaults.remedy(fund.work, fund.actor, line_id, paid_on=PAID)
    assert row.interest_fen == 591_781
    assert fund.amounts(b).nav_fen == fund.amounts(b).paid_in_fen == 60 * WAN
    assert fund.amounts(a).nav_fen == 120 * WAN - 30 * WAN + 30 * WAN + 591_781
    cash = ledger.balance_fen(fund.work, EVER, AccountCode.CASH, fund_id=fund.fund.id)
    assert cash == 180 * WAN + 591_781
    (now,) = defaults.overdue(fund.work, fund.fund.id, as_of=PAID)
    assert (now.step, now.line.outstanding_fen, now.days) == (Step.REMEDIED, 0, 0)
    assert fund.findings() == []


def test_each_step_is_taken_back(fund: Book) -> None:
    a, b, line_id = begin(fund)
    with pytest.raises(NotFoundError):
        defaults.withdraw(fund.work, fund.actor, line_id, reason="误")
    defaults.declare(fund.work, fund.actor, line_id, declared_on=DECLARED)
    with pytest.raises(DomainError, match="needs its reason"):
        defaults.withdraw(fund.work, fund.actor, line_id, reason=" ")
    defaults.withdraw(fund.work, fund.actor, line_id, reason="银行迟报")
    assert (fund.amounts(a).nav_fen, fund.amounts(b).nav_fen) == (120 * WAN, 30 * WAN)
    defaults.declare(fund.work, fund.actor, line_id, declared_on=DECLARED)
    defaults.remedy(fund.work, fund.actor, line_id, paid_on=PAID)
    defaults.withdraw(fund.work, fund.actor, line_id, reason="退汇")
    assert (fund.amounts(a).nav_fen, fund.amounts(b).nav_fen) == (120 * WAN, 30 * WAN)
    assert fund.findings() == []


def test_what_is_not_in_default_has_no_remedy(fund: Book) -> None:
    *_, line_id = begin(fund)
    with pytest.raises(DomainError, match="No default stands"):
        defaults.remedy(fund.work, fund.actor, line_id, paid_on=PAID)


def test_a_fund_in_default_bears_the_interest_in_its_own_books(work, manager) -> None:
    mother = open_book(work, manager, "MD", kind="mother")
    mother.partner("X", 100 * WAN)
    mother.contribute(100 * WAN, date(2024, 1, 3))
    fund = open_book(work, manager, "DM")
    fund.terms(default_rate=0.12, default_dilution=0.2)
    _, b, line_id = begin(fund, investor_fund_id=mother.fund.id)
    defaults.declare(work, manager, line_id, declared_on=DECLARED)
    assert fund.findings() == []
    defaults.remedy(work, manager, line_id, paid_on=PAID)
    by_line = ledger.capital_by_line(work, EVER, fund_id=mother.fund.id)
    borne = sum(fen for (_, line), fen in by_line.items() if line == Line.OTHER_INTEREST)
    assert borne == -591_781
    assert capital.accounts(work, EVER, mother.fund.id).total.nav_fen == 100 * WAN - 591_781
    assert fund.findings() == []
    assert fund.amounts(b).paid_in_fen == 60 * WAN
