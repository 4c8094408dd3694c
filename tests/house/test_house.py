"""The house keeps its own rules: floors, file length, migrations, the map in the README."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from migrations import tables, upgrade
from portfolio.kernel.db import Database

ROOT = Path(__file__).parents[2]
FLOORS = ("valuation", "portfolio", "dealflow", "web", "migrations")
SOURCES = sorted(
    path
    for floor in (*FLOORS, "tests")
    for path in (ROOT / floor).rglob("*.py")
    if "versions" not in path.parts
)
LONGEST = 400


def test_imports_point_down_only() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "helpers", "common", "misc", "manager", "base"}
    assert not [path for path in SOURCES if path.stem in vague]


def test_every_module_with_tables_is_in_migrations() -> None:
    with_tables = set()
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] == "tests":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(
                keyword.arg == "table" for keyword in node.keywords
            ):
                with_tables.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert with_tables == set(tables.MODULES)


def test_every_table_and_column_is_migrated(database) -> None:
    assert upgrade.unmigrated(database) == []
    assert upgrade.differences(database) == []


def test_every_append_only_table_is_guarded(database) -> None:
    assert upgrade.missing_guards(database) == []


def test_sqlite_tables_are_strict(migrated_sqlite) -> None:
    database = Database(f"sqlite:///{migrated_sqlite}")
    with database.reader.connect() as connection:
        loose = connection.exec_driver_sql(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND strict = 0 AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
        ).all()
    assert loose == []


def test_the_map_in_the_readme_is_the_tree() -> None:
    text = (ROOT / "README.md").read_text()
    drawn = re.search(r"## Map of the house.*?```\n(.*?)```", text, re.DOTALL)
    assert drawn, "README has a map"
    named = set(re.findall(r"^\s*([a-z_/]+(?:\.py|/))", drawn[1], re.MULTILINE))
    real = {
        f"{folder.relative_to(ROOT)}/"
        for floor in FLOORS
        for folder in [ROOT / floor, *(ROOT / floor).rglob("*")]
        if folder.is_dir() and list(folder.glob("*.py")) and "versions" not in folder.parts
    }
    assert named - {"tests/"} == real


def test_the_top_level_holds_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    top = {name.split("/")[0] for name in listed}
    allowed = {*FLOORS, "tests", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"}
    assert {name for name in top if not name.startswith(".")} <= allowed | {"requirements.lock"}


def test_no_file_names_a_registry_or_loads_from_one() -> None:
    pattern = re.compile(r"https?://(?!127\.0\.0\.1|localhost|www\.w3\.org)[\w.-]+", re.IGNORECASE)
    for folder in ("web/templates", "web/static"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".html", ".css", ".js", ".svg"} and "vendor" not in path.parts:
                assert not pattern.search(path.read_text()), path
