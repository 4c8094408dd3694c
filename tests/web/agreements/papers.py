"""A deal with a fund behind it, and the forms by which its agreements are recorded."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from dealflow import projects
from portfolio import funds, organisations
from portfolio.funds import Fund, FundKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database
from tests.web.conftest import hidden_fields

SIGNED = date(2023, 10, 25)
HEARD = date(2023, 5, 1)
YI = 10_000_000_000  # 1 亿元 in fen
NO_FUND_MONEY = {"disclosed": "no", "fund_money": "by_use"}


@dataclass(frozen=True, slots=True)
class Scene:
    """A deal in talks, and the fund that may take part."""

    deal: str
    firm: str
    fund: str


@pytest.fixture
def scene(database: Database, manager: Actor) -> Scene:
    with database.writing() as work:
        firm = organisations.create(work, manager, name="签约企业 4（未具名）")
        deal = projects.create(
            work,
            manager,
            code="P-1",
            name="功率半导体基地",
            organisation_id=firm.id,
            first_heard_on=HEARD,
            is_demo=True,
        )
        fund = funds.create(
            work,
            manager,
            Fund(
                code="HT",
                name="洪泰基金",
                kind=FundKind.SUB.value,
                announced_on=SIGNED,
                inception_on=SIGNED,
            ),
        )
        return Scene(deal.id, firm.id, fund.id)


def pledges(*rows: tuple[str, str, str, str, str]) -> dict[str, list[str]]:
    """Return the repeated fields of (side, text, amount, unit, due) rows."""
    names = ("side", "text", "amount", "unit", "due")
    return {
        f"pledge_{name}": list(column)
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


THREE_SIDES = pledges(
    ("fund", "分两期投资", "3", "yi", ""),
    ("fund", "", "", "yi", ""),
    ("firm", "建设研发基地", "10", "yi", "2026-12-31"),
    ("firm", "研发人员不少于 120 人", "", "yi", ""),
    ("district", "提供厂房", "5000", "wan", "2024-06-30"),
)


def send(browser: TestClient, address: str, page: str = "", lang: str = "en", **fields: Any) -> Any:
    """Open a page, fill in a form of it and send it."""
    keys = hidden_fields(browser.get(page or address).text)
    return browser.post(f"{address}?lang={lang}", data=keys | fields)


def paper(scene: Scene, **changed: Any) -> dict[str, Any]:
    """Return a filled form for a framework agreement."""
    return {
        "project": scene.deal,
        "kind": "framework",
        "title": "合作框架协议",
        "signed_on": SIGNED.isoformat(),
        "amount": "10",
        "amount_unit": "yi",
        "disclosed": "yes",
        "fund": scene.fund,
        "fund_money": "by_use",
        **changed,
    }


def signed(browser: TestClient, scene: Scene, **changed: Any) -> str:
    """Sign an agreement; return its address."""
    answer = send(browser, "/agreements/new", **paper(scene, **changed))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def condition(**changed: Any) -> dict[str, Any]:
    return {
        "metric": "headcount",
        "name": "在渝员工（社保）",
        "operator": "at_least",
        "threshold": "120",
        "unit": "people",
        "due_on": "2026-12-31",
        "weight": "2",
        "cure_days": "30",
        "consequence": "none",
        "evidence_required": "社保清单",
        **changed,
    }


def funded(browser: TestClient, scene: Scene) -> str:
    """Sign, record the fund's investment and plan its first tranche."""
    address = signed(browser, scene)
    answer = send(
        browser,
        f"{address}/investment/new",
        address,
        fund=scene.fund,
        investment_code="HT-04",
        investment_name="签约企业 4（未具名）",
        instrument="股权",
        decided_on="2023-12-01",
    )
    assert answer.status_code == 303, answer.text
    answer = send(
        browser,
        f"{address}/tranches",
        address,
        agreed="9000",
        agreed_unit="wan",
        tranche_due="2024-03-31",
    )
    assert answer.status_code == 303, answer.text
    return address


def one(database: Database, row: Any) -> Any:
    with database.reading() as work:
        return work.session.execute(sa.select(row)).scalar_one()


def count(database: Database, row: Any) -> int:
    with database.reading() as work:
        return int(work.scalar(sa.select(sa.func.count()).select_from(row)))
