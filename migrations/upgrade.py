"""Bring a database to the newest revision, and look whether it is there."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from migrations import tables
from portfolio.kernel.db import Database
from portfolio.kernel.errors import DomainError

FOLDER = Path(__file__).parent


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def to_newest(database: Database) -> None:
    """Run what is missing; on SQLite with foreign keys off, as a rebuilt table would lose rows."""
    with database.writer.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.rollback()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if database.is_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"foreign keys are broken after the upgrade: {broken[:5]}")
        connection.commit()
        if database.is_sqlite:
            connection.connection.execute("PRAGMA foreign_keys=ON")


def revision(database: Database) -> str | None:
    """Return the revision a database is at; None where it is empty."""
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def refuse_other_revision(database: Database) -> None:
    """Refuse to serve a database of another version, or one whose triggers are not all there."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    found = revision(database)
    if found != newest:
        raise DomainError(
            "The database is at revision {found}; this version needs {newest}.",
            "Make a backup, then run `lianji upgrade`.",
            found=found or "—",
            newest=newest,
        )
    if missing := missing_guards(database):
        raise DomainError(
            "The table {table} has lost the triggers that protect it.",
            "Restore the backup made before the last upgrade.",
            table=missing[0],
        )


def missing_guards(database: Database) -> list[str]:
    """Return the append-only tables that a change or deletion would not be refused on."""
    if database.is_sqlite:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        guards = ("no_update", "no_delete")
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        guards = ("no_change", "no_truncate")
    with database.reader.connect() as connection:
        found = {name for (name,) in connection.exec_driver_sql(query)}
    return [
        table
        for table in tables.APPEND_ONLY
        if not found.issuperset(f"{table}_{guard}" for guard in guards)
    ]


def unmigrated(database: Database) -> list[str]:
    """Return the tables of the metadata that no revision makes."""
    tables.load()
    with database.reader.connect() as connection:
        made = set(sa.inspect(connection).get_table_names())
    return sorted(set(SQLModel.metadata.tables) - made)


def differences(database: Database) -> list[str]:
    """Return what autogenerate would still change: columns, indexes, constraints."""
    tables.load()
    with database.reader.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return [str(change) for change in compare_metadata(context, SQLModel.metadata)]
