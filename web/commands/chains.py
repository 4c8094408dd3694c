"""Commands on chains: write the paper of a task force's meeting."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dealflow import chain_brief, chains
from portfolio.kernel import site as sites
from portfolio.kernel.actors import SYSTEM
from web.cli import Json, make_folder, reading, show
from web.commands.reports import Language, report_app
from web.deps import business_day
from web.formats import Reader
from web.reports import chain_paper, chain_workbook
from web.reports.chain_day import ChainDay
from web.templating import translations


@report_app.command("chain")
def write_chain(
    chain: Annotated[str, typer.Option("--chain", help="Code of the chain, as in its address.")],
    out: Annotated[Path, typer.Option("--out", help="Folder that takes the files.")],
    lang: Annotated[Language, typer.Option(help="Language of the paper.")] = Language.ZH,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Up to this day; today.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a chain's two-page paper as PDF, and all that it shows as XLSX."""
    folder = make_folder(out)
    with reading() as work:
        site = sites.read(work)
        on = as_of.date() if as_of else business_day(site)
        brief = chain_brief.brief(
            work, SYSTEM, on, chains.by_slug(work, chain), with_demo=site.show_demo
        )
    reader = Reader(lang=lang.value, year=on.year, translate=translations(lang.value).ugettext)
    day = ChainDay(brief=brief, reader=reader, district=site.district)
    made = {
        f"chain-{chain}-{on}-{lang.value}.pdf": chain_paper.pdf_of(day),
        f"chain-{chain}-{on}-{lang.value}.xlsx": chain_workbook.xlsx_of(day),
    }
    for name, content in made.items():
        (folder / name).write_bytes(content)
    paths = [str(folder / name) for name in made]
    value = {"chain": chain, "as_of": on, "files": paths}
    show(value, as_json=as_json, text=lambda: "\n".join(paths))
