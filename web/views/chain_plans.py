"""一案: a version of a chain's plan, its goals beside what has come; the form of the next."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import chain_documents, chain_map, chain_plans
from dealflow.chain_documents import Document, Standing, Version
from dealflow.chain_plans import MONEY, Goal, GoalKind, Pace
from dealflow.chains import Chain
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from valuation.figures import Undefined
from web.formats import Reader
from web.templating import Page
from web.views.chain_five import STANDING_KINDS, STANDINGS
from web.views.figure_links import links
from web.views.figures import Asked
from web.views.holdings import named

ROWS_SHOWN, SEGMENT_ROWS = 50, 4
GOALS: dict[GoalKind, Message] = {
    GoalKind.FIRMS: say("Firms landed"),
    GoalKind.CONTRACT: say("Contract amount"),
    GoalKind.IN_PLACE: say("Money in place"),
    GoalKind.SEGMENT: say("Segment closed"),
}
PACES: dict[Pace, tuple[Message, str]] = {
    Pace.MET: (say("Goal met"), "ok"),
    Pace.ON_PACE: (say("On pace"), "prog"),
    Pace.BEHIND: (say("Behind time"), "warn"),
    Pace.MISSED: (say("Goal missed"), "risk"),
    Pace.NOT_BEGUN: (say("Not begun"), "todo"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Rowed:
    """One row behind the actual of a goal."""

    label: str
    href: str
    on: date | None
    amount_fen: int | None
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """A goal in words, with where its number opens."""

    at: Goal
    name: str
    is_money: bool
    share: float | None
    pace: Message
    pace_kind: str
    href: str  # the page of the figure, where it has one
    rows: tuple[Rowed, ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version of the list, and what this reader may do with it."""

    at: Version
    href: str
    file_href: str
    state: Message
    kind: str
    is_shown: bool
    decide_href: str  # empty where it is not this reader's to decide
    is_own: bool  # waits, but this reader handed it in


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """All that chains/plan.html may use."""

    template: ClassVar[str] = "chains/plan.html"
    slug: str
    name: str
    shown: VersionLine | None
    goals: tuple[GoalLine, ...]
    met: int
    versions: tuple[VersionLine, ...]
    new_href: str  # empty for who may not hand in


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """The form of the next version."""

    template: ClassVar[str] = "chains/new_plan.html"
    slug: str
    name: str
    number: int
    today: date
    year_end: date
    segments: tuple[tuple[str, str], ...]
    segment_rows: int = SEGMENT_ROWS


# ---- what both documents share
def version_lines(
    work: Work,
    actor: Actor,
    page: Page,
    chain: Chain,
    kind: Document,
    *,
    number: int | None,
    with_demo: bool,
) -> tuple[VersionLine, ...]:
    """Return the versions; the one asked for, else the one that holds, else the newest is shown."""
    found = chain_documents.versions(work, page.as_of, chain.id, kind, with_demo=with_demo)
    held = next((one for one in found if one.standing is Standing.IN_FORCE), None)
    shown = held or (found[0] if found else None)
    if number is not None:
        shown = next((one for one in found if one.number == number), None)
        if shown is None:
            raise NotFoundError
    home = f"/chains/{chain.slug}"
    tab = "plan" if kind is Document.PLAN else "policies"
    decides = actor.may(Duty.VERIFY_EVIDENCE) and not page.is_past
    return tuple(
        VersionLine(
            at=one,
            href=f"{home}/{tab}?version={one.number}",
            file_href=f"{home}/documents/{one.document_id}/file",
            state=STANDINGS[one.standing],
            kind=STANDING_KINDS[one.standing],
            is_shown=one is shown,
            decide_href=f"{home}/documents/{one.document_id}/decision"
            if waits and decides and one.uploaded_by != actor.id
            else "",
            is_own=waits and one.uploaded_by == actor.id,
        )
        for one in found
        for waits in (one.standing is Standing.WAITING,)
    )


# ---- reads
def build(
    work: Work, actor: Actor, page: Page, chain: Chain, *, number: int | None, with_demo: bool
) -> PlanPage:
    """Read one version with its goals."""
    lines = version_lines(
        work, actor, page, chain, Document.PLAN, number=number, with_demo=with_demo
    )
    shown = next((one for one in lines if one.is_shown), None)
    goals = chain_plans.plan(work, page.as_of, shown.at, with_demo=with_demo).goals if shown else ()
    may_edit = actor.may(Duty.EDIT_DEALS) and not page.is_past
    return PlanPage(
        slug=chain.slug,
        name=named(page.reader, chain.name, chain.name_en),
        shown=shown,
        goals=tuple(_goal(work, actor, page.reader, chain, one) for one in goals),
        met=sum(one.pace is Pace.MET for one in goals),
        versions=lines,
        new_href=f"/chains/{chain.slug}/plan/new" if may_edit else "",
    )


def _goal(work: Work, actor: Actor, reader: Reader, chain: Chain, at: Goal) -> GoalLine:
    rows = at.figure.rows[:ROWS_SHOWN]
    opens = links(work, actor, rows, "")
    is_money = at.kind in MONEY
    begun = not isinstance(at.figure.value, Undefined)
    asked = Asked(code=at.figure.code, as_of=at.counted_to, since=at.since, chain_id=chain.id)
    segment = named(reader, at.segment_name, at.segment_name_en)
    name = reader.say(GOALS[at.kind])
    return GoalLine(
        at=at,
        name=f"{name} · {segment}" if segment else name,
        is_money=is_money,
        share=None if isinstance(at.share, Undefined) else at.share,
        pace=PACES[at.pace][0],
        pace_kind=PACES[at.pace][1],
        href=asked.href() if is_money and begun else "",
        rows=tuple(
            Rowed(
                label=row.label,
                href=opens.get(row.subject_id, ""),
                on=row.on,
                amount_fen=row.amount_fen,
                is_demo=row.is_demo,
            )
            for row in rows
        ),
        more=len(at.figure.rows) - len(rows),
    )


def new(work: Work, page: Page, chain: Chain, *, with_demo: bool) -> NewPlan:
    """Read the form; the segments of the map that no firm has closed come first."""
    found = chain_documents.versions(work, page.today, chain.id, Document.PLAN)
    chart = chain_map.chain_map(work, page.today, chain.id, with_demo=with_demo)
    nodes = sorted(chart.nodes, key=lambda node: node.coverage in chain_map.COVERED)
    return NewPlan(
        slug=chain.slug,
        name=named(page.reader, chain.name, chain.name_en),
        number=max((one.number for one in found), default=0) + 1,
        today=page.today,
        year_end=date(page.today.year, 12, 31),
        segments=tuple(
            (node.segment_id, named(page.reader, node.name, node.name_en)) for node in nodes
        ),
    )
