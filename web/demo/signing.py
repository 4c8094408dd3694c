"""Signing: the 49 projects and 长安新能源, told step by step through the commands."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from dealflow import agreements, landings, projects
from dealflow.agreements import AgreementKind
from dealflow.stages import Stage
from web.demo.history import EVIDENCE, PROOF
from web.demo.people import organisation
from web.demo.plans import FEN_A_WAN, Money, Paper, ProjectPlan
from web.demo.published import AS_OF, TODAY
from web.demo.timeline import Scene, Timeline

BY_PAPER = (Stage.FRAMEWORK, Stage.FORMAL)


def stage(timeline: Timeline, plans: Sequence[ProjectPlan]) -> None:
    """Plan every step of these projects on its own day."""
    for plan in plans:
        _one(timeline, plan)


def _one(timeline: Timeline, plan: ProjectPlan) -> None:
    def begin(scene: Scene) -> None:
        create(scene, plan)

    timeline.on(plan.heard_on, begin)
    for reached, on in plan.stages.items():
        if reached not in BY_PAPER and on <= TODAY:
            timeline.on(on, partial(move, plan=plan, reached=reached, on=on))
    for paper in plan.papers:
        timeline.on(paper.signed_on, partial(sign, plan=plan, paper=paper))
    for money in by_command(plan):
        timeline.on(money.on, partial(receive, plan=plan, money=money))


def by_command(plan: ProjectPlan) -> list[Money]:
    """Return the arrivals that are told one by one: those of 2023 in the projects with a name."""
    is_named = plan.is_real or plan.firm[-1].isalpha()
    return [money for money in plan.money if is_named and money.on <= AS_OF]


def create(scene: Scene, plan: ProjectPlan) -> str:
    """Record the firm and its project; of a real one the first day is still the demo's."""
    project = projects.create(
        scene.work,
        scene.actor("office1"),
        code=plan.code,
        name=plan.name,
        name_en=plan.name_en,
        organisation_id=organisation(scene, plan.firm, is_demo=not plan.is_real, city=plan.city),
        first_heard_on=plan.heard_on,
        unit_id=scene["unit", plan.unit] if plan.unit else None,
        system_code=plan.system,
        chain_id=scene["chain", plan.chain] if plan.chain else None,
        segment_id=scene["segment", f"{plan.chain}:{plan.segment}"] if plan.segment else None,
        park=plan.park,
        planned_investment_fen=plan.planned_wan * FEN_A_WAN if plan.planned_wan else None,
        size_class=plan.size,
        needs_site=plan.needs_site,
        owner_account_id=scene.actor(f"office{1 + len(plan.name) % 2}").id,
        source=plan.source,
        is_demo=not plan.is_real,
        lead_is_demo=True,
    )
    scene.ids["project", plan.code] = project.id
    return project.id


def move(scene: Scene, plan: ProjectPlan, reached: Stage, on: date) -> None:
    """Record a milestone with its evidence."""
    proof = EVIDENCE.get(reached)
    if reached is Stage.SITE and not plan.needs_site:
        proof = "lease"
    projects.record(
        scene.work,
        scene.actor("office1"),
        scene["project", plan.code],
        stage=reached,
        on=on,
        evidence_file_id=scene.evidence(proof) if proof else None,
        note=plan.notes.get(reached, ""),
        is_demo=True,
    )


def sign(scene: Scene, plan: ProjectPlan, paper: Paper) -> None:
    """Sign the contract, or a supplement once it stands."""
    is_first = paper is plan.papers[0]
    signed = agreements.sign(
        scene.work,
        scene.actor("office1"),
        project_id=scene["project", plan.code],
        kind=AgreementKind.FORMAL,
        title=f"{plan.name}{'投资协议' if is_first else '补充协议'}",
        signed_on=paper.signed_on,
        amount_fen=paper.wan * FEN_A_WAN,
        amount_published=paper.is_published,
        start_due_on=paper.start_due_on,
        is_demo=True,
    )
    scene.ids.setdefault(("agreement", plan.code), signed.id)


def receive(scene: Scene, plan: ProjectPlan, money: Money) -> None:
    """Record an arrival and let the second officer verify it."""
    arrival = landings.arrive(
        scene.work,
        scene.actor("office1"),
        scene["project", plan.code],
        on=money.on,
        amount_fen=money.wan * FEN_A_WAN,
        kind=money.kind,
        evidence_file_id=scene.evidence(PROOF[money.kind.value]),
        is_demo=True,
    )
    landings.verify(scene.work, scene.actor("office2"), arrival.id, accepted=True, on=money.on)
