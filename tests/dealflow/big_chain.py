"""A chain of any size, written set by set into the real tables: for counting queries and for speed.

A fifth of the firms has a project with its contract, start and money; all have an entry on the map.
The same numbers give the same chain.
"""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from dealflow.agreements import Agreement
from dealflow.chain_firms import Role, SegmentFirm
from dealflow.chains import Chain, ChainLeader, Criticality, Position, Segment
from dealflow.landings import Arrival, ArrivalCheck, MoneyKind
from dealflow.projects import Project
from dealflow.stages import Milestone, Stage
from dealflow.supply import SupplyLink
from portfolio.kernel.db import Work, new_id
from portfolio.organisations import Organisation

DAY = date(2024, 3, 1)
AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
WHO, OTHER = new_id(), new_id()
ROWS_A_SET = 5_000
ROLES = (Role.LANDED, Role.LANDED, Role.CONTRACTED, Role.IN_TALKS, Role.TARGET)
LEADERS, WITH_PROJECT = 6, 5


def build(work: Work, *, segments: int, firms: int, links: int) -> Chain:
    """Write a chain of that many segments, firms and supply links; return it."""
    dice = random.Random(20_231_025)
    chain = Chain(slug=f"big-{segments}-{links}", name=f"大链 {segments}")
    firm_ids = [new_id() for _ in range(firms)]
    places = [
        Segment(
            chain_id=chain.id,
            code=f"S{n}",
            name=f"环节 {n}",
            subsystem=f"子系统 {n // 20}",
            position=dice.choice(list(Position)).value,
            order=n,
            criticality=dice.choice(list(Criticality)).value,
        )
        for n in range(segments)
    ]
    _write(work, Chain, [chain])
    _write(work, Segment, places)
    _write(
        work, Organisation, [Organisation(id=f, name=f"企业 {n}") for n, f in enumerate(firm_ids)]
    )
    leaders = [ChainLeader(chain_id=chain.id, organisation_id=f, since_on=DAY)
               for f in firm_ids[:LEADERS]]  # fmt: skip
    _write(work, ChainLeader, leaders)
    # Every fourth segment stays empty of landed firms, or a big chain would have no gap.
    where = [dice.randrange(segments) for _ in firm_ids]
    _write(
        work,
        SegmentFirm,
        [
            SegmentFirm(
                segment_id=places[at].id,
                organisation_id=firm,
                role=(dice.choice(ROLES) if at % 4 else dice.choice(ROLES[3:])).value,
                on=DAY,
                recorded_at=AT,
                recorded_by=WHO,
            )
            for firm, at in zip(firm_ids, where, strict=True)
        ],
    )
    _projects(
        work, chain, [(f, places[at].id) for f, at in zip(firm_ids, where, strict=True) if at % 4]
    )
    _links(work, firm_ids, links, dice)
    return chain


def _projects(work: Work, chain: Chain, firms: list[tuple[str, str]]) -> None:
    """Give every fifth of these firms a project that was signed, has started and got its money."""
    projects = [
        Project(
            code=f"{chain.slug}-{n}",
            name=f"项目 {n}",
            organisation_id=firm,
            chain_id=chain.id,
            segment_id=segment,
            first_heard_on=DAY,
        )
        for n, (firm, segment) in enumerate(firms[::WITH_PROJECT])
    ]
    arrivals = [
        Arrival(
            project_id=project.id,
            on=DAY,
            amount_fen=50_000_000_00,
            kind=MoneyKind.FIXED_ASSETS.value,
            recorded_by=WHO,
            recorded_at=AT,
        )
        for project in projects
    ]
    _write(work, Project, projects)
    _write(
        work,
        Milestone,
        [
            Milestone(project_id=p.id, stage=stage.value, on=DAY, recorded_at=AT, recorded_by=WHO)
            for p in projects
            for stage in (Stage.FORMAL, Stage.REGISTERED, Stage.STARTED)
        ],
    )
    _write(
        work,
        Agreement,
        [
            Agreement(
                code=f"A-{p.code}",
                project_id=p.id,
                kind="formal",
                title=p.name,
                signed_on=DAY,
                amount_fen=100_000_000_00,
                recorded_at=AT,
            )
            for p in projects
        ],
    )
    _write(work, Arrival, arrivals)
    _write(
        work,
        ArrivalCheck,
        [ArrivalCheck(arrival_id=a.id, verified_by=OTHER, on=DAY, at=AT, accepted=True)
         for a in arrivals],
    )  # fmt: skip


def _links(work: Work, firm_ids: list[str], count: int, dice: random.Random) -> None:
    pairs: set[tuple[str, str]] = set()
    while len(pairs) < count:
        supplier, customer = dice.choice(firm_ids), dice.choice(firm_ids)
        if supplier != customer:
            pairs.add((supplier, customer))
    _write(
        work,
        SupplyLink,
        [
            SupplyLink(
                supplier_id=supplier,
                customer_id=customer,
                weight=10,
                since_on=DAY,
                recorded_at=AT,
                recorded_by=WHO,
            )
            for supplier, customer in sorted(pairs)
        ],
    )


def _write(work: Work, table: type[SQLModel], rows: Iterable[SQLModel]) -> None:
    found: list[dict[str, Any]] = [row.model_dump() for row in rows]
    for first in range(0, len(found), ROWS_A_SET):
        work.session.execute(sa.insert(table), found[first : first + ROWS_A_SET])
