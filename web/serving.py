"""What a worker process starts from."""

from fastapi import FastAPI

from web import settings
from web.app import create


def application() -> FastAPI:
    """Open the database that the environment names and build the application on it."""
    given = settings.read()
    return create(given, *given.open())
