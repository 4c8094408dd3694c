"""The site: what the operator calls the product and the district, and which day it shows first."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from portfolio.kernel import audit
from portfolio.kernel.actors import Actor, Duty
from portfolio.kernel.db import Work, strict


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Names and days. `today` stands still in the demo, so that its story stays the same."""

    brand: str = "链基"
    district: str = ""
    purpose: str = ""
    seal: str = "链"
    today: date | None = None  # None: the calendar of Shanghai
    attraction_as_of: date | None = None  # the day the attraction pages open with
    show_demo: bool = True
    showcase: bool = False  # the public pages: off until an administrator opens them


class SiteFact(SQLModel, table=True):
    """One setting; the newest value counts and the audit trail keeps the old ones."""

    __tablename__ = "site_fact"
    __table_args__ = strict(sa.CheckConstraint("name <> ''", name="named"))

    name: str = Field(primary_key=True)
    value: str


def read(work: Work) -> Site:
    """Return the site as it is set, defaults where nothing is."""
    facts = dict(work.rows(sa.select(col(SiteFact.name), col(SiteFact.value))))
    words = {n: facts[n] for n in ("brand", "district", "purpose", "seal") if n in facts}
    return Site(
        **words,
        today=_day(facts.get("today")),
        attraction_as_of=_day(facts.get("attraction_as_of")),
        show_demo=facts.get("show_demo", "yes") == "yes",
        showcase=facts.get("showcase", "no") == "yes",
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def change(work: Work, actor: Actor, **facts: str) -> None:
    """Set some of the names above; a day is written as ISO, a switch as yes or no."""
    actor.must(Duty.MANAGE_ACCOUNTS)
    before = dict(work.rows(sa.select(col(SiteFact.name), col(SiteFact.value))))
    for name, value in facts.items():
        assert name in Site.__slots__, f"{name} is no fact of the site"
        work.session.merge(SiteFact(name=name, value=value))
    work.session.flush()
    audit.write(work, actor, "site:change", "site", "site", before=before, after=facts)
