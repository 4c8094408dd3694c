"""What a bank exports is read line by line; what is not one day and amount is named."""

from datetime import date, datetime

import pytest

from dealflow.workbooks import Grid, Number
from web import bank_sheet

HEAD = ("交易日期", "收入金额（元）", "支出金额（元）", "对方户名", "对方账号", "摘要", "余额")


def read(*rows, head=HEAD, chosen=None):
    return bank_sheet.read(Grid(sheet="csv", sheets=("csv",), rows=(head, *rows)), chosen)


def said(sheet) -> list[tuple[str, str]]:
    return [(one.place, str(one.problem)) for one in sheet.findings]


IN = ("2025-03-17", "60,000.00", "", "出资人（甲）", "6222 01", "出资款", "660,000.00")
OUT = ("2025/3/18", "", "12.5", "某银行", "", "手续费", "659,987.50")


def test_the_headings_of_a_chinese_bank_are_understood() -> None:
    first, second = read(IN, OUT).rows
    assert (first.booked_on, first.amount_fen, first.balance_fen) == (
        date(2025, 3, 17),
        60_000_00,
        660_000_00,
    )
    assert (first.counterparty, first.account, first.memo) == ("出资人(甲)", "622201", "出资款")
    assert (second.number, second.amount_fen) == (2, -12_50)


def test_lines_above_the_headings_and_totals_below_are_left_out() -> None:
    title, total = ("某银行账户明细",), ("合计", "60,000.00", "12.5", "", "", "", "")
    found = bank_sheet.read(
        Grid(sheet="s", sheets=("s",), rows=(title, ("账号:", "1001"), HEAD, IN, OUT, (), total))
    )
    assert (len(found.rows), found.findings) == (2, ())


def test_newest_first_is_turned_round() -> None:
    assert [row.amount_fen for row in read(OUT, IN).rows] == [60_000_00, -12_50]
    same_day = ("2025-03-17", *OUT[1:])
    assert [row.amount_fen for row in read(same_day, IN).rows] == [60_000_00, -12_50]


@pytest.mark.parametrize(
    ("head", "row", "fen"),
    [
        (("记账日期", "交易金额", "对方名称"), ("20250317", "-5.00", "x"), -5_00),
        (("日期", "借贷标志", "发生额", "对方户名"), ("2025-03-17", "借", "5", "x"), -5_00),
        (("日期", "借贷标志", "发生额", "对方户名"), ("2025-03-17", "贷", "5", "x"), 5_00),
        (("交易时间", "收入", "支出"), ("2025-03-17 10:22:31", "", Number("5.25")), -5_25),
        (("交易时间", "收入", "支出"), (datetime(2025, 3, 17, 10, 2), "¥5", ""), 5_00),  # noqa: DTZ001
    ],
)
def test_other_forms_of_the_list_say_the_same(head, row, fen) -> None:
    assert [one.amount_fen for one in read(row, head=head).rows] == [fen]


@pytest.mark.parametrize(
    ("row", "place", "problem"),
    [
        (("17 March", *IN[1:]), "A2", "does not name one day"),
        ((IN[0], "六万", *IN[2:]), "B2", "is not an amount"),
        ((IN[0], "1.234", *IN[2:]), "B2", "part of a fen"),
        ((IN[0], "5", "5", *IN[3:]), "B2", "both what came in and what went out"),
        ((IN[0], "", "", *IN[3:]), "B2", "moves no money"),
    ],
    ids=["no_day", "no_number", "part_of_a_fen", "in_and_out", "nothing"],
)
def test_what_cannot_be_booked_is_named_by_its_cell(row, place, problem) -> None:
    (found,) = said(read(row))
    assert found[0] == place
    assert problem in found[1]


def test_a_line_that_is_missing_breaks_the_balance() -> None:
    (found,) = said(read(IN, (*OUT[:6], "600,000.00")))
    assert found == ("G3", "The balance does not follow: 659,987.50 yuan was expected.")


def test_another_currency_is_refused() -> None:
    found = said(read((*IN, "美元"), head=(*HEAD, "币种")))
    assert found == [("H2", "The line is not in yuan.")]


def test_headings_that_say_nothing_are_asked_for_or_chosen() -> None:
    assert "No column says the day" in said(read(IN, head=("a", "b")))[0][1]
    odd = ("日期", "收入", "划出去的钱", "谁")
    assert "what came in and what went out" in said(read(IN[:4], head=odd))[0][1]
    chosen = {1: "on", 2: "in", 3: "out", 4: "counterparty"}
    (row,) = read(IN[:4], head=odd, chosen=chosen).rows
    assert (row.amount_fen, row.counterparty) == (60_000_00, "出资人(甲)")
