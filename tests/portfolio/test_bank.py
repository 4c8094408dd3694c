"""A bank statement is matched, not guessed, and booked once; what is open is listed."""

from datetime import date
from itertools import accumulate

import pytest

from portfolio import (
    bank,
    bank_booking,
    bank_matching,
    calls,
    capital,
    distributions,
    expenses,
    receipts,
    reconciliation,
)
from portfolio.accounts import Line
from portfolio.bank import StatementRow
from portfolio.bank_matching import Due, Entry, Outcome, propose
from portfolio.call_types import Purpose
from portfolio.distributions import Purpose as Paid
from portfolio.kernel.errors import DomainError, StaleError
from portfolio.ledger import Moment

CALLED, ARRIVED = date(2025, 3, 3), date(2025, 3, 17)
EVER = Moment(as_of=date.max)
OPENING = 600_000_00


def row(fen: int, who: str = "", on: date = ARRIVED, **more) -> StatementRow:
    return StatementRow(
        number=more.pop("number", 1), booked_on=on, amount_fen=fen, counterparty=who, **more
    )


def numbered(rows, opening: int = OPENING) -> list[StatementRow]:
    """The rows with their numbers and running balances, as a bank prints them."""
    balances = list(accumulate((one.amount_fen for one in rows), initial=opening))[1:]
    return [
        StatementRow(
            number=n,
            booked_on=one.booked_on,
            amount_fen=one.amount_fen,
            counterparty=one.counterparty,
            account=one.account,
            memo=one.memo,
            balance_fen=balance,
        )
        for n, (one, balance) in enumerate(zip(rows, balances, strict=True), start=1)
    ]


# ---- rules
DUE = Due(
    call_line_id="L1",
    partner_id="P1",
    partner="出资人（甲）有限公司",
    call=2,
    called_on=CALLED,
    outstanding_fen=100_00,
)
PAYERS = {
    "P1": (frozenset({"出资人（甲）有限公司"}), frozenset({"6222 0001"})),
    "P2": (frozenset({"出资人乙"}), frozenset()),
}


def outcome(line: StatementRow, *dues: Due, entries=()) -> Outcome:
    return propose([line], dues=dues or (DUE,), entries=entries, payers=PAYERS)[0].outcome


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (row(100_00, "出资人(甲)有限公司"), Outcome.RECEIPT),
        (row(100_00, "某某代付", account="62220001"), Outcome.RECEIPT),
        (row(100_00, "不认识的公司"), Outcome.ASKED),
        (row(40_00, "出资人（甲）有限公司"), Outcome.ASKED),
        (row(101_00, "出资人（甲）有限公司"), Outcome.OPEN),
        (row(100_00, "出资人乙"), Outcome.OPEN),
        (row(7_00, "不认识的公司"), Outcome.OPEN),
        (row(100_00, "出资人（甲）有限公司", on=date(2025, 3, 2)), Outcome.OPEN),
        (row(-100_00, "出资人（甲）有限公司"), Outcome.OPEN),
    ],
    ids=[
        "amount_and_name",
        "amount_and_account",
        "payer_not_known",
        "a_part",
        "more_than_owed",
        "owes_nothing",
        "nobody_owes_it",
        "before_the_call",
        "money_out",
    ],
)
def test_a_line_pays_a_call_only_where_amount_and_payer_fit(line, expected) -> None:
    assert outcome(line) is expected


def test_two_calls_of_one_amount_are_asked() -> None:
    second = Due(**{name: getattr(DUE, name) for name in Due.__slots__} | {"call_line_id": "L2"})
    assert outcome(row(100_00, "出资人（甲）有限公司"), DUE, second) is Outcome.ASKED


def test_a_due_is_used_up_by_the_line_that_pays_it() -> None:
    line = row(100_00, "出资人（甲）有限公司")
    found = propose([line, line], dues=[DUE], entries=[], payers=PAYERS)
    assert [one.outcome for one in found] == [Outcome.RECEIPT, Outcome.OPEN]


def entry(fen: int, on: date = ARRIVED, **more) -> Entry:
    given = {"transaction_id": "T1", "seq": 1, "tag": "t", "memo": ""} | more
    return Entry(on=on, open_fen=fen, **given)


def test_what_is_booked_already_is_tied_on_its_day_and_asked_on_another() -> None:
    assert outcome(row(-5_00), entries=[entry(-5_00)]) is Outcome.ENTRY
    assert outcome(row(-5_00), entries=[entry(-5_00, date(2025, 3, 14))]) is Outcome.ASKED
    assert outcome(row(-5_00), entries=[entry(-5_00, date(2025, 3, 3))]) is Outcome.OPEN
    twice = [entry(-5_00), entry(-5_00, transaction_id="T2")]
    assert outcome(row(-5_00), entries=twice) is Outcome.ASKED


def test_a_distribution_is_found_by_each_partners_part() -> None:
    paid = entry(-90_00, parts=(("甲", -60_00), ("乙", -30_00)))
    lines = [row(-30_00, "乙"), row(-60_00, "甲")]
    found = propose(lines, dues=[], entries=[paid], payers=PAYERS)
    assert [one.outcome for one in found] == [Outcome.ENTRY, Outcome.ENTRY]


def test_lines_that_say_the_same_are_told_apart_by_their_order() -> None:
    prints = bank.fingerprints([row(5_00, "甲"), row(5_00, "甲")])
    assert len(set(prints)) == 2
    assert bank.fingerprints([row(5_00, "甲"), row(5_00, "甲", number=9)]) == prints


# ---- a statement against the books
@pytest.fixture
def asked(book):
    """A call of 90,000 yuan over two partners of 2:1, on a fund with 600,000 in the bank."""
    book.made = calls.call(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        called_on=CALLED,
        due_on=ARRIVED,
        parts={Purpose.INVESTMENTS: 90_000_00},
    )
    return book


def take_in(book, store, rows, *, choices=None, closes_on=date(2025, 3, 31), name="3月.csv"):
    content = f"{name}{rows}".encode()
    made = bank_booking.upload(
        book.work, book.actor, store, fund_id=book.fund.id, name=name, content=content
    )
    return bank_booking.confirm(
        book.work,
        book.actor,
        book.fund.id,
        made.id,
        version=made.version,
        rows=rows,
        choices=choices or {},
        closes_on=closes_on,
    )


def agreed(book, as_of: date = date(2025, 3, 31)):
    return reconciliation.reconcile(book.work, Moment(as_of=as_of), book.fund.id)


def test_matched_lines_become_receipts_and_the_bank_agrees(asked, store) -> None:
    rows = numbered([row(60_000_00, "出资人 LP1"), row(30_000_00, "出资人 LP2")])
    done = take_in(asked, store, rows)
    assert (done.receipts, done.open) == (2, 0)
    assert calls.calls(asked.work, EVER, asked.fund.id)[0].outstanding_fen == 0
    assert agreed(asked).findings == ()
    assert agreed(asked).statement_fen == agreed(asked).ledger_fen == 690_000_00


def test_nothing_is_written_before_it_is_confirmed(asked, store) -> None:
    rows = numbered([row(60_000_00, "出资人 LP1")])
    assert bank_booking.preview(asked.work, asked.fund.id, rows)[0].outcome is Outcome.RECEIPT
    assert bank.lines(asked.work, EVER, asked.fund.id) == []
    assert calls.calls(asked.work, EVER, asked.fund.id)[0].received_fen == 0


def test_the_same_file_and_the_same_lines_book_nothing_twice(asked, store) -> None:
    rows = numbered([row(60_000_00, "出资人 LP1")])
    take_in(asked, store, rows)
    again = bank_booking.upload(
        asked.work,
        asked.actor,
        store,
        fund_id=asked.fund.id,
        name="again.csv",
        content=f"3月.csv{rows}".encode(),
    )
    assert len(bank.statements(asked.work, asked.fund.id)) == 1
    with pytest.raises(StaleError):
        bank_booking.confirm(
            asked.work,
            asked.actor,
            asked.fund.id,
            again.id,
            version=1,
            rows=rows,
            choices={},
            closes_on=date(2025, 3, 31),
        )
    longer = numbered([row(60_000_00, "出资人 LP1"), row(30_000_00, "出资人 LP2")])
    done = take_in(asked, store, longer, name="季.csv")
    assert (done.known, done.lines, done.receipts) == (1, 1, 1)


def test_a_payer_that_a_person_named_is_known_next_time(asked, store) -> None:
    first = numbered([row(60_000_00, "甲集团财务公司", account="6222-9")])
    proposal = bank_booking.preview(asked.work, asked.fund.id, first)[0]
    take_in(asked, store, first, choices={1: proposal.choices[0].key})
    calls.call(
        asked.work,
        asked.actor,
        fund_id=asked.fund.id,
        called_on=date(2025, 4, 1),
        due_on=date(2025, 4, 20),
        parts={Purpose.INVESTMENTS: 9_000_00},
    )
    following = row(6_000_00, "甲集团财务公司", on=date(2025, 4, 20), account="6222-9")
    found = bank_booking.preview(asked.work, asked.fund.id, [following])[0]
    assert found.outcome is Outcome.RECEIPT


def test_what_nobody_settled_stays_open_and_is_listed(asked, store) -> None:
    rows = numbered([row(60_000_00, "不认识"), row(-12_00, "某银行", memo="手续费")])
    done = take_in(asked, store, rows)
    assert (done.receipts, done.open) == (0, 2)
    found = agreed(asked)
    assert [(one.side, one.amount_fen, one.what) for one in found.differences] == [
        ("bank", 60_000_00, "不认识"),
        ("bank", -12_00, "某银行 · 手续费"),
    ]
    difference = sum(one.amount_fen for one in found.differences)
    assert found.statement_fen - found.ledger_fen == difference


def test_open_lines_are_matched_again_when_the_books_have_moved_on(asked, store) -> None:
    take_in(asked, store, numbered([row(-12_00, "某银行")]))
    assert len(agreed(asked).differences) == 1
    expenses.book(
        asked.work,
        asked.actor,
        fund_id=asked.fund.id,
        line=Line.BANK_FEES,
        amount_fen=12_00,
        effective_date=ARRIVED,
        paid_on=ARRIVED,
    )
    done = bank_booking.match_again(asked.work, asked.actor, asked.fund.id, choices={})
    assert done.ties == 1
    assert agreed(asked).is_reconciled


def test_an_entry_that_the_bank_does_not_have_is_listed(asked, store) -> None:
    take_in(asked, store, numbered([row(60_000_00, "出资人 LP1", on=date(2025, 3, 10))]))
    line = calls.calls(asked.work, EVER, asked.fund.id)[0].lines[1]
    receipts.receive(asked.work, asked.actor, line.id, received_on=ARRIVED, amount_fen=30_000_00)
    found = agreed(asked)
    assert [(one.side, one.amount_fen) for one in found.differences] == [("books", 30_000_00)]
    assert not found.is_reconciled


def test_a_reversed_receipt_opens_its_line_again(asked, store) -> None:
    take_in(asked, store, numbered([row(60_000_00, "出资人 LP1")]))
    tied = bank_booking.open_lines(asked.work, asked.fund.id)
    assert tied == {}
    paid = asked.work.session.query(calls.Receipt).one()
    receipts.reverse(asked.work, asked.actor, paid.id, reason="wrong line")
    found = agreed(asked)
    assert [(one.side, one.amount_fen) for one in found.differences] == [("bank", 60_000_00)]
    assert len(bank_booking.open_lines(asked.work, asked.fund.id)) == 1


def test_a_distribution_is_tied_to_the_payments_of_its_partners(book, store) -> None:
    distributions.distribute(
        book.work,
        book.actor,
        fund_id=book.fund.id,
        paid_on=ARRIVED,
        parts={Paid.GAIN: 90_00},
    )
    rows = numbered([row(-60_00, "出资人 LP1"), row(-30_00, "出资人 LP2")])
    done = take_in(book, store, rows)
    assert (done.ties, done.open) == (2, 0)
    assert agreed(book).is_reconciled
    nav = capital.accounts(book.work, EVER, book.fund.id).total.nav_fen
    assert nav == OPENING - 90_00  # tying moves no money


def test_a_quarter_beyond_the_last_statement_is_not_reconciled(book, store) -> None:
    take_in(book, store, numbered([row(-5_00, "某银行")]), closes_on=date(2025, 3, 20))
    assert any("reach to 2025-03-20 only" in str(one.what) for one in agreed(book).findings)


def test_without_any_statement_money_is_not_reconciled(book) -> None:
    assert "No bank statement was taken in" in str(agreed(book).findings[0].what)


def test_a_statement_that_opens_with_other_cash_says_so(book, store) -> None:
    rows = numbered([row(-5_00, "某银行")], opening=OPENING - 7_00)
    take_in(book, store, rows)
    assert any("opens with 7 yuan less" in str(one.what) for one in agreed(book).findings)


def test_a_statement_does_not_end_before_its_last_line(book, store) -> None:
    with pytest.raises(DomainError, match=r"has a line of 2025-03-17.*last day"):
        take_in(book, store, numbered([row(-5_00)]), closes_on=date(2025, 3, 16))


def test_an_account_of_the_fund_is_in_force_from_its_day(book) -> None:
    for number, since in (("1001", date(2024, 1, 1)), ("2002", date(2025, 1, 1))):
        bank.open_account(
            book.work,
            book.actor,
            fund_id=book.fund.id,
            holder="示例基金",
            bank="示例银行",
            number=number,
            effective_date=since,
        )
    found = [bank.account(book.work, book.fund.id, on=on) for on in (date(2024, 6, 1), ARRIVED)]
    assert [one.number for one in found if one] == ["1001", "2002"]
    assert bank.account(book.work, book.fund.id, on=date(2023, 1, 1)) is None
    with pytest.raises(DomainError, match="holder, its bank and its number"):
        bank.open_account(
            book.work,
            book.actor,
            fund_id=book.fund.id,
            holder="",
            bank="x",
            number="1",
            effective_date=ARRIVED,
        )


def test_names_are_compared_without_form_and_spaces() -> None:
    assert bank_matching.plain("出资人 （甲） Co.") == bank_matching.plain("出资人(甲)ＣＯ")
