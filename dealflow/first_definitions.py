"""First definitions: what every measure means until the office writes a version of its own.

Sources: DOMAIN.md §5 and GUIDANCE_FUNDS.md §3.4. The names of tallies are those of tallies.py.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portfolio.figures import Unit
from portfolio.kernel.errors import Message, say


# ---- facts
class Basis(StrEnum):
    """Whose events a measure counts."""

    PERIOD = "period"  # 期间: what happened in the period, whoever signed when
    COHORT = "cohort"  # 同批: the projects signed in the period, as far as they came
    STOCK = "stock"  # 时点: what stands at the close of the period


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One meaning of a measure. The sentences are msgids of the catalogue.

    The queries name tallies: one for a count or an amount, two for a ratio.
    """

    code: str
    unit: Unit
    definition: Message
    numerator_query: str
    denominator_query: str = ""
    basis: Basis = Basis.PERIOD
    numerator: Message | None = None
    denominator: Message | None = None
    version: int = 1
    valid_from: date = date(2000, 1, 1)


SIGNED = say("Different projects with a formal contract signed in the period.")
CONTRACTED = say("Sum of the formal contracts signed in the period.")
IN_PLACE = say(
    "Sum of the verified money that arrived in the period, whichever year the project was signed."
)
STARTED = say("Different projects whose construction started in the period.")
DUE = say("Projects signed in the period and due to start by its end.")
FRAMEWORKS = say("Framework agreements of funds signed by the end of the period.")
COUNT, FEN, RATIO, MULTIPLE = Unit.COUNT, Unit.FEN, Unit.RATIO, Unit.MULTIPLE
PERIOD, COHORT, STOCK = Basis.PERIOD, Basis.COHORT, Basis.STOCK
SCORECARD = (
    Definition(
        code="projects_signed", unit=COUNT, definition=SIGNED, numerator_query="projects_signed"
    ),
    Definition(
        code="contract_amount", unit=FEN, definition=CONTRACTED, numerator_query="contracts_signed"
    ),
    Definition(
        code="money_in_place", unit=FEN, definition=IN_PLACE, numerator_query="money_arrived"
    ),
    Definition(
        code="money_in_place_yoy",
        unit=RATIO,
        definition=say("Growth of the money in place over the same period of the year before."),
        numerator=say("Money in place in the period, less that of the year before."),
        numerator_query="money_more_than_a_year_before",
        denominator=say("Money in place in the same period of the year before."),
        denominator_query="money_a_year_before",
    ),
    Definition(
        code="projects_started", unit=COUNT, definition=STARTED, numerator_query="starts_in_period"
    ),
    Definition(
        code="capital_conversion",
        unit=RATIO,
        definition=say(
            "Money in place in the period over the contract amount signed in the period."
        ),
        numerator=IN_PLACE,
        numerator_query="money_arrived",
        denominator=CONTRACTED,
        denominator_query="contracts_signed",
    ),
)
START_RATES = (
    Definition(
        code="start_rate_period",
        unit=RATIO,
        definition=say(
            "Projects started in the period, whenever they were signed, over projects signed in it."
        ),
        numerator=STARTED,
        numerator_query="starts_in_period",
        denominator=SIGNED,
        denominator_query="projects_signed",
    ),
    Definition(
        code="start_rate_cohort",
        unit=RATIO,
        basis=COHORT,
        definition=say(
            "Of the projects signed in the period that were due to start, the share that started."
        ),
        numerator=say("Those of them that had started by the end of the period."),
        numerator_query="cohort_due_started",
        denominator=DUE,
        denominator_query="cohort_due",
    ),
    # What version 1 meant is the measure start_rate_due from here on.
    Definition(
        code="start_rate_cohort",
        version=2,
        valid_from=date(2000, 1, 2),
        unit=RATIO,
        basis=COHORT,
        definition=say(
            "Of the projects signed in the period, the share that had started by its end."
        ),
        numerator=say("Those of them that had started by the end of the period."),
        numerator_query="cohort_started",
        denominator=SIGNED,
        denominator_query="projects_signed",
    ),
    Definition(
        code="start_rate_due",
        unit=RATIO,
        basis=COHORT,
        definition=say(
            "Of the projects signed in the period that were due to start, the share that started."
        ),
        numerator=say("Those of them that had started by the end of the period."),
        numerator_query="cohort_due_started",
        denominator=DUE,
        denominator_query="cohort_due",
    ),
    Definition(
        code="start_rate_on_time",
        unit=RATIO,
        basis=COHORT,
        definition=say(
            "Of the projects signed in the period that were due to start, the share that "
            "started no later than they were due."
        ),
        numerator=say("Those of them that started on the agreed day or before it."),
        numerator_query="cohort_due_on_time",
        denominator=DUE,
        denominator_query="cohort_due",
    ),
    Definition(
        code="start_rate_union",
        unit=RATIO,
        basis=COHORT,
        definition=say(
            "Of the projects signed in the period that were due to start or started early, the "
            "share that started."
        ),
        numerator=say("Projects signed in the period that had started by its end, due or not."),
        numerator_query="cohort_started",
        denominator=say("Projects signed in the period that were due to start or had started."),
        denominator_query="cohort_due_or_started",
    ),
)
MONEY_RATES = (
    Definition(
        code="money_in_place_rate_period",
        unit=RATIO,
        definition=say(
            "All money in place in the period, older projects included, over the contract amount "
            "signed in it."
        ),
        numerator=IN_PLACE,
        numerator_query="money_arrived",
        denominator=CONTRACTED,
        denominator_query="contracts_signed",
    ),
    Definition(
        code="money_in_place_rate_cohort",
        unit=RATIO,
        basis=COHORT,
        definition=say(
            "Money in place of the projects signed in the period, over what they contracted in it."
        ),
        numerator=say("Verified money of these projects that arrived by the end of the period."),
        numerator_query="money_of_the_cohort",
        denominator=CONTRACTED,
        denominator_query="contracts_signed",
    ),
    Definition(
        code="investment_attainment",
        unit=RATIO,
        basis=STOCK,
        definition=say(
            "Verified fixed-asset investment over what landing conditions promised by the day."
        ),
        numerator=say("Fixed-asset investment verified under these conditions."),
        numerator_query="investment_verified",
        denominator=say("Fixed-asset investment promised in conditions due by the day."),
        denominator_query="investment_promised",
    ),
)
OUTPUT_RATES = (
    Definition(
        code="production_rate",
        unit=RATIO,
        basis=STOCK,
        definition=say("Of the projects that ever started, the share that reached production."),
        numerator=say("Projects in production or at capacity by the end of the period."),
        numerator_query="ever_in_production",
        denominator=say("Projects that had started by the end of the period."),
        denominator_query="ever_started",
    ),
    Definition(
        code="capacity_rate",
        unit=RATIO,
        basis=STOCK,
        definition=say("Of the projects that reached production, the share at full capacity."),
        numerator=say("Projects at capacity by the end of the period."),
        numerator_query="ever_at_capacity",
        denominator=say("Projects in production or at capacity by the end of the period."),
        denominator_query="ever_in_production",
    ),
)
FUND_RATES = (
    Definition(
        code="fund_contract_rate_count",
        unit=RATIO,
        basis=STOCK,
        definition=say("Of the funds' framework agreements, the share that became a contract."),
        numerator=say("Those whose project has a formal contract."),
        numerator_query="frameworks_with_contract",
        denominator=FRAMEWORKS,
        denominator_query="frameworks",
    ),
    Definition(
        code="fund_investment_rate_count",
        unit=RATIO,
        basis=STOCK,
        definition=say("Of the funds' framework agreements, the share in which a fund invested."),
        numerator=say("Those into whose project a fund has paid."),
        numerator_query="frameworks_with_fund_money",
        denominator=FRAMEWORKS,
        denominator_query="frameworks",
    ),
    Definition(
        code="fund_landing_rate_count",
        unit=RATIO,
        basis=STOCK,
        definition=say("Of the funds' framework agreements, the share whose project has landed."),
        numerator=say("Those whose project counts as landed by the rule in force."),
        numerator_query="frameworks_landed",
        denominator=FRAMEWORKS,
        denominator_query="frameworks",
    ),
    Definition(
        code="fund_landing_rate_amount",
        unit=RATIO,
        basis=STOCK,
        definition=say(
            "Of the amount of the funds' framework agreements, the share whose project has landed."
        ),
        numerator=say("Amount of those whose project counts as landed by the rule in force."),
        numerator_query="frameworks_landed_amount",
        denominator=say("Amount of the framework agreements that name one."),
        denominator_query="frameworks_amount",
    ),
    Definition(
        code="leverage_fund",
        unit=MULTIPLE,
        basis=STOCK,
        definition=say("Size of the funds with public money over what the treasury committed."),
        numerator=say("All commitments to these funds."),
        numerator_query="fund_sizes",
        denominator=say("Commitments of the partners recorded as public."),
        denominator_query="public_money",
    ),
    Definition(
        code="leverage_sub_fund",
        unit=MULTIPLE,
        basis=STOCK,
        definition=say("Size of the sub-funds over what mother funds committed to them."),
        numerator=say("All commitments to the sub-funds with a mother fund."),
        numerator_query="sub_fund_sizes",
        denominator=say("Commitments of mother funds to them."),
        denominator_query="mother_money",
    ),
    Definition(
        code="leverage_project",
        unit=MULTIPLE,
        basis=STOCK,
        definition=say("Contract amount of the projects over the funds' own money in them."),
        numerator=say("Formal contracts of the projects into which a fund has paid."),
        numerator_query="project_contracts",
        denominator=say("What the funds paid into these projects."),
        denominator_query="fund_money",
    ),
)
PIPELINE = (
    Definition(
        code="in_talks_count",
        unit=COUNT,
        basis=STOCK,
        definition=say("Projects whose stage at the end of the period is in talks."),
        numerator_query="in_talks",
    ),
    Definition(
        code="in_talks_amount",
        unit=FEN,
        basis=STOCK,
        definition=say("Sum of the planned investment of the projects in talks."),
        numerator_query="in_talks_planned",
    ),
    Definition(
        code="size_5bn_projects",
        unit=COUNT,
        definition=say("Projects of the 5 billion yuan class signed in the period."),
        numerator_query="signed_5bn_class",
    ),
    Definition(
        code="size_2bn_projects",
        unit=COUNT,
        definition=say("Projects of the 2 billion yuan class signed in the period."),
        numerator_query="signed_2bn_class",
    ),
    Definition(
        code="started_or_land_count",
        unit=COUNT,
        basis=STOCK,
        definition=say(
            "Projects that have secured their site or started, and are not in production yet."
        ),
        numerator_query="site_or_building",
    ),
    Definition(
        code="can_start_this_year",
        unit=COUNT,
        basis=STOCK,
        definition=say(
            "Projects under formal contract, not started, that are due to start by the year's end."
        ),
        numerator_query="can_start",
    ),
)
FIRST: tuple[Definition, ...] = (
    *SCORECARD,
    *START_RATES,
    *MONEY_RATES,
    *OUTPUT_RATES,
    *FUND_RATES,
    *PIPELINE,
)
