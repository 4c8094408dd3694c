"""新微: the district's first fund, nine years of flows; only its name, size and month are known."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from portfolio.accounts import Line
from portfolio.calls import Purpose
from portfolio.commitments import PartnerKind
from portfolio.funds import Fund, FundKind
from portfolio.marks import Method
from valuation.periods import Quarter, quarters_between
from web.demo import fund_books as books
from web.demo.fund_books import Investor, Opinion
from web.demo.hongtai import MOTHER, fee_day
from web.demo.people import organisation
from web.demo.plans import FEN_A_WAN, workday, yi
from web.demo.published import facts
from web.demo.timeline import Timeline

CODE = "XW"
BEGAN = date(2017, 10, 31)
CALLS = (
    (date(2017, 12, 18), 0.52),
    (date(2018, 9, 12), 0.52),
    (date(2019, 6, 19), 0.42),
    (date(2020, 5, 20), 0.39),
    (date(2021, 4, 21), 0.13),
    (date(2024, 3, 20), 0.56),  # asked of all, the mother fund among them
)
BESIDES = {  # of them, in 万元, what was called for fees and for the line of credit
    date(2018, 9, 12): {Purpose.MANAGEMENT_FEES: 450, Purpose.PARTNERSHIP_EXPENSES: 30},
    date(2019, 6, 19): {Purpose.MANAGEMENT_FEES: 450, Purpose.PARTNERSHIP_EXPENSES: 30},
    date(2020, 5, 20): {Purpose.MANAGEMENT_FEES: 450, Purpose.PARTNERSHIP_EXPENSES: 30},
    date(2024, 3, 20): {Purpose.MANAGEMENT_FEES: 120, Purpose.FACILITY_COSTS: 10},
}
DISTRIBUTIONS = (  # capital, gain
    (date(2020, 12, 10), 0.30, 0.30),
    (date(2022, 7, 14), 0.15, 0.15),
    (date(2024, 11, 21), 0.20, 0.10),
    (date(2025, 6, 19), 0.10, 0.10),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """An unnamed holding: what it cost, how its value went by year end, and how it ended."""

    code: str
    paid: tuple[tuple[date, float], ...]
    values: dict[int, float]  # 亿元 at the end of the year
    exits: tuple[tuple[date, float, float], ...] = ()  # proceeds, cost


OLD = (
    Old(
        code="XW-1",
        paid=((date(2018, 3, 14), 0.40), (date(2018, 12, 5), 0.10)),
        values={2018: 0.52, 2019: 0.85},
        exits=((date(2020, 11, 18), 1.10, 0.50),),
    ),
    Old(
        code="XW-2",
        paid=((date(2018, 11, 7), 0.45),),
        values={2018: 0.45, 2019: 0.50, 2020: 0.68, 2021: 0.98, 2022: 0.50, 2023: 0.55, 2024: 0.52},
        exits=((date(2022, 6, 16), 0.55, 0.22), (date(2025, 5, 22), 0.56, 0.23)),
    ),
    Old(
        code="XW-3",
        paid=((date(2019, 9, 18), 0.40),),
        values={2019: 0.40, 2020: 0.38, 2021: 0.20, 2022: 0.05},
        exits=((date(2023, 9, 20), 0.0, 0.40),),
    ),
    Old(
        code="XW-4",
        paid=((date(2020, 8, 12), 0.35),),
        values={2020: 0.35, 2021: 0.46, 2022: 0.60, 2023: 0.72},
        exits=((date(2024, 10, 23), 0.86, 0.35),),
    ),
    Old(
        code="XW-5",
        paid=((date(2021, 6, 16), 0.30), (date(2024, 4, 17), 0.60), (date(2025, 8, 20), 0.80)),
        values={2021: 0.30, 2022: 0.36, 2023: 0.44, 2024: 1.10, 2025: 2.00, 2026: 2.14},
    ),
)


def _cost(old: Old, on: date) -> float:
    paid = sum(amount for day, amount in old.paid if day <= on)
    return round(paid - sum(cost for day, _, cost in old.exits if day <= on), 4)


def _value(old: Old, on: date) -> float:
    """Return the value on a day, on the straight line between two year ends."""
    last, this = old.values.get(on.year - 1), old.values.get(on.year)
    share = (on - date(on.year - 1, 12, 31)).days / 365
    if on.year == 2026:  # noqa: PLR2004 - the last value is that of September 2026
        share = min((on - date(2025, 12, 31)).days / 273, 1.0)
    if last is None or this is None:
        return this or last or _cost(old, on)
    return last + (this - last) * share


def _firm(old: Old) -> str:
    return f"新微被投企业 {old.code[-1]}（示例）"


def _marks(timeline: Timeline, as_of: date, waiting: str = "") -> None:
    books.value(
        timeline,
        CODE,
        as_of,
        [
            Opinion(
                holding=old.code,
                wan=yi(round(_value(old, as_of), 4)),
                method=Method.MULTIPLES,
                inputs={"倍数": "EV/收入 3.2x", "流动性折扣": "30%", "来源": "示例估值底稿"},
            )
            for old in OLD
            if _cost(old, as_of)
        ],
        waiting=waiting,
    )


def stage(timeline: Timeline) -> None:
    """Plan nine years: yearly marks at first, every quarter since the books are closed."""
    published = facts()["funds"][2]
    books.found(
        timeline,
        BEGAN,
        Fund(
            code=CODE,
            name=published["name"],
            name_en="Yubei–Xinwei Equity Fund",
            kind=FundKind.SUB.value,
            registered_size_fen=yi(published["registered_size"]) * FEN_A_WAN,
            announced_on=BEGAN,
            announced_by_month=True,
            inception_on=BEGAN,
            sponsors="渝北区、新微集团",
        ),
        [
            Investor(code="LP1", name="渝北区出资平台（未具名）", wan=yi(1.30), on=BEGAN),
            Investor(code="LP2", name="新微集团", wan=yi(0.90), on=BEGAN, is_real=True),
            Investor(code="LP3", name="社会资本 LP 丙（未具名）", wan=yi(0.34), on=BEGAN),
            Investor(
                code="GP",
                name="新微基金管理人（未具名）",
                wan=yi(0.06),
                on=BEGAN,
                kind=PartnerKind.GP,
            ),
        ],
    )
    books.join(
        timeline,
        CODE,
        Investor(
            code="LP4",
            name="重庆产业投资母基金",
            wan=yi(0.20),
            on=date(2023, 12, 15),
            fund=MOTHER,
        ),
    )
    for on, amount in CALLS:
        books.call(timeline, CODE, on, yi(amount), besides=BESIDES.get(on))
    for on, capital, gain in DISTRIBUTIONS:
        books.distribute(timeline, CODE, on, yi(capital), yi(gain))
    for old in OLD:
        decided_on = workday(old.paid[0][0].replace(day=1))
        timeline.on(decided_on, partial(organisation, name=_firm(old), is_demo=True))
        books.invest(timeline, CODE, old.code, _firm(old), decided_on)
        for no, (on, amount) in enumerate(old.paid, start=1):
            agreed_on = workday(on.replace(day=1))
            books.agree_tranche(timeline, CODE, old.code, no, yi(amount), agreed_on, on)
            books.pay_tranche(timeline, CODE, old.code, no, on)
        for on, proceeds, cost in old.exits:
            books.leave(timeline, CODE, old.code, on, proceeds_wan=yi(proceeds), cost_wan=yi(cost))
    for year in range(2018, 2023):
        _marks(timeline, date(year, 12, 31))
        books.spend(timeline, CODE, date(year, 11, 20), yi(0.045))
        books.spend(
            timeline, CODE, date(year, 11, 21), yi(0.003), line=Line.AUDIT, memo="审计费（示例）"
        )
    books.spend(timeline, CODE, date(2023, 6, 20), yi(0.015))
    last = Quarter(2026, 3)
    for quarter in quarters_between(Quarter(2023, 4), last):
        books.spend(timeline, CODE, fee_day(quarter), yi(0.006))
        _marks(timeline, quarter.end, waiting="XW-5" if quarter == last else "")
    books.close(timeline, CODE)
