"""Refusals: what is wrong, then what to do, in a form that can be said in any language.

A sentence is an English msgid with named places and the values for them; it becomes text only
where a person reads it. Values keep their type (an amount stays fen) so that the reader's
language also decides how an amount or a date is written.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Fen:
    """An amount inside a sentence; shown in yuan, 万元 or 亿元 as the reader has chosen."""

    fen: int


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence not yet said: its msgid and the values of its places."""

    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(
        self,
        translate: Callable[[str], str] = str,
        show: Callable[[Any], str] | None = None,
    ) -> str:
        """Say it. `translate` finds the sentence, `show` writes each value."""
        show = show or plain
        values = {
            name: value.text(translate, show) if isinstance(value, Message) else show(value)
            for name, value in self.values.items()
        }
        return translate(self.msgid).format_map(values)

    def __str__(self) -> str:
        return self.text()


def plain(value: Any) -> str:
    """Write a value for a log, a test or a terminal: amounts in yuan, dates as ISO."""
    match value:
        case Fen(fen):
            sign, whole, part = "-" * (fen < 0), *divmod(abs(fen), 100)
            return f"{sign}{whole:,}{f'.{part:02d}' if part else ''} yuan"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def say(msgid: str, /, **values: Any) -> Message:
    """Build a sentence. The name marks the msgid for the translators' catalogue."""
    return Message(msgid, values)


class DomainError(Exception):
    """A refusal: `problem` says what is wrong, `remedy` what to do; neither can be left out."""

    status = 422

    def __init__(self, problem: str | Message, remedy: str | Message, /, **values: Any) -> None:
        self.problem = problem if isinstance(problem, Message) else Message(problem, values)
        self.remedy = remedy if isinstance(remedy, Message) else Message(remedy, values)
        super().__init__(f"{self.problem} {self.remedy}")

    def text(self, translate: Callable[[str], str], show: Callable[[Any], str]) -> tuple[str, str]:
        """Return (problem, remedy) in the reader's language."""
        return self.problem.text(translate, show), self.remedy.text(translate, show)


class NotFoundError(DomainError):
    """Not there, or not for this reader: both answer alike, so that neither can be told apart."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            "There is no such page or record.", "Check the address, or go back to the list."
        )


class NotAllowedError(DomainError):
    """The reader may see this but his role may not do it."""

    status = 403


class StaleError(DomainError):
    """Somebody else changed the record since the form was opened: nothing was overwritten."""

    status = 409

    def __init__(self, *, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
        super().__init__(
            "Somebody changed this record after you opened the form; nothing was overwritten.",
            "Compare the two versions below, then save again from the current one.",
        )
        self.mine, self.theirs = dict(mine), dict(theirs)
