"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import carry, cash, demo, dispatch, figures, imports, reports, service

__all__ = ["carry", "cash", "demo", "dispatch", "figures", "imports", "reports", "service"]
