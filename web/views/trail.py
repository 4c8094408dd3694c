"""The audit trail as a page: who did what and when, before and after, and whether it is whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow import seals
from dealflow.seals import SealCheck
from portfolio.kernel import audit
from portfolio.kernel.audit import AuditLine, ChainFinding
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.formats import Reader
from web.views.changes import Change, changed

PAGE_LINES = 50
KINDS: Mapping[str, Message] = {
    "account": say("Account"),
    "site": say("Site"),
    "fund": say("Fund"),
    "partner": say("Partner"),
    "call": say("Capital call"),
    "distribution": say("Distribution"),
    "transaction": say("Ledger entry"),
    "investment": say("Investment"),
    "tranche": say("Tranche"),
    "mark": say("Mark"),
    "file": say("File"),
    "project": say("Project"),
    "project_site": say("Project site"),
    "arrival": say("Money in place"),
    "milestone": say("Milestone"),
    "agreement": say("Agreement"),
    "pledge": say("Pledge"),
    "condition": say("Landing condition"),
    "observation": say("Observation"),
    "lead": say("Lead"),
    "unit": say("Unit"),
    "system": say("Industry system"),
    "trip": say("Trip"),
    "measure": say("Measure"),
    "landed_rule": say("Landed rule"),
    "import": say("Import"),
    "organisation": say("Organisation"),
    "report": say("Report"),
    "period": say("Quarter"),
    "payout": say("Payout"),
    "reinvestment": say("Local reinvestment"),
    "concession": say("Concession"),
    "clause_rule": say("Clause rule"),
    "condition_template": say("Condition template"),
}
VERBS: Mapping[str, Message] = {
    "create": say("create"),
    "change": say("change"),
    "end_logins": say("end logins"),
    "password": say("change password"),
    "reset_password": say("reset password"),
    "login": say("log in"),
    "logout": say("log out"),
    "refused": say("refused"),
    "attach": say("attach"),
    "pledge": say("record pledge"),
    "sign": say("sign"),
    "make": say("make"),
    "receive": say("receive"),
    "agree": say("agree"),
    "waive": say("waive"),
    "pay": say("pay"),
    "reverse": say("reverse"),
    "keep": say("keep"),
    "choose": say("map columns"),
    "confirm": say("confirm"),
    "upload": say("upload"),
    "set": say("set"),
    "accept": say("accept"),
    "become": say("become project"),
    "hand_over": say("hand over"),
    "approve": say("approve"),
    "prepare": say("prepare"),
    "withdraw": say("withdraw"),
    "define": say("define"),
    "expect": say("set expectation"),
    "reported": say("record as published"),
    "record": say("record"),
    "verify": say("verify"),
    "admit": say("admit"),
    "arrival": say("record arrival"),
    "milestone": say("record milestone"),
    "void": say("void"),
    "hold": say("hold"),
    "plan": say("plan"),
    "release": say("release"),
    "close": say("close"),
    "issue": say("issue"),
    "ask": say("ask"),
    "decide": say("decide"),
    "claim": say("claim"),
    "take_back": say("take back"),
    "oblige": say("set duty"),
    "policy": say("set rules"),
    "rule": say("set rule"),
    "promise": say("promise"),
    "amend": say("amend"),
    "propose": say("propose"),
    "add": say("add version"),
    "clauses": say("keep clauses"),
    "nature": say("judge money"),
    "list": say("list"),
    "offer": say("offer or keep back"),
    "take": say("take"),
    "site_need": say("state need of a site"),
    "focus": say("judge holding"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the reader filters by; empty takes all. `before` is a line number."""

    record: str = ""  # a kind of record, or the id of one
    action: str = ""
    person: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailLine:
    """One line, written for the reader."""

    seq: int
    at: datetime
    person: str
    action: str
    action_code: str
    kind: str
    record_id: str
    changes: tuple[Change, ...]
    ip: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What a reading of the whole chain found."""

    lines: int
    findings: tuple[ChainFinding, ...]
    sealed: tuple[SealCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """One page of the trail, newest first."""

    template: ClassVar[str] = "admin/trail.html"
    asked: Asked
    lines: tuple[TrailLine, ...]
    older: int | None  # the line number to ask before, if there are older lines
    actions: tuple[tuple[str, str], ...]
    chain: Chain | None


# ---- rules
def action_text(reader: Reader, action: str) -> str:
    """Say an action in words; one that has none stays as it is written in the trail."""
    parts = action.split(":")
    verb = VERBS.get(parts[-1])
    if verb is None:
        return action
    said = reader.say(verb)
    kind = KINDS.get(parts[-2]) if len(parts) > 1 else None
    return f"{reader.say(kind)} · {said}" if kind else said


def _state(text: str | None) -> Mapping[str, Any] | None:
    value = json.loads(text) if text else None
    return value if isinstance(value, dict) else None


# ---- builders
def trail_page(work: Work, reader: Reader, asked: Asked, *, verify: bool) -> TrailPage:
    """Return the lines asked for, one page of them."""
    table = AuditLine.__table__  # type: ignore[attr-defined] # SQLModel sets it
    statement = sa.select(table).order_by(table.c.seq.desc()).limit(PAGE_LINES + 1)
    rows = work.rows(statement.where(*_conditions(asked)))
    lines = tuple(
        TrailLine(
            seq=row.seq,
            at=row.at,
            person=row.actor_name,
            action=action_text(reader, row.action),
            action_code=row.action,
            kind=reader.say(KINDS[row.subject_kind]) if row.subject_kind in KINDS else "",
            record_id=row.subject_id,
            changes=changed(reader, _state(row.before), _state(row.after)),
            ip=row.ip,
            request_id=row.request_id,
        )
        for row in rows[:PAGE_LINES]
    )
    return TrailPage(
        asked=asked,
        lines=lines,
        older=lines[-1].seq if len(rows) > PAGE_LINES else None,
        actions=_actions(work, reader),
        chain=_chain(work) if verify else None,
    )


def _conditions(asked: Asked) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if asked.record in KINDS:
        found.append(col(AuditLine.subject_kind) == asked.record)
    elif asked.record:
        found.append(col(AuditLine.subject_id) == asked.record)
    if asked.action:
        found.append(col(AuditLine.action) == asked.action)
    if asked.person:
        found.append(col(AuditLine.actor_name).contains(asked.person, autoescape=True))
    if asked.before is not None:
        found.append(col(AuditLine.seq) < asked.before)
    return found


def _actions(work: Work, reader: Reader) -> tuple[tuple[str, str], ...]:
    rows = work.rows(sa.select(col(AuditLine.action)).distinct().order_by(col(AuditLine.action)))
    return tuple((action, action_text(reader, action)) for (action,) in rows)


def _chain(work: Work) -> Chain:
    count, findings = audit.verify(work)
    return Chain(lines=count, findings=tuple(findings), sealed=tuple(seals.check(work)))
