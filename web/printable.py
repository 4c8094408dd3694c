"""A chart of the page, made ready for paper.

Typst reads an SVG without our style sheets and knows no `var()`: what it cannot resolve it draws
black. So the light values of the tokens are written into the string, with the font and the few
rules of `.chart` that a chart needs. Dark mode and the reader's theme have no say on paper.
"""

import re
from collections.abc import Mapping
from functools import cache

from web.templating import STATIC

FONT = "Noto Sans SC"  # the one delivered with the product; Typst is given no other
VAR = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,\s*([^()]*))?\)")
LIGHT = re.compile(r"@layer tokens\s*\{\s*:root\s*\{(.*?)\n  \}", re.DOTALL)
DECLARED = re.compile(r"(--[\w-]+)\s*:\s*([^;]+);")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULES = """
text { fill: var(--axis); font-size: 11px; }
.t1 { fill: var(--text-1); } .t2 { fill: var(--text-2); } .semi { font-weight: 700; }
.f12 { font-size: 12px; } .f13 { font-size: 13px; } .f15 { font-size: 15px; }
.gridl { stroke: var(--grid); stroke-width: 1; } .zero { stroke: var(--line-3); stroke-width: 1; }
.l { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.dash { stroke-dasharray: 4 4; }
.tgt { stroke: var(--target); stroke-width: 1.25; stroke-dasharray: 2 3; fill: none; }
.spark path { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.spark .area { fill: var(--accent-bg); stroke: none; } .spark circle { fill: var(--accent); }
"""


@cache
def light_tokens() -> Mapping[str, str]:
    """Return the custom properties of the light theme, as written in tokens.css."""
    sheet = COMMENT.sub("", (STATIC / "tokens.css").read_text("utf-8"))
    found = LIGHT.search(sheet)
    assert found, "tokens.css declares the light theme first, in @layer tokens { :root"
    return dict(DECLARED.findall(found.group(1)))


def resolved(text: str) -> str:
    """Write the light value for each var(--x), also where a value is itself a var().

    raises  KeyError if a name is declared nowhere and has no fallback: it would print black
    """

    def value(match: re.Match[str]) -> str:
        name, fallback = match.group(1), match.group(2)
        tokens = light_tokens()
        if name not in tokens and fallback is not None:
            return fallback.strip()
        return tokens[name].strip()

    before = ""
    while before != text:
        before, text = text, VAR.sub(value, text)
    return text


def printable(svg: str) -> str:
    """Return the SVG with colours, font and rules of its own, for Typst.

    svg     one <svg> element from web.charts
    raises  ValueError if it is none; KeyError if it names a colour that tokens.css lacks
    """
    text = str(svg).strip()
    head = re.match(r"<svg\b[^>]*>", text)
    if not head:
        raise ValueError("printable() takes one <svg> element")
    opening = head.group()
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', opening)
    size = f' width="{box.group(1)}" height="{box.group(2)}"' if box else ""
    own = opening.replace(
        "<svg", f'<svg xmlns="http://www.w3.org/2000/svg" font-family="{FONT}"{size}', 1
    )
    return resolved(f"{own}<style>{RULES}</style>{text[head.end() :]}")
