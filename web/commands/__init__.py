"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import service

__all__ = ["service"]
