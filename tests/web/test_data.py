"""Import through the browser: previewed whole, booked whole or not at all, and once."""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from starlette.testclient import TestClient

from dealflow import sample_sheet, workbooks
from dealflow.agreements import Agreement
from dealflow.landings import Arrival
from dealflow.projects import Project
from dealflow.sheets import ImportBatch
from portfolio.kernel import audit
from portfolio.kernel.actors import Role
from portfolio.kernel.db import Database
from tests.web.conftest import hidden_fields

HEADINGS = [
    "项目编号",
    "项目名称",
    "企业名称",
    "正式签约日期",
    "合同额（亿元）",
    "到位资金（万元）",
]
HEADINGS += ["到位日期"]
GOOD = ["P1", "示例项目甲", "示例企业甲", date(2023, 3, 1), 1.2, 3000, date(2023, 5, 1)]
BAD = ["P2", "", "示例企业乙", "03/04/2023", "约1.2亿", -3, date(2023, 5, 1)]
IMPORT = "/data/import"


def workbook(*rows: Sequence[Any], headings: Sequence[str] = HEADINGS) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(
        file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}
    ) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, headings)
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, part)
    return file.getvalue()


def upload(browser: TestClient, content: bytes, name: str = "台账.xlsx") -> Any:
    keys = hidden_fields(browser.get(IMPORT).text)
    return browser.post(f"{IMPORT}?lang=en", data=keys, files={"sheet": (name, content)})


def uploaded(browser: TestClient, content: bytes, name: str = "台账.xlsx") -> str:
    answer = upload(browser, content, name)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def press(browser: TestClient, batch: str, act: str, **fields: Any) -> Any:
    keys = hidden_fields(browser.get(batch).text)
    return browser.post(f"{batch}/{act}?lang=en", data=keys | fields)


def count(database: Database, row: Any) -> int:
    with database.reading() as work:
        return int(work.scalar(sa.select(sa.func.count()).select_from(row)))


@pytest.fixture
def office(logged_in) -> TestClient:
    return logged_in(Role.INVESTMENT_OFFICE)


# ---- the preview
def test_nothing_is_booked_before_the_preview_is_confirmed(office, database) -> None:
    batch = uploaded(office, workbook(GOOD))
    page = office.get(f"{batch}?lang=en").text
    assert "1 new projects will be booked whole" in page
    assert not re.search(r"<button[^>]*disabled[^>]*>.*Book the sheet", page)
    assert (count(database, Project), count(database, Agreement)) == (0, 0)


def test_all_findings_of_all_rows_stand_on_the_page_at_once(office) -> None:
    batch = uploaded(office, workbook(GOOD, BAD))
    page = office.get(f"{batch}?lang=en").text
    for place, read, said in (
        ("B3", "empty", "The cell is empty."),
        ("D3", "03/04/2023", "does not name one day"),
        ("E3", "约1.2亿", "is not an amount of money"),
        ("F3", "-3", "not above zero"),
    ):
        row = next(part for part in page.split("<tr>") if f">{place}</td>" in part)
        assert read in row
        assert said in row
    assert re.search(r"<button[^>]*disabled[^>]*>.*Book the sheet", page)


def test_the_findings_are_handed_out_as_files_in_the_readers_language(office) -> None:
    batch = uploaded(office, workbook(BAD))
    text = office.get(f"{batch}/findings.csv?lang=en").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["Cell"] for row in rows] == ["B2", "D2", "E2", "F2"]
    assert all(row["Problem"] and row["Remedy"] for row in rows)
    grid = workbooks.read(office.get(f"{batch}/findings.xlsx?lang=zh").content)
    assert grid.rows[0][2] == "单元格"


def test_what_a_sheet_says_is_no_formula_in_the_file_of_findings(office) -> None:
    evil = [*GOOD[:3], "=HYPERLINK(1)", *GOOD[4:]]
    file = "\n".join(",".join(str(cell) for cell in row) for row in (HEADINGS, evil))
    batch = uploaded(office, file.encode(), "台账.csv")
    text = office.get(f"{batch}/findings.csv?lang=en").content.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["Read"] == "'=HYPERLINK(1)"


def test_markup_in_a_sheet_is_only_text(office) -> None:
    batch = uploaded(office, workbook([*GOOD[:1], "<script>x</script>", *GOOD[2:]]))
    assert "<script>x" not in office.get(batch).text


def test_a_long_list_of_findings_is_shown_in_parts_and_handed_out_whole(office) -> None:
    rows = [[f"P{n}", f"项目{n}", f"企业{n}", "??", 1, "", ""] for n in range(150)]
    batch = uploaded(office, workbook(*rows))
    first, second = office.get(batch).text, office.get(f"{batch}?finding=2").text
    assert (">D2</td>" in first, ">D151</td>" in first) == (True, False)
    assert (">D2</td>" in second, ">D151</td>" in second) == (False, True)
    whole = office.get(f"{batch}/findings.csv?lang=en").content.decode("utf-8-sig")
    assert len(whole.splitlines()) == len(rows) + 1


# ---- columns
def test_a_person_says_what_a_column_means_and_the_unit_of_an_amount(office, database) -> None:
    headings = [
        "项目编号",
        "项目名称",
        "客商",
        "正式签约日期",
        "合同额",
        "到位资金（万元）",
        "到位日期",
    ]
    batch = uploaded(office, workbook(GOOD, headings=headings))
    page = office.get(f"{batch}?lang=en").text
    assert "No column says: Firm" in page
    fields = ["code", "name", "firm", "formal_on", "contract", "arrived", "arrived_on"]
    units = ["", "", "", "", "yi", "wan", ""]
    answer = press(office, batch, "columns", sheet="台账", field=fields, unit=units)
    assert answer.status_code == 303, answer.text
    assert press(office, batch, "confirm").status_code == 303
    with database.reading() as work:
        assert work.scalar(sa.select(Agreement.amount_fen)) == 12_000_000_000


def test_columns_chosen_on_a_stale_page_change_nothing(office, database) -> None:
    batch = uploaded(office, workbook(GOOD))
    choice = {"sheet": "台账", "field": [""] * 7, "unit": [""] * 7}
    assert press(office, batch, "columns", **choice).status_code == 303
    late = press(office, batch, "columns", **choice, version="1")
    assert late.status_code == 409
    with database.reading() as work:
        assert work.scalar(sa.select(ImportBatch.version)) == 2


def test_a_preview_that_has_changed_meanwhile_is_not_confirmed(office, database) -> None:
    batch = uploaded(office, workbook(GOOD))
    fields = ["code", "name", "firm", "", "", "", ""]
    press(office, batch, "columns", sheet="台账", field=fields, unit=[""] * 7)
    assert press(office, batch, "confirm", version="1").status_code == 409
    assert count(database, Project) == 0


def test_a_sheet_that_is_not_there_is_refused_and_the_batch_stays_readable(office) -> None:
    batch = uploaded(office, workbook(GOOD))
    answer = press(office, batch, "columns", sheet="别的", field=[""] * 7, unit=[""] * 7)
    assert answer.status_code == 422
    assert office.get(batch).status_code == 200


# ---- confirming
def test_a_confirmed_sheet_is_booked_and_says_what_it_wrote(office, database) -> None:
    batch = uploaded(office, workbook(GOOD))
    assert press(office, batch, "confirm").status_code == 303
    assert (count(database, Project), count(database, Arrival)) == (1, 1)
    page = office.get(f"{batch}?lang=en").text
    assert "This file was booked on" in page
    assert "1 projects" in page
    assert "Book the sheet" not in page


def test_a_sheet_with_a_finding_is_refused_and_nothing_is_written(office, database) -> None:
    batch = uploaded(office, workbook(GOOD, BAD))
    answer = press(office, batch, "confirm")
    assert answer.status_code == 422
    assert "4 findings; nothing was booked" in answer.text
    assert (count(database, Project), count(database, Arrival)) == (0, 0)


def test_the_same_file_again_books_nothing_twice_and_says_when_it_was_booked(
    office, database
) -> None:
    content = workbook(GOOD)
    batch = uploaded(office, content)
    press(office, batch, "confirm")
    again = upload(office, content, "改名.xlsx")
    assert again.headers["location"] == batch
    assert "This file was booked on" in office.get(f"{batch}?lang=en").text
    keys = hidden_fields(office.get(IMPORT).text)
    assert office.post(f"{batch}/confirm", data=keys).status_code == 303
    assert (count(database, ImportBatch), count(database, Project)) == (1, 1)
    assert "台账.xlsx" in office.get(IMPORT).text


def test_a_double_click_books_once(office, database) -> None:
    batch = uploaded(office, workbook(GOOD))
    keys = hidden_fields(office.get(batch).text)
    answers = [office.post(f"{batch}/confirm", data=keys).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert (count(database, Project), count(database, Arrival)) == (1, 1)


def test_rows_that_are_recorded_already_are_counted_apart(office) -> None:
    press(office, uploaded(office, workbook(GOOD)), "confirm")
    new = ["P2", "示例项目乙", *GOOD[2:]]
    page = office.get(f"{uploaded(office, workbook(GOOD, new))}?lang=en").text
    assert "1 new projects will be booked whole; 1 rows are recorded already" in page


# ---- prepared files
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (with_part(workbook(GOOD), "xl/vbaProject.bin", b"x"), "a macro"),
        (with_part(workbook(GOOD), "xl/externalLinks/externalLink1.xml", b"<a/>"), "another"),
        (
            with_part(workbook(GOOD), "xl/x.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'),
            "document type",
        ),
        (with_part(workbook(GOOD), "../evil.xml", b"<a/>"), "no program"),
        (b"PK\x03\x04 broken", "not a whole"),
        (b"\xd0\xcf\x11\xe0old", "old .xls"),
        (b"%PDF-1.7 \x00", "neither an .xlsx workbook nor a CSV"),
        (b"a,b\n" * (workbooks.MOST_ROWS + 1), "rows and"),
        (b"", "empty"),
    ],
)
def test_a_prepared_file_is_refused_and_leaves_no_trace_in_the_books(
    office, database, store, content, said
) -> None:
    answer = upload(office, content)
    assert answer.status_code == 422
    assert said in answer.text
    assert count(database, ImportBatch) == 0
    assert not [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_workbook_that_unpacks_beyond_measure_is_refused(office, database) -> None:
    file = io.BytesIO(workbook(GOOD))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.bin", b"\0" * (workbooks.MOST_UNPACKED + 1))
    assert "unpacks to" in upload(office, file.getvalue()).text
    assert count(database, ImportBatch) == 0


def test_a_form_without_a_file_says_so(office) -> None:
    keys = hidden_fields(office.get(IMPORT).text)
    answer = office.post(f"{IMPORT}?lang=en", data=keys)
    assert answer.status_code == 422
    assert "No file was chosen" in answer.text


def test_a_name_that_is_a_path_is_only_a_name(office, database) -> None:
    uploaded(office, workbook(GOOD), "../../etc/passwd.xlsx")
    with database.reading() as work:
        assert work.scalar(sa.select(ImportBatch.name)) == "passwd.xlsx"


# ---- who may, and the sample
def test_only_who_imports_sees_the_place(logged_in, office) -> None:
    batch = uploaded(office, workbook(GOOD))
    auditor = logged_in(Role.AUDITOR)
    for address in (IMPORT, batch, f"{batch}/findings.csv", "/data/sample.xlsx"):
        assert auditor.get(address).status_code == 403, address
    assert office.get(f"{IMPORT}/00000000-0000-7000-8000-000000000000").status_code == 404


def test_the_sample_imports_without_a_finding_and_stays_demo(office, database) -> None:
    answer = office.get("/data/sample.xlsx")
    assert "attachment" in answer.headers["content-disposition"]
    batch = uploaded(office, answer.content, "样例.xlsx")
    assert press(office, batch, "confirm").status_code == 303
    with database.reading() as work:
        marks = set(work.session.execute(sa.select(Project.is_demo)).scalars())
    assert (count(database, Project), marks) == (sample_sheet.ROWS, {True})


def test_an_upload_and_its_booking_stand_in_the_trail(office, database) -> None:
    batch = uploaded(office, workbook(GOOD))
    press(office, batch, "confirm")
    with database.reading() as work:
        actions = set(work.session.execute(sa.select(audit.AuditLine.action)).scalars())
    assert {"import:upload", "import:confirm"} <= actions
