"""Fund books: the steps that every fund of the demo takes, each through its command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dealflow import quarter_close
from portfolio import (
    calls,
    commitments,
    distributions,
    exits,
    expenses,
    funds,
    investments,
    marks,
    receipts,
    tranches,
)
from portfolio.accounts import Line
from portfolio.commitments import PartnerKind
from portfolio.funds import Fund
from portfolio.marks import Method
from valuation.periods import Quarter, quarters_between
from web.demo.people import organisation
from web.demo.plans import FEN_A_WAN, workday
from web.demo.published import TODAY
from web.demo.timeline import Scene, Timeline

NOTICE = timedelta(days=14)  # between a call and its due date
MARKED, APPROVED, CLOSED = (timedelta(days=days) for days in (10, 13, 18))
CLOSED_ABOVE = timedelta(days=22)  # a mother fund closes after the funds below it
FIRST_CLOSED, LAST_CLOSED = Quarter(2023, 4), Quarter(2026, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Investor:
    """A partner as it is admitted: an organisation, or one of the demo's funds by its code."""

    code: str
    name: str
    wan: int
    on: date
    kind: PartnerKind = PartnerKind.LP
    is_real: bool = False
    fund: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A value for a holding at a quarter's end, and what it was judged by."""

    holding: str
    wan: int
    method: Method
    inputs: Mapping[str, str]
    calibration: str = ""


def found(timeline: Timeline, day: date, fund: Fund, investors: Sequence[Investor]) -> None:
    """Plan a fund and those of its partners that come in by its first day."""

    def begin(scene: Scene) -> None:
        manager = scene.actor("manager1")
        scene.ids["fund", fund.code] = funds.create(scene.work, manager, fund).id

    timeline.on(day, begin)
    for investor in investors:
        join(timeline, fund.code, investor)


def join(timeline: Timeline, fund: str, investor: Investor) -> None:
    """Plan the admission of a partner; a fund as partner opens its holding at once."""

    def admit(scene: Scene) -> None:
        manager = scene.actor("manager1")
        partner = commitments.admit(
            scene.work,
            manager,
            fund_id=scene["fund", fund],
            code=investor.code,
            name=investor.name,
            kind=investor.kind,
            committed_fen=investor.wan * FEN_A_WAN,
            effective_date=investor.on,
            organisation_id=None
            if investor.fund
            else organisation(scene, investor.name, is_demo=not investor.is_real),
            investor_fund_id=scene["fund", investor.fund] if investor.fund else None,
            is_demo=True,
        )
        if investor.fund:
            investments.hold_fund(scene.work, manager, partner.id)

    timeline.on(investor.on, admit)


def call(
    timeline: Timeline,
    fund: str,
    due_on: date,
    wan: int,
    purpose: calls.Purpose = calls.Purpose.INVESTMENTS,
    besides: Mapping[calls.Purpose, int] | None = None,
) -> None:
    """Plan a call two weeks before its day, and its receipt on the day.

    besides  {type: 万元} of the total that is called for something else than its purpose
    """
    others = {kind: part * FEN_A_WAN for kind, part in (besides or {}).items()}
    parts = {purpose: wan * FEN_A_WAN - sum(others.values()), **others}

    def ask(scene: Scene) -> None:
        scene.ids["call", f"{fund}:{due_on}"] = calls.call(
            scene.work,
            scene.actor("manager1"),
            fund_id=scene["fund", fund],
            called_on=due_on - NOTICE,
            due_on=due_on,
            parts=parts,
            is_demo=True,
        ).id

    def collect(scene: Scene) -> None:
        receipts.receive_all(
            scene.work,
            scene.actor("manager1"),
            scene["call", f"{fund}:{due_on}"],
            received_on=due_on,
        )

    timeline.on(due_on - NOTICE, ask)
    timeline.on(due_on, collect)


def distribute(timeline: Timeline, fund: str, on: date, capital_wan: int, gain_wan: int) -> None:
    """Plan a distribution of returned capital and gain."""
    parts = {
        distributions.Purpose.RETURN_OF_CAPITAL: capital_wan * FEN_A_WAN,
        distributions.Purpose.GAIN: gain_wan * FEN_A_WAN,
    }
    timeline.on(
        on,
        lambda scene: distributions.distribute(
            scene.work,
            scene.actor("manager1"),
            fund_id=scene["fund", fund],
            paid_on=on,
            parts={purpose: fen for purpose, fen in parts.items() if fen},
            is_demo=True,
        ),
    )


def spend(
    timeline: Timeline,
    fund: str,
    on: date,
    wan: int,
    *,
    line: Line = Line.MANAGEMENT_FEES,
    memo: str = "管理费（示例）",
    paid_on: date | None = None,
) -> None:
    """Plan a fee or cost; it is paid on its day unless another is given."""

    def owe(scene: Scene) -> None:
        scene.ids["expense", f"{fund}:{on}:{line}"] = expenses.book(
            scene.work,
            scene.actor("manager1"),
            fund_id=scene["fund", fund],
            line=line,
            amount_fen=wan * FEN_A_WAN,
            effective_date=on,
            paid_on=on if paid_on is None else None,
            memo=memo,
            is_demo=True,
        ).id

    timeline.on(on, owe)
    if paid_on is not None:
        timeline.on(
            paid_on,
            lambda scene: expenses.pay(
                scene.work,
                scene.actor("manager1"),
                scene["expense", f"{fund}:{on}:{line}"],
                paid_on=paid_on,
            ),
        )


def invest(
    timeline: Timeline, fund: str, holding: str, firm: str, on: date, instrument: str = "增资"
) -> None:
    """Plan the decision to invest in a firm of the story."""

    def decide(scene: Scene) -> None:
        scene.ids["holding", f"{fund}:{holding}"] = investments.create(
            scene.work,
            scene.actor("manager1"),
            fund_id=scene["fund", fund],
            code=holding,
            name=firm,
            organisation_id=scene["organisation", firm],
            instrument=instrument,
            decided_on=on,
            is_demo=True,
        ).id

    timeline.on(on, decide)


def agree_tranche(
    timeline: Timeline, fund: str, holding: str, no: int, wan: int, on: date, due_on: date
) -> None:
    """Plan a tranche; `on` is the day on which it was agreed."""

    def agree(scene: Scene) -> None:
        scene.ids["tranche", f"{fund}:{holding}:{no}"] = tranches.plan(
            scene.work,
            scene.actor("manager1"),
            investment_id=scene["holding", f"{fund}:{holding}"],
            agreed_fen=wan * FEN_A_WAN,
            due_on=due_on,
            is_demo=True,
        ).id

    timeline.on(on, agree)


def pay_tranche(timeline: Timeline, fund: str, holding: str, no: int, on: date) -> None:
    """Plan the payment of a tranche."""
    timeline.on(
        on,
        lambda scene: tranches.pay(
            scene.work,
            scene.actor("manager1"),
            scene["tranche", f"{fund}:{holding}:{no}"],
            effective_date=on,
        ),
    )


def leave(
    timeline: Timeline, fund: str, holding: str, on: date, *, proceeds_wan: int, cost_wan: int
) -> None:
    """Plan an exit, whole or in part."""
    timeline.on(
        on,
        lambda scene: exits.realise(
            scene.work,
            scene.actor("manager1"),
            scene["holding", f"{fund}:{holding}"],
            on=on,
            proceeds_fen=proceeds_wan * FEN_A_WAN,
            cost_fen=cost_wan * FEN_A_WAN,
        ),
    )


def value(
    timeline: Timeline,
    fund: str,
    as_of: date,
    opinions: Sequence[Opinion],
    *,
    waiting: str = "",
) -> None:
    """Plan the marks of a day: one manager prepares, the other approves; `waiting` stays open."""
    prepared_on = min(workday(as_of + MARKED), TODAY)
    approved_on = min(workday(as_of + APPROVED), TODAY)

    def prepare(scene: Scene) -> None:
        for opinion in opinions:
            scene.ids["mark", f"{fund}:{opinion.holding}:{as_of}"] = marks.prepare(
                scene.work,
                scene.actor("manager1"),
                investment_id=scene["holding", f"{fund}:{opinion.holding}"],
                as_of=as_of,
                fair_value_fen=opinion.wan * FEN_A_WAN,
                method=opinion.method,
                inputs=opinion.inputs,
                calibration=opinion.calibration,
                is_demo=True,
            ).id

    def approve(scene: Scene) -> None:
        for opinion in opinions:
            if opinion.holding != waiting:
                marks.approve(
                    scene.work,
                    scene.actor("manager2"),
                    scene["mark", f"{fund}:{opinion.holding}:{as_of}"],
                )

    timeline.on(prepared_on, prepare)
    timeline.on(approved_on, approve)


def close(timeline: Timeline, fund: str, *, after: timedelta = CLOSED) -> None:
    """Plan the closing of every quarter to the middle of 2026; the third stays open."""
    for quarter in quarters_between(FIRST_CLOSED, LAST_CLOSED):

        def lock(scene: Scene, quarter: Quarter = quarter) -> None:
            quarter_close.close(scene.work, scene.actor("manager2"), scene["fund", fund], quarter)

        timeline.on(workday(quarter.end + after), lock)
