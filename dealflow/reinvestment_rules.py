"""Reinvestment rules (返投认定): which money counts as invested into the district, and how much.

A policy is a set of rules with a version and the day from which it holds; none is ever edited.
Changing the version and nothing else changes the verdict, and each claim says why.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, Message, say
from portfolio.kernel.errors import Fen as Yuan

PPM = 1_000_000


# ---- facts
class Form(StrEnum):
    """How money comes to be invested here (GUIDANCE_FUNDS.md §3.1)."""

    DIRECT = "direct"
    MOVED_IN = "moved_in"
    SUBSIDIARY = "subsidiary"
    FOLLOW_ON = "follow_on"
    ACQUIRED = "acquired"
    INTRODUCED = "introduced"
    CO_INVESTOR = "co_investor"
    MANAGER_HERE = "manager_here"


class Basis(StrEnum):
    """Which amount of a claim is counted."""

    INVESTED = "invested"
    LANDED = "landed"
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """One rule of a policy."""

    form: Form
    basis: Basis
    multiplier_ppm: int = PPM  # 2_000_000 counts double
    cap_fen: int | None = None  # of one claim
    once_per_company: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of a set of rules; a form without a rule does not count."""

    code: str
    version: int
    title: str
    valid_from: date
    rules: tuple[Recognition, ...]

    def rule_of(self, form: Form) -> Recognition | None:
        """Return the rule of a form."""
        return next((rule for rule in self.rules if rule.form is form), None)


class Decision(StrEnum):
    """What a second person said of a claim."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TAKEN_BACK = "taken_back"  # accepted once; the firm has left


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a fund asks to be counted, and how that stands on a day."""

    claim_id: str
    organisation_id: str
    company: str
    form: Form
    on: date
    invested_fen: int
    landed_fen: int
    decision: Decision
    left_on: date | None = None
    reason: str = ""
    claimed_by: str = ""
    evidence_file_id: str | None = None
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What of a claim counts under one policy, and why that much."""

    claim: Claim
    rule: Recognition | None
    amount_fen: int
    why: Message


# ---- rules
def base_fen(basis: Basis, claim: Claim) -> int:
    """Return the amount that a basis counts."""
    match basis:
        case Basis.INVESTED:
            return claim.invested_fen
        case Basis.LANDED:
            return claim.landed_fen
        case Basis.HIGHER:
            return max(claim.invested_fen, claim.landed_fen)
        case Basis.LOWER:
            return min(claim.invested_fen, claim.landed_fen)


def recognise(policy: Policy, claims: Sequence[Claim]) -> list[Recognised]:
    """Apply a policy to claims in the order of their days; fractions of a fen are dropped."""
    counted: set[tuple[Form, str]] = set()
    found: list[Recognised] = []
    for claim in sorted(claims, key=lambda one: (one.on, one.claim_id)):
        rule = policy.rule_of(claim.form)
        if refusal := _not_counted(claim, rule, counted):
            found.append(Recognised(claim=claim, rule=rule, amount_fen=0, why=refusal))
            continue
        assert rule is not None, "a claim without a rule was refused above"
        counted.add((claim.form, claim.organisation_id))
        base = base_fen(rule.basis, claim)
        amount = base * rule.multiplier_ppm // PPM
        facts = {"base": Yuan(base), "times": f"{rule.multiplier_ppm / PPM:g}"}
        why = say("{base} × {times}", **facts)
        if rule.cap_fen is not None and amount > rule.cap_fen:
            amount = rule.cap_fen
            why = say("{base} × {times}, capped at {cap}", **facts, cap=Yuan(amount))
        found.append(Recognised(claim=claim, rule=rule, amount_fen=amount, why=why))
    return found


def _not_counted(
    claim: Claim, rule: Recognition | None, counted: set[tuple[Form, str]]
) -> Message | None:
    match claim.decision:
        case Decision.OPEN:
            return say("Not decided yet")
        case Decision.REJECTED:
            return say("Rejected: {reason}", reason=claim.reason)
        case Decision.TAKEN_BACK:
            return say("Taken back: the firm left on {on}", on=claim.left_on)
    if rule is None:
        return say("This form does not count under this version")
    if rule.once_per_company and (claim.form, claim.organisation_id) in counted:
        return say("The company is counted once, by an earlier claim")
    return None


# ---- rows
class ReinvestmentPolicy(Row, table=True):
    """One version of a policy; `rules` is a JSON list."""

    __tablename__ = "reinvestment_policy"
    __table_args__ = strict(
        sa.UniqueConstraint("code", "version"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("code <> '' AND title <> ''", name="named"),
    )

    code: str
    version: int
    title: str
    valid_from: date
    rules: str
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def set_policy(
    work: Work, actor: Actor, policy: Policy, *, is_demo: bool = False
) -> ReinvestmentPolicy:
    """Record a version of a policy; it follows the last one in number and in time."""
    actor.must(Duty.EDIT_DEALS)
    last = versions(work, policy.code)
    newest = last[-1] if last else None
    if policy.version != (newest.version if newest else 0) + 1 or (
        newest is not None and policy.valid_from <= newest.valid_from
    ):
        raise DomainError(
            "The policy {code} has the version {version}, in force since {since}.",
            "Give the new one the next number and a later day.",
            code=policy.code,
            version=newest.version if newest else 0,
            since=newest.valid_from if newest else "—",
        )
    _refuse_odd_rules(policy)
    row = work.add(
        ReinvestmentPolicy(
            code=policy.code.strip(),
            version=policy.version,
            title=policy.title.strip(),
            valid_from=policy.valid_from,
            rules=audit.canonical([asdict(rule) for rule in policy.rules]),
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"code": row.code, "version": row.version, "rules": row.rules}
    audit.write(work, actor, "reinvestment:policy", "reinvestment_policy", row.id, after=after)
    return row


def _refuse_odd_rules(policy: Policy) -> None:
    if not policy.code.strip() or not policy.title.strip():
        raise DomainError("A policy has a code and a title.", "Enter both.")
    forms = [rule.form for rule in policy.rules]
    if not forms or len(set(forms)) != len(forms):
        raise DomainError(
            "A policy names each form once, and one form at least.",
            "Remove the second rule of a form.",
        )
    if any(
        rule.multiplier_ppm <= 0 or (rule.cap_fen is not None and rule.cap_fen <= 0)
        for rule in policy.rules
    ):
        raise DomainError(
            "A multiplier and a cap are above zero.", "Leave the cap empty where there is none."
        )


# ---- reads
def versions(work: Work, code: str = "") -> list[Policy]:
    """Return the versions of a policy, or of all, in order."""
    statement = sa.select(ReinvestmentPolicy).order_by(
        col(ReinvestmentPolicy.code), col(ReinvestmentPolicy.version)
    )
    if code:
        statement = statement.where(col(ReinvestmentPolicy.code) == code)
    return [
        Policy(
            code=row.code,
            version=row.version,
            title=row.title,
            valid_from=row.valid_from,
            rules=tuple(
                Recognition(
                    form=Form(rule["form"]),
                    basis=Basis(rule["basis"]),
                    multiplier_ppm=rule["multiplier_ppm"],
                    cap_fen=rule["cap_fen"],
                    once_per_company=rule["once_per_company"],
                )
                for rule in json.loads(row.rules)
            ),
        )
        for row in work.session.execute(statement).scalars()
    ]


def in_force(every: Sequence[Policy], as_of: date) -> Policy | None:
    """Return the version of a policy that holds on a day."""
    return max(
        (one for one in every if one.valid_from <= as_of), key=lambda one: one.version, default=None
    )
