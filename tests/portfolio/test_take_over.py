"""A fund taken over from another administrator shows the sheet it came with, in all nine columns.

The golden fund gives every line of the ILPA Reporting Template v2.0 once in each of three periods:
once before this year, ten times as much in the first quarter, a hundred times in the second. So a
column is the hand-summed coefficient of its row times 100 (QTD), 110 (YTD) or 111 (ITD).
"""

from datetime import date

import pytest

from portfolio import book_checks, capital, funds, ledger, take_over, take_over_sheet
from portfolio.accounts import AccountCode
from portfolio.commitments import Partner, PartnerKind
from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.locks import PeriodLock
from portfolio.take_over import RefusedLinesError
from valuation.periods import Quarter

Q2 = Quarter(2026, 2)
PERIODS = ((1, "2025-06-30"), (10, "2026-02-10"), (100, "2026-05-20"))
# What one line of the sheet is for the first investor, in yuan times the period.
GIVEN = {
    13: 1300,
    14: -14,
    15: -15,
    16: -16,
    17: 17,
    21: -210,
    22: 22,
    23: 23,
    24: 24,
    **{row: -row for row in (*range(27, 32), *range(36, 59))},
    33: 33,
    60: 60,
    **{row: row for row in (*range(64, 76), 87, 88, 89, 99, 111, 113)},
    92: 920,
    93: 930,
    97: -97,
    98: -98,
    101: 101,
    102: -102,
    110: -1100,
    112: -112,
}
MOVED = (17, 97, 98, 101, 102)  # between the investors (1 : 2) and the general partner (-3)
COMMITTED = 1_000_000
# Hand-summed: (first investor, whole fund, general partner), per unit of the period.
FLOWS = {
    18: (1272, 5020, 1204),
    25: (-141, -564, -141),
    32: (-145, -580, -145),
    34: (-112, -448, -112),
    59: (-1081, -4324, -1081),
    61: (-1021, -4084, -1021),
    62: (-1133, -4532, -1133),
    76: (834, 3336, 834),
    77: (117, 468, 117),
    79: (834, 3336, 834),
    80: (117, 468, 117),
    82: (-1274, -5096, -1274),
    83: (-1436, -5744, -1436),
    84: (162, 648, 162),
    85: (-1274, -5096, -1274),
    90: (264, 1056, 264),
    91: (-1010, -4040, -1010),
    94: (1850, 7400, 1850),
    100: (-195, 0, 585),
}
# A balance: the row it begins with, the row it ends with, and what it grows by.
BALANCES = (
    (12, 95, (2112, 8380, 2044)),
    (78, 81, (717, 2868, 717)),
    (96, 103, (-196, 0, 588)),
)
UNFUNDED = (-988, -3952, -988)  # -1100 + 111 - 112 + 113
PEOPLE = {"LP1": 0, "TOTAL": 1, "GP": 2}


def golden() -> list[tuple[str, int, str, int]]:
    lines = [
        (who, 108, "2025-01-10", COMMITTED * times)
        for who, times in (("LP1", 1), ("LP2", 2), ("GP", 1))
    ]
    for period, on in PERIODS:
        for row, yuan in GIVEN.items():
            last = -3 if row in MOVED else 1
            lines += [
                (who, row, on, yuan * period * times)
                for who, times in (("LP1", 1), ("LP2", 2), ("GP", last))
            ]
    return lines


def with_totals(lines) -> list[tuple[str, int, str, int]]:
    sums: dict[tuple[int, str], int] = {}
    for _, row, on, yuan in lines:
        sums[row, on] = sums.get((row, on), 0) + yuan
    return [*lines, *(("TOTAL", row, on, yuan) for (row, on), yuan in sums.items())]


def csv(lines, fund: str = "TAKEN") -> bytes:
    heading = "fund,investor,row,effective_date,amount_yuan\n"
    return (heading + "".join(f"{fund},{w},{r},{on},{y}\n" for w, r, on, y in lines)).encode()


def imported(work, lines, fund: str = "TAKEN") -> take_over.TakenOver:
    return take_over.take_over(work, SYSTEM, csv(lines, fund))


def faults(work, lines, fund: str = "TAKEN") -> tuple[take_over_sheet.Fault, ...]:
    with pytest.raises(RefusedLinesError) as refused:
        imported(work, lines, fund)
    return refused.value.faults


def statement(work, investor: str, fund: str = "TAKEN", quarter: Quarter = Q2):
    """Return {row: (QTD, YTD, ITD)} in yuan."""
    partners = {one.code: one for one in accounts(work, fund)}
    fund_id = work.session.get(Partner, next(iter(partners.values())).partner_id)
    lines = capital.statement(
        work,
        fund_id=fund_id.fund_id,
        partner_id=partners[investor].partner_id if investor in partners else None,
        quarter=quarter,
        kind=PartnerKind.GP if investor == "GP" else None,
    )
    columns = {line.row: (line.qtd_fen, line.ytd_fen, line.itd_fen) for line in lines}
    assert all(fen % 100 == 0 for column in columns.values() for fen in column)
    return {row: tuple(fen // 100 for fen in column) for row, column in columns.items()}


def accounts(work, code: str):
    fund = next(one for one in funds.listed(work, SYSTEM) if one.code == code)
    return capital.accounts(work, Moment(as_of=date.max), fund.id).accounts


@pytest.fixture
def taken(work):
    imported(work, with_totals(golden()))
    return work


# ---- the golden fund
@pytest.mark.parametrize("investor", PEOPLE)
def test_every_line_stands_in_its_row_in_all_three_columns(taken, investor) -> None:
    at, found = PEOPLE[investor], statement(taken, investor)
    for row, yuan in GIVEN.items():
        times = ((1, 0, -3) if row in MOVED else (1, 4, 1))[at]
        if row == 99:  # what is in escrow at the end of each column
            assert found[row] == (9900 * times,) * 3
        else:
            assert found[row] == tuple(yuan * times * n for n in (100, 110, 111)), row


@pytest.mark.parametrize("investor", PEOPLE)
def test_every_subtotal_is_the_hand_checked_one(taken, investor) -> None:
    at, found = PEOPLE[investor], statement(taken, investor)
    for row, by_account in FLOWS.items():
        assert found[row] == tuple(by_account[at] * n for n in (100, 110, 111)), row


@pytest.mark.parametrize("investor", PEOPLE)
def test_every_balance_is_carried_forward_from_inception(taken, investor) -> None:
    at, found = PEOPLE[investor], statement(taken, investor)
    for begin, end, by_account in BALANCES:
        assert found[begin] == (by_account[at] * 11, by_account[at], 0), begin
        assert found[end] == (by_account[at] * 111,) * 3, end
    assert found[104] == ((2308, 8380, 1456)[at] * 111,) * 3


@pytest.mark.parametrize("investor", PEOPLE)
def test_the_unfunded_commitment_rolls_forward(taken, investor) -> None:
    at, found = PEOPLE[investor], statement(taken, investor)
    committed = COMMITTED * (1, 4, 1)[at]
    moved = UNFUNDED[at]
    assert found[108] == (committed,) * 3
    assert found[109] == (committed + 11 * moved, committed + moved, committed)
    assert found[114] == (committed + 111 * moved,) * 3


def test_the_whole_sheet_is_there_and_no_row_of_it_is_left_out(taken) -> None:
    rows = [*statement(taken, "LP1")]
    gaps = {19, 20, 26, 35, 63, 86, 105, 106, 107}  # headings and blank lines of the sheet
    assert rows == [row for row in range(12, 115) if row not in gaps]


def test_the_books_stay_whole(taken) -> None:
    assert [one.findings for one in book_checks.check(taken)] == [()] * 5


def test_the_same_file_twice_books_nothing_twice(taken) -> None:
    before, known = statement(taken, "TOTAL"), ledger.last_seq(taken)
    again = imported(taken, with_totals(golden()))
    assert (again.booked, again.transactions, ledger.last_seq(taken)) == (0, 0, known)
    assert statement(taken, "TOTAL") == before


def test_the_first_file_opens_the_fund_and_its_investors(work) -> None:
    found = imported(work, golden())
    assert found.new_funds == ("TAKEN",)
    assert found.new_investors == ("TAKEN LP1", "TAKEN LP2", "TAKEN GP")
    assert [one.kind for one in accounts(work, "TAKEN")] == ["lp", "lp", "gp"]


def test_the_sample_file_is_taken_over_as_it_is(work) -> None:
    found = take_over.take_over(work, SYSTEM, take_over_sheet.sample())
    assert (found.funds, found.remarks) == (("SAMPLE",), ())


# ---- what must tie
def test_a_total_that_is_not_its_parts_is_refused_with_its_row(work) -> None:
    lines = with_totals(golden())
    who, row, on, yuan = lines[-1]
    lines[-1] = (who, row, on, yuan + 1)
    (fault,) = faults(work, lines)
    assert fault.row == row
    assert f"Row {row} " in str(fault)
    assert fault.at == len(lines) + 1


def test_a_subtotal_in_the_file_must_be_the_sum_of_its_lines(work) -> None:
    right = [("LP1", 18, "2026-05-20", 127_200), ("TOTAL", 95, "2026-05-20", 8380 * 111)]
    imported(work, [*golden(), *right])
    wrong = [("LP1", 59, "2026-05-20", -108_099), ("TOTAL", 104, "2026-05-20", 8380 * 111 - 1)]
    assert [fault.row for fault in faults(work, [*golden(), *wrong])] == [59, 104]


def test_a_subtotal_may_be_that_of_the_quarter_the_year_or_since_inception(work) -> None:
    lines = [("LP1", 18, "2026-06-30", 1272 * n) for n in (100,)]
    lines += [("LP2", 18, "2026-06-30", 2544 * 110), ("GP", 18, "2026-06-30", 1204 * 111)]
    assert imported(work, [*golden(), *lines]).lines == len(golden()) + 3


def test_a_beginning_balance_after_the_first_is_a_check(work) -> None:
    lines = [*golden(), ("LP1", 12, "2026-04-01", 2112 * 11)]
    imported(work, lines)
    assert statement(work, "LP1")[12][2] == 0
    (fault,) = faults(work, [*golden(), ("LP1", 12, "2026-04-01", 1)])
    assert fault.row == 12


# ---- opening balances
OPENING = [
    ("LP1", 108, "2026-01-01", 1_000_000),
    ("LP1", 109, "2026-01-01", 400_000),
    ("LP1", 12, "2026-01-01", 700_000),
    ("LP1", 96, "2026-01-01", -30_000),
    ("LP1", 78, "2026-01-01", 5_000),
    ("LP1", 99, "2026-01-01", 8_000),
    ("LP1", 13, "2026-02-01", 100_000),
    ("LP1", 14, "2026-03-01", -150_000),
]


def test_an_account_may_begin_with_the_balances_of_its_last_statement(work) -> None:
    imported(work, OPENING)
    found = statement(work, "LP1", quarter=Quarter(2026, 1))
    assert (found[12][0], found[95][0]) == (700_000, 650_000)
    assert (found[78][0], found[96][0], found[99][0]) == (5_000, -30_000, 8_000)
    assert (found[108][0], found[109][0], found[114][0]) == (1_000_000, 400_000, 300_000)
    assert found[104][0] == 680_000
    following = statement(work, "LP1")
    assert (following[12][0], following[96][0], following[109][0]) == (650_000, -30_000, 300_000)


def test_balances_given_again_book_nothing_twice(work) -> None:
    imported(work, OPENING)
    before = statement(work, "LP1")
    assert imported(work, OPENING).booked == 0
    assert statement(work, "LP1") == before


def test_cash_that_the_lines_cannot_explain_came_out_of_holdings(work) -> None:
    found = imported(work, OPENING)
    assert found.out_of_holdings_fen == 50_000_00
    fund_id = next(one.id for one in funds.listed(work, SYSTEM))
    now = ledger.balances(work, Moment(as_of=date(2026, 3, 31)), fund_id=fund_id)
    assert now[AccountCode.CASH] == 0
    assert now[AccountCode.INVESTMENTS_COST] == 650_000_00


def test_an_increase_stands_on_rows_108_and_113_of_one_day(work) -> None:
    lines = [*OPENING, ("LP1", 108, "2026-03-15", 1_200_000), ("LP1", 113, "2026-03-15", 200_000)]
    imported(work, lines)
    assert imported(work, lines).booked == 0
    found = statement(work, "LP1", quarter=Quarter(2026, 1))
    assert (found[108][0], found[113][0], found[114][0]) == (1_200_000, 200_000, 500_000)


# ---- what is refused
def test_everything_wrong_is_listed_and_nothing_is_kept(work) -> None:
    content = csv([*golden(), ("LP1", 19, "2026-05-20", 5), ("LP1", 13, "2026-13-01", 5)])
    content += "TAKEN,LP1,14,2026-05-21,五\nTAKEN,,14,2026-05-21,5\n".encode()
    with pytest.raises(RefusedLinesError) as refused:
        take_over.take_over(work, SYSTEM, content)
    first = len(golden()) + 2
    assert [fault.at for fault in refused.value.faults] == [first, first + 1, first + 2, first + 3]


def test_one_line_given_twice_is_refused(work) -> None:
    (fault,) = faults(work, [*OPENING, OPENING[-1]])
    assert "stands in line 9 already" in str(fault)


def test_a_line_that_was_taken_over_with_another_amount_is_refused(work) -> None:
    imported(work, OPENING)
    (fault,) = faults(work, [("LP1", 13, "2026-02-01", 99_000)])
    assert (fault.row, "taken over as 100,000 yuan" in str(fault)) == (13, True)


def test_who_pays_in_must_have_promised(work) -> None:
    (fault,) = faults(work, [("LP1", 13, "2026-02-01", 100)])
    assert "row 108" in str(fault)


def test_paying_in_more_than_was_promised_is_refused(work) -> None:
    lines = [("LP1", 108, "2026-01-01", 99), ("LP1", 13, "2026-02-01", 100)]
    (fault,) = faults(work, lines)
    assert fault.row == 13


def test_a_release_is_negative_on_the_sheet(work) -> None:
    lines = [("LP1", 108, "2026-01-01", 99), ("LP1", 112, "2026-02-01", 1)]
    (fault,) = faults(work, lines)
    assert fault.row == 112


def test_a_fund_of_these_books_is_admitted_as_an_investor_first(work, mother) -> None:
    (fault,) = faults(work, [(mother.fund.code, 13, "2026-02-01", 100)])
    assert "Admit it on the fund page" in str(fault)


def test_a_closed_quarter_takes_no_lines(taken) -> None:
    fund_id = next(one.id for one in funds.listed(taken, SYSTEM))
    taken.add(
        PeriodLock(
            fund_id=fund_id,
            ends_on=Q2.end,
            known_seq=ledger.last_seq(taken),
            recorded_at=taken.recorded_at,
            recorded_by=SYSTEM.id,
        )
    )
    found = faults(taken, [("LP1", 87, "2026-06-01", 5), ("LP1", 64, "2026-06-01", 5)])
    assert [fault.row for fault in found] == [87, 64]


@pytest.mark.parametrize("content", [b"", b"fund,investor\nA,B\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_such_table_is_refused(work, content) -> None:
    with pytest.raises(DomainError):
        take_over.take_over(work, SYSTEM, content)


def test_brackets_and_chinese_headings_are_read(work) -> None:
    heading = "基金,出资人,行号,生效日期,金额（元）"
    content = f"{heading}\nT,LP1,108,2026/1/5,100\nT,LP1,14,2026年2月1日,(5)\n"
    sheet = take_over_sheet.read(content.encode("gb18030"))
    assert [entry.fen for entry in sheet.entries] == [100_00, -5_00]
    assert sheet.entries[1].on == date(2026, 2, 1)
