"""五个一 and 专班: the strip above a chain's map, and who works for the chain."""

from dataclasses import dataclass
from datetime import date

from dealflow import chain_documents, chains, policy_sets, task_forces, units
from dealflow.chain_documents import Document, Standing, Version
from dealflow.chains import Chain
from dealflow.task_forces import Journey, Member
from dealflow.units import Outreach
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.figures import Undefined
from valuation.periods import year_start
from web.formats import Reader
from web.views.holdings import named

TRIPS_SHOWN = 5
STANDINGS: dict[Standing, Message] = {
    Standing.WAITING: say("Awaiting approval"),
    Standing.RETURNED: say("Sent back"),
    Standing.TO_COME: say("Not yet in force"),
    Standing.IN_FORCE: say("In force"),
    Standing.REPLACED: say("Replaced"),
}
STANDING_KINDS: dict[Standing, str] = {
    Standing.WAITING: "warn",
    Standing.RETURNED: "risk",
    Standing.TO_COME: "prog",
    Standing.IN_FORCE: "ok",
    Standing.REPLACED: "",
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A document of the strip: the version that holds, else the newest there is."""

    href: str
    title: str  # empty before the first version
    number: int
    state: Message
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Five:
    """The five ones of a chain."""

    official: str
    leaders: tuple[tuple[str, str], ...]  # address of the firm or "", name
    plan: Paper
    segments: int
    covered: float | Undefined
    policies: Paper
    holding: int  # policies that hold
    with_payout: int  # of them with a payout clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """The task force of a chain in the year so far."""

    unit: str
    members: tuple[Member, ...]
    counted: Outreach
    district: Outreach
    trips: tuple[Journey, ...]
    since: date
    is_demo: bool


# ---- rules
def paper(reader: Reader, href: str, versions: list[Version]) -> Paper:
    """Choose what the strip says of a document."""
    held = next((one for one in versions if one.standing is Standing.IN_FORCE), None)
    shown = held or (versions[0] if versions else None)
    if shown is None:
        return Paper(href=href, title="", number=0, state=say("Not yet"), kind="todo")
    return Paper(
        href=href,
        title=named(reader, shown.title, shown.title_en),
        number=shown.number,
        state=STANDINGS[shown.standing],
        kind=STANDING_KINDS[shown.standing],
    )


# ---- reads
def five(
    work: Work,
    reader: Reader,
    as_of: date,
    chain: Chain,
    *,
    segments: int,
    covered: float | Undefined,
    with_demo: bool,
) -> Five:
    """Read the strip; what the map has counted already comes along."""
    held = policy_sets.holding(work, as_of, chain.id, with_demo=with_demo)
    found = {
        kind: chain_documents.versions(work, as_of, chain.id, kind, with_demo=with_demo)
        for kind in Document
    }
    leaders = chains.leaders(work, as_of, chain.id).items()
    return Five(
        official=chain.official_title,
        leaders=tuple((f"/firms/{firm_id}", name) for firm_id, name in leaders)
        or tuple(("", name) for name in chain.leader_firms.split("、") if name),
        plan=paper(reader, f"/chains/{chain.slug}/plan", found[Document.PLAN]),
        segments=segments,
        covered=covered,
        policies=paper(reader, f"/chains/{chain.slug}/policies", found[Document.POLICY_SET]),
        holding=len(held),
        with_payout=sum(one.payout_clause_id is not None for one in held),
    )


def force(work: Work, reader: Reader, as_of: date, chain: Chain, *, with_demo: bool) -> Force:
    """Read the task force with its trips beside those of the whole district."""
    since = year_start(as_of)
    members = task_forces.members(work, as_of, chain.id, with_demo=with_demo)
    made = task_forces.journeys(work, since, as_of, chain.id, with_demo=with_demo)
    unit_id = chain.task_force_unit_id
    unit = work.session.get(units.Unit, unit_id) if unit_id else None
    return Force(
        unit=named(reader, unit.name, unit.name_en) if unit else "",
        members=tuple(members),
        counted=task_forces.counted(made),
        district=units.outreach(work, since, as_of, with_demo=with_demo),
        trips=tuple(made[:TRIPS_SHOWN]),
        since=since,
        is_demo=any(one.is_demo for one in members) or any(one.is_demo for one in made),
    )
