"""The cohort: the 49 projects signed from January to October 2023.

Names, counts and the sums by industry system are published; which project was signed for how
much on which day is not, and made up so that it adds up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dealflow.projects import SizeClass
from dealflow.stages import Stage
from valuation.periods import add_months
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

NEV, ELECTRONICS = "nev", "electronics"
CHAIN_3, CHAIN_4, CHAIN_5, CHAIN_6 = "demo-3", "demo-4", "demo-5", "demo-6"
BIG, LARGE, PLAIN = SizeClass.YI50, SizeClass.YI20, SizeClass.NONE
AFTER = date(2023, 11, 3)  # the others secured their site after the reported period


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the 49: `due` is the day by which an unstarted one is to start."""

    name: str
    firm: str
    system: str
    yi: float
    size: SizeClass = PLAIN
    chain: str | None = None
    segment: str | None = None
    due: date | None = None
    has_money: bool = True
    has_site: bool = False
    is_real: bool = False


def _shown(name: str, amount: float, system: str, **more: object) -> Entry:
    firm = f"示例企业 {name.split(' ', maxsplit=1)[0]}"
    return Entry(f"示例项目 {name}", firm, system, amount, **more)  # type: ignore[arg-type] # by name


def _day(month: int, day: int, year: int = 2023) -> date:
    return date(year, month, day)


# Started by October: signed January to June, in this order of preference.
STARTED: tuple[Entry, ...] = (
    _shown(
        "021 · 整车平台扩能", 58.0, MANUFACTURING, size=BIG, chain=NEV, segment="新能源动力平台"
    ),
    _shown("022 · 临空会展与总部集群", 51.0, SERVICES, size=BIG, chain=CHAIN_3),
    _shown("023 · 航空物流枢纽", 23.6, SERVICES, size=LARGE, chain=CHAIN_3),
    _shown("024 · 供应链结算中心", 22.8, SERVICES, size=LARGE, chain=CHAIN_5),
    _shown("025 · 数据中心园区", 22.4, DIGITAL, size=LARGE, chain=CHAIN_4),
    _shown("026 · 商贸综合体", 21.5, SERVICES, size=LARGE, chain=CHAIN_5),
    _shown("027 · 工业互联网平台", 21.2, DIGITAL, size=LARGE, chain=CHAIN_4),
    _shown("028 · 航空维修基地", 21.0, SERVICES, size=LARGE, chain=CHAIN_3),
    _shown("029 · 科技金融中心", 20.2, SERVICES, size=LARGE, chain=CHAIN_5),
    _shown("030 · 车联网运营平台", 9.2, DIGITAL, chain=CHAIN_4),
    _shown("031 · 智能终端软件", 7.6, DIGITAL, chain=ELECTRONICS),
    _shown("032 · 数字内容基地", 6.1, DIGITAL, chain=CHAIN_4),
    _shown("A · 冷链配送中心", 4.6, SERVICES, chain=CHAIN_6),
    _shown("033 · 人力资源产业园", 4.2, SERVICES),
    _shown("034 · 检验检测中心", 3.8, SERVICES, chain=CHAIN_6),
    _shown("035 · 飞行培训中心", 3.6, SERVICES, chain=CHAIN_3),
    _shown("036 · 跨境电商总部", 3.4, SERVICES, chain=CHAIN_5),
    _shown("037 · 酒店与会议", 3.2, SERVICES),
    _shown("B · 工业软件研发", 3.1, DIGITAL, chain=CHAIN_4),
    _shown("038 · 康养社区", 3.0, SERVICES, chain=CHAIN_6),
    _shown("039 · 医学检验所", 2.8, SERVICES, chain=CHAIN_6),
    _shown("C · 城市更新商业", 2.75, SERVICES),
    _shown("040 · 航材租赁", 2.6, SERVICES, chain=CHAIN_3),
    _shown("041 · 保税展示", 2.5, SERVICES, chain=CHAIN_5),
    _shown("042 · 职业教育", 2.3, SERVICES),
    _shown("043 · 法律与知识产权", 2.1, SERVICES),
    Entry(
        "大洋电机新能源汽车动力总成项目",
        "大洋电机",
        MANUFACTURING,
        56.0,
        BIG,
        NEV,
        "电驱动总成",
        is_real=True,
    ),
)
# Signed July to October and not started yet.
WAITING: tuple[Entry, ...] = (
    Entry(
        "力华智能座舱",
        "力华智能座舱",
        MANUFACTURING,
        12.0,
        PLAIN,
        NEV,
        "座舱域控",
        _day(11, 16),
        has_site=True,
        is_real=True,
    ),
    Entry(
        "光能汽车",
        "光能汽车",
        MANUFACTURING,
        19.0,
        PLAIN,
        NEV,
        "整车制造",
        _day(11, 28),
        has_site=True,
        is_real=True,
    ),
    Entry(
        "OPPO 元时空",
        "OPPO",
        DIGITAL,
        14.0,
        PLAIN,
        ELECTRONICS,
        "智能终端",
        _day(11, 13),
        is_real=True,
    ),
    Entry("渝锦鸿", "渝锦鸿", SERVICES, 6.0, PLAIN, None, None, _day(12, 1), is_real=True),
    _shown("044 · 临空总部基地", 20.6, SERVICES, size=LARGE, chain=CHAIN_3, due=_day(12, 22)),
    _shown("045 · 算力服务中心", 20.4, DIGITAL, size=LARGE, chain=CHAIN_4, due=_day(12, 26)),
    _shown(
        "F · 电池包与 BMS",
        9.5,
        MANUFACTURING,
        chain=NEV,
        segment="电池包与 BMS",
        due=_day(12, 15),
    ),
    _shown(
        "046 · 动力总成零部件",
        18.3,
        MANUFACTURING,
        chain=NEV,
        segment="电驱动总成",
        due=_day(12, 20),
        has_site=True,
    ),
    Entry(
        "光鉴科技视觉研发",
        "光鉴科技",
        MANUFACTURING,
        24.0,
        LARGE,
        NEV,
        "视觉感知",
        _day(11, 20),
        has_money=False,
        has_site=True,
        is_real=True,
    ),
    Entry(
        "天友优质乳工程",
        "天友",
        MANUFACTURING,
        23.0,
        LARGE,
        None,
        None,
        _day(11, 24),
        has_money=False,
        is_real=True,
    ),
    Entry(
        "中广核清洁能源",
        "中广核",
        MANUFACTURING,
        53.0,
        BIG,
        None,
        None,
        _day(6, 28, 2024),
        has_money=False,
        is_real=True,
    ),
    _shown(
        "E · 电子元件产线",
        5.2,
        MANUFACTURING,
        chain=ELECTRONICS,
        due=_day(10, 28),
        has_money=False,
    ),
    Entry(
        "有方科技",
        "有方科技",
        DIGITAL,
        8.0,
        PLAIN,
        ELECTRONICS,
        "通信模组",
        _day(12, 8),
        has_money=False,
        is_real=True,
    ),
    Entry(
        "中矿汉威大健康",
        "中矿汉威",
        SERVICES,
        5.0,
        PLAIN,
        None,
        None,
        _day(12, 8),
        has_money=False,
        is_real=True,
    ),
    _shown("047 · 会展运营", 20.3, SERVICES, size=LARGE, chain=CHAIN_3, due=_day(3, 29, 2024)),
    _shown("048 · 数字孪生实验室", 4.8, DIGITAL, chain=CHAIN_4, due=_day(12, 18)),
    _shown("049 · 健康管理", 1.9, SERVICES, chain=CHAIN_6, due=_day(12, 12)),
    _shown("050 · 直播电商基地", 3.7, DIGITAL, chain=CHAIN_4, due=_day(2, 28, 2024)),
    _shown("051 · 汽车后市场服务", 1.75, SERVICES, due=_day(4, 26, 2024)),
    _shown("052 · 智慧停车", 2.5, DIGITAL, due=_day(3, 15, 2024), has_money=False),
    _shown("053 · 口腔医院", 1.5, SERVICES, due=_day(5, 31, 2024), has_money=False),
    Entry(
        "国星宇航空天智能网联研发基地",
        "成都国星宇航科技股份有限公司",
        MANUFACTURING,
        10.0,
        PLAIN,
        NEV,
        "卫星互联网",
        _day(3, 31, 2025),
        has_money=False,
        is_real=True,
    ),
)
SIGNED_A_MONTH = (3, 3, 5, 4, 5, 7, 4, 6, 6, 6)
WANTED_A_MONTH = (38.0, 48.0, 62.0, 57.0, 63.0, 116.0, 58.0, 75.0, 83.0, 81.0)  # 亿元
STARTS_A_MONTH = ((3, 3), (4, 2), (5, 3), (6, 5), (7, 3), (8, 4), (9, 4), (10, 3))
FIXED = {
    "大洋电机": date(2023, 6, 19),  # published
    "成都国星宇航科技股份有限公司": date(2023, 10, 30),
    "示例企业 F": date(2023, 7, 20),
    "示例企业 E": date(2023, 8, 16),
    "示例企业 049": date(2023, 10, 12),
}
LATE_START = {"示例企业 E": date(2023, 11, 20), "示例企业 F": date(2023, 12, 20)}
SUPPLEMENT = {"示例企业 F": (date(2023, 10, 23), 1.5)}  # of its amount, 示例
UNITS = {NEV: "TF1", ELECTRONICS: "TF2"}
PARKS = ("前沿科技城", "空港新城", "创新经济走廊", "临空前沿", "仙桃国际大数据谷")


def month_of_signing(entries: Sequence[Entry], months: Iterable[int]) -> dict[str, date]:
    """Deal the entries out to months: the largest goes where most is still wanted."""
    room = {month: SIGNED_A_MONTH[month - 1] for month in months}
    wanted = {month: WANTED_A_MONTH[month - 1] for month in room}
    found: dict[str, date] = {}
    for number, entry in enumerate(sorted(entries, key=lambda e: (e.firm not in FIXED, -e.yi))):
        if entry.firm in FIXED:
            day = FIXED[entry.firm]
            month = day.month
        else:
            month = max((m for m in room if room[m]), key=lambda m: (wanted[m], -m))
            day = in_month(2023, month, number)
        room[month] -= 1
        wanted[month] -= entry.yi
        found[entry.name] = day
    return found


def cohort() -> list[ProjectPlan]:
    """Return the 49 projects by day of signing, codes YB-2023-001 to 049, without their money."""
    signed = month_of_signing(STARTED, range(1, 7)) | month_of_signing(WAITING, range(7, 11))
    starting = sorted(STARTED, key=lambda e: (e.firm == "大洋电机", signed[e.name], e.name))
    months = [month for month, count in STARTS_A_MONTH for _ in range(count)]
    starts = {
        entry.name: in_month(2023, month, number + 7)
        for number, (entry, month) in enumerate(zip(starting, months, strict=True))
    }
    ordered = sorted((*STARTED, *WAITING), key=lambda e: (signed[e.name], e.name))
    return [
        _plan(entry, number, signed[entry.name], starts.get(entry.name))
        for number, entry in enumerate(ordered, start=1)
    ]


def _plan(entry: Entry, number: int, signed_on: date, started_on: date | None) -> ProjectPlan:
    heard_on = workday(signed_on - timedelta(days=90 + spread(number, 120)))
    stages = {
        Stage.IN_TALKS: workday(heard_on + timedelta(days=20 + spread(number, 30))),
        Stage.FORMAL: signed_on,
    }
    if entry.firm.startswith("成都国星宇航"):
        # Its road after the framework agreement is told with the fund (hongtai_firms.py).
        heard_on, stages[Stage.IN_TALKS] = date(2023, 5, 15), date(2023, 7, 3)
        stages[Stage.FRAMEWORK] = date(2023, 10, 25)
        due = entry.due
    elif started_on is not None:
        stages[Stage.REGISTERED] = workday(signed_on + timedelta(days=12))
        stages[Stage.SITE] = workday(signed_on + timedelta(days=20))
        stages[Stage.STARTED] = max(started_on, stages[Stage.SITE] + timedelta(days=1))
        stages[Stage.PRODUCTION] = workday(add_months(started_on, 14 + spread(number, 16)))
        due = stages[Stage.STARTED] + timedelta(days=6 + spread(number, 18))
    else:
        assert entry.due is not None, "an unstarted project has its day"
        due = entry.due
        started_on = LATE_START.get(entry.firm, workday(due - timedelta(days=2)))
        stages[Stage.REGISTERED] = workday(signed_on + timedelta(days=15))
        stages[Stage.SITE] = workday(
            max(date(2023, 10, 24), signed_on)
            if entry.has_site
            else max(AFTER, stages[Stage.REGISTERED], started_on - timedelta(days=20))
        )
        stages[Stage.STARTED] = max(started_on, stages[Stage.SITE])
        stages[Stage.PRODUCTION] = workday(add_months(started_on, 13 + spread(number, 14)))
    supplement = SUPPLEMENT.get(entry.firm)
    first_wan = yi(entry.yi - (supplement[1] if supplement else 0))
    papers = [Paper(signed_on=signed_on, wan=first_wan, start_due_on=due)]
    if supplement:
        papers.append(Paper(signed_on=supplement[0], wan=yi(supplement[1])))
    return ProjectPlan(
        code=f"YB-2023-{number:03d}",
        name=entry.name,
        firm=entry.firm,
        heard_on=heard_on,
        is_real=entry.is_real,
        system=entry.system,
        chain=entry.chain,
        segment=entry.segment,
        unit=UNITS.get(entry.chain or "", f"U{1 + spread(number, 17):02d}"),
        park="前沿科技城" if entry.firm == "大洋电机" else PARKS[number % len(PARKS)],
        size=entry.size,
        # of the real ones only 国星宇航 has a published amount
        planned_wan=yi(entry.yi)
        if not entry.is_real or entry.firm.startswith("成都国星宇航")
        else None,
        source="产业链招商" if entry.chain else "以商招商",
        stages=stages,
        papers=papers,
    )


def without_money() -> frozenset[str]:
    """Return the names of those in which nothing had arrived by the end of October."""
    return frozenset(entry.name for entry in WAITING if not entry.has_money)
