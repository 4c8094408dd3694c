"""A notice as PDF, set by Typst with the fonts that come with the product."""

import json
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from portfolio.notices import Notice
from web.formats import Lang
from web.reports import typesetting
from web.reports.notice_sheet import Line, Sheet, reader_of, sheet
from web.templating import HTML_LANG

TEMPLATE = Path(__file__).parent / "notice.typ"


def render(notice: Notice, lang: Lang) -> bytes:
    """Return the PDF. The same notice gives the same bytes.

    errors  a refusal with Typst's own sentence, such as a name whose sign the fonts do not have
    """
    data = _data(sheet(notice, lang))
    dated = datetime.combine(notice.on, time(4), UTC)  # noon in Shanghai
    inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    return typesetting.compiled(TEMPLATE, inputs, dated)


def _data(of: Sheet) -> dict[str, Any]:
    lang, _, region = HTML_LANG[of.lang].partition("-")
    reader = reader_of(of.lang)

    def row(line: Line, *, words: int, is_sum: bool = False) -> dict[str, Any]:
        names = [line.name, line.note][:words]
        amounts = [reader.money(fen, "yuan", 2) for fen in line.amounts]
        return {"cells": [*names, *amounts], "sum": is_sum}

    unit = reader.unit_name("yuan")
    return {
        "lang": lang,
        "region": region or None,
        **{
            name: getattr(of, name)
            for name in ("title", "reference", "fund", "partner", "demo", "says", "foot")
        },
        "facts": of.facts,
        "parts_title": f"{of.parts_title} · {unit}",
        "parts_heads": of.parts_heads,
        "parts": [
            *(row(line, words=2) for line in of.parts),
            row(of.total, words=2, is_sum=True),
        ],
        "payee_title": of.payee_title,
        "payee": of.payee,
        "standing_title": f"{of.standing_title} · {unit}",
        "standing_heads": of.standing_heads,
        "standing": [row(line, words=1) for line in of.standing],
        "notes": of.notes,
    }
