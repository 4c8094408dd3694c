"""Every module with tables, so that the metadata is whole wherever migrations look at it."""

import importlib

MODULES = (
    "portfolio.kernel.actors",
    "portfolio.kernel.audit",
    "portfolio.kernel.files",
    "portfolio.kernel.runs",
    "portfolio.kernel.site",
    "portfolio.organisations",
    "portfolio.funds",
    "portfolio.commitments",
    "portfolio.investments",
    "portfolio.ledger",
    "dealflow.units",
    "dealflow.chains",
    "dealflow.projects",
    "dealflow.stages",
)
# Rows of these are history: the database refuses to change or delete them.
APPEND_ONLY = (
    "audit_line",
    "run",
    "stored_file",
    "commitment",
    "ledger_transaction",
    "ledger_posting",
    "period_lock",
    "milestone",
)


def load() -> None:
    """Import them all."""
    for module in MODULES:
        importlib.import_module(module)
