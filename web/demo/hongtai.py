"""洪泰: the fund whose name, size and eight agreements are published and whose money is 示例."""

from datetime import date, timedelta

from portfolio.accounts import Line
from portfolio.commitments import PartnerKind
from portfolio.funds import Fund, FundKind
from portfolio.marks import Method
from valuation.money import split_fen
from valuation.periods import Quarter, quarters_between
from web.demo import fund_books as books
from web.demo.fund_books import Investor, Opinion
from web.demo.hongtai_firms import NAMED, Holding
from web.demo.people import AIRPORT_INVESTMENT, INVESTOR_A
from web.demo.plans import FEN_A_WAN, yi
from web.demo.published import facts
from web.demo.timeline import Timeline
from web.demo.unnamed_firms import UNNAMED

CODE, MOTHER = "HT", "CQMF"
FIRMS = (*NAMED, *UNNAMED)
HOLDINGS = tuple(firm for firm in FIRMS if firm.tranches)
SIGNED = date(2023, 10, 25)
CALLS = (  # 亿元, on the day it arrives
    (date(2023, 12, 12), 3.00),
    (date(2024, 4, 22), 2.40),
    (date(2024, 10, 28), 2.10),
    (date(2025, 2, 17), 1.80),
    (date(2025, 8, 11), 2.10),
    (date(2026, 1, 19), 2.10),
    (date(2026, 8, 17), 1.20),
)
DISTRIBUTIONS = ((date(2025, 11, 20), 0.24, 0.12), (date(2026, 5, 28), 0.28, 0.17))
FIRST, LAST = Quarter(2023, 4), Quarter(2026, 3)
# 亿元 by quarter: what the partners bear, and the value that the books are to show at its end
FEES = (0.08, 0.10, 0.10, 0.10, 0.10, 0.10, 0.11, 0.11, 0.11, 0.09, 0.09, 0.09)
NAVS = (2.92, 2.86, 5.15, 5.08, 7.12, 9.05, 9.22, 11.86, 12.31, 15.32, 15.80, 17.26)
CUSTODY, AUDIT = 0.01, 0.02
UNPAID = 0.04  # of the second quarter of 2026, paid in July
MULTIPLES_AFTER = timedelta(days=365)


def investors() -> list[Investor]:
    """Return the partners; the split is not published."""
    return [
        Investor(code="LP1", name="重庆产业投资母基金", wan=yi(12.0), on=SIGNED, fund=MOTHER),
        Investor(code="LP2", name=AIRPORT_INVESTMENT, wan=yi(9.0), on=SIGNED, is_real=True),
        Investor(code="LP3", name=INVESTOR_A, wan=yi(5.4), on=SIGNED),
        Investor(code="LP4", name="社会资本 LP 乙（未具名）", wan=yi(3.0), on=SIGNED),
        Investor(
            code="GP", name="洪泰基金", wan=yi(0.6), on=SIGNED, kind=PartnerKind.GP, is_real=True
        ),
    ]


def fees(quarter: Quarter) -> list[tuple[Line, float, str]]:
    """Return what the fund bears in a quarter, in 亿元; the audit comes in the fourth."""
    total = FEES[len(quarters_between(FIRST, quarter)) - 1]
    parts = [(Line.CUSTODY_FEES, CUSTODY, "托管费（示例）")]
    if quarter.number == 4:  # noqa: PLR2004 - the books of a year are audited at its end
        parts.append((Line.AUDIT, AUDIT, "审计费（示例）"))
    rest = round(total - sum(part for _, part, _ in parts), 2)
    return [(Line.MANAGEMENT_FEES, rest, "管理费（示例）"), *parts]


def fee_day(quarter: Quarter) -> date:
    """Return the day on which a quarter's fees are booked."""
    return quarter.end - timedelta(days=5)


def fair_value_wan(quarter: Quarter) -> int:
    """Return what the holdings must be worth together for the NAV of a quarter to come out."""
    end = quarter.end
    cash = sum(amount for on, amount in CALLS if on <= end)
    cash -= sum(capital + gain for on, capital, gain in DISTRIBUTIONS if on <= end)
    cash -= sum(FEES[: len(quarters_between(FIRST, quarter))])
    for holding in HOLDINGS:
        cash -= sum(t.wan for t in holding.tranches if t.paid_on and t.paid_on <= end) / 10_000
        cash += sum(wan for on, wan, _ in holding.exits if on <= end) / 10_000
    # what is owed lowers the cash and the value alike, so the fees stand for both
    return yi(round(NAVS[len(quarters_between(FIRST, quarter)) - 1] - cash, 4))


def cost_wan(holding: Holding, on: date) -> int:
    """Return what of a holding's cost is left on a day."""
    paid = sum(t.wan for t in holding.tranches if t.paid_on and t.paid_on <= on)
    return paid - sum(cost for day, _, cost in holding.exits if day <= on)


def opinions(quarter: Quarter) -> list[Opinion]:
    """Return the marks of a quarter: each firm grows towards its value of June 2026."""
    held = [holding for holding in HOLDINGS if cost_wan(holding, quarter.end)]
    if not held:
        return []
    weights = []
    for holding in held:
        first, last = holding.tranches[0].paid_on, Quarter(2026, 2).end
        assert first is not None, "a holding that costs something was paid"
        grown = (quarter.end - first).days / (last - first).days
        multiple = holding.worth_wan / cost_wan(holding, last)
        weights.append(cost_wan(holding, quarter.end) * (1 + (multiple - 1) * grown))
    if quarter == Quarter(2026, 2):
        weights = [float(holding.worth_wan) for holding in held]
    parts = split_fen(fair_value_wan(quarter), weights)
    found = []
    for holding, wan in zip(held, parts, strict=True):
        paid = max(t.paid_on for t in holding.tranches if t.paid_on and t.paid_on <= quarter.end)
        is_recent = quarter.end - paid <= MULTIPLES_AFTER
        found.append(
            Opinion(
                holding=holding.code,
                wan=wan,
                method=Method.RECENT_INVESTMENT if is_recent else Method.MULTIPLES,
                inputs={"最近一期投资": f"{paid}", "来源": "示例估值底稿"}
                if is_recent
                else {"倍数": holding.multiple, "流动性折扣": "25%", "来源": "示例估值底稿"},
                calibration="按最近一期投资价格校准，经营指标与投资时预期一致（示例）"
                if is_recent
                else "",
            )
        )
    return found


def stage(timeline: Timeline) -> None:
    """Plan the fund's books from October 2023 to September 2026."""
    published = facts()["funds"][0]
    fund = Fund(
        code=CODE,
        name=published["name"],
        name_en="Yubei Hongtai Fund",
        kind=FundKind.SUB.value,
        registered_size_fen=yi(published["registered_size"]) * FEN_A_WAN,
        announced_on=SIGNED,
        inception_on=SIGNED,
        sponsors="、".join(published["sponsors"])
        .replace(" (through ", "（通过")
        .replace(")", "）"),
        focus="、".join(published["focus"]),
        focus_en="Intelligent connected vehicles, NEV, electronics, software",
    )

    books.found(timeline, SIGNED, fund, investors())
    for on, amount in CALLS:
        books.call(timeline, CODE, on, yi(amount))
    for on, capital, gain in DISTRIBUTIONS:
        books.distribute(timeline, CODE, on, yi(capital), yi(gain))
    for holding in HOLDINGS:
        for on, proceeds, cost in holding.exits:
            books.leave(timeline, CODE, holding.code, on, proceeds_wan=proceeds, cost_wan=cost)
    for quarter in quarters_between(FIRST, LAST):
        for line, amount, memo in fees(quarter):
            day = fee_day(quarter)
            if quarter == Quarter(2026, 2) and line is Line.MANAGEMENT_FEES:
                books.spend(
                    timeline,
                    CODE,
                    day - timedelta(days=1),
                    yi(UNPAID),
                    line=Line.FUND_ADMINISTRATION,
                    memo="行政服务费（示例）",
                    paid_on=date(2026, 7, 15),
                )
                amount = round(amount - UNPAID, 2)  # noqa: PLW2901 - the part that is paid at once
            books.spend(timeline, CODE, day, yi(amount), line=line, memo=memo)
        books.value(timeline, CODE, quarter.end, opinions(quarter))
    books.close(timeline, CODE)
