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
    "portfolio.locks",
    "portfolio.calls",
    "portfolio.distributions",
    "portfolio.tranches",
    "portfolio.marks",
    "portfolio.indices",
    "dealflow.units",
    "dealflow.chains",
    "dealflow.chain_firms",
    "dealflow.supply",
    "dealflow.projects",
    "dealflow.stages",
    "dealflow.agreements",
    "dealflow.conditions",
    "dealflow.observations",
    "dealflow.sheets",
    "dealflow.leads",
    "dealflow.landings",
    "dealflow.landed",
    "dealflow.definitions",
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
    "capital_call",
    "call_line",
    "receipt",
    "distribution",
    "distribution_line",
    "tranche",
    "tranche_hold",
    "tranche_hold_release",
    "mark",
    "mark_approval",
    "mark_withdrawal",
    "index_level",
    "milestone",
    "pledge",
    "landing_condition",
    "observation",
    "observation_check",
    "condition_waiver",
    "condition_hold",
    "arrival",
    "arrival_check",
    "landed_rule",
    "measure_definition",
    "segment_firm",
)


def load() -> None:
    """Import them all."""
    for module in MODULES:
        importlib.import_module(module)
