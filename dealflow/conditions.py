"""Landing conditions: what the firm owes, by when, and how far it is.

A condition stands in the agreement and never changes. What was seen of it is an observation,
which counts once a second person has accepted it (observations.py). Status is derived (terms.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import agreements
from dealflow.agreements import Side
from dealflow.observed import LATEST, Seen, seen
from dealflow.terms import (
    DUE_SOON_DAYS,
    YES_NO,
    Consequence,
    Metric,
    Operator,
    State,
    Status,
    Terms,
    met_on,
    progress,
    quantity,
    state,
    status,
)
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import Message, NotFoundError, say


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionPosition:
    """One condition at the close of `as_of`."""

    condition_id: str
    agreement_id: str
    agreement_code: str
    project_id: str
    no: int
    metric: Metric
    name: str
    name_en: str
    unit: str
    terms: Terms
    weight: int
    consequence: Consequence
    gates_tranche_id: str | None
    subject: Side  # who owes it
    at_stake_fen: int | None  # the amount the clause names, where it names one
    rate_ppm: int | None  # millionths: a year of a buy-back, of an incentive stepped down
    instalments: int
    clause: str  # the words of the paper it was read from
    evidence_required: str
    status: Status
    state: State
    met_on: date | None
    waived_on: date | None
    waived_because: str | None
    verified: int | None  # the accepted value in force
    reported: int | None  # a newer value that nobody has verified
    progress: float  # 0 to 1, of what is verified
    days_left: int  # below zero: overdue
    seen: tuple[Seen, ...]
    is_demo: bool

    @property
    def is_open(self) -> bool:
        """Say whether something is still owed."""
        return self.met_on is None and self.waived_on is None


# ---- rules
def shortfall(at: ConditionPosition) -> Message | None:
    """Say what is missing, to the fen, or None where nothing is owed any more."""
    if not at.is_open:
        return None
    name = {"no": at.no, "name": at.name}
    if at.metric in YES_NO:
        return say("C{no} {name}: not verified yet, due {due}.", **name, due=at.terms.due_on)
    threshold, verified = at.terms.threshold, at.verified or 0
    agreed = {
        "sign": at.terms.operator.sign,
        "agreed": quantity(at.metric, threshold, at.unit),
        "verified": quantity(at.metric, verified, at.unit),
        "missing": quantity(at.metric, abs(threshold - verified), at.unit),
    }
    if at.verified is None:
        return say("C{no} {name}: nothing is verified yet of {sign} {agreed}.", **name, **agreed)
    if at.terms.operator is Operator.AT_MOST:
        return say(
            "C{no} {name}: {missing} too much; agreed {sign} {agreed}, verified {verified}.",
            **name,
            **agreed,
        )
    return say(
        "C{no} {name}: {missing} short; agreed {sign} {agreed}, verified {verified}.",
        **name,
        **agreed,
    )


# ---- rows
class Condition(Row, table=True):
    """One promise of the firm that can be measured."""

    __tablename__ = "landing_condition"
    __table_args__ = strict(
        sa.UniqueConstraint("agreement_id", "no"),
        sa.CheckConstraint("no > 0", name="no_positive"),
        sa.CheckConstraint("name <> ''", name="named"),
        sa.CheckConstraint("threshold > 0 OR operator <> 'at_least'", name="threshold_positive"),
        sa.CheckConstraint("weight >= 0", name="weight_not_negative"),
        sa.CheckConstraint("cure_days >= 0", name="cure_days_not_negative"),
        sa.CheckConstraint(
            "(consequence = 'gates_tranche') = (gates_tranche_id IS NOT NULL)",
            name="gate_names_tranche",
        ),
        sa.CheckConstraint(
            "at_stake_fen IS NULL OR at_stake_fen > 0", name="at_stake_fen_positive"
        ),
        sa.CheckConstraint(
            "rate_ppm IS NULL OR (rate_ppm >= 0 AND rate_ppm <= 1000000)", name="rate_is_a_share"
        ),
        sa.CheckConstraint("instalments > 0", name="instalments_positive"),
        sa.CheckConstraint(
            "period_from IS NULL OR period_from <= due_on", name="period_runs_forward"
        ),
    )

    agreement_id: str = Field(foreign_key="agreement.id", sa_type=Id, index=True)
    no: int
    metric: str = Field(sa_type=one_of(*Metric))
    name: str
    name_en: str = ""
    operator: str = Field(sa_type=one_of(*Operator))
    threshold: int = Field(sa_type=sa.BigInteger)  # smallest unit of the metric
    unit: str = ""  # in the words of the paper; empty for money and for the metric's own unit
    due_on: date = Field(index=True)
    weight: int = 1
    cure_days: int = 0
    consequence: str = Field(sa_type=one_of(*Consequence))
    gates_tranche_id: str | None = Field(
        default=None, foreign_key="tranche.id", sa_type=Id, index=True
    )
    subject: str = Field(default=Side.FIRM.value, sa_type=one_of(*Side))
    period_from: date | None = None  # what is seen before then does not count
    at_stake_fen: int | None = Field(default=None, sa_type=Fen)
    rate_ppm: int | None = None
    instalments: int = 1
    clause: str = ""
    evidence_required: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


class Waiver(Row, table=True):
    """The decision not to insist, with the resolution that made it."""

    __tablename__ = "condition_waiver"
    __table_args__ = strict(
        sa.UniqueConstraint("condition_id"), sa.CheckConstraint("reason <> ''", name="says_why")
    )

    condition_id: str = Field(foreign_key="landing_condition.id", sa_type=Id)
    decided_on: date
    resolution_file_id: str = Field(foreign_key="stored_file.id", sa_type=Id)
    reason: str
    decided_by: str = Field(sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    is_demo: bool = False


# ---- reads
def get(work: Work, condition_id: str) -> Condition:
    """Return the condition or answer like one that is not there."""
    row = work.session.get(Condition, condition_id)
    if row is None:
        raise NotFoundError
    return row


def _position(
    row: Condition,
    paper: agreements.Agreement,
    seen_: Iterable[Seen],
    waiver: Waiver | None,
    as_of: date,
) -> ConditionPosition:
    known = tuple(one for one in seen_ if one.observed_on <= as_of)
    taken = [(one.observed_on, one.value) for one in known if one.accepted]
    open_ = [one.value for one in known if one.accepted is None]
    terms = Terms(
        operator=Operator(row.operator),
        threshold=row.threshold,
        signed_on=paper.signed_on,
        due_on=row.due_on,
        cure_days=row.cure_days,
        period_from=row.period_from,
    )
    waived_on = waiver.decided_on if waiver and waiver.decided_on <= as_of else None
    met = met_on(terms, taken)
    verified = taken[-1][1] if taken else None
    stands = status(terms, met=met, waived=waived_on, verified=verified, as_of=as_of)
    return ConditionPosition(
        condition_id=row.id,
        agreement_id=paper.id,
        agreement_code=paper.code,
        project_id=paper.project_id,
        no=row.no,
        metric=Metric(row.metric),
        name=row.name,
        name_en=row.name_en,
        unit=row.unit,
        terms=terms,
        weight=row.weight,
        consequence=Consequence(row.consequence),
        gates_tranche_id=row.gates_tranche_id,
        subject=Side(row.subject),
        at_stake_fen=row.at_stake_fen,
        rate_ppm=row.rate_ppm,
        instalments=row.instalments,
        clause=row.clause,
        evidence_required=row.evidence_required,
        status=stands,
        state=state(
            stands, terms, has_reported=bool(open_), is_begun=verified is not None, as_of=as_of
        ),
        met_on=met,
        waived_on=waived_on,
        waived_because=waiver.reason if waiver and waived_on else None,
        verified=verified,
        reported=open_[-1] if open_ else None,
        progress=1.0 if met else progress(terms, verified),
        days_left=(row.due_on - as_of).days,
        seen=known,
        is_demo=row.is_demo,
    )


def positions(
    work: Work,
    as_of: date,
    *where: Any,
    with_demo: bool = True,
    known_at: datetime = LATEST,
) -> list[ConditionPosition]:
    """Return the conditions signed by `as_of` that `where` names, by agreement and number."""
    paper = agreements.Agreement
    statement = (
        sa.select(Condition, paper)
        .join(paper, col(paper.id) == col(Condition.agreement_id))
        .where(col(paper.signed_on) <= as_of, col(Condition.recorded_at) <= known_at, *where)
        .order_by(col(paper.signed_on), col(paper.code), col(Condition.no))
    )
    if not with_demo:
        statement = statement.where(col(Condition.is_demo).is_(False))
    rows = work.rows(statement)
    ids = [row.id for row, _ in rows]
    found = seen(work, ids, known_at=known_at)
    decided = sa.select(Waiver).where(
        col(Waiver.condition_id).in_(ids), col(Waiver.recorded_at) <= known_at
    )
    waivers = {waiver.condition_id: waiver for (waiver,) in work.rows(decided)}
    return [_position(row, paper, found[row.id], waivers.get(row.id), as_of) for row, paper in rows]


def position(work: Work, as_of: date, condition_id: str) -> ConditionPosition:
    """Return one condition."""
    found = positions(work, as_of, col(Condition.id) == condition_id)
    if not found:
        raise NotFoundError
    return found[0]


def of_agreement(work: Work, as_of: date, agreement_id: str) -> list[ConditionPosition]:
    """Return the conditions of one agreement by number."""
    return positions(work, as_of, col(Condition.agreement_id) == agreement_id)


def by_agreement(
    work: Work, as_of: date, *, with_demo: bool = True
) -> dict[str, list[ConditionPosition]]:
    """Return {agreement: its conditions} for the list, in the same few queries as one."""
    found: dict[str, list[ConditionPosition]] = {}
    for at in positions(work, as_of, with_demo=with_demo):
        found.setdefault(at.agreement_id, []).append(at)
    return found


def pips(
    work: Work, as_of: date, project_ids: Sequence[str], *, with_demo: bool = True
) -> dict[str, tuple[State, ...]]:
    """Return {project: one state per condition}; a project without conditions is left out."""
    found: dict[str, list[State]] = {}
    projects = col(agreements.Agreement.project_id).in_(project_ids)
    for at in positions(work, as_of, projects, with_demo=with_demo):
        found.setdefault(at.project_id, []).append(at.state)
    return {project_id: tuple(states) for project_id, states in found.items()}


URGENCY = (State.OVERDUE, State.TO_VERIFY, State.DUE_SOON)


def due(
    work: Work, as_of: date, days: int = DUE_SOON_DAYS, *, with_demo: bool = True
) -> list[ConditionPosition]:
    """Return what needs a hand: overdue, to verify, due within `days` or at risk; urgent first."""
    return sorted(
        (
            at
            for at in positions(work, as_of, with_demo=with_demo)
            if at.is_open
            and (at.state in URGENCY or at.days_left <= days or at.status is Status.AT_RISK)
        ),
        key=lambda at: (
            URGENCY.index(at.state) if at.state in URGENCY else len(URGENCY),
            at.terms.due_on,
            at.condition_id,
        ),
    )


def weighted_progress(at: Sequence[ConditionPosition]) -> float | None:
    """Return the weighted share of an agreement's conditions that is done, None without any."""
    total = sum(one.weight for one in at)
    if not total:
        return None
    return sum(one.weight * (1.0 if not one.is_open else one.progress) for one in at) / total
