"""Landed: the rule by which a signed project counts as landed, and why one does or does not.

The rule is data with a version. By default the firm is registered in the district, and money is
in place, construction has started or its premises are leased (DOMAIN.md §4).
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from dealflow import landings
from dealflow.landings import Projects
from dealflow.projects import Project
from dealflow.stages import Milestone, Stage, first_days
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Row, Work, strict
from portfolio.kernel.errors import DomainError, Fen, Message, NotFoundError, say


# ---- facts
class Sign(StrEnum):
    """What can be seen of a landing."""

    REGISTERED = "registered"
    MONEY_IN_PLACE = "money_in_place"
    STARTED = "started"
    LEASED = "leased"
    SITE = "site"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """All signs of the first kind are needed, and one of the second."""

    version: int
    all_of: tuple[Sign, ...]
    any_of: tuple[Sign, ...]


FIRST = Rule(
    version=1,
    all_of=(Sign.REGISTERED,),
    any_of=(Sign.MONEY_IN_PLACE, Sign.STARTED, Sign.LEASED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of one project at the close of a day."""

    reached: dict[Stage, date]  # first day of each stage
    in_place_fen: int
    money_since: date | None
    needs_site: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignSeen:
    """One sign of the rule: since when it is there, or None, and the sentence that says so."""

    sign: Sign
    since: date | None
    needed: bool  # False: one of several that would do
    in_place_fen: int

    @property
    def text(self) -> Message:
        """Say whether it is there; only a page asks, of the few signs it shows."""
        if self.since is None:
            return NOT_THERE[self.sign]
        if self.sign is Sign.MONEY_IN_PLACE:
            return say(
                "{amount} is in place, the first of it since {on}.",
                amount=Fen(self.in_place_fen),
                on=self.since,
            )
        return Message(THERE[self.sign].msgid, {"on": self.since})


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """Whether a project counts as landed, by which version of the rule, and why."""

    landed: bool
    since: date | None
    rule_version: int
    signs: tuple[SignSeen, ...]
    in_place_fen: int = 0

    @property
    def missing(self) -> tuple[SignSeen, ...]:
        """What would make it count; of the signs of which one is enough, all are named."""
        if self.landed:
            return ()
        one_there = any(sign.since is not None for sign in self.signs if not sign.needed)
        return tuple(
            sign for sign in self.signs if sign.since is None and (sign.needed or not one_there)
        )


# ---- rules
STAGES = {
    Sign.REGISTERED: Stage.REGISTERED,
    Sign.STARTED: Stage.STARTED,
    Sign.SITE: Stage.SITE,
    Sign.PRODUCTION: Stage.PRODUCTION,
}
THERE = {
    Sign.REGISTERED: say("The firm was registered in the district on {on}."),
    Sign.STARTED: say("Construction started on {on}."),
    Sign.SITE: say("The site was secured on {on}."),
    Sign.PRODUCTION: say("Production began on {on}."),
    Sign.LEASED: say("The premises were leased on {on}."),
}
NOT_THERE = {
    Sign.REGISTERED: say("The firm is not registered in the district yet."),
    Sign.STARTED: say("Construction has not started."),
    Sign.SITE: say("No site is secured."),
    Sign.PRODUCTION: say("Production has not begun."),
    Sign.LEASED: say("No premises are leased."),
    Sign.MONEY_IN_PLACE: say("No verified money is in place."),
}


def seen_since(sign: Sign, evidence: Evidence) -> date | None:
    """Return since when the sign is there, None where it is not."""
    match sign:
        case Sign.MONEY_IN_PLACE:
            return evidence.money_since
        case Sign.LEASED:
            # Who needs no land of his own secures his site by a lease.
            return None if evidence.needs_site else evidence.reached.get(Stage.SITE)
        case _:
            return evidence.reached.get(STAGES[sign])


def judge(rule: Rule, evidence: Evidence) -> Landing:
    """Apply the rule, and keep every sign it looked at."""
    signs = tuple(
        SignSeen(sign=sign, since=since, needed=needed, in_place_fen=evidence.in_place_fen)
        for needed, group in ((True, rule.all_of), (False, rule.any_of))
        for sign in group
        for since in (seen_since(sign, evidence),)
    )
    needed = [seen.since for seen in signs if seen.needed]
    enough = [seen.since for seen in signs if not seen.needed and seen.since is not None]
    days = [day for day in needed if day is not None]
    if len(days) < len(needed) or (rule.any_of and not enough):
        met: date | None = None
    else:
        met = max([*days, *([min(enough)] if enough else [])])
    return Landing(
        landed=met is not None,
        since=met,
        rule_version=rule.version,
        signs=signs,
        in_place_fen=evidence.in_place_fen,
    )


# ---- rows
class LandedRule(Row, table=True):
    """One version of the rule; `all_of` and `any_of` are JSON lists of signs."""

    __tablename__ = "landed_rule"
    __table_args__ = strict(
        sa.UniqueConstraint("version"),
        sa.UniqueConstraint("valid_from"),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    version: int
    valid_from: date
    all_of: str
    any_of: str
    is_demo: bool = False


# ---- commands
def set_rule(work: Work, actor: Actor, rule: Rule, *, valid_from: date) -> LandedRule:
    """Put a version of the rule in force from a day on; older days keep the older rule."""
    actor.must(Duty.EDIT_DEALS)
    last = work.rows(
        sa.select(col(LandedRule.version), col(LandedRule.valid_from))
        .order_by(col(LandedRule.version).desc())
        .limit(1)
    )
    version, since = last[0] if last else (0, date.min)
    if rule.version != version + 1 or valid_from <= since:
        raise DomainError(
            "The landed rule has the version {version}, in force since {since}.",
            "Give the new one the next number and a later day.",
            version=version,
            since=since,
        )
    if not rule.all_of and not rule.any_of:
        raise DomainError(
            "A rule without signs would let every project count as landed.",
            "Name at least one sign.",
        )
    row = work.add(
        LandedRule(
            version=rule.version,
            valid_from=valid_from,
            all_of=audit.canonical(rule.all_of),
            any_of=audit.canonical(rule.any_of),
        )
    )
    after = {"version": row.version, "all_of": row.all_of, "any_of": row.any_of}
    audit.write(work, actor, "landed_rule:set", "landed_rule", row.id, after=after)
    return row


# ---- reads
def rule_at(work: Work, as_of: date) -> Rule:
    """Return the rule in force on a day; the first one where none is recorded."""
    row: LandedRule | None = work.session.execute(
        sa.select(LandedRule)
        .where(col(LandedRule.valid_from) <= as_of)
        .order_by(col(LandedRule.version).desc())
        .limit(1)
    ).scalar()
    if row is None:
        return FIRST
    return Rule(
        version=row.version,
        all_of=tuple(map(Sign, json.loads(row.all_of))),
        any_of=tuple(map(Sign, json.loads(row.any_of))),
    )


def landings_of(
    work: Work,
    as_of: date,
    project_ids: Projects,
    *,
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> dict[str, Landing]:
    """Return {project: whether it has landed and why} for the projects given."""
    rule = rule_at(work, as_of)
    among = col(Milestone.project_id).in_(project_ids)
    reached = first_days(work, as_of, among=among, known_at=known_at)
    money = landings.money_in_place(
        work, date.min, as_of, project_ids=project_ids, known_at=known_at, with_demo=with_demo
    )
    in_place = landings.totals(money)
    since = {row.project_id: row.on for row in reversed(money)}
    needs_site = sa.select(col(Project.id), col(Project.needs_site))
    return {
        project_id: judge(
            rule,
            Evidence(
                reached=reached.get(project_id, {}),
                in_place_fen=in_place.get(project_id, 0),
                money_since=since.get(project_id),
                needs_site=needs,
            ),
        )
        for project_id, needs in work.rows(needs_site.where(col(Project.id).in_(project_ids)))
    }


def explain(work: Work, as_of: date, project_id: str) -> Landing:
    """Say of one project why it counts as landed, or what is missing."""
    found = landings_of(work, as_of, [project_id])
    if project_id not in found:
        raise NotFoundError
    return found[project_id]
