"""The chain section of the LP report: the fund's own money, chain by chain, to the fen.

By hand, in 亿元 of the story: two firms, 2.00 invested in each; the first gave 0.50 back of which
0.25 was cost and is worth 3.00, the second is worth 2.50. The first stands on the chain of cars:
MOIC (0.50 + 3.00) / 2.00 = 1.75.
"""

import io
import json

import openpyxl
import pypdf
import pytest
import sqlalchemy as sa
from sqlmodel import col

from dealflow import chains, dispatch, projects
from dealflow.agreements import Agreement
from dealflow.projects import Project
from portfolio import ledger
from portfolio.accounts import AccountCode
from portfolio.investments import Investment
from portfolio.kernel.actors import SYSTEM
from portfolio.kernel.errors import DomainError
from portfolio.ledger import Moment
from tests.web.lp_books import LpBooks, People, fill
from tests.web.test_report_editions import NOW, Q2, SMALL, who
from web.reports import facts, files
from web.reports.files import Kind
from web.reports.report import LpReport, Outcome

__all__ = ["who"]
BEFORE_CHAINS = "lianji-lp-report-3"


def place(work, who: People, code: str, chain_id: str) -> None:
    """Put the project of a code on a chain."""
    project: Project = work.session.execute(
        sa.select(Project).where(col(Project.code) == code)
    ).scalar()
    projects.change(
        work, who.officer, project.id, version=project.version, facts={"chain_id": chain_id}
    )


@pytest.fixture
def books(database, who, store) -> LpBooks:
    with database.writing(at=NOW) as work:
        made = fill(work, who, store, scale=SMALL)
        cars = chains.add(
            work, who.officer, slug="cars", name="汽车 · 智能", name_en="Cars · smart"
        )
        place(work, who, f"P-{made.fund.id[-4:]}-I1", cars.id)
        dispatch.seal(work, who.officer, as_of=Q2.end)
    return made


def built(database, partner: str = "LP1", actor=SYSTEM) -> LpReport:
    with database.reading() as work:
        return facts.build(work, actor, fund_code="HT", quarter=Q2, partner_code=partner)


@pytest.mark.usefixtures("books")
def test_each_chain_has_the_funds_own_money_and_the_rest_stands_last(database) -> None:
    cars, rest = built(database).chains
    assert (cars.slug, cars.name, cars.holdings) == ("cars", "汽车 · 智能", 1)
    assert cars.invested_fen == 2 * SMALL
    assert cars.cost_fen == 2 * SMALL - SMALL // 4
    assert cars.realised_fen == SMALL // 2
    assert cars.moic == pytest.approx(1.75)
    assert cars.in_place_fen == 2 * SMALL + SMALL // 3
    assert (rest.slug, rest.invested_fen) == ("", 2 * SMALL)


def test_a_project_that_two_holdings_share_is_counted_once(database, books) -> None:
    with database.writing(at=NOW) as work:
        ids = dict(work.rows(sa.select(col(Investment.code), col(Investment.id))))
        shared = sa.select(col(Project.id)).where(col(Project.code).like("P-%-I1"))
        work.session.execute(
            sa.update(Agreement)
            .where(col(Agreement.investment_id) == ids["I2"])
            .values(project_id=shared.scalar_subquery())
        )
    (cars,) = built(database).chains
    assert (cars.holdings, cars.firms) == (2, 1)
    assert cars.invested_fen == 4 * SMALL
    assert cars.in_place_fen == 4 * SMALL + SMALL // 3  # both holdings' money, once


def test_the_chains_and_the_rest_add_up_to_the_ledger(database, books) -> None:
    report = built(database)
    with database.reading() as work:
        balances = ledger.balances(work, Moment(as_of=Q2.end), fund_id=books.fund.id)
    held = report.chains
    assert sum(one.cost_fen for one in held) == balances[AccountCode.INVESTMENTS_COST]
    assert sum(one.invested_fen for one in held) == report.now.invested_fen
    assert sum(one.fair_value_fen for one in held) == report.now.fair_value_fen
    assert sum(one.realised_fen for one in held) == report.now.realised_fen
    assert sum(one.holdings for one in held) == len(report.holdings)
    proof = next(check for check in report.checks if check.code == "chains")
    assert proof.outcome is Outcome.OK


@pytest.mark.usefixtures("books")
def test_the_rate_of_a_chain_of_one_firm_is_the_firms_own(database) -> None:
    report = built(database)
    firm = next(one for one in report.holdings if one.code == "I1")
    assert report.chains[0].gross_irr == pytest.approx(firm.gross_irr)


def test_another_funds_money_in_the_same_chain_is_not_in_it(database, books, who, store) -> None:
    alone = built(database)
    with database.writing(at=NOW) as work:
        other = fill(work, who, store, code="XW", scale=7 * SMALL)
        chain = chains.by_slug(work, "cars")
        place(work, who, f"P-{other.fund.id[-4:]}-I1", chain.id)
    together = built(database)
    assert together.chains == alone.chains
    assert "XW" not in json.dumps(json.loads(together.canonical)["chains"], ensure_ascii=False)


@pytest.mark.usefixtures("books")
def test_every_rendering_shows_the_section(database) -> None:
    report = built(database)
    paper = pypdf.PdfReader(io.BytesIO(files.make(report, Kind.PDF, "zh").content))
    text = "".join(page.extract_text() for page in paper.pages)
    assert "不属任何产业链" in text
    assert "合并 IRR" in text
    book = openpyxl.load_workbook(io.BytesIO(files.make(report, Kind.XLSX, "zh").content))
    rows = list(book["产业链"].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["产业链", "汽车 · 智能", "不属任何产业链", "合计"]
    assert rows[1][2] + rows[2][2] == 4 * SMALL / 100
    assert b"No chain" in files.make(report, Kind.HTML, "en").content


@pytest.mark.usefixtures("books")
def test_a_report_of_the_format_before_is_read_and_written_as_it_was(database) -> None:
    facts_now = json.loads(built(database).canonical)
    del facts_now["chains"]
    facts_now["format"] = BEFORE_CHAINS
    text = json.dumps(facts_now, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    old = LpReport.read(text)
    assert old.canonical == text, "the fingerprint that was printed must stay"
    book = openpyxl.load_workbook(io.BytesIO(files.make(old, Kind.XLSX, "zh").content))
    assert "产业链" not in book.sheetnames
    page = files.make(old, Kind.HTML, "zh").content.decode()
    assert "不属任何产业链" not in page
    assert old.sha256 in page


def test_a_report_of_an_unknown_format_is_refused(database, books) -> None:
    value = json.loads(built(database).canonical) | {"format": "lianji-lp-report-2"}
    with pytest.raises(DomainError, match="another format"):
        LpReport.read(json.dumps(value))


def test_a_fund_without_a_chain_has_no_section(database, who, store) -> None:
    with database.writing(at=NOW) as work:
        fill(work, who, store, scale=SMALL)
    report = built(database)
    assert [one.slug for one in report.chains] == [""]
    assert "不属任何产业链" not in files.make(report, Kind.HTML, "zh").content.decode()
