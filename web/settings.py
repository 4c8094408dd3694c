"""Settings: what the environment says. Everything else is data."""

import os
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from portfolio.kernel import audit
from portfolio.kernel.db import Database
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
FOLDER = ".lianji"  # in the working directory, unless LIANJI_DATA names another


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the data lies and who may reach the server."""

    database_url: str
    folder: Path
    hosts: tuple[str, ...] = LOOPBACK
    over_tls: bool = False  # behind a proxy that speaks TLS: cookies become __Host- and Secure
    proxies: str = ""  # addresses whose forwarded headers are believed
    smtp: str = ""  # a mail server (mailing.py); without one nothing is ever sent
    mail_from: str = ""
    mail_to: str = ""

    def open(self) -> tuple[Database, Store]:
        """Open database and file store, and give the audit trail its key."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        audit.use_key(audit.load_key(self.folder))
        return Database(self.database_url), Store(self.folder / "files")

    def refuse_no_database(self) -> None:
        """Refuse a file that is not there: opening it would make an empty one in its place."""
        url = sa.make_url(self.database_url)
        is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
        if is_file and not Path(str(url.database)).exists():
            raise DomainError(
                "There is no database at {path}.",
                "Run `lianji init` to make one, or name another by LIANJI_DATABASE_URL.",
                path=str(url.database),
            )


def read() -> Settings:
    """Read the environment.

    LIANJI_DATABASE_URL  default: an SQLite file in the data folder
    LIANJI_DATA          folder of database, keys and evidence; beside the SQLite file by default
    LIANJI_HOSTS         comma-separated names the server answers to
    LIANJI_TLS           "1" where a proxy in front speaks TLS
    LIANJI_PROXIES       comma-separated addresses of that proxy
    LIANJI_SMTP          host:port or smtp(s)://user:password@host:port, for `digest --send`
    LIANJI_MAIL_FROM, LIANJI_MAIL_TO  who writes, and who read the digest (comma-separated)
    """
    given, folder = os.environ.get("LIANJI_DATABASE_URL"), os.environ.get("LIANJI_DATA")
    if given:
        url = _checked(given)
        if not folder and url.get_backend_name() == "sqlite" and url.database:
            folder = str(Path(url.database).resolve().parent / FOLDER)
    home = Path(folder or FOLDER).resolve()
    hosts = os.environ.get("LIANJI_HOSTS", "")
    return Settings(
        database_url=given or f"sqlite:///{home / 'lianji.db'}",
        folder=home,
        hosts=LOOPBACK + tuple(host for host in hosts.split(",") if host),
        over_tls=os.environ.get("LIANJI_TLS") == "1",
        proxies=os.environ.get("LIANJI_PROXIES", ""),
        smtp=os.environ.get("LIANJI_SMTP", ""),
        mail_from=os.environ.get("LIANJI_MAIL_FROM", ""),
        mail_to=os.environ.get("LIANJI_MAIL_TO", ""),
    )


def _checked(given: str) -> sa.URL:
    try:
        url = sa.make_url(given)
        backend = url.get_backend_name()
    except sa.exc.ArgumentError:
        backend = "?"
    if backend not in {"sqlite", "postgresql"}:
        raise DomainError(
            "LIANJI_DATABASE_URL names no database that Lianji knows.",
            "Write sqlite:////folder/lianji.db or postgresql+psycopg://user:password@host/name.",
        )
    return url
