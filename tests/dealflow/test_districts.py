"""Other districts' figures stand beside ours with their document, and are never edited."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, update

from dealflow import external_figures, external_sheet, race_boards, targets
from dealflow.external_figures import Entry, External, ExternalFigure
from dealflow.race import Method, Part
from dealflow.race_boards import Formula
from dealflow.stages import Stage
from dealflow.targets import DISTRICT, Scope
from portfolio.figures import Source
from portfolio.kernel import site
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotAllowedError
from portfolio.kernel.files import Store
from tests.dealflow.district import YI, District
from valuation.periods import Quarter

Q3 = Quarter(2023, 3)
BEGINS, ENDS = date(2023, 1, 1), Q3.end
FORMULA = Formula(
    code="districts",
    version=1,
    title="区县榜",
    title_en="Districts",
    scope=Scope.DISTRICT,
    parts=(
        Part(code="money_in_place", method=Method.TO_TARGET, weight=40, cap=1.2),
        Part(code="contract_amount", method=Method.EFFICACY, weight=30),
        Part(code="start_rate_cohort", method=Method.SHARE, weight=30, cap=1.0),
    ),
    valid_from=BEGINS,
)


def entry(code: str, numerator: int, **other: object) -> Entry:
    facts: dict[str, object] = {
        "district": "甲区",
        "code": code,
        "period_from": BEGINS,
        "period_to": ENDS,
        "numerator": numerator,
        "denominator": None,
        "target": None,
        "document": "三季度通报",
        "place": "第 2 页",
    }
    return Entry(**(facts | other))  # type: ignore[arg-type]  # the facts above, some changed


@pytest.fixture
def ours(work: Work, officer: Actor, admin: Actor, district: District) -> District:
    """Our district signed 10, of which one of two started; 6 of the 10 asked for arrived."""
    work.recorded_at = datetime(2023, 10, 8, 2, tzinfo=UTC)
    site.change(work, admin, district="本区")
    race_boards.set_formula(work, officer, FORMULA)
    first, second = district.project(), district.project()
    district.sign(first, date(2023, 3, 1), 8 * YI)
    district.sign(second, date(2023, 4, 1), 2 * YI)
    district.reach(first, Stage.STARTED, date(2023, 6, 1))
    district.verified(first, date(2023, 7, 1), 6 * YI)
    targets.set_target(
        work,
        officer,
        year=2023,
        scope=Scope.DISTRICT,
        subject_id=DISTRICT,
        code="money_in_place",
        at_least=10 * YI,
    )
    return district


def theirs(district: District, name: str, money: int, contracts: int, started: int) -> None:
    for one in (
        entry("money_in_place", money * YI, district=name, target=10 * YI),
        entry("contract_amount", contracts * YI, district=name),
        entry("start_rate_cohort", started, district=name, denominator=4),
    ):
        external_figures.record(district.work, district.recorder, one, file_id=district.evidence_id)


# ---- the board
def test_ours_from_our_rows_and_theirs_from_their_documents_follow_one_formula(
    work: Work, ours: District
) -> None:
    theirs(ours, "甲区", money=15, contracts=20, started=3)
    theirs(ours, "乙区", money=5, contracts=5, started=4)
    board = race_boards.board(work, "districts", date(2023, 10, 31))
    assert board.as_of == ENDS  # both sides speak of the same days
    points = {line.name: [one.points for one in line.parts] for line in board.lines}
    # 15 of 10 is capped at 1.2; 20 is the highest of the field, 5 the lowest, 10 a third between
    assert points["甲区"] == pytest.approx([1.2 * 40, 30, 0.75 * 30])
    assert points["本区"] == pytest.approx([0.6 * 40, (40 / 3 + 60) * 0.3, 0.5 * 30])
    assert points["乙区"] == pytest.approx([0.5 * 40, 60 * 0.3, 1.0 * 30])
    assert [(line.rank, line.name) for line in board.lines] == [
        (1, "甲区"),
        (2, "乙区"),
        (3, "本区"),
    ]


def test_each_place_opens_to_our_rows_or_to_their_document(work: Work, ours: District) -> None:
    theirs(ours, "甲区", money=15, contracts=20, started=3)
    board = race_boards.board(work, "districts", ENDS)
    own = board.figures[DISTRICT]["money_in_place"]
    assert {row.kind for row in own.rows} == {"arrival"}
    (row,) = board.figures["甲区"]["money_in_place"].rows
    assert (row.kind, row.label, row.amount_fen) == ("document", "三季度通报 第 2 页", 15 * YI)
    assert board.figures["甲区"]["money_in_place"].source is Source.PUBLISHED


def test_without_figures_of_others_ours_stands_alone_and_nothing_is_published(
    work: Work, officer: Actor, ours: District
) -> None:
    assert [line.name for line in race_boards.board(work, "districts", ENDS).lines] == ["本区"]
    with pytest.raises(DomainError, match=r"No figure of another district.*Record them"):
        race_boards.publish(work, officer, "districts", Q3)


def test_a_correction_restates_a_published_board_and_keeps_both(
    work: Work, officer: Actor, ours: District
) -> None:
    theirs(ours, "甲区", money=15, contracts=20, started=3)
    race_boards.publish(work, officer, "districts", Q3)
    mended = entry("money_in_place", 4 * YI, target=10 * YI, reason="通报勘误")
    external_figures.record(work, officer, mended, file_id=ours.evidence_id)
    (was,) = race_boards.published(work, "districts", ENDS)
    changed = race_boards.restated(was, race_boards.board(work, "districts", ENDS).lines)
    before, after = changed["甲区"]
    assert before.score - after.score == pytest.approx((1.2 - 0.4) * 40)


# ---- entries
def versions(work: Work) -> list[External]:
    return external_figures.every(work, ENDS)


def test_a_correction_is_a_new_row_with_its_reason(
    work: Work, officer: Actor, ours: District
) -> None:
    first = entry("contract_amount", 20 * YI)
    external_figures.record(work, officer, first, file_id=ours.evidence_id)
    with pytest.raises(DomainError, match=r"has a figure for contract_amount.*Say why"):
        external_figures.record(work, officer, first, file_id=ours.evidence_id)
    second = entry("contract_amount", 21 * YI, reason="勘误")
    external_figures.record(work, officer, second, file_id=ours.evidence_id)
    assert [(one.version, one.value, one.is_newest) for one in versions(work)] == [
        (2, 21 * YI, True),
        (1, 20 * YI, False),
    ]


def test_a_recorded_figure_is_never_edited(work: Work, officer: Actor, ours: District) -> None:
    row = external_figures.record(
        work, officer, entry("contract_amount", YI), file_id=ours.evidence_id
    )
    with pytest.raises(DBAPIError, match="append-only"), work.session.begin_nested():
        work.session.execute(
            update(ExternalFigure).where(col(ExternalFigure.id) == row.id).values(numerator=1)
        )


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (entry("no_such", 1), "has no definition"),
        (entry("start_rate_cohort", 3), "entered by numerator and denominator"),
        (entry("contract_amount", 3, denominator=4), "entered by numerator and denominator"),
        (entry("start_rate_cohort", 3, denominator=0), "denominator more than nothing"),
        (entry("contract_amount", -1), "nothing or more"),
        (entry("contract_amount", 1, document=" "), "does not say where it comes from"),
        (entry("contract_amount", 1, district=""), "has no name"),
        (entry("contract_amount", 1, period_from=date(2023, 12, 1)), "after its end"),
        (entry("contract_amount", 1, period_to=date(2024, 3, 31)), "has not come"),
        (entry("start_rate_cohort", 3, denominator=4, target=1), "target belongs to"),
    ],
)
def test_a_figure_that_could_not_be_compared_is_refused(
    work: Work, officer: Actor, ours: District, wrong: Entry, problem: str
) -> None:
    with pytest.raises(DomainError, match=problem):
        external_figures.record(work, officer, wrong, file_id=ours.evidence_id)
    assert versions(work) == []


def test_a_figure_has_its_document_and_only_the_office_records_it(
    work: Work, officer: Actor, auditor: Actor, ours: District
) -> None:
    with pytest.raises(DomainError, match="document of the figure is missing"):
        external_figures.record(work, officer, entry("contract_amount", YI), file_id=None)
    with pytest.raises(NotAllowedError):
        external_figures.record(
            work, auditor, entry("contract_amount", YI), file_id=ours.evidence_id
        )


# ---- sheets
HEADS = (
    "区县",
    "指标代码",
    "期初",
    "期末",
    "数值或分子",
    "分母",
    "年度目标",
    "来源文件",
    "更正理由",
)


def workbook(*rows: Sequence[object], heads: Sequence[str] = HEADS) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((heads, *rows)):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def line(code: str, value: object, under: object = "", **other: object) -> tuple[object, ...]:
    facts: dict[str, object] = {
        "区县": "甲区",
        "期初": "2023-01-01",
        "期末": "2023-09-30",
        "来源文件": "三季度通报",
    }
    facts |= {"指标代码": code, "数值或分子": value, "分母": under} | other
    return tuple(facts.get(head, "") for head in HEADS)


def test_a_sheet_is_booked_whole_and_twice_adds_nothing(
    work: Work, officer: Actor, ours: District, store: Store
) -> None:
    content = workbook(
        line("contract_amount", "20亿元"),
        line("money_in_place", "15.5亿元", 年度目标="18亿元"),
        line("start_rate_cohort", 3, 4),
    )
    file = store.keep(work, officer, name="通报.xlsx", content=content)
    assert external_sheet.confirm(work, officer, content, file_id=file.id) == 3
    by_code = {one.entry.code: one for one in versions(work)}
    assert by_code["contract_amount"].value == 20 * YI
    assert by_code["money_in_place"].entry.target == 18 * YI
    assert by_code["start_rate_cohort"].value == pytest.approx(0.75)
    assert by_code["start_rate_cohort"].entry.place == "第4行"
    assert {one.file_id for one in by_code.values()} == {file.id}
    assert external_sheet.confirm(work, officer, content, file_id=file.id) == 0


def test_a_sheet_names_every_finding_and_writes_nothing(
    work: Work, officer: Actor, ours: District, store: Store
) -> None:
    content = workbook(
        line("contract_amount", "20亿元"),
        line("money_in_place", "15"),  # an amount without its unit
        line("no_such", 3),
        line("start_rate_cohort", 3),  # a rate without its denominator
        line("start_rate_cohort", 2.5, 4, 期末="九月底"),
        line("contract_amount", "21亿元"),  # the same figure again
        line("contract_amount", "1亿元", 区县="", 来源文件=""),
    )
    read = external_sheet.preview(work, content)
    places = [one.place for one in read.findings]
    assert places == ["E3", "B4", "B5", "D6", "E6", "A7", "A8", "H8"]
    with pytest.raises(DomainError, match="8 findings; nothing was booked"):
        external_sheet.confirm(work, officer, content, file_id=ours.evidence_id)
    assert versions(work) == []


def test_other_numbers_for_a_recorded_figure_need_their_reason(
    work: Work, officer: Actor, ours: District
) -> None:
    first = workbook(line("contract_amount", "20亿元"))
    external_sheet.confirm(work, officer, first, file_id=ours.evidence_id)
    other = workbook(line("contract_amount", "22亿元"))
    (finding,) = external_sheet.preview(work, other).findings
    assert "Another figure is recorded" in str(finding.problem)
    said = workbook(line("contract_amount", "22亿元", 更正理由="勘误"))
    assert external_sheet.confirm(work, officer, said, file_id=ours.evidence_id) == 1
    assert [one.version for one in versions(work)] == [2, 1]


def test_a_sheet_without_headings_or_rows_says_so(work: Work, ours: District) -> None:
    missing = external_sheet.preview(work, workbook(("甲", 1), heads=("地方", "数")))
    assert len(missing.findings) == len(external_sheet.REQUIRED)
    empty = external_sheet.preview(work, workbook())
    assert "no row below" in str(empty.findings[0].problem)
    no_value = external_sheet.preview(
        work, workbook(("甲区", "contract_amount"), heads=("区县", "指标代码"))
    )
    assert len(no_value.findings) == len(external_sheet.REQUIRED) - 2
