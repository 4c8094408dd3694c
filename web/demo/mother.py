"""母基金: the mother fund above the two others; its size and its partners are 示例."""

from datetime import date

from portfolio.calls import Purpose
from portfolio.commitments import PartnerKind
from portfolio.funds import Fund, FundKind
from valuation.periods import Quarter, quarters_between
from web.demo import fund_books as books
from web.demo.fund_books import Investor
from web.demo.hongtai import MOTHER as CODE
from web.demo.hongtai import fee_day
from web.demo.plans import yi
from web.demo.timeline import Timeline

BEGAN = date(2023, 5, 19)
CALLS = (
    (date(2023, 6, 20), 2.0),
    (date(2024, 4, 8), 1.5),
    (date(2025, 1, 20), 1.6),
    (date(2026, 1, 5), 1.5),
)
FEE = 0.03  # 亿元 a quarter


def stage(timeline: Timeline) -> None:
    """Plan the mother fund's own books; what it holds follows the funds below."""
    books.found(
        timeline,
        BEGAN,
        Fund(
            code=CODE,
            name="重庆产业投资母基金",
            name_en="Chongqing Industrial Investment Fund of Funds",
            kind=FundKind.MOTHER.value,
            announced_on=BEGAN,
            inception_on=BEGAN,
            district_contributes=False,
        ),
        [
            Investor(
                code="LP1",
                name="重庆渝富控股集团有限公司",
                wan=yi(40),
                on=BEGAN,
                is_real=True,
            ),
            Investor(code="LP2", name="市级出资人 甲（未具名）", wan=yi(35), on=BEGAN),
            Investor(code="LP3", name="市级出资人 乙（未具名）", wan=yi(24), on=BEGAN),
            Investor(
                code="GP",
                name="母基金管理人（未具名）",
                wan=yi(1),
                on=BEGAN,
                kind=PartnerKind.GP,
            ),
        ],
    )
    for on, amount in CALLS:
        books.call(timeline, CODE, on, yi(amount))
    books.call(timeline, CODE, date(2025, 7, 8), yi(0.3), Purpose.MANAGEMENT_FEES)
    for quarter in quarters_between(Quarter(2023, 3), Quarter(2026, 3)):
        books.spend(timeline, CODE, fee_day(quarter), yi(FEE))
    books.distribute(timeline, CODE, date(2026, 6, 18), yi(0.14), yi(0.06))
    books.close(timeline, CODE, after=books.CLOSED_ABOVE)
