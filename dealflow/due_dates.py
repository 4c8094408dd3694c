"""Due dates: every day on which something is owed, on one calendar, and the feed of it.

A feed is an address with a token in it, so that a calendar program can read it without a login.
Only the token's hash is kept; whoever made it can withdraw it.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import blockers, conditions, dispatch, frozen
from dealflow.agreements import Agreement, AgreementKind
from dealflow.leads import Handover, Lead
from dealflow.projects import Project
from dealflow.stages import Milestone, Stage, counts
from dealflow.units import Unit
from portfolio.kernel import audit
from portfolio.kernel.actors import Account, Actor, Duty, actor_of
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import NotFoundError
from valuation.periods import HalfMonth

TOKEN_BYTES = 24
BEGUN = [stage.value for stage in Stage if stage.rank >= Stage.STARTED.rank]


# ---- facts
class DueKind(StrEnum):
    """What is owed."""

    CONDITION = "condition"
    START = "start"
    ACTION = "action"
    HANDOVER = "handover"
    DISPATCH = "dispatch"  # on the 1st and the 16th a half month is sealed
    REPORT = "report"  # to the partners of a fund; the floor above knows when


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing owed on a day."""

    kind: DueKind
    subject_id: str  # unique together with the kind
    project_id: str | None
    on: date
    text: str
    who: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as its owner sees it: never its token again."""

    feed_id: str
    made_at: datetime
    revoked_at: datetime | None


# ---- rows
class CalendarFeed(Row, table=True):
    """A feed of one account."""

    __tablename__ = "calendar_feed"
    __table_args__ = strict(sa.UniqueConstraint("token_hash"))

    account_id: str = Field(foreign_key="account.id", sa_type=Id, index=True)
    token_hash: str
    made_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


# ---- commands
def open_feed(work: Work, actor: Actor) -> str:
    """Make a feed and return its token, which is shown once."""
    actor.must(Duty.READ_DEALFLOW)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = work.add(
        CalendarFeed(account_id=actor.id, token_hash=_hash(token), made_at=work.recorded_at)
    )
    audit.write(work, actor, "calendar:open", "calendar", feed.id)
    return token


def revoke_feed(work: Work, actor: Actor, feed_id: str) -> None:
    """Withdraw one's own feed; its address answers from then on like one that never was."""
    actor.must(Duty.READ_DEALFLOW)
    feed = work.session.get(CalendarFeed, feed_id)
    if feed is None or feed.account_id != actor.id:
        raise NotFoundError
    if feed.revoked_at is None:
        feed.revoked_at = work.recorded_at
        work.add(feed)
        audit.write(work, actor, "calendar:revoke", "calendar", feed.id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# ---- reads
def reader_of(work: Work, token: str) -> Actor:
    """Return whose feed a token opens, with the role he has now; refused once withdrawn."""
    row = work.session.execute(
        sa.select(CalendarFeed, Account)
        .join(Account, col(Account.id) == col(CalendarFeed.account_id))
        .where(col(CalendarFeed.token_hash) == _hash(token), col(CalendarFeed.revoked_at).is_(None))
    ).first()
    if row is None or not row[1].is_active or not actor_of(row[1]).may(Duty.READ_DEALFLOW):
        raise NotFoundError
    return actor_of(row[1])


def feeds(work: Work, actor: Actor) -> list[Feed]:
    """Return the feeds of an account, newest first."""
    rows = work.session.execute(
        sa.select(CalendarFeed)
        .where(col(CalendarFeed.account_id) == actor.id)
        .order_by(col(CalendarFeed.made_at).desc())
    ).scalars()
    return [Feed(feed_id=row.id, made_at=row.made_at, revoked_at=row.revoked_at) for row in rows]


def due_between(
    work: Work, since: date, until: date, *, as_of: date, with_demo: bool = True
) -> list[Due]:
    """Return what is owed from one day to another and not done by `as_of`, by day."""
    names = _names(work)
    found = [
        Due(
            kind=DueKind.CONDITION,
            subject_id=at.condition_id,
            project_id=at.project_id,
            on=at.terms.due_on,
            text=f"{names[at.project_id]} · C{at.no} {at.name}",
            who=at.agreement_code,
            is_demo=at.is_demo,
        )
        for at in conditions.positions(work, max(as_of, since), with_demo=with_demo)
        if at.is_open and since <= at.terms.due_on <= until
    ]
    found += [
        Due(
            kind=DueKind.ACTION,
            subject_id=item.action_id,
            project_id=item.project_id,
            on=item.due_on,
            text=f"{item.project_name} {item.text}".strip(),
            who=f"{item.unit_name} {item.owner}".strip(),
            is_demo=item.is_demo,
        )
        for item in blockers.actions(work, as_of, with_demo=with_demo)
        if since <= item.due_on <= until
    ]
    found += _seals(work, since, until, as_of)
    found += _starts(work, since, until, with_demo=with_demo)
    found += _handovers(work, since, until, with_demo=with_demo)
    return sorted(found, key=lambda one: (one.on, one.kind, one.subject_id))


def _seals(work: Work, since: date, until: date, as_of: date) -> list[Due]:
    """Return the days on which half months are sealed that are not; the office owes them all."""
    last = dispatch.latest(work)
    half = HalfMonth.containing(last.as_of).next if last else HalfMonth.containing(as_of)
    found = []
    while (on := half.end + timedelta(days=1)) <= until:
        if on >= since:
            found.append(
                Due(
                    kind=DueKind.DISPATCH,
                    subject_id=half.end.isoformat(),
                    project_id=None,
                    on=on,
                    text=f"{frozen.label(half.end)} ({half.start} – {half.end})",
                    who="",
                    is_demo=False,
                )
            )
        half = half.next
    return found


def _names(work: Work) -> dict[str, str]:
    return dict(work.rows(sa.select(col(Project.id), col(Project.name))))


def _starts(work: Work, since: date, until: date, *, with_demo: bool) -> list[Due]:
    begun = sa.select(col(Milestone.id)).where(
        col(Milestone.project_id) == col(Project.id),
        col(Milestone.stage).in_(BEGUN),
        *counts(),
    )
    statement = (
        sa.select(Agreement, col(Project.name), col(Unit.name))
        .join(Project, col(Project.id) == col(Agreement.project_id))
        .outerjoin(Unit, col(Unit.id) == col(Project.unit_id))
        .where(
            col(Agreement.kind) == AgreementKind.FORMAL.value,
            col(Agreement.start_due_on).between(since, until),
            ~begun.exists(),
        )
    )
    if not with_demo:
        statement = statement.where(col(Agreement.is_demo).is_(False))
    return [
        Due(
            kind=DueKind.START,
            subject_id=paper.id,
            project_id=paper.project_id,
            on=paper.start_due_on,
            text=name,
            who=unit_name or "",
            is_demo=paper.is_demo,
        )
        for paper, name, unit_name in work.rows(statement)
        if paper.start_due_on
    ]


def _handovers(work: Work, since: date, until: date, *, with_demo: bool) -> list[Due]:
    statement = (
        sa.select(Handover, col(Lead.code), col(Lead.title), col(Unit.name))
        .join(Lead, col(Lead.id) == col(Handover.lead_id))
        .join(Unit, col(Unit.id) == col(Handover.to_unit_id))
        .where(col(Handover.accept_by).between(since, until), col(Handover.accepted_on).is_(None))
    )
    if not with_demo:
        statement = statement.where(col(Handover.is_demo).is_(False))
    return [
        Due(
            kind=DueKind.HANDOVER,
            subject_id=row.id,
            project_id=None,
            on=row.accept_by,
            text=f"{code} {title}",
            who=unit_name,
            is_demo=row.is_demo,
        )
        for row, code, title, unit_name in work.rows(statement)
    ]
