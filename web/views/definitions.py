"""Definitions: what every measure means by version, and the form that adds one."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from dealflow import definitions
from dealflow.first_definitions import Basis, Definition
from dealflow.tallies import TALLIES
from portfolio.figures import Unit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError, say
from web.formats import Reader
from web.templating import Page
from web.views.tips import TITLES

BASES = {
    Basis.PERIOD: say("Period"),
    Basis.COHORT: say("Cohort"),
    Basis.STOCK: say("As it stands"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionRow:
    """One version, written out."""

    code: str
    title: str
    version: int
    basis: str
    definition: str
    numerator: str
    denominator: str
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsPage:
    """All that definitions.html may use."""

    template: ClassVar[str] = "definitions.html"
    rows: tuple[DefinitionRow, ...]
    chosen: DefinitionRow | None
    versions: tuple[DefinitionRow, ...]
    is_rate: bool
    tallies: tuple[str, ...]
    bases: tuple[tuple[str, str], ...]
    may_edit: bool
    today: date


def row_of(reader: Reader, one: Definition) -> DefinitionRow:
    """Write one version."""
    return DefinitionRow(
        code=one.code,
        title=reader.say(TITLES.get(one.code) or Message(one.code)),
        version=one.version,
        basis=reader.say(BASES[one.basis]),
        definition=reader.say(one.definition),
        numerator=one.numerator_query,
        denominator=one.denominator_query,
        valid_from=one.valid_from,
    )


def build(work: Work, actor: Actor, page: Page, *, code: str) -> DefinitionsPage:
    """Read and arrange the definitions in force on the day shown."""
    in_force = definitions.in_force(work, page.as_of)
    if code and code not in in_force:
        raise NotFoundError
    means = in_force.get(code)
    return DefinitionsPage(
        rows=tuple(row_of(page.reader, one) for one in in_force.values()),
        chosen=row_of(page.reader, means) if means else None,
        versions=tuple(row_of(page.reader, one) for one in definitions.versions(work, code))
        if means
        else (),
        is_rate=bool(means and means.unit not in {Unit.FEN, Unit.COUNT}),
        tallies=tuple(TALLIES),
        bases=tuple((one.value, page.reader.say(words)) for one, words in BASES.items()),
        may_edit=actor.may(Duty.EDIT_DEALS),
        today=page.today,
    )
