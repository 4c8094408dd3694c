"""Series: attraction over time. By month, by the quarter of signing, and as a funnel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import accumulate

from sqlmodel import col

from dealflow import counted, landings
from dealflow.counted import Contract, Facts
from dealflow.counted_rows import Counted
from dealflow.landings import MoneyRow
from dealflow.stages import Milestone, Stage, first_days
from portfolio.kernel.db import Work
from valuation.periods import Quarter, add_months, month_end, months_between, quarters_between

LATER = (Stage.REGISTERED, Stage.SITE, Stage.STARTED, Stage.PRODUCTION, Stage.CAPACITY)


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPoint:
    """What had come since the beginning of the period by the close of `on`."""

    on: date  # the month's end, or as_of
    projects_signed: int
    contract_fen: int
    in_place_fen: int
    in_place_before_fen: int  # by the same day of the year before
    projects_started: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Money in place of a cohort once every project of it has reached an age."""

    age_months: int
    in_place_fen: int
    share: float  # of the cohort's contract amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How many projects of a cohort reached a stage, and what they had contracted."""

    stage: Stage
    projects: int
    contract_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The projects whose first formal contract was signed in a quarter.

    `cells` ends where its youngest project is too young: that share cannot be known yet.
    """

    quarter: Quarter
    projects: int
    contract_fen: int
    cells: tuple[Cell, ...]
    reached: tuple[Reached, ...]


class Basis(StrEnum):
    """Whose steps a funnel counts."""

    PERIOD = "period"  # 期间口径: what happened in the period, whoever signed when
    COHORT = "cohort"  # 同批口径: the projects signed in the period, as far as they came


class Step(StrEnum):
    """The steps of the funnel."""

    IN_TALKS = "in_talks"
    SIGNED = "signed"
    WITH_MONEY = "with_money"
    STARTED = "started"
    IN_PRODUCTION = "in_production"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStep:
    """A step: how many projects, and their money.

    The amount is what is planned for projects in talks, the contract amount for signed ones, and
    the money in place from then on. Projects in talks are a stock, never converted.
    """

    step: Step
    projects: int
    amount_fen: int
    project_ids: tuple[str, ...]
    is_stock: bool = False


# ---- rules
def months_of(facts: Facts) -> list[MonthPoint]:
    """Return the running totals at each month's end of the period."""
    signed = _first_per_project(facts.contracts)
    points, day = [], month_end(facts.since)
    while True:
        on = min(day, facts.as_of)
        before = counted.a_year_before(on) if on == facts.as_of else _month_before(on)
        points.append(
            MonthPoint(
                on=on,
                projects_signed=sum(row.on <= on for row in signed),
                contract_fen=_until(facts.contracts, on),
                in_place_fen=_until(facts.money, on),
                in_place_before_fen=_until(facts.money_before, before),
                projects_started=sum(row.on <= on for row in facts.starts),
            )
        )
        if day >= facts.as_of:
            return points
        day = month_end(add_months(day.replace(day=1), 1))


def _month_before(on: date) -> date:
    # A month's end compares with a month's end, also after a 29 February.
    return month_end(counted.a_year_before(on))


def _until(rows: Iterable[Counted], on: date) -> int:
    return sum(row.amount_fen for row in rows if row.on <= on)


def _first_per_project(contracts: Sequence[Contract]) -> list[Contract]:
    found: dict[str, Contract] = {}
    for contract in contracts:  # by date of signing
        found.setdefault(contract.project_id, contract)
    return list(found.values())


def cohort_of(
    quarter: Quarter,
    contracts: Sequence[Contract],
    money: Sequence[MoneyRow],
    reached: dict[str, dict[Stage, date]],
    *,
    as_of: date,
) -> Cohort:
    """Follow the projects signed in a quarter by their age, each counted from its own signing."""
    signed_on = {contract.project_id: contract.on for contract in _first_per_project(contracts)}
    amount: dict[str, int] = {}
    for contract in contracts:
        amount[contract.project_id] = amount.get(contract.project_id, 0) + contract.amount_fen
    contract_fen = sum(amount.values())
    oldest_age = months_between(max(signed_on.values()), as_of)
    by_age: dict[int, int] = {}
    for row in money:
        if row.project_id in signed_on:
            age = age_at(signed_on[row.project_id], row.on)
            by_age[age] = by_age.get(age, 0) + row.amount_fen
    in_place_by = accumulate(by_age.get(age, 0) for age in range(oldest_age + 1))
    return Cohort(
        quarter=quarter,
        projects=len(signed_on),
        contract_fen=contract_fen,
        cells=tuple(
            Cell(age_months=age, in_place_fen=in_place, share=in_place / contract_fen)
            for age, in_place in enumerate(in_place_by)
        ),
        reached=tuple(
            Reached(
                stage=stage,
                projects=len(there),
                contract_fen=sum(amount[project_id] for project_id in there),
            )
            for stage in LATER
            for there in ([p for p in signed_on if _has(reached.get(p, {}), stage)],)
        ),
    )


def age_at(signed_on: date, on: date) -> int:
    """Return the full months after signing by which the day has come; 0 up to the signing."""
    if on <= signed_on:
        return 0
    months = months_between(signed_on, on)
    return months if add_months(signed_on, months) == on else months + 1


def _has(reached: dict[Stage, date], stage: Stage) -> bool:
    """Say whether the stage or a further one was reached; at capacity is also in production."""
    if stage in {Stage.REGISTERED, Stage.SITE}:
        return stage in reached  # both may be skipped, so a later stage proves nothing
    return any(later in reached for later in LATER if later.rank >= stage.rank)


def _production_days(reached: dict[Stage, date]) -> list[date]:
    return [reached[stage] for stage in (Stage.PRODUCTION, Stage.CAPACITY) if stage in reached]


# ---- reads
def monthly(work: Work, since: date, as_of: date, *, with_demo: bool = True) -> list[MonthPoint]:
    """Return the running totals of a period at each month's end."""
    return months_of(counted.load(work, since, as_of, with_demo=with_demo))


def cohorts(work: Work, first: Quarter, as_of: date, *, with_demo: bool = True) -> list[Cohort]:
    """Return one cohort per quarter of signing; quarters without a contract are left out."""
    contracts = counted.contracts(work, date.min, as_of, with_demo=with_demo)
    first_signed = {row.project_id: row.on for row in _first_per_project(contracts)}
    money = landings.money_in_place(work, date.min, as_of, with_demo=with_demo)
    reached = first_days(work, as_of)
    by_quarter: dict[Quarter, list[Contract]] = {}
    money_of: dict[Quarter, list[MoneyRow]] = {}
    for row in money:
        if row.project_id in first_signed:
            batch = Quarter.containing(first_signed[row.project_id])
            money_of.setdefault(batch, []).append(row)
    for contract in contracts:
        # A later contract belongs to the batch in which its project was first signed.
        signed = Quarter.containing(first_signed[contract.project_id])
        by_quarter.setdefault(signed, []).append(contract)
    return [
        cohort_of(quarter, by_quarter[quarter], money_of.get(quarter, []), reached, as_of=as_of)
        for quarter in quarters_between(first, Quarter.containing(as_of))
        if quarter in by_quarter
    ]


def funnel(
    work: Work, since: date, as_of: date, basis: Basis, *, with_demo: bool = True
) -> list[FunnelStep]:
    """Return the funnel of a period on either basis."""
    facts = counted.load(work, since, as_of, with_demo=with_demo)
    return funnel_of(work, facts, basis, with_demo=with_demo)


def funnel_of(
    work: Work, facts: Facts, basis: Basis, *, with_demo: bool = True
) -> list[FunnelStep]:
    """Return the funnel of rows that were read already."""
    as_of = facts.as_of
    signed = {contract.project_id for contract in facts.contracts}
    shown = None if with_demo else col(Milestone.is_demo).is_(False)
    days = first_days(work, as_of, among=shown)
    if basis is Basis.PERIOD:
        in_place = landings.totals(facts.money)
        started = {row.project_id for row in facts.starts}
    else:
        ever = landings.money_in_place(work, date.min, as_of, with_demo=with_demo)
        in_place = {p: fen for p, fen in landings.totals(ever).items() if p in signed}
        started = set(facts.started)
    began = {p: min(d) for p, reached in days.items() if (d := _production_days(reached))}
    if basis is Basis.PERIOD:
        producing = {project_id for project_id, on in began.items() if on >= facts.since}
    else:
        producing = signed & set(began)
    in_talks = [row for row in facts.standing if row.stage is Stage.IN_TALKS]

    def step(name: Step, projects: Iterable[str], amount_fen: int) -> FunnelStep:
        ids = tuple(sorted(projects))
        return FunnelStep(
            step=name,
            projects=len(ids),
            amount_fen=amount_fen,
            project_ids=ids,
            is_stock=name is Step.IN_TALKS,
        )

    def in_place_of(projects: Iterable[str]) -> int:
        return sum(in_place.get(project_id, 0) for project_id in projects)

    return [
        step(
            Step.IN_TALKS,
            [row.project_id for row in in_talks],
            sum(row.amount_fen for row in in_talks),
        ),
        step(Step.SIGNED, signed, sum(row.amount_fen for row in facts.contracts)),
        step(Step.WITH_MONEY, in_place, in_place_of(in_place)),
        step(Step.STARTED, started, in_place_of(started)),
        step(Step.IN_PRODUCTION, producing, in_place_of(producing)),
    ]
