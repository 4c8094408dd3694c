"""Firm aliases: the other names under which people speak of a firm.

A visit, an event and an old lead name a firm in words. They belong to the firm whose registered
name or alias they use, where exactly one firm has that name.
"""

import sqlalchemy as sa
from sqlmodel import Field, col

from portfolio import organisations
from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Id, Row, Work, strict
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.organisations import Organisation


# ---- rows
class FirmAlias(Row, table=True):
    """Another name of one firm; no two firms share one."""

    __tablename__ = "firm_alias"
    __table_args__ = strict(
        sa.UniqueConstraint("name"), sa.CheckConstraint("name <> ''", name="named")
    )

    organisation_id: str = Field(foreign_key="organisation.id", sa_type=Id, index=True)
    name: str
    is_demo: bool = False


# ---- commands
def add(
    work: Work, actor: Actor, *, organisation_id: str, name: str, is_demo: bool = False
) -> FirmAlias:
    """Record another name of a firm.

    errors  no name; a name that this or another firm has already
    """
    actor.must(Duty.EDIT_DEALS)
    organisations.get(work, organisation_id)
    name = name.strip()
    if not name:
        raise DomainError("The other name is empty.", "Enter the name that people use.")
    names = known_as()
    if taken := work.scalar(sa.select(names.c.organisation_id).where(names.c.name == name)):
        raise DomainError(
            "{name} is the name of {firm} already.",
            "Use that firm, or enter a name that tells the two apart.",
            name=name,
            firm=organisations.get(work, taken).name,
        )
    row = work.add(FirmAlias(organisation_id=organisation_id, name=name, is_demo=is_demo))
    audit.write(work, actor, "firm:alias", "organisation", organisation_id, after={"alias": name})
    return row


def find_or_create(work: Work, actor: Actor, *, text: str, is_demo: bool = False) -> Organisation:
    """Return the firm of that name, other name or credit code, recording it where it is new.

    errors  a name that several firms have
    """
    actor.must(Duty.EDIT_DEALS)
    text = text.strip()
    names = known_as()
    asked = sa.select(Organisation).where(
        (col(Organisation.credit_code) == text.upper())
        | col(Organisation.id).in_(sa.select(names.c.organisation_id).where(names.c.name == text))
    )
    found: list[Organisation] = [row for (row,) in work.rows(asked.limit(2))]
    if len(found) > 1:
        raise DomainError(
            "Several firms are called {name}.",
            "Enter the credit code, which tells them apart.",
            name=text,
        )
    return found[0] if found else organisations.create(work, actor, name=text, is_demo=is_demo)


def remove(work: Work, actor: Actor, alias_id: str) -> None:
    """Take a name from a firm; what was said under it no longer counts for the firm."""
    actor.must(Duty.EDIT_DEALS)
    row = work.session.get(FirmAlias, alias_id)
    if row is None:
        raise NotFoundError
    work.session.delete(row)
    work.session.flush()
    before = {"alias": row.name}
    audit.write(work, actor, "firm:alias", "organisation", row.organisation_id, before=before)


# ---- reads
def known_as(label: str = "known_as") -> sa.Subquery:
    """Return the rows (organisation_id, name) of every registered name and alias."""
    registered: sa.Select[str, str] = sa.select(
        col(Organisation.id).label("organisation_id"), col(Organisation.name).label("name")
    )
    others = sa.select(col(FirmAlias.organisation_id), col(FirmAlias.name))
    return registered.union(others).subquery(label)


def unmistakable() -> sa.Subquery:
    """Return (organisation_id, name) of the names that exactly one firm has."""
    names, all_names = known_as("named"), known_as("all_names")
    once = (
        sa.select(all_names.c.name)
        .group_by(all_names.c.name)
        .having(sa.func.count() == 1)
        .subquery("once")
    )
    return (
        sa.select(names.c.organisation_id, names.c.name)
        .join(once, once.c.name == names.c.name)
        .subquery("unmistakable")
    )


def of_firm(work: Work, organisation_id: str, *, with_demo: bool = True) -> list[FirmAlias]:
    """Return the other names of a firm by name."""
    statement = (
        sa.select(FirmAlias)
        .where(col(FirmAlias.organisation_id) == organisation_id)
        .order_by(col(FirmAlias.name))
    )
    if not with_demo:
        statement = statement.where(col(FirmAlias.is_demo).is_(False))
    return list(work.session.execute(statement).scalars())
