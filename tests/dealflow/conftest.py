"""A small district to start from: two systems, two units, one evidence file."""

import pytest

from dealflow import units
from dealflow.units import UnitKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.files import Store
from tests.dealflow.district import District
from tests.dealflow.valley import Valley, settled


@pytest.fixture
def district(work: Work, officer: Actor, second_officer: Actor, store: Store) -> District:
    for order, (code, name) in enumerate((("making", "先进制造业"), ("serving", "现代服务业"))):
        units.add_system(work, officer, code=code, name=name, order=order)
    unit_ids = {
        code: units.add(work, officer, code=code, name=f"单位{code}", kind=UnitKind.OTHER).id
        for code in ("U1", "U2")
    }
    file = store.keep(work, officer, name="证明.pdf", content=b"%PDF-1.7 evidence")
    return District(work, officer, second_officer, file.id, unit_ids)


@pytest.fixture
def valley(work: Work, officer: Actor) -> Valley:
    """The chain that test_firms.py works by hand."""
    return settled(Valley(work, officer))
