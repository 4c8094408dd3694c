"""The same story told on SQLite and on PostgreSQL is one report, to the byte, in every file."""

import shutil
from pathlib import Path

import pytest

from dealflow import dispatch, quarter_close
from portfolio.kernel.db import Database
from portfolio.kernel.files import Store
from tests.web.lp_books import fill
from tests.web.test_report_editions import NOW, Q2, locked, told, who
from web.reports import files
from web.reports.files import Kind

__all__ = ["who"]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_both_engines_lock_the_same_report(
    database, migrated_sqlite: Path, who, tmp_path: Path
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "other.db")
    other = Database(f"sqlite:///{tmp_path}/other.db")
    reports = []
    for number, one in enumerate((database, other)):
        with one.writing(at=NOW) as work:
            made = fill(work, who, Store(tmp_path / f"files{number}"), scale=100_000_00)
            dispatch.seal(work, who.officer, as_of=Q2.end)
            quarter_close.close(work, who.second_manager, made.fund.id, Q2)
        locked(one, who, made)
        reports.append(told(one))
    other.dispose()
    first, second = reports
    assert first.canonical == second.canonical
    for kind in Kind:
        assert files.make(first, kind, "zh").content == files.make(second, kind, "zh").content, kind
