"""What all charts share: scales, ticks, paths, text. Plain geometry, no figure of its own."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from markupsafe import Markup, escape

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
Write = Callable[[float], str]

MOST_TICKS = 7
HEAT_LEVELS = 5
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)  # steps people count in, times a power of ten


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The drawing area in user units; the margins hold labels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def inner(self) -> float:
        """Return the width between the margins."""
        return self.width - self.left - self.right

    @property
    def floor(self) -> float:
        """Return y of the lower edge of the plot."""
        return self.height - self.bottom


@dataclass(frozen=True, slots=True)
class Scale:
    """A value axis: called with a value, it returns the pixel; `lo` sits at `at_lo`."""

    lo: float
    hi: float
    at_lo: float
    at_hi: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (value - self.lo) / (self.hi - self.lo)
        return self.at_lo + share * (self.at_hi - self.at_lo)


def nice_ticks(lo: float, hi: float, most: int = MOST_TICKS) -> tuple[float, ...]:
    """Return 2 to `most` evenly spaced round ticks that span lo to hi and zero.

    lo, hi   any finite values, in either order; equal values and zero are no special case
    returns  ascending; the first is <= min(lo, hi, 0), the last is >= max(lo, hi, 0)
    """
    low, high = min(lo, hi, 0.0), max(lo, hi, 0.0)
    if low == high:
        return (0.0, 1.0)
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (size * scale for scale in (power, power * 10) for size in STEPS):
        # The guard keeps 0.3 / 0.1 from counting as 2.9999999999999996 and adding a tick.
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first + 1 <= most:
            return tuple(round(at * step, 12) for at in range(first, last + 1))
    raise AssertionError("a step of ten powers always fits")


def tick_text(value: float, step: float) -> str:
    """Write a tick with no more digits than its step needs, and a true minus."""
    places = next((n for n in range(7) if abs(round(step, n) - step) < abs(step) * 1e-9), 6)
    return f"{value:,.{places}f}".replace("-", "−")


def px(value: float) -> str:
    """Write a coordinate to a tenth, without a trailing or a negative zero."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def path(points: Sequence[Point]) -> str:
    """Return straight segments through the points."""
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)


def smooth(points: Sequence[Point]) -> str:
    """Return a monotone cubic through the points: it never swings past a value that was reached.

    source  Fritsch and Carlson (1980); tangents by the harmonic mean of neighbouring slopes
    """
    if len(points) < 3:  # noqa: PLR2004 - two points make a line
        return path(points)
    widths = [b[0] - a[0] for a, b in pairwise(points)]
    slopes = [(b[1] - a[1]) / w for (a, b), w in zip(pairwise(points), widths, strict=True)]
    inner = [0.0 if a * b <= 0 else 2 * a * b / (a + b) for a, b in pairwise(slopes)]
    tangents = [slopes[0], *inner, slopes[-1]]
    drawn = [f"M{px(points[0][0])} {px(points[0][1])}"]
    for i, w in enumerate(widths):
        (x0, y0), (x1, y1) = points[i], points[i + 1]
        drawn.append(
            f"C{px(x0 + w / 3)} {px(y0 + tangents[i] * w / 3)} "
            f"{px(x1 - w / 3)} {px(y1 - tangents[i + 1] * w / 3)} {px(x1)} {px(y1)}"
        )
    return "".join(drawn)


def spread(wanted: Sequence[float], gap: float, *, below: float = math.inf) -> list[float]:
    """Move label positions apart to at least `gap`, in order; none lies under `below`."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for before, after in pairwise(order):
        placed[after] = max(placed[after], placed[before] + gap)
    floor = below
    for i in reversed(order):
        placed[i] = min(placed[i], floor)
        floor = placed[i] - gap
    return placed


def text(x: float, y: float, words: str, *, anchor: Anchor = "start", look: str = "") -> str:
    """Return one label; the words are escaped."""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    classes = f' class="{look}"' if look else ""
    return f'<text x="{px(x)}" y="{px(y)}"{place}{classes}>{escape(words)}</text>'


def with_unit(x: float, y: float, number: str, unit: str, *, anchor: Anchor, look: str) -> str:
    """Return a number with its small unit behind it."""
    small = (
        f'<tspan class="cjk" dx="2" font-size="11" font-weight="400" fill="var(--axis)">'
        f"{escape(unit)}</tspan>"
        if unit
        else ""
    )
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{px(x)}" y="{px(y)}"{place} class="{look}">{escape(number)}{small}</text>'


def bar(
    x: float, y: float, width: float, height: float, fill: str, *, round_px: float = 1.5
) -> str:
    """Return a bar; one that stands for something is never thinner than 1.5."""
    return (
        f'<rect x="{px(x)}" y="{px(y)}" width="{px(width)}" height="{px(max(height, 1.5))}" '
        f'rx="{px(round_px)}" fill="{fill}"/>'
    )


def marker(point: Point, colour: str, radius: float = 3.6) -> str:
    """Return the dot at the end of a line."""
    return (
        f'<circle cx="{px(point[0])}" cy="{px(point[1])}" r="{radius}" '
        f'fill="{colour}" stroke="var(--surface)" stroke-width="2"/>'
    )


def grid(frame: Frame, scale: Scale, ticks: Sequence[float]) -> str:
    """Return the horizontal lines with their labels; zero is drawn stronger."""
    step = ticks[1] - ticks[0]
    return "".join(
        f'<line class="{"zero" if tick == 0 else "gridl"}" x1="{px(frame.left)}" '
        f'x2="{px(frame.width - frame.right + 4)}" y1="{px(scale(tick))}" y2="{px(scale(tick))}"/>'
        + text(frame.left - 7, scale(tick) + 4, tick_text(tick, step), anchor="end")
        for tick in ticks
    )


def labels_below(frame: Frame, names: Sequence[str], at: Callable[[int], float], now: int) -> str:
    """Return the labels of the horizontal axis, as many as fit; `now` and the ends always show."""
    room = 34.0
    every = max(1, math.ceil(room * len(names) / max(frame.inner, 1)))
    shown = {i for i in range(len(names)) if (now - i) % every == 0}
    return "".join(
        text(at(i), frame.height - 7, name, anchor="middle", look="t1 semi" if i == now else "")
        for i, name in enumerate(names)
        if i in shown
    )


def chart(width: float, height: float, label: str, parts: Sequence[str]) -> Markup:
    """Wrap the parts; `label` is the sentence a screen reader says for the whole chart."""
    return Markup(  # noqa: S704 - parts are numbers and text escaped by the functions above
        f'<svg class="chart" viewBox="0 0 {px(width)} {px(height)}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def responsive(draw: Callable[..., Markup], *args: object, **options: object) -> Markup:
    """Draw a chart twice, for a wide and a narrow card, so that type keeps its size."""
    wide, narrow = draw(*args, **options), draw(*args, narrow=True, **options)
    return Markup('<div class="chart-wide">{}</div><div class="chart-narrow">{}</div>').format(
        wide, narrow
    )


def heat_level(value: float | None, top: float) -> str:
    """Return the class of a heat cell: nil is not known, h0 nothing, h1 to h5 fifths of top."""
    if value is None:
        return "nil"
    if value <= 0 or top <= 0:
        return "h0"
    return f"h{min(HEAT_LEVELS, math.ceil(value / top * HEAT_LEVELS - 1e-9))}"
