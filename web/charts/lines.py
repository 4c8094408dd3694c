"""Lines over time: a spark in a tile, lines by quarter, progress against the pace of the year."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from web.charts import svg
from web.charts.svg import Frame, Point, Scale, Write, px

LABEL_GAP = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One series. `values` may end early (the future) and may have gaps (None)."""

    name: str
    colour: str  # a custom property: "--nav"
    values: Sequence[float | None]
    short_name: str = ""  # where the chart is narrow
    is_dashed: bool = False
    is_filled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceLine:
    """Cumulative progress within a year, and the full-year estimate it is measured by.

    values  cumulative at the end of each period so far, at least none
    target  at the end of the last period, None if there is no estimate
    """

    name: str
    colour: str
    values: Sequence[float]
    target: float | None = None
    target_text: str = ""  # as published: ">800"
    short_name: str = ""  # where the chart is narrow


def spark(values: Sequence[float], *, is_demo: bool = False) -> Markup:
    """Return the small line of a tile; silent, since the tile says the figure."""
    if not values:
        return Markup()
    width, height = 74.0, 28.0
    low, high = min(values), max(values)
    # A flat or single value lies in the middle rather than on the floor, where it would read as 0.
    scale = (
        Scale(low, high, height - 4, 4) if high > low else Scale(low - 1, low + 1, height - 4, 4)
    )
    step = (width - 6) / max(len(values) - 1, 1)
    points = [(2 + i * step, scale(value)) for i, value in enumerate(values)]
    if len(points) == 1:
        points = [(2.0, points[0][1]), (width - 4, points[0][1])]
    drawn, (x, y) = svg.smooth(points), points[-1]
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="spark{" is-demo" if is_demo else ""}" viewBox="0 0 {px(width)} {px(height)}" '
        f'aria-hidden="true" focusable="false"><path class="area" '
        f'd="{drawn}L{px(x)} {px(height)}L2 {px(height)}Z"/><path d="{drawn}"/>'
        f'<circle cx="{px(x)}" cy="{px(y)}" r="2.6"/></svg>'
    )


def lines(
    names: Sequence[str],
    series: Sequence[Line],
    *,
    label: str,
    number: Write,
    now: int | None = None,
    narrow: bool = False,
) -> Markup:
    """Draw lines by quarter (or any period), each labelled at its end with its last value.

    names   one per period, shown below; now is the period set in bold, by default the last
    number  writes a value for the label at the end of its line
    """
    width, height = (340.0, 200.0) if narrow else (660.0, 240.0)
    frame = Frame(
        width=width, height=height, left=40, right=96 if not narrow else 60, top=14, bottom=24
    )
    known = [value for line in series for value in line.values if value is not None]
    ticks = svg.nice_ticks(min(known, default=0.0), max(known, default=0.0))
    scale = Scale(ticks[0], ticks[-1], frame.floor, frame.top)
    step = frame.inner / max(len(names), 1)

    def at(i: int) -> float:
        return frame.left + (i + 0.5) * step

    parts = [svg.grid(frame, scale, ticks)]
    parts.append(svg.labels_below(frame, names, at, len(names) - 1 if now is None else now))
    ends: list[tuple[Line, Point, float]] = []
    for line in series:
        colour = f"var({line.colour})"
        for run in _runs(line.values):
            points = [(at(i), scale(value)) for i, value in run]
            parts.append(_line(points, colour, scale(0.0), line))
            if len(points) == 1:
                parts.append(svg.marker(points[0], colour, 3))
        last = [(i, value) for i, value in enumerate(line.values) if value is not None]
        if last:
            i, value = last[-1]
            ends.append((line, (at(i), scale(value)), value))
    for (line, point, value), y in zip(
        ends,
        svg.spread([point[1] for _, point, _ in ends], LABEL_GAP * 2, below=frame.floor - 20),
        strict=True,
    ):
        parts.append(svg.marker(point, f"var({line.colour})"))
        parts.append(svg.text(point[0] + 9, y + 4, number(value), look="t1 semi f12"))
        parts.append(
            svg.text(point[0] + 9, y + 4 + LABEL_GAP, _named(line, narrow=narrow), look="cjk")
        )
    return svg.chart(width, height, label, parts)


def pace_chart(
    names: Sequence[str],
    series: Sequence[PaceLine],
    *,
    label: str,
    number: Write,
    narrow: bool = False,
) -> Markup:
    """Draw cumulative progress against the straight pace to each full-year estimate.

    names   the periods of the whole year, such as twelve months
    number  writes the last value of a line
    """
    width, height = (340.0, 190.0) if narrow else (660.0, 196.0)
    frame = Frame(
        width=width, height=height, left=34, right=50 if narrow else 86, top=12, bottom=24
    )
    reached = [value for line in series for value in (*line.values, line.target or 0.0)]
    ticks = svg.nice_ticks(min(reached, default=0.0), max(reached, default=0.0), most=6)
    scale = Scale(ticks[0], ticks[-1], frame.floor, frame.top)
    periods = max(len(names), 1)
    now = max((len(line.values) for line in series), default=0) - 1

    def at(i: int) -> float:
        return frame.left + (i + 1) * frame.inner / periods

    parts = [svg.grid(frame, scale, ticks), svg.labels_below(frame, names, at, now)]
    if now >= 0:
        parts.append(
            f'<line x1="{px(at(now))}" x2="{px(at(now))}" y1="{px(frame.top)}" '
            f'y2="{px(frame.floor)}" stroke="var(--line-2)"/>'
        )
    end = at(periods - 1)
    parts += [
        f'<line class="tgt" x1="{px(frame.left)}" y1="{px(scale(0.0))}" '
        f'x2="{px(end)}" y2="{px(scale(line.target))}"/>'
        for line in series
        if line.target is not None
    ]
    for line in series:
        if not line.values:
            continue
        points = [(frame.left, scale(0.0))]
        points += [(at(i), scale(value)) for i, value in enumerate(line.values)]
        colour = f"var({line.colour})"
        shown = Line(name=line.name, colour=line.colour, values=line.values, is_filled=True)
        parts += [_line(points, colour, scale(0.0), shown), svg.marker(points[-1], colour, 4)]
        x, y = points[-1]
        parts.append(
            svg.text(x - 8, y - 9, number(line.values[-1]), anchor="end", look="t1 semi f13")
        )
    aimed = [line for line in series if line.target is not None]
    wanted = [scale(line.target or 0.0) for line in aimed]
    for line, y in zip(
        aimed, svg.spread(wanted, LABEL_GAP * 2, below=frame.floor - 16), strict=True
    ):
        parts.append(svg.text(end + 6, y + 2, line.target_text, look="t1 semi f13"))
        parts.append(svg.text(end + 6, y + 2 + LABEL_GAP, _named(line, narrow=narrow), look="cjk"))
    return svg.chart(width, height, label, parts)


def _named(line: Line | PaceLine, *, narrow: bool) -> str:
    return line.short_name or line.name if narrow else line.name


def _line(points: Sequence[Point], colour: str, zero: float, line: Line) -> str:
    drawn = svg.smooth(points)
    area = (
        f'<path d="{drawn}L{px(points[-1][0])} {px(zero)}L{px(points[0][0])} {px(zero)}Z" '
        f'fill="{colour}" opacity=".07"/>'
        if line.is_filled
        else ""
    )
    return (
        f'{area}<path class="l{" dash" if line.is_dashed else ""}" d="{drawn}" stroke="{colour}"/>'
    )


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Split at the gaps: nothing is drawn over a period without a value."""
    runs: list[list[tuple[int, float]]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((i, value))
    return [run for run in runs if run]
