"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import demo, dispatch, figures, reports, service

__all__ = ["demo", "dispatch", "figures", "reports", "service"]
