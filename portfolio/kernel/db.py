"""The database: engines, units of work and the column types that every table uses.

A unit of work is one transaction. A writing unit is alone while it runs (BEGIN IMMEDIATE on
SQLite, one advisory lock on PostgreSQL), so a money rule that was checked stays true until the
commit and `seq` has no gaps; a reading unit never waits and sees one moment of the books.
"""

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, TypeVar

import sqlalchemy as sa
import uuid_utils
from sqlalchemy import event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from portfolio.kernel.errors import DomainError

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time since 1991
WAL_RESET_FIXED = (3, 51, 3)  # sqlite.org/wal.html: the WAL-reset fault, mended in this release
R = TypeVar("R", bound=SQLModel)
WRITER_LOCK = 0x6C69616E  # "lian": any constant will do, all writers must name the same one

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# ---- column types
class Fen(TypeDecorator[int]):
    """Money: a Python int of fen. Anything else is refused before it reaches the database."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Refuse float, Decimal, str and bool; int64 is the widest column both engines share."""
        del dialect
        if value is None:
            return None
        if type(value) is not int:
            raise TypeError(f"fen must be int, not {type(value).__name__}: {value!r}")
        if not -(2**63) <= value < 2**63:
            raise OverflowError(f"{value} fen does not fit the ledger (64 bit)")
        return value


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is written as text that sorts by time."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Text on SQLite, timestamptz on PostgreSQL."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a moment without a zone: nobody could say later when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"a moment needs its zone: {value!r}")
        value = value.astimezone(UTC)
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return an aware UTC datetime on both engines."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return datetime.fromisoformat(value)
        return value.astimezone(UTC)  # type: ignore[no-any-return]


class Id(TypeDecorator[str]):
    """A UUIDv7: text in Python and on SQLite, 16 bytes on PostgreSQL.

    SQLite keeps the text as it is, since turning it into a UUID and back costs a fifth of a page.
    """

    impl = sa.Uuid(as_uuid=False)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Text on SQLite, uuid on PostgreSQL."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.String(36))
        return dialect.type_descriptor(sa.Uuid(as_uuid=False))


def new_id() -> str:
    """Return a UUIDv7: unique, and in the order of creation, so indexes grow at one end."""
    return str(uuid_utils.uuid7())


def one_of(*values: str) -> sa.Enum:
    """Return the type of a text column that takes these words only (a CHECK on both engines)."""
    words = [str(value) for value in values]
    name = f"one_of_{words[0]}"
    return sa.Enum(*words, native_enum=False, create_constraint=True, name=name, length=40)


# STRICT tables know six type names only.
for _type, _name in (
    (sa.String, "TEXT"),
    (sa.Text, "TEXT"),
    (sa.Date, "TEXT"),
    (sa.DateTime, "TEXT"),
    (sa.JSON, "TEXT"),
    (sa.Uuid, "TEXT"),
    (sa.Enum, "TEXT"),
    (sa.Boolean, "INTEGER"),
    (sa.BigInteger, "INTEGER"),
    (sa.Float, "REAL"),
):
    compiles(_type, "sqlite")(lambda _element, _compiler, _name=_name, **_: _name)


def strict(*constraints: Any) -> Any:
    """Return `__table_args__`: the constraints given, and STRICT on SQLite."""
    return (*constraints, {"sqlite_strict": True})


class Row(SQLModel):
    """What every table has: a UUIDv7."""

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Id)


# ---- units of work
@dataclass(slots=True)
class Work:
    """One open transaction. `recorded_at` is one moment for all that it writes."""

    session: Session
    recorded_at: datetime
    request_id: str = ""
    ip: str = ""
    business_date: date | None = None  # where the site's calendar stands still (the demo)
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, row: R) -> R:
        """Write the row now, so that a constraint speaks at the line that broke it."""
        self.session.add(row)
        self.session.flush()
        return row

    def rows(self, statement: Any) -> list[Any]:
        """Return all rows of a Core select."""
        return list(self.session.execute(statement))

    def scalar(self, statement: Any) -> Any:
        """Return the first column of the first row, or None."""
        return self.session.execute(statement).scalar()

    def today(self) -> date:
        """Return the business day: of the site where it stands still, else Shanghai's calendar."""
        return self.business_date or self.recorded_at.astimezone(SHANGHAI).date()


class Database:
    """Two engines on one database: one that writes, one that only reads."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.writer = self._engine(reads_only=False)
        self.reader = self._engine(reads_only=True)

    def _engine(self, *, reads_only: bool) -> Engine:
        if not self.is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            return sa.create_engine(
                self.url,
                pool_pre_ping=True,
                pool_size=8,
                execution_options=options if reads_only else {},
            )
        engine = sa.create_engine(self.url, module=sqlite_module())
        event.listen(engine, "connect", _prepare_sqlite(reads_only=reads_only))
        begin = "BEGIN" if reads_only else "BEGIN IMMEDIATE"
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    @contextmanager
    def writing(
        self, *, at: datetime | None = None, request_id: str = "", ip: str = ""
    ) -> Iterator[Work]:
        """Open the unit that may write; it commits at the end or keeps nothing."""
        with Session(self.writer, expire_on_commit=False) as session, session.begin():
            if not self.is_sqlite:
                session.execute(sa.text("SELECT pg_advisory_xact_lock(:k)"), {"k": WRITER_LOCK})
            yield Work(session, at or datetime.now(UTC), request_id, ip)

    @contextmanager
    def reading(self, *, at: datetime | None = None) -> Iterator[Work]:
        """Open a unit that sees one moment of the books and can change nothing."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield Work(session, at or datetime.now(UTC))

    def dispose(self) -> None:
        """Close all connections."""
        self.writer.dispose()
        self.reader.dispose()


def sqlite_module() -> Any:
    """Return the SQLite driver: pysqlite3 where installed (newer SQLite), else the built-in."""
    try:
        module = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        module = importlib.import_module("sqlite3.dbapi2")
    version = tuple(int(part) for part in module.sqlite_version.split("."))
    if version < WAL_RESET_FIXED and not os.environ.get("LIANJI_ACCEPT_OLD_SQLITE"):
        raise DomainError(
            "This machine's SQLite {version} can lose a commit when the write-ahead log restarts.",
            "Install pysqlite3, use PostgreSQL, or accept the risk: LIANJI_ACCEPT_OLD_SQLITE=1.",
            version=module.sqlite_version,
        )
    return module


def _prepare_sqlite(*, reads_only: bool) -> Any:
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        pragmas = ["busy_timeout=10000", "foreign_keys=ON", "recursive_triggers=ON"]
        if reads_only:
            pragmas.append("query_only=ON")
        else:
            pragmas += ["journal_mode=WAL", "synchronous=FULL"]
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    return prepare
