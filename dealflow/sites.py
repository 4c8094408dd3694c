"""Sites: the parcels, buildings, offices and clean rooms that the district can offer a firm.

What a site is stands in its row, versioned; whether it is offered is a dated event, and who holds
it is read from the projects' milestones (site_takings.py).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Fen, Id, Instant, Row, Work, one_of, strict
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError


# ---- facts
class SiteKind(StrEnum):
    """What a site is."""

    PARCEL = "parcel"
    FACTORY = "factory"
    OFFICE = "office"
    CLEAN_ROOM = "clean_room"


class PriceBasis(StrEnum):
    """What one price buys."""

    RENT_M2_MONTH = "rent_m2_month"
    SALE_M2 = "sale_m2"
    SALE_MU = "sale_mu"  # 亩, a fifteenth of a hectare


class Utility(StrEnum):
    """What is laid on, beyond water and power."""

    GAS = "gas"
    STEAM = "steam"
    SEWAGE = "sewage"
    DUAL_SUPPLY = "dual_supply"
    FIBRE = "fibre"


class Offer(StrEnum):
    """Whether the office offers a site, whoever holds it."""

    OPEN = "open"
    RESERVED = "reserved"
    WITHDRAWN = "withdrawn"


# ---- rows
class ProjectSite(Row, table=True):
    """A site in the inventory, since the day it was listed."""

    __tablename__ = "project_site"
    __table_args__ = strict(
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("name <> ''", name="named"),
        sa.CheckConstraint("area_m2 > 0", name="area_positive"),
        sa.CheckConstraint(
            "floor_load_kg_m2 IS NULL OR floor_load_kg_m2 > 0", name="floor_load_positive"
        ),
        sa.CheckConstraint("power_kva IS NULL OR power_kva > 0", name="power_positive"),
        sa.CheckConstraint("price_fen IS NULL OR price_fen > 0", name="price_positive"),
        sa.CheckConstraint("version > 0", name="version_positive"),
    )

    code: str
    name: str
    name_en: str = ""
    kind: str = Field(sa_type=one_of(*SiteKind))
    park: str = ""
    area_m2: int
    floor_load_kg_m2: int | None = None
    power_kva: int | None = None
    price_fen: int | None = Field(default=None, sa_type=Fen)
    price_basis: str = Field(sa_type=one_of(*PriceBasis))
    utilities: str = ""  # the codes of Utility, sorted, between commas
    free_from: date | None = None  # ready for use; None: at once
    note: str = ""
    listed_on: date
    is_public: bool = False  # may be shown to strangers
    is_demo: bool = False
    version: int = 1


class SiteOffer(Row, table=True):
    """From a day on a site is offered, kept back or withdrawn."""

    __tablename__ = "site_offer"
    __table_args__ = strict(sa.Index("ix_site_offer_site_id_on", "site_id", "on"))

    site_id: str = Field(foreign_key="project_site.id", sa_type=Id)
    offer: str = Field(sa_type=one_of(*Offer))
    on: date
    note: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- rules
FACTS = (
    "name",
    "name_en",
    "kind",
    "park",
    "area_m2",
    "floor_load_kg_m2",
    "power_kva",
    "price_fen",
    "price_basis",
    "utilities",
    "free_from",
    "note",
    "is_public",
)
ABOVE_NOTHING = ("area_m2", "floor_load_kg_m2", "power_kva", "price_fen")


def written(utilities: Iterable[Utility]) -> str:
    """Return utilities as a row keeps them."""
    return ",".join(sorted({one.value for one in utilities}))


def read_utilities(text: str) -> tuple[Utility, ...]:
    """Return the utilities that a row keeps."""
    return tuple(Utility(code) for code in text.split(",") if code)


def usual_basis(kind: SiteKind) -> PriceBasis:
    """Return how a site of a kind is priced unless somebody says otherwise."""
    return PriceBasis.SALE_MU if kind is SiteKind.PARCEL else PriceBasis.RENT_M2_MONTH


def _refuse_odd(facts: Mapping[str, Any]) -> None:
    if "name" in facts and not facts["name"].strip():
        raise DomainError("The site has no name.", "Enter the name it is known by.")
    for name in ABOVE_NOTHING:
        value = facts.get(name)
        if value is not None and value <= 0:
            raise DomainError(
                "An area, a load, a power or a price is more than nothing.",
                "Leave the field empty while it is not known.",
            )


# ---- commands
def add(
    work: Work,
    actor: Actor,
    *,
    code: str,
    name: str,
    kind: SiteKind,
    area_m2: int,
    listed_on: date,
    is_demo: bool = False,
    **facts: Any,
) -> ProjectSite:
    """List a site: it is offered from `listed_on` on.

    facts   others of FACTS; the price basis is the usual one of the kind where none is given
    errors  no code or name; a code that is taken; a size that is not above zero; a day to come
    """
    actor.must(Duty.EDIT_DEALS)
    assert set(facts) <= set(FACTS), f"no facts of a site: {set(facts) - set(FACTS)}"
    code = code.strip()
    if not code:
        raise DomainError("The site has no code.", "Enter a short code, such as YB-A03.")
    if listed_on > work.today():
        raise DomainError(
            "{on} is still to come.",
            "List the site from today, and say from when it is free.",
            on=listed_on,
        )
    if work.scalar(sa.select(col(ProjectSite.id)).where(col(ProjectSite.code) == code)):
        raise DomainError(
            "There is a site with the code {code} already.", "Choose another code.", code=code
        )
    facts = {
        "price_basis": usual_basis(kind).value,
        **facts,
        "name": name.strip(),
        "kind": kind.value,
        "area_m2": area_m2,
    }
    _refuse_odd(facts)
    site = work.add(ProjectSite(code=code, listed_on=listed_on, is_demo=is_demo, **facts))
    _offer(work, actor, site, Offer.OPEN, listed_on, "")
    audit.write(
        work, actor, "project_site:list", "project_site", site.id, after={"code": code, **facts}
    )
    return site


def change(
    work: Work, actor: Actor, site_id: str, *, version: int, facts: Mapping[str, Any]
) -> ProjectSite:
    """Change some of FACTS; a form opened before another change is refused."""
    actor.must(Duty.EDIT_DEALS)
    assert set(facts) <= set(FACTS), f"not to be edited: {set(facts) - set(FACTS)}"
    site = get(work, site_id)
    before = {name: getattr(site, name) for name in facts}
    if site.version != version:
        raise StaleError(
            mine={**facts, "version": version}, theirs={**before, "version": site.version}
        )
    _refuse_odd(facts)
    for name, value in facts.items():
        setattr(site, name, value)
    site.version += 1
    work.add(site)
    audit.write(
        work,
        actor,
        "project_site:change",
        "project_site",
        site.id,
        before=before,
        after=dict(facts),
    )
    return site


def offer(
    work: Work, actor: Actor, site_id: str, *, to: Offer, on: date, note: str = ""
) -> SiteOffer:
    """Say that from a day on a site is offered, kept back or withdrawn.

    errors  a day to come, or before the last such word; no reason for not offering it
    """
    actor.must(Duty.EDIT_DEALS)
    site = get(work, site_id)
    last = max(one.on for one in offers(work, site_id))
    if on > work.today() or on < last:
        raise DomainError(
            "{on} is not between {last} and today.",
            "Choose the day from which it holds; the last change was on {last}.",
            on=on,
            last=last,
        )
    if to is not Offer.OPEN and not note.strip():
        raise DomainError(
            "A site that is not offered needs its reason.", "Say in one sentence what it waits for."
        )
    return _offer(work, actor, site, to, on, note.strip())


def _offer(
    work: Work, actor: Actor, site: ProjectSite, to: Offer, on: date, note: str
) -> SiteOffer:
    row = work.add(
        SiteOffer(
            site_id=site.id,
            offer=to.value,
            on=on,
            note=note,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=site.is_demo,
        )
    )
    after = {"offer": to.value, "on": on, "note": note}
    audit.write(work, actor, "project_site:offer", "project_site", site.id, after=after)
    return row


# ---- reads
def get(work: Work, site_id: str) -> ProjectSite:
    """Return the site or answer like one that is not there."""
    site = work.session.get(ProjectSite, site_id)
    if site is None:
        raise NotFoundError
    return site


def offers(work: Work, site_id: str) -> list[SiteOffer]:
    """Return what was said of a site's offer, in order."""
    statement = (
        sa.select(SiteOffer)
        .where(col(SiteOffer.site_id) == site_id)
        .order_by(col(SiteOffer.on), col(SiteOffer.id))
    )
    return list(work.session.execute(statement).scalars())


def offers_at(work: Work, as_of: date) -> dict[str, Offer]:
    """Return {site: the last word on its offer} at the close of a day."""
    statement = (
        sa.select(col(SiteOffer.site_id), col(SiteOffer.offer))
        .where(col(SiteOffer.on) <= as_of)
        .order_by(col(SiteOffer.on), col(SiteOffer.id))
    )
    return {site_id: Offer(word) for site_id, word in work.rows(statement)}
