"""Firm list: the firms that the district deals with, found by name, other name or credit code."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import chain_firms
from dealflow.chain_firms import Role, SegmentFirm
from dealflow.chains import ChainLeader
from dealflow.firm_aliases import FirmAlias
from dealflow.firm_groups import FirmParent
from dealflow.firm_withdrawals import ended
from dealflow.lead_firms import LeadFirm
from dealflow.projects import Project
from dealflow.qualifications import Qualification
from dealflow.supply import SupplyLink
from portfolio.investments import Investment
from portfolio.kernel.db import Work
from portfolio.organisations import Organisation


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class FirmLine:
    """One firm as the list shows it."""

    organisation_id: str
    name: str
    name_en: str
    credit_code: str
    city: str
    aliases: tuple[str, ...]
    role: Role | None  # the firmest it has in any segment
    segments: int
    projects: int
    chains_led: int
    has_withdrawn: bool
    is_demo: bool


# ---- reads
def firms() -> sa.Select[str]:
    """Return the ids of the organisations that are firms here: somebody recorded what they do."""
    places = (
        col(Project.organisation_id),
        col(SegmentFirm.organisation_id),
        col(SupplyLink.supplier_id),
        col(SupplyLink.customer_id),
        col(ChainLeader.organisation_id),
        col(Qualification.organisation_id),
        col(FirmParent.parent_id),
        col(FirmParent.subsidiary_id),
        col(LeadFirm.organisation_id),
        col(Investment.organisation_id),
    )
    every = sa.union(*(sa.select(place) for place in places)).subquery("firms")
    return sa.select(every.c[0]).where(every.c[0].is_not(None))


def listed(
    work: Work,
    as_of: date,
    *,
    text: str = "",
    limit: int = 50,
    after: int = 0,
    with_demo: bool = True,
) -> tuple[list[FirmLine], int]:
    """Return the firms whose name, other name or code holds `text`, and how many there are.

    Those whose name begins with it come first, then leader firms, then firms on a chain, then by
    name; invented firms of the demo stand after real ones.
    """
    text = text.strip()
    found = sa.select(Organisation).where(col(Organisation.id).in_(firms()))
    if not with_demo:
        found = found.where(col(Organisation.is_demo).is_(False))
    if text:
        found = found.where(_says(text))
    total = work.scalar(sa.select(sa.func.count()).select_from(found.subquery()))
    begins = col(Organisation.name).startswith(text, autoescape=True)
    ordered = found.order_by(
        sa.case((begins, 0), else_=1),
        sa.case((_leads(as_of), 0), (_on_a_chain(), 1), else_=2),
        col(Organisation.is_demo),
        col(Organisation.name),
        col(Organisation.id),
    )
    shown = list(work.session.execute(ordered.offset(after).limit(limit)).scalars())
    return _lines(work, as_of, shown, with_demo=with_demo), int(total)


def _leads(as_of: date) -> sa.ColumnElement[bool]:
    return col(Organisation.id).in_(_open_terms(as_of))


def _open_terms(as_of: date) -> sa.Select[str]:
    return sa.select(col(ChainLeader.organisation_id)).where(
        col(ChainLeader.since_on) <= as_of,
        col(ChainLeader.ended_on).is_(None) | (col(ChainLeader.ended_on) > as_of),
    )


def _on_a_chain() -> sa.ColumnElement[bool]:
    placed = sa.select(col(Project.organisation_id)).where(col(Project.segment_id).is_not(None))
    entered = sa.select(col(SegmentFirm.organisation_id))
    return col(Organisation.id).in_(placed) | col(Organisation.id).in_(entered)


def _says(text: str) -> sa.ColumnElement[bool]:
    other = sa.select(col(FirmAlias.organisation_id)).where(
        col(FirmAlias.name).icontains(text, autoescape=True)
    )
    return sa.or_(
        col(Organisation.name).icontains(text, autoescape=True),
        col(Organisation.name_en).icontains(text, autoescape=True),
        col(Organisation.credit_code) == text.upper(),
        col(Organisation.id).in_(other),
    )


def _lines(
    work: Work, as_of: date, shown: list[Organisation], *, with_demo: bool
) -> list[FirmLine]:
    ids = [row.id for row in shown]
    on_page = sa.select(col(Organisation.id)).where(col(Organisation.id).in_(ids))
    standing: dict[str, list[Role]] = {}
    for place in chain_firms.places_of(work, as_of, on_page, with_demo=with_demo):
        standing.setdefault(place.organisation_id, []).append(place.role)
    aliases: dict[str, list[str]] = {}
    for firm_id, name in work.rows(
        sa.select(col(FirmAlias.organisation_id), col(FirmAlias.name))
        .where(col(FirmAlias.organisation_id).in_(ids))
        .order_by(col(FirmAlias.name))
    ):
        aliases.setdefault(firm_id, []).append(name)
    projects = Counter(
        firm_id
        for (firm_id,) in work.rows(
            sa.select(col(Project.organisation_id)).where(
                col(Project.organisation_id).in_(ids), col(Project.first_heard_on) <= as_of
            )
        )
    )
    led = Counter(
        firm_id
        for (firm_id,) in work.rows(
            _open_terms(as_of).where(col(ChainLeader.organisation_id).in_(ids))
        )
    )
    return [
        FirmLine(
            organisation_id=row.id,
            name=row.name,
            name_en=row.name_en,
            credit_code=row.credit_code or "",
            city=row.city,
            aliases=tuple(aliases.get(row.id, ())),
            role=max(roles, key=lambda role: role.rank, default=None),
            segments=len(roles),
            projects=projects[row.id],
            chains_led=led[row.id],
            has_withdrawn=row.id in gone,
            is_demo=row.is_demo,
        )
        for gone in (_withdrawn(work, as_of, ids),)
        for row in shown
        for roles in (standing.get(row.id, []),)
    ]


def _withdrawn(work: Work, as_of: date, ids: list[str]) -> set[str]:
    went = ended(col(Organisation.id), sa.literal(date.min, sa.Date()), as_of)
    statement = sa.select(col(Organisation.id)).where(col(Organisation.id).in_(ids), went)
    return {firm_id for (firm_id,) in work.rows(statement)}
