"""Fees given back and carry accrued, on the two funds that have gains: 示例 throughout."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

from portfolio import carry, fees, terms
from portfolio.accounts import Line
from portfolio.term_sheet import Model, Terms
from valuation.periods import Quarter
from web.demo import hongtai, xinwei
from web.demo.plans import FEN_A_WAN, workday
from web.demo.timeline import Scene, Timeline

ACCRUED = timedelta(days=15)  # after the marks of a quarter, before its books are closed
YEAR_ENDS = tuple(Quarter(year, 4) for year in (2023, 2024, 2025))
AGREED = "合伙协议（示例）"
# The older fund shares each sold firm's profit, the newer one that of the fund as a whole.
TERMS = {xinwei.CODE: Terms(model=Model.AMERICAN), hongtai.CODE: Terms()}


def stage(timeline: Timeline) -> None:
    """Plan offsets, a waiver and a rebate, then the carry of year ends and of the last quarter."""
    _recognise(timeline, xinwei.CODE, date(2025, 6, 18), 68, 60, "投后监督费，抵减 80%（示例）")
    _reduce(timeline, xinwei.CODE, date(2025, 9, 24), Line.MANAGEMENT_FEE_OFFSETS, 30, "抵减退回")
    _reduce(timeline, xinwei.CODE, date(2025, 12, 24), Line.MANAGEMENT_FEE_WAIVERS, 8, "管理费豁免")
    _reduce(timeline, xinwei.CODE, date(2026, 3, 25), Line.MANAGEMENT_FEE_REBATE, 5, "管理费返还")
    _recognise(timeline, hongtai.CODE, date(2026, 5, 20), 67, 90, "董事费，抵减 80%（示例）")
    for fund in (xinwei.CODE, hongtai.CODE):
        for quarter in (*YEAR_ENDS, Quarter(2026, 2)):
            _accrue(timeline, fund, quarter)


def _recognise(
    timeline: Timeline, fund: str, on: date, row: int, received_wan: int, memo: str
) -> None:
    timeline.on(
        on,
        lambda scene: fees.recognise(
            scene.work,
            scene.actor("manager1"),
            fund_id=scene["fund", fund],
            row=row,
            received_fen=received_wan * FEN_A_WAN,
            offset_share=Fraction(4, 5),
            effective_date=on,
            memo=memo,
            is_demo=True,
        ),
    )


def _reduce(timeline: Timeline, fund: str, on: date, line: Line, wan: int, memo: str) -> None:
    timeline.on(
        on,
        lambda scene: fees.reduce(
            scene.work,
            scene.actor("manager1"),
            fund_id=scene["fund", fund],
            line=line,
            amount_fen=wan * FEN_A_WAN,
            effective_date=on,
            memo=f"{memo}（示例）",
            is_demo=True,
        ),
    )


def _accrue(timeline: Timeline, fund: str, quarter: Quarter) -> None:
    timeline.on(workday(quarter.end + ACCRUED), _accrual(fund, quarter))


def _accrual(fund: str, quarter: Quarter) -> Callable[[Scene], None]:
    def accrue(scene: Scene) -> None:
        fund_id, manager = scene["fund", fund], scene.actor("manager1")
        if terms.find(scene.work, fund_id, quarter.end) is None:
            terms.agree(
                scene.work,
                manager,
                fund_id=fund_id,
                terms=TERMS[fund],
                valid_from=date(2017, 1, 1),
                reason=AGREED,
                is_demo=True,
            )
        carry.accrue(scene.work, manager, fund_id, quarter.end, is_demo=True)

    return accrue
