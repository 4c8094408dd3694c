"""Plans, policy sets and task forces of the six chains, all of them the demo's own (示例)."""

from collections.abc import Sequence
from datetime import date

from dealflow import chain_documents, chain_plans, policy_sets, task_forces
from dealflow.chain_documents import ChainDocument
from dealflow.chain_plans import Asked, GoalKind
from dealflow.policy_sets import Said
from web.demo import cohort
from web.demo.plans import FEN_A_WAN, yi
from web.demo.timeline import Scene, Timeline

YEAR, BEGINS, MIDYEAR, ENDS = (
    date(2023, 1, 3),
    date(2023, 1, 1),
    date(2023, 7, 3),
    date(2023, 12, 31),
)
PAYS = date(2026, 7, 20)  # an incentive clause of the chain is recorded by then
AUTUMN = date(2023, 10, 23)  # after the maps were drawn
GOALS = {  # chain: firms landed, contract amount and money in place in 亿元, by the end of the year
    cohort.NEV: (6, 130, 50),
    cohort.ELECTRONICS: (4, 60, 25),
    cohort.CHAIN_3: (5, 120, 40),
    cohort.CHAIN_4: (6, 90, 30),
    cohort.CHAIN_5: (4, 80, 25),
    cohort.CHAIN_6: (4, 20, 8),
}
CLOSING = {cohort.NEV: ("功率半导体", "电驱动总成"), cohort.ELECTRONICS: ("传感器",)}
MEMBERS = (("示例成员 甲", "召集人"), ("示例成员 乙", "招商联络"), ("示例成员 丙", "要素保障"))
POLICIES = (
    Said(
        title="重点项目落地支持",
        title_en="Support for key projects",
        summary="经核验达到约定产出的项目，按政策条款分档给予支持；未核验的产出不计。",
        summary_en="Projects whose agreed output is verified receive support by steps; "
        "output that is not verified does not count.",
        who="在区内注册并建设的产业链企业",
        who_en="Firms of the chain registered and building here",
        valid_from=BEGINS,
        is_public=True,
    ),
    Said(
        title="首台（套）与新产品推广",
        title_en="First units and new products",
        summary="首台（套）产品经认定后，优先纳入区内应用场景目录。",
        summary_en="Recognised first units are listed first among the district's uses.",
        who="产业链研发与制造企业",
        who_en="Firms of the chain in research and making",
        valid_from=BEGINS,
        valid_to=date(2024, 12, 31),
        is_public=True,
    ),
    Said(
        title="链主配套对接",
        summary="对链主企业新增区内配套逐项对接，按季度复盘。",
        who="链主企业及其配套企业",
        valid_from=BEGINS,
    ),
)


def _goals(scene: Scene, slug: str, *, segments: Sequence[str] = ()) -> tuple[Asked, ...]:
    firms, contract, in_place = GOALS[slug]
    return (
        Asked(kind=GoalKind.FIRMS, at_least=firms, due_on=ENDS),
        Asked(kind=GoalKind.CONTRACT, at_least=yi(contract) * FEN_A_WAN, due_on=ENDS),
        Asked(kind=GoalKind.IN_PLACE, at_least=yi(in_place) * FEN_A_WAN, due_on=ENDS),
        *(
            Asked(
                kind=GoalKind.SEGMENT,
                at_least=1,
                due_on=ENDS,
                segment_id=scene["segment", f"{slug}:{name}"],
            )
            for name in segments
        ),
    )


def _accept(scene: Scene, document: ChainDocument) -> None:
    chain_documents.decide(scene.work, scene.actor("office2"), document.id, accepted=True)


def _plan(scene: Scene, slug: str, title: str, goals: tuple[Asked, ...], on: date) -> ChainDocument:
    return chain_plans.hand_in(
        scene.work,
        scene.actor("office1"),
        chain_id=scene["chain", slug],
        title=title,
        title_en="Attraction plan of the chain (sample)",
        valid_from=on,
        file_id=scene.evidence("plan"),
        goals=goals,
        is_demo=True,
    )


def _policies(scene: Scene, slug: str, policies: Sequence[Said], on: date) -> None:
    document = policy_sets.hand_in(
        scene.work,
        scene.actor("office1"),
        chain_id=scene["chain", slug],
        title="产业链政策集（示例）",
        title_en="Policy set of the chain (sample)",
        valid_from=on,
        file_id=scene.evidence("policies"),
        policies=policies,
        is_demo=True,
    )
    _accept(scene, document)


def begin_the_year(scene: Scene) -> None:
    """Hand in and accept the plans and policy sets of the year, and name the task forces."""
    for slug in GOALS:
        _accept(scene, _plan(scene, slug, "产业链招商方案（示例）", _goals(scene, slug), BEGINS))
        _policies(scene, slug, POLICIES, BEGINS)
        for name, post in MEMBERS:
            task_forces.join(
                scene.work,
                scene.actor("office1"),
                scene["chain", slug],
                name=name,
                post=post,
                since_on=YEAR,
                is_demo=True,
            )


def revise(scene: Scene) -> None:
    """Replace two plans at midyear: from then on segments are to be closed as well."""
    for slug, segments in CLOSING.items():
        goals = _goals(scene, slug, segments=segments)
        _accept(scene, _plan(scene, slug, "产业链招商方案（示例，年中修订）", goals, MIDYEAR))


def carry_out(scene: Scene) -> None:
    """Add the policy that one incentive clause of the chain carries out."""
    staff = Said(
        title="岗位补贴",
        summary="按核验的社保在册员工数给予补贴，随兑付条款拨付。",
        who="在区内稳定用工的产业链企业",
        valid_from=PAYS,
        payout_clause_id=scene["incentive", "HT-04:C4"],
    )
    _policies(scene, cohort.NEV, (*POLICIES, staff), PAYS)


def wait(scene: Scene) -> None:
    """Hand in a further version that still waits for a second person."""
    goals = _goals(scene, cohort.CHAIN_4)
    _plan(scene, cohort.CHAIN_4, "产业链招商方案（示例，修订稿）", goals, AUTUMN)


def stage(timeline: Timeline) -> None:
    """Plan them."""
    timeline.on(YEAR, begin_the_year)
    timeline.on(MIDYEAR, revise)
    timeline.on(AUTUMN, wait)
    timeline.on(PAYS, carry_out)
