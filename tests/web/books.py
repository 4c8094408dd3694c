"""A fund with partners and money, and the short words by which a test acts on it as a browser."""

from dataclasses import dataclass
from datetime import date

from starlette.testclient import TestClient

from portfolio import calls, commitments, funds, investments, organisations, receipts, tranches
from portfolio.calls import Purpose
from portfolio.commitments import PartnerKind
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Database, Work
from tests.web.conftest import hidden_fields

BEGAN = date(2024, 1, 2)
WAN = 1_000_000  # 1 万元 in fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a test may name: ids of the rows it starts from."""

    fund_id: str
    partner_ids: tuple[str, ...]
    investor_ids: tuple[str, ...]
    investment_id: str


def open_fund(work: Work, manager: Actor, code: str = "HT") -> Told:
    """A fund of three partners (5:3:1 of 900 万元), 90 万元 paid in, one holding of 30 万元."""
    fund = funds.create(
        work,
        manager,
        funds.Fund(
            code=code, name=f"{code}基金", kind="sub", announced_on=BEGAN, inception_on=BEGAN
        ),
    )
    firms = [organisations.find_or_create(work, manager, name=f"出资人{n}") for n in "甲乙丙"]
    partners = [
        commitments.admit(
            work,
            manager,
            fund_id=fund.id,
            code=f"LP{n}",
            name=firm.name,
            kind=PartnerKind.LP,
            committed_fen=fen,
            effective_date=BEGAN,
            organisation_id=firm.id,
        )
        for n, (firm, fen) in enumerate(
            zip(firms, (500 * WAN, 300 * WAN, 100 * WAN), strict=True), start=1
        )
    ]
    made = calls.call(
        work,
        manager,
        fund_id=fund.id,
        total_fen=90 * WAN,
        called_on=BEGAN,
        due_on=BEGAN,
        purpose=Purpose.INVESTMENTS,
    )
    receipts.receive_all(work, manager, made.id, received_on=BEGAN)
    firm = organisations.find_or_create(work, manager, name=f"{code}企业")
    held = investments.create(
        work,
        manager,
        fund_id=fund.id,
        code="I1",
        name=firm.name,
        organisation_id=firm.id,
        instrument="增资",
        decided_on=BEGAN,
    )
    tranche = tranches.plan(
        work, manager, investment_id=held.id, agreed_fen=30 * WAN, due_on=BEGAN, is_demo=False
    )
    tranches.pay(work, manager, tranche.id, effective_date=date(2024, 3, 1))
    return Told(
        fund_id=fund.id,
        partner_ids=tuple(partner.id for partner in partners),
        investor_ids=tuple(one.id for one in firms),
        investment_id=held.id,
    )


def send(browser: TestClient, form: str, to: str = "", /, **fields: str):
    """Open a form, fill it in and send it; return the answer in English."""
    hidden = hidden_fields(browser.get(form).text)
    return browser.post(f"{to or form}?lang=en", data=hidden | fields)


def scalar(database: Database, statement):
    """Read one value as the database has it now."""
    with database.reading() as work:
        return work.scalar(statement)
