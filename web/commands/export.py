"""Commands that hand the books of a fund to other programs: a Beancount file, a journal."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from portfolio import journal, moments
from portfolio.journal import JournalEntry
from web import exports, ledger_export
from web.cli import Json, app, reading, show
from web.commands.figures import NoDemo, fund_of, with_demo

export_app = typer.Typer(help="Write the books of a fund to a file.", no_args_is_help=True)
app.add_typer(export_app, name="export")

FundCode = Annotated[str, typer.Option("--fund", help="Code of the fund.")]
Out = Annotated[Path, typer.Option("--out", help="File to write.", dir_okay=False)]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Entries to the close of this day."),
]
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        help="As the books knew it at this moment (UTC; a day means its beginning).",
    ),
]


@export_app.command("beancount")
def write_beancount(
    fund: FundCode,
    out: Out,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    no_demo: NoDemo = False,
    as_json: Json = False,
) -> None:
    """Write a Beancount 3 file with a balance assertion for each account and quarter end."""
    name, found = _entries(fund, as_of, known_at, no_demo=no_demo)
    _write(out, ledger_export.document(name, found).encode(), found, as_json=as_json)


@export_app.command("journal")
def write_journal(
    fund: FundCode,
    out: Out,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    no_demo: NoDemo = False,
    as_json: Json = False,
) -> None:
    """Write the journal as CSV, a row a posting, for an ERP."""
    name, found = _entries(fund, as_of, known_at, no_demo=no_demo)
    content = exports.as_csv(ledger_export.journal_table(name, found))
    _write(out, content, found, as_json=as_json)


def _entries(
    fund: str, as_of: datetime | None, known_at: datetime | None, *, no_demo: bool
) -> tuple[str, list[JournalEntry]]:
    with reading() as work:
        row = fund_of(work, fund)
        moment = moments.moment_of(
            work,
            as_of.date() if as_of else date.max,
            known_at.replace(tzinfo=UTC) if known_at else None,
            with_demo=with_demo(work, no_demo=no_demo),
        )
        return f"{row.code} {row.name}", journal.entries(work, moment, row.id)


def _write(out: Path, content: bytes, found: list[JournalEntry], *, as_json: bool) -> None:
    out.write_bytes(content)
    value = {
        "file": str(out),
        "entries": len(found),
        "postings": sum(len(entry.lines) for entry in found),
    }
    show(
        value,
        as_json=as_json,
        text=lambda: f"{out}: {value['entries']} entries, {value['postings']} postings",
    )
