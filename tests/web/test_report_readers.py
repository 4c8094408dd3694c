"""Who reads a report: an investor its own issued ones, staff by their duties, and nobody more."""

import json
import re

import pytest
import sqlalchemy as sa

from portfolio.issued import IssuedReport
from portfolio.kernel.actors import SYSTEM, Role
from portfolio.kernel.db import new_id
from portfolio.kernel.errors import NotFoundError
from tests.web.conftest import PASSWORD, forget_password, hidden_fields
from tests.web.lp_books import LpBooks
from tests.web.test_report_editions import PAGE, begun, books, locked, told, who
from web.reports import facts

__all__ = ["books", "who"]


# ---- who may read
def test_an_investor_reads_what_was_issued_to_it_and_nothing_else(
    database, who, books, logged_in
) -> None:
    own = logged_in(Role.LP, "own", organisation_id=books.investor_ids["LP1"])
    nothing = own.get(PAGE)
    assert nothing.status_code == 404
    assert "2026Q2" not in own.get("/reports?as_of=2026-10-09").text
    locked(database, who, books)
    page = own.get(PAGE)
    assert page.status_code == 200
    assert "HT-2026Q2-1" in page.text
    assert "版本与审签" not in page.text  # steps and checks are the house's own
    assert "发布前校验" not in page.text
    others = own.get("/reports/HT/2026Q2/LP2")
    nobody = own.get("/reports/HT/2026Q2/LP9")
    assert others.status_code == nobody.status_code == 404
    assert _bare(others.text) == _bare(nobody.text)
    for path in ("/pdf", "/xlsx", "/json", "/html"):
        assert own.get(PAGE + path).status_code == 200
        assert own.get(f"/reports/HT/2026Q2/LP2{path}").status_code == 404
    home = own.get("/funds?as_of=2026-10-09").text
    assert PAGE in home
    assert "LP2" not in home
    assert own.get(f"/packs/{new_id()}").status_code == 403
    assert own.get("/editions/HT/2026Q2/LP1/begin").status_code == 403


def _bare(page: str) -> str:
    """Return a page without what belongs to one request."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|LP[29]", "", page)


def test_no_report_to_one_partner_names_another_or_its_figures(database, who, books) -> None:
    locked(database, who, books)
    with database.reading() as work:
        kept = {
            row.partner_id: row.facts
            for row in work.session.execute(sa.select(IssuedReport)).scalars()
        }
    own = kept[_partner_id(database, books, "LP1")]
    other = json.loads(kept[_partner_id(database, books, "GP")])
    assert other["partner"]["name"] not in own.replace(other["manager"], "", 1)
    assert str(other["now"]["partner"]["amounts"]["nav_fen"]) not in own


def _partner_id(database, books: LpBooks, code: str) -> str:
    with database.reading() as work:
        return facts.partner_of(work, SYSTEM, books.fund.id, code).id


def test_not_found_is_the_answer_for_an_edition_that_is_not_locked(database, who, books) -> None:
    begun(database, who, books)
    with pytest.raises(NotFoundError):
        told(database)


# ---- pages
def test_the_pages_take_a_report_from_draft_to_lock(database, books, logged_in) -> None:
    first = logged_in(Role.FUND_MANAGER, "first")
    second = logged_in(Role.FUND_MANAGER, "second")

    def step(browser, act: str, **fields: str):
        form = browser.get(f"/editions/HT/2026Q2/LP1/{act}")
        assert form.status_code == 200, form.text
        sent = hidden_fields(form.text) | fields
        return browser.post(f"/editions/HT/2026Q2/LP1/{act}", data=sent)

    assert "开始编制" in first.get(PAGE).text
    assert step(first, "begin").status_code == 303
    assert "/editions/HT/2026Q2/LP1/prose/letter" in first.get(PAGE).text
    saved = step(first, "prose/letter", text="基金净值 {nav}。")
    assert saved.headers["location"] == PAGE
    refused = step(first, "prose/letter", text="净值 12 亿元")
    assert refused.status_code == 422
    assert "手写的数字" in refused.text
    assert step(first, "submit").status_code == 303
    assert "/editions/HT/2026Q2/LP1/lock" not in first.get(PAGE).text
    assert "/editions/HT/2026Q2/LP1/lock" in second.get(PAGE).text
    forget_password(database)
    stale = step(second, "lock")
    assert stale.status_code == 422
    assert "超过十分钟" in stale.text
    assert step(second, "lock", my_password=PASSWORD).status_code == 303
    page = second.get(PAGE).text
    assert "HT-2026Q2-1" in page
    assert "已锁定" in page
    assert second.get("/editions/HT/2026Q2/LP1/nothing").status_code == 404
