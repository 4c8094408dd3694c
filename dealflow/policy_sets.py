"""Policy sets (一策): the policies of each version of a chain's policy set, in both languages.

A policy holds while its version is in force and the day lies within its own validity. What is
public may be shown to strangers (showcase.py); a policy may name the payout clause that carries
it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import chain_documents
from dealflow.chain_documents import ChainDocument, Document, Version
from dealflow.payout_book import PayoutClause
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A policy as it is handed in."""

    title: str
    summary: str
    who: str
    valid_from: date
    title_en: str = ""
    summary_en: str = ""
    who_en: str = ""
    valid_to: date | None = None  # no end is named
    is_public: bool = False
    payout_clause_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainPolicy:
    """A policy as it stands on a day."""

    policy_id: str
    chain_id: str
    number: int
    title: str
    title_en: str
    summary: str
    summary_en: str
    who: str
    who_en: str
    valid_from: date
    valid_to: date | None
    is_public: bool
    payout_clause_id: str | None
    is_demo: bool

    def holds(self, on: date) -> bool:
        """Say whether its own validity has the day; its version must hold besides."""
        return holds(self.valid_from, self.valid_to, on)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """A version with its policies."""

    version: Version
    policies: tuple[ChainPolicy, ...]


# ---- rules
def holds(valid_from: date, valid_to: date | None, on: date) -> bool:
    """Say whether a day lies within a validity, both ends included."""
    return valid_from <= on and (valid_to is None or on <= valid_to)


# ---- rows
class Policy(Row, table=True):
    """One policy of one version of a policy set."""

    __tablename__ = "policy"
    __table_args__ = strict(
        sa.UniqueConstraint("document_id", "number"),
        sa.CheckConstraint("title <> '' AND summary <> ''", name="worded"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"),
    )

    document_id: str = Field(foreign_key="chain_document.id", sa_type=Id)
    number: int
    title: str
    title_en: str = ""
    summary: str
    summary_en: str = ""
    who: str
    who_en: str = ""
    valid_from: date
    valid_to: date | None = None
    is_public: bool = False
    payout_clause_id: str | None = Field(
        default=None, foreign_key="payout_clause.id", sa_type=Id, index=True
    )
    is_demo: bool = False


# ---- commands
def hand_in(
    work: Work,
    actor: Actor,
    *,
    chain_id: str,
    title: str,
    valid_from: date,
    file_id: str | None,
    policies: Sequence[Said],
    title_en: str = "",
    is_demo: bool = False,
) -> ChainDocument:
    """Record the next version of a chain's policy set with its policies.

    errors  no policy; one without words or a receiver; a validity that ends before it begins; a
            public one without English words; what chain_documents.hand_in refuses
    """
    actor.must(Duty.EDIT_DEALS)
    if not policies:
        raise DomainError("The policy set names no policy.", "Enter one policy at least.")
    for number, said in enumerate(policies, start=1):
        _refuse_odd_policy(work, number, said)
    document = chain_documents.hand_in(
        work,
        actor,
        chain_id=chain_id,
        kind=Document.POLICY_SET,
        title=title,
        title_en=title_en,
        valid_from=valid_from,
        file_id=file_id,
        is_demo=is_demo,
    )
    for number, said in enumerate(policies, start=1):
        work.add(
            Policy(
                document_id=document.id,
                number=number,
                title=said.title.strip(),
                title_en=said.title_en.strip(),
                summary=said.summary.strip(),
                summary_en=said.summary_en.strip(),
                who=said.who.strip(),
                who_en=said.who_en.strip(),
                valid_from=said.valid_from,
                valid_to=said.valid_to,
                is_public=said.is_public,
                payout_clause_id=said.payout_clause_id,
                is_demo=is_demo,
            )
        )
    return document


def _refuse_odd_policy(work: Work, number: int, said: Said) -> None:
    if not (said.title.strip() and said.summary.strip() and said.who.strip()):
        raise DomainError(
            "Policy {number} lacks its title, its summary or who gets it.",
            "Fill in all three, or leave the whole policy empty.",
            number=number,
        )
    if said.valid_to is not None and said.valid_to < said.valid_from:
        raise DomainError(
            "Policy {number} ends on {to}, before it begins on {on}.",
            "Check both days against the paper.",
            number=number,
            to=said.valid_to,
            on=said.valid_from,
        )
    if said.is_public and not (
        said.title_en.strip() and said.summary_en.strip() and said.who_en.strip()
    ):
        raise DomainError(
            "Policy {number} is public but lacks its English words.",
            "Add title, summary and receiver in English, or keep it internal.",
            number=number,
        )
    if said.payout_clause_id is not None and (
        work.session.get(PayoutClause, said.payout_clause_id) is None
    ):
        raise NotFoundError


# ---- reads
def policies(work: Work, version: Version) -> PolicySet:
    """Return one version with its policies, whether they hold or not."""
    rows = work.session.execute(
        sa.select(Policy)
        .where(col(Policy.document_id) == version.document_id)
        .order_by(col(Policy.number))
    ).scalars()
    return PolicySet(
        version=version,
        policies=tuple(
            ChainPolicy(
                policy_id=one.id,
                chain_id=version.chain_id,
                number=one.number,
                title=one.title,
                title_en=one.title_en,
                summary=one.summary,
                summary_en=one.summary_en,
                who=one.who,
                who_en=one.who_en,
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                is_public=one.is_public,
                payout_clause_id=one.payout_clause_id,
                is_demo=one.is_demo,
            )
            for one in rows
        ),
    )


def in_force(work: Work, as_of: date, chain_id: str, *, with_demo: bool = True) -> PolicySet | None:
    """Return the policy set that holds on a day; None before the first one."""
    version = chain_documents.in_force(
        work, as_of, chain_id, Document.POLICY_SET, with_demo=with_demo
    )
    return policies(work, version) if version else None


def holding(
    work: Work, as_of: date, chain_id: str, *, with_demo: bool = True
) -> tuple[ChainPolicy, ...]:
    """Return the policies of a chain that hold on a day."""
    found = in_force(work, as_of, chain_id, with_demo=with_demo)
    return tuple(one for one in found.policies if one.holds(as_of)) if found else ()
