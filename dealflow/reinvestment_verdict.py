"""Reinvestment verdict: required against recognised, by milestones, and version against version.

Required is a multiple of what the district, or the mother fund, has paid in, never of the fund's
size. Source: GUIDANCE_FUNDS.md §3.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from dealflow import reinvestment, reinvestment_rules
from dealflow.reinvestment import Obligation, Share
from dealflow.reinvestment_rules import PPM, Claim, Policy, Recognised, recognise
from portfolio import capital
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment


# ---- facts
class Standing(StrEnum):
    """How a milestone stands."""

    MET = "met"
    OPEN = "open"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A share of the duty as it stands."""

    due_on: date
    share_ppm: int
    required_fen: int
    recognised_fen: int
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Required against recognised under one version of the policy."""

    policy: Policy
    contribution_fen: int
    required_fen: int
    recognised_fen: int
    lines: tuple[Recognised, ...]
    milestones: tuple[Milestone, ...]

    @property
    def is_met(self) -> bool:
        """Say whether enough is recognised for what was paid in so far."""
        return self.recognised_fen >= self.required_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One claim under two versions."""

    before: Recognised
    after: Recognised

    @property
    def delta_fen(self) -> int:
        """Return by how much the other version counts it higher."""
        return self.after.amount_fen - self.before.amount_fen


# ---- rules
def judge(
    policy: Policy,
    claims: Sequence[Claim],
    *,
    contribution_fen: int,
    multiple_ppm: int,
    shares: Sequence[Share],
    as_of: date,
) -> Verdict:
    """Apply a policy; a milestone counts the claims of its own day and before."""
    lines = recognise(policy, claims)
    required = contribution_fen * multiple_ppm // PPM
    return Verdict(
        policy=policy,
        contribution_fen=contribution_fen,
        required_fen=required,
        recognised_fen=sum(line.amount_fen for line in lines),
        lines=tuple(lines),
        milestones=tuple(
            _milestone(
                share, required, [one for one in lines if one.claim.on <= share.due_on], as_of
            )
            for share in sorted(shares, key=lambda one: one.due_on)
        ),
    )


def _milestone(
    share: Share, required_fen: int, lines: Sequence[Recognised], as_of: date
) -> Milestone:
    needed = required_fen * share.share_ppm // PPM
    counted = sum(line.amount_fen for line in lines)
    standing = Standing.MET if counted >= needed else Standing.OPEN
    if standing is Standing.OPEN and as_of > share.due_on:
        standing = Standing.MISSED
    return Milestone(
        due_on=share.due_on,
        share_ppm=share.share_ppm,
        required_fen=needed,
        recognised_fen=counted,
        standing=standing,
    )


def compared(before: Verdict, after: Verdict) -> list[Change]:
    """Return each claim under both versions, in the order of their days."""
    other = {line.claim.claim_id: line for line in after.lines}
    return [Change(before=line, after=other[line.claim.claim_id]) for line in before.lines]


# ---- reads
def verdict(work: Work, as_of: date, owed: Obligation, *, version: int | None = None) -> Verdict:
    """Return how a fund stands on a day, by the version in force or by another one."""
    every = reinvestment_rules.versions(work, owed.policy_code)
    policy = (
        reinvestment_rules.in_force(every, as_of)
        if version is None
        else next((one for one in every if one.version == version), None)
    )
    if policy is None:
        raise DomainError(
            "No version of the policy {code} is in force on {on}.",
            "Choose a version, or record one that begins earlier.",
            code=owed.policy_code,
            on=as_of,
        )
    accounts = capital.accounts(work, Moment(as_of=as_of), owed.fund_id).accounts
    paid_in = next(one.amounts.paid_in_fen for one in accounts if one.partner_id == owed.partner_id)
    return judge(
        policy,
        reinvestment.claims(work, owed.fund_id, as_of),
        contribution_fen=paid_in,
        multiple_ppm=owed.multiple_ppm,
        shares=owed.shares,
        as_of=as_of,
    )
