"""A call is split to the fen, asks for no more than is unfunded, and is paid as the bank says."""

from datetime import date

import pytest

from portfolio import calls, capital, commitments, distributions, investments, ledger, receipts
from portfolio.accounts import AccountCode
from portfolio.calls import CallPosition, Purpose
from portfolio.commitments import Share
from portfolio.kernel.errors import DomainError, NotAllowedError, NotFoundError
from portfolio.ledger import Moment

CALLED, DUE = date(2025, 3, 3), date(2025, 3, 20)
PAID = date(2025, 3, 18)
ALWAYS = Moment(as_of=date.max)


def make(book, total_fen: int, called_on: date = CALLED, due_on: date = DUE, **more):
    return calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        total_fen=total_fen,
        called_on=called_on,
        due_on=due_on,
        purpose=Purpose.INVESTMENTS,
        **more,
    )


def shown(book, as_of: date = date.max, known_seq: int | None = None) -> list[CallPosition]:
    return calls.calls(book.work, Moment(as_of=as_of, known_seq=known_seq), book.fund.id)


def test_a_split_adds_up_and_follows_the_commitments() -> None:
    by = [Share(partner_id=str(n), committed_fen=fen) for n, fen in enumerate((1, 1, 1))]
    assert calls.split(100, by) == {"0": 34, "1": 33, "2": 33}


def test_a_partner_whose_part_is_nothing_is_not_asked() -> None:
    by = [Share(partner_id="big", committed_fen=10**12), Share(partner_id="small", committed_fen=1)]
    assert calls.split(5, by) == {"big": 5}


def test_a_preview_shows_the_parts_and_writes_nothing(book) -> None:
    parts = calls.preview(book.work, book.fund.id, 100_000_00, CALLED)
    assert [(partner.code, fen) for partner, fen in parts] == [
        ("LP1", 66_666_67),
        ("LP2", 33_333_33),
    ]
    assert shown(book) == []


def test_a_call_asks_each_partner_by_commitment_and_moves_no_money(book) -> None:
    before = ledger.last_seq(book.work)
    make(book, 100_000_00)
    (made,) = shown(book)
    assert [line.amount_fen for line in made.lines] == [66_666_67, 33_333_33]
    assert (made.number, made.received_fen, made.outstanding_fen) == (1, 0, 100_000_00)
    assert ledger.last_seq(book.work) == before


def test_calls_are_numbered_by_fund(book) -> None:
    assert [make(book, 1_000_00).number for _ in range(3)] == [1, 2, 3]


def test_more_than_is_unfunded_is_refused_with_both_amounts(book) -> None:
    with pytest.raises(DomainError, match=r"asks for 300,000\.01 yuan; 300,000 yuan is unfunded"):
        make(book, 300_000_01)


def test_what_is_called_and_not_yet_paid_cannot_be_called_again(book) -> None:
    make(book, 200_000_00)
    with pytest.raises(DomainError, match="asks for 150,000 yuan; 100,000 yuan is unfunded"):
        make(book, 150_000_00)


def test_a_call_dated_back_leaves_room_for_the_later_one(book) -> None:
    make(book, 250_000_00)
    with pytest.raises(DomainError, match="50,000 yuan is unfunded"):
        make(book, 60_000_00, called_on=date(2024, 6, 3))


def test_one_partner_is_not_asked_beyond_its_own_commitment(book) -> None:
    extra = commitments.Commitment(
        partner_id=commitments.shares(book.work, book.fund.id, on=CALLED)[1].partner_id,
        change="increase",
        amount_fen=300_000_00,
        effective_date=CALLED,
        recorded_at=book.work.recorded_at,
        recorded_by=book.actor.id,
    )
    book.work.add(extra)  # now 600:600, but LP1 has paid 400 and LP2 200
    with pytest.raises(DomainError, match="asks 出资人 LP1 for 250,000 yuan; 200,000 yuan of its"):
        make(book, 500_000_00)


@pytest.mark.parametrize("total_fen", [0, -1])
def test_a_call_for_nothing_is_refused(book, total_fen) -> None:
    with pytest.raises(DomainError, match="more than nothing"):
        make(book, total_fen)


def test_a_call_is_not_due_before_it_is_made(book) -> None:
    with pytest.raises(DomainError, match="due on 2025-03-02, before it is made on 2025-03-03"):
        make(book, 1_000_00, due_on=date(2025, 3, 2))


def test_nobody_is_asked_before_anybody_committed(book) -> None:
    with pytest.raises(DomainError, match="Nobody has committed"):
        make(book, 1_000_00, called_on=date(2023, 6, 1), due_on=date(2023, 6, 2))


def test_only_who_may_call_capital_calls(book, officer) -> None:
    with pytest.raises(NotAllowedError):
        calls.call(
            book.work,
            officer,
            fund_id=book.fund.id,
            total_fen=1,
            called_on=CALLED,
            due_on=DUE,
            purpose=Purpose.INVESTMENTS,
        )


def test_a_receipt_is_cash_and_a_contribution_of_that_day(book) -> None:
    make(book, 100_000_00)
    line = shown(book)[0].lines[0]
    receipts.receive(book.work, book.actor, line.id, received_on=PAID, amount_fen=10_000_00)
    accounts = capital.accounts(book.work, Moment(as_of=PAID), book.fund.id).accounts
    assert accounts[0].amounts.paid_in_fen == 410_000_00
    cash = ledger.balance_fen(book.work, Moment(as_of=PAID), AccountCode.CASH, fund_id=book.fund.id)
    assert cash == 610_000_00
    assert shown(book, as_of=date(2025, 3, 17))[0].received_fen == 0
    assert shown(book, as_of=PAID)[0].received_fen == 10_000_00


def test_a_receipt_carries_the_purpose_of_its_call(book) -> None:
    make(book, 100_000_00)
    line = shown(book)[0].lines[0]
    booked = receipts.receive(
        book.work, book.actor, line.id, received_on=PAID, amount_fen=10_000_00
    )
    postings = ledger.postings_of(book.work, booked.transaction_id)
    assert {posting.purpose for posting in postings} == {"call:investments"}


def test_no_more_arrives_than_is_outstanding(book) -> None:
    make(book, 90_000_00)
    line = shown(book)[0].lines[0]
    receipts.receive(book.work, book.actor, line.id, received_on=PAID, amount_fen=50_000_00)
    with pytest.raises(DomainError, match=r"10,000\.01 yuan was entered; 10,000 yuan of this part"):
        receipts.receive(book.work, book.actor, line.id, received_on=PAID, amount_fen=10_000_01)


@pytest.mark.parametrize("amount_fen", [0, -5])
def test_nothing_does_not_arrive(book, amount_fen) -> None:
    make(book, 90_000_00)
    line = shown(book)[0].lines[0]
    with pytest.raises(DomainError, match="outstanding"):
        receipts.receive(book.work, book.actor, line.id, received_on=PAID, amount_fen=amount_fen)


def test_money_does_not_arrive_before_the_call(book) -> None:
    make(book, 90_000_00)
    line = shown(book)[0].lines[0]
    with pytest.raises(DomainError, match="2025-03-02, before the call of 2025-03-03"):
        receipts.receive(
            book.work, book.actor, line.id, received_on=date(2025, 3, 2), amount_fen=1_00
        )


def test_the_rest_of_a_call_arrives_at_once(book) -> None:
    made = make(book, 90_000_00)
    line = shown(book)[0].lines[0]
    receipts.receive(book.work, book.actor, line.id, received_on=PAID, amount_fen=50_000_00)
    rest = receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    assert [receipt.amount_fen for receipt in rest] == [10_000_00, 30_000_00]
    assert shown(book)[0].outstanding_fen == 0
    assert receipts.receive_all(book.work, book.actor, made.id, received_on=DUE) == []


def test_a_call_that_is_not_there_receives_nothing(book) -> None:
    with pytest.raises(NotFoundError):
        receipts.receive_all(book.work, book.actor, book.fund.id, received_on=DUE)


def test_a_reversed_receipt_is_outstanding_again_and_was_known_before(book) -> None:
    made = make(book, 90_000_00)
    booked = receipts.receive_all(book.work, book.actor, made.id, received_on=PAID)
    known = ledger.last_seq(book.work)
    receipts.reverse(book.work, book.actor, booked[0].id, reason="付款人有误")
    assert shown(book)[0].outstanding_fen == 60_000_00
    assert shown(book, known_seq=known)[0].outstanding_fen == 0
    receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    assert shown(book)[0].outstanding_fen == 0


def test_a_call_is_overdue_only_after_its_due_date(book) -> None:
    made = make(book, 90_000_00)
    assert not shown(book)[0].is_overdue(DUE)
    assert shown(book)[0].is_overdue(date(2025, 3, 21))
    receipts.receive_all(book.work, book.actor, made.id, received_on=DUE)
    assert not shown(book)[0].is_overdue(date(2025, 3, 21))


def test_a_recallable_distribution_can_be_called_again(book) -> None:
    distributions.distribute(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        paid_on=date(2025, 1, 6),
        parts={distributions.Purpose.RETURN_OF_CAPITAL: 90_000_00},
        recallable=True,
    )
    with pytest.raises(DomainError, match="; 300,000 yuan is unfunded"):
        make(book, 300_000_01, called_on=date(2024, 12, 2))  # before it was given back
    make(book, 390_000_00)
    assert shown(book)[0].total_fen == 390_000_00


def test_a_fund_that_pays_its_part_books_it_in_the_same_write(book, mother) -> None:
    partner = book.partner("MF", 100_000_00, investor_fund_id=mother.fund.id)
    holding = investments.hold_fund(book.work, book.actor, partner.id)
    made = make(book, 100_000_00)
    receipts.receive_all(book.work, book.actor, made.id, received_on=PAID)
    moment = Moment(as_of=PAID)
    cost = ledger.balance_fen(
        book.work,
        moment,
        AccountCode.INVESTMENTS_COST,
        fund_id=mother.fund.id,
        investment_id=holding.id,
    )
    cash = ledger.balance_fen(book.work, moment, AccountCode.CASH, fund_id=mother.fund.id)
    assert (cost, cash) == (10_000_00, 290_000_00)


def test_a_fund_without_the_cash_does_not_pay(book, mother) -> None:
    partner = book.partner("MF", 3_000_000_00, investor_fund_id=mother.fund.id)
    investments.hold_fund(book.work, book.actor, partner.id)
    made = make(book, 600_000_00)
    with pytest.raises(DomainError, match="short of cash"):
        receipts.receive_all(book.work, book.actor, made.id, received_on=PAID)


def test_a_fund_partner_without_a_holding_cannot_pay_yet(book, mother) -> None:
    book.partner("MF", 100_000_00, investor_fund_id=mother.fund.id)
    made = make(book, 100_000_00)
    with pytest.raises(DomainError, match="no holding for it yet"):
        receipts.receive_all(book.work, book.actor, made.id, received_on=PAID)


def test_demo_calls_can_be_hidden(book) -> None:
    make(book, 1_000_00, is_demo=True)
    make(book, 2_000_00)
    visible = calls.calls(book.work, ALWAYS, book.fund.id, with_demo=False)
    assert [made.total_fen for made in visible] == [2_000_00]
