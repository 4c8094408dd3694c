"""A small district, and the short words by which a test fills it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dealflow import agreements, landings, projects
from dealflow.agreements import Agreement, AgreementKind
from dealflow.landings import Arrival, MoneyKind
from dealflow.projects import Project
from dealflow.stages import Milestone, Stage
from portfolio import organisations
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work

YI = 10_000_000_000  # 1 亿元 in fen
HEARD = date(2022, 1, 10)


@dataclass(slots=True)
class District:
    """What a test says: a project signed for so much, money that came on a day."""

    work: Work
    recorder: Actor
    verifier: Actor
    evidence_id: str
    unit_ids: dict[str, str]
    made: int = field(default=0)

    def project(self, name: str = "", **facts: Any) -> Project:
        self.made += 1
        name = name or f"项目{self.made}"
        firm = organisations.find_or_create(self.work, self.recorder, name=f"{name}公司")
        facts.setdefault("first_heard_on", HEARD)
        facts.setdefault("system_code", "making")
        facts.setdefault("unit_id", self.unit_ids["U1"])
        facts.setdefault("code", f"P{self.made:03d}")
        return projects.create(
            self.work, self.recorder, name=name, organisation_id=firm.id, **facts
        )

    def reach(self, project: Project, stage: Stage, on: date, note: str = "理由") -> Milestone:
        return projects.record(
            self.work,
            self.recorder,
            project.id,
            stage=stage,
            on=on,
            evidence_file_id=self.evidence_id,
            note=note,
        )

    def sign(self, project: Project, on: date, amount_fen: int, **facts: Any) -> Agreement:
        return agreements.sign(
            self.work,
            self.recorder,
            project_id=project.id,
            kind=AgreementKind.FORMAL,
            title=f"{project.name}合同",
            signed_on=on,
            amount_fen=amount_fen,
            **facts,
        )

    def arrive(self, project: Project, on: date, amount_fen: int, **facts: Any) -> Arrival:
        """Record money that nobody has verified yet."""
        return landings.arrive(
            self.work,
            self.recorder,
            project.id,
            on=on,
            amount_fen=amount_fen,
            kind=MoneyKind.FIXED_ASSETS,
            evidence_file_id=self.evidence_id,
            **facts,
        )

    def verified(self, project: Project, on: date, amount_fen: int, **facts: Any) -> Arrival:
        arrival = self.arrive(project, on, amount_fen, **facts)
        landings.verify(self.work, self.verifier, arrival.id, accepted=True, on=on)
        return arrival
