"""A fund with three partners, two firms and five quarters of books, for the report's tests."""

from dataclasses import dataclass
from datetime import date

from dealflow import agreements, landings, observations, projects
from dealflow.agreements import AgreementKind, FundMoney
from dealflow.landings import MoneyKind
from dealflow.stages import Stage
from dealflow.terms import Metric
from portfolio import (
    calls,
    commitments,
    distributions,
    exits,
    expenses,
    funds,
    investments,
    marks,
    organisations,
    receipts,
    tranches,
)
from portfolio.accounts import Line
from portfolio.commitments import PartnerKind
from portfolio.distributions import Purpose as Back
from portfolio.kernel.actors import Actor
from portfolio.kernel.db import Work
from portfolio.kernel.files import Store
from portfolio.marks import Method

YI = 10_000_000_000  # 1 亿元 in fen
PARTNERS = (("LP1", "重庆产业投资母基金", 12), ("LP2", "渝北国资", 12), ("GP", "洪泰管理", 6))


@dataclass(frozen=True, kw_only=True)
class LpBooks:
    """What a test needs to speak of the books."""

    fund: funds.Fund
    investor_ids: dict[str, str]  # {partner code: organisation}
    investment_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class People:
    """Two managers and two officers: nobody approves his own work."""

    manager: Actor
    second_manager: Actor
    officer: Actor
    second_officer: Actor


def fill(work: Work, who: People, store: Store, *, code: str = "HT", scale: int = YI) -> LpBooks:
    """Book five quarters to 2026-06-30; `scale` is the fen of one 亿元 of the story."""
    actor = who.manager
    gp = organisations.find_or_create(work, actor, name="洪泰管理")
    fund = funds.create(
        work,
        actor,
        funds.Fund(
            code=code,
            name="重庆渝北洪泰基金",
            name_en="Yubei Hongtai Fund",
            kind="sub",
            announced_on=date(2025, 1, 6),
            inception_on=date(2025, 4, 1),
            manager_id=gp.id,
        ),
    )
    investor_ids = {}
    for partner, name, share in PARTNERS:
        of = organisations.find_or_create(work, actor, name=name)
        investor_ids[partner] = of.id
        commitments.admit(
            work,
            actor,
            fund_id=fund.id,
            code=partner,
            name=name,
            kind=PartnerKind.GP if partner == "GP" else PartnerKind.LP,
            committed_fen=share * scale,
            effective_date=date(2025, 4, 1),
            organisation_id=of.id,
        )
    _call(work, actor, fund, 6 * scale + 1, date(2025, 4, 10))
    _call(work, actor, fund, 5 * scale, date(2026, 1, 15))
    for on in (date(2025, 6, 30), date(2025, 12, 31), date(2026, 6, 15)):
        expenses.book(
            work,
            actor,
            fund_id=fund.id,
            line=Line.MANAGEMENT_FEES,
            amount_fen=scale // 12,
            effective_date=on,
            paid_on=None if on.year == 2026 else on,
        )
    expenses.book(
        work,
        actor,
        fund_id=fund.id,
        line=Line.AUDIT,
        amount_fen=scale // 100 + 7,
        effective_date=date(2026, 5, 8),
        paid_on=date(2026, 5, 20),
    )
    firms = tuple(_invest(work, who, store, fund, at, scale=scale) for at in range(2))
    exits.realise(
        work,
        actor,
        firms[0],
        on=date(2026, 5, 6),
        proceeds_fen=scale // 2,
        cost_fen=scale // 4,
    )
    for firm, value in zip(firms, (3 * scale, 5 * scale // 2), strict=True):
        _mark(work, who, firm, date(2026, 6, 30), value)
    distributions.distribute(
        work,
        actor,
        fund_id=fund.id,
        paid_on=date(2026, 6, 10),
        parts={Back.RETURN_OF_CAPITAL: scale // 4, Back.GAIN: scale // 5},
    )
    return LpBooks(fund=fund, investor_ids=investor_ids, investment_ids=firms)


def _call(work: Work, actor: Actor, fund: funds.Fund, fen: int, on: date) -> None:
    made = calls.call(
        work,
        actor,
        fund_id=fund.id,
        total_fen=fen,
        called_on=on,
        due_on=on.replace(day=28),
        purpose=calls.Purpose.INVESTMENTS,
    )
    receipts.receive_all(work, actor, made.id, received_on=on.replace(day=20))


def _invest(work: Work, who: People, store: Store, fund: funds.Fund, at: int, *, scale: int) -> str:
    actor, name = who.manager, ("安捷示例", "国器示例")[at]
    firm = organisations.find_or_create(work, actor, name=name, is_demo=True)
    holding = investments.create(
        work,
        actor,
        fund_id=fund.id,
        code=f"I{at + 1}",
        name=name,
        organisation_id=firm.id,
        instrument="equity",
        decided_on=date(2025, 5, 1),
        is_demo=True,
    )
    tranche = tranches.plan(
        work,
        actor,
        investment_id=holding.id,
        agreed_fen=2 * scale,
        due_on=date(2025, 5, 20),
        is_demo=True,
    )
    tranches.pay(work, actor, tranche.id, effective_date=date(2025, 5 + at, 21))
    _mark(work, who, holding.id, date(2026, 3, 31), 9 * scale // 4)
    _land(work, who, store, holding, firm.id, scale=scale)
    return holding.id


def _mark(work: Work, who: People, investment_id: str, on: date, fair_value_fen: int) -> None:
    mark = marks.prepare(
        work,
        who.manager,
        investment_id=investment_id,
        as_of=on,
        fair_value_fen=fair_value_fen,
        method=Method.MULTIPLES,
        inputs={"ev_sales": 4},
        is_demo=True,
    )
    marks.approve(work, who.second_manager, mark.id)


def _land(
    work: Work,
    who: People,
    store: Store,
    holding: investments.Investment,
    firm_id: str,
    *,
    scale: int,
) -> None:
    officer, name = who.officer, holding.name
    paper = store.keep(work, officer, name="证明.pdf", content=b"%PDF-1.7 evidence")
    project = projects.create(
        work,
        officer,
        name=name,
        organisation_id=firm_id,
        first_heard_on=date(2025, 1, 10),
        code=f"P-{holding.fund_id[-4:]}-{holding.code}",
        is_demo=True,
    )
    signed = agreements.sign(
        work,
        officer,
        project_id=project.id,
        kind=AgreementKind.FORMAL,
        title=f"{name}合同",
        signed_on=date(2025, 4, 20),
        amount_fen=10 * scale,
        fund_id=holding.fund_id,
        fund_money=FundMoney.AS_PAID,
        is_demo=True,
    )
    agreements.attach(work, officer, signed.id, investment_id=holding.id, version=signed.version)
    projects.record(
        work,
        officer,
        project.id,
        stage=Stage.REGISTERED,
        on=date(2025, 6, 1),
        evidence_file_id=paper.id,
        note="",
        is_demo=True,
    )
    for due_on, people in ((date(2026, 3, 31), 120_000), (date(2026, 5, 31), 400_000)):
        condition = observations.agree(
            work,
            officer,
            agreement_id=signed.id,
            metric=Metric.HEADCOUNT,
            name=f"在渝用工 {people // 1000} 人",
            threshold=people,
            due_on=due_on,
            is_demo=True,
        )
        seen = observations.observe(
            work,
            officer,
            condition.id,
            observed_on=date(2026, 3, 20),
            value=126_000,
            evidence_file_id=paper.id,
            note="补登",
        )
        observations.verify(work, who.second_officer, seen.id, accepted=True)
    arrival = landings.arrive(
        work,
        officer,
        project.id,
        on=date(2026, 4, 20),
        amount_fen=scale // 3,
        kind=MoneyKind.FIXED_ASSETS,
        evidence_file_id=paper.id,
    )
    landings.verify(work, who.second_officer, arrival.id, accepted=True, on=date(2026, 4, 22))
