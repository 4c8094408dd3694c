"""The books leave the house as plain text that a foreign program proves: `bean-check`."""

import csv
import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data, realization
from beancount.core.inventory import Inventory
from hypothesis import given
from hypothesis import strategies as st

from portfolio import exits, funds, investments, journal, ledger, marks
from portfolio.accounts import AccountCode, Line
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.ledger import Moment
from portfolio.marks import Method
from tests.portfolio.conftest import Book, open_book
from web import exports, ledger_export

LATEST = Moment(as_of=date.max)
DAYS = [date(2024, month, 28) for month in range(1, 13)]


@pytest.fixture
def book(work: Work, manager: Actor, second_manager: Actor) -> Book:
    """A fund between a mother fund and a firm; names that would break a careless writer."""
    mother = open_book(work, manager, "MF", kind="mother")
    mother.partner("A", 700_000_01)
    mother.contribute(600_000_00)
    book = open_book(work, manager, "HT")
    for code in ("lp 甲", "lp 乙", "LP-1"):
        book.partner(code, 200_000_03)
    account = book.partner("MF", 300_000_05, investor_fund_id=mother.fund.id)
    investments.hold_fund(work, manager, account.id)
    book.contribute(600_000_07, on=DAYS[0])
    firm = book.holding('"=1+1" \\ 引号')
    book.paid(firm, 150_000_00, DAYS[1])
    for as_of, fen in ((DAYS[2], 190_000_07), (DAYS[5], 120_000_01)):
        prepared = marks.prepare(
            work,
            manager,
            investment_id=firm.id,
            as_of=as_of,
            fair_value_fen=fen,
            method=Method.NET_ASSETS,
            inputs={"net_assets": fen},
        )
        marks.approve(work, second_manager, prepared.id)
    exits.realise(work, manager, firm.id, on=DAYS[6], proceeds_fen=90_000_00, cost_fen=50_000_00)
    exits.receive_income(work, manager, firm.id, on=DAYS[6], amount_fen=1_000_03)
    fee = book.move(-3_000_01, Line.MANAGEMENT_FEES, DAYS[7])
    ledger.reverse(work, manager, fee.id, reason='=SUM("重复")')
    return book


def written(book: Book, fund_id: str = "", moment: Moment = LATEST) -> str:
    found = journal.entries(book.work, moment, fund_id or book.fund.id)
    return ledger_export.document('HT "洪泰"', found)


def test_bean_check_accepts_the_file(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "HT.beancount"
    file.write_text(written(book))
    bean_check = Path(sys.executable).with_name("bean-check")
    done = subprocess.run(
        [bean_check, "--no-cache", file], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_wrong_fen_is_found_by_bean_check(book: Book) -> None:
    text = written(book)
    line = next(one for one in text.splitlines() if " balance Assets:Cash " in one)
    wrong = line.replace(" ~ ", "1 ~ ", 1)
    _, errors, _ = loader.load_string(text.replace(line, wrong))
    assert errors


def of_beancount(text: str) -> dict[AccountCode, int]:
    """Sum what Beancount read, by our own account, in fen."""
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    ours = {
        entry.account: AccountCode(entry.meta["ledger-account"])
        for entry in entries
        if isinstance(entry, data.Open)
    }
    found = dict.fromkeys(AccountCode, 0)
    for account, balance in leaves(realization.realize(entries)):
        fen = balance.get_currency_units("CNY").number * 100
        assert fen == int(fen)
        found[ours[account]] += int(fen)
    return found


def leaves(real: realization.RealAccount) -> Iterator[tuple[str, Inventory]]:
    for one in realization.iter_children(real):
        if not one.balance.is_empty():
            yield one.account, one.balance


def test_its_balances_are_ours_to_the_fen(book: Book) -> None:
    for fund in (fund.id for fund in funds.listed(book.work, book.actor)):
        ours = ledger.balances(book.work, LATEST, fund_id=fund)
        assert of_beancount(written(book, fund)) == ours
        assert any(ours.values())


def test_every_quarter_end_asserts_every_account_that_moved(book: Book) -> None:
    lines = [line for line in written(book).splitlines() if " balance " in line]
    days = {line.split()[0] for line in lines}
    assert days == {"2024-04-01", "2024-07-01", "2024-10-01"}
    assert "2024-04-01 balance Assets:Investments:Cost:N--1-1------  150000.00 ~ 0.00 CNY" in lines


def test_an_entry_says_when_it_was_known_and_what_it_undoes(book: Book) -> None:
    entries, _, _ = loader.load_string(written(book))
    booked = [entry for entry in entries if isinstance(entry, data.Transaction)]
    last = booked[-1]
    undone = next(one for one in booked if one.meta["seq"] == last.meta["undoes-seq"])
    assert undone.meta["seq"] < last.meta["seq"]
    assert {p.account: -p.units.number for p in undone.postings} == {
        p.account: p.units.number for p in last.postings
    }
    assert last.meta["recorded-at"] == "2026-10-09T02:00:00.000000+00:00"
    assert last.narration == '=SUM("重复")'
    fees = [p for p in last.postings if p.account.startswith("Expenses:21-ManagementFees:")]
    assert {posting.meta["reporting-line"] for posting in fees} == {Decimal(21)}


def test_codes_that_look_alike_stay_apart(book: Book) -> None:
    entries, _, _ = loader.load_string(written(book))
    opened = {
        entry.account: entry.meta["partner-code"]
        for entry in entries
        if isinstance(entry, data.Open) and entry.account.startswith("Equity:13-")
    }
    assert set(opened.values()) == {"lp 甲", "lp 乙", "LP-1", "MF"}


def test_the_books_as_known_earlier_give_the_same_bytes_after_a_correction(book: Book) -> None:
    known = Moment(as_of=date.max, known_seq=ledger.last_seq(book.work))
    before = written(book, moment=known)
    book.move(-1_000_00, Line.AUDIT, DAYS[0])
    assert written(book, moment=known) == before
    assert written(book) != before


def test_the_journal_is_a_row_a_posting_and_no_formula(book: Book) -> None:
    found = journal.entries(book.work, LATEST, book.fund.id)
    content = exports.as_csv(ledger_export.journal_table("HT", found))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == sum(len(entry.lines) for entry in found)
    debits, credits_ = (
        sum(Decimal(row[side] or 0) for row in rows) for side in ("debit_yuan", "credit_yuan")
    )
    assert debits == credits_ > 0
    assert {row["memo"] for row in rows if row["undoes_seq"]} == {'\'=SUM("重复")'}
    own = {"seq", "effective_date", "debit_yuan", "credit_yuan", "reporting_line"}
    assert not [
        cell for row in rows for key, cell in row.items() if key not in own and cell[:1] == "="
    ]


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), min_size=1))
def test_quarter_ends_reach_from_the_first_day_to_the_last(days: list[date]) -> None:
    ends = journal.quarter_ends(days)
    assert ends[0] >= min(days)
    assert ends[-1] >= max(days)
    assert len(ends) == 1 or ends[-2] < max(days)
    assert all(end.month % 3 == 0 for end in ends)


@given(st.text())
def test_any_text_is_one_string_on_one_line(text: str) -> None:
    written = ledger_export.text_of(text)
    assert "\n" not in written
    entries, errors, _ = loader.load_string(f'2024-01-01 event "x" {written}\n')
    assert errors == []
    assert entries[0].description == " ".join(text.split())


@given(st.text(min_size=1))
def test_any_code_makes_an_account(code: str) -> None:
    name = f"Assets:Investments:Cost:{ledger_export.part_of_name(code)}"
    _, errors, _ = loader.load_string(f"2024-01-01 open {name} CNY\n")
    assert errors == []
