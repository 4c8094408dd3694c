"""A chain for its paper: of any size, told by the real commands where a figure follows from it."""

from datetime import date

from dealflow import (
    agreements,
    blockers,
    chain_firms,
    chains,
    landings,
    outreach,
    projects,
    supply,
    units,
)
from dealflow.agreements import AgreementKind
from dealflow.blockers import BlockerKind
from dealflow.chain_firms import Role
from dealflow.chains import Chain, Criticality, Position, Segment
from dealflow.landings import MoneyKind
from dealflow.outreach import EventKind
from dealflow.units import UnitKind
from portfolio import organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.files import Store

BEGIN, DAY = date(2024, 1, 10), date(2024, 6, 30)
YI = 10_000_000_000
LONG = "超长名称的企业与项目及其全部后缀有限责任公司西南区域总部基地"  # 30 signs that must wrap


def chain(work: Work, officer: Actor, name: str = "智能汽车") -> Chain:
    """Record a chain with an official and a task force."""
    force = units.add(work, officer, code="TF", name=f"{name}专班", kind=UnitKind.TASK_FORCE)
    return chains.add(
        work,
        officer,
        slug="cars",
        name=name,
        name_en="Smart cars",
        official_title="区领导",
        task_force_unit_id=force.id,
        leader_firms="车厂",
    )


def segments(work: Work, chain_id: str, number: int, *, rows: int, name: str = "节点") -> None:
    """Draw a map of many segments at once, each a critical gap."""
    positions = list(Position)
    work.session.add_all(
        Segment(
            chain_id=chain_id,
            code=f"S{at}",
            name=f"{name}{at}",
            position=positions[at % len(positions)].value,
            order=at,
            subsystem=f"{name}子系统{at % rows}",
            criticality=Criticality.CRITICAL.value,
            wanted_firms=3,
            wanted_note=name,
        )
        for at in range(number)
    )
    work.session.flush()


def project(
    work: Work,
    officer: Actor,
    verifier: Actor,
    store: Store,
    chain_: Chain,
    *,
    code: str,
    name: str,
    segment_id: str | None = None,
    signed_fen: int = 2 * YI,
    arrived_fen: int = YI,
    is_demo: bool = False,
) -> str:
    """Sign a project of the chain for 2 亿元 of which 1 亿元 has come, and return it."""
    firm = organisations.find_or_create(work, officer, name=f"{name}公司")
    made = projects.create(
        work,
        officer,
        code=code,
        name=name,
        organisation_id=firm.id,
        first_heard_on=BEGIN,
        chain_id=chain_.id,
        segment_id=segment_id,
        is_demo=is_demo,
    )
    file = store.keep(work, officer, name="a.pdf", content=b"%PDF-1.7 a")
    agreements.sign(
        work,
        officer,
        project_id=made.id,
        kind=AgreementKind.FORMAL,
        title=f"{name}合同",
        signed_on=date(2024, 2, 1),
        amount_fen=signed_fen,
    )
    came = landings.arrive(
        work,
        officer,
        made.id,
        on=date(2024, 3, 1),
        amount_fen=arrived_fen,
        kind=MoneyKind.FIXED_ASSETS,
        evidence_file_id=file.id,
    )
    landings.verify(work, verifier, came.id, accepted=True, on=date(2024, 3, 2))
    return made.id


def told(work: Work, officer: Actor, verifier: Actor, store: Store) -> Chain:
    """Tell a small chain: a landed motor maker, chips missing, a candidate, open items, a visit."""
    made = chain(work, officer)
    motor = chains.add_segment(
        work, officer, made.id, name="电机", position=Position.MIDSTREAM, subsystem="动力", order=1
    )
    chains.add_segment(
        work,
        officer,
        made.id,
        name="芯片",
        position=Position.UPSTREAM,
        subsystem="动力",
        criticality=Criticality.CRITICAL,
        wanted_firms=2,
        order=2,
    )
    here = project(
        work, officer, verifier, store, made, code="P1", name="电机厂", segment_id=motor.id
    )
    invited = organisations.find_or_create(work, officer, name="芯片企业", is_demo=True)
    buyer = organisations.find_or_create(work, officer, name="电机厂公司")
    chain_firms.enter(
        work, officer, segment_id=motor.id, organisation_id=buyer.id, role=Role.LANDED, on=BEGIN
    )
    chains.name_leader(work, officer, made.id, organisation_id=buyer.id, since_on=BEGIN)
    supply.link(
        work, officer, supplier_id=invited.id, customer_id=buyer.id, weight=60, since_on=BEGIN
    )
    blockers.raise_blocker(work, officer, here, kind=BlockerKind.LAND, text="用地未批", on=DAY)
    blockers.assign(
        work,
        officer,
        text="催办环评",
        unit_id=str(made.task_force_unit_id),
        raised_on=BEGIN,
        due_on=date(2024, 5, 1),
        project_id=here,
    )
    outreach.hold(
        work,
        officer,
        on=date(2024, 4, 1),
        name="链主推介会",
        kind=EventKind.PROMOTION,
        city="深圳",
        firms=("电机厂公司", "别的企业"),
    )
    return made
