"""The demo says what was published, computed from its rows, and labels all it has made up."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col

from dealflow import agreements, conditions, definitions, leads, measures, units
from dealflow.agreements import Agreement, AgreementKind
from dealflow.chains import Chain
from dealflow.measures import Scorecard
from dealflow.projects import Project
from dealflow.stages import Milestone
from dealflow.terms import Status
from migrations import tables
from portfolio import book_checks, closing, funds, investments, marks, performance, tranches
from portfolio.funds import Fund
from portfolio.kernel import audit, site
from portfolio.kernel.actors import Account, Actor, actor_of
from portfolio.kernel.db import SHANGHAI, Database, Work
from portfolio.kernel.errors import DomainError
from portfolio.kernel.files import Store, StoredFile
from portfolio.ledger import LedgerTransaction, Moment
from portfolio.organisations import Organisation
from portfolio.tranches import TrancheStatus
from valuation.irr import CashFlow, xirr
from web import demo
from web.demo.published import AS_OF, SINCE, TODAY, facts

YI = 10_000_000_000
HALF_YEAR = date(2026, 6, 30)


@pytest.fixture(scope="module")
def loaded(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[tuple[Database, Store]]:
    """One load for all tests of this file; they only read."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(migrated_sqlite, folder / "demo.db")
    database, store = Database(f"sqlite:///{folder / 'demo.db'}"), Store(folder / "files")
    demo.load(database, store)
    yield database, store
    database.dispose()


@pytest.fixture
def told(loaded: tuple[Database, Store]) -> Iterator[Work]:
    with loaded[0].reading() as work:
        yield work


@pytest.fixture
def card(told: Work) -> Scorecard:
    return measures.scorecard(told, SINCE, AS_OF)


def person_of(work: Work, login: str) -> Actor:
    account = work.session.execute(
        sa.select(Account).where(col(Account.login) == login)
    ).scalar_one()
    return actor_of(account)


def fund_of(work: Work, code: str) -> Fund:
    return funds.find(work, person_of(work, "manager1"), code)


# ---- what was published
def test_the_scorecard_of_october_2023_is_computed_to_the_published_figures(
    card: Scorecard,
) -> None:
    published = facts()["scorecard"]
    assert card["projects_signed"].value == published["projects_signed"] == 49
    assert card["contract_amount"].value == published["contract_amount"] * YI == 669 * YI
    assert card["money_in_place"].value == published["funds_in_place"] * YI == 218 * YI
    assert card["projects_started"].value == published["projects_started"] == 33
    assert card["capital_conversion"].value == pytest.approx(published["capital_conversion"], 0.001)
    assert card["size_5bn_projects"].value == 4
    assert card["size_2bn_projects"].value == 12


def test_money_in_place_grew_by_22_percent_over_17869_million_yuan_of_the_year_before(
    card: Scorecard,
) -> None:
    growth = card["money_in_place_yoy"]
    assert growth.denominator == 17_869 * YI // 100
    assert growth.value == pytest.approx(0.22, abs=0.0001)


def test_the_pipeline_of_october_2023_is_the_published_one(card: Scorecard) -> None:
    assert card["in_talks_count"].value == 56
    assert card["in_talks_amount"].value == 710 * YI
    assert card["started_or_land_count"].value == 185
    assert card["can_start_this_year"].value == 15


def test_each_industry_system_has_its_published_share(card: Scorecard) -> None:
    split = {
        one.system_code: {figure.code: figure.value for figure in one.figures}
        for one in card.by_system
        if one.system_code
    }
    for published in facts()["industry_systems"]:
        own = split[published["code"]]
        assert own["projects_signed"] == published["projects"]
        assert own["contract_amount"] == published["contract_amount"] * YI
    assert [split[one["code"]]["money_in_place"] for one in facts()["industry_systems"]] == [
        1_014 * YI // 10,
        774 * YI // 10,
        392 * YI // 10,
    ]


def test_six_of_the_33_started_projects_were_signed_before_2023(card: Scorecard) -> None:
    started = {row.subject_id for row in card["projects_started"].rows}
    signed = {row.label for row in card["contract_amount"].rows}
    older = [row for row in card["projects_started"].rows if row.label not in signed]
    assert (len(started), len(older)) == (33, 6)


def test_the_district_is_organised_and_travelled_as_published(told: Work) -> None:
    organised = units.organisation(told)
    assert (organised.responsible_units, organised.people) == (36, 237)
    assert [organised.by_kind[kind] for kind in units.UnitKind][:5] == [1, 9, 8, 6, 4]
    travelled = units.outreach(told, SINCE, AS_OF)
    assert (travelled.trips, travelled.visits) == (57, 200)


def test_712_projects_were_recorded_and_146_leads_had_gone_round(told: Work) -> None:
    recorded = sa.select(sa.func.count()).select_from(Project)
    assert told.scalar(recorded.where(col(Project.first_heard_on) <= AS_OF)) == 712
    assert leads.counts(told, AS_OF).circulated == 146


def test_the_year_2023_ends_above_its_expectations(told: Work) -> None:
    year = measures.scorecard(told, SINCE, date(2023, 12, 31))
    reached = measures.attainments(told, year)
    assert {one.code for one in reached} == {
        "contract_amount",
        "money_in_place",
        "projects_started",
    }
    assert all(one.actual > one.at_least for one in reached)


def test_the_start_rate_that_was_reported_stands_beside_the_computed_one(
    told: Work, card: Scorecard
) -> None:
    reported = {one.code: one for one in definitions.reported(told, SINCE, AS_OF)}
    start_rate = reported["start_rate_period"]
    assert (start_rate.value_text, start_rate.at_least) == (">71%", True)
    assert not start_rate.denominator_given
    assert card["start_rate_period"].value == pytest.approx(33 / 49)


def test_the_figures_were_known_on_the_evening_of_their_day(told: Work) -> None:
    evening = datetime(2023, 10, 31, 20, 0, tzinfo=SHANGHAI)
    then = measures.scorecard(told, SINCE, AS_OF, known_at=evening)
    assert then["contract_amount"].value == 669 * YI
    assert then["money_in_place"].value == 218 * YI


def test_eight_firms_signed_with_hongtai_and_five_of_them_stay_unnamed(told: Work) -> None:
    papers = agreements.listed(
        told, AS_OF, col(Agreement.kind) == AgreementKind.FRAMEWORK.value, with_demo=False
    )
    assert len(papers) == 8
    assert {paper.signed_on for paper in papers} == {date(2023, 10, 25)}
    assert sum("未具名" in paper.firm_name for paper in papers) == 5
    assert [paper.amount_fen for paper in papers if paper.amount_published] == [10 * YI]


# ---- what was made up
REAL = {
    "大洋电机",
    "力华智能座舱",
    "光能汽车",
    "OPPO",
    "渝锦鸿",
    "光鉴科技",
    "天友",
    "中广核",
    "有方科技",
    "中矿汉威",
    "长安",
    "传音",
    "成都国星宇航科技股份有限公司",
    "北京安捷智合科技有限公司",
    "国器智眸科技有限公司",
    "渝北区临空投公司",
    "重庆渝富控股集团有限公司",
    "洪泰基金",
    "新微集团",
}


def test_only_published_names_go_without_the_label(told: Work) -> None:
    plain = sa.select(col(Organisation.name)).where(col(Organisation.is_demo).is_(False))
    names = {name for (name,) in told.rows(plain)}
    assert {name for name in names if not name.startswith("签约企业")} <= REAL
    firms = sa.select(col(Organisation.name)).join(
        Project, col(Project.organisation_id) == col(Organisation.id)
    )
    real = {name for (name,) in told.rows(firms.where(col(Project.is_demo).is_(False)))}
    assert real <= REAL


def test_every_row_that_was_not_published_carries_the_label(told: Work) -> None:
    tables.load()
    published = {
        "organisation",
        "fund",
        "industry_system",
        "unit",
        "chain",
        "chain_leader",  # published with the scorecard, so dated by it
        "project",
        "agreement",
        "milestone",
        "measure_definition",
        "reported_figure",
        "expectation",
        "forecast",  # promises that were published, kept to be scored
        # the promise of the year 2023, as published; the simulations are labelled
        "landed_rule",
    }
    unlabelled = {
        table.name: told.scalar(
            sa.select(sa.func.count()).select_from(table).where(table.c.is_demo.is_(False))
        )
        for table in SQLModel.metadata.tables.values()
        if "is_demo" in table.c and table.name not in published
    }
    assert {name: count for name, count in unlabelled.items() if count} == {}


def test_only_the_framework_agreements_are_papers_without_the_label(told: Work) -> None:
    plain = sa.select(col(Agreement.kind), sa.func.count()).where(col(Agreement.is_demo).is_(False))
    assert told.rows(plain.group_by(col(Agreement.kind))) == [("framework", 8)]
    steps = sa.select(col(Milestone.stage), col(Milestone.on)).where(
        col(Milestone.is_demo).is_(False)
    )
    assert {tuple(row) for row in told.rows(steps)} == {("framework", date(2023, 10, 25))}
    unnamed = sa.select(sa.func.count()).select_from(Chain).where(col(Chain.is_demo).is_(True))
    assert told.scalar(unnamed) == 4


def test_nothing_adverse_ever_stands_on_a_real_firm(told: Work) -> None:
    real = {
        project_id
        for (project_id,) in told.rows(
            sa.select(col(Project.id)).where(col(Project.is_demo).is_(False))
        )
    }
    day = date(2023, 10, 31)
    while day <= TODAY:
        adverse = [
            (at.name, at.status, day)
            for at in conditions.positions(told, day)
            if at.project_id in real
            and at.status in {Status.AT_RISK, Status.MISSED, Status.MET_LATE, Status.WAIVED}
        ]
        assert adverse == []
        day += timedelta(days=15)
    left = sa.select(sa.func.count()).where(
        col(Milestone.project_id).in_(real), col(Milestone.stage).in_(("shelved", "terminated"))
    )
    assert told.scalar(left) == 0


# ---- the books
def test_the_books_are_clean(told: Work) -> None:
    checks = book_checks.check(told)
    assert len(checks) == 5
    assert not any(check.findings for check in checks)


def test_hongtai_stands_as_designed_in_the_middle_of_2026(told: Work) -> None:
    fund = fund_of(told, "HT")
    stands = performance.fund_performance(told, Moment(as_of=HALF_YEAR), fund.id)
    assert stands.paid_in_fen == 1_350 * YI // 100
    assert stands.nav_fen == 1_580 * YI // 100
    assert stands.fair_value_fen == 1_512 * YI // 100
    assert stands.distributed_fen == 81 * YI // 100
    before_carry = xirr([*stands.net_flows, CashFlow(HALF_YEAR, stands.nav_fen)])
    assert before_carry == pytest.approx(0.136, abs=0.0005)  # the mock knows no carry
    assert 0.08 < stands.net_irr < before_carry
    invested = {
        at.code: at.invested_fen
        for at in investments.positions(told, Moment(as_of=HALF_YEAR), fund.id)
    }
    assert [fen * 100 // YI for fen in invested.values()] == [180, 240, 160, 220, 200, 184]


def test_the_third_tranche_of_guoxing_waits_for_its_conditions_and_the_cash_is_there(
    told: Work,
) -> None:
    fund, now = fund_of(told, "HT"), Moment(as_of=TODAY)
    guoxing = investments.positions(told, now, fund.id)[0]
    third = tranches.positions(told, now, [guoxing.investment_id])[2]
    assert third.agreed_fen == 80 * YI // 100
    assert tranches.status(third) is TrancheStatus.HELD
    assert sorted(reason[:2] for reason in third.holds) == ["C5", "C6"]
    stands = performance.fund_performance(told, now, fund.id)
    assert stands.cash_fen >= third.agreed_fen


@pytest.mark.parametrize("code", ["CQMF", "HT", "XW"])
def test_the_funds_are_closed_to_the_second_quarter_of_2026(told: Work, code: str) -> None:
    assert closing.locked_to(told, fund_of(told, code).id) == HALF_YEAR


def test_the_third_quarter_of_2026_is_valued_and_can_be_closed_for_hongtai(told: Work) -> None:
    fund = fund_of(told, "HT")
    held = [at.investment_id for at in investments.positions(told, Moment(as_of=TODAY), fund.id)]
    newest = marks.latest(told, Moment(as_of=TODAY), held)
    assert {mark.as_of for mark in newest.values()} == {TODAY}


def test_the_mother_fund_joined_the_first_fund_late_and_holds_both(told: Work) -> None:
    mother = fund_of(told, "CQMF")
    held = investments.positions(told, Moment(as_of=TODAY), mother.id)
    assert {at.code for at in held} == {"HT", "XW"}
    assert all(at.fair_value_fen > 0 for at in held)


# ---- the story
def test_everything_was_recorded_on_or_after_its_day_and_in_order(told: Work) -> None:
    rows = told.rows(
        sa.select(
            col(LedgerTransaction.effective_date), col(LedgerTransaction.recorded_at)
        ).order_by(col(LedgerTransaction.seq))
    )
    moments = [recorded_at for _, recorded_at in rows]
    assert moments == sorted(moments)
    assert all(on <= recorded_at.date() for on, recorded_at in rows)


def test_the_audit_trail_of_the_demo_is_whole(told: Work) -> None:
    count, findings = audit.verify(told)
    assert count > 1_000
    assert findings == []


def test_the_evidence_can_be_opened(loaded: tuple[Database, Store], told: Work) -> None:
    papers = list(told.session.execute(sa.select(StoredFile)).scalars())
    statements = [paper for paper in papers if paper.media_type == "text/csv"]
    assert len(statements) == 3  # of the funds' bank accounts
    papers = [paper for paper in papers if paper not in statements]
    assert {paper.media_type for paper in papers} == {"application/pdf"}
    assert all(loaded[1].read(paper).startswith(b"%PDF-") for paper in papers)


def test_the_site_opens_on_the_days_of_the_story(told: Work) -> None:
    here = site.read(told)
    assert (here.brand, here.district, here.purpose) == ("链基", "渝北区", "基金招商管理")
    assert (here.today, here.attraction_as_of) == (TODAY, AS_OF)


def test_the_accounts_bear_the_names_of_their_roles(told: Work) -> None:
    rows = told.rows(sa.select(col(Account.login), col(Account.name), col(Account.is_demo)))
    assert {login for login, _, _ in rows} == {given.login for given in demo.LOGINS}
    assert all(is_demo and name[-1] in "一二" for _, name, is_demo in rows)


def test_a_second_load_is_refused_and_changes_nothing(loaded: tuple[Database, Store]) -> None:
    database, store = loaded
    with database.reading() as work:
        assert demo.is_loaded(work)
    with pytest.raises(DomainError, match="has accounts already"):
        demo.load(database, store)


@pytest.mark.long
def test_the_demo_loads_on_postgresql_too(migrated_postgres: sa.URL, tmp_path: Path) -> None:
    database = Database(migrated_postgres.render_as_string(hide_password=False))
    demo.load(database, Store(tmp_path / "files"))
    with database.reading() as work:
        card = measures.scorecard(work, SINCE, AS_OF)
        assert card["money_in_place"].value == 218 * YI
        assert card["contract_amount"].value == 669 * YI
        assert not any(check.findings for check in book_checks.check(work))
    database.dispose()
