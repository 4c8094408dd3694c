"""Reports as pages: the shelf with its filters, and one report with its toolbar and checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from urllib.parse import quote, urlencode

from portfolio.commitments import Partner
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from web.reports import facts, files
from web.reports import shelf as shelves
from web.reports.document import write
from web.reports.files import Kind, ReportFile
from web.reports.paper import Paper
from web.reports.pen import pen
from web.reports.report import LpReport, Outcome
from web.templating import Page

ROWS_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Which:
    """The report an address names."""

    fund_code: str
    quarter: str
    partner_code: str
    known_at: datetime | None = None

    def href(self, kind: Kind | None = None, partner_code: str = "") -> str:
        """Return the address of the page or of a file, for this partner or another."""
        parts = (self.fund_code, self.quarter, partner_code or self.partner_code)
        path = "/reports/" + "/".join(quote(part, safe="") for part in parts)
        known = urlencode({"known_at": self.known_at.isoformat()}) if self.known_at else ""
        return (f"{path}/{kind}" if kind else path) + (f"?{known}" if known else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A partner's report."""

    name: str
    href: str
    is_this: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfRow:
    """One fund and quarter."""

    fund: str
    quarter: str
    ends_on: date
    is_closed: bool
    is_demo: bool
    partners: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfPage:
    """The list of reports."""

    template: ClassVar[str] = "reports/list.html"
    rows: tuple[ShelfRow, ...]
    total: int
    first: int
    before: str
    after: str
    funds: tuple[tuple[str, str], ...]  # (code, name)
    quarters: tuple[tuple[str, str], ...]
    fund: str
    quarter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check, said."""

    text: str
    look: str  # "", is-warn, is-risk


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """One report on its sheets."""

    template: ClassVar[str] = "reports/report.html"
    paper: Paper
    partner: str
    partners: tuple[Link, ...]
    files: dict[str, str]
    checks: tuple[CheckLine, ...]
    faults: int
    notices: int
    as_of: date
    known_seq: int
    known_at: datetime | None
    is_demo: bool


LOOKS = {Outcome.OK: "", Outcome.NOTICE: "is-warn", Outcome.FAULT: "is-risk"}


def shelf(
    work: Work,
    me: Actor,
    page: Page,
    *,
    fund: str = "",
    quarter: str = "",
    number: int = 1,
    with_demo: bool = True,
) -> ShelfPage:
    """Return one page of the shelf, narrowed by fund code and quarter."""
    every = shelves.shelves(work, me, today=page.as_of, with_demo=with_demo)
    found = [
        one for one in every if fund in {"", one.fund.code} and quarter in {"", str(one.quarter)}
    ]
    first = (number - 1) * ROWS_A_PAGE
    shown = found[first : first + ROWS_A_PAGE]

    def turn(to: int) -> str:
        return page.with_query(page=str(to) if to > 1 else None)

    return ShelfPage(
        rows=tuple(_row(one, page) for one in shown),
        total=len(found),
        first=first,
        before=turn(number - 1) if number > 1 else "",
        after=turn(number + 1) if first + ROWS_A_PAGE < len(found) else "",
        funds=tuple(dict.fromkeys((one.fund.code, _name(one.fund, page)) for one in every)),
        quarters=tuple(dict.fromkeys((str(one.quarter), str(one.quarter)) for one in every)),
        fund=fund,
        quarter=quarter,
    )


def _row(one: shelves.Shelf, page: Page) -> ShelfRow:
    which = Which(one.fund.code, str(one.quarter), "")
    return ShelfRow(
        fund=_name(one.fund, page),
        quarter=str(one.quarter),
        ends_on=one.quarter.end,
        is_closed=one.is_closed,
        is_demo=one.fund.is_demo or any(partner.is_demo for partner in one.partners),
        partners=_links(which, one.partners, page),
    )


def _links(which: Which, partners: Sequence[Partner], page: Page) -> tuple[Link, ...]:
    return tuple(
        Link(
            name=_name(partner, page),
            href=which.href(partner_code=partner.code),
            is_this=partner.code == which.partner_code,
        )
        for partner in partners
    )


def _name(of: Fund | Partner, page: Page) -> str:
    return of.name_en if page.lang == "en" and of.name_en else of.name


def _build(work: Work, me: Actor, page: Page, which: Which) -> LpReport:
    quarter = shelves.quarter_of(which.quarter)
    report = facts.build(
        work,
        me,
        fund_code=which.fund_code,
        quarter=quarter,
        partner_code=which.partner_code,
        known_at=which.known_at,
    )
    shelves.refuse_open(quarter, page.today)
    return report


def report(work: Work, me: Actor, page: Page, which: Which) -> ReportPage:
    """Return one report on its sheets, with what the toolbar and the rail need."""
    found = _build(work, me, page, which)
    by = pen(found, page.lang)
    outcomes = [check.outcome for check in found.checks]
    return ReportPage(
        paper=write(found, page.lang),
        partner=by.partner,
        partners=_links(which, shelves.of_fund(work, me, which.fund_code), page),
        files={kind.value: which.href(kind) for kind in Kind},
        checks=tuple(
            CheckLine(text=by.say(check.words), look=LOOKS[check.outcome]) for check in found.checks
        ),
        faults=outcomes.count(Outcome.FAULT),
        notices=outcomes.count(Outcome.NOTICE),
        as_of=found.as_of,
        known_seq=found.known_seq,
        known_at=which.known_at,
        is_demo=found.is_demo,
    )


def file(work: Work, me: Actor, page: Page, which: Which, kind: Kind) -> ReportFile:
    """Return one report as a file in the reader's language."""
    return files.make(_build(work, me, page, which), kind, page.lang)
