"""The assumptions of a mark that was worked out: at entry, in the mark before, and now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portfolio import appraisals
from portfolio.appraisals import Ask, Kind, Level, UnitOfAccount
from portfolio.kernel.errors import Message
from portfolio.marks import MarkEntry
from valuation.fair_value import Technique
from web.formats import Reader
from web.views.appraisals import LEVELS, NAMES, UNITS_OF_ACCOUNT


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One assumption of a mark: at entry, in the mark before, and now; "" where there is none."""

    label: Message
    earlier: str
    before: str
    now: str


# ---- reads
def is_worked_out(mark: MarkEntry) -> bool:
    """Say whether the mark keeps its assumptions as data; older ones hold free text."""
    return "technique" in mark.inputs


def assumptions(
    reader: Reader, mark: MarkEntry, before: MarkEntry | None
) -> tuple[Assumption, ...]:
    """Return the assumptions of a mark beside those of the entry and of the mark before it."""
    given = mark.inputs
    technique = Technique(given["technique"])
    old = before.inputs if before and before.inputs.get("technique") == technique else {}

    twice = appraisals.TWICE.get(technique, ())

    def kept(source: Mapping[str, Any], ask: Ask) -> str:
        stands_in = source["now"] if twice else source["earlier"]
        return _shown(reader, ask.kind, stands_in.get(ask.name))

    found = [
        Assumption(
            label=NAMES[ask.name],
            earlier=_shown(reader, ask.kind, {**given, **given["earlier"]}.get(ask.name))
            if twice
            else "",
            before=kept(old, ask) if old else "",
            now=kept(given, ask),
        )
        for ask in (*appraisals.ONCE[technique], *twice)
    ]
    premium = given.get("premium")
    if premium is not None:
        kind = Kind.RATE if technique is Technique.DCF else Kind.NUMBER
        found.append(_single(reader, "premium", kind, premium, old.get("premium")))
    if given.get("calibration_fen") is not None:
        found.append(
            _single(
                reader,
                "calibration_fen",
                Kind.MONEY,
                given["calibration_fen"],
                old.get("calibration_fen"),
            )
        )
    found += [
        Assumption(
            label=NAMES[name],
            earlier="",
            before=_stated(reader, name, old) if old else "",
            now=_stated(reader, name, given),
        )
        for name in ("level", "unit_of_account", "events")
    ]
    return tuple(found)


def _stated(reader: Reader, name: str, given: Mapping[str, Any]) -> str:
    match name:
        case "level":
            return reader.say(LEVELS[Level(given[name])])
        case "unit_of_account":
            return reader.say(UNITS_OF_ACCOUNT[UnitOfAccount(given[name])])
        case _:
            return str(given[name])


def _single(reader: Reader, name: str, kind: Kind, now: Any, before: Any) -> Assumption:
    return Assumption(
        label=NAMES[name],
        earlier="",
        before=_shown(reader, kind, before),
        now=_shown(reader, kind, now),
    )


def _shown(reader: Reader, kind: Kind, value: Any) -> str:
    if value is None:
        return ""
    match kind:
        case Kind.MONEY:
            return reader.exact(value)
        case Kind.YEARS:
            return " · ".join(reader.exact(fen) for fen in value)
        case Kind.RATE:
            return reader.ratio(value, 2)
        case Kind.NUMBER:
            return reader.number(value, 3)
        case Kind.DAY:
            return str(value)


def inputs_text(reader: Reader, mark: MarkEntry) -> str:
    """Return the inputs of a mark in one line."""
    if not is_worked_out(mark):
        return " · ".join(f"{name} {value}" for name, value in mark.inputs.items())
    shown = [one for one in assumptions(reader, mark, None) if one.now]
    return " · ".join(f"{reader.say(one.label)} {one.now}" for one in shown)
