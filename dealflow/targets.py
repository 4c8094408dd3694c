"""Targets: what a year asks of the district, a unit, an industry system or a chain.

A target is only added to: what was set later replaces what was set before, and both stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import amendments, counted, definitions, measures
from dealflow.amendments import Fact
from dealflow.chains import Chain
from dealflow.counted import Facts
from dealflow.first_definitions import Definition
from dealflow.projects import Project
from dealflow.units import IndustrySystem, Unit
from portfolio.figures import Figure
from portfolio.figures import Unit as Counts
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from valuation.periods import year_elapsed, year_start

DISTRICT = "district"


# ---- facts
class Scope(StrEnum):
    """Whose target it is."""

    DISTRICT = "district"
    SYSTEM = "system"
    CHAIN = "chain"
    UNIT = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One unit, system or chain, and the projects that are its own."""

    scope: Scope
    subject_id: str
    name: str
    name_en: str
    project_ids: frozenset[str]
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How far a target has come, beside the share of the year that is over."""

    subject: Subject
    target: int  # fen or count
    figure: Figure
    share: float
    year_elapsed: float

    @property
    def ahead(self) -> float:
        """How far the share is ahead of time, below zero: behind."""
        return self.share - self.year_elapsed


# ---- rows
class Target(Row, table=True):
    """What a year asks of a subject, in the unit of the measure (fen or count)."""

    __tablename__ = "target"
    __table_args__ = strict(
        sa.CheckConstraint("at_least > 0", name="at_least_positive"),
        sa.Index("ix_target_year_scope", "year", "scope"),
    )

    year: int
    scope: str = Field(sa_type=one_of(*Scope))
    subject_id: str  # id of a unit or chain, code of a system, "district"
    code: str
    at_least: int = Field(sa_type=sa.BigInteger)
    recorded_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


# ---- commands
def set_target(
    work: Work,
    actor: Actor,
    *,
    year: int,
    scope: Scope,
    subject_id: str,
    code: str,
    at_least: int,
    is_demo: bool = False,
) -> Target:
    """Set what a year asks of a subject; an earlier target stays in the history."""
    actor.must(Duty.EDIT_DEALS)
    means = definitions.in_force(work, date(year, 12, 31)).get(code)
    if means is None or means.unit not in {Counts.FEN, Counts.COUNT}:
        raise DomainError(
            "{code} is no amount and no count that could be asked of a year.",
            "Choose the contract amount, the money in place or the projects started.",
            code=code,
        )
    if at_least <= 0:
        raise DomainError("A target is more than nothing.", "Enter what the year asks for.")
    if subject_id not in {one.subject_id for one in subjects(work, scope)}:
        raise NotFoundError
    row = work.add(
        Target(
            year=year,
            scope=scope.value,
            subject_id=subject_id,
            code=code,
            at_least=at_least,
            recorded_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=is_demo,
        )
    )
    after = {"year": year, "scope": scope.value, "code": code, "at_least": at_least}
    audit.write(work, actor, "target:set", "target", subject_id, after=after)
    return row


# ---- reads
def subjects(
    work: Work, scope: Scope, *, as_of: date | None = None, with_demo: bool = True
) -> list[Subject]:
    """Return the subjects of a scope with the projects of each, by name.

    as_of  the close at which a unit had its projects; as it is now, unless a day is given
    """
    if scope is Scope.DISTRICT:
        every = frozenset(one for (one,) in work.rows(sa.select(col(Project.id))))
        whole = Subject(
            scope=scope,
            subject_id=DISTRICT,
            name="",
            name_en="",
            project_ids=every,
            is_demo=False,
        )
        return [whole]
    key, table, id_ = {
        Scope.SYSTEM: (col(Project.system_code), IndustrySystem, col(IndustrySystem.code)),
        Scope.CHAIN: (col(Project.chain_id), Chain, col(Chain.id)),
        Scope.UNIT: (col(Project.unit_id), Unit, col(Unit.id)),
    }[scope]
    own: dict[str, set[str]] = {}
    moved = None
    if scope is Scope.UNIT and as_of is not None:
        moved = amendments.at(work, as_of, among=(Fact.UNIT,))
    for now, project_id in work.rows(sa.select(key, col(Project.id))):
        subject_id = now if moved is None else moved.text(project_id, Fact.UNIT, now or "")
        own.setdefault(subject_id, set()).add(project_id)
    named = sa.select(id_, table.name, table.name_en, table.is_demo).order_by(id_)  # type: ignore[attr-defined]  # the three have these columns
    return [
        Subject(
            scope=scope,
            subject_id=subject_id,
            name=name,
            name_en=name_en,
            project_ids=frozenset(own.get(subject_id, ())),
            is_demo=is_demo,
        )
        for subject_id, name, name_en, is_demo in work.rows(named)
        if with_demo or not is_demo
    ]


def set_for(
    work: Work, year: int, scope: Scope, *, with_demo: bool = True
) -> dict[tuple[str, str], int]:
    """Return {(subject, measure): what the year asks}; the last set counts."""
    statement = (
        sa.select(col(Target.subject_id), col(Target.code), col(Target.at_least))
        .where(col(Target.year) == year, col(Target.scope) == scope.value)
        .order_by(col(Target.recorded_at), col(Target.id))
    )
    if not with_demo:
        statement = statement.where(col(Target.is_demo).is_(False))
    found = {(subject_id, code): at_least for subject_id, code, at_least in work.rows(statement)}
    if scope is Scope.DISTRICT:
        for code, at_least in definitions.expectations(work, year).items():
            found.setdefault((DISTRICT, code), at_least)
    return found


def figures_by_subject(
    facts: Facts,
    subjects_: list[Subject],
    means: Mapping[str, Definition],
) -> dict[str, dict[str, Figure]]:
    """Return {subject: {measure: figure}} from one reading of the rows."""
    found = {}
    for subject in subjects_:
        own = subject.project_ids
        part = (
            facts
            if subject.scope is Scope.DISTRICT
            else facts.where(lambda row, own=own: row.project_id in own)  # type: ignore[misc]  # a default binds the loop's value
        )
        found[subject.subject_id] = {
            figure.code: figure for figure in measures.figures_of(part, means)
        }
    return found


def part_figures(
    work: Work,
    since: date,
    as_of: date,
    part: Subject,
    *,
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> tuple[Figure, ...]:
    """Return every measure of one unit, system or chain."""
    facts = counted.load(work, since, as_of, known_at=known_at, with_demo=with_demo)
    own = facts.where(lambda row: row.project_id in part.project_ids)
    return measures.figures_of(own, definitions.in_force(work, as_of))


def paces(work: Work, as_of: date, scope: Scope, *, with_demo: bool = True) -> list[Pace]:
    """Return every target of the year with what has come of it, best share first."""
    asked = set_for(work, as_of.year, scope, with_demo=with_demo)
    known = {one.subject_id: one for one in subjects(work, scope, as_of=as_of, with_demo=with_demo)}
    facts = counted.load(work, year_start(as_of), as_of, with_demo=with_demo)
    in_force = definitions.in_force(work, as_of)
    means = {code: in_force[code] for _, code in asked if code in in_force}
    owners = [known[one] for one in dict.fromkeys(one for one, _ in asked) if one in known]
    figures = figures_by_subject(facts, owners, means)
    found = []
    for (subject_id, code), at_least in asked.items():
        if subject_id not in known or code not in means:
            continue
        figure = figures[subject_id][code]
        assert isinstance(figure.value, int), f"{code} is no amount or count"
        found.append(
            Pace(
                subject=known[subject_id],
                target=at_least,
                figure=figure,
                share=figure.value / at_least,
                year_elapsed=year_elapsed(as_of),
            )
        )
    return sorted(found, key=lambda pace: (pace.figure.code, -pace.share, pace.subject.name))
