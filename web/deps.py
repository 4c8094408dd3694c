"""What a route is given: the reader, a unit of work, the page facts; and the gate before them.

`InWork` uses scope "function": it commits before the answer leaves. The default commits after
it, and a commit that then failed would already have told the user "saved".
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import quote, unquote, urldefrag

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from portfolio.kernel import actors, runs
from portfolio.kernel import site as sites
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import SHANGHAI, Database, Work
from portfolio.kernel.errors import DomainError, Message, NotAllowedError
from portfolio.kernel.files import Store
from valuation.periods import Quarter
from web import permissions
from web.menu import menu_for, role_name
from web.settings import Settings
from web.templating import Page, Person, Shortcut, Toast, page_for
from web.templating import Site as SiteWords

SEEN_EVERY = timedelta(minutes=1)
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The open login behind a request."""

    actor: Actor
    session_id: str
    csrf: str
    password_at: datetime


class NotLoggedInError(Exception):
    """Answered with the login page."""


class Replayed(Exception):  # noqa: N818 - not an error: the form had its effect already
    """The same form came twice: the first answer is given again."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def database_of(request: Request) -> Database:
    """Return the application's database."""
    return request.app.state.database  # type: ignore[no-any-return]


def settings_of(request: Request) -> Settings:
    """Return the application's settings."""
    return request.app.state.settings  # type: ignore[no-any-return]


def store_of(request: Request) -> Store:
    """Return the application's file store."""
    return request.app.state.store  # type: ignore[no-any-return]


def address(request: Request) -> str:
    """Return the client's address; behind a configured proxy the server has set it already."""
    return request.client.host if request.client else ""


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name; the __Host- prefix needs TLS."""
    return "__Host-session" if settings.over_tls else "session"


def login_of(request: Request) -> Login | None:
    """Return the open login of a request, and note now and then that it was used."""
    token = request.cookies.get(cookie_name(settings_of(request)))
    if not token:
        return None
    database = database_of(request)
    with database.reading() as work:
        found = actors.find_session(work, token)
        if found is None:
            return None
        session, account = found
        now = work.recorded_at
    if now - session.seen_at > SEEN_EVERY:
        with database.writing() as work:
            actors.touch(work, session.id)
    return Login(
        actor=actors.actor_of(account),
        session_id=session.id,
        csrf=session.csrf,
        password_at=session.password_at,
    )


def gate(request: Request) -> None:
    """Let a request pass to its route: known route, own origin, logged in, duty carried.

    Denied by default: a route that the permission table does not name stops the start (app.py).
    """
    if request.method in UNSAFE:
        refuse_foreign(request)
    needed = permissions.of(request.scope["route"])
    login = login_of(request)
    request.state.login = login
    _set_page(request, login)
    if needed is permissions.PUBLIC:
        return
    if login is None:
        raise NotLoggedInError
    if isinstance(needed, tuple) and not any(login.actor.may(duty) for duty in needed):
        raise NotAllowedError(
            "Your role may not open this page.",
            "Ask a colleague whose role includes it, or ask the administrator.",
        )


def refuse_foreign(request: Request) -> None:
    """Refuse a form that another site sent in our reader's name (Fetch Metadata, then Origin)."""
    site = request.headers.get("sec-fetch-site")
    if site is None:
        origin = request.headers.get("origin", "")
        own = {f"http://{request.url.netloc}", f"https://{request.url.netloc}", ""}
        foreign = origin not in own
    else:
        foreign = site != "same-origin"
    if foreign:
        raise NotAllowedError(
            "This form was sent from another site.", "Open the page here and send it again."
        )


async def refuse_wrong_token(request: Request) -> None:
    """Refuse an unsafe request without the token of its login."""
    if request.method not in UNSAFE or request.state.login is None:
        return
    form = await request.form()
    sent = request.headers.get("x-csrf-token") or str(form.get("csrf_token", ""))
    if not secrets.compare_digest(sent, request.state.login.csrf):
        raise NotAllowedError(
            "This form is too old or not from here.", "Reload the page and send it again."
        )


def _set_page(request: Request, login: Login | None) -> None:
    with database_of(request).reading() as work:
        site = sites.read(work)
    request.state.site = site
    request.state.page = make_page(request, site, login)


def business_day(site: sites.Site) -> date:
    """Return today: of the site where it stands still, else of the calendar in Shanghai."""
    return site.today or datetime.now(UTC).astimezone(SHANGHAI).date()


def make_page(request: Request, site: sites.Site, login: Login | None) -> Page:
    """Build the page facts: reader, menu, as-of date, language and unit."""
    today = business_day(site)
    opens_on = None
    if permissions.opens_in_the_past(request.url.path):
        opens_on = site.attraction_as_of
    quarter = Quarter.containing(today).previous
    shortcuts = [Shortcut(title=str(quarter), day=quarter.end)]
    if site.attraction_as_of:
        day = site.attraction_as_of
        shortcuts.append(Shortcut(title=f"{day.year}-{day.month:02d}", day=day))
    actor = login.actor if login else None
    return page_for(
        request,
        site=SiteWords(
            brand=site.brand, district=site.district, purpose=site.purpose, seal=site.seal
        ),
        today=today,
        as_of=None if request.query_params.get("as_of") else opens_on,
        opens_on=opens_on,
        person=Person(name=actor.name, role=role_name(actor.role)) if actor else None,
        nav=menu_for(actor) if actor else (),
        csrf_token=login.csrf if login else "",
        toast=_flash(request),
        shortcuts=tuple(shortcuts),
    )


def _flash(request: Request) -> Toast | None:
    text = request.cookies.get("flash")
    return Toast(text=_unquoted(text)) if text else None


def _unquoted(text: str) -> str:
    return unquote(text)[:300]


def _me(request: Request) -> Actor:
    login: Login | None = request.state.login
    if login is None:
        raise NotLoggedInError
    return login.actor


def _reading(request: Request) -> Iterator[Work]:
    with database_of(request).reading() as work:
        yield work


async def _body_digest(request: Request) -> tuple[str, str] | None:
    """Return (key, digest) of the form that was sent, or None where it books nothing."""
    form = await request.form()
    key = str(form.get("idempotency_key", ""))
    if not key:
        return None
    body: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if name in {"idempotency_key", "csrf_token"}:
            continue
        if isinstance(value, UploadFile):
            content = await value.read()
            await value.seek(0)
            text = f"{value.filename}:{len(content)}:{runs.bytes_digest(content)}"
        else:
            text = value
        body.setdefault(name, []).append(text)
    return key, runs.body_digest(request.url.path, body)


def _work(
    request: Request,
    me: Annotated[Actor, Depends(_me)],
    run: Annotated[tuple[str, str] | None, Depends(_body_digest)],
) -> Iterator[Work]:
    if run is None:
        raise DomainError(
            "The form came without its key, so it could not be booked exactly once.",
            "Reload the page and send the form again.",
        )
    key = runs.as_id(run[0])
    database = database_of(request)
    with database.writing(request_id=request.state.request_id, ip=address(request)) as work:
        if done := runs.earlier(work, key=key, digest=run[1], actor_id=me.id):
            raise Replayed(done.answer)
        work.business_date = request.state.site.today
        work.facts["run"] = (key, run[1])
        work.facts["actor"] = me
        yield work


Me = Annotated[Actor, Depends(_me)]
Reading = Annotated[Work, Depends(_reading, scope="function")]
InWork = Annotated[Work, Depends(_work, scope="function")]


def seen_page(request: Request) -> Page:
    """Return the page facts: as-of date, language, unit."""
    return request.state.page  # type: ignore[no-any-return]


Seen = Annotated[Page, Depends(seen_page)]


def done(request: Request, work: Work, location: str, said: Message | None = None) -> Response:
    """Answer a form that took effect: remember the answer beside the effect, then send it there."""
    key, digest = work.facts["run"]
    runs.remember(work, key=key, digest=digest, actor_id=work.facts["actor"].id, answer=location)
    return see(request, location, said)


def see(request: Request, location: str, said: Message | None = None) -> Response:
    """Send the reader to a page, with a word on what was done."""
    if "HX-Request" in request.headers:
        # a browser does not load a page again where only the part after # differs
        here = urldefrag(request.headers.get("HX-Current-URL", "")).url
        is_here = here == f"{request.url.scheme}://{request.url.netloc}{urldefrag(location).url}"
        how = {"HX-Refresh": "true"} if is_here else {"HX-Redirect": location}
        answer: Response = Response(status_code=204, headers=how)
    else:
        answer = RedirectResponse(location, status_code=303)
    if said is not None:
        text = request.state.page.reader.say(said)
        answer.set_cookie("flash", quote(text), max_age=20, httponly=True, samesite="lax")
    return answer


def error_page(request: Request, site: sites.Site, login: Login | None) -> Page:
    """Return page facts that read nothing from the address, since the address may be the fault."""
    return page_for(
        request,
        site=SiteWords(
            brand=site.brand, district=site.district, purpose=site.purpose, seal=site.seal
        ),
        today=business_day(site),
        as_of=business_day(site),
        person=Person(name=login.actor.name, role=role_name(login.actor.role)) if login else None,
        nav=menu_for(login.actor) if login else (),
        csrf_token=login.csrf if login else "",
    )
