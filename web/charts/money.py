"""Money through time and between two dates: J-curve, bridge, shares of a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts import svg
from web.charts.svg import Frame, Scale, Write, px

LABEL_GAP = 14.0
# A bridge may leave out the part of its bars that all steps share, if they are small beside it.
CUT_BELOW_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One bar of a bridge: a total stands on the floor, a change hangs on the one before."""

    name: str
    value: float
    is_total: bool = False


def jcurve(
    names: Sequence[str],
    *,
    called: Sequence[float],
    distributed: Sequence[float],
    cumulative: Sequence[float],
    nav: Sequence[float],
    label: str,
    number: Write,
    narrow: bool = False,
) -> Markup:
    """Draw calls down, distributions up, cumulative net cash dashed and NAV, one point a quarter.

    called       shape (n,), >= 0, paid in during the quarter; drawn below zero
    distributed  shape (n,), >= 0
    cumulative   shape (n,), distributions less calls up to the end of the quarter
    nav          shape (n,), at the end of the quarter
    raises       ValueError if the shapes differ
    """
    if not len(names) == len(called) == len(distributed) == len(cumulative) == len(nav):
        raise ValueError("a J-curve needs one value of each kind a quarter")
    width, height = (340.0, 210.0) if narrow else (660.0, 252.0)
    frame = Frame(width=width, height=height, left=36, right=52, top=14, bottom=24)
    values = [*distributed, *cumulative, *nav, *(-value for value in called)]
    ticks = svg.nice_ticks(min(values, default=0.0), max(values, default=0.0))
    scale = Scale(ticks[0], ticks[-1], frame.floor, frame.top)
    step = frame.inner / max(len(names), 1)
    thick, zero = min(22.0, step * 0.5), scale(0.0)

    def at(i: int) -> float:
        return frame.left + (i + 0.5) * step

    parts = [svg.grid(frame, scale, ticks), svg.labels_below(frame, names, at, len(names) - 1)]
    for i, (paid_in, paid_out) in enumerate(zip(called, distributed, strict=True)):
        if paid_in:
            parts.append(
                svg.bar(at(i) - thick / 2, zero, thick, scale(-paid_in) - zero, "var(--cf-in)")
            )
        if paid_out:
            top = scale(paid_out)
            parts.append(svg.bar(at(i) - thick / 2, top, thick, zero - top, "var(--cf-out)"))
    drawn = ((nav, "var(--nav)", ""), (cumulative, "var(--stage-4)", " dash"))
    ends = [scale(series[-1]) for series, _, _ in drawn if series]
    for (series, colour, look), y in zip(
        drawn, svg.spread(ends, LABEL_GAP, below=frame.floor), strict=False
    ):
        points = [(at(i), scale(value)) for i, value in enumerate(series)]
        parts.append(f'<path class="l{look}" d="{svg.smooth(points)}" stroke="{colour}"/>')
        parts.append(svg.marker(points[-1], colour))
        parts.append(svg.text(points[-1][0] + 9, y + 4, number(series[-1]), look="t1 semi f12"))
    return svg.chart(width, height, label, parts)


def is_cut(steps: Sequence[Step]) -> bool:
    """Tell whether a bridge of these steps leaves out its foot; the caption then has to say so."""
    return _foot(_spans(steps)) > 0


def bridge(
    steps: Sequence[Step], *, label: str, number: Write, change: Write, narrow: bool = False
) -> Markup:
    """Draw how one total became another.

    number, change  write a total, and a change with its sign
    """
    width, height = (330.0, 132.0) if narrow else (520.0, 180.0)
    frame = Frame(width=width, height=height, left=2, right=2, top=18, bottom=20)
    spans = _spans(steps)
    foot = _foot(spans)
    low = min(foot, *(min(span) for span in spans), 0.0) if foot == 0 else foot
    high = max((max(span) for span in spans), default=0.0)
    scale = Scale(low, high if high > low else low + 1, frame.floor, frame.top)
    step = frame.inner / max(len(steps), 1)
    thick = step * 0.62
    parts = []
    for i, (item, (start, stop)) in enumerate(zip(steps, spans, strict=True)):
        x = frame.left + i * step + (step - thick) / 2
        top, under = scale(max(start, stop)), scale(max(min(start, stop), low))
        colour = "--nav" if item.is_total else "--sys-mfg" if item.value >= 0 else "--sys-svc"
        parts.append(svg.bar(x, top, thick, under - top, f"var({colour})", round_px=1))
        if item.is_total and foot > 0:
            parts.append(_cut(x, thick, frame.floor - 7))
        middle = x + thick / 2
        words = number(item.value) if item.is_total else change(item.value)
        parts.append(svg.text(middle, top - 5, words, anchor="middle", look="t1 semi"))
        parts.append(svg.text(middle, height - 5, item.name, anchor="middle", look="cjk"))
        if i < len(steps) - 1:
            parts.append(
                f'<line x1="{px(x + thick)}" x2="{px(x + step)}" y1="{px(scale(stop))}" '
                f'y2="{px(scale(stop))}" stroke="var(--line-3)" stroke-width=".8" '
                f'stroke-dasharray="2 2"/>'
            )
    floor = scale(low if foot > 0 else 0.0)
    parts.append(f'<line class="zero" x1="0" x2="{px(width)}" y1="{px(floor)}" y2="{px(floor)}"/>')
    return svg.chart(width, height, label, parts)


def split_bar(
    parts: Sequence[tuple[float, str]], *, label: str, width: float = 330, height: float = 8
) -> Markup:
    """Draw shares of a whole as one bar, for print; parts are (value >= 0, custom property)."""
    whole = sum(value for value, _ in parts)
    drawn, x = [], 0.0
    if not whole:
        drawn.append(svg.bar(0, 0, width, height, "var(--surface-3)", round_px=2))
    for value, colour in parts:
        if value > 0:
            length = value / whole * width
            drawn.append(svg.bar(x, 0, max(length - 1.5, 1), height, f"var({colour})", round_px=1))
            x += length
    return svg.chart(width, height, label, drawn)


def _spans(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """Return where each bar starts and stops."""
    spans, level = [], 0.0
    for item in steps:
        start, level = (0.0, item.value) if item.is_total else (level, level + item.value)
        spans.append((start, level))
    return spans


def _foot(spans: Sequence[tuple[float, float]]) -> float:
    """Return the value at the floor: 0, or a round one when the changes are small beside it."""
    levels = [stop for _, stop in spans]
    if not levels or min(levels) <= 0:
        return 0.0
    low, high = min(levels), max(levels)
    if high - low >= CUT_BELOW_SHARE * high:
        return 0.0
    margin = max(high - low, high * 0.05)
    ticks = svg.nice_ticks(0.0, max(low - margin, 0.0))
    return max((tick for tick in ticks if tick <= low - margin), default=0.0)


def _cut(x: float, width: float, y: float) -> str:
    """Return the break across a bar whose foot is left out."""
    return (
        f'<path d="M{px(x - 2)} {px(y + 2)}L{px(x + width / 3)} {px(y - 2)}'
        f'L{px(x + width * 2 / 3)} {px(y + 2)}L{px(x + width + 2)} {px(y - 2)}" '
        f'fill="none" stroke="var(--surface)" stroke-width="2"/>'
    )
