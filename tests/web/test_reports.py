"""The LP report: one set of facts on every paper, for the right reader, the same again later."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from dealflow import dispatch
from portfolio import capital, expenses, organisations, performance
from portfolio.accounts import CAPITAL_ROWS, COMMITMENT_ROWS, Line
from portfolio.kernel.actors import SYSTEM, Role
from portfolio.kernel.errors import DomainError, NotFoundError
from portfolio.ledger import Moment
from tests.web.lp_books import LpBooks, People, fill
from valuation.irr import period_return
from valuation.money import show as yuan
from valuation.periods import Quarter
from web import cli
from web.formats import Reader
from web.reports import facts, html, pdf, workbook
from web.reports.document import write
from web.reports.letter import foretold
from web.reports.paper import SHEET_MM, Column, Table, TableRow, height_mm, sheets
from web.reports.report import LpReport, Outcome
from web.settings import Settings

NOW = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
Q2 = Quarter(2026, 2)
PAGE = "/reports/HT/2026Q2/LP1"
SMALL = 100_000_00  # fen: a small fund is written in yuan, so that every paper shows every fen
RENDER = """
import hashlib, pickle, sys
report = pickle.load(open(sys.argv[1], "rb"))
from web.reports import html, pdf, workbook
for render in (pdf.render, workbook.render, html.render):
    print(hashlib.sha256(render(report, "zh")).hexdigest())
"""


@pytest.fixture
def who(manager, second_manager, officer, second_officer) -> People:
    return People(
        manager=manager,
        second_manager=second_manager,
        officer=officer,
        second_officer=second_officer,
    )


@pytest.fixture
def books(database, who, store) -> LpBooks:
    with database.writing(at=NOW) as work:
        made = fill(work, who, store, scale=SMALL)
        dispatch.seal(work, who.officer, as_of=Q2.end)
        return made


def built(database, partner: str = "LP1", actor=SYSTEM, known_at=None) -> LpReport:
    with database.reading() as work:
        return facts.build(
            work, actor, fund_code="HT", quarter=Q2, partner_code=partner, known_at=known_at
        )


# ---- facts
def test_every_check_against_the_ledger_holds_and_the_account_is_the_statement(
    database, books
) -> None:
    report = built(database)
    faults = [check for check in report.checks if check.outcome is Outcome.FAULT]
    assert not faults
    assert [row.fund.row for row in report.account + report.commitment] == [
        row.row for row in (*CAPITAL_ROWS, *COMMITMENT_ROWS)
    ]
    with database.reading() as work:
        accounts = capital.accounts(work, Moment(as_of=Q2.end), books.fund.id)
    assert report.now.fund.amounts == accounts.total
    assert report.row(95).partner.itd_fen == accounts.accounts[0].amounts.nav_fen
    assert report.bridge.closing == accounts.total.nav_fen


@pytest.mark.usefixtures("books")
def test_landing_stands_beside_the_returns_with_what_is_overdue(database) -> None:
    row = built(database).landing[0]
    assert (row.stage, row.verified, row.conditions, row.headcount) == ("registered", 1, 2, 126)
    assert [(one.no, one.overdue_days) for one in row.concerns] == [(2, 30)]
    assert row.in_place_fen == 2 * SMALL + SMALL // 3  # the tranche counts as paid
    assert row.in_place_qtd_fen == SMALL // 3


def test_an_investor_reads_the_same_facts_as_the_manager_and_no_other_account(
    database, books, who
) -> None:
    lp = type(SYSTEM)(
        id=SYSTEM.id, name="LP", role=Role.LP, organisation_id=books.investor_ids["LP1"]
    )
    own = built(database, actor=lp)
    assert own.sha256 == built(database, actor=who.manager).sha256
    assert "渝北国资" not in own.canonical
    assert "洪泰管理" in own.canonical  # the manager's name, which every partner knows
    with pytest.raises(NotFoundError):
        built(database, "LP2", actor=lp)


def test_a_later_correction_leaves_the_report_of_an_earlier_moment_alone(
    database, books, who
) -> None:
    then = NOW + timedelta(minutes=1)
    before = built(database, known_at=then)
    with database.writing(at=NOW + timedelta(hours=1)) as work:
        expenses.book(
            work,
            who.manager,
            fund_id=books.fund.id,
            line=Line.LEGAL,
            amount_fen=1_234_56,
            effective_date=date(2026, 6, 20),
        )
    assert built(database, known_at=then).canonical == before.canonical
    after = built(database)
    assert after.row(39).fund.qtd_fen == -1_234_56
    assert after.sha256 != before.sha256


@pytest.mark.parametrize(
    "text", ["预期年化收益 8%", "本基金保本", "guaranteed", "the expected net IRR is 12 %"]
)
def test_words_that_promise_or_foretell_are_found(text: str) -> None:
    assert foretold(text)


@pytest.mark.usefixtures("books")
def test_the_letter_as_we_write_it_passes_its_own_check(database) -> None:
    report = built(database)
    assert {check.code for check in report.checks if check.outcome is not Outcome.OK} == {
        "overdue",
        "demo",
        "closed",
    }


# ---- the command line
@pytest.fixture
def command(database, store, monkeypatch, capsys):
    """Run `lianji …` on the test's database; return (exit code, what it printed)."""

    def run(*words: str) -> tuple[int, str]:
        url = database.url.render_as_string(hide_password=False)
        settings = Settings(database_url=url, folder=store.folder)
        monkeypatch.setattr(cli, "settings", lambda: settings)
        with pytest.raises(SystemExit) as end:
            cli.main(words)
        return int(end.value.code or 0), capsys.readouterr().out

    return run


@pytest.mark.usefixtures("books")
def test_the_command_writes_four_files_a_partner_and_says_their_fingerprint(
    command, tmp_path
) -> None:
    words = ("report", "lp", "--fund", "HT", "--quarter", "2026Q2", "--out", str(tmp_path / "out"))
    code, said = command(*words, "--json")
    assert code == 0
    reports = json.loads(said)["reports"]
    assert [one["investor"] for one in reports] == ["LP1", "LP2", "GP"]
    assert len(list((tmp_path / "out").iterdir())) == 12
    facts_file = (tmp_path / "out" / "HT-2026Q2-LP1.json").read_bytes()
    assert hashlib.sha256(facts_file).hexdigest() == reports[0]["sha256"]


def test_the_statement_prints_the_rows_of_the_sheet_in_fen(command, database, books) -> None:
    words = ("statement", "--fund", "HT", "--investor", "LP1", "--quarter", "2026Q2", "--json")
    code, said = command(*words)
    assert code == 0
    found = json.loads(said)
    with database.reading() as work:
        account = capital.accounts(work, Moment(as_of=Q2.end), books.fund.id).accounts[0]
    by_row = {row["row"]: row for row in found["rows"]}
    assert (found["fund"], found["investor"], found["quarter"]) == ("HT", "LP1", "2026Q2")
    assert by_row[95]["itd_fen"] == account.amounts.nav_fen
    assert by_row[114]["qtd_fen"] == account.amounts.unfunded_fen
    code, _ = command("statement", "--fund", "HT", "--investor", "LP9", "--quarter", "2026Q2")
    assert code == 2


# ---- papers
def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.usefixtures("books")
def test_page_pdf_workbook_and_json_show_the_same_figures(database) -> None:
    report = built(database)
    data = json.loads(report.canonical)
    page = squeezed(re.sub(r"<[^>]+>", " ", html.render(report, "zh").decode()))
    made = PdfReader(io.BytesIO(pdf.render(report, "zh")))
    print_ = squeezed("".join(sheet.extract_text() for sheet in made.pages))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(workbook.render(report, "zh")))
    rows = {int(row[0]): row[2:8] for row in sheet.get_sheet_by_name("资本账户").to_python()[1:]}
    for entry in data["account"] + data["commitment"]:
        amounts = [
            entry[side][f"{column}_fen"]
            for side in ("partner", "fund")
            for column in ("qtd", "ytd", "itd")
        ]
        line = "".join(map(yuan, amounts))
        assert line in page
        assert line in print_
        assert [round(value * 100) for value in rows[entry["fund"]["row"]]] == amounts
    for text in (report.sha256, yuan(report.now.fund.amounts.nav_fen)):
        assert text in page
        assert text in print_


@pytest.mark.usefixtures("books")
def test_the_workbook_adds_up_by_itself_and_keeps_text_as_text(database) -> None:
    content = workbook.render(built(database), "zh")
    sheet = openpyxl.load_workbook(io.BytesIO(content))["资本账户"]
    live = {row[0].value: row[2].value for row in sheet.iter_rows(min_row=2)}
    assert live[18] == "=SUM(C3:C7)"
    assert live[104].count("-") == 1
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    assert all(
        not (isinstance(cell.value, str) and cell.value.startswith("="))
        for one in values
        for row in one.iter_rows()
        for cell in row
    )


@pytest.mark.usefixtures("books")
def test_a_name_that_looks_like_a_formula_stays_a_name(database) -> None:
    report = built(database)
    holding = facts.replace(report.holdings[0], name="=1+1 #panic[x] <b>$")
    report = facts.replace(report, holdings=(holding,))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.render(report, "zh")))["投资组合"]
    assert sheet["B2"].data_type == "s"
    assert "=1+1 #panic[x] &lt;b&gt;$" in html.render(report, "zh").decode()
    made = PdfReader(io.BytesIO(pdf.render(report, "zh")))
    text = "".join(one.extract_text() for one in made.pages)
    assert "=1+1#panic[x]<b>$" in squeezed(text)


@pytest.mark.usefixtures("books")
def test_the_same_facts_give_the_same_bytes_in_another_process_and_time_zone(
    database, tmp_path
) -> None:
    import pickle

    report = built(database)
    kept = tmp_path / "report.pickle"
    kept.write_bytes(pickle.dumps(report))
    here = [
        hashlib.sha256(render(report, "zh")).hexdigest()
        for render in (pdf.render, workbook.render, html.render)
    ]
    there = subprocess.run(
        [sys.executable, "-c", RENDER, str(kept)],
        env={**os.environ, "TZ": "America/New_York", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.split() == here


@pytest.mark.usefixtures("books")
def test_a_sign_that_the_fonts_lack_is_refused_with_its_name(database) -> None:
    report = built(database)
    partner = facts.replace(report.partner, name="投资人 \U0001f600")
    with pytest.raises(DomainError, match="could not be set"):
        pdf.render(facts.replace(report, partner=partner), "zh")


@pytest.mark.usefixtures("books")
def test_the_pdf_is_tagged_titled_and_names_its_language(database) -> None:
    made = PdfReader(io.BytesIO(pdf.render(built(database), "en")))
    assert made.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "partner report" in made.metadata.title
    assert made.trailer["/Root"]["/Lang"].startswith("en")


def test_a_long_table_goes_on_over_the_sheets_with_its_head() -> None:
    rows = tuple(TableRow((str(at), "words")) for at in range(70))
    table = Table(label="Rows", columns=(Column("No."), Column("Words")), rows=rows)
    laid = sheets([table], continued=" (continued)")
    parts = [part for sheet in laid for part in sheet if isinstance(part, Table)]
    assert [row for part in parts for row in part.rows] == list(rows)
    assert [part.more for part in parts] == ["", *[" (continued)"] * (len(parts) - 1)]
    assert all(sum(map(height_mm, sheet)) <= SHEET_MM for sheet in laid)


@pytest.mark.usefixtures("books")
def test_no_sheet_of_a_report_is_fuller_than_the_paper(database) -> None:
    for lang in ("zh", "en"):
        for sheet in write(built(database), lang).sheets:
            assert sum(map(height_mm, sheet)) <= SHEET_MM


# ---- pages
@pytest.mark.usefixtures("books")
def test_the_shelf_lists_each_quarter_that_has_ended(logged_in) -> None:
    page = logged_in(Role.FUND_MANAGER).get("/reports?as_of=2026-10-09").text
    assert "2026Q3" in page
    assert "2026Q4" not in page
    assert page.count(f'href="{PAGE}"') == 1
    narrowed = logged_in(Role.AUDITOR).get("/reports?as_of=2026-10-09&quarter=2026Q1").text
    assert "/reports/HT/2026Q1/LP1" in narrowed
    assert "/reports/HT/2026Q2/LP1" not in narrowed


@pytest.mark.usefixtures("books")
def test_a_report_opens_on_its_sheets_with_its_checks_and_says_that_it_is_live(logged_in) -> None:
    page = logged_in(Role.FUND_MANAGER).get(PAGE).text
    assert "净值等于资产减负债" in page
    assert "打开时由账簿实时计算" in page
    assert 'href="/reports/HT/2026Q2/GP"' in page
    assert "Quarterly report to partners" in logged_in(Role.AUDITOR).get(f"{PAGE}?lang=en").text


@pytest.mark.usefixtures("books")
def test_files_are_named_in_both_ways_and_the_json_is_what_the_foot_prints(logged_in) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    for kind, magic in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("json", b"{")):
        answer = browser.get(f"{PAGE}/{kind}")
        assert answer.content.startswith(magic)
        named = answer.headers["content-disposition"]
        assert f'filename="HT-2026Q2-LP1.{kind}"' in named
        assert "filename*=UTF-8''%E9%87%8D%E5%BA%86" in named
    assert hashlib.sha256(answer.content).hexdigest() in browser.get(PAGE).text


def test_an_investor_is_shown_no_report_before_it_is_issued(
    database, books, who, logged_in
) -> None:
    with database.writing(at=NOW) as work:
        stranger = organisations.create(work, who.manager, name="别家出资人")
    own = logged_in(Role.LP, "own", organisation_id=books.investor_ids["LP1"])
    foreign = logged_in(Role.LP, "foreign", organisation_id=stranger.id)
    for browser in (own, foreign):
        for partner in ("LP1", "LP2"):
            for path in ("", "/pdf", "/xlsx", "/json"):
                assert browser.get(f"/reports/HT/2026Q2/{partner}{path}").status_code == 404
    assert "重庆渝北洪泰基金" not in foreign.get("/reports").text


@pytest.mark.usefixtures("books")
def test_what_is_not_there_and_what_is_not_over_is_refused(logged_in) -> None:
    browser = logged_in(Role.FUND_MANAGER)
    for path in ("/reports/XX/2026Q2/LP1", "/reports/HT/2026Q9/LP1", "/reports/HT/2026Q2/LP9"):
        assert browser.get(path).status_code == 404
    assert browser.get("/reports/HT/2099Q1/LP1").status_code == 422
    assert logged_in(Role.INVESTMENT_OFFICE).get("/reports").status_code == 403


def test_a_fund_younger_than_a_year_shows_the_return_of_the_period_on_every_paper(
    database, books
) -> None:
    first_quarter = Quarter(2026, 1)
    with database.reading() as work:
        report = facts.build(
            work, SYSTEM, fund_code="HT", quarter=first_quarter, partner_code="LP1"
        )
        moment = Moment(as_of=first_quarter.end)
        of = performance.fund_performance(work, moment, books.fund.id)
    earned = period_return(of.net_irr, of.first_flow_on, first_quarter.end)
    assert report.now.fund.is_period
    assert report.now.fund.net_irr == earned != of.net_irr
    paper = PdfReader(io.BytesIO(pdf.render(report, "zh")))
    words = re.sub(r"\s", "", "".join(page.extract_text() for page in paper.pages))
    assert f"{Reader().ratio(earned)}（期间收益）" in words
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.render(report, "zh"))).worksheets[0]
    cells = {row[0].value: row[1] for row in sheet.iter_rows() if row[1].value == earned}
    assert "期间" in cells["净 IRR"].number_format
