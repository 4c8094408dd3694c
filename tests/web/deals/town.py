"""A town with one project, its contract and a gated tranche, and people at their desks."""

import re
from dataclasses import dataclass
from datetime import date

from starlette.testclient import TestClient

from dealflow import agreements, chains, observations, projects, units
from dealflow.agreements import AgreementKind, FundMoney
from dealflow.terms import Consequence, Metric
from dealflow.units import UnitKind
from portfolio import commitments, funds, investments, ledger, organisations, tranches
from portfolio.accounts import AccountCode, Line
from portfolio.commitments import PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database, Work
from portfolio.postings import Posting, to_partners
from tests.web.conftest import hidden_fields

YI = 10_000_000_000
PDF = ("证明 1.pdf", b"%PDF-1.7 seen on site", "application/pdf")
SIGNED, SEEN = date(2024, 1, 10), date(2024, 9, 2)
LATER = date(2025, 1, 1)


@dataclass(frozen=True)
class Town:
    """A project whose second tranche of 0.8 亿 waits for 3 亿 of fixed assets."""

    project_id: str
    chain_id: str
    fund_id: str
    condition_id: str
    first_id: str
    gated_id: str
    unit_id: str


def put_money(work: Work, actor: Actor, fund_id: str, fen: int) -> None:
    by = commitments.shares(work, fund_id, on=SIGNED)
    ledger.post(
        work,
        actor,
        fund_id=fund_id,
        tag="test",
        subject_id=fund_id,
        effective_date=SIGNED,
        postings=[
            Posting(account=AccountCode.CASH, amount_fen=fen),
            *to_partners(fen, Line.CONTRIBUTIONS, by, purpose="call:investments"),
        ],
    )


def build(database: Database, manager: Actor, officer: Actor) -> Town:
    """Write the town into an empty database."""
    with database.writing() as work:
        units.add_system(work, officer, code="digital-economy", name="数字经济")
        unit = units.add(work, officer, code="U1", name="临空办", kind=UnitKind.OTHER)
        chain = chains.add(
            work, officer, slug="space", name="空天信息", system_code="digital-economy"
        )
        firm = organisations.create(work, officer, name="示例航天公司")
        fund = funds.create(
            work,
            manager,
            funds.Fund(
                code="HT", name="示例基金", kind="sub", announced_on=SIGNED, inception_on=SIGNED
            ),
        )
        lp = organisations.create(work, manager, name="示例出资人")
        commitments.admit(
            work,
            manager,
            fund_id=fund.id,
            code="LP1",
            name=lp.name,
            kind=PartnerKind.LP,
            committed_fen=5 * YI,
            effective_date=SIGNED,
            organisation_id=lp.id,
        )
        put_money(work, manager, fund.id, 3 * YI)
        project = projects.create(
            work,
            officer,
            code="P-2024-001",
            name="示例空天基地",
            organisation_id=firm.id,
            first_heard_on=date(2023, 5, 4),
            system_code="digital-economy",
            chain_id=chain.id,
            unit_id=unit.id,
            planned_investment_fen=10 * YI,
        )
        paper = agreements.sign(
            work,
            officer,
            project_id=project.id,
            kind=AgreementKind.FORMAL,
            title="投资合同",
            signed_on=SIGNED,
            amount_fen=10 * YI,
            fund_id=fund.id,
            fund_money=FundMoney.AS_PAID,
        )
        holding = investments.create(
            work,
            manager,
            fund_id=fund.id,
            code="I1",
            name="示例航天",
            organisation_id=firm.id,
            instrument="equity",
            decided_on=SIGNED,
            is_demo=False,
        )
        agreements.attach(work, officer, paper.id, investment_id=holding.id, version=paper.version)
        first, gated = (
            tranches.plan(
                work,
                manager,
                investment_id=holding.id,
                agreed_fen=fen,
                due_on=date(2024, 10, 1),
                is_demo=False,
            )
            for fen in (YI * 9 // 10, YI * 8 // 10)
        )
        condition = observations.agree(
            work,
            officer,
            agreement_id=paper.id,
            metric=Metric.FIXED_ASSET_INVESTMENT,
            name="固定资产投资累计",
            threshold=3 * YI,
            due_on=date(2030, 9, 30),
            consequence=Consequence.GATES_TRANCHE,
            gates_tranche_id=gated.id,
        )
    return Town(
        project_id=project.id,
        chain_id=chain.id,
        fund_id=fund.id,
        condition_id=condition.id,
        first_id=first.id,
        gated_id=gated.id,
        unit_id=unit.id,
    )


class Desk:
    """A person at the browser, as a test speaks of him."""

    def __init__(self, browser: TestClient) -> None:
        self.browser = browser

    def see(self, path: str, **query: str) -> str:
        answer = self.browser.get(path, params={"lang": "zh", **query})
        assert answer.status_code == 200, answer.text[:600]
        return answer.text

    def send(self, path: str, *, file: str = "", version: int | None = None, **fields: str):
        """Fill in the form of a page and send it; `file` names the fields of the uploads."""
        token = hidden_fields(self.browser.get("/account").text)
        sent = {**token, **fields, **({} if version is None else {"version": str(version)})}
        upload = dict.fromkeys(file.split(), PDF) if file else None
        return self.browser.post(path, data=sent, files=upload, params={"lang": "zh"})


def shown(html: str, name: str) -> str:
    found = re.search(rf'id="{name}"[^>]*>([^<]*)<', html)
    assert found, name
    return found[1]
