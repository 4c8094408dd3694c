"""The words of the dispatch: how a change, a figure and a late entry are written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dealflow.amendments import Fact
from dealflow.blockers import BlockerKind
from dealflow.board import Column
from dealflow.frozen import Aspect, Change, ChangeKind, Shift
from dealflow.landings import MoneyKind
from dealflow.restatement import LateEntry, Restated
from dealflow.stages import Stage
from portfolio.figures import Unit
from portfolio.kernel.errors import Message, say
from web.formats import DASH, Reader
from web.views.deals_bar import COLUMN_WORDS
from web.views.tips import TITLES
from web.views.words import STAGE_TONES, STAGES

HEADLINE = (
    "projects_signed",
    "contract_amount",
    "money_in_place",
    "projects_started",
    "capital_conversion",
)
KINDS: Mapping[ChangeKind, tuple[Message, str, str]] = {  # words, symbol, look
    ChangeKind.NEW: (say("New"), "+", "add"),
    ChangeKind.MOVED: (say("Moved on"), "↗", "up"),
    ChangeKind.CHANGED: (say("Changed"), "~", "chg"),
    ChangeKind.SLIPPED: (say("Slipped"), "↘", "slip"),
    ChangeKind.WITHDRAWN: (say("Dropped out"), "−", "del"),
    ChangeKind.STALLED: (say("Stalled"), "!", "slip"),
}
# A meeting asks for what must be decided first.
IMPORTANCE = (
    ChangeKind.SLIPPED,
    ChangeKind.WITHDRAWN,
    ChangeKind.MOVED,
    ChangeKind.NEW,
    ChangeKind.CHANGED,
    ChangeKind.STALLED,
)
ASPECTS: Mapping[Aspect, Message] = {
    Aspect.STAGE: say("Stage"),
    Aspect.CONTRACT: say("Contract amount"),
    Aspect.PLANNED: say("Planned investment"),
    Aspect.MONEY: say("Money in place"),
    Aspect.UNIT: say("Unit"),
    Aspect.START_DUE: say("Start due"),
    Aspect.CONDITION: say("Landing condition"),
    Aspect.LAST_EVENT: say("Last event"),
}
BLOCKERS: Mapping[BlockerKind, Message] = {
    BlockerKind.LAND: say("Land"),
    BlockerKind.ENERGY: say("Energy"),
    BlockerKind.APPROVAL: say("Approval"),
    BlockerKind.FINANCE: say("Financing"),
    BlockerKind.LABOUR: say("Labour"),
    BlockerKind.DEMOLITION: say("Demolition"),
    BlockerKind.ROADS_AND_PIPES: say("Roads and pipes"),
    BlockerKind.MARKET: say("Market"),
    BlockerKind.OTHER: say("Other"),
}
TONES: Mapping[Column, str] = {
    Column.LEAD: "0",
    Column.IN_TALKS: "1",
    Column.FRAMEWORK: "2",
    Column.FORMAL: "3",
    Column.FUNDED: "4",
    Column.STARTED: "5",
    Column.PRODUCTION: "6",
    Column.OFF: "x",
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """One headline figure in both half months."""

    title: str
    was: str
    now: str
    change: str
    is_good: bool | None
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One line of the comparison, written out."""

    kind: str
    word: str
    symbol: str
    look: str
    name: str
    href: str
    aspect: str
    was: str
    now: str
    change: str  # the difference where both are amounts, "" elsewhere
    tone: str  # of the stage it reached, "" for anything but a stage
    reason: str
    unit: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """Something recorded late."""

    name: str
    href: str
    on: date
    what: str
    amount_fen: int | None
    recorded_on: date
    is_demo: bool


# ---- words
def by_importance(changes: Iterable[Change]) -> list[Change]:
    """Order changes for a meeting: what slipped or left, then who came furthest, then the rest."""
    steps = list(Column)
    return sorted(
        changes,
        key=lambda one: (
            IMPORTANCE.index(one.kind),
            -steps.index(one.now) if isinstance(one.now, Column) else 0,
            one.code,
        ),
    )


def snaps(reader: Reader, shifts: Mapping[str, Shift], as_of: date) -> tuple[Snap, ...]:
    """Return the headline figures of a comparison."""
    return tuple(snap_of(reader, shifts[code], as_of) for code in HEADLINE if code in shifts)


def restated_snaps(reader: Reader, restated: Restated) -> tuple[Snap, ...]:
    """Return the figures of a sealed half month that would be others now."""
    return tuple(snap_of(reader, one, None) for one in restated.measures)


def snap_of(reader: Reader, shift: Shift, as_of: date | None) -> Snap:
    """Write one figure of two half months."""
    unit = Unit(shift.unit)
    difference = shift.difference
    return Snap(
        title=reader.say(TITLES.get(shift.code) or Message(shift.code)),
        was=_number(reader, shift.was, unit),
        now=_number(reader, shift.now, unit),
        change=_change(reader, difference, unit) if difference else "",
        is_good=None if not difference else difference > 0,
        href=f"/figures/{shift.code}?as_of={as_of}" if as_of else "",
    )


def _number(reader: Reader, value: float | None, unit: Unit) -> str:
    match value, unit:
        case None, _:
            return DASH
        case _, Unit.FEN:
            return reader.money(int(value), decimals=1 if abs(value) > LARGE_FEN else None)
        case _, Unit.COUNT:
            return reader.count(int(value))
        case _, Unit.MULTIPLE:
            return reader.multiple(value)
        case _:
            return reader.ratio(value)


LARGE_FEN = 1_000_000_000_000  # 100 亿元: two decimals say nothing there


def _change(reader: Reader, difference: float, unit: Unit) -> str:
    match unit:
        case Unit.FEN:
            return reader.money(int(difference), sign=True)
        case Unit.COUNT:
            return reader.count(int(difference), sign=True)
        case Unit.MULTIPLE:
            return reader.number(difference, sign=True)
        case _:
            return reader.points(difference)


def line_of(reader: Reader, change: Change) -> ChangeLine:
    """Write one change."""
    word, symbol, look = KINDS[change.kind]
    is_stage = change.aspect is Aspect.STAGE
    was, now = _seen(reader, change.was), _seen(reader, change.now)
    if change.aspect is Aspect.START_DUE and change.now is None:
        now = reader.say(say("due, not started"))
    if change.aspect is Aspect.CONDITION:
        now = reader.say(say("Missed"))
    reason = change.reason
    if change.kind is ChangeKind.STALLED:
        reason = reader.say(say("no event for {days} days", days=change.reason))
    elif change.arrived_fen > 0:
        came = say("{amount} arrived", amount=reader.amount(change.arrived_fen, decimals=2))
        reason = " · ".join(part for part in (reason, reader.say(came)) if part)
    return ChangeLine(
        kind=change.kind.value,
        word=reader.say(word),
        symbol=symbol,
        look=look,
        name=change.name,
        href=f"/deals/{change.project_id}",
        aspect="" if is_stage else reader.say(ASPECTS[change.aspect]),
        was=was,
        now=now,
        change=_difference(reader, change.was, change.now),
        tone=_tone(change.now) if is_stage else "",
        reason=reason,
        unit=change.unit,
        is_demo=change.is_demo,
    )


def _difference(reader: Reader, was: object, now: object) -> str:
    match was, now:
        case int(), int():
            return reader.money(now - was, sign=True)
        case date(), date():
            return reader.say(say("{days} days", days=f"{(now - was).days:+d}".replace("-", "−")))
        case _:
            return ""


def _seen(reader: Reader, value: object) -> str:
    match value:
        case None | "":
            return DASH
        case Column():
            return reader.say(COLUMN_WORDS[value].title)
        case Stage():
            return reader.say(STAGES[value])
        case date():
            return reader.date(value)
        case int():
            return reader.amount(value)
        case _:
            return str(value)


def _tone(value: object) -> str:
    match value:
        case Column():
            return TONES[value]
        case Stage():
            return STAGE_TONES[value]
        case _:
            return "x"


WHAT: Mapping[str, Message] = {
    **{stage.value: words for stage, words in STAGES.items()},
    MoneyKind.REGISTERED_CAPITAL.value: say("Registered capital"),
    MoneyKind.FIXED_ASSETS.value: say("Fixed assets"),
    MoneyKind.LOAN.value: say("Loan"),
    MoneyKind.OTHER.value: say("Other"),
    Fact.UNIT.value: say("Responsible unit"),
    Fact.PLANNED.value: say("Planned investment"),
    Fact.AMOUNT.value: say("Contract amount"),
    Fact.START_DUE.value: say("Start due"),
}


def entry_of(reader: Reader, entry: LateEntry) -> EntryLine:
    """Write something recorded late."""
    word = WHAT.get(entry.what)
    return EntryLine(
        name=entry.project_name,
        href=f"/deals/{entry.project_id}",
        on=entry.on,
        what=reader.say(word) if word else entry.what,
        amount_fen=entry.amount_fen,
        recorded_on=reader.local(entry.recorded_at).date(),
        is_demo=entry.is_demo,
    )


def changes_table(lines: Sequence[ChangeLine]) -> list[tuple[str, ...]]:
    """Return the lines as rows of text, for workbook and paper."""
    return [
        (one.word, one.name, one.aspect, one.was, one.now, one.reason, one.unit) for one in lines
    ]
