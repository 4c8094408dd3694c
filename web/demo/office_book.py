"""The office's own book: events, other districts, legal opinions, weights. All of it 示例.

Districts are unnamed (示例区甲 …), opinions stand on the invented clauses of unnamed firms only.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from dealflow import (
    clause_opinions,
    evaluation,
    evaluation_entries,
    evaluation_weights,
    external_figures,
    leads,
    outreach,
    race_boards,
)
from dealflow.clause_opinions import Conclusion
from dealflow.clause_rules import Flag
from dealflow.evaluation_weights import WeightedPart
from dealflow.external_figures import Entry
from dealflow.leads import SourceKind
from dealflow.outreach import EventKind
from dealflow.race import Method, Part
from dealflow.race_boards import Formula
from dealflow.targets import Scope
from portfolio.ledger import Moment
from valuation.periods import Quarter
from web.demo.clauses import AFTER
from web.demo.hongtai import CODE
from web.demo.plans import FEN_A_WAN, yi
from web.demo.timeline import Scene, Timeline

EVENTS = (  # day, name, kind, city, firms met
    (date(2023, 3, 22), "先进制造产业推介会（示例）", EventKind.PROMOTION, "上海", 6),
    (date(2023, 5, 18), "航空航天产业论坛（示例）", EventKind.FORUM, "成都", 5),
    (date(2023, 7, 6), "智能网联专场路演（示例）", EventKind.ROADSHOW, "深圳", 7),
    (date(2023, 9, 14), "三季度集中签约（示例）", EventKind.SIGNING, "重庆", 4),
    (date(2024, 4, 18), "现代服务业推介会（示例）", EventKind.PROMOTION, "北京", 5),
    (date(2025, 6, 12), "卫星互联网论坛（示例）", EventKind.FORUM, "重庆", 6),
    (date(2026, 5, 21), "基金招商路演（示例）", EventKind.ROADSHOW, "杭州", 8),
    (date(2026, 9, 10), "低空经济推介会（示例）", EventKind.PROMOTION, "苏州", 5),
)
BY_DISTRICT = Formula(
    code="districts",
    version=1,
    title="区县榜",
    title_en="Districts",
    scope=Scope.DISTRICT,
    parts=(
        Part(code="money_in_place", method=Method.TO_TARGET, weight=40, cap=1.2),
        Part(code="contract_amount", method=Method.EFFICACY, weight=30),
        Part(code="start_rate_cohort", method=Method.SHARE, weight=30, cap=1.0),
    ),
    valid_from=date(2023, 1, 1),
    source="示例权重；到资按年度目标，上限 120%；合同额用功效系数",
    is_demo=True,
)
Told = tuple[str, float, int, float, int, int]
# district: money in place and its target, contracts (亿元), started of signed
THIRD_QUARTER_2023 = (
    ("示例区甲", 176.0, 240, 512.0, 31, 44),
    ("示例区乙", 143.5, 180, 438.0, 26, 39),
    ("示例区丙", 98.2, 150, 301.0, 22, 27),
    ("示例区丁", 61.8, 120, 254.0, 12, 25),
)
SECOND_QUARTER_2026 = (
    ("示例区甲", 168.0, 400, 330.0, 21, 33),
    ("示例区乙", 121.0, 260, 296.0, 19, 30),
    ("示例区丙", 88.6, 200, 188.0, 15, 19),
    ("示例区丁", 52.4, 150, 172.0, 8, 18),
)
WAITING = (  # day handed over, to be accepted by, from, to: both still open on the last day
    (date(2026, 9, 18), date(2026, 9, 25), "LO1", "U05"),
    (date(2026, 9, 28), date(2026, 10, 9), "U04", "TF1"),
)
CORRECTED = ("示例区丙", 91.4)
WEIGHTS = (  # indicator, weight in percent, full value in its own unit
    ("contracts_free", 20, 9.0),
    ("patient_share", 15, 0.7),
    ("holding_years", 10, 5.0),
    ("social_share", 15, 0.5),
    ("landed_share", 15, 1.0),
    ("invested_share", 15, 0.8),
    ("manager_quality", 10, 1.0),
)


# ---- steps
def _hold(scene: Scene, number: int, event: tuple[date, str, EventKind, str, int]) -> None:
    on, name, kind, city, met = event
    outreach.hold(
        scene.work,
        scene.actor("office1"),
        on=on,
        name=name,
        kind=kind,
        city=city,
        firms=tuple(f"示例企业 E{number + 1}{place:02d}" for place in range(1, met + 1)),
        is_demo=True,
    )


def _hand_over(scene: Scene, number: int, told: tuple[date, date, str, str]) -> None:
    """Hand a lead over that nobody has accepted yet."""
    on, accept_by, giver, taker = told
    lead = leads.receive(
        scene.work,
        scene.actor("office1"),
        code=f"L-{on.year}-W{number + 1}",
        title=f"示例线索 待接收 {number + 1}",
        unit_id=scene["unit", giver],
        received_on=on - timedelta(days=1),
        firm_name=f"示例企业 W{number + 1:02d}",
        source="驻外联络处" if giver.startswith("LO") else "以商招商",
        source_kind=SourceKind.LIAISON_OFFICE
        if giver.startswith("LO")
        else SourceKind.CHAIN_LEADER,
        is_demo=True,
    )
    leads.hand_over(
        scene.work,
        scene.actor("office1"),
        lead.id,
        to_unit_id=scene["unit", taker],
        on=on,
        accept_by=accept_by,
    )


def _set_formula(scene: Scene) -> None:
    race_boards.set_formula(scene.work, scene.actor("office1"), BY_DISTRICT)


def _record(scene: Scene, district: str, code: str, quarter: Quarter, **facts: object) -> None:
    entry = Entry(
        district=district,
        code=code,
        period_from=date(quarter.year, 1, 1),
        period_to=quarter.end,
        document=f"{quarter.year}年前{quarter.number}季度区县招商通报（示例）",
        place="第 2 页",
        is_demo=True,
        **{"denominator": None, "target": None, **facts},  # type: ignore[arg-type]  # by the callers below
    )
    external_figures.record(
        scene.work, scene.actor("office1"), entry, file_id=scene.evidence("bulletin")
    )


def _figures(scene: Scene, told: Sequence[Told], quarter: Quarter) -> None:
    for name, money, target, contracts, started, signed in told:
        _record(
            scene,
            name,
            "money_in_place",
            quarter,
            numerator=yi(money) * FEN_A_WAN,
            target=yi(target) * FEN_A_WAN,
        )
        _record(scene, name, "contract_amount", quarter, numerator=yi(contracts) * FEN_A_WAN)
        _record(scene, name, "start_rate_cohort", quarter, numerator=started, denominator=signed)


def _correct(scene: Scene) -> None:
    name, money = CORRECTED
    target = next(one[2] for one in SECOND_QUARTER_2026 if one[0] == name)
    _record(
        scene,
        name,
        "money_in_place",
        Quarter(2026, 2),
        numerator=yi(money) * FEN_A_WAN,
        target=yi(target) * FEN_A_WAN,
        reason="通报勘误（示例）",
    )


def _opinions(scene: Scene) -> None:
    """Give a lawyer's word on two findings; that on the move waits for a colleague."""
    agreement_id = scene["agreement", AFTER]
    for at in clause_opinions.of_agreement(scene.work, agreement_id):
        flag = at.finding.rule.flag
        if flag not in {Flag.TAX_REBATE, Flag.FORCED_RELOCATION}:
            continue
        given = clause_opinions.give(
            scene.work,
            scene.actor("office1"),
            agreement_id,
            at.key,
            author="示例律师事务所 律师甲",
            given_on=scene.work.today() - timedelta(days=3),
            conclusion=Conclusion.TO_CHANGE if flag is Flag.TAX_REBATE else Conclusion.ALLOWED,
            reason="奖励与纳税额挂钩，缺少法律依据，应改为按产出兑付（示例）"
            if flag is Flag.TAX_REBATE
            else "系企业自主承诺，另有补充协议说明（示例）",
            file_id=scene.evidence("opinion"),
        )
        if flag is Flag.TAX_REBATE:
            clause_opinions.check(scene.work, scene.actor("office2"), given.id, accepted=True)


def _weights(scene: Scene) -> None:
    fund_id = scene["fund", CODE]
    moment = Moment(as_of=scene.work.today())
    evaluation_weights.add_version(
        scene.work,
        scene.actor("manager1"),
        [
            WeightedPart(code=code, weight_ppm=weight * 10_000, full_at_ppm=round(full * 1_000_000))
            for code, weight, full in WEIGHTS
        ],
        valid_from=scene.work.today(),
        source="本区自定权重（示例），非国家公布权重",
        known=evaluation.evaluation(scene.work, moment, fund_id).codes,
        is_demo=True,
    )
    evaluation_entries.report(
        scene.work,
        scene.actor("manager1"),
        fund_id,
        code="manager_quality",
        on=scene.work.today(),
        value_ppm=860_000,
        text="管理人年度评议得分 86/100（示例）",
        file_id=scene.evidence("resolution"),
        is_demo=True,
    )


def stage(timeline: Timeline) -> None:
    """Plan all of it."""
    for number, event in enumerate(EVENTS):
        timeline.on(event[0] + timedelta(days=1), partial(_hold, number=number, event=event))
    for number, told in enumerate(WAITING):
        timeline.on(told[0], partial(_hand_over, number=number, told=told))
    timeline.on(date(2023, 1, 3), _set_formula)
    third, second = Quarter(2023, 3), Quarter(2026, 2)
    timeline.on(date(2023, 10, 12), partial(_figures, told=THIRD_QUARTER_2023, quarter=third))
    timeline.on(date(2026, 7, 14), partial(_figures, told=SECOND_QUARTER_2026, quarter=second))
    timeline.on(date(2026, 8, 3), _correct)
    timeline.on(date(2026, 3, 2), _opinions)
    timeline.on(date(2026, 1, 20), _weights)
