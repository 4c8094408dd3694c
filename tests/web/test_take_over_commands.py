"""The command line takes a fund over, prints its statement, and runs its carry."""

import pytest

from portfolio import funds, take_over_sheet, terms
from portfolio.kernel.actors import SYSTEM
from portfolio.term_sheet import Terms
from tests.web.test_commands import lianji

__all__ = ["lianji"]  # the fixture that runs the command line on the test's database


@pytest.fixture
def sample(tmp_path) -> str:
    path = tmp_path / "lines.csv"
    path.write_bytes(take_over_sheet.sample())
    return str(path)


def lines(answer) -> dict[int, tuple[int, int, int]]:
    return {
        row["row"]: (row["qtd_fen"], row["ytd_fen"], row["itd_fen"]) for row in answer.json["rows"]
    }


def test_a_file_is_taken_over_and_the_statement_shows_it(lianji, sample) -> None:
    answer = lianji("import", "capital-lines", sample, "--json")
    assert answer.code == 0
    assert answer.json["new_funds"] == ["SAMPLE"]
    assert answer.json["findings"] == []
    asked = ("statement", "--fund", "SAMPLE", "--quarter", "2026Q1", "--json")
    found = {who: lianji(*asked, "--investor", who) for who in ("LP1", "LP2", "GP", "TOTAL")}
    value = found["LP1"].json
    assert (value["fund"], value["investor"], value["quarter"]) == ("SAMPLE", "LP1", "2026Q1")
    assert {*value["rows"][0]} == {"row", "name", "qtd_fen", "ytd_fen", "itd_fen"}
    assert lines(found["LP1"])[95] == (33_132_000_00,) * 3
    parts = [lines(found[who]) for who in ("LP1", "LP2", "GP")]
    for row, columns in lines(found["TOTAL"]).items():
        sums = tuple(sum(part[row][column] for part in parts) for column in range(3))
        assert sums == columns, row
    assert lines(lianji(*asked)) == lines(found["TOTAL"])
    assert lianji("check").code == 0


def test_a_dry_run_keeps_nothing(lianji, sample) -> None:
    answer = lianji("import", "capital-lines", sample, "--dry-run")
    assert (answer.code, "Nothing was kept" in answer.out) == (0, True)
    assert lianji("statement", "--fund", "SAMPLE", "--quarter", "2026Q1").code == 2


def test_a_total_that_does_not_tie_is_refused_with_its_row(lianji, sample, tmp_path) -> None:
    content = take_over_sheet.sample().replace(
        b"TOTAL,21,2025-12-31,-900000", b"TOTAL,21,2025-12-31,-900001"
    )
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(content)
    answer = lianji("import", "capital-lines", str(wrong))
    assert answer.code == 1
    assert "Row 21 (Management fees, gross) of TOTAL" in answer.out
    assert lianji("statement", "--fund", "SAMPLE", "--quarter", "2026Q1").code == 2


def test_a_project_sheet_is_still_imported_by_its_name_alone(lianji, sample) -> None:
    assert "capital-lines" in lianji("import", "--help").out
    assert lianji("import", "nothing.xlsx").code == 2


def test_carry_is_accrued_from_the_command_line(lianji, sample, database) -> None:
    lianji("import", "capital-lines", sample)
    with database.writing() as work:
        fund_id = funds.find(work, SYSTEM, "SAMPLE").id
        terms.agree(
            work,
            SYSTEM,
            fund_id=fund_id,
            terms=Terms(),
            valid_from=take_over_sheet.EARLIEST,
            reason="合伙协议",
        )
    run = ("carry", "accrue", "--fund", "SAMPLE", "--on", "2026-06-30", "--json")
    first = lianji(*run)
    assert first.code == 0
    assert first.json["accrued_fen"] + first.json["earned_fen"] >= 0
    assert lianji(*run).json == first.json
    pay = ("carry", "pay", "--fund", "SAMPLE", "--on", "2026-06-30", "--amount")
    assert lianji(*pay, "1亿").code == 2
    assert lianji(*pay, "一").code == 2
    assert lianji("check").code == 0
