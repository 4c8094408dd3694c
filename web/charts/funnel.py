"""The mirrored funnel: how many projects above the axis, how much money below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from web.charts import svg
from web.charts.svg import Anchor, Write, px

HALF = 82.0  # the tallest bar on either side
GAP = 13.0  # from the axis of names to the bars
MIDDLE = 132.0
POOL_WIDTH = 92.0
DASHES = 'fill="none" stroke="var(--stage-1)" stroke-width="1.5" stroke-dasharray="4 3"'


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStage:
    """One stage. A side that is demo is hatched; None is not known and leaves its side empty."""

    name: str
    colour: str  # a custom property: "--stage-3"
    count: int | None
    amount: float | None
    is_count_demo: bool = False
    is_amount_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A stock beside the funnel, such as projects in talks: dashed, never converted."""

    name: str
    count: int | None
    amount: float | None


@dataclass(frozen=True, slots=True)
class _Column:
    stage: FunnelStage
    x: float
    above: float  # heights
    below: float


def mirror_funnel(
    stages: Sequence[FunnelStage],
    *,
    label: str,
    count: Write,
    amount: Write,
    ratio: Write,
    count_unit: str = "",
    amount_unit: str = "",
    pool: Pool | None = None,
    narrow: bool = False,
) -> Markup:
    """Draw the funnel; between two stages stands what share of the first reached the second.

    count, amount, ratio  write a count, an amount and a share (0.326)
    """
    width, height, thick = (340.0, 270.0, 24.0) if narrow else (720.0, 270.0, 30.0)
    left = 8.0 if pool is None or narrow else 150.0
    step = (width - left - 8 - thick) / max(len(stages) - 1, 1)
    stocks: list[FunnelStage | Pool] = [*stages, *([pool] if pool and not narrow else [])]
    most = max((item.count or 0 for item in stocks), default=0) or 1
    largest = max((item.amount or 0.0 for item in stocks), default=0.0) or 1.0
    columns = [
        _Column(
            stage,
            left + i * step,
            (stage.count or 0) / most * HALF,
            (stage.amount or 0.0) / largest * HALF,
        )
        for i, stage in enumerate(stages)
    ]
    hatch = f"hatch-{'n' if narrow else 'w'}"
    parts = [_pattern(hatch)]
    parts += [_band(a, b, thick, ratio) for a, b in pairwise(columns)]
    for i, column in enumerate(columns):
        ends: tuple[Anchor, float] = ("middle", column.x + thick / 2)
        if i == 0:
            ends = ("start", column.x)
        elif i == len(columns) - 1:
            ends = ("end", column.x + thick)
        parts.append(_column(column, thick, hatch))
        parts.append(_names(column, *ends, count, amount, (count_unit, amount_unit)))
    if pool and not narrow:
        parts.append(_pool(pool, most, largest, count, amount, (count_unit, amount_unit)))
        parts.append(
            f'<line x1="{px(POOL_WIDTH + 8)}" x2="{px(left - 8)}" y1="{px(MIDDLE)}" '
            f'y2="{px(MIDDLE)}" stroke="var(--line-3)" stroke-dasharray="2 4" stroke-width="1.5"/>'
        )
    return svg.chart(width, height, label, parts)


def _pattern(name: str) -> str:
    return (
        f'<defs><pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="5" '
        f'stroke="var(--surface)" stroke-width="2" opacity=".55"/></pattern></defs>'
    )


def _band(a: _Column, b: _Column, thick: float, ratio: Write) -> str:
    """Return the two bands from one stage to the next, with the share that came through."""
    x0, x1 = a.x + thick, b.x
    middle = (x0 + x1) / 2
    drawn = []
    sides = (
        (-1, a.above, b.above, a.stage.count, b.stage.count, -9.0),
        (1, a.below, b.below, a.stage.amount, b.stage.amount, 17.0),
    )
    for way, high, low, whole, part, offset in sides:
        if whole is None or part is None:
            continue
        base = MIDDLE + way * GAP
        y0, y1 = base + way * high, base + way * low
        drawn.append(
            f'<path d="M{px(x0)} {px(y0)}C{px(middle)} {px(y0)} {px(middle)} {px(y1)} '
            f'{px(x1)} {px(y1)}L{px(x1)} {px(base)}L{px(x0)} {px(base)}Z" '
            f'fill="var({a.stage.colour})" opacity=".13"/>'
        )
        if whole and part <= whole:  # on the period basis more may come in than went before
            drawn.append(
                svg.text(
                    middle, base + offset, ratio(part / whole), anchor="middle", look="t2 f12 semi"
                )
            )
    return "".join(drawn)


def _column(column: _Column, thick: float, hatch: str) -> str:
    stage = column.stage
    drawn = []
    for y, height, known, is_demo in (
        (MIDDLE - GAP - column.above, column.above, stage.count, stage.is_count_demo),
        (MIDDLE + GAP, column.below, stage.amount, stage.is_amount_demo),
    ):
        if known:
            fills = [f"var({stage.colour})", *([f"url(#{hatch})"] if is_demo else [])]
            drawn += [svg.bar(column.x, y, thick, height, fill, round_px=2.5) for fill in fills]
    return "".join(drawn)


def _names(
    column: _Column, anchor: Anchor, x: float, count: Write, amount: Write, units: tuple[str, str]
) -> str:
    stage = column.stage
    drawn = [svg.text(x, MIDDLE + 4, stage.name, anchor=anchor, look="t1 semi cjk f12")]
    for y, value, write, unit in (
        (MIDDLE - GAP - column.above - 7, stage.count, count, units[0]),
        (MIDDLE + GAP + max(column.below, 2) + 17, stage.amount, amount, units[1]),
    ):
        words, small = ("—", "") if value is None else (write(value), unit)
        drawn.append(svg.with_unit(x, y, words, small, anchor=anchor, look="t1 semi f15"))
    return "".join(drawn)


def _pool(
    pool: Pool,
    most: float,
    largest: float,
    count: Write,
    amount: Write,
    units: tuple[str, str],
) -> str:
    above, below = (pool.count or 0) / most * HALF, (pool.amount or 0.0) / largest * HALF
    x = POOL_WIDTH / 2
    drawn = [svg.text(x, MIDDLE + 4, pool.name, anchor="middle", look="t1 semi cjk f12")]
    for y, height, value, write, unit in (
        (MIDDLE - GAP - above, above, pool.count, count, units[0]),
        (MIDDLE + GAP, below, pool.amount, amount, units[1]),
    ):
        if value is None:
            continue
        drawn.append(
            f'<rect x="0.8" y="{px(y)}" width="{px(POOL_WIDTH)}" '
            f'height="{px(max(height, 2))}" rx="3" {DASHES}/>'
        )
        drawn.append(
            svg.with_unit(
                x, y + height / 2 + 5, write(value), unit, anchor="middle", look="t1 semi f15"
            )
        )
    return "".join(drawn)
