"""Commands that answer: measures, performance, check; and import, which books a project sheet."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dealflow import measures, sheets
from dealflow.cells import Finding
from dealflow.drafts import Draft, Plan
from dealflow.measures import Scorecard
from portfolio import book_checks, funds, indices, moments, performance_figures, returns
from portfolio.book_checks import Check
from portfolio.figures import Figure
from portfolio.kernel import site as sites
from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.db import Database, Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store
from valuation.figures import Undefined
from web.cli import Json, app, current, reading, show
from web.commands.imports import SHEET, imports, person
from web.formats import Reader
from web.views.figures import refuse_backwards
from web.views.tips import write

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
NoDemo = Annotated[bool, typer.Option("--no-demo", help="Leave out what is marked as demo.")]
READER = Reader(lang="en")


# ---- measures
@app.command("measures")
def print_measures(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
    as_of: Day,
    no_demo: NoDemo = False,
    as_json: Json = False,
) -> None:
    """Print the measures of a period, for the district and by industry system."""
    first, last = since.date(), as_of.date()
    refuse_backwards(first, last)
    with reading() as work:
        card = measures.scorecard(work, first, last, with_demo=with_demo(work, no_demo=no_demo))
    show(_measures(card), as_json=as_json, text=lambda: _lines(card.figures))


def _measures(card: Scorecard) -> list[dict[str, Any]]:
    return [
        facts_of(figure)
        | {
            "breakdown": [
                {"system": part.system_code, "name": part.name}
                | _values(next(one for one in part.figures if one.code == figure.code))
                for part in card.by_system
            ]
        }
        for figure in card.figures
    ]


# ---- performance
@app.command()
def performance(
    fund: Annotated[str, typer.Option(help="Code of the fund.")],
    as_of: Day,
    known_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="As the books knew it at this moment (UTC; a day means its beginning).",
        ),
    ] = None,
    index: Annotated[
        str, typer.Option(help="Code of the index to compare with; by default the first.")
    ] = "",
    no_demo: NoDemo = False,
    as_json: Json = False,
) -> None:
    """Print a fund's figures as of a day, and as they were known at a moment."""
    with reading() as work:
        row = fund_of(work, fund)
        moment = moments.moment_of(
            work,
            as_of.date(),
            known_at.replace(tzinfo=UTC) if known_at else None,
            with_demo=with_demo(work, no_demo=no_demo),
        )
        figures = performance_figures.figures(work, moment, row.id)
        series = _index(work, index, with_demo=moment.with_demo)
        figures += returns.fund_returns(work, moment, row.id, series).figures
    value = [facts_of(figure) for figure in figures]
    show(value, as_json=as_json, text=lambda: _lines(figures))


def fund_of(work: Work, code: str) -> funds.Fund:
    """Return the fund; a code that is not there is answered with those that are."""
    known = {fund.code: fund for fund in funds.listed(work, SYSTEM)}
    if code not in known:
        raise DomainError(
            "There is no fund with the code {code}.",
            "Use one of: {codes}.",
            code=code,
            codes=", ".join(known) or "—",
        )
    return known[code]


def _index(work: Work, code: str, *, with_demo: bool) -> indices.IndexSeries | None:
    known = {one.code: one for one in indices.listed(work, with_demo=with_demo)}
    if not code:
        return next(iter(known.values()), None)
    if code not in known:
        raise DomainError(
            "There is no index with the code {code}.",
            "Use one of: {codes}.",
            code=code,
            codes=", ".join(known) or "—",
        )
    return known[code]


# ---- a figure, for another program
def facts_of(figure: Figure) -> dict[str, Any]:
    """Return a figure as plain values; one that cannot be known is null and says why."""
    return {
        "code": figure.code,
        **_values(figure),
        "unit": figure.unit.value,
        "definition": str(figure.definition),
        "version": figure.version,
        "rows": [
            {
                "label": row.label,
                "kind": row.kind,
                "id": row.subject_id,
                "on": row.on,
                "amount_fen": row.amount_fen,
                "is_demo": row.is_demo,
            }
            for row in figure.rows
        ],
    }


def _values(figure: Figure) -> dict[str, Any]:
    match figure.value:
        case Undefined(reason=reason, detail=detail, roots=roots):
            value: dict[str, Any] = {
                "value": None,
                "undefined": reason.value,
                "detail": detail,
                "roots": list(roots),
            }
        case known:
            value = {"value": known}
    return {
        **value,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
    }


def _lines(figures: Sequence[Figure]) -> str:
    return "\n".join(
        f"{one.code:<24}{write(READER, one.value, one.unit):>22}  {len(one.rows):>6} rows  "
        f"v{one.version}  {one.definition}"
        for one in figures
    )


# ---- check
@app.command()
def check(as_json: Json = False) -> None:
    """Recompute the five invariants of the books; exit code 1 on any finding."""
    with reading() as work:
        checks = book_checks.check(work)
    value = [_check(one) for one in checks]
    show(value, as_json=as_json, text=lambda: "\n".join(_check_lines(checks)))
    sys.exit(1 if any(one.findings for one in checks) else 0)


def _check(one: Check) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": str(one.name),
        "figures": dict(one.figures),
        "findings": [
            {"fund": found.fund, "on": found.on, "subject": found.subject, "what": str(found.what)}
            for found in one.findings
        ],
    }


def _number(name: str, number: int) -> str:
    return READER.exact(number) if name.endswith("_fen") else READER.count(number)


def _check_lines(checks: Sequence[Check]) -> list[str]:
    lines = []
    for one in checks:
        result = f"{len(one.findings)} findings" if one.findings else "holds"
        figures = ", ".join(
            f"{name.removesuffix('_fen')} {_number(name, n)}" for name, n in one.figures.items()
        )
        lines.append(f"{one.number}. {one.name}: {result} ({figures})")
        for found in one.findings:
            place = (found.fund, str(found.on or ""), found.subject)
            lines.append(f"   {' '.join(part for part in place if part)}: {found.what}")
    return lines


# ---- import
@imports.command(SHEET, hidden=True)
def import_sheet(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    confirm: Annotated[bool, typer.Option("--confirm", help="Book it if it is clean.")] = False,
    login: Annotated[
        str, typer.Option("--as", help="Login name of the person who imports; default: system.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Preview a project sheet with all findings; book it with --confirm, whole or not at all."""
    content = file.read_bytes()
    booked: dict[str, int] | None = None
    with current() as (database, store):
        with database.reading() as work:
            draft = sheets.preview(work, content)
        if confirm and not draft.findings:
            booked = _book(database, store, login, name=file.name, content=content)
    value = {
        "sheet": draft.sheet,
        "heading_row": draft.reading.heading_row,
        "rows": {plan.value: draft.count(plan) for plan in Plan},
        "findings": [
            {
                "cell": found.place,
                "row": found.row,
                "column": found.column,
                "heading": found.heading,
                "read": found.read,
                "problem": str(found.problem),
                "remedy": str(found.remedy),
            }
            for found in _in_order(draft)
        ],
        "booked": booked,
    }
    show(value, as_json=as_json, text=lambda: "\n".join(_draft_lines(draft, booked)))
    sys.exit(1 if draft.findings else 0)


def _book(
    database: Database, store: Store, login: str, *, name: str, content: bytes
) -> dict[str, int]:
    with database.writing() as work:
        actor = person(work, login)
        batch = sheets.upload(work, actor, store, name=name, content=content)
        booked = sheets.confirm(work, actor, store, batch.id)
    return {part: getattr(booked, part) for part in sheets.Booked.__slots__}


def _in_order(draft: Draft) -> list[Finding]:
    return sorted(draft.findings, key=lambda found: (found.row, found.column))


def _draft_lines(draft: Draft, booked: dict[str, int] | None) -> list[str]:
    counts = ", ".join(f"{draft.count(plan)} {plan.value}" for plan in Plan)
    lines = [f"{draft.sheet}: {counts}"]
    lines += [
        f"{found.place or 'sheet'} {found.heading} “{found.read}”: {found.problem} {found.remedy}"
        for found in _in_order(draft)
    ]
    if booked is not None:
        lines.append("Booked: " + ", ".join(f"{count} {name}" for name, count in booked.items()))
    elif draft.findings:
        lines.append(f"{len(draft.findings)} findings; nothing was booked.")
    else:
        lines.append("Nothing was booked yet; add --confirm to book it.")
    return lines


# ---- what all of them open
def with_demo(work: Work, *, no_demo: bool) -> bool:
    """Say whether demo rows count: the site shows them and the caller did not leave them out."""
    return sites.read(work).show_demo and not no_demo
