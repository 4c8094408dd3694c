"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import demo, figures, service

__all__ = ["demo", "figures", "service"]
