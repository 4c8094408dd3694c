"""Reports of the demo: prepared by one manager, locked by the other, one of them issued again."""

from datetime import timedelta

from portfolio import editions, indices, prose
from portfolio.prose import Section
from valuation.periods import Quarter, quarters_between
from web.demo.fund_books import CLOSED_ABOVE, LAST_CLOSED
from web.demo.plans import workday
from web.demo.published import TODAY
from web.demo.timeline import Scene, Timeline
from web.reports import issue, places

FIRST_TOLD = Quarter(2025, 4)
PREPARED, REVIEWED, AGAIN = timedelta(days=2), timedelta(days=6), timedelta(days=20)
LETTER = (
    "估值以近期融资价格、可比公司倍数与收益法为主，逐笔经第二人审批。"
    "后续各期拨付以落地条件核验为前提，逾期条件所对应的款项暂停支付，待证据核验后恢复。"
    "期末账面现金 {cash}，合伙人尚未缴付 {unfunded}，其中 {partner} {own_unfunded}。（示例文字）"
)
LETTER_EN = (
    "Fair values rest on recent rounds, multiples of comparable firms and discounted cash flow; "
    "each was approved by a second person. Later tranches are paid only once their landing "
    "conditions are verified. Cash at the quarter's end is {cash}, unfunded commitments are "
    "{unfunded}, {own_unfunded} of them of {partner}. (Demonstration text)"
)
REASON = "管理人报告补充英文正文，并计入其后核验的落地证据（示例）"


def stage(timeline: Timeline, funds: tuple[str, ...]) -> None:
    """Plan the reports of each fund, from the end of 2025 to the last closed quarter."""
    for fund in funds:
        for quarter in quarters_between(FIRST_TOLD, LAST_CLOSED):
            _tell(timeline, fund, quarter)
    _tell(timeline, funds[-1], LAST_CLOSED, reason=REASON)


def _tell(timeline: Timeline, fund: str, quarter: Quarter, *, reason: str = "") -> None:
    closed = quarter.end + CLOSED_ABOVE + (AGAIN if reason else timedelta())

    def prepare(scene: Scene) -> None:
        index = next(iter(indices.listed(scene.work)), None)
        edition = issue.begin(
            scene.work,
            scene.actor("manager1"),
            fund_id=scene["fund", fund],
            quarter=quarter,
            reason=reason,
            index_id=index.id if index else None,
            is_demo=True,
        )
        prose.write(
            scene.work,
            scene.actor("manager1"),
            edition.id,
            Section.LETTER,
            text=LETTER,
            text_en=LETTER_EN if reason else "",
            version=1 if reason else 0,
            places=places.PLACES,
        )
        editions.submit(scene.work, scene.actor("manager1"), edition.id)
        scene.ids["edition", f"{fund}:{quarter}"] = edition.id

    def lock(scene: Scene) -> None:
        issue.lock(scene.work, scene.actor("manager2"), scene["edition", f"{fund}:{quarter}"])

    timeline.on(min(workday(closed + PREPARED), TODAY), prepare)
    timeline.on(min(workday(closed + REVIEWED), TODAY), lock)
