"""A form as data: what an act asks for, what it restates, where it goes. One template draws all.

Opened by a script it lies in the drawer (or, for what cannot be taken back, in the dialog);
without one it is a page of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from portfolio.kernel.errors import Message, say

Kind = Literal["text", "date", "money", "choice", "lines", "check", "password", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that is asked for."""

    name: str
    label: Message
    kind: Kind = "text"
    value: str = ""
    hint: Message | None = None
    required: bool = True
    choices: tuple[tuple[str, str | Message], ...] = ()
    unit: str = "wan"
    longest: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ActForm:
    """The form of one act."""

    template: ClassVar[str] = "funds/act.html"
    title: Message
    subject: str  # whose books, in words
    action: str
    back: str
    yes: Message
    fields: tuple[Field, ...]
    facts: tuple[tuple[Message | str, str], ...] = ()
    warning: Message | None = None
    preview: str = ""  # address of the split, asked again whenever a field changes
    preview_of: tuple[str, ...] = ()  # the fields it is made of
    version: int | None = None  # of the record, where it may have changed since it was read
    is_final: bool = False  # cannot be taken back: a dialog that restates the facts
    is_danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRow:
    """What one partner gives or gets."""

    name: str
    parts: tuple[int, ...]
    total_fen: int
    room_fen: int | None  # what may still be called of it; None where nothing limits

    @property
    def is_over(self) -> bool:
        """Say whether it is more than the partner owes."""
        return self.room_fen is not None and self.total_fen > self.room_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """An amount split over the partners, before anything is booked."""

    template: ClassVar[str] = "funds/split.html"
    heads: tuple[Message, ...]
    rows: tuple[SplitRow, ...]
    totals: tuple[int, ...]
    total_fen: int
    sums: bool  # the parts are the whole, to the fen
    is_over: bool  # a partner, or the fund's cash, does not suffice
    cash_fen: int | None  # what the fund has, where it pays


def split_of(
    heads: tuple[Message, ...],
    rows: tuple[SplitRow, ...],
    *,
    asked_fen: int,
    cash_fen: int | None = None,
) -> Split:
    """Add the parts up and compare them with the whole and with what may be paid."""
    total_fen = sum(row.total_fen for row in rows)
    beyond = cash_fen is not None and asked_fen > cash_fen
    return Split(
        heads=heads,
        rows=rows,
        totals=tuple(sum(row.parts[i] for row in rows) for i in range(len(heads))),
        total_fen=total_fen,
        sums=total_fen == asked_fen,
        is_over=beyond or any(row.is_over for row in rows),
        cash_fen=cash_fen,
    )


# ---- fields that many acts have
REASON = Field(
    name="reason",
    label=say("Reason"),
    kind="lines",
    hint=say("One sentence; it stands in the books and in the audit trail."),
    longest=300,
)
CORRECTION = Field(
    name="correction_reason",
    label=say("Reason of a correction"),
    required=False,
    hint=say("Only where the day lies in a closed quarter."),
    longest=300,
)
AGAIN = Field(
    name="my_password",
    label=say("Your own password"),
    kind="password",
    required=False,
    hint=say("Needed only if you typed it more than ten minutes ago."),
)


def day(name: str, label: Message, value: date, *, hint: Message | None = None) -> Field:
    """Return a field for a day."""
    return Field(name=name, label=label, kind="date", value=value.isoformat(), hint=hint)


def money(
    name: str,
    label: Message,
    *,
    hint: Message | None = None,
    required: bool = True,
    value: str = "",
    unit: str = "wan",
) -> Field:
    """Return a field for an amount with its unit beside it."""
    return Field(
        name=name, label=label, kind="money", hint=hint, required=required, value=value, unit=unit
    )


def choice(
    name: str,
    label: Message,
    choices: Mapping[str, str | Message],
    *,
    value: str = "",
    hint: Message | None = None,
) -> Field:
    """Return a field that takes one of several words."""
    return Field(
        name=name,
        label=label,
        kind="choice",
        value=value,
        hint=hint,
        choices=tuple(choices.items()),
    )


def in_yuan(fen: int) -> str:
    """Write an amount as a field takes it."""
    whole, part = divmod(fen, 100)
    return f"{whole}.{part:02d}" if part else str(whole)
