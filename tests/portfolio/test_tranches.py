"""A tranche is paid once, not while it is held, and a reversal opens it again."""

from datetime import date

import pytest

from portfolio import ledger, tranches
from portfolio.accounts import AccountCode
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.ledger import Moment
from portfolio.tranches import TrancheStatus

MARCH, APRIL = date(2024, 3, 31), date(2024, 4, 10)
LATER = Moment(as_of=date(2025, 1, 1))


@pytest.fixture
def holding(book):
    return book.holding()


@pytest.fixture
def tranche(book, holding):
    return book.tranche(holding, 100_000_00, due_on=MARCH)


def cash(book) -> int:
    return ledger.balance_fen(book.work, LATER, AccountCode.CASH, fund_id=book.fund.id)


def test_a_tranche_is_planned_until_it_is_paid(work, manager, book, tranche) -> None:
    assert tranches.status(tranches.position(work, tranche.id)) is TrancheStatus.PLANNED
    paid = tranches.pay(work, manager, tranche.id, effective_date=MARCH)
    assert tranches.status(paid) is TrancheStatus.PAID
    assert (paid.paid_fen, paid.paid_on) == (100_000_00, MARCH)
    assert cash(book) == 500_000_00


def test_a_held_tranche_is_not_paid_and_the_books_do_not_move(work, manager, book, tranche) -> None:
    tranches.hold(work, manager, tranche.id, "the plant is not registered yet")
    tranches.hold(work, manager, tranche.id, "headcount 120 of 200")
    with pytest.raises(
        DomainError, match=r"held: the plant is not registered yet · headcount 120 of 200.*waived"
    ):
        tranches.pay(work, manager, tranche.id, effective_date=MARCH)
    assert cash(book) == 600_000_00


def test_it_waits_until_the_last_hold_is_released(work, manager, tranche) -> None:
    first = tranches.hold(work, manager, tranche.id, "not registered")
    second = tranches.hold(work, manager, tranche.id, "no land")
    tranches.release(work, manager, first, "licence verified")
    with pytest.raises(DomainError, match="held: no land Have"):
        tranches.pay(work, manager, tranche.id, effective_date=MARCH)
    tranches.release(work, manager, second, "lease verified")
    tranches.pay(work, manager, tranche.id, effective_date=MARCH)


def test_a_hold_is_seen_from_its_day_to_the_day_of_its_release(work, manager, tranche) -> None:
    hold = tranches.hold(work, manager, tranche.id, "no land", on=date(2024, 2, 1))
    tranches.release(work, manager, hold, "lease verified", on=date(2024, 3, 1))
    seen = {
        day: tranches.position(work, tranche.id, Moment(as_of=day)).holds
        for day in (date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1))
    }
    assert list(seen.values()) == [(), ("no land",), ("no land",), ()]


def test_a_hold_is_released_once(work, manager, tranche) -> None:
    hold = tranches.hold(work, manager, tranche.id, "no land")
    tranches.release(work, manager, hold, "lease verified")
    with pytest.raises(DomainError, match="released already"):
        tranches.release(work, manager, hold, "again")


def test_a_hold_and_its_release_say_why(work, manager, tranche) -> None:
    with pytest.raises(DomainError, match="needs a reason"):
        tranches.hold(work, manager, tranche.id, "  ")
    hold = tranches.hold(work, manager, tranche.id, "no land")
    with pytest.raises(DomainError, match="needs a reason"):
        tranches.release(work, manager, hold, "")


def test_a_paid_tranche_is_neither_paid_again_nor_held(work, manager, tranche) -> None:
    tranches.pay(work, manager, tranche.id, effective_date=MARCH)
    with pytest.raises(DomainError, match=r"was paid on 2024-03-31 already.*Reverse"):
        tranches.pay(work, manager, tranche.id, effective_date=APRIL)
    with pytest.raises(DomainError, match="paid already; there is nothing to hold back"):
        tranches.hold(work, manager, tranche.id, "too late")


def test_a_payment_beyond_cash_is_refused(work, manager, book, holding) -> None:
    big = book.tranche(holding, 600_000_01)
    with pytest.raises(DomainError, match=r"0\.01 yuan short of cash"):
        tranches.pay(work, manager, big.id, effective_date=MARCH)


def test_a_reversal_opens_the_tranche_and_it_can_be_paid_again(
    work, manager, book, tranche
) -> None:
    tranches.pay(work, manager, tranche.id, effective_date=MARCH)
    open_again = tranches.reverse_payment(work, manager, tranche.id, reason="wrong account")
    assert tranches.status(open_again) is TrancheStatus.PLANNED
    assert cash(book) == 600_000_00
    with pytest.raises(DomainError, match="not paid, so there is no payment"):
        tranches.reverse_payment(work, manager, tranche.id, reason="twice")
    assert tranches.pay(work, manager, tranche.id, effective_date=APRIL).paid_on == APRIL


def test_what_was_known_before_the_reversal_is_still_known(work, manager, holding, tranche) -> None:
    tranches.pay(work, manager, tranche.id, effective_date=MARCH)
    known_seq = ledger.last_seq(work)
    tranches.reverse_payment(work, manager, tranche.id, reason="wrong account")
    then = Moment(as_of=LATER.as_of, known_seq=known_seq)
    assert tranches.payment_rows(work, LATER, [holding.id]) == []
    (payment,) = tranches.payment_rows(work, then, [holding.id])
    assert (payment.tranche_id, payment.on, payment.amount_fen) == (tranche.id, MARCH, 100_000_00)
    assert tranches.status(tranches.position(work, tranche.id, then)) is TrancheStatus.PAID


def test_a_payment_counts_from_its_day(work, manager, holding, tranche) -> None:
    tranches.pay(work, manager, tranche.id, effective_date=MARCH)
    assert tranches.payment_rows(work, Moment(as_of=date(2024, 3, 30)), [holding.id]) == []
    assert len(tranches.payment_rows(work, Moment(as_of=MARCH), [holding.id])) == 1


def test_tranches_are_numbered_in_the_order_they_were_agreed(work, book, holding) -> None:
    book.tranche(holding, 100_000_00)
    book.tranche(holding, 50_000_00)
    found = tranches.positions(work, LATER, [holding.id])
    assert [(t.no, t.agreed_fen) for t in found] == [(1, 100_000_00), (2, 50_000_00)]


def test_a_tranche_of_nothing_is_refused(book, holding) -> None:
    with pytest.raises(DomainError, match="above zero"):
        book.tranche(holding, 0)


def test_only_those_who_pay_may_pay(work, officer, auditor, tranche) -> None:
    for person in (officer, auditor):
        with pytest.raises(NotAllowedError):
            tranches.pay(work, person, tranche.id, effective_date=MARCH)


def test_an_officer_holds_and_releases(work, officer, tranche) -> None:
    hold = tranches.hold(work, officer, tranche.id, "no land")
    tranches.release(work, officer, hold, "lease verified")
    assert tranches.position(work, tranche.id).holds == ()
