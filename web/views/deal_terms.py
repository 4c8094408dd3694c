"""Conditions and gates of a project in the words and numbers of one reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dealflow.conditions import ConditionPosition
from dealflow.dossier import LedgerLine
from dealflow.gates import Gate, GateState, joined
from dealflow.observed import Seen
from dealflow.terms import MONEY, THOUSANDTHS, UNITS, YES_NO, Metric, State, quantity
from portfolio.kernel.actors import Actor
from portfolio.kernel.errors import Fen, Message, say
from web.formats import Reader
from web.views.words import STATE_KINDS, STATES

YI_FEN, DECIMALS = 10_000_000_000, 8


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """An observation that waits for a second person."""

    seen: Seen
    value: str
    recorder: str
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """One condition: what is, what was agreed, and what may be done about it."""

    at: ConditionPosition
    kind: str  # of the icon: todo, prog, warn, risk, ok or hold
    label: Message
    tone: str  # of the progress bar
    actual: str
    agreed: str
    when: Message | None  # days left or late, where it matters
    evidence: str
    evidence_href: str
    evidence_state: str  # "", none or warn
    to_check: SeenRow | None
    is_editing: bool
    input_kind: str  # money, yes_no or number
    input_value: str
    unit: str
    gate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """One tranche gate as drawn: look is paid, open or lock."""

    gate: Gate
    title: Message
    look: str
    status: Message
    status_kind: str
    chips: tuple[tuple[str, str], ...]
    why: Message
    may_pay: bool
    may_reverse: bool


# ---- rules
def value_text(reader: Reader, metric: Metric, value: int, unit: str) -> str:
    """Write a value with its unit."""
    said = quantity(metric, value, unit)
    return reader.exact(said.fen) if isinstance(said, Fen) else reader.say(said)


def bare_text(reader: Reader, metric: Metric, value: int) -> str:
    """Write a value without its unit where the unit stands beside it, exact in any case."""
    if metric in MONEY:
        exact = reader.exact(value)
        return reader.money(value) if exact == reader.amount(value) else exact
    if metric in YES_NO:
        return reader.say(say("yes") if value else say("no"))
    whole, part = divmod(value, THOUSANDTHS)
    return f"{whole:,}" + (f".{part:03d}".rstrip("0") if part else "")


def input_text(metric: Metric, value: int | None) -> str:
    """Write a value as its form field takes it: 亿元 for money, a plain number else."""
    if value is None:
        return ""
    scale = YI_FEN if metric in MONEY else THOUSANDTHS
    whole, part = divmod(value, scale)
    return f"{whole}" + (f".{part:0{len(str(scale)) - 1}d}".rstrip("0") if part else "")


def seen_text(at: ConditionPosition, one: Seen) -> Message:
    """Say what was seen of a condition and what became of it."""
    facts = {"no": at.no, "name": at.name, "value": quantity(at.metric, one.value, at.unit)}
    if one.accepted:
        return say("C{no} {name}: {value} verified", **facts)
    if one.accepted is None:
        return say("C{no} {name}: {value} recorded", **facts)
    return say("C{no} {name}: {value} returned", **facts)


def alarms(at: Sequence[ConditionPosition]) -> tuple[tuple[Message, str], ...]:
    """Return the pills of the page head."""
    late, soon, waiting = (
        sum(one.state is state for one in at)
        for state in (State.OVERDUE, State.DUE_SOON, State.TO_VERIFY)
    )
    pills = (
        (late, say("{count} conditions overdue", count=late), "risk"),
        (soon, say("{count} conditions due soon", count=soon), "warn"),
        (waiting, say("{count} conditions to verify", count=waiting), "warn"),
    )
    return tuple((text, kind) for count, text, kind in pills if count)


def condition_row(
    at: ConditionPosition,
    reader: Reader,
    actor: Actor,
    *,
    names: Mapping[str, str],
    is_editing: bool,
) -> ConditionRow:
    """Write one condition for a reader."""
    newest = at.seen[-1] if at.seen else None
    waiting = next((one for one in reversed(at.seen) if one.accepted is None), None)
    known = at.verified if at.verified is not None else at.reported
    kind = STATE_KINDS[at.state]
    if at.state is State.TO_VERIFY:
        kind = "prog"  # the chip beside it says that somebody has to verify
    when = None
    if at.state is State.OVERDUE:
        when = say("{days} days overdue", days=-at.days_left)
    elif at.state in {State.DUE_SOON, State.TO_VERIFY} and at.days_left <= 30:  # noqa: PLR2004 - days shown when near
        when = say("{days} days left", days=at.days_left)
    sign = at.terms.operator.sign
    threshold = value_text(reader, at.metric, at.terms.threshold, at.unit)
    evidence, href, look = _evidence(at, reader, newest, waiting)
    return ConditionRow(
        at=at,
        kind=kind,
        label=STATES[at.state],
        tone={"ok": "ok", "hold": "hold", "risk": "risk", "warn": "warn"}.get(kind, "accent"),
        actual="—" if known is None else bare_text(reader, at.metric, known),
        agreed=reader.say(say("yes")) if at.metric in YES_NO else f"{sign} {threshold}",
        when=when,
        evidence=evidence,
        evidence_href=href,
        evidence_state=look,
        to_check=SeenRow(
            seen=waiting,
            value=value_text(reader, at.metric, waiting.value, at.unit),
            recorder=names.get(waiting.recorded_by, ""),
            is_own=waiting.recorded_by == actor.id,
        )
        if waiting
        else None,
        is_editing=is_editing,
        input_kind="money" if at.metric in MONEY else "yes_no" if at.metric in YES_NO else "number",
        input_value=input_text(at.metric, known),
        unit=at.unit or (reader.say(UNITS[at.metric]) if at.metric in UNITS else ""),
        gate=at.gates_tranche_id is not None,
    )


def _evidence(
    at: ConditionPosition, reader: Reader, newest: Seen | None, waiting: Seen | None
) -> tuple[str, str, str]:
    if waiting is not None:
        href = f"/evidence/{waiting.evidence_file_id}" if waiting.evidence_file_id else ""
        return reader.say(STATES[State.TO_VERIFY]), href, "warn"
    if newest is not None and newest.evidence_file_id:
        text = at.evidence_required or reader.say(say("Evidence"))
        return text, f"/evidence/{newest.evidence_file_id}", ""
    if at.waived_on is not None:
        return reader.say(say("Resolution")), "", ""
    if not at.is_open or at.state is State.NOT_DUE:
        return "", "", ""
    needed = at.evidence_required or reader.say(say("evidence"))
    return reader.say(say("{evidence} missing", evidence=needed)), "", "none"


def gate_view(
    gate: Gate, reader: Reader, *, may_pay: bool, ledger: Sequence[LedgerLine]
) -> GateView:
    """Write one gate: the sentence below it is the exact shortfall, or where it was booked."""
    looks = {
        GateState.PAID: ("paid", say("Paid out"), "ok"),
        GateState.OPEN: ("open", say("May be paid"), "prog"),
        GateState.HELD: (
            "open",
            say("Conditions {kept} / {all}", kept=gate.kept, all=len(gate.conditions)),
            "warn",
        ),
        GateState.LATER: ("lock", say("Not open"), ""),
    }
    look, status, kind = looks[gate.state]
    if gate.state is GateState.HELD and not gate.conditions:
        status = say("Held back")
    return GateView(
        gate=gate,
        title=say("Tranche {no}", no=gate.tranche.no),
        look=look,
        status=status,
        status_kind=kind,
        chips=tuple(_chip(one, reader) for one in gate.conditions),
        why=_why(gate, ledger),
        may_pay=may_pay and gate.state is not GateState.PAID,
        may_reverse=may_pay and gate.state is GateState.PAID,
    )


def _chip(at: ConditionPosition, reader: Reader) -> tuple[str, str]:
    kind = STATE_KINDS[at.state] if at.state is not State.TO_VERIFY else "prog"
    text = f"C{at.no}"
    if at.is_open and at.verified is not None and at.metric not in YES_NO:
        text = f"{text} {reader.ratio(at.progress, 0)}"
    return text, kind


def _why(gate: Gate, ledger: Sequence[LedgerLine]) -> Message:
    if gate.state is GateState.PAID:
        booked = next(
            (one for one in ledger if one.transaction_id == gate.tranche.transaction_id), None
        )
        return say(
            "{on}, entry {seq}", on=gate.tranche.paid_on, seq=str(booked.seq if booked else "")
        )
    if gate.missing:
        return joined(gate.missing)
    if gate.other_holds:
        return say("Held back: {reasons}", reasons=" · ".join(gate.other_holds))
    return say("Nothing is missing; planned for {on}", on=gate.tranche.due_on)
