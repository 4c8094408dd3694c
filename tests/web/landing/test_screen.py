"""The office opens one screen and knows what moved, what is stuck, who must act, what rates are."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from dealflow import agreements, blockers, dispatch, projects
from dealflow.agreements import AgreementKind
from dealflow.blockers import BlockerKind
from portfolio import organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database
from tests.web.deals.conftest import query_count
from tests.web.deals.town import YI, Desk, Town

__all__ = ["query_count"]
FEBRUARY, MARCH = date(2024, 2, 29), date(2024, 3, 15)
QUERIES = 70  # of the whole page, however many projects, changes and blockers there are


@pytest.fixture
def two_halves(database: Database, town: Town, officer: Actor) -> Town:
    """Two sealed half months: between them a project came, and land is missing for the other."""
    with database.writing(at=datetime(2024, 3, 1, 2, tzinfo=UTC)) as work:
        dispatch.seal(work, officer, as_of=FEBRUARY)
    with database.writing(at=datetime(2024, 3, 16, 2, tzinfo=UTC)) as work:
        _signed(work, officer, town, 1)
        blockers.raise_blocker(
            work, officer, town.project_id, kind=BlockerKind.LAND, text="缺用地指标", on=MARCH
        )
        dispatch.seal(work, officer, as_of=MARCH)
    return town


def _signed(work, officer: Actor, town: Town, number: int) -> str:
    project = projects.create(
        work,
        officer,
        code=f"P-NEW-{number:03d}",
        name=f"新来项目{number}",
        organisation_id=organisations.create(work, officer, name=f"新来公司{number}").id,
        first_heard_on=date(2024, 3, 2),
        system_code="digital-economy",
        chain_id=town.chain_id,
        unit_id=town.unit_id,
    )
    agreements.sign(
        work,
        officer,
        project_id=project.id,
        kind=AgreementKind.FORMAL,
        title="投资合同",
        signed_on=date(2024, 3, 4),
        amount_fen=2 * YI,
        start_due_on=date(2024, 3, 10),
    )
    return project.id


def test_one_screen_answers_the_four_questions(two_halves: Town, office: Desk) -> None:
    page = office.see("/landing", as_of="2024-03-15")
    for title in ("转化漏斗", "按体系与链条", "半月对比", "区内赛马榜", "卡点", "待办", "批次转化"):
        assert title in page
    assert "S4 · 02-29 → S5 · 03-15" in page
    assert "新来项目1" in page  # moved
    assert "缺用地指标" in page  # stuck
    assert "约定 2024-03-10 开工" in page
    assert page.count("未交办") >= 3  # the tile, and both lines that nobody has in hand
    assert "12.00 亿元" in page  # what a rate is made of


def test_who_must_act_stands_beside_what_is_stuck(
    database: Database, two_halves: Town, office: Desk, officer: Actor
) -> None:
    with database.writing(at=datetime(2024, 3, 16, 3, tzinfo=UTC)) as work:
        blockers.assign(
            work,
            officer,
            text="报批用地指标",
            unit_id=two_halves.unit_id,
            owner="用地专员",
            raised_on=MARCH,
            due_on=MARCH + timedelta(days=3),
            project_id=two_halves.project_id,
        )
    page = office.see("/landing", as_of="2024-03-20")
    assert "报批用地指标" in page
    assert "临空办 用地专员" in page
    assert "逾期 2 天" in page


def test_the_kind_of_change_and_the_basis_are_chosen_by_address(
    two_halves: Town, office: Desk
) -> None:
    page = office.see("/landing", as_of="2024-03-15", kind="withdrawn")
    assert "无此类变动" in page
    assert "期间口径" in page
    assert "期间口径" not in office.see("/landing", as_of="2024-03-15", basis="cohort")


def test_before_the_first_seal_the_screen_says_what_to_do(town: Town, office: Desk) -> None:
    page = office.see("/landing", as_of="2024-03-15")
    assert "尚未封存" in page
    assert "无卡点" in page


def test_the_screen_asks_no_more_however_much_there_is(
    database: Database,
    two_halves: Town,
    office: Desk,
    officer: Actor,
    query_count: Callable[[Callable[[], object]], int],
) -> None:
    def asked() -> int:
        return query_count(lambda: office.see("/landing", as_of="2024-03-15"))

    asked()
    before = asked()
    with database.writing(at=datetime(2024, 3, 17, 2, tzinfo=UTC)) as work:
        for number in range(2, 14):
            project_id = _signed(work, officer, two_halves, number)
            blockers.raise_blocker(
                work, officer, project_id, kind=BlockerKind.ENERGY, text="待接电", on=MARCH
            )
    assert asked() == before
    assert before <= QUERIES, before
