"""The story of one project: its steps, its money by source, what waits, and what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dealflow.agreements import AgreementCard
from dealflow.cards import ProjectDetail
from dealflow.conditions import ConditionPosition
from dealflow.dossier import LedgerLine
from dealflow.gates import Gate, GateState
from dealflow.landings import MoneyKind, MoneyRow
from dealflow.stages import OFF_RAMPS, Stage
from dealflow.terms import State
from portfolio.kernel.errors import Fen, Message, say
from web.formats import Reader
from web.views import deal_terms
from web.views.words import STAGE_TONES, STAGES

MONEY_KINDS: Mapping[MoneyKind, Message] = {
    MoneyKind.REGISTERED_CAPITAL: say("Registered capital"),
    MoneyKind.FIXED_ASSETS: say("Fixed assets"),
    MoneyKind.LOAN: say("Bank loan"),
    MoneyKind.OTHER: say("Other money"),
}
MONEY_TONES = {
    MoneyKind.REGISTERED_CAPITAL: "stage-3",
    MoneyKind.FIXED_ASSETS: "stage-4",
    MoneyKind.LOAN: "stage-1",
    MoneyKind.OTHER: "stage-0",
}
STEPS = (
    Stage.LEAD,
    Stage.IN_TALKS,
    Stage.FRAMEWORK,
    Stage.FORMAL,
    None,  # money in place is no stage: it is there or not
    Stage.STARTED,
    Stage.PRODUCTION,
    Stage.CAPACITY,
)
MONEY_STEP = 4


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the stepper."""

    title: str
    when: str
    stage: str
    state: str  # done, now or ""
    share: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """Something that waits for somebody."""

    icon: str
    tone: str
    title: Message
    note: Message
    href: str
    action: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Money in place from one source."""

    title: Message
    fen: int
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the timeline."""

    on: date
    who: str
    text: Message
    tone: str
    kind: str  # "", major or next


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was read once, for all the parts below."""

    detail: ProjectDetail
    papers: tuple[AgreementCard, ...]
    at: tuple[ConditionPosition, ...]
    gates: tuple[Gate, ...]
    money: tuple[MoneyRow, ...]
    fund_money: tuple[MoneyRow, ...]
    ledger: tuple[LedgerLine, ...]
    names: Mapping[str, str]


# ---- rules
def steps_of(facts: Facts, reader: Reader) -> tuple[tuple[Step, ...], Message, Message | None]:
    """Return the steps, where the project stands, and what is planned next."""
    reached: dict[Stage, date] = {}
    for one in facts.detail.milestones:
        if one.void_reason is None:
            reached[one.stage] = one.on
    days = [reached.get(stage) if stage else None for stage in STEPS]
    days[MONEY_STEP] = facts.money[0].on if facts.money else None
    last = max((number for number, day in enumerate(days) if day), default=0)
    start_due = next((paper.start_due_on for paper in facts.papers if paper.start_due_on), None)
    steps, following = [], None
    for number, (stage, day) in enumerate(zip(STEPS, days, strict=True)):
        title = STAGES[stage] if stage else say("Funds in place")
        state = "now" if number == last else "done" if day else ""
        planned = start_due if stage is Stage.STARTED and day is None else None
        when = reader.date(day) if day else "—" if number < last else ""
        if planned and number > last:
            when = reader.say(say("planned {on}", on=planned))
        if number == last + 1:
            following = say("Next: {step}", step=title)
        tone = STAGE_TONES[stage] if stage else str(MONEY_STEP)
        steps.append(Step(title=reader.say(title), when=when, stage=tone, state=state))
    card = facts.detail.card
    since = max((day for day in days if day), default=facts.detail.first_heard_on)
    now = say("{stage}, since {on}", stage=STAGES[card.stage], on=since)
    return tuple(steps), now, following if card.stage not in OFF_RAMPS else None


def sources_of(facts: Facts) -> tuple[Source, ...]:
    """Return the money in place by source; together they are the whole."""
    accepted = {line.arrival_id: line.kind for line in facts.detail.arrivals if line.accepted}
    by_kind: dict[MoneyKind | None, int] = {}
    for row in facts.money:
        kind = accepted.get(row.subject_id) if row.kind == "arrival" else None
        by_kind[kind] = by_kind.get(kind, 0) + row.amount_fen
    found = [Source(title=say("Fund"), fen=by_kind.get(None, 0), tone="stage-5")]
    found += [
        Source(title=MONEY_KINDS[kind], fen=by_kind.get(kind, 0), tone=MONEY_TONES[kind])
        for kind in MoneyKind
    ]
    return tuple(source for source in found if source.fen)


def next_of(facts: Facts, href: str) -> tuple[NextStep, ...]:
    """Return what waits: overdue and unverified conditions, open gates, unverified money."""
    found: list[NextStep] = []
    for at in facts.at:
        if not at.is_open:
            continue
        name = {"no": at.no, "name": at.name}
        row = f"{href}?tab=conditions#cond-{at.condition_id}"
        due = say("due {on}", on=at.terms.due_on)
        if at.state is State.OVERDUE:
            late = say("{days} days overdue", days=-at.days_left)
            title = say("C{no} {name} is overdue", **name)
            found.append(_step("alert", "risk", title, late, row, say("Look")))
        elif at.reported is not None:
            title = say("Verify C{no} {name}", **name)
            found.append(_step("shield", "warn", title, due, row, say("Verify")))
        elif at.state is State.DUE_SOON:
            title = say("Record C{no} {name}", **name)
            left = say("due in {days} days", days=at.days_left)
            found.append(_step("clock", "warn", title, left, row, say("Enter it")))
    for gate in facts.gates:
        if gate.state is GateState.OPEN:
            title = say("Tranche {no} may be paid", no=gate.tranche.no)
            note = say(
                "{amount}, planned {on}",
                amount=Fen(gate.tranche.agreed_fen),
                on=gate.tranche.due_on,
            )
            found.append(
                _step("unlock", "good", title, note, f"{href}?tab=conditions#gates", say("Look"))
            )
    for line in facts.detail.arrivals:
        if line.accepted is None:
            title = say("Verify money that arrived on {on}", on=line.on)
            note = say("{amount} does not count yet", amount=Fen(line.amount_fen))
            found.append(_step("shield", "warn", title, note, f"{href}?tab=money", say("Verify")))
    return tuple(found)


def _step(
    icon: str, tone: str, title: Message, note: Message, href: str, action: Message
) -> NextStep:
    return NextStep(icon=icon, tone=tone, title=title, note=note, href=href, action=action)


def events_of(facts: Facts, as_of: date) -> tuple[Event, ...]:
    """Return what happened and what is due next, the newest first."""
    who = facts.names
    found = [
        Event(
            on=one.on,
            who=who.get(one.recorded_by, ""),
            text=say("{stage} voided: {reason}", stage=STAGES[one.stage], reason=one.void_reason)
            if one.void_reason
            else say("{stage} {note}", stage=STAGES[one.stage], note=one.note),
            tone=f"stage-{STAGE_TONES[one.stage]}",
            kind="" if one.void_reason else "major",
        )
        for one in facts.detail.milestones
    ]
    found += [
        Event(
            on=line.on,
            who=who.get(line.recorded_by, ""),
            text=say(
                "{amount} in place ({kind})",
                amount=Fen(line.amount_fen),
                kind=MONEY_KINDS[line.kind],
            )
            if line.accepted
            else say("{amount} recorded, not verified", amount=Fen(line.amount_fen)),
            tone="stage-4",
            kind="",
        )
        for line in facts.detail.arrivals
    ]
    for line in facts.ledger:
        amount = Fen(abs(line.amount_fen))
        text = (
            say("Payment of tranche {no} reversed: {why}", no=line.tranche_no, why=line.memo)
            if line.is_reversal
            else say("Tranche {no} paid: {amount}", no=line.tranche_no, amount=amount)
        )
        found.append(
            Event(
                on=line.effective_date,
                who=line.recorded_by,
                text=text,
                tone="warn" if line.is_reversal else "ok",
                kind="" if line.is_reversal else "major",
            )
        )
    for at in facts.at:
        found += [
            Event(
                on=one.observed_on,
                who=who.get(one.verified_by or one.recorded_by, ""),
                text=deal_terms.seen_text(at, one),
                tone="ok" if one.accepted else "warn" if one.accepted is None else "risk",
                kind="",
            )
            for one in at.seen
        ]
    coming = [
        Event(
            on=at.terms.due_on,
            who="",
            text=say("C{no} {name} falls due", no=at.no, name=at.name),
            tone="line-3",
            kind="next",
        )
        for at in facts.at
        if at.is_open and at.terms.due_on > as_of
    ]
    nearest = sorted(coming, key=lambda event: event.on)[:1]
    return (*nearest, *sorted(found, key=lambda event: event.on, reverse=True))


def elapsed_of(at: Sequence[ConditionPosition], as_of: date) -> float | None:
    """Return the share of the time from signing to the last due day that has passed."""
    if not at:
        return None
    began = min(one.terms.signed_on for one in at)
    ends = max(one.terms.due_on for one in at)
    if ends <= began:
        return None
    return min(max((as_of - began).days / (ends - began).days, 0.0), 1.0)
