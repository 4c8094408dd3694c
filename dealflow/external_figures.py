"""External figures: what other districts have reached, taken over from a document that says so.

They stand in nobody's rows here, so each names its document, the place in it and the file by hash.
A figure is added, never edited: a correction is one more version with its reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import definitions
from dealflow.first_definitions import Definition
from portfolio.figures import Figure, FigureRow, Source, Unit
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import StoredFile

WHOLE = frozenset({Unit.FEN, Unit.COUNT})
LONGEST_NAME = 40


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One figure as it is to be recorded; fen for amounts, a plain number for counts."""

    district: str
    code: str
    period_from: date
    period_to: date
    numerator: int
    denominator: int | None  # of a rate
    target: int | None
    document: str
    place: str  # page, table or row of the document
    reason: str = ""  # of a correction
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """One version of a figure with the file that shows it."""

    figure_id: str
    entry: Entry
    version: int
    file_id: str
    file_name: str
    file_sha256: str
    recorded_at: datetime
    is_newest: bool

    @property
    def value(self) -> float | int:
        """The figure: numerator over denominator for a rate, else the numerator."""
        at = self.entry
        return at.numerator if at.denominator is None else at.numerator / at.denominator


# ---- rules
def refuse_odd(entry: Entry, means: Definition | None) -> None:
    """Refuse a figure that could not be laid beside one of ours."""
    if means is None:
        raise DomainError(
            "{code} has no definition here, so nothing could be laid beside it.",
            "Use the code of a measure under 口径.",
            code=entry.code,
        )
    if not entry.district.strip() or len(entry.district) > LONGEST_NAME:
        raise DomainError(
            "The district has no name, or one of over {most} characters.",
            "Enter its usual short name.",
            most=LONGEST_NAME,
        )
    if not entry.document.strip():
        raise DomainError(
            "The figure does not say where it comes from.", "Name the document and the page."
        )
    if entry.period_from > entry.period_to:
        raise DomainError(
            "The period begins on {begins}, after its end on {ends}.",
            "Check both days against the document.",
            begins=entry.period_from,
            ends=entry.period_to,
        )
    is_rate = means.unit not in WHOLE
    if is_rate != (entry.denominator is not None):
        raise DomainError(
            "A rate is entered by numerator and denominator, an amount or count without.",
            "Take both parts of {code} from the document, or leave the denominator empty.",
            code=entry.code,
        )
    if entry.numerator < 0 or (entry.denominator is not None and entry.denominator <= 0):
        raise DomainError(
            "A figure is nothing or more, and its denominator more than nothing.",
            "Check both numbers against the document.",
        )
    if entry.target is not None and (is_rate or entry.target <= 0):
        raise DomainError(
            "A target belongs to an amount or a count, and is more than nothing.",
            "Leave it empty if the document names none.",
        )


def figure_of(one: External, means: Definition) -> Figure:
    """Return it as a figure whose one row is the document."""
    at = one.entry
    row = FigureRow(
        label=f"{at.document} {at.place}".strip(),
        kind="document",
        subject_id=one.figure_id,
        on=at.period_to,
        amount_fen=at.numerator if means.unit is Unit.FEN else None,
        is_demo=at.is_demo,
    )
    return Figure(
        code=at.code,
        value=one.value,
        unit=means.unit,
        definition=means.definition,
        version=means.version,
        numerator=at.numerator if at.denominator is not None else None,
        denominator=at.denominator,
        source=Source.DEMO if at.is_demo else Source.PUBLISHED,
        rows=(row,),
    )


# ---- rows
class ExternalFigure(Row, table=True):
    """One version of another district's figure."""

    __tablename__ = "external_figure"
    __table_args__ = strict(
        sa.UniqueConstraint("district", "code", "period_from", "period_to", "version"),
        sa.CheckConstraint("denominator IS NULL OR denominator > 0", name="denominator_positive"),
        sa.CheckConstraint("target IS NULL OR target > 0", name="target_positive"),
        sa.CheckConstraint("numerator >= 0", name="numerator_not_negative"),
        sa.CheckConstraint("period_from <= period_to", name="period_runs_forward"),
        sa.CheckConstraint("document <> '' AND district <> ''", name="cited"),
        sa.CheckConstraint("(version = 1) = (reason = '')", name="correction_has_reason"),
    )

    district: str
    code: str
    period_from: date
    period_to: date
    version: int
    numerator: int = Field(sa_type=sa.BigInteger)
    denominator: int | None = Field(default=None, sa_type=sa.BigInteger)
    target: int | None = Field(default=None, sa_type=sa.BigInteger)
    document: str
    place: str = ""
    file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    reason: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def record(work: Work, actor: Actor, entry: Entry, *, file_id: str | None) -> ExternalFigure:
    """Record a figure, or the correction of one: then `reason` says what was wrong."""
    actor.must(Duty.EDIT_DEALS)
    refuse_odd(entry, definitions.in_force(work, entry.period_to).get(entry.code))
    if entry.period_to > work.today():
        raise DomainError(
            "The period ends on {ends}, which has not come.",
            "Enter what was reached, not what is planned.",
            ends=entry.period_to,
        )
    if file_id is None:
        raise DomainError(
            "The document of the figure is missing.", "Upload it as PDF, image or workbook."
        )
    last = _last_version(work, entry)
    if last and not entry.reason.strip():
        raise DomainError(
            "{district} has a figure for {code} up to {ends} already.",
            "Say why it is corrected; the earlier version stays.",
            district=entry.district,
            code=entry.code,
            ends=entry.period_to,
        )
    row = work.add(
        ExternalFigure(
            district=entry.district.strip(),
            code=entry.code,
            period_from=entry.period_from,
            period_to=entry.period_to,
            version=last + 1,
            numerator=entry.numerator,
            denominator=entry.denominator,
            target=entry.target,
            document=entry.document.strip(),
            place=entry.place.strip(),
            file_id=files.get(work, file_id).id,
            reason=entry.reason.strip() if last else "",
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=entry.is_demo,
        )
    )
    after = {"district": row.district, "code": row.code, "version": row.version}
    after |= {"numerator": row.numerator, "denominator": row.denominator, "file": row.file_id}
    audit.write(work, actor, "external:record", "external_figure", row.id, after=after)
    return row


def _last_version(work: Work, entry: Entry) -> int:
    highest = sa.select(sa.func.coalesce(sa.func.max(col(ExternalFigure.version)), 0)).where(
        col(ExternalFigure.district) == entry.district.strip(),
        col(ExternalFigure.code) == entry.code,
        col(ExternalFigure.period_from) == entry.period_from,
        col(ExternalFigure.period_to) == entry.period_to,
    )
    return int(work.scalar(highest))


# ---- reads
def every(work: Work, until: date, *, with_demo: bool = True) -> list[External]:
    """Return every version of the figures of periods that ended by a day, newest period first."""
    statement = (
        sa.select(ExternalFigure, StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(ExternalFigure.file_id))
        .where(col(ExternalFigure.period_to) <= until)
        .order_by(
            col(ExternalFigure.period_to).desc(),
            col(ExternalFigure.district),
            col(ExternalFigure.code),
            col(ExternalFigure.version).desc(),
        )
    )
    if not with_demo:
        statement = statement.where(col(ExternalFigure.is_demo).is_(False))
    found: list[External] = []
    seen: set[tuple[str, str, date, date]] = set()
    for row, file in work.rows(statement):
        key = (row.district, row.code, row.period_from, row.period_to)
        found.append(_external(row, file, is_newest=key not in seen))
        seen.add(key)
    return found


def _external(row: ExternalFigure, file: StoredFile, *, is_newest: bool) -> External:
    return External(
        figure_id=row.id,
        entry=Entry(
            district=row.district,
            code=row.code,
            period_from=row.period_from,
            period_to=row.period_to,
            numerator=row.numerator,
            denominator=row.denominator,
            target=row.target,
            document=row.document,
            place=row.place,
            reason=row.reason,
            is_demo=row.is_demo,
        ),
        version=row.version,
        file_id=file.id,
        file_name=file.name,
        file_sha256=file.sha256,
        recorded_at=row.recorded_at,
        is_newest=is_newest,
    )


def of_period(every_: Iterable[External], begins: date, ends: date) -> list[External]:
    """Return the newest version of each figure of exactly a period."""
    return [
        one
        for one in every_
        if one.is_newest and (one.entry.period_from, one.entry.period_to) == (begins, ends)
    ]
