"""A distribution pays the partners by commitment, part by part, and never beyond the cash."""

from datetime import date

import pytest
import sqlalchemy as sa

from portfolio import calls, capital, distributions, investments, ledger, receipts
from portfolio.accounts import AccountCode
from portfolio.distributions import Distribution, DistributionPosition, Purpose
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.ledger import Moment

ON = date(2025, 6, 2)
BACK, GAIN, INCOME = Purpose.RETURN_OF_CAPITAL, Purpose.GAIN, Purpose.INCOME


def pay(book, parts, *, recallable: bool = False, paid_on: date = ON, **more) -> Distribution:
    return distributions.distribute(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        paid_on=paid_on,
        parts=parts,
        recallable=recallable,
        **more,
    )


def shown(book, **moment) -> list[DistributionPosition]:
    return distributions.distributions(
        book.work, Moment(**{"as_of": date.max} | moment), book.fund.id
    )


def unfunded(book) -> int:
    return capital.accounts(book.work, Moment(as_of=date.max), book.fund.id).total.unfunded_fen


def test_each_part_is_split_by_commitment_to_the_fen(book) -> None:
    pay(book, {BACK: 100_00, GAIN: 1_00})
    parts = [(part.code, part.purpose, part.amount_fen) for part in shown(book)[0].parts]
    assert parts == [
        ("LP1", GAIN, 67),
        ("LP1", BACK, 66_67),
        ("LP2", GAIN, 33),
        ("LP2", BACK, 33_33),
    ]


def test_the_partners_accounts_and_the_cash_fall_by_what_was_paid(book) -> None:
    pay(book, {BACK: 90_000_00})
    total = capital.accounts(book.work, Moment(as_of=ON), book.fund.id).total
    assert (total.distributed_fen, total.nav_fen) == (90_000_00, 510_000_00)
    assert total.unfunded_fen == 300_000_00  # a permanent distribution cannot be called again
    cash = ledger.balances(book.work, Moment(as_of=ON), fund_id=book.fund.id)[AccountCode.CASH]
    assert cash == 510_000_00


def test_beyond_the_cash_is_refused(book) -> None:
    with pytest.raises(DomainError, match=r"0\.01 yuan short of cash"):
        pay(book, {BACK: 600_000_01})


@pytest.mark.parametrize("parts", [{}, {BACK: 0}, {BACK: 5_00, GAIN: -1}])
def test_a_part_of_nothing_is_refused(book, parts) -> None:
    with pytest.raises(DomainError, match="more than nothing"):
        pay(book, parts)


def test_nothing_is_paid_before_anybody_committed(book) -> None:
    with pytest.raises(DomainError, match="Nobody has committed"):
        pay(book, {BACK: 1_00}, paid_on=date(2023, 1, 2))


def test_only_who_may_distribute_distributes(book, officer) -> None:
    with pytest.raises(NotAllowedError):
        distributions.distribute(
            book.work, officer, fund_id=book.fund.id, paid_on=ON, parts={BACK: 1_00}
        )


def test_a_recallable_distribution_is_unfunded_again(book) -> None:
    row = pay(book, {BACK: 60_000_00, GAIN: 30_000_00}, recallable=True)
    assert row.recallable_fen == 90_000_00
    assert unfunded(book) == 390_000_00


def test_a_reversed_distribution_is_gone_and_was_known_before(book) -> None:
    row = pay(book, {BACK: 60_000_00}, recallable=True)
    known = ledger.last_seq(book.work)
    distributions.reverse(book.work, book.actor, row.id, reason="日期有误")
    assert shown(book) == []
    assert unfunded(book) == 300_000_00
    assert [paid.number for paid in shown(book, known_seq=known)] == [1]


def test_one_that_was_called_again_cannot_be_reversed(book) -> None:
    row = pay(book, {BACK: 60_000_00}, recallable=True)
    calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        total_fen=340_000_00,
        called_on=date(2025, 7, 1),
        due_on=date(2025, 7, 1),
        purpose=calls.Purpose.INVESTMENTS,
    )
    with pytest.raises(DomainError, match="was called again: 40,000 yuan"):
        distributions.reverse(book.work, book.actor, row.id, reason="日期有误")


def test_a_fund_above_gets_its_part_in_the_same_write(book, mother) -> None:
    partner = book.partner("MF", 100_000_00, investor_fund_id=mother.fund.id)
    holding = investments.hold_fund(book.work, book.actor, partner.id)
    made = calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        total_fen=100_000_00,
        called_on=ON,
        due_on=ON,
        purpose=calls.Purpose.INVESTMENTS,
    )
    receipts.receive_all(book.work, book.actor, made.id, received_on=ON)
    pay(book, {BACK: 50_000_00, INCOME: 20_000_00})
    position = investments.position(book.work, Moment(as_of=ON), holding.id)
    account = capital.accounts(book.work, Moment(as_of=ON), book.fund.id).accounts[-1]
    assert position.realised_fen == 7_000_00
    assert position.cost_fen == 5_000_00
    assert position.fair_value_fen == account.amounts.nav_fen == 3_000_00


@pytest.mark.parametrize("table", ["distribution", "distribution_line"])
def test_a_distribution_is_never_edited(book, table) -> None:
    pay(book, {BACK: 1_00})
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), book.work.session.begin_nested():
        book.work.session.execute(sa.text(f"UPDATE {table} SET is_demo = is_demo"))


def test_demo_distributions_can_be_hidden(book) -> None:
    pay(book, {BACK: 1_00}, is_demo=True)
    pay(book, {BACK: 2_00})
    visible = distributions.distributions(
        book.work, Moment(as_of=date.max), book.fund.id, with_demo=False
    )
    assert [paid.total_fen for paid in visible] == [2_00]
