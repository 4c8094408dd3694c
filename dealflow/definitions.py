"""Definitions: what each measure means, what was reported of it elsewhere, and what is expected.

A definition is data with a version: where its meaning changes, a new row says from which day on,
and a figure of an earlier day keeps the meaning it had.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow.first_definitions import FIRST, Basis, Definition
from dealflow.tallies import TALLIES
from portfolio.figures import Unit
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, Message
from valuation.periods import Quarter


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A figure as others published it, kept in their words and never mixed with computed ones."""

    code: str
    period_from: date
    period_to: date
    value_text: str
    value: int | float | None  # in the unit of the measure
    at_least: bool
    denominator_given: bool
    note: str
    source: str


# ---- rows
class MeasureDefinition(Row, table=True):
    """One version of what a measure means."""

    __tablename__ = "measure_definition"
    __table_args__ = strict(
        sa.UniqueConstraint("code", "version"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("definition_text <> ''", name="worded"),
    )

    code: str
    version: int
    unit: str = Field(sa_type=one_of(*Unit))
    numerator_text: str = ""
    denominator_text: str = ""
    definition_text: str
    valid_from: date
    # Versions written before these three were columns have none: theirs are the built-in ones.
    numerator_query: str = ""
    denominator_query: str = ""
    basis: str = ""
    is_demo: bool = False


class ReportedFigure(Row, table=True):
    """What was published: an amount in fen or a plain number, whichever the measure has."""

    __tablename__ = "reported_figure"
    __table_args__ = strict(
        sa.UniqueConstraint("code", "period_from", "period_to", "source"),
        sa.CheckConstraint("period_from <= period_to", name="period_runs_forward"),
        sa.CheckConstraint("amount_fen IS NULL OR number IS NULL", name="one_value"),
        sa.CheckConstraint("value_text <> ''", name="quoted"),
    )

    code: str
    period_from: date
    period_to: date
    value_text: str
    amount_fen: int | None = Field(default=None, sa_type=Fen)
    number: float | None = None  # a count, or a ratio as a fraction
    at_least: bool = False
    denominator_given: bool = True
    note: str = ""
    source: str = ""
    is_demo: bool = False


class Expectation(Row, table=True):
    """What a year is expected to bring at least, in the unit of the measure (fen or count)."""

    __tablename__ = "expectation"
    __table_args__ = strict(
        sa.UniqueConstraint("year", "code"),
        sa.CheckConstraint("at_least > 0", name="at_least_positive"),
    )

    year: int
    code: str
    at_least: int = Field(sa_type=sa.BigInteger)
    is_demo: bool = False


# ---- rules
def refuse_uncomputable(definition: Definition) -> None:
    """Refuse a meaning that could not be computed: every rate has both parts, by known names."""
    is_rate = definition.unit not in {Unit.COUNT, Unit.FEN}
    for query in (definition.numerator_query, definition.denominator_query):
        if query and query not in TALLIES:
            raise DomainError(
                "There is no row set called {query}.",
                "Use one of: {known}.",
                query=query,
                known=", ".join(TALLIES),
            )
    if not definition.numerator_query or is_rate != bool(definition.denominator_query):
        raise DomainError(
            "The definition of {code} does not name what it is made of.",
            "Name one row set for a count or an amount, and two for a rate.",
            code=definition.code,
        )
    if not definition.definition.msgid.strip():
        raise DomainError(
            "The definition of {code} has no words.",
            "Say in one sentence what is divided by what.",
            code=definition.code,
        )


# ---- commands
def define(work: Work, actor: Actor) -> int:
    """Record every built-in version that is newer than what is recorded; return how many."""
    actor.must(Duty.EDIT_DEALS)
    known: dict[str, int] = dict(
        work.rows(
            sa.select(
                col(MeasureDefinition.code), sa.func.max(col(MeasureDefinition.version))
            ).group_by(col(MeasureDefinition.code))
        )
    )
    new = [first for first in FIRST if first.version > known.get(first.code, 0)]
    for first in new:
        redefine(work, actor, first, valid_from=first.valid_from)
    return len(new)


def redefine(
    work: Work, actor: Actor, definition: Definition, *, valid_from: date
) -> MeasureDefinition:
    """Record a version of a measure's meaning; it follows the last one in number and in time."""
    actor.must(Duty.EDIT_DEALS)
    refuse_uncomputable(definition)
    last = work.rows(
        sa.select(col(MeasureDefinition.version), col(MeasureDefinition.valid_from))
        .where(col(MeasureDefinition.code) == definition.code)
        .order_by(col(MeasureDefinition.version).desc())
        .limit(1)
    )
    version, since = last[0] if last else (0, None)
    if definition.version != version + 1 or (since is not None and valid_from <= since):
        raise DomainError(
            "The measure {code} has the version {version}, in force since {since}.",
            "Give the new one the next number and a later day.",
            code=definition.code,
            version=version,
            since=since or "—",
        )
    row = work.add(
        MeasureDefinition(
            code=definition.code,
            version=definition.version,
            unit=definition.unit.value,
            numerator_text=definition.numerator.msgid if definition.numerator else "",
            denominator_text=definition.denominator.msgid if definition.denominator else "",
            definition_text=definition.definition.msgid,
            valid_from=valid_from,
            numerator_query=definition.numerator_query,
            denominator_query=definition.denominator_query,
            basis=definition.basis.value,
        )
    )
    after = {
        "code": row.code,
        "version": row.version,
        "definition": row.definition_text,
        "numerator": row.numerator_query,
        "denominator": row.denominator_query,
    }
    audit.write(work, actor, "measure:define", "measure", row.id, after=after)
    return row


def note_reported(work: Work, actor: Actor, figure: ReportedFigure) -> ReportedFigure:
    """Keep a figure as it was published, with its source."""
    actor.must(Duty.EDIT_DEALS)
    row = work.add(figure)
    after = {"code": row.code, "value": row.value_text, "source": row.source}
    audit.write(work, actor, "measure:reported", "measure", row.id, after=after)
    return row


def expect(work: Work, actor: Actor, expectation: Expectation) -> Expectation:
    """Record what a year is expected to bring."""
    actor.must(Duty.EDIT_DEALS)
    row = work.add(expectation)
    after = {"year": row.year, "code": row.code, "at_least": row.at_least}
    audit.write(work, actor, "measure:expect", "measure", row.id, after=after)
    return row


# ---- reads
def in_force(work: Work, as_of: date) -> dict[str, Definition]:
    """Return {code: definition} of a day; a measure without a row has its built-in meaning.

    Measures of which no version is in force are absent: they can be neither shown nor published.
    """
    built_in = {(first.code, first.version): first for first in FIRST}
    found = {first.code: first for first in FIRST if first.valid_from <= as_of}
    rows = work.session.execute(
        sa.select(MeasureDefinition)
        .where(col(MeasureDefinition.valid_from) <= as_of)
        .order_by(col(MeasureDefinition.version))
    ).scalars()
    for row in rows:
        if row.code not in found or row.version >= found[row.code].version:
            found[row.code] = _definition(row, built_in.get((row.code, row.version)))
    return found


def versions(work: Work, code: str) -> list[Definition]:
    """Return the versions of a measure, oldest first."""
    built_in = {first.version: first for first in FIRST if first.code == code}
    rows = work.session.execute(
        sa.select(MeasureDefinition).where(col(MeasureDefinition.code) == code)
    ).scalars()
    recorded = {row.version: _definition(row, built_in.get(row.version)) for row in rows}
    return [one for _, one in sorted((built_in | recorded).items())]


def _definition(row: MeasureDefinition, built_in: Definition | None) -> Definition:
    old = built_in if built_in and not row.numerator_query else None
    return Definition(
        code=row.code,
        unit=Unit(row.unit),
        definition=Message(row.definition_text),
        numerator=Message(row.numerator_text) if row.numerator_text else None,
        numerator_query=old.numerator_query if old else row.numerator_query,
        denominator=Message(row.denominator_text) if row.denominator_text else None,
        denominator_query=old.denominator_query if old else row.denominator_query,
        basis=old.basis if old else Basis(row.basis),
        version=row.version,
        valid_from=row.valid_from,
    )


def reported(work: Work, since: date, as_of: date) -> list[Reported]:
    """Return what was published for exactly this period."""
    rows = work.session.execute(
        sa.select(ReportedFigure)
        .where(
            col(ReportedFigure.period_from) == since,
            col(ReportedFigure.period_to) == as_of,
        )
        .order_by(col(ReportedFigure.code), col(ReportedFigure.id))
    ).scalars()
    return [
        Reported(
            code=row.code,
            period_from=row.period_from,
            period_to=row.period_to,
            value_text=row.value_text,
            value=row.amount_fen if row.amount_fen is not None else row.number,
            at_least=row.at_least,
            denominator_given=row.denominator_given,
            note=row.note,
            source=row.source,
        )
        for row in rows
    ]


def quarters_reported(work: Work, kind: str, as_of: date) -> set[Quarter]:
    """Return the quarters about which something of a kind was published by a day.

    The quarter ends the code, as in race_board_2023Q1: what is published of it may come later.
    """
    codes = work.rows(
        sa.select(col(ReportedFigure.code)).where(
            col(ReportedFigure.code).startswith(f"{kind}_"),
            col(ReportedFigure.period_to) <= as_of,
        )
    )
    return {Quarter.parse(code.removeprefix(f"{kind}_")) for (code,) in codes}


def expectations(work: Work, year: int) -> dict[str, int]:
    """Return {code: at least} for a year, in the unit of the measure."""
    return dict(
        work.rows(
            sa.select(col(Expectation.code), col(Expectation.at_least)).where(
                col(Expectation.year) == year
            )
        )
    )
