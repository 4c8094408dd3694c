"""Index series of the demo: synthetic levels under names marked 示例, no quotation of any exchange.

Each is a trend with waves around it, so that a load always gives the same levels to the digit.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise

from portfolio import indices
from web.demo.published import TODAY
from web.demo.timeline import Scene, Timeline

FIRST = date(2017, 10, 6)  # a Friday
# When the series were read in: before the first report that names one, then each quarter.
READ_ON = (date(2026, 1, 5), date(2026, 4, 7), date(2026, 7, 6), TODAY)
WEEK = timedelta(days=7)
YEAR_WEEKS = 52.18
SOURCE = "合成数据，仅供演示"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a made-up index runs: yearly drift, and waves of (height, length in years, shift)."""

    code: str
    name: str
    name_en: str
    starts_at: float
    drift: float
    waves: tuple[tuple[float, float, float], ...]


SHAPES = (
    Shape(
        code="DEMO-300",
        name="沪深300（示例）",
        name_en="CSI 300 (demo)",
        starts_at=4000.0,
        drift=0.031,
        waves=((0.14, 3.6, 0.4), (0.05, 1.1, 1.3), (0.015, 0.27, 2.1)),
    ),
    Shape(
        code="DEMO-1000",
        name="中证1000（示例）",
        name_en="CSI 1000 (demo)",
        starts_at=7000.0,
        drift=0.022,
        waves=((0.19, 3.2, 1.1), (0.07, 0.9, 0.2), (0.02, 0.23, 1.7)),
    ),
    Shape(
        code="DEMO-CYB",
        name="创业板指（示例）",
        name_en="ChiNext (demo)",
        starts_at=1900.0,
        drift=0.046,
        waves=((0.24, 4.1, 0.9), (0.08, 1.3, 2.4), (0.025, 0.31, 0.6)),
    ),
)


def levels(shape: Shape) -> Iterator[tuple[date, Decimal]]:
    """Yield a level each Friday up to the day on which the story stands still."""
    day, week = FIRST, 0
    while day <= TODAY:
        years = week / YEAR_WEEKS
        swing = sum(
            height * (math.sin(2 * math.pi * years / length + shift) - math.sin(shift))
            for height, length, shift in shape.waves
        )
        level = shape.starts_at * math.exp(shape.drift * years + swing)
        yield day, Decimal(f"{level:.2f}")
        day, week = day + WEEK, week + 1


def stage(timeline: Timeline) -> None:
    """Plan the import of all series, then of what was quoted since, quarter by quarter."""

    def load(scene: Scene) -> None:
        manager = scene.actor("manager1")
        for shape in SHAPES:
            made = indices.create(
                scene.work,
                manager,
                code=shape.code,
                name=shape.name,
                name_en=shape.name_en,
                source=SOURCE,
                is_demo=True,
            )
            scene.ids["index", shape.code] = made.id
            known = [one for one in levels(shape) if one[0] <= READ_ON[0]]
            indices.record(scene.work, manager, made.id, known)

    def go_on(scene: Scene, since: date, until: date) -> None:
        for shape in SHAPES:
            new = [one for one in levels(shape) if since < one[0] <= until]
            made = scene["index", shape.code]
            indices.record(scene.work, scene.actor("manager1"), made, new)

    timeline.on(READ_ON[0], load)
    for since, until in pairwise(READ_ON):
        timeline.on(until, partial(go_on, since=since, until=until))
