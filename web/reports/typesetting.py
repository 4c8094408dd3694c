"""Setting a paper in type: one Typst compiler a template and process, with our own fonts only."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from portfolio.kernel.errors import DomainError
from web.templating import STATIC

STANDARDS = ["a-3a", "ua-1"]  # strict: a missing glyph or alt text is an error, not an empty box


def compiled(template: Path, inputs: dict[str, str], at: datetime) -> bytes:
    """Return the PDF a template makes of its inputs.

    at      the PDF's own time: the same template, inputs and time give the same bytes
    errors  a refusal with Typst's own sentence, such as a name whose sign the fonts do not have
    """
    try:
        made: bytes = _compiler(template).compile(
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=STANDARDS,
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as error:
        raise DomainError(
            "The PDF could not be set: {sentence}",
            "Put right the name or text it points to, or take the file in another form.",
            sentence=str(error),
        ) from error
    return made


@cache
def _compiler(template: Path) -> Any:
    """Return one compiler a template: reading the fonts costs more than a report."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[STATIC / "fonts"]
    )
    return typst.Compiler(template, root=template.parent, font_paths=fonts)
