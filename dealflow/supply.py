"""Supply: which firm supplies which, with its evidence, and what the network of them says.

A link runs from supplier to customer. Its weight is the share of the customer's need that the
supplier covers, in hundredths. The graph itself is networkx's; what is asked of it is ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import networkx as nx
import sqlalchemy as sa
from sqlmodel import Field, col

from dealflow import firm_withdrawals
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Instant, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.organisations import Organisation

WHOLE = 100  # hundredths of a customer's need


# ---- facts
class Link(NamedTuple):
    """A supplier, its customer, and the share of the need that it covers: 40 is 40 %."""

    supplier_id: str
    customer_id: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyLine:
    """A supply as one of its two firms sees it."""

    link_id: str
    organisation_id: str  # of the other firm
    name: str
    is_supplier: bool  # the other firm supplies this one
    weight: int  # hundredths of the customer's need
    what: str
    since_on: date
    ended_on: date | None
    evidence_file_id: str | None
    is_broken: bool  # one of the two withdrew since it began, so it no longer counts
    is_demo: bool


# ---- rules
def peak(links: Iterable[tuple[date, date | None, int]]) -> int:
    """Return the most that (since, ended, weight) of one customer add up to on any day."""
    links = list(links)
    return max(
        (
            sum(
                weight
                for since, ended, weight in links
                if since <= day and (ended or date.max) > day
            )
            for day, _, _ in links
        ),
        default=0,
    )


def network(links: Iterable[Link]) -> "nx.DiGraph[str]":
    """Return the graph of firms, an edge from each supplier to each of its customers."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_weighted_edges_from(links)
    return graph


def downstream(graph: "nx.DiGraph[str]", firm_id: str, *, among: frozenset[str]) -> dict[str, int]:
    """Return {firm: steps} of the firms that live on a firm's supplies, itself left out.

    among  the firms that are here; supply runs only through them
    """
    if firm_id not in graph:
        return {}
    here = graph.subgraph(among | {firm_id})
    steps: Mapping[str, int] = nx.single_source_shortest_path_length(here, firm_id)
    return {other: distance for other, distance in steps.items() if other != firm_id}


def sole_suppliers(graph: "nx.DiGraph[str]", firm_ids: frozenset[str]) -> dict[str, set[str]]:
    """Return {supplier: its customers for whom it is the only one of these firms}."""
    alone: dict[str, set[str]] = {}
    customers = {c for firm in firm_ids if firm in graph for c in graph.successors(firm)}
    for customer in customers:
        suppliers = firm_ids.intersection(graph.predecessors(customer))
        if len(suppliers) == 1:
            alone.setdefault(next(iter(suppliers)), set()).add(customer)
    return alone


# ---- rows
class SupplyLink(Row, table=True):
    """A supply between two firms, from a day on and until it ended."""

    __tablename__ = "supply_link"
    __table_args__ = strict(
        sa.UniqueConstraint("supplier_id", "customer_id", "since_on"),
        sa.CheckConstraint("supplier_id <> customer_id", name="another_firm"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name="weight_is_hundredths"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= since_on", name="ends_after_start"),
        sa.Index("ix_supply_link_customer", "customer_id"),
    )

    supplier_id: str = Field(foreign_key="organisation.id", sa_type=Id)
    customer_id: str = Field(foreign_key="organisation.id", sa_type=Id)
    weight: int
    what: str = ""
    since_on: date
    ended_on: date | None = None
    evidence_file_id: str | None = Field(default=None, foreign_key="stored_file.id", sa_type=Id)
    recorded_at: datetime = Field(sa_type=Instant)
    recorded_by: str = Field(sa_type=Id)
    is_demo: bool = False


# ---- commands
def link(
    work: Work,
    actor: Actor,
    *,
    supplier_id: str,
    customer_id: str,
    weight: int,
    since_on: date,
    what: str = "",
    evidence_file_id: str | None = None,
    is_demo: bool = False,
) -> SupplyLink:
    """Record that a firm supplies another.

    weight  1 to 100 hundredths of the customer's need
    errors  a firm that supplies itself; more than the whole need; a link that is there already
    """
    actor.must(Duty.EDIT_DEALS)
    if supplier_id == customer_id:
        raise DomainError("A firm does not supply itself.", "Choose another customer.")
    if not 1 <= weight <= WHOLE:
        raise DomainError(
            "The weight of a supply is {weight} %, which is not from 1 to 100.",
            "Enter the share of the customer's need that the supplier covers.",
            weight=weight,
        )
    _refuse_beyond_need(work, supplier_id, customer_id, weight=weight, since_on=since_on)
    row = work.add(
        SupplyLink(
            supplier_id=supplier_id,
            customer_id=customer_id,
            weight=weight,
            what=what,
            since_on=since_on,
            evidence_file_id=evidence_file_id,
            recorded_at=work.recorded_at,
            recorded_by=actor.id,
            is_demo=is_demo,
        )
    )
    after = {"customer": customer_id, "weight": weight, "since_on": since_on}
    audit.write(work, actor, "supply:link", "organisation", supplier_id, after=after)
    return row


def _refuse_beyond_need(
    work: Work, supplier_id: str, customer_id: str, *, weight: int, since_on: date
) -> None:
    """Refuse a supply that is there on a day of the new one, or more than the whole need."""
    meets = col(SupplyLink.ended_on).is_(None) | (col(SupplyLink.ended_on) > since_on)
    others = work.rows(
        sa.select(
            col(SupplyLink.supplier_id),
            col(SupplyLink.since_on),
            col(SupplyLink.ended_on),
            col(SupplyLink.weight),
        ).where(
            col(SupplyLink.customer_id) == customer_id,
            meets | (col(SupplyLink.since_on) == since_on),
        )
    )
    if supplier_id in {supplier for supplier, *_ in others}:
        raise DomainError(
            "This supply is recorded already.", "End it first, then record how it goes on."
        )
    spells = [(max(since, since_on), ended, share) for _, since, ended, share in others]
    most = peak([*spells, (since_on, None, weight)])
    if most > WHOLE:
        raise DomainError(
            "With this supply {total} % of the customer's need would be covered.",
            "Lower the weight, or end the supply that it replaces.",
            total=most,
        )


def end(work: Work, actor: Actor, link_id: str, *, on: date) -> SupplyLink:
    """Record that a supply ended on a day; from then on it does not count."""
    actor.must(Duty.EDIT_DEALS)
    row = work.session.get(SupplyLink, link_id)
    if row is None:
        raise NotFoundError
    if row.ended_on is not None or on < row.since_on:
        raise DomainError(
            "The supply began on {since} and cannot end on {on}.",
            "Choose a later day; a supply ends once.",
            since=row.since_on,
            on=on,
        )
    row.ended_on = on
    work.add(row)
    audit.write(work, actor, "supply:end", "organisation", row.supplier_id, after={"ended_on": on})
    return row


# ---- reads
def _open(as_of: date) -> sa.ColumnElement[bool]:
    return (col(SupplyLink.since_on) <= as_of) & (
        col(SupplyLink.ended_on).is_(None) | (col(SupplyLink.ended_on) > as_of)
    )


def _broken(as_of: date) -> sa.ColumnElement[bool]:
    """Return the condition that one of the two firms withdrew since the supply began."""
    return sa.or_(
        *(
            firm_withdrawals.ended(firm, col(SupplyLink.since_on), as_of)
            for firm in (col(SupplyLink.supplier_id), col(SupplyLink.customer_id))
        )
    )


def links(work: Work, as_of: date, *, with_demo: bool = True) -> list[Link]:
    """Return every supply on a day."""
    statement = sa.select(
        col(SupplyLink.supplier_id), col(SupplyLink.customer_id), col(SupplyLink.weight)
    ).where(_open(as_of), ~_broken(as_of))
    if not with_demo:
        statement = statement.where(col(SupplyLink.is_demo).is_(False))
    found = work.session.connection().execute(statement)  # 100,000 rows: no mapping of objects
    return [Link._make(row) for row in found]


def of_firm(
    work: Work, as_of: date, organisation_id: str, *, with_demo: bool = True
) -> list[SupplyLine]:
    """Return every supply from and to a firm that began by a day: open ones first, then by name."""
    found: list[SupplyLine] = []
    sides = (col(SupplyLink.supplier_id), col(SupplyLink.customer_id))
    for is_supplier, (other, own) in ((True, sides), (False, sides[::-1])):
        statement = (
            sa.select(SupplyLink, other, col(Organisation.name), _broken(as_of))
            .join(Organisation, col(Organisation.id) == other)
            .where(own == organisation_id, col(SupplyLink.since_on) <= as_of)
        )
        if not with_demo:
            statement = statement.where(col(SupplyLink.is_demo).is_(False))
        found.extend(
            SupplyLine(
                link_id=row.id,
                organisation_id=other_id,
                name=name,
                is_supplier=is_supplier,
                weight=row.weight,
                what=row.what,
                since_on=row.since_on,
                ended_on=row.ended_on if row.ended_on and row.ended_on <= as_of else None,
                evidence_file_id=row.evidence_file_id,
                is_broken=bool(is_broken),
                is_demo=row.is_demo,
            )
            for row, other_id, name, is_broken in work.rows(statement)
        )
    return sorted(
        found,
        key=lambda one: (one.ended_on is not None, not one.is_supplier, -one.weight, one.name),
    )
