"""Commands on cash: reconcile a fund, its performance template, its notices; the workdays."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from dealflow import cells, workbooks
from dealflow.cells import UnclearError
from portfolio import (
    calls,
    distributions,
    funds,
    notices,
    reconciliation,
    template_flows,
    workdays,
)
from portfolio.funds import Fund
from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from portfolio.notices import Notice, NoticeKind
from portfolio.performance_template import Method, Result, Template
from portfolio.workdays import Announced
from valuation.figures import Undefined
from valuation.money import show as yuan
from web.cli import Json, app, current, make_folder, reading, show
from web.reports import notice_files
from web.reports.notice_files import Kind

Day = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])]
FundCode = Annotated[str, typer.Option("--fund", help="Code of the fund.")]
calendar_app = typer.Typer(help="Public holidays and weekends worked.", no_args_is_help=True)
app.add_typer(calendar_app, name="calendar")
FIELDS_OF_A_DAY = 4


# ---- reading
@app.command("reconcile")
def reconcile(fund: FundCode, as_of: Day, as_json: Json = False) -> None:
    """Compare a fund's cash with its bank statements; exit code 1 if they do not agree."""
    with reading() as work:
        row = _fund(work, fund)
        found = reconciliation.reconcile(work, Moment(as_of=as_of.date()), row.id)
    statement = found.statement_fen
    value = {
        "fund": fund,
        "as_of": found.as_of,
        "ledger_fen": found.ledger_fen,
        "statement_fen": None if isinstance(statement, Undefined) else statement,
        "closes_on": found.closes_on,
        "differences": [
            {"side": one.side, "on": one.on, "amount_fen": one.amount_fen, "what": one.what}
            for one in found.differences
        ],
        "findings": [str(one.what) for one in found.findings],
    }
    text = "\n".join([f"books {yuan(found.ledger_fen)}", *(str(f.what) for f in found.findings)])
    show(value, as_json=as_json, text=lambda: text)
    sys.exit(0 if found.is_reconciled else 1)


@app.command("performance-template")
def performance_template(fund: FundCode, as_of: Day, as_json: Json = False) -> None:
    """Print the ILPA Performance Template: granular and gross-up, with and without the line."""
    with reading() as work:
        row = _fund(work, fund)
        found = template_flows.templates(work, Moment(as_of=as_of.date()), row.id)
    value = {method.value: _template(of) for method, of in found.items()}
    show(value, as_json=as_json, text=lambda: "\n".join(_template_lines(found)))


def _template(of: Template) -> dict[str, Any]:
    return {
        "rows": [
            {
                "on": row.on,
                "type": row.kind.code,
                "name": str(row.kind.title),
                "amount_fen": row.amount_fen,
                **{view.value: row.kind.side(view) for view in of.results},
            }
            for row in of.rows
        ],
        "results": {view.value: _result(one) for view, one in of.results.items()},
    }


def _result(of: Result) -> dict[str, Any]:
    return {
        "numerator_fen": of.numerator_fen,
        "denominator_fen": of.denominator_fen,
        "multiple": _number(of.multiple),
        "irr": _number(of.irr),
    }


def _template_lines(found: dict[Method, Template]) -> list[str]:
    return [
        f"{method:<9} {view:<8} multiple {_text(one.multiple)} irr {_text(one.irr)}"
        for method, of in found.items()
        for view, one in of.results.items()
    ]


def _number(value: float | Undefined) -> float | dict[str, Any]:
    if isinstance(value, Undefined):
        return {"undefined": value.reason.value, "detail": value.detail, "roots": value.roots}
    return value


def _text(value: float | Undefined) -> str:
    return value.detail if isinstance(value, Undefined) else f"{value:.4f}"


def _fund(work: Work, code: str) -> Fund:
    return funds.find(work, SYSTEM, code)


# ---- notices
@app.command("notices")
def write_notices(
    fund: FundCode,
    out: Annotated[Path, typer.Option("--out", help="Folder that takes the files.")],
    call: Annotated[int, typer.Option(help="Number of a call.")] = 0,
    distribution: Annotated[int, typer.Option(help="Number of a distribution.")] = 0,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Write every partner's notice of one call or distribution as PDF and XLSX."""
    folder = make_folder(out)
    with reading() as work:
        for notice in _notices(work, _fund(work, fund), call, distribution):
            for kind in Kind:
                path = folder / notice_files.name_of(notice, kind)
                path.write_bytes(notice_files.make(notice, kind, "en" if lang == "en" else "zh"))
                sys.stdout.write(f"{path}\n")


def _notices(work: Work, fund: Fund, call: int, distribution: int) -> list[Notice]:
    if bool(call) == bool(distribution):
        raise DomainError(
            "The notices of one call or of one distribution are written.",
            "Give either --call or --distribution with its number.",
        )
    kind = NoticeKind.CALL if call else NoticeKind.DISTRIBUTION
    if kind is NoticeKind.CALL:
        made = {one.number: one.id for one in calls.calls(work, calls.EVER, fund.id)}
    else:
        paid = distributions.distributions(work, calls.EVER, fund.id)
        made = {one.number: one.id for one in paid}
    number = call or distribution
    if number not in made:
        raise DomainError(
            "{fund} has no {kind} with the number {number}.",
            "Look at the numbers on the fund's page.",
            fund=fund.code,
            kind=kind.value,
            number=number,
        )
    read = notices.of_call if kind is NoticeKind.CALL else notices.of_distribution
    return read(work, SYSTEM, fund.id, made[number])


# ---- workdays
@calendar_app.command("show")
def show_calendar(year: int, as_json: Json = False) -> None:
    """Print the days of a year on which the weekday says the wrong thing."""
    with reading() as work:
        found = [one for one in workdays.exceptions(work) if one.on.year == year]
        is_known = year in workdays.calendar(work).years
    value = {
        "year": year,
        "known": is_known,
        "days": [
            {"on": one.on, "workday": one.is_workday, "name": one.name, "source": one.source}
            for one in found
        ],
    }
    lines = [f"{one.on} {'work' if one.is_workday else 'off '} {one.name}" for one in found]
    show(value, as_json=as_json, text=lambda: "\n".join(lines) or f"{year}: not known")


@calendar_app.command("import")
def import_calendar(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
) -> None:
    """Take in a list with the columns day, worked (是/否), name, source; whole or not at all."""
    rows = workbooks.read(file.read_bytes()).rows[1:]
    days = [_announced(number, row) for number, row in enumerate(rows, start=2)]
    with current() as (database, _), database.writing() as work:
        for one in days:
            workdays.enter(
                work,
                SYSTEM,
                on=one.on,
                is_workday=one.is_workday,
                name=one.name,
                source=one.source,
            )
    sys.stdout.write(f"{len(days)}\n")


def _announced(number: int, row: tuple[workbooks.Cell, ...]) -> Announced:
    try:
        on, worked, name, source = row[:FIELDS_OF_A_DAY]
        return Announced(
            on=cells.day(on, latest=date.max),
            is_workday=cells.yes(worked),
            name=cells.text(name),
            source=cells.text(source),
        )
    except (UnclearError, ValueError) as wrong:
        raise DomainError(
            "Row {row} of the list is not a day, 是 or 否, a name and a source.",
            "Correct it: {what}. Nothing was taken in.",
            row=number,
            what=str(wrong),
        ) from wrong
