"""Words of the map's workbook and of its versions; the catalogue has the Chinese."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dealflow.chain_firms import Role
from dealflow.chains import Criticality, Position
from dealflow.map_changes import Kind
from portfolio.kernel.errors import Message, say
from web.formats import Reader
from web.views.chain_words import COLUMNS, CRITICALITIES, ROLES

KINDS: Mapping[Kind, tuple[Message, str]] = {
    Kind.ADD: (say("Add"), "ok"),
    Kind.CHANGE: (say("Alter"), "prog"),
    Kind.REMOVE: (say("Remove"), "warn"),
}
DIFFERENCES: Mapping[str, tuple[Message, str]] = {
    "added": (say("Added"), "ok"),
    "removed": (say("Removed"), "warn"),
    "moved": (say("Moved"), "prog"),
    "changed": (say("Altered"), "prog"),
}
FACTS: Mapping[str, Message] = {
    "code": say("Code"),
    "name": say("Segment"),
    "name_en": say("English name"),
    "position": say("Position"),
    "order": say("Order"),
    "subsystem": say("Subsystem"),
    "subsystem_en": say("Subsystem in English"),
    "criticality": say("Criticality"),
    "wanted_firms": say("Firms wanted"),
    "wanted_note": say("What kind of firm"),
    "retired_on": say("Off the map since"),
    "role": say("Role"),
    "on": say("Since"),
    "note": say("Note"),
    "weight": say("Share of the customer's need in %"),
    "what": say("What is supplied"),
}


def fact(reader: Reader, name: str, value: Any) -> str:
    """Return the value of a fact in words."""
    match name:
        case "position":
            return reader.say(COLUMNS[Position(value)][0])
        case "criticality":
            return reader.say(CRITICALITIES[Criticality(value)])
        case "role":
            return reader.say(ROLES[Role(value)])
    if isinstance(value, date):
        return reader.date(value)
    return "—" if value in {None, ""} else str(value)


def details(
    reader: Reader, found: tuple[tuple[str, Any, Any], ...]
) -> tuple[tuple[str, str, str], ...]:
    """Return (fact, before, after) in words."""
    return tuple(
        (reader.say(FACTS[name]), fact(reader, name, before), fact(reader, name, after))
        for name, before, after in found
    )
