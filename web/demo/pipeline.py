"""The pipeline: every recorded project that is not one of the 49, as of October 2023 and after.

How many were in talks, building or recorded is published; the projects themselves are 示例.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from dealflow.projects import SizeClass
from dealflow.stages import Stage
from valuation.money import split_fen
from valuation.periods import add_months
from web.demo.cohort import (
    CHAIN_3,
    CHAIN_4,
    CHAIN_5,
    CHAIN_6,
    ELECTRONICS,
    NEV,
    PARKS,
    UNITS,
)
from web.demo.plans import (
    DIGITAL,
    MANUFACTURING,
    SERVICES,
    Paper,
    ProjectPlan,
    in_month,
    spread,
    workday,
    yi,
)
from web.demo.published import AS_OF, TODAY, facts

IN_TALKS = (  # what it is, system, chain, segment, 亿元
    ("激光雷达区域总部", MANUFACTURING, NEV, "激光雷达", 12.0),
    ("车规功率器件产线", MANUFACTURING, NEV, "功率半导体", 18.5),
    ("工业软件研发中心", DIGITAL, CHAIN_4, None, 3.2),
    ("线控底盘研发生产基地", MANUFACTURING, NEV, "线控底盘", 9.8),
    ("航空维修与培训中心", SERVICES, CHAIN_3, None, 6.2),
    ("轻量化材料", MANUFACTURING, NEV, "轻量化材料", 5.2),
    ("电池梯次与回收", MANUFACTURING, NEV, "梯次与回收", 4.0),
    ("显示模组扩产", MANUFACTURING, ELECTRONICS, None, 22.0),
)
THEMES = (
    ("装备零部件", MANUFACTURING, None),
    ("供应链服务", SERVICES, CHAIN_5),
    ("数字内容", DIGITAL, CHAIN_4),
    ("汽车电子", MANUFACTURING, NEV),
    ("航空服务", SERVICES, CHAIN_3),
    ("智能终端配套", MANUFACTURING, ELECTRONICS),
    ("商务服务", SERVICES, None),
    ("软件研发", DIGITAL, CHAIN_4),
    ("健康服务", SERVICES, CHAIN_6),
)
AMOUNTS = (1.2, 3.1, 0.8, 6.8, 2.4, 12.0, 1.5, 4.6, 9.5, 21.0, 2.0, 5.4)  # 亿元, before 2023
LATER_AMOUNTS = (9.2, 24.0, 3.8, 14.5, 6.6, 21.0, 12.4, 52.0, 4.2, 16.0, 8.5, 19.0)
RAMPS = {  # why a 示例 project left the road
    Stage.SHELVED: "市场变化，企业暂缓投资（示例）",
    Stage.TERMINATED: "企业战略调整，协议解除（示例）",
}
SIGNED_BY_YEAR_END = 12  # of those in talks
SIGNED_LATER = 26
SHELVED_LATER = 8


def _plan(
    number: int, theme: int, heard_on: date, *, wan: int, stages: dict[Stage, date], **more: object
) -> ProjectPlan:
    what, system, chain = THEMES[theme % len(THEMES)]
    given: dict[str, object] = {
        "code": f"YB-{heard_on.year}-{number:04d}",
        "name": f"示例项目 {number:04d} · {what}",
        "firm": f"示例企业 {number:04d}",
        "heard_on": heard_on,
        "system": system,
        "chain": chain,
        "unit": UNITS.get(chain or "", f"U{1 + spread(number, 17):02d}"),
        "park": PARKS[number % len(PARKS)],
        "planned_wan": wan,
        "source": ("以商招商", "产业链招商", "驻外招商", "平台推介")[number % 4],
        "needs_site": system != DIGITAL,
        "stages": stages,
        "notes": {stage: note for stage, note in RAMPS.items() if stage in stages},
    }
    return ProjectPlan(**(given | more))  # type: ignore[arg-type] # the facts above, by name


def _size(wan: int) -> SizeClass:
    if wan >= yi(50):
        return SizeClass.YI50
    return SizeClass.YI20 if wan >= yi(20) else SizeClass.NONE


def _built(signed_on: date, number: int, *, start_after: int) -> dict[Stage, date]:
    """Return a road from signing to full capacity; what lies after today is left out."""
    start = workday(signed_on + timedelta(days=start_after))
    road = {
        Stage.FORMAL: signed_on,
        Stage.REGISTERED: workday(signed_on + timedelta(days=14 + spread(number, 20))),
        Stage.SITE: workday(signed_on + timedelta(days=min(60, start_after - 8))),
        Stage.STARTED: start,
        Stage.PRODUCTION: workday(add_months(start, 14 + spread(number, 18))),
        Stage.CAPACITY: workday(add_months(start, 38 + spread(number, 20))),
    }
    return {stage: on for stage, on in road.items() if on <= TODAY}


def _signed(
    number: int,
    signed_on: date,
    *,
    wan: int,
    start_after: int,
    until: date | None = None,
    not_before: date = date.min,
    **more: object,
) -> ProjectPlan:
    """Return a project that was signed and built; `until` holds every later stage back to it."""
    heard_on = max(workday(signed_on - timedelta(days=120 + spread(number, 200))), not_before)
    stages = {Stage.IN_TALKS: workday(heard_on + timedelta(days=30))}
    stages |= _built(signed_on, number, start_after=start_after)
    if until is not None:
        held = [stage for stage, on in stages.items() if on > until]
        stages = {stage: on for stage, on in stages.items() if stage not in held}
    due = stages.get(Stage.STARTED)
    paper = Paper(
        signed_on=signed_on,
        wan=wan,
        start_due_on=due + timedelta(days=10) if due else None,
    )
    given: dict[str, object] = {"papers": (paper,), "size": _size(wan)}
    return _plan(number, number, heard_on, wan=wan, stages=stages, **(given | more))


def in_talks() -> Iterator[ProjectPlan]:
    """Yield the projects in talks at the end of October 2023, and what became of them."""
    talks = facts()["pipeline"]["in_talks"]
    count, left = talks["count"] - len(IN_TALKS), talks["total_investment"]
    left = round((left - sum(entry[4] for entry in IN_TALKS)) * 10)
    tenths = split_fen(left, [AMOUNTS[i % len(AMOUNTS)] + 8 for i in range(count)])
    for index in range(talks["count"]):
        number = 2301 + index
        heard_on = in_month(2023 - (index % 16 in range(6)), 1 + index % 8, index)
        more: dict[str, object] = {}
        if index < len(IN_TALKS):
            what, system, chain, segment, amount = IN_TALKS[index]
            wan = yi(amount)
            more = {
                "name": f"示例项目 {number} · {what}",
                "system": system,
                "chain": chain,
                "segment": segment,
                "unit": UNITS.get(chain, "U05"),
            }
        else:
            wan = tenths[index - len(IN_TALKS)] * 1_000
        stages = {Stage.IN_TALKS: min(workday(heard_on + timedelta(days=35 + index)), AS_OF)}
        order = (index * 5 + 3) % talks["count"]  # scattered, so that each sort of project signs
        if order < SIGNED_BY_YEAR_END:
            signed_on = in_month(2023, 11 + order % 2, order)
        elif order < SIGNED_BY_YEAR_END + SIGNED_LATER:
            signed_on = in_month(2024, 1 + (order - SIGNED_BY_YEAR_END) % 12, order)
        else:
            if order < SIGNED_BY_YEAR_END + SIGNED_LATER + SHELVED_LATER:
                stages[Stage.SHELVED] = in_month(2024, 3 + order % 9, order)
            yield _plan(number, index, heard_on, wan=wan, stages=stages, **more)
            continue
        stages |= _built(signed_on, number, start_after=50 + spread(number, 150))
        paper = Paper(
            signed_on=signed_on,
            wan=wan,
            start_due_on=stages[Stage.STARTED] + timedelta(days=10),
        )
        more |= {"papers": (paper,), "size": _size(wan)}
        yield _plan(number, index, heard_on, wan=wan, stages=stages, **more)


def fourth_quarter() -> Iterator[ProjectPlan]:
    """Yield the 14 signed in the last quarter of 2022; six of them started in 2023."""
    starts = (
        date(2023, 1, 12),
        date(2023, 1, 18),
        date(2023, 2, 21),
        date(2023, 3, 15),
        date(2023, 4, 18),
    )
    yield ProjectPlan(
        code="YB-2022-0001",
        name="长安新能源",
        name_en="Changan New Energy",
        firm="长安",
        heard_on=date(2022, 4, 12),
        is_real=True,
        system=MANUFACTURING,
        chain=NEV,
        segment="整车制造",
        unit=UNITS[NEV],
        park="前沿科技城",
        size=SizeClass.YI50,
        planned_wan=yi(facts()["chains"]["anchor_project"]["total_investment"]),
        source="链主",
        stages={
            Stage.IN_TALKS: date(2022, 6, 7),
            Stage.FORMAL: date(2022, 12, 16),
            Stage.REGISTERED: date(2022, 12, 28),
            Stage.SITE: date(2023, 1, 17),
            Stage.STARTED: date(2023, 2, 15),
            Stage.PRODUCTION: date(2023, 12, 28),
            Stage.CAPACITY: date(2025, 9, 19),
        },
        papers=(
            Paper(
                signed_on=date(2022, 12, 16),
                wan=yi(100),
                start_due_on=date(2023, 2, 28),
                is_published=True,
            ),
        ),
    )
    amounts = (18.0, 12.6, 9.4, 8.0, 7.2, 11.0, 9.0, 7.4, 6.2, 5.0, 3.6, 2.4, 1.8)
    for index, amount in enumerate(amounts):
        number = 2251 + index
        signed_on = in_month(2022, 10 + index % 3, index)
        start = starts[index] if index < len(starts) else in_month(2024, 1 + index % 9, index)
        plan = _signed(number, signed_on, wan=yi(amount), start_after=(start - signed_on).days)
        yield plan


def older() -> Iterator[ProjectPlan]:
    """Yield the projects signed before October 2022, building, producing or given up."""
    number = 1000
    for index in range(140):  # at their site, or building since before 2023
        number += 1
        signed_on = in_month(2021 + (index % 21) // 12, 1 + (index % 21) % 12, index)
        is_building = index % 7 < 4  # noqa: PLR2004 - four of seven
        wait = (date(2024, 1, 9) - signed_on).days + spread(index, 680)
        wan = yi(AMOUNTS[spread(number, 12)])
        plan = _signed(
            number,
            signed_on,
            wan=wan,
            start_after=min(70 + spread(index, 20), (date(2022, 12, 20) - signed_on).days)
            if is_building
            else wait,
        )
        stages = dict(plan.stages)
        if is_building:  # nobody in this group produced before November 2023
            stages[Stage.PRODUCTION] = in_month(
                2023 + index % 3, 11 if index % 3 == 0 else 6, index
            )
            stages.pop(Stage.CAPACITY, None)
        yield replace(plan, stages=stages)
    for index in range(142):  # in production, six of them since 2023
        number += 1
        signed_on = in_month(2017 + index % 4, 1 + index % 12, index)
        plan = _signed(
            number,
            signed_on,
            wan=yi(AMOUNTS[spread(number, 12)]),
            start_after=90 + spread(index, 60),
        )
        stages = dict(plan.stages)
        in_2023 = index % 24 == 0
        stages[Stage.PRODUCTION] = (
            in_month(2023, 2 + index // 24, index)
            if in_2023
            else min(stages[Stage.PRODUCTION], date(2022, 12, 15))
        )
        stages.pop(Stage.CAPACITY, None)
        if index % 3 == 0:
            stages[Stage.CAPACITY] = in_month(2024 + index % 2, 3 + index % 9, index)
        yield replace(plan, stages=stages)
    for index in range(96):  # at full capacity
        number += 1
        signed_on = in_month(2014 + index % 4, 1 + index % 12, index)
        plan = _signed(number, signed_on, wan=yi(AMOUNTS[spread(number, 12)]), start_after=120)
        yield plan


def given_up() -> Iterator[ProjectPlan]:
    """Yield the shelved and the terminated ones; 示例项目 D leaves in October 2023."""
    for index in range(52):
        number = 1501 + index
        heard_on = in_month(2019 + index % 4, 1 + index % 12, index)
        stages = {
            Stage.IN_TALKS: workday(heard_on + timedelta(days=40)),
            Stage.SHELVED: workday(heard_on + timedelta(days=150 + spread(index, 120))),
        }
        yield _plan(number, index, heard_on, wan=yi(AMOUNTS[spread(number, 12)]), stages=stages)
    for index in range(38):
        number = 1601 + index
        signed_on = date(2022, 3, 16) if index == 0 else in_month(2019 + index % 3, 3, index)
        plan = _signed(
            number,
            signed_on,
            wan=yi(2.3) if index == 0 else yi(AMOUNTS[spread(number, 12)] / 2),
            start_after=2_000,
            until=signed_on,
        )
        left = date(2023, 10, 26) if index == 0 else workday(signed_on + timedelta(days=300))
        more = {"name": "示例项目 D · 商务服务", "firm": "示例企业 D"} if index == 0 else {}
        yield _given_up(plan, left, **more)


def _given_up(plan: ProjectPlan, left: date, **more: str) -> ProjectPlan:
    stages = dict(plan.stages) | {Stage.TERMINATED: left}
    return replace(
        plan,
        stages=stages,
        notes={Stage.TERMINATED: RAMPS[Stage.TERMINATED]},
        **more,  # type: ignore[arg-type] # name and firm
    )


def leads() -> Iterator[ProjectPlan]:
    """Yield what was a lead only in October 2023; some came into talks later, some lapsed."""
    for index in range(118):
        number = 2501 + index
        heard_on = in_month(2022 + index % 2, 1 + (index * 3) % 10, index)
        stages: dict[Stage, date] = {}
        if index % 4 == 0:
            stages[Stage.IN_TALKS] = in_month(2024 + index % 3, 1 + index % 9, index)
        elif index % 4 == 1:
            stages[Stage.SHELVED] = in_month(2024, 1 + index % 12, index)
        wan = yi(AMOUNTS[spread(number, 12)])
        yield _plan(number, index, heard_on, wan=wan, stages=stages)


def after() -> Iterator[ProjectPlan]:
    """Yield the projects heard of after October 2023, to the end of September 2026."""
    for year, months, count in ((2024, 12, 28), (2025, 12, 54), (2026, 9, 40)):
        for index in range(count):
            number = (year - 2000) * 100 + 1 + index
            signed_on = in_month(year, 1 + index % months, index)
            wan = yi(LATER_AMOUNTS[spread(number, 12)])
            if signed_on <= TODAY:
                yield _signed(
                    number,
                    signed_on,
                    wan=wan,
                    start_after=60 + spread(number, 140),
                    not_before=workday(date(2023, 11, 3) + timedelta(days=spread(number, 20))),
                )
    for index in range(70):
        number = 2651 + index
        heard_on = in_month(2025 + index % 2, 1 + index % 8, index)
        stages = {Stage.IN_TALKS: workday(heard_on + timedelta(days=25))} if index % 3 else {}
        wan = yi(LATER_AMOUNTS[index % len(LATER_AMOUNTS)])
        yield _plan(number, index, heard_on, wan=wan, stages=stages)


def pipeline() -> list[ProjectPlan]:
    """Return all of them."""
    return [*older(), *given_up(), *fourth_quarter(), *in_talks(), *leads(), *after()]
