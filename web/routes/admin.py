"""Administration: accounts, the site's settings and the audit trail."""

import secrets
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BeforeValidator, Field
from starlette.responses import HTMLResponse, Response

from portfolio import organisations
from portfolio.kernel import actors
from portfolio.kernel import site as sites
from portfolio.kernel.actors import Role
from portfolio.kernel.errors import say
from web.deps import InWork, Me, Reading, Seen, done
from web.forms import WriteForm
from web.reentry import must_be_fresh
from web.routes import login
from web.templating import show
from web.views import admin, trail

router = APIRouter()
ACCOUNTS, SITE = "/admin/users", "/admin/site"
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # no l, o, i, 0, 1: it is read from a slip of paper
GROUPS, GROUP_LENGTH = 4, 5  # 20 of 31 signs: 99 bits
Day = Annotated[date | None, BeforeValidator(lambda text: text or None)]


# ---- accounts
class OpenForm(WriteForm):
    """A new account; its first password is made here and shown once."""

    login: str = Field(min_length=1, max_length=60)
    name: str = Field(min_length=1, max_length=60)
    role: Role
    organisation_id: Annotated[UUID | None, BeforeValidator(lambda text: text or None)] = None
    my_password: str = ""


class ChangeForm(WriteForm):
    """Role and state of an account."""

    role: Role
    state: Literal["open", "closed"]
    my_password: str = ""


class ResetForm(WriteForm):
    """A new password for a colleague."""

    my_password: str = ""


def new_password() -> str:
    """Return a password that can be read aloud and typed without doubt."""
    groups = ("".join(secrets.choice(READABLE) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


@router.get(ACCOUNTS)
def accounts_page(request: Request, work: Reading, edit: str = "") -> HTMLResponse:
    """Show the accounts."""
    return show(request, admin.accounts_page(work, edit=edit))


@router.post(ACCOUNTS)
def open_account(
    request: Request, work: InWork, me: Me, form: Annotated[OpenForm, Form()]
) -> Response:
    """Open an account and show its first password."""
    must_be_fresh(request, work, form.my_password)
    given = form.organisation_id
    investor = organisations.get(work, str(given)) if given else None
    password = new_password()
    account = actors.create_account(
        work,
        me,
        login=form.login,
        name=form.name,
        role=form.role,
        password_hash=login.HASHER.hash(password),
        organisation_id=investor.id if investor else None,
    )
    done(request, work, ACCOUNTS)  # the same form again finds the list: a password is shown once
    view = admin.GivenOnce(name=form.name, login=account.login, password=password, is_new=True)
    return show(request, view)


@router.post(ACCOUNTS + "/{account_id}")
def change_account(
    request: Request,
    work: InWork,
    me: Me,
    account_id: UUID,
    form: Annotated[ChangeForm, Form()],
) -> Response:
    """Change role or state; the person's logins end."""
    must_be_fresh(request, work, form.my_password)
    account = actors.change_account(
        work,
        me,
        str(account_id),
        version=form.version,
        role=form.role,
        is_active=form.state == "open",
    )
    said = say("The account {login} was changed; its logins ended.", login=account.login)
    return done(request, work, ACCOUNTS, said)


@router.post(ACCOUNTS + "/{account_id}/password")
def reset_password(
    request: Request,
    work: InWork,
    me: Me,
    account_id: UUID,
    form: Annotated[ResetForm, Form()],
) -> Response:
    """Give a colleague a new password, shown once."""
    must_be_fresh(request, work, form.my_password)
    password = new_password()
    account = actors.reset_password(
        work, me, str(account_id), password_hash=login.HASHER.hash(password)
    )
    done(request, work, ACCOUNTS)
    view = admin.GivenOnce(name=account.name, login=account.login, password=password, is_new=False)
    return show(request, view)


# ---- site
class SiteForm(WriteForm):
    """What the operator calls the product, and what it shows."""

    brand: str = Field(min_length=1, max_length=20)
    district: str = Field(default="", max_length=40)
    purpose: str = Field(default="", max_length=40)
    seal: str = Field(default="", max_length=1)
    today: Day = None
    attraction_as_of: Day = None
    show_demo: Literal["yes", "no"] = "no"
    showcase: Literal["yes", "no"] = "no"


@router.get(SITE)
def site_page(request: Request) -> HTMLResponse:
    """Show the settings."""
    return show(request, admin.site_page(request.state.site))


@router.post(SITE)
def change_site(
    request: Request, work: InWork, me: Me, form: Annotated[SiteForm, Form()]
) -> Response:
    """Set names, days and the demo switch."""
    sites.change(
        work,
        me,
        brand=form.brand,
        district=form.district,
        purpose=form.purpose,
        seal=form.seal,
        today=form.today.isoformat() if form.today else "",
        attraction_as_of=form.attraction_as_of.isoformat() if form.attraction_as_of else "",
        show_demo=form.show_demo,
        showcase=form.showcase,
    )
    return done(request, work, SITE, say("The settings were saved."))


# ---- trail
@router.get("/admin/audit")
def audit_page(
    request: Request,
    work: Reading,
    page: Seen,
    record: str = "",
    action: str = "",
    person: str = "",
    before: Annotated[int | None, BeforeValidator(lambda text: text or None)] = None,
    verify: bool = False,
) -> HTMLResponse:
    """Show the trail, newest first, and on request whether its chain is whole."""
    asked = trail.Asked(record=record.strip(), action=action, person=person.strip(), before=before)
    return show(request, trail.trail_page(work, page.reader, asked, verify=verify))
