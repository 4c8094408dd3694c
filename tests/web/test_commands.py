"""The command line answers from the same rows as the pages, in text and as JSON."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from dealflow import sample_sheet, units
from dealflow.sample_sheet import Words
from dealflow.stages import Stage
from dealflow.units import UnitKind
from portfolio import indices, ledger
from portfolio.kernel import guards
from portfolio.kernel.db import Database
from tests.dealflow.district import YI, District
from tests.portfolio.conftest import open_book
from web import cli

PERIOD = ("--from", "2023-01-01", "--as-of", "2023-10-31")
LATER = datetime(2027, 1, 1, tzinfo=UTC)


@dataclass
class Answer:
    code: int
    out: str

    @property
    def json(self):
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def lianji(database: Database, tmp_path, monkeypatch, capsys) -> Run:
    """Run `lianji …` on the test's database, as a shell would."""
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("LIANJI_DATABASE_URL", url)
    monkeypatch.setenv("LIANJI_DATA", str(tmp_path))
    monkeypatch.setenv("LIANJI_AUDIT_KEY", (b"k" * 32).hex())

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        said = capsys.readouterr()
        return Answer(int(ended.value.code or 0), said.out + said.err)

    return run


@pytest.fixture
def district(database, officer, second_officer, store) -> None:
    """Contracts of 4 亿 in one system and 6 亿 (demo) in another; 1 亿 in place; one start."""
    with database.writing() as work:
        for order, code in enumerate(("making", "serving")):
            units.add_system(work, officer, code=code, name=code, order=order)
        unit = units.add(work, officer, code="U1", name="单位一", kind=UnitKind.OTHER)
        file = store.keep(work, officer, name="证明.pdf", content=b"%PDF-1.7 evidence")
        made = District(work, officer, second_officer, file.id, {"U1": unit.id})
        first = made.project("甲项目")
        second = made.project("示例项目", system_code="serving", is_demo=True)
        made.sign(first, date(2023, 2, 1), 4 * YI)
        made.sign(second, date(2023, 3, 1), 6 * YI, is_demo=True)
        made.verified(first, date(2023, 5, 1), 1 * YI)
        for stage, day in ((Stage.REGISTERED, 2), (Stage.SITE, 3), (Stage.STARTED, 4)):
            made.reach(first, stage, date(2023, 5, day))


@pytest.fixture
def fund(database, manager) -> None:
    """HT: 900,000 yuan promised, 600,000 paid in; a later correction adds 1,000."""
    with database.writing() as work:
        book = open_book(work, manager, "HT")
        book.partner("LP1", 600_000_00)
        book.partner("LP2", 300_000_00)
        book.contribute(600_000_00)
    with database.writing(at=LATER) as work:
        book.work = work
        book.contribute(1_000_00, date(2024, 2, 1))


def one(figures: list[dict], code: str) -> dict:
    return next(figure for figure in figures if figure["code"] == code)


# ---- measures
def test_measures_are_machine_readable_with_their_definition_and_rows(lianji, district) -> None:
    conversion = one(lianji("measures", *PERIOD, "--json").json, "capital_conversion")
    assert conversion["value"] == pytest.approx(0.1)
    assert conversion["unit"] == "ratio"
    assert (conversion["numerator"], conversion["denominator"]) == (1 * YI, 10 * YI)
    assert conversion["version"] == 1
    assert conversion["definition"]
    assert sorted(row["kind"] for row in conversion["rows"]) == [
        "agreement",
        "agreement",
        "arrival",
    ]


def test_the_systems_of_a_measure_add_up_to_it(lianji, district) -> None:
    for code, unit in (("projects_signed", "count"), ("contract_amount", "fen")):
        figure = one(lianji("measures", *PERIOD, "--json").json, code)
        assert figure["unit"] == unit
        assert {part["system"] for part in figure["breakdown"]} == {"making", "serving"}
        assert sum(part["value"] for part in figure["breakdown"]) == figure["value"]


def test_every_promised_measure_is_there(lianji, district) -> None:
    codes = {figure["code"] for figure in lianji("measures", *PERIOD, "--json").json}
    assert codes >= {
        *("projects_signed", "contract_amount", "money_in_place", "money_in_place_yoy"),
        *("projects_started", "capital_conversion", "start_rate_period"),
        *("in_talks_count", "in_talks_amount"),
    }


def test_what_cannot_be_known_is_null_with_its_reason_and_never_nought(lianji) -> None:
    conversion = one(lianji("measures", *PERIOD, "--json").json, "capital_conversion")
    assert conversion["value"] is None
    assert conversion["undefined"] == "nothing_in_denominator"


def test_demo_rows_can_be_left_out(lianji, district) -> None:
    figures = lianji("measures", *PERIOD, "--no-demo", "--json").json
    assert one(figures, "contract_amount")["value"] == 4 * YI


def test_measures_can_be_read_by_a_person(lianji, district) -> None:
    answer = lianji("measures", *PERIOD)
    assert answer.code == 0
    assert "CNY 1.00 bn" in answer.out


def test_a_period_that_runs_backwards_is_refused_in_two_sentences(lianji) -> None:
    answer = lianji("measures", "--from", "2023-11-01", "--as-of", "2023-10-31")
    assert answer.code == 2
    assert "Let it begin before it ends." in answer.out


# ---- performance
def test_performance_of_a_fund_as_of_a_day(lianji, fund) -> None:
    figures = lianji("performance", "--fund", "HT", "--as-of", "2024-12-31", "--json").json
    assert one(figures, "paid_in")["value"] == 601_000_00
    assert one(figures, "tvpi")["value"] == 1.0
    assert one(figures, "tvpi")["unit"] == "multiple"
    assert one(figures, "moic")["undefined"] == "nothing_invested"


def test_performance_as_it_was_known_before_a_correction(lianji, fund) -> None:
    asked = ("performance", "--fund", "HT", "--as-of", "2024-12-31", "--json")
    before = lianji(*asked, "--known-at", "2026-12-31T23:00:00").json
    assert one(before, "paid_in")["value"] == 600_000_00


def test_an_unknown_fund_is_refused_with_the_codes_there_are(lianji, fund) -> None:
    answer = lianji("performance", "--fund", "XX", "--as-of", "2024-12-31")
    assert answer.code == 2
    assert "Use one of: HT." in answer.out


def test_performance_prints_returns_by_horizon_and_against_an_index(
    lianji, fund, database, manager
) -> None:
    with database.writing() as work:
        made = indices.create(work, manager, code="IX", name="指数")
        indices.record(work, manager, made.id, [(date(2024, 12, 31), Decimal(1000))])
    asked = ("performance", "--fund", "HT", "--as-of", "2024-12-31", "--json")
    figures = lianji(*asked, "--index", "IX").json
    assert figures == lianji(*asked).json  # the only index is also the one by default
    assert one(figures, "irr_3y")["undefined"] == "too_short"
    assert one(figures, "irr_3y")["detail"].startswith("the first flow is of ")
    assert one(figures, "irr_itd")["unit"] == "period"
    assert one(figures, "net_irr")["value"] == one(figures, "irr_itd")["value"]
    assert one(figures, "ks_pme")["undefined"] == "no_index_level"
    answer = lianji(*asked, "--index", "XX")
    assert answer.code == 2
    assert "Use one of: IX." in answer.out


# ---- check
def test_clean_books_pass_all_five_checks(lianji, fund) -> None:
    answer = lianji("check", "--json")
    assert answer.code == 0
    assert [check["number"] for check in answer.json] == [1, 2, 3, 4, 5]
    assert one_check(answer, 2)["figures"]["partners_capital_fen"] == 601_000_00
    assert not any(check["findings"] for check in answer.json)


def one_check(answer: Answer, number: int) -> dict:
    return next(check for check in answer.json if check["number"] == number)


TRIGGERS = ("ledger_posting_no_change", "ledger_posting_no_truncate", "ledger_posting_seal")
# What a dishonest administrator would do: lift the guard, change the row, set the guard again.
UNGUARD = {
    True: ["DROP TRIGGER ledger_posting_no_update"],
    False: [f"ALTER TABLE ledger_posting DISABLE TRIGGER {name}" for name in TRIGGERS],
}
GUARD = {
    True: [next(guards.append_only("ledger_posting", "sqlite"))],
    False: [f"ALTER TABLE ledger_posting ENABLE ALWAYS TRIGGER {name}" for name in TRIGGERS],
}


def test_a_broken_book_is_named_and_the_exit_code_says_so(lianji, fund, database) -> None:
    with database.writing() as work:
        for statement in UNGUARD[database.is_sqlite]:
            work.session.execute(sa.text(statement))
        cash = ledger.LedgerPosting.__table__
        work.session.execute(
            sa.update(cash).where(cash.c.account == "cash").values(amount_fen=cash.c.amount_fen + 1)
        )
        for statement in GUARD[database.is_sqlite]:
            work.session.execute(sa.text(statement))
    answer = lianji("check", "--json")
    assert answer.code == 1
    assert one_check(answer, 1)["findings"][0]["fund"] == "HT"
    assert "0.01" in one_check(answer, 1)["findings"][0]["what"]
    assert lianji("check").code == 1


# ---- import
@pytest.fixture
def sheet(district, database, tmp_path) -> str:
    """The sample workbook in the words of this district."""
    with database.reading() as work:
        words: Words = sample_sheet.words_of(work)
    path = tmp_path / "样表.xlsx"
    path.write_bytes(sample_sheet.workbook(words))
    return str(path)


def projects_in(database: Database) -> int:
    with database.reading() as work:
        return work.scalar(sa.text("SELECT count(*) FROM project"))


def test_an_import_without_confirm_only_previews(lianji, sheet, database) -> None:
    before = projects_in(database)
    answer = lianji("import", sheet, "--json")
    assert answer.code == 0
    assert answer.json["rows"]["add"] > 50
    assert answer.json["booked"] is None
    assert projects_in(database) == before


def test_a_clean_sheet_is_booked_once_however_often_it_is_sent(lianji, sheet, database) -> None:
    before = projects_in(database)
    first = lianji("import", sheet, "--confirm", "--json").json
    again = lianji("import", sheet, "--confirm", "--json").json
    assert first["booked"]["projects"] == first["rows"]["add"]
    assert again["booked"]["projects"] == 0
    assert projects_in(database) == before + first["rows"]["add"]


def test_a_sheet_with_findings_names_the_cells_and_books_nothing(
    lianji, district, database, tmp_path
) -> None:
    path = tmp_path / "错表.csv"
    path.write_text(
        "项目名称,企业名称,总投资（万元）,首次接洽日期\n"
        "好项目,好企业,1000,2023-01-05\n"
        "坏项目,坏企业,很多,05/01/2023\n",
        encoding="utf-8",
    )
    before = projects_in(database)
    answer = lianji("import", str(path), "--confirm", "--json")
    assert answer.code == 1
    assert [found["cell"] for found in answer.json["findings"]] == ["C3", "D3"]
    assert all(found["remedy"] for found in answer.json["findings"])
    assert projects_in(database) == before
    assert "C3" in lianji("import", str(path)).out


def test_an_import_in_the_name_of_nobody_is_refused(lianji, sheet, database) -> None:
    before = projects_in(database)
    answer = lianji("import", sheet, "--confirm", "--as", "nobody")
    assert answer.code == 2
    assert "nobody" in answer.out
    assert projects_in(database) == before


def test_a_file_that_is_not_there_is_a_usage_error(lianji) -> None:
    assert lianji("import", "nothing.xlsx").code == 2


def test_a_database_that_was_never_made_is_refused(lianji, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("LIANJI_DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    answer = lianji("check")
    assert answer.code == 2
    assert "Traceback" not in answer.out


# ---- export and look-through
def test_the_books_are_written_for_another_program(lianji, fund, tmp_path) -> None:
    for command in ("beancount", "journal"):
        file = tmp_path / command
        answer = lianji("export", command, "--fund", "HT", "--out", str(file), "--json")
        assert (answer.code, answer.json["entries"], answer.json["postings"]) == (0, 2, 6)
        assert "666.67" in file.read_text()  # two thirds of the later 1,000 yuan


def test_an_export_as_known_before_a_correction_leaves_it_out(lianji, fund, tmp_path) -> None:
    file = str(tmp_path / "HT.beancount")
    asked = ("export", "beancount", "--fund", "HT", "--out", file, "--json")
    assert lianji(*asked, "--known-at", "2026-12-31T23:00:00").json["entries"] == 1


def test_a_fund_is_looked_through_to_its_firms(lianji, fund, database, manager) -> None:
    with database.writing() as work:
        mother = open_book(work, manager, "MF", kind="mother")
        book = open_book(work, manager, "XW")
        book.partner("LP", 300_00)
        book.partner("MF", 100_00, investor_fund_id=mother.fund.id)
    found = lianji("lookthrough", "--fund", "MF", "--as-of", "2024-12-31", "--json").json
    assert [(link["fund"], link["share"]) for link in found["children"]] == [("XW", "1/4")]
    assert (found["firms"], found["fair_value_fen"]) == ([], 0)
    assert lianji("lookthrough", "--fund", "XX").code == 2
