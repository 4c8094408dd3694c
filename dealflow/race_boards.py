"""Race boards: formulas as data, the board of a quarter, and what it says once it is restated.

A published board is kept as it was; worked out again it stands beside the published one.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import counted, definitions, district_board, race, targets
from dealflow.counted import Facts
from dealflow.race import Entrant, Line, Method, Part, Points
from dealflow.targets import Scope
from portfolio.figures import Figure
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from valuation.periods import Quarter, year_start

RANKED = (Scope.UNIT, Scope.CHAIN, Scope.SYSTEM, Scope.DISTRICT)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """One version of a published formula."""

    code: str
    version: int
    title: str
    title_en: str
    scope: Scope
    parts: tuple[Part, ...]
    valid_from: date
    source: str = ""
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The places of a year up to a day by one formula, and the figures behind each."""

    formula: Formula
    as_of: date
    lines: tuple[Line, ...]
    figures: dict[str, dict[str, Figure]]  # subject -> measure -> figure, with rows
    others_until: date | None = None  # of districts: the last day that others' figures speak of

    @property
    def mean(self) -> float:
        """The mean score."""
        return sum(line.score for line in self.lines) / len(self.lines) if self.lines else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A board as it was published."""

    board_id: str
    code: str
    version: int
    quarter: Quarter
    lines: tuple[Line, ...]
    sha256: str
    published_at: datetime
    is_demo: bool


# ---- rows
class RaceFormula(Row, table=True):
    """One version of a formula; `parts` is the canonical JSON of its parts."""

    __tablename__ = "race_formula"
    __table_args__ = strict(
        sa.UniqueConstraint("code", "version"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("title <> ''", name="titled"),
    )

    code: str
    version: int
    title: str
    title_en: str = ""
    scope: str = Field(sa_type=one_of(*RANKED))
    parts: str
    source: str = ""
    valid_from: date
    is_demo: bool = False


class RaceBoard(Row, table=True):
    """A board as it was published: `content` is the canonical text whose hash is `sha256`."""

    __tablename__ = "race_board"
    __table_args__ = strict(
        sa.UniqueConstraint("code", "quarter"),
        sa.CheckConstraint("length(sha256) = 64", name="sha256_whole"),
    )

    code: str
    version: int
    quarter: str
    content: str
    sha256: str
    published_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


# ---- commands
def set_formula(work: Work, actor: Actor, formula: Formula) -> RaceFormula:
    """Record a version of a formula; it follows the last in number and in time."""
    actor.must(Duty.EDIT_DEALS)
    last = work.rows(
        sa.select(col(RaceFormula.version), col(RaceFormula.valid_from), col(RaceFormula.scope))
        .where(col(RaceFormula.code) == formula.code)
        .order_by(col(RaceFormula.version).desc())
        .limit(1)
    )
    version, since = last[0][:2] if last else (0, date.min)
    if formula.version != version + 1 or formula.valid_from <= since:
        raise DomainError(
            "The formula {code} has the version {version}, in force since {since}.",
            "Give the new one the next number and a later day.",
            code=formula.code,
            version=version,
            since=since,
        )
    means = definitions.in_force(work, formula.valid_from)
    if unknown := [part.code for part in formula.parts if part.code not in means]:
        raise DomainError(
            "The formula ranks by {code}, which has no definition.",
            "Define the measure first.",
            code=unknown[0],
        )
    if version and Scope(last[0][2]) is not formula.scope:
        raise DomainError(
            "The formula {code} ranks others than the version before it.",
            "Give it a code of its own.",
            code=formula.code,
        )
    if not formula.parts or min(part.weight for part in formula.parts) <= 0:
        raise DomainError(
            "A formula needs parts, each with a weight above zero.", "Add a part or leave it out."
        )
    row = work.add(
        RaceFormula(
            code=formula.code,
            version=formula.version,
            title=formula.title,
            title_en=formula.title_en,
            scope=formula.scope.value,
            parts=audit.canonical([asdict(part) for part in formula.parts]),
            source=formula.source,
            valid_from=formula.valid_from,
            is_demo=formula.is_demo,
        )
    )
    after = {"code": row.code, "version": row.version, "parts": row.parts}
    audit.write(work, actor, "race:formula", "race", row.id, after=after)
    return row


def publish(work: Work, actor: Actor, code: str, quarter: Quarter) -> RaceBoard:
    """Publish the board of a quarter that is over; once."""
    actor.must(Duty.SEAL_HALF_MONTHS)
    if quarter.end >= work.today():
        raise DomainError(
            "The quarter {quarter} is not over yet.", "Publish its board later.", quarter=quarter
        )
    known = sa.select(col(RaceBoard.id)).where(
        col(RaceBoard.code) == code, col(RaceBoard.quarter) == str(quarter)
    )
    if work.scalar(known):
        raise DomainError(
            "The board of {quarter} is published already.",
            "A later change shows beside it as restated.",
            quarter=quarter,
        )
    found = board(work, code, quarter.end)
    if found.formula.scope is Scope.DISTRICT and found.others_until != quarter.end:
        raise DomainError(
            "No figure of another district up to {ends} is recorded.",
            "Record them from their documents first.",
            ends=quarter.end,
        )
    text = audit.canonical([asdict(line) for line in found.lines])
    row = work.add(
        RaceBoard(
            code=code,
            version=found.formula.version,
            quarter=str(quarter),
            content=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            published_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=any(line.is_demo for line in found.lines) or found.formula.is_demo,
        )
    )
    after = {"code": code, "quarter": str(quarter), "sha256": row.sha256}
    audit.write(work, actor, "race:publish", "race", row.id, after=after)
    return row


# ---- reads
def formulas(work: Work, as_of: date, *, with_demo: bool = True) -> list[Formula]:
    """Return the formulas in force on a day, by code."""
    statement = (
        sa.select(RaceFormula)
        .where(col(RaceFormula.valid_from) <= as_of)
        .order_by(col(RaceFormula.code), col(RaceFormula.version))
    )
    if not with_demo:
        statement = statement.where(col(RaceFormula.is_demo).is_(False))
    found = {row.code: _formula(row) for row in work.session.execute(statement).scalars()}
    return list(found.values())


def _formula(row: RaceFormula) -> Formula:
    return Formula(
        code=row.code,
        version=row.version,
        title=row.title,
        title_en=row.title_en,
        scope=Scope(row.scope),
        parts=tuple(
            Part(**{**part, "method": Method(part["method"])}) for part in json.loads(row.parts)
        ),
        valid_from=row.valid_from,
        source=row.source,
        is_demo=row.is_demo,
    )


def board(
    work: Work, code: str, as_of: date, *, with_demo: bool = True, facts: Facts | None = None
) -> Board:
    """Rank the year up to a day by the formula in force on it.

    facts  the rows of the year up to that day, where they were read already
    """
    formula = next((one for one in formulas(work, as_of) if one.code == code), None)
    if formula is None:
        raise NotFoundError
    if formula.scope is Scope.DISTRICT:
        return _of_districts(work, formula, as_of, with_demo=with_demo)
    asked = targets.set_for(work, as_of.year, formula.scope, with_demo=with_demo)
    facts = facts or counted.load(work, year_start(as_of), as_of, with_demo=with_demo)
    in_force = definitions.in_force(work, as_of)
    codes = [part.code for part in formula.parts]
    means = {one: in_force[one] for one in codes if one in in_force}
    subjects = [
        one
        for one in targets.subjects(work, formula.scope, as_of=as_of, with_demo=with_demo)
        if one.project_ids or any((one.subject_id, part) in asked for part in codes)
    ]
    figures = targets.figures_by_subject(facts, subjects, means)
    field = [
        Entrant(
            subject_id=one.subject_id,
            name=one.name,
            name_en=one.name_en,
            figures=figures[one.subject_id],
            targets={
                part: asked[one.subject_id, part]
                for part in codes
                if (one.subject_id, part) in asked
            },
            is_demo=one.is_demo
            or any(row.is_demo for fig in figures[one.subject_id].values() for row in fig.rows),
        )
        for one in subjects
    ]
    lines = race.rank(formula.parts, field)
    return Board(formula=formula, as_of=as_of, lines=lines, figures=figures)


def _of_districts(work: Work, formula: Formula, as_of: date, *, with_demo: bool) -> Board:
    ends = district_board.period_end(work, as_of, with_demo=with_demo)
    in_force = definitions.in_force(work, ends)
    means = {part.code: in_force[part.code] for part in formula.parts if part.code in in_force}
    field, figures = district_board.field(work, formula.parts, means, ends, with_demo=with_demo)
    return Board(
        formula=formula,
        as_of=ends,
        lines=race.rank(formula.parts, field),
        figures=figures,
        others_until=ends if len(field) > 1 else None,
    )


def published(work: Work, code: str, as_of: date) -> list[Published]:
    """Return the published boards of a formula up to a day, newest first."""
    rows = work.session.execute(
        sa.select(RaceBoard)
        .where(col(RaceBoard.code) == code)
        .order_by(col(RaceBoard.quarter).desc())
    ).scalars()
    return [
        Published(
            board_id=row.id,
            code=row.code,
            version=row.version,
            quarter=Quarter.parse(row.quarter),
            lines=_lines(row.content),
            sha256=row.sha256,
            published_at=row.recorded_at,
            is_demo=row.is_demo,
        )
        for row in rows
        if Quarter.parse(row.quarter).end <= as_of
    ]


def _lines(text: str) -> tuple[Line, ...]:
    return tuple(
        Line(**{**line, "parts": tuple(Points(**part) for part in line["parts"])})
        for line in json.loads(text)
    )


def restated(was: Published, now: Sequence[Line]) -> dict[str, tuple[Line | None, Line | None]]:
    """Return {subject: (published, now)} of the places that differ; None where it has none."""
    before = {line.subject_id: line for line in was.lines}
    after = {line.subject_id: line for line in now}
    return {
        subject_id: (before.get(subject_id), after.get(subject_id))
        for subject_id in before | after
        if _place(before.get(subject_id)) != _place(after.get(subject_id))
    }


def _place(line: Line | None) -> tuple[int, float] | None:
    return None if line is None else (line.rank, line.score)
