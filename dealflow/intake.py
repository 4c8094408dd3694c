"""Intake: a firm and what it means to do here, recorded in one step."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from dealflow import projects
from dealflow.chains import Chain
from dealflow.projects import Project, SizeClass
from portfolio import organisations
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work
from portfolio.kernel.errors import DomainError
from portfolio.organisations import Organisation, check_credit_code

PREFIX = "P"


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A firm as it is handed in; the credit code may not be known yet."""

    name: str
    credit_code: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intention:
    """What the firm means to do."""

    name: str
    first_heard_on: date
    code: str = ""  # empty: the next free one
    name_en: str = ""
    unit_id: str | None = None
    system_code: str | None = None
    chain_id: str | None = None
    park: str = ""
    planned_investment_fen: int | None = None
    size_class: SizeClass = SizeClass.NONE
    needs_site: bool = True
    source: str = ""


# ---- commands
def take_in(
    work: Work, actor: Actor, *, firm: Firm, intention: Intention, is_demo: bool = False
) -> Project:
    """Record the project, and the firm too where it is new; the actor becomes its owner.

    errors  a credit code that is wrong or belongs to another name; a chain of another system
    """
    actor.must(Duty.EDIT_DEALS)
    if intention.first_heard_on > work.today():
        raise DomainError(
            "{on} is still to come.",
            "Enter the day on which the project was first heard of.",
            on=intention.first_heard_on,
        )
    if intention.chain_id is not None:
        _refuse_other_system(work, intention.chain_id, intention.system_code)
    organisation = _firm(work, actor, firm, is_demo=is_demo)
    return projects.create(
        work,
        actor,
        code=intention.code.strip() or next_code(work, intention.first_heard_on.year),
        name=intention.name,
        name_en=intention.name_en,
        organisation_id=organisation.id,
        first_heard_on=intention.first_heard_on,
        unit_id=intention.unit_id,
        system_code=intention.system_code,
        chain_id=intention.chain_id,
        park=intention.park,
        planned_investment_fen=intention.planned_investment_fen,
        size_class=intention.size_class,
        needs_site=intention.needs_site,
        owner_account_id=actor.id,
        source=intention.source,
        is_demo=is_demo,
    )


def _firm(work: Work, actor: Actor, firm: Firm, *, is_demo: bool) -> Organisation:
    name = firm.name.strip()
    code = check_credit_code(firm.credit_code) if firm.credit_code.strip() else None
    known = col(Organisation.credit_code) == code if code else col(Organisation.name) == name
    found: list[Organisation] = [
        row for (row,) in work.rows(sa.select(Organisation).where(known).limit(2))
    ]
    if len(found) > 1:
        raise DomainError(
            "Several organisations are called {name}.",
            "Enter the credit code, which tells them apart.",
            name=name,
        )
    if not found:
        return organisations.create(
            work, actor, name=name, credit_code=code, city=firm.city.strip(), is_demo=is_demo
        )
    if found[0].name != name:
        raise DomainError(
            "The credit code {code} belongs to {name}.",
            "Check the code against the business licence, or use that firm's name.",
            code=code,
            name=found[0].name,
        )
    return found[0]


def _refuse_other_system(work: Work, chain_id: str, system_code: str | None) -> None:
    chain = work.session.get(Chain, chain_id)
    if chain is None or (chain.system_code and system_code and chain.system_code != system_code):
        raise DomainError(
            "This chain belongs to another industry system.",
            "Choose the system of the chain, or another chain.",
        )


# ---- reads
def next_code(work: Work, year: int) -> str:
    """Return the next free code of a year, such as P-2026-004."""
    last = work.scalar(
        sa.select(sa.func.max(col(Project.code))).where(
            col(Project.code).like(f"{PREFIX}-{year}-___")
        )
    )
    number = int(last[-3:]) + 1 if last and last[-3:].isdigit() else 1
    return f"{PREFIX}-{year}-{number:03d}"
