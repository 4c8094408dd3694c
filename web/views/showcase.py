"""招商推介: the public pages. Only facts of dealflow.showcase may come here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from dealflow import showcase
from dealflow.chains import Position
from dealflow.showcase import (
    ShownChain,
    ShownFund,
    ShownPark,
    ShownPolicy,
    ShownSegment,
    ShownSite,
)
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError
from web.formats import Reader
from web.templating import Page
from web.views.chain_words import COLUMNS
from web.views.holdings import named
from web.views.site_words import KINDS, PRICES, UTILITIES


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCard:
    """A site in words."""

    site: ShownSite
    kind: Message
    price: str
    utilities: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCard:
    """A policy in the reader's language; one that several chains grant stands once."""

    title: str
    summary: str
    who: str
    valid_to: date | None
    chains: tuple[str, ...]
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The first page: chains, parks and funds."""

    template: ClassVar[str] = "showcase/front.html"
    chains: tuple[ShownChain, ...]
    parks: tuple[ShownPark, ...]
    funds: tuple[ShownFund, ...]
    policies: tuple[PolicyCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainShown:
    """One chain with its segments by position."""

    template: ClassVar[str] = "showcase/chain.html"
    chain: ShownChain
    columns: tuple[tuple[Message, tuple[ShownSegment, ...]], ...]
    policies: tuple[PolicyCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkShown:
    """One park with the sites that can be had."""

    template: ClassVar[str] = "showcase/park.html"
    park: str
    cards: tuple[SiteCard, ...]
    policies: tuple[PolicyCard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryForm:
    """The form for strangers, or the word that it arrived."""

    template: ClassVar[str] = "showcase/enquiry.html"
    chains: tuple[ShownChain, ...]
    chosen: str = ""
    arrived: bool = False


def front(work: Work, page: Page, *, with_demo: bool) -> Front:
    """Read the first page."""
    free = showcase.sites(work, page.today, with_demo=with_demo)
    chains = showcase.chains(work, with_demo=with_demo)
    return Front(
        chains=tuple(chains),
        policies=_policies(work, page, chains, with_demo=with_demo),
        parks=tuple(showcase.parks(free)),
        funds=tuple(showcase.funds(work, with_demo=with_demo)),
    )


def chain(work: Work, page: Page, slug: str, *, with_demo: bool) -> ChainShown:
    """Read one chain."""
    found = showcase.chain(work, slug, with_demo=with_demo)
    places = showcase.segments(work, page.today, found.chain_id, with_demo=with_demo)
    return ChainShown(
        chain=found,
        columns=tuple(
            (COLUMNS[position][0], tuple(one for one in places if one.position is position))
            for position in Position
        ),
        policies=_policies(work, page, [found], with_demo=with_demo),
    )


def park(work: Work, page: Page, name: str, *, with_demo: bool) -> ParkShown:
    """Read one park; a park without a site that can be had is not there."""
    found = showcase.sites(work, page.today, park=name, with_demo=with_demo)
    if not name or not found:
        raise NotFoundError
    chains = showcase.chains(work, with_demo=with_demo)
    return ParkShown(
        park=name,
        cards=tuple(card(page.reader, one) for one in found),
        policies=_policies(work, page, chains, with_demo=with_demo),
    )


def _policies(
    work: Work, page: Page, shown: Sequence[ShownChain], *, with_demo: bool
) -> tuple[PolicyCard, ...]:
    found = showcase.policies(work, page.today, shown, with_demo=with_demo)
    return policy_cards(page.reader, found)


def policy_cards(reader: Reader, found: Iterable[ShownPolicy]) -> tuple[PolicyCard, ...]:
    """Put policies into words; those alike in every word are one, with all their chains."""
    chains: dict[PolicyCard, list[str]] = {}
    for one in found:
        card_ = PolicyCard(
            title=named(reader, one.title, one.title_en),
            summary=named(reader, one.summary, one.summary_en),
            who=named(reader, one.who, one.who_en),
            valid_to=one.valid_to,
            chains=(),
            is_demo=one.is_demo,
        )
        chains.setdefault(card_, []).append(named(reader, one.chain_name, one.chain_name_en))
    return tuple(replace(card_, chains=tuple(names)) for card_, names in chains.items())


def card(reader: Reader, site: ShownSite) -> SiteCard:
    """Put a site into words."""
    price = ""
    if site.price_fen is not None:
        price = f"{site.price_fen / 100:,.2f}".removesuffix(".00")
        price = f"{price} {reader.say(PRICES[site.price_basis])}"
    return SiteCard(
        site=site,
        kind=KINDS[site.kind],
        price=price,
        utilities=" · ".join(reader.say(UTILITIES[one]) for one in site.utilities),
    )


def enquiry(work: Work, *, chosen: str = "", arrived: bool = False, with_demo: bool) -> EnquiryForm:
    """Read the form."""
    return EnquiryForm(
        chains=tuple(showcase.chains(work, with_demo=with_demo)), chosen=chosen, arrived=arrived
    )
