"""The eight firms that signed with 洪泰 on 2023-10-25; three are named, five are not.

That they signed is published, and 国星宇航's 10 亿元. Conditions, tranches, values and all that
came after are 示例; nothing adverse stands on a named firm: what it owes is kept or not due yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from dealflow.stages import Stage
from dealflow.terms import Metric
from web.demo.plans import DIGITAL, MANUFACTURING, yi
from web.demo.promises import Promise, Seen

M = Metric


@dataclass(frozen=True, slots=True)
class Step:
    """A tranche: 万元, when it is due and when it was paid."""

    wan: int
    due_on: date
    paid_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An investment of the fund with the road of its firm."""

    code: str
    firm: str
    name: str
    decided_on: date
    worth_wan: int  # on 2026-06-30
    multiple: str
    tranches: Sequence[Step]
    exits: Sequence[tuple[date, int, int]] = ()  # proceeds, cost
    city: str = ""
    is_real: bool = False
    system: str | None = None
    segment: str | None = None
    contract: tuple[date, int] | None = None
    stages: dict[Stage, date] = field(default_factory=dict)
    money: Sequence[tuple[date, int]] = ()
    promises: Sequence[Promise] = ()


def _d(year: int, month: int, day: int) -> date:
    return date(year, month, day)


GUOXING = Holding(
    code="HT-01",
    firm="成都国星宇航科技股份有限公司",
    name="国星宇航空天智能网联研发基地",
    city="成都",
    is_real=True,
    decided_on=_d(2023, 12, 8),
    worth_wan=yi(2.61),
    multiple="EV/收入 6.1x",
    tranches=(
        Step(yi(0.9), _d(2024, 1, 31), _d(2024, 1, 18)),
        Step(yi(0.9), _d(2024, 11, 30), _d(2024, 11, 6)),
        Step(yi(0.8), _d(2026, 12, 31)),
        Step(yi(0.4), _d(2028, 6, 30)),
    ),
    stages={
        Stage.REGISTERED: _d(2023, 12, 20),
        Stage.SITE: _d(2024, 5, 22),
        Stage.STARTED: _d(2025, 3, 18),
    },
    money=(
        (_d(2024, 3, 21), yi(0.56)),
        (_d(2024, 9, 12), yi(0.5)),
        (_d(2025, 7, 16), yi(0.4)),
        (_d(2025, 10, 22), yi(0.6)),
    ),
    promises=(
        Promise(
            metric=M.REGISTERED_HERE,
            name="区内设立法人主体",
            least=1,
            due=_d(2024, 3, 31),
            gates=1,
            seen=(Seen(_d(2023, 12, 21), 1),),
        ),
        Promise(
            metric=M.FLOOR_AREA,
            name="研发场地入驻",
            least=8_000,
            due=_d(2024, 9, 30),
            gates=2,
            seen=(Seen(_d(2024, 6, 12), 8_600),),
        ),
        Promise(
            metric=M.REGISTERED_CAPITAL_PAID,
            name="首期资本金到位",
            least=2.0,
            due=_d(2024, 12, 31),
            gates=2,
            seen=(Seen(_d(2024, 9, 13), 2.06),),
        ),
        Promise(
            metric=M.RD_HEADCOUNT,
            name="在渝研发人员（社保）",
            least=120,
            due=_d(2026, 3, 31),
            gates=3,
            seen=(Seen(_d(2025, 6, 30), 104), Seen(_d(2025, 11, 27), 126)),
        ),
        Promise(
            metric=M.FIXED_ASSET_INVESTMENT,
            name="固定资产投资累计",
            least=3.0,
            due=_d(2027, 9, 30),
            gates=3,
            weight=2,
            seen=(
                Seen(_d(2025, 12, 24), 2.05),
                Seen(_d(2026, 4, 15), 2.31),
                Seen(_d(2026, 9, 24), 2.64, False, "三季度投资台账，发票 41 张（示例）"),
            ),
        ),
        Promise(
            metric=M.PRODUCTION_LINE,
            name="空天智能网联试验线投用",
            least=1,
            due=_d(2027, 3, 31),
            gates=3,
            unit="条",
        ),
        Promise(
            metric=M.LOCAL_PURCHASES,
            name="本地配套采购（年）",
            least=0.8,
            due=_d(2027, 12, 31),
            gates=4,
            seen=(Seen(_d(2026, 7, 9), 0.6),),
        ),
        Promise(
            metric=M.ANNUAL_OUTPUT,
            name="纳统营业收入",
            least=5.0,
            due=_d(2028, 12, 31),
            gates=4,
        ),
    ),
)
ANJIE = Holding(
    code="HT-02",
    firm="北京安捷智合科技有限公司",
    name="安捷智合",
    city="北京",
    is_real=True,
    system=DIGITAL,
    segment="车规软件",
    decided_on=_d(2024, 3, 20),
    worth_wan=yi(2.98),
    multiple="EV/收入 5.0x",
    tranches=(
        Step(yi(1.2), _d(2024, 5, 31), _d(2024, 5, 9)),
        Step(yi(1.2), _d(2025, 3, 31), _d(2025, 3, 20)),
        Step(yi(0.4), _d(2026, 9, 30), _d(2026, 9, 8)),
    ),
    contract=(_d(2024, 3, 28), yi(4.2)),
    stages={
        Stage.REGISTERED: _d(2024, 4, 16),
        Stage.SITE: _d(2024, 6, 12),
        Stage.STARTED: _d(2025, 6, 18),
    },
    money=((_d(2024, 8, 15), yi(0.55)), (_d(2025, 9, 17), yi(0.35))),
    promises=(
        Promise(
            metric=M.REGISTERED_HERE,
            name="区内设立法人主体",
            least=1,
            due=_d(2024, 6, 30),
            gates=1,
            seen=(Seen(_d(2024, 4, 18), 1),),
        ),
        Promise(
            metric=M.FLOOR_AREA,
            name="研发场地入驻",
            least=3_000,
            due=_d(2025, 3, 31),
            gates=2,
            seen=(Seen(_d(2024, 11, 12), 3_200),),
        ),
        Promise(
            metric=M.REGISTERED_CAPITAL_PAID,
            name="资本金到位",
            least=1.0,
            due=_d(2025, 6, 30),
            gates=2,
            seen=(Seen(_d(2025, 2, 20), 1.05),),
        ),
        Promise(
            metric=M.RD_HEADCOUNT,
            name="在渝研发人员（社保）",
            least=200,
            due=_d(2026, 9, 30),
            gates=3,
            seen=(Seen(_d(2026, 5, 20), 208),),
        ),
        Promise(
            metric=M.RD_SPENDING,
            name="研发投入累计",
            least=0.8,
            due=_d(2026, 12, 31),
            gates=3,
            seen=(Seen(_d(2026, 8, 14), 0.86),),
        ),
        Promise(
            metric=M.LOCAL_PURCHASES,
            name="本地配套采购（年）",
            least=0.6,
            due=_d(2027, 12, 31),
            seen=(Seen(_d(2026, 7, 15), 0.46),),
        ),
        Promise(metric=M.ANNUAL_OUTPUT, name="纳统营业收入", least=3.0, due=_d(2028, 12, 31)),
    ),
)
GUOQI = Holding(
    code="HT-03",
    firm="国器智眸科技有限公司",
    name="国器智眸",
    is_real=True,
    system=MANUFACTURING,
    segment="视觉感知",
    decided_on=_d(2024, 6, 25),
    worth_wan=yi(2.19),
    multiple="EV/收入 5.4x",
    tranches=(
        Step(yi(0.8), _d(2024, 11, 30), _d(2024, 11, 21)),
        Step(yi(0.8), _d(2025, 6, 30), _d(2025, 5, 15)),
    ),
    contract=(_d(2024, 6, 20), yi(3.6)),
    stages={
        Stage.REGISTERED: _d(2024, 7, 15),
        Stage.SITE: _d(2024, 9, 18),
        Stage.STARTED: _d(2025, 1, 15),
    },
    money=((_d(2024, 11, 4), yi(0.42)), (_d(2025, 8, 20), yi(0.5))),
    promises=(
        Promise(
            metric=M.REGISTERED_HERE,
            name="区内设立法人主体",
            least=1,
            due=_d(2024, 10, 31),
            gates=1,
            seen=(Seen(_d(2024, 7, 16), 1),),
        ),
        Promise(
            metric=M.REGISTERED_CAPITAL_PAID,
            name="资本金到位",
            least=0.8,
            due=_d(2025, 1, 31),
            gates=1,
            seen=(Seen(_d(2024, 11, 5), 0.82),),
        ),
        Promise(
            metric=M.FLOOR_AREA,
            name="厂房租赁",
            least=5_000,
            due=_d(2025, 6, 30),
            gates=2,
            seen=(Seen(_d(2025, 4, 10), 5_400),),
        ),
        Promise(
            metric=M.HEADCOUNT,
            name="在渝员工（社保）",
            least=60,
            due=_d(2025, 7, 31),
            gates=2,
            seen=(Seen(_d(2025, 5, 6), 72),),
        ),
        Promise(
            metric=M.FIXED_ASSET_INVESTMENT,
            name="固定资产投资累计",
            least=1.2,
            due=_d(2026, 12, 31),
            seen=(Seen(_d(2026, 7, 15), 1.28),),
        ),
        Promise(metric=M.ANNUAL_OUTPUT, name="纳统营业收入", least=2.0, due=_d(2027, 12, 31)),
    ),
)
NAMED = (GUOXING, ANJIE, GUOQI)
