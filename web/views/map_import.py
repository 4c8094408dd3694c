"""Import of a chain's map: where the workbook is uploaded, and what it would change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dealflow import map_import
from dealflow.chains import Chain
from dealflow.map_changes import Change, Kind, MapPlan
from dealflow.map_sheet import FIRMS, LINKS, SEGMENTS, MapFinding
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.kernel.files import StoredFile
from web.formats import Reader
from web.views.holdings import named
from web.views.map_words import KINDS, details, fact

ROWS_SHOWN = 200
SHEETS: Mapping[str, Message] = {
    SEGMENTS: say("Segments"),
    FIRMS: say("Roles of firms"),
    LINKS: say("Supply links"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One difference in words."""

    sheet: str
    kind: str
    tone: str
    subject: str
    details: tuple[tuple[str, str, str], ...]  # fact, before, after
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapImport:
    """All that chains/import.html may use."""

    template: ClassVar[str] = "chains/import.html"
    slug: str
    chain: str
    file: StoredFile | None = None
    findings: tuple[MapFinding, ...] = ()
    rows: tuple[ChangeRow, ...] = ()
    more: int = 0  # differences that are not shown
    counts: tuple[tuple[str, tuple[int, ...]], ...] = ()  # sheet, how many of each kind
    fingerprint: str = ""
    came_as: int | None = None  # the version that the same bytes made


def upload(reader: Reader, chain: Chain) -> MapImport:
    """Return the page before a file is chosen."""
    return MapImport(slug=chain.slug, chain=named(reader, chain.name, chain.name_en))


def preview(
    work: Work, reader: Reader, chain: Chain, file: StoredFile, content: bytes
) -> MapImport:
    """Read a workbook and arrange what it would change."""
    read: MapPlan = map_import.preview(work, chain.id, content)
    return MapImport(
        slug=chain.slug,
        chain=named(reader, chain.name, chain.name_en),
        file=file,
        findings=read.findings,
        rows=tuple(_row(reader, change) for change in read.changes[:ROWS_SHOWN]),
        more=max(len(read.changes) - ROWS_SHOWN, 0),
        counts=tuple(
            (reader.say(words), tuple(read.count(kind, sheet) for kind in Kind))
            for sheet, words in SHEETS.items()
        ),
        fingerprint=read.fingerprint,
        came_as=map_import.imported_as(work, chain.id, content),
    )


def _row(reader: Reader, change: Change) -> ChangeRow:
    words, tone = KINDS[change.kind]
    shown = ("position", "criticality", "wanted_firms", "role", "on", "weight", "since_on")
    new = change.kind is Kind.ADD
    said = [fact(reader, n, change.values[n]) for n in shown if new and n in change.values]
    return ChangeRow(
        sheet=reader.say(SHEETS[change.sheet]),
        kind=reader.say(words),
        tone=tone,
        subject=change.subject,
        details=details(reader, change.details),
        note=" · ".join(said),
    )
