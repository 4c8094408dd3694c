"""Terms of the 49: some of their landing conditions; what is late stands on 示例 projects only."""

from collections.abc import Sequence
from datetime import date, timedelta

from dealflow.terms import Metric
from web.demo import promises
from web.demo.plans import ProjectPlan
from web.demo.promises import Promise, Seen
from web.demo.timeline import Timeline

M = Metric


def _d(year: int, month: int, day: int) -> date:
    return date(year, month, day)


def _land(mu: float, due: date, on: date) -> Promise:
    return Promise(metric=M.LAND, name="项目用地取得", least=mu, due=due, seen=(Seen(on, mu),))


def _assets(least: float, due: date, *seen: Seen) -> Promise:
    return Promise(
        metric=M.FIXED_ASSET_INVESTMENT,
        name="固定资产投资累计",
        least=least,
        due=due,
        weight=2,
        seen=seen,
    )


def _output(least: float, due: date, *seen: Seen) -> Promise:
    return Promise(metric=M.ANNUAL_OUTPUT, name="年产值", least=least, due=due, seen=seen)


TERMS: dict[str, tuple[Promise, ...]] = {
    "大洋电机": (
        _land(180, _d(2024, 6, 30), _d(2023, 10, 20)),
        _assets(20.0, _d(2027, 12, 31), Seen(_d(2026, 6, 24), 15.8)),
        _output(40.0, _d(2028, 12, 31)),
    ),
    "力华智能座舱": (
        _land(60, _d(2024, 3, 31), _d(2023, 10, 24)),
        _output(10.0, _d(2028, 6, 30)),
    ),
    "光鉴科技": (
        _land(45, _d(2024, 3, 31), _d(2023, 11, 8)),
        Promise(metric=M.RD_HEADCOUNT, name="研发人员", least=150, due=_d(2027, 6, 30)),
    ),
    "示例企业 E": (
        _land(58, _d(2023, 10, 28), _d(2023, 11, 17)),
        _assets(2.0, _d(2025, 6, 30), Seen(_d(2025, 5, 21), 2.1)),
    ),
    "示例企业 F": (
        Promise(
            metric=M.REGISTERED_CAPITAL_PAID,
            name="首期资本金到位",
            least=1.5,
            due=_d(2023, 10, 25),
            seen=(Seen(_d(2023, 11, 20), 1.5),),
        ),
        _assets(
            4.0, _d(2026, 11, 15), Seen(_d(2026, 5, 20), 3.1), Seen(_d(2026, 9, 23), 3.6, False)
        ),
    ),
    "示例企业 A": (
        Promise(
            metric=M.FLOOR_AREA,
            name="冷库面积",
            least=12_000,
            due=_d(2024, 12, 31),
            seen=(Seen(_d(2024, 11, 20), 12_400),),
        ),
        Promise(
            metric=M.HEADCOUNT,
            name="在渝员工（社保）",
            least=300,
            due=_d(2026, 8, 31),
            seen=(Seen(_d(2026, 8, 19), 262),),
        ),
    ),
    "示例企业 B": (
        Promise(
            metric=M.RD_HEADCOUNT,
            name="研发人员（社保）",
            least=80,
            due=_d(2026, 10, 20),
            seen=(Seen(_d(2026, 4, 15), 71), Seen(_d(2026, 9, 25), 83, False)),
        ),
    ),
    "示例企业 021": (
        _assets(30.0, _d(2026, 12, 15), Seen(_d(2026, 6, 17), 21.5)),
        _output(60.0, _d(2027, 12, 31)),
    ),
    "示例企业 025": (_assets(12.0, _d(2026, 10, 31), Seen(_d(2026, 7, 22), 10.9)),),
}


def stage(timeline: Timeline, cohort: Sequence[ProjectPlan]) -> None:
    """Plan them, each agreed on the day after the signing."""
    for plan in cohort:
        if terms := TERMS.get(plan.firm):
            agreed_on = plan.papers[0].signed_on + timedelta(days=1)
            promises.keep(timeline, plan.code, agreed_on, terms)
