"""Editions: a fund's report on a quarter, from draft over review to lock, and issued again.

An edition is one number of the report to all partners. Its state is derived from its steps; what a
locked one said is kept by `issued`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import funds
from portfolio.indices import IndexSeries
from portfolio.kernel import audit
from portfolio.kernel.actors import Account, Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, Message, NotFoundError, say
from valuation.periods import Quarter


# ---- facts
class State(StrEnum):
    """Where an edition stands."""

    DRAFT = "draft"
    REVIEW = "review"
    LOCKED = "locked"


WORDS: Mapping[State, Message] = {
    State.DRAFT: say("Draft"),
    State.REVIEW: say("In review"),
    State.LOCKED: say("Locked"),
}


class StepKind(StrEnum):
    """What moves a draft to and fro before it is locked."""

    SUBMIT = "submit"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSeen:
    """One step with the person who took it."""

    kind: str  # begin, submit, return, lock
    at: datetime
    by: str
    note: str


# ---- rules
def state(kinds: Sequence[str], *, is_locked: bool) -> State:
    """Derive the state from the steps in their order. It is stored nowhere."""
    if is_locked:
        return State.LOCKED
    return State.REVIEW if kinds and kinds[-1] == StepKind.SUBMIT else State.DRAFT


# ---- rows
class ReportEdition(Row, table=True):
    """One number of a fund's report on a quarter; a later one says why it came."""

    __tablename__ = "report_edition"
    __table_args__ = strict(
        sa.UniqueConstraint("fund_id", "ends_on", "number"),
        sa.UniqueConstraint("id", "prepared_by"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("(number = 1) = (reason = '')", name="reissue_has_reason"),
    )

    fund_id: str = Field(foreign_key="fund.id", sa_type=Id, index=True)
    ends_on: date
    number: int
    reason: str
    index_id: str | None = Field(default=None, foreign_key="index_series.id", sa_type=Id)
    prepared_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False

    @property
    def quarter(self) -> Quarter:
        """Return the quarter reported on."""
        return Quarter.containing(self.ends_on)


class ReportStep(Row, table=True):
    """Submitted for review, or returned with a note."""

    __tablename__ = "report_step"
    __table_args__ = strict(
        sa.CheckConstraint("kind <> 'return' OR note <> ''", name="return_has_note")
    )

    edition_id: str = Field(foreign_key="report_edition.id", sa_type=Id, index=True)
    kind: str = Field(sa_type=one_of(*StepKind))
    note: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)


class ReportLock(Row, table=True):
    """The end of an edition: which books it speaks of, who reviewed it, and its audit line."""

    __tablename__ = "report_lock"
    __table_args__ = strict(
        sa.UniqueConstraint("edition_id"),
        sa.ForeignKeyConstraint(
            ["edition_id", "prepared_by"], ["report_edition.id", "report_edition.prepared_by"]
        ),
        sa.CheckConstraint("locked_by <> prepared_by", name="reviewer_is_not_preparer"),
    )

    edition_id: str = Field(sa_type=Id)
    prepared_by: str = Field(sa_type=Id)
    locked_by: str = Field(sa_type=Id)
    known_seq: int = Field(sa_type=sa.BigInteger)
    known_at: datetime = Field(sa_type=Instant)
    audit_seq: int = Field(sa_type=sa.BigInteger)
    audit_mac: str


# ---- commands
def begin(
    work: Work,
    actor: Actor,
    *,
    fund_id: str,
    quarter: Quarter,
    reason: str = "",
    index_id: str | None = None,
    is_demo: bool = False,
) -> ReportEdition:
    """Begin the report of a quarter, or issue it again with a reason.

    errors  a draft is open; the quarter is not over; a reissue without its reason
    """
    actor.must(Duty.PREPARE_REPORTS)
    fund = funds.get(work, actor, fund_id)
    reason = reason.strip()
    if quarter.end > work.today():
        raise DomainError(
            "{quarter} ends on {end}; there is no report on it yet.",
            "Choose an earlier quarter, or come back after that day.",
            quarter=str(quarter),
            end=quarter.end,
        )
    last = newest(work, fund_id, quarter)
    if last is not None and lock_of(work, last.id) is None:
        raise DomainError(
            "Number {number} of this report is still open.",
            "Finish it: submit it, have it reviewed and locked.",
            number=last.number,
        )
    if last is not None and not reason:
        raise DomainError(
            "A report that was issued is issued again only with a reason.",
            "Say in one sentence what was wrong; every partner reads it.",
        )
    if index_id is not None and work.session.get(IndexSeries, index_id) is None:
        raise NotFoundError
    edition = work.add(
        ReportEdition(
            fund_id=fund_id,
            ends_on=quarter.end,
            number=last.number + 1 if last else 1,
            reason=reason if last else "",
            index_id=index_id,
            prepared_by=actor.id,
            recorded_at=work.recorded_at,
            is_demo=is_demo or fund.is_demo,
        )
    )
    after = {"fund": fund.code, "quarter": str(quarter), "number": edition.number, "reason": reason}
    audit.write(work, actor, "report:begin", "report_edition", edition.id, after=after)
    return edition


def submit(work: Work, actor: Actor, edition_id: str, *, note: str = "") -> ReportStep:
    """Hand a draft over for review; only its preparer does."""
    actor.must(Duty.PREPARE_REPORTS)
    edition = in_state(work, actor, edition_id, State.DRAFT)
    if edition.prepared_by != actor.id:
        raise DomainError(
            "Only the one who prepared this report submits it.",
            "Ask that colleague; you may review it afterwards.",
        )
    return _step(work, actor, edition, StepKind.SUBMIT, note)


def give_back(work: Work, actor: Actor, edition_id: str, *, note: str) -> ReportStep:
    """Return a report under review to its preparer, with what is to be done."""
    actor.must(Duty.LOCK_REPORTS)
    edition = in_state(work, actor, edition_id, State.REVIEW)
    if not note.strip():
        raise DomainError(
            "A report goes back only with a note.", "Say what is to be changed before it is locked."
        )
    return _step(work, actor, edition, StepKind.RETURN, note.strip())


def _step(
    work: Work, actor: Actor, edition: ReportEdition, kind: StepKind, note: str
) -> ReportStep:
    step = work.add(
        ReportStep(
            edition_id=edition.id,
            kind=kind.value,
            note=note.strip(),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
        )
    )
    after = {"number": edition.number, "note": step.note}
    audit.write(work, actor, f"report:{kind}", "report_edition", edition.id, after=after)
    return step


def in_state(work: Work, actor: Actor, edition_id: str, wanted: State) -> ReportEdition:
    """Return an edition that stands where a command needs it, else refuse."""
    edition = work.session.get(ReportEdition, edition_id)
    if edition is None:
        raise NotFoundError
    funds.get(work, actor, edition.fund_id)
    if (found := state_of(work, edition_id)) is not wanted:
        raise DomainError(
            "This report is in the state “{found}”, not “{wanted}”.",
            "Reload the page: a colleague has moved it on.",
            found=WORDS[found],
            wanted=WORDS[wanted],
        )
    return edition


# ---- reads
def newest(work: Work, fund_id: str, quarter: Quarter) -> ReportEdition | None:
    """Return the edition with the highest number, None before the first."""
    return next(iter(of_quarter(work, fund_id, quarter)), None)


def of_quarter(work: Work, fund_id: str, quarter: Quarter) -> list[ReportEdition]:
    """Return the editions of a quarter, newest first."""
    return list(
        work.session.execute(
            sa.select(ReportEdition)
            .where(col(ReportEdition.fund_id) == fund_id, col(ReportEdition.ends_on) == quarter.end)
            .order_by(col(ReportEdition.number).desc())
        ).scalars()
    )


def lock_of(work: Work, edition_id: str) -> ReportLock | None:
    """Return the lock of an edition, None while it is open."""
    found: ReportLock | None = work.session.execute(
        sa.select(ReportLock).where(col(ReportLock.edition_id) == edition_id)
    ).scalar()
    return found


def state_of(work: Work, edition_id: str) -> State:
    """Return where an edition stands."""
    kinds = [one.kind for one in _steps(work, edition_id)]
    return state(kinds, is_locked=lock_of(work, edition_id) is not None)


def history(work: Work, edition: ReportEdition) -> list[StepSeen]:
    """Return every step of an edition with the names, oldest first."""
    lock_ = lock_of(work, edition.id)
    taken = [
        ("begin", edition.recorded_at, edition.prepared_by, edition.reason),
        *((s.kind, s.recorded_at, s.recorded_by, s.note) for s in _steps(work, edition.id)),
        *([("lock", lock_.known_at, lock_.locked_by, "")] if lock_ else []),
    ]
    ids = {by for _, _, by, _ in taken}
    names = dict(
        work.rows(sa.select(col(Account.id), col(Account.name)).where(col(Account.id).in_(ids)))
    )
    return [
        StepSeen(kind=kind, at=at, by=names.get(by, ""), note=note) for kind, at, by, note in taken
    ]


def _steps(work: Work, edition_id: str) -> list[ReportStep]:
    return list(
        work.session.execute(
            sa.select(ReportStep)
            .where(col(ReportStep.edition_id) == edition_id)
            .order_by(col(ReportStep.recorded_at), col(ReportStep.id))
        ).scalars()
    )


def states(work: Work, fund_ids: Sequence[str]) -> dict[tuple[str, Quarter], State]:
    """Return {(fund, quarter): the state of its newest edition}, for a list of reports."""
    of_funds = col(ReportEdition.fund_id).in_(fund_ids)
    rows = work.rows(
        sa.select(
            col(ReportEdition.id),
            col(ReportEdition.fund_id),
            col(ReportEdition.ends_on),
            col(ReportLock.id),
        )
        .outerjoin(ReportLock, col(ReportLock.edition_id) == col(ReportEdition.id))
        .where(of_funds)
        .order_by(col(ReportEdition.number))
    )
    kinds: dict[str, list[str]] = {}
    for edition_id, kind in work.rows(
        sa.select(col(ReportStep.edition_id), col(ReportStep.kind))
        .join(ReportEdition, col(ReportEdition.id) == col(ReportStep.edition_id))
        .where(of_funds)
        .order_by(col(ReportStep.recorded_at), col(ReportStep.id))
    ):
        kinds.setdefault(edition_id, []).append(kind)
    return {
        (fund_id, Quarter.containing(ends_on)): state(
            kinds.get(edition_id, []), is_locked=lock_id is not None
        )
        for edition_id, fund_id, ends_on, lock_id in rows
    }
