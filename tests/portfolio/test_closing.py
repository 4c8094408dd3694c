"""A quarter is closed when its books are right and its holdings are valued; then it is locked."""

from datetime import date

import pytest

from portfolio import closing, expenses, investments, ledger, marks
from portfolio.accounts import Line
from portfolio.closing import NotClosableError
from portfolio.kernel import site
from portfolio.kernel.errors import DomainError, NotAllowedError
from valuation.periods import Quarter

Q1, Q2 = Quarter(2025, 1), Quarter(2025, 2)


def mark(book, holding, as_of: date):
    return marks.prepare(
        book.work,
        book.actor,
        investment_id=holding.id,
        as_of=as_of,
        fair_value_fen=120_000_00,
        method=marks.Method.MULTIPLES,
        inputs={"multiple": "1.2"},
    )


def audit_fee(book, on: date, **more):
    return expenses.book(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        line=Line.AUDIT,
        amount_fen=1_00,
        effective_date=on,
        **more,
    )


def test_a_closed_quarter_is_locked_to_its_end(book) -> None:
    assert closing.locked_to(book.work, book.fund.id) is None
    lock = closing.close(book.work, book.actor, book.fund.id, Q1)
    assert closing.locked_to(book.work, book.fund.id) == date(2025, 3, 31)
    assert lock.known_seq == ledger.last_seq(book.work)
    assert closing.lock_of(book.work, book.fund.id, Q1) == lock
    assert closing.lock_of(book.work, book.fund.id, Q2) is None


def test_what_is_dated_in_it_is_a_correction_with_a_reason(book) -> None:
    closing.close(book.work, book.actor, book.fund.id, Q1)
    with pytest.raises(DomainError, match="closed to 2025-03-31; 2025-03-31 lies before"):
        audit_fee(book, Q1.end)
    audit_fee(book, Q2.start)
    assert audit_fee(book, Q1.end, correction_reason="发票迟到").booked_on == Q1.end


def test_a_quarter_is_closed_once_and_in_order(book) -> None:
    closing.close(book.work, book.actor, book.fund.id, Q2)
    for quarter in (Q1, Q2):
        with pytest.raises(DomainError, match="closed to 2025-06-30 already"):
            closing.close(book.work, book.actor, book.fund.id, quarter)


def test_a_quarter_that_is_not_over_stays_open(book, admin) -> None:
    site.change(book.work, admin, today="2025-06-29")
    with pytest.raises(DomainError, match="2025Q2 is not over until 2025-06-30"):
        closing.close(book.work, book.actor, book.fund.id, Q2)


def test_a_holding_without_a_mark_keeps_it_open(book) -> None:
    book.paid(book.holding(), 100_000_00, Q1.start)
    with pytest.raises(NotClosableError, match="企业 I1 has no approved mark for 2025-03-31"):
        closing.close(book.work, book.actor, book.fund.id, Q1)
    assert closing.locked_to(book.work, book.fund.id) is None


def test_a_mark_nobody_approved_keeps_it_open(book, second_manager) -> None:
    holding = book.holding()
    book.paid(holding, 100_000_00, Q1.start)
    draft = mark(book, holding, Q1.end)
    with pytest.raises(NotClosableError, match="no approved mark"):
        closing.close(book.work, book.actor, book.fund.id, Q1)
    marks.approve(book.work, second_manager, draft.id)
    assert closing.close(book.work, book.actor, book.fund.id, Q1).ends_on == Q1.end


def test_a_mark_of_the_quarter_before_is_not_enough(book, second_manager) -> None:
    holding = book.holding()
    book.paid(holding, 100_000_00, Q1.start)
    marks.approve(book.work, second_manager, mark(book, holding, Q1.end).id)
    with pytest.raises(NotClosableError, match="no approved mark for 2025-06-30"):
        closing.close(book.work, book.actor, book.fund.id, Q2)


def test_every_obstacle_is_named_at_once(book) -> None:
    for code in ("I1", "I2"):
        book.paid(book.holding(code), 100_000_00, Q1.start)
    with pytest.raises(NotClosableError, match="findings: 2") as refused:
        closing.close(book.work, book.actor, book.fund.id, Q1)
    assert [finding.subject for finding in refused.value.findings] == ["I1", "I2"]


def test_a_fund_is_closed_after_the_funds_it_holds(book, mother) -> None:
    partner = book.partner("MF", 100_000_00, investor_fund_id=mother.fund.id)
    investments.hold_fund(book.work, book.actor, partner.id)
    with pytest.raises(NotClosableError, match="HT, which this fund holds, is not closed"):
        closing.close(mother.work, mother.actor, mother.fund.id, Q1)
    closing.close(book.work, book.actor, book.fund.id, Q1)
    assert closing.close(mother.work, mother.actor, mother.fund.id, Q1).ends_on == Q1.end


def test_only_who_may_close_closes(book, officer) -> None:
    with pytest.raises(NotAllowedError):
        closing.close(book.work, officer, book.fund.id, Q1)
