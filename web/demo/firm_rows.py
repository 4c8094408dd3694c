"""Firms of the maps: other names, groups, supply, certificates; all of it 示例, on invented firms.

What is adverse, a withdrawal, happens to an invented firm. The leader firms are real: beside the
supply that the demo invents for them, and marks so, nothing is said of them.
"""

from datetime import date

from dealflow import (
    candidate_leads,
    chain_firms,
    firm_aliases,
    firm_groups,
    firm_withdrawals,
    qualifications,
    score_weights,
    supply,
    units,
)
from dealflow.chain_firms import Role
from dealflow.leads import SourceKind
from dealflow.qualifications import Kind
from dealflow.score_weights import Score
from portfolio import organisations
from web.demo import cohort
from web.demo.published import TODAY
from web.demo.timeline import Scene, Timeline

DRAWN, MET, WENT, WEIGHED = (
    date(2024, 3, 1),
    date(2026, 5, 18),
    date(2026, 6, 12),
    date(2026, 7, 1),
)
NEV, ELECTRONICS = cohort.NEV, cohort.ELECTRONICS
ROLES = (  # chain, segment, firm, role
    (NEV, "热管理", "示例企业 热泵 01", Role.CONTRACTED),
    (NEV, "座舱域控", "示例企业 座舱 01", Role.LANDED),
    (NEV, "电池包与 BMS", "示例企业 电池 01", Role.LANDED),
    (NEV, "轻量化材料", "示例企业 铝材 01", Role.LANDED),
    (NEV, "整车制造", "示例企业 专用车 01", Role.LANDED),
    (ELECTRONICS, "主板与结构件", "示例企业 结构件 01", Role.LANDED),
)
SUPPLIES = (  # supplier, customer, share of the need, what
    ("示例企业 座舱 01", "长安", 12, "座舱域控制器"),
    ("示例企业 电池 01", "示例企业 专用车 01", 60, "电池包"),
    ("示例企业 铝材 01", "示例企业 电池 01", 45, "电池壳体"),
    ("示例企业 目标 04", "示例企业 电池 01", 35, "正极材料"),
    ("示例企业 目标 01", "示例企业 座舱 01", 30, "功率模块"),
    ("示例企业 目标 07", "示例企业 专用车 01", 20, "热泵"),
    ("示例企业 线束 01", "长安", 8, "高压线束"),
    ("长安", "示例企业 出行 01", 25, "营运车辆"),
    ("示例企业 声学 01", "OPPO", 15, "声学器件"),
    ("示例企业 结构件 01", "OPPO", 20, "中框"),
    ("示例企业 天线 01", "传音", 18, "天线模组"),
    ("传音", "示例企业 渠道 01", 10, "终端"),
)
CERTIFICATES = (  # firm, kind, number, to
    ("示例企业 座舱 01", Kind.LITTLE_GIANT, "示例 ZJTX-2024-0101", date(2027, 2, 28)),
    ("示例企业 电池 01", Kind.CHAMPION, "示例 DXGJ-2024-0008", date(2026, 12, 31)),
    ("示例企业 线束 01", Kind.LITTLE_GIANT, "示例 ZJTX-2024-0117", date(2027, 2, 28)),
    ("示例企业 声学 01", Kind.HIGH_TECH, "示例 GXJS-2024-2210", None),
)
GROUP = "示例集团 A"
MEMBERS = (("示例企业 电池 01", 700_000), ("示例企业 铝材 01", 510_000))
NAMES = (("示例企业 目标 01", "示例半导体"), ("示例企业 线束 01", "示例线束科技"))
PURSUED = ("示例企业 目标 05", "正负极材料")
POINTS = {
    "segment": 30,
    "leader": 30,
    "fund_focus": 10,
    "referral": 10,
    "qualification": 10,
    "contact": 10,
}


def _firm(scene: Scene, name: str) -> str:
    is_demo = name.startswith("示例")
    office = scene.actor("office1")
    return organisations.find_or_create(scene.work, office, name=name, is_demo=is_demo).id


def draw(scene: Scene) -> None:
    """Say who stands where, who supplies whom, and what they are certified as."""
    work, office = scene.work, scene.actor("office1")
    for slug, segment, name, role in ROLES:
        chain_firms.enter(
            work,
            office,
            segment_id=scene["segment", f"{slug}:{segment}"],
            organisation_id=_firm(scene, name),
            role=role,
            on=DRAWN,
            is_demo=True,
        )
    for number, (supplier, customer, weight, what) in enumerate(SUPPLIES):
        supply.link(
            work,
            office,
            supplier_id=_firm(scene, supplier),
            customer_id=_firm(scene, customer),
            weight=weight,
            what=what,
            since_on=DRAWN,
            evidence_file_id=scene.evidence("purchases") if number % 3 != 2 else None,  # noqa: PLR2004 - some have none
            is_demo=True,
        )
    for name, kind, number_text, valid_to in CERTIFICATES:
        qualifications.certify(
            work,
            office,
            organisation_id=_firm(scene, name),
            kind=kind,
            certificate=number_text,
            valid_from=DRAWN,
            valid_to=valid_to,
            evidence_file_id=scene.evidence("licence"),
            is_demo=True,
        )
    for name, share_ppm in MEMBERS:
        firm_groups.own(
            work,
            office,
            parent_id=_firm(scene, GROUP),
            subsidiary_id=_firm(scene, name),
            since_on=DRAWN,
            share_ppm=share_ppm,
            is_demo=True,
        )
    for name, alias in NAMES:
        firm_aliases.add(work, office, organisation_id=_firm(scene, name), name=alias, is_demo=True)


def meet(scene: Scene) -> None:
    """See two of the candidates on a trip, one of them under its other name."""
    units.travel(
        scene.work,
        scene.actor("office1"),
        on=MET,
        leader_title="区领导",
        city="无锡",
        firms=("示例半导体", "示例企业 目标 05"),
        is_demo=True,
    )


def go(scene: Scene) -> None:
    """Let an invented firm that had signed give up."""
    firm_withdrawals.withdraw(
        scene.work,
        scene.actor("office1"),
        _firm(scene, "示例企业 热泵 01"),
        on=WENT,
        reason="总部调整布局（示例）",
        is_demo=True,
    )


def weigh(scene: Scene) -> None:
    """Give a leader's partner more weight."""
    score_weights.reweigh(
        scene.work,
        scene.actor("office1"),
        Score.CANDIDATE,
        points=POINTS,
        valid_from=WEIGHED,
        note="以商招商优先（示例）",
        is_demo=True,
    )


def pursue(scene: Scene) -> None:
    """Make a lead of one candidate and ask a unit to take it."""
    name, segment = PURSUED
    candidate_leads.pursue(
        scene.work,
        scene.actor("office1"),
        organisation_id=_firm(scene, name),
        chain_id=scene["chain", NEV],
        segment_id=scene["segment", f"{NEV}:{segment}"],
        to_unit_id=scene["unit", "U02"],
        accept_by=date(2026, 10, 9),
        source_kind=SourceKind.CHAIN_LEADER,
        source="以商招商（示例）",
        is_demo=True,
    )


def stage(timeline: Timeline) -> None:
    """Plan the days on which it became known."""
    timeline.on(DRAWN, draw)
    timeline.on(MET, meet)
    timeline.on(WENT, go)
    timeline.on(WEIGHED, weigh)
    timeline.on(TODAY, pursue)
