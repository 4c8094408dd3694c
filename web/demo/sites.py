"""The inventory of sites, who took which, and what some projects ask for: all of it 示例."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import site_needs, site_takings, sites
from dealflow.projects import Project
from dealflow.site_takings import SiteTaking
from dealflow.sites import Offer, PriceBasis, SiteKind, Utility
from dealflow.stages import Milestone, Stage, counts
from web.demo.cohort import PARKS
from web.demo.timeline import Scene, Timeline

LISTED, TAKEN, ASKED, KEPT = (
    date(2023, 9, 1),
    date(2024, 6, 3),
    date(2026, 8, 3),
    date(2026, 7, 1),
)
U = Utility
KINDS = (  # kind, how many a park, area, floor load, power, price in fen, utilities
    (SiteKind.FACTORY, 4, 6_400, 1_000, 1_250, 22_00, (U.GAS, U.SEWAGE, U.FIBRE)),
    (SiteKind.PARCEL, 2, 53_300, None, None, 280_000_00, (U.GAS, U.FIBRE)),
    (SiteKind.OFFICE, 2, 1_800, 350, 400, 45_00, (U.FIBRE, U.DUAL_SUPPLY)),
    (SiteKind.CLEAN_ROOM, 1, 3_200, 1_200, 2_500, 68_00, (U.GAS, U.DUAL_SUPPLY, U.FIBRE)),
)
WORDS = {
    SiteKind.FACTORY: ("厂房", "factory building"),
    SiteKind.PARCEL: ("地块", "parcel"),
    SiteKind.OFFICE: ("写字楼", "office"),
    SiteKind.CLEAN_ROOM: ("洁净车间", "clean room"),
}
TAKES, NEEDS = 12, 6


def list_sites(scene: Scene) -> None:
    """List the inventory: every park has some of each kind, larger from number to number."""
    for park_number, park in enumerate(PARKS):
        number = 0
        for kind, count, area_m2, load, power, price_fen, utilities in KINDS:
            for nth in range(count):
                number += 1
                code = f"{'ABCDE'[park_number]}{number:02d}"
                word, word_en = WORDS[kind]
                scene.ids["site", code] = sites.add(
                    scene.work,
                    scene.actor("office1"),
                    code=code,
                    name=f"示例{word} {code}",
                    name_en=f"Sample {word_en} {code}",
                    kind=kind,
                    park=park,
                    area_m2=area_m2 * (2 + nth + park_number) // 2,
                    floor_load_kg_m2=load,
                    power_kva=power * (1 + nth) if power else None,
                    price_fen=price_fen,
                    price_basis=(
                        PriceBasis.SALE_MU if kind is SiteKind.PARCEL else PriceBasis.RENT_M2_MONTH
                    ).value,
                    utilities=sites.written(utilities),
                    free_from=date(2027, 3, 1) if nth == 1 and kind is SiteKind.FACTORY else None,
                    listed_on=LISTED,
                    is_public=True,
                    is_demo=True,
                ).id


def take_some(scene: Scene) -> None:
    """Let demo projects that have secured a site name one in their own park."""
    work = scene.work
    secured = sa.select(col(Milestone.id), col(Project.park)).join(
        Project, col(Project.id) == col(Milestone.project_id)
    )
    rows = work.rows(
        secured.where(
            *counts(),
            col(Milestone.stage) == Stage.SITE.value,
            col(Milestone.on) >= LISTED,
            col(Project.is_demo).is_(True),
        ).order_by(col(Milestone.on), col(Project.code))
    )
    left = {park: [f"{'ABCDE'[n]}{k:02d}" for k in (1, 3, 5, 7)] for n, park in enumerate(PARKS)}
    taken = 0
    for milestone_id, park in rows:
        if left.get(park) and taken < TAKES:
            site_takings.take(
                work,
                scene.actor("office1"),
                site_id=scene["site", left[park].pop(0)],
                milestone_id=milestone_id,
            )
            taken += 1


def keep_back(scene: Scene) -> None:
    """Keep one site back, with the reason."""
    sites.offer(
        scene.work,
        scene.actor("office1"),
        scene["site", "B06"],
        to=Offer.RESERVED,
        on=KEPT,
        note="控规调整，预计年底恢复（示例）",
    )


def ask(scene: Scene) -> None:
    """Say what some projects without a site ask for."""
    work = scene.work
    with_site = sa.select(col(SiteTaking.project_id))
    reached = sa.select(col(Milestone.project_id)).where(
        col(Milestone.stage).in_([Stage.SITE.value, Stage.TERMINATED.value, Stage.SHELVED.value])
    )
    waiting = work.rows(
        sa.select(col(Project.id), col(Project.park))
        .where(
            col(Project.is_demo).is_(True),
            col(Project.id).not_in(with_site),
            col(Project.id).not_in(reached),
        )
        .order_by(col(Project.code).desc())
        .limit(NEEDS)
    )
    for number, (project_id, park) in enumerate(waiting):
        site_needs.state(
            work,
            scene.actor("office1"),
            project_id,
            version=0,
            facts={
                "kind": SiteKind.FACTORY.value,
                "park": park,
                "area_m2": 6_000 + 2_500 * number,
                "floor_load_kg_m2": 800 + 200 * (number % 3),
                "power_kva": 1_000 * (1 + number % 4),
                "utilities": sites.written((U.GAS, U.STEAM) if number % 2 else (U.GAS,)),
                "needed_by": date(2027, 1, 1),
            },
        )


def stage(timeline: Timeline) -> None:
    """Plan the days of the inventory."""
    timeline.on(LISTED, list_sites)
    timeline.on(TAKEN, take_some)
    timeline.on(KEPT, keep_back)
    timeline.on(ASKED, ask)
