"""0022 rebuilds the leaders on SQLite: every term is kept, and a firm may be named again."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from migrations import upgrade
from portfolio.kernel.db import Database

INSERT = (
    "INSERT INTO chain_leader (id, chain_id, organisation_id, since_on, ended_on, is_demo)"
    " VALUES ('{id}', 'c', 'f', '{since}', {ended}, 0)"
)


def test_a_term_of_an_older_release_is_kept_and_another_may_follow(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with database.writer.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN")
        config = upgrade._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0019")
        first = INSERT.format(id="a", since="2024-01-01", ended="'2025-01-01'")
        connection.exec_driver_sql(first)
        command.upgrade(config, "0022")
        connection.exec_driver_sql(INSERT.format(id="b", since="2026-01-01", ended="NULL"))
        terms = connection.exec_driver_sql(
            "SELECT since_on, ended_on FROM chain_leader ORDER BY since_on"
        ).all()
        assert terms == [("2024-01-01", "2025-01-01"), ("2026-01-01", None)]
        with pytest.raises(sa.exc.IntegrityError, match="UNIQUE"):
            connection.exec_driver_sql(INSERT.format(id="d", since="2026-01-01", ended="NULL"))
    database.dispose()
