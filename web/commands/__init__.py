"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import cash, demo, figures, reports, service

__all__ = ["cash", "demo", "figures", "reports", "service"]
