"""The form of a race formula: measures with method, weight and cap; the next version of one."""

from dataclasses import dataclass
from typing import ClassVar

from dealflow import definitions, race_boards
from dealflow.race import Method
from dealflow.race_boards import RANKED, Formula
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message
from web.templating import Page
from web.views.outlook import SCOPES
from web.views.race import METHODS
from web.views.tips import TITLES

Choice = tuple[str, str]
MOST_PARTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PartField:
    """One line of the form; empty where no part stands yet."""

    code: str = ""
    method: str = Method.TO_TARGET.value
    weight: str = ""
    cap: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaPage:
    """All that landing/formula.html may use."""

    template: ClassVar[str] = "landing/formula.html"
    was: Formula | None  # whose next version is asked for
    parts: tuple[PartField, ...]
    measures: tuple[Choice, ...]
    methods: tuple[Choice, ...]
    scopes: tuple[Choice, ...]


def build(work: Work, page: Page, code: str) -> FormulaPage:
    """Build the form, filled with the formula in force where one is named."""
    reader = page.reader
    known = race_boards.formulas(work, page.as_of)
    was = next((one for one in known if one.code == code), None)
    parts = [
        PartField(
            code=part.code,
            method=part.method.value,
            weight=f"{part.weight:g}",
            cap="" if part.cap is None else f"{part.cap * 100:g}",
        )
        for part in (was.parts if was else ())
    ]
    parts += [PartField()] * max(MOST_PARTS - len(parts), 0)
    return FormulaPage(
        was=was,
        parts=tuple(parts),
        measures=(
            ("", "—"),
            *(
                (one, reader.say(TITLES.get(one) or Message(one)))
                for one in definitions.in_force(work, page.as_of)
            ),
        ),
        methods=tuple((one.value, reader.say(words)) for one, words in METHODS.items()),
        scopes=tuple((one.value, reader.say(SCOPES[one])) for one in RANKED),
    )
