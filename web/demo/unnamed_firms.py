"""The firms that signed with 洪泰 unnamed, 签约企业 4 to 8: adverse events stand here only."""

from datetime import date

from dealflow.stages import Stage
from dealflow.terms import Consequence, Metric
from web.demo.hongtai_firms import Holding, Step
from web.demo.plans import DIGITAL, MANUFACTURING, yi
from web.demo.promises import Promise, Seen

M = Metric


def _d(year: int, month: int, day: int) -> date:
    return date(year, month, day)


def _here(due: date, seen: date, gates: int | None = 1) -> Promise:
    return Promise(
        metric=M.REGISTERED_HERE,
        name="区内设立法人主体",
        least=1,
        due=due,
        gates=gates,
        seen=(Seen(seen, 1),),
    )


FOURTH = Holding(
    code="HT-04",
    firm="签约企业 4（未具名）",
    name="签约企业 4（未具名）",
    system=MANUFACTURING,
    segment="功率半导体",
    decided_on=_d(2024, 9, 12),
    worth_wan=yi(2.75),
    multiple="EV/EBITDA 13.5x",
    tranches=(
        Step(yi(1.2), _d(2024, 12, 31), _d(2024, 12, 16)),
        Step(yi(1.0), _d(2025, 10, 31), _d(2025, 10, 16)),
    ),
    exits=((_d(2025, 10, 30), yi(0.48), yi(0.30)),),
    contract=(_d(2024, 8, 22), yi(5.8)),
    stages={
        Stage.REGISTERED: _d(2024, 9, 10),
        Stage.SITE: _d(2024, 10, 16),
        Stage.STARTED: _d(2024, 12, 2),
        Stage.PRODUCTION: _d(2026, 3, 18),
    },
    money=((_d(2024, 12, 10), yi(0.9)), (_d(2025, 6, 25), yi(1.25))),
    promises=(
        _here(_d(2024, 10, 31), _d(2024, 9, 20)),
        Promise(
            metric=M.REGISTERED_CAPITAL_PAID,
            name="资本金到位",
            least=0.8,
            due=_d(2024, 12, 31),
            gates=1,
            seen=(Seen(_d(2024, 12, 11), 0.9),),
        ),
        Promise(
            metric=M.FIXED_ASSET_INVESTMENT,
            name="固定资产投资累计",
            least=1.8,
            due=_d(2025, 8, 31),
            gates=2,
            seen=(Seen(_d(2025, 8, 20), 1.55), Seen(_d(2025, 9, 26), 1.84)),
        ),
        Promise(
            metric=M.HEADCOUNT,
            name="在渝员工（社保）",
            least=480,
            due=_d(2026, 6, 30),
            seen=(Seen(_d(2026, 5, 27), 512),),
        ),
        Promise(
            metric=M.PRODUCTION_LINE,
            name="产线投用",
            least=2,
            due=_d(2026, 6, 30),
            unit="条",
            seen=(Seen(_d(2026, 3, 18), 2),),
        ),
        Promise(
            metric=M.LOCAL_PURCHASES,
            name="本地配套采购（年）",
            least=0.5,
            due=_d(2026, 9, 15),
            seen=(Seen(_d(2026, 7, 8), 0.6),),
        ),
    ),
)
FIFTH = Holding(
    code="HT-05",
    firm="签约企业 5（未具名）",
    name="签约企业 5（未具名）",
    system=DIGITAL,
    segment="车规软件",
    decided_on=_d(2024, 12, 20),
    worth_wan=yi(2.56),
    multiple="EV/收入 4.8x",
    tranches=(
        Step(yi(1.0), _d(2025, 3, 31), _d(2025, 3, 3)),
        Step(yi(1.0), _d(2026, 2, 28), _d(2026, 2, 10)),
        Step(yi(0.6), _d(2026, 11, 30)),
    ),
    contract=(_d(2024, 12, 12), yi(3.5)),
    stages={Stage.REGISTERED: _d(2025, 1, 8), Stage.SITE: _d(2025, 4, 23)},
    money=((_d(2025, 2, 19), yi(0.4)), (_d(2026, 1, 14), yi(0.22))),
    promises=(
        _here(_d(2025, 1, 31), _d(2025, 1, 10)),
        Promise(
            metric=M.REGISTERED_CAPITAL_PAID,
            name="资本金到位",
            least=0.4,
            due=_d(2025, 3, 31),
            gates=1,
            seen=(Seen(_d(2025, 2, 20), 0.4),),
        ),
        Promise(
            metric=M.RD_HEADCOUNT,
            name="在渝研发人员（社保）",
            least=220,
            due=_d(2026, 1, 31),
            gates=2,
            seen=(Seen(_d(2026, 1, 21), 231),),
        ),
        Promise(
            metric=M.FLOOR_AREA,
            name="研发场地入驻",
            least=2_000,
            due=_d(2025, 6, 30),
            seen=(Seen(_d(2025, 5, 14), 2_150),),
        ),
        Promise(
            metric=M.RD_SPENDING,
            name="研发投入累计",
            least=1.0,
            due=_d(2026, 10, 31),
            gates=3,
            seen=(Seen(_d(2026, 6, 24), 0.62), Seen(_d(2026, 9, 22), 0.71, False)),
        ),
        Promise(
            metric=M.PATENTS,
            name="发明专利授权",
            least=12,
            due=_d(2026, 6, 30),
            unit="件",
            waived_on=_d(2026, 6, 17),
            waived_because="审查周期延长，改按已受理件数考核（示例决议）",
        ),
    ),
)
SIXTH = Holding(
    code="HT-06",
    firm="签约企业 6（未具名）",
    name="签约企业 6（未具名）",
    system=MANUFACTURING,
    segment="测试与标定",
    decided_on=_d(2025, 7, 10),
    worth_wan=yi(2.03),
    multiple="EV/收入 3.9x",
    tranches=(
        Step(yi(1.04), _d(2025, 9, 30), _d(2025, 9, 1)),
        Step(yi(0.8), _d(2026, 3, 31), _d(2026, 3, 10)),
        Step(yi(0.6), _d(2026, 7, 31)),
    ),
    exits=((_d(2026, 4, 30), yi(0.44), yi(0.34)),),
    contract=(_d(2025, 6, 26), yi(4.0)),
    stages={Stage.REGISTERED: _d(2025, 7, 22)},
    money=((_d(2025, 12, 17), yi(0.45)), (_d(2026, 2, 25), yi(0.3))),
    promises=(
        _here(_d(2025, 8, 31), _d(2025, 7, 24)),
        Promise(
            metric=M.HEADCOUNT,
            name="在渝员工（社保）",
            least=60,
            due=_d(2026, 5, 31),
            gates=3,
            seen=(Seen(_d(2026, 5, 20), 43),),
        ),
        Promise(
            metric=M.REGISTERED_CAPITAL_PAID,
            name="资本金到位",
            least=0.7,
            due=_d(2026, 3, 31),
            gates=2,
            seen=(Seen(_d(2026, 2, 26), 0.75),),
        ),
        Promise(
            metric=M.FIXED_ASSET_INVESTMENT,
            name="固定资产投资累计",
            least=1.0,
            due=_d(2027, 6, 30),
        ),
        Promise(metric=M.ANNUAL_OUTPUT, name="纳统营业收入", least=1.5, due=_d(2028, 6, 30)),
    ),
)
SEVENTH = Holding(
    code="HT-07",
    firm="签约企业 7（未具名）",
    name="签约企业 7（未具名）",
    decided_on=_d(2024, 6, 5),
    worth_wan=0,
    multiple="",
    tranches=(),
    promises=(
        Promise(
            metric=M.REGISTERED_HERE,
            name="区内设立法人主体",
            least=1,
            due=_d(2024, 12, 31),
            consequence=Consequence.POLICY_PAYMENT,
            waived_on=_d(2024, 12, 18),
            waived_because="企业重组，改以合资公司落地（示例决议）",
        ),
        Promise(metric=M.RD_HEADCOUNT, name="在渝研发人员", least=50, due=_d(2026, 8, 31)),
        Promise(metric=M.FLOOR_AREA, name="研发场地入驻", least=1_500, due=_d(2027, 3, 31)),
    ),
)
EIGHTH = Holding(
    code="HT-08",
    firm="签约企业 8（未具名）",
    name="签约企业 8（未具名）",
    decided_on=_d(2024, 6, 5),
    worth_wan=0,
    multiple="",
    tranches=(),
    stages={Stage.SHELVED: _d(2025, 4, 16)},
)
UNNAMED = (FOURTH, FIFTH, SIXTH, SEVENTH, EIGHTH)
