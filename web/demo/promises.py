"""Promises: landing conditions as the demo agrees, observes and verifies them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dealflow import observations
from dealflow.terms import MONEY, THOUSANDTHS, Consequence, Metric
from web.demo.evidence import PAPERS
from web.demo.plans import FEN_A_WAN, workday, yi
from web.demo.published import TODAY
from web.demo.timeline import Scene, Timeline

PROOF = {
    Metric.REGISTERED_HERE: "licence",
    Metric.REGISTERED_CAPITAL_PAID: "capital",
    Metric.FIXED_ASSET_INVESTMENT: "invoices",
    Metric.FLOOR_AREA: "lease",
    Metric.LAND: "land",
    Metric.PRODUCTION_LINE: "protocol",
    Metric.HEADCOUNT: "staff",
    Metric.RD_HEADCOUNT: "staff",
    Metric.RD_SPENDING: "invoices",
    Metric.LOCAL_PURCHASES: "purchases",
    Metric.ANNUAL_OUTPUT: "output",
    Metric.PATENTS: "protocol",
}
VERIFIED_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Seen:
    """A value on a day: money in 亿元, all else in the metric's unit."""

    on: date
    value: float
    is_verified: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A condition with what was seen of it; `gates` is the number of a tranche."""

    metric: Metric
    name: str
    least: float
    due: date
    gates: int | None = None
    consequence: Consequence = Consequence.NONE
    unit: str = ""
    weight: int = 1
    seen: Sequence[Seen] = ()
    waived_on: date | None = None
    waived_because: str = ""


def smallest(metric: Metric, value: float) -> int:
    """Return a value in the metric's smallest unit."""
    return yi(value) * FEN_A_WAN if metric in MONEY else round(value * THOUSANDTHS)


def keep(
    timeline: Timeline,
    agreement: str,
    agreed_on: date,
    promises: Sequence[Promise],
    *,
    tranches_of: str = "",
) -> None:
    """Plan the conditions of an agreement, their observations, verifications and waivers.

    tranches_of  "fund:holding", whose tranches the conditions gate
    """
    for no, promise in enumerate(promises, start=1):
        key = f"{agreement}:C{no}"

        def agree(scene: Scene, promise: Promise = promise, key: str = key) -> None:
            gated = scene["tranche", f"{tranches_of}:{promise.gates}"] if promise.gates else None
            scene.ids["condition", key] = observations.agree(
                scene.work,
                scene.actor("office1"),
                agreement_id=scene["agreement", agreement],
                metric=promise.metric,
                name=promise.name,
                threshold=smallest(promise.metric, promise.least),
                due_on=promise.due,
                unit=promise.unit,
                weight=promise.weight,
                consequence=Consequence.GATES_TRANCHE if gated else promise.consequence,
                gates_tranche_id=gated,
                evidence_required=PAPERS[PROOF[promise.metric]][0],
                is_demo=True,
            ).id

        timeline.on(agreed_on, agree)
        for one in promise.seen:
            _see(timeline, key, promise, one)
        if promise.waived_on is not None:
            _waive(timeline, key, promise, promise.waived_on)


def _see(timeline: Timeline, key: str, promise: Promise, one: Seen) -> None:
    def observe(scene: Scene) -> None:
        scene.ids["observation", f"{key}:{one.on}"] = observations.observe(
            scene.work,
            scene.actor("office1"),
            scene["condition", key],
            observed_on=one.on,
            value=smallest(promise.metric, one.value),
            evidence_file_id=scene.evidence(PROOF[promise.metric]),
            note=one.note,
        ).id

    def verify(scene: Scene) -> None:
        observations.verify(
            scene.work,
            scene.actor("office2"),
            scene["observation", f"{key}:{one.on}"],
            accepted=True,
        )

    timeline.on(one.on, observe)
    if one.is_verified:
        timeline.on(min(workday(one.on + VERIFIED_AFTER), TODAY), verify)


def _waive(timeline: Timeline, key: str, promise: Promise, on: date) -> None:
    timeline.on(
        on,
        lambda scene: observations.waive(
            scene.work,
            scene.actor("office2"),
            scene["condition", key],
            decided_on=on,
            resolution_file_id=scene.evidence("resolution"),
            reason=promise.waived_because,
        ),
    )
