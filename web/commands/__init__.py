"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import carry, demo, figures, imports, reports, service

__all__ = ["carry", "demo", "figures", "imports", "reports", "service"]
