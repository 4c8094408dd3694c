"""Other districts' figures: every version with its document, and the preview of a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import definitions, external_figures
from dealflow.cells import Finding
from dealflow.drafts import Plan
from dealflow.external_figures import WHOLE, Entry, External
from dealflow.external_sheet import HEADINGS, ExternalSheet
from dealflow.first_definitions import Definition
from portfolio.figures import Unit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from portfolio.kernel.files import StoredFile
from web.exports import Table
from web.formats import Reader
from web.templating import Page
from web.views.tips import TITLES, write

ROWS_SHOWN = 200
PLANS: dict[Plan, tuple[Message, str]] = {
    Plan.ADD: (say("New"), "ok"),
    Plan.KNOWN: (say("Recorded already"), ""),
    Plan.REFUSED: (say("Refused"), "risk"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine:
    """One version of a figure, written out."""

    at: External
    measure: str
    value: str
    parts: str  # numerator ÷ denominator of a rate
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictsPage:
    """All that landing/districts.html may use."""

    template: ClassVar[str] = "landing/districts.html"
    lines: tuple[FigureLine, ...]
    more: int
    chosen: str  # one district, empty for all
    districts: tuple[str, ...]
    measures: tuple[tuple[str, str], ...]
    may_edit: bool
    may_import: bool
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPreview:
    """All that landing/districts_import.html may use."""

    template: ClassVar[str] = "landing/districts_import.html"
    file: StoredFile
    findings: tuple[Finding, ...]
    rows: tuple[tuple[int, Message, str, Entry | None, str], ...]
    new: int
    known: int
    refused: int


# ---- builders
def page_of(
    work: Work, actor: Actor, page: Page, *, district: str, with_demo: bool
) -> DistrictsPage:
    """Arrange the figures up to the day of the page."""
    reader = page.reader
    every = external_figures.every(work, page.as_of, with_demo=with_demo)
    means = definitions.in_force(work, page.as_of)
    names = tuple(sorted({one.entry.district for one in every}))
    chosen = district if district in names else ""
    asked = [one for one in every if not chosen or one.entry.district == chosen]
    return DistrictsPage(
        lines=tuple(_line(reader, one, means) for one in asked[:ROWS_SHOWN]),
        more=max(len(asked) - ROWS_SHOWN, 0),
        chosen=chosen,
        districts=names,
        measures=tuple((code, f"{_title(reader, code)} · {code}") for code in means),
        may_edit=actor.may(Duty.EDIT_DEALS) and not page.is_past,
        may_import=actor.may(Duty.IMPORT_SHEETS) and not page.is_past,
        has_demo=any(one.entry.is_demo for one in every),
    )


def _title(reader: Reader, code: str) -> str:
    return reader.say(TITLES.get(code) or Message(code))


def _line(reader: Reader, one: External, means: dict[str, Definition]) -> FigureLine:
    at = one.entry
    unit = means[at.code].unit if at.code in means else Unit.COUNT
    title = _title(reader, at.code)
    return FigureLine(
        at=one,
        measure=f"{title} {reader.unit_name()}" if unit is Unit.FEN else title,
        value=_value(reader, one.value, unit),
        parts="" if at.denominator is None else f"{at.numerator:,} ÷ {at.denominator:,}",
        target=_value(reader, at.target, unit) if at.target else "—",
    )


def _value(reader: Reader, value: float, unit: Unit) -> str:
    return reader.money(int(value)) if unit is Unit.FEN else write(reader, value, unit)


def preview_of(reader: Reader, file: StoredFile, read: ExternalSheet) -> SheetPreview:
    """Arrange the preview of a sheet."""
    return SheetPreview(
        file=file,
        findings=read.findings,
        rows=tuple(
            (
                row.row,
                *PLANS[row.plan],
                row.entry,
                _title(reader, row.entry.code) if row.entry else "",
            )
            for row in read.rows[:ROWS_SHOWN]
        ),
        new=read.count(Plan.ADD),
        known=read.count(Plan.KNOWN),
        refused=read.count(Plan.REFUSED),
    )


def sample(work: Work, reader: Reader, as_of: date) -> Table:
    """Return a workbook with the headings, and one line per measure that may be entered."""
    means = definitions.in_force(work, as_of)
    rows = tuple(_sample_row(reader, one, as_of) for one in means.values())
    return Table(
        title=reader.say(say("Figures of other districts")),
        headings=tuple(words[0] for words in HEADINGS.values()),
        rows=rows,
    )


def _sample_row(reader: Reader, means: Definition, as_of: date) -> tuple[str, ...]:
    value = {Unit.FEN: "12.6亿元"}.get(means.unit, "33")
    filled: Sequence[str] = (
        "某区",
        means.code,
        f"{as_of.year}-01-01",
        as_of.isoformat(),
        value,
        "" if means.unit in WHOLE else "49",
        "",
        reader.say(say("name of the document")),
        "",
        "",
        "示例",
    )
    return tuple(filled)
