"""Pages: one frozen view and its template in, one answer out, in the reader's language.

A view is a frozen dataclass with `template: ClassVar[str]`. Its fields, `page` (what every page
knows: reader, menu, date, token) and `layout` are all a template may use; a name that is missing
fails the render. A page template begins `{% extends layout %}` and fills `{% block main %}`:
htmx is answered with that block alone, a browser with the whole page.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextvars import Token
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, ClassVar, Protocol, cast, runtime_checkable
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from portfolio.kernel.errors import DomainError, Message
from web import charts, formats
from web.formats import LANGS, READER, UNITS, Lang, Reader, Unit

HERE = Path(__file__).parent
STATIC = HERE / "static"
LOCALE_OF: Mapping[Lang, str] = {"zh": "zh_CN", "en": "en"}
HTML_LANG: Mapping[Lang, str] = {"zh": "zh-CN", "en": "en"}
KEEP_SECONDS = 365 * 24 * 3600  # how long a browser remembers language and unit


# ---- facts
@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the operator calls the product; settings, never literals in a template."""

    brand: str
    district: str
    purpose: str = ""
    seal: str = ""
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One place in the menu. `letter` is typed after G; `alert` says what needs attention."""

    title: Message
    href: str
    icon: str
    letter: str = ""
    count: int | None = None
    alert: str = ""
    in_tabbar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NavGroup:
    """Places that belong together; the first group has no title."""

    items: tuple[NavItem, ...]
    title: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who is reading."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """One step above the page that is shown."""

    title: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """A short word after an act. `undo_href` takes the inverse request for ten seconds."""

    text: str
    kind: str = ""  # "risk" stays until it is dismissed
    undo_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A date worth jumping to: today, the last snapshot, the end of a quarter."""

    title: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What every template may use as `page`."""

    site: Site
    as_of: date
    today: date
    opens_on: date | None = None  # the day this page shows unless another is chosen
    lang: Lang = "zh"
    unit: Unit = "yi"
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    nav: tuple[NavGroup, ...] = ()
    person: Person | None = None
    csrf_token: str = ""
    toast: Toast | None = None
    shortcuts: tuple[Shortcut, ...] = ()
    theme: str = "auto"
    new_key: Callable[[], str] = field(default=lambda: token_urlsafe(18))

    @property
    def html_lang(self) -> str:
        """Return the BCP 47 tag of the page."""
        return HTML_LANG[self.lang]

    @property
    def is_past(self) -> bool:
        """Tell whether an earlier day is shown, which nobody may edit."""
        return self.as_of < (self.opens_on or self.today)

    @property
    def reader(self) -> Reader:
        """Return how figures and sentences are written for this page."""
        return Reader(
            lang=self.lang,
            unit=self.unit,
            year=self.as_of.year,
            zone=ZoneInfo(self.site.zone),
            translate=translations(self.lang).ugettext,
        )

    @property
    def here(self) -> NavItem | None:
        """Return the place in the menu this page belongs to: the longest address that fits."""
        fits = [
            item
            for group in self.nav
            for item in group.items
            if self.path == item.href
            or (item.href != "/" and self.path.startswith(item.href.rstrip("/") + "/"))
        ]
        return max(fits, key=lambda item: len(item.href), default=None)

    def with_query(self, **changes: str | None) -> str:
        """Return this address with parts of its query changed; None or "" drops one."""
        kept = [(name, value) for name, value in self.query if name not in changes]
        kept += [(name, value) for name, value in changes.items() if value]
        return f"{self.path}?{urlencode(kept)}" if kept else self.path

    def others(self, *names: str) -> tuple[tuple[str, str], ...]:
        """Return the query without some names, for the hidden fields of a GET form."""
        return tuple((name, value) for name, value in self.query if name not in names)


@runtime_checkable
class View(Protocol):
    """A frozen dataclass that names its template."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What went wrong, said as (problem, remedy), with the reference for support."""

    template: ClassVar[str] = "_error.html"
    problem: str
    remedy: str
    status: int
    reference: str = ""


# ---- rules
@cache
def translations(lang: Lang) -> NullTranslations:
    """Return the catalogue of a language; English msgids are their own text."""
    if lang == "en":
        return NullTranslations()
    return Translations.load(HERE / "locale", [LOCALE_OF[lang]])


@cache
def static(name: str) -> str:
    """Return the address of a file in web/static; it changes when the file does."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]
    return f"/static/{name}?v={digest}"


@cache
def environment(lang: Lang) -> Environment:
    """Return the templates of one language. `ui` holds the macros, `charts` draws."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(formats.FILTERS)
    catalogue = translations(lang)
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
        catalogue.ugettext,
        catalogue.ungettext,
        newstyle=True,
        pgettext=catalogue.upgettext,
        npgettext=catalogue.unpgettext,
    )
    env.globals.update(static=static, charts=charts, reader=READER.get, json_of=_json)
    env.globals["ui"] = env.get_template("_macros.html").module
    return env


def _json(value: Any) -> str:
    """Write JSON for an attribute; autoescape quotes it."""
    return json.dumps(value, ensure_ascii=False)


def chosen(request: Request, name: str, allowed: tuple[str, ...], preferred: str | None) -> str:
    """Pick a preference: address, then the browser's cookie, then the person's own, then ours."""
    asked = (request.query_params.get(name), request.cookies.get(name), preferred)
    return next((value for value in asked if value in allowed), allowed[0])


def as_of_in(request: Request, today: date) -> date:
    """Read ?as_of=. A day that cannot be read is refused: a silent today would mislead."""
    text = request.query_params.get("as_of", "")
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(
            "“{text}” is not a day.", "Write the day as 2026-06-30.", text=text[:40]
        ) from None


def page_for(
    request: Request,
    *,
    site: Site,
    today: date,
    as_of: date | None = None,
    opens_on: date | None = None,
    person: Person | None = None,
    nav: tuple[NavGroup, ...] = (),
    csrf_token: str = "",
    toast: Toast | None = None,
    shortcuts: tuple[Shortcut, ...] = (),
    lang: str | None = None,
    unit: str | None = None,
) -> Page:
    """Build the page facts of a request; `lang` and `unit` are the person's own preferences.

    Set `as_of` where the address must not be read, as on an error page.
    """
    return Page(
        site=site,
        today=today,
        as_of=as_of or as_of_in(request, today),
        opens_on=opens_on,
        lang=cast("Lang", chosen(request, "lang", LANGS, lang)),
        unit=cast("Unit", chosen(request, "unit", UNITS, unit)),
        path=request.url.path,
        query=tuple(request.query_params.multi_items()),
        nav=nav,
        person=person,
        csrf_token=csrf_token,
        toast=toast,
        shortcuts=shortcuts,
    )


def wants_fragment(request: Request) -> bool:
    """Tell whether htmx asks for a part. Going back in history needs the whole page again."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def render(view: View, page: Page, *, fragment: bool = False) -> str:
    """Render a view for a page: the whole page, or the block "main" alone."""
    facts = {part.name: getattr(view, part.name) for part in fields(cast("Any", view))}
    assert facts.keys().isdisjoint({"page", "layout"}), "these two names belong to templating"
    template = environment(page.lang).get_template(view.template)
    token: Token[Reader] = READER.set(page.reader)
    try:
        return template.render(
            facts, page=page, layout="_fragment.html" if fragment else "base.html"
        )
    finally:
        READER.reset(token)


# ---- answers
def show(request: Request, view: View, *, status: int = 200) -> HTMLResponse:
    """Answer with a view. `request.state.page` was set by the dependency that knows the reader."""
    page: Page = request.state.page
    answer = HTMLResponse(render(view, page, fragment=wants_fragment(request)), status_code=status)
    answer.headers["Vary"] = "HX-Request, Cookie"
    remember(request, answer)
    return answer


def show_error(
    request: Request, error: DomainError, *, fallback: Page, reference: str = ""
) -> HTMLResponse:
    """Answer with a refusal, as a page or as a fragment; `fallback` serves if no page was set."""
    if not hasattr(request.state, "page"):
        request.state.page = fallback
    page: Page = request.state.page
    problem, remedy = page.reader.refusal(error)
    refusal = Refusal(problem=problem, remedy=remedy, status=error.status, reference=reference)
    return show(request, refusal, status=error.status)


def remember(request: Request, answer: Response) -> None:
    """Keep a language or unit chosen in the address, so that the next page has it too."""
    for name, allowed in (("lang", LANGS), ("unit", UNITS)):
        value = request.query_params.get(name)
        if value in allowed:
            answer.set_cookie(
                name,
                str(value),
                max_age=KEEP_SECONDS,
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )


def tell(answer: Response, toast: Toast) -> None:
    """Let htmx show a toast beside the answer."""
    word = {"text": toast.text, "kind": toast.kind, "undo": toast.undo_href}
    answer.headers["HX-Trigger"] = json.dumps({"toast": word})
