"""Half-month dispatch: what moved between two sealed half months, what is stuck, who must act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import dispatch, freezing, frozen, projects, restatement, stuck, units
from dealflow.dispatch import Sealed
from dealflow.frozen import Change, ChangeKind, FrozenHalf, Shift
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import NotFoundError
from web.templating import Page
from web.views.dispatch_items import Items, items
from web.views.dispatch_words import (
    BLOCKERS,
    KINDS,
    ChangeLine,
    EntryLine,
    Snap,
    entry_of,
    line_of,
    restated_snaps,
    snaps,
)

LINES_SHOWN = 60


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """All that landing/dispatch.html may use."""

    template: ClassVar[str] = "landing/dispatch.html"
    tab: str
    choices: tuple[tuple[str, str], ...]  # day, S20 · 10-31
    base: Sealed | None
    to: Sealed | None
    snaps: tuple[Snap, ...]
    lines: tuple[ChangeLine, ...]
    total: int
    counts: tuple[tuple[str, str, int], ...]  # kind, word, how many
    kind: str
    stalled: int
    live: int
    restated: tuple[Snap, ...]
    restated_lines: tuple[ChangeLine, ...]
    entries: tuple[EntryLine, ...]
    items: Items
    to_seal: date | None
    to_seal_label: str
    may_seal: bool
    may_edit: bool
    blocker_kinds: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    projects: tuple[tuple[str, str], ...]  # those that are stuck now, for a new action item
    project: str  # the one that was asked for
    today: date
    has_demo: bool
    idle_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSeal:
    """The question before a half month is sealed."""

    template: ClassVar[str] = "landing/seal.html"
    as_of: date
    label: str
    snaps: tuple[Snap, ...]
    projects: int
    blockers: int
    open_actions: int
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two sealed half months and what is between them, for page, paper and workbook alike."""

    base: Sealed | None
    to: Sealed
    before: FrozenHalf | None
    after: FrozenHalf
    changes: tuple[Change, ...]
    shifts: Mapping[str, Shift]


# ---- reads
def compared(work: Work, *, as_of: date, base: date | None, to: date | None) -> Compared | None:
    """Return the two half months asked for; the last two before `as_of` unless they are named."""
    known = dispatch.sealed(work)
    chosen = next(
        (one for one in known if (one.as_of == to if to else one.as_of <= as_of)),
        None if to or not known else known[-1],
    )
    if chosen is None:
        if to:
            raise NotFoundError
        return None
    earlier = [one for one in known if one.as_of < chosen.as_of]
    before = next((one for one in earlier if base is None or one.as_of == base), None)
    if base and before is None:
        raise NotFoundError
    after = dispatch.content(work, chosen.as_of)
    was = dispatch.content(work, before.as_of) if before else None
    return Compared(
        base=before,
        to=chosen,
        before=was,
        after=after,
        changes=frozen.compare(was, after) if was else (),
        shifts=frozen.shifts(was or after, after),
    )


def build(
    work: Work,
    actor: Actor,
    page: Page,
    *,
    base: date | None,
    to: date | None,
    kind: ChangeKind | None,
    project: str,
    with_demo: bool,
) -> Dispatch:
    """Read and arrange the comparison; `project` opens the form of an action item for it."""
    reader = page.reader
    found = compared(work, as_of=page.as_of, base=base, to=to)
    shown = [one for one in (found.changes if found else ()) if kind is None or one.kind is kind]
    counts: dict[ChangeKind, int] = dict.fromkeys(ChangeKind, 0)
    for one in found.changes if found else ():
        counts[one.kind] += 1
    restated = restatement.restated(work, found.to) if found else None
    at = found.to.as_of if found else page.as_of
    next_ = dispatch.to_seal(work, page.today)
    known = dispatch.sealed(work)
    newest = known[0].as_of if known else None
    return Dispatch(
        tab="diff",
        choices=tuple((one.as_of.isoformat(), f"{one.label} · {one.as_of}") for one in known),
        base=found.base if found else None,
        to=found.to if found else None,
        snaps=snaps(reader, found.shifts, found.to.as_of) if found else (),
        lines=tuple(line_of(reader, one) for one in shown[:LINES_SHOWN]),
        total=len(shown),
        counts=tuple(
            (one.value, reader.say(KINDS[one][0]), number) for one, number in counts.items()
        ),
        kind=kind.value if kind else "",
        stalled=found.after.stalled if found else 0,
        idle_days=found.after.idle_days if found else 0,
        live=len(found.after.projects) if found else 0,
        restated=restated_snaps(reader, restated) if restated else (),
        restated_lines=tuple(line_of(reader, one) for one in restated.projects) if restated else (),
        entries=tuple(entry_of(reader, one) for one in restated.entries) if restated else (),
        items=items(
            work,
            reader,
            found.after if found else None,
            at=at,
            since=page.today if found and found.to.as_of == newest else None,
            with_demo=with_demo,
        ),
        to_seal=next_,
        to_seal_label=frozen.label(next_) if next_ else "",
        may_seal=actor.may(Duty.SEAL_HALF_MONTHS),
        may_edit=actor.may(Duty.EDIT_DEALS),
        blocker_kinds=tuple((one.value, reader.say(words)) for one, words in BLOCKERS.items()),
        units=tuple((one.id, one.name) for one in units.listed(work, with_demo=with_demo)),
        projects=_stuck_projects(work, page.today, project, with_demo=with_demo)
        if actor.may(Duty.EDIT_DEALS)
        else (),
        project=project,
        today=page.today,
        has_demo=bool(found and found.to.is_demo),
    )


def _stuck_projects(
    work: Work, today: date, project: str, *, with_demo: bool
) -> tuple[tuple[str, str], ...]:
    lines = stuck.stuck(work, today, with_demo=with_demo).lines
    found = {line.project_id: line.project_name for line in lines}
    if project and project not in found:
        found[project] = projects.get(work, project).name
    return tuple(sorted(found.items(), key=lambda one: one[1]))


def ask_seal(work: Work, page: Page, as_of: date) -> AskSeal:
    """Restate what sealing will fix."""
    last = dispatch.latest(work)
    half = freezing.freeze(work, as_of, since=last.as_of if last else as_of)
    was = dispatch.content(work, last.as_of) if last else half
    shifts = frozen.shifts(was, half)
    return AskSeal(
        as_of=as_of,
        label=frozen.label(as_of),
        snaps=snaps(page.reader, shifts, as_of),
        projects=len(half.projects),
        blockers=len(half.blockers or ()),
        open_actions=len(half.actions or ()),
        back="/landing?tab=diff",
    )
