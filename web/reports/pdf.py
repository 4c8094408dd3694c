"""The report as PDF: the same sheets, set by Typst with the fonts that come with the product."""

import json
from dataclasses import asdict, fields, is_dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from portfolio.kernel.db import SHANGHAI
from web.formats import Lang
from web.printable import printable
from web.reports import typesetting
from web.reports.document import write
from web.reports.paper import Chart, Kpi, Paper, Table, wide
from web.reports.report import LpReport
from web.templating import HTML_LANG

TEMPLATE = Path(__file__).parent / "report.typ"
MANY_COLUMNS, MANY_ROWS = 7, 22
KPI_WIDTH = 6.5  # full-width characters that fit a headline at full size


def render(report: LpReport, lang: Lang) -> bytes:
    """Return the PDF. The same report gives the same bytes, on every machine and in every zone."""
    return set_type(write(report, lang), report.as_of)


def set_type(paper: Paper, as_of: date) -> bytes:
    """Return any paper as PDF; the same paper gives the same bytes."""
    inputs = {"data": json.dumps(data(paper), ensure_ascii=False, sort_keys=True)}
    return compiled(inputs, as_of)


def compiled(inputs: dict[str, str], as_of: date) -> bytes:
    """Compile a document that is laid out already; its time is the end of the day it speaks of.

    errors  a refusal with Typst's own sentence, such as a name whose sign the fonts do not have
    """
    closed = datetime.combine(as_of, time(15, 59, 59), UTC)  # midnight in Shanghai
    assert closed.astimezone(SHANGHAI).date() == as_of
    return typesetting.compiled(TEMPLATE, inputs, closed)


def data(paper: Paper) -> dict[str, Any]:
    """Return a paper as the template reads it."""
    lang, _, region = HTML_LANG["en" if paper.lang == "en" else "zh"].partition("-")
    return {
        "lang": lang,
        "region": region or None,
        **{
            name: getattr(paper, name)
            for name in ("title", "fund", "running", "confidential", "watermark", "foot", "sha256")
        },
        "sheets": [[_block(block) for block in sheet] for sheet in paper.sheets],
    }


def _block(block: Any) -> Any:
    match block:
        case Chart():
            return {"kind": block.kind, "svg": printable(block.svg), "label": block.label}
        case Table():
            dense = len(block.columns) > MANY_COLUMNS or len(block.rows) > MANY_ROWS
            size = 7.2 if dense else 8.2
            return {
                "kind": block.kind,
                "label": block.label,
                "more": block.more,
                "columns": [_block(column) for column in block.columns],
                # row by row, since nothing in a report has more parts than its tables
                "rows": [{"cells": _cells(row.cells), "is_sum": row.is_sum} for row in block.rows],
                "size": size,
                "pad": 1.55,
            }
        case Kpi():
            return {
                **asdict(block),
                "size": 14 if wide(block.value + block.unit) <= KPI_WIDTH else 11,
            }
        case tuple():
            return [_block(one) for one in block]
        case _ if is_dataclass(block):
            return {
                "kind": getattr(block, "kind", ""),
                **{one.name: _block(getattr(block, one.name)) for one in fields(block)},
            }
        case _:
            return block


def _cells(cells: tuple[Any, ...]) -> list[Any]:
    return [cell if isinstance(cell, str) else _block(cell) for cell in cells]
