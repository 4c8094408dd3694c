"""What a worker process starts from."""

import gc

from fastapi import FastAPI

from web import settings
from web.app import create

ALLOCATIONS, YOUNG, MIDDLE = 20_000, 20, 50  # between two collections of each generation


def application() -> FastAPI:
    """Open the database that the environment names and build the application on it."""
    given = settings.read()
    made = create(given, *given.open())
    quiet_collector()
    return made


def quiet_collector() -> None:
    """Leave what the start made out of every collection, and collect seldom.

    A page makes tens of thousands of rows that die by their count of references; walking the whole
    application for cycles every 700 of them made a map of 20,000 firms several times as slow.
    source  PERFORMANCE.md, what comes first: `gc.collect(); gc.freeze()` after the start
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, YOUNG, MIDDLE)
