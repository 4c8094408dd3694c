"""One report as a page: its sheets with the toolbar, the checks and the steps it has taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from urllib.parse import quote, urlencode

from portfolio.commitments import Partner
from portfolio.editions import StepSeen
from portfolio.kernel.actors import Actor, Role
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.reports import facts, files, issue
from web.reports import shelf as shelves
from web.reports.document import write
from web.reports.files import Kind, ReportFile
from web.reports.paper import Paper
from web.reports.pen import pen
from web.reports.report import LpReport, Outcome
from web.templating import Page
from web.views import report_steps
from web.views.report_steps import Act


@dataclass(frozen=True, slots=True)
class Which:
    """The report an address names."""

    fund_code: str
    quarter: str
    partner_code: str
    known_at: datetime | None = None
    edition: int = 0  # 0: the newest

    def href(self, kind: Kind | None = None, partner_code: str = "") -> str:
        """Return the address of the page or of a file, for this partner or another."""
        parts = (self.fund_code, self.quarter, partner_code or self.partner_code)
        path = "/reports/" + "/".join(quote(part, safe="") for part in parts)
        known = {"known_at": self.known_at.isoformat()} if self.known_at else {}
        query = urlencode(known | ({"edition": str(self.edition)} if self.edition else {}))
        return (f"{path}/{kind}" if kind else path) + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A partner's report, or another edition of it."""

    name: str
    href: str
    is_this: bool = False


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
    state: Message
    look: str
    number: str
    reason: str
    acts: tuple[Act, ...]
    edits: Mapping[str, str]  # {section: address of its editor}
    steps: tuple[StepSeen, ...]
    step_words: Mapping[str, Message]
    editions: tuple[Link, ...]
    differences: str  # the anchor of the differences, "" without any
    anchor: tuple[int, str] | None  # line of the audit trail and its mac
    is_demo: bool
    is_partner: bool  # checks and steps are the house's own


LOOKS = {Outcome.OK: "", Outcome.NOTICE: "is-warn", Outcome.FAULT: "is-risk"}


def _build(work: Work, me: Actor, page: Page, which: Which) -> LpReport:
    """Return the report an address names; an LP is shown what was issued and nothing else."""
    quarter = shelves.quarter_of(which.quarter)
    fund_code, partner_code = which.fund_code, which.partner_code
    if me.role is Role.LP or which.edition:
        return issue.told(
            work,
            me,
            fund_code=fund_code,
            quarter=quarter,
            partner_code=partner_code,
            number=which.edition,
        )
    if which.known_at is None:
        found = issue.current(
            work, me, fund_code=fund_code, quarter=quarter, partner_code=partner_code
        )
    else:
        found = facts.build(
            work,
            me,
            fund_code=fund_code,
            quarter=quarter,
            partner_code=partner_code,
            known_at=which.known_at,
        )
    shelves.refuse_open(quarter, page.today)
    return found


def report(work: Work, me: Actor, page: Page, which: Which) -> ReportPage:
    """Return one report on its sheets, with what the toolbar and the rail need."""
    found = _build(work, me, page, which)
    by = pen(found, page.lang)
    outcomes = [check.outcome for check in found.checks]
    paper = write(found, page.lang)
    stand = report_steps.standing(work, me, which, found)
    differs = by.say(say("Differences from the edition before"))
    return ReportPage(
        paper=paper,
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
        known_at=which.known_at or (found.known_at if found.issue.number else None),
        state=stand.state,
        look=stand.look,
        number=found.issue.number,
        reason=found.issue.reason,
        acts=stand.acts,
        edits=stand.edits,
        steps=stand.steps,
        step_words=report_steps.STEPS,
        editions=tuple(
            Link(name=str(number), href=replace(which, edition=number).href(), is_this=is_this)
            for number, is_this in stand.numbers
        ),
        differences=next((f"#s{no}" for no, title in paper.sections if title == differs), ""),
        anchor=stand.anchor,
        is_demo=found.is_demo,
        is_partner=me.role is Role.LP,
    )


def _links(which: Which, partners: Sequence[Partner], page: Page) -> tuple[Link, ...]:
    return tuple(
        Link(
            name=partner.name_en if page.lang == "en" and partner.name_en else partner.name,
            href=which.href(partner_code=partner.code),
            is_this=partner.code == which.partner_code,
        )
        for partner in partners
    )


def file(work: Work, me: Actor, page: Page, which: Which, kind: Kind) -> ReportFile:
    """Return one report as a file in the reader's language."""
    return files.make(_build(work, me, page, which), kind, page.lang)
