"""Survival: how long things take when some of them are not over yet.

A project that was signed and has not started tells that its start takes longer than it is old;
leaving it out would make starts look quicker than they are. The product-limit estimator counts it
for as long as it was watched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valuation.figures import Reason, Undefined

Floats = npt.NDArray[np.float64]


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The share still waiting after each time at which something happened.

    times      shape (k,), ascending, where at least one event happened
    at_risk    shape (k,), how many were watched just before it
    events     shape (k,), how many happened at it
    survival   shape (k,), 0…1, the share still waiting after it
    error      shape (k,), Greenwood's standard error of it
    """

    times: Floats
    at_risk: Floats
    events: Floats
    survival: Floats
    error: Floats

    def at(self, time: float) -> float:
        """Return the share still waiting at a time; 1 before the first event."""
        place = int(np.searchsorted(self.times, time, side="right"))
        return 1.0 if place == 0 else float(self.survival[place - 1])

    @property
    def median(self) -> float | Undefined:
        """The first time by which half or more is over; Undefined while more than half waits."""
        over = np.flatnonzero(self.survival <= 0.5)  # noqa: PLR2004 - a half
        if not over.size:
            return Undefined(Reason.NOT_YET, "more than half is still waiting")
        return float(self.times[over[0]])


# ---- rules
def kaplan_meier(durations: Sequence[float], happened: Sequence[bool]) -> Curve:
    """Estimate the survival curve by the product limit.

    durations  shape (n,), >= 0, until the event or until the last look
    happened   shape (n,), False where it had not happened at the last look
    raises     ValueError if the shapes differ or a duration is negative
    source     Kaplan and Meier (1958), JASA 53(282); Greenwood (1926) for the error
    """
    time, event = np.asarray(durations, dtype=np.float64), np.asarray(happened, dtype=bool)
    if time.shape != event.shape or time.ndim != 1:
        raise ValueError(f"shapes differ: {time.shape}, {event.shape}")
    if time.size and time.min() < 0:
        raise ValueError("a duration is negative")
    times = np.unique(time[event])
    ordered = np.sort(time)
    at_risk = (time.size - np.searchsorted(ordered, times, side="left")).astype(np.float64)
    events = np.bincount(np.searchsorted(times, time[event]), minlength=times.size).astype(
        np.float64
    )
    survival: Floats = np.cumprod(1 - events / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where all are over the last factor divides by zero; the error of nothing left is nothing.
        steps = np.where(at_risk > events, events / (at_risk * (at_risk - events)), 0.0)
    error = survival * np.sqrt(np.cumsum(steps))
    return Curve(times=times, at_risk=at_risk, events=events, survival=survival, error=error)
