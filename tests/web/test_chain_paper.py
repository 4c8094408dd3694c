"""The chain's paper: two sheets whatever the chain's size, the same facts as the pages show.

The small chain of `chain_town` by hand: two segments, one landed motor maker (2 亿元 signed, 1 亿元
in place), chips missing. Covered 1 of 2; one gap, whose candidate sells to the chain's leader.
"""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pypdf
import pytest
from starlette.testclient import TestClient

from dealflow import blockers, chain_brief
from dealflow.blockers import BlockerKind
from dealflow.chain_brief import GoalLine
from dealflow.policy_sets import ChainPolicy
from portfolio import organisations
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from portfolio.kernel.errors import say
from portfolio.kernel.files import Store
from tests.conftest import NOW
from tests.web import chain_town
from tests.web.chain_town import DAY, LONG, YI
from tests.web.conftest import LogIn
from web.formats import Lang, Reader
from web.reports import chain_paper, chain_workbook
from web.reports.chain_day import ChainDay
from web.templating import translations


def day_of(brief, lang: Lang = "zh") -> ChainDay:
    reader = Reader(lang=lang, year=DAY.year, translate=translations(lang).ugettext)
    return ChainDay(brief=brief, reader=reader, district="某区")


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def sheet(content: bytes, name: str) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return [tuple(row) for row in book[name].iter_rows(values_only=True)]


@pytest.fixture
def small(work, officer, second_officer, store) -> chain_brief.ChainBrief:
    made = chain_town.told(work, officer, second_officer, store)
    return chain_brief.brief(work, officer, DAY, made)


# ---- two sheets
def test_the_paper_has_two_sheets_for_a_small_chain(small) -> None:
    for lang in ("zh", "en"):
        assert len(pages_of(chain_paper.pdf_of(day_of(small, lang)))) == 2


@pytest.mark.parametrize(("number", "rows"), [(2_000, 20), (2_000, 500), (60, 3), (60, 60)])
def test_the_paper_has_two_sheets_for_a_map_of_any_size(
    work, officer, number: int, rows: int
) -> None:
    made = chain_town.chain(work, officer, LONG)
    chain_town.segments(work, made.id, number, rows=rows, name=LONG)
    brief = chain_brief.brief(work, officer, DAY, made)
    many = replace(
        brief,
        goals=tuple(goal(at) for at in range(40)),
        policies=tuple(policy(at) for at in range(9)),
        leaders=(LONG,) * 9,
    )
    for lang in ("zh", "en"):
        pages = pages_of(chain_paper.pdf_of(day_of(many, lang)))
        assert len(pages) == 2
        assert "节点" in pages[0] if lang == "zh" else "segments" in pages[0]
    shown = pages_of(chain_paper.pdf_of(day_of(many)))[0]
    assert "个节点见 XLSX" in shown


def policy(number: int) -> ChainPolicy:
    return ChainPolicy(
        policy_id=str(number),
        chain_id="",
        number=number,
        title=LONG,
        title_en="",
        summary=LONG,
        summary_en="",
        who=LONG,
        who_en="",
        valid_from=DAY,
        valid_to=None,
        is_public=False,
        payout_clause_id=None,
        is_demo=True,
    )


def goal(at: int) -> GoalLine:
    return GoalLine(
        text=say("Firm landed in {segment}", segment=f"{LONG}{at}"),
        unit="fen",
        goal=at * YI,
        actual=None,
        due_on=DAY,
        is_demo=True,
    )


def test_the_paper_has_two_sheets_for_many_projects_items_and_visits(
    work, officer, second_officer, store
) -> None:
    made = chain_town.chain(work, officer, LONG)
    chain_town.segments(work, made.id, 30, rows=6, name=LONG)
    for at in range(30):
        one = chain_town.project(
            work, officer, second_officer, store, made, code=f"P{at:02}", name=f"{LONG}{at}"
        )
        blockers.raise_blocker(work, officer, one, kind=BlockerKind.LAND, text=LONG * 3, on=DAY)
    brief = chain_brief.brief(work, officer, DAY, made)
    full = replace(brief, goals=tuple(goal(at) for at in range(40)))
    for lang in ("zh", "en"):
        assert len(pages_of(chain_paper.pdf_of(day_of(full, lang)))) == 2
    assert len(sheet(chain_workbook.xlsx_of(day_of(full)), "链上项目")) == 1 + 30


def test_a_chain_with_nothing_on_it_says_so(work, officer) -> None:
    made = chain_town.chain(work, officer)
    brief = chain_brief.brief(work, officer, DAY, made)
    first, second = pages_of(chain_paper.pdf_of(day_of(brief)))
    assert "未登记" in first
    assert "链上尚无项目" in second
    assert "尚无基金投资本链" in second


# ---- what it says
def test_the_paper_says_what_the_chain_is(small) -> None:
    first, second = pages_of(chain_paper.pdf_of(day_of(small)))
    for words in ("区领导", "电机厂公司", "50%", "芯片企业", "缺口 0/2"):
        assert words in first, words
    for words in ("2.00", "1.00", "用地未批", "催办环评", "链主推介会", "逾期（2024-05-01 到期）"):
        assert words in second, words


def test_goals_stand_beside_their_actuals(small) -> None:
    goals = (
        GoalLine(
            text=say("Firms landed"), unit="count", goal=3, actual=1, due_on=DAY, is_demo=False
        ),
        GoalLine(
            text=say("Contract amount"),
            unit="fen",
            goal=5 * YI,
            actual=2 * YI,
            due_on=DAY,
            is_demo=True,
        ),
    )
    with_goals = day_of(replace(small, goals=goals))
    _, second = pages_of(chain_paper.pdf_of(with_goals))
    assert "落地企业" in second
    assert "正式合同额（示例）" in second
    (_, firms, amount) = sheet(chain_workbook.xlsx_of(with_goals), "目标与实际")
    assert firms[:3] == ("落地企业", 1, 3)
    assert amount[:3] == ("正式合同额", 200_000_000, 500_000_000)
    assert amount[-1] == "示例"


def test_demonstration_data_is_labelled_wherever_it_stands(small) -> None:
    assert small.is_demo, "the candidate's own firm is invented"
    first, _ = pages_of(chain_paper.pdf_of(day_of(small)))
    assert "芯片企业（示例）" in first
    rows = sheet(chain_workbook.xlsx_of(day_of(small)), "候选企业")
    assert rows[1][1] == "芯片企业"
    assert rows[1][-1] == "示例"


def test_the_workbook_holds_every_segment_and_adds_up(small) -> None:
    content = chain_workbook.xlsx_of(day_of(small))
    rows = sheet(content, "链条图谱")
    assert [row[2] for row in rows[1:]] == ["电机", "芯片"]
    (_, *gaps) = sheet(content, "补链清单")
    rank, name, importance, *parts = gaps[0]
    assert (rank, name) == (1, "芯片")
    assert importance == sum(part for part in parts if isinstance(part, int | float))
    facts = dict(sheet(content, "产业链"))
    assert facts["正式合同额"] == 200_000_000
    assert facts["资金到位额"] == facts["其中：基金出资"] + facts["其中：其他资金"]


def test_money_in_place_is_what_funds_and_others_brought(small) -> None:
    money = small.money
    assert money.figures.in_place_fen == YI
    assert money.in_place_from_funds_fen + money.in_place_from_others_fen == YI
    assert money.pool is None


# ---- bytes
def test_the_same_facts_give_the_same_bytes(small) -> None:
    day = day_of(small)
    assert chain_paper.pdf_of(day) == chain_paper.pdf_of(day)
    assert chain_workbook.xlsx_of(day) == chain_workbook.xlsx_of(day)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_both_engines_give_the_same_bytes(
    database, migrated_sqlite: Path, officer, second_officer, tmp_path: Path
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "other.db")
    other = Database(f"sqlite:///{tmp_path}/other.db")
    made = []
    for number, one in enumerate((database, other)):
        with one.writing(at=NOW) as work:
            chain = chain_town.told(
                work, officer, second_officer, Store(tmp_path / f"files{number}")
            )
            day = day_of(chain_brief.brief(work, officer, DAY, chain))
            made.append((chain_paper.pdf_of(day), chain_workbook.xlsx_of(day)))
    other.dispose()
    assert made[0] == made[1]


# ---- who gets it
@pytest.fixture
def town(database: Database, store: Store, officer: Actor, second_officer: Actor) -> None:
    with database.writing() as work:
        chain_town.told(work, officer, second_officer, store)


@pytest.mark.usefixtures("town")
def test_the_office_takes_the_paper_from_the_chains_page(logged_in: LogIn) -> None:
    browser = logged_in(Role.INVESTMENT_OFFICE)
    page = browser.get("/chains/cars").text
    assert "/chains/cars/paper.pdf" in page
    assert "/chains/cars/paper.xlsx" in page
    answer = browser.get("/chains/cars/paper.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert len(pages_of(answer.content)) == 2
    assert openpyxl.load_workbook(io.BytesIO(browser.get("/chains/cars/paper.xlsx").content))
    assert browser.get("/chains/no-such/paper.pdf").status_code == 404


@pytest.mark.usefixtures("town")
def test_a_partner_of_a_fund_does_not_get_it(
    database: Database, officer: Actor, logged_in: LogIn, client: TestClient
) -> None:
    with database.writing() as work:
        partner = organisations.create(work, officer, name="出资人")
    answer = logged_in(Role.LP, organisation_id=partner.id).get("/chains/cars/paper.pdf")
    assert answer.status_code in {403, 404}
    assert client.get("/chains/cars/paper.pdf").status_code == 303
