"""企业: the list with its search, and what the palette finds while somebody types."""

from dataclasses import dataclass
from typing import ClassVar

from dealflow import firm_list
from dealflow.firm_list import FirmLine
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from web.templating import Page
from web.views.chain_words import ROLES
from web.views.firm_words import ROLE_KINDS
from web.views.holdings import named
from web.views.parts import Part, part_of

LINES_A_PAGE, FOUND_SHOWN = 50, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRow:
    """One firm in the list."""

    line: FirmLine
    name: str
    role: Message | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmsPage:
    """All that firms/list.html may use."""

    template: ClassVar[str] = "firms/list.html"
    rows: tuple[FirmRow, ...]
    text: str
    total: int
    part: Part
    has_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that firms/found.html may use: firms for the palette."""

    template: ClassVar[str] = "firms/found.html"
    lines: tuple[FirmLine, ...]


def listed(work: Work, page: Page, *, text: str, number: int, with_demo: bool) -> FirmsPage:
    """Read and arrange one page of the list."""
    lines, total = firm_list.listed(
        work,
        page.as_of,
        text=text,
        limit=LINES_A_PAGE,
        after=(max(number, 1) - 1) * LINES_A_PAGE,
        with_demo=with_demo,
    )
    return FirmsPage(
        rows=tuple(
            FirmRow(
                line=line,
                name=named(page.reader, line.name, line.name_en),
                role=ROLES[line.role] if line.role else None,
                kind=ROLE_KINDS[line.role] if line.role else "",
            )
            for line in lines
        ),
        text=text,
        total=total,
        part=part_of(page, "page", number, total, LINES_A_PAGE),
        has_demo=any(line.is_demo for line in lines),
    )


def found(work: Work, page: Page, *, text: str, with_demo: bool) -> Found:
    """Read the few firms that match best; nothing where nothing was typed."""
    if not text.strip():
        return Found(lines=())
    lines, _ = firm_list.listed(work, page.as_of, text=text, limit=FOUND_SHOWN, with_demo=with_demo)
    return Found(lines=tuple(lines))
