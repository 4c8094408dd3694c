"""The half month on one screen: what moved, what is stuck, who must act, what each rate is made of.

The rows of the year are read once and shown as funnel, by system and chain, as race board and as
rates; what moved is read from the two sealed half months. The other pages go deeper.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from markupsafe import Markup

from dealflow import counted, definitions, dispatch, frozen, measures, restatement, series, units
from dealflow import stuck as what_is_stuck
from dealflow.blockers import ActionLine
from dealflow.dispatch import Sealed
from dealflow.frozen import ChangeKind
from dealflow.series import Basis, FunnelStep
from dealflow.stuck import Stuck, StuckLine, Why
from portfolio.figures import Figure, Unit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from valuation.periods import HalfMonth, year_start
from web.formats import DASH, Reader
from web.templating import Page
from web.views import cohorts, landing, race
from web.views.cohorts import CohortRow
from web.views.dispatch import Compared, compared
from web.views.dispatch_words import (
    BLOCKERS,
    KINDS,
    ChangeLine,
    Snap,
    by_importance,
    line_of,
    snaps,
)
from web.views.landing import RateRow, SystemRow
from web.views.race import Race
from web.views.tips import Tip, tip_of, write

CHANGES_SHOWN, STUCK_SHOWN, ACTS_SHOWN, PLACES_SHOWN, QUARTERS_SHOWN = 8, 6, 6, 10, 8
SOON_DAYS = 7
# The rates that a district publishes; the page of all rates has the others.
PUBLISHED = (
    "capital_conversion",
    "money_in_place_rate_cohort",
    "start_rate_period",
    "start_rate_cohort",
    "start_rate_due",
    "start_rate_on_time",
    "fund_landing_rate_count",
    "fund_landing_rate_amount",
)
CAUSES: Mapping[Why, Message] = {
    Why.BLOCKER: say("Blocker"),
    Why.CONDITION: say("Condition overdue"),
    Why.START: say("Start overdue"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class StuckRow:
    """One thing that holds a project up, written out; `who` is empty where nobody was asked."""

    word: str
    look: str
    project_id: str
    project: str
    href: str
    text: str
    unit: str
    who: str
    until: date | None
    is_late: bool
    days: int
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """One action item: who, what, by when."""

    text: str
    project: str
    href: str
    unit: str
    owner: str
    due_on: date
    is_late: bool
    days: int  # until the deadline, below zero: late
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedRate:
    """One published rate as it is now, and as the half month was sealed with."""

    now: RateRow
    sealed: str  # "" where no half month is sealed
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """All that landing/screen.html may use."""

    template: ClassVar[str] = "landing/screen.html"
    tab: str
    since: date
    basis: str
    funnel: Markup
    steps: tuple[tuple[str, FunnelStep], ...]
    figures: dict[str, Figure]
    tips: dict[str, Tip]
    rows: tuple[SystemRow, ...]
    rates: tuple[SealedRate, ...]
    rates_total: int
    units_total: int
    base: Sealed | None
    to: Sealed | None
    snaps: tuple[Snap, ...]
    lines: tuple[ChangeLine, ...]
    shown: int  # changes of the chosen kind
    counts: tuple[tuple[str, str, int], ...]  # kind, word, how many
    kind: str
    live: int
    stalled: int
    stalled_new: int
    late_entries: int
    at: Stuck
    causes: tuple[tuple[str, int], ...]
    stuck: tuple[StuckRow, ...]
    acts: tuple[ActRow, ...]
    soon: int
    race: Race
    cohorts: tuple[CohortRow, ...]
    months: int
    to_seal: date | None
    to_seal_label: str
    next_label: str
    next_on: date
    may_seal: bool
    may_edit: bool
    has_demo: bool


# ---- reads
def build(
    work: Work,
    actor: Actor,
    page: Page,
    *,
    since: date | None,
    basis: Basis,
    kind: ChangeKind | None,
    board: str,
    with_demo: bool,
) -> Screen:
    """Read and arrange the screen; the period is the year to date unless it begins elsewhere."""
    reader, as_of = page.reader, page.as_of
    since = since if since and since <= as_of else year_start(as_of)
    facts = counted.load(work, since, as_of, with_demo=with_demo)
    card = measures.score(work, facts)
    means = definitions.in_force(work, as_of)
    figures = {figure.code: figure for figure in card.figures}
    tips = {code: tip_of(reader, f, since=since, as_of=as_of) for code, f in figures.items()}
    steps = series.funnel_of(work, facts, basis, with_demo=with_demo)
    found = compared(work, as_of=as_of, base=None, to=None)
    moved = [one for one in (found.changes if found else ()) if with_demo or not one.is_demo]
    chosen = by_importance(one for one in moved if kind is None or one.kind is kind)
    at = what_is_stuck.stuck(work, as_of, with_demo=with_demo)
    rates = landing.rate_rows(reader, card, means, tips)
    has_demo = any(row.is_demo for figure in card.figures for row in figure.rows)
    to_seal = dispatch.to_seal(work, page.today)
    coming = HalfMonth.containing(page.today)
    return Screen(
        tab="screen",
        since=since,
        basis=basis.value,
        funnel=landing.draw_funnel(reader, steps, is_demo=has_demo),
        steps=landing.name_steps(reader, steps),
        figures=figures,
        tips=tips,
        rows=landing.system_rows(work, reader, facts, card, means, with_demo=with_demo),
        rates=_sealed_rates(
            *(reader, rates, figures, found),
            same_days=bool(found and found.to.as_of == as_of and since == year_start(as_of)),
        ),
        rates_total=len(rates),
        units_total=units.organisation(work, with_demo=with_demo).responsible_units,
        base=found.base if found else None,
        to=found.to if found else None,
        snaps=snaps(reader, found.shifts, found.to.as_of) if found else (),
        lines=tuple(line_of(reader, one) for one in chosen[:CHANGES_SHOWN]),
        shown=len(chosen),
        counts=tuple(
            (one.value, reader.say(KINDS[one][0]), sum(change.kind is one for change in moved))
            for one in ChangeKind
        ),
        kind=kind.value if kind else "",
        live=len(found.after.projects) if found else 0,
        stalled=found.after.stalled if found else 0,
        stalled_new=sum(one.kind is ChangeKind.STALLED for one in moved),
        late_entries=len(restatement.late_entries(work, found.to)) if found else 0,
        at=at,
        causes=tuple((reader.say(words), at.count(why)) for why, words in CAUSES.items()),
        stuck=tuple(_stuck_row(reader, at, line) for line in at.lines[:STUCK_SHOWN]),
        acts=tuple(_act_row(item, as_of) for item in at.actions[:ACTS_SHOWN]),
        soon=sum(as_of <= item.due_on <= as_of + timedelta(days=SOON_DAYS) for item in at.actions),
        race=race.build(
            work,
            actor,
            page,
            board=board,
            with_demo=with_demo,
            facts=facts if since == year_start(as_of) else None,
            lines=PLACES_SHOWN,
        ),
        cohorts=cohorts.cohort_rows(work, as_of, QUARTERS_SHOWN, with_demo=with_demo),
        months=cohorts.MONTHS_SHOWN,
        to_seal=to_seal,
        to_seal_label=frozen.label(to_seal) if to_seal else "",
        next_label=frozen.label(coming.end),
        next_on=coming.end + timedelta(days=1),
        may_seal=actor.may(Duty.SEAL_HALF_MONTHS),
        may_edit=actor.may(Duty.EDIT_DEALS),
        has_demo=has_demo,
    )


def _sealed_rates(
    reader: Reader,
    rates: tuple[RateRow, ...],
    figures: Mapping[str, Figure],
    found: Compared | None,
    *,
    same_days: bool,
) -> tuple[SealedRate, ...]:
    kept = {one.code: one for one in found.after.measures} if found else {}
    by_code = {rate.code: rate for rate in rates}
    rows = []
    for code in PUBLISHED:
        if code not in by_code:
            continue
        was, now = kept.get(code), figures[code].value
        sealed = DASH if was is None else write(reader, was.value, Unit(was.unit))
        rows.append(
            SealedRate(
                now=by_code[code],
                sealed=sealed if found else "",
                differs=same_days and was is not None and was.value not in {None, now},
            )
        )
    return tuple(rows)


def _stuck_row(reader: Reader, at: Stuck, line: StuckLine) -> StuckRow:
    word = CAUSES[line.why] if line.blocker is None else BLOCKERS[line.blocker]
    text = line.text
    if line.why is Why.START:
        text = reader.say(say("the start was agreed for {day}", day=line.since))
    hand = line.in_hand
    return StuckRow(
        word=reader.say(word),
        look="warn" if line.why is Why.BLOCKER else "risk",
        project_id=line.project_id,
        project=line.project_name,
        href=f"/deals/{line.project_id}" + ("?tab=conditions" if line.why is Why.CONDITION else ""),
        text=text,
        unit=line.unit_name,
        who=f"{hand.unit_name} {hand.owner}".strip() if hand else "",
        until=hand.due_on if hand else None,
        is_late=hand is not None and hand.is_overdue(at.as_of),
        days=line.days,
        is_demo=line.is_demo,
    )


def _act_row(item: ActionLine, as_of: date) -> ActRow:
    return ActRow(
        text=item.text,
        project=item.project_name,
        href=f"/deals/{item.project_id}" if item.project_id else "",
        unit=item.unit_name,
        owner=item.owner,
        due_on=item.due_on,
        is_late=item.is_overdue(as_of),
        days=(item.due_on - as_of).days,
        is_demo=item.is_demo,
    )
