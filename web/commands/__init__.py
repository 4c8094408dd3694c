"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import figures, service

__all__ = ["figures", "service"]
