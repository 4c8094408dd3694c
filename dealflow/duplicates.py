"""Duplicates: a firm that somebody already leads or courts, found by credit code or by name.

Two names are the same once width, case, spaces, brackets and the words for the legal form are
left out; a place name in front or in brackets is left out too, since registers move it about.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import col

from dealflow.leads import Lead
from dealflow.projects import Project
from dealflow.units import Unit
from portfolio.kernel.db import Work
from portfolio.organisations import Organisation

FORMS = re.compile(
    r"(股份有限公司|有限责任公司|集团有限公司|有限公司|股份公司|集团公司|集团|公司|co\.?,?ltd\.?|inc\.?)$"
)
PLACES = re.compile(
    r"^(重庆市?|北京市?|上海市?|深圳市?|成都市?|广州市?|杭州市?|苏州市?|武汉市?|中国)"
)
BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
LEAST_SIGNS = 2  # a shorter core would match half the register


# ---- facts
class Likeness(StrEnum):
    """By what a firm was found."""

    CREDIT_CODE = "credit_code"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A lead or a project of what seems to be the same firm."""

    kind: str  # lead or project
    subject_id: str
    code: str
    title: str
    firm_name: str
    unit_name: str
    likeness: Likeness


# ---- rules
def core(name: str) -> str:
    """Return what is left of a firm's name without form, place, brackets and width."""
    plain = BRACKETS.sub("", unicodedata.normalize("NFKC", name)).lower()
    plain = re.sub(r"[\s·,，.。-]+", "", plain)
    while (shorter := FORMS.sub("", plain)) != plain and shorter:
        plain = shorter
    without_place = PLACES.sub("", plain)
    return without_place if len(without_place) >= LEAST_SIGNS else plain


# ---- reads
def twins(
    work: Work, *, firm_name: str, credit_code: str = "", but: str | None = None
) -> list[Twin]:
    """Return the leads and projects of the same firm, those with the same code first."""
    wanted, code = core(firm_name), credit_code.strip().upper()
    found = [
        Twin(
            kind=kind,
            subject_id=subject_id,
            code=own_code,
            title=title,
            firm_name=firm,
            unit_name=unit_name or "",
            likeness=Likeness.CREDIT_CODE if code and code == known else Likeness.NAME,
        )
        for kind, statement in (("lead", _leads()), ("project", _projects()))
        for subject_id, own_code, title, firm, known, unit_name in work.rows(statement)
        if subject_id != but
        and (
            (code and code == (known or ""))
            or (len(wanted) >= LEAST_SIGNS and firm and core(firm) == wanted)
        )
    ]
    return sorted(found, key=lambda one: (one.likeness is Likeness.NAME, one.kind, one.code))


def _leads() -> sa.Select[str, str, str, str, str, str]:
    return (
        sa.select(
            col(Lead.id),
            col(Lead.code),
            col(Lead.title),
            col(Lead.firm_name),
            col(Lead.credit_code),
            col(Unit.name),
        )
        .join(Unit, col(Unit.id) == col(Lead.unit_id))
        .where(col(Lead.project_id).is_(None))
    )


def _projects() -> sa.Select[str, str, str, str, str | None, str]:
    return (
        sa.select(
            col(Project.id),
            col(Project.code),
            col(Project.name),
            col(Organisation.name),
            col(Organisation.credit_code),
            col(Unit.name),
        )
        .join(Organisation, col(Organisation.id) == col(Project.organisation_id))
        .outerjoin(Unit, col(Unit.id) == col(Project.unit_id))
    )
