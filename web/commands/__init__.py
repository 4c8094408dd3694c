"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import demo, export, figures, reports, service, structure

__all__ = ["demo", "export", "figures", "reports", "service", "structure"]
