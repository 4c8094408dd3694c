"""Commands on reports: write a quarter's LP reports, print a capital account statement."""

from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from portfolio import capital, funds
from portfolio.commitments import Partner, PartnerKind
from portfolio.kernel import site as sites
from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.take_over_sheet import GP, TOTAL
from valuation.money import show as yuan
from valuation.periods import Quarter
from web.cli import Json, app, make_folder, reading, show
from web.deps import business_day
from web.reports import facts, files, packing, shelf
from web.reports.files import Kind
from web.reports.packing import Packed
from web.reports.report import Outcome

report_app = typer.Typer(help="Write reports to files.", no_args_is_help=True)
app.add_typer(report_app, name="report")

FundCode = Annotated[str, typer.Option("--fund", help="Code of the fund.")]
QuarterText = Annotated[str, typer.Option("--quarter", help="Such as 2026Q3.")]


class Language(StrEnum):
    """The language of a report."""

    ZH = "zh"
    EN = "en"


@report_app.command("lp")
def write_lp(
    fund: FundCode,
    quarter: QuarterText,
    out: Annotated[Path, typer.Option("--out", help="Folder that takes the files.")],
    investor: Annotated[str, typer.Option(help="Code of one partner; default: all.")] = "",
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.ZH,
    known_at: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="As the books knew it at this moment (UTC; a day means its beginning).",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the quarterly report of each partner as PDF, XLSX, JSON and HTML.

    Exit code 1 if a check stops the publication of one of them; the files are written all the same.
    """
    folder, written = make_folder(out), []
    with reading() as work:
        asked = _quarter(quarter)
        shelf.refuse_open(asked, business_day(sites.read(work)))
        for partner in _partners(work, fund, investor):
            report = facts.build(
                work,
                SYSTEM,
                fund_code=fund,
                quarter=asked,
                partner_code=partner.code,
                known_at=known_at.replace(tzinfo=UTC) if known_at else None,
            )
            made = [files.make(report, kind, lang.value) for kind in Kind]
            for one in made:
                (folder / one.plain_name).write_bytes(one.content)
            written.append(
                {
                    "investor": partner.code,
                    "sha256": report.sha256,
                    "known_seq": report.known_seq,
                    "faults": [str(c.words) for c in report.checks if c.outcome is Outcome.FAULT],
                    "files": [str(folder / one.plain_name) for one in made],
                }
            )
    value = {"fund": fund, "quarter": str(asked), "lang": lang.value, "reports": written}
    show(value, as_json=as_json, text=lambda: "\n".join(map(_line, written)))
    if any(one["faults"] for one in written):
        raise typer.Exit(1)


@report_app.command("pack")
def write_pack(
    quarter: QuarterText,
    out: Annotated[Path, typer.Option("--out", help="Folder that takes the files.")],
    lang: Annotated[Language, typer.Option(help="Language of the reports.")] = Language.ZH,
    as_json: Json = False,
) -> None:
    """Write the reports of all partners of all funds on a quarter, issued where one is locked.

    A run that was ended goes on where it stopped. Exit code 1 if a report could not be made, or if
    a check stops the publication of one.
    """
    folder, made = make_folder(out), []
    with reading() as work:
        asked, today = _quarter(quarter), business_day(sites.read(work))
        for packed, total in packing.pack(work, asked, folder, lang.value, today=today):
            made.append(packed)
            if not as_json:
                typer.echo(f"{len(made):>4} / {total}  {_packed(packed)}")
    value = {
        "quarter": str(asked),
        "lang": lang.value,
        "reports": [asdict(one) for one in made],
        "failed": sum(1 for one in made if one.reason),
    }
    show(value, as_json=as_json, text=lambda: f"{out}: {len(made)}, ! {value['failed']}")
    if any(one.reason or one.faults for one in made):
        raise typer.Exit(1)


def _packed(one: Packed) -> str:
    how = (one.reason and f"! {one.reason}") or one.number or "—"
    return f"{one.fund} {one.partner}  {how}{'  =' if one.was_there else ''}"


@app.command()
def statement(
    fund: FundCode,
    quarter: QuarterText,
    investor: Annotated[
        str, typer.Option(help="Code or name of a partner, GP or TOTAL (the whole fund).")
    ] = TOTAL,
    as_json: Json = False,
) -> None:
    """Print a partner's capital account in the rows of the ILPA sheet, amounts in fen."""
    with reading() as work:
        known = _partners(work, fund, "")
        is_whole = investor in {TOTAL, GP} and all(one.code != investor for one in known)
        partner = None if is_whole else _partners(work, fund, investor)[0]
        lines = capital.statement(
            work,
            fund_id=funds.find(work, SYSTEM, fund).id,
            partner_id=partner.id if partner else None,
            quarter=_quarter(quarter),
            kind=PartnerKind.GP if investor == GP else None,
        )
    rows = [asdict(line) for line in lines]
    value = {"fund": fund, "investor": investor, "quarter": quarter, "rows": rows}
    show(
        value,
        as_json=as_json,
        text=lambda: "\n".join(
            f"{line.row:>4}  {line.name:<60}"
            + "".join(f"{yuan(fen):>22}" for fen in (line.qtd_fen, line.ytd_fen, line.itd_fen))
            for line in lines
        ),
    )


def _quarter(text: str) -> Quarter:
    try:
        return Quarter.parse(text)
    except ValueError:
        raise DomainError(
            "“{text}” is not a quarter.", "Write it as 2026Q3.", text=text[:40]
        ) from None


def _partners(work: Work, fund_code: str, partner_code: str) -> list[Partner]:
    """Return the partners asked for; a code that is not there is answered with those that are."""
    try:
        known = shelf.of_fund(work, SYSTEM, fund_code)
    except NotFoundError:
        codes = ", ".join(fund.code for fund in funds.listed(work, SYSTEM))
        raise DomainError(
            "There is no fund with the code {code}.",
            "Use one of: {codes}.",
            code=fund_code,
            codes=codes or "—",
        ) from None
    found = [one for one in known if partner_code in {"", one.code}]
    found = found or [one for one in known if partner_code == one.name]
    if not found:
        codes = ", ".join(one.code for one in known)
        raise DomainError(
            "The fund {fund} has no partner {code}.",
            "Use one of: {codes}.",
            fund=fund_code,
            code=partner_code,
            codes=codes or "—",
        )
    return found


def _line(one: dict[str, Any]) -> str:
    faults = "".join(f"\n  ! {fault}" for fault in one["faults"])
    return f"{one['investor']}  {one['sha256'][:16]}…  {', '.join(one['files'])}{faults}"
