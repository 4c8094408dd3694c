"""A call may pay for several things; each partner's receipt is told apart by them, to the fen."""

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from portfolio import book_checks, call_types, calls, capital, distributions, excess, receipts
from portfolio.call_types import Purpose
from portfolio.calls import CallLine
from portfolio.distributions import Purpose as Paid
from portfolio.excess import Excess
from portfolio.kernel.errors import DomainError
from portfolio.ledger import LedgerPosting, Moment
from valuation.periods import Quarter

ON, DUE = date(2025, 3, 3), date(2025, 3, 17)
EVER = Moment(as_of=date.max)
INVEST, FEE, OUTSIDE = Purpose.INVESTMENTS, Purpose.MANAGEMENT_FEES, Purpose.MANAGEMENT_FEES_OUTSIDE


def ask(book, parts):
    return calls.call(
        book.work, book.actor, fund_id=book.fund.id, called_on=ON, due_on=DUE, parts=parts
    )


def total(book):
    return capital.accounts(book.work, EVER, book.fund.id).total


def booked(book, *, account: str = "partners_capital") -> dict[str, int]:
    rows = book.work.rows(
        sa.select(col(LedgerPosting.purpose), -sa.func.sum(col(LedgerPosting.amount_fen)))
        .where(col(LedgerPosting.account) == account, col(LedgerPosting.line) == 13)
        .group_by(col(LedgerPosting.purpose))
    )
    return {purpose: int(fen) for purpose, fen in rows}


def test_each_type_is_split_on_its_own_and_the_lines_add_up(book) -> None:
    made = ask(book, {INVEST: 100_00, FEE: 1_00})
    lines = calls.lines(book.work, EVER, col(CallLine.call_id) == made.id)
    assert [(line.amount_fen, line.parts) for line in lines] == [
        (67_34, {INVEST: 66_67, FEE: 67}),
        (33_66, {INVEST: 33_33, FEE: 33}),
    ]
    assert made.total_fen == 101_00


def test_the_granular_table_is_a_group_by(book) -> None:
    made = ask(book, {INVEST: 200_000_00, FEE: 10_000_00})
    receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    assert booked(book) == {
        "call:investments": 600_000_00 + 200_000_00,
        "call:management_fees": 10_000_00,
    }


def test_two_receipts_are_told_apart_like_one(book) -> None:
    made = ask(book, {INVEST: 200_000_00, FEE: 10_000_00})
    line = calls.lines(book.work, EVER, col(CallLine.call_id) == made.id)[0]
    for fen in (133_000_00, 7_000_00):
        receipts.receive(book.work, book.actor, line.id, received_on=DUE, amount_fen=fen)
    assert booked(book)["call:management_fees"] == line.parts[FEE]


def test_a_reversed_receipt_leaves_its_types_open_again(book) -> None:
    made = ask(book, {INVEST: 30_00, FEE: 30_00})
    line = calls.lines(book.work, EVER, col(CallLine.call_id) == made.id)[0]
    first = receipts.receive(book.work, book.actor, line.id, received_on=DUE, amount_fen=20_00)
    receipts.receive(book.work, book.actor, line.id, received_on=DUE, amount_fen=20_00)
    receipts.reverse(book.work, book.actor, first.id, reason="wrong payer")
    receipts.receive(book.work, book.actor, line.id, received_on=DUE, amount_fen=20_00)
    assert booked(book)["call:management_fees"] == 20_00
    assert booked(book)["call:investments"] == 600_000_00 + 20_00


def test_what_is_called_outside_the_commitment_leaves_it_unfunded(book) -> None:
    before = total(book)
    made = ask(book, {OUTSIDE: 50_000_00})
    receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    after = total(book)
    assert after.unfunded_fen == before.unfunded_fen == 300_000_00
    assert after.paid_in_fen == before.paid_in_fen + 50_000_00
    assert not [one for check in book_checks.check(book.work) for one in check.findings]


def test_a_call_outside_may_follow_when_nothing_is_unfunded(book) -> None:
    ask(book, {INVEST: 300_000_00})
    ask(book, {OUTSIDE: 1_00})
    with pytest.raises(DomainError, match="0 yuan is unfunded"):
        ask(book, {INVEST: 1_00})


def test_the_commitment_reconciliation_counts_what_is_inside_only(book) -> None:
    made = ask(book, {INVEST: 90_00, OUTSIDE: 9_00})
    receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    rows = {
        row.row: row
        for row in capital.statement(
            book.work, fund_id=book.fund.id, partner_id=None, quarter=Quarter(2025, 1)
        )
    }
    assert rows[110].qtd_fen == -90_00
    assert rows[13].qtd_fen == 99_00
    assert rows[114].itd_fen == 300_000_00 - 90_00


def test_a_call_of_one_type_needs_no_parts_and_reads_alike(book) -> None:
    made = calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        total_fen=3_00,
        called_on=ON,
        due_on=DUE,
        purpose=FEE,
    )
    shown = calls.calls(book.work, EVER, book.fund.id)[0]
    assert (shown.id, shown.parts) == (made.id, {FEE: 3_00})


def test_a_part_of_nothing_is_refused(book) -> None:
    with pytest.raises(DomainError, match=r"more than nothing.*amount that the fund needs"):
        ask(book, {INVEST: 1_00, FEE: 0})


FEN = st.integers(1, 10**12)


@given(st.dictionaries(st.sampled_from(list(Purpose)), FEN, min_size=1), st.data())
def test_however_it_arrives_the_types_are_filled_to_the_fen(asked, data) -> None:
    left, arrived = sum(asked.values()), dict.fromkeys(asked, 0)
    while left:
        fen = data.draw(st.integers(max(1, left // 3), left))
        for purpose, part in call_types.fill(asked, arrived, fen).items():
            arrived[purpose] += part
        left -= fen
    assert arrived == asked


# ---- distributions and excess
def test_a_payment_may_be_recallable_in_part(book) -> None:
    distributions.distribute(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        paid_on=ON,
        parts={Paid.GAIN: 30_00, Paid.RETURN_OF_FEES: 9_00},
        recallable_parts={Paid.GAIN: 60_00},
    )
    paid = distributions.distributions(book.work, EVER, book.fund.id)[0]
    assert (paid.total_fen, paid.recallable_fen) == (99_00, 60_00)
    assert total(book).unfunded_fen == 300_000_00 + 60_00
    assert not [one for check in book_checks.check(book.work) for one in check.findings]


def test_excess_goes_back_as_if_it_had_not_been_called(book) -> None:
    before = total(book)
    made = ask(book, {INVEST: 90_000_00})
    receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    back = {Excess.INVESTMENTS: 90_000_00}
    excess.give_back(book.work, book.actor, made.id, paid_on=date(2025, 6, 2), parts=back)
    assert total(book) == before
    assert not [one for check in book_checks.check(book.work) for one in check.findings]


def test_no_more_goes_back_than_the_call_brought(book) -> None:
    made = ask(book, {INVEST: 90_00})
    receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    excess.give_back(book.work, book.actor, made.id, paid_on=DUE, parts={Excess.INVESTMENTS: 50_00})
    with pytest.raises(DomainError, match=r"brought 40 yuan.*rest as a distribution"):
        excess.give_back(book.work, book.actor, made.id, paid_on=DUE, parts={Excess.FEES: 41_00})


def test_a_return_that_was_called_again_is_not_undone(book) -> None:
    made = ask(book, {INVEST: 300_000_00})
    receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    back = excess.give_back(
        book.work, book.actor, made.id, paid_on=DUE, parts={Excess.INVESTMENTS: 60_00}
    )
    calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        called_on=date(2025, 4, 1),
        due_on=date(2025, 4, 20),
        parts={INVEST: 60_00},
    )
    with pytest.raises(DomainError, match=r"60 yuan of the later calls rests on it"):
        excess.reverse(book.work, book.actor, back.id, reason="typing error")
