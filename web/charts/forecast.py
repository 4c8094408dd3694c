"""Cash so far and to come: the J-curve carried on to a fund's end, with the band around it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts import svg
from web.charts.svg import Frame, Point, Scale, Write, px

LABEL_GAP = 14.0
HALF_SHOWN = ' opacity=".45"'  # what is planned is paler than what happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Values by quarter, all of one length; of what is to come the medians."""

    called: Sequence[float]  # >= 0
    distributed: Sequence[float]  # >= 0
    cumulative: Sequence[float]
    nav: Sequence[float]


def forecast(
    names: Sequence[str],
    past: Flows,
    coming: Flows,
    band: Sequence[tuple[float, float]],
    *,
    label: str,
    band_names: tuple[str, str],
    now_name: str,
    number: Write,
    narrow: bool = False,
) -> Markup:
    """Draw the quarters so far, then the median to come and the band of the cumulative cash.

    names       of all quarters, those to come after those so far
    band        low and high of the cumulative net cash, one for each quarter to come
    band_names  what low and high are called, at the end of the band
    raises      ValueError if the lengths differ
    """
    n, m = len(past.nav), len(coming.nav)
    if len(names) != n + m or len(band) != m:
        raise ValueError("a forecast needs one name a quarter and one band a quarter to come")
    width, height = (340.0, 230.0) if narrow else (760.0, 356.0)
    frame = Frame(width=width, height=height, left=36, right=84, top=20, bottom=24)
    called, paid = [*past.called, *coming.called], [*past.distributed, *coming.distributed]
    net, nav = [*past.cumulative, *coming.cumulative], [*past.nav, *coming.nav]
    edges = (value for pair in band for value in pair)
    reached = [*paid, *net, *nav, *(-value for value in called), *edges]
    ticks = svg.nice_ticks(min(reached, default=0.0), max(reached, default=0.0))
    scale = Scale(ticks[0], ticks[-1], frame.floor, frame.top)
    step = frame.inner / max(n + m, 1)

    def at(i: int) -> float:
        return frame.left + (i + 0.5) * step

    parts = [svg.grid(frame, scale, ticks), svg.labels_below(frame, names, at, max(n - 1, 0))]
    parts.append(_bars(at, scale, min(18.0, step * 0.5), called, paid, n))
    joint = max(n - 1, 0)  # the lines to come begin where those so far end
    edge = [(at(joint), scale(net[joint]))] if n else []
    upper = edge + [(at(n + i), scale(high)) for i, (_, high) in enumerate(band)]
    lower = edge + [(at(n + i), scale(low)) for i, (low, _) in enumerate(band)]
    if band:
        back = "L".join(f"{px(x)} {px(y)}" for x, y in reversed(lower))
        parts.append(f'<path d="{svg.path(upper)}L{back}Z" fill="var(--stage-4)" opacity=".16"/>')
    for series, colour in ((nav, "var(--nav)"), (net, "var(--stage-4)")):
        points = [(at(i), scale(value)) for i, value in enumerate(series)]
        parts.append(_line(points[:n], points[joint:], colour))
    if n and m:
        x = at(joint) + step / 2
        parts.append(
            f'<line x1="{px(x)}" x2="{px(x)}" y1="{px(frame.top - 6)}" y2="{px(frame.floor)}" '
            f'stroke="var(--line-3)" stroke-dasharray="2 3"/>'
        )
        parts.append(svg.text(x + 5, frame.top - 8, now_name, look="t2 f12"))
    if band:
        last = (band[-1][0], net[-1], band[-1][1])
        parts.append(_ends(at(n + m - 1), scale, last, band_names, number, frame.floor))
    return svg.chart(width, height, label, parts)


def _bars(
    at: Callable[[int], float],
    scale: Scale,
    thick: float,
    called: Sequence[float],
    paid: Sequence[float],
    n: int,
) -> str:
    zero, drawn = scale(0.0), []
    for i, (paid_in, paid_out) in enumerate(zip(called, paid, strict=True)):
        look = HALF_SHOWN if i >= n else ""
        if paid_in:
            down = svg.bar(at(i) - thick / 2, zero, thick, scale(-paid_in) - zero, "var(--cf-in)")
            drawn.append(f"<g{look}>{down}</g>")
        if paid_out:
            top = scale(paid_out)
            up = svg.bar(at(i) - thick / 2, top, thick, zero - top, "var(--cf-out)")
            drawn.append(f"<g{look}>{up}</g>")
    return "".join(drawn)


def _line(past: Sequence[Point], coming: Sequence[Point], colour: str) -> str:
    drawn = f'<path class="l" d="{svg.smooth(past)}" stroke="{colour}"/>' if past else ""
    if len(coming) > 1:
        drawn += f'<path class="l dash" d="{svg.smooth(coming)}" stroke="{colour}"/>'
    return drawn


def _ends(
    x: float,
    scale: Scale,
    last: tuple[float, float, float],
    names: tuple[str, str],
    number: Write,
    floor: float,
) -> str:
    """Label the low, middle and high of the band at its end."""
    places = svg.spread([scale(value) for value in last], LABEL_GAP, below=floor)
    words = (f"{names[0]} {number(last[0])}", number(last[1]), f"{names[1]} {number(last[2])}")
    looks = ("t2 f12", "t1 semi f12", "t2 f12")
    return svg.marker((x, scale(last[1])), "var(--stage-4)") + "".join(
        svg.text(x + 9, y + 4, word, look=look)
        for word, y, look in zip(words, places, looks, strict=True)
    )
