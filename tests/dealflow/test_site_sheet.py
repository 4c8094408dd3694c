"""A sheet of sites is shown with every fault, listed whole or not at all, and once."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from dealflow import site_list, site_sheet
from dealflow.drafts import Plan
from dealflow.sites import PriceBasis
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError

HEADINGS = (
    "载体编号",
    "载体名称",
    "载体类型",
    "园区",
    "面积（m²）",
    "供电容量（kVA）",
    "价格（元）",
    "计价方式",
    "配套",
    "可交付日期",
    "数据性质",
)
GOOD = (
    "A1",
    "示例厂房",
    "厂房",
    "前沿科技城",
    8000,
    1250,
    22.5,
    "元/m²·月",
    "天然气、光纤",
    date(2027, 1, 1),
    "示例",
)
PARCEL = ("B1", "示例地块", "地块", "", 66667, "", 280000, "", "", "", "示例")


def workbook(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        sheet = book.add_worksheet("载体")
        sheet.write_row(0, 0, ["载体清单"])
        sheet.write_row(1, 0, headings)
        for number, row in enumerate(rows, start=2):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def test_a_clean_sheet_is_listed_whole_and_the_same_file_adds_nothing(
    work: Work, officer: Actor
) -> None:
    content = workbook(GOOD, PARCEL)
    assert site_sheet.preview(work, content).findings == ()
    assert site_list.listed(work, work.today()) == []  # a preview writes nothing
    assert site_sheet.confirm(work, officer, content) == 2
    parcel, factory = (one.site for one in site_list.listed(work, work.today()))
    assert (factory.code, factory.area_m2, factory.power_kva) == ("A1", 8_000, 1_250)
    assert (factory.price_fen, factory.utilities) == (22_50, "fibre,gas")
    assert (factory.free_from, factory.is_demo) == (date(2027, 1, 1), True)
    assert (parcel.price_fen, parcel.price_basis) == (280_000_00, PriceBasis.SALE_MU)
    assert site_sheet.confirm(work, officer, content) == 0
    assert [row.plan for row in site_sheet.preview(work, content).rows] == [Plan.KNOWN] * 2


def test_every_fault_is_named_by_its_cell_and_nothing_is_written(
    work: Work, officer: Actor
) -> None:
    content = workbook(
        GOOD,
        ("A2", "", "仓库", "", "约8000", 1250.5, -3, "元/间", "天然气、魔法", "明年", "也许"),
        ("A1", "另一处", "厂房", "", 0, "", "", "", "", "", ""),
    )
    read = site_sheet.preview(work, content)
    assert [one.place for one in read.findings] == [
        f"{column}{row}" for row, columns in ((4, "BCEFGHIJK"), (5, "AE")) for column in columns
    ]
    assert [row.plan for row in read.rows] == [Plan.ADD, Plan.REFUSED, Plan.REFUSED]
    with pytest.raises(DomainError, match="11 findings"):
        site_sheet.confirm(work, officer, content)
    assert site_list.listed(work, work.today()) == []


def test_a_code_of_another_recorded_site_is_a_fault(work: Work, officer: Actor) -> None:
    site_sheet.confirm(work, officer, workbook(GOOD))
    (finding,) = site_sheet.preview(work, workbook(("A1", "别处", *GOOD[2:]))).findings
    assert finding.place == "A3"
    assert "示例厂房" in str(finding.problem.values.values())


def test_a_sheet_without_its_headings_or_rows_says_so(work: Work) -> None:
    (finding,) = site_sheet.preview(work, workbook(GOOD, headings=["甲", "乙"])).findings
    assert "No row of headings" in finding.problem.msgid
    (finding,) = site_sheet.preview(work, workbook()).findings
    assert "no row below" in finding.problem.msgid
    read = site_sheet.preview(work, workbook(GOOD[:3], headings=HEADINGS[:3]))
    assert [one.problem.values for one in read.findings] == [{"heading": "面积（m²）"}]
    assert read.count(Plan.REFUSED) == 1


def test_only_who_may_import_lists_a_sheet(work: Work, auditor: Actor) -> None:
    with pytest.raises(NotAllowedError):
        site_sheet.confirm(work, auditor, workbook(GOOD))
