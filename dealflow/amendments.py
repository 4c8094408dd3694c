"""Amendments: a unit, a planned amount, a contract amount or a start date that became another.

The project and the paper show what holds now. An amendment says since which day, and why; so a
half month can be read again as its days look now, and a report as it was known. What is said last
about a day counts: an amendment dated back overrides what was said before it from that day on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import agreements, projects
from dealflow.agreements import Agreement, AgreementKind
from dealflow.projects import Project
from dealflow.units import Unit
from portfolio.kernel import audit
from portfolio.kernel.actors import Account, Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError


# ---- facts
class Fact(StrEnum):
    """What is amended: the first two of a project, the others of a formal contract."""

    UNIT = "unit"
    PLANNED = "planned"
    AMOUNT = "amount"
    START_DUE = "start_due"


OF_PAPER = (Fact.AMOUNT, Fact.START_DUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One amendment: what a fact was and became, as text; "" is none."""

    project_id: str
    was: str
    now: str
    effective_on: date
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentLine:
    """One amendment as the project's page lists it."""

    fact: Fact
    paper_code: str  # "" for a fact of the project
    was: str
    now: str
    effective_on: date
    reason: str
    recorded_by: str
    recorded_at: datetime
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Amended:
    """All amendments, read for one close and one moment: ask it what a fact was then."""

    as_of: date
    known_at: datetime | None
    said: dict[tuple[str, Fact], list[Said]]  # of a project or a paper, as recorded

    def text(self, subject_id: str, fact: Fact, now: str) -> str:
        """Return a fact as text at the close of the day; `now` is what holds today."""
        return value_at(self.said.get((subject_id, fact), ()), now, self.as_of, self.known_at)

    def reasons(self) -> dict[str, dict[Fact, str]]:
        """Return {project: {fact: why it was amended last by the close of the day}}."""
        found: dict[str, dict[Fact, str]] = {}
        for (_, fact), said in self.said.items():
            for one in said:
                if one.effective_on <= self.as_of:
                    found.setdefault(one.project_id, {})[fact] = one.reason
        return found

    def fen(self, subject_id: str, fact: Fact, now: int | None) -> int | None:
        """Return an amount at the close of the day."""
        text = self.text(subject_id, fact, "" if now is None else str(now))
        return int(text) if text else None

    def day(self, subject_id: str, fact: Fact, now: date | None) -> date | None:
        """Return a date at the close of the day."""
        text = self.text(subject_id, fact, now.isoformat() if now else "")
        return date.fromisoformat(text) if text else None


# ---- rules
def value_at(said: Sequence[Said], now: str, as_of: date, known_at: datetime | None) -> str:
    """Return what a fact was at the close of a day, as known at a moment.

    said  in the order of recording; what was said last about the day counts, and before the first
          word about it stands what the first amendment replaced
    now   what holds today, which is the answer where nothing was ever amended
    """
    if not said:
        return now
    known = [one for one in said if known_at is None or one.recorded_at <= known_at]
    of_day = [one for one in known if one.effective_on <= as_of]
    return of_day[-1].now if of_day else said[0].was


# ---- rows
class Amendment(Row, table=True):
    """A fact of a project or of its contract became another since a day."""

    __tablename__ = "amendment"
    __table_args__ = strict(
        sa.CheckConstraint("reason <> ''", name="says_why"),
        sa.CheckConstraint("was <> now", name="differs"),
        sa.CheckConstraint(
            "(fact IN ('amount', 'start_due')) = (agreement_id IS NOT NULL)", name="names_paper"
        ),
    )

    project_id: str = Field(foreign_key="project.id", sa_type=Id, index=True)
    agreement_id: str | None = Field(default=None, foreign_key="agreement.id", sa_type=Id)
    fact: str = Field(sa_type=one_of(*Fact))
    was: str
    now: str
    effective_on: date
    reason: str
    recorded_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


# ---- commands
def set_unit(
    work: Work,
    actor: Actor,
    project_id: str,
    *,
    unit_id: str,
    effective_on: date,
    reason: str,
    version: int,
) -> Amendment:
    """Give a project to another responsible unit since a day."""
    actor.must(Duty.EDIT_DEALS)
    project = _project(work, project_id, version, effective_on, {"unit_id": unit_id})
    if work.session.get(Unit, unit_id) is None:
        raise NotFoundError
    was = project.unit_id or ""
    project.unit_id = unit_id
    return _amend(
        work, actor, project, Fact.UNIT, was, unit_id, effective_on=effective_on, reason=reason
    )


def set_planned(
    work: Work,
    actor: Actor,
    project_id: str,
    *,
    planned_fen: int,
    effective_on: date,
    reason: str,
    version: int,
) -> Amendment:
    """Change what a project plans to invest since a day."""
    actor.must(Duty.EDIT_DEALS)
    mine = {"planned_investment_fen": planned_fen}
    project = _project(work, project_id, version, effective_on, mine)
    if planned_fen <= 0:
        raise DomainError("A planned investment is more than nothing.", "Enter what is planned.")
    was = project.planned_investment_fen
    project.planned_investment_fen = planned_fen
    return _amend(
        *(work, actor, project, Fact.PLANNED, _text(was), _text(planned_fen)),
        effective_on=effective_on,
        reason=reason,
    )


def correct_amount(
    work: Work, actor: Actor, agreement_id: str, *, amount_fen: int, reason: str, version: int
) -> Amendment:
    """Put right the recorded amount of a contract, since its signing.

    A contract that was raised later is a supplement: another paper, with its own day.
    """
    actor.must(Duty.EDIT_DEALS)
    paper = _paper(work, agreement_id, version, {"amount_fen": amount_fen})
    if amount_fen <= 0:
        raise DomainError(
            "The amount of an agreement must be above zero.", "Enter the amount of the paper."
        )
    was, paper.amount_fen = paper.amount_fen, amount_fen
    return _amend(
        *(work, actor, paper, Fact.AMOUNT, _text(was), _text(amount_fen)),
        effective_on=paper.signed_on,
        reason=reason,
    )


def set_start_due(
    work: Work,
    actor: Actor,
    agreement_id: str,
    *,
    start_due_on: date,
    effective_on: date,
    reason: str,
    version: int,
) -> Amendment:
    """Change the day by which a contract lets its project start, since a day."""
    actor.must(Duty.EDIT_DEALS)
    paper = _paper(work, agreement_id, version, {"start_due_on": start_due_on})
    _refuse_odd_day(work, effective_on, since=paper.signed_on)
    if start_due_on < paper.signed_on:
        raise DomainError(
            "Construction is due on {due}, before the signing on {signed}.",
            "Check both dates against the paper.",
            due=start_due_on,
            signed=paper.signed_on,
        )
    was, paper.start_due_on = paper.start_due_on, start_due_on
    return _amend(
        *(work, actor, paper, Fact.START_DUE, _text(was), _text(start_due_on)),
        effective_on=effective_on,
        reason=reason,
    )


def _project(
    work: Work, project_id: str, version: int, effective_on: date, mine: Mapping[str, object]
) -> Project:
    project = projects.get(work, project_id)
    if project.version != version:
        theirs = {name: getattr(project, name) for name in mine}
        raise StaleError(
            mine={**mine, "version": version}, theirs=theirs | {"version": project.version}
        )
    _refuse_odd_day(work, effective_on, since=project.first_heard_on)
    return project


def _paper(work: Work, agreement_id: str, version: int, mine: Mapping[str, object]) -> Agreement:
    paper = agreements.get(work, agreement_id)
    if paper.version != version:
        theirs = {name: getattr(paper, name) for name in mine}
        raise StaleError(
            mine={**mine, "version": version}, theirs=theirs | {"version": paper.version}
        )
    if paper.kind != AgreementKind.FORMAL:
        raise DomainError(
            "A framework agreement binds neither amount nor start.",
            "Amend the formal contract, or record it first.",
        )
    return paper


def _refuse_odd_day(work: Work, effective_on: date, *, since: date) -> None:
    if effective_on > work.today():
        raise DomainError(
            "{on} is still to come.", "Record it once it has happened.", on=effective_on
        )
    if effective_on < since:
        raise DomainError(
            "There was nothing to amend on {on}: it began on {since}.",
            "Choose that day or a later one.",
            on=effective_on,
            since=since,
        )


def _amend(
    work: Work,
    actor: Actor,
    subject: Project | Agreement,
    fact: Fact,
    was: str,
    now: str,
    *,
    effective_on: date,
    reason: str,
) -> Amendment:
    if was == now:
        raise DomainError("Nothing would be different.", "Enter another value, or close the form.")
    if not reason.strip():
        raise DomainError(
            "An amendment needs its reason.", "Say in one sentence why it is another now."
        )
    paper_id = subject.id if isinstance(subject, Agreement) else None
    subject.version += 1
    work.add(subject)
    row = work.add(
        Amendment(
            project_id=subject.project_id if isinstance(subject, Agreement) else subject.id,
            agreement_id=paper_id,
            fact=fact.value,
            was=was,
            now=now,
            effective_on=effective_on,
            reason=reason.strip(),
            recorded_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=subject.is_demo,
        )
    )
    kind = "agreement" if paper_id else "project"
    audit.write(
        *(work, actor, f"{kind}:amend", kind, subject.id),
        before={fact.value: was},
        after={fact.value: now, "effective_on": effective_on, "reason": row.reason},
    )
    return row


def _text(value: int | date | None) -> str:
    return "" if value is None else str(value)


# ---- reads
def at(
    work: Work,
    as_of: date,
    *,
    known_at: datetime | None = None,
    among: Sequence[Fact] = tuple(Fact),
) -> Amended:
    """Read the amendments of some facts with one query, to be asked for a close and a moment."""
    said: dict[tuple[str, Fact], list[Said]] = {}
    for row in _rows(work, col(Amendment.fact).in_([fact.value for fact in among])):
        key = (row.agreement_id or row.project_id, Fact(row.fact))
        said.setdefault(key, []).append(
            Said(
                project_id=row.project_id,
                was=row.was,
                now=row.now,
                effective_on=row.effective_on,
                reason=row.reason,
                recorded_at=row.recorded_at,
            )
        )
    return Amended(as_of, known_at, said)


def _rows(work: Work, *where: sa.ColumnElement[bool]) -> Sequence[Amendment]:
    found: Sequence[Amendment] = (
        work.session.execute(
            sa.select(Amendment)
            .where(*where)
            .order_by(col(Amendment.recorded_at), col(Amendment.id))
        )
        .scalars()
        .all()
    )
    return found


def of_project(
    work: Work, project_id: str, written: Callable[[Fact, str], str]
) -> list[AmendmentLine]:
    """Return the amendments of a project and its papers, newest first; `written` words a value."""
    names = dict(work.rows(sa.select(col(Account.id), col(Account.name))))
    papers = dict(
        work.rows(
            sa.select(col(Agreement.id), col(Agreement.code)).where(
                col(Agreement.project_id) == project_id
            )
        )
    )
    return [
        AmendmentLine(
            fact=Fact(row.fact),
            paper_code=papers.get(row.agreement_id or "", ""),
            was=written(Fact(row.fact), row.was),
            now=written(Fact(row.fact), row.now),
            effective_on=row.effective_on,
            reason=row.reason,
            recorded_by=names.get(row.recorded_by, ""),
            recorded_at=row.recorded_at,
            is_demo=row.is_demo,
        )
        for row in reversed(_rows(work, col(Amendment.project_id) == project_id))
    ]
