"""The paper of the meeting is two sheets of A4, and shows what was open when it was sealed."""

import io
import json
from datetime import UTC, date, datetime

import openpyxl
import pypdf
import pytest

from dealflow import amendments, blockers, dispatch, frozen, projects
from dealflow.blockers import BlockerKind
from dealflow.stages import Stage
from portfolio import organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database
from tests.web.deals.town import Desk, Town

FEBRUARY, MARCH = date(2024, 2, 29), date(2024, 3, 15)
AFTER_FEBRUARY = datetime(2024, 3, 1, 2, tzinfo=UTC)
AFTER_MARCH = datetime(2024, 3, 16, 2, tzinfo=UTC)
CHANGED = 120
A4 = (595, 842)
LONG = "因企业战略调整及上游供应商产能转移，一期工程延期，正与属地平台公司协商补充协议并重新报批"


@pytest.fixture
def busy(database: Database, town: Town, officer: Actor) -> Town:
    """Between two seals 120 projects changed; 25 blockers stand and 25 items are open."""
    names = [f"示例项目{number:03d}新一代低空飞行器整机研发制造基地" for number in range(CHANGED)]
    with database.writing(at=AFTER_FEBRUARY) as work:
        firm = organisations.create(work, officer, name="示例公司").id
        ids = [
            projects.create(
                work,
                officer,
                code=f"X-{number:03d}",
                name=name,
                organisation_id=firm,
                first_heard_on=date(2024, 2, 1),
                unit_id=town.unit_id,
            ).id
            for number, name in enumerate(names)
        ]
        dispatch.seal(work, officer, as_of=FEBRUARY)
    with database.writing(at=AFTER_MARCH) as work:
        for number, project_id in enumerate(ids):
            stage = Stage.TERMINATED if number % 3 else Stage.IN_TALKS
            projects.record(
                work, officer, project_id, stage=stage, on=date(2024, 3, 5), note=f"{number} {LONG}"
            )
        for project_id in ids[:25]:
            blockers.raise_blocker(
                work, officer, project_id, kind=BlockerKind.LAND, text=LONG, on=MARCH
            )
            blockers.assign(
                work,
                officer,
                text=LONG,
                unit_id=town.unit_id,
                owner="要素保障专员",
                raised_on=MARCH,
                due_on=date(2024, 3, 20),
                project_id=project_id,
            )
        dispatch.seal(work, officer, as_of=MARCH)
    return town


def paper(office: Desk, lang: str = "zh") -> tuple[list, str]:
    answer = office.browser.get(f"/dispatch/{MARCH}/paper.pdf?base={FEBRUARY}&lang={lang}")
    assert answer.status_code == 200, answer.text[:300]
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(page.extract_text() for page in pages)
    return list(pages), text.replace("\n", "")


def book(office: Desk) -> dict[str, list[tuple]]:
    answer = office.browser.get(f"/dispatch/{MARCH}/changes.xlsx?base={FEBRUARY}&lang=zh")
    workbook = openpyxl.load_workbook(io.BytesIO(answer.content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in workbook}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_however_much_changed_the_paper_is_two_sheets_of_a4(
    busy: Town, office: Desk, lang: str
) -> None:
    pages, text = paper(office, lang)
    assert [(round(p.mediabox.width), round(p.mediabox.height)) for p in pages] == [A4, A4]
    assert "XLSX" in text  # and what has no room is named with its number


def test_the_workbook_has_every_line(busy: Town, office: Desk) -> None:
    sheets = book(office)
    assert list(sheets) == ["本期变动", "指标", "堵点", "交办事项", "封存后重述"]
    assert len(sheets["本期变动"]) == 1 + CHANGED
    assert len(sheets["堵点"]) == len(sheets["交办事项"]) == 1 + 25
    assert sheets["堵点"][1][2] == LONG  # whole, where the paper cut it


def test_a_paper_printed_later_shows_items_as_they_were_sealed(
    database: Database, busy: Town, office: Desk, officer: Actor
) -> None:
    _, before = paper(office)
    with database.writing() as work:
        today = work.today()
        for one in blockers.blockers(work, MARCH):
            blockers.clear_blocker(work, officer, one.blocker_id, on=MARCH, how="已供地")
        for item in blockers.actions(work, MARCH):
            blockers.finish(work, officer, item.action_id, on=MARCH, how="已办")
        project = projects.by_code(work, "X-000")
        blockers.raise_blocker(
            work, officer, project.id, kind=BlockerKind.ENERGY, text="后来的堵点", on=MARCH
        )
        assert today > MARCH
    _, after = paper(office)
    assert after == before
    assert "后来的堵点" not in after
    with database.reading() as work:
        half = dispatch.content(work, MARCH)
        assert len(half.blockers or ()) == len(half.actions or ()) == 25
        (first, *_) = half.actions or ()
        assert (first.unit, first.owner, first.due_on) == (
            "临空办",
            "要素保障专员",
            date(2024, 3, 20),
        )
    page = office.see("/landing", tab="diff", to=str(MARCH))
    assert "封存时情况及后续进展" in page
    assert page.count("03-15 已办结") == 50
    assert "封存后新增" in page


def test_both_values_stand_on_the_paper_and_in_the_workbook_once_restated(
    database: Database, busy: Town, office: Desk, officer: Actor
) -> None:
    with database.writing() as work:
        project = projects.get(work, busy.project_id)
        amendments.set_planned(
            work,
            officer,
            project.id,
            planned_fen=12_00000000_00,
            effective_on=date(2024, 3, 1),
            reason="追加产线",
            version=project.version,
        )
    pages, text = paper(office)
    assert len(pages) == 2
    assert "封存后重述" in text
    assert "+2.00" in text
    rows = book(office)["封存后重述"]
    restated = ("示例空天基地", "计划总投资", "10.00 亿元", "12.00 亿元", "2.00")
    assert restated in [row[:5] for row in rows]


def test_a_half_month_sealed_before_items_were_kept_still_reads(
    database: Database, busy: Town
) -> None:
    with database.reading() as work:
        kept = json.loads(frozen.text_of(dispatch.content(work, MARCH)))
    old = {key: value for key, value in kept.items() if key not in {"blockers", "actions"}}
    old["projects"] = [
        {key: value for key, value in one.items() if key != "reasons"} for one in old["projects"]
    ]
    half = frozen.read(json.dumps(old))
    assert (half.blockers, half.actions) == (None, None)
    assert len(half.projects) == len(kept["projects"])
