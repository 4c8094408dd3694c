"""Clauses: invented papers of unnamed firms, one signed before the rules and one after."""

from datetime import date
from functools import partial

from dealflow import clauses, observations
from dealflow.terms import Consequence, Metric
from web.demo.plans import FEN_A_WAN, yi
from web.demo.timeline import Scene, Timeline

LEGACY, LEGACY_DAY = "HT-04", date(2023, 10, 26)
AFTER, AFTER_DAY = "YB-2023-066", date(2025, 6, 27)  # 签约企业 6, its contract
REBATE = "区级财政按企业缴纳增值税地方留成部分的30%给予奖励，连续三年。"
LEGACY_TEXT = f"""第一条 合作期限为五年，双方按市场化原则开展合作（示例条款）。
第二条 {REBATE}"""
BOUND = (
    "第一条 乙方应于2026年12月31日前，在区内累计完成固定资产投资不低于1亿元，社保在册员工不少于60人"
)
TEXT = f"""{BOUND}。未达到的，乙方实际控制人应按年化8%回购甲方所持股权，宽限期为60日（示例条款）。
第二条 2027年度营业收入不低于1.5亿元；本地配套采购力争达到8000万元。
第三条 {REBATE}
第四条 乙方应将注册地迁入本区，合作期内不得迁出。"""


def stage(timeline: Timeline) -> None:
    """Plan the pasted texts and the two conditions that hang a sanction on one."""
    timeline.on(LEGACY_DAY, partial(_paste, code=LEGACY, text=LEGACY_TEXT))
    timeline.on(AFTER_DAY, partial(_paste, code=AFTER, text=TEXT))
    timeline.on(AFTER_DAY, _sanctions)


def _paste(scene: Scene, code: str, text: str) -> None:
    clauses.keep(scene.work, scene.actor("office1"), scene["agreement", code], text, is_demo=True)


def _sanctions(scene: Scene) -> None:
    agreement_id = scene["agreement", AFTER]
    agreed = partial(
        observations.agree,
        scene.work,
        scene.actor("office1"),
        agreement_id=agreement_id,
        due_on=date(2026, 12, 31),
        cure_days=60,
        clause=BOUND,
        is_demo=True,
    )
    agreed(
        metric=Metric.FIXED_ASSET_INVESTMENT,
        name="固定资产投资累计",
        threshold=yi(1.0) * FEN_A_WAN,
        weight=3,
        consequence=Consequence.CLAW_BACK,
        at_stake_fen=2_000 * FEN_A_WAN,
        rate_ppm=43_500,
        evidence_required="投资台账与发票",
    )
    agreed(
        metric=Metric.HEADCOUNT,
        name="社保在册员工",
        threshold=60_000,
        consequence=Consequence.STEP_DOWN,
        at_stake_fen=600 * FEN_A_WAN,
        rate_ppm=500_000,
        evidence_required="社保清单",
    )
