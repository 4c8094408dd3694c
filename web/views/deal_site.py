"""The sites of a project: what it holds, what it asks for, and which sites would meet that."""

from dataclasses import dataclass

from dealflow import site_list, site_needs
from dealflow.site_needs import Match, Measured, SiteNeed
from dealflow.site_takings import Held
from dealflow.sites import ProjectSite, SiteKind
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.formats import Reader
from web.templating import Page
from web.views.site_words import (
    CRITERIA,
    KINDS,
    STANDINGS,
    TONES,
    has_text,
    short_text,
    utilities_text,
    wanted_text,
)

MATCHES_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """One criterion in words."""

    part: Measured
    name: Message
    wanted: str
    has: str
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRow:
    """A site beside the need."""

    match: Match
    kind: Message
    standing: Message
    tone: str
    parts: tuple[PartRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTab:
    """All that the tab shows."""

    held: tuple[tuple[ProjectSite, Held, Message], ...]
    need: SiteNeed | None
    asked: tuple[tuple[Message, str], ...]
    matches: tuple[MatchRow, ...]
    total: int


def site_tab(work: Work, page: Page, project_id: str, *, with_demo: bool) -> SiteTab:
    """Read and arrange the tab."""
    need = site_needs.of_project(work, project_id)
    found = (
        site_needs.matches(work, page.as_of, need, with_demo=with_demo) if need is not None else []
    )
    return SiteTab(
        held=tuple(
            (site, held, KINDS[SiteKind(site.kind)])
            for site, held in site_list.held_by(work, page.as_of, project_id)
        ),
        need=need,
        asked=asked_of(page.reader, need) if need else (),
        matches=tuple(match_row(page.reader, match) for match in found[:MATCHES_SHOWN]),
        total=len(found),
    )


def asked_of(reader: Reader, need: SiteNeed) -> tuple[tuple[Message, str], ...]:
    """Return what was asked, criterion by criterion, in words."""
    found = (
        (say("Kind of site"), reader.say(KINDS[SiteKind(need.kind)]) if need.kind else ""),
        (say("Park"), need.park),
        (say("Area"), f"≥ {need.area_m2:,} m²" if need.area_m2 else ""),
        (
            say("Floor load"),
            f"≥ {need.floor_load_kg_m2:,} kg/m²" if need.floor_load_kg_m2 else "",
        ),
        (say("Power"), f"≥ {need.power_kva:,} kVA" if need.power_kva else ""),
        (say("Utilities"), utilities_text(reader, need.utilities)),
        (say("Needed by"), need.needed_by.isoformat() if need.needed_by else ""),
    )
    return tuple((name, text) for name, text in found if text)


def match_row(reader: Reader, match: Match) -> MatchRow:
    """Put a match into words."""
    line = match.line
    return MatchRow(
        match=match,
        kind=KINDS[SiteKind(line.site.kind)],
        standing=STANDINGS[line.standing],
        tone=TONES[line.standing],
        parts=tuple(
            PartRow(
                part=part,
                name=CRITERIA[part.code],
                wanted=wanted_text(reader, part),
                has=has_text(reader, part),
                short=short_text(reader, part),
            )
            for part in match.parts
        ),
    )
