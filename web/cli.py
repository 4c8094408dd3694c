"""The command line: `lianji …`. Every command that prints can print JSON."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from migrations import upgrade
from portfolio.kernel.db import Database, Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store
from web import settings as environment

app = typer.Typer(
    help="Lianji 链基: funds and the firms they bring in.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Json = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a refusal is two sentences on standard error and exit code 2."""
    from web import commands  # noqa: F401 - each of its files adds its commands to `app`

    try:
        app(args=list(arguments) if arguments is not None else None, standalone_mode=True)
    except DomainError as error:
        sys.stderr.write(f"{error.problem}\n{error.remedy}\n")
        sys.exit(2)


def show(value: Any, *, as_json: bool, text: Callable[[], str]) -> None:
    """Print JSON or text."""
    out = json.dumps(value, ensure_ascii=False, indent=1, default=str) if as_json else text()
    sys.stdout.write(out + "\n")


def settings() -> environment.Settings:
    """Read the environment once more: tests and cron set it per call."""
    return environment.read()


@contextmanager
def opened(*, may_be_new: bool = False) -> Iterator[tuple[Database, Store]]:
    """Open what the environment names, and let go of it at the end of the command."""
    given = settings()
    if not may_be_new:
        given.refuse_no_database()
    database, store = given.open()
    try:
        yield database, store
    finally:
        database.dispose()


@contextmanager
def current() -> Iterator[tuple[Database, Store]]:
    """Open the database as `opened` does; refused while it is of another version."""
    with opened() as (database, store):
        upgrade.refuse_other_revision(database)
        yield database, store


@contextmanager
def reading() -> Iterator[Work]:
    """Open one moment of the books to read."""
    with current() as (database, _), database.reading() as work:
        yield work


def make_folder(path: Path) -> Path:
    """Return a folder to write into, made if it is missing."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def stdin_or_prompt(question: str) -> str:
    """Read a secret from LIANJI_PASSWORD or ask for it twice."""
    given = os.environ.get("LIANJI_PASSWORD")
    return given or str(typer.prompt(question, hide_input=True, confirmation_prompt=True))
