"""Commands that bring in files: `lianji import FILE`, and files of another kind by their name."""

import sys
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer
from sqlmodel import col
from typer.core import TyperGroup

from portfolio import take_over
from portfolio.kernel import actors
from portfolio.kernel.actors import SYSTEM, Account, Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.take_over import RefusedLinesError, TakenOver
from portfolio.take_over_sheet import Fault
from web.cli import Json, app, current, show

SHEET = "sheet"  # what a file is where no kind is named


class _Kinds(TyperGroup):
    """Kinds of files; a first word that names none is the file itself, a project sheet."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take an unknown first word, or an option before it, as part of a project sheet's line."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = [SHEET, *args]
        return super().parse_args(ctx, args)


imports = typer.Typer(
    cls=_Kinds,
    no_args_is_help=True,
    help="Import a file: a project sheet (`import FILE`), or the kind named first.",
)
app.add_typer(imports, name="import")


@imports.command("capital-lines")
def import_capital_lines(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and keep nothing.")
    ] = False,
    login: Annotated[
        str, typer.Option("--as", help="Login name of the person who imports; default: system.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Take a fund's capital accounts over from another administrator, whole or not at all.

    CSV with the columns fund, investor (code, name, GP or TOTAL), row (of the ILPA sheet v2.0),
    effective_date and amount_yuan (signed as on the sheet). Exit code 1 if anything does not tie.
    """
    content = file.read_bytes()
    found: TakenOver | None = None
    faults: tuple[Fault, ...] = ()
    try:
        with current() as (database, _), database.writing() as work:
            found = take_over.take_over(work, person(work, login), content)
            if dry_run:
                work.session.rollback()
    except RefusedLinesError as error:
        faults = error.faults
    value = {
        "kept": found is not None and not dry_run,
        "findings": [
            {
                "line": fault.at,
                "row": fault.row,
                "problem": str(fault.problem),
                "remedy": str(fault.remedy),
            }
            for fault in faults
        ],
        **_facts(found),
    }
    show(value, as_json=as_json, text=lambda: "\n".join(_lines(found, faults, dry_run=dry_run)))
    if faults:
        sys.exit(1)


def _facts(found: TakenOver | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "funds": found.funds,
        "new_funds": found.new_funds,
        "new_investors": found.new_investors,
        "lines": found.lines,
        "booked": found.booked,
        "transactions": found.transactions,
        "out_of_holdings_fen": found.out_of_holdings_fen,
        "remarks": [str(remark) for remark in found.remarks],
    }


def _lines(found: TakenOver | None, faults: tuple[Fault, ...], *, dry_run: bool) -> list[str]:
    if found is None:
        return [*map(str, faults), f"{len(faults)} findings; nothing was taken over."]
    booked = f"{found.booked} booked in {found.transactions} transactions."
    lines = [f"{', '.join(found.funds)}: {found.lines} lines, {booked}"]
    lines += [f"New fund: {code}" for code in found.new_funds]
    lines += [f"New investor: {code}" for code in found.new_investors]
    lines += [f"Note: {remark}" for remark in found.remarks]
    return [*lines, "Nothing was kept (--dry-run)."] if dry_run else lines


def person(work: Work, login: str) -> Actor:
    """Return whose name a file is imported in."""
    if not login:
        return SYSTEM
    same = sa.select(Account).where(col(Account.login) == login, col(Account.is_active).is_(True))
    account: Account | None = work.session.execute(same).scalar()
    if account is None:
        raise DomainError(
            "No open account has the login name {login}.",
            "Check the name, or leave out --as.",
            login=login,
        )
    return actors.actor_of(account)
