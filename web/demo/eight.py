"""The eight framework agreements of 2023-10-25, and what came of each: 示例 from then on."""

from datetime import date
from functools import partial

from dealflow import agreements, projects
from dealflow.agreements import AgreementKind, FundMoney, Promise, Side
from dealflow.landings import MoneyKind
from dealflow.stages import Stage
from web.demo import fund_books as books
from web.demo import promises
from web.demo.cohort import NEV, UNITS
from web.demo.hongtai import CODE, FIRMS, SIGNED
from web.demo.hongtai_firms import GUOXING, Holding
from web.demo.people import organisation
from web.demo.plans import FEN_A_WAN, Money, Paper, ProjectPlan, yi
from web.demo.published import facts
from web.demo.signing import create, move, receive, sign
from web.demo.timeline import Scene, Timeline

KINDS = (MoneyKind.REGISTERED_CAPITAL, MoneyKind.FIXED_ASSETS)


def stage(timeline: Timeline, guoxing: ProjectPlan) -> None:
    """Plan the eight; the first is one of the 49 and has its project already."""
    for number, firm in enumerate(FIRMS, start=1):
        plan = guoxing if firm is GUOXING else _plan(firm, number)
        if firm is not GUOXING:
            _begin(timeline, plan, firm)
        _framework(timeline, plan, firm)
        if firm.tranches:
            _invest(timeline, firm)
        if firm.promises:
            promises.keep(
                timeline,
                firm.code,
                firm.decided_on,
                firm.promises,
                tranches_of=f"{CODE}:{firm.code}",
            )
        _follow(timeline, plan, firm)


def _plan(firm: Holding, number: int) -> ProjectPlan:
    contract = firm.contract
    return ProjectPlan(
        code=f"YB-2023-{60 + number:03d}",
        name=firm.name,
        firm=firm.firm,
        city=firm.city,
        heard_on=date(2023, 5, 8 + number),
        is_real=firm.is_real,
        system=firm.system,
        chain=NEV if firm.segment else None,
        segment=firm.segment,
        unit=UNITS[NEV] if firm.segment else "U10",
        park="创新经济走廊",
        needs_site=firm.system != "digital-economy",
        source="基金 + 招商",
        stages={Stage.IN_TALKS: date(2023, 7, 3 + number), **firm.stages},
        notes={Stage.SHELVED: "企业调整布局，暂缓落地（示例）"},
        papers=[Paper(signed_on=contract[0], wan=contract[1])] if contract else (),
    )


def _begin(timeline: Timeline, plan: ProjectPlan, firm: Holding) -> None:
    def begin(scene: Scene) -> None:
        # That a firm signed is published, even where its name is not; its project is the demo's.
        organisation(scene, firm.firm, is_demo=False, city=firm.city)
        create(scene, plan)

    timeline.on(plan.heard_on, begin)
    talks = plan.stages[Stage.IN_TALKS]
    timeline.on(talks, partial(move, plan=plan, reached=Stage.IN_TALKS, on=talks))


def _framework(timeline: Timeline, plan: ProjectPlan, firm: Holding) -> None:
    expected = facts()["framework_agreements"]["firms"][0]["expected_investment"]

    def agree(scene: Scene) -> None:
        is_first = firm is GUOXING
        scene.ids["agreement", firm.code] = agreements.sign(
            scene.work,
            scene.actor("manager1"),
            project_id=scene["project", plan.code],
            kind=AgreementKind.FRAMEWORK,
            title=f"{firm.name}合作框架协议",
            signed_on=SIGNED,
            amount_fen=yi(expected) * FEN_A_WAN if is_first else None,
            amount_published=is_first,
            fund_id=scene["fund", CODE],
            fund_money=FundMoney.AS_PAID,
            is_demo=False,
        ).id
        scene.ids["organisation", firm.firm] = projects.get(
            scene.work, scene["project", plan.code]
        ).organisation_id

    def pledge(scene: Scene) -> None:
        agreed = sum(step.wan for step in firm.tranches) * FEN_A_WAN
        for promise in (
            Promise(side=Side.FUND, text="分期投资，条件核验后拨付（示例）", amount_fen=agreed),
            Promise(side=Side.FIRM, text="按约定在渝北区落地并达到各项条件（示例）"),
            Promise(side=Side.DISTRICT, text="场地与政策支持，按实际产出兑付（示例）"),
        ):
            agreements.pledge(
                scene.work,
                scene.actor("manager1"),
                scene["agreement", firm.code],
                promise,
                is_demo=True,
            )

    timeline.on(SIGNED, agree)
    if firm.tranches:
        timeline.on(firm.decided_on, pledge)


def _invest(timeline: Timeline, firm: Holding) -> None:
    books.invest(timeline, CODE, firm.code, firm.firm, firm.decided_on)

    def attach(scene: Scene) -> None:
        paper = agreements.get(scene.work, scene["agreement", firm.code])
        agreements.attach(
            scene.work,
            scene.actor("manager1"),
            paper.id,
            investment_id=scene["holding", f"{CODE}:{firm.code}"],
            version=paper.version,
        )

    timeline.on(firm.decided_on, attach)
    for no, step in enumerate(firm.tranches, start=1):
        books.agree_tranche(timeline, CODE, firm.code, no, step.wan, firm.decided_on, step.due_on)
    for no, step in enumerate(firm.tranches, start=1):
        if step.paid_on is not None:
            books.pay_tranche(timeline, CODE, firm.code, no, step.paid_on)


def _follow(timeline: Timeline, plan: ProjectPlan, firm: Holding) -> None:
    if firm is not GUOXING:
        for paper in plan.papers:
            timeline.on(paper.signed_on, partial(sign, plan=plan, paper=paper))
    for reached, on in firm.stages.items():
        timeline.on(on, partial(move, plan=plan, reached=reached, on=on))
    for number, (on, wan) in enumerate(firm.money):
        money = Money(on=on, wan=wan, kind=KINDS[number % len(KINDS)])
        timeline.on(on, partial(receive, plan=plan, money=money))
