"""A real browser before a real server: the `lianji` command on a demo that was loaded once."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)

from web.demo import PASSWORD

LIANJI = Path(sys.executable).parent / "lianji"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS = 30_000  # two cores may serve four processes
REFUSALS = (403, 404, 409, 422)
expect.set_options(timeout=PATIENCE_MS)


# ---- the server
def _environment(folder: Path) -> dict[str, str]:
    own = {k: v for k, v in os.environ.items() if not k.startswith("LIANJI_")}
    return own | {"LIANJI_DATA": str(folder)}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that `lianji demo` makes; the workers of one run share a single load."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, done = shared / "demo", shared / "demo.done"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run(
                [LIANJI, "demo", "--no-serve"], check=True, timeout=240, env=_environment(folder)
            )
            done.touch()
    return folder


@pytest.fixture(scope="module")
def site(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of this file's own, on a copy of the demo."""
    folder = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(loaded, folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = folder.parent / "server.log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [LIANJI, "serve", "--port", str(port)],
            env=_environment(folder),
            stdout=out,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            _wait_for(address, server, log)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
    assert "Traceback" not in log.read_text()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not answer:\n{log.read_text()}")


# ---- the browser
@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or a skip that says how to get it."""
    named = os.environ.get("CHROMIUM", "")
    found = next(
        filter(None, map(shutil.which, (named, "chromium", "chromium-headless-shell"))), ""
    )
    if not found:
        # The README promises the rest of the tests to who has no browser, and pip brings none;
        # where a landing is decided, .ci/run installs it and LIANJI_NO_SKIPS makes this a failure.
        pytest.skip("No Chromium here: apt-get install chromium, or name one by CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


class Desk:
    """A person at a browser of his own. What the browser complains about is kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._refused: list[int] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium writes a line for every refusal; `refused` counts those by their status
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text} at {self.page.url}")

    def _response(self, response: Response) -> None:
        if response.status in REFUSALS:
            self._refused.append(response.status)
        elif response.status >= 400:
            self.complaints.append(f"{response.status} {response.url}")

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """Expect that what is done here is refused once, with this status."""
        assert self._refused == []
        yield
        self.page.wait_for_timeout(0)
        assert self._refused == [status]
        self._refused.clear()

    def is_content(self) -> None:
        """Fail where the browser complained, or something was refused that should not be."""
        complaints, self.complaints = self.complaints, []
        refused, self._refused = self._refused, []
        assert complaints == []
        assert refused == []


class Office:
    """The people of one file of tests: `office("manager1")` is his desk, kept between tests."""

    def __init__(self, chromium: Browser, site: str) -> None:
        self._chromium = chromium
        self._site = site
        self._desks: dict[str, Desk] = {}

    def __call__(self, login: str = "", **context: Any) -> Desk:
        """Return a person's desk; nobody shares a cookie, and other settings are another desk."""
        key = f"{login} {context}"
        if key not in self._desks:
            size = ViewportSize(width=1440, height=900)
            own = self._chromium.new_context(
                base_url=self._site, locale="zh-CN", viewport=size, **context
            )
            own.set_default_timeout(PATIENCE_MS)
            self._desks[key] = Desk(own.new_page())
            if login:
                log_in(self._desks[key].page, login)
        return self._desks[key]

    def is_content(self) -> None:
        """Fail where any browser complained."""
        for desk in self._desks.values():
            desk.is_content()

    def close(self) -> None:
        """Close every browser window."""
        for desk in self._desks.values():
            desk.page.context.close()


@pytest.fixture(scope="module")
def office(chromium: Browser, site: str) -> Iterator[Office]:
    people = Office(chromium, site)
    yield people
    people.close()


@pytest.fixture(autouse=True)
def quiet(office: Office) -> Iterator[None]:
    """After every test: no browser has complained."""
    yield
    office.is_content()


def log_in(page: Page, login: str) -> None:
    page.goto("/login")
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action='/login'] button").click()
    page.wait_for_selector(".side__user")
