"""Changes: two states of a record, field by field, as one reader sees them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from starlette.requests import Request

from dealflow.stages import Stage
from portfolio.kernel.actors import Role
from portfolio.kernel.errors import Message, StaleError, say
from web.formats import DASH, Reader
from web.menu import ROLES
from web.views.words import STAGES

VERSION = "version"
LONGEST = 300
FIELDS: Mapping[str, Message] = {
    "login": say("Login name"),
    "name": say("Name"),
    "role": say("Role"),
    "is_active": say("May log in"),
    "brand": say("Product name"),
    "district": say("District"),
    "purpose": say("Purpose"),
    "seal": say("Seal character"),
    "today": say("Fixed today"),
    "attraction_as_of": say("Attraction pages open with"),
    "show_demo": say("Show demo data"),
    "code": say("Code"),
    "title": say("Title"),
    "stage": say("Stage"),
    "kind": say("Kind"),
    "value": say("Value"),
    "accepted": say("Accepted"),
    "state": say("State"),
    "status": say("Status"),
    "reason": say("Reason"),
    "note": say("Note"),
    "memo": say("Note"),
    "source": say("Source"),
    "park": say("Park"),
    "method": say("Method"),
    "definition": say("Definition"),
    "amount_fen": say("Amount"),
    "total_fen": say("Total"),
    "committed_fen": say("Commitment"),
    "agreed_fen": say("Agreed amount"),
    "fair_value_fen": say("Fair value"),
    "planned_investment_fen": say("Planned investment"),
    "effective_date": say("Effective date"),
    "as_of": say("As of"),
    "on": say("Day"),
    "due_on": say("Due"),
    "paid_on": say("Paid"),
    "signed_on": say("Signed"),
    "received_on": say("Received"),
}


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field in two states, written out."""

    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        """Tell whether the two states disagree here."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A form that came too late: `before` of each change is ours, `after` what stands now."""

    template: ClassVar[str] = "_stale.html"
    problem: str
    remedy: str
    changes: tuple[Change, ...]
    href: str
    current_version: int | None


# ---- rules
def changed(
    reader: Reader, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[Change, ...]:
    """Set two states side by side, in the order in which their fields are given."""
    old, new = before or {}, after or {}
    names = [name for name in dict.fromkeys([*old, *new]) if name != VERSION]
    return tuple(
        Change(
            name=reader.say(FIELDS[name]) if name in FIELDS else name,
            before=written(reader, name, old.get(name)),
            after=written(reader, name, new.get(name)),
        )
        for name in names
    )


def written(reader: Reader, name: str, value: Any) -> str:  # noqa: PLR0911 - one line a kind of value
    """Write one value: an amount with its unit, a role by its name, nothing as a dash."""
    match value:
        case None | "":
            return DASH
        case bool():
            return reader.say(say("Yes") if value else say("No"))
        case "yes" | "no":
            return reader.say(say("Yes") if value == "yes" else say("No"))
        case int() if name.endswith("_fen"):
            return reader.exact(value)
        case str() if name == "role" and value in list(Role):
            return reader.say(ROLES[Role(value)])
        case str() if name == "stage" and value in list(Stage):
            return reader.say(STAGES[Stage(value)])
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)[:LONGEST]
        case _:
            return reader.value(value)[:LONGEST]


def stale(request: Request, reader: Reader, error: StaleError) -> Stale:
    """Return the view of a refused late form: both texts, so that nothing typed is lost."""
    problem, remedy = reader.refusal(error)
    number = error.theirs.get(VERSION)
    return Stale(
        problem=problem,
        remedy=remedy,
        changes=changed(reader, error.mine, error.theirs),
        href=came_from(request),
        current_version=number if isinstance(number, int) else None,
    )


def came_from(request: Request) -> str:
    """Return the page of ours the form stood on, or the start page."""
    given = request.headers.get("hx-current-url") or request.headers.get("referer", "")
    parts = urlsplit(given)
    if parts.netloc != request.url.netloc or not parts.path.startswith("/"):
        return "/"
    return parts.path + (f"?{parts.query}" if parts.query else "")
