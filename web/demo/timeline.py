"""The timeline: what happens in the demo, told in the order in which it became known.

All of it is one transaction whose clock moves on from step to step, so a load that fails leaves
nothing behind, and every row says that it was recorded on its own day.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from portfolio.kernel.actors import Actor
from portfolio.kernel.db import SHANGHAI, Work
from portfolio.kernel.files import Store

MORNING = time(9, 30)


@dataclass(slots=True)
class Scene:
    """What a step acts on: the open work, who is there, and what earlier steps have made."""

    work: Work
    store: Store
    actors: dict[str, Actor] = field(default_factory=dict)  # by login
    ids: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, code) -> id

    def __getitem__(self, key: tuple[str, str]) -> str:
        return self.ids[key]

    def actor(self, login: str) -> Actor:
        """Return the actor behind a demo account."""
        return self.actors[login]

    def evidence(self, kind: str) -> str:
        """Return the id of a demo document."""
        return self.ids["file", kind]


Act = Callable[[Scene], object]  # what a command answers is of no interest here


@dataclass(slots=True)
class Timeline:
    """Steps by day; steps of one day keep the order in which they were planned."""

    steps: list[tuple[date, Act]] = field(default_factory=list)

    def on(self, day: date, act: Act) -> None:
        """Plan a step."""
        self.steps.append((day, act))

    def play(self, scene: Scene) -> None:
        """Run all steps, a second apart within a day, and never backwards."""
        today, moment = None, None
        for day, act in sorted(self.steps, key=lambda step: step[0]):
            if day != today or moment is None:
                today, moment = day, datetime.combine(day, MORNING, SHANGHAI).astimezone(UTC)
            moment += timedelta(seconds=1)
            scene.work.recorded_at = moment
            act(scene)
