"""0010 rebuilds the conditions on SQLite: every row keeps its terms, and the guard stands again."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from migrations import upgrade
from portfolio.kernel.db import Database

ROWS = (
    (
        "INSERT INTO agreement (id, code, project_id, kind, title, title_en, signed_on,"
        " amount_published, fund_money, recorded_at, is_demo, version) VALUES"
        " ('a', 'A-1', 'p', 'framework', '协议', '', '2025-01-01', 0, 'by_use', '2025', 0, 1)"
    ),
    (
        "INSERT INTO landing_condition (id, agreement_id, no, metric, name, name_en, operator,"
        " threshold, unit, due_on, weight, cure_days, consequence, evidence_required, recorded_at,"
        " recorded_by, is_demo) VALUES ('c', 'a', 1, 'headcount', '员工', '', 'at_least', 120000,"
        " '', '2026-12-31', 3, 60, 'buy_back', '社保清单', '2025', 'x', 0)"
    ),
)


def test_a_condition_of_the_first_release_keeps_its_terms_and_stays_unchangeable(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with database.writer.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN")
        config = upgrade._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for row in ROWS:
            connection.exec_driver_sql(row)
        command.upgrade(config, "0010")
        kept = connection.exec_driver_sql(
            "SELECT threshold, weight, cure_days, consequence, subject, instalments, clause"
            " FROM landing_condition"
        ).one()
        assert kept == (120_000, 3, 60, "buy_back", "firm", 1, "")
        with pytest.raises(sa.exc.IntegrityError, match="append-only"):
            connection.exec_driver_sql("UPDATE landing_condition SET weight = 9")
    database.dispose()
