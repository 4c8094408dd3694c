"""互画像: what a firm seeks beside what the district has, on one page to take along to a visit."""

from dataclasses import dataclass
from typing import ClassVar

from dealflow import cards, chain_map, chains, projects, site_needs
from dealflow.cards import Card
from dealflow.chain_map import Node
from dealflow.chains import Chain
from portfolio import funds, organisations
from portfolio.funds import Fund
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from portfolio.organisations import Organisation
from web.templating import Page
from web.views.chain_words import COVERAGE_KINDS, COVERAGES
from web.views.deal_site import MatchRow, asked_of, match_row
from web.views.words import STAGES

SITES_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All that deals/profile.html may use."""

    template: ClassVar[str] = "deals/profile.html"
    card: Card
    firm: Organisation
    stage: Message
    asked: tuple[tuple[Message, str], ...]
    chain: Chain | None
    leaders: tuple[str, ...]
    segment: Node | None
    coverage: Message | None
    coverage_kind: str
    matches: tuple[MatchRow, ...]
    funds: tuple[Fund, ...]  # that still invest and say what they look for


def build(work: Work, actor: Actor, page: Page, project_id: str, *, with_demo: bool) -> Profile:
    """Read both sides; funds are those that the reader may see."""
    detail = cards.detail(work, page.as_of, project_id)
    card = detail.card
    chain = work.session.get(Chain, card.chain_id) if card.chain_id else None
    segment = _segment(work, page, project_id, card.chain_id, with_demo=with_demo)
    need = site_needs.of_project(work, project_id)
    found = site_needs.matches(work, page.as_of, need, with_demo=with_demo) if need else []
    return Profile(
        card=card,
        firm=organisations.get(work, detail.organisation_id),
        stage=STAGES[card.stage],
        asked=asked_of(page.reader, need) if need else (),
        chain=chain,
        leaders=tuple(chains.leaders(work, page.as_of, chain.id).values()) if chain else (),
        segment=segment,
        coverage=COVERAGES[segment.coverage] if segment else None,
        coverage_kind=COVERAGE_KINDS[segment.coverage] if segment else "",
        matches=tuple(match_row(page.reader, match) for match in found[:SITES_SHOWN]),
        funds=tuple(
            fund
            for fund in funds.listed(work, actor, with_demo=with_demo)
            if fund.focus
            and fund.inception_on <= page.as_of
            and (fund.investment_period_ends_on or page.as_of) >= page.as_of
        ),
    )


def _segment(
    work: Work, page: Page, project_id: str, chain_id: str | None, *, with_demo: bool
) -> Node | None:
    segment_id = projects.get(work, project_id).segment_id
    if chain_id is None or segment_id is None:
        return None
    nodes = chain_map.chain_map(work, page.as_of, chain_id, with_demo=with_demo).nodes
    return next((node for node in nodes if node.segment_id == segment_id), None)
