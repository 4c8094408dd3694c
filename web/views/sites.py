"""载体: the inventory with its filters, and one site with its offer and who held it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import site_list, sites
from dealflow.cells import Finding
from dealflow.drafts import Plan
from dealflow.site_list import Filters, SiteLine, Spell, Standing
from dealflow.site_sheet import SiteDraft, SiteSheet
from dealflow.sites import Offer, ProjectSite, SiteKind, SiteOffer
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from portfolio.kernel.files import StoredFile
from web.formats import Reader
from web.templating import Page
from web.views.data import PLANS
from web.views.site_words import (
    KINDS,
    OFFERS,
    STANDINGS,
    TONES,
    price_text,
    utilities_text,
)

ROWS_SHOWN = 200
AREAS = (1_000, 5_000, 10_000, 50_000)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A site as the list shows it."""

    line: SiteLine
    kind: Message
    standing: Message
    tone: str
    price: str
    utilities: str

    @property
    def site(self) -> ProjectSite:
        """The row behind it."""
        return self.line.site


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesPage:
    """All that sites/list.html may use."""

    template: ClassVar[str] = "sites/list.html"
    rows: tuple[SiteRow, ...]
    counts: tuple[tuple[str, Message, int], ...]
    chosen: str
    kinds: tuple[tuple[str, str], ...]
    kind: str
    parks: tuple[tuple[str, str], ...]
    park: str
    areas: tuple[tuple[str, str], ...]
    area: str
    free_m2: int
    may_edit: bool
    may_import: bool
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """All that sites/site.html may use."""

    template: ClassVar[str] = "sites/site.html"
    row: SiteRow
    offers: tuple[tuple[SiteOffer, Message], ...]
    spells: tuple[Spell, ...]
    can_be_taken_for: tuple[tuple[str, str], ...]
    may_edit: bool
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteImport:
    """Where a sheet of sites is uploaded, or its preview."""

    template: ClassVar[str] = "sites/import.html"
    file: StoredFile | None = None
    findings: tuple[Finding, ...] = ()
    rows: tuple[tuple[SiteDraft, Message, str, str], ...] = ()  # row, plan, its tone, kind
    new: int = 0
    known: int = 0
    refused: int = 0
    more: int = 0  # rows that are not shown


# ---- builders
def import_preview(reader: Reader, file: StoredFile, read: SiteSheet) -> SiteImport:
    """Arrange the preview of a sheet."""
    return SiteImport(
        file=file,
        findings=tuple(sorted(read.findings, key=lambda one: (one.row, one.column))),
        rows=tuple(
            (
                row,
                *PLANS[row.plan],
                reader.say(KINDS[SiteKind(row.values["kind"])]) if "kind" in row.values else "",
            )
            for row in read.rows[:ROWS_SHOWN]
        ),
        new=read.count(Plan.ADD),
        known=read.count(Plan.KNOWN),
        refused=read.count(Plan.REFUSED),
        more=max(len(read.rows) - ROWS_SHOWN, 0),
    )


def row_of(reader: Reader, line: SiteLine) -> SiteRow:
    """Put a line into words."""
    return SiteRow(
        line=line,
        kind=KINDS[SiteKind(line.site.kind)],
        standing=STANDINGS[line.standing],
        tone=TONES[line.standing],
        price=price_text(reader, line.site),
        utilities=utilities_text(reader, line.site.utilities),
    )


def listed(
    work: Work,
    actor: Actor,
    page: Page,
    *,
    kind: str,
    park: str,
    standing: str,
    area: str,
    with_demo: bool,
) -> SitesPage:
    """Read and arrange the list; a filter that is no filter is none."""
    reader = page.reader
    least = int(area) if area in map(str, AREAS) else None
    narrowed = Filters(
        kind=SiteKind(kind) if kind in set(SiteKind) else None,
        park=park,
        least_m2=least,
        with_demo=with_demo,
    )
    lines = site_list.listed(work, page.as_of, narrowed)
    chosen = Standing(standing) if standing in set(Standing) else None
    shown = [line for line in lines if chosen in {None, line.standing}]
    if chosen is Standing.WITHDRAWN:
        gone = Filters(standing=chosen, with_demo=with_demo)
        shown = site_list.listed(work, page.as_of, gone)
    return SitesPage(
        rows=tuple(row_of(reader, line) for line in shown),
        counts=tuple(
            (one.value, words, sum(line.standing is one for line in lines))
            for one, words in STANDINGS.items()
            if one is not Standing.WITHDRAWN
        ),
        chosen=chosen.value if chosen else "",
        kinds=tuple((one.value, reader.say(words)) for one, words in KINDS.items()),
        kind=kind,
        parks=tuple((one, one) for one in site_list.parks(work, with_demo=with_demo)),
        park=park,
        areas=tuple((str(one), f"≥ {one:,} m²") for one in AREAS),
        area=area,
        free_m2=sum(line.site.area_m2 for line in lines if line.standing is Standing.FREE),
        may_edit=actor.may(Duty.EDIT_DEALS) and not page.is_past,
        may_import=actor.may(Duty.IMPORT_SHEETS) and not page.is_past,
        has_demo=any(line.site.is_demo for line in shown),
    )


def site_page(work: Work, actor: Actor, page: Page, site_id: str, *, with_demo: bool) -> SitePage:
    """Read and arrange one site."""
    line = site_list.line(work, page.as_of, site_id)
    may_edit = actor.may(Duty.EDIT_DEALS) and not page.is_past
    can_be_had = line.standing in {*site_list.CAN_BE_HAD, Standing.RESERVED}
    waiting = site_list.without_site(work, with_demo=with_demo) if may_edit and can_be_had else []
    return SitePage(
        row=row_of(page.reader, line),
        offers=tuple(
            (one, OFFERS[Offer(one.offer)])
            for one in reversed(sites.offers(work, site_id))
            if one.on <= page.as_of
        ),
        spells=tuple(site_list.spells(work, page.as_of, site_id)),
        can_be_taken_for=tuple(waiting),
        may_edit=may_edit,
        today=page.today,
    )
