"""The landing office: invented incentives, payouts and reinvestment; unnamed firms only."""

from datetime import date
from functools import partial

import sqlalchemy as sa
from sqlmodel import col

from dealflow import payouts, reinvestment, reinvestment_rules
from dealflow.payout_rules import Kind, Rule, Step
from dealflow.reinvestment import Share
from dealflow.reinvestment_rules import Basis, Form, Policy, Recognition
from portfolio import natures
from portfolio.commitments import Partner
from portfolio.natures import Capital, Focus
from web.demo.hongtai import CODE, HOLDINGS, SIGNED
from web.demo.plans import FEN_A_WAN, yi
from web.demo.timeline import Scene, Timeline

WAN, PPM = FEN_A_WAN, 1_000_000
POLICY = "YB-FT"
SECOND_VERSION = date(2025, 6, 1)
INCENTIVES = (  # key of the condition, day, name, rule, what is asked for, paid on
    (
        "HT-04:C4",
        date(2026, 6, 8),
        "社保在册员工岗位补贴（示例）",
        Rule(kind=Kind.PROPORTIONAL, unit_fen=2_000_00, floor=480_000, above_floor_only=False),
        60 * WAN,
        date(2026, 6, 26),
    ),
    (
        "HT-04:C6",
        date(2026, 7, 15),
        "本地配套采购奖励（示例）",
        Rule(
            kind=Kind.PROPORTIONAL,
            rate_ppm=10_000,
            floor=yi(0.5) * WAN,
            above_floor_only=True,
            cap_fen=200 * WAN,
        ),
        10 * WAN,
        None,
    ),
    (
        "HT-05:C3",
        date(2026, 2, 2),
        "研发人员安家补贴（示例）",
        Rule(
            kind=Kind.STEPS,
            steps=(
                Step(least=100_000, amount_fen=30 * WAN),
                Step(least=200_000, amount_fen=40 * WAN),
                Step(least=300_000, amount_fen=60 * WAN),
            ),
        ),
        70 * WAN,
        date(2026, 3, 6),
    ),
    (
        "HT-06:C5",
        date(2025, 8, 4),
        "营业收入达产奖励（示例）",
        Rule(kind=Kind.WHOLE, amount_fen=300 * WAN),
        None,
        None,
    ),
)
FIRST_RULES = (
    Recognition(form=Form.DIRECT, basis=Basis.INVESTED),
    Recognition(form=Form.SUBSIDIARY, basis=Basis.LANDED),
    Recognition(form=Form.MOVED_IN, basis=Basis.LANDED, multiplier_ppm=2 * PPM),
)
SECOND_RULES = (
    Recognition(form=Form.DIRECT, basis=Basis.HIGHER),
    Recognition(
        form=Form.SUBSIDIARY, basis=Basis.HIGHER, cap_fen=yi(2.0) * WAN, once_per_company=True
    ),
    Recognition(form=Form.MOVED_IN, basis=Basis.LANDED, multiplier_ppm=2 * PPM),
    Recognition(form=Form.CO_INVESTOR, basis=Basis.LANDED),
)
CLAIMS = (  # company, form, day, invested and landed in 亿元, accepted
    ("签约企业 4（未具名）", Form.DIRECT, date(2024, 12, 16), 1.2, 0.9, True),
    ("签约企业 5（未具名）", Form.SUBSIDIARY, date(2025, 3, 3), 1.0, 0.4, True),
    ("签约企业 6（未具名）", Form.MOVED_IN, date(2025, 9, 1), 1.04, 0.75, True),
    ("签约企业 4（未具名）", Form.DIRECT, date(2025, 10, 16), 1.0, 1.25, True),
    ("签约企业 5（未具名）", Form.SUBSIDIARY, date(2026, 2, 10), 1.0, 0.22, True),
    ("示例企业 丙", Form.CO_INVESTOR, date(2026, 3, 18), 0.0, 0.5, True),
    ("签约企业 6（未具名）", Form.DIRECT, date(2026, 3, 10), 0.8, 0.3, None),
)
LEFT = "示例企业 丙"


def stage(timeline: Timeline) -> None:
    """Plan the incentives, the reinvestment book of one fund, and the evaluation's judgements."""
    for incentive in INCENTIVES:
        _incentive(timeline, *incentive)
    _rules(timeline)
    for number, claim in enumerate(CLAIMS):
        _claim(timeline, str(number), *claim)
    timeline.on(date(2026, 9, 1), _judge)


def _incentive(
    timeline: Timeline,
    key: str,
    on: date,
    name: str,
    rule: Rule,
    asked_fen: int | None,
    paid_on: date | None,
) -> None:
    def promise(scene: Scene) -> None:
        scene.ids["incentive", key] = payouts.promise(
            scene.work,
            scene.actor("office1"),
            scene["condition", key],
            name=name,
            rule=rule,
            is_demo=True,
        ).id

    def ask(scene: Scene) -> None:
        scene.ids["payout", key] = payouts.ask(
            scene.work,
            scene.actor("office1"),
            scene["incentive", key],
            amount_fen=asked_fen or 0,
        ).id

    def pay(scene: Scene) -> None:
        request_id = scene["payout", key]
        payouts.decide(scene.work, scene.actor("office2"), request_id, accepted=True)
        payouts.pay(
            scene.work,
            scene.actor("office1"),
            request_id,
            paid_on=scene.work.today(),
            voucher_file_id=scene.evidence("loan"),
        )

    timeline.on(on, promise)
    if asked_fen is not None:
        timeline.on(on, ask)
    if paid_on is not None:
        timeline.on(paid_on, pay)


def _rules(timeline: Timeline) -> None:
    def set_policy(scene: Scene, version: int, day: date) -> None:
        reinvestment_rules.set_policy(
            scene.work,
            scene.actor("office1"),
            Policy(
                code=POLICY,
                version=version,
                title="返投认定办法（示例）",
                valid_from=day,
                rules=FIRST_RULES if version == 1 else SECOND_RULES,
            ),
            is_demo=True,
        )

    def oblige(scene: Scene) -> None:
        reinvestment.oblige(
            scene.work,
            scene.actor("office1"),
            fund_id=scene["fund", CODE],
            partner_id=_partner(scene, "LP2"),
            multiple_ppm=PPM,
            policy_code=POLICY,
            since=SIGNED,
            shares=(
                Share(due_on=date(2026, 6, 30), share_ppm=500_000),
                Share(due_on=date(2028, 10, 25), share_ppm=PPM),
            ),
            is_demo=True,
        )

    timeline.on(SIGNED, partial(set_policy, version=1, day=SIGNED))
    timeline.on(SIGNED, oblige)
    timeline.on(SECOND_VERSION, partial(set_policy, version=2, day=SECOND_VERSION))


def _claim(
    timeline: Timeline,
    key: str,
    company: str,
    form: Form,
    on: date,
    invested: float,
    landed: float,
    accepted: bool | None,
) -> None:
    def claim(scene: Scene) -> None:
        scene.ids["claim", key] = reinvestment.claim(
            scene.work,
            scene.actor("office1"),
            fund_id=scene["fund", CODE],
            company=company,
            form=form,
            on=on,
            invested_fen=yi(invested) * WAN,
            landed_fen=yi(landed) * WAN,
            evidence_file_id=scene.evidence("invoices"),
            is_demo=True,
        ).id

    def decide(scene: Scene) -> None:
        reinvestment.decide(
            scene.work, scene.actor("office2"), scene["claim", key], accepted=bool(accepted)
        )

    def leave(scene: Scene) -> None:
        reinvestment.take_back(
            scene.work,
            scene.actor("office2"),
            scene["claim", key],
            left_on=scene.work.today(),
            reason="共同投资方撤出（示例）",
        )

    timeline.on(on, claim)
    if accepted is not None:
        timeline.on(on, decide)
    if company == LEFT:
        timeline.on(date(2026, 8, 20), leave)


def _partner(scene: Scene, code: str) -> str:
    of_fund = col(Partner.fund_id) == scene["fund", CODE]
    return str(
        scene.work.scalar(sa.select(col(Partner.id)).where(of_fund, col(Partner.code) == code))
    )


def _judge(scene: Scene) -> None:
    """Say of each partner whose money it is, and of each holding what kind of firm."""
    capitals = {"LP1": Capital.GOVERNMENT, "LP2": Capital.STATE}
    for code in ("LP1", "LP2", "LP3", "LP4", "GP"):
        natures.class_partner(
            scene.work,
            scene.actor("manager1"),
            _partner(scene, code),
            capital=capitals.get(code, Capital.SOCIAL),
            since=SIGNED,
            reason="出资人章程（示例）",
            is_demo=True,
        )
    for number, holding in enumerate(HOLDINGS):
        natures.class_investment(
            scene.work,
            scene.actor("manager1"),
            scene["holding", f"{CODE}:{holding.code}"],
            focus=Focus(
                early=number % 2 == 0, small=number % 3 == 0, hard_tech=holding is not HOLDINGS[-1]
            ),
            since=SIGNED,
            reason="投决材料（示例）",
            is_demo=True,
        )
