"""Dispatch in the demo: sealed half months, what was stuck, targets, boards and forecasts.

All of it is 示例 but the promise of the year 2023, which was published. What is stuck or late is
told of 示例项目 only.
"""

from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from dealflow import (
    agreements,
    amendments,
    blockers,
    dispatch,
    forecasts,
    landings,
    leverage,
    projects,
    race_boards,
    targets,
)
from dealflow.agreements import AgreementKind
from dealflow.blockers import BlockerKind
from dealflow.landings import MoneyKind
from dealflow.projects import Project, stage_at
from dealflow.race import Method, Part
from dealflow.race_boards import Formula
from dealflow.stages import Stage
from dealflow.targets import DISTRICT, Scope
from portfolio.commitments import Partner
from portfolio.kernel.db import Work
from portfolio.organisations import Organisation
from valuation.periods import Quarter
from web.demo.people import AIRPORT_INVESTMENT
from web.demo.plans import DIGITAL, FEN_A_WAN, MANUFACTURING, SERVICES, spread, yi
from web.demo.published import AS_OF, SOURCE, TODAY, facts
from web.demo.timeline import Scene, Timeline

S19, S20 = date(2023, 10, 15), AS_OF
S15, S16 = date(2026, 8, 15), date(2026, 8, 31)
RACED = (*(f"U{number:02d}" for number in range(1, 18)), "TF1", "TF2")
LATE_PAID, LATE_TOLD = date(2026, 6, 25), date(2026, 9, 10)
STUCK = (  # what, kind, days before the half month's end at which it was raised
    ("建设用地指标未落实", BlockerKind.LAND, 12),
    ("110 千伏线路接入方案待批", BlockerKind.ENERGY, 10),
    ("环评批复在审", BlockerKind.APPROVAL, 9),
    ("项目贷款尚未放款", BlockerKind.FINANCE, 7),
    ("首批技术工人缺口约 60 人", BlockerKind.LABOUR, 5),
    ("红线内有两处房屋待拆", BlockerKind.DEMOLITION, 4),
)
ASKED = (  # what, unit, person, days until it is due
    ("协调用地指标，报批次方案", "U01", "用地专员", 10),
    ("与电力公司会商接入时序", "U03", "要素保障专员", 12),
    ("帮办环评，三日一报", "U05", "审批专员", 7),
    ("组织银企对接会", "U10", "金融专员", 14),
    ("对接人社部门专场招聘", "U07", "服务专员", 14),
)
OVERALL = Formula(
    code="overall",
    version=1,
    title="综合榜",
    title_en="Overall",
    scope=Scope.UNIT,
    parts=(
        Part(code="money_in_place", method=Method.TO_TARGET, weight=40, cap=1.2),
        Part(code="contract_amount", method=Method.TO_TARGET, weight=30, cap=1.2),
        Part(code="start_rate_cohort", method=Method.SHARE, weight=30, cap=1.0),
    ),
    valid_from=date(2023, 1, 1),
    source="示例权重；比率上限 120%",
    is_demo=True,
)
BY_CHAIN = Formula(
    code="chains",
    version=1,
    title="链条榜",
    title_en="Chains",
    scope=Scope.CHAIN,
    parts=(
        Part(code="contract_amount", method=Method.EFFICACY, weight=40),
        Part(code="money_in_place", method=Method.EFFICACY, weight=40),
        Part(code="projects_started", method=Method.EFFICACY, weight=20),
    ),
    valid_from=date(2023, 1, 1),
    source="功效系数法，示例权重",
    is_demo=True,
)
YEARS = {  # 亿元 contract, 亿元 money, starts: shared out among the units
    2023: (800, 260, 40),
    2026: (720, 420, 60),
}


# ---- steps
def set_rules(scene: Scene) -> None:
    """Record the two formulas."""
    for formula in (OVERALL, BY_CHAIN):
        race_boards.set_formula(scene.work, scene.actor("office1"), formula)


def set_targets(scene: Scene, year: int) -> None:
    """Share the year out among systems and units."""
    contract, money, starts = YEARS[year]
    asked = {
        "contract_amount": yi(contract) * FEN_A_WAN,
        "money_in_place": yi(money) * FEN_A_WAN,
        "projects_started": starts,
    }
    if year != AS_OF.year:  # of that year the district's own expectation is published
        for code, amount in asked.items():
            _target(scene, year, Scope.DISTRICT, DISTRICT, code, amount)
    for system, tenths in ((MANUFACTURING, 4), (SERVICES, 4), (DIGITAL, 2)):
        for code, amount in asked.items():
            _target(scene, year, Scope.SYSTEM, system, code, amount * tenths // 10)
    weights = {code: 2 + spread(number + year, 5) for number, code in enumerate(RACED)}
    weights["TF1"] = 20
    for unit, weight in weights.items():
        for code in ("contract_amount", "money_in_place"):
            share = asked[code] // FEN_A_WAN * weight // sum(weights.values())
            _target(scene, year, Scope.UNIT, scene["unit", unit], code, share * FEN_A_WAN)


def _target(
    scene: Scene, year: int, scope: Scope, subject_id: str, code: str, at_least: int
) -> None:
    targets.set_target(
        scene.work,
        scene.actor("office1"),
        year=year,
        scope=scope,
        subject_id=subject_id,
        code=code,
        at_least=at_least,
        is_demo=True,
    )


def stuck_projects(work: Work, as_of: date, count: int) -> list[str]:
    """Return 示例项目 that have a contract or a site and no start yet."""
    stage = stage_at(as_of)
    rows = work.rows(
        sa.select(col(Project.id))
        .where(
            col(Project.is_demo),
            col(Project.name).startswith("示例项目"),
            stage.in_([Stage.FORMAL.value, Stage.SITE.value]),
        )
        .order_by(col(Project.code).desc())
        .limit(count)
    )
    return [project_id for (project_id,) in rows]


def raise_what_is_stuck(scene: Scene, as_of: date) -> None:
    """Raise the blockers of a half month and give the action items against them."""
    ids = stuck_projects(scene.work, as_of, len(STUCK))
    for project_id, (text, kind, before) in zip(ids, STUCK, strict=False):
        blockers.raise_blocker(
            scene.work,
            scene.actor("office1"),
            project_id,
            kind=kind,
            text=f"{text}（示例）",
            on=as_of - timedelta(days=before),
        )
    for project_id, (text, unit, owner, days) in zip(ids, ASKED, strict=False):
        blockers.assign(
            scene.work,
            scene.actor("office1"),
            text=text,
            unit_id=scene["unit", unit],
            owner=owner,
            raised_on=as_of,
            due_on=as_of + timedelta(days=days),
            project_id=project_id,
        )


def settle_what_was_stuck(scene: Scene) -> None:
    """Clear the blockers of 2023 and finish their items: the sealed half month keeps them open."""
    work, officer, today = scene.work, scene.actor("office1"), scene.work.today()
    for one in blockers.blockers(work, today):
        blockers.clear_blocker(work, officer, one.blocker_id, on=today, how="已协调解决（示例）")
    for item in blockers.actions(work, today):
        blockers.finish(work, officer, item.action_id, on=today, how="已办结（示例）")


def seal(scene: Scene, *halves: date) -> None:
    """Seal half months, oldest first."""
    for as_of in halves:
        dispatch.seal(scene.work, scene.actor("office1"), as_of=as_of)


def keep_forecast(scene: Scene, *, made_for: date) -> None:
    """Keep the simulated bands of a day."""
    forecasts.keep(scene.work, scene.actor("office1"), made_for=made_for)


def pay_late(scene: Scene) -> None:
    """Record money of June in September: the sealed half months and the board show it restated."""
    project_id = stuck_projects(scene.work, LATE_PAID, 1)[0]
    arrival = landings.arrive(
        scene.work,
        scene.actor("office1"),
        project_id,
        on=LATE_PAID,
        amount_fen=yi(1.6) * FEN_A_WAN,
        kind=MoneyKind.FIXED_ASSETS,
        evidence_file_id=scene.evidence("invoices"),
        note="补录：企业 6 月已到账，9 月取得凭证（示例）",
    )
    landings.verify(
        scene.work, scene.actor("office2"), arrival.id, accepted=True, on=scene.work.today()
    )


def amend_late(scene: Scene) -> None:
    """Amend three 示例项目 in September: two since August, which restates S16, one since then."""
    work, officer = scene.work, scene.actor("office1")
    moved, corrected, late = stuck_projects(work, S16, 3)
    amendments.set_unit(
        work,
        officer,
        moved,
        unit_id=scene["unit", "U03"],
        effective_on=date(2026, 8, 26),
        reason="专班分工调整，8 月起由该单位负责（示例）",
        version=projects.get(work, moved).version,
    )
    for project_id in (corrected, late):
        paper = next(
            one
            for one in agreements.listed(work, work.today())
            if one.project_id == project_id and one.kind is AgreementKind.FORMAL
        )
        if project_id == corrected:
            amendments.correct_amount(
                work,
                officer,
                paper.agreement_id,
                amount_fen=(paper.amount_fen or 0) + yi(0.3) * FEN_A_WAN,
                reason="录入时漏计设备款（示例）",
                version=paper.version,
            )
        else:
            amendments.set_start_due(
                work,
                officer,
                paper.agreement_id,
                start_due_on=(paper.start_due_on or S16) + timedelta(days=90),
                effective_on=work.today(),
                reason="补充协议约定延期 90 天（示例）",
                version=paper.version,
            )


def mark_public(scene: Scene) -> None:
    """Name the partner through which the district invests as public money."""
    rows = scene.work.rows(
        sa.select(col(Partner.id))
        .join(Organisation, col(Organisation.id) == col(Partner.organisation_id))
        .where(col(Organisation.name) == AIRPORT_INVESTMENT)
    )
    for (partner_id,) in rows:
        leverage.mark_public(scene.work, scene.actor("manager1"), partner_id, is_demo=True)


def promise(scene: Scene) -> None:
    """Keep what was published of the year's end."""
    expected = facts()["year_end_expectation"]
    for code, at_least in (
        ("contract_amount", yi(expected["contract_amount"]) * FEN_A_WAN),
        ("money_in_place", yi(expected["funds_in_place"]) * FEN_A_WAN),
        ("projects_started", expected["projects_started"]),
    ):
        forecasts.promise(
            scene.work,
            scene.actor("office1"),
            code=code,
            year=AS_OF.year,
            made_for=AS_OF,
            at_least=at_least,
            source=SOURCE,
        )


def publish(scene: Scene, quarter: Quarter) -> None:
    """Publish both boards of a quarter."""
    for formula in (OVERALL, BY_CHAIN):
        race_boards.publish(scene.work, scene.actor("office1"), formula.code, quarter)


def stage(timeline: Timeline) -> None:
    """Plan all of it."""
    timeline.on(date(2023, 1, 3), set_rules)
    timeline.on(date(2023, 1, 3), lambda scene: set_targets(scene, 2023))
    timeline.on(date(2023, 10, 9), lambda scene: publish(scene, Quarter(2023, 3)))
    after = S20 + timedelta(days=1)
    timeline.on(after, mark_public)
    timeline.on(after, lambda scene: raise_what_is_stuck(scene, S19))
    timeline.on(after, lambda scene: seal(scene, S19, S20))
    timeline.on(after, lambda scene: keep_forecast(scene, made_for=S20))
    timeline.on(date(2023, 11, 15), promise)
    timeline.on(date(2023, 12, 20), settle_what_was_stuck)
    timeline.on(date(2026, 1, 5), lambda scene: set_targets(scene, 2026))
    timeline.on(date(2026, 7, 8), lambda scene: publish(scene, Quarter(2026, 2)))
    later = S16 + timedelta(days=1)
    timeline.on(later, lambda scene: raise_what_is_stuck(scene, S16))
    timeline.on(later, lambda scene: seal(scene, S15, S16))
    timeline.on(LATE_TOLD, pay_late)
    timeline.on(LATE_TOLD, amend_late)
    timeline.on(TODAY, lambda scene: keep_forecast(scene, made_for=TODAY))
