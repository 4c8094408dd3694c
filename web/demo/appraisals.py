"""One valuation of the demo that is worked out of its assumptions and waits for its approval."""

from portfolio import appraisals, investments, marks
from portfolio.appraisals import Basis, Level, UnitOfAccount
from portfolio.ledger import Moment
from valuation.fair_value import Technique
from valuation.periods import Quarter
from web.demo.fund_books import MARKED
from web.demo.plans import FEN_A_WAN, workday
from web.demo.published import TODAY
from web.demo.timeline import Scene, Timeline
from web.demo.xinwei import CODE

HOLDING, QUARTER = "XW-5", Quarter(2026, 3)
SHARE = 0.24


def stage(timeline: Timeline) -> None:
    """Plan a second version of the mark that waits: a multiple of revenue, calibrated to entry."""
    as_of = QUARTER.end

    def prepare(scene: Scene) -> None:
        holding_id = scene["holding", f"{CODE}:{HOLDING}"]
        moment = Moment(as_of=as_of)
        cost_fen, _ = investments.carried_fen(scene.work, moment, [holding_id])[holding_id]
        found = appraisals.appraise(
            Technique.MULTIPLE,
            as_of,
            once={"price": cost_fen},
            earlier=_sales(wan=9_000, multiple=7.0, net_debt_wan=5_000),
            now=_sales(wan=11_200, multiple=7.2, net_debt_wan=6_000),
        )
        basis = Basis(
            level=Level.UNOBSERVABLE,
            unit_of_account=UnitOfAccount.HOLDING,
            events="无新一轮融资；三季度新增两家定点客户（示例）",
        )
        marks.prepare(
            scene.work,
            scene.actor("manager1"),
            investment_id=holding_id,
            as_of=as_of,
            fair_value_fen=found.value_fen,
            method=found.method,
            inputs=appraisals.stored(found, basis),
            calibration="可比公司倍数较投资时上移，净负债增加，溢价沿用投资时（示例）",
            is_demo=True,
        )

    timeline.on(min(workday(as_of + MARKED), TODAY), prepare)


def _sales(*, wan: int, multiple: float, net_debt_wan: int) -> dict[str, float]:
    return {
        "metric": wan * FEN_A_WAN,
        "peer_multiple": multiple,
        "net_debt": net_debt_wan * FEN_A_WAN,
        "share": SHARE,
    }
