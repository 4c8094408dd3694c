"""History: several hundred projects, written by the month in sets, with one audit line a set.

A command for each of these rows would take minutes; the checks that the commands make are made by
the plans (stages in order, sums within the contract) and by the tests of the demo.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from dealflow.agreements import Agreement, AgreementKind, FundMoney
from dealflow.landings import Arrival, ArrivalCheck
from dealflow.leads import Handover, Lead
from dealflow.projects import Project
from dealflow.stages import Milestone, Stage
from portfolio.kernel import audit
from portfolio.kernel.db import SHANGHAI, new_id
from portfolio.organisations import Organisation
from valuation.periods import month_end
from web.demo.plans import FEN_A_WAN, Money, ProjectPlan
from web.demo.published import TODAY
from web.demo.timeline import Scene, Timeline

ORDER = (Organisation, Project, Milestone, Agreement, Arrival, ArrivalCheck, Lead, Handover)
EVIDENCE = {
    Stage.REGISTERED: "licence",
    Stage.SITE: "land",
    Stage.STARTED: "permit",
    Stage.PRODUCTION: "protocol",
    Stage.CAPACITY: "output",
}
PROOF = {
    "registered_capital": "capital",
    "fixed_assets": "invoices",
    "loan": "loan",
    "other": "invoices",
}
NOON, EVENING = time(12), time(17, 30)
Rows = dict[type[Any], list[dict[str, Any]]]


def at(day: date, clock: time = NOON) -> datetime:
    """Return the moment at which something of a day was recorded."""
    return datetime.combine(day, clock, SHANGHAI)


def write(scene: Scene, rows: Rows) -> None:
    """Insert a set of rows, parents first, and write the audit line that counts them."""
    connection, counts = scene.work.session.connection(), {}
    for table in ORDER:
        if rows.get(table):
            name = str(table.__tablename__)
            connection.execute(sa.insert(SQLModel.metadata.tables[name]), rows[table])
            counts[name] = len(rows[table])
    officer = scene.actor("office1")
    audit.write(scene.work, officer, "demo:history", "demo", officer.id, after=counts)


def stage(
    timeline: Timeline,
    plans: Sequence[ProjectPlan],
    *,
    money_of: Sequence[tuple[ProjectPlan, Sequence[Money]]] = (),
) -> None:
    """Plan one set a month. The rows are made when the month comes, since they need its ids.

    money_of  arrivals of projects that the commands have told
    """
    months: dict[date, list[ProjectPlan]] = defaultdict(list)
    moneys: dict[date, list[tuple[str, Money]]] = defaultdict(list)
    for plan in plans:
        days = [plan.heard_on, *plan.stages.values()]
        days += [paper.signed_on for paper in plan.papers]
        for month in {_month_of(day) for day in days}:
            months[month].append(plan)
    for plan, several in (*money_of, *((plan, plan.money) for plan in plans)):
        for money in several:
            moneys[_month_of(money.on)].append((plan.code, money))
    for month in sorted({*months, *moneys}):

        def tell(scene: Scene, month: date = month) -> None:
            rows: Rows = defaultdict(list)
            for plan in months[month]:
                _tell(scene, month, plan, rows)
            for code, money in moneys[month]:
                _arrive(scene, code, money, rows)
            write(scene, rows)

        timeline.on(month, tell)


def _month_of(day: date) -> date:
    return min(month_end(day), TODAY)


def _tell(scene: Scene, month: date, plan: ProjectPlan, rows: Rows) -> None:
    if _month_of(plan.heard_on) == month:
        _begin(scene, plan, rows)
    project_id = scene["project", plan.code]
    for reached, on in plan.stages.items():
        if _month_of(on) == month:
            rows[Milestone].append(_milestone(scene, plan, project_id, reached, on))
    for number, paper in enumerate(plan.papers, start=1):
        if _month_of(paper.signed_on) == month:
            rows[Agreement].append(
                {
                    "id": new_id(),
                    "code": f"{plan.code}-{number}",
                    "project_id": project_id,
                    "kind": AgreementKind.FORMAL.value,
                    "title": f"{plan.name}投资协议",
                    "title_en": "",
                    "signed_on": paper.signed_on,
                    "amount_fen": paper.wan * FEN_A_WAN,
                    "amount_published": False,
                    "fund_money": FundMoney.BY_USE.value,
                    "start_due_on": paper.start_due_on,
                    "recorded_at": at(paper.signed_on),
                    "is_demo": True,
                    "version": 1,
                }
            )


def _arrive(scene: Scene, code: str, money: Money, rows: Rows) -> None:
    arrival_id = new_id()
    rows[Arrival].append(
        {
            "id": arrival_id,
            "project_id": scene["project", code],
            "on": money.on,
            "amount_fen": money.wan * FEN_A_WAN,
            "kind": money.kind.value,
            "evidence_file_id": scene.evidence(PROOF[money.kind.value]),
            "note": "",
            "recorded_by": scene.actor("office1").id,
            "recorded_at": at(money.on),
            "is_demo": True,
        }
    )
    rows[ArrivalCheck].append(
        {
            "id": new_id(),
            "arrival_id": arrival_id,
            "verified_by": scene.actor("office2").id,
            "on": money.on,
            "at": at(money.on, EVENING),
            "accepted": True,
            "reason": "",
            "is_demo": True,
        }
    )


def _begin(scene: Scene, plan: ProjectPlan, rows: Rows) -> None:
    organisation_id, project_id = new_id(), new_id()
    scene.ids["project", plan.code] = project_id
    rows[Organisation].append(
        {
            "id": organisation_id,
            "name": plan.firm,
            "name_en": "",
            "city": plan.city,
            "is_demo": True,
            "version": 1,
        }
    )
    rows[Project].append(
        {
            "id": project_id,
            "code": plan.code,
            "name": plan.name,
            "name_en": plan.name_en,
            "organisation_id": organisation_id,
            "unit_id": scene["unit", plan.unit],
            "system_code": plan.system,
            "chain_id": scene["chain", plan.chain] if plan.chain else None,
            "segment_id": scene["segment", f"{plan.chain}:{plan.segment}"]
            if plan.segment
            else None,
            "park": plan.park,
            "planned_investment_fen": plan.planned_wan * FEN_A_WAN if plan.planned_wan else None,
            "size_class": plan.size.value,
            "needs_site": plan.needs_site,
            "owner_account_id": scene.actor(f"office{1 + len(plan.code + plan.firm) % 2}").id,
            "source": plan.source,
            "first_heard_on": plan.heard_on,
            "is_demo": True,
            "version": 1,
        }
    )
    rows[Milestone].append(_milestone(scene, plan, project_id, Stage.LEAD, plan.heard_on))


def _milestone(
    scene: Scene, plan: ProjectPlan, project_id: str, reached: Stage, on: date
) -> dict[str, Any]:
    proof = EVIDENCE.get(reached)
    if reached is Stage.SITE and not plan.needs_site:
        proof = "lease"
    return {
        "id": new_id(),
        "project_id": project_id,
        "stage": reached.value,
        "on": on,
        "evidence_file_id": scene.evidence(proof) if proof else None,
        "note": plan.notes.get(reached, ""),
        "recorded_at": at(on),
        "recorded_by": scene.actor("office1").id,
        "is_demo": True,
    }
