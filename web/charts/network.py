"""A network in columns: boxes that open, and ties as curves between them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from web.charts import svg
from web.charts.svg import px

WIDTH, BOX_WIDTH, BOX_HEIGHT, PITCH, TOP = 1120.0, 164.0, 36.0, 48.0, 34.0
WIDEST_TIE, FEW = 5.0, 4  # stroke of the most links, if they are more than a few
ROOM = 11.0  # full-width signs beside the number
WIDE_FROM = 0x2E80  # the first CJK sign


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphBox:
    """One box with its look, its number and where it opens."""

    key: str
    name: str
    number: str
    says: str  # what a screen reader hears after the name
    look: str
    href: str
    column: int
    row: int
    in_drawer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTie:
    """One tie; the tooltip says what it is."""

    source: str
    target: str
    links: int
    look: str
    says: str


def network(
    columns: Sequence[str], boxes: Sequence[GraphBox], ties: Sequence[GraphTie], *, label: str
) -> Markup:
    """Draw the boxes by column and row, each column centred, over the ties."""
    heights = [sum(box.column == column for box in boxes) for column in range(len(columns))]
    height = TOP + max([*heights, 1]) * PITCH
    step = (WIDTH - BOX_WIDTH - 4) / max(len(columns) - 1, 1)
    at = {
        box.key: (
            2 + box.column * step,
            TOP + (max(heights) - heights[box.column]) * PITCH / 2 + box.row * PITCH,
        )
        for box in boxes
    }
    heads = [
        svg.text(2 + column * step + BOX_WIDTH / 2, 14, title, anchor="middle", look="t2 semi")
        for column, title in enumerate(columns)
    ]
    most = max((tie.links for tie in ties), default=1)
    curves = [_curve(tie, at[tie.source], at[tie.target], most) for tie in ties]
    drawn = [_box(box, *at[box.key]) for box in boxes]
    return Markup(  # noqa: S704 - parts are numbers and text escaped below
        f'<svg class="chart" viewBox="0 0 {px(WIDTH)} {px(height)}" role="group" '
        f'aria-label="{escape(label)}">{"".join([*heads, *curves, *drawn])}</svg>'
    )


def _curve(
    tie: GraphTie, source: tuple[float, float], target: tuple[float, float], most: int
) -> str:
    """Return a tie; one that runs back or within a column swings out at both ends."""
    x0, y0 = source[0] + BOX_WIDTH, source[1] + BOX_HEIGHT / 2
    x1, y1 = target[0], target[1] + BOX_HEIGHT / 2
    if source[0] == target[0]:
        x1 = x0
        c0 = c1 = x0 + 46
    elif x1 < x0:
        x0, x1 = source[0], target[0] + BOX_WIDTH
        c0, c1 = x0 - (x0 - x1) / 2, x1 + (x0 - x1) / 2
    else:
        c0, c1 = x0 + (x1 - x0) / 2, x1 - (x1 - x0) / 2
    wide = 1.2 + (WIDEST_TIE - 1.2) * tie.links / max(most, FEW)
    return (
        f'<path class="gtie{tie.look}" d="M{px(x0)} {px(y0)}C{px(c0)} {px(y0)} {px(c1)} {px(y1)} '
        f'{px(x1)} {px(y1)}" stroke-width="{px(wide)}"><title>{escape(tie.says)}</title></path>'
    )


def _box(box: GraphBox, x: float, y: float) -> str:
    drawer = (
        f' hx-get="{escape(box.href)}" hx-target="#drawer" hx-swap="innerHTML"'
        if box.in_drawer
        else ""
    )
    middle = y + BOX_HEIGHT / 2 + 4
    number = (
        svg.text(x + BOX_WIDTH - 9, middle, box.number, anchor="end", look="num")
        if box.number
        else ""
    )
    return (
        f'<a class="gbox gbox--{box.look}" href="{escape(box.href)}"{drawer} '
        f'aria-label="{escape(box.name)}，{escape(box.says)}">'
        f"<title>{escape(box.name)}，{escape(box.says)}</title>"
        f'<rect x="{px(x)}" y="{px(y)}" width="{px(BOX_WIDTH)}" height="{px(BOX_HEIGHT)}" rx="4"/>'
        f'<rect class="gbar" x="{px(x)}" y="{px(y)}" width="4" height="{px(BOX_HEIGHT)}" rx="2"/>'
        f"{svg.text(x + 12, middle, fitted(box.name, ROOM))}{number}</a>"
    )


def fitted(words: str, room: float) -> str:
    """Shorten a name to so many full-width signs, half a sign for a Latin letter."""
    used = 0.0
    for i, sign in enumerate(words):
        used += 1.0 if ord(sign) >= WIDE_FROM else 0.56
        if used > room:
            return words[: max(i - 1, 1)].rstrip() + "…"
    return words
