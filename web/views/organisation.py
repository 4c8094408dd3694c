"""Organisation 1+9+8+N: units, people and quotas; projects by unit, task force, leader and park."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dealflow import groupings, targets, units
from dealflow.groupings import By, Grouping
from dealflow.targets import Pace, Scope
from dealflow.units import UnitKind
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, say
from web.templating import Page
from web.views.tips import TITLES, write

KINDS: Mapping[UnitKind, Message] = {
    UnitKind.LEADING_GROUP: say("Leading group"),
    UnitKind.INDUSTRY_DEPARTMENT: say("Industry departments"),
    UnitKind.STATE_COMPANY: say("State companies"),
    UnitKind.OTHER: say("Other responsible units"),
    UnitKind.TASK_FORCE: say("Task forces"),
    UnitKind.LIAISON_OFFICE: say("Liaison offices"),
}
GROUPS: Mapping[By, Message] = {
    By.UNIT: say("By unit"),
    By.TASK_FORCE: say("By task force"),
    By.LEADER: say("By leader"),
    By.PARK: say("By park"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRow:
    """One quota: what of it has come, in the words and units of its measure."""

    measure: str
    share: float
    ahead: float
    actual: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """One unit with its quotas of the year."""

    name: str
    people: int
    quotas: tuple[QuotaRow, ...]
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationPage:
    """All that organisation.html may use."""

    template: ClassVar[str] = "organisation.html"
    formula: str
    responsible: int
    people: int
    kinds: tuple[tuple[Message, int, int, tuple[UnitRow, ...]], ...]  # kind, units, people, rows
    by: str
    ways: tuple[tuple[str, Message], ...]
    groups: tuple[Grouping, ...]


def _quota(page: Page, pace: Pace) -> QuotaRow:
    reader, code, unit = page.reader, pace.figure.code, pace.figure.unit
    assert isinstance(pace.figure.value, int)  # a target is of an amount or a count
    return QuotaRow(
        measure=reader.say(TITLES.get(code) or Message(code)),
        share=pace.share,
        ahead=pace.ahead,
        actual=write(reader, pace.figure.value, unit),
        target=write(reader, pace.target, unit),
    )


def build(work: Work, page: Page, *, by: str, with_demo: bool) -> OrganisationPage:
    """Read and arrange the organisation."""
    whole = units.organisation(work, with_demo=with_demo)
    quotas: dict[str, list[QuotaRow]] = {}
    for pace in targets.paces(work, page.as_of, Scope.UNIT, with_demo=with_demo):
        quotas.setdefault(pace.subject.subject_id, []).append(_quota(page, pace))
    rows: dict[UnitKind, list[UnitRow]] = {kind: [] for kind in KINDS}
    for unit in units.listed(work, with_demo=with_demo):
        rows[UnitKind(unit.kind)].append(
            UnitRow(
                name=unit.name_en if page.lang == "en" and unit.name_en else unit.name,
                people=unit.people,
                quotas=tuple(quotas.get(unit.id, ())),
                is_demo=unit.is_demo,
            )
        )
    chosen = By(by) if by in set(By) else By.UNIT
    parts = (UnitKind.LEADING_GROUP, UnitKind.INDUSTRY_DEPARTMENT, UnitKind.STATE_COMPANY)
    return OrganisationPage(
        formula=" + ".join([*(str(whole.by_kind[kind]) for kind in parts), "N"]),
        responsible=whole.responsible_units,
        people=whole.people,
        kinds=tuple(
            (words, len(rows[kind]), sum(row.people for row in rows[kind]), tuple(rows[kind]))
            for kind, words in KINDS.items()
        ),
        by=chosen.value,
        ways=tuple((one.value, words) for one, words in GROUPS.items()),
        groups=tuple(groupings.groupings(work, page.as_of, chosen, with_demo=with_demo)),
    )
