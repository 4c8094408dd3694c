"""The showcase: the few facts of the district that strangers may read, and no others.

It returns its own narrow facts and never a row, so that a column added to a table cannot reach a
public page by itself. There is no project, firm, amount of money, holder, stage or person in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import policy_sets
from dealflow.chains import Chain, Position, Segment
from dealflow.site_list import CAN_BE_HAD, Filters, listed
from dealflow.sites import PriceBasis, SiteKind, Utility, read_utilities
from portfolio.funds import Fund
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChain:
    """A chain by its names."""

    chain_id: str
    slug: str
    name: str
    name_en: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSegment:
    """A place in the chain; who fills it is not said."""

    name: str
    name_en: str
    position: Position
    subsystem: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSite:
    """A site that can be had and that the office lets strangers see."""

    code: str
    name: str
    name_en: str
    kind: SiteKind
    park: str
    area_m2: int
    floor_load_kg_m2: int | None
    power_kva: int | None
    price_fen: int | None
    price_basis: PriceBasis
    utilities: tuple[Utility, ...]
    free_from: date | None
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPark:
    """A park with what can be had there."""

    name: str
    sites: int
    area_m2: int
    is_demo: bool  # a site that is counted is a demonstration row


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFund:
    """A fund by its name and what it looks for; its size and money are not said."""

    name: str
    name_en: str
    focus: str
    focus_en: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPolicy:
    """A policy that is in force and that the office lets strangers read."""

    chain_name: str
    chain_name_en: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    who: str
    who_en: str
    valid_to: date | None
    is_demo: bool


# ---- rules
def parks(sites: list[ShownSite]) -> list[ShownPark]:
    """Add the sites up by park."""
    names = sorted({site.park for site in sites if site.park})
    return [
        ShownPark(
            name=name,
            sites=sum(site.park == name for site in sites),
            area_m2=sum(site.area_m2 for site in sites if site.park == name),
            is_demo=any(site.is_demo for site in sites if site.park == name),
        )
        for name in names
    ]


# ---- reads
def chains(work: Work, *, with_demo: bool) -> list[ShownChain]:
    """Return the chains, published ones first."""
    statement = sa.select(
        col(Chain.id), col(Chain.slug), col(Chain.name), col(Chain.name_en), col(Chain.is_demo)
    ).order_by(col(Chain.is_demo), col(Chain.slug))
    if not with_demo:
        statement = statement.where(col(Chain.is_demo).is_(False))
    return [
        ShownChain(chain_id=chain_id, slug=slug, name=name, name_en=name_en, is_demo=is_demo)
        for chain_id, slug, name, name_en, is_demo in work.rows(statement)
    ]


def chain(work: Work, slug: str, *, with_demo: bool) -> ShownChain:
    """Return one chain or answer like one that is not there."""
    found = next((one for one in chains(work, with_demo=with_demo) if one.slug == slug), None)
    if found is None:
        raise NotFoundError
    return found


def segments(work: Work, as_of: date, chain_id: str, *, with_demo: bool) -> list[ShownSegment]:
    """Return the places of a chain that stand on its map on a day."""
    statement = (
        sa.select(
            col(Segment.name),
            col(Segment.name_en),
            col(Segment.position),
            col(Segment.subsystem),
            col(Segment.is_demo),
        )
        .where(
            col(Segment.chain_id) == chain_id,
            sa.or_(col(Segment.retired_on).is_(None), col(Segment.retired_on) > as_of),
        )
        .order_by(col(Segment.order), col(Segment.name))
    )
    if not with_demo:
        statement = statement.where(col(Segment.is_demo).is_(False))
    return [
        ShownSegment(
            name=name,
            name_en=name_en,
            position=Position(position),
            subsystem=subsystem,
            is_demo=is_demo,
        )
        for name, name_en, position, subsystem, is_demo in work.rows(statement)
    ]


def policies(
    work: Work, as_of: date, shown: Sequence[ShownChain], *, with_demo: bool
) -> list[ShownPolicy]:
    """Return the public policies of some chains that are in force on a day."""
    return [
        ShownPolicy(
            chain_name=one.name,
            chain_name_en=one.name_en,
            title=policy.title,
            title_en=policy.title_en,
            summary=policy.summary,
            summary_en=policy.summary_en,
            who=policy.who,
            who_en=policy.who_en,
            valid_to=policy.valid_to,
            is_demo=policy.is_demo,
        )
        for one in shown
        for policy in policy_sets.holding(work, as_of, one.chain_id, with_demo=with_demo)
        if policy.is_public
    ]


def sites(work: Work, as_of: date, *, park: str = "", with_demo: bool) -> list[ShownSite]:
    """Return the public sites that can be had on a day."""
    asked = Filters(park=park, with_demo=with_demo, only_public=True)
    return [
        ShownSite(
            code=line.site.code,
            name=line.site.name,
            name_en=line.site.name_en,
            kind=SiteKind(line.site.kind),
            park=line.site.park,
            area_m2=line.site.area_m2,
            floor_load_kg_m2=line.site.floor_load_kg_m2,
            power_kva=line.site.power_kva,
            price_fen=line.site.price_fen,
            price_basis=PriceBasis(line.site.price_basis),
            utilities=read_utilities(line.site.utilities),
            free_from=line.site.free_from,
            is_demo=line.site.is_demo,
        )
        for line in listed(work, as_of, asked)
        if line.standing in CAN_BE_HAD
    ]


def funds(work: Work, *, with_demo: bool) -> list[ShownFund]:
    """Return the funds that say what they look for."""
    statement = (
        sa.select(
            col(Fund.name),
            col(Fund.name_en),
            col(Fund.focus),
            col(Fund.focus_en),
            col(Fund.is_demo),
        )
        .where(col(Fund.focus) != "")
        .order_by(col(Fund.kind), col(Fund.inception_on), col(Fund.code))
    )
    if not with_demo:
        statement = statement.where(col(Fund.is_demo).is_(False))
    return [
        ShownFund(name=name, name_en=name_en, focus=focus, focus_en=focus_en, is_demo=is_demo)
        for name, name_en, focus, focus_en, is_demo in work.rows(statement)
    ]
