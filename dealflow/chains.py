"""Chains: an industry chain, its official, leader firms, task force, segments and figures."""

from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field

from portfolio.kernel.db import Id, Row, one_of, strict


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
