"""Increases, releases and transfers: what is promised moves by dated rows, and so does its undoing.

The transfer is worked by hand: A has promised 600, paid in 300, got 30 back (10 of it recallable);
the fund is worth 315 of which A holds 210. Half of A goes to C, a newcomer (万元).
"""

from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portfolio import (
    calls,
    capital,
    commitment_changes,
    commitments,
    distributions,
    expenses,
    investments,
    ledger,
    performance,
    transfers,
    unfunded,
)
from portfolio.accounts import AccountCode, Line
from portfolio.capital import Amounts
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.transfers import interest_of
from tests.portfolio.conftest import Book, open_book
from valuation.periods import Quarter

WAN = 1_000_000
ON = date(2025, 3, 31)


@pytest.fixture
def fund(work, manager) -> Book:
    book = open_book(work, manager, "TR")
    book.terms()
    return book


def begin(book: Book):
    """A 600 and B 300; half paid in, a tenth of that returned, a cost of 90."""
    a, b = book.partner("A", 600 * WAN), book.partner("B", 300 * WAN)
    book.paid_call(450 * WAN, date(2024, 1, 10), date(2024, 1, 31))
    pay(book, 30 * WAN, recallable=False)
    pay(book, 15 * WAN, recallable=True)
    expenses.book(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        line=Line.AUDIT,
        amount_fen=90 * WAN,
        effective_date=date(2024, 12, 31),
    )
    return a, b


def pay(book: Book, fen: int, *, recallable: bool) -> None:
    distributions.distribute(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        paid_on=date(2024, 6, 28),
        parts={distributions.Purpose.RETURN_OF_CAPITAL: fen},
        recallable=recallable,
    )


def newcomer(book: Book, code: str = "C", **investor: str) -> commitments.Partner:
    """Admit a partner with a promise of its own, so that it may take an interest over."""
    return book.partner(code, 1 * WAN, date(2025, 3, 1), **investor)


def give(book: Book, giver, taker, wan: int, **more) -> transfers.PartnerTransfer:
    return transfers.transfer(
        book.work,
        book.actor,
        giver_id=giver.id,
        taker_id=taker.id,
        committed_fen=wan * WAN,
        effective_date=ON,
        **more,
    )


def test_half_an_interest_takes_half_of_everything(fund: Book) -> None:
    a, _ = begin(fund)
    c = newcomer(fund)
    give(fund, a, c, 300)
    half = Amounts(
        committed_fen=300 * WAN,
        paid_in_fen=150 * WAN,
        unfunded_fen=155 * WAN,
        distributed_fen=15 * WAN,
        recallable_fen=5 * WAN,
        nav_fen=105 * WAN,
    )
    assert fund.amounts(a) == half
    of_c = fund.amounts(c)
    assert (of_c.committed_fen, of_c.unfunded_fen) == (301 * WAN, 156 * WAN)
    assert (of_c.paid_in_fen, of_c.distributed_fen, of_c.nav_fen) == (
        half.paid_in_fen,
        half.distributed_fen,
        half.nav_fen,
    )
    assert fund.findings() == []


def test_the_new_holder_begins_at_nothing_and_the_old_one_is_negative_on_row_17(fund) -> None:
    a, _ = begin(fund)
    c = newcomer(fund)
    give(fund, a, c, 300)
    rows = {}
    for partner in (a, c):
        lines = capital.statement(
            fund.work, fund_id=fund.fund.id, partner_id=partner.id, quarter=Quarter(2025, 1)
        )
        rows[partner.code] = {line.row: line for line in lines}
    assert (rows["C"][12].qtd_fen, rows["C"][17].qtd_fen, rows["C"][95].qtd_fen) == (
        0,
        105 * WAN,
        105 * WAN,
    )
    assert (rows["C"][13].itd_fen, rows["C"][14].itd_fen) == (0, 0)
    assert (rows["A"][17].qtd_fen, rows["A"][95].itd_fen) == (-105 * WAN, 105 * WAN)
    assert (rows["A"][109].qtd_fen, rows["A"][113].qtd_fen, rows["A"][114].qtd_fen) == (
        310 * WAN,
        -155 * WAN,
        155 * WAN,
    )
    assert (rows["C"][113].qtd_fen, rows["C"][114].itd_fen) == (155 * WAN, 156 * WAN)
    whole = capital.statement(
        fund.work, fund_id=fund.fund.id, partner_id=None, quarter=Quarter(2025, 1)
    )
    assert next(line for line in whole if line.row == 17).itd_fen == 0


def test_a_transfer_moves_no_figure_of_the_fund(fund: Book) -> None:
    a, _ = begin(fund)
    c = newcomer(fund)
    moment = Moment(as_of=date(2025, 12, 31))
    before = performance.fund_performance(fund.work, moment, fund.fund.id)
    give(fund, a, c, 600)
    after = performance.fund_performance(fund.work, moment, fund.fund.id)
    assert (after.paid_in_fen, after.tvpi, after.net_irr, after.net_flows) == (
        before.paid_in_fen,
        before.tvpi,
        before.net_irr,
        before.net_flows,
    )


def test_the_new_holder_is_called_for_what_it_took_over(fund: Book) -> None:
    a, b = begin(fund)
    c = newcomer(fund)
    give(fund, a, c, 600)
    made = fund.call(90 * WAN, date(2025, 4, 1), date(2025, 4, 20))
    asked = calls.calls(fund.work, Moment(as_of=date.max), fund.fund.id)[-1]
    assert asked.id == made.id
    assert {line.partner_id for line in asked.lines} == {b.id, c.id}


def test_a_transfer_is_reversed_whole(fund: Book) -> None:
    a, _ = begin(fund)
    c = newcomer(fund)
    before = fund.amounts(a)
    row = give(fund, a, c, 300)
    transfers.reverse(fund.work, fund.actor, row.id, reason="协议未生效")
    assert fund.amounts(a) == before
    assert fund.amounts(c).nav_fen == 0
    assert transfers.transfers(fund.work, fund.fund.id)[0][1]
    with pytest.raises(DomainError, match="already"):
        transfers.reverse(fund.work, fund.actor, row.id, reason="再次")
    assert fund.findings() == []


def test_a_fund_that_buys_an_interest_carries_it_at_the_account_there(fund, mother) -> None:
    a, _ = begin(fund)
    c = newcomer(fund, investor_fund_id=mother.fund.id)
    investments.hold_fund(fund.work, fund.actor, c.id)
    give(fund, a, c, 3, price_fen=1_000_000)
    moment = Moment(as_of=date.max)
    cost, unrealised = investments.carried_fen(fund.work, moment, [c.holding_id])[c.holding_id]
    assert cost == 1_000_000
    assert cost + unrealised == fund.amounts(c).nav_fen
    assert fund.findings() == []


def test_a_fund_that_sells_realises_the_difference_to_its_cost(fund: Book, mother: Book) -> None:
    seller = fund.partner("M", 18 * WAN, investor_fund_id=mother.fund.id)
    investments.hold_fund(fund.work, fund.actor, seller.id)
    buyer = fund.partner("B", 2 * WAN)
    fund.paid_call(20 * WAN, date(2024, 1, 10), date(2024, 1, 31))
    give(fund, seller, buyer, 18, price_fen=20 * WAN)
    moment = Moment(as_of=date.max)
    by_line = ledger.capital_by_line(fund.work, moment, fund_id=mother.fund.id)
    realised = sum(fen for (_, line), fen in by_line.items() if line == Line.REALISED_GAIN)
    assert realised == 2 * WAN
    assert sum(fen for (_, line), fen in by_line.items() if line == Line.UNREALISED_GAIN) == 0
    assert fund.findings() == []


@pytest.mark.parametrize(
    ("wan", "said"), [(0, "0 yuan was entered"), (601, "has committed 6,000,000 yuan")]
)
def test_nothing_or_more_than_was_promised_is_not_transferred(fund, wan: int, said: str) -> None:
    a, _ = begin(fund)
    with pytest.raises(DomainError, match=said):
        give(fund, a, newcomer(fund), wan)


def test_an_interest_with_a_call_out_or_moved_later_is_not_transferred(fund: Book) -> None:
    a, b = begin(fund)
    with pytest.raises(DomainError, match="another one"):
        give(fund, a, a, 1)
    fund.call(9 * WAN, date(2025, 3, 1), date(2025, 3, 20))
    with pytest.raises(DomainError, match="still owes 60,000 yuan"):
        give(fund, a, b, 1)


# ---- increases and releases
def test_an_increase_counts_from_its_day_and_is_undone(fund: Book) -> None:
    a, _ = begin(fund)
    row = commitment_changes.increase(
        fund.work, fund.actor, a.id, amount_fen=100 * WAN, effective_date=ON
    )
    assert fund.amounts(a, date(2025, 3, 30)).committed_fen == 600 * WAN
    assert fund.amounts(a).committed_fen == 700 * WAN
    commitment_changes.undo(fund.work, fund.actor, row.id, reason="误录")
    assert fund.amounts(a).committed_fen == 600 * WAN
    with pytest.raises(DomainError, match="already"):
        commitment_changes.undo(fund.work, fund.actor, row.id, reason="再次")


def test_an_increase_that_was_called_is_not_undone(fund: Book) -> None:
    a, _ = begin(fund)
    row = commitment_changes.increase(
        fund.work, fund.actor, a.id, amount_fen=100 * WAN, effective_date=ON
    )
    fund.call(500 * WAN, date(2025, 4, 1), date(2025, 4, 20))
    with pytest.raises(DomainError, match="rests on this promise"):
        commitment_changes.undo(fund.work, fund.actor, row.id, reason="误录")


def test_a_release_stands_on_row_112_and_never_beyond_what_may_be_called(fund: Book) -> None:
    a, _ = begin(fund)
    with pytest.raises(DomainError, match="3,100,000 yuan of the commitment"):
        commitment_changes.release(
            fund.work, fund.actor, a.id, amount_fen=310 * WAN + 1, effective_date=ON
        )
    commitment_changes.release(fund.work, fund.actor, a.id, amount_fen=310 * WAN, effective_date=ON)
    lines = capital.statement(
        fund.work, fund_id=fund.fund.id, partner_id=a.id, quarter=Quarter(2025, 1)
    )
    rows = {line.row: line.qtd_fen for line in lines}
    assert (rows[109], rows[112], rows[114]) == (310 * WAN, -310 * WAN, 0)
    assert fund.findings() == []


def test_a_change_of_a_commitment_is_never_edited(fund: Book) -> None:
    begin(fund)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        fund.work.session.execute(sa.update(commitments.Commitment).values(amount_fen=1))


# ---- laws
@given(
    committed=st.integers(min_value=1, max_value=10**13),
    part=st.data(),
    paid=st.integers(min_value=0, max_value=10**13),
    back=st.integers(min_value=0, max_value=10**12),
    nav=st.integers(min_value=-(10**12), max_value=10**13),
)
def test_what_is_left_and_what_is_taken_over_add_up(committed, part, paid, back, nav) -> None:
    paid = min(paid, committed)
    recallable = min(back, paid)
    account = Amounts(
        committed_fen=committed,
        paid_in_fen=paid,
        unfunded_fen=committed - paid + recallable,
        distributed_fen=back + recallable,
        recallable_fen=recallable,
        nav_fen=nav,
    )
    taken = interest_of(account, part.draw(st.integers(min_value=1, max_value=committed)))
    left = committed - taken.committed_fen
    assert 0 <= taken.unfunded_fen <= account.unfunded_fen
    assert taken.unfunded_fen == taken.committed_fen - taken.paid_in_fen + taken.recallable_fen
    left_paid, left_back = paid - taken.paid_in_fen, recallable - taken.recallable_fen
    assert account.unfunded_fen - taken.unfunded_fen == left - left_paid + left_back
    if not left:
        assert (taken.paid_in_fen, taken.nav_fen) == (paid, nav)
        assert taken.distributed_fen == account.distributed_fen


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["call", "increase", "release", "transfer", "pay"]), st.integers(1, 99)
    ),
    max_size=8,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
def test_the_invariants_hold_after_any_order_of_acts(work, manager, acts) -> None:
    book = open_book(work, manager, f"H{ledger.last_seq(work)}-{id(acts)}"[:18])
    book.terms()
    partners = [book.partner(code, fen * WAN) for code, fen in (("A", 61), ("B", 30), ("C", 9))]
    for number, (act, size) in enumerate(acts):
        on = date.fromordinal(date(2024, 2, 1).toordinal() + 10 * number)
        giver, taker = partners[size % 3], partners[(size + 1) % 3]
        fen = size * 123_457
        try:
            with work.session.begin_nested():
                match act:
                    case "call":
                        book.paid_call(fen, on, on)
                    case "pay":
                        distributions.distribute(
                            work,
                            manager,
                            fund_id=book.fund.id,
                            paid_on=on,
                            parts={distributions.Purpose.RETURN_OF_CAPITAL: fen},
                            recallable=size % 2 == 0,
                        )
                    case "increase" | "release":
                        change = getattr(commitment_changes, act)
                        change(work, manager, giver.id, amount_fen=fen, effective_date=on)
                    case "transfer":
                        transfers.transfer(
                            work,
                            manager,
                            giver_id=giver.id,
                            taker_id=taker.id,
                            committed_fen=fen,
                            effective_date=on,
                        )
        except DomainError:
            continue  # refused, and nothing of it was kept
        assert book.findings() == []
        total = capital.accounts(work, Moment(as_of=date.max), book.fund.id).total
        cash = ledger.balance_fen(
            work, Moment(as_of=date.max), AccountCode.CASH, fund_id=book.fund.id
        )
        assert total.nav_fen == cash
        assert total.unfunded_fen == total.committed_fen - total.paid_in_fen + total.recallable_fen
        assert unfunded.by_fund(work, Moment(as_of=on))[book.fund.id] == (
            capital.accounts(work, Moment(as_of=on), book.fund.id).total.unfunded_fen
        )
