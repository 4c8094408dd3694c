"""Exports: a table as CSV or XLSX, text as text, and each row with where it comes from.

A spreadsheet takes a cell that begins with = + - @ for a formula. What people typed is therefore
neutralised (THREATS.md F5); numbers and days are written as such and need no guard.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote

import xlsxwriter
from starlette.responses import Response

Cell = str | int | Decimal | date | None
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
GUARD = "'"
MADE_AT = datetime(2000, 1, 1)  # noqa: DTZ001 - the same table gives the same bytes
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What is written out: amounts are Decimal yuan."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


# ---- rules
def neutral(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula."""
    return GUARD + text if text.lstrip(" ").startswith(FORMULA_SIGNS) else text


def yuan(fen: int | None) -> Decimal | None:
    """Return fen as yuan, exactly."""
    return None if fen is None else Decimal(fen).scaleb(-2)


def as_csv(table: Table) -> bytes:
    """Return UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in (table.headings, *table.rows):
        writer.writerow([_plain(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return neutral(cell)
        case date():
            return cell.isoformat()
        case _:
            return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def as_xlsx(*tables: Table) -> bytes:
    """Return a workbook, a sheet a table; the same tables give the same bytes."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": neutral(tables[0].title), "created": MADE_AT})
        for table in tables:
            _sheet(book, table, None if len(tables) == 1 else table.title)
    return out.getvalue()


def _sheet(book: xlsxwriter.Workbook, table: Table, name: str | None) -> None:
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(table.headings) - 1, 16)
    for place, heading in enumerate(table.headings):
        sheet.write_string(0, place, neutral(heading), bold)
    for number, row in enumerate(table.rows, start=1):
        for place, cell in enumerate(row):
            match cell:
                case str():
                    sheet.write_string(number, place, neutral(cell))
                case date():
                    sheet.write_datetime(number, place, cell, days)
                case Decimal():
                    sheet.write_number(number, place, cell, money)
                case int():
                    sheet.write_number(number, place, cell)


# ---- answers
def download(name: str, content: bytes, media_type: str) -> Response:
    """Answer with a file to keep; its name may be Chinese (RFC 6266)."""
    plain = "".join(sign if sign.isascii() and sign not in '"\\;%' else "_" for sign in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type=media_type, headers=headers)
