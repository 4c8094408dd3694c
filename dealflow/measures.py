"""Measures: the figures of attraction for a period, each computed from rows and carrying them.

The rows are read once (counted.py), then counted in memory for the district and for each industry
system. What a measure means stands in definitions.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dealflow import counted, definitions, units
from dealflow.counted import BUILDING, Contract, Counted, Facts
from dealflow.definitions import Definition
from dealflow.projects import SizeClass
from dealflow.stages import Stage
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
def projects_of(rows: Sequence[Counted]) -> list[Counted]:
    """Return one row per project, its first, with all its amounts together."""
    found: dict[str, Counted] = {}
    for row in rows:
        found.setdefault(row.project_id, row)
    return list(found.values())


def figures_of(facts: Facts, means: dict[str, Definition]) -> tuple[Figure, ...]:
    """Compute every measure from the rows."""

    def count(code: str, rows: Sequence[Counted]) -> Figure:
        one_each = projects_of(rows)
        return _figure(means[code], len(one_each), rows=one_each)

    def total(code: str, rows: Sequence[Counted]) -> Figure:
        return _figure(means[code], _sum(rows), rows=rows)

    def ratio(code: str, over: int, under: int, why: str, rows: Sequence[Counted]) -> Figure:
        value = over / under if under else Undefined(Reason.NOTHING_IN_DENOMINATOR, why)
        return _figure(means[code], value, rows=rows, numerator=over, denominator=under)

    signed, started = projects_of(facts.contracts), projects_of(facts.starts)
    in_place, before = _sum(facts.money), _sum(facts.money_before)
    due = projects_of([c for c in facts.contracts if _is_due(c, facts.as_of)])
    in_talks = [p for p in facts.standing if p.stage is Stage.IN_TALKS]
    return (
        count("projects_signed", facts.contracts),
        total("contract_amount", facts.contracts),
        total("money_in_place", facts.money),
        ratio(
            "money_in_place_yoy",
            in_place - before,
            before,
            "no money arrived in the same period of the year before",
            [*facts.money, *facts.money_before],
        ),
        count("projects_started", facts.starts),
        ratio(
            "capital_conversion",
            in_place,
            _sum(facts.contracts),
            "no formal contract was signed in the period",
            [*facts.money, *facts.contracts],
        ),
        ratio(
            "start_rate_period",
            len(started),
            len(signed),
            "no formal contract was signed in the period",
            [*started, *signed],
        ),
        ratio(
            "start_rate_cohort",
            sum(project.project_id in facts.started for project in due),
            len(due),
            "no project signed in the period was due to start by its end",
            due,
        ),
        count("in_talks_count", in_talks),
        total("in_talks_amount", in_talks),
        count("size_5bn_projects", _of_class(facts.contracts, SizeClass.YI50)),
        count("size_2bn_projects", _of_class(facts.contracts, SizeClass.YI20)),
        count("started_or_land_count", [p for p in facts.standing if p.stage in BUILDING]),
        count("can_start_this_year", [p for p in facts.standing if p.can_start]),
    )


def _sum(rows: Iterable[Counted]) -> int:
    return sum(row.amount_fen for row in rows)


def _is_due(contract: Contract, as_of: date) -> bool:
    return contract.start_due_on is not None and contract.start_due_on <= as_of


def _of_class(contracts: Iterable[Contract], size_class: SizeClass) -> list[Contract]:
    return [contract for contract in contracts if contract.size_class is size_class]


def _figure(
    means: Definition,
    value: float | Undefined,
    *,
    rows: Sequence[Counted],
    numerator: int | None = None,
    denominator: int | None = None,
) -> Figure:
    return Figure(
        code=means.code,
        value=value,
        unit=means.unit,
        definition=means.definition,
        version=means.version,
        numerator=numerator,
        denominator=denominator,
        rows=tuple(row.row for row in rows),
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
    facts = counted.load(work, since, as_of, known_at=known_at, with_demo=with_demo)
    means = definitions.in_force(work, as_of)
    named: list[tuple[str | None, str, str]] = [
        (system.code, system.name, system.name_en) for system in units.systems(work)
    ]
    if facts.of(None).rows:
        named.append((None, "", ""))
    return Scorecard(
        since=since,
        as_of=as_of,
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
