"""Clauses: the text of an agreement, kept in the words that were signed.

A clause is added, never edited: changed words are a further clause that takes the place of the
former, with the day on which the change was signed. Conditions are read from it
(clause_reading.py) and confirmed by a person; the dated rules on fair competition are held
against it (clause_rules.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import agreements
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError

LONGEST_CLAUSE, MOST_CLAUSES = 2_000, 200
# 第三条 / 3. / 3、 / (三) at the head of a line begins a clause
HEAD = re.compile(
    r"(?m)^\s*(?=第[一二三四五六七八九十百\d]+条|\d+(?:\.\d+)*[.、)）]|[（(][一二三四五六七八九十\d]+[)）])"
)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of an agreement."""

    clause_id: str
    agreement_id: str
    no: int
    text: str
    is_demo: bool
    changed_on: date | None = None  # the day its words were changed, None: as first signed
    replaces_no: int | None = None
    replaced_by_no: int | None = None


# ---- rules
def split(text: str) -> list[str]:
    """Return the clauses of a pasted text: by their numbers, else by empty lines."""
    parts = HEAD.split(text)
    if len([part for part in parts if part.strip()]) <= 1:
        parts = re.split(r"\n\s*\n", text)
    return [" ".join(part.split()) for part in parts if part.strip()]


# ---- rows
class AgreementClause(Row, table=True):
    """A clause as it was pasted from the paper."""

    __tablename__ = "agreement_clause"
    __table_args__ = strict(
        sa.UniqueConstraint("agreement_id", "no"),
        sa.CheckConstraint("text <> ''", name="worded"),
        sa.CheckConstraint("no > 0", name="no_positive"),
    )

    agreement_id: str = Field(foreign_key="agreement.id", sa_type=Id, index=True)
    no: int
    text: str
    replaces_id: str | None = Field(default=None, foreign_key="agreement_clause.id", sa_type=Id)
    changed_on: date | None = None
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def keep(
    work: Work, actor: Actor, agreement_id: str, text: str, *, is_demo: bool = False
) -> list[AgreementClause]:
    """Keep the clauses of a pasted text; those that are there already are not kept twice."""
    actor.must(Duty.EDIT_DEALS)
    paper = agreements.get(work, agreement_id)
    known = of_agreement(work, agreement_id)
    parts = [part for part in split(text) if part not in {one.text for one in known}]
    if not parts:
        raise DomainError(
            "There is no new clause in this text.", "Paste the words of the signed paper."
        )
    if any(len(part) > LONGEST_CLAUSE for part in parts) or len(known) + len(parts) > MOST_CLAUSES:
        raise DomainError(
            "A clause has {most} characters at most, and an agreement {count} clauses.",
            "Paste the clauses one by one, each with its number.",
            most=LONGEST_CLAUSE,
            count=MOST_CLAUSES,
        )
    rows = [
        work.add(
            AgreementClause(
                agreement_id=paper.id,
                no=no,
                text=part,
                recorded_at=work.recorded_at,
                recorded_by=actor.id,
                is_demo=is_demo or paper.is_demo,
            )
        )
        for no, part in enumerate(parts, start=len(known) + 1)
    ]
    after = {"agreement": paper.code, "clauses": [row.no for row in rows]}
    audit.write(work, actor, "agreement:clauses", "agreement", paper.id, after=after)
    return rows


def change(work: Work, actor: Actor, clause_id: str, *, text: str, on: date) -> AgreementClause:
    """Record the changed words of a clause, in force from the day they were signed on."""
    actor.must(Duty.EDIT_DEALS)
    was = get(work, clause_id)
    paper = agreements.get(work, was.agreement_id)
    known = of_agreement(work, paper.id)
    if any(one.replaced_by_no for one in known if one.clause_id == was.id):
        raise DomainError(
            "Clause {no} was changed already.", "Change the one that took its place.", no=was.no
        )
    words = " ".join(text.split())
    if not words or words == was.text:
        raise DomainError(
            "There is no new clause in this text.", "Paste the words of the signed paper."
        )
    if len(words) > LONGEST_CLAUSE or len(known) >= MOST_CLAUSES:
        raise DomainError(
            "A clause has {most} characters at most, and an agreement {count} clauses.",
            "Paste the clauses one by one, each with its number.",
            most=LONGEST_CLAUSE,
            count=MOST_CLAUSES,
        )
    if not (was.changed_on or paper.signed_on) <= on <= work.today():
        raise DomainError(
            "The change is dated {on}, outside the time from {signed} to today.",
            "Check the date on the supplementary agreement.",
            on=on,
            signed=was.changed_on or paper.signed_on,
        )
    row = work.add(
        AgreementClause(
            agreement_id=paper.id,
            no=max(one.no for one in known) + 1,
            text=words,
            replaces_id=was.id,
            changed_on=on,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=was.is_demo,
        )
    )
    after = {"agreement": paper.code, "clause": row.no, "replaces": was.no, "on": str(on)}
    audit.write(work, actor, "agreement:clause_change", "agreement", paper.id, after=after)
    return row


# ---- reads
def of_agreement(work: Work, agreement_id: str) -> list[Clause]:
    """Return the clauses of one agreement by number."""
    return of_agreements(work, [agreement_id])


def of_agreements(work: Work, agreement_ids: Sequence[str]) -> list[Clause]:
    """Return the clauses of several agreements."""
    rows = list(
        work.session.execute(
            sa.select(AgreementClause)
            .where(col(AgreementClause.agreement_id).in_(agreement_ids))
            .order_by(col(AgreementClause.agreement_id), col(AgreementClause.no))
        ).scalars()
    )
    numbers = {row.id: row.no for row in rows}
    replaced = {row.replaces_id: row.no for row in rows if row.replaces_id}
    return [
        Clause(
            clause_id=row.id,
            agreement_id=row.agreement_id,
            no=row.no,
            text=row.text,
            is_demo=row.is_demo,
            changed_on=row.changed_on,
            replaces_no=numbers.get(row.replaces_id or ""),
            replaced_by_no=replaced.get(row.id),
        )
        for row in rows
    ]


def get(work: Work, clause_id: str) -> AgreementClause:
    """Return a clause or answer like one that is not there."""
    row = work.session.get(AgreementClause, clause_id)
    if row is None:
        raise NotFoundError
    return row
