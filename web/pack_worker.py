"""The worker of the server: makes the reports of packs that a click asked for, one at a time.

The line of jobs is the table of `portfolio.packs`, written in the transaction of the click. One
thread a process works it off and ends when nothing is left; after a crash the next click, or the
next start of the server, goes on. Reports are read in units that block nobody.
"""

import threading
from pathlib import Path

from fastapi import Request
from sqlalchemy import event
from starlette.applications import Starlette

from portfolio import packs
from portfolio.kernel.db import Database, Work
from valuation.periods import Quarter
from web.reports import packing
from web.reports.packing import Shared

_turn = threading.Lock()


# ---- starting
def after_commit(request: Request, work: Work) -> None:
    """Start the worker once the click's unit of work is committed."""
    app = request.app
    event.listen(work.session, "after_commit", lambda _session: start(app), once=True)


def start(app: Starlette) -> threading.Thread:
    """Start the worker; one that runs already takes up the new items by itself."""
    thread = threading.Thread(
        target=run, args=(app.state.database, folder_in(app)), name="packs", daemon=True
    )
    thread.start()
    return thread


def folder_in(app: Starlette) -> Path:
    """Return the folder of all packs, beside the database and outside of what is served."""
    return Path(app.state.settings.folder) / "packs"


def folder_of(request: Request, pack_id: str) -> Path:
    """Return the folder of one pack; its id was found in the database before."""
    return folder_in(request.app) / pack_id


# ---- working
def run(database: Database, folder: Path) -> int:
    """Make all that is waiting; return how many were made or failed."""
    with _turn:
        count = 0
        shared: dict[str, Shared] = {}
        while _one(database, folder, shared):
            count += 1
        return count


def _one(database: Database, folder: Path, shared: dict[str, Shared]) -> bool:
    with database.writing() as work:
        item = packs.take(work)
        if item is None:
            return False
        pack = work.session.get_one(packs.ReportPack, item.pack_id)
    place = folder / pack.id
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with database.reading() as work:
        made = packing.attempt(
            work,
            item.partner_id,
            Quarter.containing(pack.ends_on),
            shared.setdefault(pack.id, Shared()),
            place,
            "en" if pack.lang == "en" else "zh",
        )
    with database.writing() as work:
        packs.finish(work, item.id, sha256=made.sha256, reason=made.reason)
    return True
