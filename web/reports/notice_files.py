"""Notices as files: one partner's, or all of a call in one archive."""

import io
import re
import zipfile
from collections.abc import Sequence
from enum import StrEnum

from portfolio.kernel.errors import NotFoundError
from portfolio.notices import Notice
from web.exports import XLSX_TYPE
from web.formats import Lang
from web.reports import notice_pdf, notice_workbook

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
MADE_AT = (2000, 1, 1, 0, 0, 0)  # the same notices give the same archive


class Kind(StrEnum):
    """The forms in which a notice leaves the house."""

    PDF = "pdf"
    XLSX = "xlsx"


MEDIA = {Kind.PDF: "application/pdf", Kind.XLSX: XLSX_TYPE}
ZIP_TYPE = "application/zip"


def make(notice: Notice, kind: Kind, lang: Lang) -> bytes:
    """Render one notice."""
    return (
        notice_pdf.render(notice, lang)
        if kind is Kind.PDF
        else notice_workbook.render(notice, lang)
    )


def name_of(notice: Notice, kind: Kind) -> str:
    """Return the file's name, safe in any folder."""
    return f"{UNSAFE.sub('_', notice.reference)}.{kind}"


def archive(notices: Sequence[Notice], lang: Lang) -> bytes:
    """Return every notice in both forms.

    errors  not found, where there is none that the reader may see
    """
    if not notices:
        raise NotFoundError
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for notice in notices:
            for kind in Kind:
                member = zipfile.ZipInfo(name_of(notice, kind), MADE_AT)
                packed.writestr(member, make(notice, kind, lang), zipfile.ZIP_DEFLATED)
    return out.getvalue()
