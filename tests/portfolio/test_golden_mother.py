"""Golden: a mother fund over two subs, worked by hand, in yuan.

Mother M (A 1,200,000; B 800,000) has promised S1 1,000,000 of 4,000,000, S2 500,000 of 1,000,000.
M calls 1,500,000; S1 calls 2,000,000 (M: 500,000), S2 800,000 (M: 400,000). S1 pays 1,200,000 into
甲, S2 400,000 into 甲 and 200,000 into 乙. Fees: S1 40,000, S2 20,000, M 30,000. Marks: 甲 in S1
1,600,000, in S2 500,000; 乙 150,000. S1 sells half of 甲 for 900,000 and gives back 600,000 of
capital and 300,000 of gain (M: 225,000).

S1  cash 2,000 - 1,200 - 40 + 900 - 900 = 760 thousand, 甲 800: NAV 1,560; a quarter is M's: 390
S2  cash 800 - 600 - 20 = 180, firms 650: NAV 830; half is M's: 415
M   cash 1,500 - 500 - 400 - 30 + 225 = 795, S1 390, S2 415: NAV 1,600; A 960, B 640
"""

from datetime import date

import pytest

from portfolio import (
    book_checks,
    calls,
    distributions,
    exits,
    expenses,
    investments,
    ledger,
    lookthrough,
    marks,
    performance,
    receipts,
)
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import Partner
from portfolio.ledger import Moment
from portfolio.marks import Method
from tests.portfolio.conftest import Book, open_book

YUAN = 100
CALLED, PAID, FEES, MARKED, SOLD = (
    date(2024, 1, 10),
    date(2024, 2, 1),
    date(2024, 3, 1),
    date(2024, 3, 31),
    date(2024, 5, 6),
)
END = Moment(as_of=date(2024, 6, 30))


@pytest.fixture
def told(work, manager, second_manager) -> tuple[Book, Book, Book, Partner, Partner]:
    def call(book: Book, yuan: int) -> None:
        made = calls.call(
            work,
            manager,
            fund_id=book.fund.id,
            total_fen=yuan * YUAN,
            called_on=CALLED,
            due_on=PAID,
            purpose=calls.Purpose.INVESTMENTS,
        )
        receipts.receive_all(work, manager, made.id, received_on=CALLED)

    def spend(book: Book, yuan: int) -> None:
        expenses.book(
            work,
            manager,
            fund_id=book.fund.id,
            line=Line.MANAGEMENT_FEES,
            amount_fen=yuan * YUAN,
            effective_date=FEES,
            paid_on=FEES,
        )

    def mark(holding: investments.Investment, yuan: int) -> None:
        prepared = marks.prepare(
            work,
            manager,
            investment_id=holding.id,
            as_of=MARKED,
            fair_value_fen=yuan * YUAN,
            method=Method.NET_ASSETS,
            inputs={"net_assets": yuan},
        )
        marks.approve(work, second_manager, prepared.id)

    mother = open_book(work, manager, "M", kind="mother")
    mother.partner("A", 1_200_000 * YUAN)
    mother.partner("B", 800_000 * YUAN)
    first, second = open_book(work, manager, "S1"), open_book(work, manager, "S2")
    first.partner("X", 3_000_000 * YUAN)
    second.partner("Y", 500_000 * YUAN)
    in_first = first.partner("M", 1_000_000 * YUAN, investor_fund_id=mother.fund.id)
    in_second = second.partner("M", 500_000 * YUAN, investor_fund_id=mother.fund.id)
    for account in (in_first, in_second):
        investments.hold_fund(work, manager, account.id)
    for book, yuan in ((mother, 1_500_000), (first, 2_000_000), (second, 800_000)):
        call(book, yuan)
    jia, jia_too, yi = first.holding("甲"), second.holding("甲"), second.holding("乙")
    first.paid(jia, 1_200_000 * YUAN, PAID)
    second.paid(jia_too, 400_000 * YUAN, PAID)
    second.paid(yi, 200_000 * YUAN, PAID)
    for book, yuan in ((mother, 30_000), (first, 40_000), (second, 20_000)):
        spend(book, yuan)
    for holding, yuan in ((jia, 1_600_000), (jia_too, 500_000), (yi, 150_000)):
        mark(holding, yuan)
    exits.realise(
        work,
        manager,
        jia.id,
        on=SOLD,
        proceeds_fen=900_000 * YUAN,
        cost_fen=600_000 * YUAN,
    )
    distributions.distribute(
        work,
        manager,
        fund_id=first.fund.id,
        paid_on=SOLD,
        parts={
            distributions.Purpose.RETURN_OF_CAPITAL: 600_000 * YUAN,
            distributions.Purpose.GAIN: 300_000 * YUAN,
        },
    )
    return mother, first, second, in_first, in_second


def nav(work, book: Book) -> int:
    return performance.fund_performance(work, END, book.fund.id).nav_fen


def test_the_net_asset_values_are_those_worked_by_hand(work, told) -> None:
    mother, first, second, *_ = told
    assert nav(work, first) == 1_560_000 * YUAN
    assert nav(work, second) == 830_000 * YUAN
    assert nav(work, mother) == 1_600_000 * YUAN
    cash = ledger.balance_fen(work, END, AccountCode.CASH, fund_id=mother.fund.id)
    assert cash == 795_000 * YUAN


def test_each_sub_is_carried_at_the_account_there(work, told) -> None:
    mother, _, _, in_first, in_second = told
    for account, yuan in ((in_first, 390_000), (in_second, 415_000)):
        carried = investments.carried_fen(work, END, [account.holding_id])[account.holding_id]
        there = ledger.capital_by_line(work, END, fund_id=account.fund_id)
        assert sum(carried) == yuan * YUAN
        assert sum(fen for (who, _), fen in there.items() if who == account.id) == yuan * YUAN
    found = lookthrough.structure(work, END, mother.fund.id)
    assert sorted(link.value_fen for link in found.children) == [390_000 * YUAN, 415_000 * YUAN]
    assert not [f for check in book_checks.check(work) for f in check.findings]


def test_the_partners_of_the_mother_share_it_three_to_two(work, told) -> None:
    mother = told[0]
    by_line = ledger.capital_by_line(work, END, fund_id=mother.fund.id)
    accounts: dict[str, int] = {}
    for (partner_id, _), fen in by_line.items():
        accounts[partner_id] = accounts.get(partner_id, 0) + fen
    assert sorted(accounts.values()) == [640_000 * YUAN, 960_000 * YUAN]


def test_one_firm_in_both_subs_stands_once_with_two_paths(work, told) -> None:
    jia, yi = lookthrough.structure(work, END, told[0].fund.id).firms
    assert (jia.cost_fen, jia.fair_value_fen) == (350_000 * YUAN, 450_000 * YUAN)
    by_path = {path.funds: (path.cost_fen, path.fair_value_fen) for path in jia.paths}
    assert by_path == {
        ("M", "S1"): (150_000 * YUAN, 200_000 * YUAN),
        ("M", "S2"): (200_000 * YUAN, 250_000 * YUAN),
    }
    assert (yi.cost_fen, yi.fair_value_fen) == (100_000 * YUAN, 75_000 * YUAN)


def test_the_fees_of_both_storeys_are_borne_once_each(work, told) -> None:
    """The mother pays 30,000 itself and bears 10,000 in each sub: 50,000 of fund-of-funds fees."""
    mother, _, _, in_first, in_second = told
    own = ledger.capital_by_line(work, END, fund_id=mother.fund.id)
    assert sum(f for (_, line), f in own.items() if line == Line.MANAGEMENT_FEES) == -30_000 * YUAN
    for account in (in_first, in_second):
        there = ledger.capital_by_line(work, END, fund_id=account.fund_id)
        assert there[account.id, Line.MANAGEMENT_FEES] == -10_000 * YUAN
