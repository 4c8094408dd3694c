"""The report as a file: its bytes, its type and its name."""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from web.formats import Lang
from web.reports import html, pdf, workbook
from web.reports.pen import pen
from web.reports.report import LpReport

UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
UNWRITABLE = re.compile(r'[\x00-\x1f\\/:*?"<>|]+')  # what a file system refuses in a name


class Kind(StrEnum):
    """The forms in which a report leaves the house."""

    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"
    HTML = "html"


MEDIA = {
    Kind.PDF: "application/pdf",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.JSON: "application/json",
    Kind.HTML: "text/html; charset=utf-8",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """One file."""

    content: bytes
    media_type: str
    name: str  # in the report's language
    plain_name: str  # ASCII: fund-quarter-partner

    @property
    def headers(self) -> dict[str, str]:
        """Name the file for every browser (RFC 6266: a plain name, and one in UTF-8)."""
        named = f"filename=\"{self.plain_name}\"; filename*=UTF-8''{quote(self.name, safe='')}"
        return {"Content-Disposition": f"attachment; {named}"}


def make(report: LpReport, kind: Kind, lang: Lang) -> ReportFile:
    """Render the report. The JSON file is the canonical facts: its SHA-256 is the one printed."""
    match kind:
        case Kind.PDF:
            content = pdf.render(report, lang)
        case Kind.XLSX:
            content = workbook.render(report, lang)
        case Kind.JSON:
            content = report.canonical.encode()
        case Kind.HTML:
            content = html.render(report, lang)
    by = pen(report, lang)
    return ReportFile(
        content=content,
        media_type=MEDIA[kind],
        name=UNWRITABLE.sub(" ", f"{by.fund} {report.quarter} {by.partner}.{kind}"),
        plain_name=f"{plain_name(report)}.{kind}",
    )


def plain_name(report: LpReport) -> str:
    """Return the file's name without its ending, safe in any folder."""
    parts = (report.fund.code, str(report.quarter), report.partner.code)
    return "-".join(UNSAFE.sub("_", part) for part in parts)
