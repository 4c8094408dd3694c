"""Organisations: any legal person, known by its unified social credit code where it has one."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z
WEIGHTS = tuple(3**place % 31 for place in range(17))


# ---- rules
def check_credit_code(code: str) -> str:
    """Return the code in capitals, or refuse it with what is wrong.

    source  GB 32100-2015, check character: 31 − (Σ value·3^i mod 31), and 31 counts as 0
    """
    code = code.strip().upper()
    remedy = "Copy the 18 characters from the business licence."
    if len(code) != len(WEIGHTS) + 1:
        raise DomainError(
            "The credit code {code} has {length} characters, not 18.",
            remedy,
            code=code,
            length=len(code),
        )
    if wrong := [sign for sign in code if sign not in ALPHABET]:
        raise DomainError(
            "The credit code {code} contains {sign}, which no such code has.",
            remedy,
            code=code,
            sign=wrong[0],
        )
    total = sum(ALPHABET.index(sign) * weight for sign, weight in zip(code, WEIGHTS, strict=False))
    if ALPHABET[(31 - total % 31) % 31] != code[-1]:
        raise DomainError(
            "The check character of the credit code {code} is wrong.", remedy, code=code
        )
    return code


# ---- rows
class Organisation(Row, table=True):
    """A firm, an investor, a manager or a state company."""

    __tablename__ = "organisation"
    __table_args__ = strict(
        sa.UniqueConstraint("credit_code"), sa.CheckConstraint("name <> ''", name="named")
    )

    name: str = Field(index=True)
    name_en: str = ""
    credit_code: str | None = None
    city: str = ""
    is_demo: bool = False
    version: int = 1


EDITABLE = ("name_en", "credit_code", "city")


# ---- commands
def create(
    work: Work,
    actor: Actor,
    *,
    name: str,
    name_en: str = "",
    credit_code: str | None = None,
    city: str = "",
    is_demo: bool = False,
) -> Organisation:
    """Record an organisation; one that is known by code, or by name without a code, is refused."""
    actor.must(Duty.EDIT_DEALS)
    name = name.strip()
    if not name:
        raise DomainError("The organisation has no name.", "Enter its registered name.")
    code = check_credit_code(credit_code) if credit_code else None
    same = (
        col(Organisation.credit_code) == code
        if code
        else (col(Organisation.name) == name) & col(Organisation.credit_code).is_(None)
    )
    if taken := work.scalar(sa.select(col(Organisation.name)).where(same)):
        raise DomainError(
            "{name} is recorded already.", "Use the recorded organisation.", name=taken
        )
    row = work.add(
        Organisation(name=name, name_en=name_en, credit_code=code, city=city, is_demo=is_demo)
    )
    audit.write(
        work,
        actor,
        "organisation:create",
        "organisation",
        row.id,
        after={"name": name, "code": code},
    )
    return row


def describe(
    work: Work, actor: Actor, organisation_id: str, *, version: int, facts: Mapping[str, str]
) -> Organisation:
    """Say more of an organisation: some of the EDITABLE facts, from the version that was seen.

    errors  a code that is wrong or that another organisation has; a form that is too old
    """
    actor.must(Duty.EDIT_DEALS)
    assert set(facts) <= set(EDITABLE), f"not to be edited: {set(facts) - set(EDITABLE)}"
    row = get(work, organisation_id)
    before = {name: getattr(row, name) for name in facts}
    if row.version != version:
        raise StaleError(
            mine={**facts, "version": version}, theirs={**before, "version": row.version}
        )
    after: dict[str, str | None] = {name: text.strip() for name, text in facts.items()}
    if "credit_code" in after:
        after["credit_code"] = _own_code(work, row, after["credit_code"] or "")
    for name, value in after.items():
        setattr(row, name, value)
    row.version += 1
    work.add(row)
    audit.write(
        work, actor, "organisation:describe", "organisation", row.id, before=before, after=after
    )
    return row


def _own_code(work: Work, row: Organisation, code: str) -> str | None:
    if not code:
        return None
    code = check_credit_code(code)
    taken = sa.select(col(Organisation.name)).where(
        col(Organisation.credit_code) == code, col(Organisation.id) != row.id
    )
    if name := work.scalar(taken):
        raise DomainError(
            "The credit code {code} belongs to {name}.",
            "Check the code against the business licence, or use that firm's name.",
            code=code,
            name=name,
        )
    return code


def get(work: Work, organisation_id: str) -> Organisation:
    """Return the organisation or answer like one that is not there."""
    row = work.session.get(Organisation, organisation_id)
    if row is None:
        raise NotFoundError
    return row


def find_or_create(work: Work, actor: Actor, *, name: str, is_demo: bool = False) -> Organisation:
    """Return the organisation of that name, recording it first where it is new."""
    found = work.session.execute(
        sa.select(Organisation).where(col(Organisation.name) == name.strip()).limit(1)
    ).scalar()
    return found or create(work, actor, name=name, is_demo=is_demo)
