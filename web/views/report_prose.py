"""The editor of a section's prose: the text, the figures it may name, and its versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from portfolio import prose
from portfolio.editions import ReportEdition
from portfolio.kernel.actors import Account, Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from portfolio.prose import ReportProse, Section
from web.reports import issue, places
from web.reports import shelf as shelves
from web.reports.pen import pen
from web.templating import Page
from web.views import report_steps
from web.views.report_steps import Named

TITLES: dict[Section, Message] = {
    Section.LETTER: say("Manager's report"),
    Section.PERFORMANCE: say("Performance"),
    Section.INVESTMENTS: say("Schedule of investments"),
    Section.LANDING: say("Landing in the district"),
    Section.CASH: say("Calls, distributions and fees"),
    Section.NOTES: say("Notes"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One figure that prose may name, with its value in the report that is open."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the text."""

    number: int
    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """The form that writes one section."""

    template: ClassVar[str] = "reports/prose.html"
    title: Message
    subject: str
    action: str
    back: str
    text: str
    text_en: str
    version: int
    longest: int
    places: tuple[Place, ...]
    versions: tuple[Version, ...]


# ---- reads
def section_of(text: str) -> Section:
    """Read a section from an address."""
    try:
        return Section(text)
    except ValueError:
        raise NotFoundError from None


def editor(work: Work, me: Actor, page: Page, which: Named, section: Section) -> Editor:
    """Return the editor with the newest text; a section nobody wrote is empty."""
    quarter = shelves.quarter_of(which.quarter)
    report = issue.current(
        work,
        me,
        fund_code=which.fund_code,
        quarter=quarter,
        partner_code=which.partner_code,
    )
    edition = report_steps.edition_of(work, me, which)
    found = prose.versions(work, edition.id, section)
    newest = found[0] if found else None
    by = pen(report, page.lang)
    labels = places.labels(report)
    path = f"{which.fund_code}/{quarter}/{which.partner_code}"
    return Editor(
        title=TITLES[section],
        subject=f"{by.fund} · {quarter}",
        action=f"/editions/{path}/prose/{section}",
        back=f"/reports/{path}",
        text=newest.text if newest else "",
        text_en=newest.text_en if newest else "",
        version=newest.version if newest else 0,
        longest=prose.LONGEST,
        places=tuple(
            Place(name=name, label=by.say(labels[name]), value=by.say(say("{of}", of=value)))
            for name, value in places.values(report).items()
        ),
        versions=tuple(_version(work, one) for one in found),
    )


def _version(work: Work, row: ReportProse) -> Version:
    name = work.scalar(sa.select(col(Account.name)).where(col(Account.id) == row.recorded_by))
    return Version(number=row.version, at=row.recorded_at, by=name or "", text=row.text)


# ---- commands
def write(
    work: Work,
    me: Actor,
    which: Named,
    section: Section,
    *,
    text: str,
    text_en: str,
    version: int,
) -> ReportEdition:
    """Save a version; the places it may name are those of the report that is open."""
    edition = report_steps.edition_of(work, me, which)
    report = issue.current(
        work,
        me,
        fund_code=which.fund_code,
        quarter=edition.quarter,
        partner_code=which.partner_code,
    )
    prose.write(
        work,
        me,
        edition.id,
        section,
        text=text,
        text_en=text_en,
        version=version,
        places=places.values(report),
    )
    return edition
