"""The workbook: opened again and computed anew it shows the totals that the report printed."""

import io
import re
import warnings
from pathlib import Path

import openpyxl
import pytest

from portfolio import capital
from portfolio.accounts import SCHEDULE_B_ROWS
from portfolio.commitments import PartnerKind
from portfolio.kernel.actors import SYSTEM
from portfolio.legacy_rows import LEGACY_ROWS
from tests.web.test_report_editions import (
    LATER,
    Q2,
    books,
    correct,
    locked,
    told,
    who,
)
from web.reports import account, facts, whole, workbook

__all__ = ["books", "who"]


def test_every_formula_computes_to_the_value_that_was_printed(
    database, who, books, tmp_path: Path
) -> None:
    """A reissue has every kind of sheet; the solver is another program than the writer."""
    locked(database, who, books)
    correct(database, who, books)
    locked(database, who, books, reason="律师费漏记", at=LATER)
    content = workbook.render(told(database), "en")
    path = tmp_path / "report.xlsx"
    path.write_bytes(content)
    live = openpyxl.load_workbook(io.BytesIO(content))
    printed = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    computed = computed_anew(path)
    checked = 0
    for sheet in live:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    place = (sheet.title.upper(), cell.coordinate)
                    value = printed[sheet.title][cell.coordinate].value
                    assert computed[place] == pytest.approx(value, abs=0.005), place
                    checked += 1
    assert checked > 200


def computed_anew(path: Path) -> dict[tuple[str, str], float]:
    """Return {(sheet, cell): value} as the formulas library computes the workbook."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own source
        import formulas

        solved = formulas.ExcelModel().loads(str(path)).finish().calculate()
    return {_place(name): cells.value[0, 0] for name, cells in solved.items() if ":" not in name}


def _place(name: str) -> tuple[str, str]:
    found = re.search(r"\](.*)'!([A-Z]+[0-9]+)$", name)
    return (found[1], found[2]) if found else ("", "")


@pytest.mark.usefixtures("who", "books")
def test_a_fund_past_its_investment_period_carries_the_sheet_of_2016(
    database, tmp_path: Path
) -> None:
    with database.reading() as work:
        report = facts.build(work, SYSTEM, fund_code="HT", quarter=Q2, partner_code="LP1")
    young = openpyxl.load_workbook(io.BytesIO(workbook.render(report, "en")))
    assert "Template of 2016" not in young.sheetnames
    content = workbook.render(facts.replace(report, is_legacy=True), "en")
    path = tmp_path / "legacy.xlsx"
    path.write_bytes(content)
    printed = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Template of 2016"]
    codes = {row[0].value: row for row in printed.iter_rows(min_row=2)}
    assert list(codes) == [row.code for row in LEGACY_ROWS]
    ending = report.row(95).partner.itd_fen / 100
    assert codes["A1.41"][4].value == pytest.approx(ending)  # the same NAV as on the newer sheet
    computed = computed_anew(path)
    for cell in (cell for row in codes.values() for cell in row[2:8]):
        place = ("TEMPLATE OF 2016", cell.coordinate)
        assert computed.get(place, cell.value) == pytest.approx(cell.value, abs=0.005), place


@pytest.mark.usefixtures("who")
def test_the_rows_of_all_accounts_are_those_of_each_account_alone(database, books) -> None:
    with database.reading() as work:
        report = facts.build(work, SYSTEM, fund_code="HT", quarter=Q2, partner_code="LP1")
        partner = facts.partner_of(work, SYSTEM, books.fund.id, "LP1")
        of = whole.read(work, SYSTEM, fund_code="HT", quarter=Q2)
        alone, every, gp = (
            capital.statement(work, fund_id=books.fund.id, partner_id=one, quarter=Q2, kind=kind)
            for one, kind in ((partner.id, None), (None, None), (None, PartnerKind.GP))
        )
    rows = (*report.account, *report.commitment)
    assert [row.partner for row in rows] == alone
    assert [row.fund for row in rows] == every
    assert [line for line in of.gp_rows if line.row < SCHEDULE_B_ROWS[0].row] == gp
    # Two investors: the general partner's column would tell one of them the other's.
    assert all(row.gp is None for row in rows)


@pytest.mark.usefixtures("who", "books")
def test_the_account_sheet_keeps_the_rows_and_the_order_of_the_template(database) -> None:
    with database.reading() as work:
        report = facts.build(work, SYSTEM, fund_code="HT", quarter=Q2, partner_code="LP1")
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.render(report, "en")))["Capital account"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [row.row for row in account.ROWS]
    signs = {row[0].value: row[7].value for row in sheet.iter_rows(min_row=2)}
    assert signs[13] > 0 > signs[14]  # paid in, paid out
    assert signs[21] < 0  # a fee
    assert set(range(119, 132)) == {row.row for row in SCHEDULE_B_ROWS}
