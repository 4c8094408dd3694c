"""The last half month of each quarter is sealed: the funds' books are closed beside it."""

from datetime import date, timedelta

from dealflow import dispatch
from valuation.periods import quarters_between
from web.demo.fund_books import FIRST_CLOSED, LAST_CLOSED
from web.demo.plans import workday
from web.demo.timeline import Scene, Timeline

SEALED = timedelta(days=2)


def stage(timeline: Timeline) -> None:
    """Plan the seals from the first quarter that is closed to the last."""
    for quarter in quarters_between(FIRST_CLOSED, LAST_CLOSED):

        def seal(scene: Scene, end: date = quarter.end) -> None:
            dispatch.seal(scene.work, scene.actor("office1"), as_of=end)

        timeline.on(workday(quarter.end + SEALED), seal)
