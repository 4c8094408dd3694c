"""Cash on the command line: reconcile, the performance template, notices, the calendar."""

import pytest

from tests.web.books import open_fund
from tests.web.test_commands import lianji  # noqa: F401 - the fixture


@pytest.fixture(autouse=True)
def told(database, manager):
    with database.writing() as work:
        return open_fund(work, manager)


def test_a_fund_without_statements_is_not_reconciled(lianji) -> None:  # noqa: F811
    answer = lianji("reconcile", "--fund", "HT", "--as-of", "2024-12-31", "--json")
    assert answer.code == 1
    assert answer.json["ledger_fen"] == 600_000_00
    assert answer.json["statement_fen"] is None


def test_the_template_is_printed_with_its_rows_and_reasons(lianji) -> None:  # noqa: F811
    answer = lianji("performance-template", "--fund", "HT", "--as-of", "2024-12-31", "--json")
    granular = answer.json["granular"]
    assert [row["type"] for row in granular["rows"]] == ["call:investments"] * 3 + ["nav"]
    assert granular["results"]["w_net"]["multiple"] == 1.0


def test_notices_are_written_for_every_partner(lianji, tmp_path) -> None:  # noqa: F811
    out = tmp_path / "notices"
    assert lianji("notices", "--fund", "HT", "--call", "1", "--out", str(out)).code == 0
    names = {f"HT-C001-LP{n}.{kind}" for n in (1, 2, 3) for kind in ("pdf", "xlsx")}
    assert {path.name for path in out.iterdir()} == names
    refused = lianji("notices", "--fund", "HT", "--call", "7", "--out", str(out))
    assert refused.code != 0
    assert "no call with the number 7" in refused.out


def test_a_year_is_taken_in_whole_or_not_at_all(lianji, tmp_path) -> None:  # noqa: F811
    good = "日期,上班,名称,来源\n2031-01-01,否,元旦,通知\n2031-10-01,否,国庆节,通知\n"
    path = tmp_path / "2031.csv"
    path.write_text(good.replace("2031-10-01,否", "2031-10-01,也许"), "utf-8")
    refused = lianji("calendar", "import", str(path))
    assert refused.code != 0
    assert "Row 3" in refused.out
    assert lianji("calendar", "show", "2031", "--json").json["known"] is False
    path.write_text(good, "utf-8")
    assert lianji("calendar", "import", str(path)).code == 0
    assert lianji("calendar", "show", "2031", "--json").json["known"] is True
