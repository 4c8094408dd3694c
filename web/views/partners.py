"""以商招商: whom the leaders trade with that is not here yet, on its page and as a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import chain_partners, chains
from dealflow.chain_partners import Partner
from dealflow.chains import Chain
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.exports import Table
from web.formats import Reader
from web.views.chain_words import ROLES
from web.views.holdings import named

TRADES: dict[bool, Message] = {True: say("Supplier"), False: say("Customer")}
HEADINGS = (
    say("The leader firm"),
    say("Firm"),
    say("Credit code"),
    say("City"),
    say("Trade"),
    say("Share of the customer's need, %"),
    say("What is supplied"),
    say("Supply since"),
    say("Standing here"),
    say("Lead"),
    say("As of"),
    say("Provenance"),
)
PROVENANCES: dict[bool, Message] = {
    True: say("Demonstration row"),
    False: say("Entered by the office"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """A firm that a leader could bring, with the way to a lead."""

    partner: Partner
    trade: Message
    standing: tuple[tuple[str, Message], ...]
    pursue_href: str  # "" where it has a live lead


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderPart:
    """One leader firm with its partners."""

    organisation_id: str
    name: str
    rows: tuple[PartnerRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersPage:
    """All that chains/partners.html may use."""

    template: ClassVar[str] = "chains/partners.html"
    slug: str
    chain: str
    leaders: tuple[LeaderPart, ...]
    total: int
    may_edit: bool
    has_demo: bool


def rows_of(slug: str, partners: Sequence[Partner]) -> tuple[PartnerRow, ...]:
    """Arrange the partners; a lead is made for the chain of that address."""
    return tuple(
        PartnerRow(
            partner=one,
            trade=TRADES[one.firm.is_supplier],
            standing=tuple((segment, ROLES[role]) for segment, role in one.standing),
            pursue_href=""
            if one.lead_id
            else f"/firms/{one.firm.organisation_id}/lead?chain={slug}&by={one.leader_id}",
        )
        for one in partners
    )


def build(
    work: Work, reader: Reader, as_of: date, chain: Chain, *, may_edit: bool, with_demo: bool
) -> PartnersPage:
    """Read and arrange the partners of every leader of a chain."""
    leaders = chains.leaders(work, as_of, chain.id)
    found = chain_partners.of_chain(work, as_of, leaders, with_demo=with_demo)
    return PartnersPage(
        slug=chain.slug,
        chain=named(reader, chain.name, chain.name_en),
        leaders=tuple(
            LeaderPart(
                organisation_id=leader_id,
                name=name,
                rows=rows_of(chain.slug, [one for one in found if one.leader_id == leader_id]),
            )
            for leader_id, name in leaders.items()
        ),
        total=len({one.firm.organisation_id for one in found}),
        may_edit=may_edit,
        has_demo=any(one.firm.is_demo for one in found),
    )


def table(work: Work, reader: Reader, as_of: date, chain: Chain, *, with_demo: bool) -> Table:
    """Return the same as a table, a line a supply."""
    leaders = chains.leaders(work, as_of, chain.id)
    found = chain_partners.of_chain(work, as_of, leaders, with_demo=with_demo)
    title = reader.say(say("Leaders' partners not here yet"))
    return Table(
        title=f"{named(reader, chain.name, chain.name_en)} {title} {as_of.isoformat()}",
        headings=tuple(reader.say(heading) for heading in HEADINGS),
        rows=tuple(
            (
                one.leader,
                one.firm.name,
                one.credit_code,
                one.city,
                reader.say(TRADES[one.firm.is_supplier]),
                one.firm.weight,
                one.firm.what,
                one.firm.since_on,
                "、".join(f"{segment} {reader.say(ROLES[role])}" for segment, role in one.standing),
                one.lead_code,
                as_of,
                reader.say(PROVENANCES[one.firm.is_demo]),
            )
            for one in found
        ),
    )
