"""The 2016 sheet is a regrouping of the v2.0 sheet: every leaf once, the same balances."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from portfolio.accounts import CAPITAL_ROWS, COMMITMENT_ROWS, SCHEDULE_B_ROWS, with_subtotals
from portfolio.legacy_rows import EXPENSES, INTEREST, LEGACY_ROWS, legacy_amounts

SHEET = (*CAPITAL_ROWS, *COMMITMENT_ROWS, *SCHEDULE_B_ROWS)
LEAVES = st.fixed_dictionaries(
    {row.row: st.integers(-(10**14), 10**14) for row in SHEET if not row.parts}
)


@given(LEAVES)
def test_the_older_sheet_rolls_forward_to_the_same_nav(leaves) -> None:
    amounts = with_subtotals(SHEET, leaves)
    found = legacy_amounts(amounts)
    operating = (*range(31, 37),)
    assert found["A1.37"] == sum(found[f"A1.{n}"] for n in operating)
    ending = sum(found[f"A1.{n}"] for n in (1, 4, 37, 38, 39, 40))
    assert ending == found["A1.41"] == amounts[95]
    assert found["A1.45"] == sum(found[f"A1.{n}"] for n in (42, 43, 44)) == amounts[103]
    assert found["A1.46"] == found["A1.41"] - found["A1.45"]
    assert found["A2.7"] == sum(found[f"A2.{n}"] for n in range(2, 7))


@given(LEAVES)
def test_its_totals_are_the_sum_of_the_rows_under_them(leaves) -> None:
    found = legacy_amounts(with_subtotals(SHEET, leaves))
    assert found["A1.7"] == sum(found[f"A1.{n}"] for n in range(8, 17))
    assert found["A1.30"] == sum(found[f"A1.{n}"] for n in (27, 28, 29))
    assert found["B1.14"] == sum(found[f"B1.{n}"] for n in range(1, 14))


def test_every_expense_of_the_newer_sheet_stands_in_one_row_of_the_older() -> None:
    expenses = [*range(27, 32), *range(36, 59)]
    assert Counter((*EXPENSES, *INTEREST)) == Counter(expenses)


def test_the_codes_are_the_order_of_the_sheet() -> None:
    codes = [row.code for row in LEGACY_ROWS]
    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes, key=lambda code: (code[:2], int(code[3:])))
