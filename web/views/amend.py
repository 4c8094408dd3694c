"""Amend: the form by which a unit, an amount or a start date becomes another since a day."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlmodel import col

from dealflow import agreements, amendments, dispatch, projects, units
from dealflow.agreements import Agreement, AgreementCard, AgreementKind
from dealflow.amendments import AmendmentLine, Fact
from dealflow.projects import Project
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.formats import DASH
from web.templating import Page

FACTS: dict[Fact, Message] = {
    Fact.UNIT: say("Responsible unit"),
    Fact.PLANNED: say("Planned investment"),
    Fact.AMOUNT: say("Contract amount"),
    Fact.START_DUE: say("Start due"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One formal contract, with what of it can be amended."""

    agreement_id: str
    code: str
    signed_on: date
    amount_fen: int | None
    start_due_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """All that deals/amend.html may use."""

    template: ClassVar[str] = "deals/amend.html"
    project_id: str
    name: str
    unit_id: str
    unit_name: str
    planned_fen: int | None
    version: int
    first_heard_on: date
    units: tuple[tuple[str, str], ...]
    papers: tuple[Paper, ...]
    lines: tuple[tuple[str, AmendmentLine], ...]
    sealed_until: date | None  # a day up to it restates a sealed half month
    today: date


def build(work: Work, page: Page, project_id: str, *, with_demo: bool) -> Amend:
    """Read what holds now, and what was amended before."""
    project: Project = projects.get(work, project_id)
    reader, today = page.reader, page.today
    known = {one.id: one.name for one in units.listed(work)}

    def written(fact: Fact, text: str) -> str:
        if not text:
            return DASH
        match fact:
            case Fact.UNIT:
                return known.get(text, text)
            case Fact.START_DUE:
                return reader.date(date.fromisoformat(text))
            case _:
                return reader.amount(int(text))

    formal = agreements.listed(
        work,
        today,
        col(Agreement.project_id) == project_id,
        col(Agreement.kind) == AgreementKind.FORMAL.value,
    )
    last = dispatch.latest(work)
    return Amend(
        project_id=project_id,
        name=project.name,
        unit_id=project.unit_id or "",
        unit_name=known.get(project.unit_id or "", ""),
        planned_fen=project.planned_investment_fen,
        version=project.version,
        first_heard_on=project.first_heard_on,
        units=tuple((one.id, one.name) for one in units.listed(work, with_demo=with_demo)),
        papers=tuple(_paper(one) for one in formal),
        lines=tuple(
            (reader.say(FACTS[one.fact]), one)
            for one in amendments.of_project(work, project_id, written)
        ),
        sealed_until=last.as_of if last else None,
        today=today,
    )


def _paper(card: AgreementCard) -> Paper:
    return Paper(
        agreement_id=card.agreement_id,
        code=card.code,
        signed_on=card.signed_on,
        amount_fen=card.amount_fen,
        start_due_on=card.start_due_on,
        version=card.version,
    )
