"""A foreign sheet is shown whole with every fault, then booked whole or not at all, and once."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter

from dealflow import projects, sample_sheet, sheets, stages, units, workbooks
from dealflow.agreements import Agreement
from dealflow.cells import Finding
from dealflow.columns import SheetField
from dealflow.drafts import Draft, Plan
from dealflow.landings import Arrival
from dealflow.sheets import Booked
from dealflow.units import UnitKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store
from valuation.money import Unit

HEADINGS = [
    "项目编号",
    "项目名称",
    "企业名称",
    "正式签约日期",
    "合同额（亿元）",
    "到位资金（万元）",
    "到位日期",
]
GOOD = ["P1", "示例项目甲", "示例企业甲", date(2023, 3, 1), 1.2, 3000, date(2023, 5, 1)]


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


def findings(work: Work, *rows: Sequence[Any], **heads: Sequence[str]) -> list[Finding]:
    return list(sheets.preview(work, workbook(*rows, **heads)).findings)


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


def count(work: Work, table: Any) -> int:
    return int(work.scalar(sa.select(sa.func.count()).select_from(table)))


# ---- preview
def test_a_good_row_is_read_exactly_and_nothing_is_written(work: Work) -> None:
    draft = sheets.preview(work, workbook(GOOD))
    row = draft.rows[0]
    assert (row.plan, row.code, draft.findings) == (Plan.ADD, "P1", ())
    assert row.values[SheetField.CONTRACT] == 12_000_000_000
    assert row.values[SheetField.ARRIVED] == 3_000_000_000
    assert row.values[SheetField.FORMAL_ON] == date(2023, 3, 1)
    assert count(work, projects.Project) == 0


def test_all_faults_of_all_rows_are_found_at_once(work: Work) -> None:
    found = findings(
        work,
        ["P1", "", "示例企业甲", "03/04/2023", "约1.2亿", -3, date(2023, 5, 1)],
        ["P2", "示例项目乙", "", date(2023, 3, 1), 1.2, 3000, "2023年5月"],
    )
    assert sorted(one.place for one in found) == ["B2", "C3", "D2", "E2", "F2", "G3"]
    assert all(one.read or one.place in {"B2", "C3"} for one in found)
    assert all(str(one.problem) and str(one.remedy) for one in found)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("03/04/2023", "does not name one day"),
        ("2023年10月", "does not name one day"),
        ("23-10-25", "does not name one day"),
        ("2023-02-30", "no such day"),
        ("下月", "is no date"),
        (45224, "Excel would show 2023-10-25"),
        ("2027-01-01", "has not come yet"),
        ("1023-01-01", "year 1023"),
    ],
)
def test_a_date_that_is_not_one_day_is_asked_for(work: Work, written: Any, said: str) -> None:
    one = only(findings(work, [*GOOD[:3], written, *GOOD[4:]]))
    assert one.place == "D2"
    assert said in str(one.problem)


@pytest.mark.parametrize(
    "written", ["2023-3-1", "2023/03/01", "2023.3.1", "2023年3月1日", 20230301]
)
def test_a_date_with_the_year_first_is_one_day(work: Work, written: Any) -> None:
    draft = sheets.preview(work, workbook([*GOOD[:3], written, *GOOD[4:]]))
    assert draft.rows[0].values[SheetField.FORMAL_ON] == date(2023, 3, 1)


def test_a_part_of_a_fen_is_refused_and_the_noise_of_a_sum_is_not(work: Work) -> None:
    noisy = 0.1 + 0.2  # Excel shows 0.3, keeping fifteen digits
    draft = sheets.preview(work, workbook([*GOOD[:4], noisy, *GOOD[5:]]))
    assert draft.rows[0].values[SheetField.CONTRACT] == 3_000_000_000
    one = only(findings(work, [*GOOD[:5], 0.0000001, GOOD[6]]))
    assert "part of a fen" in str(one.problem)


def test_an_amount_without_a_unit_is_asked_for_and_the_answer_is_taken(work: Work) -> None:
    headings = [head.replace("（亿元）", "") for head in HEADINGS]
    assert "no unit" in str(only(findings(work, GOOD, headings=headings)).problem)
    draft = sheets.preview(
        work, workbook(GOOD, headings=headings), choices='{"units":{"contract":1000000}}'
    )
    assert draft.rows[0].values[SheetField.CONTRACT] == 1_200_000


def test_an_amount_that_carries_its_unit_beats_the_heading(work: Work) -> None:
    draft = sheets.preview(work, workbook([*GOOD[:4], "5000万元", *GOOD[5:]]))
    assert draft.rows[0].values[SheetField.CONTRACT] == 5_000_000_000


def test_a_unit_above_the_headings_counts_for_the_sheet(work: Work) -> None:
    text = "单位：万元,,,\n项目名称,企业名称,签约日期,合同额\n甲,乙,2023-03-01,100\n合计,,,100\n"
    draft = sheets.preview(work, text.encode("gb18030"))
    assert draft.rows[0].values[SheetField.CONTRACT] == 100_000_000
    assert (draft.findings, draft.skipped) == ((), (4,))


def test_an_amount_and_its_day_belong_together(work: Work) -> None:
    one = only(findings(work, [*GOOD[:6], "—"]))
    assert (one.place, "belong together" in str(one.problem)) == ("F2", True)


def test_stages_out_of_order_name_both_dates(work: Work) -> None:
    heads = [*HEADINGS[:4], "合同额（亿元）", "开工日期"]
    one = only(findings(work, [*GOOD[:5], date(2023, 2, 1)], headings=heads))
    assert "2023-02-01 is before 2023-03-01 in column D" in str(one.problem)


def test_the_same_project_twice_in_one_sheet_names_the_first_row(work: Work) -> None:
    one = only(findings(work, GOOD, GOOD))
    assert (one.place, str(one.problem)) == ("A3", "Row 2 has the same project.")


def test_an_unknown_unit_is_not_invented(work: Work, officer: Actor) -> None:
    units.add(work, officer, code="U1", name="区招商局", kind=UnitKind.OTHER)
    heads, row = [*HEADINGS, "责任单位"], [*GOOD, "招商二局"]
    assert "not recorded" in str(only(findings(work, row, headings=heads)).problem)
    assert not findings(work, [*GOOD, "“区招商局”"], headings=heads)


def test_a_missing_column_and_a_double_one_are_said(work: Work) -> None:
    found = findings(
        work, ["甲", 1, 2], headings=["项目名称", "合同额（亿元）", "合同金额（万元）"]
    )
    said = " ".join(str(one.problem) for one in found)
    assert "No column says 企业名称" in said
    assert "Column B says the same" in said


def test_a_sheet_without_headings_says_so(work: Work) -> None:
    draft = sheets.preview(work, workbook([1, 2, 3], headings=["a", "b", "c"]))
    assert "No row of headings" in str(only(list(draft.findings)).problem)
    assert draft.rows == ()


# ---- containers
@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("xl/vbaProject.bin", b"x", "a macro"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>", "another workbook"),
        ("xl/embeddings/oleObject1.bin", b"x", "embedded"),
        ("xl/connections.xml", b"<a/>", "data connection"),
        ("xl/extra.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "document type"),
        ("xl/extra.xml", "<!DOCTYPE a><a/>".encode("utf-16"), "document type"),
        ("../evil.xml", b"<a/>", "no program"),
        (
            "xl/_rels/extra.xml.rels",
            b'<Relationship Type="x/oleObject" TargetMode="External"/>',
            "another file",
        ),
    ],
)
def test_a_workbook_that_is_more_than_cells_is_refused(name: str, part: bytes, said: str) -> None:
    with pytest.raises(DomainError, match=said):
        workbooks.read(with_part(workbook(GOOD), name, part))


def test_a_workbook_that_unpacks_beyond_measure_is_refused() -> None:
    file = io.BytesIO(workbook(GOOD))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.bin", b"\0" * (workbooks.MOST_UNPACKED + 1))
    with pytest.raises(DomainError, match="unpacks to"):
        workbooks.read(file.getvalue())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 broken", "not a whole"),
        (b"\xd0\xcf\x11\xe0old", "old .xls"),
        (b"a\x00b", "neither"),
        (b"a,b\n" * (workbooks.MOST_ROWS + 1), "rows"),
        (b"," * workbooks.MOST_COLUMNS, "columns"),
        (b'"open', "cannot be read"),
    ],
)
def test_what_is_no_sheet_within_the_limits_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(DomainError, match=said):
        workbooks.read(content)


def test_a_link_in_a_cell_is_only_text() -> None:
    content = workbook([*GOOD[:1], "https://example.org", *GOOD[2:]])
    assert workbooks.read(content).rows[1][1] == "https://example.org"


# ---- confirming
def taken_in(work: Work, actor: Actor, store: Store, content: bytes) -> sheets.ImportBatch:
    return sheets.upload(work, actor, store, name="台账.xlsx", content=content)


def test_a_confirmed_sheet_books_projects_agreements_and_money(
    work: Work, officer: Actor, store: Store
) -> None:
    batch = taken_in(work, officer, store, workbook(GOOD))
    booked = sheets.confirm(work, officer, store, batch.id)
    assert booked == Booked(projects=1, milestones=2, agreements=1, arrivals=1, known=0)
    paper = work.session.execute(sa.select(Agreement)).scalar_one()
    assert (paper.amount_fen, paper.signed_on) == (12_000_000_000, date(2023, 3, 1))
    arrival = work.session.execute(sa.select(Arrival)).scalar_one()
    assert (arrival.amount_fen, arrival.evidence_file_id) == (3_000_000_000, batch.file_id)


def test_the_same_file_twice_books_nothing_twice(work: Work, officer: Actor, store: Store) -> None:
    content = workbook(GOOD)
    first = taken_in(work, officer, store, content)
    sheets.confirm(work, officer, store, first.id)
    again = taken_in(work, officer, store, content)
    assert again.id == first.id
    assert sheets.confirm(work, officer, store, again.id) == sheets.NOTHING
    assert (count(work, projects.Project), count(work, Arrival)) == (1, 1)


def test_a_row_that_is_recorded_already_is_recognised_in_another_file(
    work: Work, officer: Actor, store: Store
) -> None:
    sheets.confirm(work, officer, store, taken_in(work, officer, store, workbook(GOOD)).id)
    new = ["P2", "示例项目乙", *GOOD[2:]]
    booked = sheets.confirm(
        work, officer, store, taken_in(work, officer, store, workbook(GOOD, new)).id
    )
    assert (booked.projects, booked.known) == (1, 1)
    other = sheets.preview(work, workbook(["P1", "别的项目", *GOOD[2:]]))
    assert "belongs to the recorded project 示例项目甲" in str(only(list(other.findings)).problem)


def test_a_project_without_a_code_is_recognised_by_name_and_firm(
    work: Work, officer: Actor, store: Store
) -> None:
    content = workbook(["", *GOOD[1:]])
    sheets.confirm(work, officer, store, taken_in(work, officer, store, content).id)
    assert sheets.preview(work, content).rows[0].plan is Plan.KNOWN


def test_a_sheet_with_one_finding_books_nothing(work: Work, officer: Actor, store: Store) -> None:
    bad = ["P2", "示例项目乙", "示例企业乙", "??", *GOOD[4:]]
    batch = taken_in(work, officer, store, workbook(GOOD, bad))
    with pytest.raises(DomainError, match="1 findings; nothing was booked"):
        sheets.confirm(work, officer, store, batch.id)
    assert count(work, projects.Project) == 0


def test_a_person_may_say_what_a_column_means(work: Work, officer: Actor, store: Store) -> None:
    content = workbook(GOOD, headings=[*HEADINGS[:2], "客商", *HEADINGS[3:]])
    batch = taken_in(work, officer, store, content)
    assert sheets.draft(work, store, batch.id).findings
    sheets.choose(
        work,
        officer,
        batch.id,
        version=1,
        sheet=batch.sheet,
        fields={3: SheetField.FIRM},
        money_units={SheetField.CONTRACT: Unit.WAN},
    )
    draft: Draft = sheets.draft(work, store, batch.id)
    assert (draft.findings, draft.rows[0].values[SheetField.CONTRACT]) == ((), 1_200_000)


def test_an_auditor_imports_nothing(work: Work, auditor: Actor, store: Store) -> None:
    with pytest.raises(DomainError, match="Your role"):
        taken_in(work, auditor, store, workbook(GOOD))


def test_the_sample_imports_without_a_finding_and_stays_marked(
    work: Work, officer: Actor, store: Store
) -> None:
    units.add_system(work, officer, code="digital", name="数字经济")
    content = sample_sheet.workbook(sample_sheet.words_of(work))
    assert content == sample_sheet.workbook(sample_sheet.words_of(work))
    booked = sheets.confirm(work, officer, store, taken_in(work, officer, store, content).id)
    assert booked.projects == sample_sheet.ROWS
    assert booked.arrivals > 0
    rows = work.session.execute(sa.select(projects.Project)).scalars().all()
    assert {(row.is_demo, row.system_code) for row in rows} == {(True, "digital")}
    reached = {row.stage for row in work.session.execute(sa.select(stages.Milestone)).scalars()}
    assert {"in_talks", "framework", "formal", "registered", "started", "production"} <= reached
