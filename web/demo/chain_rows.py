"""The maps of two chains: segments, targets and supply, all of them the demo's own (示例)."""

from datetime import date

from dealflow import chain_firms, chains, qualifications, supply
from dealflow.chain_firms import Role
from dealflow.chains import Criticality, Position
from dealflow.qualifications import Kind
from portfolio import organisations
from web.demo import cohort
from web.demo.timeline import Scene, Timeline

UP, MID, DOWN, AFTER = Position
ORDINARY, IMPORTANT, CRITICAL = Criticality
Drawn = tuple[Position, str, Criticality, int, str]
ROWS: dict[str, dict[str, tuple[Drawn, ...]]] = {
    cohort.NEV: {
        "动力与电驱": (
            (UP, "功率半导体", CRITICAL, 2, "SiC 模块、IGBT"),
            (MID, "电驱动总成", IMPORTANT, 2, ""),
            (DOWN, "新能源动力平台", IMPORTANT, 1, ""),
            (AFTER, "充换电", IMPORTANT, 1, "运营商区域总部"),
        ),
        "动力电池": (
            (UP, "正负极材料", CRITICAL, 2, "材料企业"),
            (MID, "电池包与 BMS", IMPORTANT, 1, ""),
            (AFTER, "梯次与回收", IMPORTANT, 1, "回收企业"),
        ),
        "智能座舱": (
            (UP, "显示与触控", IMPORTANT, 1, ""),
            (MID, "座舱域控", IMPORTANT, 2, ""),
            (DOWN, "座舱生态", ORDINARY, 1, ""),
        ),
        "智能驾驶": (
            (UP, "视觉感知", IMPORTANT, 2, ""),
            (MID, "激光雷达", IMPORTANT, 1, "区域总部"),
            (DOWN, "线控底盘", CRITICAL, 1, "研发生产基地"),
            (AFTER, "测试与标定", ORDINARY, 1, "封闭测试场"),
        ),
        "车联与空天": (
            (UP, "通信模组", IMPORTANT, 1, ""),
            (MID, "卫星互联网", ORDINARY, 1, ""),
            (DOWN, "车规软件", IMPORTANT, 1, ""),
        ),
        "整车": (
            (UP, "轻量化材料", ORDINARY, 1, ""),
            (MID, "热管理", IMPORTANT, 1, "热泵系统"),
            (DOWN, "整车制造", CRITICAL, 1, ""),
        ),
    },
    cohort.ELECTRONICS: {
        "感知与通信": (
            (UP, "传感器", IMPORTANT, 2, "MEMS 传感器"),
            (UP, "通信模组", IMPORTANT, 1, ""),
            (MID, "视觉模组", IMPORTANT, 1, ""),
        ),
        "终端": (
            (MID, "主板与结构件", IMPORTANT, 1, ""),
            (DOWN, "智能终端", CRITICAL, 2, ""),
            (AFTER, "检测与维修", ORDINARY, 1, ""),
        ),
    },
}
LEADERS = {cohort.NEV: ("长安",), cohort.ELECTRONICS: ("OPPO", "传音")}
SINCE = date(2023, 10, 20)  # the leader firms are in the books by then
TARGETS = (  # chain, segment, firm, role, certified as
    (cohort.NEV, "功率半导体", "示例企业 目标 01", Role.IN_TALKS, Kind.LITTLE_GIANT),
    (cohort.NEV, "功率半导体", "示例企业 目标 02", Role.TARGET, None),
    (cohort.NEV, "功率半导体", "示例企业 目标 03", Role.TARGET, Kind.HIGH_TECH),
    (cohort.NEV, "正负极材料", "示例企业 目标 04", Role.TARGET, None),
    (cohort.NEV, "正负极材料", "示例企业 目标 05", Role.TARGET, Kind.CHAMPION),
    (cohort.NEV, "线控底盘", "示例企业 目标 06", Role.IN_TALKS, Kind.SPECIALISED),
    (cohort.NEV, "热管理", "示例企业 目标 07", Role.TARGET, None),
    (cohort.NEV, "充换电", "示例企业 目标 08", Role.TARGET, Kind.HEADQUARTERS),
    (cohort.ELECTRONICS, "传感器", "示例企业 目标 09", Role.TARGET, Kind.LITTLE_GIANT),
)
SUPPLIES = (  # supplier, customer, share of the customer's need in hundredths
    ("示例企业 目标 01", "长安", 20),
    ("示例企业 目标 04", "长安", 15),
    ("示例企业 目标 06", "长安", 25),
    ("示例企业 目标 07", "长安", 10),
    ("示例企业 目标 09", "OPPO", 10),
)


REVISED = date(2023, 7, 5)
WHY = "年中修订：增补后市场环节，明确招引方向（示例）"
ADDED = ("充换电",)  # not yet on the first map
FIRST_NOTES = {"热管理": "", "激光雷达": "研发中心"}
RESET: dict[str, dict[str, str]] = {
    "热管理": {"wanted_note": "热泵系统"},
    "激光雷达": {"wanted_note": "区域总部"},
}


def draw(scene: Scene, slug: str) -> None:
    """Draw the map of one chain."""
    _draw(scene, slug, is_revision=False, on=None, reason="首版图谱（示例）")


def revise(scene: Scene) -> None:
    """Draw what the task force added and set anew half a year on: the second version."""
    work, office, reason = (
        scene.work,
        scene.actor("office1"),
        "年中修订：增补后市场环节，明确招引方向（示例）",
    )
    _draw(scene, cohort.NEV, is_revision=True, on=REVISED, reason=reason)
    for name, facts in RESET.items():
        segment = work.session.get_one(chains.Segment, scene["segment", f"{cohort.NEV}:{name}"])
        chains.change_segment(
            work,
            office,
            segment.id,
            version=segment.version,
            facts=facts,
            on=REVISED,
            reason=WHY,
        )


def _draw(scene: Scene, slug: str, *, is_revision: bool, on: date | None, reason: str) -> None:
    order = -1
    for subsystem, drawn in ROWS.get(slug, {}).items():
        for position, name, criticality, wanted_firms, wanted_note in drawn:
            order += 1
            is_late = slug == cohort.NEV and name in ADDED
            if is_late is not is_revision:
                continue
            scene.ids["segment", f"{slug}:{name}"] = chains.add_segment(
                scene.work,
                scene.actor("office1"),
                scene["chain", slug],
                name=name,
                position=position,
                order=order,
                subsystem=subsystem,
                criticality=criticality,
                wanted_firms=wanted_firms,
                wanted_note=FIRST_NOTES.get(name, wanted_note),
                on=on,
                reason=reason,
                is_demo=True,
            ).id


def people_the_map(scene: Scene) -> None:
    """Name the leader firms, the targets and who supplies whom."""
    work, office = scene.work, scene.actor("office1")
    for slug, names in LEADERS.items():
        for name in names:
            firm = organisations.find_or_create(work, office, name=name)
            chains.name_leader(
                work, office, scene["chain", slug], organisation_id=firm.id, since_on=SINCE
            )
    for slug, segment, name, role, kind in TARGETS:
        firm = organisations.find_or_create(work, office, name=name, is_demo=True)
        chain_firms.enter(
            work,
            office,
            segment_id=scene["segment", f"{slug}:{segment}"],
            organisation_id=firm.id,
            role=role,
            on=SINCE,
            is_demo=True,
        )
        if kind is not None:
            qualifications.certify(
                work, office, organisation_id=firm.id, kind=kind, valid_from=SINCE, is_demo=True
            )
    for supplier, customer, weight in SUPPLIES:
        supply.link(
            work,
            office,
            supplier_id=organisations.find_or_create(work, office, name=supplier).id,
            customer_id=organisations.find_or_create(work, office, name=customer).id,
            weight=weight,
            since_on=SINCE,
            is_demo=True,
        )


def stage(timeline: Timeline) -> None:
    """Plan it for the day from which the demo's map speaks."""
    timeline.on(REVISED, revise)
    timeline.on(SINCE, people_the_map)
