"""A notice tells a partner its part, by type, with the due date, the account and its position."""

import io
import re
import zipfile
from datetime import date

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from portfolio import bank, calls, distributions, notices
from portfolio.calls import Purpose
from portfolio.distributions import Purpose as Paid
from portfolio.kernel.actors import Role
from portfolio.kernel.errors import NotFoundError
from tests.web.books import WAN, open_fund
from web.reports import notice_files, notice_pdf, notice_workbook

CALLED, DUE = date(2024, 5, 6), date(2024, 5, 20)


@pytest.fixture
def told(database, manager):
    """A second call over 90 万元: 81 for investments, 9 for fees outside the commitment."""
    with database.writing() as work:
        told = open_fund(work, manager)
        bank.open_account(
            work,
            manager,
            fund_id=told.fund_id,
            holder="HT基金（募集专户）",
            bank="=示例银行",
            number="0000-1001",
            effective_date=date(2024, 1, 1),
        )
        calls.call(
            work,
            manager,
            fund_id=told.fund_id,
            called_on=CALLED,
            due_on=DUE,
            parts={Purpose.INVESTMENTS: 81 * WAN, Purpose.MANAGEMENT_FEES_OUTSIDE: 9 * WAN},
        )
        distributions.distribute(
            work,
            manager,
            fund_id=told.fund_id,
            paid_on=date(2024, 6, 3),
            parts={Paid.GAIN: 9 * WAN},
            recallable_parts={Paid.RETURN_OF_CAPITAL: 18 * WAN},
        )
    return told


def of_call(database, manager, told):
    with database.reading() as work:
        made = calls.calls(work, calls.EVER, told.fund_id)[-1]
        return made.id, notices.of_call(work, manager, told.fund_id, made.id)


def of_distribution(database, manager, told):
    with database.reading() as work:
        paid = distributions.distributions(work, calls.EVER, told.fund_id)[-1]
        return paid.id, notices.of_distribution(work, manager, told.fund_id, paid.id)


def test_the_build_up_is_by_type_and_the_parts_are_the_call(database, manager, told) -> None:
    _, found = of_call(database, manager, told)
    first = found[0]
    assert first.reference == "HT-C002-LP1"
    assert [(part.purpose, part.fund_fen, part.partner_fen) for part in first.parts] == [
        ("call:investments", 81 * WAN, 45 * WAN),
        ("call:outside:management_fees", 9 * WAN, 5 * WAN),
    ]
    assert sum(one.amount_fen for one in found) == first.fund_fen == 90 * WAN


def test_the_position_counts_what_is_inside_the_commitment(database, manager, told) -> None:
    first = of_call(database, manager, told)[1][0]
    assert (first.before.called_fen, first.before.uncalled_fen) == (50 * WAN, 450 * WAN)
    assert (first.after.called_fen, first.after.uncalled_fen) == (100 * WAN, 405 * WAN)


def test_the_workdays_are_those_of_the_calendar(database, manager, told) -> None:
    """2024: 11 May was a Saturday worked for the Labour Day holiday."""
    first = of_call(database, manager, told)[1][0]
    assert (first.workdays, first.is_short) == (11, False)


def test_a_recallable_part_may_be_called_again(database, manager, told) -> None:
    first = of_distribution(database, manager, told)[1][0]
    assert (first.amount_fen, first.due_on) == (15 * WAN, None)
    assert (first.before.distributed_fen, first.after.distributed_fen) == (0, 15 * WAN)
    assert first.after.uncalled_fen - first.before.uncalled_fen == 10 * WAN


def test_what_is_booked_later_changes_no_notice(database, manager, told) -> None:
    before = of_call(database, manager, told)[1]
    with database.writing() as work:
        calls.call(
            work,
            manager,
            fund_id=told.fund_id,
            total_fen=9 * WAN,
            called_on=date(2024, 5, 6),
            due_on=date(2024, 6, 30),
        )
    with database.reading() as work:
        made = calls.calls(work, calls.EVER, told.fund_id)[1]
        assert notices.of_call(work, manager, told.fund_id, made.id) == before


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("zh", ("缴款通知书", "HT-C002-LP1", "500,000.00", "2024-05-20", "0000-1001", "认缴外")),
        ("en", ("Capital call notice", "HT-C002-LP1", "500,000.00", "outside")),
    ],
)
def test_the_pdf_says_all_of_it_and_is_tagged(database, manager, told, lang, words) -> None:
    first = of_call(database, manager, told)[1][0]
    content = notice_pdf.render(first, lang)
    assert content == notice_pdf.render(first, lang)
    read = PdfReader(io.BytesIO(content))
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in read.pages))
    assert [word for word in words if word.replace(" ", "") not in text] == []
    assert read.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_workbook_adds_up_and_takes_no_text_for_a_formula(database, manager, told) -> None:
    first = of_call(database, manager, told)[1][0]
    content = notice_workbook.render(first, "zh")
    assert content == notice_workbook.render(first, "zh")
    sheet = load_workbook(io.BytesIO(content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    formulas = [cell for cell in cells if cell.data_type == "f"]
    assert [cell.value[:5] for cell in formulas] == ["=SUM(", "=SUM("]
    assert any(cell.value == "'=示例银行" for cell in cells)
    shown = load_workbook(io.BytesIO(content), data_only=True).active
    assert shown[formulas[1].coordinate].value == 500_000


def test_all_notices_come_in_one_archive(database, manager, told, logged_in) -> None:
    call_id, found = of_call(database, manager, told)
    answer = logged_in(Role.FUND_MANAGER).get(f"/funds/HT/calls/{call_id}/notices.zip")
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    names = {notice_files.name_of(one, kind) for one in found for kind in notice_files.Kind}
    assert set(packed.namelist()) == names
    assert "HT-C002.zip" in answer.headers["content-disposition"]


def test_an_investor_gets_its_own_notices_and_no_other(database, manager, told, logged_in) -> None:
    call_id, _ = of_call(database, manager, told)
    paid_id, _ = of_distribution(database, manager, told)
    own = logged_in(Role.LP, organisation_id=told.investor_ids[0])
    for base in (f"/funds/HT/calls/{call_id}", f"/funds/HT/distributions/{paid_id}"):
        assert own.get(f"{base}/notices/LP1/pdf").status_code == 200
        assert own.get(f"{base}/notices/LP2/pdf").status_code == 404
        packed = zipfile.ZipFile(io.BytesIO(own.get(f"{base}/notices.zip").content))
        assert {name.rpartition("-")[2] for name in packed.namelist()} == {"LP1.pdf", "LP1.xlsx"}


def test_a_call_of_another_fund_is_not_there(database, manager, told) -> None:
    call_id, _ = of_call(database, manager, told)
    with database.writing() as work:
        other = open_fund(work, manager, "XW")
        with pytest.raises(NotFoundError):
            notices.of_call(work, manager, other.fund_id, call_id)
