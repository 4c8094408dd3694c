"""A notice as a workbook: the figures of the PDF as numbers, words as text."""

import io
import re
from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from portfolio.notices import Notice
from web.exports import neutral
from web.formats import Lang
from web.reports.notice_sheet import Line, reader_of, sheet

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")  # a sheet's name takes no brackets or slashes
FORMATS = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1},
    "text": {"num_format": "@"},
    "fen": {"num_format": "#,##0.00;−#,##0.00;0.00"},
    "sum": {"num_format": "#,##0.00;−#,##0.00;0.00", "bold": True, "top": 1},
}


def render(notice: Notice, lang: Lang) -> bytes:
    """Return the workbook, amounts in yuan, the total a live sum; the same notice, same bytes."""
    of, out = sheet(notice, lang), io.BytesIO()
    unit = reader_of(lang).unit_name("yuan")
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        created = datetime.combine(notice.on, time())
        book.set_properties({"title": neutral(of.reference), "created": created})
        writer = _Writer(book, of.reference)
        writer.text(of.title, "title")
        for words in (of.fund, of.partner, of.demo, of.says):
            if words:
                writer.words(words)
        for pair in of.facts:
            writer.words(*pair)
        writer.skip()
        writer.words(f"{of.parts_title} · {unit}", look="head")
        writer.words(*of.parts_heads, look="head")
        first = writer.row
        for line in of.parts:
            writer.line(line, words=2)
        writer.totals(of.total, first)
        writer.skip()
        if of.payee:
            writer.words(of.payee_title, look="head")
            for pair in of.payee:
                writer.words(*pair)
            writer.skip()
        writer.words(f"{of.standing_title} · {unit}", look="head")
        writer.words(*of.standing_heads, look="head")
        for line in of.standing:
            writer.line(line, words=1)
        writer.skip()
        for note in of.notes:
            writer.words(note)
    return out.getvalue()


class _Writer:
    """Writes from the top down."""

    def __init__(self, book: Any, name: str) -> None:
        self.sheet = book.add_worksheet(UNSAFE.sub("_", name)[:31])
        self.looks = {key: book.add_format(value) for key, value in FORMATS.items()}
        self.sheet.set_column(0, 0, 34)
        self.sheet.set_column(1, 3, 20)
        self.row = 0

    def skip(self) -> None:
        self.row += 1

    def text(self, text: str, look: str) -> None:
        self.sheet.write_string(self.row, 0, neutral(text), self.looks[look])
        self.row += 1

    def words(self, *words: str, look: str = "text") -> None:
        for place, word in enumerate(words):
            self.sheet.write_string(self.row, place, neutral(word), self.looks[look])
        self.row += 1

    def line(self, line: Line, *, words: int) -> None:
        for place, word in enumerate([line.name, line.note][:words]):
            self.sheet.write_string(self.row, place, neutral(word), self.looks["text"])
        for place, fen in enumerate(line.amounts, start=words):
            self.sheet.write_number(self.row, place, _yuan(fen), self.looks["fen"])
        self.row += 1

    def totals(self, line: Line, first: int) -> None:
        self.sheet.write_string(self.row, 0, neutral(line.name), self.looks["head"])
        columns: Sequence[str] = "CD"
        for place, (column, fen) in enumerate(zip(columns, line.amounts, strict=True), start=2):
            formula = f"=SUM({column}{first + 1}:{column}{self.row})"
            self.sheet.write_formula(self.row, place, formula, self.looks["sum"], _yuan(fen))
        self.row += 1


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
