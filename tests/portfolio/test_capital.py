"""A capital account is what was promised and booked; its statement adds up in every column."""

from datetime import date

import pytest

from portfolio import calls, capital, commitments, distributions, expenses, ledger, receipts
from portfolio.accounts import AccountCode, Line
from portfolio.capital import StatementLine
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import new_id
from portfolio.kernel.errors import NotFoundError
from portfolio.ledger import Moment
from portfolio.postings import Posting
from valuation.figures import Reason, Undefined
from valuation.periods import Quarter

Q2 = Quarter(2025, 2)


@pytest.fixture
def year(book):
    """One year of the fund: a call and a fee in 2025Q1, income and distributions in Q2."""
    made = calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        total_fen=90_000_00,
        called_on=date(2025, 2, 3),
        due_on=date(2025, 2, 20),
        purpose=calls.Purpose.INVESTMENTS,
    )
    receipts.receive_all(book.work, book.actor, made.id, received_on=date(2025, 2, 20))
    booking = {"fund_id": book.fund.id, "paid_on": date(2025, 3, 31)}
    expenses.book(
        book.work,
        book.actor,
        line=Line.MANAGEMENT_FEES,
        amount_fen=9_000_00,
        effective_date=date(2025, 3, 31),
        **booking,
    )
    expenses.income(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        line=Line.INTEREST_INCOME,
        amount_fen=3_000_00,
        effective_date=date(2025, 4, 1),
    )
    for on, fen, recallable in ((5, 30_000_00, True), (6, 60_000_00, False)):
        distributions.distribute(
            book.work,
            book.actor,
            fund_id=book.fund.id,
            paid_on=date(2025, on, 30),
            parts={distributions.Purpose.RETURN_OF_CAPITAL: fen},
            recallable=recallable,
        )
    return book


def rows(book, **which) -> dict[int, StatementLine]:
    asked = {"partner_id": None, "quarter": Q2} | which
    lines = capital.statement(book.work, fund_id=book.fund.id, **asked)
    return {line.row: line for line in lines}


def columns(line: StatementLine) -> tuple[int, int, int]:
    return line.qtd_fen, line.ytd_fen, line.itd_fen


def test_an_account_is_what_was_promised_and_booked(year) -> None:
    found = capital.accounts(year.work, Moment(as_of=Q2.end), year.fund.id)
    first = found.accounts[0]
    assert first.amounts == capital.Amounts(
        committed_fen=600_000_00,
        paid_in_fen=460_000_00,
        unfunded_fen=160_000_00,
        distributed_fen=60_000_00,
        recallable_fen=20_000_00,
        nav_fen=396_000_00,
    )
    assert first.share == pytest.approx(2 / 3)


def test_the_accounts_add_up_to_the_fund(year) -> None:
    found = capital.accounts(year.work, Moment(as_of=Q2.end), year.fund.id)
    assert found.total == capital.total([account.amounts for account in found.accounts])
    assert found.total.nav_fen == 594_000_00
    cash = ledger.balance_fen(
        year.work, Moment(as_of=Q2.end), AccountCode.CASH, fund_id=year.fund.id
    )
    assert cash == found.total.nav_fen


def test_an_account_is_read_as_of_any_day(year) -> None:
    found = capital.accounts(year.work, Moment(as_of=date(2025, 2, 19)), year.fund.id)
    assert (found.total.paid_in_fen, found.total.unfunded_fen) == (600_000_00, 300_000_00)


def test_before_anybody_committed_there_is_no_share(book) -> None:
    found = capital.accounts(book.work, Moment(as_of=date(2023, 12, 31)), book.fund.id)
    share = found.accounts[0].share
    assert isinstance(share, Undefined)
    assert share.reason is Reason.NO_COMMITMENT


def test_an_lp_sees_its_own_account_and_the_funds_total(book) -> None:
    own = book.work.session.get(
        commitments.Partner, commitments.shares(book.work, book.fund.id, on=Q2.end)[1].partner_id
    )
    lp = Actor(id=new_id(), name="出资人", role=Role.LP, organisation_id=own.organisation_id)
    found = capital.accounts(book.work, Moment(as_of=Q2.end), book.fund.id, lp)
    assert [account.code for account in found.accounts] == ["LP2"]
    assert found.total.committed_fen == 900_000_00


def test_hidden_demo_bookings_leave_the_promise_alone(book) -> None:
    calls_demo = {"is_demo": True, "purpose": calls.Purpose.INVESTMENTS}
    made = calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        total_fen=90_000_00,
        called_on=Q2.start,
        due_on=Q2.start,
        **calls_demo,
    )
    receipts.receive_all(book.work, book.actor, made.id, received_on=Q2.start)
    moment = Moment(as_of=Q2.end)
    assert capital.accounts(book.work, moment, book.fund.id).total.paid_in_fen == 690_000_00
    hidden = capital.accounts(book.work, moment, book.fund.id, with_demo=False).total
    assert (hidden.paid_in_fen, hidden.committed_fen) == (600_000_00, 900_000_00)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (12, (681_000_00, 600_000_00, 0)),
        (13, (0, 90_000_00, 690_000_00)),
        (14, (-90_000_00, -90_000_00, -90_000_00)),
        (18, (-90_000_00, 0, 600_000_00)),
        (21, (0, -9_000_00, -9_000_00)),
        (82, (0, -9_000_00, -9_000_00)),
        (87, (3_000_00, 3_000_00, 3_000_00)),
        (91, (3_000_00, -6_000_00, -6_000_00)),
        (95, (594_000_00, 594_000_00, 594_000_00)),
        (104, (594_000_00, 594_000_00, 594_000_00)),
        (108, (900_000_00, 900_000_00, 900_000_00)),
        (109, (210_000_00, 300_000_00, 900_000_00)),
        (110, (0, -90_000_00, -690_000_00)),
        (111, (30_000_00, 30_000_00, 30_000_00)),
        (114, (240_000_00, 240_000_00, 240_000_00)),
    ],
)
def test_the_statement_of_the_whole_fund(year, row, expected) -> None:
    assert columns(rows(year)[row]) == expected


def test_every_column_of_every_statement_ends_in_the_account(year) -> None:
    for account in capital.accounts(year.work, Moment(as_of=Q2.end), year.fund.id).accounts:
        lines = rows(year, partner_id=account.partner_id)
        assert set(columns(lines[95])) == {account.amounts.nav_fen}
        assert set(columns(lines[114])) == {account.amounts.unfunded_fen}
        assert columns(lines[85]) == columns(lines[82])


def test_the_partners_statements_add_up_to_the_funds(year) -> None:
    fund = rows(year)
    accounts = capital.accounts(year.work, Moment(as_of=Q2.end), year.fund.id).accounts
    parts = [rows(year, partner_id=account.partner_id) for account in accounts]
    for row, line in fund.items():
        sums = tuple(map(sum, zip(*(columns(part[row]) for part in parts), strict=True)))
        assert sums == columns(line), row


def test_one_quarter_begins_where_the_last_ended(year) -> None:
    before, after = rows(year, quarter=Q2.previous), rows(year)
    assert before[95].qtd_fen == after[12].qtd_fen
    assert before[114].qtd_fen == after[109].qtd_fen


def test_rows_that_nobody_booked_are_shown_as_zero(year) -> None:
    lines = rows(year)
    assert columns(lines[53]) == (0, 0, 0)
    assert [*lines][:3] == [12, 13, 14]
    assert [*lines][-1] == 114


def test_gains_are_net_of_carry_and_the_carry_stands_below_them(book) -> None:
    lp, gp = (share.partner_id for share in commitments.shares(book.work, book.fund.id, on=Q2.end))
    on_capital = {"account": AccountCode.PARTNERS_CAPITAL}
    ledger.post(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        tag="test",
        subject_id=book.fund.id,
        effective_date=Q2.start,
        postings=[
            Posting(account=AccountCode.INVESTMENTS_UNREALISED, amount_fen=100_00),
            Posting(partner_id=lp, line=Line.UNREALISED_GAIN, amount_fen=-100_00, **on_capital),
            Posting(partner_id=lp, line=Line.CARRY_ACCRUED, amount_fen=20_00, **on_capital),
            Posting(partner_id=gp, line=Line.CARRY_ACCRUED, amount_fen=-20_00, **on_capital),
        ],
    )
    lines = rows(book, partner_id=lp)
    assert (lines[93].qtd_fen, lines[97].qtd_fen, lines[103].qtd_fen) == (80_00, -20_00, -20_00)
    assert lines[95].qtd_fen == 400_080_00
    assert lines[104].qtd_fen == 400_100_00
    following = rows(book, partner_id=lp, quarter=Q2.next)
    assert (following[96].qtd_fen, following[103].qtd_fen) == (-20_00, -20_00)


def test_an_increase_after_the_first_commitment_is_an_adjustment(book) -> None:
    partner_id = commitments.shares(book.work, book.fund.id, on=Q2.end)[0].partner_id
    for change, fen in (("increase", 50_000_00), ("release", -20_000_00)):
        book.work.add(
            commitments.Commitment(
                partner_id=partner_id,
                change=change,
                amount_fen=fen,
                effective_date=Q2.start,
                recorded_at=book.work.recorded_at,
                recorded_by=book.actor.id,
            )
        )
    lines = rows(book)
    assert columns(lines[112]) == (-20_000_00,) * 3
    assert columns(lines[113]) == (50_000_00,) * 3
    assert columns(lines[114]) == (330_000_00,) * 3


def test_last_quarters_statement_is_reproduced_after_a_correction(year) -> None:
    before, known = rows(year), ledger.last_seq(year.work)
    expenses.book(
        year.work,
        year.actor,
        fund_id=year.fund.id,
        line=Line.AUDIT,
        amount_fen=5_00,
        effective_date=Q2.end,
    )
    assert rows(year) != before
    assert rows(year, known_seq=known) == before


def test_a_partner_of_another_fund_has_no_statement_here(book, mother) -> None:
    stranger = commitments.shares(mother.work, mother.fund.id, on=Q2.end)[0].partner_id
    with pytest.raises(NotFoundError):
        rows(book, partner_id=stranger)
