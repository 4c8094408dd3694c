"""Command on the structure of funds: what a fund holds of every firm, through the funds below."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer

from portfolio import lookthrough, moments
from portfolio.kernel import site as sites
from portfolio.lookthrough import FirmShare, Link
from valuation.money import show as yuan
from web.cli import Json, app, reading, show
from web.commands.figures import NoDemo, fund_of, with_demo
from web.deps import business_day


@app.command("lookthrough")
def print_lookthrough(
    fund: Annotated[str, typer.Option(help="Code of the fund.")],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="Default: today.")
    ] = None,
    known_at: Annotated[
        datetime | None,
        typer.Option(
            "--known-at",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="As the books knew it at this moment (UTC; a day means its beginning).",
        ),
    ] = None,
    no_demo: NoDemo = False,
    as_json: Json = False,
) -> None:
    """Print the funds around a fund and its part of every firm below, each firm with its paths."""
    with reading() as work:
        row = fund_of(work, fund)
        on: date = as_of.date() if as_of else business_day(sites.read(work))
        moment = moments.moment_of(
            work,
            on,
            known_at.replace(tzinfo=UTC) if known_at else None,
            with_demo=with_demo(work, no_demo=no_demo),
        )
        found = lookthrough.structure(work, moment, row.id)
    value = {
        "fund": row.code,
        "as_of": on,
        "parents": [_link(link) for link in found.parents],
        "children": [_link(link) for link in found.children],
        "firms": [_firm(firm) for firm in found.firms],
        "cost_fen": sum(firm.cost_fen for firm in found.firms),
        "fair_value_fen": sum(firm.fair_value_fen for firm in found.firms),
    }
    show(value, as_json=as_json, text=lambda: "\n".join(map(_line, found.firms)))


def _link(link: Link) -> dict[str, Any]:
    return {
        "fund": link.code,
        "committed_fen": link.committed_fen,
        "share": str(link.share),
        "value_fen": link.value_fen,
        "is_demo": link.is_demo,
    }


def _firm(firm: FirmShare) -> dict[str, Any]:
    return {
        "name": firm.name,
        "cost_fen": firm.cost_fen,
        "fair_value_fen": firm.fair_value_fen,
        "is_demo": firm.is_demo,
        "paths": [
            {
                "funds": path.funds,
                "share": str(path.share),
                "cost_fen": path.cost_fen,
                "fair_value_fen": path.fair_value_fen,
            }
            for path in firm.paths
        ],
    }


def _line(firm: FirmShare) -> str:
    paths = "; ".join(
        f"{' > '.join(path.funds)} {float(path.share):.4%} {yuan(path.fair_value_fen)}"
        for path in firm.paths
    )
    return f"{firm.name}  {yuan(firm.cost_fen)}  {yuan(firm.fair_value_fen)}  [{paths}]"
