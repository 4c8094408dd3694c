"""Commands for a chain's map: `lianji import chain-map`, `lianji export chain-map`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dealflow import chains, map_import, map_workbook
from dealflow.map_changes import Change, Kind, MapPlan
from dealflow.map_sheet import MapFinding
from portfolio.kernel.errors import DomainError
from web.cli import Json, current, reading, show
from web.commands.export import Out, export_app
from web.commands.imports import imports, person

ChainCode = Annotated[str, typer.Option("--chain", help="Code of the chain, as in its address.")]


@imports.command("chain-map")
def import_chain_map(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    chain: ChainCode,
    reason: Annotated[str, typer.Option(help="Why the map changes; kept with its version.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change and keep nothing.")
    ] = False,
    login: Annotated[
        str, typer.Option("--as", help="Login name of the person who imports; default: system.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Make a chain's map what a workbook says, whole or not at all. Exit code 1 on findings."""
    content = file.read_bytes()
    with current() as (database, _):
        with database.reading() as work:
            row = chains.by_slug(work, chain)
            read = map_import.preview(work, row.id, content)
        if not read.findings and not dry_run:
            with database.writing() as work:
                who = person(work, login)
                read = map_import.confirm(work, who, row.id, content, reason=reason)
    is_kept = not read.findings and not dry_run and bool(read.changes)
    value = {
        "kept": is_kept,
        "findings": [_finding(one) for one in read.findings],
        "changes": [
            {"sheet": one.sheet, "kind": one.kind.value, "subject": one.subject}
            for one in read.changes
        ],
    }
    show(value, as_json=as_json, text=lambda: "\n".join(_lines(read, is_kept=is_kept)))
    if read.findings:
        sys.exit(1)


def _finding(one: MapFinding) -> dict[str, str]:
    return {
        "sheet": one.sheet,
        "cell": one.finding.place,
        "problem": str(one.finding.problem),
        "remedy": str(one.finding.remedy),
    }


def _lines(read: MapPlan, *, is_kept: bool) -> list[str]:
    if read.findings:
        found = [" ".join(filter(None, _finding(one).values())) for one in read.findings]
        return [*found, f"{len(found)} findings; nothing was changed."]
    if not read.changes:
        return ["The workbook says what is recorded; nothing was changed."]
    counts = ", ".join(f"{read.count(kind)} {DONE[kind]}" for kind in Kind)
    end = "." if is_kept else "; nothing was kept (--dry-run)."
    return [*map(_line, read.changes), counts + end]


DONE = {Kind.ADD: "added", Kind.CHANGE: "changed", Kind.REMOVE: "removed"}


def _line(change: Change) -> str:
    details = "; ".join(f"{name}: {was} → {now}" for name, was, now in change.details)
    sign = {Kind.ADD: "+", Kind.CHANGE: "~", Kind.REMOVE: "-"}[change.kind]
    return " ".join(filter(None, (sign, change.sheet, change.subject, details)))


@export_app.command("chain-map")
def export_chain_map(
    out: Out,
    chain: Annotated[str, typer.Option("--chain", help="Code of the chain.")] = "",
    is_template: Annotated[
        bool, typer.Option("--template", help="The headings alone, to be filled in.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a chain's map as the workbook that `import chain-map` takes back."""
    if bool(chain) is is_template:
        raise DomainError(
            "Neither or both of a chain and the template were asked for.",
            "Say --chain CODE for a map, or --template for an empty workbook.",
        )
    content = map_workbook.template()
    if chain:
        with reading() as work:
            row = chains.by_slug(work, chain)
            content = map_workbook.export(work, row.id, row.name)
    out.write_bytes(content)
    value = {"file": str(out), "bytes": len(content)}
    show(value, as_json=as_json, text=lambda: f"{out}: {len(content)} bytes")
