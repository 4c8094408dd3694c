"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import demo, figures, imports, reports, service

__all__ = ["demo", "figures", "imports", "reports", "service"]
