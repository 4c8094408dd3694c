"""Ten projects worked out by hand: the five start rates, both conversions, and what came of them.

| project | signed     | start due  | started    | contract | money in place               |
|---------|------------|------------|------------|----------|------------------------------|
| A       | 2023-01-10 | 2023-03-31 | 2023-03-15 | 10       | 4 in 2023                    |
| B       | 2023-02-10 | 2023-04-30 | 2023-06-20 | 20       | 5 in 2023                    |
| C       | 2023-03-10 | 2023-06-30 | never      | 30       | none                         |
| D       | 2023-04-10 | 2023-12-31 | 2023-08-01 | 40       | 8 in 2023                    |
| E       | 2023-05-10 | 2024-03-31 | never      | 50       | 1 in 2022, before signing    |
| F       | 2023-06-10 | none       | never      | 50       | none                         |
| G       | 2022-05-10 | 2023-05-31 | 2023-05-31 | 70       | 6 in 2023                    |
| H       | 2022-06-10 | 2022-12-31 | 2022-12-01 | 80       | 9 in 2022                    |

Signed in 2023 up to October: A…F, 200. Due of them: A, B, C. Started of them: A, B, D.
"""

from datetime import date

import pytest

from dealflow import agreements, definitions, leverage, measures
from dealflow.agreements import AgreementKind
from dealflow.first_definitions import Definition
from dealflow.stages import Stage
from dealflow.tallies import NOTHING, TALLIES
from portfolio import commitments, funds, organisations
from portfolio.commitments import PartnerKind
from portfolio.figures import Unit
from portfolio.funds import Fund, FundKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError, say
from tests.dealflow.district import YI, District
from valuation.figures import Undefined

SINCE, AS_OF = date(2023, 1, 1), date(2023, 10, 31)
TABLE = {
    "A": ((1, 10), date(2023, 3, 31), date(2023, 3, 15), 10, ((date(2023, 2, 1), 4),)),
    "B": ((2, 10), date(2023, 4, 30), date(2023, 6, 20), 20, ((date(2023, 7, 1), 5),)),
    "C": ((3, 10), date(2023, 6, 30), None, 30, ()),
    "D": ((4, 10), date(2023, 12, 31), date(2023, 8, 1), 40, ((date(2023, 9, 1), 8),)),
    "E": ((5, 10), date(2024, 3, 31), None, 50, ((date(2022, 12, 1), 1),)),
    "F": ((6, 10), None, None, 50, ()),
}
OLDER = {
    "G": (date(2022, 5, 10), date(2023, 5, 31), date(2023, 5, 31), 70, (date(2023, 6, 1), 6)),
    "H": (date(2022, 6, 10), date(2022, 12, 31), date(2022, 12, 1), 80, (date(2022, 8, 1), 9)),
}
WORKED_OUT = {
    "start_rate_cohort": (3, 6),  # A, B, D of A…F
    "start_rate_due": (2, 3),  # A, B of A, B, C
    "start_rate_on_time": (1, 3),  # A
    "start_rate_period": (4, 6),  # A, B, D, G started in the period; six were signed in it
    "start_rate_union": (3, 4),  # A, B, D of A, B, C, D
    "capital_conversion": (23 * YI, 200 * YI),  # 4 + 5 + 8 + 6
    "money_in_place_rate_period": (23 * YI, 200 * YI),
    "money_in_place_rate_cohort": (18 * YI, 200 * YI),  # 4 + 5 + 8 + 1
    "production_rate": (2, 5),  # H and G of A, B, D, G, H
    "capacity_rate": (1, 2),
}


@pytest.fixture
def worked_out(district: District) -> District:
    for name, ((month, day), due_on, started_on, contract, money) in TABLE.items():
        project = district.project(name)
        district.sign(project, date(2023, month, day), contract * YI, start_due_on=due_on)
        for on, amount in money:
            district.verified(project, on, amount * YI)
        if started_on:
            district.reach(project, Stage.STARTED, started_on)
    for name, (signed_on, due_on, started_on, contract, (on, amount)) in OLDER.items():
        project = district.project(name)
        district.sign(project, signed_on, contract * YI, start_due_on=due_on)
        district.verified(project, on, amount * YI)
        district.reach(project, Stage.STARTED, started_on)
        district.reach(project, Stage.PRODUCTION, date(2023, 9, 1))
        if name == "H":
            district.reach(project, Stage.CAPACITY, date(2023, 10, 1))
    return district


@pytest.mark.parametrize(("code", "parts"), WORKED_OUT.items())
def test_a_rate_equals_the_one_worked_out_by_hand(
    work: Work, worked_out: District, code: str, parts: tuple[int, int]
) -> None:
    figure = measures.scorecard(work, SINCE, AS_OF)[code]
    assert (figure.numerator, figure.denominator) == parts
    assert figure.value == pytest.approx(parts[0] / parts[1])


def test_a_rate_opens_to_the_rows_of_both_its_parts(work: Work, worked_out: District) -> None:
    card = measures.scorecard(work, SINCE, AS_OF)
    assert {row.label for row in card["start_rate_union"].rows} == {"A", "B", "C", "D"}
    assert {row.label for row in card["start_rate_on_time"].rows} == {"A", "B", "C"}
    labels = [row.label for row in card["money_in_place_rate_cohort"].rows]
    assert labels.count("A") == 2  # its money and its contract


def test_another_project_due_and_not_started_lowers_the_rate_of_the_due_only(
    work: Work, worked_out: District
) -> None:
    late = worked_out.project("I")
    worked_out.sign(late, date(2023, 7, 1), YI, start_due_on=date(2023, 9, 30))
    card = measures.scorecard(work, SINCE, AS_OF)
    assert card["start_rate_due"].value == pytest.approx(2 / 4)
    assert card["start_rate_cohort"].value == pytest.approx(3 / 7)


# ---- fund landing, leverage, attainment
def a_fund(work: Work, manager: Actor) -> Fund:
    day = date(2022, 1, 1)
    fund = Fund(
        code="F1", name="基金一", kind=FundKind.SUB.value, announced_on=day, inception_on=day
    )
    return funds.create(work, manager, fund)


def test_of_the_frameworks_of_a_fund_the_landed_ones_are_counted_and_summed(
    work: Work, manager: Actor, district: District
) -> None:
    fund = a_fund(work, manager)
    landed, named, silent = (district.project() for _ in range(3))
    for project, amount in ((landed, 30 * YI), (named, 70 * YI), (silent, None)):
        agreements.sign(
            work,
            district.recorder,
            project_id=project.id,
            kind=AgreementKind.FRAMEWORK,
            title="框架协议",
            signed_on=date(2022, 6, 1),
            amount_fen=amount,
            fund_id=fund.id,
        )
    district.reach(landed, Stage.REGISTERED, date(2023, 2, 1))
    district.verified(landed, date(2023, 3, 1), YI)
    card = measures.scorecard(work, SINCE, AS_OF)
    by_count, by_amount = card["fund_landing_rate_count"], card["fund_landing_rate_amount"]
    assert (by_count.numerator, by_count.denominator) == (1, 3)
    assert (by_amount.numerator, by_amount.denominator) == (30 * YI, 100 * YI)
    assert card["fund_contract_rate_count"].numerator == 0


def test_leverage_needs_to_know_which_money_is_public(
    work: Work, manager: Actor, district: District
) -> None:
    fund = a_fund(work, manager)
    partners = [
        commitments.admit(
            work,
            manager,
            fund_id=fund.id,
            code=name,
            name=name,
            kind=PartnerKind.LP,
            committed_fen=amount * YI,
            effective_date=date(2022, 1, 1),
            organisation_id=organisations.create(work, manager, name=name).id,
        )
        for name, amount in (("财政", 2), ("社会", 8))
    ]
    unknown = measures.scorecard(work, SINCE, AS_OF)["leverage_fund"].value
    assert isinstance(unknown, Undefined)
    leverage.mark_public(work, manager, partners[0].id, is_demo=False)
    assert measures.scorecard(work, SINCE, AS_OF)["leverage_fund"].value == pytest.approx(5.0)
    with pytest.raises(DomainError, match="public partner already"):
        leverage.mark_public(work, manager, partners[0].id, is_demo=False)


# ---- definitions
def test_a_new_version_changes_the_sum_and_an_old_day_keeps_the_old_one(
    work: Work, officer: Actor, worked_out: District
) -> None:
    definitions.define(work, officer)
    anew = Definition(
        code="start_rate_due",
        unit=Unit.RATIO,
        version=2,
        definition=say("On time over signed."),
        numerator_query="cohort_due_on_time",
        denominator_query="projects_signed",
    )
    definitions.redefine(work, officer, anew, valid_from=date(2023, 10, 1))
    now = measures.scorecard(work, SINCE, AS_OF)["start_rate_due"]
    assert (now.numerator, now.denominator, now.version) == (1, 6, 2)
    before = measures.scorecard(work, SINCE, date(2023, 9, 30))["start_rate_due"]
    assert (before.numerator, before.denominator, before.version) == (2, 3, 1)
    assert [one.version for one in definitions.versions(work, "start_rate_due")] == [1, 2]


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [
        ("cohort_started", "", "does not name what it is made of"),
        ("", "projects_signed", "does not name what it is made of"),
        ("all_of_them", "projects_signed", "no row set called all_of_them"),
    ],
)
def test_a_rate_without_both_known_parts_is_no_definition(
    work: Work, officer: Actor, numerator: str, denominator: str, words: str
) -> None:
    rate = Definition(
        code="own_rate",
        unit=Unit.RATIO,
        definition=say("Own."),
        numerator_query=numerator,
        denominator_query=denominator,
    )
    with pytest.raises(DomainError, match=words):
        definitions.redefine(work, officer, rate, valid_from=date(2023, 1, 1))


def test_a_measure_of_the_office_is_computed_beside_the_built_in_ones(
    work: Work, officer: Actor, worked_out: District
) -> None:
    with pytest.raises(StopIteration):
        measures.scorecard(work, SINCE, AS_OF)["late_starts"]
    own = Definition(
        code="late_starts",
        unit=Unit.RATIO,
        definition=say("Own."),
        numerator_query="cohort_due_on_time",
        denominator_query="cohort_due_started",
    )
    definitions.redefine(work, officer, own, valid_from=date(2023, 1, 1))
    assert measures.scorecard(work, SINCE, AS_OF)["late_starts"].value == pytest.approx(0.5)


def test_every_reason_belongs_to_a_tally() -> None:
    assert set(NOTHING) <= set(TALLIES)
