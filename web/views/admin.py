"""Administration as its pages show it: the accounts, and what the operator calls the site."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

import sqlalchemy as sa
from sqlmodel import col

from dealflow.units import Unit
from portfolio.commitments import Partner
from portfolio.kernel.actors import Account, LoginSession, Role
from portfolio.kernel.db import Work
from portfolio.kernel.errors import Message, NotFoundError
from portfolio.kernel.site import Site
from portfolio.organisations import Organisation
from web.menu import ROLES

Choice = tuple[str, str]


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One account in the list."""

    id: str
    login: str
    name: str
    role: Role
    speaks_for: str  # the investor of an LP, the unit of an officer
    is_active: bool
    is_demo: bool
    version: int
    created_at: datetime
    seen_at: datetime | None

    @property
    def role_name(self) -> Message:
        """The role in words."""
        return ROLES[self.role]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsPage:
    """All accounts, and the form to open one or to change `edited`."""

    template: ClassVar[str] = "admin/accounts.html"
    accounts: tuple[AccountLine, ...]
    edited: AccountLine | None
    roles: tuple[tuple[str, Message], ...]
    investors: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOnce:
    """A password that is shown this once and kept nowhere."""

    template: ClassVar[str] = "admin/given_once.html"
    name: str
    login: str
    password: str
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """The names and days of the site, and the switch that hides all demo data."""

    template: ClassVar[str] = "admin/site.html"
    brand: str
    district: str
    purpose: str
    seal: str
    today: date | None
    attraction_as_of: date | None
    show_demo: bool
    showcase: bool


# ---- builders
def accounts_page(work: Work, *, edit: str = "") -> AccountsPage:
    """Return the accounts, those who may log in first; `edit` names the one to change."""
    lines = _accounts(work)
    edited = next((line for line in lines if line.id == edit), None)
    if edit and edited is None:
        raise NotFoundError
    return AccountsPage(
        accounts=lines,
        edited=edited,
        roles=tuple(
            (role.value, title)
            for role, title in ROLES.items()
            # An LP speaks for an investor and stays one: another role is another account.
            if edited is None or (role is Role.LP) == (edited.role is Role.LP)
        ),
        investors=_investors(work),
    )


def _accounts(work: Work) -> tuple[AccountLine, ...]:
    seen = (
        sa.select(
            col(LoginSession.account_id).label("account_id"),
            sa.func.max(col(LoginSession.seen_at)).label("seen_at"),
        )
        .group_by(col(LoginSession.account_id))
        .subquery()
    )
    rows = work.rows(
        sa.select(Account, col(Organisation.name), col(Unit.name), seen.c.seen_at)
        .outerjoin(Organisation, col(Organisation.id) == col(Account.organisation_id))
        .outerjoin(Unit, col(Unit.id) == col(Account.unit_id))
        .outerjoin(seen, seen.c.account_id == col(Account.id))
        .order_by(col(Account.is_active).desc(), col(Account.role), col(Account.login))
    )
    return tuple(
        AccountLine(
            id=account.id,
            login=account.login,
            name=account.name,
            role=Role(account.role),
            speaks_for=investor or unit or "",
            is_active=account.is_active,
            is_demo=account.is_demo,
            version=account.version,
            created_at=account.created_at,
            seen_at=seen_at,
        )
        for account, investor, unit, seen_at in rows
    )


def _investors(work: Work) -> tuple[Choice, ...]:
    return tuple(
        (organisation_id, name)
        for organisation_id, name in work.rows(
            sa.select(col(Organisation.id), col(Organisation.name))
            .where(col(Organisation.id).in_(sa.select(col(Partner.organisation_id))))
            .order_by(col(Organisation.name))
        )
    )


def site_page(site: Site) -> SitePage:
    """Return the settings as they stand."""
    return SitePage(**{name: getattr(site, name) for name in Site.__slots__})
