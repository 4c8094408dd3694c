"""A small chain worked by hand, and the short words by which a test fills it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import sqlalchemy as sa

from dealflow import chain_firms, chain_map, chains, gaps, supply
from dealflow.chain_firms import Role
from dealflow.chains import Criticality, Position
from portfolio import organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work

BEGAN, DAY = date(2023, 6, 30), date(2023, 9, 30)
DRAWN = (
    ("芯片", Position.UPSTREAM, Criticality.CRITICAL),
    ("软件", Position.UPSTREAM, Criticality.IMPORTANT),
    ("模组", Position.MIDSTREAM, Criticality.IMPORTANT),
    ("整机", Position.DOWNSTREAM, Criticality.CRITICAL),
    ("包装", Position.AFTERMARKET, Criticality.ORDINARY),
)


class Valley:
    """A chain of five segments around the leader 龙头, and firms by their short names."""

    def __init__(self, work: Work, officer: Actor) -> None:
        self.work, self.officer = work, officer
        self.chain = chains.add(work, officer, slug="devices", name="终端链")
        self.segments = {
            name: chains.add_segment(
                work,
                officer,
                self.chain.id,
                name=name,
                position=position,
                criticality=criticality,
                order=order,
            ).id
            for order, (name, position, criticality) in enumerate(DRAWN)
        }
        self.firms: dict[str, str] = {}

    def firm(self, name: str) -> str:
        if name not in self.firms:
            self.firms[name] = organisations.find_or_create(self.work, self.officer, name=name).id
        return self.firms[name]

    def names(self, firm_ids) -> set[str]:
        called = {firm_id: name for name, firm_id in self.firms.items()}
        return {called[firm_id] for firm_id in firm_ids}

    def enter(self, segment: str, firm: str, role: Role, on: date = BEGAN):
        return chain_firms.enter(
            self.work,
            self.officer,
            segment_id=self.segments[segment],
            organisation_id=self.firm(firm),
            role=role,
            on=on,
        )

    def link(self, supplier: str, customer: str, weight: int, since_on: date = BEGAN):
        return supply.link(
            self.work,
            self.officer,
            supplier_id=self.firm(supplier),
            customer_id=self.firm(customer),
            weight=weight,
            since_on=since_on,
        )

    def lead(self, firm: str, since_on: date = BEGAN):
        return chains.name_leader(
            self.work,
            self.officer,
            self.chain.id,
            organisation_id=self.firm(firm),
            since_on=since_on,
        )

    def chart(self, as_of: date = DAY) -> chain_map.ChainMap:
        return chain_map.chain_map(self.work, as_of, self.chain.id)

    def graph(self, as_of: date = DAY):
        return supply.network(supply.links(self.work, as_of))

    def gaps(self, as_of: date = DAY) -> list[gaps.Gap]:
        return gaps.gaps(self.chart(as_of), self.graph(as_of))


def settled(valley: Valley) -> Valley:
    """Fill the valley as the tests that work it by hand describe it."""
    valley.enter("整机", "龙头", Role.LANDED)
    valley.enter("整机", "次机", Role.LANDED)
    valley.enter("模组", "模甲", Role.LANDED)
    valley.enter("芯片", "芯甲", Role.IN_TALKS)
    valley.enter("芯片", "芯乙", Role.TARGET)
    valley.lead("龙头")
    for supplier, customer, weight in (
        ("模甲", "龙头", 60),
        ("模甲", "次机", 100),
        ("芯甲", "模甲", 70),
        ("芯甲", "龙头", 20),
        ("软甲", "龙头", 20),
        ("龙头", "商贸", 30),
    ):
        valley.link(supplier, customer, weight)
    return valley


@contextmanager
def questions(work: Work) -> Iterator[list[int]]:
    """Note how many values each statement sends while this is open."""
    sizes: list[int] = []

    def note(_connection, _cursor, _statement, parameters, *_rest) -> None:
        sizes.append(len(parameters))

    work.session.flush()
    engine = work.session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sizes
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
