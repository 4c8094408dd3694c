"""Logging in and out, and what a person may do with his own account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar
from urllib.parse import quote, urlsplit

import sqlalchemy as sa
from fastapi import APIRouter, Form, Request
from pwdlib import PasswordHash
from pydantic import BaseModel
from sqlmodel import col
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from portfolio.kernel import actors, audit
from portfolio.kernel.actors import Account, LoginSession
from portfolio.kernel.errors import DomainError, say
from web import deps
from web.deps import InWork, Me, Reading, address, done
from web.forms import WriteForm
from web.menu import home_of
from web.templating import show

router = APIRouter()
HASHER = PasswordHash.recommended()
NOBODY = HASHER.hash("a password that nobody has")  # an unknown name costs the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage:
    """The form, and after a failed try the same words whichever field was wrong."""

    template: ClassVar[str] = "login.html"
    next: str = ""
    login: str = ""
    failed: bool = False
    demo_logins: tuple[tuple[str, str, str], ...] = ()


class LoginForm(BaseModel):
    """What the login page sends."""

    login: str
    password: str
    next: str = ""


@router.get("/health")
def health(request: Request) -> PlainTextResponse:
    """Answer the proxy's question whether the database is there."""
    with deps.database_of(request).reading() as work:
        work.scalar(sa.text("SELECT 1"))
    return PlainTextResponse("ok")


@router.get("/login")
def login_page(request: Request, work: Reading, next: str = "") -> Response:  # noqa: A002 - the address's own word
    """Show the form; a person who is logged in goes home."""
    if request.state.login is not None:
        return RedirectResponse(home_of(request.state.login.actor), status_code=303)
    return show(request, LoginPage(next=_own(next), demo_logins=_demo_logins(work)))


@router.post("/login")
def log_in(request: Request, form: Annotated[LoginForm, Form()]) -> Response:
    """Open a login, or count a failed try."""
    database, ip = deps.database_of(request), address(request)
    with database.reading() as work:
        actors.refuse_too_many_tries(work, login=form.login, ip=ip)
        account: Account | None = work.session.execute(
            sa.select(Account).where(col(Account.login) == form.login)
        ).scalar()
        demo = _demo_logins(work)
    stored = account.password_hash if account else NOBODY
    right = HASHER.verify(form.password[:1024], stored)
    with database.writing(request_id=request.state.request_id, ip=ip) as work:
        if not right or account is None or not account.is_active:
            actors.note_failed_try(work, login=form.login, ip=ip, account=account)
            page = LoginPage(next=_own(form.next), login=form.login, failed=True, demo_logins=demo)
            return show(request, page, status=422)
        agent = request.headers.get("user-agent", "")
        token, _ = actors.open_session(work, account, ip=ip, agent=agent)
    answer = RedirectResponse(_own(form.next) or home_of(actors.actor_of(account)), status_code=303)
    settings = deps.settings_of(request)
    answer.set_cookie(
        deps.cookie_name(settings),
        token,
        httponly=True,
        samesite="lax",
        secure=settings.over_tls,
        path="/",
    )
    return answer


@router.post("/logout")
def log_out(request: Request, me: Me) -> Response:
    """End this login."""
    with deps.database_of(request).writing(request_id=request.state.request_id) as work:
        actors.end_sessions(work, me.id, only=request.state.login.session_id)
        audit.write(work, me, "logout", "account", me.id)
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(deps.cookie_name(deps.settings_of(request)), path="/")
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLogin:
    """One login of the reader: where and since when."""

    id: str
    began_at: datetime
    seen_at: datetime
    ip: str
    agent: str
    is_this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """The reader's own account."""

    template: ClassVar[str] = "account.html"
    name: str
    login: str
    role: str
    logins: tuple[OpenLogin, ...]


@router.get("/account")
def account_page(request: Request, work: Reading, me: Me) -> HTMLResponse:
    """Show the reader's own logins and the form for a new password."""
    account = work.session.get_one(Account, me.id)
    rows = work.session.execute(
        sa.select(LoginSession)
        .where(col(LoginSession.account_id) == me.id, col(LoginSession.ended_at).is_(None))
        .order_by(col(LoginSession.seen_at).desc())
        .limit(20)
    ).scalars()
    logins = tuple(
        OpenLogin(
            id=row.id,
            began_at=row.began_at,
            seen_at=row.seen_at,
            ip=row.ip,
            agent=row.agent,
            is_this=row.id == request.state.login.session_id,
        )
        for row in rows
    )
    page = AccountPage(
        name=account.name, login=account.login, role=request.state.page.person.role, logins=logins
    )
    return show(request, page)


@router.post("/account/logins/end")
def end_other_sessions(
    request: Request, work: InWork, me: Me, form: Annotated[WriteForm, Form()]
) -> Response:
    """End all other logins of the reader."""
    del form
    actors.end_sessions(work, me.id, except_for=request.state.login.session_id)
    audit.write(work, me, "account:end_logins", "account", me.id)
    return done(request, work, "/account", say("All other logins were ended."))


class PasswordForm(WriteForm):
    """Old and new password."""

    old: str
    new: str


@router.post("/account/password")
def change_password(
    request: Request, work: InWork, me: Me, form: Annotated[PasswordForm, Form()]
) -> Response:
    """Change the reader's password; all his other logins end."""
    account = work.session.get_one(Account, me.id)
    if not HASHER.verify(form.old[:1024], account.password_hash):
        raise DomainError("The old password is wrong.", "Type it again.")
    actors.check_password(form.new, context=(account.login, account.name))
    account.password_hash = HASHER.hash(form.new)
    work.add(account)
    actors.end_sessions(work, me.id, except_for=request.state.login.session_id)
    audit.write(work, me, "account:password", "account", me.id)
    return done(request, work, "/account", say("The password was changed."))


def _own(target: str) -> str:
    """Return the address if it is one of ours: a login page must not send people elsewhere."""
    parts = urlsplit(target)
    foreign = parts.scheme or parts.netloc or not target.startswith("/")
    return "" if foreign or target.startswith(("//", "/\\")) else quote(target, safe="/?=&%-_.")


def _demo_logins(work: Reading) -> tuple[tuple[str, str, str], ...]:
    rows = work.rows(
        sa.select(col(Account.login), col(Account.name), col(Account.role))
        .where(col(Account.is_demo).is_(True), col(Account.is_active).is_(True))
        .order_by(col(Account.id))
    )
    return tuple((login, name, role) for login, name, role in rows)
