"""A fund of three closings, worked by hand: A 600, B 300, then C 300, then D 300 (万元).

Equalisation interest is 8 % a year, simple, ACT/365. Call 1 of 540 (due 2024-01-15) is shared by A
and B, call 2 of 240 (due 2024-08-15) by A, B and C. At the end each has paid 52 % of its promise,
as if all had been there from the first day (ILPA: "later-close interest excluded").
"""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio import capital, commitment_changes, equalisation, investments, ledger, performance
from portfolio.accounts import AccountCode, Line
from portfolio.kernel.errors import DomainError
from portfolio.later_closings import Event, parts_of
from portfolio.ledger import Moment
from tests.portfolio.conftest import Book, open_book
from valuation.periods import DayCount, Quarter

WAN = 1_000_000
SECOND, THIRD = date(2024, 7, 1), date(2025, 1, 2)
PAID_2, PAID_3 = date(2024, 7, 15), date(2025, 1, 15)
CALL_1, CALL_2 = date(2024, 1, 15), date(2024, 8, 15)


@pytest.fixture
def fund(work, manager) -> Book:
    """The fund before its second closing."""
    book = open_book(work, manager, "EQ")
    book.terms(equalisation_rate=0.08)
    return book


def begin(book: Book):
    a, b = book.partner("A", 600 * WAN), book.partner("B", 300 * WAN)
    book.paid_call(540 * WAN, date(2024, 1, 2), CALL_1)
    return a, b


def close(book: Book, closed_on: date, paid_on: date) -> equalisation.Equalisation:
    return equalisation.equalise(
        book.work, book.actor, fund_id=book.fund.id, closed_on=closed_on, paid_on=paid_on
    )


def three_closings(book: Book):
    a, b = begin(book)
    c = book.partner("C", 300 * WAN, SECOND)
    second = close(book, SECOND, PAID_2)
    book.paid_call(240 * WAN, date(2024, 8, 1), CALL_2)
    d = book.partner("D", 300 * WAN, THIRD)
    third = close(book, THIRD, PAID_3)
    return (a, b, c, d), (second, third)


def paid_in(book: Book, *partners) -> list[int]:
    return [book.amounts(partner).paid_in_fen for partner in partners]


def interest(book: Book, made: equalisation.Equalisation) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in equalisation.parts(book.work, [made.id]):
        found[part.partner_id] = found.get(part.partner_id, 0) + part.interest_fen
    return found


def test_the_second_closing_gives_the_earlier_partners_their_part_back(fund: Book) -> None:
    a, b = begin(fund)
    c = fund.partner("C", 300 * WAN, SECOND)
    made = close(fund, SECOND, PAID_2)
    assert paid_in(fund, a, b, c) == [270 * WAN, 135 * WAN, 135 * WAN]
    assert [fund.amounts(one).unfunded_fen for one in (a, b, c)] == [
        330 * WAN,
        165 * WAN,
        165 * WAN,
    ]
    # 1,350,000 yuan x 8 % x 182 / 365 = 53,852.05 yuan, shared 2:1
    assert interest(fund, made) == {c.id: 5_385_205, a.id: -3_590_137, b.id: -1_795_068}


def test_after_three_closings_all_have_paid_the_same_share(fund: Book) -> None:
    (a, b, c, d), (_, third) = three_closings(fund)
    assert paid_in(fund, a, b, c, d) == [312 * WAN, 156 * WAN, 156 * WAN, 156 * WAN]
    # D: 1,080,000 x 8 % x 366 / 365 = 86,636.71 and 480,000 x 8 % x 153 / 365 = 16,096.44
    owed = interest(fund, third)
    assert owed[d.id] == 8_663_671 + 1_609_644
    assert sum(owed.values()) == 0
    assert fund.findings() == []


def test_the_interest_is_in_no_paid_in_no_multiple_and_no_rate(work, manager) -> None:
    with_interest, without = open_book(work, manager, "W8"), open_book(work, manager, "W0")
    with_interest.terms(equalisation_rate=0.08)
    without.terms(equalisation_rate=0.0)
    found = []
    for book in (with_interest, without):
        three_closings(book)
        moment = Moment(as_of=date(2026, 1, 15))
        net = performance.fund_performance(work, moment, book.fund.id)
        partners = capital.accounts(work, moment, book.fund.id).accounts
        each = [
            performance.partner_performance(work, moment, one.partner_id).net_irr
            for one in partners
        ]
        cash = ledger.balance_fen(work, moment, AccountCode.CASH, fund_id=book.fund.id)
        found.append((net.paid_in_fen, net.tvpi, net.net_irr, net.net_flows, each, cash))
    assert found[0] == found[1]
    assert found[0][0] == 780 * WAN
    assert [flow.on for flow in found[0][3]] == [CALL_1, CALL_2]  # principal cancels over the fund


def test_the_statement_shows_contributions_reduced_and_unfunded_restored(fund: Book) -> None:
    (a, *_, d), _ = three_closings(fund)
    of_a = capital.statement(
        fund.work, fund_id=fund.fund.id, partner_id=a.id, quarter=Quarter(2024, 3)
    )
    rows = {line.row: line for line in of_a}
    assert rows[13].qtd_fen == (-90 + 120) * WAN
    assert (rows[110].qtd_fen, rows[114].itd_fen) == (-30 * WAN, (600 - 390) * WAN)
    of_d = capital.statement(
        fund.work, fund_id=fund.fund.id, partner_id=d.id, quarter=Quarter(2025, 1)
    )
    rows = {line.row: line for line in of_d}
    assert (rows[12].itd_fen, rows[13].itd_fen, rows[114].itd_fen) == (0, 156 * WAN, 144 * WAN)


def test_a_reversal_brings_every_account_back(fund: Book) -> None:
    (a, b, c, d), (second, third) = three_closings(fund)
    with pytest.raises(DomainError, match="2025-01-02 was equalised after this one"):
        equalisation.reverse(fund.work, fund.actor, second.id, reason="误")
    equalisation.reverse(fund.work, fund.actor, third.id, reason="误")
    assert paid_in(fund, a, b, c, d) == [390 * WAN, 195 * WAN, 195 * WAN, 0]
    close(fund, THIRD, PAID_3)
    assert paid_in(fund, a, b, c, d) == [312 * WAN, 156 * WAN, 156 * WAN, 156 * WAN]
    assert fund.findings() == []


def test_an_increase_at_a_later_closing_is_equalised_like_a_new_partner(fund: Book) -> None:
    a, b = begin(fund)
    commitment_changes.increase(
        fund.work, fund.actor, b.id, amount_fen=300 * WAN, effective_date=SECOND
    )
    close(fund, SECOND, PAID_2)
    assert paid_in(fund, a, b) == [270 * WAN, 270 * WAN]


def test_a_fund_that_comes_in_late_has_it_in_its_own_books(fund: Book, mother: Book) -> None:
    begin(fund)
    c = fund.partner("C", 3_000_00, SECOND, investor_fund_id=mother.fund.id)
    investments.hold_fund(fund.work, fund.actor, c.id)
    before = ledger.balance_fen(
        fund.work, Moment(as_of=date.max), AccountCode.CASH, fund_id=mother.fund.id
    )
    made = close(fund, SECOND, PAID_2)
    paid = fund.amounts(c).paid_in_fen
    owed = interest(fund, made)[c.id]
    moment = Moment(as_of=date.max)
    after = ledger.balance_fen(fund.work, moment, AccountCode.CASH, fund_id=mother.fund.id)
    assert before - after == paid + owed
    by_line = ledger.capital_by_line(fund.work, moment, fund_id=mother.fund.id)
    borne = sum(fen for (_, line), fen in by_line.items() if line == Line.OTHER_INTEREST)
    assert borne == -owed
    assert fund.findings() == []
    equalisation.reverse(fund.work, fund.actor, made.id, reason="误")
    again = ledger.balance_fen(fund.work, moment, AccountCode.CASH, fund_id=mother.fund.id)
    assert again == before


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda _: None, "No commitment of 2024-07-01 waits"),
        (
            lambda book: (
                book.call(90 * WAN, date(2024, 6, 1), date(2024, 6, 15)),
                book.partner("C", 300 * WAN, SECOND),
            ),
            "Call 2 of 2024-06-01 was made before this closing",
        ),
    ],
)
def test_what_cannot_be_equalised_is_refused_and_nothing_is_written(
    fund: Book, prepare, said: str
) -> None:
    begin(fund)
    prepare(fund)
    newest = ledger.last_seq(fund.work)
    with pytest.raises(DomainError, match=said):
        close(fund, SECOND, PAID_2)
    assert ledger.last_seq(fund.work) == newest


def test_a_closing_is_equalised_once_and_paid_after_it(fund: Book) -> None:
    begin(fund)
    fund.partner("C", 300 * WAN, SECOND)
    with pytest.raises(DomainError, match="before the closing"):
        close(fund, SECOND, date(2024, 6, 30))
    close(fund, SECOND, PAID_2)
    with pytest.raises(DomainError, match="waits for equalisation"):
        close(fund, SECOND, PAID_2)


FEN = st.integers(min_value=1, max_value=10**12)


@given(
    st.lists(FEN, min_size=1, max_size=6),
    st.lists(FEN, min_size=1, max_size=4),
    st.integers(min_value=0, max_value=4000),
    st.sampled_from([0.0, 0.0435, 0.08]),
)
def test_principal_and_interest_each_sum_to_zero(borne, joined, days: int, rate: float) -> None:
    event = Event(
        on=date(2015, 1, 1),
        purpose="call:investments",
        borne_fen={f"P{i}": fen for i, fen in enumerate(borne)},
    )
    later = {f"N{i}": fen for i, fen in enumerate(joined)}
    parts = parts_of(
        event,
        later,
        sum(borne),
        paid_on=date.fromordinal(event.on.toordinal() + days),
        rate=rate,
        day_count=DayCount.ACT_365F,
    )
    assert sum(part.principal_fen for part in parts) == 0
    assert sum(part.interest_fen for part in parts) == 0
    for part in parts:
        if part.partner_id in later:
            exact = Fraction(later[part.partner_id] * sum(borne), sum(borne) + sum(joined))
            assert abs(part.principal_fen - exact) < 1
        else:
            assert -event.borne_fen[part.partner_id] <= part.principal_fen <= 0
