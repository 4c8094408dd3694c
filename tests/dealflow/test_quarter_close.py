"""Quarter close seen from landing: a fund with firms here closes beside a sealed half month."""

from datetime import UTC, date, datetime

import pytest

from dealflow import dispatch, quarter_close
from portfolio import close_checks, funds
from portfolio.closing import NotClosableError
from tests.web.lp_books import People, fill
from valuation.periods import Quarter

NOW = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)
Q2 = Quarter(2026, 2)


def test_the_books_close_only_beside_a_sealed_half_month(
    database, store, manager, second_manager, officer, second_officer
) -> None:
    who = People(
        manager=manager,
        second_manager=second_manager,
        officer=officer,
        second_officer=second_officer,
    )
    with database.writing(at=NOW) as work:
        books = fill(work, who, store, scale=1_000_000)
        with pytest.raises(NotClosableError, match="half month up to 2026-06-30 is not sealed"):
            quarter_close.close(work, manager, books.fund.id, Q2)
        dispatch.seal(work, officer, as_of=date(2026, 6, 30))
        found = {one.code: one for one in quarter_close.checklist(work, books.fund, Q2)}
        assert not [one for one in found.values() if one.findings]
        assert found["landing"].figure.values["count"] == 2
        assert quarter_close.close(work, manager, books.fund.id, Q2).ends_on == Q2.end


def test_every_check_of_the_issue_stands_in_the_list(work, manager) -> None:
    fund = funds.create(
        work,
        manager,
        funds.Fund(
            code="F",
            name="基金",
            kind="sub",
            announced_on=date(2026, 1, 1),
            inception_on=date(2026, 1, 1),
        ),
    )
    codes = [one.code for one in close_checks.check(work, fund, Q2)]
    for code in ("ledger", "nav", "parts", "bank", "mother", "marks", "carry", "landing"):
        assert code in codes
