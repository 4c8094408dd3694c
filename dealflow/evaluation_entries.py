"""Evaluation entries: what a fund reports, with its paper, where no row here can tell.

An entry is added, never edited; the last one recorded for a day counts from that day on.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.figures import FigureRow
from portfolio.funds import Fund
from portfolio.kernel import audit, files
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError

PPM = 1_000_000


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What the fund said of an indicator."""

    entry_id: str
    code: str
    on: date
    value: float
    text: str
    file_id: str
    is_demo: bool

    @property
    def row(self) -> FigureRow:
        """The row behind the indicator: the paper."""
        return FigureRow(
            label=self.text,
            kind="self_report",
            subject_id=self.file_id,
            on=self.on,
            is_demo=self.is_demo,
        )


# ---- rows
class EvaluationEntry(Row, table=True):
    """One self-report."""

    __tablename__ = "evaluation_entry"
    __table_args__ = strict(sa.CheckConstraint("\"text\" <> ''", name="worded"))

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    code: str
    on: date
    value_ppm: int = Field(sa_type=sa.BigInteger)
    text: str
    file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def report(
    work: Work,
    actor: Actor,
    fund_id: str,
    *,
    code: str,
    on: date,
    value_ppm: int,
    text: str,
    file_id: str | None,
    is_demo: bool = False,
) -> EvaluationEntry:
    """Record what the fund says of an indicator, with the paper that shows it.

    value_ppm  millionths of the indicator's unit: 850,000 is 85 %
    """
    actor.must(Duty.EDIT_FUNDS)
    if work.session.get(Fund, fund_id) is None:
        raise NotFoundError
    if not text.strip():
        raise DomainError(
            "The report does not say what the value rests on.", "Describe it in one sentence."
        )
    if file_id is None:
        raise DomainError("The paper of the report is missing.", "Upload it as PDF or image.")
    if on > work.today() or value_ppm < 0:
        raise DomainError(
            "A report is of a day that has come, and its value is zero or more.",
            "Check the day and the value.",
        )
    row = work.add(
        EvaluationEntry(
            fund_id=fund_id,
            code=code,
            on=on,
            value_ppm=value_ppm,
            text=text.strip(),
            file_id=files.get(work, file_id).id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"code": code, "on": str(on), "value_ppm": value_ppm, "file": row.file_id}
    audit.write(work, actor, "evaluation:report", "fund", fund_id, after=after)
    return row


# ---- reads
def of_fund(
    work: Work, fund_id: str, as_of: date, *, with_demo: bool = True
) -> dict[str, Reported]:
    """Return {indicator: what was last reported of it by a day}."""
    statement = (
        sa.select(EvaluationEntry)
        .where(col(EvaluationEntry.fund_id) == fund_id, col(EvaluationEntry.on) <= as_of)
        .order_by(
            col(EvaluationEntry.on), col(EvaluationEntry.recorded_at), col(EvaluationEntry.id)
        )
    )
    if not with_demo:
        statement = statement.where(col(EvaluationEntry.is_demo).is_(False))
    return {
        row.code: Reported(
            entry_id=row.id,
            code=row.code,
            on=row.on,
            value=row.value_ppm / PPM,
            text=row.text,
            file_id=row.file_id,
            is_demo=row.is_demo,
        )
        for row in work.session.execute(statement).scalars()
    }
