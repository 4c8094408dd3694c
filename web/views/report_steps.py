"""The steps of a report: where an edition stands, what this person may do next, and the forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlmodel import col

from portfolio import editions, funds, indices, issued
from portfolio.editions import ReportEdition, State, StepSeen
from portfolio.indices import IndexSeries
from portfolio.kernel.actors import Actor, Duty, Role
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, Message, NotFoundError, say
from portfolio.prose import Section
from web.reports import issue
from web.reports import shelf as shelves
from web.reports.report import LpReport, Outcome
from web.templating import Page
from web.views.act_forms import AGAIN, ActForm, Field, choice

STATES: dict[State | None, tuple[Message, str]] = {
    None: (say("Live"), "prog"),
    State.DRAFT: (editions.WORDS[State.DRAFT], "todo"),
    State.REVIEW: (editions.WORDS[State.REVIEW], "warn"),
    State.LOCKED: (editions.WORDS[State.LOCKED], "ok"),
}
STEPS: dict[str, Message] = {
    "begin": say("Draft begun"),
    "submit": say("Submitted for review"),
    "return": say("Returned"),
    "lock": say("Reviewed and locked"),
}
ACTS = ("begin", "submit", "return", "lock")


# ---- facts
class Named(Protocol):
    """What an address of a report says."""

    @property
    def fund_code(self) -> str:
        """The fund."""

    @property
    def quarter(self) -> str:
        """The quarter as it was written."""

    @property
    def partner_code(self) -> str:
        """The partner on whose report the reader is."""

    @property
    def edition(self) -> int:
        """The number asked for, 0 for the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing this person may do now."""

    name: Message
    href: str
    is_main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the report that is shown stands."""

    state: Message
    look: str
    acts: tuple[Act, ...] = ()
    edits: Mapping[str, str]
    steps: tuple[StepSeen, ...] = ()
    numbers: tuple[tuple[int, bool], ...] = ()  # locked editions, and which of them is shown
    anchor: tuple[int, str] | None = None


# ---- reads
def standing(work: Work, me: Actor, which: Named, report: LpReport) -> Standing:
    """Return where the shown report stands; an LP learns number and anchor, no names of staff."""
    quarter = shelves.quarter_of(which.quarter)
    fund = funds.find(work, me, which.fund_code)
    every = editions.of_quarter(work, fund.id, quarter)
    shown = next((one for one in every if one.number == report.issue.edition), None)
    locked = issued.locked_numbers(work, [fund.id]).get((fund.id, quarter), [])
    numbers = tuple((one.number, one.number == report.issue.edition) for one, _ in locked)
    lock = next((lock for one, lock in locked if shown and one.id == shown.id), None)
    state = None if shown is None else editions.state_of(work, shown.id)
    words, look = STATES[state]
    if me.role is Role.LP:
        anchor = (lock.audit_seq, lock.audit_mac) if lock else None
        return Standing(state=words, look=look, edits={}, numbers=numbers, anchor=anchor)
    is_newest = not every or shown is every[0]
    base = f"/editions/{which.fund_code}/{quarter}/{which.partner_code}"
    return Standing(
        state=words,
        look=look,
        acts=_acts(me, base, state, shown, report) if is_newest else (),
        edits=_edits(me, base, state),
        steps=tuple(editions.history(work, shown)) if shown else (),
        numbers=numbers,
        anchor=(lock.audit_seq, lock.audit_mac) if lock else None,
    )


def _edits(me: Actor, base: str, state: State | None) -> dict[str, str]:
    if state is not State.DRAFT or not me.may(Duty.PREPARE_REPORTS):
        return {}
    return {section.value: f"{base}/prose/{section}" for section in Section}


def _acts(
    me: Actor, base: str, state: State | None, shown: ReportEdition | None, report: LpReport
) -> tuple[Act, ...]:
    prepares, locks = me.may(Duty.PREPARE_REPORTS), me.may(Duty.LOCK_REPORTS)
    mine = shown is not None and shown.prepared_by == me.id
    match state:
        case None if prepares:
            return (Act(name=say("Begin the draft"), href=f"{base}/begin", is_main=True),)
        case State.DRAFT if prepares and mine:
            return (Act(name=say("Submit for review"), href=f"{base}/submit", is_main=True),)
        case State.REVIEW if locks and not mine:
            faults = any(one.outcome is Outcome.FAULT for one in report.checks)
            back = Act(name=say("Return it"), href=f"{base}/return", is_main=faults)
            lock = Act(name=say("Lock"), href=f"{base}/lock", is_main=True)
            return (back,) if faults else (back, lock)
        case State.LOCKED if prepares:
            return (Act(name=say("Issue again"), href=f"{base}/begin"),)
        case _:
            return ()


def edition_of(work: Work, me: Actor, which: Named) -> ReportEdition:
    """Return the newest edition of a report, or answer as if it were not there."""
    fund = funds.find(work, me, which.fund_code)
    found = editions.newest(work, fund.id, shelves.quarter_of(which.quarter))
    if found is None:
        raise NotFoundError
    return found


# ---- forms
def form(work: Work, me: Actor, page: Page, which: Named, act: str) -> ActForm:
    """Restate what a step means and ask for what it needs."""
    quarter = shelves.quarter_of(which.quarter)
    fund = funds.find(work, me, which.fund_code)
    newest = editions.newest(work, fund.id, quarter)
    if act not in ACTS:
        raise NotFoundError
    back = f"/reports/{which.fund_code}/{quarter}/{which.partner_code}"
    title, yes, warning, fields = _words(work, act, newest)
    count = len(issued.partner_ids(work, fund.id))
    name = fund.name_en if page.lang == "en" and fund.name_en else fund.name
    number = (newest.number if newest else 0) + (1 if act == "begin" else 0)
    return ActForm(
        title=title,
        subject=f"{name} · {quarter}",
        action=f"/editions/{which.fund_code}/{quarter}/{which.partner_code}/{act}",
        back=back,
        yes=yes,
        fields=fields,
        facts=(
            (say("Quarter"), f"{quarter} · {quarter.end.isoformat()}"),
            (say("Edition"), issue.number_of(fund.code, quarter, number)),
            (say("Reports to partners"), page.reader.count(count)),
        ),
        warning=warning,
        is_final=act == "lock",
    )


def _words(
    work: Work, act: str, newest: ReportEdition | None
) -> tuple[Message, Message, Message | None, tuple[Field, ...]]:
    note = Field(name="note", label=say("Note"), kind="lines", required=False, longest=300)
    match act:
        case "begin" if newest is None:
            return say("Begin the draft"), say("Begin"), None, (_index(work, ""),)
        case "begin":
            reason = Field(
                name="reason",
                label=say("Reason"),
                kind="lines",
                hint=say("What was wrong; every partner reads it beside the differences."),
                longest=300,
            )
            warning = say(
                "The issued report stays as it is. The new edition carries this reason and every "
                "line that differs."
            )
            fields = (reason, _index(work, newest.index_id or "" if newest else ""))
            return say("Issue again"), say("Begin the reissue"), warning, fields
        case "submit":
            return say("Submit for review"), say("Submit"), None, (note,)
        case "return":
            must = Field(name="note", label=say("What is to be changed"), kind="lines", longest=300)
            return say("Return it"), say("Return it"), None, (must,)
        case _:
            warning = say(
                "The figures of every partner are kept as they stand now and never change again. "
                "Partners can read them at once."
            )
            return say("Lock the report"), say("Lock"), warning, (AGAIN,)


def _index(work: Work, chosen: str) -> Field:
    choices: dict[str, str | Message] = {"": say("No comparison")}
    choices |= {one.code: one.name for one in indices.listed(work)}
    code = ""
    if chosen:
        code = work.session.get_one(IndexSeries, chosen).code
    elif found := next(iter(indices.listed(work)), None):
        code = found.code
    return choice("index", say("Index to compare with"), choices, value=code)


# ---- commands
def take(
    work: Work, me: Actor, which: Named, act: str, *, reason: str, note: str, index: str
) -> Message:
    """Take a step; return the word that says it."""
    quarter = shelves.quarter_of(which.quarter)
    fund = funds.find(work, me, which.fund_code)
    if act == "begin":
        made = issue.begin(
            work,
            me,
            fund_id=fund.id,
            quarter=quarter,
            reason=reason,
            index_id=_index_id(work, index),
        )
        return say("Edition {number} is begun.", number=made.number)
    edition = edition_of(work, me, which)
    match act:
        case "submit":
            editions.submit(work, me, edition.id, note=note)
            return say("The report is submitted for review.")
        case "return":
            editions.give_back(work, me, edition.id, note=note)
            return say("The report is returned.")
        case "lock":
            issue.lock(work, me, edition.id)
            return say(
                "The report is locked as {number}.",
                number=issue.number_of(fund.code, quarter, edition.number),
            )
        case _:
            raise NotFoundError


def _index_id(work: Work, code: str) -> str | None:
    if not code:
        return None
    found: str | None = work.scalar(
        sa.select(col(IndexSeries.id)).where(col(IndexSeries.code) == code)
    )
    if found is None:
        raise DomainError("There is no such index.", "Choose one from the list.")
    return found
