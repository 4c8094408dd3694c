"""Money in: which amounts arrived in which project, so that the published sums come out.

218 亿元 arrived from January to October 2023, 22 % more than in the same months of 2022; the split
by industry system and month is 示例. The projects of a recent cohort fill up along a curve, and
the older ones bring what is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from dealflow.stages import Stage
from valuation.money import split_fen
from valuation.periods import add_months
from web.demo.cohort import without_money
from web.demo.plans import KINDS, SYSTEMS, Money, ProjectPlan, in_month, spread, workday, yi
from web.demo.published import AS_OF, TODAY

# 亿元 by month, and of the first ten months by system (示例 of design/png/landing-full)
IN_2023 = (14.0, 18.0, 23.0, 21.0, 22.0, 28.0, 22.0, 22.0, 25.0, 23.0)
IN_2022 = (12.0, 13.5, 18.2, 17.3, 18.1, 22.4, 18.6, 18.9, 20.7, 18.99)
BY_SYSTEM_2023 = (101.4, 77.4, 39.2)
BY_SYSTEM_2022 = (83.5, 63.4, 31.79)
YEAR_ENDS = {2022: (20.5, 22.0), 2023: (23.8, 23.5)}  # November and December
# Share of the contract that is in place, by month of age.
CURVE = (0.03, 0.07, 0.10, 0.13, 0.16, 0.19, 0.22, 0.25, 0.27, 0.29, 0.31, 0.33)
LATER_CURVE = tuple(0.33 + 0.02 * step for step in range(1, 13))  # by quarter after the first year
FIRST_COHORT = date(2022, 10, 1)


def filled(plan: ProjectPlan, *, since: date = date.min) -> list[Money]:
    """Return the arrivals of a project of a recent cohort, along the curve and up to today."""
    signed_on = plan.papers[0].signed_on
    contract_wan = sum(paper.wan for paper in plan.papers)
    steps = [(month, share) for month, share in enumerate(CURVE)]
    steps += [(14 + 3 * step, share) for step, share in enumerate(LATER_CURVE)]
    found, before = [], 0
    left_on = plan.stages.get(Stage.TERMINATED, TODAY)
    for number, (month, share) in enumerate(steps):
        on = workday(add_months(signed_on, month) + timedelta(days=10))
        so_far = round(contract_wan * share)
        if since < on <= left_on:
            kind = KINDS[(number + spread(contract_wan, 3)) % len(KINDS)]
            found.append(Money(on=on, wan=so_far - before, kind=kind))
            before = so_far
    return found


def _monthly(moneys: Iterable[Money], year: int, months: Sequence[int]) -> list[int]:
    return [
        sum(m.wan for m in moneys if (m.on.year, m.on.month) == (year, month)) for month in months
    ]


def _rest(
    year: int,
    months: Sequence[int],
    wanted_wan: Sequence[int],
    by_system: Mapping[str, int],
    have: Mapping[str, list[Money]],
) -> dict[str, list[tuple[date, int]]]:
    """Return what the older projects bring: {system: (day, 万元)}, exact by system.

    A system whose recent cohorts bring more than was wanted takes nothing from the older ones.
    """
    found: dict[str, list[tuple[date, int]]] = {}
    for system, total_wan in by_system.items():
        already = _monthly(have[system], year, months)
        left = total_wan - sum(already)
        if left <= 0:
            continue
        due = [w * total_wan // sum(wanted_wan) for w in wanted_wan]
        weights = [max(d - a, yi(0.3)) for d, a in zip(due, already, strict=True)]
        parts = split_fen(left, weights)
        found[system] = [
            (in_month(year, month, month + number), part)
            for month, part in zip(months, parts, strict=True)
            for number, part in enumerate(split_fen(part, (5, 4, 3, 2, 2)))
        ]
    return found


def _payers(
    plans: Sequence[ProjectPlan], system: str, money: Mapping[str, Sequence[Money]]
) -> dict[str, int]:
    """Return {project: 万元 of its contract not in place yet} of the older ones of a system."""
    return {
        plan.code: plan.papers[0].wan - sum(m.wan for m in money.get(plan.code, ()))
        for plan in plans
        if plan.system == system
        and plan.papers
        and plan.papers[0].signed_on < FIRST_COHORT
        and Stage.TERMINATED not in plan.stages
    }


def with_money(cohort: Sequence[ProjectPlan], others: Sequence[ProjectPlan]) -> list[ProjectPlan]:
    """Return all plans with the money that arrives in each."""
    empty = without_money()
    money: dict[str, list[Money]] = {}
    for plan in cohort:
        if plan.firm.startswith("成都国星宇航"):
            continue  # its money comes with the fund's
        money[plan.code] = filled(plan, since=AS_OF if plan.name in empty else date.min)
    for plan in others:
        if plan.papers and plan.papers[0].signed_on >= FIRST_COHORT:
            money[plan.code] = filled(plan)
        elif plan.papers and Stage.STARTED in plan.stages:
            money[plan.code] = _before_2022(plan)
    have = {
        system: [
            m
            for plan in (*cohort, *others)
            if plan.system == system
            for m in money.get(plan.code, ())
        ]
        for system in SYSTEMS
    }
    rest: list[tuple[str, date, int]] = []
    for year, wanted, by_system in (
        (2022, IN_2022, BY_SYSTEM_2022),
        (2023, IN_2023, BY_SYSTEM_2023),
    ):
        shares = dict(zip(SYSTEMS, map(yi, by_system), strict=True))
        for months, wanted_wan, total in (
            (range(1, 11), [yi(amount) for amount in wanted], shares),
            (
                (11, 12),
                [yi(amount) for amount in YEAR_ENDS[year]],
                _scaled(shares, yi(sum(YEAR_ENDS[year]))),
            ),
        ):
            brought = _rest(year, months, wanted_wan, total, have)
            rest += [(s, on, wan) for s, parts in brought.items() for on, wan in parts]
    signed = {plan.code: plan.papers[0].signed_on for plan in others if plan.papers}
    for system in SYSTEMS:
        room = _payers(others, system, money)
        mine = [(on, wan) for of, on, wan in rest if of == system]
        for number, (on, wan) in enumerate(sorted(mine)):
            kind = KINDS[number % len(KINDS)]
            able = [payer for payer in room if signed[payer] < on]
            code = max(able, key=lambda payer: (room[payer], payer))
            room[code] -= wan
            assert room[code] >= 0, f"no older project of {system} has room for {wan}"
            money[code] = [*money.get(code, ()), Money(on=on, wan=wan, kind=kind)]
    return [
        replace(plan, money=sorted(money.get(plan.code, ()), key=lambda m: m.on))
        for plan in (*cohort, *others)
    ]


def _scaled(shares: Mapping[str, int], total_wan: int) -> dict[str, int]:
    parts = split_fen(total_wan, list(shares.values()))
    return dict(zip(shares, parts, strict=True))


def _before_2022(plan: ProjectPlan) -> list[Money]:
    """Return two instalments of an older project, as far as they lie before 2022."""
    paper = plan.papers[0]
    days = [workday(paper.signed_on + timedelta(days=days)) for days in (90, 330)]
    parts = (paper.wan * 3 // 10, paper.wan * 2 // 5)
    return [
        Money(on=on, wan=wan, kind=KINDS[number])
        for number, (on, wan) in enumerate(zip(days, parts, strict=True))
        if on < date(2022, 1, 1) and wan
    ]
