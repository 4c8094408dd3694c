"""Each measure gives what its source printed; PME, waterfall and pacing have tests of theirs."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from valuation.figures import Undefined
from valuation.irr import CashFlow, horizon_irr, irr, mirr, xirr
from valuation.multiples import multiples
from valuation.nav import NavLine, bridge

GOLDEN = Path(__file__).parent / "golden"


def _published(name: str) -> list[dict[str, str]]:
    lines = (GOLDEN / name).read_text().splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _numbers(row: dict[str, str]) -> list[float]:
    return [float(word) for word in row["amounts"].split()]


def _flows(row: dict[str, str]) -> list[CashFlow]:
    on = [date.fromisoformat(word) for word in row["dates"].split()]
    return [CashFlow(day, amount) for day, amount in zip(on, _numbers(row), strict=True)]


def _is_printed(found: float | Undefined, row: dict[str, str]) -> None:
    assert isinstance(found, float), found
    assert found == pytest.approx(float(row["rate"]), abs=0.51 * 10 ** -int(row["digits"]))


@pytest.mark.parametrize("row", _published("irr.csv"), ids=lambda row: row["source"])
def test_the_rate_is_the_printed_one_or_says_why_there_is_none(row: dict[str, str]) -> None:
    found = xirr(_flows(row)) if row["dates"] else irr(_numbers(row))
    reason, *roots = row["rate"].split()
    if reason.isidentifier():
        assert isinstance(found, Undefined)
        assert found.reason == reason
        assert found.roots == pytest.approx([float(root) for root in roots], rel=1e-12)
    else:
        _is_printed(found, row)


@pytest.mark.parametrize("row", _published("mirr.csv"), ids=lambda row: row["rate"])
def test_the_modified_rate_is_the_printed_one(row: dict[str, str]) -> None:
    rates = float(row["finance_rate"]), float(row["reinvest_rate"])
    _is_printed(mirr(_numbers(row), *rates), row)


@pytest.mark.parametrize("row", _published("horizon.csv"), ids=["window", "more"])
def test_the_horizon_return_is_the_printed_rate_of_its_window(row: dict[str, str]) -> None:
    start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
    values = float(row["opening"]), float(row["closing"])
    _is_printed(horizon_irr(values[0], _flows(row), values[1], start, end), row)


@pytest.mark.parametrize("row", _published("multiples.csv"), ids=lambda row: row["source"])
def test_the_multiples_are_the_printed_ones(row: dict[str, str]) -> None:
    given = {name: float(row[name]) for name in ("committed", "paid_in", "distributed", "nav")}
    found = multiples(**given)
    for name in ("pic", "dpi", "rvpi", "tvpi"):
        assert getattr(found, name) == float(row[name]), name


@pytest.mark.parametrize("row", _published("bridge.csv"), ids=lambda row: row["year"])
def test_the_bridge_leads_to_the_printed_net_asset_value(row: dict[str, str]) -> None:
    fen = {name: int(Decimal(text) * 10**8) for name, text in row.items() if name != "year"}
    found = bridge(fen["opening"], fen["closing"], [(line, fen[line]) for line in NavLine])
    assert {name: getattr(found, name) for name in fen} == fen
