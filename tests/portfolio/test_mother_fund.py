"""Invariant 5: a mother fund carries a sub-fund at its capital account there, always."""

from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from portfolio import (
    calls,
    distributions,
    exits,
    expenses,
    investments,
    ledger,
    marks,
    performance,
    receipts,
    tranches,
)
from portfolio.accounts import ASSETS, LIABILITIES, AccountCode, Line
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.marks import Method
from tests.portfolio.conftest import BEGAN, Book

DAYS = [date(2024, month, 28) for month in range(1, 13)]
LAST = date(2025, 1, 31)


@pytest.fixture
def account(book: Book, mother: Book, work: Work, manager: Actor):
    """The mother fund is a third partner of the fund."""
    partner = book.partner("MF", 100_000_03, investor_fund_id=mother.fund.id)
    investments.hold_fund(work, manager, partner.id)
    return partner


@pytest.fixture
def known(work: Work, manager: Actor, second_manager: Actor, book: Book, account) -> list[int]:
    """Tell a story of the sub-fund; return the books' last number after each of its events."""
    fund_id, seqs = account.fund_id, []

    def then(done):
        seqs.append(ledger.last_seq(work))
        return done

    def mark(as_of: date, fen: int):
        prepared = marks.prepare(
            work,
            manager,
            investment_id=firm.id,
            as_of=as_of,
            fair_value_fen=fen,
            method=Method.NET_ASSETS,
            inputs={"net_assets": fen},
        )
        return then(marks.approve(work, second_manager, prepared.id))

    asked = calls.call(
        work,
        manager,
        fund_id=fund_id,
        total_fen=200_000_01,
        called_on=DAYS[0],
        due_on=DAYS[1],
        purpose=calls.Purpose.INVESTMENTS,
    )
    received = then(receipts.receive_all(work, manager, asked.id, received_on=DAYS[1]))
    firm = book.holding()
    then(book.paid(firm, 150_000_00, DAYS[1]))
    mark(DAYS[2], 190_000_07)
    fee = then(
        expenses.book(
            work,
            manager,
            fund_id=fund_id,
            line=Line.MANAGEMENT_FEES,
            amount_fen=4_000_01,
            effective_date=DAYS[3],
        )
    )
    then(expenses.pay(work, manager, fee.id, paid_on=DAYS[4]))
    then(
        exits.realise(
            work, manager, firm.id, on=DAYS[5], proceeds_fen=90_000_00, cost_fen=50_000_00
        )
    )
    then(exits.receive_income(work, manager, firm.id, on=DAYS[5], amount_fen=1_000_03))
    paid_back = then(
        distributions.distribute(
            work,
            manager,
            fund_id=fund_id,
            paid_on=DAYS[6],
            parts={
                distributions.Purpose.RETURN_OF_CAPITAL: 50_000_00,
                distributions.Purpose.GAIN: 40_000_00,
                distributions.Purpose.INCOME: 1_000_03,
            },
        )
    )
    later = mark(DAYS[7], 80_000_01)
    then(distributions.reverse(work, manager, paid_back.id, reason="支付退回"))
    then(marks.withdraw(work, second_manager, later.mark_id, reason="倍数有误"))
    then(expenses.reverse(work, manager, fee.id, reason="重复计提"))
    mother_line = next(r for r in received if was_followed(work, r.transaction_id))
    then(receipts.reverse(work, manager, mother_line.id, reason="未到账"))
    return seqs


def was_followed(work: Work, transaction_id: str) -> bool:
    """Say whether other books followed this transaction."""
    cause = col(ledger.LedgerTransaction.cause_id) == transaction_id
    return bool(work.scalar(sa.select(sa.func.count()).where(cause)))


def carried_fen(work: Work, moment: Moment, holding_id: str) -> int:
    return sum(investments.carried_fen(work, moment, [holding_id]).get(holding_id, (0, 0)))


def account_fen(work: Work, moment: Moment, account) -> int:
    by_line = ledger.capital_by_line(work, moment, fund_id=account.fund_id)
    return sum(fen for (partner_id, _), fen in by_line.items() if partner_id == account.id)


def test_the_carrying_value_is_the_capital_account_there(work, account, known) -> None:
    values = set()
    for known_seq in (*known, None):
        for as_of in (BEGAN, *DAYS, LAST):
            moment = Moment(as_of=as_of, known_seq=known_seq)
            carried = carried_fen(work, moment, account.holding_id)
            assert carried == account_fen(work, moment, account), moment
            values.add(carried)
    assert len(values) > len(known) // 2, "the story moves the value"


def test_both_books_balance_at_each_of_those_moments(work, book, mother, known) -> None:
    for known_seq in (*known, None):
        for as_of in (BEGAN, *DAYS, LAST):
            moment = Moment(as_of=as_of, known_seq=known_seq)
            for fund_id in (book.fund.id, mother.fund.id):
                balances = ledger.balances(work, moment, fund_id=fund_id)
                net = sum(balances[account] for account in (*ASSETS, *LIABILITIES))
                assert net == -balances[AccountCode.PARTNERS_CAPITAL], (moment, fund_id)


def test_the_flows_of_the_account_are_those_of_the_holding(work, account, known) -> None:
    for known_seq in known[:-1]:  # the last event takes its contribution back
        moment = Moment(as_of=LAST, known_seq=known_seq)
        there = performance.partner_performance(work, moment, account.id)
        here = investments.position(work, moment, account.holding_id)
        assert list(there.net_flows) == investments.flows(work, moment, account.holding_id)
        assert (there.paid_in_fen, there.distributed_fen) == (here.invested_fen, here.realised_fen)
        assert there.net_irr == here.gross_irr
        assert there.tvpi == here.moic


def test_the_fees_of_the_sub_fund_lower_the_mother_funds_value(work, mother, known) -> None:
    before, after = (
        performance.fund_performance(
            work, Moment(as_of=LAST, known_seq=known_seq), mother.fund.id
        ).nav_fen
        for known_seq in (known[2], known[3])
    )
    # 4,000.01 yuan of fee, of which the mother bears 100,000.03 / 1,000,000.03, less than a fen off
    assert before - after == 400_00


def test_a_payment_in_the_sub_fund_moves_no_value(work, account, known) -> None:
    paid = [Moment(as_of=LAST, known_seq=seq) for seq in known[:2]]
    values = [carried_fen(work, moment, account.holding_id) for moment in paid]
    assert values[0] == values[1] > 0


@pytest.mark.usefixtures("known")
def test_tranches_of_the_sub_fund_are_not_those_of_the_mother(work, account) -> None:
    assert tranches.positions(work, Moment(as_of=LAST), [account.holding_id]) == []
