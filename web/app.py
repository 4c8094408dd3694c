"""The application: routes behind one gate, headers on every answer, one handler for refusals."""

import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import anyio.to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DatabaseError, OperationalError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from migrations import upgrade
from portfolio.kernel import site as sites
from portfolio.kernel.db import Database, new_id
from portfolio.kernel.errors import DomainError, NotFoundError, StaleError, say
from portfolio.kernel.files import Store
from web import deps, pack_worker, permissions
from web.routes import ROUTERS
from web.settings import Settings
from web.templating import show, show_error
from web.views import changes

LOG = logging.getLogger("lianji")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline';"
        " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
LARGEST_BODY = 25 * 1024 * 1024
THREADS = {True: 2, False: 4}  # SQLite, PostgreSQL: more threads only fight for the interpreter


def create(settings: Settings, database: Database, store: Store) -> FastAPI:
    """Build the application; refused for a database of another revision or an unnamed route."""
    upgrade.refuse_other_revision(database)
    app = FastAPI(
        title="Lianji",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_life,
        dependencies=[Depends(deps.gate), Depends(deps.refuse_wrong_token)],
    )
    app.state.settings, app.state.database, app.state.store = settings, database, store
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    served = [route for router in ROUTERS for route in router.routes]
    if missing := permissions.unnamed(served):
        raise RuntimeError(f"routes without a permission: {missing}")
    _handle_refusals(app)
    app.middleware("http")(_around)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts))
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    database: Database = app.state.database
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS[database.is_sqlite] * 2
    gc.collect()
    gc.freeze()  # what the start made is never garbage: collections stay short
    pack_worker.start(app)  # a pack that a crash interrupted goes on
    yield
    database.dispose()


async def _around(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    request.state.request_id = new_id()
    began = perf_counter()
    if int(request.headers.get("content-length") or 0) > LARGEST_BODY:
        error = DomainError(
            "The request is larger than 25 MB.", "Send a smaller file, or split it."
        )
        answer: Response = _refuse(request, error)
        answer.status_code = 413
    else:
        answer = await call_next(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.app.state.settings.over_tls:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.url.path.startswith("/static/"):
        fresh = "public, max-age=31536000, immutable" if request.url.query else "max-age=3600"
        answer.headers["Cache-Control"] = fresh
    else:
        answer.headers.setdefault("Cache-Control", "no-store")
        if "flash" in request.cookies and answer.status_code == 200:  # noqa: PLR2004 - shown now
            answer.delete_cookie("flash")
    answer.headers["X-Request-Id"] = request.state.request_id
    took_ms = (perf_counter() - began) * 1000
    answer.headers["Server-Timing"] = f"app;dur={took_ms:.1f}"
    return answer


def _refuse(request: Request, error: DomainError) -> Response:
    site = getattr(request.state, "site", None) or sites.Site()
    login = getattr(request.state, "login", None)
    if not hasattr(request.state, "page"):
        request.state.page = deps.error_page(request, site, login)
    if isinstance(error, StaleError):
        view = changes.stale(request, request.state.page.reader, error)
        return show(request, view, status=error.status)
    return show_error(
        request, error, fallback=request.state.page, reference=request.state.request_id
    )


def _handle_refusals(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _refused)  # type: ignore[arg-type] # starlette types
    app.add_exception_handler(deps.NotLoggedInError, _not_logged_in)
    app.add_exception_handler(deps.Replayed, _replayed)  # type: ignore[arg-type] # all handlers
    app.add_exception_handler(RequestValidationError, _unreadable)  # type: ignore[arg-type] # for
    app.add_exception_handler(HTTPException, _not_found)  # type: ignore[arg-type] # Exception
    app.add_exception_handler(DatabaseError, _broken)
    app.add_exception_handler(Exception, _fault)


async def _refused(request: Request, error: DomainError) -> Response:
    answer = _refuse(request, error)
    if "HX-Request" in request.headers and request.method != "GET":
        # The form stays as it was typed; only its own place for refusals is filled.
        answer.headers["HX-Retarget"] = "find .errbox"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


async def _not_logged_in(request: Request, _: Exception) -> Response:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    asks = request.method == "GET" and target != "/"
    location = f"/login?next={quote(target)}" if asks else "/login"
    if "HX-Request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": location})
    return RedirectResponse(location, status_code=303)


async def _replayed(request: Request, again: deps.Replayed) -> Response:
    return deps.see(request, again.location)


async def _unreadable(request: Request, error: RequestValidationError) -> Response:
    if any(part["loc"][0] == "path" for part in error.errors()):
        return _refuse(request, NotFoundError())
    names = ", ".join(dict.fromkeys(str(part["loc"][-1]) for part in error.errors()))
    refusal = DomainError(
        "The form could not be read at: {names}.",
        "Fill in these fields in the form shown and send it again.",
        names=names,
    )
    return await _refused(request, refusal)


async def _not_found(request: Request, error: HTTPException) -> Response:
    return _refuse(request, _refusal_for(error.status_code))


async def _broken(request: Request, error: Exception) -> Response:
    LOG.error("database error, request %s", request.state.request_id, exc_info=error)
    full = isinstance(error, OperationalError) and "full" in str(error)
    problem = (
        say("The disk of the server is full; nothing was booked.")
        if full
        else say("The database did not answer; nothing was booked.")
    )
    remedy = say("Wait a moment and send it again; tell the administrator if it stays so.")
    answer = _refuse(request, DomainError(problem, remedy))
    answer.status_code = 503
    return answer


async def _fault(request: Request, error: Exception) -> Response:
    LOG.error("fault, request %s", request.state.request_id, exc_info=error)
    refusal = DomainError(
        "Something went wrong on our side; nothing was booked.",
        "Tell the administrator the reference below.",
    )
    answer = _refuse(request, refusal)
    answer.status_code = 500
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _refusal_for(status: int) -> DomainError:
    if status == 404:  # noqa: PLR2004 - the status is its own name
        return NotFoundError()
    error = DomainError("This address does not take such a request.", "Go back to the page.")
    error.status = status
    return error
