"""穿透: what a mother fund holds of every firm, through the funds below it."""

from dataclasses import dataclass
from typing import ClassVar

from portfolio import lookthrough
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.lookthrough import FirmShare, Link
from web.formats import Reader
from web.templating import Page
from web.views.funds import Head, Opened, Tab, head_of
from web.views.holdings import named


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class PathRow:
    """One way down to a firm; the names of the funds in between, the fund asked about left out."""

    funds: tuple[str, ...]  # codes
    href: str
    share: float
    cost_fen: int
    fair_value_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRow:
    """One firm, once, whatever the number of its paths."""

    firm: FirmShare
    name: str
    paths: tuple[PathRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FundRow:
    """A fund directly below: its account there and its part of all commitments."""

    link: Link
    name: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LookthroughPage:
    """The tab of the look-through."""

    template: ClassVar[str] = "funds/_tab_lookthrough.html"
    head: Head
    tab: Tab
    below: tuple[FundRow, ...]
    firms: tuple[FirmRow, ...]
    cost_fen: int
    fair_value_fen: int
    mark: str
    has_demo: bool


# ---- reads
def lookthrough_page(
    work: Work, reader: Reader, actor: Actor, page: Page, opened: Opened
) -> LookthroughPage:
    """Return the tab: the funds below at their accounts, the firms at cost and fair value."""
    found = lookthrough.structure(work, opened.moment, opened.fund.id)
    has_demo = any(link.is_demo for link in found.children)
    has_demo = has_demo or any(firm.is_demo for firm in found.firms)
    return LookthroughPage(
        head=head_of(reader, actor, page, opened),
        tab="lookthrough",
        below=tuple(
            FundRow(link=link, name=named(reader, link.name, link.name_en), share=float(link.share))
            for link in found.children
        ),
        firms=tuple(_firm(reader, firm) for firm in found.firms),
        cost_fen=sum(firm.cost_fen for firm in found.firms),
        fair_value_fen=sum(firm.fair_value_fen for firm in found.firms),
        mark="demo" if has_demo else "computed",
        has_demo=has_demo or opened.fund.is_demo,
    )


def _firm(reader: Reader, firm: FirmShare) -> FirmRow:
    return FirmRow(
        firm=firm,
        name=named(reader, firm.name, firm.name_en),
        paths=tuple(
            PathRow(
                funds=path.funds[1:],
                href=f"/investments/{path.investment_id}",
                share=float(path.share),
                cost_fen=path.cost_fen,
                fair_value_fen=path.fair_value_fen,
            )
            for path in firm.paths
        ),
    )
