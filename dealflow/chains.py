"""Chains: an industry chain, its official, leader firms, task force, segments and figures."""

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError


# ---- facts
class Position(StrEnum):
    """Where a segment stands on the way from material to use."""

    UPSTREAM = "upstream"
    MIDSTREAM = "midstream"
    DOWNSTREAM = "downstream"
    AFTERMARKET = "aftermarket"


# ---- rows
class Chain(Row, table=True):
    """One chain: one official in charge, one or more leader firms."""

    __tablename__ = "chain"
    __table_args__ = strict(
        sa.UniqueConstraint("slug"), sa.CheckConstraint("name <> ''", name="named")
    )

    slug: str
    name: str
    name_en: str = ""
    system_code: str | None = Field(default=None, foreign_key="industry_system.code", index=True)
    official_title: str = ""
    task_force_unit_id: str | None = Field(default=None, foreign_key="unit.id", sa_type=Id)
    leader_firms: str = ""
    is_demo: bool = False


class Segment(Row, table=True):
    """A place in the chain that firms fill."""

    __tablename__ = "segment"
    __table_args__ = strict(
        sa.UniqueConstraint("chain_id", "name"), sa.CheckConstraint("name <> ''", name="named")
    )

    chain_id: str = Field(foreign_key="chain.id", sa_type=Id)
    name: str
    name_en: str = ""
    position: str = Field(sa_type=one_of(*Position))
    order: int = 0
    is_demo: bool = False


# ---- commands
def add(
    work: Work,
    actor: Actor,
    *,
    slug: str,
    name: str,
    name_en: str = "",
    system_code: str | None = None,
    official_title: str = "",
    task_force_unit_id: str | None = None,
    leader_firms: str = "",
    is_demo: bool = False,
) -> Chain:
    """Record a chain."""
    actor.must(Duty.EDIT_DEALS)
    if work.scalar(sa.select(col(Chain.id)).where(col(Chain.slug) == slug)):
        raise DomainError("The code {code} is taken.", "Choose another code.", code=slug)
    chain = work.add(
        Chain(
            slug=slug,
            name=name,
            name_en=name_en,
            system_code=system_code,
            official_title=official_title,
            task_force_unit_id=task_force_unit_id,
            leader_firms=leader_firms,
            is_demo=is_demo,
        )
    )
    audit.write(work, actor, "chain:create", "chain", chain.id, after={"slug": slug, "name": name})
    return chain


def add_segment(
    work: Work,
    actor: Actor,
    chain_id: str,
    *,
    name: str,
    position: Position,
    name_en: str = "",
    order: int = 0,
    is_demo: bool = False,
) -> Segment:
    """Record a segment of a chain."""
    actor.must(Duty.EDIT_DEALS)
    if work.session.get(Chain, chain_id) is None:
        raise NotFoundError
    segment = work.add(
        Segment(
            chain_id=chain_id,
            name=name,
            name_en=name_en,
            position=position.value,
            order=order,
            is_demo=is_demo,
        )
    )
    after = {"segment": name, "position": position.value}
    audit.write(work, actor, "chain:segment", "chain", chain_id, after=after)
    return segment


# ---- reads
def listed(work: Work, *, with_demo: bool = True) -> list[Chain]:
    """Return the chains by name of their address."""
    statement = sa.select(Chain).order_by(col(Chain.slug))
    if not with_demo:
        statement = statement.where(col(Chain.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())
