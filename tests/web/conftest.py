"""A browser without a screen: the application on a database of its own, on both engines."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from portfolio.kernel import actors
from portfolio.kernel.actors import LoginSession, Role
from portfolio.kernel.db import Database
from portfolio.kernel.files import Store
from web.app import create
from web.routes import login as login_route
from web.settings import Settings

# The real cost is tested where it matters (test_passwords); here it would only slow every test.
HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
login_route.HASHER, login_route.NOBODY = HASHER, HASHER.hash("nobody")

PASSWORD = "four unrelated words here"
HASH = HASHER.hash(PASSWORD)
LogIn = Callable[..., TestClient]


@pytest.fixture
def application(database: Database, store: Store):
    settings = Settings(
        database_url=database.url.render_as_string(hide_password=False),
        folder=store.folder,
        hosts=("testserver",),
    )
    return create(settings, database, store)


@pytest.fixture
def client(application) -> TestClient:
    return TestClient(application, follow_redirects=False)


@pytest.fixture
def logged_in(application, database, admin) -> LogIn:
    """Log a person in by role: `logged_in(Role.FUND_MANAGER)` gives his browser."""

    def enter(role: Role, login: str = "", organisation_id: str | None = None) -> TestClient:
        login = login or role.value
        with database.writing() as work:
            actors.create_account(
                work,
                admin,
                login=login,
                name=login,
                role=role,
                password_hash=HASH,
                organisation_id=organisation_id,
            )
        browser = TestClient(application, follow_redirects=False)
        answer = browser.post("/login", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    return enter


def forget_password(database: Database) -> None:
    """Let the password have been typed a quarter of an hour ago."""
    with database.writing() as work:
        for session in work.session.execute(sa.select(LoginSession)).scalars():
            session.password_at -= timedelta(minutes=15)
            work.add(session)


def hidden_fields(html: str) -> dict[str, str]:
    """Read the token and key of the first form that writes."""
    names = ("csrf_token", "idempotency_key", "version")
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', html) for name in names}
    return {name: match[1] for name, match in found.items() if match}
