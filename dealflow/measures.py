"""Measures: the figures of attraction for a period, each computed from rows and carrying them.

The rows are read once (counted.py), then counted in memory for the district and for each industry
system. What a measure means stands in definitions.py; a rate without a definition has no figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dealflow import counted, definitions, units
from dealflow.counted import Facts
from dealflow.counted_rows import either
from dealflow.first_definitions import Definition
from dealflow.tallies import EMPTY, NOTHING, TALLIES, Tallied
from portfolio.figures import Figure
from portfolio.kernel.db import Work
from valuation.figures import Reason, Undefined
from valuation.periods import year_elapsed


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The same figures for one industry system; no code where projects have none."""

    system_code: str | None
    name: str
    name_en: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attainment:
    """How far a year has come: `share` of the expectation, beside the share of the year."""

    code: str
    actual: int
    at_least: int
    share: float
    year_elapsed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """The figures of a period, for the district and by system."""

    since: date
    as_of: date
    figures: tuple[Figure, ...]
    by_system: tuple[Breakdown, ...]

    def __getitem__(self, code: str) -> Figure:
        return next(figure for figure in self.figures if figure.code == code)


# ---- rules
def figures_of(facts: Facts, means: Mapping[str, Definition]) -> tuple[Figure, ...]:
    """Compute every measure that has a definition, from the rows."""
    found: dict[str, Tallied] = {}

    def tallied(query: str) -> Tallied:
        if query not in found:
            found[query] = TALLIES[query](facts)
        return found[query]

    return tuple(
        _figure(
            one,
            tallied(one.numerator_query),
            tallied(one.denominator_query) if one.denominator_query else None,
            NOTHING.get(one.denominator_query, EMPTY),
        )
        for one in means.values()
    )


def _figure(means: Definition, over: Tallied, under: Tallied | None, why: str) -> Figure:
    value: float | Undefined = over.value
    if under is not None:
        value = (
            over.value / under.value
            if under.value
            else Undefined(Reason.NOTHING_IN_DENOMINATOR, why)
        )
    return Figure(
        code=means.code,
        value=value,
        unit=means.unit,
        definition=means.definition,
        version=means.version,
        numerator=over.value if under else None,
        denominator=under.value if under else None,
        rows=tuple(row.row for row in (either(over.rows, under.rows) if under else over.rows)),
    )


# ---- reads
def measures(
    work: Work,
    since: date,
    as_of: date,
    *,
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> list[Figure]:
    """Return every measure of the period from `since` to `as_of`, both days included."""
    facts = counted.load(work, since, as_of, known_at=known_at, with_demo=with_demo)
    return list(figures_of(facts, definitions.in_force(work, as_of)))


def scorecard(
    work: Work,
    since: date,
    as_of: date,
    *,
    known_at: datetime | None = None,
    with_demo: bool = True,
) -> Scorecard:
    """Return every measure for the district and split by industry system, from one reading."""
    return score(work, counted.load(work, since, as_of, known_at=known_at, with_demo=with_demo))


def score(work: Work, facts: Facts) -> Scorecard:
    """Return the scorecard of rows that were read already, so that a page reads them once."""
    means = definitions.in_force(work, facts.as_of)
    named: list[tuple[str | None, str, str]] = [
        (system.code, system.name, system.name_en) for system in units.systems(work)
    ]
    if facts.of(None).rows:
        named.append((None, "", ""))
    return Scorecard(
        since=facts.since,
        as_of=facts.as_of,
        figures=figures_of(facts, means),
        by_system=tuple(
            Breakdown(
                system_code=code,
                name=name,
                name_en=name_en,
                figures=figures_of(facts.of(code), means),
            )
            for code, name, name_en in named
        ),
    )


def attainments(work: Work, card: Scorecard) -> list[Attainment]:
    """Compare the figures of a year to date with what the year is expected to bring."""
    found = []
    for code, at_least in definitions.expectations(work, card.as_of.year).items():
        actual = card[code].value
        assert isinstance(actual, int), f"{code} is no amount or count"
        found.append(
            Attainment(
                code=code,
                actual=actual,
                at_least=at_least,
                share=actual / at_least,
                year_elapsed=year_elapsed(card.as_of),
            )
        )
    return found
