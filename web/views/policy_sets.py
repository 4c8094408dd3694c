"""一策: a version of a chain's policy set with its policies, and the form of the next version."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow import chain_documents, policy_sets
from dealflow.agreements import Agreement
from dealflow.chain_documents import Document, Standing
from dealflow.chains import Chain
from dealflow.payout_book import PayoutClause
from dealflow.policy_sets import ChainPolicy
from dealflow.projects import Project
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.templating import Page
from web.views.chain_plans import VersionLine, version_lines
from web.views.holdings import named

BLANK_ROWS = 3


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """A policy as the page shows it."""

    at: ChainPolicy
    title: str
    summary: str
    who: str
    state: Message
    kind: str
    payout: str  # the name of the payout clause, empty without one


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliciesPage:
    """All that chains/policies.html may use."""

    template: ClassVar[str] = "chains/policies.html"
    slug: str
    name: str
    shown: VersionLine | None
    policies: tuple[PolicyLine, ...]
    holding: int
    versions: tuple[VersionLine, ...]
    new_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRow:
    """One policy of the form; empty for a further one."""

    number: int
    at: ChainPolicy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPolicies:
    """The form of the next version, filled with what holds now."""

    template: ClassVar[str] = "chains/new_policies.html"
    slug: str
    name: str
    number: int
    today: date
    rows: tuple[PolicyRow, ...]
    payouts: tuple[tuple[str, str], ...]


# ---- rules
def standing(at: ChainPolicy, version: Standing, on: date) -> tuple[Message, str]:
    """Say whether a policy can be had on a day."""
    if version is not Standing.IN_FORCE:
        return say("Version not in force"), ""
    if at.holds(on):
        return say("In force"), "ok"
    if at.valid_from > on:
        return say("Not yet in force"), "prog"
    return say("Expired"), "todo"


# ---- reads
def build(
    work: Work, actor: Actor, page: Page, chain: Chain, *, number: int | None, with_demo: bool
) -> PoliciesPage:
    """Read one version with its policies."""
    lines = version_lines(
        work, actor, page, chain, Document.POLICY_SET, number=number, with_demo=with_demo
    )
    shown = next((one for one in lines if one.is_shown), None)
    found = policy_sets.policies(work, shown.at).policies if shown else ()
    clauses = dict(_clauses(work, chain))
    policies = tuple(
        PolicyLine(
            at=one,
            title=named(page.reader, one.title, one.title_en),
            summary=named(page.reader, one.summary, one.summary_en),
            who=named(page.reader, one.who, one.who_en),
            state=state,
            kind=kind,
            payout=clauses.get(one.payout_clause_id or "", ""),
        )
        for one in found
        if shown
        for state, kind in (standing(one, shown.at.standing, page.as_of),)
    )
    is_held = shown is not None and shown.at.standing is Standing.IN_FORCE
    may_edit = actor.may(Duty.EDIT_DEALS) and not page.is_past
    return PoliciesPage(
        slug=chain.slug,
        name=named(page.reader, chain.name, chain.name_en),
        shown=shown,
        policies=policies,
        holding=sum(one.at.holds(page.as_of) for one in policies) if is_held else 0,
        versions=lines,
        new_href=f"/chains/{chain.slug}/policies/new" if may_edit else "",
    )


def new(work: Work, page: Page, chain: Chain) -> NewPolicies:
    """Read the form: the policies that hold, to be carried on, and room for further ones."""
    found = chain_documents.versions(work, page.today, chain.id, Document.POLICY_SET)
    held = policy_sets.in_force(work, page.today, chain.id)
    kept: tuple[ChainPolicy | None, ...] = held.policies if held else ()
    rows = (*kept, *(None for _ in range(BLANK_ROWS)))
    return NewPolicies(
        slug=chain.slug,
        name=named(page.reader, chain.name, chain.name_en),
        number=max((one.number for one in found), default=0) + 1,
        today=page.today,
        rows=tuple(PolicyRow(number=number, at=one) for number, one in enumerate(rows, start=1)),
        payouts=tuple(_clauses(work, chain)),
    )


def _clauses(work: Work, chain: Chain) -> list[tuple[str, str]]:
    """Return (clause, name) of the payouts promised to projects of the chain."""
    statement = (
        sa.select(col(PayoutClause.id), col(Agreement.code), col(PayoutClause.name))
        .join(Agreement, col(Agreement.id) == col(PayoutClause.agreement_id))
        .join(Project, col(Project.id) == col(Agreement.project_id))
        .where(col(Project.chain_id) == chain.id)
        .order_by(col(Agreement.code), col(PayoutClause.no))
    )
    return [(clause_id, f"{code} · {name}") for clause_id, code, name in work.rows(statement)]
