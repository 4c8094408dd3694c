"""Tallies: the row sets that a definition may count or sum, each under a name that is data.

A definition (definitions.py) names one tally, or two of which one is divided by the other. The
office writes a new version of a measure by naming other tallies; what a tally is stands here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dealflow.counted import BUILDING, Contract, Facts
from dealflow.counted_rows import Counted, either, projects_of, total_fen
from dealflow.projects import SizeClass
from dealflow.stages import Stage


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Tallied:
    """What a tally came to, and the rows it came from."""

    value: int
    rows: tuple[Counted, ...]


Tally = Callable[[Facts], Tallied]


# ---- rules
def projects(pick: Callable[[Facts], Sequence[Counted]]) -> Tally:
    """Return a tally that counts different projects."""

    def tally(facts: Facts) -> Tallied:
        rows = tuple(projects_of(pick(facts)))
        return Tallied(value=len(rows), rows=rows)

    return tally


def papers(pick: Callable[[Facts], Sequence[Counted]]) -> Tally:
    """Return a tally that counts rows."""

    def tally(facts: Facts) -> Tallied:
        rows = tuple(pick(facts))
        return Tallied(value=len(rows), rows=rows)

    return tally


def fen(pick: Callable[[Facts], Sequence[Counted]]) -> Tally:
    """Return a tally that sums amounts."""

    def tally(facts: Facts) -> Tallied:
        rows = tuple(pick(facts))
        return Tallied(value=total_fen(rows), rows=rows)

    return tally


def _growth(facts: Facts) -> Tallied:
    return Tallied(
        value=total_fen(facts.money) - total_fen(facts.money_before),
        rows=(*facts.money, *facts.money_before),
    )


def _due(facts: Facts) -> list[Contract]:
    """Return the projects signed in the period that were due to start by its end."""
    return projects_of(
        one for one in facts.contracts if one.start_due_on and one.start_due_on <= facts.as_of
    )


def _signed_started(facts: Facts) -> list[Contract]:
    return [one for one in projects_of(facts.contracts) if one.project_id in facts.started]


def _on_time(facts: Facts) -> list[Contract]:
    began = {row.project_id: row.on for row in facts.outcomes.broke_ground}
    return [
        one
        for one in _due(facts)
        if one.project_id in began
        and one.start_due_on
        and began[one.project_id] <= one.start_due_on
    ]


def _of_class(size_class: SizeClass) -> Callable[[Facts], Sequence[Counted]]:
    return lambda facts: [one for one in facts.contracts if one.size_class is size_class]


def _in_talks(facts: Facts) -> Sequence[Counted]:
    return [one for one in facts.standing if one.stage is Stage.IN_TALKS]


def _priced(facts: Facts) -> list[Counted]:
    """Return the frameworks that name an amount."""
    return [one for one in facts.outcomes.frameworks if one.amount_fen]


TALLIES: Mapping[str, Tally] = {
    "projects_signed": projects(lambda facts: facts.contracts),
    "contracts_signed": fen(lambda facts: facts.contracts),
    "money_arrived": fen(lambda facts: facts.money),
    "money_a_year_before": fen(lambda facts: facts.money_before),
    "money_more_than_a_year_before": _growth,
    "money_of_the_cohort": fen(lambda facts: facts.outcomes.cohort_money),
    "starts_in_period": projects(lambda facts: facts.starts),
    "cohort_started": projects(_signed_started),
    "cohort_due": projects(_due),
    "cohort_due_started": projects(
        lambda facts: [one for one in _due(facts) if one.project_id in facts.started]
    ),
    "cohort_due_on_time": projects(_on_time),
    "cohort_due_or_started": projects(lambda facts: either(_due(facts), _signed_started(facts))),
    "in_talks": projects(_in_talks),
    "in_talks_planned": fen(_in_talks),
    "signed_5bn_class": projects(_of_class(SizeClass.YI50)),
    "signed_2bn_class": projects(_of_class(SizeClass.YI20)),
    "site_or_building": projects(
        lambda facts: [one for one in facts.standing if one.stage in BUILDING]
    ),
    "can_start": projects(lambda facts: [one for one in facts.standing if one.can_start]),
    "ever_started": projects(lambda facts: facts.outcomes.started),
    "ever_in_production": projects(lambda facts: facts.outcomes.producing),
    "ever_at_capacity": projects(lambda facts: facts.outcomes.at_capacity),
    "frameworks": papers(lambda facts: facts.outcomes.frameworks),
    "frameworks_with_contract": papers(
        lambda facts: [one for one in facts.outcomes.frameworks if one.has_formal]
    ),
    "frameworks_with_fund_money": papers(
        lambda facts: [one for one in facts.outcomes.frameworks if one.has_money]
    ),
    "frameworks_landed": papers(
        lambda facts: [one for one in facts.outcomes.frameworks if one.has_landed]
    ),
    "frameworks_amount": fen(_priced),
    "frameworks_landed_amount": fen(
        lambda facts: [one for one in facts.outcomes.frameworks if one.has_landed]
    ),
    "investment_promised": fen(lambda facts: facts.outcomes.promised),
    "investment_verified": fen(lambda facts: facts.outcomes.invested),
    "fund_sizes": fen(lambda facts: facts.outcomes.leverage.fund_sizes),
    "public_money": fen(lambda facts: facts.outcomes.leverage.public_money),
    "sub_fund_sizes": fen(lambda facts: facts.outcomes.leverage.sub_fund_sizes),
    "mother_money": fen(lambda facts: facts.outcomes.leverage.mother_money),
    "project_contracts": fen(lambda facts: facts.outcomes.leverage.project_money),
    "fund_money": fen(lambda facts: facts.outcomes.leverage.fund_money),
}
# Why a figure does not exist while the tally below the line is empty.
NOTHING: Mapping[str, str] = {
    "projects_signed": "no formal contract was signed in the period",
    "contracts_signed": "no formal contract was signed in the period",
    "money_a_year_before": "no money arrived in the same period of the year before",
    "cohort_due": "no project signed in the period was due to start by its end",
    "cohort_due_or_started": "no project signed in the period was due to start or started",
    "ever_started": "no project had started by the end of the period",
    "ever_in_production": "no project was in production by the end of the period",
    "frameworks": "no fund had signed a framework agreement by the end of the period",
    "frameworks_amount": "no framework agreement of a fund names an amount",
    "investment_promised": "no promised investment was due by the end of the period",
    "public_money": "no partner of a fund is recorded as public money",
    "mother_money": "no mother fund had committed to a sub-fund",
    "fund_money": "no fund had paid into a project",
}
EMPTY = "the denominator is empty"
