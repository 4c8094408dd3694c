"""Leads going round: 146 had been handed on by the end of October 2023; their contents are 示例."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dealflow import leads
from dealflow.leads import Handover, Lead, SourceKind
from portfolio.kernel.db import new_id
from valuation.periods import month_end
from web.demo.history import Rows, write
from web.demo.plans import ProjectPlan, in_month, spread
from web.demo.published import AS_OF, TODAY
from web.demo.timeline import Scene, Timeline

RECEIVED, CIRCULATED = 163, 146  # by the end of October 2023; ">140" was published
SINCE_A_MONTH = 6
SOURCES = ("驻外联络处", "以商招商", "区领导外出招商", "平台推介", "基金推荐")
KINDS = (
    SourceKind.LIAISON_OFFICE,
    SourceKind.CHAIN_LEADER,
    SourceKind.VISIT,
    SourceKind.EVENT,
    SourceKind.FUND,
)
GIVERS = ("LO1", "LO2", "LO3", "LO4", "U01", "U04", "U12")
TAKERS = ("U02", "U05", "U07", "U10", "U14", "U03", "U16")
TWO_DAYS = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPlan:
    """A lead: who heard of it, to whom it went, and which project it became."""

    code: str
    title: str
    firm: str
    received_on: date
    giver: str
    taker: str
    source: str
    is_handed: bool
    accepts_after: int | None  # days after it was handed over; None: not yet
    project: str | None = None

    @property
    def handed_on(self) -> date:
        """When it was handed over, two days after it came."""
        return self.received_on + TWO_DAYS


def plans(in_talks: Sequence[ProjectPlan]) -> list[LeadPlan]:
    """Return every lead; those of the projects in talks began on the day of the project."""
    latest = AS_OF - timedelta(days=6)
    first = [(plan.heard_on, plan) for plan in in_talks]
    others = RECEIVED - len(first)
    days: list[tuple[date, ProjectPlan | None]] = [
        *first,
        *((min(in_month(2023, 1 + i % 10, i), latest), None) for i in range(others)),
    ]
    found = [
        _plan(number, on, plan, is_handed=number < CIRCULATED)
        for number, (on, plan) in enumerate(days)
    ]
    month, number = date(2023, 11, 1), RECEIVED
    while month <= TODAY:
        for _ in range(SINCE_A_MONTH):
            on = in_month(month.year, month.month, number)
            if on < TODAY - TWO_DAYS:
                found.append(_plan(number, on, None, is_handed=number % 8 != 0))
                number += 1
        month = month_end(month) + timedelta(days=1)
    return found


def _plan(number: int, on: date, plan: ProjectPlan | None, *, is_handed: bool) -> LeadPlan:
    is_waiting = on > TODAY - timedelta(days=12)
    return LeadPlan(
        code=f"L-{on.year}-{number + 1:04d}",
        title=plan.name if plan else f"示例线索 {number + 1:04d}",
        firm=plan.firm if plan else f"示例企业 L{number + 1:04d}",
        received_on=on,
        giver=GIVERS[number % len(GIVERS)],
        taker=TAKERS[spread(number, len(TAKERS))],
        source=SOURCES[number % len(SOURCES)],
        is_handed=is_handed,
        accepts_after=None if is_waiting else 1 + spread(number, 4),
        project=plan.code if plan else None,
    )


def stage(timeline: Timeline, given: Sequence[LeadPlan]) -> None:
    """Plan the leads: in sets by the month, and through the commands in the last one."""
    months: dict[date, list[LeadPlan]] = defaultdict(list)
    for plan in given:
        if plan.received_on.replace(day=1) == TODAY.replace(day=1):
            _one_by_one(timeline, plan)
        else:
            # a lead is written with its way, once the unit that took it has accepted it
            months[month_end(plan.received_on)].append(plan)
    for month, several in months.items():

        def tell(scene: Scene, several: Sequence[LeadPlan] = several) -> None:
            rows: Rows = defaultdict(list)
            for plan in several:
                _rows(scene, plan, rows)
            write(scene, rows)

        timeline.on(month, tell)


def _rows(scene: Scene, plan: LeadPlan, rows: Rows) -> None:
    lead_id = new_id()
    rows[Lead].append(
        {
            "id": lead_id,
            "code": plan.code,
            "title": plan.title,
            "firm_name": plan.firm,
            "source": plan.source,
            "source_kind": KINDS[SOURCES.index(plan.source)].value,
            "credit_code": "",
            "unit_id": scene["unit", plan.giver],
            "received_on": plan.received_on,
            "project_id": scene["project", plan.project] if plan.project else None,
            "is_demo": True,
        }
    )
    if plan.is_handed and plan.accepts_after is not None:
        rows[Handover].append(
            {
                "id": new_id(),
                "lead_id": lead_id,
                "from_unit_id": scene["unit", plan.giver],
                "to_unit_id": scene["unit", plan.taker],
                "on": plan.handed_on,
                "accept_by": plan.handed_on + timedelta(days=5),
                "accepted_on": plan.handed_on + timedelta(days=plan.accepts_after),
                "is_demo": True,
            }
        )


def _one_by_one(timeline: Timeline, plan: LeadPlan) -> None:
    def receive(scene: Scene) -> None:
        scene.ids["lead", plan.code] = leads.receive(
            scene.work,
            scene.actor("office1"),
            code=plan.code,
            title=plan.title,
            unit_id=scene["unit", plan.giver],
            received_on=plan.received_on,
            firm_name=plan.firm,
            source=plan.source,
            source_kind=KINDS[SOURCES.index(plan.source)],
            is_demo=True,
        ).id

    def hand_over(scene: Scene) -> None:
        leads.hand_over(
            scene.work,
            scene.actor("office1"),
            scene["lead", plan.code],
            to_unit_id=scene["unit", plan.taker],
            on=plan.handed_on,
            accept_by=plan.handed_on + timedelta(days=5),
        )

    timeline.on(plan.received_on, receive)
    if not plan.is_handed:
        return
    timeline.on(plan.handed_on, hand_over)
    if plan.accepts_after is not None:
        accepted_on = plan.handed_on + timedelta(days=plan.accepts_after)
        timeline.on(
            accepted_on,
            lambda scene: leads.accept(
                scene.work, scene.actor("office2"), scene["lead", plan.code], on=accepted_on
            ),
        )
