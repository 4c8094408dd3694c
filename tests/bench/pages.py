"""Base line: how long the pages of the demo take. `.venv/bin/python tests/bench/pages.py`.

Prints the median and the slowest of each page, measured in one process through the whole
application (routing, queries, templates), without a network. SQLite, one client.
"""

import os
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from starlette.testclient import TestClient

from migrations import upgrade
from web import demo, settings
from web.app import create

ROUNDS = 15
PAGES = (
    ("overview", "/?as_of=2023-10-31"),
    ("board", "/deals?as_of=2023-10-31"),
    ("table", "/deals?view=table"),
    ("landing", "/landing?as_of=2023-10-31"),
    ("fund", "/funds/HT"),
    ("report", None),
)


def main() -> None:
    """Load the demo once, then time each page."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LIANJI_DATA"] = folder
        os.environ.pop("LIANJI_DATABASE_URL", None)
        given = settings.read()
        database, store = given.open()
        upgrade.to_newest(database)
        began = perf_counter()
        demo.load(database, store)
        print(f"demo loaded in {perf_counter() - began:.1f} s")
        client = TestClient(create(given, database, store), base_url="http://127.0.0.1")
        client.post("/login", data={"login": "manager1", "password": demo.PASSWORD})
        for name, path in PAGES:
            address = path or first_report(client)
            took = [timed(client, address) for _ in range(ROUNDS)]
            size = len(client.get(address).content) // 1024
            print(
                f"{name:9} median {statistics.median(took):6.1f} ms"
                f"  slowest {max(took):6.1f} ms  {size:4} KiB  {address}"
            )
        print(f"database {Path(folder, 'lianji.db').stat().st_size // 1024} KiB")


def timed(client: TestClient, address: str) -> float:
    """Return the milliseconds of one page; a refusal would make the figure worthless."""
    began = perf_counter()
    answer = client.get(address)
    took = (perf_counter() - began) * 1000
    answer.raise_for_status()
    return took


def first_report(client: TestClient) -> str:
    """Return the address of the first report in the list."""
    html = client.get("/reports").text
    start = html.index('href="/reports/') + len('href="')
    return html[start : html.index('"', start)]


if __name__ == "__main__":
    main()
