"""Commands, a file per kind; importing them adds them to the command line."""

from web.commands import (
    carry,
    cash,
    chain_maps,
    chains,
    demo,
    dispatch,
    export,
    figures,
    imports,
    reports,
    service,
    structure,
)

__all__ = [
    "carry",
    "cash",
    "chain_maps",
    "chains",
    "demo",
    "dispatch",
    "export",
    "figures",
    "imports",
    "reports",
    "service",
    "structure",
]
