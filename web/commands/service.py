"""Commands that run the service: init, serve, upgrade, verify-audit, backup."""

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer

from dealflow import definitions, landed, seals
from migrations import upgrade as migrations
from portfolio.kernel import actors, audit
from portfolio.kernel import site as sites
from portfolio.kernel.actors import SYSTEM, Actor, Role
from portfolio.kernel.db import Database, Work, new_id
from portfolio.kernel.errors import DomainError
from web.cli import Json, app, current, make_folder, opened, settings, show, stdin_or_prompt
from web.settings import Settings


@app.command()
def init(
    login: Annotated[str, typer.Option(help="Login name of the first administrator.")],
    name: Annotated[str, typer.Option(help="His name, as the audit trail writes it.")],
    district: Annotated[str, typer.Option(help="The district, as it heads every page.")] = "",
    brand: Annotated[str, typer.Option(help="What you call the product.")] = "链基",
) -> None:
    """Make the database and its first administrator, who chooses his own password."""
    from web.routes.login import HASHER

    with opened(may_be_new=True) as (database, _):
        migrations.to_newest(database)
        with database.reading() as work:
            if work.scalar(sa.select(sa.func.count()).select_from(actors.Account)):
                raise DomainError(
                    "This database has accounts already.",
                    "Log in as the administrator and open further accounts there.",
                )
        password = stdin_or_prompt("Password")
        actors.check_password(password, context=(login, name))
        founder = Actor(id=new_id(), name=name, role=Role.ADMIN)
        with database.writing() as work:
            actors.create_account(
                work,
                founder,
                login=login,
                name=name,
                role=Role.ADMIN,
                password_hash=HASHER.hash(password),
            )
            sites.change(work, founder, brand=brand, district=district)
            seed(work)
    typer.echo(f"The administrator {login} may log in now: lianji serve")


def seed(work: Work) -> None:
    """Record the first version of every measure and of the landed rule: data, not constants."""
    office = Actor(id=SYSTEM.id, name=SYSTEM.name, role=Role.INVESTMENT_OFFICE)
    definitions.define(work, office)
    landed.set_rule(work, office, landed.FIRST, valid_from=date(2000, 1, 1))


@app.command()
def upgrade() -> None:
    """Bring the database to this version; make a backup before."""
    with opened() as (database, _):
        before = migrations.revision(database)
        migrations.to_newest(database)
        typer.echo(f"revision {before or '—'} → {migrations.revision(database)}")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; more than one needs PostgreSQL.")] = 1,
) -> None:
    """Serve the pages. Behind a proxy that speaks TLS set LIANJI_TLS=1 and LIANJI_PROXIES."""
    with current() as (database, _):
        if database.is_sqlite and workers > 1:
            raise DomainError(
                "SQLite has one writer for the whole file: several workers would only wait for it.",
                "Use one worker, or PostgreSQL by LIANJI_DATABASE_URL.",
            )
    typer.echo(f"http://{host}:{port}/")
    run_server(settings(), host=host, port=port, workers=workers)


def run_server(given: Settings, *, host: str, port: int, workers: int = 1) -> None:
    """Start uvicorn on the application."""
    import uvicorn

    uvicorn.run(
        "web.serving:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        proxy_headers=bool(given.proxies),
        forwarded_allow_ips=given.proxies or None,
        server_header=False,
        log_level="warning",
        access_log=False,
    )


@app.command("verify-audit")
def verify_audit(as_json: Json = False) -> None:
    """Read the whole audit chain and everything sealed; name every place where it breaks."""
    with opened() as (database, _), database.reading() as work:
        count, findings = audit.verify(work)
        sealed = seals.check(work)
    value = {
        "lines": count,
        "findings": [{"seq": f.seq, "what": f.what} for f in findings],
        "sealed": [
            {"kind": str(one.kind), "texts": one.texts, "findings": list(one.findings)}
            for one in sealed
        ],
    }
    broken = [f"#{f.seq} {f.what}" for f in findings]
    lines = [_counted("lines of the audit trail", count, broken)]
    lines += [_counted(str(one.kind), one.texts, one.findings) for one in sealed]
    show(value, as_json=as_json, text=lambda: "\n".join(lines))
    sys.exit(1 if findings or any(one.findings for one in sealed) else 0)


def _counted(kind: str, count: int, findings: Sequence[str]) -> str:
    head = f"{count} {kind}, {len(findings)} findings"
    return "\n".join([head, *(f"   {found}" for found in findings)])


@app.command()
def backup(
    out: Annotated[Path, typer.Option(help="Folder that takes the backup.")],
) -> None:
    """Copy database and evidence by the engine's own means into one folder."""
    folder = make_folder(out / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"))
    with opened() as (database, store):
        copy = _copy_sqlite(database, folder) if database.is_sqlite else _dump(database, folder)
        if store.folder.exists():
            with tarfile.open(folder / "files.tar", "w") as archive:
                archive.add(store.folder, arcname="files")
    typer.echo(f"{copy} and the evidence are in {folder}; keep audit.key in another place.")


def _copy_sqlite(database: Database, folder: Path) -> str:
    target = folder / "lianji.db"
    with database.writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        raw = connection.connection.driver_connection
        connection.rollback()
        raw.execute("VACUUM INTO ?", (str(target),))  # type: ignore[union-attr] # the DBAPI's own
    target.chmod(0o600)
    return target.name


def _dump(database: Database, folder: Path) -> str:
    program = shutil.which("pg_dump")
    if program is None:
        raise DomainError(
            "pg_dump is not on this machine.", "Install the PostgreSQL client and run it again."
        )
    target = folder / "lianji.dump"
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ran = subprocess.run(  # noqa: S603 - our words
        [program, "-Fc", "-f", str(target), url], check=False, capture_output=True, text=True
    )
    if ran.returncode:
        raise DomainError(
            "pg_dump made no backup: {why}",
            "Put that right (it must not be older than the server) and run it again.",
            why=ran.stderr.strip(),
        )
    target.chmod(0o600)
    return target.name
