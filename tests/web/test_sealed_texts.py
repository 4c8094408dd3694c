"""A dishonest administrator changes what was sealed; the verify command names it."""

import json
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from dealflow import dispatch, race_boards
from dealflow.dispatch import DispatchSnapshot
from dealflow.race import Method, Part
from dealflow.race_boards import Formula, RaceBoard
from dealflow.targets import Scope
from portfolio.kernel import guards
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database
from tests.web.deals.conftest import town
from tests.web.deals.town import Town
from tests.web.test_commands import lianji
from valuation.periods import Quarter

__all__ = ["lianji", "town"]
FIRST_QUARTER = Quarter(2024, 1)
SEALED_AT = datetime(2024, 4, 1, 2, tzinfo=UTC)
FORMULA = Formula(
    code="overall",
    version=1,
    title="综合榜",
    title_en="Overall",
    scope=Scope.UNIT,
    parts=(Part(code="contract_amount", method=Method.EFFICACY, weight=100),),
    valid_from=date(2024, 1, 1),
)


@pytest.fixture
def sealed(database: Database, town: Town, officer: Actor) -> Town:
    """One sealed half month and one published board."""
    with database.writing(at=SEALED_AT) as work:
        race_boards.set_formula(work, officer, FORMULA)
        dispatch.seal(work, officer, as_of=date(2024, 3, 31))
        race_boards.publish(work, officer, "overall", FIRST_QUARTER)
    return town


def tamper(database: Database, table: str, statement: sa.Executable) -> None:
    """Lift the guard, do it, set the guard again."""
    names = (f"{table}_no_change", f"{table}_no_truncate")
    off = [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for name in names]
    on = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for name in names]
    if database.is_sqlite:
        off = [f"DROP TRIGGER {table}_no_update", f"DROP TRIGGER {table}_no_delete"]
        on = list(guards.append_only(table, "sqlite"))
    with database.writing() as work:
        for order in off:
            work.session.execute(sa.text(order))
        work.session.execute(statement)
        for order in on:
            work.session.execute(sa.text(order))


def test_what_is_whole_is_counted_by_kind(lianji, sealed: Town) -> None:
    answer = lianji("verify-audit")
    assert answer.code == 0
    assert "lines of the audit trail, 0 findings" in answer.out
    assert "1 sealed half months, 0 findings" in answer.out
    assert "1 published race boards, 0 findings" in answer.out


def test_a_changed_half_month_is_found(lianji, sealed: Town, database: Database) -> None:
    row = DispatchSnapshot.__table__
    rosier = sa.func.replace(row.c.content, '"stage":"formal"', '"stage":"started"')
    tamper(database, "dispatch_snapshot", sa.update(row).values(content=rosier))
    answer = lianji("verify-audit")
    assert answer.code == 1
    assert "1 sealed half months, 1 findings" in answer.out
    assert "snapshot 1: its text does not have its hash" in answer.out


def test_a_half_month_changed_with_its_hash_is_found_by_the_audit_trail(
    lianji, sealed: Town, database: Database
) -> None:
    row = DispatchSnapshot.__table__
    with database.reading() as work:
        text = work.scalar(sa.select(row.c.content)).replace('"formal"', '"started"')
    forged = {"content": text, "sha256": dispatch.frozen.sha256_of(text)}
    tamper(database, "dispatch_snapshot", sa.update(row).values(**forged))
    answer = lianji("verify-audit", "--json")
    assert answer.code == 1
    found = {one["kind"]: one["findings"] for one in json.loads(answer.out)["sealed"]}
    assert found["sealed half months"] == ["snapshot 1: the audit trail has another hash"]
    assert found["published race boards"] == []


def test_a_half_month_that_was_taken_away_is_missed(
    lianji, sealed: Town, database: Database
) -> None:
    tamper(database, "dispatch_snapshot", sa.delete(DispatchSnapshot.__table__))
    answer = lianji("verify-audit")
    assert answer.code == 1
    assert "it was sealed and is gone" in answer.out


def test_a_changed_board_is_found(lianji, sealed: Town, database: Database) -> None:
    row = RaceBoard.__table__
    better = sa.func.replace(row.c.content, '"rank":1', '"rank":2')
    tamper(database, "race_board", sa.update(row).values(content=better))
    answer = lianji("verify-audit")
    assert answer.code == 1
    assert "board overall 2024Q1: its text does not have its hash" in answer.out


def test_the_auditor_reads_the_same_on_the_page(
    sealed: Town, database: Database, logged_in
) -> None:
    auditor = logged_in(Role.AUDITOR)
    assert "与封存时一致" in auditor.get("/admin/audit?verify=1&lang=zh").text
    row = DispatchSnapshot.__table__
    tamper(database, "dispatch_snapshot", sa.update(row).values(content="{}"))
    page = auditor.get("/admin/audit?verify=1&lang=zh").text
    assert "snapshot 1" in page
