"""Definitions: what each measure means, what was reported of it elsewhere, and what is expected.

A definition is data with a version: where its meaning changes, a new row says from which day on,
and a figure of an earlier day keeps the meaning it had.
"""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.figures import Unit
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, Message, say
from valuation.periods import Quarter


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One meaning of a measure. The sentences are msgids of the catalogue."""

    code: str
    unit: Unit
    definition: Message
    numerator: Message | None = None
    denominator: Message | None = None
    version: int = 1


SIGNED = say("Different projects with a formal contract signed in the period.")
CONTRACTED = say("Sum of the formal contracts signed in the period.")
IN_PLACE = say(
    "Sum of the verified money that arrived in the period, whichever year the project was signed."
)
STARTED = say("Different projects whose construction started in the period.")
FIRST: tuple[Definition, ...] = (
    Definition(code="projects_signed", unit=Unit.COUNT, definition=SIGNED),
    Definition(code="contract_amount", unit=Unit.FEN, definition=CONTRACTED),
    Definition(code="money_in_place", unit=Unit.FEN, definition=IN_PLACE),
    Definition(
        code="money_in_place_yoy",
        unit=Unit.RATIO,
        definition=say("Growth of the money in place over the same period of the year before."),
        numerator=say("Money in place in the period, less that of the year before."),
        denominator=say("Money in place in the same period of the year before."),
    ),
    Definition(code="projects_started", unit=Unit.COUNT, definition=STARTED),
    Definition(
        code="capital_conversion",
        unit=Unit.RATIO,
        definition=say(
            "Money in place in the period over the contract amount signed in the period."
        ),
        numerator=IN_PLACE,
        denominator=CONTRACTED,
    ),
    Definition(
        code="start_rate_period",
        unit=Unit.RATIO,
        definition=say(
            "Projects started in the period, whenever they were signed, over projects signed in it."
        ),
        numerator=STARTED,
        denominator=SIGNED,
    ),
    Definition(
        code="start_rate_cohort",
        unit=Unit.RATIO,
        definition=say(
            "Of the projects signed in the period that were due to start, the share that started."
        ),
        numerator=say("Those of them that had started by the end of the period."),
        denominator=say("Projects signed in the period and due to start by its end."),
    ),
    Definition(
        code="in_talks_count",
        unit=Unit.COUNT,
        definition=say("Projects whose stage at the end of the period is in talks."),
    ),
    Definition(
        code="in_talks_amount",
        unit=Unit.FEN,
        definition=say("Sum of the planned investment of the projects in talks."),
    ),
    Definition(
        code="size_5bn_projects",
        unit=Unit.COUNT,
        definition=say("Projects of the 5 billion yuan class signed in the period."),
    ),
    Definition(
        code="size_2bn_projects",
        unit=Unit.COUNT,
        definition=say("Projects of the 2 billion yuan class signed in the period."),
    ),
    Definition(
        code="started_or_land_count",
        unit=Unit.COUNT,
        definition=say(
            "Projects that have secured their site or started, and are not in production yet."
        ),
    ),
    Definition(
        code="can_start_this_year",
        unit=Unit.COUNT,
        definition=say(
            "Projects under formal contract, not started, that are due to start by the year's end."
        ),
    ),
)


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


# ---- commands
def define(work: Work, actor: Actor, *, valid_from: date = date(2000, 1, 1)) -> int:
    """Record the first version of every measure that has none yet; return how many were new."""
    actor.must(Duty.EDIT_DEALS)
    known = {code for (code,) in work.rows(sa.select(col(MeasureDefinition.code)).distinct())}
    new = [first for first in FIRST if first.code not in known]
    for first in new:
        redefine(work, actor, first, valid_from=valid_from)
    return len(new)


def redefine(
    work: Work, actor: Actor, definition: Definition, *, valid_from: date
) -> MeasureDefinition:
    """Record a version of a measure's meaning; it follows the last one in number and in time."""
    actor.must(Duty.EDIT_DEALS)
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
        )
    )
    after = {"code": row.code, "version": row.version, "definition": row.definition_text}
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
    """Return {code: definition} of a day; a measure without a row has its first meaning."""
    found = {first.code: first for first in FIRST}
    rows = work.session.execute(
        sa.select(MeasureDefinition)
        .where(col(MeasureDefinition.valid_from) <= as_of)
        .order_by(col(MeasureDefinition.version))
    ).scalars()
    for row in rows:
        found[row.code] = Definition(
            code=row.code,
            unit=Unit(row.unit),
            definition=Message(row.definition_text),
            numerator=Message(row.numerator_text) if row.numerator_text else None,
            denominator=Message(row.denominator_text) if row.denominator_text else None,
            version=row.version,
        )
    return found


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
